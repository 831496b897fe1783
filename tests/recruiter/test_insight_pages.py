"""Insights on pipelines as pages and files: whose figures one reads, that the numbers are the counted ones, and that no file runs anything."""

from __future__ import annotations

import csv
import io
import re
import time
from collections import Counter
from datetime import datetime, timedelta

import pytest
from flask_babel import force_locale
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from sqlalchemy import select

from rubrics.codec import dump_flow, dump_seats
from rubrics.measures.passage import Flow, Seats
from screening.extensions import db
from screening.models import InsightFigure, Job, JobState, Posting, Role, Stage
from screening.services import impact_counts, insight_counts, voluntary
from screening.web import spreadsheets
from screening.web.spreadsheets import STARTS_A_FORMULA, Sheet, csv_file, xlsx_file
from tests.architecture.doors import sign_in
from tests.factories import NOW, make_application, make_posting, make_user
from tests.recruiter.interviewed import interviewed
from tests.recruiter.worlds import counted, own_engine
from worker import counting

ALL = "?days=0"
ENGLISH = {"Accept-Language": "en"}
MOST_QUERIES = 12


@pytest.fixture
def recruiter(session):
    return make_user(session, Role.RECRUITER)


@pytest.fixture
def manager(session):
    return make_user(session, Role.HIRING_MANAGER, name="谷雨生")


@pytest.fixture
def posting(session, recruiter, manager):
    return make_posting(session, recruiter, manager)


def fill(session, posting, *stages, source="site"):
    for stage in stages:
        application = make_application(session, posting, stage=stage)
        application.source = source
    session.flush()


def count(session, *postings):
    for posting in postings:
        insight_counts.count_posting(session, posting_id=posting.id, now=NOW)
    insight_counts.store_everything(session, insight_counts.add_everything(session), now=NOW)
    session.commit()


def read(app, user, path):
    answer = sign_in(app, user).get(path, headers=ENGLISH)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.text


def rows_of(text, ident):
    """Give the rows of a section's tables as their visible words."""
    section = re.search(rf'<section[^>]*aria-labelledby="{ident}">.*?</section>', text, re.DOTALL).group()
    rows = re.findall(r"<tr.*?</tr>", section, re.DOTALL)
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", row)).strip() for row in rows]


def book(app, user, path):
    answer = sign_in(app, user).get(path, headers=ENGLISH)
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''")
    return load_workbook(io.BytesIO(answer.data))


def table(app, user, path):
    answer = sign_in(app, user).get(path, headers=ENGLISH)
    assert answer.data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_the_page_shows_what_was_counted(app, session, posting, recruiter):
    fill(session, posting, *[Stage.APPLIED] * 3, Stage.INTERVIEW, Stage.OFFER)
    count(session, posting)
    text = read(app, recruiter, f"/staff/postings/{posting.id}/insights{ALL}")
    assert "5 applications came in this period; 2 of them reached an interview so far (40%)." in text
    assert rows_of(text, "i-fun")[1:] == [
        "Applied 5 –",
        "Review 2 40%",
        "Interview 2 100%",
        "Debrief 1 50%",
        "Offer 1 100%",
        "Hired 0 0%",
    ]
    assert rows_of(text, "i-now")[1:4] == ["New 3", "Review 0", "Interview 1"]


def test_files_hold_the_numbers_of_the_page(app, session, posting, recruiter):
    fill(session, posting, *[Stage.INTERVIEW] * 9, *[Stage.APPLIED] * 12, source="校园宣讲")
    count(session, posting)
    path = f"/staff/postings/{posting.id}/insights"
    assert table(app, recruiter, f"{path}.csv{ALL}&section=sources")[1] == [
        "校园宣讲",
        "21",
        "",
        "9",
        "0.4286",
        "0",
        "0",
    ]
    made = book(app, recruiter, f"{path}.xlsx{ALL}")
    assert made.sheetnames[:4] == ["About these figures", "Funnel", "Where applications stand", "Time in stage"]
    assert [cell.value for cell in made["Sources"][2]] == ["校园宣讲", 21, None, 9, 0.4286, 0, 0]
    assert made["Sources"]["E2"].number_format == "0.0%"
    assert [made["Funnel"].cell(row, 2).value for row in range(2, 5)] == [21, 9, 9]
    about = {row[0].value: row[1].value for row in made["About these figures"].iter_rows(min_row=2)}
    assert about["Posting"] == posting.title
    assert isinstance(about["Pipelines counted"], datetime)
    assert made["About these figures"].column_dimensions["B"].width > 20
    assert made["Funnel"].freeze_panes == "A2"
    one = book(app, recruiter, f"{path}.xlsx{ALL}&section=funnel")
    assert one.sheetnames == ["About these figures", "Funnel"]
    for kind in ("csv", "xlsx"):
        assert sign_in(app, recruiter).get(f"{path}.{kind}?section=nothing").status_code == 404


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_same_cells_at_the_same_moment_are_the_same_bytes(app, monkeypatch):
    monkeypatch.setattr(spreadsheets, "now", lambda: NOW)
    with app.test_request_context():
        first = xlsx_file("a.xlsx", [Sheet("漏斗", ["阶段"], [["评审"]])]).get_data()
        time.sleep(2.1)  # the clock of a zip ticks every two seconds
        assert xlsx_file("a.xlsx", [Sheet("漏斗", ["阶段"], [["评审"]])]).get_data() == first
    made = load_workbook(io.BytesIO(first))
    assert (made.properties.modified, made["漏斗"]["A2"].value) == (NOW.replace(tzinfo=None), "评审")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(["", *STARTS_A_FORMULA]), st.text(max_size=30)), min_size=1, max_size=6))
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_cell_of_a_file_is_a_formula(app, parts):
    texts = [start + rest for start, rest in parts]
    with app.test_request_context(), force_locale("en"):
        workbook = load_workbook(io.BytesIO(xlsx_file("a.xlsx", [Sheet("=1+1", texts, [texts])]).get_data()))
        plain = csv_file("a.csv", texts, [texts]).get_data(as_text=True)
    page = workbook.worksheets[0]
    for row in page.iter_rows(max_col=len(texts)):
        for cell, text in zip(row, texts, strict=True):
            kept = "".join(mark for mark in text if mark in "\t\n\r" or ord(mark) >= 32)
            told = "" if cell.value is None else cell.value
            assert cell.data_type in {"s", "inlineStr"} or cell.value is None
            assert re.sub(r"\r\n?|_x000D_", "\n", told) == re.sub(r"\r\n?", "\n", kept)
            assert not text.startswith(STARTS_A_FORMULA) or cell.quotePrefix
    for row in csv.reader(io.StringIO(plain.removeprefix("\ufeff"), newline="")):
        assert not any(cell.startswith(STARTS_A_FORMULA) for cell in row)


def test_each_reads_the_own_postings_and_an_admin_all(app, session, posting, recruiter):
    other = make_posting(session, recruiter, slug="second")
    strange = make_posting(session, slug="strange")
    fill(session, posting, *[Stage.INTERVIEW] * 2)
    fill(session, other, *[Stage.APPLIED] * 3)
    fill(session, strange, *[Stage.APPLIED] * 7)
    admin, stranger = make_user(session, Role.ADMIN), make_user(session, Role.RECRUITER)
    count(session, posting, other, strange)
    assert "5 applications came in this period; 2 of them" in read(app, recruiter, f"/staff/insights{ALL}")
    assert "12 applications came in this period; 2 of them" in read(app, admin, f"/staff/insights{ALL}")
    assert "Not counted yet." in read(app, stranger, f"/staff/insights{ALL}")
    for kind in ("", ".csv", ".xlsx", "/counting"):
        assert sign_in(app, stranger).get(f"/staff/postings/{posting.id}/insights{kind}").status_code == 404
    assert sign_in(app, stranger).post(f"/staff/postings/{posting.id}/insights/count").status_code == 404
    interviewer = make_user(session, Role.INTERVIEWER)
    session.commit()
    for kind in ("", ".csv", ".xlsx", "/counting"):
        assert sign_in(app, interviewer).get(f"/staff/insights{kind}").status_code == 403


def answers(session, posting, number, stage, **said):
    for _ in range(number):
        application = make_application(session, posting, stage=stage)
        voluntary.keep_answers(session, key=b"k", application=application, answers=said)


def test_a_hiring_manager_reads_neither_load_nor_rates_of_groups(app, session, posting, recruiter, manager):
    panel = [make_user(session, Role.INTERVIEWER, name=name) for name in ("何以然", "许愿")]
    posting.asks_voluntary = True
    interviewed(session, posting, recruiter, *panel)
    for sex in ("woman", "man"):
        answers(session, posting, 24, Stage.INTERVIEW, sex=sex)
        answers(session, posting, 36 if sex == "woman" else 0, Stage.APPLIED, sex=sex)
    answers(session, posting, 1, Stage.INTERVIEW, sex="other")
    answers(session, posting, 22, Stage.APPLIED)
    impact_counts.count_answers(session, key=b"k", now=NOW)
    count(session, posting)
    path = f"/staff/postings/{posting.id}/insights"
    mine, theirs = read(app, recruiter, path + ALL), read(app, manager, path + ALL)
    assert "Interviewer load" in mine
    assert "何以然" in rows_of(mine, "i-loa")[1] + rows_of(mine, "i-loa")[2]
    told = rows_of(mine, "i-imp")
    assert told[1] == "Sex : reached an interview".replace(" :", ":")
    assert told[2].startswith("Women 60 24 40.0% 0.40 0.29–0.55 &lt; 0.01 Look here below 0.80, and chance alone")
    assert told[3] == "Men 24 24 100.0% 1.00 the highest share"
    assert "Another sex" not in mine
    sheet = book(app, recruiter, f"{path}.xlsx{ALL}&section=impact")["Adverse impact"]
    assert [cell.value for cell in sheet[2]][:7] == ["Sex", "reached an interview", "Women", 60, 24, 0.4, 0.4]
    for word in ("Interviewer load", "何以然", "Adverse impact", "Women"):
        assert word not in theirs
    assert not {"Interviewer load", "Adverse impact"} & set(book(app, manager, f"{path}.xlsx{ALL}").sheetnames)
    for section in ("load", "impact"):
        assert sign_in(app, manager).get(f"{path}.csv{ALL}&section={section}").status_code == 404


def test_pages_take_the_same_few_queries_at_any_size(app, session, recruiter):
    admin = make_user(session, Role.ADMIN)
    panel = [make_user(session, Role.INTERVIEWER) for _ in range(2)]
    first = make_posting(session, recruiter, slug="first")
    interviewed(session, first, recruiter, *panel)
    count(session, first)
    engine, paths = own_engine(app), (f"/staff/insights{ALL}", f"/staff/postings/{first.id}/insights{ALL}")

    def queries():
        found = []
        for user in (recruiter, admin):
            client = sign_in(app, user)
            for path in paths:
                with counted(engine) as statements:
                    assert client.get(path).status_code == 200
                found.append(len(statements))
        return found

    few = queries()
    more = [make_posting(session, recruiter, slug=f"p{number}") for number in range(5)]
    for posting in more:
        for _ in range(4):
            interviewed(session, posting, recruiter, *panel)
        fill(session, posting, *[Stage.REJECTED] * 10)
    count(session, first, *more)
    assert max(few) <= MOST_QUERIES
    assert queries() == few


def run(session):
    """Run the waiting counts to their end."""
    turns = 0
    while True:
        db.session.rollback()
        job = db.session.scalars(
            select(Job).where(Job.name.in_(("count_insights", "count_voluntary")), Job.state == JobState.WAITING)
        ).first()
        if job is None:
            return turns
        ident, name, arguments = job.id, job.name, dict(job.arguments)
        db.session.rollback()
        getattr(counting, name).run(job_id=ident, **arguments)
        turns += 1


def test_counting_now_tells_how_far_it_is_and_comes_to_an_end(app, session, posting, recruiter):
    fill(session, posting, *[Stage.APPLIED] * 2)
    other = make_posting(session, recruiter, slug="second")
    fill(session, other, Stage.HIRED)
    make_posting(session, slug="strange")
    session.commit()
    client = sign_in(app, recruiter)
    answer = client.post("/staff/insights/count?days=0")
    assert answer.status_code == 303
    again = client.post("/staff/insights/count?days=0")
    text = client.get(answer.location, headers=ENGLISH).text
    assert "Counting: 0 of 2 postings" in text
    assert 'hx-trigger="every 2s"' in text
    fragment = re.search(r'hx-get="([^"]*counting[^"]*)"', text).group(1).replace("&amp;", "&")
    assert "Counting: 0 of 2 postings" in client.get(fragment, headers=ENGLISH).text
    with app.app_context():
        turns = run(db.session)
    assert turns >= 3 if again.location == answer.location else turns >= 6
    over = client.get(fragment, headers={**ENGLISH, "HX-Request": "true"})
    assert over.headers["HX-Redirect"] == "/staff/insights?days=0"
    assert client.get(fragment, headers=ENGLISH).location == "/staff/insights?days=0"
    assert "3 applications came in this period; 1 of them" in client.get("/staff/insights?days=0", headers=ENGLISH).text
    session.rollback()
    kinds = Counter(session.scalars(select(InsightFigure.kind)).all())
    assert set(kinds) == {"flow", "load"}
    assert sign_in(app, recruiter).get("/staff/insights?run=1' OR 1=1").status_code == 200


def test_the_night_counts_all(app, session, posting, recruiter):
    fill(session, posting, *[Stage.OFFER] * 2)
    session.commit()
    with app.app_context():
        counting.count_nightly.run()
        counting.count_nightly.run()
        assert db.session.scalars(select(Job.name)).all() == ["count_insights"]
        db.session.rollback()
        run(db.session)
        assert db.session.scalars(select(Job.state).distinct()).all() == [JobState.DONE]
        assert db.session.get_one(InsightFigure, ("all", "flow", 0)).document["reached"] == {"offer": 2}


def test_sums_of_several_postings_are_added_exactly(app, session, posting, recruiter):
    other = make_posting(session, recruiter, slug="second")
    interviewer = make_user(session, Role.INTERVIEWER, name="许愿")
    for one, hours in ((posting, (10, 10, 100)), (other, (40, 50))):
        flow = Flow(reached=Counter(applied=len(hours)), stays={"applied": Counter(hours)})
        seats = {interviewer.id: Seats(1, len(hours), Counter(hours))}
        for kind, document in (("flow", dump_flow(flow)), ("load", dump_seats(seats))):
            session.add(
                InsightFigure(
                    scope=f"posting:{one.id}",
                    kind=kind,
                    days=0,
                    document=document,
                    computed_at=NOW - timedelta(hours=hours[0]),
                )
            )
    session.commit()
    text = read(app, recruiter, f"/staff/insights{ALL}")
    assert rows_of(text, "i-sta")[1] == "New 1.7 days 4.2 days 5"
    assert rows_of(text, "i-loa")[1] == "许愿 2 5 1.7 days"


def test_asking_for_voluntary_answers_is_switched_and_taken_back(app, session, posting, recruiter, manager):
    session.commit()
    client, path = sign_in(app, recruiter), f"/staff/postings/{posting.id}"
    assert sign_in(app, manager).post(f"{path}/voluntary", data={"asks_voluntary": "on"}).status_code == 403
    assert "not asked" in client.get(f"{path}/questions", headers=ENGLISH).text
    assert client.post(f"{path}/voluntary", data={"asks_voluntary": "on"}).status_code == 303
    shown = client.get(f"{path}/questions", headers=ENGLISH).text
    assert "Stop asking" in shown
    token = re.search(r'action="(/staff/undo/[^"]+)"', shown).group(1)
    assert client.post(token).status_code in {302, 303}
    session.rollback()
    assert session.scalar(select(Posting.asks_voluntary).where(Posting.id == posting.id)) is False
