"""Answers questions with tantivy: as one phrase, then all words, then any.

`bench/relevance.py` runs it in an environment of its own. Usage: python relevance_tantivy.py. Reads one
JSON line with the articles as [title, lead, body], then one JSON string a line, and answers each line
with a JSON list of the ten best places.
"""

import json
import sys

import tantivy  # type: ignore[import-not-found]

_FIELDS = ["title", "lead", "body"]


def main() -> None:
    """Read, index, answer."""
    schema = tantivy.SchemaBuilder()
    schema.add_integer_field("place", stored=True)
    for name in _FIELDS:
        schema.add_text_field(name)
    index = tantivy.Index(schema.build())
    writer = index.writer(num_threads=1)
    for place, told in enumerate(json.loads(sys.stdin.readline())):
        one = tantivy.Document(**dict(zip(_FIELDS, told, strict=True)))
        one.add_integer("place", place)
        writer.add_document(one)
    writer.commit()
    index.reload()
    searcher = index.searcher()
    print(json.dumps("ready"), flush=True)
    for line in sys.stdin:
        q = json.loads(line)
        found: dict[int, None] = {}
        for asked, every in ((f'"{q.replace(chr(34), " ")}"', True), (q, True), (q, False)):
            query, _ = index.parse_query_lenient(asked, _FIELDS, conjunction_by_default=every)
            hits = searcher.search(query, 10).hits
            found |= dict.fromkeys(searcher.doc(address)["place"][0] for _, address in hits)
        print(json.dumps(list(found)[:10]), flush=True)


main()
