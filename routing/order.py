"""The order that locks ask of a route: who is served sooner, and who is first."""

from collections.abc import Sequence

from .problem import Visit


def in_order(visits: Sequence[Visit]) -> bool:
    """Whether a route through these visits in turn keeps the order their locks ask for."""
    for place, each in enumerate(visits):
        if each.lock is None:
            continue
        if each.lock.under_way and place > 0:
            return False
        if any(later.id == each.lock.after for later in visits[place + 1 :]):
            return False
    return True


def positions(visits: Sequence[Visit], newcomer: Visit) -> range:
    """The indices at which a newcomer may join a route in order; none if there is none."""
    first, last = 0, len(visits)
    lock = newcomer.lock
    if lock is not None and lock.under_way:
        last = 0
    for place, each in enumerate(visits):
        if each.lock is not None and each.lock.under_way:
            first = max(first, place + 1)
        if lock is not None and lock.after == each.id:
            first = max(first, place + 1)
        if each.lock is not None and each.lock.after == newcomer.id:
            last = min(last, place)
    return range(first, last + 1)
