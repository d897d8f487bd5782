"""Ways out when something happens to a day under way: several plans, ranked, each with its price.

Every way answers the rest of the day; nothing that is over or under way is touched. Ways differ
in kind, so that a person chooses between them rather than between shades: few changes, everybody
served though some are late, nobody moved, the shortest day, somebody called in, or the least
important left out. Each is judged by `check`, or is not shown.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from routing.check import check
from routing.plan import Plan
from routing.problem import Problem, Shift
from routing.under_way.alternative import Alternative, Broken, BrokenKind, Way
from routing.under_way.events import Event
from routing.words import counted, hours

from .changes import Promised, broken_promises, changes, moved
from .rest import rest_of
from .ways import Ways

Told = Callable[[int, int], None]
"""Told how many ways have been tried, of how many."""


def repair(
    problem: Problem,
    plan: Plan,
    events: Sequence[Event],
    *,
    now: datetime,
    left: Problem | None = None,
    on_call: Sequence[Shift] = (),
    seconds: float = 1.0,
    steps: int | None = None,
    seed: int = 0,
    told: Told | None = None,
) -> tuple[Alternative, ...]:
    """Ways out of what has happened, best first; the same way is never shown twice.

    `plan` is the plan in force. `left` is what is left of the day after the events, from a caller
    who knows better than the plan how far everybody has come. `on_call` are shifts that are not
    working but could be called in. The searches together take `seconds` or, if given, `steps`
    each, the same on every machine.

    Ways that keep every promise come before those that break one. Then they are ranked by places
    lost, then by clients late and concierges working over, then by visits that change concierge
    and concierges called in, then by cost.

    Raises:
        BadProblem: `now` has no time zone, or an event names a shift or a visit that there is not.
    """
    rest = rest_of(problem, plan, events, now=now) if left is None else left
    promised = Promised(problem, plan, events, rest)
    ways = Ways(promised.rest, plan, tuple(on_call), seconds=seconds, steps=steps, seed=seed)
    found: dict[object, Alternative] = {}
    for tried, way in enumerate(Way, 1):
        answer = ways.out(way)
        if answer is not None and not check(*answer):
            found.setdefault(_driven(answer[1]), _told(way, promised, *answer))
        if told is not None:
            told(tried, len(Way))
    return tuple(sorted(found.values(), key=_rank))


def _driven(plan: Plan) -> frozenset[tuple[str, tuple[str, ...]]]:
    """Who drives where in which order: what makes two plans the same."""
    return frozenset((r.shift, tuple(stop.visit for stop in r.stops)) for r in plan.routes)


def _rank(alternative: Alternative) -> tuple[bool, int, int, int, int]:
    """Promises kept first, then places lost, then lateness and overtime, then moves, then cost."""
    left = alternative.plan.unplanned
    lost = sum(alternative.problem.visit(each.visit).priority for each in left)
    other = sum(each.kind is not BrokenKind.LEFT_OUT for each in alternative.broken)
    changed = alternative.moved + len(alternative.called_in)
    broken = bool(alternative.broken)
    return broken, lost, other, changed, alternative.plan.cost.total


def _told(way: Way, promised: Promised, after: Problem, plan: Plan) -> Alternative:
    """The way out with its changes and broken promises, and a sentence of what it is for."""
    broken = broken_promises(promised, plan)
    count = moved(promised.plan, plan)
    out = {route.shift for route in promised.plan.routes}
    called_in = tuple(route.shift for route in plan.routes if route.shift not in out)
    late = any(each.kind is BrokenKind.LATE for each in broken)
    words = f"{_purpose(way, plan, late=late)}: {_figures(count, plan, broken)}."
    return Alternative(
        way=way,
        words=words,
        problem=after,
        plan=replace(plan, words=words),
        changes=changes(promised, after, plan),
        broken=broken,
        moved=count,
        called_in=called_in,
    )


def _purpose(way: Way, plan: Plan, *, late: bool) -> str:
    """What the plan does, in a line; what its kind is for is claimed only where it is so."""
    left = bool(plan.unplanned)
    match way:
        case Way.FEWEST_CHANGES:
            return "Fewest changes"
        case Way.SAME_CONCIERGE:
            return "Everybody who can keeps her concierge"
        case Way.ALL_SERVED:
            served = "As many served as can be" if left else "Everybody served"
            return f"{served}, some of them late" if late else served
        case Way.CALL_IN:
            return "Somebody called in"
        case Way.SHORTEST:
            return "The shortest day"
        case Way.LEAVE_OUT:
            kept = "Nobody moved who need not be"
            kept = kept if late else f"{kept}, nobody late"
            return f"{kept}; what does not fit is asked for another day" if left else kept


def _figures(count: int, plan: Plan, broken: Sequence[Broken]) -> str:
    """The counts a dispatcher compares."""
    kinds = [each.kind for each in broken]
    late, over = kinds.count(BrokenKind.LATE), kinds.count(BrokenKind.OVERTIME)
    terms = [
        f"{counted(count, 'visit')} with another concierge",
        f"{late} late" if late else "nobody late",
        f"{len(plan.unplanned)} left out" if plan.unplanned else "nobody left out",
        *([f"{over} working over"] if over else []),
        f"{hours(plan.cost.drive)} driving left",
    ]
    return ", ".join(terms)
