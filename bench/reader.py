"""A browser for benches: one connection, its cookies, and the token that forms need."""

from __future__ import annotations

import http.client
import re
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from tests.factories import PASSWORD


class Reader:
    """A browser that keeps its connection and its cookie."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
        self._cookies: dict[str, str] = {}
        self.token = ""

    def get(self, path: str) -> str:
        """Read a page; anything but 200 ends the bench. A server may close a connection that has rested, so it is asked once more."""
        try:
            status, text = self._ask("GET", path)
        except http.client.RemoteDisconnected:
            self._connection.close()
            status, text = self._ask("GET", path)
        assert status == 200, (path, status)
        return text

    def post(self, path: str, body: Sequence[tuple[str, str]]) -> int:
        """Send a form and give the status."""
        status, _ = self._ask("POST", path, urlencode(body), {"Content-Type": "application/x-www-form-urlencoded"})
        return status

    def sign_in(self, email: str) -> None:
        """Sign in by the form, and keep a token for others."""
        self._keep_token(self.get("/sign-in"))
        status = self.post("/sign-in", [("csrf_token", self.token), ("email", email), ("password", PASSWORD)])
        assert status in {302, 303}, status
        self._keep_token(self.get("/staff/settings/"))

    def _keep_token(self, page: str) -> None:
        found = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert found is not None, page[:300]
        self.token = found[1]

    def _ask(self, method: str, path: str, body: str = "", headers: Mapping[str, str] | None = None) -> tuple[int, str]:
        cookie = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        self._connection.request(
            method, path, body or None, {"Cookie": cookie, "Accept-Language": "zh", **(headers or {})}
        )
        answer = self._connection.getresponse()
        for line in answer.headers.get_all("Set-Cookie") or ():
            name, _, rest = line.partition("=")
            self._cookies[name] = rest.partition(";")[0]
        return answer.status, answer.read().decode("utf-8", "replace")
