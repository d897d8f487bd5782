"""Concierges and their shifts."""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import CheckConstraint, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlmodel import Field

import routing

from . import skills
from .columns import belongs_to, id_field, moment, texts
from .table import Table


class Concierge(Table, table=True):
    """A style concierge: who she is and what she can do."""

    __table_args__ = (CheckConstraint("capacity > 0"),)

    id: UUID = id_field()
    hub_id: UUID = belongs_to("hub.id")
    name: str
    greeting: str
    zone: str
    languages: list[str] = texts()
    specialities: list[str] = texts()
    capacity: int = 40
    active: bool = True

    @property
    def skills(self) -> frozenset[str]:
        """What she brings to a visit, in the planner's words: "French", "evening styling"."""
        return skills.in_words(
            [skills.tongue(language) for language in self.languages]
            + [skills.eye(speciality) for speciality in self.specialities]
        )


class Shift(Table, table=True):
    """One concierge's working day. Nobody works twice at once: the database sees to it."""

    __table_args__ = (
        CheckConstraint("starts < ends"),
        CheckConstraint("break_opens <= break_closes and break_minutes > 0"),
        ExcludeConstraint(
            ("concierge_id", "="),
            (text("tstzrange(starts, ends)"), "&&"),
            name="no_concierge_works_twice_at_once",
        ),
    )

    id: UUID = id_field()
    hub_id: UUID = belongs_to("hub.id", index=False)
    day: date = Field(index=True)
    concierge_id: UUID = belongs_to("concierge.id")
    starts: datetime = moment()
    ends: datetime = moment()
    break_opens: datetime = moment()
    break_closes: datetime = moment()
    break_minutes: int = 30

    def for_planner(self, concierge: Concierge) -> routing.Shift:
        """The same shift as the planner sees it."""
        return routing.Shift(
            id=str(self.id),
            name=concierge.greeting,
            starts=self.starts,
            ends=self.ends,
            capacity=concierge.capacity,
            skills=concierge.skills,
            breaks=(
                routing.Break(
                    routing.Window(self.break_opens, self.break_closes),
                    timedelta(minutes=self.break_minutes),
                ),
            ),
        )
