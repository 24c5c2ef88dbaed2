"""A labelled set of tellings of the same and of other stories, and how well the pipeline sorts them.

    PYTHONPATH=. python -m bench.dedup ARTICLES.jsonl.gz --articles 3000 --seed 1 --split train

generates, runs the pipeline, scores, and prints one JSON line. ARTICLES has one object a line:
{"id", "title", "lead", "body": [sentence or paragraph, …]}; no text of it goes anywhere but into
the working folder (`--keep DIR` leaves it: records.jsonl for `./tintinh ingest`, truth.jsonl).
`--errors FILE` lists wrong and missed pairs, `--every 6` settles as news comes in and says how many
published ids moved, `--cli` goes through `./tintinh ingest` and `export`.

Read the levels first: an agency's text in 30 papers has 435 pairs, so it outweighs all else overall.

For tuning without the pipeline: `generate.tellings(generate.articles(path), …)` yields the same
set as objects. Tune on `--split train`, report `--split test`: the two share no article and no
template, and draw outlets, synonyms and wording apart.

Files: `model` the words · `generate` the plan of a set · `levels` one function a level ·
`edits`, `rewriting` what is done to a text · `facts` swapped facts · `notices`, `wordings`
look-alike notices · `bulletins` items into bulletins · `run` the pipeline · `score` the figures ·
`errors` the wrong pairs ·
`check` whether the reader sees a set as it was meant.
"""
