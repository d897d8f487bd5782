"""Where the search's machine code is kept, known without loading Numba.

Kept under `NUMBA_CACHE_DIR`, or beside the source, or where neither can be written not at all.
Numba notices a change in a function's own file alone, so each version of ours has a folder.
"""

import hashlib
import os
import platform
from importlib.metadata import version
from pathlib import Path

ROOM = "NUMBA_CACHE_DIR"
"""The environment variable that names the folder above all versions."""
_HERE = Path(__file__).parent
_READY = "ready"


def folder() -> Path | None:
    """The folder of this version, made if it is new; None if none can be written."""
    root = Path(os.environ.get(ROOM) or _HERE / "search" / "__pycache__")
    sources = (*sorted((_HERE / "search").glob("*.py")), _HERE / "seconds.py", _HERE / "roads.py")
    told = hashlib.sha256(b"".join(path.read_bytes() for path in sources))
    told.update(f"{version('numba')} {platform.python_version()}".encode())
    kept = root / told.hexdigest()[:16]
    try:
        kept.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return kept if os.access(kept, os.W_OK | os.X_OK) else None


def are_ready() -> bool:
    """Whether `routing.search.warm` has been here: nothing is left to compile."""
    kept = folder()
    return kept is not None and (kept / _READY).exists()


def note_ready() -> None:
    """Note that nothing is left to compile."""
    kept = folder()
    if kept is not None:
        (kept / _READY).touch()
