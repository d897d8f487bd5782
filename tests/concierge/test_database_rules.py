"""What the database refuses by itself, whoever writes to it; and what the audit cannot hide."""

import contextlib
from collections.abc import AsyncIterator
from typing import LiteralString

import psycopg
import pytest

from concierge.desk.place_order import place_order
from concierge.store.engine import open_engine
from concierge.store.log import audit, first_broken_link
from concierge.store.transaction import transaction
from tests.small_house import SmallHouse, at, build_small_house

DISPUTED: LiteralString = """insert into disposition (id, order_id, piece_id, line_id, trouble,
    price_minor, currency, remark, opened_at, opened_by, question, why, asked_minor, asked_at,
    consent, consent_at, decision, decided_at, decided_by) select gen_random_uuid(), order_id,
    piece_id, id, 'missing', price_minor, 'SEK', '', now(), 'concierge:1'"""
LINES: LiteralString = "from order_line order by id limit 1"


@pytest.fixture
async def house(database: str) -> AsyncIterator[SmallHouse]:
    """One visit is promised, and another hub has just opened."""
    engine = open_engine(database)
    built = await build_small_house(engine)
    await place_order(engine, built.roads, built.request(built.window("14:00")))
    with psycopg.connect(database) as connection:
        connection.execute("""
            insert into hub select (jsonb_populate_record(hub, jsonb_build_object(
                'id', gen_random_uuid(), 'slug', 'haga', 'name', 'Haga'))).* from hub
        """)
        connection.execute("""
            insert into hold values (gen_random_uuid(), (select id from orders), 'pi_1', 'held',
                1000, 0, 'SEK', null, now())
        """)
    yield built
    await engine.dispose()


def write(database: str, statement: LiteralString) -> None:
    """Write directly, past all our code, and keep it."""
    with contextlib.closing(psycopg.connect(database)) as connection:
        connection.execute(statement)
        connection.commit()


@pytest.mark.parametrize(
    "statement",
    [
        """insert into reservation select gen_random_uuid(), hub_id, piece_id, order_id, opens,
            closes, null from reservation""",
        """insert into reservation select gen_random_uuid(), (select id from hub where slug =
            'haga'), piece_id, order_id, opens, closes, null from reservation""",
        "update reservation set hub_id = (select id from hub where slug = 'haga')",
        "update stop set hub_id = (select id from hub where slug = 'haga')",
        "update stop set day = day + 1",
        "update hub set speeds_by_hour = array_fill(100::smallint, array[23])",
        "update hub set speeds_by_hour = array_fill(4::smallint, array[24])",
        "update hub set speeds_by_hour = array_fill(null::smallint, array[24])",
        """update stop set concierge_id = (select id from concierge where id not in
            (select concierge_id from stop))""",
        "update stop set ends = starts",
        "update hold set captured_minor = 1001",
        "update hold set captured_minor = -1",
        "update hold set amount_minor = 0",
        "update hold set currency = 'EUR'",
        "update operation set currency = 'EUR'",
        """insert into ledger_entry (journal, order_id, account, amount_minor, currency, at)
            select 'pi_1:held', id, account, minor, 'EUR', now() from orders,
            (values ('memo:held', 100), ('memo:held_contra', -100)) as line (account, minor)""",
        """insert into ledger_entry (journal, order_id, account, amount_minor, currency, at)
            select 'du_1:dispute_fee', id, account, minor, 'SEK', now() from orders,
            (values ('sales', 100), ('provider_balance', -100)) as line (account, minor)""",
        """insert into ledger_entry (journal, order_id, account, amount_minor, currency, at)
            select 'pi_1:captured', id, account, minor, 'SEK', now() from orders,
            (values ('dispute_fees', 100), ('provider_balance', -100)) as line (account, minor)""",
        """insert into ledger_entry (journal, order_id, account, amount_minor, currency, at)
            select 'pi_1:captured', id, account, minor, 'SEK', now() from orders,
            (values ('gifts', 100), ('provider_balance', -100)) as line (account, minor)""",
        "update order_line set price_minor = 0",
        "update order_line set verdict = 'lost'",
        """insert into order_line select gen_random_uuid(), order_id, piece_id, variant_id, 1
            from order_line""",
        "update hub set currency = 'EUR' where slug = 'vasa'",
        "update style set currency = 'EUR'",
        "update style set currency = 'EUR'; update order_line set price_minor = 1",
        "update hub set currency = 'KWD', gesture_minor = 5 where slug = 'haga'",
        """insert into style select (jsonb_populate_record(style, jsonb_build_object(
            'id', gen_random_uuid(), 'slug', 'fine', 'currency', 'KWD', 'price_minor', 12345))).*
            from style limit 1""",
        """insert into gesture select gen_random_uuid(), id, 30001, 'SEK', 'late', 'concierge:1',
            now() from orders""",
        """insert into gesture select gen_random_uuid(), id, 100, 'EUR', 'late', 'concierge:1',
            now() from orders""",
        """insert into gesture select gen_random_uuid(), id, 0, 'SEK', 'late', 'concierge:1',
            now() from orders""",
        f"{DISPUTED}, 'Why.', '', price_minor + 1, now(), null, null, null, null, null {LINES}",
        f"{DISPUTED}, '', '', null, null, 'Yes.', now(), null, null, null {LINES}",
        f"{DISPUTED}, 'Why.', 'So.', 1, now(), null, null, 'charged', now(), 'hub:1' {LINES}",
        "update orders set slot_until = null",
        "update orders set closes = null",
        "update operation set amount_minor = -1",
        "update operation set amount_minor = 299",
        "update style set price_minor = 299",
        "update orders set let_off_minor = 300",
        "update orders set let_off_minor = -1",
        """insert into operation select gen_random_uuid(), order_id, hold_id, kind, seq,
            key || '2', amount_minor, currency, state, attempts, planned_at, null, null, null,
            null, broke from operation""",
        "update shift set concierge_id = (select min(id::text)::uuid from concierge)",
    ],
)
async def test_the_database_refuses_it(
    house: SmallHouse, database: str, statement: LiteralString
) -> None:
    del house
    with pytest.raises(psycopg.IntegrityError):
        write(database, statement)


async def test_two_visits_of_one_concierge_never_overlap(house: SmallHouse, database: str) -> None:
    second = house.request(house.window("17:00"), variants=(0,))
    with psycopg.connect(database) as connection:
        connection.execute("update reservation set released_at = now()")
    await place_order(house.engine, house.roads, second)
    with pytest.raises(psycopg.errors.ExclusionViolation):
        write(
            database,
            """
            with first as (select * from stop order by starts limit 1)
            update stop set departs = first.departs, arrives = first.arrives,
                starts = first.starts, ends = first.ends, shift_id = first.shift_id,
                concierge_id = first.concierge_id
            from first where stop.order_id <> first.order_id
            """,
        )


async def test_an_operation_touches_its_own_order_s_holds_alone(
    house: SmallHouse, database: str
) -> None:
    with psycopg.connect(database) as connection:
        connection.execute("update reservation set released_at = now()")
    await place_order(
        house.engine, house.roads, house.request(house.window("17:00"), variants=(0,))
    )
    statement: LiteralString = "update operation set hold_id = hold.id from hold where {}"
    write(database, statement.format("operation.order_id = hold.order_id"))
    with pytest.raises(psycopg.errors.CheckViolation):
        write(database, statement.format("operation.order_id <> hold.order_id"))


@pytest.mark.parametrize(
    "tampering",
    [
        "update audit_entry set why = 'Because.' where seq = 3",
        "update audit_entry set who = 'client:other' where seq = 3",
        "update audit_entry set at = at + interval '1 second' where seq = 3",
        """update audit_entry set details = '{"n": 4}' where seq = 3""",
        "update audit_entry set hash = repeat('0', 64) where seq = 3",
        "delete from audit_entry where seq = 3",
    ],
)
async def test_a_changed_word_in_the_audit_is_found(
    house: SmallHouse, database: str, tampering: LiteralString
) -> None:
    for number in range(5):
        async with transaction(house.engine) as session:
            await audit(
                session, who="client:her", what="order.place", subject="order:1", now=at("09:00"),
                why="", n=number, at=at("09:00").isoformat(), words="Örgryte",
            )  # fmt: skip
    async with transaction(house.engine) as session:
        assert await first_broken_link(session) is None
    with psycopg.connect(database) as connection:
        connection.execute("alter table audit_entry disable trigger user")
        assert connection.execute(tampering).rowcount == 1
    async with transaction(house.engine) as session:
        broken = await first_broken_link(session)
    assert broken == (4 if tampering.startswith("delete") else 3)
