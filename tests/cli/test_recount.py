"""screening recount tells what was wrong, mends it, and finds nothing the second time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import update

from screening.cli import main
from screening.models import StageCount, StageDay
from screening.services.stage_counts import find_drift
from tests.factories import NOW, make_application, make_posting


@pytest.fixture
def run(settings, monkeypatch):
    monkeypatch.setenv("SCREENING_INSTANCE", str(settings.instance))
    monkeypatch.setenv("SCREENING_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("SCREENING_BROKER_URL", settings.broker_url)
    return lambda *words: CliRunner().invoke(main, list(words))


@pytest.mark.parametrize("names", [[], ["first"]])
def test_recount_mends_what_it_tells(session, run, names):
    first, second = make_posting(session, slug="first"), make_posting(session, slug="second")
    make_application(session, first, since=NOW - timedelta(days=2))
    make_application(session, second)
    session.execute(update(StageCount).where(StageCount.posting_id == first.id).values(count=3))
    session.execute(update(StageDay).where(StageDay.posting_id == first.id).values(count=4))
    session.commit()
    told, again, wrong = run("recount", *names), run("recount", *names), run("recount", "nowhere")
    assert told.exit_code == 0
    assert told.output.splitlines() == [
        "first: applied: said 3, is 1",
        "first: applied since 2026-11-22: said 4, is 1",
        f"Postings looked at: {len(names) or 2}; counters mended: 2",
    ]
    assert again.output.splitlines() == [f"Postings looked at: {len(names) or 2}; counters mended: 0"]
    assert (wrong.exit_code, "No posting has the name nowhere" in wrong.output) == (1, True)
    session.expire_all()
    assert find_drift(session, posting_id=first.id) == []
