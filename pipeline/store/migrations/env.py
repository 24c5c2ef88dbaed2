"""Alembic's environment: runs on the connection that `Database.migrate` hands over."""

from alembic import context

from pipeline.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,  # SQLite's too; Alembic says no since Python's driver used to commit before it
)
with context.begin_transaction():
    context.run_migrations()
