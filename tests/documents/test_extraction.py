"""Reading files: text, hidden text, and a clear sentence for everything that cannot be read."""

from __future__ import annotations

import contextlib
import re
import zipfile

import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor
from hypothesis import given, settings
from hypothesis import strategies as st

from screening.documents.extraction import ExtractionError, extract_text, has_text
from screening.documents.failures import BROKEN, TOO_MANY_PAGES
from screening.documents.recognition import MediaType, file_name_for, recognise
from tests.documents.files import make_pdf, make_word, show

SENTENCE = "云小鹤，熟悉 Python 和 C++。\n在云溪大学读硕士。\n"


def hidden_words(content: bytes, name: str) -> list[str]:
    read = extract_text(content, file_name=name)
    return [read.text[part.start : part.end] for part in read.hidden]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("text", [SENTENCE, "Yun Xiaohe\r\nPython, C++\r\n", "𠮷野 😀 O'Neil\n"])
def test_text_file_is_decoded_unaltered(encoding: str, text: str) -> None:
    if "𠮷" in text and encoding in {"utf-16-le", "utf-16-be"}:
        text = SENTENCE * 3 + text  # without a mark an encoding is told by its common characters
    assert extract_text(text.encode(encoding), file_name="cv.md").text == text


def test_pdf_gives_its_text_and_pages() -> None:
    read = extract_text(make_pdf(show("Yun Xiaohe") + " " + show("Python", y=650), show("page two")), file_name="x.pdf")
    assert (read.text, read.hidden, read.pages) == ("Yun Xiaohe\nPython\n\npage two", (), 2)


def test_pdf_words_set_apart_letter_by_letter_are_closed_and_hidden_places_stay_exact() -> None:
    content = make_pdf(show("I know P y t h o n well, A B C D") + " " + show("secret", colour="1 g", y=500))
    read = extract_text(content, file_name="x.pdf")
    assert read.text.splitlines()[0] == "I know Python well, A B C D"
    assert hidden_words(content, "x.pdf") == ["secret"]


@pytest.mark.parametrize(
    "trick",
    [
        show("secret", colour="1 g", y=500),
        show("secret", colour="0.97 g", y=500),
        show("secret", mode=3, y=500),
        show("secret", size=1, y=500),
        show("secret", x=900),
        show("secret", y=500) + " 1 g 60 480 300 60 re f",
    ],
    ids=["white", "nearly white", "invisible", "tiny", "off the page", "covered"],
)
def test_pdf_hidden_text_is_found_at_its_place(trick: str) -> None:
    assert hidden_words(make_pdf(show("plain words") + " " + trick), "x.pdf") == ["secret"]


def test_pdf_white_type_on_a_dark_bar_is_seen() -> None:
    bar = "0.2 g 60 480 300 60 re f " + show("Contact", colour="1 g", y=500)
    assert hidden_words(make_pdf(show("plain") + " " + bar), "x.pdf") == []


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "empty"),
        (b" \n ", "empty"),
        (b"MZ\x90\x00\x03\x00\x00\x00" + bytes(200), "not a PDF"),
        (b"\x7fELF\x02\x01\x01" + bytes(range(256)), "not a PDF"),
        (b"GIF89a" + b"a" * 60, "not a PDF"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(100)), "not a PDF"),
        (b"{\\rtf1 hello}", "not a PDF"),
        (b"#!/bin/sh\nrm -rf x\n", "not a PDF"),
        (b"<!DOCTYPE html><p>%PDF-1.4", "web page"),
        (b"\n<!-- x --><svg onload=alert(1)>", "web page"),
        ("\ufeff<html>云".encode(), "web page"),
        (b"%PDF-1.4 nothing follows", "broken"),
        (b"PK\x03\x04 nothing follows", "broken"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old Word"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "password"),
        (b"a" * (10 * 1024 * 1024 + 1), "10 MB"),
        (make_pdf(""), "No text"),
        (make_pdf(*[show("x")] * 61), "60 pages"),
        (
            make_pdf(
                show("x"),
                extra=f"/Encrypt << /Filter /Standard /V 1 /R 2 /O <{'41' * 32}> /U <{'42' * 32}> /P -4 >> /ID [<00> <00>]",
            ),
            "password",
        ),
    ],
)
def test_unreadable_file_gives_one_clear_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(ExtractionError, match=sentence) as raised:
        extract_text(content, file_name="resume.txt")
    assert str(raised.value).endswith(".")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("name", ["run.exe", "page.html", "picture.svg"])
def test_text_under_a_foreign_name_is_refused(name: str) -> None:
    with pytest.raises(ExtractionError, match="not a PDF"):
        recognise(b"plain words", file_name=name)


def test_word_reads_header_body_tables_text_boxes_in_order() -> None:
    def fill(document: object) -> None:
        document.sections[0].header.paragraphs[0].text = "页眉"
        document.add_paragraph("第一段")
        table = document.add_table(1, 2)
        table.cell(0, 0).text = "左"
        table.cell(0, 1).text = "右"
        run = document.add_paragraph("框前").add_run()
        box = OxmlElement("w:txbxContent")
        inner = OxmlElement("w:p")
        inner_run = OxmlElement("w:r")
        words = OxmlElement("w:t")
        words.text = "框里"
        inner_run.append(words)
        inner.append(inner_run)
        box.append(inner)
        run._r.append(box)
        document.sections[0].footer.paragraphs[0].text = "页脚"

    assert extract_text(make_word(fill), file_name="x.docx").text == "页眉\n第一段\n左\t右\n框前\n框里\n页脚\n"


def test_word_hidden_text_is_found() -> None:
    def fill(document: object) -> None:
        paragraph = document.add_paragraph("看得见")
        vanished, white, tiny, grounded = (paragraph.add_run(word) for word in ("消失", "白字", "极小", "深底"))
        vanished.font.hidden = True
        white.font.color.rgb = RGBColor(255, 255, 255)
        tiny.font.size = Pt(1)
        grounded.font.color.rgb = RGBColor(255, 255, 255)
        shading = OxmlElement("w:shd")
        shading.set(qn("w:fill"), "1F2937")
        grounded._r.get_or_add_rPr().append(shading)

    assert hidden_words(make_word(fill), "x.docx") == ["消失白字极小"]


def shaded(run: object, fill: str) -> None:
    shading = OxmlElement("w:shd")
    shading.set(qn("w:fill"), fill)
    run._r.get_or_add_rPr().append(shading)


def test_word_hides_and_shows_by_style_ground_and_width() -> None:
    def fill(document: object) -> None:
        styles = document.styles
        base = styles.add_style("Ghost", 1)
        base.font.color.rgb = RGBColor(250, 250, 250)
        styles.add_style("Heir", 1).base_style = base
        styles.add_style("Vanished", 2).font.hidden = True
        document.add_paragraph("样式白字", style="Heir")
        document.add_paragraph("看得见").add_run("字符样式", style="Vanished")
        dark = document.add_paragraph("中间").add_run("黑底黑字")
        dark.font.color.rgb = RGBColor(20, 20, 20)
        shaded(dark, "000000")
        narrow = document.add_paragraph("中间").add_run("压扁")
        width = OxmlElement("w:w")
        width.set(qn("w:val"), "1")
        narrow._r.get_or_add_rPr().append(width)
        shown = document.add_paragraph("中间").add_run("黑底白字")
        shown.font.color.rgb = RGBColor(255, 255, 255)
        shaded(shown, "000000")
        document.add_paragraph("Heading words", style="Heading 1")
        document.add_paragraph("first item", style="List Bullet")

    assert hidden_words(make_word(fill), "x.docx") == ["样式白字", "字符样式", "黑底黑字", "压扁"]


def test_word_reads_every_head_once_and_notes() -> None:
    def fill(document: object) -> None:
        section = document.sections[0]
        section.different_first_page_header_footer = True
        section.header.paragraphs[0].text = "云小鹤 简历"
        section.first_page_header.paragraphs[0].text = "云小鹤 简历"
        section.footer.paragraphs[0].text = "页脚"
        document.add_paragraph("正文，ﬁrst P y t h o n")
        document.add_section()

    assert extract_text(make_word(fill), file_name="x.docx").text == "云小鹤 简历\n正文，first Python\n\n页脚\n"


def test_other_zip_is_refused(tmp_path: object) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("a.txt", "words")
    with pytest.raises(ExtractionError, match="not a PDF"):
        extract_text((tmp_path / "x.zip").read_bytes(), file_name="x.docx")


@pytest.mark.parametrize(
    ("media_type", "name", "shown"),
    [
        (MediaType.PDF, "云小鹤_简历.pdf", "云小鹤_简历.pdf"),
        (MediaType.PDF, "CV.PDF", "CV.PDF"),
        (MediaType.PDF, "setup.exe", "setup.exe.pdf"),
        (MediaType.TEXT, "../../etc/passwd", "passwd.txt"),
        (MediaType.MARKDOWN, "C:\\x\\me.md", "me.md"),
        (MediaType.PDF, "", "file.pdf"),
        (MediaType.PDF, "a\x00\r\nb.pdf", "ab.pdf"),
    ],
)
def test_shown_name_is_the_candidates_with_the_contents_suffix(media_type: MediaType, name: str, shown: str) -> None:
    assert file_name_for(media_type, name) == shown


@settings(max_examples=300, deadline=None)
@given(
    content=st.binary(max_size=400),
    start=st.sampled_from([b"", b"%PDF-1.7\n", b"PK\x03\x04", b"\xff\xfe", b"\xef\xbb\xbf"]),
)
def test_any_bytes_are_recognised_or_refused(content: bytes, start: bytes) -> None:
    with contextlib.suppress(ExtractionError):
        assert recognise(start + content, file_name="x") in MediaType


@pytest.mark.parametrize(
    ("content", "media_type", "found"),
    [
        (make_pdf(show("Handgloves")), MediaType.PDF, True),
        (make_pdf("", show("on the second page")), MediaType.PDF, True),
        (make_pdf("0 g 60 480 300 60 re f"), MediaType.PDF, False),
        (make_pdf(show("   ")), MediaType.PDF, False),
        (make_word(lambda document: document.add_paragraph("云小鹤")), MediaType.DOCX, True),
        (make_word(lambda document: document.add_paragraph("")), MediaType.DOCX, False),
        ("云小鹤".encode(), MediaType.TEXT, True),
    ],
)
def test_glance_tells_whether_there_are_words(content: bytes, media_type: MediaType, found: bool) -> None:
    assert has_text(content, media_type) is found


@pytest.mark.parametrize(
    ("content", "said"), [(b"%PDF-1.4 nothing follows", BROKEN), (make_pdf(*[show("x")] * 61), TOO_MANY_PAGES)]
)
def test_glance_refuses_what_nobody_can_open(content: bytes, said: str) -> None:
    with pytest.raises(ExtractionError, match=re.escape(said)):
        has_text(content, MediaType.PDF)
