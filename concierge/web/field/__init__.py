"""The concierge's phone: today's route, its visits, and what happened at the door."""

from litestar.handlers import BaseRouteHandler

handlers: list[BaseRouteHandler] = []
