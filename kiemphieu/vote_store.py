"""The store of a vote folder, made sure to be the one its ballots were recorded in."""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from kiemphieu.folder import VoteFolder, read_public_key
from kiemphieu.pen import folder_pen, signer_of
from kiemphieu.store import About, Store, open_store
from records.codec import to_plain
from records.errors import InputError, KeyFileError, StoreError
from records.journal import EventKind
from records.vote import Vote


def open_vote_store(folder: VoteFolder, vote: Vote) -> Store:
    """The store of `vote`.

    A layout.json beside a store that knows of no ballot tells that the record was lost or moved: every
    ballot handed out would seem to be a forgery.

    Raises:
        StoreError: the store cannot be opened, or is not the one the ballots were recorded in.
    """
    store = open_store(folder.database, vote.store_url, About(vote.id, lambda: folder_pen(folder)))
    if _is_printed(folder, vote) and not store.forms():
        store.close()
        raise StoreError("store_lost", path=store.where)
    return store


def has_record(folder: VoteFolder, vote: Vote) -> bool:
    """Whether a record was begun; to look into a server before ballots are printed would begin one."""
    return folder.database.is_file() or (bool(vote.store_url) and _is_printed(folder, vote))


def _is_printed(folder: VoteFolder, vote: Vote) -> bool:
    """A layout.json is written once its ballots are recorded."""
    return any(folder.layout(style.id).exists() for style in vote.styles)


def note_settings(store: Store, vote: Vote) -> None:
    """Journals the settings that bear on the result, where they are not what the journal says they are.

    Raises:
        InputError: an official is not who was printed under that id, or the count is closed.
    """
    _check_officials(store, vote)
    data = {"settings": result_settings(vote)}
    last = store.last_entry(EventKind.SETTINGS_CHANGED)
    if last is None or last.content != data:
        if store.is_closed():
            raise InputError("settings_after_close", path=store.where)
        store.append(EventKind.SETTINGS_CHANGED, data)


def result_settings(vote: Vote) -> dict[str, Any]:
    """What of vote.toml bears on the result, as plain values."""
    return {
        "rules": vote.rules,
        **({"rules_text": vote.rules_text} if vote.rules_text else {}),
        **({"scanner_profile": vote.profile_sha256} if vote.profile_sha256 else {}),
        "overrides": dict(vote.rule_overrides),
        "attendance": None if vote.attendance is None else to_plain(vote.attendance),
        "officials": [to_plain(official) for official in vote.officials],
        "two_person": vote.two_person,
        "groups": [to_plain(style) for style in vote.styles],
    }


def check_settings(folder: VoteFolder, store: Store, vote: Vote) -> None:
    """Raises where vote.toml no longer says what the ballots were printed with, or the count was sealed with.

    Raises:
        InputError: another name, position or group stands under an id, or the record is sealed and a setting
            that bears on the result was changed.
    """
    _check_officials(store, vote)
    last = store.last_entry(EventKind.SETTINGS_CHANGED)
    sealed = store.last_entry(EventKind.RECORD_SEALED) is not None
    if sealed and last is not None and last.content["settings"] != result_settings(vote):
        raise InputError("settings_after_seal", path=str(folder.vote_file))


def _check_officials(store: Store, vote: Vote) -> None:
    """Holds the officials against the first settings in the journal, which stand before the first ballot.

    A name moved to another id would move its votes along.
    """
    first = store.first_entry(EventKind.SETTINGS_CHANGED)
    if first is None:
        return
    printed = {one["id"]: one for one in first.content["settings"]["officials"]}
    for official in result_settings(vote)["officials"]:
        before = printed.get(official["id"], official)
        if official != before:
            raise InputError(
                "official_changed", official=official["id"], printed=before["name"], found=official["name"]
            )


def check_key(folder: VoteFolder, store: Store) -> None:
    """Raises where the folder's public key is not the one that the vote's ballots are signed with.

    Every genuine ballot would be read as a forgery.

    Raises:
        KeyFileError: it is another key.
    """
    made = store.last_entry(EventKind.KEYS_MADE)
    if made is None:
        return
    try:
        key = load_pem_public_key(read_public_key(folder))
    except ValueError:
        return  # no key at all: who needs it says so, with what is wrong with it
    if not isinstance(key, Ed25519PublicKey) or signer_of(key) != made.content.get("public_key"):
        raise KeyFileError("key_not_the_votes", path=str(folder.public_key))


def check_sealed(store: Store, folder: VoteFolder) -> None:
    """Raises where the record can still change.

    Raises:
        InputError: the record is not sealed.
    """
    if store.last_entry(EventKind.RECORD_SEALED) is None:
        raise InputError("package_unsealed", folder=str(folder.root))


def check_not_sealed(store: Store) -> None:
    """Raises where the count was ended: nothing that bears on the result may be added.

    Raises:
        InputError: the record is sealed.
    """
    if store.last_entry(EventKind.RECORD_SEALED) is not None:
        raise InputError("record_sealed", path=store.where)


def check_open(store: Store) -> None:
    """Raises where nothing that bears on the result may be added: the count was closed, or ended by sealing.

    Raises:
        InputError: the count is closed until it is reopened, or the record is sealed.
    """
    check_not_sealed(store)
    if store.is_closed():
        raise InputError("count_closed", path=store.where)
