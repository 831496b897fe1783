"""The running product in a real browser: it answers, and the browser is the real one."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.real.site import Site


@pytest.mark.browser
def test_a_file_of_the_site_opens_in_chromium(page: Page, live_server: Site) -> None:
    answer = page.goto(f"{live_server.url}/static/icon.svg")

    assert answer is not None
    assert answer.status == 200
    assert "Chrome" in str(page.evaluate("navigator.userAgent"))
