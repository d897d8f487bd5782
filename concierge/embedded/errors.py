"""What can go wrong before the house even opens.

EmbeddedError
├── NoEngine       an engine cannot be had: no network, or nobody built it for this machine
├── WrongEngine    what was downloaded is not what was pinned; nothing of it was unpacked
├── NotReady       an engine or a program of ours did not come up; the words name its log
├── AlreadyRunning there is one already, and there can be only one
├── NoHome         the state cannot live where it was asked to
└── SetupFailed    a step of the set-up failed; the words say which, and what it printed last
"""


class EmbeddedError(Exception):
    """This machine cannot carry the house as asked; the sentence says what to do about it."""


class NoEngine(EmbeddedError):
    """An engine cannot be had here: no network, or nobody built it for this machine."""


class WrongEngine(EmbeddedError):
    """A download is not the one that was pinned. Nothing of it was unpacked."""


class NotReady(EmbeddedError):
    """An engine or a program of ours did not come up in time; the words name its log."""


class AlreadyRunning(EmbeddedError):
    """There is one already, and there can be only one."""


class NoHome(EmbeddedError):
    """The state cannot live where it was asked to."""


class SetupFailed(EmbeddedError):
    """A step of the set-up failed; the words say which, and what it printed last."""
