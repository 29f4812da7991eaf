"""Rule sets: the packaged ones, a committee's own, and single settings changed in vote.toml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from fractions import Fraction
from functools import cache
from importlib import resources
from itertools import combinations
from types import MappingProxyType

from records.errors import RuleSetError
from records.rules import (
    ALL_SETTINGS,
    COPIES_SETTING,
    CUTOFFS_SETTING,
    MOST_COPIES,
    PUBLICATION_SETTING,
    QUORUM_SETTING,
    SETTINGS,
    Comparison,
    Grades,
    Publication,
    RuleSet,
    Threshold,
    parse_cutoffs,
    parse_share,
)
from tally.rule_file import is_severer, parse_rule_set

__all__ = ["apply_overrides", "load_rule_set", "parse_rule_set", "rule_sets"]

_SUFFIX = ".toml"


@cache
def rule_sets() -> Mapping[str, RuleSet]:
    """All packaged rule sets by name, in alphabetical order.

    Raises:
        RuleSetError: a packaged file is damaged.
    """
    folder = resources.files("tally.rule_sets")
    texts = {
        item.name.removesuffix(_SUFFIX): item.read_text(encoding="utf-8")
        for item in folder.iterdir()
        if item.name.endswith(_SUFFIX)
    }
    return MappingProxyType({name: parse_rule_set(texts[name], name) for name in sorted(texts)})


def load_rule_set(name: str) -> RuleSet:
    """The packaged rule set called `name`.

    Raises:
        RuleSetError: there is none of that name.
    """
    known = rule_sets()
    if name not in known:
        raise RuleSetError("rule_set_unknown", name=name, known=", ".join(known))
    return known[name]


def apply_overrides(rule_set: RuleSet, overrides: tuple[tuple[str, str], ...]) -> RuleSet:
    """`rule_set` with single settings changed, as `[rules]` in vote.toml has them.

    A setting that is spelled out counts as decided by the committee even when it repeats the rule
    set's own value: that is how a committee closes an open question in favour of the default.

    Args:
        rule_set: left as it is.
        overrides: name and value pairs, each name once.

    Raises:
        RuleSetError: a name that is no setting, a value outside its words, or a name given twice.
    """
    changed = rule_set
    done: set[str] = set()
    for name, text in overrides:
        if name not in ALL_SETTINGS:
            raise RuleSetError("rule_setting_unknown", setting=name, allowed=", ".join(ALL_SETTINGS))
        if name in done:
            raise RuleSetError("rule_setting_twice", setting=name)
        done.add(name)
        changed = _with_setting(changed, name, text)
    _check_order(changed)
    decided = tuple(name for name in ALL_SETTINGS if name in rule_set.decided or name in done)
    return replace(changed, decided=decided)


def _with_setting(rules: RuleSet, name: str, text: str) -> RuleSet:
    """`rules` with one setting changed; errors as in `apply_overrides`."""
    if name in SETTINGS:
        # mypy cannot see which field each name is; SETTINGS ties every name to its field's enum.
        return replace(rules, **{name: _word(name, text, SETTINGS[name])})  # type: ignore[arg-type]
    if name == PUBLICATION_SETTING:
        publication = Publication(_word(name, text, Publication))
        return replace(rules, documents=replace(rules.documents, publication=publication))
    if name == COPIES_SETTING:
        return replace(rules, documents=replace(rules.documents, copies=_copies(text)))
    if name == CUTOFFS_SETTING:
        return replace(rules, grades=_graded(rules, text))
    comparison, share = _share(name, text)
    if name == QUORUM_SETTING:
        if comparison is Comparison.MORE_THAN:
            raise RuleSetError("rule_setting_quorum", setting=name, found=text)
        quorum = replace(rules.quorum, numerator=share.numerator, denominator=share.denominator)
        return replace(rules, quorum=quorum)
    return replace(rules, thresholds=_with_threshold(rules, name, comparison, share))


def _word(name: str, text: str, words: type[StrEnum]) -> StrEnum:
    if text not in tuple(words):
        raise RuleSetError("rule_setting_word", setting=name, found=text, allowed=", ".join(words))
    return words(text)


def _copies(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= MOST_COPIES:
        raise RuleSetError("rule_setting_copies", setting=COPIES_SETTING, found=text, most=MOST_COPIES)
    return int(text)


def _share(name: str, text: str) -> tuple[Comparison | None, Fraction]:
    share = parse_share(text)
    if share is None:
        raise RuleSetError("rule_setting_share", setting=name, found=text)
    return share


def _graded(rules: RuleSet, text: str) -> Grades:
    cutoffs = parse_cutoffs(text)
    if rules.grades is None:
        raise RuleSetError("rule_setting_no_grades", setting=CUTOFFS_SETTING, name=rules.id)
    wanted = len(rules.grades.labels) - 1
    if cutoffs is None or len(cutoffs) != wanted:
        raise RuleSetError("rule_setting_cutoffs", setting=CUTOFFS_SETTING, found=text, count=wanted)
    return replace(rules.grades, cutoffs=cutoffs)


def _with_threshold(
    rules: RuleSet, name: str, comparison: Comparison | None, share: Fraction
) -> tuple[Threshold, ...]:
    """The thresholds with another share for the outcome `name`; "2/3" alone keeps its comparison."""
    if name not in [threshold.outcome.value for threshold in rules.thresholds]:
        raise RuleSetError("rule_setting_no_threshold", setting=name, name=rules.id)
    return tuple(
        replace(
            threshold,
            numerator=share.numerator,
            denominator=share.denominator,
            comparison=comparison or threshold.comparison,
        )
        if threshold.outcome.value == name
        else threshold
        for threshold in rules.thresholds
    )


def _check_order(rules: RuleSet) -> None:
    """Raises where a changed threshold leaves one that could never be reached."""
    for first, second in combinations(rules.thresholds, 2):
        if first.level == second.level and not is_severer(first, second):
            raise RuleSetError("rule_setting_order", setting=first.outcome.value, other=second.outcome.value)
