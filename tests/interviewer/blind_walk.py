"""A walk through every address of the application as one reader, with everything that came back: status, headers, session and body.

Each address is asked in all its views; each form is sent on a database of its own, and the page that it leads to is read as
well. What differs between two walks though nothing happened in between (tokens, random names) is blanked.
"""

from __future__ import annotations

import json
import re
import secrets
import shutil
import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from flask import Flask
from itsdangerous import URLSafeSerializer
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from screening.extensions import db
from screening.models import Mail, User
from screening.queries.pipeline import Sort
from screening.queries.postings import LANES, SORTS
from screening.services import insight_counts, measurements, noting, reminding
from screening.services.custom_questions import new_id
from screening.web import access
from screening.web.auth.sessions import Account
from screening.web.candidate.links import draft_token, offer_token, status_token
from screening.web.interviewer.reminder_words import reminder_words
from screening.web.mention_words import mention_words
from tests.candidate.asking import CODE
from tests.factories import NOW
from tests.interviewer.blind_world import DRAFT_KEY, FEED_KEY, FOCUS, OFFER_KEY, TODAY, World

NOISE = (
    (re.compile(rb"\?v=[0-9a-f]{10}\b"), b""),  # of styles, which may be edited while the test runs
    (re.compile(rb"[\w:-]{8,}\.[\w-]{6}\.[\w-]{27}"), b"<a signed token>"),
    (
        re.compile(rb"(?<=note-)\d+|(?<=note-text-)\d+|(?<=/notes/)\d+"),
        b"<a number>",
    ),  # numbers tell that a note was written, not where
)
VIEWS: Mapping[str, tuple[str, ...]] = {
    "pipeline.show": (
        "view=board",
        *(f"sort={sort}" for sort in Sort),
        *(f"stage={stage}" for stage in ("all", "interview", "debrief")),
        *(f"gates={gates}" for gates in ("pass", "below", "unknown")),
        "q=云小鹤",
        *(f"v={key}:{verdict}" for key in ("tool-8", "publication-12") for verdict in ("met", "not_shown")),
        "low=50",
        "high=49",
        "tag=1",
        "overdue=1&view=board",
        "days=1&city=shanghai&owner=none",
    ),
    "filters.show": ("v=tool-8:met&low=50&tag=1",),
    "saved_views.index": ("v=tool-8:met&low=50",),
    "postings.index": (
        *(f"sort={sort}" for sort in SORTS),
        *(f"state={lane}" for lane in LANES),
        "attention=1",
        "q=x",
    ),
    "applications.show": tuple(f"side={side}" for side in ("rubric", "interviews", "timeline", "notes", "mails")),
    "scorecards.edit": ("amend=1",),
    "search.index": ("q=云小鹤", "q=技术面", "q=wombat"),
    "mails.index": ("state=waiting", "state=sent"),
    "side_by_side.show": ("ids=1&ids=2", "ids=2&ids=1"),
    "interviews.check": (
        "day=2026-11-24&clock=15:00&time_zone=Asia/Shanghai&minutes=45&panel=3&panel=4&panel=5",
        "day=2026-11-24&clock=15:00&time_zone=Asia/Shanghai&minutes=45&panel=3&panel=4&panel=5&apart_from=1",
    ),
}
"""The views of an address beside its plain one."""


class Clock(datetime):
    """The clock on the wall, which stands still."""

    @classmethod
    def now(cls, tz: Any = None) -> Any:
        return TODAY.astimezone(tz)


class Dice:
    """Random numbers that are the same for each request."""

    def __init__(self) -> None:
        self._random = Random()

    def throw_again(self) -> None:
        self._random.seed(7)

    def lay(self, patch: pytest.MonkeyPatch) -> None:
        """Put them in the place of the system's."""
        patch.setattr(secrets, "token_bytes", lambda count=32: self._random.randbytes(count))
        patch.setattr(secrets, "choice", self._random.choice)
        patch.setattr(secrets, "randbelow", self._random.randrange)
        patch.setattr(uuid, "uuid4", lambda: uuid.UUID(int=self._random.getrandbits(128), version=4))


class Walker:
    """Walks as the world's reader over copies of one SQLite file, through the addresses whose rules are wanted."""

    def __init__(self, app: Flask, file: Path, world: World, *, is_wanted: Callable[[str], bool] = bool) -> None:
        self._app, self.file, self.world = app, file, world
        self._is_wanted = is_wanted
        self._dice = Dice()
        self.answered: dict[str, set[int]] = {}
        """The status codes of each rule and method."""

    def walk(self, start: Path) -> dict[str, bytes]:
        """Ask for everything, beginning with the database ``start``; the answers by what was asked."""
        found: dict[str, bytes] = {}
        forms = forms_of(self.world)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(access, "datetime", Clock)
            self._dice.lay(patch)
            self._lay(start)
            self._let_the_worker_work()
            for rule, path in self._paths("GET"):
                for view in ("", *VIEWS.get(rule.endpoint, ())):
                    address = f"{path}?{view}" if view else path
                    found[f"GET {address}"] = self._ask(rule, "GET", address)
            found |= self._mails()
            self._lay(start)
            for rule, path in self._paths("POST"):
                for number, form in enumerate(forms.get(rule.endpoint, ({},))):
                    said = found[f"POST {path} {number}"] = self._ask(rule, "POST", path, form)
                    if said[:1] != b"4":  # what was refused has changed nothing
                        self._lay(start)
        return found

    def _paths(self, method: str) -> Iterator[tuple[Rule, str]]:
        adapter = self._app.url_map.bind("localhost")
        for rule in sorted(self._app.url_map.iter_rules(), key=lambda one: one.rule):
            if rule.endpoint == "static" or method not in (rule.methods or ()) or not self._is_wanted(rule.rule):
                continue
            for arguments in self._arguments(rule):
                yield rule, adapter.build(rule.endpoint, arguments, method=method)

    def _arguments(self, rule: Rule) -> list[dict[str, Any]]:
        """Give every choice of values for a rule's arguments; a name that nobody has thought of is an error."""
        known = values(self._app, self.world)
        combined: list[dict[str, Any]] = [{}]
        for name in sorted(rule.arguments):
            wanted = f"{rule.endpoint.partition('.')[0]}.{name}"
            options = known.get(wanted, known.get(name))
            if options is None:
                raise LookupError(f"no value is known for {name} of {rule.rule} ({rule.endpoint})")
            combined = [{**chosen, name: option} for chosen in combined for option in options]
        return combined

    def _ask(self, rule: Rule, method: str, address: str, form: dict[str, Any] | None = None) -> bytes:
        self._dice.throw_again()
        client = self._app.test_client()
        with self._app.app_context():
            account = Account(db.session.get_one(User, self.world.reader)).get_id()
        with client.session_transaction() as kept:
            kept["_user_id"], kept["_fresh"] = account, True
            kept["proven"] = {str(ident): int(TODAY.timestamp()) for ident in (self.world.owed, self.world.seen)}
        answer = client.open(address, method=method, data=form, buffered=True)
        self.answered.setdefault(f"{method} {rule.rule}", set()).add(answer.status_code)
        said = self._blank(answer)
        if answer.status_code in {301, 302, 303} and method == "POST":
            said += self._blank(client.get(answer.location, buffered=True))
        return said

    def _blank(self, answer: TestResponse) -> bytes:
        heads = [f"{name}: {value}" for name, value in answer.headers if name not in {"Set-Cookie", "Date"}]
        kept = [self._session(cookie) for cookie in answer.headers.getlist("Set-Cookie")]
        body = "\n".join([answer.status, *sorted(heads), *kept]).encode() + b"\n\n" + answer.data
        for noise, blank in NOISE:
            body = noise.sub(blank, body)
        return re.sub(rb"Content-Length: \d+", b"", body)

    def _session(self, cookie: str) -> str:
        name, _, value = cookie.partition(";")[0].partition("=")
        if name != "session" or not value:
            return name
        reader: Any = self._app.session_interface
        content = reader.get_signing_serializer(self._app).loads(value)
        content.pop("csrf_token", None)
        return json.dumps(content, sort_keys=True, default=str)

    def _let_the_worker_work(self) -> None:
        """Let the reminders be written that were due by now, to whomever they were due, and the figures be counted."""
        settings = self._app.config["SCREENING"]
        with self._app.app_context():
            for now in (NOW + timedelta(hours=1), NOW + timedelta(days=1), TODAY):
                batch = reminding.find_batch(db.session, settings=settings, now=now)
                reminding.write_notices(
                    db.session, interview_ids=batch.interview_ids, words=reminder_words, settings=settings, now=now
                )
                db.session.commit()
            noting.tell_mentioned(db.session, words=mention_words, now=TODAY)
            db.session.commit()
            measurements.measure_posting(db.session, posting_id=self.world.posting, now=TODAY)
            measurements.measure_sets(db.session)
            insight_counts.count_posting(db.session, posting_id=self.world.posting, now=TODAY)
            insight_counts.store_everything(db.session, insight_counts.add_everything(db.session), now=TODAY)
            db.session.commit()

    def _mails(self) -> dict[str, bytes]:
        """Read what goes to the reader."""
        with self._app.app_context():
            reader = db.session.get_one(User, self.world.reader)
            mails = db.session.scalars(select(Mail).where(Mail.to_address == reader.email).order_by(Mail.key)).all()
            return {
                f"mail {mail.key}": repr(
                    (mail.subject, mail.text, mail.calendar, mail.state, mail.created_at, mail.due_at)
                ).encode()
                for mail in mails
            }

    def _lay(self, start: Path) -> None:
        """Put a copy of the database in the application's place."""
        with self._app.app_context():
            db.session.rollback()
            db.engine.dispose()
        for ending in ("-wal", "-shm"):
            self.file.with_name(self.file.name + ending).unlink(missing_ok=True)
        shutil.copyfile(start, self.file)


def values(app: Flask, world: World) -> dict[str, list[Any]]:
    """Give the values for the arguments of addresses, by name or by blueprint and name."""
    with app.app_context():
        status, draft, offer = status_token(world.owed), draft_token(DRAFT_KEY), offer_token(OFFER_KEY)
    return {
        "posting_id": [world.posting],
        "application_id": [world.owed, world.seen],
        "interview_id": [world.held, world.other, world.coming, world.settled],
        "file_id": [world.file],
        "document_id": [world.document],
        "user_id": [world.reader, *world.colleagues[:1]],
        "mail_id": [*range(1, 9)],
        "feed": [URLSafeSerializer(app.config["SECRET_KEY"], salt="calendar feed").dumps(FEED_KEY)],
        "offer_id": [world.offer],
        "note_id": [world.note],
        "pool_id": [world.pool],
        "round_id": [world.round],
        "tag_id": [world.tag],
        "bulk_id": [world.bulk],
        "view_id": [world.view],
        "slug": [world.slug],
        "token": [status],
        "drafts.token": [draft],
        "prefill.token": [draft],
        "undo.token": ["nothing"],
        "booking.token": [offer],
        "criterion_id": ["r2"],
        "ident": ["r2"],
        "questions.ident": [new_id(world.posting, CODE)],
        "number": [1],
        "version": ["2026-11"],
    }


def forms_of(world: World) -> dict[str, tuple[dict[str, Any], ...]]:
    """Give the forms that are sent beside empty ones: by endpoint, each with its fields."""
    first, second, third = world.colleagues[:3]
    plan = {
        "round": "技术面",
        "day": "2026-11-24",
        "clock": "15:00",
        "minutes": "45",
        "time_zone": "Asia/Shanghai",
        "focus": ["r2", "r4"],
    }
    card = {f"{name}-{ident}": value for ident in FOCUS for name, value in (("rating", "3"), ("note", "讲得清楚。"))}
    written = {**card, "recommendation": "yes", "summary": "可以。"}
    panels = ([first, second], [second, third], [world.reader, first, second], [world.reader, third])
    return {
        "interviews.replan": ({}, *({**plan, "panel": panel} for panel in panels)),
        "interviews.plan": ({}, *({**plan, "panel": panel} for panel in panels)),
        "scorecards.submit": (
            {},
            written,
            {**written, "rating-r2": "999"},
            {**written, "amending": "1", "reason": "x"},
        ),
        "scorecards.draft": ({}, {**written, "version": "0"}, {**written, "version": "7"}),
        "scorecards.leave": ({}, {"kind": "knows"}, {"kind": "other", "reason": "同一个实验室"}),
        "debriefs.make": ({}, {"outcome": "reject", "reason": "panel_agrees", "note": "x"}),
        "notes.add": ({}, {"text": "wombat"}, {"text": "@何以然 @许愿 wombat"}),
        "notes.edit": ({}, {"text": "@孟浪 wombat"}),
        "applications.move": ({"ids": "1", "seen": "1:interview", "to": "debrief"},),
        "pipeline.move": ({"ids": ["1", "2"], "to": "debrief"},),
        "bulks.ask": tuple(
            {"ids": ["1", "2"], "seen": ["1:interview", "2:interview"], **words}
            for words in (
                {"kind": "move", "to": "debrief"},
                {"kind": "move", "to": "rejected", "reason": "filled"},
                {"kind": "tag", "tag": "看过"},
                {"kind": "untag", "tag": "wombat-417"},
                {"kind": "hand_over"},
            )
        ),
        "saved_views.save": ({}, {"name": "会 Python 的", "filter": "v=tool-8:met&low=50"}),
        "saved_views.change": ({}, *({"act": act, "name": "x"} for act in ("keep", "overwrite", "delete"))),
        # a word that is there: the number of a new one tells how many words there are, not whose
        "tags.stick": ({}, {"act": "add", "name": "备选"}, {"act": "remove", "tag": str(world.tag)}),
        "applications.answer_review": ({}, {"answer": "看过了。"}),
        "people.say": ({}, {"act": "same", "other": "2"}),
    }


def differing(first: Mapping[str, bytes], second: Mapping[str, bytes]) -> list[str]:
    """Name what was answered otherwise, each with the first place where the two part."""
    told = []
    for name in sorted(first.keys() | second.keys()):
        one, other = first.get(name, b"(nothing)"), second.get(name, b"(nothing)")
        if one != other:
            place = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 0)
            begin, end = max(0, place - 80), place + 120
            told.append(
                f"{name}: {one[begin:end].decode(errors='replace')} ≠ {other[begin:end].decode(errors='replace')}"
            )
    return told
