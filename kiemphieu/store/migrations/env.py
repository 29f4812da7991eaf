"""Alembic's environment: the connection is the caller's, and so is the transaction."""

from __future__ import annotations

from alembic import context

from kiemphieu.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
