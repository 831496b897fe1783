"""The rubric editor without a script: what its pages show and what their forms do, on both databases."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from werkzeug.datastructures import MultiDict

from rubrics.codec import dump_rubric, load_rubric
from rubrics.model import AnyOf, AssessedBy, Level, SkillAsk
from screening.models import PostingState, Role, RubricState
from screening.services.drafting import save_rubric, version_in
from screening.services.rubric_edits import criterion_of, remove, reword, set_anchors, weigh
from tests.factories import NOW, make_posting, make_user
from tests.recruiter.worlds import sign_in


class Form(HTMLParser):
    """Collect the fields of a page's main form as a browser would send them."""

    def __init__(self, page):
        super().__init__()
        self.fields = MultiDict()
        self.inside = self.choice = self.text = None
        self.feed(page)

    def handle_starttag(self, tag, pairs):
        has = dict(pairs)
        if tag == "form" and ("data-keep" in has or "data-guard" in has):
            self.inside = True
        if not self.inside or (tag != "option" and not has.get("name")):
            return
        ticked = has.get("type") not in {"radio", "checkbox"} or "checked" in has
        if tag == "input" and ticked:
            self.fields.add(has["name"], has.get("value", ""))
        elif tag == "select":
            self.choice = has["name"]
        elif tag == "option" and self.choice and "selected" in has:
            self.fields.add(self.choice, has.get("value", ""))
        elif tag == "textarea":
            self.text = has["name"]
            self.fields[self.text] = ""

    def handle_data(self, data):
        if self.text:
            self.fields[self.text] += data

    def handle_endtag(self, tag):
        if tag == "form":
            self.inside = None
        if tag == "select":
            self.choice = None
        if tag == "textarea":
            self.text = None


@pytest.fixture
def recruiter(session):
    return make_user(session)


@pytest.fixture
def posting(session, recruiter):
    return make_posting(session, recruiter, state=PostingState.DRAFT)


@pytest.fixture
def editor(session, client, recruiter, posting):
    """Give a caller for the editor's pages: ``editor(path)`` reads, ``editor(path, act, fields)`` fills in the form that stands there."""
    session.commit()
    sign_in(client, recruiter)
    client.set_cookie("locale", "en")

    def visit(path="", act=None, fields=None, page=None, expect=303):
        session.commit()
        address = f"/staff/postings/{posting.id}/rubric{path}"
        if page is None:
            answer = client.get(address)
            assert answer.status_code == 200, answer.status_code
            page = answer.get_data(as_text=True)
        if act is None:
            return page
        sent = Form(page).fields
        for name, value in (fields or {}).items():
            sent.poplist(name)
            for one in value if isinstance(value, list) else [value]:
                if one is not None:
                    sent.add(name, one)
        sent["act"] = act
        session.commit()
        answer = client.post(address.partition("?")[0], data=sent)
        session.expire_all()
        assert answer.status_code == expect, (answer.status_code, answer.get_data(as_text=True)[:300])
        return answer.headers["Location"] if expect == 303 else answer.get_data(as_text=True)

    return visit


def rubric_of(session, posting):
    return load_rubric(version_in(session, posting, RubricState.DRAFT).document)


def ids(session, posting):
    return [criterion.id for criterion in rubric_of(session, posting).criteria]


def undo(session, client, page):
    session.commit()
    token = re.search(r'action="(/staff/undo/[^"]+)"', page).group(1)
    assert client.post(token).status_code == 303


def test_a_form_sent_as_it_stands_changes_nothing(session, posting, editor):
    before = rubric_of(session, posting)
    for criterion in before.criteria[3:]:
        editor(f"/criteria/{criterion.id}", "save")
    assert "Nothing was changed." in editor()
    assert rubric_of(session, posting) == before


def test_the_text_names_its_criteria_word_by_word(editor):
    page = editor()
    assert (
        '<span data-c="K2" class="w">北京市、上海市</span><span data-c="K1" class="w">硕士研究生及以上</span>' in page
    )
    assert 'href="/staff/postings/1/rubric/add?line=4"' in page
    assert 'class="w on">熟悉 C++ 或 Python。</span>' in editor("/criteria/r2")


def test_a_criterion_is_edited_step_by_step_and_taken_back(session, client, posting, editor):
    page = editor("/criteria/r2", "add:0", {"rule-0.0-level": "expert"}, expect=200)
    assert "Skill or topic" in page
    assert "data-focus" in page
    wrong = editor("/criteria/r2", "save", {"rule-0.2-term": "Pyhton", "text": " "}, page=page, expect=422)
    assert "“Pyhton” is not in the lexicon. Do you mean “Python”?" in wrong
    assert 'href="#rule-0.2-term"' in wrong
    assert "A criterion needs words." in wrong
    before = rubric_of(session, posting)
    fields = {
        "rule-0.2-term": "Rust",
        "text": "熟悉 C++、Python 或 Rust。",
        "kind": "b",
        "judged": "both",
        "weight": "2.5",
    }
    preview = editor("/criteria/r2", "preview", fields, page=wrong, expect=200)
    assert "C++ · expert" in preview
    assert rubric_of(session, posting) == before
    assert editor("/criteria/r2", "save", fields, page=wrong).endswith("#c-b3")
    saved = criterion_of(rubric_of(session, posting), "b3")
    assert saved.rule == AnyOf((SkillAsk("cpp", Level.EXPERT), SkillAsk("python"), SkillAsk("rust")))
    assert (saved.weight, saved.assessed_by, saved.gate) == (2.5, AssessedBy.BOTH, False)
    undo(session, client, editor())
    assert rubric_of(session, posting) == before


@pytest.mark.parametrize(
    ("kind", "field"), [("publication", "rank"), ("availability", "months"), ("location", "cities")]
)
def test_a_changed_kind_shows_its_own_fields(editor, kind, field):
    page = editor("/criteria/r2", "kind:0.1", {"rule-0.1-kind": kind}, expect=200)
    assert f'name="rule-0.1-{field}"' in page
    assert f'name="rule-0.1-was" value="{kind}"' in page


def test_two_who_edit_one_criterion_lose_nothing(session, posting, recruiter, editor):
    page = editor("/criteria/r2")
    other = make_user(session, Role.ADMIN, name="何以然")
    rubric = weigh(reword(rubric_of(session, posting), "r2", "别人的字"), "r2", 4)
    who = {"revision": 1, "change": "edit:r2", "actor_id": other.id, "now": NOW}
    save_rubric(session, posting=posting, rubric=rubric, **who)
    mine = {"text": "我的字", "rule-0.1-term": "半个词"}
    conflict = editor("/criteria/r2", "save", mine, page=page, expect=409)
    assert "何以然 saved this rubric while you were editing." in conflict
    assert "Stored now: 别人的字" in conflict
    kept = Form(conflict).fields
    assert (kept["text"], kept["rule-0.1-term"], kept["weight"], kept["revision"]) == ("我的字", "半个词", "4", "2")
    editor("/criteria/r2", "save", {"rule-0.1-term": "Python"}, page=conflict)
    saved = criterion_of(rubric_of(session, posting), "r2")
    assert (saved.text, saved.weight) == ("我的字", 4)
    who |= {"revision": 3, "change": "remove:r2"}
    save_rubric(session, posting=posting, rubric=remove(rubric_of(session, posting), "r2"), **who)
    gone = editor("/criteria/r2", "save", {"text": "第三稿"}, page=conflict, expect=409)
    assert "This criterion is gone" in gone
    assert "第三稿" in gone


def test_two_who_edit_the_rubric_keep_each_other_s_changes(session, posting, recruiter, editor):
    page = editor()
    rubric = remove(reword(rubric_of(session, posting), "r1", "别人的字"), "r2")
    save_rubric(session, posting=posting, rubric=rubric, revision=1, change="save", actor_id=recruiter.id, now=NOW)
    conflict = editor("", "save", {"text-r3": "我的字", "text-r2": "写了一半"}, page=page, expect=409)
    kept = Form(conflict).fields
    assert (kept["text-r1"], kept["text-r3"]) == ("别人的字", "我的字")
    assert "R2 is gone. You had typed: 写了一半" in conflict
    editor("", "save", page=conflict)
    texts = {one.id: one.text for one in rubric_of(session, posting).criteria}
    assert (texts["r1"], texts["r3"], "r2" in texts) == ("别人的字", "我的字", False)


def test_a_line_becomes_a_criterion_after_its_reading_was_seen(session, client, posting, editor):
    page = editor("/add?line=7")
    assert "C++ · familiar" in page
    for act, fields, expect in (("add", {"take-0": None}, 422), ("read", {"words": "精通 Python"}, 200)):
        page = editor("/add?line=7", act, fields, page=page, expect=expect)
    assert "Choose at least one." not in page
    assert "Python · expert" in page
    editor("/add?line=7", "add", {"kind-0": "b"}, page=page)
    added = criterion_of(rubric_of(session, posting), "b3")
    assert (added.text, added.rule, added.lines.first) == ("精通 Python", SkillAsk("python", Level.EXPERT), 7)
    assert "No line is chosen yet" in editor("/add?line=99")
    editor("/add?line=4", "add")
    assert ids(session, posting)[-4:] == ["r5", "b1", "b2", "b3"]
    undo(session, client, editor())
    assert "r5" not in ids(session, posting)


def test_what_was_removed_waits_beside_its_line(session, posting, editor):
    editor("", "remove:r2")
    page = editor()
    assert "Left out" in page
    editor("", "back:r2", page=page)
    assert ids(session, posting)[3:7] == ["r1", "r2", "r3", "r4"]
    assert "Left out" not in editor()
    editor("", "back:r2", expect=422)


def test_criteria_are_split_joined_grouped_and_ordered(session, posting, editor):
    split = editor("/criteria/r2/split")
    assert Form(split).fields["parts"].strip().splitlines() == ["C++", "Python"]
    assert "Write at least two parts" in editor("/criteria/r2/split", "split", {"parts": "C++"}, expect=422)
    preview = editor("/criteria/r2/split", "preview", {"parts": "C++\r\n精通 Python"}, expect=200)
    assert "Python · expert" in preview
    assert editor("/criteria/r2/split", "split").endswith("#c-r5")
    assert ids(session, posting)[3:8] == ["r1", "r5", "r6", "r3", "r4"]
    assert "one is enough with R6" in editor()
    editor("", "ungroup:r5")
    assert "Choose at least two criteria." in editor("/criteria/r5/join", "join", expect=422)
    preview = editor("/criteria/r5/join", "preview", {"with": ["r6", "r3"], "how": "all"}, expect=200)
    assert "All of these:" in preview
    assert editor("/criteria/r5/join", "join", {"with": ["r6"], "how": "any"}).endswith("#c-r7")
    editor("/criteria/b1/join", "join", {"with": ["b2"], "how": "group"})
    editor("", "down:r1")
    editor("", "order:r4:r3:r1:r7")
    assert ids(session, posting)[3:7] == ["r4", "r3", "r1", "r7"]
    editor("", "order:r4:r3", expect=422)
    page = editor("/criteria/r7/join")
    editor("", "up:r3")
    assert "Nothing was joined." in editor("/criteria/r7/join", "join", {"with": ["r3"]}, page=page, expect=409)
    assert "Nothing was split." in editor("/criteria/r7/split", "split", {"revision": "1"}, expect=409)


def test_anchors_start_from_the_category_and_are_shared_by_key(session, client, recruiter, posting, editor):
    mine = make_posting(session, recruiter, slug="mine", state=PostingState.DRAFT)
    make_posting(session, slug="foreign", state=PostingState.DRAFT)
    page = editor("/criteria/r2")
    assert "in 1 other draft" in page
    four = {f"anchor-{number}": f"第 {number} 档" for number in range(1, 5)}
    editor("/criteria/r2", "save", {**four, "share": "yes"}, page=page)
    for one in (posting, mine):
        assert criterion_of(rubric_of(session, one), "r2").anchors.texts[3] == "第 4 档"
    page = editor()
    assert "The anchors went to 1 other draft." in page
    undo(session, client, page)
    assert criterion_of(rubric_of(session, mine), "r2").anchors is None
    anchored = set_anchors(rubric_of(session, mine), "r2", ("甲", "乙", "丙", "丁"))
    version_in(session, mine, RubricState.DRAFT).document = dump_rubric(anchored)
    page = editor("/criteria/r2", "borrow", expect=200)
    assert Form(page).fields["anchor-1"] == "甲"
    again = editor("/criteria/r2", "anchors", page=page, expect=200)
    assert Form(again).fields["anchor-1"] != "甲"
    assert "Say what this rating looks like." in editor(
        "/criteria/r2", "save", {"anchor-2": ""}, page=again, expect=422
    )


def test_the_draft_goes_back_to_before_any_of_its_saves(session, client, posting, editor):
    first = rubric_of(session, posting)
    assert "Nothing was saved yet" in editor("/history")
    editor("", "remove:r2")
    editor("", "gate:r3")
    page = editor("/history")
    assert "R3 made a knock-out" in page
    assert f'href="/staff/postings/{posting.id}/rubric/compare?from=1.2&amp;to=1"' in page
    address = f"/staff/postings/{posting.id}/rubric/history"
    session.commit()
    assert client.post(address, data={"revision": "2", "to": "1"}).status_code == 409
    assert client.post(address, data={"revision": "3", "to": "x"}).status_code == 404
    assert client.post(address, data={"revision": "3", "to": "1"}).status_code == 303
    session.expire_all()
    assert rubric_of(session, posting) == first
    undo(session, client, editor())
    assert "r2" not in ids(session, posting)


def test_only_those_with_a_right_on_the_posting_edit_it(session, app, posting):
    manager = make_user(session, Role.HIRING_MANAGER)
    managed = make_posting(session, manager, slug="managed")
    stranger = make_user(session)
    session.commit()
    for user, one, seen, done in ((manager, managed, 403, 403), (stranger, posting, 404, 404)):
        client = app.test_client()
        sign_in(client, user)
        head = f"/staff/postings/{one.id}/rubric"
        for path in ("/criteria/r2", "/criteria/r2/split", "/criteria/r2/join", "/add"):
            assert client.get(head + path).status_code == seen, path
            assert client.post(head + path, data={"act": "save", "revision": "0"}).status_code == done, path
        assert client.get(f"{head}/history").status_code == (200 if user is manager else 404)
        assert client.post(f"{head}/history", data={"to": "1", "revision": "0"}).status_code == done
