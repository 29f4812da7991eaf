"""The count as it stands now, counted anew only when the record or vote.toml has changed."""

from __future__ import annotations

import threading
from collections import OrderedDict
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from kiemphieu.counting import CountReport, count_folder
from kiemphieu.folder import VoteFolder, load_vote, vote_text
from kiemphieu.vote_store import has_record, open_vote_store
from records.canonical import canonical_json, sha256_hex
from records.codec import to_plain
from records.errors import InputError
from records.vote import Vote

_MOST_KEPT = 8


@dataclass(frozen=True, slots=True)
class LiveCount:
    """A count and what it was counted from.

    Attributes:
        key: changes with the record and with vote.toml, and tells nothing about either.
    """

    key: str
    report: CountReport


class _Kept:
    """The newest count of every vote. Counting waits for counting of the same vote: one result serves all."""

    def __init__(self) -> None:
        self._found: OrderedDict[Path, LiveCount] = OrderedDict()
        self._counting: dict[Path, threading.Lock] = {}
        self._lock = threading.Lock()

    def count(self, folder: VoteFolder) -> LiveCount:
        with self._lock:
            counting = self._counting.setdefault(folder.root, threading.Lock())
        with counting:
            vote = load_vote(folder)
            if not has_record(folder, vote):
                raise InputError("desk_count_nothing_printed")
            key = _key(folder, vote)
            known = self._found.get(folder.root)
            if known is None or known.key != key:
                known = LiveCount(key, count_folder(folder, vote))
            self._keep(folder.root, known)
            return known

    def _keep(self, root: Path, count: LiveCount) -> None:
        with self._lock:
            self._found[root] = count
            self._found.move_to_end(root)
            while len(self._found) > _MOST_KEPT:
                self._found.popitem(last=False)


_KEPT = _Kept()


def live_count(folder: VoteFolder) -> LiveCount:
    """The count as it stands.

    Raises:
        InputError: nothing was printed yet.
        VoteFileError: vote.toml has mistakes.
        StoreError: the record cannot be read.
    """
    return _KEPT.count(folder)


def _key(folder: VoteFolder, vote: Vote) -> str:
    with closing(open_vote_store(folder, vote)) as store:
        state = store.state()
    parts = [state, sha256_hex(vote_text(folder).encode()), sha256_hex(canonical_json(to_plain(vote)))]
    return sha256_hex("\n".join(parts).encode())[:16]
