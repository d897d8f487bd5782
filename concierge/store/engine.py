"""The one way to reach PostgreSQL."""

from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine


def open_engine(database_url: str, *, size: int = 10) -> AsyncEngine:
    """An engine over psycopg for a libpq URL; at most `size` connections at once."""
    url = make_url(database_url).set(drivername="postgresql+psycopg")
    return create_async_engine(
        url,
        pool_size=size,
        max_overflow=0,
        pool_pre_ping=True,
        connect_args={"options": "-c statement_timeout=30000 -c lock_timeout=10000"},
    )
