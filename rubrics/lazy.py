"""Values that an object finds out when they are first asked for, and keeps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar, overload

Value = TypeVar("Value")


class Kept(Generic[Value]):
    """A method that is read like an attribute and works once for each object.

    Unlike ``functools.cached_property`` of Python 3.11 it takes no lock: two threads may both find out, with the same result.
    A text has tens of thousands of clauses with several such values each, so the lock was a tenth of the compiler's time.
    """

    def __init__(self, find: Callable[[Any], Value]) -> None:
        """Keep what ``find`` gives, under its own name."""
        self._find = find
        self._name = find.__name__
        self.__doc__ = find.__doc__

    @overload
    def __get__(self, instance: None, owner: type[object]) -> Self: ...

    @overload
    def __get__(self, instance: object, owner: type[object]) -> Value: ...

    def __get__(self, instance: object | None, owner: type[object]) -> Self | Value:
        """Find the value out; from then on the object's own dictionary answers first."""
        if instance is None:
            return self
        value = self._find(instance)
        instance.__dict__[self._name] = value
        return value
