"""Windows and moments, moved by whole minutes."""

from datetime import UTC, datetime, timedelta

from routing.problem import Window

MINUTE = timedelta(minutes=1)


def stretched(window: Window, by: timedelta) -> Window:
    """The window and what is before or after it."""
    if by > timedelta(0):
        return Window(window.opens, window.closes + by)
    return Window(window.opens + by, window.closes)


def shifted(window: Window, by: timedelta) -> Window:
    """The window at another time, a minute long at least."""
    width = max(MINUTE, window.closes - window.opens)
    if by > timedelta(0):
        return Window(window.closes + by - width, window.closes + by)
    return Window(window.opens + by, window.opens + by + width)


def whole(moment: datetime) -> datetime:
    """The first whole minute not before this moment."""
    utc = moment.astimezone(UTC)
    cut = utc.replace(second=0, microsecond=0)
    return cut if cut == utc else cut + MINUTE
