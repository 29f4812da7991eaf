from __future__ import annotations

import json
from pathlib import Path

import pytest

from records.canonical import sha256_hex
from records.codec import from_plain
from records.layout import layout_from_json
from records.reading import BoxState, RejectionReason
from sample_scans import gallery
from sample_scans.gallery.build import CASES
from sample_scans.gallery.expected import Expected
from sample_scans.gallery.votes import GalleryVote, one_page_vote, two_page_vote
from sample_scans.mark_shapes import MarkKind
from sample_scans.settings import damage_names
from sample_scans.strike_shapes import StrikeKind
from sample_scans.truth import Truth

HERE = Path(gallery.__file__).parent
SCANS = json.loads((HERE / "manifest.json").read_text())["scans"]
MAKE_ANEW = "the form has changed: run `python -m sample_scans.gallery`"


def test_it_holds_what_its_manifest_says() -> None:
    assert len(SCANS) >= 30
    assert len({scan["name"] for scan in SCANS}) == len(SCANS)
    files = [(HERE / scan["file"]).read_bytes() for scan in SCANS]
    assert [sha256_hex(data) for data in files] == [scan["sha256"] for scan in SCANS]
    assert sum(map(len, files)) < 15e6
    assert {path.name for path in (HERE / "scans").iterdir()} == {Path(scan["file"]).name for scan in SCANS}


def test_every_kind_is_shown() -> None:
    truths = [truth for scan in SCANS for truth in scan["truth"]]
    drawn = {box["mark"] for truth in truths for box in truth["boxes"]} - {None}
    assert drawn == set(MarkKind) - {MarkKind.CROSS_REAL}
    assert {strike["kind"] for truth in truths for strike in truth["strikes"]} == set(StrikeKind)
    damage = {name for case in CASES for name in damage_names(case.settings)} | {"photocopy"}
    shown = {name for scan in SCANS for truth in scan["truth"] for name in truth["damage"]}
    assert damage <= shown
    reasons = {reason for scan in SCANS for reason in scan["expected"]["rejections"]}
    assert reasons >= {reason.value for reason in RejectionReason} - {RejectionReason.INTERNAL_ERROR.value}


@pytest.mark.parametrize("scan", SCANS, ids=[scan["name"] for scan in SCANS])
def test_truth_and_expectation_agree(scan: dict[str, object]) -> None:
    expected = from_plain(Expected, scan["expected"])
    assert isinstance(scan["truth"], list)
    truths = [from_plain(Truth, truth) for truth in scan["truth"]]
    assert (expected.ballot is not None) == bool(truths)
    assert sum((expected.ballot is not None, bool(expected.rejections), expected.unreadable_file)) == 1
    if expected.ballot is None:
        return
    states = {(box.official, box.level): box.state for truth in truths for box in truth.boxes}
    for line in expected.ballot.lines:
        crosses = [box.level for box in line.boxes if states[line.official, box.level] is BoxState.CROSS]
        assert [box.states[0] for box in line.boxes] == [
            states[line.official, box.level] for box in line.boxes
        ]
        if line.settled:
            assert line.choice == (crosses[0] if len(crosses) == 1 else None)
            assert bool(line.faults) == (len(crosses) != 1)


@pytest.mark.parametrize("vote", [one_page_vote(), two_page_vote()], ids=lambda vote: vote.vote.id)
def test_the_vote_folders_fit_the_form(vote: GalleryVote) -> None:
    folder = HERE / "votes" / vote.vote.id
    layout = layout_from_json((folder / "layout.json").read_bytes())
    assert layout == vote.form.layout, MAKE_ANEW
    assert (folder / "keys" / "ballot.pub").read_bytes() == vote.public_pem
    assert set(json.loads((folder / "issued.json").read_text())) == set(vote.serials)
