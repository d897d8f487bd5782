"""The plan of a hub's day: the one in force, and every one before it."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlmodel import Field

import routing

from .columns import belongs_to, choice, document, id_field, moment
from .table import Table


class DayPlan(Table, table=True):
    """The plan in force for a hub's day. `version` grows by one with every change."""

    hub_id: UUID = Field(foreign_key="hub.id", primary_key=True)
    day: date = Field(primary_key=True)
    version: int = 0
    words: str = ""
    cost: dict[str, Any] = document()
    estimated: bool = False
    changed_at: datetime = moment()


class PlanVersion(Table, table=True):
    """What a day's plan said, who made it so, and why. Append-only."""

    hub_id: UUID = Field(foreign_key="hub.id", primary_key=True)
    day: date = Field(primary_key=True)
    version: int = Field(primary_key=True)
    at: datetime = moment()
    by: str
    why: str
    content: dict[str, Any] = document()


class PlanRoute(Table, table=True):
    """One shift's route in the plan in force."""

    __table_args__ = (Index("plan_route_day", "hub_id", "day"),)

    shift_id: UUID = Field(foreign_key="shift.id", primary_key=True)
    hub_id: UUID = belongs_to("hub.id", index=False)
    day: date
    leaves: datetime = moment()
    returns: datetime = moment()
    drive_home_s: int
    break_starts: datetime | None = moment(nullable=True)
    break_ends: datetime | None = moment(nullable=True)
    break_before: int | None = None


class Stop(Table, table=True):
    """One order's place in the plan in force. Nobody is in two places, driving included."""

    __table_args__ = (
        CheckConstraint("departs <= arrives and arrives <= starts and starts < ends"),
        Index("stop_day", "hub_id", "day"),
        ExcludeConstraint(
            ("hub_id", "="),
            ("concierge_id", "="),
            (text("tstzrange(departs, ends)"), "&&"),
            name="no_concierge_in_two_places",
            where=text("not over"),
            deferrable=True,
            initially="DEFERRED",
        ),
    )

    order_id: UUID = Field(foreign_key="orders.id", primary_key=True)
    hub_id: UUID = belongs_to("hub.id", index=False)
    day: date
    shift_id: UUID = belongs_to("shift.id")
    concierge_id: UUID = belongs_to("concierge.id", index=False)
    sequence: int
    departs: datetime = moment()
    arrives: datetime = moment()
    starts: datetime = moment()
    ends: datetime = moment()
    drive_s: int
    opens: datetime = moment()
    closes: datetime = moment()
    over: bool = False
    """She has said that the visit is over; whatever the plan held, its concierge is free."""

    def as_planned(self) -> routing.Stop:
        """The same stop as the planner wrote it."""
        return routing.Stop(
            visit=str(self.order_id),
            arrives=self.arrives,
            starts=self.starts,
            ends=self.ends,
            drive=timedelta(seconds=self.drive_s),
            window=routing.Window(self.opens, self.closes),
        )


class Leftover(Table, table=True):
    """An order the plan in force found no place for, with its reason in words."""

    order_id: UUID = Field(foreign_key="orders.id", primary_key=True)
    hub_id: UUID = belongs_to("hub.id", index=False)
    day: date = Field(index=True)
    reason: str
    words: str


class VisitLock(Table, table=True):
    """A dispatcher's decision the planner keeps: this concierge's shift for this order."""

    order_id: UUID = Field(foreign_key="orders.id", primary_key=True)
    shift_id: UUID = belongs_to("shift.id")
    by: str
    at: datetime = moment()


class Step(StrEnum):
    """How far a visit has come."""

    EN_ROUTE = "en_route"
    ARRIVED = "arrived"
    TRYING = "trying"
    FINISHED = "finished"


class VisitStep(Table, table=True):
    """A step a concierge reported, named by her phone so that it counts once.

    `phone` is that phone's own name, where it told.
    """

    __table_args__ = (Index("visit_step_order", "order_id"),)

    id: UUID = id_field()
    order_id: UUID = belongs_to("orders.id", index=False)
    step: Step = choice(Step)
    at: datetime = moment()
    received_at: datetime = moment()
    by: str
    phone: UUID | None = None
