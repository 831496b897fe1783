"""Without scripts nothing takes a toast away, so it stands above the page instead of over it."""

from __future__ import annotations

from pathlib import Path

import pytest

import screening

pytestmark = pytest.mark.browser

CSS = Path(screening.__file__).parent.joinpath("static", "app.css").read_text("utf-8")
TOASTS = '<div class="toasts" role="status"><div class="toast"><span>Saved.</span></div></div>'
SIZES = [{"width": 390, "height": 844}, {"width": 1440, "height": 900}]
BODIES = {
    "pub": '<body class="pub"><header class="pub-bar">bar</header><main class="pub-main">{text}</main>{toasts}</body>',
    "staff": '<body class="shell"><div class="side">side</div><div class="page"><div class="bar">bar</div>'
    '<main class="main">{text}</main></div>{toasts}</body>',
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize(
    ("page", "covers"),
    [({"java_script_enabled": scripts, "viewport": size}, scripts) for scripts in (False, True) for size in SIZES],
    indirect=["page"],
)
def test_a_toast_covers_the_page_only_where_a_script_takes_it_away(page, body, covers):
    text = "<p>text</p>" * 100
    page.set_content(f"<!doctype html><style>{CSS}</style>{body.format(text=text, toasts=TOASTS)}")
    toast, main = page.locator(".toast").bounding_box(), page.locator("main").bounding_box()
    assert 0 <= toast["y"] < page.viewport_size["height"]
    assert (toast["y"] + toast["height"] > main["y"]) == covers
