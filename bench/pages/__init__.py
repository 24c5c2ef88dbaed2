"""How well pages are read, beside the readers that others have made."""
