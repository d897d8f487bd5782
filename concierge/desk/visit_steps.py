"""What the steps a phone told of say of a visit: when it began, when it was over."""

from collections.abc import Mapping
from datetime import datetime

from concierge.model import Order, OrderState, Step

OVER = frozenset({OrderState.RETURNED, OrderState.SETTLED})


def began_at(steps: Mapping[Step, datetime]) -> datetime | None:
    """When somebody was at the door, if she was."""
    return min((steps[s] for s in (Step.ARRIVED, Step.TRYING) if s in steps), default=None)


def ended_at(order: Order, steps: Mapping[Step, datetime]) -> datetime | None:
    """When the visit was over, if it is."""
    if Step.FINISHED in steps:
        return steps[Step.FINISHED]
    return order.returns_at if order.state in OVER else None
