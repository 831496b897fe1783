"""Chromium for the tests that drive a browser: found where it is, installed where it is missing.

``python -m tests.real.chromium`` installs it: from Debian as root (with Chinese fonts), else Playwright's own build.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Browser, Playwright, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
MISSING = (
    "There is no Chromium for the browser tests. Run `make browser`, or set SCREENING_CHROMIUM to a Chromium or Chrome."
)


class ChromiumMissingError(RuntimeError):
    """No browser was found, and none could be installed."""


def find_chromium(playwright: Playwright) -> str | None:
    """Give the path of a browser that works: the named one, the system's, or Playwright's own."""
    named = os.environ.get("SCREENING_CHROMIUM")
    candidates = [named] if named else [*map(shutil.which, NAMES), str(MAC), playwright.chromium.executable_path]
    return next((path for path in candidates if path and Path(path).exists()), None)


def launch(playwright: Playwright) -> Browser:
    """Start a browser without a window; raise ChromiumMissingError with one line when there is none."""
    path = find_chromium(playwright)
    if path is None:
        raise ChromiumMissingError(MISSING)
    return playwright.chromium.launch(executable_path=path, headless=True, args=list(FLAGS))


def has_chinese_font() -> bool:
    """Tell whether Chinese text is drawn as Chinese text; systems without fontconfig bring their own fonts."""
    listing = shutil.which("fc-list")
    if listing is None:
        return sys.platform != "linux"
    return bool(subprocess.run([listing, ":lang=zh"], capture_output=True, check=False).stdout.strip())


def install_chromium() -> None:
    """Install what is missing; raise ChromiumMissingError with one line when that fails."""
    with sync_playwright() as playwright:
        missing = find_chromium(playwright) is None
    packages = [*(["chromium"] if missing else []), *([] if has_chinese_font() else ["fonts-noto-cjk"])]
    if packages and os.geteuid() == 0 and shutil.which("apt-get"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        print(f"Installing {' and '.join(packages)} …", flush=True)
        for line in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *packages]):
            if subprocess.run(["apt-get", *line], check=False, env=environment, stdin=subprocess.DEVNULL).returncode:
                raise ChromiumMissingError(f"apt-get could not install {' and '.join(packages)}. {MISSING}")
    elif (
        missing
        and subprocess.run(
            [sys.executable, "-m", "playwright", "install", "chromium"], check=False, stdin=subprocess.DEVNULL
        ).returncode
    ):
        raise ChromiumMissingError(MISSING)


if __name__ == "__main__":
    try:
        install_chromium()
    except ChromiumMissingError as error:
        sys.exit(str(error))
