"""The list's filter on its pages: what an address says, the form, the chips, odd values, both ways of paging, and how many queries it takes."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from random import Random
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from rubrics.prescore import Verdict
from screening.models import Application, RubricVersion, Stage, Tag
from screening.queries import pipeline
from screening.queries.pipeline_filter import NOBODY, Sort
from screening.web.recruiter.chosen import Chosen, read_address, read_chosen
from tests.factories import NOW, make_application
from tests.recruiter.filtered import make_filtered, some_filter
from tests.recruiter.worlds import counted, own_engine, sign_in
from tests.verdict_words import give_verdicts

CHIP = re.compile(r'<a class="chip on[^"]*" href="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)
MOST = 12


def names_in(page):
    return re.findall(r'<a class="name" href="[^"]*">([^<]*)</a>', page)


def chips_in(page):
    return {re.sub(r"<[^>]*>", "", text).strip(): unescape(link) for link, text in CHIP.findall(page)}


@pytest.fixture
def judged(session, posting):
    """Three candidates with known verdicts on the publication and the framework."""
    rows = {"甲": (80, "n", "m"), "乙": (60, "m", "n"), "丙": (40, "p", "m")}
    for name, (points, framework, publication) in rows.items():
        one = make_application(session, posting, name=name)
        one.rank_score, one.gates = points / 101, "pass"
        give_verdicts(session, one, f"1:mmmmm{framework}i{publication}-")
    return rows


def test_several_verdicts_score_and_city_at_once(browse, posting, judged):
    address = f"/staff/postings/{posting.id}"
    both = f"{address}?v=publication-12:met&v=tool-8:not_shown"
    assert names_in(browse(both)) == ["甲"]
    assert names_in(browse(f"{address}?v=publication-12:met,partly")) == ["甲", "丙"]
    assert names_in(browse(f"{address}?low=60&high=79")) == ["乙"]
    assert names_in(browse(f"{address}?low=60")) == ["甲", "乙"]
    assert names_in(browse(f"{address}?high=60&city=shanghai")) == ["乙", "丙"]
    assert names_in(browse(f"{address}?city=beijing")) == []
    page = browse(f"{both}&low=10&city=shanghai")
    chips = chips_in(page)
    assert list(chips) == [
        "B1 在 CCF B 类以上会议发表过论文。: Met",
        "R3 熟悉 PyTorch、TensorFlow 等框架。: Not shown",
        "Prescore ≥ 10",
        "Shanghai",
    ]
    assert names_in(browse(chips["R3 熟悉 PyTorch、TensorFlow 等框架。: Not shown"])) == ["甲", "丙"]
    left = dict(parse_qsl(urlsplit(chips["Prescore ≥ 10"]).query))
    assert "low" not in left
    assert left["city"] == "shanghai"


def test_the_form_sends_what_it_shows(browse, posting, judged):
    """What is chosen stands in the form, which gives the same filter when it is sent as it is."""
    address = f"/staff/postings/{posting.id}"
    query = "stage=interview&stage=applied&v=publication-12:met&v=tool-8:not_shown,contradicted&low=10&high=90&city=shanghai"
    query += "&gates=pass&days=3&overdue=1&owner=none&source=other&q=云&sort=newest&view=board"
    wanted = read_chosen(MultiDict(parse_qsl(query)))
    page = browse(f"{address}/filter?{query}")
    assert fields_of(page.partition('<form class="narrow-form')[2]) == wanted.written()
    fragment = browse(f"{address}/filter?{query}")
    assert "<h1>" in fragment


def fields_of(form):
    """Read what a browser would send, as the filter that it means."""
    form = form.partition("</form>")[0]
    sent = []
    for tag in re.findall(r"<input [^>]*>", form):
        found = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if found.get("type") != "checkbox" or " checked" in tag:
            sent.append((found["name"], unescape(found["value"])))
    for name, options in re.findall(r'<select [^>]*name="(\w+)">(.*?)</select>', form, re.DOTALL):
        picked = re.search(r'<option value="([^"]*)" selected>', options) or re.search(r'value="([^"]*)"', options)
        sent.append((name, unescape(picked[1])))
    return read_chosen(MultiDict(sent)).written()


def test_odd_values_are_told_and_left_out(browse, posting, judged):
    address = f"/staff/postings/{posting.id}"
    page = browse(f"{address}?low=abc&high=101&days=-3")
    assert names_in(page) == ["甲", "乙", "丙"]
    for told in ("“abc” is no whole score", "“101” is no whole score", "“-3” is no whole number of days"):
        assert told in page
    assert "No score lies within 80–20" in browse(f"{address}?low=80&high=20")
    assert names_in(browse(f"{address}?low=６０")) == ["甲", "乙"]
    assert 'role="alert"' not in browse(f"{address}?low=0&high=100&days=0")
    hostile = (
        "?v=x&v=:met&v=k:maybe&tag=abc&tag=-1&owner=9e9&interviewer=99999999999&stage=x&gates=y&sort=z&source=q&city="
    )
    page = browse(address + hostile)
    assert names_in(page) == ["甲", "乙", "丙"]
    assert chips_in(page) == {}
    assert "<script>" not in browse(f"{address}?low=<script>&q=<script>&city=<script>&v=<script>:met")


def test_what_is_gone_is_told(browse, posting, judged):
    page = browse(f"/staff/postings/{posting.id}?v=no_such_key:met&tag=77&owner=78")
    assert names_in(page) == []
    assert "Nobody can fit, for this is gone by now: no_such_key: Met, Tag: #77, Owner: #78" in page
    assert len(chips_in(page)) == 3


def test_verdicts_of_an_earlier_rubric_version_do_not_count(session, browse, posting, judged):
    version = session.scalars(select(RubricVersion).where(RubricVersion.posting_id == posting.id)).one()
    version.number = 2
    one = session.scalars(select(Application).where(Application.name == "丙")).one()
    give_verdicts(session, one, f"2{one.verdicts[1:]}")
    assert names_in(browse(f"/staff/postings/{posting.id}?v=publication-12:met")) == ["丙"]


def test_pages_lead_forth_and_back(session, browse, posting, monkeypatch):
    monkeypatch.setattr(pipeline, "PAGE", 3)
    for number in range(8):
        make_application(session, posting, name=f"云小{number}")
    address, shown = f"/staff/postings/{posting.id}?sort=newest", []
    page = browse(address)
    while True:
        shown.append(names_in(page))
        if not (forth := re.search(r'<a href="([^"]*)" rel="next">', page)):
            break
        page = browse(unescape(forth[1]))
    assert [len(names) for names in shown] == [3, 3, 2]
    for expected in (shown[1], shown[0]):
        page = browse(unescape(re.search(r'<a href="([^"]*)" rel="prev">', page)[1]))
        assert names_in(page) == expected
    assert 'rel="prev"' not in page
    assert names_in(browse(f"{address}&before=x&id=1&seen=9")) == shown[0]


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_one_choice_has_one_address(data):
    chosen = Chosen(
        at=NOW,
        groups=read_chosen(
            MultiDict([("stage", one) for one in data.draw(st.lists(st.sampled_from(list(Stage))))])
        ).groups,
        gates=data.draw(st.sampled_from(["", "pass", "below", "unknown"])),
        text=data.draw(st.sampled_from(["", "云 小鹤", "a&b=c", "＃%"])),
        sort=data.draw(st.sampled_from(list(Sort))),
        view=data.draw(st.sampled_from(["table", "board"])),
        source=data.draw(st.sampled_from(["", "campus", "other", "ref-7"])),
        verdicts=tuple(
            sorted(data.draw(st.sets(st.tuples(st.sampled_from(["a", "b:c", "钥匙"]), st.sampled_from(list(Verdict))))))
        ),
        lowest=data.draw(st.sampled_from([None, 0, 40])),
        highest=data.draw(st.sampled_from([None, 40, 100])),
        cities=tuple(sorted(data.draw(st.sets(st.sampled_from(["beijing", "唐山", "new york"]))))),
        tags=tuple(sorted(data.draw(st.sets(st.integers(1, 99), max_size=5)))),
        days=data.draw(st.sampled_from([None, 0, 5])),
        overdue=data.draw(st.booleans()),
        interviewer=data.draw(st.sampled_from([None, 3])),
        owner=data.draw(st.sampled_from([None, NOBODY, 4])),
    )
    read = read_address(chosen.written())
    assert replace(read, at=NOW) == chosen
    assert read.written() == chosen.written()


@pytest.mark.parametrize("view", ["table", "board"])
def test_no_filter_takes_more_queries_than_a_list_may(app, session, view):
    world = make_filtered(session, number=30, random=Random(5))
    session.commit()
    client, random = sign_in_as(app, world.reader), Random(6)
    most = replace(some_filter(world, random), gates="pass", text="云", tags=world.tags[:1], owner=world.owner.id)
    most = replace(most, source=f"ref-{world.referral}", verdicts=((world.keys[0], Verdict.MET),), overdue_at=NOW)
    for one in (most, *(some_filter(world, random) for _ in range(12))):
        address = f"/staff/postings/{world.posting.id}?{written(one, view)}"
        assert client.get(address).status_code == 200, address
        with counted(own_engine(app)) as statements:
            client.get(address)
        asked = [said for said in statements if not said.startswith(("BEGIN", "PRAGMA"))]
        assert 4 < len(asked) <= MOST, (address, asked)


def sign_in_as(app, user):
    client = app.test_client()
    sign_in(client, user)
    return client


def written(one, view):
    return Chosen(
        at=NOW,
        groups=read_chosen(MultiDict([("stage", stage.value) for stage in one.stages])).groups,
        view=view,
        gates=one.gates,
        text=one.text,
        sort=one.sort,
        source=one.source,
        verdicts=one.verdicts,
        lowest=one.lowest,
        highest=one.highest,
        cities=one.cities,
        tags=one.tags,
        days=3 if one.waiting_since else None,
        overdue=bool(one.overdue_at),
        interviewer=one.interviewer,
        owner=one.owner,
    ).written()


def test_names_of_tags_and_people_stand_in_chips(session, browse, posting, recruiter):
    tag = Tag(name="校招", key="校招")
    session.add(tag)
    session.flush()
    page = browse(
        f"/staff/postings/{posting.id}?tag={tag.id}&owner={recruiter.id}&interviewer={recruiter.id}&days=5&overdue=1"
    )
    assert list(chips_in(page)) == [
        "Tag: 校招",
        "In stage for more than 5 days",
        "Overdue",
        f"Interviewer: {recruiter.name}",
        f"Owner: {recruiter.name}",
    ]
