"""Hubs: where pieces live and concierges set out from."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import CheckConstraint, Column, SmallInteger
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

import payments
import routing

from .columns import cards_can_pay, choice, id_field
from .refusals import BadRequest, OverLimit
from .table import Table


class Hub(Table, table=True):
    """A hub: its stock, its people, its city, its currency and its clock.

    `windows` are the windows offered each day, `[["09:00", "10:00"], …]` in local time: service
    begins inside. `reach_s` is the longest drive we accept to a client. `gesture_minor` is the
    most a concierge may give away at one visit. Calling a visit off later than `notice_hours`
    before its window opens costs the late fee, not opening the absence fee; 0 is none. Until it
    may be asked a concierge waits `wait_minutes` at the door, from the window's opening. `vat_bp`
    is the VAT inside fees, and inside the prices of what has no rate of its own, in hundredths of
    a percent; what was ordered keeps the rate of its day. `hold_policy` is what of a visit's
    pieces is held. `speeds_by_hour` is how fast its roads are in each hour of its day, in percent
    of what the road engine says, the first from midnight; None where nobody has said.
    """

    __table_args__ = (
        CheckConstraint("reach_s > 0 and horizon_days > 0 and slot_minutes >= 30"),
        CheckConstraint("gesture_minor >= 0", name="gesture_not_negative"),
        CheckConstraint("late_fee_minor >= 0 and absence_fee_minor >= 0 and notice_hours >= 0"),
        CheckConstraint("wait_minutes >= 0", name="wait_not_negative"),
        cards_can_pay("gesture_minor", "late_fee_minor", "absence_fee_minor"),
        CheckConstraint("vat_bp between 0 and 10000", name="vat_is_a_rate"),
        CheckConstraint(
            "cardinality(speeds_by_hour) = 24"
            " and 5 <= all(speeds_by_hour) and 1000 >= all(speeds_by_hour)"
            " and array_position(speeds_by_hour, null) is null",
            name="speeds_of_a_day",
        ),
    )

    id: UUID = id_field()
    slug: str = Field(unique=True)
    name: str
    street: str
    longitude: float
    latitude: float
    timezone: str
    currency: str = Field(max_length=3)
    windows: list[list[str]] = Field(sa_column=Column(JSONB, nullable=False))
    reach_s: int = 2_400
    horizon_days: int = 14
    slot_minutes: int = 30
    gesture_minor: int = 0
    late_fee_minor: int = 0
    absence_fee_minor: int = 0
    notice_hours: int = 24
    wait_minutes: int = 10
    vat_bp: int = 2_500
    hold_policy: payments.HoldPolicy = choice(
        payments.HoldPolicy, payments.HoldPolicy.DEAREST_PER_STYLE
    )
    speeds_by_hour: list[int] | None = Field(
        default=None, sa_column=Column(ARRAY(SmallInteger), nullable=True)
    )

    @property
    def place(self) -> routing.Place:
        """Where it is."""
        return routing.Place(self.longitude, self.latitude)

    @property
    def zone(self) -> ZoneInfo:
        """Its local clock."""
        return ZoneInfo(self.timezone)

    def on_its_roads(self, travel: routing.TravelTimes) -> routing.TravelTimes:
        """What drives take here, by the hour they are driven in: what every plan reckons with."""
        if self.speeds_by_hour is None:
            return travel
        return replace(travel, speeds=routing.Speeds(tuple(self.speeds_by_hour), self.zone))

    def day_of(self, moment: datetime) -> date:
        """The local day a moment falls on."""
        return moment.astimezone(self.zone).date()

    def at(self, day: date, clock: str) -> datetime:
        """The moment a local clock shows `"HH:MM"` on a day."""
        return datetime.combine(day, time.fromisoformat(clock), self.zone)

    def windows_on(self, day: date) -> list[routing.Window]:
        """The windows offered that day, in order."""
        return [
            routing.Window(self.at(day, opens), self.at(day, closes))
            for opens, closes in self.windows
        ]

    @property
    def gesture_limit(self) -> payments.Money:
        """The most a concierge may give away at one visit."""
        return payments.Money(self.gesture_minor, self.currency)

    def lets_give(self, amount: payments.Money) -> None:
        """See that a concierge may give this away at one visit.

        Raises:
            BadRequest: it is finer than a card can pay.
            OverLimit: it is nothing, or more than she may.
        """
        if not amount.payable:
            raise BadRequest(
                "A card cannot pay %(amount)s to the last digit: it must be 0.", amount=amount
            )
        if not 0 < amount.minor <= self.gesture_minor:
            raise OverLimit(
                "At one visit you may give away at most %(limit)s.", limit=self.gesture_limit
            )

    def open_days(self, now: datetime) -> list[date]:
        """The days a client may choose from, today first."""
        today = self.day_of(now)
        return [today + timedelta(days=ahead) for ahead in range(self.horizon_days)]
