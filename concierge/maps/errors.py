"""What can be wrong with roads.

MapError
├── Unreachable   the road engine did not answer; ask again later
├── BadAnswer     it answered something that is no answer; somebody must look
└── NotBuilt      a city could not be built; the former one is still in place

NotCovered (a refusal: the business says no)
├── OffTheMap     no road we know is near this place
└── NoRoad        there is a road, but none that leads there and back
"""

import routing
from concierge.model.refusals import NotCovered


class MapError(Exception):
    """Something about streets is broken."""


class Unreachable(MapError):
    """The road engine did not answer in time; ask again later."""


class BadAnswer(MapError):
    """The road engine answered something that is no answer."""


class NotBuilt(MapError):
    """A city could not be built; the former one is still in place. The sentence names the step."""


class OffTheMap(NotCovered):
    """No road we know is near this place."""

    def __init__(self, place: routing.Place, metres: float) -> None:
        self.place = place
        self.metres = metres
        super().__init__(
            f"We do not drive to {place}: the nearest road we know is {metres / 1000:.1f} km away."
        )


class NoRoad(NotCovered):
    """No road we know leads from one place to the other."""

    def __init__(self, origin: routing.Place, destination: routing.Place) -> None:
        self.origin = origin
        self.destination = destination
        super().__init__(f"No road we know leads from {origin} to {destination}.")
