"""The day as arrays, so that the search reads it at the speed of the machine."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.problem import Problem, Shift, Visit
from routing.reasons import can_carry, may_serve
from routing.roads import roads_of
from routing.seconds import NEVER_S, TOO_LATE_S, Call, Duty, call, duty

from .traffic import Traffic, read_traffic

NOBODY = -1
"""The visit to come after, where there is none."""


class Day(NamedTuple):
    """A problem as a struct of arrays; a visit or a shift is its index.

    A node is a visit, or after all visits a place where shifts start or end. Moments are whole
    seconds from the first shift's start; what costs is in seconds of driving.

    Shapes: n visits, m shifts, w windows at most, r breaks at most, p nodes.
    """

    drive: NDArray[np.int32]
    """(p, p) seconds at 100 percent of speed, row = from."""
    drive_to: NDArray[np.int32]
    """(p, p) the same, row = to, so that a visit's ways to it lie side by side."""
    opens: NDArray[np.int64]
    """(n, w) moment; windows in order of opening, padded with ones nobody can keep."""
    closes: NDArray[np.int64]
    """(n, w) moment."""
    last_close: NDArray[np.int64]
    """(n,) moment."""
    lasts: NDArray[np.int64]
    """(n,) seconds of service."""
    demand: NDArray[np.int64]
    """(n,) rail units."""
    from_hub: NDArray[np.int64]
    """(n,) seconds."""
    left_out: NDArray[np.int64]
    """(n,) cost of leaving the visit out."""
    price: NDArray[np.int64]
    """(n, m) cost of the visit with this shift, beside driving."""
    allowed: NDArray[np.bool_]
    """(n, m) skills, room on an empty rail, locks and refusals permit it."""
    adjacent: NDArray[np.int32]
    """(n, n) every visit, nearest first: adj(c) in the paper."""
    starts: NDArray[np.int64]
    """(m,) moment."""
    ends: NDArray[np.int64]
    """(m,) moment, all overtime used."""
    due: NDArray[np.int64]
    """(m,) moment after which she is in overtime."""
    fair: NDArray[np.int64]
    """(m,) seconds of driving and service; beyond, they have a price."""
    start_node: NDArray[np.int64]
    """(m,) node."""
    end_node: NDArray[np.int64]
    """(m,) node."""
    capacity: NDArray[np.int64]
    """(m,) rail units."""
    rests: NDArray[np.int64]
    """(m,) number of breaks."""
    rest_opens: NDArray[np.int64]
    """(m, r) moment, breaks in the order they are taken."""
    rest_closes: NDArray[np.int64]
    """(m, r) moment."""
    rest_lasts: NDArray[np.int64]
    """(m, r) seconds."""
    twin: NDArray[np.int64]
    """(m,) the first shift that is like this one in every respect; while empty, they are one."""
    after: NDArray[np.int64]
    """(n,) the visit that comes sooner if it is on the same route, or NOBODY."""
    under_way: NDArray[np.bool_]
    """(n,) the visit is the first of its route."""
    is_ordered: bool
    """Whether any lock asks for an order."""
    traffic: Traffic
    """How fast the roads are when."""
    called_in: int
    """Cost of a shift that goes out."""
    overtime: int
    """Cost of a second of it."""
    unfair: int
    """Cost of a second of work beyond what is fair."""


def read_day(problem: Problem, shifts: Sequence[Shift], visits: Sequence[Visit]) -> Day:
    """These shifts and visits of a problem as arrays, indices in the order given."""
    duties = [duty(problem, shift) for shift in shifts]
    calls = [call(problem, visit) for visit in visits]
    origin_s = min(on.starts_s for on in duties)
    rows = [each.row for each in calls]
    ends = sorted({row for on in duties for row in (on.start_row, on.end_row)})
    node_of = {row: len(rows) + place for place, row in enumerate(ends)}
    seconds = problem.travel.seconds
    drive = seconds[np.ix_(rows + ends, rows + ends)].astype(np.int32, order="C")
    opens, closes = _windows(calls, origin_s)
    rests = _rests(duties, origin_s)
    between = drive[: len(rows), : len(rows)]
    price, allowed = prices_of(problem, shifts, visits), allowed_to(shifts, visits)
    capacity = _whole([shift.capacity for shift in shifts])
    start_s, end_s = (_whole([on.starts_s for on in duties]), _whole([on.ends_s for on in duties]))
    start_node = _whole([node_of[on.start_row] for on in duties])
    end_node = _whole([node_of[on.end_row] for on in duties])
    count = _whole([len(on.rests) for on in duties])
    due_s, fair = _whole([on.due_s for on in duties]), _whole([on.fair_s for on in duties])
    alike = (start_s, due_s, end_s, fair, start_node, end_node, capacity, count)
    likeness = np.column_stack((*alike, *rests, price.T, 1 * allowed.T))
    after, under_way = _order(visits)
    return Day(
        drive=drive,
        drive_to=np.ascontiguousarray(drive.T),
        opens=opens,
        closes=closes,
        last_close=closes.max(axis=1, initial=NEVER_S),
        lasts=_whole([each.lasts_s for each in calls]),
        demand=_whole([visit.load for visit in visits]),
        from_hub=seconds[problem.travel.row(problem.hub.place), rows].astype(np.int64),
        left_out=_whole([problem.weights.unplanned * visit.priority for visit in visits]),
        price=price,
        allowed=allowed,
        adjacent=np.argsort(between + between.T, axis=1, kind="stable").astype(
            np.int32, order="C"
        ),
        starts=start_s - origin_s,
        ends=end_s - origin_s,
        due=due_s - origin_s,
        fair=fair,
        start_node=start_node,
        end_node=end_node,
        capacity=capacity,
        rests=count,
        rest_opens=rests[0],
        rest_closes=rests[1],
        rest_lasts=rests[2],
        twin=_twins(likeness),
        after=after,
        under_way=under_way,
        is_ordered=bool(under_way.any() or (after != NOBODY).any()),
        traffic=read_traffic(
            roads_of(problem.travel.speeds, origin_s, int(end_s.max())), origin_s
        ),
        called_in=problem.weights.shift,
        overtime=problem.weights.overtime,
        unfair=problem.weights.unfair,
    )


def _order(visits: Sequence[Visit]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    row = {visit.id: number for number, visit in enumerate(visits)}
    locks = [visit.lock for visit in visits]
    after = [row.get(lock.after, NOBODY) if lock and lock.after else NOBODY for lock in locks]
    under_way = [lock is not None and lock.under_way for lock in locks]
    return _whole(after), np.array(under_way, dtype=np.bool_)


def _whole(numbers: Sequence[int]) -> NDArray[np.int64]:
    return np.array(numbers, dtype=np.int64)


def _windows(calls: Sequence[Call], origin_s: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    most = max((len(each.spans) for each in calls), default=0)
    opens = np.full((len(calls), max(1, most)), TOO_LATE_S, dtype=np.int64)
    closes = np.full_like(opens, NEVER_S)
    for visit, each in enumerate(calls):
        for place, (opens_s, closes_s) in enumerate(each.spans):
            opens[visit, place], closes[visit, place] = opens_s - origin_s, closes_s - origin_s
    return opens, closes


def _rests(duties: Sequence[Duty], origin_s: int) -> tuple[NDArray[np.int64], ...]:
    most = max(1, *(len(on.rests) for on in duties), 1)
    opens, closes, lasts = (np.zeros((len(duties), most), dtype=np.int64) for _ in range(3))
    for shift, on in enumerate(duties):
        for place, rest in enumerate(on.rests):
            opens[shift, place] = rest.opens_s - origin_s
            closes[shift, place] = rest.closes_s - origin_s
            lasts[shift, place] = rest.lasts_s
    return opens, closes, lasts


def prices_of(
    problem: Problem, shifts: Sequence[Shift], visits: Sequence[Visit]
) -> NDArray[np.int64]:
    """What each visit costs with each shift beside driving and working time. Shapes: (n, m)."""
    row = {shift.id: number for number, shift in enumerate(shifts)}
    prices = [price_for(problem, row, visit) for visit in visits]
    return np.array(prices, dtype=np.int64).reshape(len(visits), len(shifts))


def price_for(problem: Problem, row: Mapping[str, int], visit: Visit) -> NDArray[np.int64]:
    """What a visit costs with each shift, as `timeline.price_with` has it for one.

    Shapes: (m,), shifts in the order of their `row`.
    """
    weights = problem.weights
    price = np.zeros(len(row), dtype=np.int64)
    if any(map(problem.has_shift, visit.known_to)):
        price += weights.stranger
        price[[row[each] for each in visit.known_to if each in row]] = 0
    if visit.planned_on is not None:
        price += weights.moved
        if visit.planned_on in row:
            price[row[visit.planned_on]] -= weights.moved
    for shift, own in visit.prices:
        if shift in row:
            price[row[shift]] += own
    return price


def allowed_to(shifts: Sequence[Shift], visits: Sequence[Visit]) -> NDArray[np.bool_]:
    """Which shift may serve which visit at all. Shapes: (n, m).

    Many visits are of a kind: who may serve and who can carry is asked once for each.
    """
    may: dict[object, NDArray[np.bool_]] = {}
    can: dict[object, NDArray[np.bool_]] = {}
    allowed = np.empty((len(visits), len(shifts)), dtype=np.bool_)
    for row, visit in enumerate(visits):
        ruled = visit.forbidden, visit.lock and visit.lock.shift
        asks = visit.skills, visit.load
        if ruled not in may:
            may[ruled] = np.array([may_serve(visit, shift) for shift in shifts], dtype=np.bool_)
        if asks not in can:
            can[asks] = np.array([can_carry(visit, shift) for shift in shifts], dtype=np.bool_)
        allowed[row] = may[ruled] & can[asks]
    return allowed


def _twins(likeness: NDArray[np.int64]) -> NDArray[np.int64]:
    first: dict[bytes, int] = {}
    return _whole([first.setdefault(row.tobytes(), shift) for shift, row in enumerate(likeness)])
