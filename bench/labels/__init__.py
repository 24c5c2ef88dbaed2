"""How well texts are labelled: precision, recall and F1 per label against labels that people gave.

`sets/` holds such labels: `news-…` (places and topics) and `documents-…` (documents and office holders)
of articles that are not part of the project, by their ids there; `local.jsonl` of invented provincial
news, whole; `topics-train` and `topics-rare` (chosen by what lists say, for topics that are rare) have
topics only, for the learned weights. On `-dev` rules and weights were made, on `-test` and `local` they
were measured. Each text was read and labelled by hand, `news-test` by two readers: what only one of them
said counts for nobody.
"""
