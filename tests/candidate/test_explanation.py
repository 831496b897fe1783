"""The prescore in plain words: for the holder of the link alone, one sentence a criterion, nothing that staff or others know."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lxml import html
from sqlalchemy import delete, select

from rubrics.codec import dump_prescore, dump_rubric, load_prescore, load_rubric
from rubrics.prescore import Because, Quote, Result, Verdict
from screening.models import PrescoreFailure, RubricVersion, Stage, StoredPrescore
from screening.services.judging import change_verdict
from screening.web.candidate.explanation import contact_address, place_of, words_of
from screening.web.candidate.links import status_token
from tests.candidate.proof import prove
from tests.factories import NOW, make_application, make_user
from tests.recruiter.worlds import counted, score

HOSTILE = '<script>alert(1)</script> & "云"'
SENTENCES = {
    "k1": (Verdict.MET, "材料里有", "We found this in what you sent."),
    "k2": (Verdict.PARTLY, "材料里有一部分", "We found part of this in what you sent"),
    "r1": (Verdict.NOT_SHOWN, "没有找到", "that shows this; that is not a no."),
    "r2": (Verdict.CONTRADICTED, "待人核对", "seem to speak against it; a person checks"),
    "r4": (Verdict.FOR_INTERVIEW, "当面聊", "A conversation will show this"),
}
NEVER = ("评审人甲", "secret reason", "weight", " score", "%", "石小猴", "Knock-out")


@pytest.fixture
def application(session, posting):
    made = make_application(session, posting)
    score(session, made)
    session.commit()
    return made


@pytest.fixture
def address(app, application):
    with app.app_context():
        return f"/status/{status_token(application.id)}/explanation"


@pytest.fixture
def read(client, session, address, application):
    prove(client, application.id)

    def get(language="en"):
        session.commit()
        client.set_cookie("locale", language)
        answer = client.get(address)
        assert answer.status_code == 200
        return html.fromstring(answer.get_data(as_text=True)).xpath("//main")[0]

    return get


def points(page):
    """Give the text of each criterion's entry by its heading."""
    return {one.findtext(".//h3"): " ".join(one.text_content().split()) for one in page.xpath(".//ol/li")}


def rewrite(session, application, results):
    """Store these results, by criterion id, in place of the engine's."""
    stored = session.get_one(StoredPrescore, application.prescore_id)
    prescore = load_prescore(stored.result)
    stored.result = dump_prescore(
        prescore._replace(results=tuple(results.get(one.criterion, one) for one in prescore.results))
    )
    session.commit()


def words(session, application):
    """Give the criteria's own words by id."""
    version = session.scalars(select(RubricVersion).where(RubricVersion.posting_id == application.posting_id)).one()
    return {one.id: one for one in load_rubric(version.document).criteria}


def test_each_verdict_is_one_sentence_with_the_own_words(session, application, read):
    quote = Quote("resume", 0, 4, HOSTILE)
    rewrite(
        session,
        application,
        {
            ident: Result(
                ident,
                verdict,
                (quote, Quote("/availability/months", 0, 1, "4"), quote)
                if verdict in {Verdict.MET, Verdict.PARTLY, Verdict.CONTRADICTED}
                else (),
                Because("原因甲", "reason one"),
            )
            for ident, (verdict, _zh, _en) in SENTENCES.items()
        },
    )
    criteria = words(session, application)
    english, chinese = read(), read("zh")
    assert english.xpath(".//script") == []
    told, told_in_chinese = points(english), points(chinese)
    assert list(told) == [one.text for one in criteria.values()]
    for ident, (verdict, word, sentence) in SENTENCES.items():
        text = told[criteria[ident].text]
        assert sentence in text
        assert word in told_in_chinese[criteria[ident].text]
        quoted = verdict not in {Verdict.NOT_SHOWN, Verdict.FOR_INTERVIEW}
        assert text.count(HOSTILE) == (1 if quoted else 0)
        assert ("“4” your answers · Availability · Months" in text) is quoted
        assert ("reason one" in text) is (verdict is not Verdict.FOR_INTERVIEW)
    assert english.xpath(".//h2/text()")[:2] == ["What the role asks for", "What would be welcome as well"]
    assert "It has rejected nothing and decided nothing." in english.text_content()
    assert "程序只找依据，由人来决定。" in chinese.text_content()
    assert english.xpath("count(.//*[@id='ask'])") == 1


def test_changed_verdict_is_shown_as_read_by_a_person(session, posting, application, read):
    score(session, make_application(session, posting, name="石小猴"))
    criterion = words(session, application)["r2"]
    reader = make_user(session, name="评审人甲")
    before = points(read())[criterion.text]
    assert "“" in before
    said = set()
    for verdict in (*Verdict, None):
        change_verdict(
            session,
            application=application,
            criterion_key=criterion.key,
            verdict=verdict,
            reason="secret reason",
            actor_id=reader.id,
            now=NOW,
        )
        page = read()
        told = points(page)[criterion.text]
        assert [text for text in (*NEVER, reader.email) if text in page.text_content()] == []
        if verdict is None:
            assert told == before
        else:
            assert "read by a person A person has read your application on this point" in told
            assert "“" not in told
            said.add(told)
    assert len(said) == len(Verdict)


def test_what_cannot_be_explained_says_why(session, client, application, address, read):
    status = address.removesuffix("/explanation")
    link = f'href="{address}"'
    client.set_cookie("locale", "en")
    assert link in client.get(status).get_data(as_text=True)
    application.prescore_refused = True
    page = read()
    assert "a person reads it." in page.text_content()
    assert points(page) == {}
    assert link not in client.get(status).get_data(as_text=True)
    application.prescore_refused, application.prescore_id = False, None
    session.flush()
    session.execute(delete(StoredPrescore))
    assert "There is nothing to explain yet." in read().text_content()
    assert link not in client.get(status).get_data(as_text=True)
    version = session.scalars(select(RubricVersion.id)).one()
    session.add(
        PrescoreFailure(
            application_id=application.id,
            rubric_version_id=version,
            engine_version="1",
            message="secret reason",
            at=NOW,
        )
    )
    failed = read().text_content()
    assert "That is our fault, not yours" in failed
    assert "secret reason" not in failed
    application.stage = Stage.WITHDRAWN
    assert "before it was prescored" in read().text_content()


def test_page_opens_for_the_holder_of_the_link_only(app, client, application, address):
    prove(client, application.id)
    answer = client.get(address)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert client.post(address).status_code == 405
    token = address.split("/")[2]
    with app.app_context():
        nobody = status_token(999)
    for wrong in (token + "x", token[:-2], token.rsplit(".", 1)[0] + "." + "A" * 27, nobody, "1"):
        refused = client.get(f"/status/{wrong}/explanation")
        assert refused.status_code == 404
        assert "云小鹤" not in refused.get_data(as_text=True)


def test_many_criteria_take_no_more_queries(session, engine, application, read):
    read()
    with counted(engine) as few:
        assert len(points(read())) == 9
    version = session.scalars(select(RubricVersion)).one()
    rubric = load_rubric(version.document)
    more = [
        replace(one, id=f"{one.id}{turn}", key=f"{one.key}-{turn}", text=f"{one.text} {turn}")
        for turn in range(10, 30)
        for one in rubric.criteria
    ]
    version.document = dump_rubric(replace(rubric, criteria=(*rubric.criteria, *more)))
    session.commit()
    with counted(engine) as many:
        assert len(points(read())) == 189
    assert len(many) == len(few)


def test_places_and_addresses_are_told_in_words(app):
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert place_of(Quote("resume", 0, 1, "x")) == "your résumé"
        assert place_of(Quote("/statements/0/text", 0, 1, "x")) == "your answers · Answers to questions"
        assert place_of(Quote("/education/0/studyType", 0, 1, "x")) == "your answers · Education · Degree"
        assert place_of(Quote("/odd/0", 0, 1, "x")) == "your answers"
        assert words_of(Quote("/availability/on_site", 0, 4, "true")) == "Yes"
        assert words_of(Quote("resume", 0, 5, "false")) == "false"
    assert contact_address("jobs@example.com") == "jobs@example.com"
    assert [contact_address(sender) for sender in ("screening@localhost", "no-reply@example.com")] == [None, None]
