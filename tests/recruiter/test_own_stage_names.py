"""Pages that know the posting name its stages as it does; what is about several postings, or for candidates, has the standard names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select

from screening.models import Application, Bulk, BulkKind, BulkState, Posting, RubricPreview, Stage, StageRule
from screening.services import insight_counts
from screening.services.moving import move_many
from screening.services.people import note_contact
from screening.services.previewing import ask_for_preview
from screening.web.candidate.links import status_link
from tests.factories import NOW, SAMPLE_ANSWERS, make_application, make_posting, make_user
from tests.recruiter.interviewed import interviewed
from tests.recruiter.test_bulks import form_of, page_of, ticked  # noqa: F401 - page_of is a fixture
from tests.services.test_previewing import edit, run

OWN = {Stage.SCREENING: "Papers", Stage.INTERVIEW: "Talk", Stage.DEBRIEF: "Round table"}
PAGES = {
    "timeline": ("/staff/applications/{application}?side=timeline", "moved to Papers<"),
    "debrief": ("/staff/applications/{met}/debrief", '<p class="meta"><span>Talk</span>'),
    "a decision": ("/staff/applications/{met}/debrief", "Advance to Round table</"),
    "a decision's mail": ("/staff/applications/{met}/debrief", "Mail: Advance to Round table<"),
    "letter": ("/staff/applications/{application}/letter?to=interview", "Move to Talk<"),
    "side by side": ("/staff/postings/{posting}/compare?ids={application}&ids={met}", ">Papers<"),
    "person": ("/staff/applications/{elsewhere}/person", " · Papers · "),
    "one's other application": ("/staff/applications/{elsewhere}", "</a> · Papers</span>"),
    "duplicates": ("/staff/duplicates/", " · Papers · "),
    "funnel": ("/staff/postings/{posting}/insights?days=0", '<th scope="row">Papers</th><td>'),
    "stays": ("/staff/postings/{posting}/insights?days=0", "Inbox takes longest"),
    "funnel as a file": ("/staff/postings/{posting}/insights.csv?days=0&section=funnel", "\nPapers,"),
    "snapshot as a file": ("/staff/postings/{posting}/insights.csv?days=0&section=snapshot", "\nPapers,"),
    "stays as a file": ("/staff/postings/{posting}/insights.csv?days=0&section=stays", "\nInbox,"),
    "reasons as a file": ("/staff/postings/{posting}/insights.csv?days=0&section=reasons", ",from Papers,"),
    "what would change": ("/staff/postings/{posting}/rubric/preview", ">Papers</span>"),
    "texts of mails": ("/staff/postings/{posting}/mail-texts", "To Papers<"),
    "a text of a mail": ("/staff/postings/{posting}/mail-texts/edit?stage=screening", "Mail: to Papers<"),
    "an act on many": ("/staff/bulk/{bulk}", "Move 1001 candidates to Papers<"),
    "Today": ("/staff/", "Move 1001 candidates to Papers<"),
}
STANDARD = {
    "all insights": ("/staff/insights?days=0", '<th scope="row">Review</th><td>'),
    "texts for all": ("/staff/mail-texts/", "To Review<"),
    "another posting's application": ("/staff/applications/{application}", "</a> · Review</span>"),
    "another posting's person": ("/staff/applications/{application}/person", " · Review · "),
}


@dataclass(frozen=True)
class World:
    """A posting with names of its own, and who applied to it and to another one without."""

    posting: Posting
    application: Application
    met: Application
    elsewhere: Application
    bulk: Bulk

    def fill(self, address):
        """Put numbers into an address."""
        names = ("posting", "application", "met", "elsewhere", "bulk")
        return address.format(**{name: getattr(self, name).id for name in names})


def own_names(session, posting):
    session.add_all(
        StageRule(posting_id=posting.id, stage=stage, name_en=word)
        for stage, word in {**OWN, Stage.APPLIED: "Inbox"}.items()
    )
    session.flush()


@pytest.fixture
def world(session, posting, recruiter):
    own_names(session, posting)
    application = make_application(session, posting, email="yun@example.com")
    later = NOW + timedelta(hours=5)
    move_many(session, application_ids=[application.id], to=Stage.SCREENING, actor_id=recruiter.id, now=later)
    other = make_posting(session, recruiter, slug="other")
    elsewhere = make_application(session, other, email="yun@example.net", stage=Stage.SCREENING)
    for one in (application, elsewhere):
        note_contact(session, application=one, answers=SAMPLE_ANSWERS, now=NOW)
    elsewhere.person_id = application.person_id
    for address, place in (("li@example.com", posting), ("li@example.net", other)):
        same = make_application(session, place, email=address, stage=Stage.SCREENING)
        same.phone = "13800000123"
        note_contact(session, application=same, answers=SAMPLE_ANSWERS, now=NOW)
    met, _interview = interviewed(session, posting, recruiter, make_user(session))
    met.stage = Stage.INTERVIEW
    edit(session, posting, recruiter, r2={"weight": 3.0})
    ask_for_preview(session, posting=posting, actor_id=recruiter.id, now=NOW)
    run(session, session.scalars(select(RubricPreview)).one())
    for one in (posting, other):
        insight_counts.count_posting(session, posting_id=one.id, now=NOW)
    insight_counts.store_everything(session, insight_counts.add_everything(session), now=NOW)
    bulk = Bulk(
        posting_id=posting.id,
        actor_id=recruiter.id,
        kind=BulkKind.MOVE,
        arguments={"to": "screening", "reason": "", "note": ""},
        state=BulkState.RUNNING,
        total=1_001,
        created_at=NOW,
    )
    session.add(bulk)
    session.flush()
    return World(posting, application, met, elsewhere, bulk)


def test_pages_that_know_the_posting_name_its_stages_as_it_does(world, browse):
    assert missing(world, browse, PAGES) == []


def test_what_is_about_several_postings_or_another_one_has_the_standard_names(world, browse):
    assert missing(world, browse, STANDARD) == []


def missing(world, browse, pages):
    """Name the pages that lack their words."""
    return [name for name, (address, words) in pages.items() if words not in browse(world.fill(address))]


def test_an_act_on_many_names_the_stage_as_the_posting_does(session, client, posting, page_of):  # noqa: F811
    own_names(session, posting)
    applications = [make_application(session, posting, name=f"云小鹤{place}") for place in range(2)]
    shown = page_of(*ticked(applications), ("kind", "move"), ("to", "screening"), ("step", "preview"))
    page = shown.get_data(as_text=True)
    assert '<option value="screening" selected>Papers</option>' in page
    assert "Move 2 candidates to Papers</button>" in page
    letters = page_of(*ticked(applications), ("kind", "mail")).get_data(as_text=True)
    assert '<option value="screening">To Papers</option>' in letters
    assert page_of(*form_of(page), ("to", "screening"), ("step", "do")).status_code == 303
    session.commit()
    assert "2 candidates moved to Papers." in client.get(f"/staff/postings/{posting.id}").get_data(as_text=True)


def test_candidates_read_the_standard_names(app, world, session, client):
    session.commit()
    with app.test_request_context():
        link = status_link(world.application.id)
    page = client.get(link, headers={"Accept-Language": "en"}, follow_redirects=True)
    assert page.status_code == 200
    assert not [word for word in (*OWN.values(), "Inbox") if word in page.get_data(as_text=True)]
