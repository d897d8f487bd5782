"""Plans and their differences in a line a dispatcher reads."""

from collections.abc import Sequence

from .plan import Plan, Route, Unplanned


def summary(routes: Sequence[Route], unplanned: Sequence[Unplanned]) -> str:
    """A plan in a line: visits, routes, driving, and how many are left out."""
    visits = sum(len(route.stops) for route in routes)
    driving = sum(route.drive.total_seconds() for route in routes)
    left_out = f"{len(unplanned)} left out" if unplanned else "none left out"
    on = f"{counted(visits, 'visit')} on {counted(len(routes), 'route')}"
    return f"{on}, {hours(driving)} driving, {left_out}"


def preview(before: Plan, after: Plan) -> str:
    """What a change costs: each term that changes, and the total in minutes of driving."""
    terms = [
        _term(after.cost.drive - before.cost.drive, "driving"),
        _more(len(after.routes) - len(before.routes), "concierge out"),
        _more(len(after.unplanned) - len(before.unplanned), "visit left out"),
        _sign(after.cost.strangers - before.cost.strangers, "visits by someone new"),
        _sign(after.cost.moved - before.cost.moved, "visits moved from who was promised"),
        _sign(after.cost.prices - before.cost.prices, "visits by someone not preferred"),
        _sign(after.cost.overtime - before.cost.overtime, "overtime"),
        _sign(after.cost.unfair - before.cost.unfair, "work beyond what is fair"),
    ]
    said = [term for term in terms if term]
    if not said:
        return "Costs the same."
    total = round((after.cost.total - before.cost.total) / 60)
    return f"{', '.join(said)}; {total:+d} min in all.".capitalize()


def hours(seconds: float) -> str:
    """A duration to the minute: "2 h 41 min"."""
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"


def counted(number: int, noun: str) -> str:
    """A number of things: "1 visit", "38 visits"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _term(seconds: int, what: str) -> str:
    if not round(seconds / 60):
        return ""
    return f"{hours(abs(seconds))} {'more' if seconds > 0 else 'less'} {what}"


def _more(number: int, what: str) -> str:
    return f"{abs(number)} {'more' if number > 0 else 'fewer'} {what}" if number else ""


def _sign(change: int, what: str) -> str:
    return f"{'more' if change > 0 else 'fewer'} {what}" if change else ""
