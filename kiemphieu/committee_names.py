"""Names of the committee as they stand under the minutes: written into vote.toml, all else left as it is."""

from __future__ import annotations

import re
import tomllib

from kiemphieu.disk import write_atomic
from kiemphieu.folder import VoteFolder, load_vote, vote_text
from kiemphieu.vote_draft import quoted
from records.errors import InputError
from records.vote import Committee

LONGEST_NAME = 120
_HEADING = re.compile(r"[ \t]*\[committee\][ \t]*(#.*)?")


def save_committee(folder: VoteFolder, committee: Committee) -> None:
    """Writes the names into vote.toml. They are no part of the definition that was frozen.

    Raises:
        InputError: a name is too long, or vote.toml is written in a way that must be changed by hand.
        StoreError: the disk refuses.
    """
    tidied = tidy_committee(committee)
    if load_vote(folder).committee == tidied:
        return
    text = vote_text(folder)
    changed = with_committee(text, tidied)
    wanted = {**tomllib.loads(text), "committee": _plain(tidied)}
    if changed is None or _parsed(changed) != wanted:
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


def with_committee(text: str, committee: Committee) -> str | None:
    """vote.toml with the names in its section, which is added at the end where there is none.

    Comments stay. None where the section stands there twice; whether what comes out says the same as before
    is for the caller to look at, because text in quotation marks may look like a heading.
    """
    end = "\r\n" if "\r\n" in text else "\n"
    lines = text.splitlines()
    places = [number for number, line in enumerate(lines) if _HEADING.fullmatch(line)]
    section = [f"{key} = {_value(value)}" for key, value in _plain(committee).items()]
    if len(places) > 1:
        return None
    if not places:
        spaced = [*lines, ""] if lines and lines[-1].strip() else lines
        return end.join([*spaced, "[committee]", *section, ""])
    start = places[0] + 1
    stop = next((n for n in range(start, len(lines)) if re.match(r"[ \t]*\[", lines[n])), len(lines))
    tail = stop
    while tail > start and (not lines[tail - 1].strip() or lines[tail - 1].lstrip().startswith("#")):
        tail -= 1
    # What stands above the next heading, after an empty line, belongs to that heading.
    gap = next((n for n in range(tail, stop) if not lines[n].strip()), stop)
    kept = [line for line in lines[start:gap] if line.lstrip().startswith("#")]
    return end.join([*lines[:start], *kept, *section, *lines[gap:], ""])


def _plain(committee: Committee) -> dict[str, str | list[str]]:
    return {
        "head": committee.head,
        "secretary": committee.secretary,
        "members": list(committee.members),
        "witnesses": list(committee.witnesses),
    }


def _value(value: str | list[str]) -> str:
    return quoted(value) if isinstance(value, str) else f"[{', '.join(quoted(one) for one in value)}]"


def _parsed(text: str) -> dict[str, object] | None:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None
