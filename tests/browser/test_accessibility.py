"""Every page for every reader: axe-core finds nothing, nothing is blocked by the content policy, nothing scrolls sideways.

``tests.browser.pages.PAGES`` is the table of pages. Each is opened once in each language and looked at as it is and again in
the other theme and width, so that each pair of choices of language, theme and width is met.
"""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.pages import NARROW, WIDE, fill, visits

pytestmark = pytest.mark.browser

# Colours that fade into each other would be measured on their way.
READERS = {
    "zh": {"locale": "zh-CN", "color_scheme": "light", "viewport": WIDE, "reduced_motion": "reduce"},
    "en": {"locale": "en-GB", "color_scheme": "light", "viewport": NARROW, "reduced_motion": "reduce"},
}
SMALL = {"width": 320, "height": 640}
LOOKS = ["color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size"]
"""What theme and width can change: axe's rules that read styles and places. All others read the tree alone."""
EXPECTED_NOISE = "the server responded with a status of 404"


@pytest.fixture(scope="module")
def world(running_site):
    """Fill the site once."""
    return fill(running_site)


@pytest.mark.parametrize("page", READERS.values(), ids=READERS, indirect=True)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(page, running_site, world):
    said, found, wide = [], [], []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    axe = Axe()
    size = page.viewport_size
    for who, path in visits(page, running_site, world):
        found += faults(axe.run(page), who, path)
        page.emulate_media(color_scheme="dark")
        page.set_viewport_size(NARROW if size == WIDE else WIDE)
        settle(page)
        found += faults(axe.run(page, options={"runOnly": {"type": "rule", "values": LOOKS}}), who, path, "dark")
        page.set_viewport_size(SMALL)
        settle(page)
        overhang = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if overhang > 0:
            wide.append((who, path, overhang))
        page.emulate_media(color_scheme="light")
        page.set_viewport_size(size)
    assert found == []
    assert wide == []
    assert [text for text in said if EXPECTED_NOISE not in text] == []


def settle(page):
    """Wait until the page has taken its new look and width: what fades or moves would be measured on its way."""
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    page.evaluate("Promise.all(document.getAnimations().map((one) => one.finished.catch(() => null)))")


def faults(results, *where):
    """List what axe found, with the page and the elements."""
    return [
        (*where, violation["id"], [node["html"][:200] for node in violation["nodes"]])
        for violation in results.response["violations"]
    ]
