"""A score in a list says its numbers three ways: as a figure, as a band and in a sentence."""

from __future__ import annotations

import re

import pytest
from markupsafe import Markup

from rubrics.prescore import Interval
from screening.web.scores import draw_band, draw_score

SENTENCE = Markup("{point} of 100; {low} if <b> not, {high} if so")


def test_a_score_says_its_numbers_in_words_and_as_a_figure():
    drawn = draw_score(Interval(0.254, 0.5, 0.756), SENTENCE)
    words = "50 of 100; 25 if &lt;b&gt; not, 76 if so"
    assert isinstance(drawn, Markup)
    assert f'title="{words}"' in drawn
    assert f'<span class="vh">{words}</span>' in drawn
    assert "<b>50</b>" in drawn


@pytest.mark.parametrize(
    ("low", "point", "high", "band", "mark"),
    [
        (0.25, 0.5, 0.75, ("25.0", "50.0"), "48.0"),
        (0.0, 0.0, 0.0, ("0.0", "0.0"), "0"),
        (1.0, 1.0, 1.0, ("100.0", "0.0"), "96"),
    ],
)
def test_a_band_stays_inside_its_picture(low, point, high, band, mark):
    drawn = draw_band(Interval(low, point, high), 'wide" onload="x')
    assert re.findall(r'class="i" y="2" x="([^"]+)" width="([^"]+)"', drawn) == [band]
    assert re.findall(r'class="p" x="([^"]+)"', drawn) == [mark]
    assert '"x' not in drawn
