"""Whether work grows with its size and no faster, measured in one process on a machine that may be busy."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

ROUNDS = 5
FLOOR = 0.02  # seconds; anything shorter is noise beside the clock


@contextmanager
def quiet() -> Iterator[None]:
    """Keep the collector out of the measurement: a full pass walks what all tests before have left."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def seconds(work: Callable[[], object]) -> float:
    """Give the processor seconds that ``work`` takes."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def assert_grows_linearly(work: Callable[[int], object], *, size: int, times: int = 8) -> None:
    """Fail unless ``times`` as much work costs less than three times that much processor time in one of a few rounds.

    Work that grows with the square of its size costs ``times`` times as much again, so no round lets it pass; a
    neighbour on the same core slows down some of the rounds only.
    """
    work(size // 4)
    measured = []
    with quiet():
        for _ in range(ROUNDS):
            small = max(seconds(lambda: work(size)), FLOOR)
            large = seconds(lambda: work(size * times))
            measured.append(f"{large:.3f} s against {small:.3f} s")
            if large < 3 * times * small:
                return
    raise AssertionError(f"{times} times as much took {'; '.join(measured)}")
