"""Ruin: strings of visits are taken out of routes that pass near one another.

Source: SISR, section 5.1; settings c = 10, L_max = 10, alpha = 0.5, beta = 0.01.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .compiled import hot
from .day import Day
from .routes import ABSENT, Routes, move_stop, reckon, reckon_change

MEAN_REMOVED = 10
"""c: how many visits are taken out on average."""
LONGEST_STRING = 10
"""L_max."""
SPLIT_RATE = 0.5
"""alpha: how often a string keeps some visits in its middle."""
SPLIT_DEPTH = 0.01
"""beta: how readily it keeps one more."""


NOT_KNOWN = -1
"""No version of a tour; no place in one."""
AT, COST, PLACE = 0, 1, 2
"""The version of the tour that was looked into; what the visit then cost there at its best place,
or at least cost anywhere; and that place, or NOT_KNOWN if none costs less."""


class Hand(NamedTuple):
    """What one step has taken up. Shapes: n visits, m shifts."""

    absent: NDArray[np.int64]
    """(n,) visits on no route; the first `counts[0]` are meant."""
    keys: NDArray[np.float64]
    """(n,) by which they are sorted; paired with `absent`."""
    waits: NDArray[np.bool_]
    """(n,) the visit was on no route before this step."""
    changed: NDArray[np.int64]
    """(m,) shifts this step has changed; the first `counts[1]` are meant."""
    is_changed: NDArray[np.bool_]
    """(m,)"""
    asked: NDArray[np.int64]
    """(m,) the last time that a shift at home, or one like it, was found worth asking."""
    open: NDArray[np.int64]
    """(m,) shifts worth asking: of those at home and alike, one; the first `counts[4]`."""
    unsure: NDArray[np.int64]
    """(m,) shifts of which too little is known of a visit; room for one question."""
    known: NDArray[np.int64]
    """(n, m, 3) what is known of a visit in a shift's tour: AT, COST and PLACE."""
    counts: NDArray[np.int64]
    """(6,) absent visits, changed shifts, questions asked, versions given, shifts worth asking,
    and how often these were looked for."""


def empty_hand(day: Day) -> Hand:
    """Nothing taken up yet."""
    visits, shifts = day.allowed.shape
    return Hand(
        absent=np.zeros(visits, dtype=np.int64),
        keys=np.zeros(visits, dtype=np.float64),
        waits=np.zeros(visits, dtype=np.bool_),
        changed=np.zeros(shifts, dtype=np.int64),
        is_changed=np.zeros(shifts, dtype=np.bool_),
        asked=np.zeros(shifts, dtype=np.int64),
        open=np.zeros(shifts, dtype=np.int64),
        unsure=np.zeros(shifts, dtype=np.int64),
        known=np.full((visits, shifts, 3), NOT_KNOWN, dtype=np.int64),
        counts=np.zeros(6, dtype=np.int64),
    )


@hot
def ruin(day: Day, routes: Routes, hand: Hand) -> None:
    """Take strings out of routes near a random visit; what is taken out is in hand."""
    visits = len(routes.shift_of)
    take_up(routes, hand)
    longest = min(float(LONGEST_STRING), mean_stops(routes))
    most_strings = 4.0 * MEAN_REMOVED / (1.0 + longest) - 1.0
    strings = int(np.floor(1.0 + np.random.random() * most_strings))
    around = np.random.randint(0, visits)
    for near in range(visits):
        if strings <= 0:
            return
        visit = int(day.adjacent[around, near])
        shift = int(routes.shift_of[visit])
        if shift != ABSENT and not hand.is_changed[shift]:
            take_string(day, routes, hand, visit, longest)
            strings -= 1


@hot
def take_up(routes: Routes, hand: Hand) -> None:
    """Begin a step: nothing changed, and in hand what is absent already."""
    for place in range(hand.counts[1]):
        hand.is_changed[hand.changed[place]] = False
    hand.counts[0] = hand.counts[1] = 0
    for visit in range(len(routes.shift_of)):
        hand.waits[visit] = routes.shift_of[visit] == ABSENT
        if hand.waits[visit]:
            hand.absent[hand.counts[0]] = visit
            hand.counts[0] += 1


@hot
def mean_stops(routes: Routes) -> float:
    """Visits on a route, on average."""
    used = on_routes = 0
    for shift in range(len(routes.stops)):
        used += routes.stops[shift] > 0
        on_routes += routes.stops[shift]
    return on_routes / max(1, used)


@hot
def mark(routes: Routes, hand: Hand, shift: int) -> None:
    """Note that this step changes this shift, whose tour has a version of its own from now on."""
    hand.counts[3] += 1
    routes.version[shift] = hand.counts[3]
    if not hand.is_changed[shift]:
        hand.is_changed[shift] = True
        hand.changed[hand.counts[1]] = shift
        hand.counts[1] += 1


@hot
def take_string(day: Day, routes: Routes, hand: Hand, visit: int, longest: float) -> None:
    """Take out a string with the visit; the whole tour if the rest cannot be driven in time."""
    shift, held = int(routes.shift_of[visit]), int(hand.counts[0])
    mark(routes, hand, shift)
    first, kept = cut_string(routes, hand, shift, visit, longest)
    for place in range(held, hand.counts[0]):
        gone = hand.absent[place]
        routes.load[shift] -= day.demand[gone]
        routes.service[shift] -= day.lasts[gone]
        routes.prices[shift] -= day.price[gone, shift]
    if not reckon_change(day, routes, shift, first, first + kept):
        cut(routes, hand, shift, 0, int(routes.stops[shift]), 0, 0)
        reckon(day, routes, shift)


@hot
def cut_string(
    routes: Routes, hand: Hand, shift: int, visit: int, longest: float
) -> tuple[int, int]:
    """Take out a string of random length that includes the visit, or a split one around it.

    Answers where the tour has changed: the first place taken, and how many stops stay between.
    """
    stops = int(routes.stops[shift])
    length = int(np.floor(1.0 + np.random.random() * min(float(stops), longest)))
    length = min(length, stops)
    kept = 0
    if 1 < length < stops and np.random.random() < SPLIT_RATE:
        kept = 1
        while length + kept < stops and np.random.random() < SPLIT_DEPTH:
            kept += 1
    at = 0
    while routes.tour[shift, at] != visit:
        at += 1
    span = length + kept
    first = np.random.randint(max(0, at - span + 1), min(at, stops - span) + 1)
    kept_from = first + np.random.randint(1, length) if kept else first
    cut(routes, hand, shift, first, span, kept_from, kept)
    return first, kept


@hot
def cut(
    routes: Routes, hand: Hand, shift: int, first: int, span: int, kept_from: int, kept: int
) -> None:
    """Take out `span` stops from the first on, but for `kept` of them; times move along."""
    write, stops, columns = first, int(routes.stops[shift]), routes.leaves.shape[2]
    for place in range(first, stops):
        visit = routes.tour[shift, place]
        if place < first + span and not kept_from <= place < kept_from + kept:
            routes.shift_of[visit] = ABSENT
            hand.absent[hand.counts[0]] = visit
            hand.counts[0] += 1
        else:
            move_stop(routes, shift, place, write, columns)
            write += 1
    move_stop(routes, shift, stops, write, columns)
    routes.stops[shift] = write
