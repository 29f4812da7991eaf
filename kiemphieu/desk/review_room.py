"""What the review keeps between two requests: the queue of each vote and its pictures, in memory only."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from itertools import islice

from kiemphieu.deciding import DecisionReport
from kiemphieu.desk.acts import Act
from kiemphieu.desk.review_pictures import Pictures, Size, Wanted
from kiemphieu.folder import VoteFolder, load_vote, vote_rules
from kiemphieu.opinions import ItemId, Opinion
from kiemphieu.review_items import Queue, QueueReader, ReviewItem
from kiemphieu.review_passes import Passes, Seen
from kiemphieu.scanner_profiles import reading_contexts
from kiemphieu.scanning import reader_setup
from kiemphieu.vote_store import open_vote_store
from records.errors import KiemphieuError
from records.rules import RuleSet
from records.vote import Vote
from scanner.sheet import ReadingContext

_MOST_ROOMS = 6
_REFRESH_S = 0.4
_AHEAD, _PAGES_AHEAD = 8, 3
"""How many of the next items have their crop, and their whole page, made ready."""


@dataclass(frozen=True, slots=True)
class Look:
    """The review as it is at this moment.

    Attributes:
        opinions: of all members; only `passes.seen` tells what a member may see of them.
    """

    passes: Passes
    queue: Queue
    opinions: Mapping[ItemId, tuple[Opinion, ...]]

    @property
    def vote(self) -> Vote:
        return self.passes.vote

    @property
    def rules(self) -> RuleSet:
        return self.passes.rules

    def seen(self, item: ReviewItem, member: str) -> Seen:
        return self.passes.seen(item, self.opinions.get(item.id, ()), member)

    def all_seen(self, member: str, items: Iterable[ReviewItem]) -> tuple[Seen, ...]:
        return tuple(self.seen(item, member) for item in items)


class Room:
    """The review of one vote.

    Attributes:
        lock: held while opinions become decisions, so that two members at once make one decision.
    """

    def __init__(self, folder: VoteFolder) -> None:
        self._folder = folder
        self.lock = threading.RLock()
        self.pictures = Pictures(folder, self._contexts_with)
        self._reader: tuple[RuleSet, QueueReader] | None = None
        self._queue: tuple[str, RuleSet, Queue] | None = None
        self._refreshing: threading.Timer | None = None
        self._contexts: dict[str, ReadingContext] = {}
        self._context_lock = threading.Lock()

    def look(self, names: Mapping[str, str]) -> Look:
        """The queue of now; read anew only where the record has changed.

        Raises:
            InputError: vote.toml or its rules cannot be used.
            StoreError: the record cannot be read.
        """
        vote = load_vote(self._folder)
        rules = vote_rules(vote)
        passes = Passes(self._folder, vote, rules, names)
        with self.lock:
            return Look(passes, self._queue_of(vote, rules), passes.opinions.all())

    def again(self, look: Look) -> Look:
        """A look a moment later: with decisions noted and opinions given since, the rest as it was."""
        with self.lock:
            queue = look.queue if self._queue is None else self._queue[2]
            return replace(look, queue=queue, opinions=look.passes.opinions.all())

    def known(self, serial: str, what: str) -> ReviewItem | None:
        """An item of the queue that is kept."""
        with self.lock:
            return None if self._queue is None else self._queue[2].find(serial, what)

    def _queue_of(self, vote: Vote, rules: RuleSet) -> Queue:
        with closing(open_vote_store(self._folder, vote)) as store:
            # Read before the queue: what comes in between is found the next time.
            state = store.state()
            # Soon to be read anew, the queue that was kept has the newest decision in it.
            soon = self._refreshing is not None
            if self._queue is not None and self._queue[1] == rules and (soon or self._queue[0] == state):
                return self._queue[2]
            if self._reader is None or self._reader[0] != rules:
                self._reader = rules, QueueReader(store, rules)
            queue = self._reader[1].read(store)
            self._queue = state, rules, queue
            return queue

    def note(self, reports: Iterable[DecisionReport]) -> None:
        """Puts decisions just recorded into the queue that is kept, and has it read anew a moment later."""
        with self.lock:
            if self._queue is None:
                return
            state, rules, queue = self._queue
            for report in reports:
                queue = queue.having(report.entry)
            self._queue = state, rules, queue
            if self._refreshing is None:
                self._refreshing = threading.Timer(_REFRESH_S, self._refresh)
                self._refreshing.daemon = True
                self._refreshing.start()

    def forget(self) -> None:
        """After a decision was taken back: the queue is read anew for the next page."""
        with self.lock:
            if self._refreshing is not None:
                self._refreshing.cancel()
            self._refreshing = self._queue = None

    def _refresh(self) -> None:
        with self.lock:
            self._refreshing = None
            # What is wrong with the record is told on the next page.
            with suppress(KiemphieuError):
                vote = load_vote(self._folder)
                self._queue_of(vote, vote_rules(vote))

    def prepare(self, items: Iterable[ReviewItem]) -> None:
        """Has pictures of the next items made in the background."""
        wanted: list[Wanted] = []
        for number, item in enumerate(islice(items, _AHEAD)):
            wanted += [Wanted(place, Size.BAND) for place in item.places[:1] if place.view is not None]
            if number < _PAGES_AHEAD:
                wanted += [Wanted(place, Size.PAGE) for place in item.places[:1]]
        wanted.sort(key=lambda one: one.size is Size.PAGE and one.place.view is not None)
        self.pictures.prepare(wanted)

    def _contexts_with(self, options: str) -> Mapping[str, ReadingContext]:
        with self._context_lock:
            if options not in self._contexts:
                vote = load_vote(self._folder)
                with closing(open_vote_store(self._folder, vote)) as store:
                    found = reading_contexts(self._folder, store, reader_setup(self._folder, vote))
                # Read by a version of which nothing is known: as it would be read today.
                self._contexts = {**found, options: found.get(options) or next(iter(found.values()))}
            return self._contexts


_ROOMS: OrderedDict[tuple[str, int], Room] = OrderedDict()
_ROOMS_LOCK = threading.Lock()


def room_of(act: Act) -> Room:
    """The room of the vote that a request is about."""
    folder = act.folder
    database = folder.database
    # A folder that was made anew under the same name is another vote.
    key = str(folder.root), database.stat().st_ino if database.is_file() else 0
    with _ROOMS_LOCK:
        room = _ROOMS.setdefault(key, Room(folder))
        _ROOMS.move_to_end(key)
        while len(_ROOMS) > _MOST_ROOMS:
            _ROOMS.popitem(last=False)
        return room


def look(act: Act) -> Look:
    """The review of the vote that a request is about."""
    names = {member.id: member.name for member in act.desk.people.everyone()}
    return room_of(act).look(names)
