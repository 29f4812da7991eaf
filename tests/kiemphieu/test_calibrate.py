"""`calibrate`: from the target to the profile and its report; a print checked against its form."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pypdfium2
import pytest
from command_line import data, run
from printed_votes import SampleVote
from profile_sample import geometry, profile_sample

from benchmarks.simulated_scanners import Scanner, draw_target, scan
from calibration.target import make_target
from kiemphieu.calibrating import file_stem
from kiemphieu.documents.calibration_pdf import write_report_pdf
from kiemphieu.documents.facts import Words
from kiemphieu.messages import Language, has_text
from records.scanner_profile import (
    DotShift,
    FaultFound,
    Fitness,
    ScannerFault,
    profile_from_text,
    profile_sha256,
    profile_to_json,
)
from records.vote import PaperSize
from sample_scans.device import scan_page
from sample_scans.settings import ScanSettings, Streak, Surround

SETTINGS = ScanSettings(dpi=200, stretch_x=1.005)
PX_PER_MM = 12.0


@pytest.fixture(scope="module")
def target_scans(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Scans of an A5 target: two of a sound scanner, one with a streak, one at 300 dpi."""
    folder = tmp_path_factory.mktemp("targets")
    target = make_target(PaperSize.A5)
    paper = draw_target(target)
    streak = replace(SETTINGS, streaks=(Streak(74.0, 0.3, 0.5),))
    settings = {"one": SETTINGS, "two": SETTINGS, "streak": streak, "fine": replace(SETTINGS, dpi=300)}
    for seed, (name, one) in enumerate(settings.items()):
        cv2.imwrite(str(folder / f"{name}.png"), scan(paper, Scanner(seed, one)))
    return folder


@pytest.fixture(scope="module")
def made(target_scans: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The profile of the sound scanner."""
    folder = tmp_path_factory.mktemp("profile")
    told = data("calibrate", "measure", target_scans / "one.png", "--name", "x", "-o", folder)
    return Path(told["profile"])


@pytest.mark.parametrize("paper", PaperSize)
def test_the_target_is_printed(paper, tmp_path):
    path = tmp_path / "target.pdf"
    told = data("calibrate", "target", "--paper", paper.value, "-o", path)
    assert told == {"pdf": str(path), "paper": paper.value}
    with pypdfium2.PdfDocument(path) as document:
        text = document[0].get_textpage().get_text_range()
    assert "100 %" in text
    assert run("calibrate", "target", "--paper", "A3", "-o", path).exit_code == 2
    assert run("calibrate", "target", "-o", tmp_path / "no" / "folder.pdf").exit_code == 4


def test_a_scanner_is_measured_and_its_profile_written(target_scans, tmp_path):
    scans = target_scans / "one.png", target_scans / "two.png"
    told = data("calibrate", "measure", *scans, "--name", "Máy quét 1", "-o", tmp_path / "new")
    assert told["fitness"] == "fit"
    assert told["faults"] == told["streaks"] == []
    assert told["dpi"] == pytest.approx([201.0, 200.0], abs=0.1)
    profile = profile_from_text(Path(told["profile"]).read_text(encoding="utf-8"), "profile")
    assert (profile.scanner, profile.paper, profile.scans) == ("Máy quét 1", "A5", 2)
    assert profile_sha256(profile) == told["sha256"]
    assert Path(told["profile"]).name == "scanner-may-quet-1.json"
    with pypdfium2.PdfDocument(told["report"]) as document:
        assert len(document) == 1
        text = document[0].get_textpage().get_text_range()
    assert "Scanner profile: Máy quét 1" in text
    assert told["sha256"] in text
    for lang in Language:
        report = write_report_pdf(profile, Words(lang))
        assert report == write_report_pdf(profile, Words(lang)), "equal bytes"


def test_a_streak_is_told_with_its_place_and_what_to_do(target_scans, tmp_path):
    result = run("calibrate", "measure", target_scans / "streak.png", "--name", "x", "-o", tmp_path)
    assert result.exit_code == 0
    assert "Fit with limits" in result.stdout
    assert re.search(r"line down the scan 73\.[5-7] mm", result.stdout)
    assert "Clean the feeder's narrow glass strip" in result.stdout


def test_scans_that_do_not_go_together_are_told_by_name(target_scans, tmp_path):
    one, fine = target_scans / "one.png", target_scans / "fine.png"
    differing = run("calibrate", "measure", one, fine, "--name", "x", "-o", tmp_path)
    assert differing.exit_code == 3
    assert "one.png has 201 × 200 dpi, fine.png 302 × 300 dpi" in differing.stderr
    twice = run("calibrate", "measure", one, one, "--name", "x", "-o", tmp_path)
    assert twice.exit_code == 3
    assert "one.png and one.png are the same image" in twice.stderr
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_target_is_told(printed: SampleVote, target_scans, tmp_path):
    blank = tmp_path / "blank.png"
    cv2.imwrite(str(blank), np.full((1700, 1200), 245, np.uint8))
    ballot = next(iter(printed.scans.values()))
    broken = tmp_path / "broken.png"
    broken.write_bytes((target_scans / "one.png").read_bytes()[:5000])
    expected = {
        blank: "No target code is found in blank.png",
        ballot: f"{ballot.name} bears a code, but not that of the target",
        broken: "broken.png cannot be opened",
        tmp_path / "missing.png": "missing.png cannot be opened",
    }
    for path, words in expected.items():
        result = run("calibrate", "measure", path, "--name", "x", "-o", tmp_path / "out")
        assert result.exit_code == 3
        assert words in result.stderr
    assert run("calibrate", "measure", "--name", "x").exit_code == 2
    assert run("calibrate", "measure", blank).exit_code == 2
    assert not (tmp_path / "out").exists()


@pytest.fixture
def print_page(printed: SampleVote) -> np.ndarray:
    """A printed ballot, unmarked."""
    with pypdfium2.PdfDocument(next(printed.folder.ballots.glob("*.pdf"))) as document:
        pixels = document[0].render(scale=PX_PER_MM * 25.4 / 72).to_numpy()
    return np.ascontiguousarray(pixels[:, :, :3])


def shifted(page: np.ndarray, right_mm: float, down_mm: float) -> np.ndarray:
    """The print moved on its paper; what leaves the paper is gone."""
    moved = np.float32([[1, 0, right_mm * PX_PER_MM], [0, 1, down_mm * PX_PER_MM]])
    size = page.shape[1], page.shape[0]
    return cv2.warpAffine(page, moved, size, borderMode=cv2.BORDER_CONSTANT, borderValue=(255,) * 3)


def checked(printed: SampleVote, folder: Path, page: np.ndarray, **settings: object) -> dict:
    path = folder / "print.png"
    cv2.imwrite(str(path), scan_page(page, PX_PER_MM, ScanSettings(dpi=200, **settings), 6))
    return data("calibrate", "printing", printed.root, path, "--dpi", 200)


def test_a_good_print_is_in_order(printed, print_page, tmp_path):
    told = checked(printed, tmp_path, print_page, skew_deg=0.8, margin_mm=5.0, surround=Surround.BLACK)
    assert (told["fitness"], told["faults"]) == ("fit", [])
    (page,) = told["pages"]
    assert page["scale"] == pytest.approx([1.0, 1.0], abs=0.002)
    assert page["offset_mm"] == pytest.approx([0.0, 0.0], abs=0.3)
    assert page["clipped"] == []


def test_what_is_known_of_the_votes_scanner_does_not_hide_what_is_wrong_with_the_print(
    printed, print_page, tmp_path
):
    settings = {"skew_deg": 0.8, "margin_mm": 5.0, "print_scale": 0.985}
    plain = checked(printed, tmp_path, print_page, **settings)
    bent = tuple(
        DotShift(float(x), float(y), 2.0 * (x / 105 - 1) ** 3, 0.0)
        for y in range(10, 290, 10)
        for x in range(10, 205, 10)
    )
    (printed.folder.root / "p.json").write_text(
        json.dumps(profile_to_json(profile_sample(geometry=geometry(shifts=bent)))), encoding="utf-8"
    )
    before = printed.folder.vote_file.read_text(encoding="utf-8")
    printed.folder.vote_file.write_text(before + '\n[scan]\nprofile = "p.json"\n', encoding="utf-8")
    try:
        assert checked(printed, tmp_path, print_page, **settings) == plain
    finally:
        printed.folder.vote_file.write_text(before, encoding="utf-8")


def test_fit_to_page_is_found(printed, print_page, tmp_path):
    told = checked(printed, tmp_path, print_page, print_scale=0.97)
    assert (told["fitness"], told["faults"]) == ("limits", ["scale"])
    assert told["pages"][0]["scale"] == pytest.approx([0.97, 0.97], abs=0.002)


@pytest.mark.parametrize("turns", [0, 1, 2])
def test_an_offset_is_found_whichever_way_the_sheet_lies(printed, print_page, tmp_path, turns):
    page = shifted(print_page, 5.0, -2.0)
    told = checked(
        printed, tmp_path, page, margin_mm=4.0, surround=Surround.GREY, quarter_turns=turns, skew_deg=0.5
    )
    assert told["faults"] == ["offset"]
    assert told["pages"][0]["offset_mm"] == pytest.approx([5.0, -2.0], abs=0.3)


def test_an_offset_is_not_guessed_where_the_paper_does_not_show(printed, print_page, tmp_path):
    told = checked(printed, tmp_path, print_page, margin_mm=15.0)
    assert told["pages"][0]["offset_mm"] is None


@pytest.mark.parametrize(
    ("right", "down", "side"), [(9, 0, "right"), (-9, 0, "left"), (0, 9, "bottom"), (0, -9, "top")]
)
def test_a_clipped_edge_is_found(printed, print_page, tmp_path, right, down, side):
    told = checked(printed, tmp_path, shifted(print_page, right, down))
    assert told["fitness"] == "unfit"
    assert told["faults"] == ["clipped", "offset"]
    assert told["pages"][0]["clipped"] == [side]


def test_the_profile_gives_the_resolution(printed, print_page, made, tmp_path):
    path = tmp_path / "print.png"
    cv2.imwrite(str(path), scan_page(print_page, PX_PER_MM, SETTINGS, 6))
    told = data("calibrate", "printing", printed.root, path, "--profile", made)
    assert told["pages"][0]["scale"] == pytest.approx([1.0, 1.0], abs=0.001)
    english = run("calibrate", "printing", printed.root, path, "--profile", made)
    assert "The print is in order" in english.stdout


def test_printing_needs_one_resolution_and_ballots_of_the_vote(
    printed, other_vote, print_page, target_scans, tmp_path
):
    path = tmp_path / "print.png"
    cv2.imwrite(str(path), print_page)
    assert run("calibrate", "printing", printed.root, path).exit_code == 2
    profile = tmp_path / "profile.json"
    profile.write_text("{}")
    assert run("calibrate", "printing", printed.root, path, "--dpi", 200, "--profile", profile).exit_code == 2
    assert run("calibrate", "printing", printed.root, path, "--profile", profile).exit_code == 3
    foreign = run("calibrate", "printing", other_vote.root, path, "--dpi", 300)
    assert (foreign.exit_code, "no ballot of this vote" in foreign.stderr) == (3, True)
    target = run("calibrate", "printing", printed.root, target_scans / "one.png", "--dpi", 200)
    assert (target.exit_code, "no ballot of this vote" in target.stderr) == (3, True)


def test_every_fault_has_words_and_a_remedy_and_the_report_stays_one_page(made):
    profile = profile_from_text(made.read_text(encoding="utf-8"), "profile")
    faults = tuple(FaultFound(fault, Fitness.UNFIT, 0.5, 0.25) for fault in ScannerFault)
    worst = replace(profile, scanner="x" * 80, fitness=Fitness.UNFIT, faults=faults)
    for fault in ScannerFault:
        assert has_text(f"calibrate_fault_{fault.value}")
        assert has_text(f"calibrate_remedy_{fault.value}")
    for lang in Language:
        with pypdfium2.PdfDocument(io.BytesIO(write_report_pdf(worst, Words(lang)))) as document:
            assert len(document) == 1
            text = document[0].get_textpage().get_text_range()
        assert "calibrate_" not in text
        assert "{" not in text


def test_the_profile_file_says_nothing_of_when(made):
    text = made.read_text(encoding="utf-8")
    assert "one.png" not in text
    assert not re.search(r"20\d\d-\d\d-\d\d", text)
    assert set(json.loads(text)) == {"format", "sha256", "profile"}


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("Máy quét Đông A", "may-quet-dong-a"),
        ("Canon DR-C225 / 300dpi", "canon-dr-c225-300dpi"),
        ("扫描", "1"),
    ],
)
def test_a_scanners_name_becomes_a_files_name(name, stem):
    assert file_stem(name) == stem


@pytest.mark.parametrize("lang", Language)
def test_help_of_the_group_and_its_commands(lang):
    for words in (("calibrate",), *(("calibrate", one) for one in ("target", "measure", "printing"))):
        result = run(*words, "--help", "--lang", lang.value) if len(words) > 1 else run(*words, "--help")
        assert result.exit_code == 0
        assert not re.search(r"\b(option|help)_[a-z]+", result.stdout)
