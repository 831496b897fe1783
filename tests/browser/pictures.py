"""The pictures of ``docs/pages``: ``python -m tests.browser.pictures`` draws each page of ``SHOWN`` anew, in Chinese at a desk and in English on a phone.

The site is the shipped one with the world of ``tests.browser.pages``; people in the pictures are fictional.
"""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from tests.browser.pages import NARROW, PAGES, WIDE, fill, visits
from tests.real.chromium import launch
from tests.real.site import site

FOLDER = Path(__file__).parents[2] / "docs" / "pages"
SHOWN = {
    "/": "careers",
    "/roles/{slug}": "posting",
    "/roles/{slug}/apply": "apply",
    "/status/{added_token}": "status",
    "/status/{added_token}/explanation": "explanation",
    "/status/{added_token}/voluntary": "voluntary",
    "/staff/": "today",
    "/staff/postings/": "postings",
    "/staff/imports/{document_id}": "import",
    "/staff/postings/{posting_id}": "pipeline",
    "/staff/postings/{posting_id}?view=board": "board",
    "/staff/postings/{posting_id}/filter?v=tool-8:met&low=10&city=shanghai&tag=1": "filter",
    "/staff/postings/{posting_id}/stages": "stages",
    "/staff/bulk/{bulk_id}": "bulk",
    "/staff/tags/": "tags",
    "/staff/postings/{posting_id}/rubric": "rubric",
    "/staff/postings/{draft_id}/rubric/preview": "rubric-preview",
    "/staff/postings/{posting_id}/questions": "questions",
    "/staff/postings/{posting_id}/interview-plan": "interview-plan",
    "/staff/applications/{application_id}": "application",
    "/staff/applications/{judged_id}?side=timeline": "timeline",
    "/staff/applications/{noted_id}?side=notes": "notes",
    "/staff/applications/{letter_application_id}/letter?to=rejected": "letter",
    "/staff/applications/{judged_id}/debrief": "debrief",
    "/staff/postings/{watched_id}/compare?ids={waiting_id}&ids={beside_id}": "compare",
    "/staff/interviews": "interviews",
    "/staff/interviews/workload": "workload",
    "/staff/insights": "insights",
    "/staff/outbox/": "outbox",
    "/staff/mail-texts/": "mail-texts",
    "/staff/search?q=%E4%BA%91": "search",
    "/staff/users/": "users",
    "/staff/interviews/{interview_id}/scorecard": "scorecard",
}
"""The pages that are drawn, by their pattern in ``PAGES``, and the names of their pictures."""
LOOKS = {
    "zh-desk": {"locale": "zh-CN", "color_scheme": "light", "viewport": WIDE},
    "en-phone": {"locale": "en-GB", "color_scheme": "dark", "viewport": NARROW},
}
COLOURS = 160
"""A picture of a page holds few colours; a palette of this many is a third of the bytes and looks the same."""


def main() -> None:
    """Draw them all."""
    names = [SHOWN.get(pattern) for _, pattern in PAGES]
    missing = set(SHOWN.values()) - set(names)
    assert not missing, f"no page of tests.browser.pages has these pictures: {sorted(missing)}"
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="pictures-") as folder,
        site(Path(folder)) as running,
        sync_playwright() as playwright,
    ):
        world = fill(running)
        browser = launch(playwright)
        for look, options in LOOKS.items():
            page = browser.new_context(**options, reduced_motion="reduce").new_page()
            drawn: set[str] = set()
            for name, _ in zip(names, visits(page, running, world), strict=True):
                if name and name not in drawn:
                    drawn.add(name)
                    _keep(page.screenshot(), FOLDER / f"{name}.{look}.png")
        browser.close()
    sys.stdout.write(f"{len(SHOWN) * len(LOOKS)} pictures are in {FOLDER.relative_to(Path.cwd())}\n")


def _keep(picture: bytes, path: Path) -> None:
    """Write a picture with a palette."""
    Image.open(io.BytesIO(picture)).convert("RGB").quantize(COLOURS).save(path, optimize=True)


if __name__ == "__main__":
    main()
