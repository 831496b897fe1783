"""Children that end with their parent, however the parent ended.

Linux tells a child by a signal (``PR_SET_PDEATHSIG``, see prctl(2)); elsewhere a thread looks once a second whether the
parent is still the one that started it.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time
from collections.abc import Callable

PARENT_VARIABLE = "SCREENING_SUPERVISOR"
_PR_SET_PDEATHSIG = 1


def die_with_parent(number: int) -> Callable[[], None]:
    """Give a function for the child to run before exec: signal ``number`` is sent to it when its parent ends.

    The C library is loaded here, in the parent, so that the child only makes one call between fork and exec.
    """
    if not sys.platform.startswith("linux"):
        return lambda: None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def ask_for_signal() -> None:
        prctl(_PR_SET_PDEATHSIG, number)
        if os.getppid() != parent:  # it ended in between
            os.kill(os.getpid(), number)

    return ask_for_signal


def watch_parent(parent: int) -> None:
    """Where the system sends no signal: end this process within a second after ``parent`` ended."""
    if sys.platform.startswith("linux"):
        return

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="lifeline", daemon=True).start()


def watch_supervisor() -> None:
    """Call ``watch_parent`` in a process that a supervisor started; do nothing in any other."""
    if parent := os.environ.get(PARENT_VARIABLE):
        watch_parent(int(parent))
