"""Orders: pieces to try, a promised window, and what became of each piece."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, UniqueConstraint
from sqlmodel import Field

import payments
import routing

from .client import Address
from .columns import (
    belongs_to,
    choice,
    document,
    id_field,
    least_a_card_takes,
    moment,
    texts,
)
from .promise import Promise
from .refusals import AlreadySettled, KeyReused, TooLate, UnknownPiece, WrongStep
from .returns import Condition, PieceVerdict, ReturnsRecord, Verdict, untouched
from .skills import in_words
from .table import Table


class OrderState(StrEnum):
    """Where an order is. Money and pieces have states of their own."""

    PLACED = "placed"
    """Place and pieces are held while she is at the card page."""
    CONFIRMED = "confirmed"
    AT_VISIT = "at_visit"
    RETURNED = "returned"
    """The returns are recorded; the money follows."""
    SETTLED = "settled"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


STANDING = frozenset(
    {OrderState.PLACED, OrderState.CONFIRMED, OrderState.AT_VISIT, OrderState.RETURNED}
)
"""States in which the order still needs its place in the day."""

COMING = frozenset({OrderState.PLACED, OrderState.CONFIRMED})
"""States in which the visit has not begun and may still be moved."""


class Order(Table, table=True):
    """A client's wish to try pieces at home in a window.

    From `opens` to `closes` is the promised window; both are empty while a flexible client waits
    for the planner to choose among her `OrderWish`es. `slot_until` is when an unpaid place is
    given up. `standing` is where its money stands; `hold_due` is when the hold calendar looks at
    it next, `collect_until` how long she has to pay by a link what could not be taken. `payer`
    and `card` are the provider's names for her and the card she left with us.
    The fees are those she agreed to: calling off is free until `notice_hours` before `opens`.
    `hold_policy` is her hub's on the day she ordered: what she was told is held stays so.
    `collects` is the give-back whose pieces this visit fetches; None of one that brings pieces to
    try. Nothing is held or charged for a collection, and what an order is for never changes.
    """

    __tablename__ = "orders"  # pyright: ignore[reportAssignmentType] - "order" is SQL's own word
    __table_args__ = (
        CheckConstraint("minutes > 0 and load >= 0 and priority >= 1"),
        CheckConstraint("(opens is null) = (closes is null) and opens <= closes"),
        CheckConstraint("state <> 'placed' or slot_until is not null"),
        CheckConstraint("late_fee_minor >= 0 and absence_fee_minor >= 0 and notice_hours >= 0"),
        CheckConstraint(
            f"let_off_minor = 0 or let_off_minor between 1 and {least_a_card_takes()} - 1",
            name="let_off_too_little",
        ),
        Index("orders_hub_day", "hub_id", "day"),
        Index("orders_slot", "slot_until", postgresql_where="state = 'placed'"),
        Index("orders_hold_due", "hold_due", postgresql_where="state = 'confirmed'"),
        Index("orders_collecting", "collect_until", postgresql_where="standing = 'collecting'"),
        CheckConstraint(
            "collects is null or (standing = 'released' and state <> 'placed'"
            " and opens is not null and late_fee_minor = 0 and absence_fee_minor = 0"
            " and coalesce(due_minor, 0) = 0)",
            name="collects_without_money",
        ),
        Index(
            "orders_collected_once", "collects", unique=True,
            postgresql_where="state in ('placed', 'confirmed', 'at_visit', 'returned')",
        ),
        Index("orders_collects", "collects"),
    )  # fmt: skip

    id: UUID = id_field()
    reference: str = Field(unique=True)
    hub_id: UUID = belongs_to("hub.id", index=False)
    day: date | None = None
    client_id: UUID = belongs_to("client.id")
    address_id: UUID = belongs_to("address.id", index=False)
    state: OrderState = choice(OrderState)
    opens: datetime | None = moment(nullable=True)
    closes: datetime | None = moment(nullable=True)
    minutes: int
    load: int
    skills: list[str] = texts()
    priority: int = 1
    currency: str = Field(max_length=3)
    placed_at: datetime = moment()
    slot_until: datetime | None = moment(nullable=True)
    confirmed_at: datetime | None = moment(nullable=True)
    returns_key: UUID | None = Field(default=None, unique=True)
    returns_digest: str | None = None
    returns_at: datetime | None = moment(nullable=True)
    settled_at: datetime | None = moment(nullable=True)
    due_minor: int | None = None
    let_off_minor: int = 0
    standing: payments.Standing = choice(payments.Standing, payments.Standing.DRAFT)
    hold_due: datetime | None = moment(nullable=True)
    collect_until: datetime | None = moment(nullable=True)
    payer: str | None = None
    card: str | None = None
    late_fee_minor: int = 0
    absence_fee_minor: int = 0
    notice_hours: int = 0
    hold_policy: payments.HoldPolicy = choice(
        payments.HoldPolicy, payments.HoldPolicy.DEAREST_PER_STYLE
    )
    collects: UUID | None = Field(
        default=None,
        sa_column=Column(
            ForeignKey("give_back.id", name="orders_collects_fkey", use_alter=True), nullable=True
        ),
    )

    @property
    def let_off(self) -> payments.Money:
        """What she owes and is not asked for: no card takes so little."""
        return payments.Money(self.let_off_minor, self.currency)

    @property
    def agreed_fee(self) -> payments.Money:
        """The largest fee she agreed to: it is held beside her pieces."""
        return payments.Money(max(self.late_fee_minor, self.absence_fee_minor), self.currency)

    @property
    def free_until(self) -> datetime | None:
        """Until when she may call the visit off without cost, once it has its window."""
        return self.opens and self.opens - timedelta(hours=self.notice_hours)

    def late_fee(self, now: datetime) -> payments.Money:
        """What calling the visit off costs her now; a place she has no card for yet is free."""
        free = self.state is OrderState.PLACED or self.free_until is None or now < self.free_until
        return payments.Money(0 if free else self.late_fee_minor, self.currency)

    @property
    def window(self) -> routing.Window | None:
        """The promised window, once there is one."""
        if self.opens is None or self.closes is None:
            return None
        return routing.Window(self.opens, self.closes)

    def promise(self, starts: datetime | None) -> Promise:
        """Whether a visit that begins at `starts`, or never, keeps the promised window."""
        if self.closes is None:
            return Promise.KEPT
        if starts is None:
            return Promise.NOBODY
        return Promise.LATE if starts > self.closes else Promise.KEPT

    def for_planner(
        self,
        address: Address,
        windows: tuple[routing.Window, ...],
        *,
        name: str = "",
        known_to: frozenset[str] = frozenset(),
        planned_on: str | None = None,
        lock: routing.Lock | None = None,
        forbidden: frozenset[str] = frozenset(),
    ) -> routing.Visit:
        """The same order as the planner sees it."""
        return routing.Visit(
            id=str(self.id),
            name=name,
            place=address.place,
            windows=windows,
            lasts=timedelta(minutes=self.minutes),
            load=self.load,
            skills=in_words(self.skills),
            priority=self.priority,
            known_to=known_to,
            planned_on=planned_on,
            lock=lock,
            forbidden=forbidden,
        )

    def stand(self, to: payments.Standing, by: payments.By) -> bool:
        """Move where the money stands; False when it stood there already.

        Raises:
            payments.WrongMove: there is no such move, or it is not theirs to make.
        """
        moved = to is not self.standing
        self.standing = payments.move(self.standing, to, by)
        return moved

    def confirm(self, now: datetime) -> bool:
        """Her card is held: the order stands. False when it stood already.

        Raises:
            TooLate: the place was given up before the money came.
        """
        if self.state is not OrderState.PLACED:
            if self.state in (OrderState.EXPIRED, OrderState.CANCELLED):
                raise TooLate(
                    "Order %(order)s was given up; nothing is charged.", order=self.reference
                )
            return False
        self.state, self.confirmed_at, self.slot_until = OrderState.CONFIRMED, now, None
        return True

    def expire(self, now: datetime) -> bool:
        """Give up an unpaid place whose time is over; False when there is nothing to give up.

        Raises:
            WrongStep: its time is not over yet.
        """
        if self.state is not OrderState.PLACED or self.slot_until is None:
            return False
        if now < self.slot_until:
            raise WrongStep("Order %(order)s still has its place.", order=self.reference)
        self.state, self.slot_until = OrderState.EXPIRED, None
        self.stand(payments.Standing.RELEASED, payments.By.DESK)
        return True

    def cancel(self, now: datetime, *, somebody_comes: bool = True) -> None:
        """Call the visit off before it begins; one that nobody comes to has not begun.

        Raises:
            TooLate: the visit has begun, or is over.
        """
        is_open = self.opens is not None and now >= self.opens
        if self.state not in COMING or (is_open and somebody_comes):
            raise TooLate("Your hour has begun; your concierge can help you at the door.")
        self.state, self.slot_until = OrderState.CANCELLED, None

    def begin(self) -> bool:
        """The concierge is at the door. False when she was there already.

        Raises:
            WrongStep: no card is held, or the order is given up: nothing may change hands.
        """
        if self.state is OrderState.CONFIRMED:
            self.state = OrderState.AT_VISIT
            return True
        if self.state in (OrderState.AT_VISIT, OrderState.RETURNED, OrderState.SETTLED):
            return False
        raise WrongStep("Order %(order)s has no card held; call the desk.", order=self.reference)

    def turned_away(self) -> None:
        """Nobody opened the door: the visit has not begun after all, its money stays held.

        Raises:
            WrongStep: the visit is in full swing, or never stood.
        """
        if self.state not in (OrderState.CONFIRMED, OrderState.AT_VISIT) or self.returns_key:
            raise WrongStep("Order %(order)s was not turned away.", order=self.reference)
        self.state = OrderState.CONFIRMED

    def record_verdicts(
        self,
        record: ReturnsRecord,
        lines: Iterable["OrderLine"],
        *,
        elsewhere: Collection[UUID] = (),
    ) -> bool:
        """Give every piece its verdict, once; False when a record that says the same was taken.

        A piece added at the door that she did not confirm never changed hands: it goes back.
        At a collection a piece is handed over or not there, and none is kept; what is `elsewhere`
        by now may be left out.

        Raises:
            KeyReused: the key was used for other content; nothing is overwritten.
            AlreadySettled: another record was confirmed first.
            WrongStep: the visit never stood.
            UnknownPiece: a piece is left out, foreign or named twice, or a remark is of none.
        """
        if self.returns_key == record.key:
            if self.returns_digest != record.digest:
                raise KeyReused("This list was sent before with other content; nothing changed.")
            return False
        if self.returns_digest == record.digest:
            return False
        if self.returns_key is not None:
            raise AlreadySettled(
                "Another list of order %(order)s was confirmed before this; the desk has both.",
                order=self.reference,
            )
        if self.state not in (OrderState.CONFIRMED, OrderState.AT_VISIT):
            raise WrongStep("Order %(order)s has no returns to take.", order=self.reference)
        by_piece = {line.piece_id: line for line in lines}
        unnamed = self._left_out(record, by_piece, elsewhere)
        for each in record.verdicts:
            by_piece[each.piece].judge(each)
        for line in unnamed:
            gone = PieceVerdict(line.piece_id, Verdict.MISSING)
            line.judge(gone if line.piece_id in elsewhere else untouched(line.piece_id))
        self.returns_key, self.returns_digest = record.key, record.digest
        self.returns_at, self.state = record.confirmed_at, OrderState.RETURNED
        return True

    def _left_out(
        self,
        record: ReturnsRecord,
        by_piece: Mapping[UUID, "OrderLine"],
        elsewhere: Collection[UUID],
    ) -> list["OrderLine"]:
        """The lines that the list need not name, once it is seen to name every other."""
        named = [each.piece for each in record.verdicts]
        if len(set(named)) != len(named):
            raise UnknownPiece("A piece is named twice in this list.")
        unnamed = [line for line in by_piece.values() if line.piece_id not in named]
        left_out = (line.added_at or line.piece_id in elsewhere for line in unnamed)
        if not set(named) <= set(by_piece) or not all(left_out):
            raise UnknownPiece("This list does not name exactly the pieces of this visit.")
        if self.collects is not None:
            kept = any(each.verdict is Verdict.KEPT for each in record.verdicts)
            if kept or record.gesture is not None:
                raise UnknownPiece("At a collection a piece is handed over, or it is not there.")
        if not {remark.piece for remark in record.remarks} <= set(named):
            raise UnknownPiece("A remark is about a piece that is not on this list.")
        return unnamed

    def settle(self, due: payments.Money, now: datetime) -> None:
        """The money followed: exactly what is due was captured, or everything released.

        A visit that was called off stays so, whatever its fee.
        """
        if self.state is not OrderState.CANCELLED:
            self.state = OrderState.SETTLED
        self.settled_at, self.due_minor = now, due.minor
        if due:
            self.stand(payments.Standing.CAPTURED, payments.By.BANK)
        else:
            by = payments.By
            releasing = self.standing is payments.Standing.RELEASING
            self.stand(payments.Standing.RELEASED, by.BANK if releasing else by.DOOR)


class OrderLine(Table, table=True):
    """One piece of an order, at the price she saw, and what became of it.

    `vat_bp` is the VAT inside that price on the day she saw it, in hundredths of a percent.
    One that joined at the door has `added_at`, and in `added_key` the phone's name for adding it.
    """

    __table_args__ = (
        UniqueConstraint("order_id", "piece_id"),
        CheckConstraint("price_minor > 0"),
        CheckConstraint("(added_at is null) = (added_key is null)", name="added_when"),
        CheckConstraint("verdict in ('kept', 'returned', 'missing')", name="verdict_known"),
        CheckConstraint("vat_bp between 0 and 10000", name="vat_is_a_rate"),
    )

    id: UUID = id_field()
    order_id: UUID = belongs_to("orders.id", index=False)
    piece_id: UUID = belongs_to("piece.id")
    variant_id: UUID = belongs_to("variant.id", index=False)
    price_minor: int
    vat_bp: int
    verdict: str | None = None
    reason: str | None = None
    condition: str | None = None
    added_at: datetime | None = moment(nullable=True)
    added_key: UUID | None = Field(default=None, unique=True)

    @property
    def kept(self) -> bool:
        """Whether she keeps it."""
        return self.verdict == Verdict.KEPT

    @property
    def disputed(self) -> bool:
        """Whether a person must look into it: nothing is charged for it with the rest."""
        if self.verdict is None:
            return False
        condition = Condition(self.condition) if self.condition else None
        return PieceVerdict(self.piece_id, Verdict(self.verdict), None, condition).disputed

    def judge(self, verdict: PieceVerdict) -> None:
        """Write down what became of this piece."""
        self.verdict = verdict.verdict
        self.reason, self.condition = verdict.reason, verdict.condition


class OrderWish(Table, table=True):
    """A window a flexible client would accept."""

    __table_args__ = (CheckConstraint("opens <= closes"),)

    id: UUID = id_field()
    order_id: UUID = belongs_to("orders.id")
    opens: datetime = moment()
    closes: datetime = moment()

    @property
    def window(self) -> routing.Window:
        """The window."""
        return routing.Window(self.opens, self.closes)


class ReturnsConflict(Table, table=True):
    """A record of returns that came second, kept for a person to look at. Never dropped."""

    id: UUID = id_field()
    order_id: UUID = belongs_to("orders.id")
    key: UUID
    digest: str
    content: dict[str, Any] = document()
    at: datetime = moment()
    by: str
