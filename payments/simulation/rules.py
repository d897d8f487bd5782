"""The production rules that a simulated house goes by, named so that a test can break one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import payments
from payments.steps import Steps


def fetched(payload: dict[str, Any], fetch: Callable[[], payments.Hold]) -> payments.Hold:
    """What a notice makes us believe: nothing it carries, only what the provider says now."""
    del payload
    return fetch()


@dataclass(frozen=True, slots=True)
class Rules:
    """Each is the very function the house runs."""

    at_order: Callable[[datetime, datetime], payments.AtOrder] = payments.at_order
    look: Callable[..., payments.Look] = payments.look
    covers: Callable[[Sequence[payments.Hold], payments.Money, datetime], bool] = payments.covers
    surplus: Callable[..., tuple[payments.Hold, ...]] = payments.surplus
    due: Callable[..., payments.Money] = payments.due
    settle: Callable[..., tuple[payments.Operation, ...]] = payments.settle
    begin: Callable[..., tuple[payments.Step | None, payments.Stored]] = payments.begin
    came_about: Callable[..., bool] = payments.came_about
    carry_out: Callable[[], Steps] = payments.carry_out
    movements: Callable[..., tuple[tuple[payments.Movement, payments.Money], ...]] = (
        payments.movements
    )
    refund_movements: Callable[..., tuple[payments.Movement, ...]] = payments.refund_movements
    dispute_movements: Callable[..., tuple[tuple[payments.Movement, payments.Money], ...]] = (
        payments.dispute_movements
    )
    entries: Callable[[payments.Movement, payments.Money], tuple[payments.Entry, ...]] = (
        payments.entries
    )
    to_hold: Callable[..., payments.Money] = payments.to_hold
    let_off: Callable[[payments.Money], payments.Money] = payments.let_off
    short_of: Callable[..., payments.Money] = payments.short_of
    refund: Callable[..., payments.Operation] = payments.refund
    believed: Callable[..., payments.Hold] = fetched
    handled_on_receipt: bool = False
    """Whether a notice counts as handled before anything was done about it. It must not."""
    releases_when_called_off: bool = True
    collects_when_all_is_known: bool = True
    """Whether her card is charged anew only once every hold is known to be over."""


RULES = Rules()
