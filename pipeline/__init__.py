"""KNOWS: the words, the rules and the store. Asks nobody above it."""
