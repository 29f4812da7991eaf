"""Browsers at the desk: a start address that works once, and the session that it becomes."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from kiemphieu.disk import disk_errors
from kiemphieu.messages import Language

IDLE_S = 600.0
"""Without a request for this long, a session asks for the PIN again."""
COOKIE = "kiemphieu_desk"
_MOST_SESSIONS = 50


@dataclass(slots=True)
class Session:
    """One browser.

    Attributes:
        member_id: who signed in last; empty before.
        signed_in: whether that member is at work, or has to show the PIN again.
        seen: when the last request of a person came, in seconds of the clock.
        kept: what a member was about to send when the session was locked.
    """

    id: str
    lang: Language
    member_id: str = ""
    signed_in: bool = False
    seen: float = 0.0
    kept: KeptForm | None = None


@dataclass(frozen=True, slots=True)
class KeptForm:
    """A form sent after the lock had closed: shown again to the same member to send."""

    member_id: str
    path: str
    fields: tuple[tuple[str, str], ...]


class StartAddresses:
    """Words that let one browser in, once. Only their hashes lie on the disk, in a private folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def issue(self) -> str:
        """A new word.

        Raises:
            StoreError: the folder cannot be written.
        """
        word = secrets.token_urlsafe(32)
        with disk_errors(self._folder):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file(word).touch(mode=0o600)
        return word

    def use(self, word: str) -> bool:
        """Whether the word is good; it is not good again."""
        try:
            self._file(word).unlink()
        except OSError:
            return False
        return True

    def forget(self) -> None:
        """Every word that was not used."""
        for path in self._folder.glob("*"):
            with suppress(OSError):
                path.unlink()

    def _file(self, word: str) -> Path:
        return self._folder / hashlib.sha256(word.encode()).hexdigest()


@dataclass(slots=True)
class Sessions:
    """All browsers; in memory only, so that a new start of the server lets nobody in by itself."""

    clock: Callable[[], float] = time.monotonic
    idle_s: float = IDLE_S
    _found: dict[str, Session] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self, lang: Language) -> Session:
        session = Session(secrets.token_urlsafe(32), lang, seen=self.clock())
        with self._lock:
            while len(self._found) >= _MOST_SESSIONS:
                oldest = min(self._found.values(), key=lambda one: one.seen)
                del self._found[oldest.id]
            self._found[session.id] = session
        return session

    def find(self, cookies: Mapping[str, str]) -> Session | None:
        return self._found.get(cookies.get(COOKIE, ""))

    def touch(self, session: Session, counts: bool = True) -> bool:
        """Whether someone is at work in it; a request that `counts` is a sign of a person.

        After a pause the session is locked and stays so until the PIN is shown.
        """
        now = self.clock()
        if session.signed_in and now - session.seen > self.idle_s:
            session.signed_in = False
        if counts and session.signed_in:
            session.seen = now
        return session.signed_in

    def sign_in(self, session: Session, member_id: str) -> Session:
        """A session under a new name, which no one who knew the old one can use."""
        fresh = self.start(session.lang)
        fresh.member_id, fresh.signed_in = member_id, True
        if session.kept is not None and session.kept.member_id == member_id:
            fresh.kept = session.kept
        with self._lock:
            self._found.pop(session.id, None)
        return fresh

    def sign_out(self, session: Session) -> None:
        session.signed_in = False
        session.member_id = ""
        session.kept = None

    def sign_out_everywhere(self, member_id: str) -> None:
        """Every browser in which that member is at work."""
        with self._lock:
            found = [one for one in self._found.values() if one.member_id == member_id]
        for session in found:
            self.sign_out(session)
