"""Voluntary answers can be joined with applications nowhere but where they are given, counted and deleted."""

from __future__ import annotations

import ast

from tests.architecture.sources import ROOT, python_files, tree_of

TABLE = {
    "screening/models/__init__.py",
    "screening/models/voluntary.py",
    "screening/services/voluntary.py",
    "screening/services/impact_counts.py",
}
"""Who may name the table."""
SERVICE = {
    "screening/services/erasing.py",
    "screening/services/impact_counts.py",
    "screening/services/postings_back.py",
    "screening/services/demonstration/volunteering.py",
    "screening/web/candidate/voluntary.py",
    "screening/web/candidate/own_data.py",
    "screening/web/candidate/status.py",
    "screening/web/recruiter/insights.py",
    "worker/counting.py",
}
"""Who may use the service, and of it only what is listed below where staff are served."""
FOR_STAFF = {
    "screening/web/recruiter/insights.py": {"ask_candidates"},
    "screening/services/postings_back.py": {"ask_candidates"},
    "screening/services/erasing.py": {"ask_to_forget_answers"},
    "screening/web/candidate/status.py": {"is_asked"},
}
KEY = {
    "screening/cli/demo.py",
    "screening/web/candidate/voluntary.py",
    "screening/web/candidate/own_data.py",
    "worker/counting.py",
}
"""Who may take the key that tokens are made with."""


def modules():
    return [
        (path.relative_to(ROOT).as_posix(), tree_of(path)) for path in python_files("screening", "worker", "rubrics")
    ]


def names(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.alias):
            yield node.name.rpartition(".")[2]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def imported(tree, module):
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == module:
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module == module.rpartition(".")[0]:
            yield from ("*" for alias in node.names if alias.name == module.rpartition(".")[2])


def test_the_table_is_named_where_answers_are_given_and_counted_and_nowhere_else():
    using = {where for where, tree in modules() if {"VoluntaryAnswer", "voluntary_answer"} & set(names(tree))}
    assert using - {"screening/migrations/0001_first_tables.py"} == TABLE


def test_the_service_is_used_by_the_candidates_pages_the_worker_and_the_eraser():
    using = {where: set(imported(tree, "screening.services.voluntary")) for where, tree in modules()}
    found = {where: taken for where, taken in using.items() if taken}
    assert set(found) == SERVICE
    assert {where: found[where] for where in FOR_STAFF} == FOR_STAFF


def test_the_key_is_taken_where_tokens_are_made():
    assert {where for where, tree in modules() if "voluntary_key" in set(names(tree))} == {
        *KEY,
        "screening/services/demonstration/loading.py",
    }


def test_no_page_reads_raw_counts():
    """Counts that are not finished lie under kinds of their own, which only the services name."""
    reading = {
        where
        for where, tree in modules()
        if where.startswith(("screening/web", "screening/queries", "screening/cli"))
        and {"begin_sums", "store_sums", "begin_count", "store_part"} & set(names(tree))
    }
    assert reading == set()
