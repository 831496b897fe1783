"""The commands that set an installation up, and the one that looks after it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select
from sqlalchemy.orm import Session

from screening.cli import COMMANDS, main
from screening.config import Settings
from screening.models import (
    Answer,
    Heartbeat,
    Job,
    JobState,
    Posting,
    PostingMember,
    Role,
    RubricVersion,
    StoredPrescore,
    User,
)
from screening.services.rescoring import judge_chunk, read_chunk, store_chunk
from tests.factories import NOW, TEXT, make_application, make_posting
from tests.real.processes import ROOT, environment, running, wait_for
from tests.real.site import free_port, site

ENGINE_ONLY = ("compile", "prescore")


@pytest.fixture
def run(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> object:
    """Give a caller of commands on the test's database."""
    for name, value in environment(settings).items():
        if name.startswith("SCREENING_"):
            monkeypatch.setenv(name, value)

    def call(*line: str, typed: str | bytes | None = None) -> Result:
        return CliRunner().invoke(main, line, input=typed)

    return call


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str) -> None:
    answer = CliRunner().invoke(main, [name, "--help"])

    assert answer.exit_code == 0, answer.output
    assert len(answer.output.split("Options:")[0]) > 80


@pytest.mark.parametrize("name", ENGINE_ONLY)
def test_the_engines_commands_load_no_web_framework_and_no_database(name: str) -> None:
    asked = (
        f"import sys; from screening.cli import main; main(['{name}', '--help'], standalone_mode=False); "
        "print('loaded:', sorted({'flask', 'sqlalchemy', 'celery', 'redis', 'jinja2'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.endswith("loaded: []\n")


def test_an_account_is_made_and_its_mistakes_are_named(run, session: Session) -> None:
    made = run(
        "create-user", "Xiaohe@Example.com", "--role", "admin", "--password-stdin", typed="quiet river at dawn\n"
    )
    again = run("create-user", "xiaohe@example.com", "--password-stdin", typed="quiet river at dawn\n")
    short = run("create-user", "other@example.com", "--password-stdin", typed="short\n")

    assert (made.exit_code, again.exit_code, short.exit_code) == (0, 1, 1)
    assert session.execute(select(User.email, User.role)).all() == [("xiaohe@example.com", Role.ADMIN)]
    assert again.output == "Error: There is already an account with this e-mail address.\n"
    assert short.output == "Error: The password needs at least 12 characters.\n"


def test_a_typed_password_is_asked_for_twice(run) -> None:
    made = run("create-user", "xiaohe@example.com", typed="quiet river at dawn\nquiet river at dawn\n")

    assert made.exit_code == 0
    assert "quiet river" not in made.output


def test_postings_are_read_from_a_file_for_their_owner(run, session: Session, tmp_path: Path) -> None:
    (tmp_path / "jobs.txt").write_text(TEXT, "utf-8")
    run("create-user", "xiaohe@example.com", "--password-stdin", typed="quiet river at dawn\n")

    for _ in range(2):
        answer = run("import-postings", str(tmp_path / "jobs.txt"), "--owner", "xiaohe@example.com")
        assert answer.exit_code == 0, answer.output

    posting = session.scalars(select(Posting)).one()
    assert (posting.first_line, posting.last_line) == (1, len(TEXT.splitlines()))
    assert session.scalars(select(PostingMember.posting_id)).all() == [posting.id]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Error: The document is empty.\n"),
        (b"\x00\x01\x02" * 50, "Error: The document is not a text.\n"),
        (b"Good morning, the weather is fine.\n", "Error: No job posting was found in the document.\n"),
    ],
)
def test_a_document_that_is_none_stores_nothing(run, session: Session, content: bytes, sentence: str) -> None:
    answer = run("import-postings", "-", typed=content)

    assert (answer.exit_code, answer.output) == (2, sentence)
    assert session.scalars(select(Posting)).all() == []


def test_rescoring_asks_for_all_applications(run, session: Session) -> None:
    posting = make_posting(session)
    for _ in range(3):
        make_application(session, posting)
    session.commit()

    answers = [run("rescore").output, run("rescore", posting.slug).output, run("rescore", "nowhere").output]

    assert answers == [
        f"{posting.slug}: 3 to judge\n",
        f"{posting.slug}: nothing to do\n",
        "Error: No published posting has the name nowhere.\n",
    ]
    assert sorted(session.scalars(select(Job.name))) == ["fit_applications", "rescore_applications"]


def test_replaying_tells_what_is_proven_and_how_to_go_on(run, session: Session) -> None:
    posting = make_posting(session)
    proven, forged, older, edited, bare = (make_application(session, posting) for _ in range(5))
    version_id = session.scalars(select(RubricVersion.id)).one()
    span = {"rubric_version_id": version_id, "first_id": proven.id, "last_id": edited.id}
    store_chunk(session, judge_chunk(read_chunk(session, **span)), now=NOW)
    runs = {one.application_id: one for one in session.scalars(select(StoredPrescore))}
    runs[forged.id].result = {**runs[forged.id].result, "engine": "0.9"}
    runs[older.id].engine_version = "0.9"
    session.scalars(select(Answer).where(Answer.application_id == edited.id, Answer.field == "skills")).one().value = []
    session.commit()

    answers = [run("replay", str(one.id)) for one in (proven, forged, older, edited, bare)]

    assert [answer.exit_code for answer in answers] == [0, 1, 1, 1, 1]
    sentences = [
        "same: all ",
        '/engine: stored "0.9", computed ',
        f"screening rescore {posting.slug}\n0 of 1 proven",
        f"screening rescore --force {posting.slug}\n",
        f"no stored prescore. To have it judged: screening rescore {posting.slug}\n0 of 0 proven",
    ]
    assert [
        sentence for sentence, answer in zip(sentences, answers, strict=True) if sentence not in answer.output
    ] == []
    assert run("replay", "999").output.startswith("Error: There is no application 999.")


@pytest.mark.parametrize("line", [("replay", "1"), ("rescore",)])
def test_a_database_without_tables_is_one_line(
    line: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SCREENING_DATABASE_URL", raising=False)
    monkeypatch.setenv("SCREENING_INSTANCE", str(tmp_path))

    answer = CliRunner().invoke(main, line)

    assert (answer.exit_code, answer.output.count("\n")) == (1, 1)
    assert "screening init-db" in answer.output


def test_the_doctor_names_what_is_wrong_and_what_to_do(run, session: Session) -> None:
    session.add(Heartbeat(name="worker", at=NOW.replace(year=2020)))
    session.add(
        Job(
            name="n",
            key="k",
            arguments={},
            state=JobState.FAILED,
            due_at=NOW,
            created_at=NOW,
            finished_at=NOW,
            last_error="no disk",
        )
    )
    session.commit()

    answer = run("doctor")

    lines = {line[7:20].strip(): line[:5].strip() for line in answer.output.splitlines() if "→" not in line}
    assert answer.exit_code == 1
    assert lines.keys() >= {"worker", "relay", "work"}, (answer.output, answer.exception)
    assert lines["worker"] == lines["relay"] == lines["work"] == "wrong"
    assert lines["database"] == lines["broker"] == lines["folder"] == "ok"
    assert "the last reason was: no disk" in answer.output
    assert "→ Start it with: screening serve" in answer.output


def test_the_doctor_tells_of_a_database_that_does_not_answer(run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCREENING_DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:1/none")
    monkeypatch.setenv("SCREENING_BROKER_URL", "redis://127.0.0.1:1/0")

    answer = run("doctor")

    assert answer.exit_code == 1
    assert "→ Start the database, or correct SCREENING_DATABASE_URL." in answer.output
    assert "→ Start the server, or correct SCREENING_BROKER_URL." in answer.output


def test_the_doctor_is_content_with_a_running_installation(tmp_path: Path) -> None:
    with site(tmp_path) as installation:
        env = environment(installation.settings)

        def examine() -> subprocess.CompletedProcess[str]:
            line = [sys.executable, "-m", "screening.cli", "doctor"]
            return subprocess.run(line, env=env, cwd=ROOT, capture_output=True, text=True, check=False)

        wait_for(lambda: examine().returncode == 0, say=lambda: examine().stdout)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_one_web_process_serves_alone_and_says_where(settings: Settings, tmp_path: Path) -> None:
    port = str(free_port())
    with running(tmp_path, "web", "--port", port, env=environment(settings)) as web:
        wait_for(lambda: f"Listening on http://127.0.0.1:{port}" in web.output(), say=web.output)
        assert web.stop() == 0
