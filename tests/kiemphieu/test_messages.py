from __future__ import annotations

import ast
import io
import re
import string
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from kiemphieu.messages import DOMAIN, Language, has_text, translate, translate_problem
from records.count import OpenPoint, Quorum
from records.errors import Problem
from records.reading import RejectionReason, ReviewReason

ROOT = Path(__file__).parents[2]
LOCALE = ROOT / "kiemphieu" / "locale"
ROOMS = ("records", "ballot_layout", "scanner", "tally", "kiemphieu", "sample_scans", "calibration", "audit")
RAISING = frozenset({"Problem", "FileProblem", "_problem", "_row_problem"})
SAYING = frozenset({"text", "say", "warn", "translate", "progress", "words"})
SAYING_AT_THE_DESK = frozenset({"t", "translate", "words"})
"""There `text` reads a field of a form."""
DESK = ROOT / "kiemphieu" / "desk"
IN_TEMPLATE = re.compile(r'"([a-z][a-z0-9]*_[a-z0-9_]+)"(\s*~)?')
SAID_IN_TEMPLATE = re.compile(r'\bt\("([a-z0-9_]+)"[,)]')


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def catalogue(lang: Language) -> Catalog:
    with (LOCALE / lang / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as file:
        return read_po(file, locale=lang, domain=DOMAIN)


def texts(lang: Language) -> dict[str, str]:
    return {str(one.id): str(one.string) for one in catalogue(lang) if one.id}


def test_no_text_is_untranslated_or_doubtful() -> None:
    ids = {lang: set(texts(lang)) for lang in Language}
    assert ids[Language.VIETNAMESE] == ids[Language.ENGLISH]
    for lang in Language:
        assert [one.id for one in catalogue(lang) if one.id and (one.fuzzy or not one.string)] == []
        assert catalogue(lang).obsolete == {}


def test_both_languages_say_the_same() -> None:
    vietnamese, english = texts(Language.VIETNAMESE), texts(Language.ENGLISH)
    different = [one for one in vietnamese if placeholders(vietnamese[one]) != placeholders(english[one])]
    assert different == []


def test_texts_are_nfc_so_that_they_are_found_and_set() -> None:
    for lang in Language:
        assert [i for i, text in texts(lang).items() if not unicodedata.is_normalized("NFC", text)] == []


@pytest.mark.parametrize("lang", Language)
def test_the_compiled_catalogue_is_up_to_date(lang: Language) -> None:
    compiled = io.BytesIO()
    write_mo(compiled, catalogue(lang))
    found = (LOCALE / lang / "LC_MESSAGES" / f"{DOMAIN}.mo").read_bytes()
    assert found == compiled.getvalue(), "run `make messages`"


def test_every_text_is_said_somewhere() -> None:
    """An id that stands nowhere in the source, whole or as the start of a composed one, is left over."""
    words: set[str] = set()
    starts: set[str] = set()
    for path in sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                (starts if node.value.endswith("_") else words).add(node.value)
            elif isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                starts.add(str(node.values[0].value))
    for path in _templates():
        for word, goes_on in IN_TEMPLATE.findall(path.read_text(encoding="utf-8")):
            (starts if goes_on else words).add(word)
    composed = tuple(start for start in starts if start.count("_"))
    commands = ("help_", "option_")
    unused = [
        one
        for one in texts(Language.VIETNAMESE)
        if one not in words
        and not one.startswith((*composed, *commands))
        and f"{one.rsplit('_', 1)[0]}" not in words
    ]
    assert unused == []


def _templates() -> list[Path]:
    return sorted((DESK / "templates").glob("*.html"))


def _spoken_ids() -> Iterator[tuple[str, str]]:
    """Every literal message id in the source, with the file it stands in."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call):
                    saying = SAYING_AT_THE_DESK if path.parent == DESK else SAYING
                    found_here = _ids_of_call(node, room, saying)
                    yield from ((found, str(path.relative_to(ROOT))) for found in found_here)
    for path in _templates():
        for found in SAID_IN_TEMPLATE.findall(path.read_text(encoding="utf-8")):
            yield found, path.name


def _ids_of_call(call: ast.Call, room: str, saying: frozenset[str]) -> Iterator[str]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name in {"ValueError", "TypeError", "KeyError", "IndexError", "CodecError", "TokenFormatError"}:
        return
    found_by_findings = room == "ballot_layout" and name == "add"
    says = room == "kiemphieu" and name in saying
    if not (name.endswith("Error") or name in RAISING or says or found_by_findings):
        return
    arguments = call.args[1:2] if found_by_findings else call.args[:3]
    for argument in (*arguments, *(word.value for word in call.keywords if word.arg == "message_id")):
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
            value = argument.value
            if "_" in value and value.replace("_", "").isalnum() and value.islower():
                yield value


def test_every_message_id_in_the_source_has_a_text() -> None:
    missing = sorted({found for found in _spoken_ids() if not has_text(found[0])})
    assert missing == []


def test_every_word_of_the_contract_has_a_text() -> None:
    wanted = [f"reason_{reason.value}" for reason in (*ReviewReason, *RejectionReason)]
    wanted += [f"quorum_{quorum.value}" for quorum in Quorum]
    wanted += [f"open_{point.value}" for point in OpenPoint]
    assert [message_id for message_id in wanted if not has_text(message_id)] == []


def test_a_missing_text_or_detail_never_hides_the_error() -> None:
    assert "no_such_id" in translate("no_such_id", Language.ENGLISH, path="x")
    assert "folder_missing" in translate("folder_missing", Language.ENGLISH)


def test_a_problem_shows_its_place() -> None:
    problem = Problem("attendance.present", 12, "vote_missing_table", (("table", "[vote]"),))
    text = translate_problem(problem, Language.ENGLISH)
    assert "12" in text
    assert "attendance.present" in text
