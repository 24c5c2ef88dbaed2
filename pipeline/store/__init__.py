"""The only SQL: one metadata, one module per aggregate, each a set of functions over a connection.

Functions take a connection of `Database.read()` or `Database.write()` and never open one, so the
caller decides what is one transaction. Ids are the words of `pipeline.model`.
"""

from sqlalchemy import Connection

from pipeline.store.database import Database, open_database

__all__ = ["Connection", "Database", "open_database"]
