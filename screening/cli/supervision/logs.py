"""The children's output on one terminal: a name before each line, a colour for each name."""

from __future__ import annotations

import os
import selectors
import sys
from typing import IO

COLOURS = (36, 32, 35, 33, 34, 96)
WIDTH = 7


class LogStream:
    """Forwards whole lines of several pipes to standard output; ``say`` adds the supervisor's own."""

    def __init__(self, output: IO[str] | None = None) -> None:
        self._output = output or sys.stdout
        self._coloured = self._output.isatty() and "NO_COLOR" not in os.environ
        self._selector = selectors.DefaultSelector()
        self._rest: dict[int, bytes] = {}
        self._colour_of: dict[str, int] = {}

    def follow(self, name: str, pipe: IO[bytes], hidden: tuple[str, ...]) -> None:
        """Forward ``pipe`` under ``name`` until it closes, less the lines that hold one of ``hidden``."""
        os.set_blocking(pipe.fileno(), False)
        self._rest[pipe.fileno()] = b""
        self._selector.register(pipe, selectors.EVENT_READ, (name, hidden))

    def wake_on(self, descriptor: int) -> None:
        """Let ``forward`` return early when ``descriptor`` can be read."""
        self._selector.register(descriptor, selectors.EVENT_READ, None)

    def forget(self, descriptor: int) -> None:
        """Take back ``wake_on``."""
        self._selector.unregister(descriptor)

    def forward(self, seconds: float) -> None:
        """Wait up to ``seconds`` for output and pass it on."""
        for key, _ in self._selector.select(seconds):
            if key.data is None:
                os.read(key.fd, 4096)
            else:
                self._read(key)

    def say(self, text: str, name: str = "serve") -> None:
        """Write one line of our own."""
        self._write(name, text)

    def _read(self, key: selectors.SelectorKey) -> None:
        name, hidden = key.data
        try:
            chunk = os.read(key.fd, 65536)
        except BlockingIOError:
            return
        *lines, self._rest[key.fd] = (self._rest[key.fd] + chunk).split(b"\n")
        if not chunk:
            lines = [self._rest.pop(key.fd)]
            self._selector.unregister(key.fileobj)
            key.fileobj.close()  # type: ignore[union-attr]  # only pipes are registered with data
        for line in lines:
            text = line.decode("utf-8", "replace").rstrip()
            if text and not any(piece in text for piece in hidden):
                self._write(name, text)

    def _write(self, name: str, text: str) -> None:
        label = f"{name:<{WIDTH}}│"
        if self._coloured:
            colour = self._colour_of.setdefault(name, COLOURS[len(self._colour_of) % len(COLOURS)])
            label = f"\x1b[{colour}m{label}\x1b[0m"
        try:
            self._output.write(f"{label} {text}\n")
            self._output.flush()
        except (BrokenPipeError, ValueError):
            self._output = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - whoever read us has gone; the children must not stop for it
