"""What a concierge's phone may ask of the desk."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import event
from sqlmodel import col, select

from concierge.desk.record_returns import record_returns
from concierge.desk.record_step import record_step
from concierge.desk.show_visit import show_visit
from concierge.desk.todays_route import draw_drives, live_route, todays_route
from concierge.model import (
    Case,
    Event,
    Operation,
    Order,
    OrderLine,
    OrderState,
    Piece,
    PieceMove,
    PieceState,
    ReturnsConflict,
    Step,
    VisitStep,
    new_id,
)
from concierge.model.refusals import (
    AlreadySettled,
    KeyReused,
    Missing,
    Refusal,
    UnknownPiece,
    WrongStep,
)
from concierge.store.engine import open_engine
from concierge.store.transaction import transaction
from concierge.web.garments import address
from tests.concierge.field_day import FieldDay, build_field_day, report
from tests.small_house import PRICES, at


@pytest.fixture
async def today(database: str) -> AsyncIterator[FieldDay]:
    engine = open_engine(database)
    yield await build_field_day(engine)
    await engine.dispose()


async def take(today: FieldDay, *steps: Step, order: int = 0, clock: str = "09:05") -> None:
    for step in steps:
        async with transaction(today.engine) as session:
            await record_step(
                session, today.orders[order].id, report(step, clock),
                concierge_id=today.amelie.id, now=at("09:30"),
            )  # fmt: skip


async def pieces_of(today: FieldDay, order: int = 0) -> set[tuple[PieceState, str]]:
    ids = [piece.id for piece in today.pieces[order]]
    async with transaction(today.engine) as session:
        rows = (await session.exec(select(Piece).where(col(Piece.id).in_(ids)))).all()
    return {(PieceState(row.state), row.holder) for row in rows}


async def test_her_route_has_her_stops_in_driving_order_and_nobody_elses(today: FieldDay) -> None:
    async with transaction(today.engine) as session:
        route = await todays_route(session, today.amelie.id, None, at("09:00"), picture=address)
    assert [visit.order for visit in route.visits] == [order.id for order in today.orders[:2]]
    assert [visit.number for visit in route.visits] == [1, 2]
    assert route.back == at("12:10")
    assert [rest.starts for rest in route.rests] == [at("12:00")]
    first = route.visits[0]
    assert first.client.shown_as == "Mme Haddad"
    assert [(like.words, like.confirmed) for like in first.client.preferences] == [
        ("Likes sleeves", True)
    ]
    assert first.held.minor == sum(PRICES)
    assert [piece.price.minor for piece in first.pieces] == list(PRICES)
    assert first.pieces[0].image == "/garments/dress/plain/eeeae0.svg"


async def test_one_visit_is_read_alone_and_keeps_its_number_of_the_day(today: FieldDay) -> None:
    first, second = today.orders[:2]
    read: set[UUID] = set()

    def note(order: Order, _: object) -> None:
        read.add(order.id)

    event.listen(Order, "load", note)
    try:
        async with transaction(today.engine) as session:
            visit = await show_visit(session, second.id, today.amelie.id, picture=address)
    finally:
        event.remove(Order, "load", note)
    assert visit.number == 2
    assert read == {second.id}
    async with transaction(today.engine) as session:
        (await session.get_one(Order, first.id)).state = OrderState.CANCELLED
    async with transaction(today.engine) as session:
        visit = await show_visit(session, second.id, today.amelie.id, picture=address)
    assert visit.number == 1


async def test_without_a_road_engine_her_drives_are_straight_and_say_so(today: FieldDay) -> None:
    async with transaction(today.engine) as session:
        route = await todays_route(session, today.amelie.id, None, at("09:00"), picture=address)
    drawn = await draw_drives(route, today.house.roads)
    assert len(drawn.drives) == len(drawn.visits) + 1
    assert drawn.estimated
    assert drawn.drives[0][0] == (today.house.hub.longitude, today.house.hub.latitude)


async def test_a_visit_that_runs_over_makes_the_next_one_late_on_her_phone(
    today: FieldDay,
) -> None:
    await take(today, Step.EN_ROUTE, Step.ARRIVED)
    backs: list[datetime | None] = []
    for now, is_late in [("09:30", False), ("11:10", True)]:
        await today.house.clock(at(now))
        route = await live_route(
            today.engine, today.house.roads, today.amelie.id, None, picture=address
        )
        [second] = route.expected
        behind = second.starts - route.visits[1].starts
        assert second.order == today.orders[1].id
        assert behind >= timedelta(minutes=10) if is_late else not behind
        assert second.late_min == behind // timedelta(minutes=1)
        backs.append(route.back)
    on_time, late = backs
    assert on_time is not None
    assert late is not None
    assert late - on_time == behind


async def test_the_pieces_ride_with_her_and_are_then_in_the_clients_hands(
    today: FieldDay,
) -> None:
    await take(today, Step.EN_ROUTE)
    assert await pieces_of(today) == {(PieceState.VAN, f"concierge:{today.amelie.id}")}
    await take(today, Step.ARRIVED, Step.TRYING)
    assert await pieces_of(today) == {(PieceState.WITH_CLIENT, f"client:{today.house.client.id}")}
    async with transaction(today.engine) as session:
        order = await session.get(Order, today.orders[0].id)
        moves = (await session.exec(select(PieceMove))).all()
    assert order is not None
    assert order.state == OrderState.AT_VISIT
    assert len(moves) == 2 * len(PRICES)


async def test_the_same_step_sent_twice_counts_once(today: FieldDay) -> None:
    arrived = report(Step.ARRIVED)
    answers: list[bool] = []
    for _ in range(2):
        async with transaction(today.engine) as session:
            answers.append(
                await record_step(
                    session, today.orders[0].id, arrived,
                    concierge_id=today.amelie.id, now=at("09:30"),
                )
            )  # fmt: skip
    async with transaction(today.engine) as session:
        steps = (await session.exec(select(VisitStep))).all()
        moves = (await session.exec(select(PieceMove))).all()
    assert answers == [True, False]
    assert len(steps) == 1
    assert len(moves) == len(PRICES)


async def test_a_steps_id_that_comes_again_for_another_step_is_refused(today: FieldDay) -> None:
    name = new_id()
    async with transaction(today.engine) as session:
        await record_step(
            session, today.orders[0].id, report(Step.ARRIVED, name=name),
            concierge_id=today.amelie.id, now=at("09:30"),
        )  # fmt: skip
    with pytest.raises(KeyReused):
        async with transaction(today.engine) as session:
            await record_step(
                session, today.orders[0].id, report(Step.TRYING, name=name),
                concierge_id=today.amelie.id, now=at("09:30"),
            )  # fmt: skip


async def test_a_step_that_comes_late_takes_nothing_back(today: FieldDay) -> None:
    await take(today, Step.ARRIVED)
    await take(today, Step.EN_ROUTE)
    assert await pieces_of(today) == {(PieceState.WITH_CLIENT, f"client:{today.house.client.id}")}


async def test_ringing_before_the_window_is_told(today: FieldDay) -> None:
    await take(today, Step.ARRIVED, order=1, clock="09:20")
    async with transaction(today.engine) as session:
        visit = await show_visit(session, today.orders[1].id, today.amelie.id, picture=address)
        events = (await session.exec(select(Event).where(Event.kind == "step"))).all()
    assert visit.early
    assert {event.topic.partition(":")[0] for event in events} == {"day", "order", "concierge"}
    assert all(event.content["early"] for event in events)


async def test_a_phone_whose_clock_runs_ahead_knows_nothing_of_the_future(
    today: FieldDay,
) -> None:
    await take(today, Step.ARRIVED, clock="23:00")
    async with transaction(today.engine) as session:
        step = (await session.exec(select(VisitStep))).one()
    assert step.at == at("09:30")


@pytest.mark.parametrize("step", [Step.EN_ROUTE, Step.ARRIVED, Step.TRYING])
async def test_without_a_card_held_nothing_changes_hands(today: FieldDay, step: Step) -> None:
    async with transaction(today.engine) as session:
        order = await session.get(Order, today.orders[0].id)
        assert order is not None
        order.state, order.slot_until = OrderState.PLACED, at("10:00")
    with pytest.raises(WrongStep):
        await take(today, step)
    assert await pieces_of(today) == {(PieceState.SHELF, f"hub:{today.house.hub.id}")}


async def test_a_visit_is_not_finished_before_its_returns_are_recorded(today: FieldDay) -> None:
    await take(today, Step.ARRIVED)
    with pytest.raises(WrongStep):
        await take(today, Step.FINISHED)


async def test_what_she_keeps_is_hers_and_the_rest_comes_back_with_the_concierge(
    today: FieldDay,
) -> None:
    await take(today, Step.ARRIVED)
    async with transaction(today.engine) as session:
        refusal = await record_returns(
            session, today.orders[0].id, today.record(0),
            concierge_id=today.amelie.id, now=at("09:51"),
        )  # fmt: skip
        visit = await show_visit(session, today.orders[0].id, today.amelie.id, picture=address)
        operations = (await session.exec(select(Operation))).all()
    assert refusal is None
    assert await pieces_of(today) == {
        (PieceState.SOLD, f"client:{today.house.client.id}"),
        (PieceState.RETURNING, f"concierge:{today.amelie.id}"),
    }
    assert [(one.kind, one.amount_minor) for one in operations] == [("capture", PRICES[0])]
    receipt = visit.receipt
    assert receipt is not None
    assert (receipt.state, receipt.kept, receipt.returned) == ("settling", 1, 2)
    assert receipt.due.minor == PRICES[0]
    assert receipt.released.minor == sum(PRICES[1:])


async def test_the_same_list_sent_twice_changes_nothing(today: FieldDay) -> None:
    record = today.record(0, 1)
    for _ in range(2):
        async with transaction(today.engine) as session:
            refusal = await record_returns(
                session, today.orders[0].id, record,
                concierge_id=today.amelie.id, now=at("09:51"),
            )  # fmt: skip
        assert refusal is None
    async with transaction(today.engine) as session:
        operations = (await session.exec(select(Operation))).all()
        moves = (await session.exec(select(PieceMove))).all()
        cases = (await session.exec(select(Case))).all()
    assert len(operations) == 1
    assert len(moves) == len(PRICES)
    assert not cases


@pytest.mark.parametrize("refused", [KeyReused, AlreadySettled])
async def test_a_list_that_contradicts_the_first_changes_nothing_and_is_a_persons_case(
    today: FieldDay, refused: type[Refusal]
) -> None:
    first = today.record(0)
    second = today.record(0, 1, 2, key=first.key if refused is KeyReused else None)
    answers: list[object] = []
    for record in (first, second, second):
        async with transaction(today.engine) as session:
            answers.append(
                await record_returns(
                    session, today.orders[0].id, record,
                    concierge_id=today.amelie.id, now=at("09:51"),
                )
            )  # fmt: skip
    assert answers[0] is None
    assert all(isinstance(answer, refused) for answer in answers[1:])
    async with transaction(today.engine) as session:
        lines = (
            await session.exec(select(OrderLine).where(OrderLine.order_id == today.orders[0].id))
        ).all()
        conflicts = (await session.exec(select(ReturnsConflict))).all()
        cases = (await session.exec(select(Case))).all()
        operations = (await session.exec(select(Operation))).all()
    assert sum(line.kept for line in lines) == 1
    assert [conflict.digest for conflict in conflicts] == [second.digest]
    assert [case.kind for case in cases] == ["returns_conflict"]
    assert [one.amount_minor for one in operations] == [PRICES[0]]


async def test_two_phones_with_the_same_list_agree(today: FieldDay) -> None:
    for record in (today.record(0), today.record(0)):
        async with transaction(today.engine) as session:
            assert await record_returns(
                session, today.orders[0].id, record,
                concierge_id=today.amelie.id, now=at("09:51"),
            ) is None  # fmt: skip
    async with transaction(today.engine) as session:
        assert not (await session.exec(select(Case))).all()
        assert len((await session.exec(select(Operation))).all()) == 1


async def test_a_list_that_misses_a_piece_is_refused_and_nothing_moves(today: FieldDay) -> None:
    whole = today.record(0)
    short = type(whole)(whole.key, whole.verdicts[:-1], whole.confirmed_at)
    with pytest.raises(UnknownPiece):
        async with transaction(today.engine) as session:
            await record_returns(
                session, today.orders[0].id, short,
                concierge_id=today.amelie.id, now=at("09:51"),
            )  # fmt: skip
    assert await pieces_of(today) == {(PieceState.SHELF, f"hub:{today.house.hub.id}")}


async def test_somebody_elses_visit_is_not_there_for_her(today: FieldDay) -> None:
    toms = today.orders[2].id
    async with transaction(today.engine) as session:
        with pytest.raises(Missing):
            await show_visit(session, toms, today.amelie.id, picture=address)
        with pytest.raises(Missing):
            await record_step(
                session, toms, report(Step.ARRIVED),
                concierge_id=today.amelie.id, now=at("09:30"),
            )  # fmt: skip
        with pytest.raises(Missing):
            await record_returns(
                session, toms, today.record(0, order=2),
                concierge_id=today.amelie.id, now=at("09:51"),
            )  # fmt: skip
        with pytest.raises(Missing):
            await show_visit(session, new_id(), today.amelie.id, picture=address)
