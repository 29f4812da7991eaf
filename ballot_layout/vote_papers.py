"""The tables of vote.toml that bear on documents and rules: [committee], [document], [rules]."""

from __future__ import annotations

from enum import StrEnum

from ballot_layout.vote_values import Table, shown
from records.rules import (
    ALL_SETTINGS,
    COPIES_SETTING,
    CUTOFFS_SETTING,
    PUBLICATION_SETTING,
    SETTINGS,
    Publication,
    parse_cutoffs,
    parse_share,
)
from records.vote import Committee, Papers

COMMITTEE_KEYS = ("head", "secretary", "members", "witnesses")
PAPERS_KEYS = ("number", "report_number", "superior", "signer", "signer_title")
_WORDS: dict[str, type[StrEnum]] = {**SETTINGS, PUBLICATION_SETTING: Publication}


def read_committee(table: Table | None) -> Committee:
    """`[committee]`."""
    if table is None:
        return Committee()
    table.check_keys(COMMITTEE_KEYS)
    head, secretary = table.text("head", default=""), table.text("secretary", default="")
    return Committee(head, secretary, table.texts("members"), table.texts("witnesses"))


def read_papers(table: Table | None) -> Papers:
    """`[document]`."""
    if table is None:
        return Papers()
    table.check_keys(PAPERS_KEYS)
    return Papers(**{key: table.text(key, default="") for key in PAPERS_KEYS})


def read_overrides(table: Table | None) -> tuple[tuple[str, str], ...]:
    """`[rules]`: the settings spelled out, as text; whether they fit the rule set is `tally`'s to say."""
    if table is None:
        return ()
    table.check_keys(ALL_SETTINGS, "vote_unknown_setting")
    return tuple((name, _setting(table, name)) for name in ALL_SETTINGS if name in table.data)


def _setting(table: Table, name: str) -> str:
    if name in _WORDS:
        return table.choice(name, tuple(word.value for word in _WORDS[name]), "vote_unknown_value")
    if name == COPIES_SETTING:
        copies = table.count(name)
        return "" if copies is None else str(copies)
    text = table.text(name)
    fits = parse_cutoffs(text) if name == CUTOFFS_SETTING else parse_share(text)
    if text and fits is None:
        message_id = "vote_bad_cutoffs" if name == CUTOFFS_SETTING else "vote_bad_share"
        table.findings.add((*table.path, name), message_id, key=name, found=shown(text))
    return text
