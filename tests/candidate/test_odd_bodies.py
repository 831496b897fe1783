"""Five hundred made-up form bodies: each is answered in words, what was typed stands again, and nothing of it runs anywhere."""

from __future__ import annotations

import re
import secrets
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from lxml import html
from sqlalchemy import select

from screening.forms.inputs import clean_line, clean_text
from screening.models import Answer, Application, ApplicationDraft, Mail, Role
from tests.candidate.forms import RESUME, filled, inputs_of
from tests.factories import make_user
from tests.recruiter.worlds import sign_in

BORDER = "a-border-that-stands-in-no-value"
EXAMPLES = 500
LONG = ("长" * 20_000).encode()
HUGE = "huge"
"""Stands for a text of twenty thousand letters."""
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</textarea><svg onload=alert(1)>",
    "' onfocus=alert(1) autofocus='",
    "{{ 7 * 7 }}",
    "%s %(x)s {0}",
    "'; DROP TABLE application; --",
]
ODD = [
    "", HUGE, "\x00", "\ufffd\ufeff\u202e", "9" * 400, "1e309", "٣", "²", "-0", "2026-02-30", "https://user:pass@host:99999999/",
    "javascript:alert(1)", "//example.com", "x" * 5000, "😀" * 200, "y", "master", "-", "\ud800", "\udfff\ud800", "a\r\nb\rc\n",
]  # fmt: skip
texts = st.one_of(
    st.text(max_size=60),
    st.text(st.characters(categories=("Cc", "Cf", "Cs", "Zs", "So", "Lo")), max_size=40),
    st.sampled_from([*HOSTILE, *ODD]),
)
values = st.one_of(
    texts.map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.binary(max_size=30).map(lambda raw: raw.replace(BORDER.encode(), b"")),
)
parts = st.tuples(values, st.booleans())  # what is sent, and whether it comes as a file


def encoded(fields: list[tuple[str, bytes, bool]]) -> bytes:
    """Write a body as browsers do, and as none would."""
    body = b""
    for name, value, as_file in fields:
        file = '; filename="cv.txt"\r\nContent-Type: text/plain' if as_file else ""
        head = f'--{BORDER}\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'
        body += head.encode() + value + b"\r\n"
    return body + f"--{BORDER}--\r\n".encode()


def bare(text: str) -> str:
    """Give a text without what no form keeps and what pages write differently."""
    kept = clean_line(clean_text(text.replace("\r\n", "\n")))
    return "".join(re.sub(r"[\ufffd\ufdd0-\ufdef\ufffe\uffff]|[\U0001fffe-\U0010ffff]", "", kept).split())


def texts_of(page: str) -> set[str]:
    """Name the inputs into which people type."""
    return {one.name for one in inputs_of(page) if one.kind in {"text", "email", "tel", "url", "textarea"}}


def running(tree: Any) -> list[str]:
    """Give whatever a browser would run of what a candidate typed."""
    found = [
        html.tostring(node, encoding="unicode", with_tail=False) for node in tree.xpath("//script|//img|//svg|//iframe")
    ]
    return [
        *(text for text in found if "alert(" in text),
        *tree.xpath("//@*[starts-with(name(), 'on')]"),
        *(value for value in tree.xpath("//@href|//@src|//@action") if value.lower().startswith("javascript:")),
    ]


def typed_in(tree: Any, names: set[str]) -> dict[str, str]:
    """Give what stands in the inputs into which people type."""
    nodes = tree.xpath('//form[@enctype="multipart/form-data"]//*[self::input or self::textarea][@name]')
    return {
        node.get("name"): (node.text or "" if node.tag == "textarea" else node.get("value") or "")
        for node in nodes
        if node.get("name") in names
    }


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_whatever_is_sent_is_answered_in_words_and_never_lost(session, app, client, candidate):
    page = candidate.open()
    good = filled(page)
    typed = texts_of(page) - {"website", "heard"}  # who came by a link is not asked where they heard of us
    names = [one.name for one in inputs_of(page)] + ["unknown", "q1", "q99-has", "_", "also", "kept"]
    seen: dict[int, int] = {}
    made = []

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        st.dictionaries(st.sampled_from(names), st.lists(parts, min_size=1, max_size=2), max_size=8),
        st.booleans(),
        st.booleans(),
    )
    def send(changes, complete, has_file):
        base = {**good, "form_key": secrets.token_urlsafe(24), "email": f"{secrets.token_hex(6)}@example.com"}
        fields = [
            (name, one.encode(), False)
            for name, value in (base if complete else {}).items()
            if name not in changes
            for one in (value if isinstance(value, list) else [value])
        ]
        fields += [
            (name, LONG if value == HUGE.encode() else value, as_file)
            for name, found in changes.items()
            for value, as_file in found
        ]
        if has_file and "resume" not in changes:
            fields.append(("resume", RESUME.encode(), True))
        answer = client.post(
            candidate.address, data=encoded(fields), content_type=f"multipart/form-data; boundary={BORDER}"
        )
        seen[answer.status_code] = seen.get(answer.status_code, 0) + 1
        assert answer.status_code in {303, 409, 422, 413}
        if answer.status_code == 303:
            made.append(answer.location)
            return
        tree = html.fromstring(answer.data)
        assert not running(tree)
        if answer.status_code == 413:
            return
        again = typed_in(tree, typed)
        for name in typed:
            sent = [value for field, value, as_file in fields if field == name and not as_file]
            if len(sent) == 1:
                assert bare(again.get(name, "")) == bare(sent[0].decode("utf-8", "replace")), name

    send()
    assert seen[303] >= 5
    assert seen[422] > 100
    _nothing_runs(app, session, client, {*made})


def _nothing_runs(app, session, client, status_pages):
    """Store what is most hostile everywhere, then look at every page that shows it."""
    for stored in session.scalars(select(Answer.value)):
        assert "\x00" not in str(stored)
    drafts = session.scalars(select(ApplicationDraft.fields).limit(500)).all()
    assert not any("\x00" in str(fields) for fields in drafts)
    admin = make_user(session, Role.ADMIN)
    ids = session.scalars(select(Application.id)).all()
    mails = session.scalars(select(Mail.id).limit(5)).all()
    title = session.scalars(select(Application)).first()
    title.name = title.headline = HOSTILE[1]
    posting = title.posting_id
    session.commit()
    boss = app.test_client()
    sign_in(boss, admin)
    paths = [f"/staff/applications/{ident}" for ident in ids[:5]] + [f"/staff/mails/{ident}" for ident in mails]
    for path in [*paths, f"/staff/postings/{posting}/pipeline", "/staff/consents/", "/staff/search?q=alert"]:
        answer = boss.get(path, follow_redirects=True)
        assert answer.status_code in {200, 404}, path
        assert not running(html.fromstring(answer.data)), path
    for path in [*sorted(status_pages)[:5], "/"]:
        assert not running(html.fromstring(client.get(path).data)), path
    ET.fromstring(client.get("/feed.atom").data)
