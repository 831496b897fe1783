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
_LINUX = sys.platform.startswith("linux")


def die_with_parent(number: int) -> Callable[[], None]:
    """Give a function for a child to run before exec: signal ``number`` is sent to it when its parent ends.

    The C library is loaded here, in the parent, so that the child only makes one call between fork and exec.
    """
    if not _LINUX:
        return lambda: None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def ask_for_signal() -> None:
        prctl(_PR_SET_PDEATHSIG, number)
        if os.getppid() != parent:  # it ended in between
            os.kill(os.getpid(), number)

    return ask_for_signal


def end_with_parent(parent: int, number: int = signal.SIGTERM) -> None:
    """Let signal ``number`` reach this process when ``parent`` ends: at once on Linux, within a second elsewhere."""
    if _LINUX:
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, number)
        if os.getppid() != parent:
            os.kill(os.getpid(), number)
        return

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os.kill(os.getpid(), number)

    threading.Thread(target=watch, name="lifeline", daemon=True).start()


def end_with_supervisor() -> None:
    """End this process when the supervisor that started it ends; do nothing without one."""
    if parent := os.environ.get(PARENT_VARIABLE):
        end_with_parent(int(parent))
