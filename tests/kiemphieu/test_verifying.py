"""`kiemphieu verify`: an untouched record holds, a changed one is told and named."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from command_line import run
from printed_votes import SampleVote

from benchmarks.tampering import finished_vote, is_told, make_change
from kiemphieu import scanning
from kiemphieu.folder import VoteFolder, load_vote
from kiemphieu.store import open_store, set_digest
from kiemphieu.store.chain import page_thing
from kiemphieu.verify_report import Mismatch
from kiemphieu.verifying import verify_folder
from kiemphieu.vote_store import open_vote_store
from records.canonical import sha256_hex
from records.journal import EventKind, Pen, next_entry


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> VoteFolder:
    return finished_vote(tmp_path_factory.mktemp("counted") / "vote", 4)


@pytest.fixture
def folder(counted: VoteFolder, tmp_path: Path) -> VoteFolder:
    shutil.copytree(counted.root, tmp_path / "vote", ignore=shutil.ignore_patterns("scans"))
    return VoteFolder(tmp_path / "vote")


def change(folder: VoteFolder, statement: str, *values: str) -> None:
    raw = sqlite3.connect(folder.database)
    with raw:
        assert raw.execute(statement, values).rowcount == 1
    raw.close()


def one_value(folder: VoteFolder, query: str) -> Any:
    raw = sqlite3.connect(folder.database)
    found = raw.execute(query).fetchone()[0]
    raw.close()
    return found


def test_a_counted_vote_holds_and_says_its_head(folder: VoteFolder) -> None:
    result = run("verify", folder.root, "--json")
    found = json.loads(result.stdout)
    assert (result.exit_code, found["verified"], found["faults"]) == (0, True, [])
    assert found["reread"] == found["pages"] == 4
    assert found["unsigned"] == 1  # the record is opened before there is a key
    assert found["head"] == one_value(folder, "SELECT hash FROM journal ORDER BY position DESC LIMIT 1")
    assert found["head"] in run("verify", folder.root).stdout


def test_the_head_on_the_minutes_must_be_in_the_chain(folder: VoteFolder) -> None:
    first = one_value(folder, "SELECT hash FROM journal WHERE position = 2")
    assert run("verify", folder.root, "--head", first.upper()).exit_code == 0
    assert run("verify", folder.root, "--head", "0" * 64).exit_code == 7


def test_a_journal_cut_short_is_told(folder: VoteFolder) -> None:
    change(folder, "DELETE FROM journal WHERE position = (SELECT max(position) FROM journal)")
    assert [fault.mismatch for fault in verify_folder(folder).faults] == [Mismatch.JOURNAL_HEAD]


def test_verify_changes_nothing(folder: VoteFolder) -> None:
    before = {path: path.read_bytes() for path in sorted(folder.root.rglob("*")) if path.is_file()}
    run("verify", folder.root)
    after = {path: path.read_bytes() for path in sorted(folder.root.rglob("*")) if path.is_file()}
    assert before == after


@pytest.mark.parametrize("seed", range(24))
def test_any_change_that_alters_a_value_is_told(folder: VoteFolder, seed: int) -> None:
    rng = np.random.default_rng([seed, 4])
    made = None
    while made is None:
        made = make_change(folder, rng)
    assert is_told(folder), made


Changer = Callable[[VoteFolder], str]


def a_page(folder: VoteFolder) -> str:
    return str(one_value(folder, "SELECT sha256 FROM page WHERE NOT surplus ORDER BY sha256"))


def change_reading(folder: VoteFolder) -> str:
    page = a_page(folder)
    other = """UPDATE page SET result = replace(result, '"cross"', '"empty"') WHERE sha256 = ?"""
    change(folder, other, page)
    return page


def change_source(folder: VoteFolder) -> str:
    page = a_page(folder)
    change(folder, "UPDATE page SET source = 'other.jpg' WHERE sha256 = ?", page)
    return page


def change_image(folder: VoteFolder) -> str:
    path = next(folder.pages.glob(f"{a_page(folder)}*"))
    path.write_bytes(path.read_bytes() + b"\0")
    return path.name


def change_entry(folder: VoteFolder) -> str:
    change(folder, "UPDATE journal SET day = '2023-07-21' WHERE position = 3")
    return "3"


def make_bytes_of_entry(folder: VoteFolder) -> str:
    change(folder, "UPDATE journal SET data = CAST(data AS BLOB) WHERE position = 3")
    return "3"


def take_entry(folder: VoteFolder) -> str:
    change(folder, "DELETE FROM journal WHERE position = 3")
    return "4"


def add_serial(folder: VoteFolder) -> str:
    change(folder, "INSERT INTO issued SELECT 'ZZZZZZZZZZZZ', style, kind, digest FROM issued LIMIT 1")
    return "ZZZZZZZZZZZZ"


def change_settings(folder: VoteFolder) -> str:
    text = folder.vote_file.read_text(encoding="utf-8")
    folder.vote_file.write_text(text + '\n[rules]\nother_mark = "accept"\n', encoding="utf-8")
    return str(folder.vote_file)


@pytest.mark.parametrize(
    ("changer", "mismatch"),
    [
        (change_reading, Mismatch.PAGE_ROW),
        (change_reading, Mismatch.READING),
        (change_source, Mismatch.PAGE_ROW),
        (change_image, Mismatch.PAGE_CHANGED),
        (change_entry, Mismatch.JOURNAL_ENTRY),
        (make_bytes_of_entry, Mismatch.JOURNAL_ENTRY),
        (take_entry, Mismatch.JOURNAL_ENTRY),
        (add_serial, Mismatch.SERIAL_ROW),
        (change_settings, Mismatch.SETTINGS),
    ],
)
def test_what_was_changed_is_named(folder: VoteFolder, changer: Changer, mismatch: Mismatch) -> None:
    name = changer(folder)
    result = run("verify", folder.root, "--json")
    assert result.exit_code == 7
    named = [(fault["what"], fault["name"]) for fault in json.loads(result.stdout)["faults"]]
    assert (mismatch.value, name) in named
    assert name in run("verify", folder.root).stdout


def test_a_row_made_to_fit_its_own_digest_is_told_by_the_set(folder: VoteFolder) -> None:
    """An insider who knows how rows are digested, and not how to make the sets fit."""
    raw = sqlite3.connect(folder.database)
    raw.row_factory = sqlite3.Row
    row = dict(raw.execute("SELECT * FROM page ORDER BY sha256").fetchone())
    row["source"] = "other.jpg"
    digest = sha256_hex(page_thing(SimpleNamespace(**row)))
    with raw:
        same = (row["source"], digest, row["sha256"])
        raw.execute("UPDATE page SET source = ?, digest = ? WHERE sha256 = ?", same)
    raw.close()
    assert [fault.mismatch for fault in verify_folder(folder).faults] == [Mismatch.PAGES]


def test_what_a_count_goes_by_must_be_what_was_read(folder: VoteFolder) -> None:
    """An insider who makes row, set and flag fit: the column is still not the reading's."""
    raw = sqlite3.connect(folder.database)
    raw.row_factory = sqlite3.Row
    rows = [dict(row) for row in raw.execute("SELECT * FROM page")]
    plain = next(row for row in rows if row["plain"])
    plain["plain"] = plain["plain"].replace("high", "low").replace("medium", "low")
    things = [page_thing(SimpleNamespace(**row)) for row in rows]
    with raw:
        digest = sha256_hex(page_thing(SimpleNamespace(**plain)))
        same = (plain["plain"], digest, plain["sha256"])
        raw.execute("UPDATE page SET plain = ?, digest = ? WHERE sha256 = ?", same)
        state = set_digest.added(set_digest.EMPTY, things)
        raw.execute("UPDATE record_set SET state = ?, journalled = 0 WHERE name = 'pages'", (state,))
    raw.close()
    named = [(fault.mismatch, fault.name) for fault in verify_folder(folder).faults]
    assert (Mismatch.PAGE_ROW, plain["sha256"]) in named


def test_nothing_goes_on_after_the_seal(folder: VoteFolder) -> None:
    assert run("seal", folder.root, "--force").exit_code == 0
    store = open_store(folder.database)
    with pytest.raises(Exception, match="record_sealed"):
        store.append(EventKind.PAGES_RECORDED, {"pages": 0, "digest": ""})
    last = store.last_entry()
    store.close()
    forged = next_entry(last, EventKind.DECISION_MADE, {}, Pen("2030-01-01"))
    raw = sqlite3.connect(folder.database)
    with raw:
        values = [getattr(forged, field.name) for field in fields(forged)]
        raw.execute("INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)
        kept = (forged.position, forged.hash.encode())
        raw.execute("UPDATE record_set SET count = ?, state = ? WHERE name = 'journal'", kept)
    raw.close()
    found = [(fault.mismatch, fault.name, fault.detail) for fault in verify_folder(folder).faults]
    assert (Mismatch.JOURNAL_ENTRY, str(forged.position), "after_seal") in found


def test_a_report_that_was_journalled_is_watched(folder: VoteFolder) -> None:

    folder.reports.mkdir(exist_ok=True)
    report = folder.reports / "minutes.txt"
    report.write_bytes(b"the minutes")
    store = open_vote_store(folder, load_vote(folder))
    store.append(EventKind.REPORT_WRITTEN, {"file": report.name, "sha256": sha256_hex(b"the minutes")})
    store.close()
    assert not verify_folder(folder).faults
    report.write_bytes(b"the minutes.")
    assert [(f.mismatch, f.name) for f in verify_folder(folder).faults] == [
        (Mismatch.REPORT_CHANGED, "minutes.txt")
    ]
    report.unlink()
    assert [f.mismatch for f in verify_folder(folder).faults] == [Mismatch.REPORT_MISSING]


@pytest.mark.parametrize("name", ["/{outside}", "../outside.txt", "version-1/../../outside.txt"])
def test_no_record_leads_verify_to_a_file_elsewhere(folder: VoteFolder, name: str) -> None:
    outside = folder.root / "outside.txt"
    outside.write_bytes(b"not the vote's")
    (folder.reports / "version-1").mkdir(parents=True)
    named = name.format(outside=outside)
    store = open_vote_store(folder, load_vote(folder))
    store.append(EventKind.REPORT_WRITTEN, {"file": named, "sha256": sha256_hex(outside.read_bytes())})
    store.close()
    assert [(f.mismatch, f.name) for f in verify_folder(folder).faults] == [(Mismatch.REPORT_MISSING, named)]


def test_no_page_is_looked_for_elsewhere(folder: VoteFolder) -> None:
    outside = folder.root / "outside.txt"
    outside.write_bytes(b"not the vote's")
    change(folder, "UPDATE page SET sha256 = ?, suffix = '' WHERE sha256 = ?", str(outside), a_page(folder))
    faults = verify_folder(folder).faults
    assert (Mismatch.DATABASE, "store_damaged") in [(fault.mismatch, fault.detail) for fault in faults]
    assert Mismatch.PAGE_CHANGED not in [fault.mismatch for fault in faults]


@pytest.mark.parametrize("text", ["[" * 100_000, '"text"', "[]", "1"])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal SET data = ? WHERE position = 2",
        "UPDATE page SET result = ? WHERE sha256 = (SELECT min(sha256) FROM page)",
    ],
)
def test_what_is_no_text_of_the_program_is_told(folder: VoteFolder, statement: str, text: str) -> None:
    change(folder, statement, text)
    assert run("verify", folder.root).exit_code == 7


def test_a_record_left_by_an_interrupted_scan_holds_and_says_so(
    vote: SampleVote, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(scanning, "note_settings", interrupted)
        assert run("scan", vote.root, vote.scan_folder, "--workers", "1").exit_code == 130
    report = verify_folder(vote.folder)
    assert (report.open_pages, report.pages, report.faults) == (True, 4, ())
    assert run("scan", vote.root, vote.scan_folder, "--workers", "1").exit_code == 0
    report = verify_folder(vote.folder)
    assert (report.open_pages, report.faults) == (False, ())


def test_a_database_that_is_none_is_told(folder: VoteFolder) -> None:
    folder.database.write_bytes(b"no database at all" * 1000)
    assert run("verify", folder.root).exit_code == 7


@pytest.mark.parametrize("name", ["pages", "issued", "journal"])
def test_a_set_that_is_gone_is_told(folder: VoteFolder, name: str) -> None:
    change(folder, "DELETE FROM record_set WHERE name = ?", name)
    assert run("verify", folder.root).exit_code == 7
