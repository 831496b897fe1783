"""The quick way to cut a form's body gives what Werkzeug's parser gives, whatever is sent; where the two could differ it steps aside."""

from __future__ import annotations

import io
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser
from werkzeug.test import encode_multipart

from screening.web.bodies import AT_ONCE, BodyParser, cut_body

BORDER = "----WebKitFormBoundary7MA4YWxk"
PIECES = [
    b"\r\n", b"\n", b"\r", b"--" + BORDER.encode(), b"\r\n--" + BORDER.encode() + b"\r\n", b"--" + BORDER.encode() + b"--",
    b"--", b"-", b" ", b"\t", BORDER.encode(), b'Content-Disposition: form-data; name="q1"', b'; filename="cv.pdf"',
    b'; filename="\xe7\xae\x80\xe5\x8e\x86.pdf"', b'; filename="\xff.pdf"', b'; filename=""', b"; filename=a", b'; name="b"', b'"', b"\\", b"%22",
    b"Content-Type: application/pdf", b"Content-Type: text/plain; charset=iso-8859-1", b"content-disposition: form-data; name=x",
    b"X-Other: 1", b"\r\n\r\n", b"\x00", b"\xe4\xba\x91", b"\xff", b"value",
]  # fmt: skip
ODD_PARTS = st.lists(st.sampled_from(PIECES), max_size=12).map(b"".join)
NAMES = st.sampled_from(["name", "q1-entry0-degree", "also", "resume", "a b", 'quo"te', "per%22cent", "名字", ""])
VALUES = st.one_of(
    st.binary(max_size=80),
    st.sampled_from([b"", b"\r\n", b"--", b"\r\n--", b"\n--" + BORDER.encode(), b"--" + BORDER.encode()]),
)
FILES = st.sampled_from([None, "cv.pdf", "简历.docx", "", 'quo"te.txt', "per%22cent", "back\\slash"])
KINDS = st.sampled_from([None, "application/pdf", "text/plain; charset=ascii", "text/plain", "/"])
LIMITS: dict[str, Any] = {
    "max_form_memory_size": 4 * 1024 * 1024,
    "max_form_parts": 6,
    "stream_factory": lambda **_: io.BytesIO(),
}


def shown(parser: type[FormDataParser], body: bytes, boundary: str = BORDER, **limits: Any) -> Any:
    """Give what a parser makes of a body, or how it refuses it."""
    try:
        _stream, form, files = parser(**{**LIMITS, **limits}).parse(
            io.BytesIO(body), "multipart/form-data", len(body), {"boundary": boundary}
        )
    except RequestEntityTooLarge:
        return "too large"
    return (
        list(form.items(multi=True)),
        [(name, one.filename, one.name, one.read(), sorted(one.headers)) for name, one in files.items(multi=True)],
    )


def written(parts: list[tuple[str, bytes, str | None, str | None]], ending: bytes = b"--\r\n") -> bytes:
    """Write a body as browsers do."""
    body = b""
    for name, value, file_name, kind in parts:
        body += f'--{BORDER}\r\nContent-Disposition: form-data; name="{name}"'.encode()
        body += b"" if file_name is None else f'; filename="{file_name}"'.encode()
        body += b"\r\n" if kind is None else f"\r\nContent-Type: {kind}\r\n".encode()
        body += b"\r\n" + value + b"\r\n"
    return body + b"--" + BORDER.encode() + ending


@settings(max_examples=600, deadline=None, database=None)
@given(
    st.lists(st.tuples(NAMES, VALUES, FILES, KINDS), max_size=8),
    st.sampled_from([b"--\r\n", b"--", b"", b"--\r\nmore", b"\r\n"]),
)
@example([("name", b"", None, None)] * 7, b"--\r\n")
def test_bodies_as_browsers_write_them_are_read_as_werkzeug_reads_them(parts, ending):
    body = written(parts, ending)
    assert shown(BodyParser, body) == shown(FormDataParser, body)


@settings(max_examples=600, deadline=None, database=None)
@given(st.lists(ODD_PARTS, max_size=5), st.booleans(), st.sampled_from([BORDER, "b", "-", "", "ü", "a--a"]))
def test_bodies_that_no_browser_writes_are_read_as_werkzeug_reads_them(parts, whole, boundary):
    border = b"--" + boundary.encode()
    body = b"".join(border + b"\r\n" + part + b"\r\n" for part in parts) + (border + b"--\r\n" if whole else b"")
    assert shown(BodyParser, body, boundary) == shown(FormDataParser, body, boundary)


def test_a_whole_form_takes_the_quick_way():
    fields: dict[str, Any] = {f"q{number}": ["", "值"] for number in range(70)}
    fields["resume"] = FileStorage(io.BytesIO(b"%PDF-\r\n\r\n--\x00"), "简历.pdf", content_type="application/pdf")
    body = encode_multipart(fields, boundary=BORDER)[1]
    cut = cut_body(body, BORDER)
    assert cut is not None
    assert len(cut[0]) == 140
    assert cut[1][0][1].read() == b"%PDF-\r\n\r\n--\x00"
    assert shown(BodyParser, body, max_form_parts=200) == shown(FormDataParser, body, max_form_parts=200)


@pytest.mark.parametrize(
    ("size", "limits", "said"),
    [
        (AT_ONCE + 10, {}, "read"),
        (500, {"max_form_memory_size": 100}, "too large"),
        (500, {"max_form_memory_size": None}, "read"),
    ],
)
def test_limits_hold_and_long_bodies_are_streamed(size, limits, said):
    body = written([("text", b"x" * size, None, None)])
    read = shown(BodyParser, body, **limits)
    assert read == shown(FormDataParser, body, **limits)
    assert (read == "too large") == (said == "too large")
