"""Cities are kept by keys that do not depend on how somebody writes them."""

from __future__ import annotations

import pytest

from screening.queries.cities import LONGEST, city_called, city_key, keys_in, stored_cities


@pytest.mark.parametrize(
    ("named", "kept"),
    [
        (["上海"], "|shanghai|"),
        (["上海市", "Shanghai", "上海"], "|shanghai|"),
        (["北京", "深圳"], "|beijing|shenzhen|"),
        (["唐山"], "|唐山|"),
        (["Ｂｅｉｊｉｎｇ"], "|beijing|"),
        (["某个|小镇"], "|某个 小镇|"),
        (["", "  ", "|"], ""),
        ([None, 5, {"x": 1}], ""),
        ("上海", ""),
        (None, ""),
        ([], ""),
    ],
)
def test_what_is_kept_of_an_answer(named, kept):
    assert stored_cities({"availability": {"cities": named}}) == kept


@pytest.mark.parametrize("answers", [{}, {"availability": None}, {"availability": ["上海"]}, {"availability": {}}])
def test_without_an_answer_nothing_is_kept(answers):
    assert stored_cities(answers) == ""


def test_what_does_not_fit_is_left_out_whole():
    stored = stored_cities({"availability": {"cities": [f"某镇{number:030}" for number in range(50)]}})
    assert len(stored) <= LONGEST
    assert stored.startswith("|")
    assert stored.endswith("|")
    assert [len(key) for key in keys_in(stored)] == [32] * len(keys_in(stored))
    assert len(keys_in(stored)) > 5


def test_names_in_either_language():
    assert (city_called("shanghai", "zh"), city_called("shanghai", "en")) == ("上海", "Shanghai")
    assert city_called(city_key("某个小镇"), "en") == "某个小镇"
