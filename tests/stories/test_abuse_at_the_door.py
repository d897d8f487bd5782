"""Goods without money, a list for another visit, old news, and a provider that sulks."""

import asyncio
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from sqlmodel import select

import payments
from concierge.desk.book_money import book_hold
from concierge.desk.card_pages import open_card_page, take_over_page
from concierge.desk.free_pieces import whole_day
from concierge.desk.give_up_order import cancel_order
from concierge.desk.offer_windows import offer_windows
from concierge.desk.place_order import place_order
from concierge.desk.record_returns import record_returns
from concierge.desk.record_step import StepReport, record_step
from concierge.model import (
    CardPage,
    CardPageState,
    Case,
    Hold,
    Order,
    OrderLine,
    OrderState,
    PieceState,
    PieceVerdict,
    Reservation,
    ReturnsRecord,
    Shift,
    Step,
    Stop,
    Verdict,
    new_id,
)
from concierge.model.refusals import KeyReused, WrongStep
from concierge.store.log import audit, tell
from concierge.store.transaction import transaction
from payments.stripe_gateway import StripeGateway
from tests.paid_visit import paid_visit
from tests.payments.sandboxed import Client, Sandbox
from tests.small_house import SmallHouse, at


async def sets_out(house: SmallHouse, order: Order, moment: datetime) -> None:
    async with transaction(house.engine) as session:
        stop = await session.get_one(Stop, order.id)
        report = StepReport(new_id(), Step.EN_ROUTE, moment)
        await record_step(session, order.id, report, concierge_id=stop.concierge_id, now=moment)


async def gives_back(house: SmallHouse, order: Order, key: UUID) -> Exception | None:
    async with transaction(house.engine) as session:
        stop = await session.get_one(Stop, order.id)
        lines = await session.exec(select(OrderLine).where(OrderLine.order_id == order.id))
        verdicts = tuple(PieceVerdict(line.piece_id, Verdict.RETURNED) for line in lines)
        record = ReturnsRecord(key, verdicts, at("14:40"))
        return await record_returns(
            session, order.id, record, concierge_id=stop.concierge_id, now=at("14:45")
        )


async def test_nothing_leaves_for_a_card_whose_bank_gave_the_money_back(
    house: SmallHouse, gateway: StripeGateway, her: Client
) -> None:
    order = await paid_visit(house, gateway, her, variants=(0,))
    async with transaction(house.engine) as session:
        hold = (await session.exec(select(Hold).where(Hold.order_id == order.id))).one()
        lapses = hold.capture_before
    assert lapses is not None
    with pytest.raises(WrongStep):
        await sets_out(house, order, lapses)
    await sets_out(house, order, lapses - timedelta(seconds=1))
    async with transaction(house.engine) as session:
        piece = await session.get_one(type(house.pieces[0]), house.pieces[0].id)
    assert piece.state is PieceState.VAN


async def test_a_lists_key_is_good_for_one_visit_alone(
    house: SmallHouse, gateway: StripeGateway, her: Client
) -> None:
    first = await paid_visit(house, gateway, her, variants=(0,))
    second = await paid_visit(house, gateway, her, "17:00", variants=(1,))
    key = new_id()
    assert await gives_back(house, first, key) is None
    assert isinstance(await gives_back(house, second, key), KeyReused)
    assert await gives_back(house, second, new_id()) is None
    async with transaction(house.engine) as session:
        case = (await session.exec(select(Case))).one()
    assert (case.order_id, case.kind) == (second.id, "returns_conflict")


async def test_what_was_read_before_the_money_moved_changes_nothing(
    house: SmallHouse, gateway: StripeGateway, her: Client
) -> None:
    """Two of us ask how things stand; the slower one writes its answer down last."""
    order = await paid_visit(house, gateway, her, variants=(0,))
    async with transaction(house.engine) as session:
        page = (await session.exec(select(CardPage).where(CardPage.order_id == order.id))).one()
    old = await gateway.fetch_card_page(page.id)
    assert old.hold is not None
    released = await gateway.release(old.hold.id, key=f"{new_id()}:1", op="test")
    async with transaction(house.engine) as session:
        at_home = await session.get_one(Order, order.id)
        await book_hold(session, at_home, released, at("09:05"))
    await take_over_page(house.engine, old)
    stale = replace(old, status=payments.CardPageStatus.OPEN, hold=None)
    assert await take_over_page(house.engine, stale) is CardPageState.COMPLETE
    async with transaction(house.engine) as session:
        hold = (await session.exec(select(Hold).where(Hold.order_id == order.id))).one()
    assert hold.state is payments.HoldState.RELEASED


async def test_a_failure_the_provider_remembers_does_not_keep_her_place_for_ever(
    house: SmallHouse, gateway: StripeGateway, sandbox: Sandbox
) -> None:
    order = await place_order(house.engine, house.roads, house.request(house.window("14:00")))
    await open_card_page(
        house.engine, gateway, order.id, base_url="http://127.0.0.1:9", house="Maison Orane"
    )
    await sandbox.fault("500_before", "/v1/checkout/sessions/*/expire", times=3)
    for _ in range(3):
        try:
            await cancel_order(house.engine, gateway, house.roads, order.id, by="client")
            break
        except payments.Unreachable:
            continue
    await sandbox.tell("faults/clear")
    await cancel_order(house.engine, gateway, house.roads, order.id, by="client")
    async with transaction(house.engine) as session:
        assert (await session.get_one(Order, order.id)).state is OrderState.CANCELLED


async def test_two_who_write_the_logs_in_opposite_order_both_finish(house: SmallHouse) -> None:
    both_began = asyncio.Barrier(2)

    async def writes(*, tells_first: bool) -> None:
        async with transaction(house.engine) as session:
            async with asyncio.timeout(5):
                await both_began.wait()
            for telling in (tells_first, not tells_first):
                if telling:
                    await tell(session, "order:x", "placed", at("09:00"))
                else:
                    await audit(session, who="t", what="x", subject="x", now=at("09:00"))
                await asyncio.sleep(0.05)

    for _ in range(3):
        await asyncio.gather(writes(tells_first=True), writes(tells_first=False))


@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2027, 3, 28), 23), (date(2027, 10, 31), 25), (date(2028, 2, 29), 24)],
    ids=["spring", "autumn", "leap day"],
)
async def test_on_odd_days_windows_are_where_the_clock_says_and_pieces_are_free_all_day(
    house: SmallHouse, day: date, hours: int
) -> None:
    async with transaction(house.engine) as session:
        session.add_all(
            Shift(
                hub_id=house.hub.id, day=day, concierge_id=concierge.id, starts=at("08:00", day),
                ends=at("20:00", day), break_opens=at("12:00", day),
                break_closes=at("14:00", day),
            )
            for concierge in house.concierges
        )  # fmt: skip
    await house.clock(at("09:00", day - timedelta(days=1)))
    offered = await offer_windows(house.engine, house.roads, house.wanted(0))
    (today,) = [each for each in offered.days if each.day == day]
    clocks = [f"{w.opens.astimezone(house.hub.zone):%H:%M}" for w in today.windows if w.feasible]
    assert clocks == ["09:00", "11:00", "14:00", "17:00"]
    request = house.request(house.window("09:00", day), variants=(0,))
    order = await place_order(house.engine, house.roads, request)
    async with transaction(house.engine) as session:
        kept = await session.exec(select(Reservation).where(Reservation.order_id == order.id))
        aside = kept.one()
        stop = await session.get_one(Stop, order.id)
    opens, closes = whole_day(house.hub, day)
    assert (aside.opens, aside.closes) == (opens, closes)
    assert aside.closes - aside.opens == timedelta(hours=hours)
    assert order.opens is not None
    assert order.opens <= stop.starts <= order.opens + timedelta(hours=1)
