"""The `tintinh` command."""
