"""Where things are."""

from dataclasses import dataclass

from .errors import BadProblem
from .typed import refuse_other_types


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A point on the map, in degrees.

    Raises:
        BadProblem: a coordinate is off the globe.
    """

    longitude: float
    latitude: float

    def __post_init__(self) -> None:
        refuse_other_types(self)
        if not (-180 <= self.longitude <= 180 and -90 <= self.latitude <= 90):
            raise BadProblem(f"({self.longitude}, {self.latitude}) is not longitude, latitude.")

    def __str__(self) -> str:
        return f"{self.longitude:.5f}, {self.latitude:.5f}"
