"""The only door to Numba: functions made into machine code once, kept for the next start."""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

import numba

from routing.kernels import folder

Given = ParamSpec("Given")
Answer = TypeVar("Answer")

_NUMBA = cast("Any", numba)
_KEPT_IN = folder()
if _KEPT_IN is not None:
    _NUMBA.config.CACHE_DIR = str(_KEPT_IN)


def compiled(function: Callable[Given, Answer]) -> Callable[Given, Answer]:
    """The same function in machine code, compiled when first called or read from its folder."""
    made = _NUMBA.njit(cache=_KEPT_IN is not None, nogil=True, _nrt=True)(function)
    return cast("Callable[Given, Answer]", made)


def hot(function: Callable[Given, Answer]) -> Callable[Given, Answer]:
    """The same, for what runs in every step: it must not make arrays, nor answer with one.

    Numba then does without counting references, which took a third of the search's time.
    """
    made = _NUMBA.njit(cache=_KEPT_IN is not None, nogil=True, _nrt=False)(function)
    return cast("Callable[Given, Answer]", made)
