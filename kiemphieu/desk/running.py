"""Whether a desk serves a folder already: a second one would not know of the first one's work."""

from __future__ import annotations

import json
import secrets
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from kiemphieu.disk import write_atomic

_FILE = "serving.json"
_PRIVATE = 0o600
_ANSWER_S = 3.0


@dataclass(frozen=True, slots=True)
class Running:
    """A desk that serves.

    Attributes:
        origin: scheme, host and port.
        word: by which it is known; whoever may read the folder knows it.
    """

    origin: str
    word: str


def announce(own: Path, origin: str) -> Running:
    """Says that a desk serves from now on.

    Raises:
        StoreError: the folder cannot be written.
    """
    running = Running(origin, secrets.token_urlsafe(16))
    write_atomic(own / _FILE, json.dumps({"origin": origin, "word": running.word}).encode(), _PRIVATE)
    return running


def withdraw(own: Path, running: Running) -> None:
    """Takes it back, where no other desk has said so since."""
    if _read(own) == running:
        with suppress(OSError):
            (own / _FILE).unlink()


def find_running(own: Path) -> Running | None:
    """The desk that serves and answers; one that was killed does not."""
    found = _read(own)
    if found is None or not found.origin.startswith("http://127.0.0.1:"):
        return None
    try:
        # The address is this machine's and was checked above.
        with urllib.request.urlopen(f"{found.origin}/alive?word={found.word}", timeout=_ANSWER_S):  # noqa: S310
            return found
    except (OSError, urllib.error.URLError, ValueError):
        return None


def _read(own: Path) -> Running | None:
    try:
        data = json.loads((own / _FILE).read_text(encoding="utf-8"))
        return Running(str(data["origin"]), str(data["word"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
