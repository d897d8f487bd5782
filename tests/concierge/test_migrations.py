"""The schema goes up, down and up again, with rows in it, and ends as it began."""

import os
import subprocess
import sys

import psycopg
import pytest
from psycopg import sql

from concierge.desk.place_order import place_order
from concierge.store.engine import open_engine
from tests.conftest import CLONE
from tests.small_house import build_small_house

SHAPE = """
    select table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable
    from information_schema.columns where table_schema = 'public'
    union all
    select conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
    from pg_constraint where connamespace = 'public'::regnamespace
    union all
    select indexdef from pg_indexes where schemaname = 'public'
    union all
    select tgrelid::regclass || ' ' || tgname from pg_trigger where not tgisinternal
    order by 1
"""


def alembic(database: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "alembic", *words],
        cwd=CLONE, env={**os.environ, "DATABASE_URL": database},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def shape(database: str) -> list[str]:
    with psycopg.connect(database) as connection:
        return [row[0] for row in connection.execute(SHAPE)]


async def test_up_down_and_up_again_with_a_house_full_of_rows(database: str) -> None:
    engine = open_engine(database)
    house = await build_small_house(engine)
    await place_order(engine, house.roads, house.request(house.window("14:00")))
    await engine.dispose()
    before = shape(database)
    for words in (("downgrade", "base"), ("upgrade", "head")):
        done = alembic(database, *words)
        assert done.returncode == 0, done.stderr
        if words[0] == "downgrade":
            left = [line for line in shape(database) if "alembic_version" not in line]
            assert left == []
    assert shape(database) == before
    engine = open_engine(database)
    again = await build_small_house(engine)
    await place_order(engine, again.roads, again.request(again.window("14:00")))
    await engine.dispose()


@pytest.mark.parametrize("table", ["ledger_entry", "piece_move", "audit_entry", "plan_version"])
async def test_logs_only_grow(database: str, table: str) -> None:
    with psycopg.connect(database) as connection:
        for statement in (sql.SQL("delete from {}"), sql.SQL("truncate {} cascade")):
            with pytest.raises(psycopg.errors.RestrictViolation, match="only grows"):
                connection.execute(statement.format(sql.Identifier(table)))
            connection.rollback()


async def test_a_journal_that_does_not_balance_is_refused(database: str) -> None:
    engine = open_engine(database)
    house = await build_small_house(engine)
    order = await place_order(engine, house.roads, house.request(house.window("14:00")))
    await engine.dispose()
    line = """
        insert into ledger_entry (journal, order_id, account, amount_minor, currency, at)
        values ('j', %s, %s, %s, 'SEK', now())
    """
    with psycopg.connect(database) as connection:
        connection.execute(line, (order.id, "sales", -100))
        with pytest.raises(psycopg.errors.CheckViolation, match="does not balance"):
            connection.commit()
    with psycopg.connect(database) as connection:
        connection.execute(line, (order.id, "sales", -100))
        connection.execute(line, (order.id, "provider_balance", 100))
