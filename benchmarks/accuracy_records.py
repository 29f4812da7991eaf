"""What a campaign keeps: one JSON line for each ballot, in a folder that knows whose results it holds."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.accuracy_judging import FindingOutcome, SilentBox, SilentError
from records.codec import from_plain, to_plain
from records.reading import BoxState
from records.ruling import Verdict

FORMAT = 1
ROOT = Path(__file__).parents[1]
_JUDGED_CODE = ("ballot_layout", "records", "sample_scans", "scanner", "tally")


@dataclass(frozen=True, slots=True)
class BoxRecord:
    """A box with anything in it, on the paper or in the reading.

    Attributes:
        mark: what was drawn, "" for nothing.
        scores: in the order of the fields of `records.reading.MarkScores`, as the campaign file lists them.
    """

    official: str
    level: str
    mark: str
    true: BoxState
    read: BoxState
    scores: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class BallotRecord:
    """One ballot, simulated, read and judged.

    Attributes:
        recorded: whether a real writer's marks were drawn.
        good: whether it must be read right and without a person.
        rejected: why a page of it could not be read, "" for none; then there is no verdict.
        milliseconds: time to read all its pages.
        pictures: file names below the folder's `pictures`, the whole pages first.
    """

    index: int
    serial: str
    stratum: str
    dpi: int
    mode: str
    damage: tuple[str, ...]
    pen: str
    ink: str
    recorded: bool
    good: bool
    lines: int
    milliseconds: float
    rejected: str = ""
    verdict: Verdict | None = None
    reasons: tuple[str, ...] = ()
    errors: tuple[SilentError, ...] = ()
    silent_boxes: tuple[SilentBox, ...] = ()
    findings: tuple[FindingOutcome, ...] = ()
    false_findings: tuple[str, ...] = ()
    review_marks: tuple[tuple[str, str], ...] = ()
    boxes: tuple[BoxRecord, ...] = ()
    pictures: tuple[str, ...] = ()

    @property
    def needless(self) -> bool:
        """Whether a good ballot waits for a person."""
        return self.good and self.verdict is Verdict.REVIEW

    def without_pictures(self) -> BallotRecord:
        return replace(self, pictures=())


class FolderRefusedError(Exception):
    """The folder holds the results of another campaign, reader or version of the code."""


class CampaignFolder:
    """`campaign.json` says what the results belong to, `ballots.jsonl` holds them, `pictures/` shows them."""

    def __init__(self, path: Path, identity: dict[str, Any]) -> None:
        """Opens or makes the folder.

        Raises:
            FolderRefusedError: it belongs to something else than `identity`.
        """
        self.path = path
        self.pictures = path / "pictures"
        self._results = path / "ballots.jsonl"
        self.pictures.mkdir(parents=True, exist_ok=True)
        about = path / "campaign.json"
        if about.exists():
            _refuse_others(path, json.loads(about.read_text(encoding="utf-8")), identity)
        else:
            about.write_text(json.dumps(identity, indent=1, sort_keys=True), encoding="utf-8")

    def load(self) -> list[BallotRecord]:
        """The ballots done so far; a last line cut short when the run was killed is dropped from the file."""
        if not self._results.exists():
            return []
        data = self._results.read_bytes()
        whole = data.rfind(b"\n") + 1
        if whole < len(data):
            with self._results.open("r+b") as file:
                file.truncate(whole)
        return [from_plain(BallotRecord, json.loads(line)) for line in data[:whole].splitlines()]

    def append(self, record: BallotRecord) -> None:
        line = json.dumps(to_plain(record), ensure_ascii=False, separators=(",", ":"))
        with self._results.open("a", encoding="utf-8") as file:
            file.write(line + "\n")


def _refuse_others(path: Path, stored: dict[str, Any], wanted: dict[str, Any]) -> None:
    changed = [
        f"{name}: {stored.get(name)} there, {wanted.get(name)} now"
        for name in sorted({*stored, *wanted})
        if stored.get(name) != wanted.get(name)
    ]
    if changed:
        raise FolderRefusedError(
            f"{path} holds another campaign's results; give another with --out, or delete it.\n  "
            + "\n  ".join(changed)
        )


def code_digest(rooms: Iterable[str] = _JUDGED_CODE) -> str:
    """SHA-256 over every file that a result depends on: results of two versions must not be mixed."""
    total = hashlib.sha256()
    for room in rooms:
        for path in sorted((ROOT / room).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts and "gallery" not in path.parts:
                total.update(path.relative_to(ROOT).as_posix().encode() + b"\0")
                total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()
