"""Makes the machine code ready, so that no day waits for a compiler."""

from datetime import UTC, datetime, timedelta

from routing.kernels import note_ready
from routing.offer import Offers
from routing.place import Place
from routing.plan import Plan
from routing.problem import Hub, Problem, Shift, Visit, Window
from routing.room import make_room
from routing.travel import estimate

from .propose import propose


def warm() -> None:
    """Compile every step of the search and of offers, or read it from where it was kept."""
    opens = datetime(2026, 1, 1, 9, tzinfo=UTC)
    window = Window(opens, opens + timedelta(hours=8))
    here, there = Place(0, 0), Place(0.01, 0)
    problem = Problem(
        Hub("hub", here),
        (Shift("anna", window.opens, window.closes, 1),),
        (Visit("eva", there, (window,), timedelta(minutes=30)),),
        estimate((here, there)),
    )
    propose(problem, problem.shifts, problem.visits, Plan(), seconds=600, steps=2)
    propose(problem, problem.shifts, problem.visits, Plan(), seconds=600, steps=2, look_round=0.0)
    Offers(problem, Plan()).windows(problem.visits[0], [window])
    make_room(problem, Plan(), problem.visits[0], seconds=600)
    note_ready()
