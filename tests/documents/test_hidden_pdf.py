"""Hidden text of PDFs: every way to hide words is found at its place, nothing that a reader sees is called hidden."""

from __future__ import annotations

import pytest

from screening.documents.pdf.reader import read
from tests.documents.files import FIRST_FREE, make_pdf, picture, show, stream

PLAIN = show("plain words of a page")
SECRET = show("secret", y=500)
FORM = f"/XObject << /X {FIRST_FREE} 0 R >>"


def hidden(content: bytes) -> list[str]:
    reading = read(content)
    return [reading.text[start:end] for start, end in reading.hidden]


def blank_font(character_procedure: str) -> tuple[str, ...]:
    """Make a font whose every letter is drawn by one procedure."""
    return (
        f"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 700 700] /FontMatrix [0.001 0 0 0.001 0 0] /FirstChar 97 /LastChar 122 /Widths [{'600 ' * 26}] /Encoding << /Differences [97 {'/x ' * 26}] >> /CharProcs << /x {FIRST_FREE + 1} 0 R >> /ToUnicode {FIRST_FREE + 2} 0 R >>",
        stream("", f"600 0 d0 {character_procedure}"),
        stream(
            "",
            "begincmap 1 begincodespacerange <00> <ff> endcodespacerange 1 beginbfrange <61> <7a> <0061> endbfrange endcmap",
        ),
    )


HIDING = {
    "white": make_pdf(f"{PLAIN} {show('secret', y=500, colour='1 g')}"),
    "nearly white": make_pdf(f"{PLAIN} {show('secret', y=500, colour='0.97 g')}"),
    "unpainted": make_pdf(f"{PLAIN} {show('secret', y=500, mode=3)}"),
    "tiny": make_pdf(f"{PLAIN} {show('secret', y=500, size=1)}"),
    "two points": make_pdf(f"{PLAIN} {show('secret', y=500, size=2)}"),
    "scaled down": make_pdf(f"{PLAIN} q 0.1 0 0 0.1 60 450 cm {show('secret')} Q"),
    "off the page": make_pdf(f"{PLAIN} {show('secret', x=900)}"),
    "below the page": make_pdf(f"{PLAIN} {show('secret', y=-40)}"),
    "outside the crop": make_pdf(f"{PLAIN} {show('secret', y=80)}", page="/CropBox [0 200 595 842]"),
    "covered": make_pdf(f"{PLAIN} {SECRET} 1 g 60 480 300 60 re f"),
    "half covered": make_pdf(f"{show('plain words secret', y=500)} 1 g 137 480 300 60 re f"),
    "behind a picture": make_pdf(
        f"{PLAIN} {SECRET} q 300 0 0 60 60 480 cm /X Do Q", resources=FORM, objects=(picture("88", "88"),)
    ),
    "clipped away": make_pdf(f"{PLAIN} q 300 100 9 9 re W n {SECRET} Q"),
    "transparent": make_pdf(f"{PLAIN} /G gs {SECRET}", resources="/ExtGState << /G << /ca 0.02 >> >>"),
    "dark on dark": make_pdf(f"{PLAIN} 0.1 g 60 480 300 60 re f {show('secret', y=500, colour='0.12 g')}"),
    "in a form": make_pdf(
        f"{PLAIN} /X Do",
        resources=FORM,
        objects=(
            stream(
                "/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >>",
                show("secret", y=500, colour="1 g"),
            ),
        ),
    ),
    "on other type": make_pdf(f"{PLAIN} {show('secret', y=700, colour='1 g')}"),
    "unpainted on other type": make_pdf(f"{PLAIN} {show('secret', y=700, mode=3)}"),
    "white on a picture": make_pdf(
        f"{PLAIN} q 300 0 0 60 60 480 cm /X Do Q {show('secret', y=500, mode=3)}",
        resources=FORM,
        objects=(picture("0f0f", "f0f0"),),
    ),
    "white across a rule": make_pdf(f"{PLAIN} 0 g 60 504 300 1 re f {show('secret', y=500, colour='1 g')}"),
    "squeezed": make_pdf(f"{PLAIN} BT 0 g /F1 12 Tf 2 Tz 72 500 Td (secret words that nobody can read) Tj ET"),
    "blank font": make_pdf(
        f"{PLAIN} BT /F2 12 Tf 72 500 Td (secret) Tj ET",
        fonts=f"/F2 {FIRST_FREE} 0 R",
        objects=blank_font(""),
    ),
    "under a comment": make_pdf(
        f"{PLAIN} {SECRET}",
        page=f"/Annots [{FIRST_FREE} 0 R]",
        objects=(
            f"<< /Type /Annot /Subtype /Square /Rect [60 480 360 540] /F 4 /AP << /N {FIRST_FREE + 1} 0 R >> >>",
            stream("/Type /XObject /Subtype /Form /BBox [0 0 300 60]", "1 g 0 0 300 60 re f"),
        ),
    ),
    "in a layer that is off": make_pdf(
        f"{PLAIN} /OC /L BDC {SECRET} EMC",
        resources=f"/Properties << /L {FIRST_FREE} 0 R >>",
        objects=("<< /Type /OCG /Name (off) >>",),
        catalog=f"/OCProperties << /OCGs [{FIRST_FREE} 0 R] /D << /OFF [{FIRST_FREE} 0 R] >> >>",
    ),
    "turned page": make_pdf(f"{PLAIN} {show('secret', y=500, colour='1 g')}", page="/Rotate 90"),
}


@pytest.mark.parametrize("content", HIDING.values(), ids=HIDING.keys())
def test_words_that_no_reader_sees_are_found(content: bytes) -> None:
    (found,) = hidden(content)
    assert found.startswith("secret")
    assert "plain" not in found


SEEN = {
    "black": make_pdf(f"{PLAIN} {SECRET}"),
    "white on a dark bar": make_pdf(f"{PLAIN} 0.2 g 60 480 300 60 re f {show('Contact', y=500, colour='1 g')}"),
    "white on a picture": make_pdf(
        f"{PLAIN} q 300 0 0 60 60 480 cm /X Do Q {show('Contact', y=500, colour='1 g')}",
        resources=FORM,
        objects=(picture("2345", "3456", "4567"),),
    ),
    "white on a shading": make_pdf(
        f"{PLAIN} q 60 480 300 60 re W n /S sh Q {show('Contact', y=500, colour='1 g')}",
        resources="/Shading << /S << /ShadingType 2 /ColorSpace /DeviceRGB /Coords [60 0 360 0] /Extend [true true] "
        "/Function << /FunctionType 2 /Domain [0 1] /C0 [0.1 0.5 0.4] /C1 [0.1 0.2 0.6] /N 1 >> >> >>",
    ),
    "red on green of the same grey": make_pdf(
        f"{PLAIN} 0 0.5 0 rg 60 480 300 60 re f {show('Contact', y=500, colour='0.98 0 0 rg')}"
    ),
    "light grey": make_pdf(f"{PLAIN} {show('references on request', y=500, colour='0.7 g')}"),
    "large and faint": make_pdf(f"{PLAIN} {show('RESUME', y=500, size=48, colour='0.94 g')}"),
    "half transparent": make_pdf(f"{PLAIN} /G gs {SECRET}", resources="/ExtGState << /G << /ca 0.5 >> >>"),
    "four points": make_pdf(f"{PLAIN} {show('printed small', y=500, size=4)}"),
    "underlined, struck and framed": make_pdf(
        f"{PLAIN} {SECRET} 0 g 72 498 40 0.8 re f 72 504 40 0.5 re f 60 480 300 60 re S 50 100 500 700 re S"
    ),
    "outlined": make_pdf(f"{PLAIN} {show('Contact', y=500, mode=1)}"),
    "twice for bold": make_pdf(f"{PLAIN} {show('Contact', y=500)} {show('Contact', x=72, y=500)}"),
    "with a shadow": make_pdf(f"{PLAIN} {show('Contact', x=73, y=499, colour='0.6 g')} {show('Contact', y=500)}"),
    "on a white page": make_pdf(f"1 g 0 0 595 842 re f {PLAIN} {SECRET}"),
    "in a clip": make_pdf(f"{PLAIN} q 60 480 300 60 re W n {SECRET} Q"),
    "in a turned line": make_pdf(f"{PLAIN} q 0 1 -1 0 300 300 cm {show('Contact', x=0, y=0)} Q"),
    "dots and dashes": make_pdf(f"{PLAIN} {show('. . . - - - . . .', y=500)} {show('-', y=480)} {show('.', y=460)}"),
    "wide blanks": make_pdf(f"{PLAIN} BT /F1 12 Tf 72 500 Td [(left) -9000 (right)] TJ ET"),
    "on a turned page": make_pdf(f"{PLAIN} {SECRET}", page="/Rotate 270"),
    "on a large page": make_pdf(show("poster", size=40, y=2000), box="0 0 3000 4000"),
    "drawn letters": make_pdf(
        f"{PLAIN} BT /F2 12 Tf 72 500 Td (contact) Tj ET",
        fonts=f"/F2 {FIRST_FREE} 0 R",
        objects=blank_font("0 0 500 500 re f"),
    ),
    "filled with a pattern, on other type": make_pdf(
        f"{PLAIN} {show('other', x=90, y=505, colour='0.6 g')} /Pattern cs /P scn BT /F1 12 Tf 0 Tr 72 500 Td (Contact) Tj ET",
        resources="/Pattern << /P << /PatternType 2 /Shading << /ShadingType 2 /ColorSpace /DeviceRGB /Coords [60 0 360 0] /Extend [true true] "
        "/Function << /FunctionType 2 /Domain [0 1] /C0 [1 0 0] /C1 [0 0 1] /N 1 >> >> >> >>",
    ),
    "Chinese without its font": make_pdf(
        f"{PLAIN} BT /F2 12 Tf 72 500 Td <4E914E91> Tj ET",
        fonts=f"/F2 {FIRST_FREE} 0 R",
        objects=(
            f"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [{FIRST_FREE + 1} 0 R] >>",
            "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> /FontDescriptor 6 0 R >>",
            "<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>",
        ),
    ),
}


@pytest.mark.parametrize("content", SEEN.values(), ids=SEEN.keys())
def test_words_that_a_reader_sees_are_not_called_hidden(content: bytes) -> None:
    assert hidden(content) == []
    assert read(content).text.count("plain") or "poster" in read(content).text


def scanned(*, words: str = "scanned words", mode: int = 3, own: str = "") -> bytes:
    """Make a page that is a picture with lines of ink, and invisible words where the ink is."""
    rows = ["f" * 60 if row % 3 else "f" * 6 + "0f" * 24 + "f" * 6 for row in range(60)]
    lines = " ".join(show(words, y=round(842 - 842 * (row + 0.85) / 60), mode=mode) for row in range(3, 57, 3))
    page = f"{own} q 595 0 0 842 0 0 cm /X Do Q {lines}"
    return make_pdf(page, resources=FORM, objects=(picture(*rows),))


def test_recognised_text_of_a_scanned_page_is_read() -> None:
    reading = read(scanned())
    assert reading.hidden == ()
    assert reading.is_recognised
    assert reading.text.count("scanned words") == 18


def test_invisible_words_beside_the_ink_of_a_scanned_page_are_hidden() -> None:
    rows = ["f" * 60 if row % 3 or row < 30 else "f" * 6 + "0f" * 24 + "f" * 6 for row in range(60)]
    lines = " ".join(show("scanned words", y=round(842 - 842 * (row + 0.85) / 60), mode=3) for row in range(30, 57, 3))
    content = make_pdf(
        f"q 595 0 0 842 0 0 cm /X Do Q {lines} {show('secret words in the white', y=700, mode=3)}",
        resources=FORM,
        objects=(picture(*rows),),
    )
    assert hidden(content) == ["secret words in the white"]


def test_a_page_of_its_own_type_is_no_scan() -> None:
    rows = ["0f" * 30] * 60
    own = " ".join(show("words of the page itself", y=780 - 20 * line, colour="1 0 0 rg") for line in range(20))
    content = make_pdf(
        f"q 595 0 0 842 0 0 cm /X Do Q {own} {show('secret', y=100, mode=3)}", resources=FORM, objects=(picture(*rows),)
    )
    assert hidden(content) == ["secret"]


def test_few_words_behind_longer_ones_are_no_text_of_the_page() -> None:
    content = make_pdf(
        f"{PLAIN} /Span << /ActualText (secret words that nobody sees at all) >> BDC BT 0 g /F1 12 Tf 72 500 Td (x) Tj ET EMC"
    )
    (found,) = hidden(content)
    assert found.startswith("secret")


@pytest.mark.parametrize(("kind", "colour", "found"), [("FreeText", "0 g", []), ("FreeText", "1 g", ["typed words"])])
def test_words_typed_onto_a_page_are_read_and_looked_at(kind: str, colour: str, found: list[str]) -> None:
    content = make_pdf(
        PLAIN,
        page=f"/Annots [{FIRST_FREE} 0 R]",
        objects=(
            f"<< /Type /Annot /Subtype /{kind} /Rect [60 480 360 540] /F 4 /AP << /N {FIRST_FREE + 1} 0 R >> >>",
            stream(
                "/Type /XObject /Subtype /Form /BBox [0 0 300 60] /Resources << /Font << /F1 3 0 R >> >>",
                show("typed words", x=10, y=20, colour=colour),
            ),
        ),
    )
    assert "typed words" in read(content).text
    assert hidden(content) == found
