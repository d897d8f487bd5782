"""What has happened by now: concierges drove, clients tried, kept and returned, money followed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import routing
from concierge.model import (
    Case,
    Condition,
    Piece,
    PieceMove,
    PieceState,
    PieceVerdict,
    ReturnReason,
    ReturnsRecord,
    Step,
    Verdict,
    VisitStep,
)
from concierge.model.told import says

from .booked import Booking, Day, resting
from .chance import Chance
from .days import HURRIED, HURRIED_WINDOW
from .money import Money
from .story import STORY_DAY, STORY_NOW
from .wardrobe import Wardrobe

KEEPS = 0.36
"""How often she keeps a piece she tried."""
STUCK_UNTIL = timedelta(hours=14, minutes=19)
"""When the hurried concierge reaches the first of two doors, by the clock."""
PACKED_BEFORE = timedelta(minutes=50)
EARLY = timedelta(minutes=4)
WAITS = timedelta(minutes=10)
"""How long before a window opens she is on her way at most, the drive apart."""
CLEANED = timedelta(hours=18)
"""How long a mark keeps a piece off the rail."""
FITS = (ReturnReason.TOO_SMALL, ReturnReason.TOO_LARGE)
TASTES = (
    ReturnReason.CHANGED_MIND, ReturnReason.COLOUR, ReturnReason.FABRIC,
    ReturnReason.TOO_LARGE, ReturnReason.TOO_SMALL, ReturnReason.NOT_TRIED,
)  # fmt: skip


@dataclass(slots=True)
class Lived:
    """Rows of what happened."""

    chance: Chance
    money: Money
    steps: list[VisitStep] = field(default_factory=list[VisitStep])
    moves: list[PieceMove] = field(default_factory=list[PieceMove])
    cases: list[Case] = field(default_factory=list[Case])
    rang_early: bool = False

    def live(self, day: Day, wardrobe: Wardrobe) -> dict[UUID, UUID]:
        """Let a day happen, up to now; which concierge has served which order."""
        served: dict[UUID, UUID] = {}
        for shift in day.shifts.values():
            route = day.route(shift.id)
            if route is not None:
                who = shift.concierge_id
                done = self._drive(day, route, who, wardrobe)
                served.update(dict.fromkeys(done, who))
        return served

    def _drive(self, day: Day, route: routing.Route, who: UUID, wardrobe: Wardrobe) -> list[UUID]:
        """One concierge's day; the orders she has finished."""
        me = f"concierge:{who}"
        served: list[UUID] = []
        self._pack(day, route, me)
        free = route.leaves
        for place, stop in enumerate(route.stops):
            booking = day.bookings[UUID(stop.visit)]
            departs = stop.arrives - stop.drive - resting(route, place)
            sets_out = max(free, departs) + self._minutes(0, 3)
            if max(sets_out, stop.window.opens - WAITS - stop.drive) > STORY_NOW:
                break
            self._step(booking, Step.EN_ROUTE, sets_out, me)
            arrives = self._arrival(day, route, place, sets_out)
            if arrives > STORY_NOW - timedelta(minutes=1):
                break
            free = self._visit(booking, stop, arrives, me, wardrobe)
            if free > STORY_NOW:
                break
            served.append(booking.order.id)
        if day.date < STORY_DAY:
            self._come_home(day, route, served, me)
        return served

    def _arrival(self, day: Day, route: routing.Route, place: int, sets_out: datetime) -> datetime:
        """When she rings: never before the window opens, but once."""
        stop = route.stops[place]
        rested = [rest.ends for rest in route.breaks if rest.before == place]
        driven = sets_out + stop.drive + resting(route, place) + self._minutes(-1, 4)
        arrives = max(driven, *rested) if rested else driven
        if _is_hurried(day, route, place):
            midnight = day.hub.at(day.date, "00:00")
            return max(arrives, midnight + STUCK_UNTIL)
        if arrives < stop.window.opens and day.date == STORY_DAY and not self.rang_early:
            self.rang_early = True
            return max(driven, stop.window.opens - EARLY)
        return max(arrives, stop.window.opens)

    def _visit(
        self, booking: Booking, stop: routing.Stop, arrives: datetime, me: str, wardrobe: Wardrobe
    ) -> datetime:
        """At the door, trying, done: when she is free again."""
        lasts = stop.ends - stop.starts
        starts = arrives + timedelta(minutes=2)
        booking.order.begin()
        self._step(booking, Step.ARRIVED, arrives, me)
        at_client = (PieceState.WITH_CLIENT, f"client:{booking.client.id}")
        self._move(booking, booking.pieces, at_client, arrives, me)
        if starts <= STORY_NOW:
            self._step(booking, Step.TRYING, starts, me)
        ends = arrives + lasts * self.chance.share(0.78, 1.02)
        if ends > STORY_NOW or stop.starts + lasts > STORY_NOW:
            return max(ends, STORY_NOW + timedelta(minutes=1))
        recorded = ends - timedelta(minutes=2)
        self._return(booking, recorded, me, wardrobe)
        self._step(booking, Step.FINISHED, ends, me)
        return ends

    def _return(self, booking: Booking, recorded: datetime, me: str, wardrobe: Wardrobe) -> None:
        """Every piece gets its verdict, what stays is paid."""
        verdicts = self._verdicts(booking, wardrobe)
        record = ReturnsRecord(self.chance.id(recorded), tuple(verdicts), recorded)
        booking.order.record_verdicts(record, booking.lines)
        kept = {each.piece for each in verdicts if each.verdict is Verdict.KEPT}
        sold = [piece for piece in booking.pieces if piece.id in kept]
        back = [piece for piece in booking.pieces if piece.id not in kept]
        for piece in sold:
            wardrobe.lose(piece)
        self._move(booking, sold, (PieceState.SOLD, f"client:{booking.client.id}"), recorded, me)
        self._move(booking, back, (PieceState.RETURNING, me), recorded, me)
        hold = next(each for each in self.money.holds if each.order_id == booking.order.id)
        self.money.settle(booking, hold, recorded)
        marked = [each for each in verdicts if each.condition is Condition.MARKED]
        if marked:
            self._ask_a_person(booking, marked[0], recorded)

    def _verdicts(self, booking: Booking, wardrobe: Wardrobe) -> list[PieceVerdict]:
        """What she keeps and why the rest goes back; never the same piece in two sizes."""
        kept: set[UUID] = set()
        styles = [wardrobe.style_of(piece).id for piece in booking.pieces]
        verdicts: list[PieceVerdict] = []
        for piece, style in zip(booking.pieces, styles, strict=True):
            if style not in kept and self.chance.share() < KEEPS:
                kept.add(style)
                verdicts.append(PieceVerdict(piece.id, Verdict.KEPT))
                continue
            reasons: Sequence[ReturnReason] = FITS if styles.count(style) > 1 else TASTES
            condition = self.chance.weighed(
                (Condition.AS_NEW, Condition.TAGS_REMOVED, Condition.MARKED), (60, 4, 1)
            )
            verdicts.append(
                PieceVerdict(piece.id, Verdict.RETURNED, self.chance.one(reasons), condition)
            )
        return verdicts

    def _ask_a_person(self, booking: Booking, verdict: PieceVerdict, at: datetime) -> None:
        piece = next(each for each in booking.pieces if each.id == verdict.piece)
        case = Case(
            id=self.chance.id(at), hub_id=booking.order.hub_id, order_id=booking.order.id,
            kind="piece_condition", opened_at=at,
        )  # fmt: skip
        if at.date() < STORY_DAY:
            case.end("Cleaned; it hangs on the rail again.", by="Dispatch", now=at + CLEANED)
        marked = says(
            "Piece %(tag)s came back marked from order %(order)s: see to it, and write here what "
            "was done.",
            tag=piece.tag, order=booking.order.reference,
        )  # fmt: skip
        case.tell([marked])
        self.cases.append(case)

    def _pack(self, day: Day, route: routing.Route, me: str) -> None:
        """The hub packs before she leaves; from then on the pieces are hers."""
        packed, leaves = route.leaves - PACKED_BEFORE, route.leaves
        hub = f"hub:{day.hub.id}"
        for stop in route.stops:
            booking = day.bookings[UUID(stop.visit)]
            if packed <= STORY_NOW:
                self._move(booking, booking.pieces, (PieceState.BAG, hub), packed, hub)
            if leaves <= STORY_NOW:
                self._move(booking, booking.pieces, (PieceState.VAN, me), leaves, me)

    def _come_home(self, day: Day, route: routing.Route, served: Sequence[UUID], me: str) -> None:
        """Back at the hub everything returned is looked at and hung up again."""
        hub = f"hub:{day.hub.id}"
        for order_id in served:
            booking = day.bookings[order_id]
            back = [piece for piece in booking.pieces if piece.state is PieceState.RETURNING]
            at = route.returns + timedelta(minutes=20)
            self._move(booking, back, (PieceState.INSPECTION, hub), at, me)
            self._move(booking, back, (PieceState.SHELF, hub), at + timedelta(minutes=70), hub)

    def _move(
        self,
        booking: Booking,
        pieces: Sequence[Piece],
        to: tuple[PieceState, str],
        at: datetime,
        by: str,
    ) -> None:
        for piece in pieces:
            if piece.go(*to):
                self.moves.append(
                    PieceMove(
                        piece_id=piece.id, order_id=booking.order.id, state=to[0], holder=to[1],
                        at=at, by=by,
                    )
                )  # fmt: skip

    def _step(self, booking: Booking, step: Step, at: datetime, me: str) -> None:
        self.steps.append(
            VisitStep(
                id=self.chance.id(at), order_id=booking.order.id, step=step, at=at,
                received_at=at + timedelta(seconds=self.chance.number(1, 4)), by=me,
            )
        )  # fmt: skip

    def _minutes(self, least: int, most: int) -> timedelta:
        return timedelta(seconds=self.chance.number(60 * least, 60 * most))


def _is_hurried(day: Day, route: routing.Route, place: int) -> bool:
    """Whether this is the first of the two doors in one window, this afternoon."""
    if day.date != STORY_DAY or route.shift != day.shift_of(HURRIED):
        return False
    window = day.hub.windows_on(day.date)[HURRIED_WINDOW]
    return [stop.window for stop in route.stops].index(window) == place
