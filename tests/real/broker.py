"""A real Valkey server for tests, started as the product starts it."""

from __future__ import annotations

import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from screening.cli.supervision import valkey


@dataclass(slots=True)
class Broker:
    """A server on a socket of its own: ``kill`` ends it as a crash would, ``start`` brings it back with what it had kept."""

    socket: Path
    process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def url(self) -> str:
        """Give Celery's address of the server."""
        return f"redis+socket://{self.socket}"

    def start(self) -> None:
        valkey.prepare_folders(self.socket, self.socket.parent)
        self.process = subprocess.Popen(
            valkey.command(self.socket, self.socket.parent),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        valkey.wait_until_ready(self.socket)

    def kill(self, number: int = signal.SIGKILL) -> None:
        if self.process is not None:
            self.process.send_signal(number)
            self.process.wait(10)
            self.process = None

    def flush(self) -> None:
        """Forget everything that is queued."""
        valkey._exchange(self.socket, b"FLUSHALL")

    def close(self) -> None:
        self.kill(signal.SIGTERM)
        shutil.rmtree(self.socket.parent, ignore_errors=True)


def start_broker() -> Broker:
    """Start a server in a short temporary folder: the path of a socket may not be long."""
    broker = Broker(Path(tempfile.mkdtemp(prefix="screening-vk-")) / "valkey.sock")
    broker.start()
    return broker
