"""The rooms are what pyproject.toml says, and stay small enough to read."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES = PROJECT["tool"]["setuptools"]["packages"]
ROOMS = sorted({name.split(".")[0] for name in PACKAGES})

NOT_INSTALLED = {"sample_scans.gallery"}
"""Packages of the source tree that the wheel leaves out: the gallery is 15 MB of pictures for the tests."""

MAX_FILE_LINES = 450
MAX_FUNCTION_LINES = 50
"""Without the docstring. The guide is 400 and 40; what is longer than this has two subjects."""


def modules() -> list[Path]:
    return sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))


def names(paths: list[Path]) -> list[str]:
    return [path.relative_to(ROOT).as_posix() for path in paths]


def test_every_package_of_the_rooms_is_listed_and_every_listed_one_is_there():
    found = {
        ".".join(path.parent.relative_to(ROOT).parts) for path in modules() if path.name == "__init__.py"
    }
    assert found - NOT_INSTALLED == set(PACKAGES)


def test_no_module_lies_outside_a_listed_package():
    folders = {".".join(path.parent.relative_to(ROOT).parts) for path in modules()}
    assert folders <= set(PACKAGES) | NOT_INSTALLED


def test_the_type_checker_and_the_import_contracts_know_every_room():
    assert sorted(PROJECT["tool"]["mypy"]["packages"]) == ROOMS
    assert sorted(PROJECT["tool"]["importlinter"]["root_packages"]) == ROOMS


@pytest.mark.parametrize("path", modules(), ids=names(modules()))
def test_a_module_has_one_subject_and_its_functions_fit_on_a_screen(path):
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    assert ast.get_docstring(tree), "a module says in its first line what it is"
    assert len(text.splitlines()) <= MAX_FILE_LINES
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    long = {node.name: lines for node in functions if (lines := code_lines(node)) > MAX_FUNCTION_LINES}
    assert not long


def code_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from `def` to the end, without the docstring."""
    lines = function.end_lineno - function.lineno + 1
    if ast.get_docstring(function) is None:
        return lines
    docstring = function.body[0]
    return lines - (docstring.end_lineno - docstring.lineno + 1)


def test_lines_are_counted_without_the_docstring():
    source = 'def f():\n    """One.\n\n    Two.\n    """\n    a = 1\n    return a\n'
    assert code_lines(ast.parse(source).body[0]) == 3
    assert code_lines(ast.parse("def f():\n    return 1\n").body[0]) == 2
