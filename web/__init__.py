"""ASKED: thin HTTP handlers; no rule lives here."""
