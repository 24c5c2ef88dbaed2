"""TELLS: stories as RSS and Atom bytes, for people who subscribe."""
