"""The processes that read files: limits, clocks, recovery. Each hostile act is done by a reader of its own."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from screening.documents import reading, warm
from screening.documents.extraction import extract_text
from screening.documents.failures import BROKEN, CANNOT_START, TAKES_TOO_MUCH, TOO_MUCH_TEXT, ExtractionError
from tests.documents.files import make_pdf, show

linux = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux has the limits and forks that these tests are about"
)


@pytest.fixture
def processes(monkeypatch: pytest.MonkeyPatch) -> Iterator[warm.Processes]:
    """Give this test warm processes of its own."""
    own = warm.Processes()
    monkeypatch.setattr(warm, "PROCESSES", own)
    yield own
    own.close()


def refused(content: bytes, name: str = "x.pdf") -> str:
    with pytest.raises(ExtractionError) as raised:
        extract_text(content, file_name=name)
    return str(raised.value)


def in_own_process(read: reading.Reader) -> dict[str, object]:
    answer: dict[str, object] = json.loads(reading._in_own_process(read, b"words"))
    return answer


def taking_memory(content: bytes) -> reading.Reading:
    resource.setrlimit(resource.RLIMIT_AS, (reading.MEMORY, reading.MEMORY))
    return reading.Reading(str(len(bytearray(4 * reading.MEMORY))))


def ending(content: bytes) -> reading.Reading:
    os._exit(0)


def crashing(content: bytes) -> reading.Reading:
    os.kill(os.getpid(), signal.SIGKILL)


def stumbling(content: bytes) -> reading.Reading:
    raise ZeroDivisionError


def looping(content: bytes) -> reading.Reading:
    while True:
        pass


def asking_for_more(content: bytes) -> reading.Reading:
    return reading.Reading(f"{os.read(0, 10)!r}")


@linux
@pytest.mark.parametrize(
    ("read", "failure"),
    [(taking_memory, TAKES_TOO_MUCH), (ending, TAKES_TOO_MUCH), (crashing, TAKES_TOO_MUCH), (stumbling, BROKEN)],
)
def test_a_file_that_breaks_its_process_is_a_clear_failure(read: reading.Reader, failure: str) -> None:
    assert in_own_process(read) == {"failure": failure}


@linux
def test_a_file_that_never_ends_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "SECONDS", 0.3)
    assert in_own_process(looping) == {"failure": TAKES_TOO_MUCH}
    monkeypatch.setattr(reading, "SECONDS", 600)
    monkeypatch.setattr(reading, "CPU_SECONDS", 1)
    assert in_own_process(looping) == {"failure": TAKES_TOO_MUCH}


@linux
def test_a_file_cannot_reach_the_next_request() -> None:
    assert in_own_process(asking_for_more)["text"] == "b''"


@linux
def test_what_a_process_says_beyond_measure_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "ANSWER_BYTES", 1000)
    assert in_own_process(lambda content: reading.Reading("x" * 5000)) == {"failure": TAKES_TOO_MUCH}
    assert json.loads(reading.answer(lambda content: reading.Reading("x" * 500_001), b"")) == {"failure": TOO_MUCH_TEXT}


@linux
def test_a_warm_process_gives_up_writing_memory_and_secrets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SCREENING_SECRET_KEY", "hush")
    act = (
        "limit(); import os, resource, sys\n"
        "print(os.environ.get('SCREENING_SECRET_KEY'), resource.getrlimit(resource.RLIMIT_AS)[0])\n"
        f"file = open({str(tmp_path / 'x')!r}, 'w')\n"
        "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "try:\n    file.write('y'); file.flush()\nexcept OSError as error:\n    print('refused')\n    os._exit(sys.stdout.flush() or 0)\n"
    )
    done = subprocess.run(
        warm.command(act), env=warm.environment(), stdout=subprocess.PIPE, check=False, text=True, cwd=tmp_path
    )
    assert done.stdout.split() == ["None", str(reading.MEMORY), "refused"]


@linux
def test_one_warm_process_reads_file_after_file_and_a_new_one_follows_its_end(processes: warm.Processes) -> None:
    good = make_pdf(show("Yun Xiaohe"))
    assert refused(b"%PDF-1.4 nothing follows") == BROKEN
    (process,) = processes._idle
    assert extract_text(good, file_name="x.pdf").text == "Yun Xiaohe"
    assert processes._idle == [process]
    process._process.kill()  # as the system does when memory is short
    assert extract_text(good, file_name="x.pdf").text == "Yun Xiaohe"
    assert processes._idle != [process]


@linux
def test_several_threads_read_at_the_same_time(processes: warm.Processes) -> None:
    texts: dict[int, str] = {}

    def work(number: int) -> None:
        texts[number] = extract_text(f"file {number}".encode(), file_name="x.txt").text

    threads = [threading.Thread(target=work, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert texts == {number: f"file {number}" for number in range(3)}
    assert 1 <= len(processes._idle) <= 3


@linux
def test_a_warm_process_ends_with_its_parent(processes: warm.Processes) -> None:
    extract_text(b"words", file_name="x.txt")
    (process,) = processes._idle
    process.forget()
    assert process._process.wait(timeout=60) == 0


def test_without_forks_every_file_has_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warm, "CAN_FORK", False)
    assert extract_text(make_pdf(show("Yun Xiaohe")), file_name="x.pdf").text == "Yun Xiaohe"
    with pytest.raises(ExtractionError, match="too much time"):
        extract_text(make_pdf(show("x")), file_name="x.pdf", seconds=0.001)


def test_a_process_that_cannot_start_is_tried_again_later(
    monkeypatch: pytest.MonkeyPatch, processes: warm.Processes
) -> None:
    monkeypatch.setattr(warm, "command", lambda act: ["no such program"])
    assert refused(make_pdf(show("x"))) == CANNOT_START
