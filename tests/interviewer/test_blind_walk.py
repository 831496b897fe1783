"""Nothing that somebody is shown depends on what others make of a candidate whom they still have to judge themselves.

The walk reads every address, form and mail as one reader, first where colleagues have done nothing, then where they have
done what hypothesis thinks of: the two must be the same, byte for byte.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from screening import policy
from screening.app import create_app
from screening.config import load_settings
from screening.models import Recommendation, Role
from screening.policy import Permission
from tests.interviewer.blind_walk import VIEWS, Walker, differing, forms_of
from tests.interviewer.blind_world import Doing, World, act, make_world
from tests.real import databases
from tests.real.broker import Broker

ROLES = (Role.INTERVIEWER, Role.RECRUITER, Role.HIRING_MANAGER, Role.ADMIN)
PUBLIC = ("/roles", "/drafts", "/status", "/times", "/privacy", "/preferences", "/sign-in")
"""Pages that are the same for all roles: the first alone walks through them."""
CLOSED = {
    "GET /dev/mail": "there in demonstrations only",
    "GET /dev/mail/<int:mail_id>": "there in demonstrations only",
    "GET /staff/applications/files/<int:file_id>": "the world's file has no bytes",
    "GET /status/<token>/files/<int:file_id>": "the world's file has no bytes",
    "GET /status/<token>/voluntary": "the world's posting asks no voluntary questions",
}
"""Addresses into which the walk gets no further than the door, and why."""
WORDS = st.sampled_from(["讲得清楚，取舍说得明白。", "wombat-417", "x" * 300])
DOINGS = st.lists(
    st.builds(
        Doing,
        who=st.integers(0, 2),
        what=st.sampled_from(["submit", "submit", "submit", "amend", "abstain", "draft", "tag", "note"]),
        interview=st.sampled_from(["held", "other"]),
        hours=st.integers(1, 46),
        value=st.sampled_from([1, 2, 3, 4, None]),
        words=WORDS,
        recommendation=st.sampled_from(list(Recommendation)),
    ),
    min_size=1,
    max_size=8,
)
ALL_AT_ONCE = [
    Doing(0, "submit", "held", 1, 4, "wombat-417", Recommendation.STRONG_YES),
    Doing(1, "abstain", "held", 2, None, "wombat-417", Recommendation.NO),
    Doing(1, "submit", "other", 3, 1, "wombat-417", Recommendation.STRONG_NO),
    Doing(1, "amend", "other", 4, 2, "wombat-417", Recommendation.NO),
    Doing(2, "submit", "other", 5, 1, "wombat-417", Recommendation.STRONG_NO),
    Doing(2, "tag", "held", 6, 1, "wombat-417", Recommendation.STRONG_NO),
    Doing(2, "note", "held", 7, 1, "wombat-417", Recommendation.STRONG_NO),
]


@dataclass(frozen=True, slots=True)
class Ground:
    """One reader's world, with the walk through it before anybody has done anything."""

    app: Flask
    world: World
    walker: Walker
    start: Path
    before: dict[str, bytes]

    def after(self, doings: list[Doing], walker: Walker | None = None) -> dict[str, bytes]:
        """Walk where colleagues have done these things."""
        walker = walker or self.walker
        changed = self.start.with_name("after.sqlite3")
        shutil.copyfile(self.start, changed)
        _work_on(changed, lambda session: act(session, walker.world, doings))
        return walker.walk(changed)


@pytest.fixture(scope="module")
def grounds(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, broker: Broker
) -> Iterator[Callable[[Role], Ground]]:
    """Give the ground of a role, walked once."""
    made: dict[Role, Ground] = {}

    def ground(role: Role) -> Ground:
        if role not in made:
            made[role] = _make_ground(role, tmp_path_factory.mktemp(role.value), sqlite_template, broker)
        return made[role]

    yield ground
    for one in made.values():
        with one.app.app_context():
            one.app.extensions["sqlalchemy"].engine.dispose()


@pytest.mark.parametrize("role", [Role.INTERVIEWER, Role.ADMIN])
def test_a_walk_is_the_same_twice(grounds, role):
    ground = grounds(role)

    assert differing(ground.before, ground.walker.walk(ground.start)) == []


@pytest.mark.parametrize("role", ROLES)
def test_nothing_depends_on_what_others_did(grounds, role):
    assert differing(grounds(role).before, grounds(role).after(ALL_AT_ONCE)) == []


@settings(
    max_examples=4,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(role=st.sampled_from(ROLES), doings=DOINGS)
def test_nothing_depends_on_whatever_others_do(grounds, role, doings):
    assert differing(grounds(role).before, grounds(role).after(doings)) == []


def test_the_walk_comes_to_every_address_and_into_all_but_a_few(grounds):
    reached: dict[str, int] = {}
    for role in ROLES:
        for name, codes in grounds(role).walker.answered.items():
            reached[name] = min(reached.get(name, 999), *codes)
    app = grounds(Role.ADMIN).app
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]

    assert set(reached) == {
        f"{method} {rule.rule}" for rule in rules for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert {name for name, code in reached.items() if code >= 400 and name.startswith("GET")} == set(CLOSED)
    assert (VIEWS.keys() | forms_of(grounds(Role.ADMIN).world).keys()) <= {rule.endpoint for rule in rules}


def test_a_policy_without_blindness_is_noticed(grounds, monkeypatch):
    """The test can fail: with doors that forget blindness, pages tell what others did."""
    ground = grounds(Role.RECRUITER)
    monkeypatch.setitem(policy.RULES, Permission.PRESCORE_VIEW, policy.has_posting)
    monkeypatch.setitem(policy.RULES, Permission.DEBRIEF_VIEW, policy.has_posting)
    small = Walker(ground.app, ground.walker.file, ground.world, is_wanted=is_application)

    told = differing(small.walk(ground.start), ground.after(ALL_AT_ONCE, small))

    assert any("/debrief" in line for line in told)
    assert any("side=timeline" in line for line in told)


def test_who_has_submitted_sees_what_others_did(grounds):
    ground = grounds(Role.INTERVIEWER)
    own = [Doing(-1, "submit", seat, 80, 3, "讲得清楚。", Recommendation.YES) for seat in ("held", "coming")]
    seeing = replace(ground.world, colleagues=(*ground.world.colleagues, ground.world.reader))
    small = Walker(ground.app, ground.walker.file, seeing, is_wanted=is_application)

    told = differing(ground.after(own, small), ground.after([*own, *ALL_AT_ONCE], small))

    assert any("/debrief" in line for line in told)


def is_application(rule: str) -> bool:
    return rule.startswith("/staff/applications")


def _make_ground(role: Role, folder: Path, template: Path, broker: Broker) -> Ground:
    url = databases.copy_sqlite(template, folder / "instance")
    file, start = folder / "instance" / "screening.sqlite3", folder / "start.sqlite3"
    made: list[World] = []
    _work_on(file, lambda session: made.append(make_world(session, role)))
    shutil.copyfile(file, start)
    environment = {
        "SCREENING_DATABASE_URL": url,
        "SCREENING_BROKER_URL": broker.url,
        "SCREENING_SECRET_KEY": "for-tests-only",
        "SCREENING_FORM_SECONDS": "0",
        "SCREENING_PUBLIC_URL": "https://hire.example.com",
    }
    app = create_app(
        load_settings(environment, instance=folder / "instance"),
        TESTING=True,
        WTF_CSRF_ENABLED=False,
        RATELIMIT_ENABLED=False,
    )
    walker = Walker(app, file, made[0], is_wanted=lambda rule: role is ROLES[0] or not rule.startswith(PUBLIC))
    return Ground(app, made[0], walker, start, walker.walk(start))


def _work_on(file: Path, work: Callable[[Session], object]) -> None:
    """Change a database file and leave all of it in the one file."""
    engine = databases.open_engine(f"sqlite:///{file}")
    with Session(engine, expire_on_commit=False) as session:
        work(session)
    with engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    engine.dispose()
