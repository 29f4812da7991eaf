"""`kiemphieu rescan`: archived ballots scanned again."""

from __future__ import annotations

from pathlib import Path

import cv2
import pytest
from command_line import data, run
from printed_votes import SampleVote

from kiemphieu.folder import load_layout

MM = 300 / 25.4


@pytest.fixture
def scanned(vote: SampleVote) -> SampleVote:
    assert run("scan", vote.root, vote.scan_folder, "--workers", "1").exit_code == 0
    return vote


def again(vote: SampleVote, place: Path, scale: float = 1.0) -> dict[str, Path]:
    """The same sheets on another scanner: other bytes, another resolution."""
    place.mkdir()
    found = {}
    for serial, path in vote.scans.items():
        picture = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        assert picture is not None
        size = round(picture.shape[1] * scale), round(picture.shape[0] * scale)
        found[serial] = place / path.name
        cv2.imwrite(str(found[serial]), cv2.resize(picture, size, interpolation=cv2.INTER_AREA))
    return found


def files(vote: SampleVote) -> dict[Path, bytes]:
    root = vote.folder.root
    return {p: p.read_bytes() for p in root.rglob("*") if p.is_file() and "rescans" not in p.parts}


def test_the_same_ballots_on_another_scanner_agree_and_the_record_is_untouched(
    scanned: SampleVote, tmp_path: Path
) -> None:
    before = files(scanned)
    again(scanned, tmp_path / "later", 200 / 300)
    found = data("rescan", scanned.root, tmp_path / "later", "--workers", "1")
    assert (found["same"], found["differing"], found["missing"], found["surplus"]) == (4, [], [], [])
    assert found["drift"]["darkness"]["boxes"] == 8
    assert files(scanned) == before
    assert run("verify", scanned.root).exit_code == 0
    assert run("rescan", scanned.root, tmp_path / "later", "--workers", "1").exit_code == 0


def test_a_changed_sheet_is_shown_with_both_crops(scanned: SampleVote, tmp_path: Path) -> None:
    later = again(scanned, tmp_path / "later")
    serial, path = next(iter(later.items()))
    layout = load_layout(scanned.folder, "")
    assert layout is not None
    picture = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    boxes = [box.rect for box in layout.pages[0].boxes if box.official == "o1"]
    for rect in boxes:  # someone crossed every box of the line in the archive
        left, top, right, bottom = (
            round(value * MM)
            for value in (rect.x_mm + 1, rect.y_mm + 1, rect.right_mm - 1, rect.bottom_mm - 1)
        )
        cv2.line(picture, (left, top), (right, bottom), 60, 6, cv2.LINE_AA)
        cv2.line(picture, (right, top), (left, bottom), 60, 6, cv2.LINE_AA)
    cv2.imwrite(str(path), picture)
    result = run("rescan", scanned.root, tmp_path / "later", "--workers", "1", "--name", "archive-2030")
    assert result.exit_code == 5
    found = data("rescan", scanned.root, tmp_path / "later", "--workers", "1", "--name", "archive-2030")
    (page,) = found["differing"]
    assert page["serial"] == serial
    changed = {difference["place"] for difference in page["differences"]}
    assert changed <= {f"o1-{level}" for level in ("high", "medium", "low")}
    assert len(changed) >= 2
    report = Path(found["report"]).read_text(encoding="utf-8")
    assert report.count("data:image/jpeg;base64,") == 2 * len(page["differences"])
    assert serial in report


def test_missing_and_surplus_sheets_are_named(
    scanned: SampleVote, other_vote: SampleVote, tmp_path: Path
) -> None:
    later = again(scanned, tmp_path / "later")
    gone, path = next(iter(later.items()))
    path.unlink()
    found = data("rescan", scanned.root, tmp_path / "later", "--workers", "1")
    assert found["missing"] == [{"serial": gone, "page": 1}]
    other = SampleVote(scanned.folder, dict(list(scanned.scans.items())[:1]))
    more = data("rescan", scanned.root, other.scan_folder, "--workers", "1")
    assert more["missing"] == []  # the same name goes on
    assert more["same"] == 4


def test_a_name_that_leaves_the_folder_is_refused(scanned: SampleVote) -> None:
    assert run("rescan", scanned.root, scanned.scan_folder, "--name", "../keys").exit_code == 2


def test_a_sealed_vote_can_be_scanned_again(scanned: SampleVote, tmp_path: Path) -> None:
    assert run("seal", scanned.root).exit_code == 0
    again(scanned, tmp_path / "later")
    assert run("rescan", scanned.root, tmp_path / "later", "--workers", "1").exit_code == 0
