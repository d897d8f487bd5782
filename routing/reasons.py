"""Why a visit finds no place: the first door that is shut for every concierge, in words."""

from collections.abc import Sequence

from .plan import Reason
from .problem import Problem, Shift, Visit, Window
from .seconds import Call, call, duty, floor_s, lasts_s
from .timeline import time_calls


def may_serve(visit: Visit, shift: Shift) -> bool:
    """Whether this concierge may come at all: not forbidden, and no lock says somebody else."""
    if visit.lock is not None and visit.lock.shift != shift.id:
        return False
    return shift.id not in visit.forbidden


def can_carry(visit: Visit, shift: Shift) -> bool:
    """Whether this concierge has the skills and, empty, the room."""
    return visit.skills <= shift.skills and visit.load <= shift.capacity


def why_never(
    problem: Problem, visit: Visit, windows: Sequence[Window]
) -> tuple[Reason, str] | None:
    """Why nobody could serve these windows even on an empty day; None if somebody could."""
    if not problem.shifts:
        return Reason.OUTSIDE_SHIFTS, "Nobody is working."
    skilled = [shift for shift in problem.shifts if visit.skills <= shift.skills]
    allowed = [shift for shift in skilled if may_serve(visit, shift)]
    if visit.lock is not None:
        words = _why_not_this_one(problem, visit, windows, problem.shift(visit.lock.shift))
        return None if words is None else (Reason.LOCKED_OUT, words)
    if not skilled:
        return Reason.NO_SKILL, f"Nobody working has {_listed(visit.skills)}."
    if not allowed:
        who = "Everybody who could serve her" if visit.skills else "Everybody working"
        return Reason.LOCKED_OUT, f"{who} is ruled out for this client."
    roomy = [shift for shift in allowed if visit.load <= shift.capacity]
    if not roomy:
        most = max(shift.capacity for shift in allowed)
        words = f"{visit.load} rail units are needed; the roomiest car that may come holds {most}."
        return Reason.NO_CAPACITY, words
    asked = call(problem, visit, windows)
    on_time = [shift for shift in roomy if _open_during(asked, shift)]
    if not on_time:
        who = "Nobody" if len(roomy) == len(problem.shifts) else "Nobody who may come"
        return Reason.OUTSIDE_SHIFTS, f"{who} works {spoken(windows)}."
    if not any(time_calls(problem, duty(problem, shift), [asked]) for shift in on_time):
        words = f"Nobody can get there {spoken(windows)} and be back before the shift ends."
        return Reason.OUT_OF_REACH, words
    return None


def _why_not_this_one(
    problem: Problem, visit: Visit, windows: Sequence[Window], shift: Shift
) -> str | None:
    """Why the one shift a visit is locked to could not serve it even with nothing else to do."""
    lock = f"Locked to {shift.called}, who"
    if shift.id in visit.forbidden:
        return f"{lock} is ruled out for this client."
    missing = visit.skills - shift.skills
    if missing:
        return f"{lock} does not have {_listed(missing)}."
    if visit.load > shift.capacity:
        return f"{lock} has room for {shift.capacity} of {visit.load} rail units."
    asked = call(problem, visit, windows)
    if not asked.spans:
        return "Locked to start outside every window."
    if not _open_during(asked, shift):
        return f"{lock} does not work {spoken(windows)}."
    if time_calls(problem, duty(problem, shift), [asked]) is None:
        return f"{lock} cannot get there {spoken(windows)} and be back before the shift ends."
    return None


def _open_during(asked: Call, shift: Shift) -> bool:
    """Whether service could begin and end inside the shift, were she there already."""
    starts_s, ends_s = floor_s(shift.starts), floor_s(shift.back_by)
    return any(
        max(opens_s, starts_s) + lasts_s(asked.visit.lasts) <= ends_s and closes_s >= starts_s
        for opens_s, closes_s in asked.spans
    )


def spoken(windows: Sequence[Window]) -> str:
    """Windows as a sentence says them: "between 10:00 and 12:00"."""
    days = {window.opens.date() for window in windows}
    day = "" if len(days) == 1 else "%a %d "
    each = [f"between {w.opens:{day}%H:%M} and {w.closes:%H:%M}" for w in sorted(windows)]
    if len(each) > 3:
        return f"in any of her {len(each)} windows"
    return " or ".join(each)


def _listed(skills: frozenset[str]) -> str:
    return " and ".join(sorted(skills))
