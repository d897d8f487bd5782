"""The concierge's phone: today's route, its visits, and what happened at the door."""

from litestar.handlers import BaseRouteHandler

from . import day, page

handlers: list[BaseRouteHandler] = [*page.handlers, *day.handlers]
