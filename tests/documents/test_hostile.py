"""Files made to harm: each ends as one clear sentence or as its text, and the next file is read all the same."""

from __future__ import annotations

import io
import zipfile

import pytest

from screening.documents.extraction import extract_text
from screening.documents.failures import (
    BROKEN,
    CODES,
    ENCRYPTED,
    MACROS,
    NO_TEXT,
    SCANNED,
    TAKES_TOO_MUCH,
    TOO_MANY_PAGES,
    TWO_KINDS,
    UNPACKS_TOO_LARGE,
    ExtractionError,
)
from tests.documents.files import FIRST_FREE, make_pdf, make_word, show, stream, with_member

GOOD = make_pdf(show("Yun Xiaohe"))
WORD = make_word(lambda document: document.add_paragraph("文字"))
FORM = f"/XObject << /X {FIRST_FREE} 0 R >>"


def with_body(body: str) -> bytes:
    """Put a document part of one's own into a Word file."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(WORD)) as source, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as copy:
        for member in source.infolist():
            part = source.read(member)
            copy.writestr(member.filename, body if member.filename == "word/document.xml" else part)
    return packed.getvalue()


def in_word(inner: str, *, before: str = "") -> bytes:
    return with_body(
        f'<?xml version="1.0"?>{before}<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{inner}</w:body></w:document>'
    )


def nested_forms(depth: int, times: int) -> bytes:
    """Draw a form that draws a form that draws …, several times each."""
    objects = [
        stream(
            f"/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << /XObject << /X {FIRST_FREE + level + 1} 0 R >> >>",
            "/X Do " * times,
        )
        for level in range(depth)
    ]
    last = stream("/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >>", show("x"))
    return make_pdf("/X Do " * times, resources=FORM, objects=(*objects, last))


ENTITIES = (
    "<!DOCTYPE x ["
    '<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {after} "{f"&{before};" * 10}">' for before, after in zip("abcdefgh", "bcdefghi", strict=True))
    + "]>"
)
GIANT = stream(
    "/Type /XObject /Subtype /Image /Width 60000 /Height 60000 /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /ASCIIHexDecode",
    "00>",
)
REFUSED = {
    "10,000 pages": (make_pdf(*["" for _ in range(10_000)]), {TOO_MANY_PAGES}),
    "truncated": (GOOD[:300], {BROKEN, SCANNED}),
    "only a head": (b"%PDF-1.7\n" + bytes(2000), {BROKEN}),
    "a page tree that bites its tail": (GOOD.replace(b"/Kids [4 0 R]", b"/Kids [2 0 R]"), {BROKEN, SCANNED}),
    "nothing but a picture": (make_pdf("0 g 60 60 300 300 re f"), {SCANNED}),
    "a password": (
        make_pdf(
            show("x"),
            extra=f"/Encrypt << /Filter /Standard /V 1 /R 2 /O <{'41' * 32}> /U <{'42' * 32}> /P -4 >> /ID [<00> <00>]",
        ),
        {ENCRYPTED},
    ),
    "a PDF that is a Word file": (GOOD + WORD, {TWO_KINDS}),
    "a Word file that is a PDF": (b"PK\x03\x04" + GOOD + WORD, {TWO_KINDS}),
    "macros under a plain name": (with_member(WORD, "word/vbaProject.bin", b"x"), {MACROS}),
    "a bomb": (with_member(WORD, "word/media/bomb.bin", bytes(70 * 1024 * 1024)), {UNPACKS_TOO_LARGE}),
    "many parts": (
        with_member(WORD, *[(f"word/media/{number}.bin", b"") for number in range(3_001)]),
        {UNPACKS_TOO_LARGE},
    ),
    "elements within elements": (in_word("<w:p>" * 100_000 + "</w:p>" * 100_000), {BROKEN, NO_TEXT}),
    "entities within entities": (in_word("<w:p><w:r><w:t>&i;</w:t></w:r></w:p>", before=ENTITIES), {BROKEN, NO_TEXT}),
    "a broken part": (with_body("<w:document"), {BROKEN}),
    "a truncated Word file": (WORD[: len(WORD) // 2], {BROKEN}),
}


@pytest.mark.parametrize(("content", "sentences"), REFUSED.values(), ids=REFUSED.keys())
def test_a_file_made_to_harm_is_one_clear_sentence(content: bytes, sentences: set[str]) -> None:
    with pytest.raises(ExtractionError) as raised:
        extract_text(content, file_name="cv.pdf")
    assert str(raised.value) in sentences
    assert raised.value.code in CODES.values()


def test_what_makes_pages_heavy_is_read_or_ended_and_the_next_file_is_read() -> None:
    heavy = (
        GOOD.replace(b"/Count 1", b"/Count 2000000000"),
        make_pdf(show("x"), page="/A " + "[" * 100_000),
        make_pdf(f"q 500 0 0 500 0 0 cm /X Do Q {show('words')}", resources=FORM, objects=(GIANT,)),
        nested_forms(4, 3),
        make_pdf(show("words"), box="0 0 14400 14400"),
        make_pdf(show("words") + " 0 0 m" + " 9 9 l" * 200_000 + " f"),
        nested_forms(9, 9),
    )
    for content in heavy[:-1]:
        assert extract_text(content, file_name="x.pdf").text
    with pytest.raises(ExtractionError, match=TAKES_TOO_MUCH):
        extract_text(heavy[-1], file_name="x.pdf", seconds=3)
    assert extract_text(GOOD, file_name="x.pdf").text == "Yun Xiaohe"
