"""A form that is not sent yet: kept as typed, opened elsewhere by its link, never overwritten unseen, never shown to staff."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html
from sqlalchemy import select, update
from werkzeug.test import encode_multipart

from screening.app import create_app
from screening.documents.storage import file_path, read_file
from screening.models import (
    Application,
    ApplicationDraft,
    DraftFile,
    FormVersion,
    Mail,
    PostingState,
    ResumeFile,
    Role,
    RubricState,
    RubricVersion,
)
from screening.services.application_drafts import MOST_BYTES
from tests.architecture.doors import addresses, make_world
from tests.candidate.conftest import Candidate
from tests.candidate.forms import inputs_of, plain_body, shown, with_file
from tests.documents.files import make_pdf, show
from tests.factories import make_user
from tests.recruiter.worlds import sign_in

SCRIPT = {"Accept": "application/json"}
MARKS = {
    *("csrf_token", "form_key", "form_version", "draft_version", "draft_writer", "opened", "notice_shown"),
    *("consent", "contact_later", "website"),
}
PDF = make_pdf(show("Xiaohe Yun, trajectory prediction with PyTorch"))
SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def address(posting):
    return f"/roles/{posting.slug}/draft"


def save(candidate, body, *, script=True):
    """Save as the page does: by its script, or by a button."""
    boundary, content = encode_multipart(body)
    return candidate.client.post(
        candidate.address.replace("/apply", "/draft"),
        data=content,
        content_type=f"multipart/form-data; boundary={boundary}",
        headers=SCRIPT if script else {},
    )


def opened(candidate, location):
    answer = candidate.client.get(location)
    assert answer.status_code == 200, answer.status
    return answer.get_data(as_text=True)


def elsewhere(app, posting):
    """Give the same candidate on another device."""
    return Candidate(app.test_client(), posting.slug)


def kept(body):
    return {name: values for name, values in plain_body(body).items() if name not in MARKS and values != [""]}


def typed(page):
    return {name: values for name, values in shown(page).items() if name not in MARKS | {"also"} and values != [""]}


def link_of(session):
    [mail] = read(session, select(Mail).where(Mail.template == "draft"))
    return re.search(r"/drafts/\S+", mail.text).group()


def read(session, statement):
    """Read what is stored now, and let go of it: on SQLite a reader's transaction keeps writers out."""
    session.expire_all()
    rows = session.scalars(statement).all()
    session.commit()
    return rows


def stored_draft(session, key):
    [draft] = read(session, select(ApplicationDraft).where(ApplicationDraft.key == key))
    return draft


def stored_texts(session, key):
    return dict(stored_draft(session, key).fields)


def test_draft_opens_on_another_device_as_it_was_left_and_can_be_sent_there(session, app, posting, candidate, settings):
    body = with_file(candidate.fill(phone=""), PDF, "简历.pdf")
    answer = save(candidate, body, script=False)
    assert answer.status_code == 303
    other = elsewhere(app, posting)
    page = opened(other, answer.location)
    assert typed(page) == kept(body)
    assert "简历.pdf" in page
    sent = other.send({**shown(page), "phone": "13800000123", "consent": "y"})
    assert sent.status_code == 303
    assert read(session, select(Application.idempotency_key)) == [body["form_key"]]
    [stored] = read(session, select(ResumeFile))
    assert (stored.original_name, read_file(settings.uploads, stored.storage_key)) == ("简历.pdf", PDF)
    assert read(session, select(ApplicationDraft)) == read(session, select(DraftFile)) == []
    assert other.client.get(answer.location).location == sent.location


texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\r\n"), max_size=80)


@SQLITE
def test_whatever_was_saved_comes_back_letter_by_letter(candidate):
    page = candidate.open()
    key = shown(page)["form_key"][0]
    fields = [
        one for one in inputs_of(page) if one.kind in {"text", "email", "tel", "textarea"} and one.name not in MARKS
    ]
    version = [0]

    @settings(max_examples=25, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def check(data):
        chosen = data.draw(st.lists(st.sampled_from(fields), max_size=6, unique_by=lambda one: one.name))
        body = {}
        for one in chosen:
            lines = data.draw(st.lists(texts, min_size=1, max_size=3 if one.kind == "textarea" else 1))
            body[one.name] = "\r\n".join(lines)
        answer = save(candidate, {**body, "form_key": key, "draft_version": str(version[0])})
        assert answer.status_code == 200
        version[0] = answer.json["version"]
        back = shown(candidate.open())
        assert {one.name: back[one.name][0] for one in fields} == {
            one.name: body.get(one.name, "").replace("\r\n", "\n") for one in fields
        }

    check()


@SQLITE
def test_script_is_told_the_version_and_the_time_and_the_page_goes_on(candidate, session):
    body = candidate.fill()
    first = save(candidate, {**body, "draft_version": "0"})
    assert first.status_code == 200
    assert (first.json["state"], first.json["version"]) == ("saved", 1)
    assert datetime.now(UTC) - datetime.fromisoformat(first.json["saved_at"]) < timedelta(minutes=1)
    page = candidate.open()
    assert shown(page)["draft_version"] == ["1"]
    assert shown(page)["form_key"] == [body["form_key"]]
    assert "You go on with your draft" in page
    assert "Draft saved" in page


@SQLITE
def test_a_draft_holds_no_consent_and_none_of_the_page_s_marks(candidate, session):
    body = candidate.fill(contact_later="y", prescore_refused="y")
    save(candidate, body)
    names = set(stored_texts(session, body["form_key"]))
    assert "prescore_refused" in names  # a refusal is no consent
    assert not names & MARKS
    assert "consent" not in shown(candidate.open())


@SQLITE
def test_form_sent_from_a_draft_is_checked_like_any_other(candidate, session):
    body = candidate.fill(name="", **{"q4-level0": ""})
    page = opened(candidate, save(candidate, with_file(body), script=False).location)
    answer = candidate.send({**shown(page), "consent": "y"})
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert "Enter your name." in text
    assert "Choose how well you know it." in text
    assert read(session, select(Application)) == []


def test_older_page_is_told_and_overwrites_only_what_it_has_seen(app, posting, candidate, session):
    location = save(candidate, candidate.fill(), script=False).location
    here, there = elsewhere(app, posting), elsewhere(app, posting)
    old = shown(opened(here, location))
    new = shown(opened(there, location))
    assert save(there, {**new, "summary": "newer"}).json["version"] == 2

    told = save(here, {**old, "summary": "mine"})
    assert told.status_code == 409
    assert (told.json["state"], told.json["version"]) == ("changed", 2)

    page = save(here, {**old, "summary": "mine"}, script=False)
    assert page.status_code == 409
    tree = html.fromstring(page.get_data(as_text=True))
    assert shown(page.get_data(as_text=True))["summary"] == ["mine"]
    [choice] = tree.xpath('//*[@id="changed" and not(@hidden)]')
    assert choice.xpath(".//a/@href") == [location]
    [mine] = choice.xpath(".//button[@formaction]")
    assert stored_texts(session, old["form_key"][0])["summary"] == "newer"

    kept_mine = {**shown(page.get_data(as_text=True)), mine.get("name"): mine.get("value")}
    assert save(here, kept_mine, script=False).status_code == 303
    assert shown(opened(there, location))["summary"] == ["mine"]


@SQLITE
def test_older_page_is_not_sent_over_a_newer_draft_unasked(app, posting, candidate, session):
    location = save(candidate, with_file(candidate.fill()), script=False).location
    here, there = elsewhere(app, posting), elsewhere(app, posting)
    old = {**shown(opened(here, location)), "consent": "y"}
    save(there, {**shown(opened(there, location)), "summary": "newer"})
    told = here.send(old)
    assert told.status_code == 409
    page = told.get_data(as_text=True)
    [mine] = html.fromstring(page).xpath('//*[@id="changed" and not(@hidden)]//button')
    assert read(session, select(Application)) == []
    again = save(here, {**shown(page), mine.get("name"): mine.get("value")}, script=False)
    assert here.send({**shown(opened(here, again.location)), "consent": "y"}).status_code == 303
    assert read(session, select(ApplicationDraft)) == []


@SQLITE
def test_page_whose_answer_was_lost_does_not_meet_itself(candidate):
    body = {**candidate.fill(), "draft_version": "0"}
    assert save(candidate, body).json["version"] == 1
    assert save(candidate, {**body, "summary": "further"}).json["version"] == 2


@SQLITE
def test_refused_form_is_kept_and_a_page_that_is_behind_keeps_its_file(app, posting, candidate, session):
    body = candidate.fill(phone="")
    answer = candidate.send(with_file(body))
    assert shown(answer.get_data(as_text=True))["draft_version"] == ["1"]
    behind = elsewhere(app, posting)
    again = behind.send({**with_file(body, PDF, "new.pdf"), "draft_writer": "another", "summary": "older page"})
    assert again.status_code == 422
    page = again.get_data(as_text=True)
    assert "changed in another tab" in page
    assert "new.pdf" in page
    assert shown(page)["summary"] == ["older page"]
    assert read(session, select(DraftFile.original_name)) == ["new.pdf"]
    assert stored_texts(session, body["form_key"])["summary"] == body["summary"]


def test_link_is_mailed_in_the_page_s_language_and_opens_the_draft(app, posting, candidate, session):
    body = candidate.fill()
    answer = save(candidate, {**body, "act": "link"}, script=False)
    assert answer.status_code == 303
    [mail] = read(session, select(Mail).where(Mail.template == "draft"))
    assert (mail.to_address, mail.locale) == ("xiaohe.yun@example.com", "en")
    assert "云小鹤" in mail.text
    assert mail.text.count("http") == 1
    assert typed(opened(elsewhere(app, posting), link_of(session))) == kept(body)
    told = save(candidate, {**body, "act": "link", "draft_version": "1"})
    assert told.json["said"] == "The link is on its way to xiaohe.yun@example.com."
    assert len(read(session, select(Mail.id).where(Mail.template == "draft"))) <= 2


@pytest.mark.parametrize("email", ["", "nobody", "a@example.com, b@example.com", "x" * 300 + "@example.com"])
@SQLITE
def test_link_needs_an_address_and_says_so_beside_it(candidate, session, email):
    body = candidate.fill(email=email)
    answer = save(candidate, {**body, "act": "link"}, script=False)
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert html.fromstring(page).xpath('//*[@id="email-e"]')
    assert shown(page)["summary"] == [body["summary"]]
    told = save(candidate, {**body, "act": "link", "draft_version": shown(page)["draft_version"][0]})
    assert told.json["has_problem"]
    assert read(session, select(Mail)) == []
    assert stored_draft(session, body["form_key"]).version == 2


@SQLITE
def test_one_address_gets_few_links_and_one_page_few_saves(settings, posting):
    app = create_app(
        settings, TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=True, RATELIMIT_STORAGE_URI="memory://"
    )
    candidate = Candidate(app.test_client(), posting.slug)
    answers = [save(candidate, {**candidate.fill(form_key=f"{n}" * 20), "act": "link"}).status_code for n in range(5)]
    assert answers == [200, 200, 200, 429, 429]
    waiting = save(candidate, {**candidate.fill(form_key="w" * 20, summary="kept"), "act": "link"}, script=False)
    assert waiting.status_code == 429
    assert shown(waiting.get_data(as_text=True))["summary"] == ["kept"]
    body = candidate.fill(form_key="k" * 20)
    codes = [save(candidate, {**body, "draft_version": str(n)}).status_code for n in range(40)]
    assert codes[0] == 200
    assert codes[-1] == 429


@SQLITE
def test_signed_link_with_one_character_changed_opens_nothing(candidate, client):
    location = save(candidate, candidate.fill(), script=False).location
    token = location.rsplit("/", 1)[-1]
    for wrong in (("A" if token[0] != "A" else "B") + token[1:], token[:-1], "nothing", "1"):
        assert client.get(f"/drafts/{wrong}").status_code == 404
        assert client.post(f"/drafts/{wrong}/forget").status_code in {404, 410}


@SQLITE
@pytest.mark.parametrize(
    ("case", "said"),
    [("closed", "This role takes no applications any more"), ("expired", "This draft is no longer there")],
)
def test_link_of_a_closed_role_or_an_old_draft_says_what_happened(app, posting, candidate, session, case, said):
    body = candidate.fill()
    location = save(candidate, body, script=False).location
    if case == "closed":
        session.get_one(type(posting), posting.id).state = PostingState.CLOSED
    else:
        session.execute(update(ApplicationDraft).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    session.commit()
    for who in (candidate, elsewhere(app, posting)):
        who.client.set_cookie("locale", "en")
        answer = who.client.get(location)
        assert answer.status_code == 410
        page = answer.get_data(as_text=True)
        assert said in page
        assert "云小鹤" not in page
    if case == "closed":
        assert save(candidate, body).json == {"state": "closed"}
    else:
        assert "云小鹤" not in candidate.open()


def test_form_that_was_sent_takes_no_more_saves(candidate, session):
    body = candidate.fill()
    sent = candidate.send(with_file(body))
    told = save(candidate, body)
    assert told.status_code == 409
    assert (told.json["state"], told.json["address"]) == ("sent", sent.location)
    assert save(candidate, body, script=False).location == sent.location
    assert read(session, select(ApplicationDraft)) == []


def test_draft_keeps_the_form_that_it_was_begun_with(candidate, session, posting):
    body = candidate.fill()
    location = save(candidate, body, script=False).location
    old = session.scalars(select(FormVersion)).one()
    before = session.get_one(RubricVersion, old.rubric_version_id)
    before.state = RubricState.SUPERSEDED
    session.flush()
    newer = RubricVersion(
        posting_id=posting.id,
        number=before.number + 1,
        state=RubricState.PUBLISHED,
        document=before.document,
        digest="1" * 64,
        created_at=before.created_at,
        changed_at=before.changed_at,
        published_at=before.changed_at,
    )
    session.add(newer)
    session.flush()
    session.add(
        FormVersion(
            posting_id=posting.id, rubric_version_id=newer.id, questions=old.questions[:1], created_at=old.created_at
        )
    )
    session.commit()
    page = opened(candidate, location)
    assert shown(page)["form_version"] == [str(old.id)]
    assert typed(page) == kept(body)
    assert candidate.send(with_file({**shown(page), "consent": "y"})).status_code == 303
    assert read(session, select(Application.form_version_id)) == [old.id]


@SQLITE
def test_browser_begins_anew_and_a_mailed_draft_outlives_it(app, posting, candidate, session):
    location = save(candidate, candidate.fill(), script=False).location
    answer = candidate.client.post(f"{location}/forget")
    assert answer.status_code == 303
    assert "云小鹤" not in candidate.open()
    assert read(session, select(ApplicationDraft)) == []

    mailed = save(candidate, {**candidate.fill(), "act": "link"}, script=False).location
    candidate.client.post(f"{mailed}/forget")
    assert "云小鹤" not in candidate.open()
    assert "云小鹤" in opened(elsewhere(app, posting), mailed)
    assert "云小鹤" not in elsewhere(app, posting).open()


@SQLITE
def test_file_is_sent_by_itself_and_a_bad_one_throws_nothing_away(candidate, session, settings):
    body = candidate.fill()
    first = save(candidate, with_file(body, PDF, "简历.pdf")).json
    assert "简历.pdf" in first["resume"]
    second = save(
        candidate, {**with_file(body, b"MZ\x90\x00" + b"\x00\x01" * 99, "bad.pdf"), "draft_version": "1"}
    ).json
    assert "简历.pdf" in second["resume"]
    assert html.fromstring(second["resume"]).xpath('//*[@id="resume-e" and not(@hidden)]')
    assert second["version"] == 2
    large = save(candidate, {**with_file(body, b"x" * (10 * 1024 * 1024 + 1), "large.txt"), "draft_version": "2"}).json
    assert "10 MB" in html.fromstring(large["resume"]).xpath('//*[@id="resume-e"]')[0].text_content()
    [stored] = read(session, select(DraftFile))
    assert stored.original_name == "简历.pdf"
    assert file_path(settings.uploads, stored.storage_key).exists()


@SQLITE
def test_more_than_a_form_can_hold_is_told_and_the_page_keeps_it(candidate, session):
    body = candidate.fill()
    save(candidate, body)
    long = {**body, "summary": "云" * (MOST_BYTES // 3), "draft_version": "1"}
    assert save(candidate, long).status_code == 413
    assert save(candidate, long).json == {"state": "large"}
    page = save(candidate, long, script=False)
    assert page.status_code == 413
    assert shown(page.get_data(as_text=True))["summary"] == [long["summary"]]
    assert stored_texts(session, body["form_key"])["summary"] == body["summary"]


@SQLITE
def test_any_bytes_are_answered(candidate, address):
    kinds = ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json", "text/plain"]
    key = shown(candidate.open())["form_key"][0].encode()
    seen = set()

    @settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.binary(max_size=300), st.sampled_from(kinds), st.booleans(), st.booleans())
    def check(content, kind, has_key, by_script):
        if has_key:
            content = b"form_key=" + key + b"&draft_version=999999&name=" + content
        answer = candidate.client.post(address, data=content, content_type=kind, headers=SCRIPT if by_script else {})
        seen.add(answer.status_code)
        assert answer.status_code < 500

    check()
    assert {200, 303} <= seen


@SQLITE
def test_no_page_of_the_staff_shows_a_draft(app, session):
    world = make_world(session)
    candidate = Candidate(app.test_client(), world.values["slug"])
    save(candidate, {"form_key": "k" * 24, "name": "隐秘的草稿", "email": "hidden.draft@example.com", "act": "link"})
    [world.values["mail_id"]] = read(session, select(Mail.id).where(Mail.template == "draft"))
    admin = make_user(session, Role.ADMIN)
    session.commit()
    staff = app.test_client()
    sign_in(staff, admin)
    seen = {}
    for place in addresses(app, world.values):
        if place.method == "GET" and place.rule.rule.startswith("/staff"):
            answer = staff.get(place.path)
            seen[place.rule.rule] = answer.get_data(as_text=True) if answer.mimetype == "text/html" else ""
            answer.close()
    token = link_of(session).removeprefix("/drafts/")
    assert len(seen) > 20
    assert [rule for rule, page in seen.items() if token in page] == []
    named = {rule for rule, page in seen.items() if "隐秘的草稿" in page or "hidden.draft" in page}
    assert named <= {"/staff/mails/", "/staff/mails/<int:mail_id>"}  # whom a mail was sent to
