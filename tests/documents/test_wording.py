"""Words as a page means them, reading order, and encodings that are told apart."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from screening.documents.decoding import UndecodableError, decode_text
from screening.documents.pdf.reader import read
from screening.documents.wording import Passage, tidy
from tests.documents.files import make_pdf, show

HYPHEN = "\ufffe"  # pdfium's mark for a hyphen at a line's end


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("P y t h o n well", "Python well"),
        ("E D U C A T I O N\r\nx", "EDUCATION\nx"),
        ("W O R K  E X P E R I E N C E", "WORK EXPERIENCE"),
        ("A B C D E F", "A B C D E F"),
        ("I a m", "I a m"),
        ("教 育 背 景", "教育背景"),
        ("姓 名：云小鹤  北京 上海", "姓 名：云小鹤  北京 上海"),
        ("C + + and C ++, C+", "C++ and C++, C+"),
        (f"recog{HYPHEN}nition in real{HYPHEN}time", "recognition in real-time"),
        ("trans-\nformer, SLAM-\nbased, state-\nof-the-art", "transformer, SLAM-based, state-of-the-art"),
        ("fine-tuned; fine-\ntuned; hyper-\nparameter", "fine-tuned; fine-tuned; hyperparameter"),
        ("multi\xad\nmodal and pre-trained, pre-\ntrained", "multi-modal and pre-trained, pre-trained"),
        ("ﬁrst oﬃce ⼯程 ⾃动", "first office 工程 自动"),
        ("\uf0b7 item\n\uf0d8item\ntel \uf095 123", "• item\n•item\ntel   123"),
        ("a\u200bb\u202e\xa0c", "ab c"),
        ("end  \n\n\n\n next", "end\n\n next"),
        (
            "https://yun-\nxiaohe.example.org, github.com/yun-\nxiaohe",
            "https://yun-xiaohe.example.org, github.com/yun-xiaohe",
        ),
    ],
)
def test_typesetting_is_undone(written: str, meant: str) -> None:
    assert tidy(Passage(written)).text == meant


@given(st.text("ab \n-\r\ufffe\xad\uf0b7ﬁC+", max_size=40), st.integers(0, 40), st.integers(0, 40))
@example("\xadﬁ", 0, 0)
@example("\xadab", 0, 0)
@example("ab-\nab-\nab", 2, 3)
def test_hidden_places_stay_exact_whatever_is_mended(text: str, first: int, second: int) -> None:
    start, end = sorted((min(first, len(text)), min(second, len(text))))
    marked = f"{text[:start]}XXXX{text[start:end]}XXXX{text[end:]}"
    passage = tidy(Passage(marked, ((start, end + 8),)))
    assert passage.text == tidy(Passage(marked)).text
    (stretch,) = passage.hidden
    hidden = passage.text[slice(*stretch)]
    assert (hidden.startswith("XXXX"), hidden.endswith("XXXX")) == (True, True)


def columns(*, gap: float, shift: float, right: str) -> str:
    """Write two columns line by line, the right one ``shift`` points lower."""
    return " ".join(
        f"{show(f'Built part {line} of the planner in', x=50, y=700 - 14 * line, size=10)} {show(f'{right} {line}', x=round(50 + gap), y=round(700 - 14 * line - shift), size=10)}"
        for line in range(12)
    )


@pytest.mark.parametrize("shift", [0, 5])
def test_two_columns_written_line_by_line_are_read_one_after_the_other(shift: float) -> None:
    page = f"{show('Yun Xiaohe', size=20, y=760)} {columns(gap=270, shift=shift, right='learnt to use a tool')}"
    lines = read(make_pdf(page)).text.splitlines()
    assert lines[0] == "Yun Xiaohe"
    assert lines[1:13] == [f"Built part {line} of the planner in" for line in range(12)]
    assert [line for line in lines[13:] if line] == [f"learnt to use a tool {line}" for line in range(12)]


def test_columns_keep_hidden_places() -> None:
    page = f"{columns(gap=270, shift=5, right='learnt to use a tool')} {show('secret', x=320, y=400, colour='1 g')}"
    reading = read(make_pdf(page))
    assert [reading.text[start:end] for start, end in reading.hidden] == ["secret"]


def test_a_table_and_dates_at_line_ends_are_read_across() -> None:
    dated = read(make_pdf(columns(gap=270, shift=0, right="2024.03 - 2024"))).text.splitlines()
    assert dated[0] == "Built part 0 of the planner in 2024.03 - 2024 0"


def test_heads_and_feet_are_read_once() -> None:
    def page(number: int) -> str:
        body = " ".join(show(f"line {line} about matter {number}", y=700 - 20 * line) for line in range(6))
        return f"{show('Yun Xiaohe, resume', y=780)} {body} {show(f'Page {number} of 3', y=40)}"

    text = read(make_pdf(page(1), page(2), page(3))).text
    assert text.count("Yun Xiaohe, resume") == 1
    assert "Page 2 of 3" not in text
    assert text.count("line 5 about") == 3


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("雲小鶴\n求職意向：演算法實習生\n雲溪大學資訊工程碩士，熟悉 Python\n", "big5"),
        ("云小鹤\n求职意向：算法实习生\n云溪大学软件工程硕士，熟悉 Python\n", "gb18030"),
        ("云小鹤", "gb18030"),
        ("Résumé – Zoë Müller\nBuilt naïve Bayes “models” • at École\n", "cp1252"),
        ("Yun Xiaohe\nWorked in Zürich\n", "cp1252"),
        ("Yun Xiaohe, Python\n", "utf-16-le"),
        ("Yun Xiaohe, Python\n", "utf-16-be"),
    ],
)
def test_an_encoding_is_told_by_what_it_makes_of_the_bytes(text: str, encoding: str) -> None:
    assert decode_text(text.encode(encoding)) == text


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(UndecodableError):
        decode_text(bytes(range(256)) * 4)
