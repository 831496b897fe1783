"""Several roles from one form: chosen, ordered, left; one submit makes an application for each, as its own form would have."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any

import pytest
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rubrics.codec import dump_rubric
from rubrics.model import AnyOf, AvailabilityAsk, Category, PublicationAsk, Rubric, Section, SkillAsk, WordsAsk
from screening.models import (
    Answer,
    Application,
    ApplicationDraft,
    FormVersion,
    Mail,
    Posting,
    PostingState,
    ResumeFile,
    RubricVersion,
)
from screening.services.forming import questions_for
from screening.services.referring import make_referral
from tests.candidate.conftest import Candidate, open_form, rubric_of_terms, soon
from tests.candidate.forms import filled, plain_body, shown, with_file
from tests.factories import NOW, make_user

SLUGS = ("trajectory", "planning", "control")
TITLES = dict(zip(SLUGS, ("轨迹预测算法实习生", "规划实习生", "控制 <b>实习生</b>"), strict=True))


def other_rubric(slug: str) -> Rubric:
    """Give a rubric that shares some questions with the factories' one and has some of its own."""
    rubric = rubric_of_terms(slug)
    changes: dict[str, dict[str, Any]] = {
        "k3": {"rule": AvailabilityAsk(within_days=30, months=6, on_site=True)},
        "r2": {"rule": AnyOf((SkillAsk("python"), SkillAsk("java")))},
        "r4": {
            "category": Category.KNOWLEDGE,
            "rule": WordsAsk(("规划",)),
            "key": "knowledge-planning" if slug == "planning" else "knowledge-control",
            "text": f"懂得{slug}",
            "assessed_by": rubric.criteria[0].assessed_by,
        },
        "b2": {"rule": PublicationAsk(), "category": Category.PUBLICATION, "section": Section.BONUS},
    }
    criteria = tuple(replace(one, **changes.get(one.id, {})) for one in rubric.criteria)
    return replace(rubric, criteria=criteria, locations=("上海", "深圳"))


@pytest.fixture
def roles(session: Session, posting: Posting) -> list[Posting]:
    made = [posting, *(open_form(session, slug) for slug in SLUGS[1:])]
    for one in made[1:]:
        form = session.scalars(select(FormVersion).where(FormVersion.posting_id == one.id)).one()
        form.questions = questions_for(other_rubric(one.slug))
        session.get_one(RubricVersion, form.rubric_version_id).document = dump_rubric(other_rubric(one.slug))
    for one in made:
        one.title = TITLES[one.slug]
    session.commit()
    return made


class Applicant(Candidate):
    """A candidate who applies for several roles at once."""

    def open(self, also: str = "planning,control") -> str:
        answer = self.client.get(f"{self.address}?also={also}")
        assert answer.status_code == 200
        return answer.get_data(as_text=True)

    def press(self, body: dict[str, Any], act: str, **more: Any) -> str:
        """Press one of the buttons of the roles and follow to the page that it leads to."""
        slug = self.address.split("/")[2]
        answer = self.client.post(
            f"/roles/{slug}/roles", data={**body, "roles": act, **more}, content_type="multipart/form-data"
        )
        assert answer.status_code == 303, answer.get_data(as_text=True)
        page = self.client.get(answer.location)
        assert page.status_code == 200
        return page.get_data(as_text=True)


@pytest.fixture
def applicant(client: FlaskClient, roles: list[Posting]) -> Applicant:
    return Applicant(client, roles[0].slug)


def answers(session: Session, slug: str, email: str) -> dict[str, Any]:
    rows = session.execute(
        select(Answer.field, Answer.value)
        .join(Application, Application.id == Answer.application_id)
        .join(Posting, Posting.id == Application.posting_id)
        .where(Posting.slug == slug, Application.email == email)
        .order_by(Answer.id)
    )
    return dict(rows.all())


def listed(page: str) -> list[str]:
    return [" ".join(item.text_content().split()) for item in html.fromstring(page).xpath('//ol[@class="prefs"]/li')]


def test_one_submit_stores_what_three_forms_would_have(session, app, applicant):
    together = applicant.apply()
    assert together.status_code == 303, together.get_data(as_text=True)
    for slug in SLUGS:
        alone = Candidate(app.test_client(), slug)
        answer = alone.apply(email="alone@example.com")
        assert answer.status_code == 303
    for slug in SLUGS:
        first, second = answers(session, slug, "xiaohe.yun@example.com"), answers(session, slug, "alone@example.com")
        second["basics"]["email"] = first["basics"]["email"]
        assert repr(first) == repr(second), slug
    made = session.scalars(
        select(Application).where(Application.batch.is_not(None)).order_by(Application.preference)
    ).all()
    assert [one.preference for one in made] == [1, 2, 3]
    assert [one.idempotency_key.removeprefix(made[0].idempotency_key) for one in made] == ["", ":planning", ":control"]
    versions = select(FormVersion.posting_id).where(FormVersion.id.in_([one.form_version_id for one in made]))
    assert set(session.scalars(versions)) == {one.posting_id for one in made}
    files = session.scalars(select(ResumeFile).where(ResumeFile.application_id.in_([one.id for one in made]))).all()
    assert (len(files), len({file.storage_key for file in files})) == (3, 1)
    assert session.scalar(select(func.count()).select_from(ApplicationDraft)) == 0


def test_one_mail_names_all_roles_with_their_links(session, applicant):
    applicant.apply()
    mails = session.scalars(select(Mail).where(Mail.key.startswith("received"))).all()
    assert len(mails) == 1
    assert mails[0].template == "received_several"
    places = [mails[0].text.index(f"{place}. {TITLES[slug]}") for place, slug in enumerate(SLUGS, 1)]
    assert places == sorted(places)
    assert len(set(re.findall(r"/status/\S+", mails[0].text))) == 3


def test_same_form_sent_again_leads_to_the_same_applications(session, applicant):
    body = applicant.fill()
    first, second = applicant.send(with_file(body)), applicant.send(with_file(body))
    assert (first.status_code, first.location) == (second.status_code, second.location)
    assert session.scalar(select(func.count()).select_from(Application)) == 3


def test_same_form_sent_four_times_at_once_makes_one_application_for_each_role(session, app, applicant):
    body = applicant.fill()
    start = Barrier(4)

    def send(_number: int) -> str:
        own = Applicant(app.test_client(), "trajectory")
        start.wait()
        answer = own.send(with_file(body))
        assert answer.status_code == 303
        return answer.location

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(send, range(4)))) == 1
    assert session.scalar(select(func.count()).select_from(Application)) == 3
    assert session.scalar(select(func.count()).select_from(Mail).where(Mail.key.startswith("received"))) == 1


def test_what_is_the_same_is_asked_once_and_says_who_asks(applicant):
    page = applicant.open()
    names = list(shown(page))
    assert sum(name.endswith("-entry0-institution") for name in names) == 1
    assert sum(name.endswith("-months") for name in names) == 1
    labels = [" ".join(node.text_content().split()) for node in html.fromstring(page).xpath("//ul//label")]
    assert labels.count("Python") == labels.count("Java") == labels.count("C++") == 1
    assert "Apply for 3 roles at once" in page
    assert "Only for <span" in page
    assert "Asked by" in page
    assert "控制 &lt;b&gt;实习生&lt;/b&gt;" in page
    assert "<b>实习生</b>" not in page


def test_status_page_lists_all_roles_each_with_its_stage_and_link(session, client, applicant):
    address = applicant.apply().location
    page = client.get(address).get_data(as_text=True)
    assert [line.split(" Application")[0] for line in listed(page)] == list(TITLES.values())
    second = html.fromstring(page).xpath('//ol[@class="prefs"]/li[2]/a/@href')[0]
    assert client.post(f"{second}/withdraw").status_code == 303
    page = client.get(address).get_data(as_text=True)
    assert "Withdrawn by you" in listed(page)[1]
    assert "Application received" in listed(page)[0]


def test_stranger_with_one_link_does_not_learn_of_the_other_roles(app, applicant):
    address = applicant.apply().location
    page = app.test_client().get(address, headers={"Accept-Language": "en"}).get_data(as_text=True)
    assert TITLES["trajectory"] in page
    assert TITLES["planning"] not in page


def test_roles_are_added_ordered_and_taken_off_without_losing_a_word(session, applicant):
    body = filled(applicant.open(also=""), start=soon())
    page = applicant.press(body, "add", role="planning")
    assert listed(page) == [TITLES["trajectory"], TITLES["planning"]]
    body = {**shown(page), **{name: value for name, value in body.items() if name in {"consent", "contact_later"}}}
    own = next(name for name in body if name.endswith("-text"))
    body[own] = ["Only planning asks this."]
    page = applicant.press(body, "up:planning")
    assert listed(page) == [TITLES["planning"], TITLES["trajectory"]]
    assert shown(page)[own] == ["Only planning asks this."]
    before = shown(page)
    page = applicant.press(before, "remove:planning")
    assert own not in shown(page)
    assert "planning" not in listed(page)
    page = applicant.press(shown(page), "add", role="planning")
    after = shown(page)
    changing = {"also", "kept", "csrf_token", "draft_version", "draft_writer", "opened"}
    assert {name: after[name] for name in after if name not in changing} == {
        name: before[name] for name in before if name not in changing
    }


def test_role_of_the_address_can_be_taken_off_too(session, applicant):
    page = applicant.press(applicant.fill(), "remove:trajectory")
    assert listed(page) == [TITLES["planning"], TITLES["control"]]
    body = {**filled(page, start=soon()), "consent": "y"}
    assert applicant.send(with_file(body)).status_code == 303
    made = session.scalars(
        select(Posting.slug).join(Application, Application.posting_id == Posting.id).order_by(Application.preference)
    )
    assert made.all() == ["planning", "control"]


def test_order_of_preference_is_stored(session, applicant):
    page = applicant.press(applicant.fill(), "up:control")
    applicant.send(with_file({**filled(page, start=soon()), "consent": "y"}))
    made = session.scalars(
        select(Posting.slug).join(Application, Application.posting_id == Posting.id).order_by(Application.preference)
    )
    assert made.all() == ["trajectory", "control", "planning"]


def test_role_that_was_closed_meanwhile_is_told_and_the_others_wait_for_a_yes(session, applicant, roles):
    body = applicant.fill()
    roles[1].state = PostingState.CLOSED
    session.commit()
    answer = applicant.send(with_file(body))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert f"{TITLES['planning']}: it takes no applications any more" in page
    assert "Submit for the 2 other roles" in page
    assert session.scalars(select(Application)).all() == []
    session.commit()
    assert applicant.send({**shown(page), "consent": "y"}).status_code == 303
    assert session.scalars(select(Application.preference).order_by(Application.id)).all() == [1, 2]


def test_role_of_the_address_that_was_closed_leaves_the_others(session, applicant, roles):
    body = applicant.fill()
    roles[0].state = PostingState.CLOSED
    session.commit()
    answer = applicant.send(with_file(body))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert listed(page) == [TITLES["planning"], TITLES["control"]]
    assert applicant.send({**shown(page), "consent": "y"}).status_code == 303
    assert session.scalar(select(func.count()).select_from(Application)) == 2


def test_role_that_was_applied_for_before_is_told_and_the_others_wait_for_a_yes(session, app, applicant):
    assert Candidate(app.test_client(), "control").apply().status_code == 303
    answer = applicant.apply()
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "you have applied for it already" in page
    assert session.scalar(select(func.count()).select_from(Application)) == 1
    session.commit()
    assert applicant.send({**shown(page), "consent": "y"}).status_code == 303
    assert session.scalar(select(func.count()).select_from(Application)) == 3


def test_closed_role_is_never_named_to_who_guesses(session, client, applicant, roles):
    roles[1].state, roles[1].title = PostingState.CLOSED, "Secret title"
    roles[2].state = PostingState.DRAFT
    session.commit()
    page = client.get("/roles/trajectory/apply?also=planning,control,nothing,%3Dx").get_data(as_text=True)
    assert "Secret title" not in page
    body = {**shown(page), "also": "=trajectory,planning,control"}
    answer = client.post("/roles/trajectory/apply", data=body)
    assert "Secret title" not in answer.get_data(as_text=True)
    assert client.post("/roles/control/apply", data={**body, "also": "=trajectory"}).status_code == 404


@pytest.mark.parametrize(
    "also", ["=", "=,,,", "=trajectory:x:%", "=a:9999999999999999:b", "planning," * 500, "=\u202e", "{}"]
)
def test_odd_lists_of_roles_are_read_as_far_as_they_go(client, applicant, also):
    page = applicant.open(also="")
    answer = client.post("/roles/trajectory/apply", data={**shown(page), "also": also, "kept": "[1,{]"})
    assert answer.status_code == 422
    answer = client.get("/roles/trajectory/apply", query_string={"also": also})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "kept",
    [
        "[" * 100_000,
        '{"planning": {"q1-entry0-area": ["\\ud800 \\u0000"], "x": 1, "y": [{}]}, "z": 0}',
        '"text"',
        "\x00",
    ],
)
def test_odd_text_in_what_is_kept_for_roles_breaks_nothing(session, applicant, kept):
    page = applicant.open(also="")
    page = applicant.press({**shown(page), "kept": kept}, "add", role="planning")
    assert listed(page) == [TITLES["trajectory"], TITLES["planning"]]
    page = applicant.press(shown(page), "remove:planning")
    assert "Apply for this role" in page


def test_page_speaks_of_the_role_that_is_left(applicant):
    page = applicant.press(filled(applicant.open(also="planning"), start=soon()), "remove:trajectory")
    assert f"Apply: {TITLES['planning']}" in page
    assert 'href="/roles/planning"' in page


def test_no_more_roles_than_may_be(session, client, applicant):
    open_form(session, "fourth")
    page = applicant.open(also="planning,control,fourth")
    assert len(listed(page)) == 3
    assert "Role to add" not in page
    assert client.post("/roles/trajectory/roles", data={**shown(page), "roles": "sideways"}).status_code == 400


def test_errors_of_a_merged_form_lose_nothing(applicant):
    body = applicant.fill(phone="")
    answer = applicant.send(with_file(body))
    assert answer.status_code == 422
    typed = shown(answer.get_data(as_text=True))
    expected = plain_body(body)
    changing = {"also", "csrf_token", "draft_version", "draft_writer", "opened", "phone"}
    for name, values in expected.items():
        if name not in changing:
            assert typed.get(name) == values, name


def test_draft_keeps_the_roles(session, client, applicant):
    page = applicant.press(applicant.fill(), "up:planning")
    again = client.get(applicant.address).get_data(as_text=True)
    assert listed(again) == listed(page) == [TITLES["planning"], TITLES["trajectory"], TITLES["control"]]


def test_source_and_referral_are_carried_from_page_to_form(session, client, roles):
    referral = make_referral(session, posting=roles[1], referrer="卢静山", actor_id=make_user(session).id, now=NOW)
    session.commit()
    client.set_cookie("locale", "en")
    page = client.get(f"/roles/planning?from=campus&ref={referral.code}").get_data(as_text=True)
    link = html.fromstring(page).xpath('//a[contains(@href, "/apply")]/@href')[0]
    assert "from=campus" in link
    assert f"ref={referral.code}" in link
    body = filled(client.get(link).get_data(as_text=True), start=soon())
    assert "heard" not in body
    assert client.post("/roles/planning/apply", data=with_file(body)).status_code == 303
    made = session.scalars(select(Application)).one()
    assert (made.source, made.referral_id) == ("referral", referral.id)


def test_who_came_without_a_link_may_say_where_from(session, applicant):
    assert applicant.apply(heard="A talk at the university").status_code == 303
    assert set(session.scalars(select(Application.heard))) == {"A talk at the university"}
    assert set(session.scalars(select(Application.source))) == {"site"}


def test_code_that_nobody_made_came_from_the_site(session, app, applicant):
    body = filled(
        app.test_client().get("/roles/trajectory/apply?ref=%27%3B--&from=%3Cb%3E").get_data(as_text=True), start=soon()
    )
    assert (body["ref"], body["source"]) == ("", "")
    assert applicant.send(with_file({**body, "ref": "nobody", "source": "fair"})).status_code == 303
    made = session.scalars(select(Application)).one()
    assert (made.source, made.referral_id) == ("fair", None)
