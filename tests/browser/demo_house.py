"""The demo as a stranger finds it, but for its streets: seeded, served, and a till beside it."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator, Generator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import httpx
from playwright.async_api import BrowserContext
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select

import payments
from concierge.desk.read_photograph import read_photograph
from concierge.desk.see_dispute import dispute_seen
from concierge.desk.sign_in import sign_in_client
from concierge.desk.visits import hash_of, new_token
from concierge.embedded.city.seed import seed
from concierge.embedded.city.story import STORY_DAY
from concierge.maps.travel import Roads
from concierge.model import (
    Account,
    Case,
    Disposition,
    Dispute,
    Hold,
    Order,
    OrderLine,
    OrderState,
    Photograph,
    Role,
    Step,
    Stop,
    Taken,
    Trouble,
    VisitStep,
    WebSession,
    new_id,
)
from concierge.store.clock import now, wall
from concierge.store.engine import open_engine
from concierge.store.transaction import transaction
from tests.browser.phone_day import START_WITHIN_S, until
from tests.payments.sandboxed import CLONE, Sandbox, free_port
from tests.photographs import taken_by_a_camera
from tests.stories.shop import streets


@dataclass
class DemoHouse:
    """Where it is served, and who may be found in it."""

    engine: AsyncEngine
    sandbox: Sandbox
    base: str

    async def order(
        self, state: OrderState, *, today: bool = False, promised: bool = True
    ) -> Order:
        """Somebody's order in this state; the last such, and of the story day if asked."""
        wanted = select(Order).where(Order.state == state)
        wanted = wanted.where(col(Order.opens).is_not(None) == promised)
        if today:
            wanted = wanted.where(Order.day == STORY_DAY)
        async with transaction(self.engine) as session:
            return (await session.exec(wanted.order_by(col(Order.id).desc()).limit(1))).one()

    async def order_on_its_way(self) -> Order:
        """One whose concierge has set out and not arrived; where nobody has, the next one does."""
        gone = select(VisitStep.order_id).where(VisitStep.step == Step.EN_ROUTE)
        wanted = select(Order).where(Order.state == OrderState.CONFIRMED)
        async with transaction(self.engine) as session:
            found = await session.exec(wanted.where(col(Order.id).in_(gone)).limit(1))
            if (order := found.first()) is not None:
                return order
            rows = await session.exec(
                select(Order, Stop)
                .join(Stop, col(Stop.order_id) == col(Order.id))
                .where(Order.state == OrderState.CONFIRMED, Stop.day == STORY_DAY)
                .order_by(col(Stop.starts))
            )
            order, stop = rows.all()[0]
            moment, who = await now(session), f"concierge:{stop.concierge_id}"
            session.add(
                VisitStep(
                    order_id=order.id, step=Step.EN_ROUTE, at=moment, received_at=moment, by=who
                )
            )
            return order

    async def turn(self, order_id: UUID, state: OrderState) -> None:
        """Let an order stand where time or another person would have brought it."""
        async with transaction(self.engine) as session:
            (await session.get_one(Order, order_id)).state = state

    async def disputed_pieces(self, order_id: UUID) -> UUID:
        """Its first piece is missing and its client was asked about it, its last one is damaged.

        The case that asks for a decision.
        """
        kind = "pieces_disputed"
        async with transaction(self.engine) as session:
            before = select(Case.id).where(Case.order_id == order_id, Case.kind == kind)
            if (known := (await session.exec(before)).first()) is not None:
                return known
            order, moment = await session.get_one(Order, order_id), await now(session)
            rows = await session.exec(
                select(OrderLine).where(OrderLine.order_id == order.id).order_by(col(OrderLine.id))
            )
            lines = rows.all()
            for line, trouble in ((lines[0], Trouble.MISSING), (lines[-1], Trouble.DAMAGED)):
                session.add(
                    Disposition(
                        order_id=order.id, piece_id=line.piece_id, line_id=line.id,
                        trouble=trouble, price_minor=line.price_minor, currency=order.currency,
                        remark="A seam is open.", opened_at=moment, opened_by="concierge:1",
                        asked_minor=line.price_minor if trouble is Trouble.MISSING else None,
                        asked_at=moment if trouble is Trouble.MISSING else None,
                        asked_by="dispatcher:1" if trouble is Trouble.MISSING else None,
                        question="We looked for it." if trouble is Trouble.MISSING else "",
                    )
                )  # fmt: skip
            case = Case(
                hub_id=order.hub_id, order_id=order.id, kind=kind,
                words=f"Two pieces of order {order.reference}: decide.", opened_at=moment,
            )  # fmt: skip
            session.add(case)
        return case.id

    async def questioned(self, order_id: UUID) -> UUID:
        """Her bank questions what she paid for it, one piece photographed; the case."""
        async with transaction(self.engine) as session:
            known = await session.exec(select(Dispute).where(Dispute.order_id == order_id))
            if (row := known.first()) is not None and row.case_id is not None:
                return row.case_id
            order, moment = await session.get_one(Order, order_id), await now(session)
            hold = (await session.exec(select(Hold).where(Hold.order_id == order_id))).one()
            lines = select(OrderLine).where(OrderLine.order_id == order_id).limit(1)
            line = (await session.exec(lines)).one()
            session.add(
                Photograph(
                    id=new_id(), order_id=order_id, piece_id=line.piece_id, taken=Taken.OUT,
                    at=moment, received_at=moment, by="concierge:1",
                    content=read_photograph(taken_by_a_camera(640, 480)),
                )
            )  # fmt: skip
            seen = payments.Dispute(
                "du_1", hold.provider_id, payments.Money(50_000, order.currency),
                payments.DisputeState.NEEDS_EVIDENCE, "product_not_received", taken=False,
                answer_by=moment + timedelta(days=9),
            )  # fmt: skip
            await dispute_seen(session, order, seen, moment)
            return (await session.get_one(Dispute, seen.id)).case_id or order_id

    async def newest_order(self) -> UUID:
        """The one placed last."""
        latest = select(Order.id).order_by(col(Order.placed_at).desc()).limit(1)
        async with transaction(self.engine) as session:
            return (await session.exec(latest)).one()

    async def stops_of_carrier(self, order: Order) -> tuple[UUID, list[UUID]]:
        """Who carries an order, and what else she carries that day, in her order."""
        async with transaction(self.engine) as session:
            carrier = (await session.get_one(Stop, order.id)).concierge_id
            stops = await session.exec(
                select(Stop.order_id)
                .where(Stop.concierge_id == carrier, Stop.day == order.day)
                .order_by(col(Stop.sequence))
            )
            return carrier, list(stops)

    async def as_client(
        self, context: BrowserContext, client_id: UUID | None, language: str
    ) -> None:
        """Let her browser in as this client."""
        assert client_id is not None
        async with transaction(self.engine) as session:
            token = await sign_in_client(session, client_id, before=None, now=wall())
            visit = select(WebSession).where(WebSession.token_hash == hash_of(token))
            (await session.exec(visit)).one().language = language
        await self._give(context, token)

    async def as_staff(
        self,
        context: BrowserContext,
        role: Role,
        language: str,
        *,
        concierge: UUID | None = None,
    ) -> None:
        """Let this browser in as a colleague."""
        wanted = select(Account).where(Account.role == role, Account.concierge_id == concierge)
        token = new_token()
        async with transaction(self.engine) as session:
            account = (await session.exec(wanted.limit(1))).one()
            session.add(
                WebSession(
                    token_hash=hash_of(token), account_id=account.id, created_at=wall(),
                    seen_at=wall(), language=language,
                )
            )  # fmt: skip
        await self._give(context, token)

    async def _give(self, context: BrowserContext, token: str) -> None:
        await context.add_cookies([{"name": "visit", "value": token, "url": self.base}])


@contextlib.asynccontextmanager
async def demo_house(database: str, folder: Path) -> AsyncGenerator[DemoHouse]:
    """The story's moment, with a card provider that knows the same past."""
    engine = open_engine(database)
    sandbox = Sandbox(folder)
    await sandbox.start()
    try:
        assert await seed(engine, Roads(None), sandbox=sandbox.base)
        async with transaction(engine) as session:
            session.add_all(streets())
        port = free_port()
        base = f"http://127.0.0.1:{port}"
        env = {
            "DATABASE_URL": database, "CONCIERGE_SANDBOX_URL": sandbox.base,
            "CONCIERGE_BASE_URL": base, "CONCIERGE_DEMO": "1", "OSRM_URL": "",
            "CONCIERGE_TILES": "", "STRIPE_SECRET_KEY": "",
        }  # fmt: skip
        with program(["serve", "--port", str(port)], env, folder / "serve.txt"):
            await until(lambda: _answers(base), START_WITHIN_S)
            yield DemoHouse(engine, sandbox, base)
    finally:
        sandbox.stop()
        await engine.dispose()


async def _answers(base: str) -> bool:
    async with httpx.AsyncClient(base_url=base, timeout=5) as client:
        with contextlib.suppress(httpx.HTTPError):
            return (await client.get("/health")).is_success
    return False


@contextlib.contextmanager
def program(
    words: list[str], env: dict[str, str], out: Path
) -> Generator[subprocess.Popen[bytes]]:
    """A program of the house, running for as long as it is needed."""
    with out.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "concierge", *words],
            cwd=CLONE,
            env={**os.environ, **env},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)
