"""`kiemphieu testdeck` and `blank-check`: from the print over simulated scans to the report."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pypdfium2
import pytest
from command_line import data, run
from printed_votes import SampleVote
from profile_sample import profile_sample
from test_groups import TWO_GROUPS

from benchmarks.deck_bench import make_scanner
from kiemphieu.folder import VoteFolder, create_folder, load_layout
from kiemphieu.store import open_store
from records.geometry import Rect
from records.scanner_profile import profile_sha256, profile_to_json
from sample_scans.encoding import FileFormat, encode, render_pdf_page
from sample_scans.strata import Stratum
from scanner.options import ReaderOptions

MM = 300 / 25.4


@dataclass(frozen=True)
class ScannedDeck:
    """A vote with printed ballots and a printed deck, and a clean scan of every page of the deck."""

    vote: SampleVote
    scans: Path

    @property
    def root(self) -> str:
        return self.vote.root

    @property
    def expected(self) -> dict[str, Any]:
        return json.loads((self.vote.folder.tests / "1" / "expected.json").read_text())

    def scan_of(self, case: str) -> Path:
        """The scan of the first ballot of a case; the deck of this vote has one page a ballot."""
        cases = [ballot["case"] for ballot in self.expected["ballots"]]
        return self.scans / f"page-{cases.index(case):03}.jpg"

    def check(self, *more: object) -> Any:
        return data("testdeck", self.root, "--scan", self.scans, *more, "--workers", "1")


@pytest.fixture(scope="module")
def template(printed: SampleVote, tmp_path_factory: pytest.TempPathFactory) -> ScannedDeck:
    place = tmp_path_factory.mktemp("deck")
    root = place / "vote"
    shutil.copytree(printed.folder.root, root)
    found = data("testdeck", root, "--short", "--seed", "3")
    [group] = found["groups"]
    pdf, scanner = Path(group["pdf"]).read_bytes(), make_scanner(Stratum.CLEAN, 5)
    scans = place / "scans"
    scans.mkdir()
    for page in range(group["pages"]):
        image = scanner.scan(render_pdf_page(pdf, page), str(page))
        (scans / f"page-{page:03}.jpg").write_bytes(encode(image, FileFormat.JPEG, 300, 90))
    return ScannedDeck(SampleVote(VoteFolder(root), printed.scans), scans)


@pytest.fixture
def deck(template: ScannedDeck, tmp_path: Path) -> ScannedDeck:
    """A copy that a test may change."""
    root, scans = tmp_path / "vote", tmp_path / "scans"
    shutil.copytree(template.vote.folder.root, root)
    shutil.copytree(template.scans, scans)
    return ScannedDeck(SampleVote(VoteFolder(root), template.vote.scans), scans)


def record_files(vote: SampleVote) -> dict[Path, bytes]:
    """Everything of the vote's own record."""
    root = vote.folder.root
    return {
        path: path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and not {"test", "reports"} & set(path.relative_to(root).parts)
    }


def draw(scan: Path, rect: Rect, erase: Rect | None = None) -> None:
    """An X into `rect` of a scan, and white paper over `erase`."""
    picture = cv2.imread(str(scan), cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    for place, white in ((erase, True), (rect, False)):
        if place is None:
            continue
        left, top = round(place.x_mm * MM), round(place.y_mm * MM)
        right, bottom = round(place.right_mm * MM), round(place.bottom_mm * MM)
        if white:
            picture[top:bottom, left:right] = 250
        else:
            cv2.line(picture, (left, top), (right, bottom), 40, 6, cv2.LINE_AA)
            cv2.line(picture, (right, top), (left, bottom), 40, 6, cv2.LINE_AA)
    cv2.imwrite(str(scan), picture)


def box_of(folder: VoteFolder, official: str, level: str) -> Rect:
    layout = load_layout(folder, "")
    assert layout is not None
    return next(box.rect for box in layout.pages[0].boxes if (box.official, box.level) == (official, level))


def text_of(pdf: Path) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)
    finally:
        document.close()


def test_a_deck_that_is_read_right_passes_and_leaves_the_vote_alone(deck: ScannedDeck) -> None:
    before = record_files(deck.vote)
    found = deck.check()
    assert found["equal"] is True
    assert (found["differences"], found["problems"]) == ([], [])
    assert found["ballots"] == found["pages"] == len(deck.expected["ballots"])
    [group] = deck.expected["groups"]
    cells = {(cell["official"], cell["column"]): cell for cell in found["cells"]}
    assert all(cell["expected"] == cell["read"] for cell in cells.values())
    for official in group["officials"]:
        for column, number in official["counts"].items():
            assert cells[official["id"], column]["expected"] == number
    assert record_files(deck.vote) == before
    assert data("tally", deck.root)["ballots"]["returned"] == 0


def test_the_report_has_verdict_table_and_room_to_sign(deck: ScannedDeck) -> None:
    result = run("testdeck", deck.root, "--scan", deck.scans, "--workers", "1", "--lang", "vi")
    assert result.exit_code == 0
    report = deck.vote.folder.tests / "1" / "runs" / "1" / "report.pdf"
    assert str(report) in result.stdout
    text = text_of(report)
    assert "ĐẠT:" in text
    assert "KHÔNG ĐẠT" not in text
    assert "Nguyễn Văn An" in text
    assert "≠" not in text
    assert text.count(" = ") == 3 + 2 * 4
    assert "Trưởng ban".upper() in text.upper()


def test_totals_faults_and_serials_are_those_of_a_deck(deck: ScannedDeck) -> None:
    expected = deck.expected
    [group] = expected["groups"]
    rows = [[official["counts"][level] for level in group["levels"]] for official in group["officials"]]
    assert all(len(set(row)) == len(row) for row in rows)
    assert all(a != b for a, b in zip(*rows, strict=True))
    cases = [ballot["case"] for ballot in expected["ballots"]]
    for case in ("no_mark", "several_marks", "other_mark", "corrected_mark", "struck_name", "added_writing",
                 "no_seal", "unmarked", "upside_down"):  # fmt: skip
        assert cases.count(case) == 1
    serials = {ballot["serial"] for ballot in expected["ballots"]}
    assert len(serials) == len(cases)
    assert serials.isdisjoint(deck.vote.scans)


def test_a_moved_mark_a_missing_and_a_surplus_ballot_are_told_by_ballot_and_cell(deck: ScannedDeck) -> None:
    ballots = deck.expected["ballots"]
    number = next(n for n, b in enumerate(ballots) if b["case"] == "plain")
    line = ballots[number]["lines"][0]
    other = next(level for level in line["boxes"] if level != line["choice"])
    layout = VoteFolder(deck.vote.folder.tests / "1")
    scan = deck.scans / f"page-{number:03}.jpg"
    gone = box_of(layout, line["official"], line["choice"])
    draw(scan, box_of(layout, line["official"], other).inflated(-1.0), erase=gone.inflated(3.0))
    deck.scan_of("no_mark").unlink()
    shutil.copy(deck.scan_of("several_marks"), deck.scans / "x.jpg")
    copy = cv2.imread(str(deck.scans / "x.jpg"), cv2.IMREAD_GRAYSCALE)
    cv2.imwrite(str(deck.scans / "x.jpg"), copy)  # other bytes of the same sheet
    result = run("testdeck", deck.root, "--scan", deck.scans, "--workers", "1")
    assert result.exit_code == 7
    assert "FAILED" in result.stdout
    found = deck.check("--name", "again")
    what = {one["what"] for one in found["differences"]}
    assert what == {"missing", "surplus", "box"}
    missing = next(one for one in found["differences"] if one["what"] == "missing")
    assert missing["case"] == "no_mark"
    boxes = {one["level"] for one in found["differences"] if one["what"] == "box"}
    assert {line["choice"], other} & boxes
    assert any(cell["expected"] != cell["read"] for cell in found["cells"])
    assert "≠" in text_of(Path(found["report"]))


def test_a_real_ballot_in_the_deck_is_told_and_nothing_of_it_is_kept(deck: ScannedDeck) -> None:
    serial, scan = next(iter(deck.vote.scans.items()))
    shutil.copy(scan, deck.scans / "real.jpg")
    result = run("testdeck", deck.root, "--scan", deck.scans, "--workers", "1")
    assert result.exit_code == 7
    assert "REAL ballot" in result.stderr
    assert "REAL ballot" in result.stdout
    record = deck.vote.folder.tests / "1" / "runs" / "1"
    image = scan.read_bytes()
    kept = [path for path in record.rglob("*") if path.is_file()]
    assert len([path for path in kept if path.suffix == ".jpg"]) == len(deck.expected["ballots"])
    assert not any(path.read_bytes() == image for path in kept)
    assert not any(serial.encode() in path.read_bytes() for path in kept)


def test_a_test_ballot_among_real_ones_is_told_and_counts_for_nobody(deck: ScannedDeck) -> None:
    result = run("scan", deck.root, deck.scan_of("plain"), *deck.vote.scans.values(), "--workers", "1")
    assert "TEST ballots" in result.stderr
    ballots = data("tally", deck.root)["ballots"]
    assert (ballots["returned"], ballots["foreign"]) == (len(deck.vote.scans), 1)


def test_a_scan_goes_on_under_its_name_and_begins_anew_without_one(deck: ScannedDeck) -> None:
    late = deck.scan_of("unmarked")
    kept = late.read_bytes()
    late.unlink()
    assert deck.check("--name", "morning")["equal"] is False
    late.write_bytes(kept)
    again = data("testdeck", deck.root, "--scan", late, "--name", "morning", "--workers", "1")
    assert (again["equal"], again["run"]) == (True, "morning")
    alone = data("testdeck", deck.root, "--scan", late, "--workers", "1")
    assert (alone["equal"], alone["run"]) == (False, "1")


def test_a_deck_of_other_days_proves_nothing(deck: ScannedDeck) -> None:
    vote_file = deck.vote.folder.vote_file
    text = vote_file.read_text(encoding="utf-8")
    vote_file.write_text(text.replace('title = "Phiếu', 'title = "PHIẾU'), encoding="utf-8")
    result = run("testdeck", deck.root, "--scan", deck.scan_of("plain"))
    # The heading is set in capitals anyway: the form is the same, and so is the deck.
    assert result.exit_code == 7
    vote_file.write_text(text + '[rules]\nline_fault = "ballot"\n', encoding="utf-8")
    result = run("testdeck", deck.root, "--scan", deck.scan_of("plain"))
    assert result.exit_code == 3
    assert "testdeck" in result.stderr


def test_a_scanner_measured_after_the_deck_was_printed_is_tried_with_it(deck: ScannedDeck) -> None:
    """How a deck is ruled does not depend on the scanner; its pages are read with the profile."""
    profile = profile_sample()
    (deck.vote.folder.root / "may-quet.json").write_text(
        json.dumps(profile_to_json(profile)), encoding="utf-8"
    )
    data("testdeck", deck.root, "--scan", deck.scan_of("plain"), "--name", "half", "--workers", "1")
    vote_file = deck.vote.folder.vote_file
    text = vote_file.read_text(encoding="utf-8") + '[scan]\nprofile = "may-quet.json"\n'
    vote_file.write_text(text, encoding="utf-8")
    assert deck.check("--name", "measured")["equal"] is True
    store = open_store(deck.vote.folder.tests / "1" / "runs" / "measured" / "kiemphieu.db")
    readers = {page.options for page in store.pages()}
    store.close()
    expected = f"{ReaderOptions().digest()} {profile_sha256(profile)}"
    assert readers == {hashlib.sha256(expected.encode()).hexdigest()}
    mixed = run("testdeck", deck.root, "--scan", deck.scans, "--name", "half", "--workers", "1")
    assert (mixed.exit_code, "another scanner profile" in mixed.stderr) == (3, True)


def test_ballots_of_an_older_deck_are_told(deck: ScannedDeck) -> None:
    assert run("testdeck", deck.root, "--short", "--seed", "4").exit_code == 0
    found = data("testdeck", deck.root, "--scan", deck.scan_of("plain"), "--workers", "1")
    assert found["deck"] == "2"
    assert "other_deck" in {one["what"] for one in found["differences"]}
    assert deck.check("--deck", "1")["equal"] is True
    assert run("testdeck", deck.root, "--scan", deck.scans, "--deck", "7").exit_code == 2


def test_words_that_do_not_go_together_are_refused(vote: SampleVote) -> None:
    assert run("testdeck", vote.root, "--scan").exit_code == 2
    assert run("testdeck", vote.root, vote.scan_folder).exit_code == 2
    assert run("testdeck", vote.root, "--name", "x").exit_code == 2
    none = run("testdeck", vote.root, "--scan", vote.scan_folder)
    assert (none.exit_code, "testdeck" in none.stderr) == (3, True)
    run("testdeck", vote.root, "--short", "--seed", "1")
    assert run("testdeck", vote.root, "--scan", vote.scan_folder, "--name", "../x").exit_code == 2


def test_a_damaged_expectation_is_told(deck: ScannedDeck) -> None:
    path = deck.vote.folder.tests / "1" / "expected.json"
    path.write_text('{"format": 1, "vote": "bdt-2023"}', encoding="utf-8")
    result = run("testdeck", deck.root, "--scan", deck.scans)
    assert result.exit_code == 3
    assert "expected.json" in result.stderr


def test_each_group_has_a_deck_of_its_own(tmp_path: Path) -> None:
    folder = create_folder(tmp_path / "vote")
    folder.vote_file.write_text(TWO_GROUPS, encoding="utf-8")
    found = data("testdeck", folder.root, "--short", "--seed", "2")
    assert [group["group"] for group in found["groups"]] == ["hdnd", "ubnd"]
    pdfs = [Path(group["pdf"]) for group in found["groups"]]
    assert [pdf.name for pdf in pdfs] == ["testdeck-hdnd.pdf", "testdeck-ubnd.pdf"]
    # Printed PDFs are read as they are: no scanner between, but the whole way from paper to tally.
    checked = data("testdeck", folder.root, "--scan", *pdfs, "--workers", "1")
    assert checked["equal"] is True
    assert {cell["group"] for cell in checked["cells"]} == {"hdnd", "ubnd"}


def test_a_group_without_a_blank_ballot_is_told(tmp_path: Path) -> None:
    folder = create_folder(tmp_path / "vote")
    folder.vote_file.write_text(TWO_GROUPS, encoding="utf-8")
    for group in ("hdnd", "ubnd"):
        pdf = tmp_path / f"{group}.pdf"
        assert (
            run("print", folder.root, "--count", "1", "--group", group, "--seed", "1", "-o", pdf).exit_code
            == 0
        )
    found = data("blank-check", folder.root, tmp_path / "ubnd.pdf")
    assert (found["clean"], found["pages"]) == (True, 1)
    assert found["unseen"] == [{"group": "hdnd", "page": 1}]


@pytest.fixture
def blanks(deck: ScannedDeck, tmp_path: Path) -> Path:
    """Clean scans of printed ballots without a mark, not handed out yet."""
    run("print", deck.root, "--count", "2", "--seed", "77", "-o", tmp_path / "blank.pdf")
    place, scanner = tmp_path / "blank", make_scanner(Stratum.CLEAN, 6)
    place.mkdir()
    pdf = (tmp_path / "blank.pdf").read_bytes()
    for page in range(2):
        image = scanner.scan(render_pdf_page(pdf, page), f"blank {page}")
        (place / f"{page}.jpg").write_bytes(encode(image, FileFormat.JPEG, 300, 90))
    return place


def test_unmarked_ballots_real_and_test_pass_and_nothing_is_recorded(deck: ScannedDeck, blanks: Path) -> None:
    before = record_files(deck.vote)
    found = data("blank-check", deck.root, blanks, deck.scan_of("unmarked"))
    assert (found["clean"], found["pages"], found["findings"]) == (True, 3, [])
    assert [(box["official"], box["level"]) for box in found["boxes"]] == [
        (official, level) for official in ("o1", "o2") for level in ("high", "medium", "low")
    ]
    assert max(box["largest_ink_mm2"] for box in found["boxes"]) < 0.5
    assert found["pictures"] is None
    assert record_files(deck.vote) == before
    assert run("blank-check", deck.root, blanks).exit_code == 0


def test_a_mark_on_a_blank_ballot_is_shown_with_its_crop(deck: ScannedDeck, blanks: Path) -> None:
    before = record_files(deck.vote)
    draw(blanks / "1.jpg", box_of(deck.vote.folder, "o2", "medium").inflated(-1.0))
    assert run("blank-check", deck.root, blanks).exit_code == 7
    found = data("blank-check", deck.root, blanks)
    [one] = found["findings"]
    assert (one["source"], one["what"], one["official"], one["level"]) == ("1.jpg", "cross", "o2", "medium")
    crop = cv2.imread(one["crop"], cv2.IMREAD_GRAYSCALE)
    assert crop is not None
    assert np.count_nonzero(crop < 100) > 500
    pictures = [path.name for path in Path(found["pictures"]).iterdir()]
    assert len(pictures) == 2
    largest = max(found["boxes"], key=lambda box: box["largest_ink_mm2"])
    assert (largest["official"], largest["level"], largest["source"]) == ("o2", "medium", "1.jpg")
    assert record_files(deck.vote) == before


def test_what_is_no_blank_ballot_is_told(deck: ScannedDeck, other_vote: SampleVote, tmp_path: Path) -> None:
    foreign = next(iter(other_vote.scans.values()))
    found = data("blank-check", deck.root, foreign)
    assert [one["what"] for one in found["findings"]] == ["other_vote"]
    (tmp_path / "cut.jpg").write_bytes(foreign.read_bytes()[:9000])
    cut = run("blank-check", deck.root, tmp_path / "cut.jpg")
    assert (cut.exit_code, "cut off" in cut.stderr) == (3, True)
    nothing = tmp_path / "nothing"
    nothing.mkdir()
    assert run("blank-check", deck.root, nothing).exit_code == 3
