"""The privacy notice has versions: the present one is shown, earlier ones can be read for ever as they were."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from rubrics.measures.impact import LEAST
from screening.web.notices import NOTICES, notice_of

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SEALED = {"2026-11": "b15725fe17a4114c", "2026-11-29": "eeca9b964c8fcb25", "2026-11-30": "75b614acb44bc093"}
"""What the text of each version was when it came into force; a changed text belongs into a new version."""


@on_sqlite
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_version_can_be_read_and_says_whether_it_counts(client, language):
    client.set_cookie("locale", language)
    for notice in NOTICES:
        page = client.get(f"/privacy/{notice.version}").text
        assert f"{notice.since.year}" in page
        assert all(f"/privacy/{other.version}" in page for other in NOTICES if other != notice)
    client.set_cookie("locale", "en")
    assert "In force since 30 November 2026." in client.get("/privacy").text
    older = client.get("/privacy/2026-11").text
    assert "This version was in force from 1 November 2026." in older
    assert "mailed to you" not in older


@on_sqlite
def test_voluntary_answers_are_told_of_since_the_version_that_names_them(client):
    words = {
        "en": (
            "kept apart from your application",
            f"in groups of at least {LEAST} people",
            "never shown beside an application",
        ),
        "zh": ("与申请分开保存", f"至少 {LEAST} 人的群体", "不会出现在任何一份申请旁边"),
    }
    for language, told in words.items():
        client.set_cookie("locale", language)
        page, before = client.get("/privacy/2026-11-30").text, client.get("/privacy/2026-11-29").text
        assert [one in page for one in told] == [True] * 3
        assert [one in before for one in told] == [False] * 3


@on_sqlite
@pytest.mark.parametrize("version", ["2020-01", "..%2fapply", "2026-11-29/", "%00", "x" * 400])
def test_version_that_never_was_does_not_exist(client, version):
    assert client.get(f"/privacy/{version}").status_code == 404


def test_versions_are_in_order_and_have_names_that_fit_a_consent():
    assert notice_of("2026-11") is NOTICES[-1]
    assert notice_of(None) is None
    assert [notice.since for notice in NOTICES] == sorted((notice.since for notice in NOTICES), reverse=True)
    assert all(len(notice.version) <= 16 for notice in NOTICES)


@on_sqlite
def test_text_of_a_version_is_never_changed(app):
    folder = Path(app.root_path).parent / "templates"
    texts = {notice.version: (folder / notice.template).read_bytes() for notice in NOTICES}
    assert {version: hashlib.sha256(text).hexdigest()[:16] for version, text in texts.items()} == SEALED
