"""Screens hear of changes: from the log, after the last one they saw, and only their own."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from sqlmodel import select, text

from concierge.embedded.ports import free_port
from concierge.model import Account, Event, Order, Role
from concierge.store.clock import wall
from concierge.store.engine import open_engine
from concierge.store.log import tell
from concierge.store.transaction import transaction

from .web_house import PASSWORD, PASSWORD_HASH, Browser, WebHouse, a_hub

CLONE = Path(__file__).resolve().parents[2]
DAY = "2026-11-26"


async def happen(house: WebHouse, topic: str, *kinds: str) -> list[int]:
    """Let things happen; their numbers."""
    for kind in kinds:
        async with house.session() as session:
            await tell(session, topic, kind, wall(), piece="a coat")
    async with house.session() as session:
        numbers = await session.exec(
            select(Event.seq).where(Event.topic == topic).order_by(text("seq"))
        )
        return [number or 0 for number in numbers][-len(kinds) :]


async def heard(house: WebHouse, topic: str, after: int, wanted: int) -> list[tuple[int, str]]:
    """The next so many changes of a stream."""

    async def welcome() -> bool:
        return True

    changes: list[tuple[int, str]] = []
    stream = house.app.state.doors.live.stream([topic], after, welcome)
    async with asyncio.timeout(10), contextlib.aclosing(stream):
        async for message in stream:
            if message.event == "change":
                changes.append((message.id, json.loads(message.data)["kind"]))
            if len(changes) == wanted:
                break
    return changes


def a_day(house: WebHouse) -> str:
    return f"day:{house.hub.id}:{DAY}:{uuid.uuid4()}"


async def test_a_stream_goes_on_after_the_last_change_seen(house: WebHouse) -> None:
    topic = a_day(house)
    first, second, third = await happen(house, topic, "planned", "moved", "arrived")
    assert await heard(house, topic, first, 2) == [(second, "moved"), (third, "arrived")]


async def test_a_waiting_stream_hears_at_once(house: WebHouse) -> None:
    topic = a_day(house)
    start = await house.app.state.doors.live.newest()
    listening = asyncio.create_task(heard(house, topic, start, 1))
    await asyncio.sleep(0.2)
    began = asyncio.get_running_loop().time()
    [number] = await happen(house, topic, "moved")
    assert await listening == [(number, "moved")]
    assert asyncio.get_running_loop().time() - began < 2


async def test_a_stream_hears_nothing_of_other_topics(house: WebHouse) -> None:
    mine, other = a_day(house), a_day(house)
    start = await house.app.state.doors.live.newest()
    await happen(house, other, "moved")
    [number] = await happen(house, mine, "planned")
    assert await heard(house, mine, start, 1) == [(number, "planned")]


async def break_after_telling(house: WebHouse, topic: str) -> None:
    async with house.session() as session:
        await tell(session, topic, "undone", wall())
        raise LookupError


async def test_what_never_committed_is_never_heard(house: WebHouse) -> None:
    topic = a_day(house)
    start = await house.app.state.doors.live.newest()
    with pytest.raises(LookupError):
        await break_after_telling(house, topic)
    [number] = await happen(house, topic, "done")
    assert await heard(house, topic, start, 1) == [(number, "done")]


async def test_a_quiet_stream_ends_once_its_visitor_is_signed_out(
    house: WebHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("concierge.web.live.KEEP_ALIVE_S", 0.05)

    async def welcome() -> bool:
        return False

    stream = house.app.state.doors.live.stream([a_day(house)], 0, welcome)
    async with asyncio.timeout(5):
        assert [message.event async for message in stream] == [None]


async def follow(browser: Browser, topics: str) -> int:
    """What the door answers, without staying for the stream."""
    answer = await browser.get(f"/live?topics={topics}", headers={"accept": "text/event-stream"})
    return answer.status_code


async def test_nobody_follows_what_is_not_theirs(house: WebHouse) -> None:
    visitor, concierge = await house.browser(), await house.browser()
    await visitor.page("/sign-in")
    await concierge.sign_in((await house.staff(Role.CONCIERGE)).email)
    day = f"day:{house.hub.id}:{DAY}"
    somebody = uuid.uuid4()
    for topic in (day, f"concierge:{somebody}", f"order:{somebody}", "audit:all", "order:x"):
        assert await follow(visitor, topic) == 404
        assert await follow(concierge, topic) == 404
    assert await follow(visitor, "") == 400
    assert await follow(visitor, ",".join(f"order:{uuid.uuid4()}" for _ in range(9))) == 400


async def test_a_client_may_not_follow_anothers_order(house: WebHouse) -> None:
    client = await house.client()
    browser = await house.browser()
    await browser.page("/sign-in")
    await browser.send_form(f"/demo/clients/{client.id}/visits")
    async with house.session() as session:
        foreign = (await session.exec(select(Order.id).limit(1))).first() or uuid.uuid4()
    assert await follow(browser, f"order:{foreign}") == 404


@pytest.fixture
async def served(
    database: str, tmp_path: Path
) -> AsyncIterator[tuple[str, subprocess.Popen[str]]]:
    """The house in a process of its own; its address."""
    port = free_port(18_000)
    words = ["-m", "concierge", "serve", "--port", str(port)]
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(  # noqa: ASYNC220 - it is given time below
            [sys.executable, *words],
            cwd=CLONE,
            env={
                **os.environ,
                "DATABASE_URL": database,
                "CONCIERGE_DEMO": "1",
                "CONCIERGE_BASE_URL": f"http://127.0.0.1:{port}",
                "OSRM_URL": "http://127.0.0.1:9",
            },
            stdout=log,
            stderr=log,
            text=True,
        )
    try:
        await until_it_answers(f"http://127.0.0.1:{port}/ready")
        yield f"http://127.0.0.1:{port}", process
    finally:
        process.kill()
        process.wait(10)


async def until_it_answers(url: str) -> None:
    async with asyncio.timeout(300), httpx.AsyncClient(trust_env=False) as browser:
        while True:
            with contextlib.suppress(httpx.TransportError):
                if (await browser.get(url)).status_code == 200:
                    return
            await asyncio.sleep(0.2)


async def test_over_real_http_a_break_loses_nothing_and_stopping_waits_for_nobody(
    served: tuple[str, subprocess.Popen[str]], database: str
) -> None:
    url, process = served
    engine = open_engine(database)
    hub = a_hub()
    async with transaction(engine) as session:
        session.add(hub)
        await session.flush()
        session.add(
            Account(
                email="d@house.test",
                name="D",
                password_hash=PASSWORD_HASH,
                role=Role.DISPATCHER,
                hub_id=hub.id,
                created_at=wall(),
            )
        )
    topic = f"day:{hub.id}:{DAY}"

    async def let_happen(kind: str) -> None:
        async with transaction(engine) as session:
            await tell(session, topic, kind, wall())

    async with Browser(base_url=url, trust_env=False, timeout=20) as browser:
        await browser.page("/staff")
        form = {"csrf": browser.csrf, "email": "d@house.test", "password": PASSWORD}
        await browser.post("/staff", data=form, headers={"origin": url})

        async def next_change(last: str | None) -> tuple[str, str]:
            headers = {"last-event-id": last} if last else {}
            seen: dict[str, str] = {}
            async with browser.stream("GET", f"/live?topics={topic}", headers=headers) as answer:
                assert answer.headers["content-type"].startswith("text/event-stream")
                if last is None:
                    await let_happen("first")
                async for line in answer.aiter_lines():
                    name, _, value = line.partition(": ")
                    seen[name] = value
                    if not line and "data" in seen:
                        return seen["id"], json.loads(seen["data"])["kind"]
            raise AssertionError("The stream ended.")

        number, kind = await next_change(None)
        assert kind == "first"
        await let_happen("while nobody listened")
        assert (await next_change(number))[1] == "while nobody listened"

        async with browser.stream("GET", f"/live?topics={topic}") as answer:
            process.send_signal(signal.SIGTERM)
            began = asyncio.get_running_loop().time()
            async for _ in answer.aiter_lines():
                pass
            await asyncio.to_thread(process.wait, 20)
            assert asyncio.get_running_loop().time() - began < 4.5
    await engine.dispose()
