"""Rule sets: the packaged ones, a committee's own, and single settings changed in vote.toml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from functools import cache
from importlib import resources
from types import MappingProxyType

from records.errors import RuleSetError
from records.rules import SETTINGS, RuleSet
from tally.rule_file import parse_rule_set

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
    values: dict[str, StrEnum] = {}
    for name, text in overrides:
        words = SETTINGS.get(name)
        if words is None:
            raise RuleSetError("rule_setting_unknown", setting=name, allowed=", ".join(SETTINGS))
        if name in values:
            raise RuleSetError("rule_setting_twice", setting=name)
        if text not in tuple(words):
            raise RuleSetError("rule_setting_word", setting=name, found=text, allowed=", ".join(words))
        values[name] = words(text)
    decided = tuple(name for name in SETTINGS if name in rule_set.decided or name in values)
    # mypy cannot see which field each name is; SETTINGS ties every name to its field's enum.
    return replace(rule_set, decided=decided, **values)  # type: ignore[arg-type]
