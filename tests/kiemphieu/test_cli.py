"""The command line as scripts see it: exit codes, JSON to the letter, languages."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image
from printed_votes import SampleVote

from kiemphieu import cli
from kiemphieu.cli import main
from kiemphieu.folder import VoteFolder
from kiemphieu.intake import find_pages

ROOT = Path(__file__).parents[2]
COMMANDS = ("demo", "new", "check", "print", "scan", "readings", "tally")


def run(*words: object, **env: str) -> Result:
    return CliRunner(env={"KIEMPHIEU_LANG": None, "KIEMPHIEU_DEBUG": None, **env}).invoke(
        main, [str(word) for word in words]
    )


def document(result: Result) -> dict:
    return json.loads(result.stdout)


@pytest.fixture(scope="session")
def scanned(printed, tmp_path_factory: pytest.TempPathFactory):
    root = tmp_path_factory.mktemp("scanned") / "vote"
    shutil.copytree(printed.folder.root, root)
    printed = SampleVote(VoteFolder(root), printed.scans)
    result = run("scan", printed.root, printed.scan_folder, "--json", "--workers", 1)
    assert result.exit_code in (0, 5), result.output
    return printed, result


@pytest.mark.parametrize("command", COMMANDS)
def test_help_in_both_languages(command: str) -> None:
    vietnamese, english = run(command, "--help"), run(command, "--help", "--lang", "en")
    assert (vietnamese.exit_code, english.exit_code) == (0, 0)
    assert "Cách dùng: kiemphieu" in vietnamese.stdout
    assert "Usage: kiemphieu" in english.stdout
    for result in (vietnamese, english):
        assert "--json" in result.stdout
        assert "--lang" in result.stdout
        assert not re.search(r"\b(option|help)_[a-z]+", result.stdout)


def test_language_by_variable_and_option(tmp_path: Path) -> None:
    absent = tmp_path / "absent"
    assert "Không có thư mục" in run("check", absent).stderr
    assert "There is no folder" in run("check", absent, KIEMPHIEU_LANG="en").stderr
    assert "Không có thư mục" in run("check", absent, "--lang=vi", KIEMPHIEU_LANG="en").stderr


@pytest.mark.parametrize(
    "words",
    [
        ("nonsense",),
        ("check",),
        ("print", "x"),
        ("print", "x", "--count", "0"),
        ("scan", "x"),
        ("tally",),
        ("tally", "--counts", "x.csv"),
        ("tally", "x", "--base", "3"),
        ("check", "x", "--unknown"),
        ("check", "x", "--lang", "fr"),
    ],
)
def test_usage_errors_exit_2(words: tuple[str, ...]) -> None:
    result = run(*words)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "--help" in result.stderr


def test_new_then_check(tmp_path: Path) -> None:
    created = run("new", tmp_path / "v", "--json")
    assert created.exit_code == 0
    assert document(created)["vote_file"] == str(tmp_path / "v" / "vote.toml")
    assert run("check", tmp_path / "v").exit_code == 0
    assert document(run("check", tmp_path / "v", "--json")) == {"ok": True, "problems": []}
    assert run("new", tmp_path / "v").exit_code == 3


def test_check_names_every_mistake_at_once(vote) -> None:
    text = vote.folder.vote_file.read_text(encoding="utf-8")
    text = text.replace("present = 4", "present = 9").replace('id = "o2"', 'id = "o1"') + "[extra]\n"
    vote.folder.vote_file.write_text(text, encoding="utf-8")
    result = run("check", vote.root, "--json", "--lang", "en")
    assert result.exit_code == 3
    problems = document(result)["problems"]
    assert len(problems) >= 3
    for problem in problems:
        assert set(problem) == {"place", "line", "id", "message"}
        assert problem["message"] in result.stderr
    assert run("tally", vote.root).exit_code == 3


def test_print_records_what_it_prints(vote) -> None:
    result = run("print", vote.root, "--count", 3, "--json")
    assert result.exit_code == 0
    data = document(result)
    assert (data["ballots"], data["seeded"]) == (3, True)
    assert Path(data["pdf"]).is_file()
    assert Path(data["pdf"]).name == "bdt-2023-2.pdf"
    assert "--seed" in result.stderr
    assert document(run("tally", vote.root, "--json"))["ballots"]["issued"] == 7


def test_the_same_seed_gives_the_same_file(tmp_path: Path) -> None:
    for name in ("a", "b"):
        run("new", tmp_path / name / "vote")
        assert run("print", tmp_path / name / "vote", "--count", 2, "--seed", 5).exit_code == 0
    one, two = (next((tmp_path / name).rglob("*.pdf")).read_bytes() for name in ("a", "b"))
    assert one == two


def test_a_real_batch_is_not_seeded(tmp_path: Path) -> None:
    run("new", tmp_path / "vote")
    out = tmp_path / "out.pdf"
    result = run("print", tmp_path / "vote", "--count", 1, "-o", out, "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    assert document(result)["seeded"] is False
    assert run("print", tmp_path / "vote", "--count", 1, "-o", out).exit_code == 3


def test_a_changed_form_is_refused(vote) -> None:
    text = vote.folder.vote_file.read_text(encoding="utf-8")
    vote.folder.vote_file.write_text(text.replace("Nguyễn Văn An", "Nguyễn Văn Ân"), encoding="utf-8")
    result = run("print", vote.root, "--count", 1, "--lang", "en")
    assert result.exit_code == 3
    assert "changed after ballots were printed" in result.stderr


def test_a_missing_private_key_is_no_reason_for_a_new_one(vote) -> None:
    vote.folder.private_key.unlink()
    assert run("print", vote.root, "--count", 1).exit_code == 3
    assert not vote.folder.private_key.exists()


def test_scan_document(scanned) -> None:
    data = document(scanned[1])
    assert (data["pages"], data["recorded"], data["known"]) == (4, 4, 0)
    assert data["problems"] == []
    assert data["ballots"]["returned"] == 4


def test_readings_to_the_letter(scanned) -> None:
    printed, _ = scanned
    result = run("readings", printed.root)
    assert (result.exit_code, result.stderr) == (0, "")
    ballots = [json.loads(line) for line in result.stdout.splitlines()]
    assert [ballot["serial"] for ballot in ballots] == sorted(printed.scans)
    for ballot in ballots:
        assert list(ballot) == ["serial", "verdict", "faults", "review", "lines", "pages"]
        assert [line["official"] for line in ballot["lines"]] == ["o1", "o2"]
        for line in ballot["lines"]:
            assert list(line) == ["official", "boxes", "choice", "faults", "review"]
            assert list(line["boxes"]) == ["high", "medium", "low"]
        (page,) = ballot["pages"]
        assert page == {"source": printed.scans[ballot["serial"]].name, "index": 0, "page": 1}
    assert run("readings", printed.root, "--json").stdout == result.stdout


def test_tally_to_the_letter(scanned) -> None:
    printed, _ = scanned
    result = run("tally", printed.root, "--json")
    data = document(result)
    assert list(data) == ["vote", "rules", "attendance", "ballots", "reconciled", "final", "officials"]
    assert data["attendance"] == {"summoned": 5, "present": 4, "quorum": "met"}
    assert list(data["ballots"]) == ["issued", "returned", "valid", "invalid", "review", "foreign"]
    assert (data["ballots"]["issued"], data["ballots"]["returned"]) == (4, 4)
    assert data["reconciled"] is True
    assert result.exit_code == (5 if data["ballots"]["review"] else 0)
    for official in data["officials"]:
        assert list(official) == ["id", "counts", "base", "percent", "outcome"]
        assert list(official["counts"]) == ["high", "medium", "low", "invalid"]
        assert all(re.fullmatch(r"\d+\.\d\d", share) for share in official["percent"].values())


def test_tally_for_people(scanned) -> None:
    printed, _ = scanned
    vietnamese, english = run("tally", printed.root), run("tally", printed.root, "--lang", "en")
    assert "Phát ra 4" in vietnamese.stdout
    assert "Issued 4" in english.stdout


def test_bad_paper_and_bad_files_in_one_run(vote, other_vote, tmp_path: Path) -> None:
    """Issue 2, "Bad input": each is told, the rest of the run is done."""
    pile = tmp_path / "pile"
    pile.mkdir()
    first, *rest = (vote.scans[serial] for serial in sorted(vote.scans))
    for path in rest:
        (pile / path.name).write_bytes(path.read_bytes())
    rng = np.random.default_rng(1)
    fur = np.kron(rng.integers(0, 255, (60, 45, 3), dtype=np.uint8), np.ones((20, 20, 1), np.uint8))
    framed = np.pad(fur, ((60, 60), (60, 60), (0, 0)), constant_values=255)
    Image.fromarray(framed).save(pile / "cat.jpg")
    Image.new("L", (1, 1), 255).save(pile / "pixel.png")
    Image.new("L", (1654, 2339), 255).save(pile / "blank.png")
    (pile / "cut.jpg").write_bytes(first.read_bytes()[:30_000])
    (pile / "foreign.jpg").write_bytes(next(iter(other_vote.scans.values())).read_bytes())
    copy = Image.open(rest[0])
    copy.point(lambda value: min(255, value + 4)).save(pile / "photocopy.jpg", quality=88)
    result = run("scan", vote.root, pile, "--json", "--workers", 1)
    data = document(result)
    assert result.exit_code == 3
    assert [(p["source"], p["id"]) for p in data["problems"]] == [("cut.jpg", "file_truncated")]
    reasons = {page["source"]: page["reason"] for page in data["rejected"]}
    assert reasons["pixel.png"] == "page_image"
    assert reasons["blank.png"] == "blank_page"
    assert reasons["foreign.jpg"] == "other_vote"
    assert reasons["cat.jpg"] == "no_code"
    assert len(data["surplus"]) == 1
    assert data["ballots"]["foreign"] == 1
    assert data["ballots"]["returned"] == 5  # three ballots, the cat and the pixel; not the blank side
    tally = run("tally", vote.root, "--json")
    assert tally.exit_code == 6  # five returned of four issued: the cat must be looked at
    assert run("scan", vote.root, pile / "cat.jpg", "--workers", 1).exit_code == 5


def test_more_returned_than_issued_does_not_reconcile(vote) -> None:
    for number in range(6):
        Image.new("L", (900, 1200), 40 + 20 * number).save(vote.scan_folder / f"dark-{number}.png")
    assert run("scan", vote.root, vote.scan_folder, "--workers", 1).exit_code == 5
    result = run("tally", vote.root, "--json")
    assert result.exit_code == 6
    assert document(result)["reconciled"] is False


def test_counts_typed_by_hand(tmp_path: Path) -> None:
    counts = tmp_path / "counts.csv"
    counts.write_text("official,high,medium,low,invalid\no1,10,5,31,0\no2,20,2,24,0\n", encoding="utf-8")
    result = run("tally", "--counts", counts, "--rules", "qd96", "--base", 46, "--json")
    assert result.exit_code == 0, result.output
    assert [official["outcome"] for official in document(result)["officials"]] == [
        "two_thirds_low",
        "over_half_low",
    ]
    counts.write_text("official,high,medium,low,invalid\no1,10,x,31,0\n", encoding="utf-8")
    wrong = run("tally", "--counts", counts, "--rules", "qd96", "--base", 46, "--lang", "en")
    assert wrong.exit_code == 3
    assert "line 2" in wrong.stderr
    assert run("tally", "--counts", counts, "--rules", "nope", "--base", 46).exit_code == 3
    assert run("tally", "--counts", tmp_path / "no.csv", "--rules", "qd96", "--base", 46).exit_code == 3


def test_errors_with_json_are_one_document(tmp_path: Path) -> None:
    result = run("tally", tmp_path / "absent", "--json", "--lang", "en")
    assert result.exit_code == 3
    assert document(result)["error"]["id"] == "folder_missing"


def test_an_internal_error_is_short_and_exits_70(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(path: Path) -> None:
        raise RuntimeError("a fault")

    monkeypatch.setattr("kiemphieu.commands.vote.open_folder", fail)
    result = run("check", tmp_path)
    assert result.exit_code == 70
    assert "Traceback" not in result.stderr
    assert "Traceback" in run("check", tmp_path, KIEMPHIEU_DEBUG="1").stderr


def test_an_unwritable_store_exits_4(vote) -> None:
    vote.folder.database.unlink()
    vote.folder.database.mkdir()
    assert run("tally", vote.root).exit_code == 4


def test_the_program_as_a_process_and_ctrl_c(vote) -> None:
    """Interrupted in mid-run: exit 130, and the next run completes the record."""
    pile = vote.scan_folder
    # Enough of them that the run is not over before the signal comes, on a busy machine too.
    for number in range(9):
        for path in list(vote.scans.values()):
            (pile / f"again-{number}-{path.name}").write_bytes(path.read_bytes() + b"\0" * (number + 1))
    command = [sys.executable, "-m", "kiemphieu", "scan", vote.root, str(pile), "--workers", "2"]
    process = subprocess.Popen(  # noqa: S603
        command,
        cwd=ROOT,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
        # Tests that run in a shell's background are started with the signal ignored, and would hand that on.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )
    deadline = time.monotonic() + 30
    while not list(vote.folder.pages.glob("*.jpg")) and time.monotonic() < deadline:
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors.decode()
    assert "Traceback" not in errors.decode()
    command[-1] = "1"
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, timeout=120)  # noqa: S603
    assert done.returncode == 5, done.stderr.decode()
    assert len(list(find_pages([pile]))) == 40
    assert len(list(vote.folder.pages.glob("*.jpg"))) == 40
    assert document(run("tally", vote.root, "--json"))["ballots"]["returned"] == 4


def test_version() -> None:
    assert run("--version").exit_code == 0
    assert cli.main.name == "kiemphieu"
