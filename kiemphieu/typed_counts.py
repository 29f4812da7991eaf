"""Counts typed by hand in a CSV file, for bodies without a scanner."""

from __future__ import annotations

from pathlib import Path

from kiemphieu.folder import RULE_FILE_SUFFIX, read_text
from records.count import TallyResult
from records.errors import InputError, Problem
from records.rules import RuleSet
from tally.rules import load_rule_set, parse_rule_set
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
    text = read_text(path)
    result = tally_typed_counts(text, named_rules(rules), base)
    if isinstance(result, TallyResult):
        return result
    raise CountsFileError(path, result)


def named_rules(name: str) -> RuleSet:
    """A packaged rule set, or the one in the file `name`, where it ends in .toml.

    Raises:
        InputError: the file cannot be read.
        RuleSetError: there is no such rule set, or the file has a mistake.
    """
    if name.endswith(RULE_FILE_SUFFIX):
        return parse_rule_set(read_text(Path(name)), name)
    return load_rule_set(name)
