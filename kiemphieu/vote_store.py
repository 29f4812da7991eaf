"""The store of a vote folder, made sure to be the one its ballots were recorded in."""

from __future__ import annotations

from kiemphieu.folder import VoteFolder
from kiemphieu.store import Store, open_store
from records.errors import StoreError
from records.vote import Vote


def open_vote_store(folder: VoteFolder, vote: Vote) -> Store:
    """The store of `vote`.

    A layout.json is written once its ballots are recorded. Beside a store that knows of no ballot it
    tells that the record was lost or moved: every ballot handed out would seem to be a forgery.

    Raises:
        StoreError: the store cannot be opened, or is not the one the ballots were recorded in.
    """
    store = open_store(folder.database, vote.store_url)
    printed = any(folder.layout(style.id).exists() for style in vote.styles)
    if printed and not store.forms():
        store.close()
        raise StoreError("store_lost", path=store.where)
    return store
