"""The JSON API beside the pages, and the door that webhooks knock at."""

from litestar.handlers import BaseRouteHandler

from . import account, boutique, collecting, ordering
from .webhooks import stripe_webhook

handlers: list[BaseRouteHandler] = [
    stripe_webhook,
    *boutique.handlers,
    *ordering.handlers,
    *collecting.handlers,
    *account.handlers,
]
