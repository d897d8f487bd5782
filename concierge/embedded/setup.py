"""From a bare Python to a running house: `python3 -m concierge.embedded.setup [--GROUP] MODULE …`.

Makes the environment that `uv.lock` describes, then becomes `python -m MODULE …` inside it. Runs
on the standard library alone, under whatever Python 3.11 or later the machine has.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import MutableMapping, Sequence
from pathlib import Path

from .errors import EmbeddedError, SetupFailed
from .progress import say
from .state import CLONE, State, open_directory, state

UV = "0.13.9"
VENV = CLONE / ".venv"
STAMP = VENV / ".in-step"
HOLDS = {"": ("",), "bench": ("", "bench"), "dev": ("", "bench", "dev")}
"""Groups of `pyproject.toml` that can be asked for, and those that each one holds."""


def main(words: Sequence[str]) -> None:
    """Set up, then become the module asked for."""
    group = words[0].removeprefix("--") if words[0].startswith("--") else ""
    module = list(words[1:] if group else words)
    try:
        where = state()
        settle(os.environ, where)
        python = ensure_environment(where, group)
    except (EmbeddedError, subprocess.TimeoutExpired) as problem:
        sys.exit(str(problem))
    sys.stdout.flush()
    os.chdir(CLONE)
    os.execv(python, [str(python), "-m", *module])  # noqa: S606 - becoming it is the point


def settle(env: MutableMapping[str, str], where: State) -> None:
    """Give package clients what a bare environment lacks: a home, and this machine's trust."""
    if not os.access(env.get("HOME", "/nonexistent"), os.W_OK):
        env["HOME"] = str(open_directory(where.root / "home"))
    env.setdefault("UV_SYSTEM_CERTS", "1")
    if "NODE_EXTRA_CA_CERTS" not in env:
        env.setdefault("NODE_OPTIONS", "--use-system-ca")


def ensure_environment(where: State, group: str = "") -> Path:
    """The Python of an environment in step with `uv.lock`; `group` asks for one of `HOLDS` too.

    Raises:
        SetupFailed: it cannot be made; the words say why.
    """
    python = VENV / "bin" / "python"
    if python.exists() and STAMP.exists() and _wanted(group) in STAMP.read_text().split():
        return python
    uv = _uv(where)
    started = time.monotonic()
    say("Installing what uv.lock names")
    command = [str(uv), "sync", "--frozen", "--no-install-project", "--inexact", "--quiet"]
    command += ["--python", sys.executable, *(() if group == "dev" else ("--no-dev",))]
    command += ["--group", group] if group else []
    env = {**os.environ, "UV_PROJECT_ENVIRONMENT": str(VENV), "UV_PYTHON_DOWNLOADS": "never"}
    _run(command, env=env)
    STAMP.write_text("\n".join(_wanted(each) for each in HOLDS[group]))
    say(f"Installed in {time.monotonic() - started:.0f} s")
    return python


def _uv(where: State) -> Path:
    """The uv on the PATH, or one of our own, put into a small environment by pip."""
    if found := shutil.which("uv"):
        return Path(found)
    tools = where.root / "tools"
    uv = tools / "bin" / "uv"
    if not uv.exists():
        say(f"Fetching uv {UV}")
        _run([sys.executable, "-m", "venv", "--clear", str(tools)])
        pip = [str(tools / "bin" / "python"), "-m", "pip", "install", "--quiet"]
        _run([*pip, "--disable-pip-version-check", f"uv=={UV}"])
    return uv


def _wanted(group: str) -> str:
    """One word for the environment asked for: the lock, the Python, and with which group."""
    digest = hashlib.sha256(
        (CLONE / "uv.lock").read_bytes() + (CLONE / "pyproject.toml").read_bytes()
    )
    return f"{digest.hexdigest()[:16]}-{sys.version_info[0]}.{sys.version_info[1]}-{group}"


def _run(command: Sequence[str], env: MutableMapping[str, str] | None = None) -> None:
    done = subprocess.run(  # noqa: S603 - the commands are ours
        command,
        env=env,
        cwd=CLONE,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    if done.returncode != 0:
        words = (done.stderr + done.stdout).strip()
        raise SetupFailed(f"{' '.join(command[:4])} … failed:\n{words}")


if __name__ == "__main__":
    main(sys.argv[1:])
