"""The progress bar counts on the server what the page marks as needed, in every way of filling in."""

from __future__ import annotations

import io

import pytest
from lxml import html
from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from screening.models import FormVersion
from screening.services.custom_questions import CustomQuestion, QuestionType, Wording, dump_question
from tests.candidate.forms import shown, with_file
from tests.candidate.test_drafts import PDF, SQLITE, opened, save

FILLINGS = {
    "nothing": lambda full: {},
    "name and consent": lambda full: {"name": "云小鹤", "consent": "y"},
    "all": lambda full: full,
    "ticks only": lambda full: {
        name: value for name, value in full.items() if "option" in name or name.endswith("-has")
    },
    "second school begun": lambda full: {"q1-entry1-institution": "云溪大学"},
    "other skill begun": lambda full: {"q5-other-name": "JAX"},
}


@pytest.mark.parametrize("filling", FILLINGS.values(), ids=FILLINGS)
@SQLITE
def test_progress_on_the_server_counts_what_the_page_marks(candidate, filling):
    full = candidate.fill()
    body = {**filling(full), "form_key": full["form_key"], "consent": full["consent"]}
    answer = save(candidate, with_file(body) if "name" in body else body, script=False)
    check_progress(opened(candidate, answer.location))


@SQLITE
def test_progress_counts_the_team_s_own_questions_and_their_files(candidate, session):
    form = session.scalars(select(FormVersion)).one()
    own = [
        CustomQuestion(id=f"c{number}", type=kind, label=Wording(zh="问", en="Why?"), needed=True)
        for number, kind in enumerate((QuestionType.SHORT, QuestionType.FILE, QuestionType.NUMBER), 1)
    ]
    form.questions = [*form.questions, *map(dump_question, own)]
    session.commit()
    candidate.client.set_cookie("locale", "en")
    key = shown(candidate.open())["form_key"][0]
    for more in ({}, {"c1-answer": "x"}, {"c2-answer": FileStorage(io.BytesIO(PDF), "own.pdf")}):
        answer = save(
            candidate,
            {"form_key": key, "draft_version": shown(candidate.open())["draft_version"][0], **more},
            script=False,
        )
        assert answer.status_code == 303
        page = opened(candidate, answer.location)
        check_progress(page)
    assert "own.pdf" in page


def check_progress(page):
    tree = html.fromstring(page)
    needed = [node for node in tree.xpath("//form[@data-saves]//*[@data-needed]") if is_seen(node)]
    filled = [node for node in needed if is_filled(node)]
    [bar] = tree.xpath("//progress")
    assert (int(bar.get("value")), int(bar.get("max"))) == (len(filled), len(needed))
    done = [item.xpath("./a/@href")[0][1:] for item in tree.xpath('//nav[@data-steps]//li[@class="done"]')]
    assert done == [
        section.get("id")
        for section in tree.xpath("//form[@data-saves]/section[.//h2]")
        if section.get("id") != "later" and is_complete(section)
    ]


def is_complete(section):
    needed = [node for node in section.xpath(".//*[@data-needed]") if is_seen(node)]
    return all(map(is_filled, needed)) if needed else bool(section.xpath(".//input[@checked]"))


def is_seen(node):
    """Tell whether a style sheet and a browser would show the input: no closed fold, no question without its tick."""
    for above in node.iterancestors():
        if above.tag == "details" and above.get("open") is None:
            return False
        if "more" in (above.get("class") or "").split() and not above.getparent().xpath("./label//input[@checked]"):
            return False
        if above.get("hidden") is not None:
            return False
    return True


def is_filled(node):
    if node.get("data-filled") is not None:
        return True
    if "choices" in (node.get("class") or "").split():
        return bool(node.xpath(".//input[@checked]"))
    if node.get("type") == "checkbox":
        return node.get("checked") is not None
    if node.tag == "select":
        return bool([value for value in node.xpath("./option[@selected]/@value") if value])
    return bool((node.get("value") or node.text or "").strip())
