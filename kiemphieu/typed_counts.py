"""Counts typed by hand in a CSV file, for bodies without a scanner."""

from __future__ import annotations

from pathlib import Path

from records.count import TallyResult
from records.errors import InputError, Problem
from tally.rules import load_rule_set
from tally.typed_counts import tally_typed_counts


class CountsFileError(InputError):
    """The file of counts cannot be used; `problems` names every mistake found."""

    def __init__(self, path: Path, problems: tuple[Problem, ...]) -> None:
        super().__init__("counts_file_problems", path=str(path), count=len(problems))
        self.problems = problems


def typed_result(path: Path, rules: str, base: int | None) -> TallyResult:
    """The result of the counts in `path` under the rule set `rules`.

    Raises:
        InputError: the file cannot be read.
        CountsFileError: it holds mistakes.
        RuleSetError: there is no such rule set.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError("vote_file_not_utf8", path=str(path), byte=error.start) from error
    except OSError as error:
        raise InputError("file_unreadable", path=str(path), reason=error.strerror) from error
    result = tally_typed_counts(text, load_rule_set(rules), base)
    if isinstance(result, TallyResult):
        return result
    raise CountsFileError(path, result)
