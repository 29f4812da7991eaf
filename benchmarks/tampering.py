"""Changes to a finished record that alter its meaning, and whether `verify` names each.

    python -m benchmarks.tampering [--changes 1000] [--ballots 6] [--seed 1]

A vote is printed, marked, scanned, decided and counted; then, one at a time, a byte is changed in a value of
the database, in the raw database file, in a page image, in a file of the folder; a file is taken away; a row
is taken out. What changes no value (free space of the database) is drawn again. After each change the folder
is put back.
"""

from __future__ import annotations

import argparse
import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kiemphieu.counting import draw_tally
from kiemphieu.deciding import DecisionOrder, decide
from kiemphieu.demo import run_demo
from kiemphieu.folder import VoteFolder, open_folder
from kiemphieu.scanning import scan_paths
from kiemphieu.verifying import verify_folder
from records.decision import BallotDecision
from records.errors import KiemphieuError

TABLES = ("alembic_version", "form", "issued", "journal", "meta", "page", "record_set")

_TRUTHS = ("journalled", "surplus")


@dataclass(frozen=True)
class Change:
    """One change that was made; `where` names what `verify` should name."""

    kind: str
    where: str


def finished_vote(root: Path, ballots: int) -> VoteFolder:
    """A counted vote with a sheet scanned twice and a decision on it."""
    run_demo(root, ballots, 1, lambda *_: None, lambda *_: None)
    folder = open_folder(root)
    scan = min((root / "scans").iterdir())
    again = root / "scans" / "again.jpg"
    again.write_bytes(scan.read_bytes() + b"\0")
    report = scan_paths(folder, [again], 1)
    serial = report.surplus[0].serial
    order = DecisionOrder(serial, BallotDecision(), ("Trưởng ban", "NVA"), "cùng một tờ phiếu quét hai lần")
    decide(folder, order)
    draw_tally(folder)
    return folder


def _dicts(raw: sqlite3.Connection, table: str) -> Iterator[dict[str, object]]:
    found = raw.execute(f"SELECT * FROM {table}")
    names = [column[0] for column in found.description]
    for row in found.fetchall():
        yield dict(zip(names, row, strict=True))


def _meant(row: dict[str, object]) -> tuple[object, ...]:
    return tuple(bool(value) if name in _TRUTHS else value for name, value in row.items())


def rows_of(database: Path) -> dict[str, list[tuple[object, ...]]] | None:
    """Every value of the database; None where it cannot be read."""
    raw = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        return {name: sorted(map(_meant, _dicts(raw, name)), key=repr) for name in TABLES}
    except sqlite3.DatabaseError:
        return None
    finally:
        raw.close()


def change_value(folder: VoteFolder, rng: np.random.Generator) -> Change | None:
    """Another byte in one value of one row."""
    raw = sqlite3.connect(folder.database)
    try:
        table = str(rng.choice(TABLES))
        columns = [row[1] for row in raw.execute(f"PRAGMA table_info({table})")]
        keys = [row[1] for row in raw.execute(f"PRAGMA table_info({table})") if row[5]] or columns[:1]
        rows = raw.execute(f"SELECT * FROM {table}").fetchall()
        if not rows:
            return None
        row = dict(zip(columns, rows[int(rng.integers(len(rows)))], strict=True))
        column = columns[int(rng.integers(len(columns)))]
        # A truth that is 3 instead of 1 is the same truth.
        value = 1 - int(row[column]) if column in _TRUTHS else _changed(row[column], rng)
        same = " AND ".join(f"{key} = ?" for key in keys)
        with raw:
            raw.execute(f"UPDATE {table} SET {column} = ? WHERE {same}", (value, *(row[key] for key in keys)))
    except sqlite3.IntegrityError:
        return None
    finally:
        raw.close()
    return Change(f"value of {table}.{column}", str(row[keys[0]]))


def _changed(value: object, rng: np.random.Generator) -> object:
    if value is None:
        return "x"
    if isinstance(value, int):
        return value ^ (1 << int(rng.integers(3)))
    data = value.encode() if isinstance(value, str) else bytes(value)  # type: ignore[call-overload]
    at = int(rng.integers(max(1, len(data))))
    new = (data[at : at + 1] or b"\0")[0] ^ (1 << int(rng.integers(7)))
    changed = data[:at] + bytes([new]) + data[at + 1 :]
    return changed.decode("utf-8", "replace") if isinstance(value, str) else changed


def take_row(folder: VoteFolder, rng: np.random.Generator) -> Change | None:
    """A row less."""
    raw = sqlite3.connect(folder.database)
    try:
        table = str(rng.choice(("issued", "journal", "page", "form")))
        key = next(row[1] for row in raw.execute(f"PRAGMA table_info({table})"))
        rows = raw.execute(f"SELECT {key} FROM {table}").fetchall()
        gone = rows[int(rng.integers(len(rows)))][0]
        with raw:
            raw.execute(f"DELETE FROM {table} WHERE {key} = ?", (gone,))
    finally:
        raw.close()
    return Change(f"row of {table} gone", str(gone))


def change_database_byte(folder: VoteFolder, rng: np.random.Generator) -> Change | None:
    """Another byte in the database file; None where no value is another."""
    before = rows_of(folder.database)
    data = bytearray(folder.database.read_bytes())
    at = int(rng.integers(len(data)))
    data[at] ^= 1 << int(rng.integers(8))
    folder.database.write_bytes(data)
    if rows_of(folder.database) == before:
        return None
    return Change("byte of the database", str(at))


def change_file_byte(folder: VoteFolder, rng: np.random.Generator) -> Change | None:
    """Another byte in a page image, the layout or the public key."""
    files = [*sorted(folder.pages.iterdir()), folder.layout(""), folder.public_key]
    path = files[int(rng.integers(len(files)))]
    data = bytearray(path.read_bytes())
    at = int(rng.integers(len(data)))
    if path == folder.public_key:
        at = int(rng.integers(40, 80))  # within the key: its frame may be written in several ways
    data[at] ^= 1 << int(rng.integers(7))
    path.write_bytes(data)
    return Change(f"byte of {'a page image' if path.parent == folder.pages else path.name}", path.name)


def take_image(folder: VoteFolder, rng: np.random.Generator) -> Change | None:
    """An image gone."""
    files = sorted(folder.pages.iterdir())
    path = files[int(rng.integers(len(files)))]
    path.unlink()
    return Change("page image gone", path.name)


MAKERS: tuple[tuple[float, Callable[[VoteFolder, np.random.Generator], Change | None]], ...] = (
    (0.5, change_value),
    (0.1, take_row),
    (0.2, change_database_byte),
    (0.15, change_file_byte),
    (0.05, take_image),
)


def make_change(folder: VoteFolder, rng: np.random.Generator) -> Change | None:
    """One change of any kind; None where it came to nothing."""
    weights = np.array([weight for weight, _ in MAKERS])
    maker = MAKERS[int(rng.choice(len(MAKERS), p=weights))][1]
    return maker(folder, rng)


def is_told(folder: VoteFolder) -> bool:
    """Whether `verify` fails on the folder."""
    try:
        return bool(verify_folder(folder).faults)
    except KiemphieuError:
        return True


def run(original: VoteFolder, changes: int, seed: int) -> tuple[Counter[str], list[Change]]:
    """Makes changes to copies of a vote; those told by kind, and those missed."""
    told: Counter[str] = Counter()
    missed: list[Change] = []
    rng = np.random.default_rng(seed)
    with tempfile.TemporaryDirectory() as place:
        copy = VoteFolder(Path(place) / "vote")
        while sum(told.values()) + len(missed) < changes:
            shutil.rmtree(copy.root, ignore_errors=True)
            shutil.copytree(original.root, copy.root, ignore=shutil.ignore_patterns("scans", "ballots"))
            change = make_change(copy, rng)
            if change is None:
                continue
            if is_told(copy):
                told[change.kind.split(".")[0]] += 1
            else:
                missed.append(change)
                print("NOT TOLD:", change, flush=True)
    return told, missed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--changes", type=int, default=1000)
    parser.add_argument("--ballots", type=int, default=6)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = finished_vote(Path(place) / "vote", arguments.ballots)
        assert not verify_folder(folder).faults, verify_folder(folder).faults
        told, missed = run(folder, arguments.changes, arguments.seed)
    for kind, count in sorted(told.items()):
        print(f"{count:6d}  {kind}")
    print(f"{sum(told.values())} of {sum(told.values()) + len(missed)} changes told")


if __name__ == "__main__":
    main()
