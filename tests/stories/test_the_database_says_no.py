"""When only the database knows that a booking cannot be: a sentence, and nothing is written."""

import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import psycopg
import pytest
from psycopg import sql

from concierge.desk.place_order import place_order
from tests.conftest import fresh_database
from tests.payments.sandboxed import Sandbox
from tests.small_house import MONDAY

from .plain import Plain
from .shop import Shop, opened_shop
from .test_order_by_pages import add, at_windows, free, order

TUESDAY = MONDAY.replace(day=24)
WRITTEN = (
    "client", "address", "orders", "order_line", "reservation", "stop", "operation",
    "plan_version", "event", "procrastinate_jobs",
)  # fmt: skip

FASTER = """
    create function faster() returns trigger language plpgsql as $$ begin
        insert into reservation select gen_random_uuid(), new.hub_id, new.piece_id,
            (select min(id::text)::uuid from orders), new.opens, new.closes, null
            where pg_trigger_depth() < 2;
        return new;
    end $$;
    create trigger faster before insert on reservation for each row execute function faster()
"""
CROSSED = """
    create function crossed() returns trigger language plpgsql as $$ begin
        raise exception 'crossed' using errcode = '{state}'; end $$;
    create constraint trigger crossed after insert on reservation
        deferrable initially {when} for each row execute function crossed()
"""
KEPT = """
    create function kept() returns trigger language plpgsql as $$ begin
        raise exception 'kept' using errcode = 'restrict_violation'; end $$;
    create trigger kept before delete on selection_line for each row execute function kept()
"""
MOVED = """
    delete from shift where concierge_id not in (select concierge_id from stop);
    update stop set departs = departs + day_, arrives = arrives + day_, starts = starts + day_,
        ends = ends + day_ from (select interval '{days} day' as day_)
"""


@dataclass(frozen=True)
class Case:
    """What the database is told so that it alone knows better, and how it forgets that again."""

    kind: str
    says: str
    so_that: str
    undo: str


CASES = {
    # The plan of another day has her here at this hour: whoever plans today does not look there.
    "her concierge would be twice at once": Case(
        "window_taken", "This hour was given to somebody else",
        MOVED.format(days=-1), MOVED.format(days=1),
    ),
    "a piece would be set aside twice": Case(
        "piece_taken", "A piece was promised to somebody else", FASTER,
        "drop function faster cascade",
    ),
    "something would be there twice": Case(
        "overtaken", "does not go together", "create unique index one on orders ((true))",
        "drop index one",
    ),
    "something would not be as it must": Case(
        "overtaken", "does not go together",
        "alter table order_line add constraint none check (false) not valid",
        "alter table order_line drop constraint none",
    ),
    "two wait for each other": Case(
        "overtaken", "writing here at the same moment",
        CROSSED.format(state="deadlock_detected", when="immediate"),
        "drop function crossed cascade",
    ),
    "two wrote across each other": Case(
        "overtaken", "writing here at the same moment",
        CROSSED.format(state="serialization_failure", when="deferred"),
        "drop function crossed cascade",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def database(postgres: str, template: str) -> Iterator[str]:
    """One for all of these: nothing is ever written to it."""
    with fresh_database(postgres, template) as url:
        yield url


@pytest.fixture(scope="module")
async def shop(database: str, sandbox: Sandbox) -> AsyncIterator[Shop]:
    """One visit is promised tomorrow at two."""
    async with opened_shop(database, sandbox) as one:
        small = one.small
        request = small.request(small.window("14:00", TUESDAY), variants=(1,))
        await place_order(small.engine, small.roads, request)
        yield one


def written(database: str) -> dict[str, int]:
    with psycopg.connect(database) as connection:
        counted = {
            table: connection.execute(
                sql.SQL("select count(*) from {}").format(sql.Identifier(table))
            ).fetchone()
            for table in WRITTEN
        }
    return {table: row[0] for table, row in counted.items() if row}


@contextlib.contextmanager
def knowing(database: str, so_that: str, undo: str) -> Iterator[None]:
    """For a while the database will not have something."""
    for_a_while = contextlib.closing(psycopg.connect(database, autocommit=True))
    with for_a_while as connection:
        connection.execute(so_that.encode())
        yield
        connection.execute(undo.encode())


@pytest.mark.parametrize("what", CASES)
async def test_a_booking_the_database_refuses_is_a_sentence_and_leaves_nothing(
    shop: Shop, database: str, what: str
) -> None:
    case = CASES[what]
    by_program, by_page = await shop.visitor(), Plain(await shop.browser())
    await by_program.choose(0)
    await add(by_page, "bias-dress")
    page = await at_windows(by_page)
    window = shop.small.window("14:00")
    before = written(database)

    with knowing(database, case.so_that, case.undo):
        wanted = {"opens": window.opens.isoformat(), "closes": window.closes.isoformat()}
        told = await by_program.order(wanted)
        choice = next(each for each in free(page) if "T14:00" in each)
        shown = await order(by_page, page, choice)

    assert (told.status_code, told.json()["type"]) == (409, f"urn:concierge:problem:{case.kind}")
    assert told.headers["content-type"].startswith("application/problem+json")
    assert case.says in told.json()["detail"]
    assert (await by_program.browser.get("/api/selection")).json()["pieces"] == 1

    assert shown.answer.status_code == 409
    assert case.says in shown.words
    assert shown.form("/visit").button("do", "order"), "the page still stands, with its windows"
    assert written(database) == before


async def test_on_any_other_page_it_is_a_sentence_in_her_language(
    shop: Shop, database: str
) -> None:
    her = Plain(await shop.browser())
    await add(her, "bias-dress")
    form = (await her.open("/selection")).form("/selection/removals")
    her.browser.headers["accept-language"] = "sv"
    with knowing(database, KEPT, "drop function kept cascade"):
        shown = await her.press(form)
    assert shown.answer.status_code == 409
    assert "Det här går inte ihop med det som redan är nedskrivet" in shown.words
    assert (await her.browser.get("/api/selection")).json()["pieces"] == 1
