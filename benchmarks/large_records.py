"""What one more ballot costs in a record of many, and how long and in how much memory they are counted.

    python -m benchmarks.large_records [--ballots 100000] [--every 10] [--batch 200]

The pages are values, no images: 12 lines with scores as the reader writes them; one ballot in `--every` needs
its reading (a struck name, a second cross, a person). Costs are counted in statements and in bytes written
to the database's log, not in seconds.
"""

from __future__ import annotations

import argparse
import hashlib
import resource
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from sqlalchemy import event

from kiemphieu.ballots import find_counted
from kiemphieu.store import IssuedBallot, PageRecord, Store, StoredForm, open_store
from records.geometry import Rect
from records.reading import (
    BoxReading,
    BoxState,
    MarkScores,
    PageReading,
    RegistrationQuality,
    SealFinding,
    SealState,
)
from records.token import Token, TokenKind, serial_from_int
from records.vote import Attendance
from tally.count import count_votes
from tally.rules import load_rule_set

OFFICIALS = tuple(f"o{number}" for number in range(1, 13))
LEVELS = ("high", "medium", "low")
QUALITY = RegistrationQuality(0.0512, 0.1043, 40, 300.12, 299.83, 0.31, 0, 4)
RULES = load_rule_set("qd96")


def page_of(number: int, every: int) -> PageRecord:
    """Ballot `number`: plain, or with an unclear box where it is one in `every`."""
    rng = np.random.default_rng(number)
    boxes = []
    for official in OFFICIALS:
        crossed = LEVELS[int(rng.integers(3))]
        for level in LEVELS:
            marked = level == crossed
            scores = MarkScores(*(round(float(v), 4) for v in rng.random(19))) if marked else MarkScores()
            state = BoxState.CROSS if marked else BoxState.EMPTY
            place = Rect(120.123, 90.456, 7.5, 7.25) if marked else None
            boxes.append(BoxReading(official, level, state, scores, place))
    if number % every == 0:
        boxes[0] = replace(boxes[0], state=BoxState.UNCLEAR)
    serial = serial_from_int(number)
    token = Token(TokenKind.BALLOT, "large", "", 1, 1, b"12345678", serial)
    reading = PageReading(token, QUALITY, tuple(boxes), seal=SealFinding(SealState.PRESENT, 0.21))
    digest = hashlib.sha256(serial.encode()).hexdigest()
    return PageRecord(digest, ".jpg", f"scan-{number:06}.jpg", 0, reading, "0" * 64)


def cost_of_one(store: Store, database: Path, page: PageRecord) -> tuple[int, int]:
    """Statements, and bytes of the write-ahead log, for recording one page."""
    statements: list[str] = []

    def count(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    log = database.with_name(database.name + "-wal")
    engine = store._engine  # noqa: SLF001  what it costs is not for its users to see
    keep = engine.connect()  # held open: the last one to close would empty the log
    keep.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    event.listen(engine, "before_cursor_execute", count)
    store.record_pages([page])
    event.remove(engine, "before_cursor_execute", count)
    size = log.stat().st_size
    keep.close()
    return len(statements), size


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ballots", type=int, default=100_000)
    parser.add_argument("--every", type=int, default=10)
    parser.add_argument("--batch", type=int, default=200)
    arguments = parser.parse_args()
    many = arguments.ballots
    with tempfile.TemporaryDirectory() as place:
        database = Path(place) / "kiemphieu.db"
        store = open_store(database)
        issued = [IssuedBallot(serial_from_int(n), "", TokenKind.BALLOT) for n in range(many + 40)]
        store.record_batch(StoredForm("a" * 64, "", "{}", b"%PDF", "stamped"), issued)
        first = [cost_of_one(store, database, page_of(n, arguments.every)) for n in range(1, 20)]
        start = time.monotonic()
        for begin in range(20, many, arguments.batch):
            end = min(many, begin + arguments.batch)
            store.record_pages([page_of(n, arguments.every) for n in range(begin, end)])
            if begin % 10_000 < arguments.batch:
                print(
                    f"{end} recorded, {time.monotonic() - start:.0f} s, peak {peak_mb():.0f} MB", flush=True
                )
        last = [cost_of_one(store, database, page_of(n, arguments.every)) for n in range(many + 1, many + 20)]
        for text, found in (("first", first), ("last", last)):
            print(f"{text} ballots: statements {np.mean([f[0] for f in found]):.1f}, "
                  f"bytes of the log {np.mean([f[1] for f in found]):.0f}")  # fmt: skip
        before = peak_mb()
        start = time.monotonic()
        rulings = [f if not hasattr(f, "ruling") else f.ruling for f in find_counted(store, RULES)]
        result = count_votes(
            [ruling for ruling in rulings if ruling is not None],
            OFFICIALS,
            RULES,
            issued=len(issued),
            foreign=0,
            attendance=Attendance(many + 100, many + 50),
            vote_id="large",
        )
        seconds = time.monotonic() - start
        print(
            f"counted {result.ballots.returned} ballots in {seconds:.1f} s, {result.ballots.review} in review"
        )
        print(f"peak memory {before:.0f} MB before the count, {peak_mb():.0f} MB after")
        store.close()


if __name__ == "__main__":
    main()
