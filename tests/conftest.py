"""Fixtures that everybody shares: real databases, a real broker, the application, a running server and a browser.

``database_url``, ``engine``, ``session``, ``app`` and ``client`` run a test twice: on SQLite and on PostgreSQL. Every test
gets empty tables with numbers from 1. Mark a test with ``@pytest.mark.parametrize("database_url", ["sqlite"],
indirect=True)`` to run it on one of the two.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, expect, sync_playwright
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from screening.config import Settings, load_settings
from screening.extensions import reading
from screening.services import accounts
from tests.real import databases
from tests.real.broker import Broker, start_broker
from tests.real.chromium import launch
from tests.real.postgresql import PostgresServer, start_postgresql
from tests.real.site import Site, site

SHARED = Path(__file__).resolve().parents[2] / "shared"
DATABASE_NAME = "screening_test"


def shared_path(*parts: str) -> Path:
    """Give a path of the measuring data beside the project; skip the test where they are absent."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"the measuring data are not beside the project: ../shared/{'/'.join(parts)}")
    return path


@pytest.fixture(scope="session", autouse=True)
def quick_hashes() -> Iterator[None]:
    """Hash the passwords of test accounts with little effort; the right effort takes a tenth of a second each."""
    quick = PasswordHasher(time_cost=1, memory_cost=512, parallelism=1)
    patch = pytest.MonkeyPatch()
    patch.setattr(accounts, "HASHER", quick)
    patch.setattr(accounts, "NOBODY", quick.hash("nobody's password"))
    yield
    patch.undo()


@pytest.fixture(scope="session", autouse=True)
def readers_write_nothing() -> Iterator[None]:
    """Refuse what only reads when it would write: PostgreSQL would store it at once, without a transaction."""

    def refuse(session: Session, *_: object) -> None:
        changed = [one for one in session.dirty if session.is_modified(one)]
        assert not reading.get() or not (session.new or session.deleted or changed), "what only reads writes"

    event.listen(Session, "before_flush", refuse)
    yield
    event.remove(Session, "before_flush", refuse)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run what drives a browser last: from then on an event loop runs in this thread, beside which Flask's contexts do not close.

    Such a test may fail once and is run again, which the summary tells: where a
    browser, a server and a worker share two cores, a key can come before the page that it was meant for.
    """
    items.sort(key=lambda item: "browser" in getattr(item, "fixturenames", ()))
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture
def now() -> datetime:
    """Give one fixed moment; services take the time as an argument."""
    return datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgresServer]:
    """Run one real PostgreSQL server for the whole session."""
    server = start_postgresql()
    yield server
    server.close()


@pytest.fixture(scope="session")
def broker() -> Iterator[Broker]:
    """Run one real Valkey server for the whole session."""
    server = start_broker()
    yield server
    server.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the empty SQLite file once."""
    return databases.make_sqlite_template(tmp_path_factory.mktemp("template") / "template.sqlite3")


@pytest.fixture(scope="session")
def postgresql_url(postgresql: PostgresServer) -> str:
    """Make the PostgreSQL database with all tables once."""
    url = databases.make_postgresql_database(postgresql, DATABASE_NAME)
    engine = databases.open_engine(url)
    databases.make_tables(engine)
    engine.dispose()
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give an empty database with all tables: the test runs once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        yield databases.copy_sqlite(request.getfixturevalue("sqlite_template"), tmp_path / "instance")
    else:
        url: str = request.getfixturevalue("postgresql_url")
        yield url
        databases.clean_postgresql(url)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """Open the test's database as the application does."""
    opened = databases.open_engine(database_url)
    yield opened
    opened.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """Open a session on the test's database; services need nothing else."""
    with Session(engine, expire_on_commit=False) as opened:
        yield opened


@pytest.fixture
def settings(database_url: str, tmp_path: Path, broker: Broker) -> Settings:
    """Give settings with the test's database, an instance folder of its own and the session's broker."""
    environment = {
        "SCREENING_DATABASE_URL": database_url,
        "SCREENING_BROKER_URL": broker.url,
        "SCREENING_SECRET_KEY": "for-tests-only",
        "SCREENING_FORM_SECONDS": "0",
    }
    return load_settings(environment, instance=tmp_path / "instance")


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """Make the application on the test's database; no CSRF token is asked for and attempts are not counted."""
    create_app = import_module("screening.app").create_app  # tests that need no pages do not load them
    made = create_app(settings, TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
    yield made
    with made.app_context():
        made.extensions["sqlalchemy"].engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Give a browser-like caller of the application."""
    return app.test_client()


@pytest.fixture(scope="session")
def running_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Run the whole product once for all browser tests: broker, two web servers, worker and relay, on SQLite."""
    with site(tmp_path_factory.mktemp("site")) as running:
        yield running


@pytest.fixture
def live_server(running_site: Site) -> Site:
    """Give the running product with empty tables; ``live_server.session()`` fills them, ``live_server.url`` is its address."""
    running_site.clean()
    return running_site


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Run one real Chromium for the whole session."""
    expect.set_options(timeout=30_000)
    with sync_playwright() as playwright:
        chromium = launch(playwright)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Give an empty tab of its own; parametrise indirectly with options of ``new_context`` (locale, viewport, color_scheme)."""
    options = {"locale": "zh-CN", "viewport": {"width": 1440, "height": 900}, **getattr(request, "param", {})}
    context = browser.new_context(**options)
    tab = context.new_page()
    tab.set_default_timeout(30_000)
    yield tab
    context.close()
