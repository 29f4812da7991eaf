"""Questions that a rule set leaves open, resolved by the committee when the result turns on them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from contextlib import closing

from kiemphieu.disk import write_atomic
from kiemphieu.folder import VoteFolder, load_vote, vote_of_text, vote_text
from kiemphieu.freezing import FreezingMember, frozen_anew, note_frozen
from kiemphieu.vote_file_edit import with_section
from kiemphieu.vote_store import check_open, note_settings, open_vote_store
from records.count import OpenPoint, TallyResult
from records.errors import InputError
from records.rules import CUTOFFS_SETTING, Base, FaultScope, parse_cutoffs

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
    with closing(open_vote_store(folder, load_vote(folder))) as store:
        check_open(store)
        text = vote_text(folder)
        rules = {**tomllib.loads(text).get("rules", {}), **chosen}
        changed = with_section(text, "rules", rules)
        if changed is None:
            raise InputError("resolving_by_hand", path=str(folder.vote_file))
        with frozen_anew(folder, vote_of_text(folder, changed), members):
            write_atomic(folder.vote_file, changed.encode())
        note_frozen(folder, store)
        note_settings(store, load_vote(folder))
