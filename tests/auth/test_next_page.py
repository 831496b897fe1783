"""After signing in one lands on a page of this application and nowhere else."""

from __future__ import annotations

import pytest

from screening.web.auth.next_page import safe_next

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.mark.parametrize(
    "target",
    [
        None,
        "",
        "https://evil.example/staff/",
        "//evil.example/staff/",
        "/\\evil.example",
        "\\\\evil.example",
        "/%5Cevil.example",
        "///evil.example",
        "javascript:alert(1)",
        " /staff/",
        "/staff/\r\nSet-Cookie: a=b",
        "/staff/\t",
        "/nothing-here",
        "/sign-out",
        "staff/",
        "http:/staff/",
        "/sign-in@evil.example",
    ],
)
def test_safe_next_refuses(app, target):
    with app.test_request_context():
        assert safe_next(target, "/home") == "/home"


@pytest.mark.parametrize(
    ("target", "landing"),
    [
        ("/staff/", "/staff/"),
        ("/staff/settings/?", "/staff/settings/"),
        ("/staff/users/?q=//x&next=http://x", "/staff/users/?q=//x&next=http://x"),
        ("/staff", "/staff"),
        ("/staff/users/1", "/staff/users/1"),
    ],
)
def test_safe_next_keeps_a_page_of_ours(app, target, landing):
    with app.test_request_context():
        assert safe_next(target, "/home") == landing
