"""What `readings --explain` gives back: values, and the JSON document made of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from audit.compare import Difference
from kiemphieu.ballots import BallotEntry
from kiemphieu.explain_findings import Finding
from kiemphieu.messages import Language, translate
from kiemphieu.store import PageRecord
from records.geometry import rect_to_json
from records.reading import SheetRejection


class Reread(StrEnum):
    """What came of reading the stored image once more."""

    SAME = "same"
    NUMBERS = "numbers"
    """The same decisions with other numbers."""
    DECISIONS = "decisions"
    """Other decisions by the same reader: this must not be."""
    OTHER_READER = "other_reader"
    """Other decisions, and the record is from another version or other settings of the reader."""


REREAD_WARNINGS = {Reread.DECISIONS: "explain_differs", Reread.OTHER_READER: "explain_other_reader"}
SHORT_HASH = 12
"""Characters of an image's SHA-256 that name a sheet without a serial."""


def classify_reread(differences: tuple[Difference, ...], same_reader: bool, same_numbers: bool) -> Reread:
    if differences:
        return Reread.DECISIONS if same_reader else Reread.OTHER_READER
    return Reread.SAME if same_numbers else Reread.NUMBERS


@dataclass(frozen=True, slots=True)
class ExplainedFinding:
    finding: Finding
    crop: Path


@dataclass(frozen=True, slots=True)
class ExplainedPage:
    """One page's files and what they show.

    Attributes:
        others: hashes of further images of the same page, which do not count.
    """

    record: PageRecord
    picture: Path
    crops: Path
    reread: Reread
    differences: tuple[Difference, ...]
    others: tuple[str, ...]
    findings: tuple[ExplainedFinding, ...]

    @property
    def number(self) -> int:
        return self.record.token.page if self.record.token else 1


@dataclass(frozen=True, slots=True)
class ExplainReport:
    entry: BallotEntry
    pages: tuple[ExplainedPage, ...]


def report_to_json(report: ExplainReport) -> dict[str, Any]:
    """The document of `readings --explain --json`; lengths are page millimetres."""
    return {
        "serial": report.entry.serial,
        "verdict": report.entry.verdict.value,
        "faults": [fault.value for fault in report.entry.faults],
        "review": [reason.value for reason in report.entry.review],
        "pages": [_page_to_json(page) for page in report.pages],
    }


def _page_to_json(page: ExplainedPage) -> dict[str, Any]:
    result = page.record.result
    rejection = result if isinstance(result, SheetRejection) else None
    return {
        "page": page.record.token.page if page.record.token else None,
        "picture": str(page.picture),
        "crops": str(page.crops) if page.findings else None,
        "sha256": page.record.sha256,
        "rejection": rejection.reason.value if rejection else None,
        "details": dict(rejection.details) if rejection else {},
        "reread": page.reread.value,
        "differences": [
            {"place": item.place, "recorded": item.recorded, "now": item.now} for item in page.differences
        ],
        "other_images": list(page.others),
        "findings": [_finding_to_json(item) for item in page.findings],
    }


def _finding_to_json(explained: ExplainedFinding) -> dict[str, Any]:
    finding = explained.finding
    return {
        "number": finding.number,
        "kind": finding.kind.value,
        "official": finding.official,
        "level": finding.level,
        "state": finding.state.value,
        "review": [reason.value for reason in finding.reasons],
        "scores": {name: round(value, 4) for name, value in finding.scores},
        "evidence": rect_to_json(finding.evidence.rounded()) if finding.evidence else None,
        "place": rect_to_json(finding.place.rounded()),
        "crop": str(explained.crop),
    }


def warnings_of(report: ExplainReport, lang: Language) -> Iterator[tuple[str, dict[str, object]]]:
    """Message ids and details of what the operator must be told besides the pictures."""
    for page in report.pages:
        serial = report.entry.serial or page.record.sha256[:SHORT_HASH]
        where: dict[str, object] = {"serial": serial, "page": page.number}
        if page.reread in REREAD_WARNINGS:
            told = difference_text(page.differences, lang)
            yield REREAD_WARNINGS[page.reread], {**where, "differences": told}
        elif page.reread is Reread.NUMBERS:
            yield "explain_numbers", where
        if page.others:
            yield "explain_other_sheets", {**where, "count": len(page.others)}


def difference_text(differences: Sequence[Difference], lang: Language) -> str:
    """What is read otherwise now, in one line."""
    return "; ".join(
        translate("explain_difference", lang, place=item.place, recorded=item.recorded, now=item.now)
        for item in differences
    )
