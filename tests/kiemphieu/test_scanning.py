"""Scanning with the real scanner, on one small vote."""

from __future__ import annotations

import errno
import os
import shutil
from collections import Counter
from pathlib import Path

import pytest

from kiemphieu import page_worker, scanning
from kiemphieu.folder import VoteFolder
from kiemphieu.intake import PageRef
from kiemphieu.scanning import Fate, PageFate, scan_paths
from kiemphieu.store import PageRecord, open_store
from records.canonical import sha256_hex
from records.errors import InputError, KeyFileError, StoreError
from records.reading import PageReading


def recorded(folder: VoteFolder) -> list[PageRecord]:
    store = open_store(folder.database)
    try:
        return list(store.pages())
    finally:
        store.close()


def test_every_ballot_is_read_and_its_image_kept(vote) -> None:
    report = scan_paths(vote.folder, [vote.scan_folder], workers=1)
    assert (report.pages, report.recorded, report.known, report.problems) == (4, 4, 0, ())
    pages = recorded(vote.folder)
    assert {page.result.token.serial for page in pages if page.result.token} == set(vote.scans)
    assert all(isinstance(page.result, PageReading) for page in pages)
    kept = {path.name: path.read_bytes() for path in vote.folder.pages.iterdir()}
    assert set(kept) == {f"{page.sha256}.jpg" for page in pages}
    assert all(sha256_hex(data) == name.removesuffix(".jpg") for name, data in kept.items())


def test_scanning_again_changes_nothing_and_reads_nothing(vote, monkeypatch: pytest.MonkeyPatch) -> None:
    scan_paths(vote.folder, [vote.scan_folder], workers=1)
    before = recorded(vote.folder)

    def unexpected(*args: object) -> None:
        raise AssertionError("a known page was read again")

    monkeypatch.setattr(page_worker, "read_and_measure_sheet", unexpected)
    report = scan_paths(vote.folder, [vote.scan_folder, *vote.scans.values()], workers=1)
    assert (report.pages, report.recorded, report.known) == (8, 0, 8)
    assert recorded(vote.folder) == before


def test_the_record_does_not_depend_on_the_number_of_workers(vote, tmp_path: Path) -> None:
    other = tmp_path / "again"
    shutil.copytree(vote.folder.root, other)
    scan_paths(vote.folder, [vote.scan_folder], workers=1)
    scan_paths(VoteFolder(other), [vote.scan_folder], workers=2)
    assert recorded(vote.folder) == recorded(VoteFolder(other))


def test_bad_files_are_told_and_the_rest_is_done(vote) -> None:
    good = vote.scan_folder / "scan-0001.jpg"
    (vote.scan_folder / "cut.jpg").write_bytes(good.read_bytes()[:20_000])
    (vote.scan_folder / "empty.png").write_bytes(b"")
    report = scan_paths(vote.folder, [vote.scan_folder, Path("nowhere.pdf")], workers=1)
    assert report.recorded == 4
    assert [(p.source, p.message_id) for p in report.problems] == [
        ("empty.png", "file_empty"),
        ("nowhere.pdf", "file_missing"),
        ("cut.jpg", "file_truncated"),
    ]


def test_the_folders_own_images_are_not_scanned(vote) -> None:
    shutil.copytree(vote.scan_folder, vote.folder.root / "scans")
    assert scan_paths(vote.folder, [vote.folder.root], workers=1).pages == 4


def test_a_full_disk_keeps_what_was_recorded(vote, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.fsync
    left = [5]

    def fill(descriptor: int) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(descriptor)

    monkeypatch.setattr("kiemphieu.disk.os.fsync", fill)
    with pytest.raises(StoreError, match="disk_full"):
        scan_paths(vote.folder, [vote.scan_folder], workers=1)
    monkeypatch.undo()
    pages = recorded(vote.folder)
    assert len(pages) == 2
    assert all(vote.folder.page(page.sha256, page.suffix).exists() for page in pages)
    assert not list(vote.folder.pages.glob("*.partial"))
    scan_paths(vote.folder, [vote.scan_folder], workers=1)
    assert len(recorded(vote.folder)) == 4


def test_an_interruption_keeps_every_page_that_was_read(vote, monkeypatch: pytest.MonkeyPatch) -> None:
    real = page_worker.PageReader.read
    seen: list[PageRef] = []

    def interrupted(reader: page_worker.PageReader, ref: PageRef) -> page_worker.PageOutcome:
        seen.append(ref)
        if len(seen) == 3:
            raise KeyboardInterrupt
        return real(reader, ref)

    monkeypatch.setattr(page_worker.PageReader, "read", interrupted)
    with pytest.raises(KeyboardInterrupt):
        scan_paths(vote.folder, [vote.scan_folder], workers=1)
    assert len(recorded(vote.folder)) == 2
    monkeypatch.undo()
    assert scan_paths(vote.folder, [vote.scan_folder], workers=1).recorded == 2


def test_a_failing_commit_leaves_no_half_page(vote, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(store: object, pages: object) -> None:
        raise StoreError("store_failed", path="x", reason="injected")

    monkeypatch.setattr(scanning.Store, "record_pages", fail)
    with pytest.raises(StoreError, match="injected"):
        scan_paths(vote.folder, [vote.scan_folder], workers=1)
    monkeypatch.undo()
    assert recorded(vote.folder) == []
    scan_paths(vote.folder, [vote.scan_folder], workers=1)
    assert len(recorded(vote.folder)) == 4


def test_nothing_printed_and_missing_key(vote, tmp_path: Path) -> None:
    vote.folder.public_key.unlink()
    with pytest.raises(KeyFileError, match="public_key_missing"):
        scan_paths(vote.folder, [vote.scan_folder], workers=1)
    vote.folder.database.unlink()
    vote.folder.layout("").unlink()
    with pytest.raises(InputError, match="nothing_printed"):
        scan_paths(vote.folder, [vote.scan_folder], workers=1)


def test_a_failure_in_a_worker_process_is_told(vote) -> None:
    vote.folder.public_key.write_text("no key", encoding="utf-8")
    with pytest.raises(KeyFileError, match="public_key_unreadable"):
        scan_paths(vote.folder, [vote.scan_folder], workers=2)


def test_the_fate_of_every_page_and_file_is_told(vote, tmp_path: Path):
    (tmp_path / "scans" / "notes.txt").write_text("none of it", encoding="utf-8")
    (tmp_path / "scans" / "broken.jpg").write_bytes(b"<svg/>")
    told: list[PageFate] = []
    scan_paths(vote.folder, [vote.scan_folder], 1, tell=told.append)
    fates = Counter(fate.fate for fate in told)
    assert fates == {Fate.RECORDED: 4, Fate.SKIPPED: 1, Fate.PROBLEM: 1}
    hashes = {fate.sha256 for fate in told if fate.fate is Fate.RECORDED}
    assert hashes == {path.stem for path in vote.folder.pages.iterdir()}
    again: list[PageFate] = []
    scan_paths(vote.folder, [vote.scan_folder], 1, tell=again.append)
    assert Counter(fate.fate for fate in again)[Fate.KNOWN] == 4
