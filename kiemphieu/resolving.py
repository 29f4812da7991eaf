"""Questions that a rule set leaves open, resolved by the committee when the result turns on them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace

from ballot_layout.vote_file import parse_vote
from kiemphieu.disk import write_atomic
from kiemphieu.folder import VoteFolder, known_rules, load_vote, own_rules, vote_rules, vote_text
from kiemphieu.freezing import (
    SIGNERS,
    FreezingMember,
    check_frozen,
    freeze_anew,
    note_frozen,
    read_freezing,
)
from kiemphieu.vote_file_section import with_section
from kiemphieu.vote_store import check_open, note_settings, open_vote_store
from records.count import OpenPoint, TallyResult
from records.errors import InputError
from records.rules import CUTOFFS_SETTING, Base, FaultScope, parse_cutoffs
from tally.eligibility import list_findings

CHOICES: Mapping[str, tuple[str, ...]] = {
    "line_fault": (FaultScope.LINE.value, FaultScope.BALLOT.value),
    "base": (Base.RETURNED.value, Base.VALID.value),
    CUTOFFS_SETTING: (),
}
"""Settings of `[rules]` that close a question, with the words to choose from; none where it is typed."""

_SETTING = {
    OpenPoint.LINE_FAULT_DECIDES: "line_fault",
    OpenPoint.BASE_DECIDES: "base",
    OpenPoint.CUTOFFS_UNKNOWN: CUTOFFS_SETTING,
}


def open_settings(result: TallyResult) -> tuple[str, ...]:
    """The settings that the committee has to decide on before the result is final."""
    return tuple(_SETTING[point] for point in result.open_points if point in _SETTING)


def resolve_rules(
    folder: VoteFolder, chosen: Mapping[str, str], members: tuple[FreezingMember, ...] = ()
) -> None:
    """Writes the committee's resolution into vote.toml and its journal entry.

    Args:
        folder: the vote.
        chosen: setting and value, as vote.toml has them.
        members: two, where the vote is frozen: it is then frozen anew with the resolution in it.

    Raises:
        InputError: a frozen vote is not as it was frozen, or lacks two members; a value is none of the
            choices, the count is closed, or vote.toml is written in a way that must be changed by hand.
        StoreError: the disk refuses.
    """
    for name, value in chosen.items():
        words = CHOICES.get(name)
        fits = value in words if words else words is not None and parse_cutoffs(value) is not None
        if not fits:
            raise InputError("resolving_no_choice")
    before = load_vote(folder)
    frozen = read_freezing(folder) is not None
    check_frozen(folder, before)
    if frozen and len({one.member for one in members}) != SIGNERS:
        raise InputError("freezing_two_members")
    with closing(open_vote_store(folder, before)) as store:
        check_open(store)
        text = vote_text(folder)
        rules = {**tomllib.loads(text).get("rules", {}), **chosen}
        changed = with_section(text, "rules", rules)
        if changed is None:
            raise InputError("resolving_by_hand", path=str(folder.vote_file))
        _check(folder, changed)
        write_atomic(folder.vote_file, changed.encode())
        if frozen:
            freeze_anew(folder, members)
            note_frozen(folder, store)
        note_settings(store, load_vote(folder))


def _check(folder: VoteFolder, text: str) -> None:
    """Raises where the vote would have a mistake then."""
    own = own_rules(folder, text)
    vote = parse_vote(text, known_rules(own), list_findings)
    vote_rules(vote if own is None else replace(vote, rules_text=own.text))
