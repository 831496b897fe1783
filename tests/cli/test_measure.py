"""Counting interviews from the command line."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from rubrics.codec import load_flow
from screening.cli import main
from screening.models import InsightFigure, Measurement, Role
from screening.services.insight_counts import FLOW
from tests.factories import make_posting, make_user
from tests.recruiter.interviewed import interviewed


@pytest.fixture
def run(settings, monkeypatch):
    monkeypatch.setenv("SCREENING_INSTANCE", str(settings.instance))
    monkeypatch.setenv("SCREENING_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("SCREENING_BROKER_URL", settings.broker_url)
    return lambda *words: CliRunner().invoke(main, list(words))


def test_measure_counts_one_posting_or_all(session, run):
    recruiter = make_user(session)
    panel = [make_user(session, Role.INTERVIEWER) for _ in range(2)]
    for slug in ("first", "second"):
        posting = make_posting(session, recruiter, slug=slug)
        interviewed(session, posting, recruiter, *panel)
    make_posting(session, recruiter, slug="without-interviews")
    session.commit()

    one, every, wrong = run("measure", "first"), run("measure"), run("measure", "nowhere")

    assert one.output == "first: 1 with complete panels, pipeline counted\nsums of several postings: 1\n"
    assert every.output.splitlines() == [
        "first: 1 with complete panels, pipeline counted",
        "second: 1 with complete panels, pipeline counted",
        "without-interviews: 0 with complete panels, pipeline counted",
        "sums of several postings: 2",
    ]
    assert (wrong.exit_code, wrong.output) == (1, "Error: No posting has the name nowhere.\n")
    session.rollback()
    counted = session.scalars(select(Measurement.inputs).where(Measurement.scope == "all", Measurement.days == 0))
    assert counted.one() == 2
    flows = session.scalars(select(InsightFigure).where(InsightFigure.kind == FLOW, InsightFigure.days == 0))
    arrived = {row.scope: sum(load_flow(row.document).reached.values()) for row in flows}
    assert sum(arrived.values()) == 2 * arrived["all"] == 4
