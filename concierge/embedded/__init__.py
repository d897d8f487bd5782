"""What makes one machine enough: engines, their supervisor, the sandbox, the demo city."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - make may find any Python, and should be told so
    sys.exit("Concierge needs Python 3.11 or later: make PYTHON=python3.12 …")
