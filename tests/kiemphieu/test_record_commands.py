"""`backup` and `seal`."""

from __future__ import annotations

import json
import shutil
import sqlite3
import tarfile
from pathlib import Path

import pytest
from command_line import data, run
from printed_votes import SampleVote


@pytest.fixture
def scanned(vote: SampleVote) -> SampleVote:
    assert run("scan", vote.root, vote.scan_folder, "--workers", "1").exit_code == 0
    return vote


def test_a_backup_is_a_vote_folder_that_verifies(scanned: SampleVote, tmp_path: Path) -> None:
    run("tally", scanned.root)
    out = tmp_path / "backup.tar"
    found = data("backup", scanned.root, "-o", out)
    assert found["pages"] == 4
    with tarfile.open(out) as tar:
        assert {member.mtime for member in tar.getmembers()} == {315_532_800}
        tar.extractall(tmp_path / "restored", filter="data")
    restored = tmp_path / "restored" / "vote"
    assert run("verify", restored).exit_code == 0
    assert data("tally", restored) == data("tally", scanned.root)
    assert out.stat().st_mode & 0o077 == 0


def test_a_backup_overwrites_nothing(scanned: SampleVote, tmp_path: Path) -> None:
    out = tmp_path / "backup.tar"
    out.write_bytes(b"precious")
    assert run("backup", scanned.root, "-o", out).exit_code == 3
    assert out.read_bytes() == b"precious"


def test_a_sealed_vote_verifies_and_takes_nothing_more(scanned: SampleVote) -> None:
    before = data("tally", scanned.root)
    sealed = data("seal", scanned.root)
    assert sealed["pages"] == 4
    assert run("verify", scanned.root, "--head", sealed["head"]).exit_code == 0
    assert data("tally", scanned.root) == before
    for line in run("readings", scanned.root).stdout.splitlines():
        assert {(page["source"], page["index"]) for page in json.loads(line)["pages"]} == {(None, 0)}
    serial = next(iter(scanned.scans))
    who = ("--by", "A", "--by", "B", "--reason", "x")
    for words in (
        ("scan", scanned.root, scanned.scan_folder),
        ("print", scanned.root, "--count", "1"),
        ("decide", scanned.root, serial, "--ballot", "valid", *who),
        ("seal", scanned.root),
    ):
        assert run(*words).exit_code == 3, words
    assert data("verify", scanned.root)["head"] == sealed["head"]


def test_names_of_scanned_files_are_nowhere_in_a_sealed_database(scanned: SampleVote) -> None:
    assert b"scan-0001.jpg" in scanned.folder.database.read_bytes()
    run("seal", scanned.root)
    for path in scanned.folder.root.glob("kiemphieu.db*"):
        assert b"scan-0001" not in path.read_bytes()


def test_a_sealed_database_does_not_depend_on_the_order_of_scanning(vote: SampleVote, tmp_path: Path) -> None:
    found = []
    for name, order in (("a", 1), ("b", -1)):
        root = tmp_path / name
        shutil.copytree(vote.folder.root, root)
        for path in list(vote.scans.values())[::order]:
            run("scan", root, path, "--workers", "1")
        run("seal", root)
        raw = sqlite3.connect(root / "kiemphieu.db")
        found.append(raw.execute("SELECT * FROM page").fetchall())
        raw.close()
        times = {path.stat().st_mtime for path in (root / "pages").iterdir()}
        assert len(times) == 1
    assert found[0] == found[1]


def test_a_count_that_is_not_final_is_sealed_by_force_only(vote: SampleVote) -> None:
    path = next(iter(vote.scans.values()))
    again = path.with_name("scan-9999.jpg")
    again.write_bytes(path.read_bytes() + b"\0")
    run("scan", vote.root, vote.scan_folder, "--workers", "1")
    result = run("seal", vote.root)
    assert result.exit_code == 3
    assert "in_review" in result.output
    assert run("seal", vote.root, "--force").exit_code == 0
