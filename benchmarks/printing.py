"""What a printed ballot costs: time, memory and bytes of `kiemphieu print`, and how they grow with the batch.

    python -m benchmarks.printing [--ballots 1000 10000] [--officials 12 60] [--repeats 3] [--json]

Every run is the whole command in a process of its own, held on one core, with the system's randomness, synced
to disk and recorded; medians of CPU and wall seconds over the repeats, the highest peak of memory. Beside it,
in the same run: the PDF writer alone with tokens signed beforehand, written to nothing; and the base, which
signs the same tokens and draws as many pages by plain reportlab: a square for every box, a line for every
name, the serial, no code. Start-up is in the seconds of every part; it falls out of the cost of each further
ballot. `--json` prints one line for a history instead of the table.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ballot_layout.form import Form

# What draws is imported by the measured process alone: a child begins with its parent's peak of memory.

VOTE = """\
format = 1
[vote]
id = "printing-2026"
body = "Ủy ban nhân dân tỉnh Khánh Hòa"
parent_body = "Tỉnh Khánh Hòa"
title = "Phiếu tín nhiệm"
subject = "Đối với chức danh, chức vụ lãnh đạo, quản lý"
place = "Khánh Hòa"
date = 2026-07-20
rules = "qd96"
[attendance]
summoned = {ballots}
present = {ballots}
"""
OFFICIAL = (
    '[[official]]\nid = "o{number}"\nname = "Nguyễn Hoàng {number}"\nposition = "Giám đốc Sở số {number}"\n'
)
BAR_PER_S, BAR_MB = 150, 300
PARTS = ("print", "writer", "base")


@dataclass(frozen=True)
class Run:
    """One process: what it did, how long it took, and its peak of memory."""

    wall_s: float
    cpu_s: float
    peak_mb: float


@dataclass(frozen=True)
class Row:
    """One batch, the median of its repeats; `writer` and `base` as told above."""

    officials: int
    pages: int
    ballots: int
    wall_s: float
    cpu_s: float
    writer_cpu_s: float
    base_cpu_s: float
    peak_mb: float
    file_mb: float

    @property
    def per_s(self) -> float:
        return self.ballots / self.wall_s


@dataclass(frozen=True)
class Growth:
    """What one more ballot costs between the smallest and the largest batch."""

    officials: int
    print_ms: float
    writer_ms: float
    base_ms: float
    kb_per_1000: float


def make_vote(root: Path, officials: int, ballots: int) -> None:
    root.mkdir()
    people = "".join(OFFICIAL.format(number=number) for number in range(1, officials + 1))
    (root / "vote.toml").write_text(VOTE.format(ballots=ballots) + people, encoding="utf-8")


def run_part(part: str, vote: Path, ballots: int) -> Run:
    """Runs one part over `ballots` in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.printing", "--part", part, str(vote), str(ballots)]
    if part == "print":
        command = [sys.executable, "-m", "kiemphieu", "print", str(vote), "--count", str(ballots)]
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=Path(__file__).parents[1])
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def measure(officials: int, ballots: int, repeats: int) -> Row:
    """One batch, every part `repeats` times over, in turn."""
    found: dict[str, list[Run]] = {part: [] for part in PARTS}
    for _ in range(repeats):
        with tempfile.TemporaryDirectory() as place:
            vote = Path(place) / "vote"
            make_vote(vote, officials, ballots)
            for part in PARTS:
                found[part].append(run_part(part, vote, ballots))
            layout = json.loads((vote / "layout.json").read_text(encoding="utf-8"))
            size = sum(path.stat().st_size for path in (vote / "ballots").iterdir())
    cpu = {part: statistics.median(run.cpu_s for run in runs) for part, runs in found.items()}
    wall = statistics.median(run.wall_s for run in found["print"])
    return Row(
        officials=officials,
        pages=len(layout["pages"]),
        ballots=ballots,
        wall_s=wall,
        cpu_s=cpu["print"],
        writer_cpu_s=cpu["writer"],
        base_cpu_s=cpu["base"],
        peak_mb=max(run.peak_mb for run in found["print"]),
        file_mb=size / 1e6,
    )


def growth(rows: Sequence[Row]) -> Growth:
    """Between the first and the last of one form's batches."""
    few, many = rows[0], rows[-1]
    more = many.ballots - few.ballots

    def further_ms(cpu_s: Callable[[Row], float]) -> float:
        return 1000 * (cpu_s(many) - cpu_s(few)) / more

    return Growth(
        officials=few.officials,
        print_ms=further_ms(lambda row: row.cpu_s),
        writer_ms=further_ms(lambda row: row.writer_cpu_s),
        base_ms=further_ms(lambda row: row.base_cpu_s),
        kb_per_1000=1024 * 1000 * (many.peak_mb - few.peak_mb) / more,
    )


def table(rows: Sequence[Row], grown: Sequence[Growth]) -> str:
    """For people."""
    lines = ["officials  pages  ballots   wall s  ballots/s    CPU s  writer     base  peak MB  file MB"]
    lines += [
        f"{r.officials:9}{r.pages:7}{r.ballots:9}{r.wall_s:9.2f}{r.per_s:11.0f}{r.cpu_s:9.2f}"
        f"{r.writer_cpu_s:8.2f}{r.base_cpu_s:9.2f}{r.peak_mb:9.0f}{r.file_mb:9.1f}"
        for r in rows
    ]
    lines += [_told(one) for one in grown]
    largest = max((row for row in rows if row.pages == 1), key=lambda row: row.ballots, default=None)
    if largest is not None:
        held = largest.per_s >= BAR_PER_S and all(row.peak_mb < BAR_MB for row in rows)
        lines.append(f"≥ {BAR_PER_S} one-page ballots/s in < {BAR_MB} MB: {'held' if held else 'NOT HELD'}")
    return "\n".join(lines)


def _told(grown: Growth) -> str:
    return (
        f"{grown.officials} officials, each further ballot: {grown.print_ms:.2f} ms of CPU, "
        f"{grown.print_ms / grown.base_ms:.2f} × the base's {grown.base_ms:.2f}; "
        f"writer {grown.writer_ms:.2f} ms; memory {grown.kb_per_1000 / 1000:.2f} kB"
    )


def draw_without_code(vote: Path, ballots: int, part: str) -> None:
    """The measured process of the writer alone, or of the base."""
    from kiemphieu.folder import load_vote, open_folder  # noqa: PLC0415
    from kiemphieu.printing import vote_form  # noqa: PLC0415

    folder = open_folder(vote)
    loaded = load_vote(folder)
    form = vote_form(folder, loaded, loaded.styles[0].id)
    if part == "writer":
        _write_only(form, ballots)
    else:
        _draw_base(form, ballots, vote / "base.pdf")


def _write_only(form: Form, ballots: int) -> None:
    from ballot_layout.pdf import PrintedBallot, write_batch_pdf  # noqa: PLC0415

    # The same few texts again and again: signing is no part of the writer, and a writer keeps no codes.
    signed = [PrintedBallot(serial, codes) for serial, codes in _signed(form, 20)]
    with Path(os.devnull).open("wb") as out:
        write_batch_pdf(form, (signed[number % 20] for number in range(ballots)), out)


def _draw_base(form: Form, ballots: int, out: Path) -> None:
    from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415

    mm = 72 / 25.4
    layout = form.layout
    canvas = Canvas(str(out), (layout.width_mm * mm, layout.height_mm * mm), pageCompression=1)
    for serial, _ in _signed(form, ballots):
        for page in layout.pages:
            for box in page.boxes:
                place = box.rect
                canvas.rect(place.x_mm * mm, place.y_mm * mm, place.width_mm * mm, place.height_mm * mm)
            for name in page.names:
                canvas.drawString(name.rect.x_mm * mm, name.rect.y_mm * mm, name.official)
            canvas.drawString(page.serial.x_mm * mm, page.serial.y_mm * mm, serial)
            canvas.showPage()
    canvas.save()


def _signed(form: Form, ballots: int) -> Iterator[tuple[str, tuple[str, ...]]]:
    from ballot_layout.tokens import (  # noqa: PLC0415
        ballot_tokens,
        draw_serials,
        generate_keys,
        load_private_key,
        sign_token,
    )

    key = load_private_key(generate_keys()[0])
    for serial in draw_serials(ballots, (), secrets.randbits):
        yield serial, tuple(sign_token(token, key) for token in ballot_tokens(form.layout, serial))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ballots", type=int, nargs="+", default=[1000, 10_000])
    parser.add_argument("--officials", type=int, nargs="+", default=[12, 60])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--json", action="store_true", help="one line for a history instead of the table")
    parser.add_argument("--part", nargs=3, metavar=("PART", "VOTE", "BALLOTS"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.part:
        part, vote, ballots = arguments.part
        draw_without_code(Path(vote), int(ballots), part)
        return
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    forms = [
        [measure(officials, ballots, arguments.repeats) for ballots in sorted(arguments.ballots)]
        for officials in arguments.officials
    ]
    rows = [row for form in forms for row in form]
    grown = [growth(form) for form in forms if len(form) > 1]
    if arguments.json:
        print(json.dumps({"rows": [asdict(row) for row in rows], "growth": [asdict(one) for one in grown]}))
    else:
        print(table(rows, grown))


if __name__ == "__main__":
    main()
