"""Nothing in a finished vote tells the order in which ballots were issued or scanned."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from printed_votes import SampleVote

from kiemphieu.cli import main
from kiemphieu.demo import printed_sheets
from kiemphieu.folder import VoteFolder, load_layout
from kiemphieu.store import set_digest
from kiemphieu.store.chain import page_thing


def run(*words: object) -> None:
    result = CliRunner(env={"KIEMPHIEU_LANG": "en"}).invoke(main, [str(word) for word in words])
    assert result.exit_code == 0, result.output


def finished(vote: SampleVote, root: Path, order: list[str]) -> VoteFolder:
    """A vote scanned sheet by sheet in that order, counted and sealed."""
    shutil.copytree(vote.folder.root, root)
    for serial in order:
        run("scan", root, vote.scans[serial], "--workers", "1")
    run("tally", root)
    run("seal", root)
    return VoteFolder(root)


def logical(folder: VoteFolder) -> dict[str, list[tuple[object, ...]]]:
    """Every row of the database in the order in which it is stored."""
    raw = sqlite3.connect(folder.database)
    names = [row[0] for row in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    rows = {name: raw.execute(f"SELECT * FROM {name}").fetchall() for name in names}  # noqa: S608
    raw.close()
    return rows


@pytest.fixture
def both(vote: SampleVote, tmp_path: Path) -> Iterator[tuple[VoteFolder, VoteFolder]]:
    """The same vote, its sheets scanned in two orders."""
    serials = list(vote.scans)
    return finished(vote, tmp_path / "a", serials), finished(vote, tmp_path / "b", serials[::-1])


def test_what_is_stored_of_ballots_is_the_same_whatever_the_order(
    both: tuple[VoteFolder, VoteFolder],
) -> None:
    first, second = map(logical, both)
    for name in first.keys() - {"journal", "record_set"}:
        assert first[name] == second[name], name
    images = [sorted((path.name, path.stat().st_mtime) for path in folder.pages.iterdir()) for folder in both]
    assert images[0] == images[1]
    listed = [
        CliRunner().invoke(main, ["readings", str(folder.root)]).stdout_bytes.decode() for folder in both
    ]
    assert listed[0] == listed[1]


def test_the_files_of_a_sealed_database_are_the_same_outside_the_journal(
    both: tuple[VoteFolder, VoteFolder], tmp_path: Path
) -> None:
    """Down to the bytes: the journal's few rows taken out, both files are one."""
    files = []
    for number, folder in enumerate(both):
        copy = tmp_path / f"{number}.db"
        shutil.copy(folder.database, copy)
        raw = sqlite3.connect(copy, isolation_level=None)
        raw.execute("DELETE FROM journal")
        raw.execute("DELETE FROM record_set WHERE name = 'journal'")
        raw.execute("VACUUM")
        raw.close()
        data = bytearray(copy.read_bytes())
        data[24:28] = data[92:100] = b""  # SQLite's counters of changes
        files.append(bytes(data))
    assert files[0] == files[1]


def test_no_entry_of_the_journal_names_a_ballot_or_an_image(both: tuple[VoteFolder, VoteFolder]) -> None:
    for folder in both:
        rows = logical(folder)
        serials = {row[0] for row in rows["issued"]}
        images = {row[0] for row in rows["page"]}
        for entry in rows["journal"]:
            text = json.dumps(entry, ensure_ascii=False)
            assert not any(word in text for word in serials | images)
            assert not re.search(r"\d{2}:\d{2}", text), "a time of day"


def test_nobody_can_try_which_sheets_an_entry_speaks_of(both: tuple[VoteFolder, VoteFolder]) -> None:
    """Sheet by sheet, every entry has one page more: without the secret, a try does not come out."""
    for folder in both:
        raw = sqlite3.connect(folder.database)
        raw.row_factory = sqlite3.Row
        pages = [SimpleNamespace(**row) for row in raw.execute("SELECT * FROM page")]
        said = [json.loads(row["data"]) for row in raw.execute("SELECT data FROM journal")]
        raw.close()
        first = next(data["digest"] for data in said if data.get("pages") == 1)
        for page in pages:
            for number in range(1, 5):
                page.source, page.file_index = f"scan-{number:04}.jpg", 0
                tried = set_digest.digest(set_digest.added(set_digest.EMPTY, [page_thing(page)]))
                assert tried != first
        assert b"blind" not in folder.database.read_bytes()


def test_the_order_of_printing_stands_in_the_batch_pdf_only(vote: SampleVote) -> None:
    layout = load_layout(vote.folder, "")
    assert layout is not None
    pdf = next(vote.folder.ballots.iterdir())
    printed = [sheet.serial for sheet in printed_sheets(pdf, layout)]
    assert printed != sorted(printed), "the sample must not be in order by chance"
    for path in vote.folder.root.rglob("*"):
        if not path.is_file() or path == pdf:
            continue
        data = path.read_bytes()
        places = [data.find(serial.encode()) for serial in printed]
        if all(place >= 0 for place in places):
            assert places != sorted(places), f"{path.name} has the serials in the order of printing"
