"""What candidates take away: everything of theirs, in words that are told, and nothing of staff or of anybody else."""

from __future__ import annotations

import json

import pypdfium2
import pytest

from screening.models import (
    ApplicationDraft,
    FormVersion,
)
from screening.web.candidate.data_words import FIELDS
from screening.web.candidate.links import status_token
from screening.web.labels import ANSWER_FIELDS, ANSWER_SECTIONS
from tests.candidate.conftest import open_form
from tests.candidate.crowded import RESUME, SECRET, make_crowded
from tests.candidate.proof import prove
from tests.factories import NOW, SAMPLE_ANSWERS, make_application

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def application(session, settings, posting):
    return make_crowded(session, settings.uploads, posting)


@pytest.fixture
def home(app, client, application):
    client.set_cookie("locale", "en")
    prove(client, application.id)
    with app.app_context():
        return f"/status/{status_token(application.id)}"


def read(client, home):
    answer = client.get(f"{home}/data/json")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=screening-001-")
    return json.loads(answer.get_data(as_text=True))


def names(value):
    """Give every name that stands in a document, outside what the candidate's own keys are."""
    match value:
        case dict():
            return set(value) | {inner for name in value for inner in names(value[name])}
        case list():
            return {inner for part in value for inner in names(part)}
    return set()


def test_json_holds_everything_of_the_candidate(client, application, home):
    document = read(client, home)
    (mine,) = document["applications"]
    assert document["schema"] == "screening.own-data/1"
    assert mine["contact"] == {"name": "云小鹤", "email": application.email, "phone": None}
    assert mine["resume"] == SAMPLE_ANSWERS
    assert mine["consent"] == {"notice_version": "1", "prescore_refused": False, "contact_later": False}
    assert (mine["stage"], [step["stage"] for step in mine["stages"]]) == ("interview", ["applied", "interview"])
    assert [one["place"] for one in mine["interviews"]] == ["北京 12 楼"]
    (offer,) = mine["offers"]
    assert (offer["round"], offer["wish"], offer["place"], offer["is_booked"]) == (
        "2",
        "周三下午可以",
        "线上会议室",
        False,
    )
    assert offer["until_at"] > offer["from_at"] == NOW.isoformat()
    assert [(one["name"], one["text"]) for one in mine["files"]][1:] == [("云小鹤.txt", RESUME)]
    assert [(one["kind"], one["text"]) for one in mine["requests"]] == [("human_review", "请再看一遍")]
    assert ["mail m0" in one["subject"] for one in mine["mails"]] == [True]
    assert mine["heard"] == "从学长那里"
    (added,) = mine["additions"]
    assert (added["link"], added["file"], added["resume"]) == (
        "https://example.com/xiaohe",
        mine["files"][1]["id"],
        {"projects": [{"name": "云小鹤的小工具"}]},
    )
    points = mine["explanation"]["points"]
    assert len(points) == 9
    assert any(quote["quote"] for point in points for quote in point["quotes"])


def test_json_holds_nothing_that_staff_know(client, session, posting, home):
    make_application(session, posting, name="石小猴")
    session.commit()
    text = json.dumps(read(client, home), ensure_ascii=False)
    for secret in (
        SECRET,
        "何以然",
        "石小猴",
        "staff@example.com",
        "rank_score",
        "recommendation",
        "rejected",
        '"weight"',
    ):
        assert secret not in text


@SQLITE
def test_every_name_is_told(client, home):
    document = read(client, home)
    told = set(document.pop("fields")) | set(ANSWER_SECTIONS) | set(ANSWER_FIELDS) | {"schema", "zh", "en"}
    for application in document["applications"]:
        application["questions"] = {}
    assert names(document) - told == set()
    assert set(FIELDS) <= told


@pytest.mark.parametrize("language", ["zh", "en"])
@SQLITE
def test_pdf_tells_it_in_both_languages_with_its_font_inside(client, home, language):
    client.set_cookie("locale", language)
    answer = client.get(f"{home}/data/pdf")
    assert answer.status_code == 200
    assert answer.mimetype == "application/pdf"
    pdf = pypdfium2.PdfDocument(answer.get_data())
    text = "\n".join(page.get_textpage().get_text_bounded() for page in pdf)
    shown = "".join(text.split())
    for words in ("云小鹤", "云溪大学", "PyTorch", "𠮷andplainwords", "从学长那里", "请再看一遍", "周三下午可以"):
        assert words in shown
    assert {"zh": "我的数据", "en": "Mydata"}[language] in shown
    assert {"zh": "硕士", "en": "Master’s"}[language] in shown
    for secret in (SECRET.replace(" ", ""), "何以然", "rejected"):
        assert secret not in shown
    content = answer.get_data()
    assert b"FontFile" in content
    assert len(content) < 200_000


@SQLITE
def test_file_comes_as_it_was_sent_and_only_the_own(client, session, app, application, posting, home):
    answer = client.get(f"{home}/files/2")
    assert (answer.status_code, answer.get_data().decode()) == (200, RESUME)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    other = make_application(session, posting, name="石小猴")
    session.commit()
    prove(client, application.id, other.id)
    with app.app_context():
        elsewhere = f"/status/{status_token(other.id)}"
    for path in (f"{elsewhere}/files/2", f"{home}/files/3", f"{home}/files/{10**12}"):
        assert client.get(path).status_code == 404


@SQLITE
def test_nothing_is_handed_out_without_a_proof(app, client, home):
    stranger = app.test_client()
    for path in ("data/json", "data/pdf", "files/2"):
        answer = stranger.get(f"{home}/{path}")
        assert answer.status_code == 303
        assert answer.location.startswith(f"{home}/code?next={home}/{path}")
        answer = client.get(f"{home}/{path}")
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")


@SQLITE
def test_data_hold_the_applications_that_the_browser_has_proven(client, session, application, home):
    second = make_application(session, open_form(session, "second"))
    second.person_id, second.email = application.person_id, application.email
    session.commit()
    assert len(read(client, home)["applications"]) == 1
    prove(client, application.id, second.id)
    assert [one["posting"]["slug"] for one in read(client, home)["applications"]] == ["second", "trajectory"]


@SQLITE
def test_draft_is_in_it_when_its_link_went_to_the_same_address(client, session, application, posting, home):
    form = session.query(FormVersion).filter_by(posting_id=posting.id).one()
    for key, sent in (("a" * 16, NOW), ("b" * 16, None)):
        session.add(
            ApplicationDraft(
                key=key,
                posting_id=posting.id,
                form_version_id=form.id,
                email=application.email,
                locale="zh",
                fields=[["name", f"draft {key}"]],
                writer="w",
                created_at=NOW,
                changed_at=NOW,
                expires_at=NOW,
                link_sent_at=sent,
            )
        )
    session.commit()
    (draft,) = read(client, home)["drafts"]
    assert draft["fields"] == [{"name": "name", "value": f"draft {'a' * 16}"}]
