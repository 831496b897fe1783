"""The supervisor with real children: what dies comes back, what is stopped is gone, what cannot start says why in one line."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import psutil
import pytest

from screening.config import load_settings
from tests.real.processes import ROOT, environment, wait_for
from tests.real.site import Site, free_port, site


def family(running: Site) -> list[psutil.Process]:
    """List the supervisor and everything below it."""
    parent = psutil.Process(running.process.process.pid)
    return [parent, *parent.children(recursive=True)]


def child(running: Site, word: str) -> psutil.Process | None:
    """Find a direct child by a word of its command line."""
    for process in psutil.Process(running.process.process.pid).children():
        try:
            if word in " ".join(process.cmdline()):
                return process
        except psutil.NoSuchProcess:
            continue
    return None


def answers(running: Site) -> bool:
    try:
        with urllib.request.urlopen(f"{running.url}/static/icon.svg", timeout=10) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def is_gone(processes: list[psutil.Process]) -> bool:
    return not any(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in processes)


def serve(instance: Path, port: int, **more: str) -> subprocess.CompletedProcess[str]:
    """Run ``screening serve`` that is expected to end by itself."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SCREENING_")}
    env = {**kept, "SCREENING_INSTANCE": str(instance), **more}
    line = [sys.executable, "-m", "screening.cli", "serve", "--port", str(port)]
    return subprocess.run(
        line, env=env, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False, stdin=subprocess.DEVNULL
    )


def test_what_dies_is_started_again_and_a_stop_leaves_nothing(tmp_path: Path) -> None:
    with site(tmp_path) as running:
        wait_for(lambda: child(running, "celery"), say=running.process.output)
        for word in ("web --descriptor", "celery", "valkey-server"):
            victim = child(running, word)
            assert victim is not None, running.process.output()
            victim.kill()
            wait_for(
                lambda word=word, victim=victim: (found := child(running, word)) and found.pid != victim.pid,
                say=running.process.output,
            )  # type: ignore[misc]  # the defaults bind the loop's values
            assert answers(running)
        everyone = family(running)
        running.process.process.send_signal(signal.SIGINT)

        assert running.process.process.wait(40) == 0, running.process.output()

    wait_for(lambda: is_gone(everyone))
    assert "everything has stopped" in running.process.output()


def test_a_second_serve_on_the_same_folder_and_a_used_port_say_what_to_do(tmp_path: Path) -> None:
    with site(tmp_path) as running:
        port = int(running.url.rpartition(":")[2])

        same_folder = serve(running.settings.instance, port + 1)
        same_port = serve(tmp_path / "other", port)

        assert same_folder.returncode == same_port.returncode == 1
        assert same_folder.stderr.count("\n") == 1
        assert "already serves" in same_folder.stderr
        assert same_port.stderr.count("\n") == 1
        assert f"Port {port} on 127.0.0.1 is in use. Port " in same_port.stderr
        assert answers(running)


def test_children_end_with_a_killed_supervisor(tmp_path: Path) -> None:
    with site(tmp_path) as running:
        wait_for(lambda: child(running, "celery"), say=running.process.output)
        everyone = family(running)
        os.kill(running.process.process.pid, signal.SIGKILL)
        running.process.process.wait(30)

        wait_for(
            lambda: is_gone(everyone),
            say=lambda: str([process for process in everyone if process.is_running()]),
        )


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    done = serve(tmp_path / "file" / "instance", 8000)

    assert done.returncode == 1
    assert done.stderr.startswith(f"Error: The folder {tmp_path}/file/instance cannot be written")
    assert done.stderr.count("\n") == 1


def test_the_broker_named_in_the_settings_is_used(tmp_path: Path, broker: object) -> None:
    settings = load_settings({"SCREENING_BROKER_URL": getattr(broker, "url", "")}, instance=tmp_path / "instance")
    assert settings.embedded_socket is None
    assert environment(settings)["SCREENING_BROKER_URL"] == settings.broker_url


SLOW_SITE = """
import os, pathlib, socket, time
from types import SimpleNamespace
from flask import Flask
from screening.cli import web
stop = web.Stop()
web.BEAT_EVERY, web.THREADS = 0.1, 1
beat = pathlib.Path(os.environ["SCREENING_HEARTBEAT_FILE"])
app = Flask("slow")
app.config["SCREENING"] = SimpleNamespace(form_bytes=1_000_000)
@app.get("/slow")
def slow():
    print("begun", flush=True)
    time.sleep(2)
    return "finished"
@app.get("/stuck")
def stuck():
    beat.unlink()
    time.sleep(1)
    return "life" if beat.exists() else "no life"
@app.post("/echo")
@app.get("/echo")
def echo():
    return "here"
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
web.serve_until_told(app, listener, stop)
print("ended", flush=True)
"""


@pytest.fixture
def slow_site(tmp_path: Path) -> object:
    env = {**os.environ, "SCREENING_HEARTBEAT_FILE": str(tmp_path / "web.heartbeat")}
    process = subprocess.Popen([sys.executable, "-c", SLOW_SITE], cwd=ROOT, stdout=subprocess.PIPE, text=True, env=env)
    yield process
    process.kill()
    process.communicate()


def test_a_running_request_is_finished_before_the_web_server_ends(slow_site: subprocess.Popen[str]) -> None:
    assert slow_site.stdout is not None
    port = int(slow_site.stdout.readline())
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(b"GET /slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert slow_site.stdout.readline() == "begun\n"
        slow_site.terminate()
        answer = b"".join(iter(lambda: connection.recv(4096), b""))

    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.endswith(b"finished")
    assert slow_site.wait(30) == 0


def test_a_web_server_whose_threads_are_all_stuck_shows_no_life(
    slow_site: subprocess.Popen[str], tmp_path: Path
) -> None:
    assert slow_site.stdout is not None
    port = int(slow_site.stdout.readline())
    wait_for((tmp_path / "web.heartbeat").exists)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/stuck", timeout=60) as answer:
        assert answer.read() == b"no life"
    wait_for((tmp_path / "web.heartbeat").exists)


def test_clients_that_send_slowly_hold_up_nobody(slow_site: subprocess.Popen[str]) -> None:
    assert slow_site.stdout is not None
    port = int(slow_site.stdout.readline())
    slow = [socket.create_connection(("127.0.0.1", port)) for _ in range(64)]
    try:
        for connection in slow:
            connection.sendall(b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\nonly a part")
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/echo", timeout=20) as answer:
            assert answer.read() == b"here"
    finally:
        for connection in slow:
            connection.close()


def test_a_broker_with_damaged_files_says_what_to_do(tmp_path: Path) -> None:
    damaged = tmp_path / "instance" / "valkey" / "appendonlydir"
    damaged.mkdir(parents=True)
    (damaged / "appendonly.aof.manifest").write_text("no manifest at all\n", "utf-8")

    done = serve(tmp_path / "instance", free_port())

    assert done.returncode == 1
    assert f"broker could not be started. If its files are damaged, remove {tmp_path}/instance/valkey" in done.stderr
