"""The page of figures: who may read whose, what a blind reader reads, and the same as a spreadsheet."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from screening.models import Job, Measurement, Role, Stage
from screening.queries.measured_scopes import scope_of
from screening.services.accounts import grant_posting
from screening.services.evaluating import amend_evaluation
from screening.services.measurements import add_up_set, measure_sets, store_figures
from screening.web.spreadsheets import STARTS_A_FORMULA, harmless
from tests.architecture.doors import sign_in
from tests.factories import NOW, make_application, make_posting, make_user
from tests.recruiter.interviewed import FOCUS, evaluate, interviewed, judgement, plan_interview, work
from tests.recruiter.worlds import counted, own_engine, score

ALL = "?days=0"
ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def people(session):
    names = ("何以然", "许愿", "=HYPERLINK(1)")
    return [make_user(session, Role.INTERVIEWER, name=name) for name in names]


@pytest.fixture
def recruiter(session):
    return make_user(session, Role.RECRUITER)


@pytest.fixture
def manager(session):
    return make_user(session, Role.HIRING_MANAGER, name="谷雨生")


@pytest.fixture
def posting(session, recruiter, manager):
    return make_posting(session, recruiter, manager)


def fill(session, posting, recruiter, panel, number=12):
    for index in range(number):
        values = (1 + index % 4, min(4, 1 + index % 4 + index % 3 // 2), 1 + index % 4)
        application, _ = interviewed(session, posting, recruiter, *panel, values=values)
        score(session, application)
    count(session, posting)


def count(session, *postings, now=NOW):
    for posting in postings:
        work(session, posting, now)
    measure_sets(session)
    session.commit()


def address(posting, kind=""):
    return f"/staff/postings/{posting.id}/insights{kind}{ALL}"


def read(app, user, path):
    answer = sign_in(app, user).get(path, headers=ENGLISH)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.text


def table(app, user, path):
    answer = sign_in(app, user).get(path, headers=ENGLISH)
    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''")
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_a_recruiter_reads_figures_and_names(app, session, posting, recruiter, people):
    fill(session, posting, recruiter, people)
    text = read(app, recruiter, address(posting))
    for word in ("Inter-rater agreement", "熟悉 C++ 或 Python", "n=12", "Rating severity", "何以然", "许愿", "95%"):
        assert word in text
    assert "The line is the 95% interval" in text


def test_a_hiring_manager_reads_no_figure_of_a_named_interviewer(app, session, posting, recruiter, manager, people):
    fill(session, posting, recruiter, people)
    page = read(app, manager, address(posting))
    rows = table(app, manager, address(posting, ".csv"))
    assert "Inter-rater agreement" in page
    assert "All interviewers" in page
    written = page + "\n".join(map(",".join, rows))
    assert [word for word in ("Rating severity", *(one.name for one in people), "HYPERLINK") if word in written] == []


def test_an_interviewer_and_a_strange_recruiter_are_refused(app, session, posting, recruiter, people):
    fill(session, posting, recruiter, people)
    assert sign_in(app, people[0]).get(f"/staff/insights{ALL}").status_code == 403
    assert sign_in(app, people[0]).get(address(posting)).status_code in {403, 404}
    stranger = make_user(session, Role.RECRUITER)
    session.commit()
    for kind in ("", ".csv"):
        assert sign_in(app, stranger).get(address(posting, kind)).status_code == 404
    assert "have not been counted yet" in read(app, stranger, f"/staff/insights{ALL}")
    assert sign_in(app, stranger).get(f"/staff/insights.csv{ALL}").status_code == 404


def test_all_postings_are_those_that_one_has(app, session, posting, recruiter, people):
    other = make_posting(session, recruiter, slug="second")
    make_posting(session, make_user(session, Role.RECRUITER), slug="strange")
    fill(session, posting, recruiter, people[:2])
    fill(session, other, recruiter, people[:2])
    text = read(app, recruiter, f"/staff/insights{ALL}")
    assert "n=24" in text
    assert text.count("<option") == 3 + 4  # all, two postings; four periods
    admin = make_user(session, Role.ADMIN)
    session.commit()
    assert "n=24" in read(app, admin, f"/staff/insights{ALL}")


def test_a_new_right_asks_for_the_sums_of_what_one_reads_now(session, posting, recruiter, people):
    other = make_posting(session, recruiter, slug="second")
    third = make_posting(session, recruiter, slug="third")
    for one in (posting, other, third):
        fill(session, one, recruiter, people[:2], number=1)
    newcomer = make_user(session, Role.RECRUITER)
    for one, asked in ((posting, 0), (other, 1)):
        grant_posting(session, posting_id=one.id, user_id=newcomer.id, actor_id=None, now=NOW)
        jobs = session.scalars(select(Job).where(Job.name == "measure_set")).all()
        assert [job.arguments for job in jobs] == [{"reader_id": newcomer.id}] * asked
    store_figures(session, add_up_set(session, reader_id=newcomer.id))
    assert session.get_one(Measurement, (scope_of([posting.id, other.id]), 0)).inputs == 2


def test_the_choice_of_a_posting_leads_to_its_address(app, session, posting, recruiter):
    session.commit()
    answer = sign_in(app, recruiter).get(f"/staff/insights?posting={posting.id}&days=30")
    assert (answer.status_code, answer.location) == (302, f"/staff/postings/{posting.id}/insights?days=30")
    assert sign_in(app, recruiter).get("/staff/insights?posting=x&days=17").status_code == 200


def test_nothing_is_said_before_the_first_count_and_of_nobody(app, session, posting, recruiter):
    session.commit()
    assert "have not been counted yet" in read(app, recruiter, address(posting))
    count(session, posting)
    assert "nobody’s interviews are all evaluated" in read(app, recruiter, address(posting))


def test_nothing_moves_for_somebody_who_owes_an_evaluation(app, session, posting, recruiter, people):
    """A recruiter sits on a panel: the page is the same byte for byte before and after the others submit and amend, whatever the worker counts meanwhile."""
    fill(session, posting, recruiter, people)
    admin = make_user(session, Role.ADMIN)
    application = make_application(session, posting, stage=Stage.SCREENING)
    score(session, application)
    interview = plan_interview(session, application, recruiter, recruiter, admin, people[0])
    count(session, posting)
    pages = [(user, path) for user in (recruiter, admin) for path in (address(posting), address(posting, ".csv"))]
    before = [strip_tokens(read(app, *page)) for page in pages]

    evaluate(session, interview, people[0], 1)
    amend_evaluation(
        session,
        interview=interview,
        user_id=people[0].id,
        judgements={ident: judgement(4) for ident in FOCUS},
        recommendation="strong_yes",
        summary="改了。",
        reason="记错",
        seen=1,
        now=NOW,
    )
    count(session, posting)
    assert [strip_tokens(read(app, *page)) for page in pages] == before

    evaluate(session, interview, recruiter, 2)
    evaluate(session, interview, admin, 2)
    count(session, posting)
    assert [strip_tokens(read(app, *page)) for page in pages] != before


def test_a_candidate_of_another_round_leaves_the_figures_of_who_is_to_judge(app, session, posting, recruiter, people):
    fill(session, posting, recruiter, people)
    admin = make_user(session, Role.ADMIN)
    fill(session, make_posting(session, recruiter, slug="second"), recruiter, people)
    application, _ = interviewed(session, posting, recruiter, *people[:2])
    count(session, posting)
    assert "n=13" in read(app, recruiter, address(posting))

    plan_interview(session, application, admin, recruiter, starts_at=NOW)
    session.commit()
    for path in (address(posting), f"/staff/insights{ALL}"):
        assert "You are about to interview somebody" in read(app, recruiter, path)
    assert sign_in(app, recruiter).get(address(posting, ".csv")).status_code == 404
    assert "n=13" in read(app, admin, address(posting))

    count(session, posting, now=NOW + timedelta(minutes=2))
    for path in (address(posting), f"/staff/insights{ALL}"):
        text = read(app, recruiter, path)
        assert "n=13" not in text
        assert "n=12" in text or "n=24" in text


def test_more_candidates_cost_no_more_queries(app, session, posting, recruiter, people):
    def queries():
        client = sign_in(app, recruiter)
        client.get(address(posting))
        with counted(own_engine(app)) as statements:
            assert client.get(address(posting)).status_code == 200
        return len(statements)

    fill(session, posting, recruiter, people, number=1)
    one = queries()
    fill(session, posting, recruiter, people, number=11)
    assert 3 < one <= 12
    assert queries() == one


def test_the_spreadsheet_has_every_figure_and_runs_no_formula(app, session, posting, recruiter, people):
    fill(session, posting, recruiter, people)
    head, *rows = table(app, recruiter, address(posting, ".csv"))
    assert head == ["Table", "Item", "Subgroup", "Figure", "n", "Estimate", "Interval from", "Interval to"]
    assert {row[0] for row in rows} == {
        "Inter-rater agreement",
        "Rating severity",
        "Use of the scale",
        "Promptness and notes",
        "Criteria to look at",
        "Prescore calibration",
    }
    names = {row[1] for row in rows}
    assert "'=HYPERLINK(1)" in names
    assert not any(name.startswith(STARTS_A_FORMULA) for name in names)
    severity = [float(row[5]) for row in rows if row[0] == "Rating severity"]
    assert len(severity) == 3
    assert min(severity) < 0


@given(st.text(max_size=8))
def test_no_text_begins_as_a_formula(text):
    cell = harmless(text)
    assert not cell.startswith(STARTS_A_FORMULA)
    assert cell.removeprefix("'") in {text, text.removeprefix("'")}


def test_numbers_stay_numbers():
    assert [harmless(one) for one in (-0.2, 3, None)] == [-0.2, 3, None]


def strip_tokens(text):
    """Take away what every page makes anew: the token against forged requests."""
    return "\n".join(line for line in text.splitlines() if "csrf" not in line)
