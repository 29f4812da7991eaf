from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from pathlib import Path

from kiemphieu.messages import MESSAGES, Language, translate, translate_problem
from records.count import OpenPoint, Outcome, Quorum
from records.errors import Problem
from records.reading import RejectionReason, ReviewReason

ROOT = Path(__file__).parents[2]
ROOMS = ("records", "ballot_layout", "scanner", "tally", "kiemphieu", "sample_scans", "calibration", "audit")
RAISING = frozenset({"Problem", "FileProblem", "_problem", "_row_problem"})
SAYING = frozenset({"text", "say", "warn", "translate", "progress"})


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_both_languages_say_the_same() -> None:
    different = [
        message_id
        for message_id, (vietnamese, english) in MESSAGES.items()
        if not vietnamese.strip() or placeholders(vietnamese) != placeholders(english)
    ]
    assert different == []


def _spoken_ids() -> Iterator[tuple[str, str]]:
    """Every literal message id in the source, with the file it stands in."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call):
                    yield from ((found, str(path.relative_to(ROOT))) for found in _ids_of_call(node, room))


def _ids_of_call(call: ast.Call, room: str) -> Iterator[str]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name in {"ValueError", "TypeError", "KeyError", "IndexError", "CodecError", "TokenFormatError"}:
        return
    found_by_findings = room == "ballot_layout" and name == "add"
    says = room == "kiemphieu" and name in SAYING
    if not (name.endswith("Error") or name in RAISING or says or found_by_findings):
        return
    arguments = call.args[1:2] if found_by_findings else call.args[:3]
    for argument in (*arguments, *(word.value for word in call.keywords if word.arg == "message_id")):
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
            value = argument.value
            if "_" in value and value.replace("_", "").isalnum() and value.islower():
                yield value


def test_every_message_id_in_the_source_has_a_text() -> None:
    missing = sorted({found for found in _spoken_ids() if found[0] not in MESSAGES})
    assert missing == []


def test_every_word_of_the_contract_has_a_text() -> None:
    wanted = [f"reason_{reason.value}" for reason in (*ReviewReason, *RejectionReason)]
    wanted += [f"outcome_{outcome.value}" for outcome in Outcome]
    wanted += [f"quorum_{quorum.value}" for quorum in Quorum]
    wanted += [f"open_{point.value}" for point in OpenPoint]
    assert [message_id for message_id in wanted if message_id not in MESSAGES] == []


def test_a_missing_text_or_detail_never_hides_the_error() -> None:
    assert "no_such_id" in translate("no_such_id", Language.ENGLISH, path="x")
    assert "folder_missing" in translate("folder_missing", Language.ENGLISH)


def test_a_problem_shows_its_place() -> None:
    problem = Problem("attendance.present", 12, "vote_missing_table", (("table", "[vote]"),))
    text = translate_problem(problem, Language.ENGLISH)
    assert "12" in text
    assert "attendance.present" in text
