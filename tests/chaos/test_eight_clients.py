"""Eight clients apply at the same moment through two web processes on SQLite: no error, nobody is lost."""

from __future__ import annotations

import re
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from http.cookiejar import CookieJar
from threading import Barrier

import pytest
from sqlalchemy import func, select

from screening.models import Application, StageCount, StoredPrescore
from tests.factories import make_posting
from tests.real.processes import wait_for
from tests.real.site import Site

CLIENTS = 8
BORDER = "a-border-that-stands-in-no-value"
RESUME = "在实验室用 C++ 写了三年的仿真程序，发表过一篇论文。"
INPUT = re.compile(r"<input\b[^>]*>")
ATTRIBUTE = re.compile(r'\b(name|value)="([^"]*)"')


def hidden_values(page: str) -> dict[str, str]:
    """Read what the form carries along: its token, key and version."""
    pairs = [dict(ATTRIBUTE.findall(tag)) for tag in INPUT.findall(page) if 'type="hidden"' in tag]
    return {pair["name"]: unescape(pair.get("value", "")) for pair in pairs if "name" in pair}


def multipart(typed: dict[str, str]) -> bytes:
    """Encode a form with a résumé as browsers do."""
    parts = [
        f'--{BORDER}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in typed.items()
    ]
    parts.append(
        f'--{BORDER}\r\nContent-Disposition: form-data; name="resume"; filename="cv.txt"\r\nContent-Type: text/plain\r\n\r\n{RESUME}\r\n'
    )
    return f"{''.join(parts)}--{BORDER}--\r\n".encode()


def apply(address: str, number: int, together: Barrier) -> tuple[int, str]:
    """Open the form, wait for the others, send it; give the status and the address of the last page."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    with browser.open(address, timeout=30) as answer:
        carried = hidden_values(answer.read().decode())
    typed = {
        **carried,
        "name": f"𠮷野 {number} 😀",
        "email": f"client{number}@example.com",
        "phone": f"+86 138 0000 00{number:02}",
        "consent": "y",
    }
    together.wait(30)
    request = urllib.request.Request(
        address, multipart(typed), {"Content-Type": f"multipart/form-data; boundary={BORDER}"}
    )
    with browser.open(request, timeout=60) as answer:
        return answer.status, answer.url


@pytest.mark.chaos
def test_eight_clients_at_once_are_all_stored_and_judged(live_server: Site) -> None:
    with live_server.session() as session:
        slug = make_posting(session).slug
        session.commit()
    together = Barrier(CLIENTS)

    with ThreadPoolExecutor(CLIENTS) as pool:
        address = f"{live_server.url}/roles/{slug}/apply"
        answers = list(pool.map(lambda number: apply(address, number, together), range(CLIENTS)))

    assert [status for status, _ in answers] == [200] * CLIENTS
    assert len({page for _, page in answers}) == CLIENTS
    assert not any(page.endswith("/apply") for _, page in answers)

    def judged() -> bool:
        with live_server.session() as session:
            return session.scalar(select(func.count()).select_from(StoredPrescore)) == CLIENTS

    wait_for(judged, seconds=150, say=live_server.process.output)
    with live_server.session() as session:
        assert sorted(session.scalars(select(Application.name))) == sorted(
            f"𠮷野 {number} 😀" for number in range(CLIENTS)
        )
        assert session.scalars(select(StageCount.count)).all() == [CLIENTS]
