"""What an unlucky operator runs into: closed folders, lost files, odd names; found by using the program."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from click.testing import CliRunner
from PIL import Image
from test_cli import document, run

from kiemphieu import page_worker, reading_crew
from kiemphieu.cli import main
from kiemphieu.intake import PageRef, find_pages
from kiemphieu.page_worker import ReaderSetup
from kiemphieu.scanning import scan_paths
from kiemphieu.store import open_store
from kiemphieu.store.engine import shown_address
from records.errors import KiemphieuError
from records.reading import PageReading, RejectionReason, SheetRejection
from scanner.sheet import ReadSheet

ROOT = Path(__file__).parents[2]


def change_vote(vote, old: str, new: str) -> None:
    text = vote.folder.vote_file.read_text(encoding="utf-8")
    assert old in text
    vote.folder.vote_file.write_text(text.replace(old, new), encoding="utf-8")


def problems_of(vote) -> list[tuple[str, int | None, str]]:
    result = run("check", vote.root, "--json", "--lang", "en")
    assert result.exit_code == 3
    data = document(result)
    assert data["ok"] is False
    assert all(problem["message"] in result.stderr for problem in data["problems"])
    return [(problem["place"], problem["line"], problem["id"]) for problem in data["problems"]]


# check: every mistake with line and remedy, in one shape


def test_check_tells_of_every_file_that_cannot_be_used(vote) -> None:
    (vote.folder.root / "bad.png").write_text("no picture", encoding="utf-8")
    with vote.folder.vote_file.open("a", encoding="utf-8") as file:
        file.write('[print]\nseal_image = "bad.png"\nfont = "absent.ttf"\n')
    assert problems_of(vote) == [
        ("print.seal_image", 23, "seal_image_kind"),
        ("print.font", 24, "file_unreadable"),
    ]


def test_check_names_the_line_of_a_letter_the_font_lacks(vote) -> None:
    change_vote(vote, "Trần Thị Bình", "Trần 😀 Bình")
    assert problems_of(vote) == [("official[2].name", 20, "font_missing_characters")]


def test_check_names_the_line_of_a_word_that_is_too_long(vote) -> None:
    change_vote(vote, "Phó Trưởng ban", "P" * 90)
    ((place, line, message_id),) = problems_of(vote)
    assert place.startswith("official[2].position")
    assert (line, message_id) == (21, "layout_word_too_wide")


def test_check_names_the_line_that_is_not_utf_8(vote) -> None:
    data = vote.folder.vote_file.read_bytes()
    vote.folder.vote_file.write_bytes(data.replace("Khánh Hòa".encode(), b"Kh\xe1nh", 1))
    assert problems_of(vote) == [("vote.toml", 4, "vote_file_not_utf8")]


def test_a_mistake_without_a_place_is_told_by_its_line_alone(vote) -> None:
    change_vote(vote, 'title = "', "title = ")
    assert "line 6: TOML syntax" in run("check", vote.root, "--lang", "en").stderr


# Folders and files that are closed


def closed(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    """Everything inside `path` refuses to be looked at, as for a user without rights (root has all)."""
    real = os.stat

    def refuse(name: str | Path, **options: object) -> os.stat_result:
        if str(name).startswith(f"{path}{os.sep}"):
            raise PermissionError(13, "Permission denied", str(name))
        return real(name, **options)

    monkeypatch.setattr(os, "stat", refuse)


def test_a_path_in_a_closed_folder_stops_nothing_else(vote, monkeypatch: pytest.MonkeyPatch) -> None:
    shut = vote.folder.root.parent / "shut"
    shut.mkdir()
    closed(monkeypatch, shut)
    result = run("scan", vote.root, shut / "a.jpg", vote.scan_folder, "--json", "--workers", 1)
    data = document(result)
    assert (result.exit_code, data["recorded"]) == (3, 4)
    assert [problem["id"] for problem in data["problems"]] == ["page_file_unreadable"]


def test_a_closed_vote_folder_is_bad_input(vote, monkeypatch: pytest.MonkeyPatch) -> None:
    closed(monkeypatch, vote.folder.root)
    for command in ("check", "readings", "tally"):
        result = run(command, vote.root, "--json")
        assert result.exit_code == 3
        assert document(result)["error"]["id"] == "folder_closed"
    assert run("new", vote.folder.root / "inside").exit_code == 4


def test_a_closed_key_folder_makes_no_new_key(vote, monkeypatch: pytest.MonkeyPatch) -> None:
    closed(monkeypatch, vote.folder.keys)
    result = run("print", vote.root, "--count", 1, "--json")
    assert (result.exit_code, document(result)["error"]["id"]) == (3, "key_file_unreadable")


@pytest.mark.skipif(shutil.which("setpriv") is None or os.geteuid() != 0, reason="needs root and setpriv")
def test_closed_for_real(vote) -> None:
    shut = vote.scan_folder / "shut"
    shut.mkdir(mode=0)
    rights = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all"]
    command = [*rights, sys.executable, "-m", "kiemphieu", "scan", vote.root, str(shut), str(shut / "a.jpg")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, timeout=60)  # noqa: S603
    assert done.returncode == 3, done.stderr.decode()


def test_names_that_are_no_utf_8(vote) -> None:
    first = vote.scan_folder / "scan-0001.jpg"
    odd = Path(os.fsdecode(os.fsencode(vote.scan_folder / "phi") + b"\xdeu.jpg"))
    try:
        first.rename(odd)
    except OSError:
        pytest.skip("this file system has UTF-8 names only")
    plain = vote.scan_folder / "plain.pdf"
    Image.open(odd).save(plain, resolution=300)
    plain.rename(odd.with_suffix(".pdf"))
    assert run("scan", vote.root, vote.scan_folder, odd, "--workers", 1).exit_code in (0, 5)
    assert "phi\N{REPLACEMENT CHARACTER}u.jpg" in run("readings", vote.root).stdout


def test_an_empty_folder_is_told(vote, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    result = run("scan", vote.root, tmp_path / "empty", "--lang", "en")
    assert result.exit_code == 0
    assert "no page was found" in result.stderr


# The record


def test_a_lost_record_is_told_and_nothing_more_is_printed(vote) -> None:
    """Without this, every ballot handed out would seem forged."""
    vote.folder.database.unlink()
    for words in (("tally",), ("readings",), ("print", "--count", "1"), ("scan", vote.scan_folder)):
        result = run(words[0], vote.root, *words[1:], "--json")
        assert result.exit_code == 4, words
        assert document(result)["error"]["id"] == "store_lost"
    assert len(list(vote.folder.ballots.iterdir())) == 1


def test_a_password_is_never_shown(vote) -> None:
    assert shown_address("postgresql://me:se@cret@host/db") == "postgresql://me:***@host/db"
    assert shown_address("postgresql://me@host/db") == "postgresql://me@host/db"
    with vote.folder.vote_file.open("a", encoding="utf-8") as file:
        file.write('[store]\nurl = "nonsense://me:secret@host/db"\n')
    result = run("tally", vote.root, "--json")
    assert result.exit_code in (3, 4)
    assert "secret" not in result.output


def test_a_page_the_program_failed_on_is_read_again(vote, monkeypatch: pytest.MonkeyPatch) -> None:
    failure = SheetRejection(RejectionReason.INTERNAL_ERROR, (("error", "MemoryError: "),))
    with monkeypatch.context() as patched:
        patched.setattr(page_worker, "read_and_measure_sheet", lambda *_: ReadSheet(failure))
        first = scan_paths(vote.folder, [vote.scan_folder], workers=1)
        again = scan_paths(vote.folder, [vote.scan_folder], workers=1)
    assert (first.recorded, again.recorded, again.known) == (4, 0, 4)
    assert document(run("tally", vote.root, "--json"))["ballots"]["review"] == 4
    healed = scan_paths(vote.folder, [vote.scan_folder], workers=1)
    assert (healed.recorded, healed.known) == (4, 0)
    assert scan_paths(vote.folder, [vote.scan_folder], workers=1).known == 4
    store = open_store(vote.folder.database)
    try:
        assert [isinstance(page.result, PageReading) for page in store.pages()] == [True] * 4
    finally:
        store.close()


# Workers


def deadly(fatal: str):
    """A pool whose worker ends without a word on files named `fatal`."""

    def outcomes(pool: object, refs: list[PageRef], ahead: int):
        for ref in refs:
            if fatal in ref.source:
                raise reading_crew.BrokenProcessPool
            yield page_worker.KnownPage(ref.source, ref.index)

    return outcomes


def test_a_page_that_ends_its_worker_does_not_end_the_run(vote, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_crew, "_in_flight", deadly("0002"))
    report = scan_paths(vote.folder, [vote.scan_folder], workers=2)
    assert report.known == 3
    assert [(p.source, p.message_id) for p in report.problems] == [("scan-0002.jpg", "page_stops_reader")]


def test_workers_that_end_on_any_page_are_told(vote, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_crew, "_in_flight", deadly("scan"))
    with pytest.raises(KiemphieuError, match="worker_died"):
        scan_paths(vote.folder, [vote.scan_folder], workers=2)


class Deadly:
    """Ends the process that unpickles it, as the system does when memory runs out."""

    def __reduce__(self) -> tuple[object, tuple[int]]:
        return os._exit, (9,)


def test_a_worker_killed_for_real(vote) -> None:
    refs = [item for item in find_pages([vote.scan_folder]) if isinstance(item, PageRef)]
    killer = replace(refs[1], path=cast("Path", Deadly()))
    setup = ReaderSetup(vote.folder.root, "bdt-2023", "")
    with reading_crew.ReadingCrew(setup, 2) as crew:
        outcomes = list(crew.outcomes([refs[0], killer, refs[2]]))
    assert [type(outcome).__name__ for outcome in outcomes] == ["ReadPage", "FileProblem", "ReadPage"]


def test_a_page_that_memory_cannot_hold_does_not_end_the_run(vote, monkeypatch: pytest.MonkeyPatch) -> None:
    real = page_worker.load_page

    def load(ref: PageRef) -> object:
        if ref.source == "scan-0003.jpg":
            raise MemoryError
        return real(ref)

    monkeypatch.setattr(page_worker, "load_page", load)
    report = scan_paths(vote.folder, [vote.scan_folder], workers=1)
    assert report.recorded == 3
    assert [(p.source, p.message_id) for p in report.problems] == [("scan-0003.jpg", "page_stops_reader")]


# The command line


def test_no_command_shows_the_help_and_exits_2() -> None:
    result = run(KIEMPHIEU_LANG="en")
    assert result.exit_code == 2
    assert result.stderr.startswith("Usage: kiemphieu")


def test_the_language_may_stand_before_the_command(tmp_path: Path) -> None:
    assert "There is no folder" in run("--lang", "en", "check", tmp_path / "absent").stderr
    assert run("--lang", "en", "--help").stdout.startswith("Usage:")


@pytest.mark.parametrize("words", [("--count", "x"), ("--count", "0"), ("--seed", "x"), ("--lang", "fr")])
def test_wrong_values_are_told_in_the_language_of_the_session(words: tuple[str, ...]) -> None:
    result = run("print", "v", "--count", "1", *words)
    assert result.exit_code == 2
    assert " is not " not in result.stderr
    assert "must" not in result.stderr


def test_a_group_where_there_are_none(vote) -> None:
    result = run("print", vote.root, "--count", 1, "--group", "g1", "--lang", "en")
    assert result.exit_code == 2
    assert "Leave --group out" in result.stderr


def test_print_over_a_folder_is_bad_input(vote, tmp_path: Path) -> None:
    assert run("print", vote.root, "--count", 1, "-o", tmp_path).exit_code == 3


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("words", [("tally", "--json"), ("tally",), ("readings",)])
def test_a_full_disk_behind_stdout(vote, words: tuple[str, ...]) -> None:
    scan_paths(vote.folder, [vote.scan_folder], workers=1)
    command = [sys.executable, "-m", "kiemphieu", words[0], vote.root, *words[1:]]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(  # noqa: S603
            command, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, check=False, timeout=60
        )
    assert done.returncode == 4, done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()


def test_a_reader_that_goes_away_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """`kiemphieu readings VOTE | head -1`, as README.md has it."""

    def gone(*_: object) -> None:
        raise BrokenPipeError(32, "Broken pipe")

    monkeypatch.setattr("kiemphieu.commands.readings.open_folder", gone)
    assert CliRunner().invoke(main, ["readings", "x"]).exit_code == 0
