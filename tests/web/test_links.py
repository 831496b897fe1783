"""Addresses that templates ask for are Flask's own."""

from __future__ import annotations

import pytest
from flask import Flask, url_for

from screening.app import create_app
from screening.config import load_settings
from screening.models import Stage
from screening.web.links import quick_links, site_root

ASKED = [
    ("postings.index", {}),
    ("postings.index", {"state": "open", "q": None, "sort": "new & old/?="}),
    ("postings.index", {"state": Stage.APPLIED, "q": "云 <&>", "page": 3}),
    ("pipeline.show", {"posting_id": 7}),
    ("pipeline.show", {"posting_id": 7, "after": 0.5, "id": 3}),
    ("pipeline.show", {"posting_id": 7, "_anchor": "a7"}),
    ("pipeline.show", {"posting_id": 7, "_external": True}),
    ("pipeline.show", {"posting_id": "7", "q": ["a", "b"]}),
    ("rubrics.review", {"posting_id": 12, "tab": "versions"}),
    ("applications.show", {"application_id": 2**31 - 1, "stage": "screening", "q": ""}),
    ("careers.posting", {"slug": "云/../a b"}),
    ("static", {"filename": "app.css", "v": "1"}),
]


@pytest.fixture(scope="module")
def pages(tmp_path_factory) -> Flask:
    return create_app(load_settings({"SCREENING_SECRET_KEY": "for-tests"}, instance=tmp_path_factory.mktemp("links")))


@pytest.mark.parametrize("below", ["", "/hiring"])
@pytest.mark.parametrize(("endpoint", "values"), ASKED)
def test_a_link_is_the_one_that_flask_makes(pages, endpoint, values, below):
    link = quick_links(pages)
    with pages.test_request_context(environ_overrides={"SCRIPT_NAME": below}):
        pages.preprocess_request()
        assert site_root.get() == below
        for _ in range(2):
            assert link(endpoint, **values) == url_for(endpoint, **values)


def test_every_page_that_numbers_name_has_flasks_address(pages):
    link = quick_links(pages)
    with pages.test_request_context():
        pages.preprocess_request()
        for rule in pages.url_map.iter_rules():
            values = {name: 41 + place for place, name in enumerate(sorted(rule.arguments))}
            try:
                expected = url_for(rule.endpoint, **values)
            except Exception as error:  # noqa: BLE001 - whatever Flask raises for an address that needs more than numbers
                with pytest.raises(type(error)):
                    link(rule.endpoint, **values)
            else:
                assert link(rule.endpoint, **values) == expected


def test_a_page_that_nobody_made_is_refused_as_flask_refuses_it(pages):
    with pages.test_request_context(), pytest.raises(Exception, match="Could not build url"):
        quick_links(pages)("pages.nobody_made")
    with pages.test_request_context(), pytest.raises(Exception, match="Could not build url"):
        quick_links(pages)("pipeline.show")
