"""What every JSON door shares: how a no is described, what a moment and an amount may be."""

from datetime import datetime
from typing import Annotated

import msgspec
from litestar.openapi.datastructures import ResponseSpec

from .problems import PROBLEM_JSON, Problem

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
MOST_MINOR = 2**31 - 1
"""The largest amount that a column of ours holds, in minor units."""


def no(description: str) -> ResponseSpec:
    """A problem+json answer, in the OpenAPI description."""
    return ResponseSpec(Problem, media_type=PROBLEM_JSON, description=description)
