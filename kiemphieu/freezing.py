"""A vote's definition is frozen by two members: from then on it is printed as they saw it, or not at all.

`frozen.json` in the vote folder holds the definition's hash and who froze it; the journal gets the same
with the first printing, when there is a record. Head counts and the names under the minutes are no part
of the definition: they are known only on the day.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kiemphieu.disk import disk_errors
from kiemphieu.folder import VoteFolder, load_vote, remove_file
from kiemphieu.kept_json import read_kept, write_kept
from kiemphieu.store import Store
from records.canonical import canonical_json, sha256_hex
from records.codec import from_plain, to_plain
from records.errors import InputError
from records.journal import EventKind
from records.vote import Vote

FROZEN_FILE = "frozen.json"
FROZEN_FORMAT = 1
FROZEN_ACTION = "vote_frozen"
SIGNERS = 2
_NOT_DEFINED = frozenset(
    {"attendance", "committee", "papers", "store_url", "scanner_profile", "profile_sha256"}
)


@dataclass(frozen=True, slots=True)
class FreezingMember:
    """Who froze a vote: the member's id at the desk, the role, and the name as the committee know it."""

    member: str
    role: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Freezing:
    """What was frozen, and by whom.

    Attributes:
        sha256: of the definition, hex.
    """

    sha256: str
    members: tuple[FreezingMember, ...]


def definition_sha256(folder: VoteFolder, vote: Vote) -> str:
    """SHA-256 of everything that bears on the ballot and on how it is counted, hex.

    Pictures and fonts count with their content, not with their name.

    Raises:
        InputError: a file that vote.toml names cannot be read.
    """
    plain = {key: value for key, value in to_plain(vote).items() if key not in _NOT_DEFINED}
    files = {"seal_image": vote.printing.seal_image, "font": vote.printing.font}
    plain["printing"] |= {
        key: _file_sha256(folder.root / name) if name else "" for key, name in files.items()
    }
    return sha256_hex(canonical_json({"format": FROZEN_FORMAT, "definition": plain}))


def _file_sha256(path: Path) -> str:
    try:
        return sha256_hex(path.read_bytes())
    except OSError as error:
        raise InputError("file_unreadable", path=str(path), reason=error.strerror) from error


def freeze(folder: VoteFolder, shown_sha256: str, members: tuple[FreezingMember, ...]) -> Freezing:
    """Freezes the vote as vote.toml has it.

    Args:
        folder: of the vote.
        shown_sha256: the hash that the members were shown.
        members: two different ones.

    Raises:
        InputError: vote.toml has mistakes, it is no longer what the members were shown, or the vote is
            frozen already.
        StoreError: the disk refuses.
    """
    if read_freezing(folder) is not None:
        raise InputError("freezing_done_already")
    if len({one.member for one in members}) != SIGNERS:
        raise InputError("freezing_two_members")
    found = definition_sha256(folder, load_vote(folder))
    if found != shown_sha256:
        raise InputError("freezing_not_as_shown")
    return _write(folder, Freezing(found, members))


def check_change(folder: VoteFolder, members: tuple[FreezingMember, ...]) -> None:
    """Raises where a vote is frozen and these members cannot change it.

    Raises:
        InputError: it is no longer what was frozen, or they are not two different ones.
    """
    check_frozen(folder, load_vote(folder))
    if read_freezing(folder) is not None and len({one.member for one in members}) != SIGNERS:
        raise InputError("freezing_two_members")


@contextmanager
def frozen_anew(folder: VoteFolder, changed: Vote, members: tuple[FreezingMember, ...]) -> Iterator[None]:
    """Freezes a frozen vote with what its members change in the body; a vote that is not frozen stays so.

    Args:
        folder: of the vote.
        changed: the vote as it will be when the body has written vote.toml.
        members: two different ones.

    Raises:
        InputError: the vote is no longer what was frozen, or the members are not two different ones.
        StoreError: the disk refuses.
    """
    check_change(folder, members)
    before = read_freezing(folder)
    if before is None:
        yield
        return
    after = Freezing(definition_sha256(folder, changed), members)
    _write(folder, before, following=after)
    yield
    _write(folder, after)


def _write(folder: VoteFolder, freezing: Freezing, following: Freezing | None = None) -> Freezing:
    """Writes frozen.json.

    Args:
        folder: of the vote.
        freezing: what is frozen.
        following: what two members are putting in its place. It is in force once vote.toml says so: whatever
            cuts the change off, the definition is one of the two.
    """
    values: dict[str, Any] = to_plain(freezing)
    if following is not None:
        values["following"] = to_plain(following)
    write_kept(folder.root / FROZEN_FILE, FROZEN_FORMAT, values)
    return freezing


def read_freezing(folder: VoteFolder) -> Freezing | None:
    """How the vote is frozen; None where it is not.

    Raises:
        InputError: frozen.json is damaged, or vote.toml has mistakes while the definition is being changed.
    """
    path = folder.root / FROZEN_FILE
    if not path.is_file():
        return None
    try:
        data = read_kept(path, FROZEN_FORMAT)
        following = data.pop("following", None)
        freezing = from_plain(Freezing, data)
        after = None if following is None else from_plain(Freezing, following)
    except ValueError as error:
        raise InputError("freezing_damaged", path=str(path)) from error
    if after is not None and after.sha256 == definition_sha256(folder, load_vote(folder)):
        return after
    return freezing


def lift_freezing(folder: VoteFolder) -> None:
    """Takes the freezing back, as long as no ballot is printed.

    Raises:
        InputError: ballots are printed.
        StoreError: the disk refuses.
    """
    if is_printed(folder):
        raise InputError("freezing_printed")
    with disk_errors(folder.root / FROZEN_FILE):
        remove_file(folder.root / FROZEN_FILE)


def is_printed(folder: VoteFolder) -> bool:
    """Whether ballots of the vote were ever printed: their layout stands in the folder from then on."""
    return any(folder.root.glob("layout*.json"))


def check_frozen(folder: VoteFolder, vote: Vote) -> None:
    """Raises where the vote was frozen and is no longer what it was.

    Raises:
        InputError: the definition was changed, or frozen.json is damaged.
    """
    freezing = read_freezing(folder)
    if freezing is not None and definition_sha256(folder, vote) != freezing.sha256:
        raise InputError("freezing_changed", path=str(folder.vote_file))


def note_frozen(folder: VoteFolder, store: Store) -> None:
    """Journals who froze the vote and its hash, where the journal does not say so yet."""
    freezing = read_freezing(folder)
    if freezing is None:
        return
    data = freezing_entry(freezing)
    noted = [one.content for one in store.journal(EventKind.DESK_ACTED) if _is_freezing(one.content)]
    if not noted or noted[-1] != data:
        store.append(EventKind.DESK_ACTED, data)


def freezing_entry(freezing: Freezing) -> dict[str, Any]:
    """What the journal says; roles and ids, no names."""
    members = [{"member": one.member, "role": one.role} for one in freezing.members]
    return {"action": FROZEN_ACTION, "definition_sha256": freezing.sha256, "members": members}


def _is_freezing(content: dict[str, Any]) -> bool:
    return content.get("action") == FROZEN_ACTION
