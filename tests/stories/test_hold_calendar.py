"""A visit far ahead: her card is kept, and the money is held in time, or everybody is warned."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from uuid import uuid4

import psycopg
import pytest
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

import payments
import payments.notices
from concierge.desk.card_pages import check_card_page, open_card_page
from concierge.desk.give_up_order import cancel_order
from concierge.desk.hold_money import hold_money, tell_not_held
from concierge.desk.place_order import place_order
from concierge.desk.read_notice import keep_notice, read_notice
from concierge.desk.record_step import StepReport, record_step
from concierge.desk.run_operation import run_operation
from concierge.desk.settle import as_read, plan_settlement
from concierge.model import (
    CardPage,
    CardPageState,
    Case,
    Hold,
    Message,
    Operation,
    OperationState,
    Order,
    OrderLine,
    OrderState,
    Step,
    Stop,
)
from concierge.model.refusals import TooLate, WrongStep
from concierge.store.engine import open_engine
from concierge.store.transaction import transaction
from payments.stripe_gateway import StripeGateway
from tests.payments.sandboxed import (
    ASKS_ALWAYS,
    FAILS_LATER,
    MASTERCARD,
    OK,
    Client,
    Sandbox,
)
from tests.small_house import MONDAY, PRICES, SmallHouse, at, build_small_house

FAR = MONDAY + timedelta(days=11)
OPENS = at("14:00", FAR)
BASE = "http://127.0.0.1:9"


@pytest.fixture
async def house(database: str, sandbox: Sandbox) -> AsyncIterator[SmallHouse]:
    """Monday, nine o'clock, with people at work for two weeks."""
    engine = open_engine(database)
    built = await build_small_house(engine, days=14)
    await sandbox.settle_down(at("09:00"))
    yield built
    await engine.dispose()


async def placed(house: SmallHouse, *days: datetime) -> Order:
    windows = [house.window("14:00", day.date()) for day in days or (OPENS,)]
    return await place_order(house.engine, house.roads, house.request(*windows))


async def to_card(house: SmallHouse, gateway: StripeGateway, order: Order) -> CardPage:
    """She goes to the card page that is hers now."""
    url = await open_card_page(house.engine, gateway, order.id, base_url=BASE, house="Orane")
    async with transaction(house.engine) as session:
        return (await session.exec(select(CardPage).where(CardPage.url == url))).one()


async def give(
    house: SmallHouse, gateway: StripeGateway, her: Client, order: Order, card: str
) -> None:
    """She gives a card, says yes to her bank if it asks, and comes back to us."""
    page = await to_card(house, gateway, order)
    shown = payments.CardPage(page.id, page.url, page.expires_at)
    sent = await her.give(shown, card)
    if sent.headers["location"].endswith("/bank"):
        await her.answer_bank(shown, "approve")
    assert await check_card_page(house.engine, gateway, page.id) is CardPageState.COMPLETE


async def booked(
    house: SmallHouse, gateway: StripeGateway, her: Client, card: str, *days: datetime
) -> Order:
    order = await placed(house, *days)
    await give(house, gateway, her, order, card)
    return await again(house, order)


async def again(house: SmallHouse, order: Order) -> Order:
    async with transaction(house.engine) as session:
        return await session.get_one(Order, order.id)


async def time_is(
    house: SmallHouse, sandbox: Sandbox, gateway: StripeGateway, moment: datetime
) -> None:
    """It is this moment, for us and for the provider, and everything due has been done."""
    await sandbox.tell("clock/set", now=moment.isoformat())
    await house.clock(moment)
    await work_off(house, gateway, moment)


async def work_off(house: SmallHouse, gateway: StripeGateway, moment: datetime) -> None:
    async with transaction(house.engine) as session:
        due = await session.exec(select(Order.id).where(col(Order.hold_due) <= moment))
    for order_id in due.all():
        await hold_money(house.engine, order_id)
    for _ in range(6):
        async with transaction(house.engine) as session:
            waiting = await session.exec(
                select(Operation.id).where(
                    col(Operation.state).in_([OperationState.PLANNED, OperationState.SENT]),
                    col(Operation.kind).not_in(
                        [payments.OperationKind.OPEN_PAGE, payments.OperationKind.SAVE_CARD]
                    ),
                )
            )
            operations = waiting.all()
        for each in operations:
            try:
                await run_operation(house.engine, gateway, each)
            except payments.Unreachable:
                continue


async def holds_in(session: AsyncSession, order: Order) -> list[Hold]:
    rows = await session.exec(
        select(Hold).where(Hold.order_id == order.id).order_by(col(Hold.held_at))
    )
    return list(rows.all())


async def asked_of_bank(session: AsyncSession, order: Order) -> Operation:
    """The one hold that was asked for without her."""
    rows = await session.exec(
        select(Operation).where(
            Operation.order_id == order.id,
            Operation.kind == payments.OperationKind.AUTHORISE,
        )
    )
    return rows.one()


async def test_a_far_visit_keeps_her_card_and_holds_two_days_before(
    house: SmallHouse, sandbox: Sandbox, gateway: StripeGateway, her: Client
) -> None:
    order = await booked(house, gateway, her, OK)
    assert (order.state, order.standing) == (
        OrderState.CONFIRMED,
        payments.Standing.CARD_SAVED,
    )
    assert order.hold_due == OPENS - timedelta(hours=48)
    async with transaction(house.engine) as session:
        assert await holds_in(session, order) == []
        (letter,) = (await session.exec(select(Message))).all()
    assert "is set aside two days before the visit" in letter.body
    await time_is(house, sandbox, gateway, OPENS - timedelta(hours=48, minutes=1))
    assert (await again(house, order)).standing is payments.Standing.CARD_SAVED
    await time_is(house, sandbox, gateway, OPENS - timedelta(hours=48))
    order = await again(house, order)
    assert (order.standing, order.hold_due) == (payments.Standing.AUTHORISED, None)
    async with transaction(house.engine) as session:
        (hold,) = await holds_in(session, order)
        subjects = [each.subject for each in await session.exec(select(Message))]
    assert hold.amount_minor == sum(PRICES)
    assert hold.capture_before == OPENS + timedelta(hours=66)  # a Visa held without her
    assert subjects == ["Your visit is booked", "The amount is set aside"]


async def test_nothing_departs_without_a_hold_that_outlasts_the_visit(
    house: SmallHouse, sandbox: Sandbox, gateway: StripeGateway, her: Client
) -> None:
    order = await booked(house, gateway, her, OK)
    with pytest.raises(WrongStep, match="no card held"):
        await set_out(house, order, OPENS - timedelta(minutes=30))
    await time_is(house, sandbox, gateway, OPENS - timedelta(hours=48))
    async with transaction(house.engine) as session:
        (hold,) = await holds_in(session, order)
        lasts, hold.capture_before = hold.capture_before, OPENS + timedelta(hours=24)
    with pytest.raises(WrongStep, match="not held long enough"):
        await set_out(house, order, OPENS - timedelta(minutes=30))
    async with transaction(house.engine) as session:
        (await session.get_one(Hold, hold.id)).capture_before = lasts
    await set_out(house, order, OPENS - timedelta(minutes=30))


async def set_out(house: SmallHouse, order: Order, moment: datetime) -> None:
    async with transaction(house.engine) as session:
        stop = await session.get_one(Stop, order.id)
        report = StepReport(uuid4(), Step.EN_ROUTE, moment)
        await record_step(session, order.id, report, concierge_id=stop.concierge_id, now=moment)


async def test_a_bank_that_says_later_is_asked_once_more_and_she_and_the_desk_are_told(
    house: SmallHouse, sandbox: Sandbox, gateway: StripeGateway, her: Client
) -> None:
    order = await booked(house, gateway, her, FAILS_LATER)
    await time_is(house, sandbox, gateway, OPENS - timedelta(hours=48))
    order = await again(house, order)
    assert order.standing is payments.Standing.DECLINED
    assert order.hold_due == OPENS - timedelta(hours=24)
    await tell_not_held(house.engine, order.id, base_url=BASE)
    assert "We ask it again" in await last_letter(house)
    assert await open_cases(house) == ["money_not_held"]
    await time_is(house, sandbox, gateway, OPENS - timedelta(hours=24))
    order = await again(house, order)
    assert (order.standing, order.hold_due) == (payments.Standing.DECLINED, None)
    await tell_not_held(house.engine, order.id, base_url=BASE)
    letter = await last_letter(house)
    assert "without it we cannot come" in letter
    assert f"{BASE}/orders/{order.id}" in letter
    await give(house, gateway, her, order, MASTERCARD)
    order = await again(house, order)
    assert (order.state, order.standing) == (
        OrderState.CONFIRMED,
        payments.Standing.AUTHORISED,
    )
    assert await open_cases(house) == []
    await set_out(house, order, OPENS - timedelta(minutes=30))


async def test_a_bank_that_wants_her_is_answered_by_the_link_in_her_letter(
    house: SmallHouse, sandbox: Sandbox, gateway: StripeGateway, her: Client
) -> None:
    order = await booked(house, gateway, her, ASKS_ALWAYS)
    with pytest.raises(TooLate):
        await to_card(house, gateway, order)
    await time_is(house, sandbox, gateway, OPENS - timedelta(hours=48))
    order = await again(house, order)
    assert (order.standing, order.hold_due) == (payments.Standing.ACTION_REQUIRED, None)
    await tell_not_held(house.engine, order.id, base_url=BASE)
    letter = await last_letter(house)
    assert "confirm yourself" in letter
    assert f"{BASE}/orders/{order.id}" in letter
    first, second = await to_card(house, gateway, order), await to_card(house, gateway, order)
    assert first.id == second.id  # opening the link twice is one page
    await give(house, gateway, her, order, ASKS_ALWAYS)
    order = await again(house, order)
    assert order.standing is payments.Standing.AUTHORISED
    async with transaction(house.engine) as session:
        (hold,) = await holds_in(session, order)
    assert hold.amount_minor == sum(PRICES)
    await tell_not_held(house.engine, order.id, base_url=BASE)
    assert "confirm yourself" not in await last_letter(house)


async def test_a_page_that_closed_unused_is_followed_by_another(
    house: SmallHouse, sandbox: Sandbox, gateway: StripeGateway, her: Client
) -> None:
    order = await booked(house, gateway, her, ASKS_ALWAYS)
    await time_is(house, sandbox, gateway, OPENS - timedelta(hours=48))
    first = await to_card(house, gateway, order)
    await time_is(house, sandbox, gateway, OPENS - timedelta(hours=40))
    await give(house, gateway, her, order, OK)
    assert (await again(house, order)).standing is payments.Standing.AUTHORISED
    assert await check_card_page(house.engine, gateway, first.id) is CardPageState.EXPIRED


async def test_a_hold_that_ends_too_early_is_renewed_before_the_old_one_goes(
    house: SmallHouse, sandbox: Sandbox, gateway: StripeGateway, her: Client
) -> None:
    order = await booked(house, gateway, her, OK)
    await time_is(house, sandbox, gateway, OPENS - timedelta(hours=48))
    later = timedelta(days=3)
    async with transaction(house.engine) as session:
        moved = await session.get_one(Order, order.id)
        moved.opens, moved.closes = OPENS + later, OPENS + later + timedelta(hours=1)
        moved.hold_due = OPENS - timedelta(hours=48)
    await time_is(house, sandbox, gateway, OPENS - timedelta(hours=47))
    async with transaction(house.engine) as session:
        (first,) = await holds_in(session, order)
    assert first.state is payments.HoldState.HELD
    await time_is(house, sandbox, gateway, OPENS + later - timedelta(hours=48))
    order = await again(house, order)
    assert order.standing is payments.Standing.AUTHORISED
    async with transaction(house.engine) as session:
        old, new = await holds_in(session, order)
    assert (old.state, new.state) == (payments.HoldState.RELEASED, payments.HoldState.HELD)
    assert order.closes is not None
    assert payments.covers([as_read(new)], new.amount, order.closes + timedelta(hours=24))
    assert "You may see the amount twice" in await last_letter(house)
    await settle_all_kept(house, order)
    await work_off(house, gateway, OPENS + later)
    assert (await gateway.fetch_hold(new.provider_id)).captured == payments.Money(
        sum(PRICES), "SEK"
    )
    assert (await again(house, order)).state is OrderState.SETTLED


async def test_money_that_goes_away_by_itself_is_asked_for_again(
    house: SmallHouse, sandbox: Sandbox, gateway: StripeGateway, her: Client
) -> None:
    order = await booked(house, gateway, her, MASTERCARD)
    moment = OPENS - timedelta(hours=48)
    await time_is(house, sandbox, gateway, moment)
    async with transaction(house.engine) as session:
        (hold,) = await holds_in(session, order)
    await gateway.release(hold.provider_id, key=f"{order.id}:by-hand", op="by-hand")
    await hear_of(house, gateway, hold.provider_id, moment)
    await work_off(house, gateway, moment)
    order = await again(house, order)
    assert order.standing is payments.Standing.AUTHORISED
    async with transaction(house.engine) as session:
        states = [each.state for each in await holds_in(session, order)]
    assert sorted(states) == [payments.HoldState.HELD, payments.HoldState.RELEASED]


async def hear_of(
    house: SmallHouse, gateway: StripeGateway, object_id: str, moment: datetime
) -> None:
    """A notice says that something happened to a hold."""
    kind = payments.notices.NoticeKind.HOLD
    told = payments.notices.Notice(f"evt_{uuid4().hex}", kind, object_id, moment, "test")
    async with transaction(house.engine) as session:
        await keep_notice(session, told)
    await read_notice(house.engine, gateway, told.id)


@pytest.mark.parametrize("kind", ["500_before", "500_after", "409", "drop_before", "drop_after"])
async def test_a_lost_answer_never_holds_her_money_twice(
    house: SmallHouse, sandbox: Sandbox, gateway: StripeGateway, her: Client, kind: str
) -> None:
    order = await booked(house, gateway, her, OK)
    await sandbox.fault(kind, "/v1/payment_intents")
    await time_is(house, sandbox, gateway, OPENS - timedelta(hours=48))
    order = await again(house, order)
    assert order.standing is payments.Standing.AUTHORISED
    totals = (await sandbox.look(f"totals?order={order.id}"))["orders"][str(order.id)]
    assert (totals["authorised"], totals["held"]) == (sum(PRICES), sum(PRICES))


async def test_a_hold_whose_answer_was_lost_is_known_by_the_notice_of_it(
    house: SmallHouse, sandbox: Sandbox, gateway: StripeGateway, her: Client
) -> None:
    order = await booked(house, gateway, her, OK)
    moment = OPENS - timedelta(hours=48)
    await sandbox.tell("clock/set", now=moment.isoformat())
    await house.clock(moment)
    await hold_money(house.engine, order.id)
    async with transaction(house.engine) as session:
        operation = await asked_of_bank(session, order)
    await sandbox.fault("drop_after", "/v1/payment_intents")
    with pytest.raises(payments.Unreachable):
        await run_operation(house.engine, gateway, operation.id)
    made = await gateway.find_hold(operation.fact, customer=order.payer)
    assert made is not None
    await hear_of(house, gateway, made.id, moment)
    await hear_of(house, gateway, made.id, moment)
    assert (await again(house, order)).standing is payments.Standing.AUTHORISED
    await run_operation(house.engine, gateway, operation.id)
    async with transaction(house.engine) as session:
        assert len(await holds_in(session, order)) == 1


async def test_a_visit_called_off_while_its_bank_is_asked_holds_nothing(
    house: SmallHouse, sandbox: Sandbox, gateway: StripeGateway, her: Client
) -> None:
    order = await booked(house, gateway, her, OK)
    moment = OPENS - timedelta(hours=48)
    await house.clock(moment)
    await sandbox.tell("clock/set", now=moment.isoformat())
    await hold_money(house.engine, order.id)
    await sandbox.fault("drop_after", "/v1/payment_intents")
    async with transaction(house.engine) as session:
        asked = await asked_of_bank(session, order)
    with pytest.raises(payments.Unreachable):
        await run_operation(house.engine, gateway, asked.id)
    await cancel_order(house.engine, gateway, house.roads, order.id, by="client")
    await work_off(house, gateway, moment)
    totals = (await sandbox.look(f"totals?order={order.id}"))["orders"][str(order.id)]
    assert (totals["held"], totals["released"]) == (0, sum(PRICES))
    assert (await again(house, order)).standing is payments.Standing.RELEASED


async def test_calling_off_a_far_visit_says_that_nothing_was_set_aside(
    house: SmallHouse, gateway: StripeGateway, her: Client
) -> None:
    order = await booked(house, gateway, her, OK)
    await cancel_order(house.engine, gateway, house.roads, order.id, by="client")
    assert (await again(house, order)).standing is payments.Standing.RELEASED
    assert "nothing is set aside" in await last_letter(house)


async def test_a_flexible_client_s_money_is_held_for_the_first_day_it_may_be(
    house: SmallHouse, sandbox: Sandbox, gateway: StripeGateway, her: Client
) -> None:
    days = (OPENS - timedelta(days=2), OPENS)
    order = await booked(house, gateway, her, OK, *days)
    assert order.opens is None
    assert order.standing is payments.Standing.CARD_SAVED
    assert order.hold_due == days[0] - timedelta(hours=48)
    await time_is(house, sandbox, gateway, days[0] - timedelta(hours=48))
    order = await again(house, order)
    assert order.standing is payments.Standing.AUTHORISED
    assert order.hold_due == days[0] + timedelta(hours=1)  # her first wish is over
    await time_is(house, sandbox, gateway, days[0] + timedelta(hours=1))
    order = await again(house, order)
    async with transaction(house.engine) as session:
        live = [hold for hold in await holds_in(session, order) if hold.live]
    (hold,) = live
    assert payments.covers([as_read(hold)], hold.amount, OPENS + timedelta(hours=25))


async def settle_all_kept(house: SmallHouse, order: Order) -> None:
    """She keeps everything."""
    async with transaction(house.engine) as session:
        hers = await session.get_one(Order, order.id)
        lines = select(OrderLine).where(OrderLine.order_id == order.id)
        for line in await session.exec(lines):
            line.verdict = "kept"
        hers.state = OrderState.RETURNED
        await plan_settlement(session, hers, OPENS)


async def last_letter(house: SmallHouse) -> str:
    async with transaction(house.engine) as session:
        letters = await session.exec(select(Message).order_by(col(Message.at).desc()))
        return letters.all()[0].body


async def open_cases(house: SmallHouse) -> list[str]:
    async with transaction(house.engine) as session:
        still = await session.exec(select(Case.kind).where(col(Case.closed_at).is_(None)))
        return list(still.all())


async def test_the_database_moves_money_by_the_same_table(
    house: SmallHouse, gateway: StripeGateway, her: Client
) -> None:
    order = await booked(house, gateway, her, OK)
    for was in payments.Standing:
        for to in set(payments.Standing) - {was}:
            allowed = (was, to) in payments.MOVES
            assert await goes(house, order, was, to) is allowed, (was, to)


async def goes(
    house: SmallHouse, order: Order, was: payments.Standing, to: payments.Standing
) -> bool:
    """Whether the database lets it, tried and taken back."""
    async with house.engine.connect() as connection:
        raw = await connection.get_raw_connection()
        driver = raw.driver_connection
        assert driver is not None
        await driver.execute("set session_replication_role = replica")
        change = "update orders set standing = %s where id = %s"
        await driver.execute(change, (was.value, order.id))
        await driver.execute("set session_replication_role = origin")
        try:
            await driver.execute(change, (to.value, order.id))
        except psycopg.errors.CheckViolation:
            return False
        else:
            return True
        finally:
            await connection.rollback()


async def test_a_card_page_that_came_to_nothing_does_not_make_her_bank_be_asked_again(
    house: SmallHouse, sandbox: Sandbox, gateway: StripeGateway, her: Client
) -> None:
    order = await booked(house, gateway, her, FAILS_LATER)
    await time_is(house, sandbox, gateway, OPENS - timedelta(hours=48))
    await time_is(house, sandbox, gateway, OPENS - timedelta(hours=24))
    page = await to_card(house, gateway, order)
    await her.give(payments.CardPage(page.id, page.url, page.expires_at), FAILS_LATER)
    moment = OPENS - timedelta(hours=20)
    await time_is(house, sandbox, gateway, moment)
    assert await check_card_page(house.engine, gateway, page.id) is CardPageState.EXPIRED
    await hold_money(house.engine, order.id)
    await work_off(house, gateway, moment)
    order = await again(house, order)
    assert (order.standing, order.hold_due) == (payments.Standing.DECLINED, None)
    async with transaction(house.engine) as session:
        assert await holds_in(session, order) == []
