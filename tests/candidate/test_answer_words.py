"""What was chosen from a list is told in the reader's language, whichever language the form was filled in; own words stay."""

from __future__ import annotations

import pytest

from screening.forms import answers, entries
from screening.models import Answer
from screening.web.candidate.answer_words import CHOSEN, said
from screening.web.candidate.links import status_token
from tests.candidate.proof import prove
from tests.factories import make_application


def test_every_choice_of_the_form_has_its_label():
    for field, stored, labels in (
        ("studyType", answers.DEGREES, entries.DEGREES),
        ("level", answers.LEVELS, entries.LEVELS),
        ("status", answers.PAPER_STATES, entries.PAPER_STATES),
    ):
        assert set(stored) == set(labels)
        assert set(CHOSEN[field]) == {word for pair in stored.values() for word in pair}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("language", "words", "others"),
    [
        ("en", ("Master’s", "proficient", "accepted"), ("硕士", "掌握", "已录用")),
        ("zh", ("硕士", "掌握", "已录用"), ("Master",)),
    ],
)
def test_status_page_tells_choices_in_the_readers_language(app, client, session, posting, language, words, others):
    made = make_application(session, posting)
    for answer in session.query(Answer).filter(Answer.application_id == made.id, Answer.field != "basics"):
        session.delete(answer)
    session.flush()
    chosen = {
        "education": [{"institution": "云溪大学", "studyType": "Master" if language == "zh" else "硕士"}],
        "skills": [{"name": "Python", "level": "proficient" if language == "zh" else "掌握", "example": "own words"}],
        "publications": [{"name": "A paper", "status": "accepted" if language == "zh" else "已录用"}],
    }
    session.add_all(Answer(application_id=made.id, field=field, value=value) for field, value in chosen.items())
    session.commit()
    with app.app_context():
        address = f"/status/{status_token(made.id)}"
    client.set_cookie("locale", language)
    prove(client, made.id)
    page = client.get(address).get_data(as_text=True)
    for word in (*words, "own words", "云溪大学"):
        assert word in page
    for word in others:
        assert word not in page.partition('id="sent-h"')[2].partition("</section>")[0]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_own_words_stay_as_they_were_typed(app):
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert said("studyType", "MBA") == "MBA"
        assert said("name", "硕士") == "硕士"
        assert said("level", ["掌握"]) == ["掌握"]
        assert said("studyType", "博士") == "Doctorate"
