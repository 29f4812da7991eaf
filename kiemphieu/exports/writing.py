"""`export --format`: a result and its ballots as files for others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from kiemphieu.disk import disk_errors, write_atomic
from kiemphieu.exports.cdf import cdf_bytes
from kiemphieu.exports.counted import CountedVote, gather_count
from kiemphieu.exports.tables import counts_csv, results_csv
from kiemphieu.exports.words import Words
from kiemphieu.exports.workbook import workbook_bytes
from kiemphieu.folder import VoteFolder, free_name
from records.count import TallyResult
from records.errors import InputError
from records.vote import DEFAULT_STYLE_ID


class Format(StrEnum):
    CDF = "cdf"
    CSV = "csv"
    XLSX = "xlsx"


_SUFFIX = {Format.CDF: "-cvr.json", Format.CSV: "-results.csv", Format.XLSX: "-results.xlsx"}


def is_export(name: str, vote: str) -> bool:
    """Whether a file among the reports of that vote is called as an export is."""
    starts = {f"{vote}{suffix.partition('.')[0]}" for suffix in _SUFFIX.values()}
    return name.startswith(tuple(starts))


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What was written.

    Attributes:
        path: the export itself.
        counts: the files beside a CSV export that `kiemphieu tally --counts` takes.
        ballots: how many the export lists or sums up.
    """

    path: Path
    counts: tuple[Path, ...]
    ballots: int
    result: TallyResult


def export_vote(folder: VoteFolder, kind: Format, words: Words, out: Path | None = None) -> ExportReport:
    """Counts what is recorded and writes it.

    Args:
        folder: the vote.
        kind: what to write.
        words: language of headings and notes.
        out: the new file; None takes a new name among the vote's reports.

    Raises:
        InputError: `out` exists, or vote.toml has mistakes.
        StoreError: the record cannot be read, or the disk refuses.
        KiemphieuError: the file would not say what the tally says.
    """
    counted = gather_count(folder)
    target = _target(folder, counted.vote.id, kind, out)
    counts = tuple(_counts(counted, target)) if kind is Format.CSV else ()
    for path, _ in counts:
        _check_new(path)
    write_atomic(target, _content(counted, kind, words))
    for path, data in counts:
        write_atomic(path, data)
    return ExportReport(
        target, tuple(path for path, _ in counts), len(counted.ballots), counted.report.result
    )


def _target(folder: VoteFolder, vote: str, kind: Format, out: Path | None) -> Path:
    if out is not None:
        _check_new(out)
        return out
    with disk_errors(folder.reports):
        folder.reports.mkdir(exist_ok=True)
        return free_name(folder.reports / f"{vote}{_SUFFIX[kind]}")


def _check_new(path: Path) -> None:
    with disk_errors(path):
        if path.exists():
            raise InputError("output_exists", path=str(path))


def _content(counted: CountedVote, kind: Format, words: Words) -> bytes:
    match kind:
        case Format.CDF:
            return cdf_bytes(counted, words)
        case Format.CSV:
            return results_csv(counted.report, words)
        case Format.XLSX:
            return workbook_bytes(counted, words)


def _counts(counted: CountedVote, target: Path) -> Iterator[tuple[Path, bytes]]:
    """One file per group: each group's rows add up to ballots of its own.

    The form of these files has no room to say that a result is not final, so only a final one has them.
    """
    if not counted.report.result.final:
        return
    for group in counted.report.groups:
        name = "" if group.style.id == DEFAULT_STYLE_ID else f"-{group.style.id}"
        yield target.with_name(f"{target.stem}.counts{name}.csv"), counts_csv(group)
