"""What goes over the wire: text is packed for browsers that unpack it, files of candidates are left as they are."""

from __future__ import annotations

import gzip

import pytest

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PACKED = {"Accept-Encoding": "gzip, deflate, br"}


def fetch(client, path, *, method="GET", headers=None):
    return client.open(path, method=method, headers=headers, buffered=True)


@pytest.mark.parametrize("path", ["/", "/privacy", "/static/app.css", "/static/vendor/icons.svg", "/nowhere"])
def test_text_is_packed_and_stays_the_same(client, path):
    plain, packed = fetch(client, path), fetch(client, path, headers=PACKED)
    assert "Content-Encoding" not in plain.headers
    assert (packed.status_code, packed.headers["Content-Encoding"]) == (plain.status_code, "gzip")
    assert gzip.decompress(packed.data) == plain.data
    assert packed.content_length == len(packed.data) < plain.content_length
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert "Accept-Encoding" in packed.headers["Vary"]


def test_asset_that_has_not_changed_is_not_sent_again(client):
    first = fetch(client, "/static/app.css", headers=PACKED)
    mark = first.headers["ETag"]
    again = fetch(client, "/static/app.css", headers={**PACKED, "If-None-Match": mark})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("accepted", ["", "br", "gzip;q=0", "identity"])
def test_browser_that_cannot_unpack_gets_plain_text(client, accepted):
    answer = fetch(client, "/static/app.css", headers={"Accept-Encoding": accepted})
    assert "Content-Encoding" not in answer.headers
    assert b"{" in answer.data


def test_answer_without_a_body_has_none(client):
    answer = fetch(client, "/static/app.css", method="HEAD", headers=PACKED)
    assert (answer.status_code, answer.data) == (200, b"")
