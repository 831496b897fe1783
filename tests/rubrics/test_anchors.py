"""Every category helps an interviewer in both languages: four levels that differ, and at least two questions."""

from __future__ import annotations

import pytest

from rubrics.anchors import category_guide
from rubrics.model import Category


@pytest.mark.parametrize("category", Category)
def test_a_category_has_levels_and_questions_in_both_languages(category):
    chinese, english = (category_guide(category, language) for language in ("zh", "en"))

    for guide in (chinese, english):
        assert len(set(guide.anchors)) == 4
        assert all(text.strip() for text in (*guide.anchors, *guide.questions))
    assert len(chinese.questions) == len(english.questions) >= 2
    assert all(question.endswith(("？", "。")) for question in chinese.questions)
    assert all(text.isascii() for text in (*english.anchors, *english.questions))
