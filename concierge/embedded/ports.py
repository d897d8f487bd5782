"""Ports on this machine: one that is free, and the same one next time."""

import socket
import time
import urllib.error
import urllib.request
import zlib
from pathlib import Path

LOOPBACK = "127.0.0.1"
PAGES = 8000
"""Where the house's pages are when nobody says otherwise."""
FIRST, LAST = 15_000, 29_999
"""Below the range from which the kernel takes ports for outgoing connections."""
FREEING_S = 3.0


def remembered_port(home: Path) -> int:
    """The port this engine had last time if it is free again, otherwise a new one, remembered."""
    note = home / "port"
    try:
        port = int(note.read_text())
    except (FileNotFoundError, ValueError):
        port = FIRST + zlib.crc32(str(home).encode()) % (LAST - FIRST)
    else:
        deadline = time.monotonic() + FREEING_S
        while not is_free(port) and time.monotonic() < deadline:
            time.sleep(0.1)
    port = free_port(port)
    note.write_text(f"{port}\n")
    return port


def free_port(first: int) -> int:
    """`first` if nobody listens there, or the next port that is free."""
    while not is_free(first):
        first += 1
    return first


def is_free(port: int) -> bool:
    """Whether a server could listen on this port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def accepts(port: int) -> bool:
    """Whether somebody listens on this port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0


def answers(url: str) -> bool:
    """Whether an HTTP server of ours says yes at this address."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - our own, on loopback
            return answer.status < 400
    except (urllib.error.URLError, OSError):
        return False
