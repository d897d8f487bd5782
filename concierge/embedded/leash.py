"""Becomes another program that dies with the one that started it.

`python -I -S leash.py PARENT SIGNAL USER PROGRAM …`. A program of its own rather than code
between fork and exec, which is unsafe as soon as the parent has a second thread. It also changes
the user, `-` for none, since that clears what the kernel was asked.
"""

import ctypes
import os
import pwd
import sys

PR_SET_PDEATHSIG = 1


def main(parent: int, signal: int, user: str, program: list[str]) -> None:
    """Drop to the user, ask the kernel for the signal, become the program."""
    libc = ctypes.CDLL(None)  # loaded while we may still read it
    if user != "-":
        who = pwd.getpwnam(user)
        os.setgroups([])
        os.setgid(who.pw_gid)
        os.setuid(who.pw_uid)
    if sys.platform == "linux":
        libc.prctl(PR_SET_PDEATHSIG, signal)
        if os.getppid() != parent:  # it died before we could ask
            sys.exit(1)
    os.execv(program[0], program)  # noqa: S606 - becoming it is the point


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4:])
