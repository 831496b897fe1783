"""Input that is refused: a message beside its field, in words, and nothing that was typed is lost."""

from __future__ import annotations

import re

import pytest
from lxml import html
from sqlalchemy import select

from screening.models import Answer, Application, FormVersion
from tests.candidate.forms import inputs_of, plain_body, shown, with_file

CASES = [  # ending of the input's name, what is typed, what is said
    ("name", "", "Enter your name."),
    ("name", "   ", "Enter your name."),
    ("name", "x" * 121, "Use at most 120 characters."),
    ("email", "", "Enter your e-mail address."),
    ("email", "nobody", "Enter an e-mail address such as name@example.com."),
    ("email", "a@b", "Enter an e-mail address"),
    ("email", "a b@example.com", "Enter an e-mail address"),
    ("email", "a@example.com, b@example.com", "Enter an e-mail address"),
    ("phone", "", "Enter your phone number."),
    ("phone", "call me", "Enter a phone number"),
    ("phone", "12345", "Enter a phone number"),
    ("link0", "javascript:alert(1)", "Enter a web address"),
    ("link0", "not a link", "Enter a web address"),
    ("link0", "https://[::1", "Enter a web address"),
    ("entry0-institution", "", "Enter the school."),
    ("entry0-degree", "", "Choose the degree."),
    ("entry0-degree", "wizard", "Not a valid choice"),
    ("entry0-area", "", "Enter the field of study."),
    ("entry0-end", "", "Enter when you finished or will finish."),
    ("entry0-end", "soon", "Enter a year and month such as 2027-06."),
    ("entry0-end", "2027-13", "Enter a year and month"),
    ("entry0-end", "2020-06", "The end is before the start."),
    ("q2-start", "", "Enter the first day on which you can start."),
    ("q2-start", "31 February", "Enter a date such as"),
    ("q2-start", "2019-01-01", "Choose a day from today on"),
    ("q2-months", "", "Enter a number of months"),
    ("q2-months", "three", "Enter a number of months"),
    ("q2-months", "-3", "Enter a number of months"),
    ("q2-months", "999999", "Enter a number of months"),
    ("q2-days_per_week", "8", "Enter a number of days from 1 to 7."),
    ("q3-chosen", [], "Choose the cities in which you can work."),
    ("q3-chosen", ["Atlantis"], "Choose from the cities shown."),
    ("level0", "", "Choose how well you know it."),
    ("level0", "wizard", "Not a valid choice"),
    ("example0", "x" * 601, "Use at most 600 characters."),
    ("status", "", "Choose how far the paper is."),
    ("position", "first", "Enter a number, 1 for the first author."),
    ("entry0-year", "MMXXVI", "Enter a year such as 2026."),
    ("contest", "", "Enter the competition."),
    ("prize", "", "Enter the prize or place."),
    ("consent", [], "Without your consent we cannot handle the application."),
]


@pytest.mark.parametrize(("ending", "typed", "said"), CASES)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_refused_input_has_its_message_and_everything_is_kept(session, candidate, ending, typed, said):
    body = candidate.fill()
    name = next(name for name in body if name == ending or name.endswith(ending))
    body[name] = typed
    answer = candidate.send(with_file(body))
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    tree = html.fromstring(page)
    [summary] = tree.xpath('//*[@id="errors"]')
    assert said in summary.text_content()
    target = summary.xpath('.//a[starts-with(@href, "#")]/@href')[0].removeprefix("#")
    assert tree.xpath(f'//*[@id="{target}"]')
    assert any(said in error.text_content() for error in tree.xpath('//*[contains(@class, "error")][@id]'))
    kept, sent = shown(page), plain_body(body)
    for hidden in ("csrf_token", "draft_version", "draft_writer", "website"):
        kept.pop(hidden, None), sent.pop(hidden, None)
    chosen = {one.name for one in inputs_of(page) if one.kind in {"checkbox", "radio", "select"}}
    if name in chosen:  # what is no choice cannot be shown as chosen
        kept.pop(name, None), sent.pop(name, None)
    sent = {key: [value.strip() for value in values] for key, values in sent.items()}
    assert kept == sent
    assert session.scalars(select(Application)).all() == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_answer_in_own_words_is_named_in_the_list_as_its_label_names_it(session, client, candidate, language):
    form = session.scalars(select(FormVersion)).one()
    topic = {"zh": "统计", "en": "statistics"}
    made = {
        "kind": "statement",
        "needed": True,
        "topics": [],
        "section": "requirement",
        "asks": form.questions[0]["asks"],
    }
    statements = [
        {**made, "id": "q71", "category": "knowledge", "topics": [topic]},
        *({**made, "id": f"q8{kind}", "category": kind} for kind in ("knowledge", "experience", "engineering", "tool")),
    ]
    form.questions = [*form.questions, *statements]
    session.commit()
    client.set_cookie("locale", language)
    page = html.fromstring(candidate.send({}).get_data(as_text=True))
    links = {link.get("href"): link.text_content() for link in page.xpath('//*[@id="errors"]//a')}
    labels = []
    for one in statements:
        labels.append(page.xpath(f'//label[@for="{one["id"]}-text"]/text()')[0].strip().rstrip("?？"))
        assert links[f"#{one['id']}-text"].startswith(f"{labels[-1]}{'：' if language == 'zh' else ': '}")
    assert len(set(labels)) == len(statements)
    assert topic[language] in labels[0]


def test_form_without_anything_lists_what_is_missing_and_stores_nothing(session, candidate):
    answer = candidate.send({})
    assert answer.status_code == 422
    page = html.fromstring(answer.get_data(as_text=True))
    links = page.xpath('//*[@id="errors"]//a/@href')
    assert links[:2] == ["#resume", "#name"]
    assert all(page.xpath(f'//*[@id="{link.removeprefix("#")}"]') for link in links)
    assert len(links) == len(set(links))
    assert links[-1] == "#consent"
    assert page.xpath("//title")[0].text_content().startswith("Please check")
    assert session.scalars(select(Application)).all() == []


def test_unticked_question_does_not_count_whatever_stands_in_it(session, candidate):
    body = candidate.fill()
    ticks = [name for name in body if name.endswith("-has")]
    assert ticks
    for name in ticks:
        del body[name]
    broken = next(name for name in body if name.endswith("-position"))
    body[broken] = "nonsense"
    assert candidate.send(with_file(body)).status_code == 303
    fields = set(session.scalars(select(Answer.field)))
    assert not fields & {"publications", "awards"}


def test_ticked_question_without_an_answer_is_refused(candidate):
    body = candidate.fill()
    tick = next(name for name in body if name.endswith("-has"))
    part = tick.removesuffix("has")
    for name in [name for name in body if name.startswith(part) and name != tick]:
        body[name] = ""
    answer = candidate.send(with_file(body))
    assert answer.status_code == 422
    assert "Fill this in, or take the tick away." in answer.get_data(as_text=True)


def test_entry_that_was_begun_has_to_be_complete_and_opens_by_itself(candidate):
    answer = candidate.send(
        with_file(
            candidate.fill(**{"q1-entry1-institution": "云溪大学", "q1-entry1-area": "", "q1-entry2-institution": ""})
        )
    )
    assert answer.status_code == 422
    page = html.fromstring(answer.get_data(as_text=True))
    [field] = page.xpath('//*[@name="q1-entry1-area"]')
    assert all(fold.get("open") is not None for fold in field.iterancestors("details"))


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("２０２７年６月", "2027-06"), ("2027/6", "2027-06"), ("2027.06", "2027-06"), ("2027", "2027")],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_months_are_read_as_people_write_them(session, candidate, typed, kept):
    assert candidate.apply(**{"q1-entry0-end": typed}).status_code == 303
    education = session.scalars(select(Answer.value).where(Answer.field == "education")).one()
    assert education[0]["endDate"] == kept


def test_summary_names_the_tool_and_the_criterion_that_a_message_is_about(candidate):
    page = html.fromstring(candidate.send(candidate.fill(**{"q4-level0": ""})).get_data(as_text=True))
    assert "C++ · How well: Choose how well you know it." in page.xpath('//*[@id="errors"]')[0].text_content()


def test_messages_are_in_the_language_of_the_page(client, candidate):
    client.set_cookie("locale", "zh")
    page = candidate.send({}).get_data(as_text=True)
    errors = html.fromstring(page).xpath('//*[@id="errors"]')[0].text_content()
    assert re.search("[一-鿿]", errors)
    assert not re.search(r"\b(Enter|Choose|your)\b", errors)
