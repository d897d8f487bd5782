"""Where this machine keeps what the house needs between two runs: engines, data, roads, logs."""

import hashlib
import os
import pwd
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .errors import NoHome

CLONE = Path(__file__).resolve().parents[2]
ROOT_STATES = Path("/var/lib/concierge")


@dataclass(frozen=True, slots=True)
class State:
    """One directory that everything embedded lives under.

    An ordinary user's is `.state` in the clone. PostgreSQL refuses to run as root, so root's
    engines run as `nobody`, who cannot pass a closed home: root's state is under `/var/lib`.
    """

    root: Path

    @property
    def engines(self) -> Path:
        """Unpacked engines, one directory each."""
        return self.root / "engines"

    @property
    def logs(self) -> Path:
        """One file per child."""
        return self.root / "logs"

    @property
    def roads(self) -> Path:
        """Built cities: streets, road engine files, tiles."""
        return self.root / "roads"

    @property
    def cache(self) -> Path:
        """What may be deleted at any time and costs only time."""
        return self.root / "cache"

    @property
    def kernels(self) -> Path:
        """The planner's search in machine code."""
        return self.cache / "kernels"

    def home(self, name: str) -> Path:
        """The directory of one shared engine, made if it is new."""
        return open_directory(self.root / name)


def state(env: Mapping[str, str] = os.environ) -> State:
    """The state of this clone, or of `CONCIERGE_STATE`; made if it is new.

    Raises:
        NoHome: it cannot be made or written.
    """
    root = Path(env["CONCIERGE_STATE"]) if env.get("CONCIERGE_STATE") else _default(env)
    root = open_directory(root.absolute())
    if not os.access(root, os.W_OK | os.X_OK):
        raise NoHome(f"{root} is not ours to write; set CONCIERGE_STATE to a directory that is.")
    return State(root)


def open_directory(path: Path) -> Path:
    """Make `path` and what is missing above it, passable by everyone.

    Raises:
        NoHome: it cannot be made.
    """
    missing = [one for one in (path, *path.parents) if not one.exists()]
    try:
        for one in reversed(missing):
            one.mkdir(exist_ok=True)
            one.chmod(0o755)  # whatever the umask: root's engines run as nobody
    except OSError as problem:
        raise NoHome(f"{path} cannot be made ({problem}); set CONCIERGE_STATE.") from problem
    return path


def engine_user() -> pwd.struct_passwd | None:
    """Whom engines run as: nobody when we are root, ourselves otherwise (None)."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def _default(env: Mapping[str, str]) -> Path:
    if os.geteuid() == 0:
        return ROOT_STATES / hashlib.sha256(str(CLONE).encode()).hexdigest()[:12]
    if (CLONE / "pyproject.toml").exists():
        return CLONE / ".state"
    home = env.get("XDG_STATE_HOME") or Path(env.get("HOME", "/nonexistent")) / ".local" / "state"
    return Path(home) / "concierge"
