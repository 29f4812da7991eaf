"""What a test deck must be read to: the ruling of every ballot and the tally, as values and as a file.

The tally is added up here from the rulings, without the code that counts votes: a fault of that code shows.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from calibration.deck import DeckCase
from kiemphieu.folder import VoteFolder
from kiemphieu.vote_store import result_settings
from records.canonical import canonical_json, sha256_hex
from records.errors import InputError
from records.reading import BoxState, ReviewReason
from records.ruling import BallotFault, BallotRuling, LineFault, LineRuling, Verdict
from records.vote import DEFAULT_STYLE_ID, Vote

EXPECTED_FORMAT = 1
INVALID = "invalid"
_NOT_RULED_BY = frozenset({"attendance", "scanner_profile"})


@dataclass(frozen=True, slots=True)
class ExpectedBallot:
    """One ballot of the deck; `turned` are the pages that are printed upside down."""

    case: DeckCase
    ruling: BallotRuling
    turned: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ExpectedGroup:
    """One kind of ballot of the deck.

    Attributes:
        layout_sha256: of the test ballots.
        pdf: the printed file's name.
        pages: of one ballot.
    """

    style: str
    layout_sha256: str
    pdf: str
    pages: int
    officials: tuple[str, ...]
    levels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExpectedDeck:
    """A whole deck.

    Attributes:
        settings: see `settings_digest`.
    """

    vote: str
    name: str
    settings: str
    groups: tuple[ExpectedGroup, ...]
    ballots: tuple[ExpectedBallot, ...]

    def of_group(self, style: str) -> tuple[ExpectedBallot, ...]:
        return tuple(ballot for ballot in self.ballots if ballot.ruling.style == style)


@dataclass(frozen=True, slots=True)
class DeckTally:
    """Counts of one kind of ballot.

    Attributes:
        verdicts: valid, invalid, in review.
        cells: by official and column; the columns are the levels and `INVALID`.
    """

    verdicts: tuple[tuple[Verdict, int], ...]
    cells: tuple[tuple[tuple[str, str], int], ...]


@dataclass(frozen=True, slots=True)
class DeckFolder:
    """Paths of one deck; its own record knows its forms and serials and holds no page."""

    vote: VoteFolder
    name: str

    @property
    def record(self) -> VoteFolder:
        return VoteFolder(self.vote.tests / self.name)

    @property
    def expected(self) -> Path:
        return self.record.root / "expected.json"

    @property
    def runs(self) -> Path:
        return self.record.root / "runs"

    def run(self, name: str) -> VoteFolder:
        """Where one scan of the deck has its record."""
        return VoteFolder(self.runs / name)


def settings_digest(vote: Vote) -> str:
    """SHA-256 of what bears on how the deck is ruled; the attendance and the scanner do not."""
    settings = {name: value for name, value in result_settings(vote).items() if name not in _NOT_RULED_BY}
    return sha256_hex(canonical_json(settings))


def expected_tally(group: ExpectedGroup, rulings: Iterable[BallotRuling]) -> DeckTally:
    """Adds up rulings: a ballot in review counts for nobody, of an invalid one every line is invalid."""
    columns = (*group.levels, INVALID)
    cells = {(official, column): 0 for official in group.officials for column in columns}
    verdicts: Counter[Verdict] = Counter()
    for ruling in rulings:
        verdicts[ruling.verdict] += 1
        if ruling.verdict is Verdict.REVIEW:
            continue
        for line in ruling.lines:
            counted = line.choice if ruling.verdict is Verdict.VALID and line.choice else INVALID
            cells[line.official, counted] += 1
    return DeckTally(tuple((verdict, verdicts[verdict]) for verdict in Verdict), tuple(cells.items()))


def deck_to_json(deck: ExpectedDeck) -> dict[str, Any]:
    """expected.json: the tally of every group, then every ballot as `kiemphieu readings` tells it."""
    return {
        "format": EXPECTED_FORMAT,
        "vote": deck.vote,
        "deck": deck.name,
        "settings": deck.settings,
        "groups": [_group_to_json(deck, group) for group in deck.groups],
        "ballots": [_ballot_to_json(ballot) for ballot in deck.ballots],
    }


def _group_to_json(deck: ExpectedDeck, group: ExpectedGroup) -> dict[str, Any]:
    ballots = deck.of_group(group.style)
    tally = expected_tally(group, (ballot.ruling for ballot in ballots))
    cells = dict(tally.cells)
    return {
        "group": group.style,
        "layout": group.layout_sha256,
        "pdf": group.pdf,
        "pages_per_ballot": group.pages,
        "levels": list(group.levels),
        "ballots": {"issued": len(ballots), **{verdict.value: count for verdict, count in tally.verdicts}},
        "officials": [
            {
                "id": official,
                "counts": {column: cells[official, column] for column in (*group.levels, INVALID)},
            }
            for official in group.officials
        ],
    }


def _ballot_to_json(ballot: ExpectedBallot) -> dict[str, Any]:
    ruling = ballot.ruling
    return {
        "serial": ruling.serial,
        "group": ruling.style,
        "case": ballot.case.value,
        "upside_down": list(ballot.turned),
        "verdict": ruling.verdict.value,
        "faults": [fault.value for fault in ruling.faults],
        "review": [reason.value for reason in ruling.review],
        "lines": [
            {
                "official": line.official,
                "boxes": {level: state.value for level, state in line.boxes},
                "choice": line.choice,
                "faults": [fault.value for fault in line.faults],
                "review": [reason.value for reason in line.review],
            }
            for line in ruling.lines
        ],
    }


def read_expected(folder: DeckFolder) -> ExpectedDeck:
    """The expectation of a deck that was printed.

    Raises:
        InputError: the file cannot be read, or is not what was written.
    """
    try:
        return _deck_from_json(json.loads(folder.expected.read_bytes()))
    except OSError as error:
        raise InputError("file_unreadable", path=str(folder.expected), reason=error.strerror) from error
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise InputError("testdeck_damaged", path=str(folder.expected), reason=reason) from error


def _deck_from_json(data: Mapping[str, Any]) -> ExpectedDeck:
    if data["format"] != EXPECTED_FORMAT:
        raise ValueError(f"format {data['format']}")
    return ExpectedDeck(
        vote=str(data["vote"]),
        name=str(data["deck"]),
        settings=str(data["settings"]),
        groups=tuple(_group_from_json(group) for group in data["groups"]),
        ballots=tuple(_ballot_from_json(ballot) for ballot in data["ballots"]),
    )


def _group_from_json(data: Mapping[str, Any]) -> ExpectedGroup:
    return ExpectedGroup(
        style=str(data["group"]),
        layout_sha256=str(data["layout"]),
        pdf=str(data["pdf"]),
        pages=int(data["pages_per_ballot"]),
        officials=tuple(str(official["id"]) for official in data["officials"]),
        levels=tuple(str(level) for level in data["levels"]),
    )


def _ballot_from_json(data: Mapping[str, Any]) -> ExpectedBallot:
    ruling = BallotRuling(
        str(data["serial"]),
        str(data.get("group", DEFAULT_STYLE_ID)),
        Verdict(data["verdict"]),
        tuple(_line_from_json(line) for line in data["lines"]),
        tuple(BallotFault(fault) for fault in data["faults"]),
        tuple(ReviewReason(reason) for reason in data["review"]),
    )
    return ExpectedBallot(DeckCase(data["case"]), ruling, tuple(int(page) for page in data["upside_down"]))


def _line_from_json(data: Mapping[str, Any]) -> LineRuling:
    boxes: Sequence[tuple[str, str]] = tuple(data["boxes"].items())
    return LineRuling(
        str(data["official"]),
        tuple((level, BoxState(state)) for level, state in boxes),
        None if data["choice"] is None else str(data["choice"]),
        tuple(LineFault(fault) for fault in data["faults"]),
        tuple(ReviewReason(reason) for reason in data["review"]),
    )
