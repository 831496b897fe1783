"""How fast PDFs are read: ``python -m bench.documents`` prints pages a second beside bare text extraction of the same pages.

Bare is pypdfium2's own text of each page, in this process. Ours renders each page, tells hidden text apart and orders it; measured in this
process, and once more with the limited child that a warm process forks for every file. The files are made on the fly, in memory.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import pypdfium2

from screening.documents.extraction import extract_text
from screening.documents.pdf.reader import read
from tests.documents.files import make_pdf, show

FILES, PAGES, LINES = 10, 2, 50
ROUNDS, SECONDS = 5, 60.0
AIM = 100.0
LINE = "Wrote a trajectory evaluation tool in Python and C++ that reads 200 000 tracks a day"


def main() -> None:
    """Measure and print."""
    files = [_resume(number) for number in range(FILES)]
    bare, ours, child = (_pages_a_second(act, files, time.perf_counter) for act in (_bare, read, _in_child))
    own_bare, own_ours = (_pages_a_second(act, files, time.process_time) for act in (_bare, read))
    sys.stdout.write(
        f"{FILES} files of {PAGES} pages, {LINES * (len(LINE) + 3)} characters a page: bare text {bare:.0f} pages a second, "
        f"read and compared with the rendering {ours:.0f} (aim {AIM:g}; ratio {ours / bare:.2f}), with a child process a file {child:.0f}; "
        f"by the processor's own time, which a busy machine blurs less: {own_bare:.0f} and {own_ours:.0f}\n"
    )


def _resume(number: int) -> bytes:
    page = " ".join(show(f"{line:02} {LINE}", y=800 - 15 * line, size=10) for line in range(LINES))
    return make_pdf(*[f"{page} {show(f'File {number}', y=30)}"] * PAGES)


def _pages_a_second(act: Callable[[bytes], object], files: list[bytes], clock: Callable[[], float]) -> float:
    """Give the best of several rounds; stops early after ``SECONDS``."""
    act(files[0])
    began, best = time.monotonic(), 0.0
    for _ in range(ROUNDS):
        begun = clock()
        for content in files:
            act(content)
        best = max(best, FILES * PAGES / (clock() - begun))
        if time.monotonic() - began > SECONDS:
            break
    return best


def _bare(content: bytes) -> None:
    for page in pypdfium2.PdfDocument(content):
        page.get_textpage().get_text_range()


def _in_child(content: bytes) -> None:
    extract_text(content, file_name="resume.pdf")


if __name__ == "__main__":
    main()
