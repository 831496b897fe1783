"""Guessing passwords does not pay: wrong ones are counted where all web processes see it, and pause further attempts.

Ten wrong passwords for one address from one place pause that pair for a quarter of an hour; fifty for one address from
anywhere pause it for an hour at most. The right password clears the first count. Keys hold digests, no addresses.
"""

from __future__ import annotations

import hashlib

from flask import current_app
from flask_limiter.util import get_remote_address
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter, RateLimiter

from screening.extensions import limiter

PAIR = RateLimitItemPerMinute(10, 15, namespace="sign-in-pair")
ADDRESS = RateLimitItemPerHour(50, 1, namespace="sign-in-address")
FALLBACK = FixedWindowRateLimiter(MemoryStorage())


def is_paused(email: str) -> bool:
    """Tell whether attempts for this address from this place have to wait."""
    return limiter.enabled and any(not _ask("test", item, key) for item, key in _keys(email))


def note_wrong(email: str) -> None:
    """Count a wrong password."""
    if limiter.enabled:
        for item, key in _keys(email):
            _ask("hit", item, key)


def forget_wrong(email: str) -> None:
    """Forget the wrong passwords of this pair after the right one."""
    if limiter.enabled:
        item, key = _keys(email)[0]
        _ask("clear", item, key)


def _keys(email: str) -> list[tuple[RateLimitItem, str]]:
    address = _digest(email.strip().lower())
    return [(PAIR, _digest(f"{address} {get_remote_address()}")), (ADDRESS, address)]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _ask(verb: str, item: RateLimitItem, key: str) -> bool:
    """Ask the shared counter; while its server is away, this process's own."""
    try:
        return _act(limiter.limiter, verb, item, key)
    except Exception as error:  # noqa: BLE001 - a counter that is away must not keep staff out; storages raise errors of their own kinds
        current_app.logger.warning("sign-in attempts are counted in this process only: %s", error)
        return _act(FALLBACK, verb, item, key)


def _act(counter: RateLimiter, verb: str, item: RateLimitItem, key: str) -> bool:
    match verb:
        case "test":
            return counter.test(item, key)
        case "hit":
            return counter.hit(item, key)
        case _:
            counter.clear(item, key)
            return True
