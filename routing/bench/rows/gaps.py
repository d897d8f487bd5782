"""Text instances: how far from the best known, and from each peer in the same time.

Of an instance's seeds the median counts; means are over instances, and those against a peer are
paired. Invented instances have no best known: the best of everybody in this run stands for it, and
the goal is not to be dearer than PyVRP.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from routing.bench.confidence import FEW, Mean, mean_of
from routing.bench.finding import Conditions, Finding, Row
from routing.bench.instances import Instance
from routing.bench.invented import KINDS, invented
from routing.plan import Plan
from routing.solver import plan_day
from routing.words import counted

OURS, MEASURE = "ours", "PyVRP"
INVENTED = 24
"""How many instances a full table invents of each size: four of each kind."""


@dataclass(frozen=True, slots=True)
class Size:
    """The instances of a size, how long each is searched, and how good it must be.

    Those of a folder with more customers than `over` and no more than `most` belong to it; those
    invented have `customers`. A short table measures `few`. `bar` is percent above the best known;
    `beats` says that PyVRP's gap must be the larger.
    """

    name: str
    customers: int
    over: int
    most: int
    seconds: float
    bar: float
    few: int
    beats: bool = False


HUNDRED = Size("Solomon 100", 100, 0, 100, 10, 0.3, few=2)
TWO_HUNDRED = Size("Gehring-Homberger 200", 200, 100, 200, 30, 0.5, few=1, beats=True)
FOUR_HUNDRED = Size("Gehring-Homberger 400", 400, 200, 10_000, 60, 1.5, few=1)


@dataclass(frozen=True, slots=True)
class _Measured:
    """An instance, and by who planned it a distance for each seed; None where a customer is left.

    Units: tenths of the instance's own.
    """

    instance: Instance
    distances: Mapping[str, Sequence[int | None]]

    def of(self, who: str) -> float | None:
        """The median distance of the seeds; None if one of them failed."""
        driven = [each for each in self.distances[who] if each is not None]
        return median(driven) if len(driven) == len(self.distances[who]) else None

    def reference(self) -> int | None:
        """The best known, or else the best that anybody found here."""
        if self.instance.best_known is not None:
            return self.instance.best_known
        driven = [each for found in self.distances.values() for each in found if each is not None]
        return min(driven, default=None)

    def gap(self, who: str) -> float | None:
        """Percent above the reference."""
        mine, best = self.of(who), self.reference()
        return None if mine is None or best is None else 100 * (mine / best - 1)

    def against(self, who: str) -> float | None:
        """Percent that ours is dearer than theirs."""
        mine, theirs = self.of(OURS), self.of(who)
        return None if mine is None or theirs is None else 100 * (mine / theirs - 1)


def gaps(size: Size) -> Row:
    """The row of a size; none if a folder is given that holds no such instance."""

    def row(conditions: Conditions) -> Iterator[Finding]:
        chosen = _chosen(size, conditions)
        if chosen:
            yield _finding(size, conditions, [_measure(each, size, conditions) for each in chosen])

    return row


def _chosen(size: Size, conditions: Conditions) -> Sequence[Instance]:
    if conditions.instances is None:
        count = INVENTED if conditions.full else size.few
        kinds = [KINDS[number % len(KINDS)] for number in range(count)]
        return [invented(kind, size.customers, seed=at) for at, kind in enumerate(kinds, 1)]
    fitting = [
        each for each in conditions.instances if size.over < len(each.problem.visits) <= size.most
    ]
    every = 1 if conditions.full else max(1, len(fitting) // size.few)
    return fitting[::every][: None if conditions.full else size.few]


def _measure(instance: Instance, size: Size, conditions: Conditions) -> _Measured:
    seconds = conditions.search_s(size.seconds)
    found: dict[str, list[int | None]] = {OURS: []}
    for seed in conditions.seeds:
        conditions.doing(f"{instance.name}, seed {seed}")
        plan = plan_day(instance.problem, seconds=seconds, seed=seed)
        found[OURS].append(_distance(plan))
        for rival in conditions.rivals:
            conditions.doing(f"{instance.name}, seed {seed}, {rival.name}")
            asked = rival.ask(instance.problem, seconds=seconds, seed=seed)
            found.setdefault(rival.name, []).append(_distance(asked.plan))
    return _Measured(instance, found)


def _distance(plan: Plan | None) -> int | None:
    return None if plan is None or plan.unplanned else plan.cost.drive


def _finding(size: Size, conditions: Conditions, measured: Sequence[_Measured]) -> Finding:
    is_known = all(each.instance.best_known is not None for each in measured)
    peers = [each.name for each in conditions.rivals]
    gap = {who: _mean([each.gap(who) for each in measured]) for who in (OURS, *peers)}
    against = {who: _mean([each.against(who) for each in measured]) for who in peers}
    failed = {who: sum(each.of(who) is None for each in measured) for who in (OURS, *peers)}
    figures = {who: _figure(gap[who], failed[who]) for who in gap}
    paired = "; ".join(f"{who} {mean.words()}" for who, mean in against.items() if mean)
    return Finding(
        goal=_goal(size, conditions.search_s(size.seconds), is_known=is_known),
        ours=figures.pop(OURS),
        met=_is_met(size, gap[OURS], against.get(MEASURE), failed[OURS], is_known=is_known),
        peers=figures,
        notes=(
            _what(conditions, measured, is_known=is_known),
            *((f"Ours against {paired} (paired; minus is cheaper).",) if paired else ()),
        ),
    )


def _mean(values: Sequence[float | None]) -> Mean | None:
    there = [each for each in values if each is not None]
    return mean_of(there) if there else None


def _figure(mean: Mean | None, failed: int) -> str:
    words = "none" if mean is None else mean.words()
    return f"{words}; {failed} failed" if failed else words


def _goal(size: Size, seconds: float, *, is_known: bool) -> str:
    if not is_known:
        return f"{size.name} manner, invented, {seconds:g} s: no dearer than {MEASURE}"
    beats = f", below {MEASURE}'s" if size.beats else ""
    return f"{size.name}, {seconds:g} s: mean gap to best known at most {size.bar} %{beats}"


def _is_met(
    size: Size, ours: Mean | None, against: Mean | None, failed: int, *, is_known: bool
) -> bool | None:
    if ours is None or failed:
        return False
    if not is_known:
        return None if against is None else against.value <= 0
    if ours.value > size.bar or not size.beats:
        return ours.value <= size.bar
    return None if against is None else against.value < 0


def _what(conditions: Conditions, measured: Sequence[_Measured], *, is_known: bool) -> str:
    """Over how many instances and seeds, and above what."""
    above = "best known" if is_known else "the best of everybody in this run"
    seeds = len(conditions.seeds)
    what = f"Percent above {above}: {counted(len(measured), 'instance')}"
    what += f", median of {seeds} seeds" if seeds > 1 else ", one seed"
    what += "; ± is a 95 % confidence interval of the mean" if len(measured) > 1 else ""
    if len(measured) < FEW:
        what += f"; fewer than {FEW} are an impression, not a mean"
    return f"{what}: {', '.join(map(_own_gap, measured))}."


def _own_gap(measured: _Measured) -> str:
    gap = measured.gap(OURS)
    return f"{measured.instance.name} {'none' if gap is None else format(gap, '.2f')}"
