"""Where applications come from: links for referrers, sources, batches; shown by rights, filtered by a closed list, never scored."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict

from rubrics.codec import load_prescore
from screening.models import PostingMember, Referral, Role, StoredPrescore
from screening.services.referring import make_referral
from screening.web.recruiter.chosen import read_chosen
from tests.factories import NOW, make_application, make_posting, make_user
from tests.recruiter.worlds import score, sign_in

BATCH = "a-form-key-of-sixteen"


@pytest.fixture
def referral(session, posting, recruiter):
    return make_referral(session, posting=posting, referrer="卢静山", actor_id=recruiter.id, now=NOW)


@pytest.fixture
def batch(session, posting):
    """Give one candidate's applications to three postings; the reader has rights on the first and the third."""
    hidden = make_posting(session, slug="hidden")
    hidden.title = "别处的职位"
    third = make_posting(session, slug="third")
    third.title = "第三个职位"
    made = [make_application(session, one) for one in (hidden, posting, third)]
    for place, one in enumerate(made, 1):
        one.batch, one.preference, one.person_id = BATCH, place, made[0].person_id
    session.flush()
    return made


def test_link_is_made_counted_and_taken_back(session, client, browse, posting):
    address = f"/staff/postings/{posting.id}/links"
    assert "No link yet" in browse(address)
    answer = client.post(address, data={"referrer": " 卢静山 "})
    assert answer.status_code == 303
    page = browse(address)
    made = session.scalars(select(Referral)).one()
    assert (made.referrer, made.posting_id) == ("卢静山", posting.id)
    assert f"/roles/{posting.slug}?ref={made.code}" in page
    token = re.search(r'action="/staff/undo/([^"]+)"', page)
    assert token, page
    session.commit()
    assert client.post(f"/staff/undo/{token[1]}").status_code == 303
    assert session.scalar(select(func.count()).select_from(Referral)) == 0


def test_link_that_was_used_stays(session, client, browse, posting):
    address = f"/staff/postings/{posting.id}/links"
    browse(address)
    client.post(address, data={"referrer": "卢静山"})
    token = re.search(r'action="/staff/undo/([^"]+)"', browse(address))
    assert token
    make_application(session, posting).referral_id = session.scalars(select(Referral.id)).one()
    session.commit()
    client.post(f"/staff/undo/{token[1]}")
    page = browse(address)
    assert session.scalar(select(func.count()).select_from(Referral)) == 1
    assert f'href="/staff/postings/{posting.id}?stage=all&amp;source=ref-1"' in page.replace(
        "source=ref-1&amp;stage=all", "stage=all&amp;source=ref-1"
    )


def test_link_without_a_name_is_refused_beside_its_field(session, client, browse, posting):
    browse(f"/staff/postings/{posting.id}/links")
    answer = client.post(f"/staff/postings/{posting.id}/links", data={"referrer": " \x00 "})
    assert answer.status_code == 422
    assert 'id="referrer-error"' in answer.get_data(as_text=True)
    assert session.scalar(select(func.count()).select_from(Referral)) == 0


def test_hiring_manager_sees_links_and_makes_none(session, client, posting):
    manager = make_user(session, Role.HIRING_MANAGER)
    posting_of = make_posting(session, manager, slug="managed")
    session.commit()
    sign_in(client, manager)
    client.set_cookie("locale", "en")
    page = client.get(f"/staff/postings/{posting_of.id}/links")
    assert page.status_code == 200
    assert "Make a link" not in page.get_data(as_text=True)
    assert client.post(f"/staff/postings/{posting_of.id}/links", data={"referrer": "x"}).status_code == 403
    assert client.get(f"/staff/postings/{posting.id}/links").status_code == 404


def test_referrer_on_the_staff_sees_nothing_of_the_candidate(session, client, posting, referral):
    application = make_application(session, posting)
    application.referral_id, application.source = referral.id, "referral"
    referrer = make_user(session, Role.INTERVIEWER, name=referral.referrer)
    session.commit()
    sign_in(client, referrer)
    for address in (f"applications/{application.id}", f"postings/{posting.id}", f"postings/{posting.id}/links"):
        assert client.get(f"/staff/{address}").status_code in {403, 404}


def test_application_says_its_source_its_referrer_and_the_candidates_words(session, browse, posting, referral):
    application = make_application(session, posting)
    application.referral_id, application.source, application.heard = referral.id, "referral", "在 <b>论坛</b> 上"
    page = browse(f"/staff/applications/{application.id}")
    assert "Referral · Referred by 卢静山" in page
    assert "Heard of the role: 在 &lt;b&gt;论坛&lt;/b&gt; 上" in page


def test_pipeline_shows_by_source_and_referrer_what_is_on_the_list(session, browse, posting, referral):
    for name, source, referred in (("甲", "campus", None), ("乙", "referral", referral.id), ("丙", "fair-2027", None)):
        one = make_application(session, posting, name=name)
        one.source, one.referral_id = source, referred
    address = f"/staff/postings/{posting.id}"

    def shown(source):
        page = browse(f"{address}?source={source}")
        return [name for name in "甲乙丙" if f">{name}</a>" in page]

    assert shown("campus") == ["甲"]
    assert shown("other") == ["丙"]
    assert shown(f"ref-{referral.id}") == ["乙"]
    assert shown("ref-99") == []
    for nonsense in ("fair-2027", "'; --", "ref-9999999999999", "ref-²"):
        assert shown(nonsense) == ["甲", "乙", "丙"]
        assert read_chosen(MultiDict({"source": nonsense})).source == ""
    assert "Referred by 卢静山" in browse(f"{address}/filter")


def test_batch_is_shown_with_links_by_rights_only(session, browse, recruiter, posting, batch):
    hidden, own, third = batch
    page = browse(f"/staff/applications/{own.id}")
    assert "2nd choice of 3" in page
    assert "别处的职位" not in page
    assert "第三个职位" not in page
    session.add(PostingMember(posting_id=third.posting_id, user_id=recruiter.id))
    page = browse(f"/staff/applications/{own.id}")
    assert f'href="/staff/applications/{third.id}"' in page
    assert f'href="/staff/applications/{hidden.id}"' not in page
    assert "2nd choice of 3" in browse(f"/staff/postings/{posting.id}")
    assert "2nd choice of 3" in browse(f"/staff/postings/{posting.id}?view=board")


def test_preference_and_origin_touch_no_score(session, posting, batch, referral):
    plain = make_application(session, posting)
    chosen = batch[1]
    chosen.source, chosen.referral_id, chosen.heard = "referral", referral.id, "nvidia python pytorch"
    score(session, plain)
    score(session, chosen)
    first, second = (
        load_prescore(one.result) for one in session.scalars(select(StoredPrescore).order_by(StoredPrescore.id))
    )
    assert (first.score, first.results) == (second.score, second.results)
    assert plain.rank_score == chosen.rank_score
