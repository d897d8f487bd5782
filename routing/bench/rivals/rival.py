"""Who is measured beside us, and what came of asking one."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Protocol

from routing.check import check
from routing.errors import BadPlan
from routing.plan import Plan
from routing.problem import Problem

from .answer import Cannot


class Planner(Protocol):
    """How a peer is asked."""

    def __call__(self, problem: Problem, *, seconds: float, seed: int) -> Plan:
        """Its plan of this day, found in this time with one thread.

        Raises:
            Cannot: it has no way to say something this day asks for.
            BadPlan: it found no plan, or one that our clock refuses.
        """
        ...


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of asking a peer: a plan, or in a few words why not; and how long it took."""

    plan: Plan | None
    words: str
    took_s: float


@dataclass(frozen=True, slots=True)
class Rival:
    """A peer: its name in the table, the package and the module it is, and how it plans."""

    name: str
    package: str
    module: str
    load: Callable[[], Planner]
    stops_by_itself: bool = False

    def ask(self, problem: Problem, *, seconds: float, seed: int) -> Asked:
        """Its plan of this day, judged by our `check`; loading it is not counted."""
        plan_day = self.load()
        begun = time.perf_counter()
        try:
            plan = plan_day(problem, seconds=seconds, seed=seed)
            took_s = time.perf_counter() - begun
            broken = check(problem, plan)
        except Cannot as wrong:
            return Asked(None, f"cannot: {wrong}", 0)
        except BadPlan as wrong:
            return Asked(None, f"refused: {wrong}", time.perf_counter() - begun)
        if broken:
            return Asked(None, f"refused: {broken[0].words}", took_s)
        return Asked(plan, "", took_s)


def _as_shipped() -> Planner:
    from routing.solver import plan_as_shipped  # noqa: PLC0415 - OR-Tools takes a second to load

    return plan_as_shipped


def _iterated() -> Planner:
    from routing.solver import plan_by_iterated_search  # noqa: PLC0415 - likewise

    return plan_by_iterated_search


def _pyvrp() -> Planner:
    from .pyvrp import plan_with_pyvrp  # noqa: PLC0415 - of an extra that may not be there

    return plan_with_pyvrp


def _vroom() -> Planner:
    from .vroom import plan_with_vroom  # noqa: PLC0415 - likewise

    return plan_with_vroom


RIVALS = (
    Rival("OR-Tools", "ortools", "ortools", _as_shipped),
    Rival("OR-Tools ILS", "ortools", "ortools", _iterated),
    Rival("PyVRP", "pyvrp", "pyvrp", _pyvrp),
    Rival("VROOM", "pyvroom", "vroom", _vroom, stops_by_itself=True),
)
"""Everybody measured beside us, in the order of the table's columns."""


def installed() -> tuple[Rival, ...]:
    """The peers that can be asked here."""
    return tuple(each for each in RIVALS if find_spec(each.module))
