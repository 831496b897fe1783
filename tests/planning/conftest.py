"""What the tests of the interview plans share: a recruiter, a posting, and a signed-in reader of pages."""

from __future__ import annotations

import pytest

from tests.factories import make_posting, make_user
from tests.recruiter.worlds import sign_in


@pytest.fixture
def recruiter(session):
    return make_user(session)


@pytest.fixture
def posting(session, recruiter):
    return make_posting(session, recruiter)


@pytest.fixture
def browse(session, client, recruiter):
    """Give a caller that commits the prepared world, signs the recruiter in once, and reads pages in English."""
    session.commit()
    sign_in(client, recruiter)
    client.set_cookie("locale", "en")

    def get(address, expect=200):
        session.commit()
        answer = client.get(address)
        assert answer.status_code == expect, (address, answer.status_code)
        return answer.get_data(as_text=True)

    return get
