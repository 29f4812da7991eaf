"""The count as it stands now, counted anew only when the record or vote.toml has changed."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from kiemphieu.batches import batch_at_hand, read_batches
from kiemphieu.counting import CountReport, count_folder
from kiemphieu.folder import VoteFolder, load_vote, vote_text
from kiemphieu.vote_store import has_record, open_vote_store
from records.canonical import canonical_json, sha256_hex
from records.codec import to_plain
from records.errors import InputError
from records.vote import Vote

STEP = 10
"""Ballots that join what everybody sees at once, while a batch is open."""
_MOST_KEPT = 8


@dataclass(frozen=True, slots=True)
class LiveCount:
    """A count and what it was counted from.

    Attributes:
        key: changes with the record and with vote.toml, and tells nothing about either.
        pages: in the record.
    """

    key: str
    report: CountReport
    pages: int


@dataclass(frozen=True, slots=True)
class ShownCount:
    """A count as a roomful of people may see it.

    Attributes:
        key: changes with what is shown.
        step: ballots that join it at once, as a batch is open; 0 where each does.
    """

    key: str
    report: CountReport
    step: int


class _Kept:
    """The newest count of every vote. Counting waits for counting of the same vote: one result serves all."""

    def __init__(self) -> None:
        self._found: OrderedDict[Path, LiveCount] = OrderedDict()
        self._counted: dict[Path, float] = {}
        self._counting: dict[Path, threading.Lock] = {}
        self._lock = threading.Lock()

    def count(self, folder: VoteFolder, most_age_s: float) -> LiveCount:
        with self._lock:
            counting = self._counting.setdefault(folder.root, threading.Lock())
        with counting:
            recent = self._found.get(folder.root)
            if recent is not None and time.monotonic() - self._counted[folder.root] < most_age_s:
                return recent
            vote = load_vote(folder)
            if not has_record(folder, vote):
                raise InputError("desk_count_nothing_printed")
            key, pages = _key(folder, vote)
            known = self._found.get(folder.root)
            if known is None or known.key != key:
                known = LiveCount(key, count_folder(folder, vote), pages)
            self._counted[folder.root] = time.monotonic()
            self._keep(folder.root, known)
            return known

    def _keep(self, root: Path, count: LiveCount) -> None:
        with self._lock:
            self._found[root] = count
            self._found.move_to_end(root)
            while len(self._found) > _MOST_KEPT:
                self._found.popitem(last=False)


_KEPT = _Kept()


def live_count(folder: VoteFolder, most_age_s: float = 0.0) -> LiveCount:
    """The count as it stands, or stood that long ago at most: while pages come in, each look costs a count.

    Raises:
        InputError: nothing was printed yet.
        VoteFileError: vote.toml has mistakes.
        StoreError: the record cannot be read.
    """
    return _KEPT.count(folder, most_age_s)


def shown_count(folder: VoteFolder) -> ShownCount:
    """The count for a screen that others see: whoever watches it and the scanner learns no single ballot.

    While a batch is open, it stays as it was until `STEP` further ballots are in, for everyone alike; a
    decision shows at once where no page has come in since.

    Raises:
        InputError, VoteFileError, StoreError: as for `live_count`; the list of batches cannot be read.
    """
    in_steps = batch_at_hand(read_batches(folder)) is not None
    held = _SHOWN.held(folder) if in_steps else None
    return held or _SHOWN.show(folder, live_count(folder), in_steps)


class _Shown:
    """What was shown last of every vote."""

    def __init__(self) -> None:
        self._last: dict[Path, LiveCount] = {}
        self._lock = threading.Lock()

    def held(self, folder: VoteFolder) -> ShownCount | None:
        """What stays without counting anew, since so few pages cannot be a step; None where it may change."""
        with self._lock:
            last = self._last.get(folder.root)
        if last is None:
            return None
        with closing(open_vote_store(folder, load_vote(folder))) as store:
            further = store.page_count() - last.pages
        return _in_steps(last) if 0 < further < STEP else None

    def show(self, folder: VoteFolder, now: LiveCount, in_steps: bool) -> ShownCount:
        with self._lock:
            last = self._last.get(folder.root)
            if last is None or not in_steps or not _would_tell(last, now):
                last = self._last[folder.root] = now
        return _in_steps(last) if in_steps else ShownCount(last.key, last.report, 0)


def _in_steps(count: LiveCount) -> ShownCount:
    return ShownCount(f"{count.key}-steps", count.report, STEP)


_SHOWN = _Shown()


def _would_tell(last: LiveCount, now: LiveCount) -> bool:
    """Whether the two differ by so few ballots that their difference tells how these were marked."""
    return now.pages != last.pages and abs(_ballots(now) - _ballots(last)) < STEP


def _ballots(count: LiveCount) -> int:
    ballots = count.report.result.ballots
    return ballots.returned + ballots.foreign


def _key(folder: VoteFolder, vote: Vote) -> tuple[str, int]:
    """The key, and the pages of the record."""
    with closing(open_vote_store(folder, vote)) as store:
        state, pages = store.state(), store.page_count()
    parts = [state, sha256_hex(vote_text(folder).encode()), sha256_hex(canonical_json(to_plain(vote)))]
    return sha256_hex("\n".join(parts).encode())[:16], pages
