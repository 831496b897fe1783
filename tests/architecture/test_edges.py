"""Only the edge commits and tells the time; reading a page changes nothing."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.sources import FUNCTIONS, calls, place, python_files, tree_of

BELOW_THE_EDGE = (
    "screening/services",
    "screening/queries",
    "screening/models",
    "screening/documents",
    "screening/forms",
    "rubrics",
)
CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("date", "today"), ("time", "time")}


def test_nothing_below_the_edge_commits():
    commits = [
        place(path, call)
        for path in python_files(*BELOW_THE_EDGE)
        for call in calls(tree_of(path))
        if _method(call) == "commit"
    ]
    assert commits == []


def test_nothing_below_the_edge_reads_the_clock():
    read = [
        place(path, call)
        for path in python_files(*BELOW_THE_EDGE)
        for call in calls(tree_of(path))
        if isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and (call.func.value.id, call.func.attr) in CLOCKS
    ]
    assert read == []


def test_a_view_for_get_does_not_commit():
    commits = [
        place(path, view)
        for path in python_files("screening/web")
        for view in _views(path, "get")
        if any(_method(call) == "commit" for function in _reached(path, view) for call in calls(function))
    ]
    assert commits == []


def test_a_view_takes_get_or_post_and_not_both():
    mixed = [place(path, view) for path in python_files("screening/web") for view in _views(path, "route")]
    assert mixed == []


def _method(call: ast.Call) -> str | None:
    return call.func.attr if isinstance(call.func, ast.Attribute) else None


def _views(path: Path, verb: str) -> Iterator[ast.FunctionDef]:
    for node in tree_of(path).body:
        if isinstance(node, ast.FunctionDef) and any(
            isinstance(decorator, ast.Call)
            and isinstance(decorator.func, ast.Attribute)
            and decorator.func.attr == verb
            and isinstance(decorator.func.value, ast.Name)
            and decorator.func.value.id == "blueprint"
            for decorator in node.decorator_list
        ):
            yield node


def _reached(path: Path, view: ast.FunctionDef) -> list[ast.AST]:
    """Give the view and the functions of its module that it calls, directly or not."""
    own = {node.name: node for node in tree_of(path).body if isinstance(node, FUNCTIONS)}
    reached: dict[str, ast.AST] = {view.name: view}
    waiting: list[ast.AST] = [view]
    while waiting:
        for call in calls(waiting.pop()):
            name = call.func.id if isinstance(call.func, ast.Name) else ""
            if name in own and name not in reached:
                reached[name] = own[name]
                waiting.append(own[name])
    return list(reached.values())
