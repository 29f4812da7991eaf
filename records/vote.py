"""The vote as a person wrote it in vote.toml, checked and frozen."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from enum import StrEnum

from records.people import Appointment, Background

DEFAULT_STYLE_ID = ""


class PaperSize(StrEnum):
    A4 = "A4"
    A5 = "A5"

    @property
    def size_mm(self) -> tuple[float, float]:
        """Width and height, portrait (ISO 216)."""
        return (210.0, 297.0) if self is PaperSize.A4 else (148.0, 210.0)


class Sides(StrEnum):
    SINGLE = "single"
    DUPLEX = "duplex"


@dataclass(frozen=True, slots=True)
class Level:
    """One column of boxes, such as `high` / "Tín nhiệm cao"; ids and labels come from the rule set."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Official:
    """A person rated. `style` names the ballot style (group) whose sheet lists the person."""

    id: str
    name: str
    position: str
    style: str = DEFAULT_STYLE_ID


@dataclass(frozen=True, slots=True)
class BallotStyle:
    """A group of officials with a sheet of its own; the only style of a plain vote has id ""."""

    id: str = DEFAULT_STYLE_ID
    title: str = ""
    paper_colour: str = ""
    """For the office that prints and the voters: a word such as "xanh"; nothing is read from it."""


@dataclass(frozen=True, slots=True)
class Attendance:
    """Head counts as the committee announced them; `delegates` only where a rule set counts on it."""

    summoned: int
    present: int
    delegates: int | None = None


@dataclass(frozen=True, slots=True)
class PrintSettings:
    """`seal_image` and `font` are paths relative to the vote folder; empty means none given."""

    paper: PaperSize = PaperSize.A4
    sides: Sides = Sides.SINGLE
    seal_image: str = ""
    font: str = ""


@dataclass(frozen=True, slots=True)
class Committee:
    """Who signs the minutes; what is empty leaves a dotted line to write on."""

    head: str = ""
    secretary: str = ""
    members: tuple[str, ...] = ()
    witnesses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Papers:
    """What an office puts on its documents; what is empty leaves a dotted line to write on.

    Attributes:
        number, report_number: of the minutes and of the report to the superior body.
        superior: to whom the report goes.
        signer, signer_title: who signs the report, such as "TRƯỞNG BAN".
    """

    number: str = ""
    report_number: str = ""
    superior: str = ""
    signer: str = ""
    signer_title: str = ""


@dataclass(frozen=True, slots=True)
class Vote:
    """One sheet of names (or several styles of sheet) put to one group of voters.

    Attributes:
        rules: the name of a packaged rule set, or of the vote's own rule file.
        rules_text: the content of that file; empty for a packaged one.
        scanner_profile: the file of the scanner's profile in the vote folder; empty for none.
        profile_sha256: the profile's hash, which names it in the journal.
        rule_overrides: name and value pairs of `[rules]`, checked against the rule set's settings;
            values are kept as written, in text form ("line", "review", "returned").
        attendance: None until the committee has entered it.
        store_url: database address; empty means the vote folder's own SQLite file.
        two_person: whether a decision needs two members of the committee.
        backgrounds: one per official, in their order; empty where nothing was read.
        appointment: what an appointment vote is for; None for a vote of another kind.
    """

    id: str
    body: str
    parent_body: str
    title: str
    subject: str
    place: str
    date: datetime.date
    rules: str
    officials: tuple[Official, ...]
    styles: tuple[BallotStyle, ...] = (BallotStyle(),)
    rule_overrides: tuple[tuple[str, str], ...] = ()
    attendance: Attendance | None = None
    printing: PrintSettings = PrintSettings()
    store_url: str = ""
    two_person: bool = True
    committee: Committee = Committee()
    papers: Papers = Papers()
    rules_text: str = ""
    scanner_profile: str = ""
    profile_sha256: str = ""
    backgrounds: tuple[Background, ...] = ()
    appointment: Appointment | None = None

    def officials_of(self, style_id: str) -> tuple[Official, ...]:
        return tuple(official for official in self.officials if official.style == style_id)
