"""Alembic's way in: async, over the house's own metadata and `DATABASE_URL`."""

import asyncio
import os

from alembic import context
from sqlalchemy import Connection
from sqlalchemy.sql.schema import SchemaItem
from sqlmodel import SQLModel

import concierge.model  # noqa: F401 - the tables register themselves
from concierge.store.engine import open_engine


def ours(item: SchemaItem, name: str | None, kind: str, *_: object) -> bool:
    """Leave the job queue's tables and the exclusion constraints' indexes to their owners."""
    del item
    if kind == "table":
        return name is None or not name.startswith("procrastinate_")
    return not (kind == "index" and name is not None and name.startswith("no_"))


def run(connection: Connection) -> None:
    """Bring the schema in step over one connection."""
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        include_object=ours,
        compare_type=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


async def main() -> None:
    """Open the database named by `DATABASE_URL` and run."""
    engine = open_engine(os.environ["DATABASE_URL"], size=1)
    async with engine.connect() as connection:
        await connection.run_sync(run)
        await connection.commit()
    await engine.dispose()


asyncio.run(main())
