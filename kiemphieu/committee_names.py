"""Names of the committee as they stand under the minutes: written into vote.toml, all else left as it is."""

from __future__ import annotations

from kiemphieu.disk import write_atomic
from kiemphieu.folder import VoteFolder, load_vote, vote_text
from kiemphieu.vote_file_edit import with_section
from records.errors import InputError
from records.vote import Committee

LONGEST_NAME = 120


def save_committee(folder: VoteFolder, committee: Committee) -> None:
    """Writes the names into vote.toml. They are no part of the definition that was frozen.

    Raises:
        InputError: a name is too long, or vote.toml is written in a way that must be changed by hand.
        StoreError: the disk refuses.
    """
    tidied = tidy_committee(committee)
    if load_vote(folder).committee == tidied:
        return
    changed = with_section(vote_text(folder), "committee", plain_committee(tidied))
    if changed is None:
        raise InputError("committee_by_hand", path=str(folder.vote_file))
    write_atomic(folder.vote_file, changed.encode())


def tidy_committee(committee: Committee) -> Committee:
    """Without empty lines and doubled spaces.

    Raises:
        InputError: a name is too long.
    """
    return Committee(
        _tidy(committee.head),
        _tidy(committee.secretary),
        tuple(name for one in committee.members if (name := _tidy(one))),
        tuple(name for one in committee.witnesses if (name := _tidy(one))),
    )


def _tidy(name: str) -> str:
    found = " ".join("".join(one if one.isprintable() else " " for one in name).split())
    if len(found) > LONGEST_NAME:
        raise InputError("committee_name_long", most=LONGEST_NAME, name=f"{found[:40]}…")
    return found


def plain_committee(committee: Committee) -> dict[str, str | list[str]]:
    """`[committee]` as values."""
    return {
        "head": committee.head,
        "secretary": committee.secretary,
        "members": list(committee.members),
        "witnesses": list(committee.witnesses),
    }
