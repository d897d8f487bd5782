"""What a handler may reach, opened once for the whole application."""

from dataclasses import dataclass, field
from threading import Event
from typing import Any
from zoneinfo import ZoneInfo

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from sqlalchemy.ext.asyncio import AsyncEngine

from concierge.desk.ready_days import ReadyDays
from concierge.maps.travel import Roads
from concierge.settings import Settings
from payments.stripe_gateway import StripeGateway

from .live import Live
from .pages import Pages

Asked = Request[None, None, State]
"""A request as handlers take it. Who asks is `session.me(request)`."""
Connection = ASGIConnection[Any, Any, Any, State]
"""The same before a handler is chosen, as guards take it."""


@dataclass(slots=True)
class Doors:
    """The database, the streets, the card, the screens: one of each per process.

    `days` are those clients ask about; `search` is set once the planner's machine code is loaded.
    `zone` is the house's clock, read from its first hub once there is one.
    """

    settings: Settings
    engine: AsyncEngine
    roads: Roads
    gateway: StripeGateway
    live: Live
    pages: Pages
    days: ReadyDays
    search: Event
    zone: ZoneInfo | None = field(default=None)


def doors(connection: "Asked | Connection") -> Doors:
    """The doors of the application this request came to."""
    found: Doors = connection.app.state.doors
    return found
