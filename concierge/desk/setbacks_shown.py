"""What has gone wrong with a day, as its board shows it."""

from datetime import datetime
from uuid import UUID

import msgspec

from concierge.model import Setback

from .hub_day import HubDay
from .ways_out import WayOut, Weighed


class SetbackShown(msgspec.Struct, frozen=True, kw_only=True):
    """What happened to whom, since when, and the ways out, best first.

    `ways` is None while they are being weighed; unless `fresh`, the day has changed since, or an
    hour in them has passed, and they must be weighed again before one is chosen. `settled` once a
    person has decided; `puts_back` while nothing has changed since, so that taking it back may
    bring the plan before it back.
    """

    id: UUID
    kind: str
    shift: UUID
    name: str
    order: UUID | None
    client: str | None
    since: datetime
    until: datetime | None
    settled: bool
    puts_back: bool
    fresh: bool
    ways: list[WayOut] | None


def show_setbacks(today: HubDay) -> list[SetbackShown]:
    """Those that hold, the latest first; a closed door no more once its visit has left the day."""
    found = [
        _shown(today, each)
        for some in today.setbacks.values()
        for each in some
        if each.order_id is None or each.order_id in today.orders
    ]
    return sorted(found, key=lambda each: each.since, reverse=True)


def _shown(today: HubDay, setback: Setback) -> SetbackShown:
    order = today.orders.get(setback.order_id) if setback.order_id else None
    settled = setback.settled_at is not None
    ways = None if setback.ways is None else msgspec.convert(setback.ways, Weighed).ways
    hours = [each.at for way in ways or () for each in way.changes if each.at is not None]
    return SetbackShown(
        id=setback.id,
        kind=setback.kind,
        shift=setback.shift_id,
        name=today.concierges[today.shifts[setback.shift_id].concierge_id].name,
        order=setback.order_id,
        client=today.clients[order.client_id].shown_as if order else None,
        since=setback.since,
        until=setback.until,
        settled=settled,
        puts_back=setback.last_changed(today.version),
        fresh=setback.version == today.version and min(hours, default=today.now) >= today.now,
        ways=[] if settled else ways,
    )
