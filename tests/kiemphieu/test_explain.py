"""`readings --explain` as a person and a script see it: pictures, crops, JSON, and every way it can fail."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image
from printed_votes import SampleVote

from kiemphieu.ballots import BallotEntry, Standing
from kiemphieu.cli import main
from kiemphieu.disk import SETTLED_TIME_S
from kiemphieu.explain_findings import Weight, page_findings
from kiemphieu.folder import VoteFolder
from records.canonical import sha256_hex
from records.geometry import Rect
from records.layout import BoxPlace, LayoutPage
from records.reading import BoxReading, BoxState, MarkScores, PageReading, RegistrationQuality
from records.ruling import LineRuling, Verdict
from records.token import Token, TokenKind


def run(*words: object) -> Result:
    return CliRunner(env={"KIEMPHIEU_LANG": None}).invoke(main, [str(word) for word in words])


def explain(vote: SampleVote, wanted: str, *words: object) -> dict:
    result = run("readings", vote.root, "--explain", wanted, "--json", *words)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.fixture(scope="session")
def scanned_once(printed: SampleVote, tmp_path_factory: pytest.TempPathFactory) -> SampleVote:
    root = tmp_path_factory.mktemp("explained") / "vote"
    shutil.copytree(printed.folder.root, root)
    result = run("scan", root, printed.scan_folder, "--json", "--workers", 1)
    assert result.exit_code in (0, 5), result.output
    return SampleVote(VoteFolder(root), printed.scans)


@pytest.fixture
def scanned(scanned_once: SampleVote, tmp_path: Path) -> SampleVote:
    root = tmp_path / "vote"
    shutil.copytree(scanned_once.folder.root, root)
    return SampleVote(VoteFolder(root), scanned_once.scans)


@pytest.fixture
def serial(scanned: SampleVote) -> str:
    return min(scanned.scans)


def states_of(vote: SampleVote, serial: str) -> dict[str, str]:
    lines = [json.loads(line) for line in run("readings", vote.root).stdout.splitlines()]
    (entry,) = [entry for entry in lines if entry["serial"] == serial]
    return {
        f"{line['official']}-{level}": state
        for line in entry["lines"]
        for level, state in line["boxes"].items()
        if state != "empty"
    }


def change_record(vote: SampleVote, serial: str, before: str, after: str) -> None:
    """Alters one page's record, as no run of the program does."""
    with sqlite3.connect(vote.folder.database) as database:
        (text,) = database.execute("select result from page where serial = ?", (serial,)).fetchone()
        assert before in text
        database.execute(
            "update page set result = ? where serial = ?", (text.replace(before, after, 1), serial)
        )


def test_every_marked_box_is_listed_as_it_was_recorded(scanned: SampleVote, serial: str) -> None:
    document = explain(scanned, serial)
    (page,) = document["pages"]
    boxes = {f"{f['official']}-{f['level']}": f for f in page["findings"] if f["kind"] == "box"}
    assert {name: finding["state"] for name, finding in boxes.items() if finding["state"] != "empty"} == (
        states_of(scanned, serial)
    )
    assert [finding["number"] for finding in page["findings"]] == list(range(1, len(page["findings"]) + 1))
    for finding in boxes.values():
        assert finding["scores"]["ink_mm2"] > 0
        assert finding["evidence"]["w"] > 1
    assert (page["reread"], page["differences"], page["rejection"]) == ("same", [], None)


def test_a_crop_shows_the_ink_where_it_was_found(scanned: SampleVote, serial: str) -> None:
    """Dark pixels of the crop lie within the bounds of the ink or the printed box around it."""
    (page,) = explain(scanned, serial)["pages"]
    crosses = [f for f in page["findings"] if f["state"] == "cross"]
    assert crosses
    for finding in crosses:
        crop = np.asarray(Image.open(finding["crop"]).convert("L")).astype(int)
        scale = crop.shape[1] / finding["place"]["w"]
        ink, place = finding["evidence"], finding["place"]
        left, top = round((ink["x"] - place["x"]) * scale), round((ink["y"] - place["y"]) * scale)
        right, bottom = left + round(ink["w"] * scale), top + round(ink["h"] * scale)
        middle = crop[top + 8 : bottom - 8, left + 8 : right - 8]
        assert (middle < 160).mean() > 0.03
        assert Path(finding["crop"]).name == f"{finding['official']}-{finding['level']}.png"


def test_names_and_files_tell_no_order_and_no_time(scanned: SampleVote, serial: str) -> None:
    (page,) = explain(scanned, serial)["pages"]
    picture = Path(page["picture"])
    assert picture == scanned.folder.reports / f"{serial}-1.png"
    files = [picture, *(Path(finding["crop"]) for finding in page["findings"])]
    for path in files:
        assert path.stat().st_mtime == SETTLED_TIME_S
        with Image.open(path) as opened:
            opened.load()
            assert set(opened.info) == {"dpi"}
    first = picture.read_bytes()
    explain(scanned, serial)
    assert picture.read_bytes() == first
    assert scanned.scans[serial].name not in json.dumps(page)


def test_the_picture_marks_boxes_in_the_colour_of_their_state(scanned: SampleVote, serial: str) -> None:
    """Green frames stand around crosses and nowhere else on the page's half."""
    (page,) = explain(scanned, serial)["pages"]
    picture = np.asarray(Image.open(page["picture"]).convert("RGB")).astype(int)
    paper = picture[:, : round(picture.shape[0] * 210 / 297)]
    green = (paper[..., 1] - paper[..., 0] > 60) & (paper[..., 1] - paper[..., 2] > 30)
    assert green.sum() > 500
    crosses = [f for f in page["findings"] if f["state"] == "cross"]
    scale = picture.shape[0] / 297 * (287 / 297)
    for finding in crosses:
        y = round((finding["place"]["y"] + finding["place"]["h"] / 2) * scale + picture.shape[0] * 5 / 297)
        x = round((finding["place"]["x"] + finding["place"]["w"] / 2) * scale + picture.shape[0] * 5 / 297)
        assert green[y - 60 : y + 60, x - 60 : x + 60].sum() > 200


@pytest.mark.parametrize(
    ("verdict", "message_id"),
    [
        (Verdict.VALID, "explain_counted"),
        (Verdict.REVIEW, "explain_read_as"),
        (Verdict.INVALID, "explain_not_counted"),
    ],
)
def test_a_choice_is_said_to_count_on_a_valid_ballot_only(verdict: Verdict, message_id: str) -> None:
    boxes = (BoxReading("o1", "high", BoxState.CROSS, MarkScores(ink_mm2=5.0), Rect(1, 1, 5, 5)),)
    line = LineRuling("o1", (("high", BoxState.CROSS),), "high")
    layout = LayoutPage(
        1, (BoxPlace("o1", "high", Rect(0, 0, 7, 7)),), (), None, Rect(0, 0, 1, 1), Rect(0, 0, 1, 1), ()
    )
    token = Token(TokenKind.BALLOT, "v", "", 1, 1, bytes(8), "0" * 12)
    reading = PageReading(token, RegistrationQuality(0.1, 0.1, 30, 300, 300, 0, 0, 4), boxes)
    entry = BallotEntry("0" * 12, "", Standing.RULED, verdict, (), (), (line,), ())
    (finding,) = page_findings(reading, layout, entry)
    assert (finding.ruling, finding.weight) == ((message_id,), Weight.PLAIN)


def test_both_languages_draw_other_words(scanned: SampleVote, serial: str, tmp_path: Path) -> None:
    (vietnamese,) = explain(scanned, serial, "-o", tmp_path / "vi", "--lang", "vi")["pages"]
    (english,) = explain(scanned, serial, "-o", tmp_path / "en", "--lang", "en")["pages"]
    assert Path(vietnamese["picture"]).parent == tmp_path / "vi"
    assert Path(vietnamese["picture"]).read_bytes() != Path(english["picture"]).read_bytes()


def test_output_may_be_a_file_and_a_serial_may_be_typed_as_printed(
    scanned: SampleVote, serial: str, tmp_path: Path
) -> None:
    typed = f"{serial[:4]} {serial[4:8]} {serial[8:]}".lower()
    (page,) = explain(scanned, typed, "-o", tmp_path / "why.png")["pages"]
    assert page["picture"] == str(tmp_path / "why.png")
    assert (tmp_path / "why-crops").is_dir()


def test_a_crop_of_an_earlier_picture_goes_and_a_stranger_stays(scanned: SampleVote, serial: str) -> None:
    (page,) = explain(scanned, serial)["pages"]
    folder = Path(page["crops"])
    (folder / "writing-7.png").write_bytes(b"old")
    (folder / "my notes.txt").write_text("mine")
    explain(scanned, serial)
    assert not (folder / "writing-7.png").exists()
    assert (folder / "my notes.txt").read_text() == "mine"


def test_a_record_that_reads_otherwise_now_is_told_and_drawn(scanned: SampleVote, serial: str) -> None:
    before = explain(scanned, serial)["pages"][0]
    change_record(scanned, serial, '"state":"cross"', '"state":"unclear"')
    result = run("readings", scanned.root, "--explain", serial, "--json", "--lang", "en")
    (page,) = json.loads(result.stdout)["pages"]
    assert page["reread"] == "decisions"
    ((difference),) = page["differences"]
    assert (difference["recorded"], difference["now"]) == ("unclear", "cross")
    assert "gives something else" in result.stderr
    assert "unclear" in {finding["state"] for finding in page["findings"]}
    assert page["findings"] != before["findings"]


def test_other_numbers_alone_are_a_smaller_matter(scanned: SampleVote, serial: str) -> None:
    change_record(scanned, serial, '"residual_mm":0', '"residual_mm":1')
    result = run("readings", scanned.root, "--explain", serial, "--json", "--lang", "en")
    assert json.loads(result.stdout)["pages"][0]["reread"] == "numbers"
    assert "decides the same" in result.stderr


def test_a_second_image_of_the_serial_is_mentioned(scanned: SampleVote, serial: str, tmp_path: Path) -> None:
    again = tmp_path / "again.png"
    with Image.open(scanned.scans[serial]) as scan:
        scan.save(again)
    assert run("scan", scanned.root, again, "--workers", 1).exit_code == 5
    result = run("readings", scanned.root, "--explain", serial, "--json", "--lang", "en")
    (page,) = json.loads(result.stdout)["pages"]
    assert page["other_images"] == [sha256_hex(again.read_bytes())]
    assert page["sha256"] == sha256_hex(scanned.scans[serial].read_bytes())
    assert "carry this serial" in result.stderr


def test_a_sheet_without_serial_is_found_by_its_image(
    scanned: SampleVote, page_pixels: np.ndarray, tmp_path: Path
) -> None:
    other = tmp_path / "other.png"
    Image.fromarray(page_pixels).save(other)
    run("scan", scanned.root, other, "--workers", 1)
    prefix = sha256_hex(other.read_bytes())[:10]
    document = explain(scanned, prefix)
    (page,) = document["pages"]
    assert (document["serial"], page["rejection"], page["findings"]) == (None, "no_code", [])
    assert Path(page["picture"]).name.startswith(prefix)


@pytest.mark.parametrize("wanted", ["ABC", "", "0000", "deadbeef", "../x"])
def test_an_unknown_serial_is_bad_input(scanned: SampleVote, wanted: str) -> None:
    result = run("readings", scanned.root, "--explain", wanted, "--json")
    assert result.exit_code == 3
    assert json.loads(result.stdout)["error"]["id"] == "explain_serial_unknown"
    assert not scanned.folder.reports.exists() or not any(scanned.folder.reports.iterdir())


def test_an_issued_ballot_that_was_not_scanned_is_told_apart(vote: SampleVote) -> None:
    result = run("readings", vote.root, "--explain", min(vote.scans), "--json")
    assert result.exit_code == 3
    assert json.loads(result.stdout)["error"]["id"] == "explain_serial_not_scanned"


def test_a_page_file_that_is_gone_or_changed_is_an_error_of_the_record(
    scanned: SampleVote, serial: str
) -> None:
    sha256 = sha256_hex(scanned.scans[serial].read_bytes())
    path = scanned.folder.page(sha256, ".jpg")
    path.write_bytes(path.read_bytes() + b"\0")
    changed = run("readings", scanned.root, "--explain", serial, "--json")
    path.unlink()
    gone = run("readings", scanned.root, "--explain", serial, "--json")
    for result, message_id in ((changed, "page_file_changed"), (gone, "page_file_missing")):
        assert result.exit_code == 4
        assert json.loads(result.stdout)["error"]["id"] == message_id


@pytest.mark.parametrize("folder", ["pages", "keys", "ballots"])
def test_nothing_is_written_among_the_record(scanned: SampleVote, serial: str, folder: str) -> None:
    for output in (scanned.folder.root / folder, scanned.folder.root / folder / "x.png"):
        result = run("readings", scanned.root, "--explain", serial, "-o", output)
        assert result.exit_code == 2
        assert not (scanned.folder.root / folder / "x.png").exists()


def test_output_alone_is_misuse(scanned: SampleVote, tmp_path: Path) -> None:
    assert run("readings", scanned.root, "-o", tmp_path).exit_code == 2


def test_help_says_where_the_pictures_go(scanned: SampleVote) -> None:
    text = " ".join(run("readings", "--help", "--lang", "en").stdout.split())
    assert "VOTE/reports" in text
    assert "VOTE/ballots" not in text
