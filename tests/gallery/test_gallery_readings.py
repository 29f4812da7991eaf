"""Every named scan of the gallery, taken in, read and ruled on as the application does it."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

from ballot_layout.fonts import bundled_fonts
from ballot_layout.form import make_form
from ballot_layout.pdf import write_reference_pdf
from ballot_layout.vote_file import parse_vote
from kiemphieu.intake import FileProblem, PageRef, find_pages, load_page
from kiemphieu.page_file import decode_page
from kiemphieu.pdf_file import render_reference
from records.codec import from_plain
from records.errors import PageFileError
from records.layout import layout_from_json
from records.reading import PageReading, SheetRejection, SheetResult
from records.ruling import BallotRuling, Verdict
from sample_scans import gallery
from sample_scans.gallery.expected import Expected, ExpectedBallot, ExpectedLine
from scanner.forms import prepare_form
from scanner.interpret import interpret_ballot
from scanner.sheet import ReadingContext, read_sheet
from tally.rules import load_rule_set, rule_sets
from tally.validity import Issued, rule_ballot

HERE = Path(gallery.__file__).parent
SCANS = json.loads((HERE / "manifest.json").read_text())["scans"]
RULES = load_rule_set("qd96")


@cache
def context_of(vote_id: str) -> ReadingContext:
    folder = HERE / "votes" / vote_id
    vote = parse_vote((folder / "vote.toml").read_text(), rule_sets())
    form = make_form(vote, "", RULES.levels, bundled_fonts())
    layout = layout_from_json((folder / "layout.json").read_text())
    assert form.layout == layout, "the form has changed: run `make gallery`"
    prepared = prepare_form(layout, render_reference(write_reference_pdf(form)))
    return ReadingContext(vote.id, (folder / "keys" / "ballot.pub").read_bytes(), (prepared,))


def read_file(path: Path, context: ReadingContext) -> list[SheetResult]:
    """Every page of a file; raises PageFileError where the file is no image."""
    results: list[SheetResult] = []
    for found in find_pages([path]):
        if isinstance(found, FileProblem):
            raise PageFileError(found.message_id)
        assert isinstance(found, PageRef), found
        results.append(read_sheet(decode_page(load_page(found)), context))
    return results


@pytest.mark.parametrize("scan", SCANS, ids=[scan["name"] for scan in SCANS])
def test_it_reads_to_its_truth(scan: dict[str, object]) -> None:
    expected = from_plain(Expected, scan["expected"])
    context = context_of(str(scan["vote"]))
    path = HERE / str(scan["file"])
    if expected.unreadable_file:
        with pytest.raises(PageFileError):
            read_file(path, context)
        return
    results = read_file(path, context)
    if expected.ballot is None:
        assert [result.reason for result in results if isinstance(result, SheetRejection)]
        assert all(isinstance(r, SheetRejection) and r.reason in expected.rejections for r in results), (
            results
        )
        return
    readings = [result for result in results if isinstance(result, PageReading)]
    assert len(readings) == len(results), results
    issued = json.loads((HERE / "votes" / str(scan["vote"]) / "issued.json").read_text())
    reading = interpret_ballot(readings)
    assert reading.serial == expected.ballot.serial
    assert reading.serial in issued
    check_ballot(rule_ballot(reading, RULES, Issued.ISSUED), expected.ballot)


def check_ballot(ruling: BallotRuling, expected: ExpectedBallot) -> None:
    assert ruling.verdict.value in expected.verdicts, ruling
    if ruling.verdict is not Verdict.REVIEW:
        assert [fault.value for fault in ruling.faults] == list(expected.faults)
    lines = {line.official: line for line in ruling.lines}
    for line in expected.lines:
        check_line(lines[line.official], line, ruling)


def check_line(line: object, expected: ExpectedLine, ruling: BallotRuling) -> None:
    states = dict(line.boxes)
    for box in expected.boxes:
        assert states[box.level] in box.states, (expected.official, box.level, states[box.level])
    if ruling.verdict is Verdict.VALID:
        assert expected.settled, line
        assert (line.choice, [fault.value for fault in line.faults]) == (
            expected.choice,
            list(expected.faults),
        )
