"""A posting with the form that its rubric makes, and a candidate who opens, fills in and sends it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse, encode_multipart

from rubrics.codec import dump_rubric
from rubrics.model import FieldAsk, Rubric
from screening.models import FormVersion, Posting, PostingState, RubricVersion
from screening.services.forming import questions_for
from tests.candidate.forms import filled, with_file
from tests.factories import make_posting, make_rubric


class Candidate:
    """Somebody with a browser, in English so that messages can be read in tests."""

    def __init__(self, client: FlaskClient, slug: str) -> None:
        self.client = client
        self.address = f"/roles/{slug}/apply"
        client.set_cookie("locale", "en")

    def open(self) -> str:
        """Open the form."""
        answer = self.client.get(self.address)
        assert answer.status_code == 200
        return answer.get_data(as_text=True)

    def fill(self, **changes: Any) -> dict[str, Any]:
        """Fill in everything but the résumé."""
        return {**filled(self.open(), start=soon()), **changes}

    def send(self, body: Mapping[str, Any]) -> TestResponse:
        """Send the form as browsers do."""
        boundary, content = encode_multipart(body)
        return self.client.post(self.address, data=content, content_type=f"multipart/form-data; boundary={boundary}")

    def apply(self, **changes: Any) -> TestResponse:
        """Open, fill in and send with a résumé."""
        return self.send(with_file(self.fill(**changes)))


def soon() -> str:
    """Give a day a week from now, which forms take as a first day."""
    return (datetime.now(UTC) + timedelta(days=7)).date().isoformat()


def rubric_of_terms(slug: str) -> Rubric:
    """Give the rubric of the factories with fields of study that the lexicon knows."""
    rubric = make_rubric(slug)
    known = FieldAsk(("field_cs", "field_automation"), related=True)
    criteria = [replace(one, rule=known) if isinstance(one.rule, FieldAsk) else one for one in rubric.criteria]
    return replace(rubric, criteria=tuple(criteria))


def open_form(session: Session, slug: str = "trajectory", state: PostingState = PostingState.OPEN) -> Posting:
    """Make a posting whose form asks what its rubric does."""
    posting = make_posting(session, slug=slug, state=state)
    rubric = rubric_of_terms(slug)
    form = session.scalars(select(FormVersion).where(FormVersion.posting_id == posting.id)).one()
    form.questions = questions_for(rubric)
    session.get_one(RubricVersion, form.rubric_version_id).document = dump_rubric(rubric)
    session.commit()
    return posting


@pytest.fixture
def posting(session: Session) -> Posting:
    """Give the open posting; everything is committed, so that pages can write."""
    return open_form(session)


@pytest.fixture
def candidate(client: FlaskClient, posting: Posting) -> Candidate:
    """Give a candidate for the posting."""
    return Candidate(client, posting.slug)
