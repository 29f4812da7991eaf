"""Pages per second of other programs for marked paper, beside our own, on sheets marked in the same way.

    python -m benchmarks.peers [--sheets 100] [--few 10] [--dpi 300] [--repeats 3]
        [--marksense PROGRAM] [--docs FILE]

Needs Auto Multiple Choice (Debian package auto-multiple-choice, with LaTeX); without it nothing is measured
and how to get it is told. It lays out a form of 12 lines of 3 boxes of 7 mm on A4. Every voter marks this
form and a ballot of as many lines and boxes with the same strokes, and both go through the same scanner into
grey JPEG files. Then, in every repeat, with one process and with two and each time on as many cores, every
program reads its files in turn: the whole command, start-up and all that it writes included, into a fresh
project or record. It also reads the first `--few` alone, which tells what each further page costs without the
start-up. Lines are compared with what was marked. What other work the machine did meanwhile is told: much of
it makes the figures worthless. `--docs FILE` puts the table into a page of the documentation, between the
lines that say `peers`.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from benchmarks import peer_amc, peer_marksense
from benchmarks.peer_amc import AmcPeer
from benchmarks.peer_marksense import MarksensePeer
from benchmarks.peer_sheets import Form, Judged, Lines, ReadPages, draw_scans, judge, on_cores
from kiemphieu.demo_vote import demo_vote_toml
from kiemphieu.folder import VoteFolder, load_layout, load_vote
from kiemphieu.printing import PrintOrder, print_ballots
from kiemphieu.version import program_version

BAR = 8.0
"""How many times the pages per second of Auto Multiple Choice are asked for."""
_BEGIN, _END = "<!-- peers: made by benchmarks.peers -->", "<!-- /peers -->"


class Peer(Protocol):
    """A program that reads scans."""

    name: str
    version: str

    def run(self, sheets: int, processes: int) -> float:
        """Reads the first `sheets`, and says how many seconds that took."""
        ...

    def pages(self) -> ReadPages:
        """What the last run read."""
        ...


@dataclass(frozen=True, slots=True)
class Row:
    """One program with so many processes.

    Attributes:
        all_s, few_s: seconds of each repeat, in order, for all `sheets` and for the first `few`.
        all_cpu_s, few_cpu_s: processor seconds of the same, of all processes.
    """

    name: str
    version: str
    processes: int
    sheets: int
    few: int
    all_s: tuple[float, ...]
    few_s: tuple[float, ...]
    all_cpu_s: tuple[float, ...]
    few_cpu_s: tuple[float, ...]
    judged: Judged

    @property
    def further_ms(self) -> tuple[float, ...]:
        """What a page more costs, in each repeat."""
        return self._further(self.all_s, self.few_s)

    @property
    def further_cpu_ms(self) -> tuple[float, ...]:
        """Its processor time, which other work on the machine changes less."""
        return self._further(self.all_cpu_s, self.few_cpu_s)

    def _further(self, all_s: Sequence[float], few_s: Sequence[float]) -> tuple[float, ...]:
        more = self.sheets - self.few
        return tuple(1000 * (many - few) / more for many, few in zip(all_s, few_s, strict=True))


class OwnPeer:
    """`kiemphieu scan`, everything committed, each time into a fresh copy of the vote."""

    name = "kiemphieu, `scan`"

    def __init__(self, printed: VoteFolder, scans: Path) -> None:
        self._printed = printed
        self._scans = sorted(scans.iterdir())
        self._run = VoteFolder(printed.root.parent / "own-run")
        self.version = program_version()

    def run(self, sheets: int, processes: int) -> float:
        shutil.rmtree(self._run.root, ignore_errors=True)
        shutil.copytree(self._printed.root, self._run.root)
        words = ["scan", str(self._run.root), "--workers", str(processes), *map(str, self._scans[:sheets])]
        with on_cores(processes):
            start = time.perf_counter()
            done = _own(*words)
            seconds = time.perf_counter() - start
        if done.returncode not in {0, 5}:
            raise RuntimeError(done.stderr)
        return seconds

    def pages(self) -> ReadPages:
        told = _own("readings", str(self._run.root))
        return own_pages(told.stdout.splitlines())


def _own(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kiemphieu", *words]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)


def own_pages(told: Sequence[str]) -> ReadPages:
    """From the lines of `readings`; a line that asks for a person is None."""
    pages: dict[str, Lines] = {}
    for text in told:
        ballot = json.loads(text)
        lines: dict[str, tuple[str, ...] | None] = {}
        for line in ballot["lines"]:
            crossed = tuple(level for level, state in line["boxes"].items() if state == "cross")
            lines[line["official"]] = None if line["review"] else crossed
        if lines:
            pages |= {page["source"]: lines for page in ballot["pages"]}
    return pages


def measure(
    peers: Sequence[Peer], processes: Sequence[int], sizes: tuple[int, int], repeats: int, truth: ReadPages
) -> list[Row]:
    """Every program in turn, `repeats` times over; `sizes` are the few sheets and all of them."""
    few, sheets = sizes
    timed: dict[tuple[int, Peer], list[tuple[float, ...]]] = {(n, p): [] for n in processes for p in peers}
    judged = {}
    for _ in range(repeats):
        for (n, peer), own in timed.items():
            few_s, few_cpu_s = _timed(peer, few, n)
            all_s, all_cpu_s = _timed(peer, sheets, n)
            own.append((all_s, few_s, all_cpu_s, few_cpu_s))
            judged[n, peer] = judge(truth, peer.pages())
    return [
        Row(peer.name, peer.version, n, sheets, few, *map(tuple, zip(*own, strict=True)), judged[n, peer])
        for (n, peer), own in timed.items()
    ]


def _timed(peer: Peer, sheets: int, processes: int) -> tuple[float, float]:
    """Seconds, and processor seconds of what was started."""
    before = os.times()
    seconds = peer.run(sheets, processes)
    after = os.times()
    cpu_s = after.children_user - before.children_user + after.children_system - before.children_system
    return seconds, cpu_s


def table(rows: Sequence[Row]) -> str:
    """Markdown; the first program of each number of processes is what the others are compared with."""
    lines = [
        "| program | processes | seconds (least, most) | pages/s | ms a further page | of processor time "
        "| lines right | to a person | wrong | not read |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in rows:
        own = next(one for one in rows if one.processes == row.processes)
        rate, judged = f"{row.sheets / statistics.median(row.all_s):.1f}", row.judged
        further, cpu = (f"{statistics.median(ms):.0f}" for ms in (row.further_ms, row.further_cpu_ms))
        if row is not own:
            rate += f" (÷ {times_faster(own.all_s, row.all_s):.1f})"
            further += f" (× {times_faster(own.further_ms, row.further_ms):.1f})"
            cpu += f" (× {times_faster(own.further_cpu_ms, row.further_cpu_ms):.1f})"
        lines.append(
            f"| {row.name} | {row.processes} "
            f"| {statistics.median(row.all_s):.1f} ({min(row.all_s):.1f}, {max(row.all_s):.1f}) "
            f"| {rate} | {further} | {cpu} "
            f"| {judged.right:,} | {judged.person:,} | {judged.wrong:,} | {judged.unread:,} |"
        )
    return "\n".join(lines)


def times_faster(own: Sequence[float], other: Sequence[float]) -> float:
    """The median over the repeats of what was measured one after the other."""
    return statistics.median(theirs / ours for ours, theirs in zip(own, other, strict=True))


def put_into(page: str, told: str) -> str:
    """`page` with what stands between its two marks replaced.

    Raises:
        ValueError: the page has no such marks.
    """
    before, begin, rest = page.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not begin or not end:
        raise ValueError(f"no line {_BEGIN} with {_END} after it")
    return f"{before}{_BEGIN}\n{told}\n{_END}{after}"


def print_vote(root: Path, sheets: int) -> tuple[VoteFolder, Form]:
    folder = VoteFolder(root / "vote")
    folder.root.mkdir()
    folder.vote_file.write_text(demo_vote_toml(sheets), encoding="utf-8")
    pdf = root / "ballots.pdf"
    print_ballots(folder, PrintOrder(sheets, seed=1, out=pdf))
    layout = load_layout(folder, "")
    assert layout is not None
    return folder, Form(pdf, layout.pages[0], page_each=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sheets", type=int, default=100)
    parser.add_argument("--few", type=int, default=10)
    parser.add_argument("--dpi", type=int, default=300)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--marksense", type=Path, default=shutil.which("marksense"))
    parser.add_argument("--docs", type=Path, help="a page to put the table into")
    options = parser.parse_args()
    if not peer_amc.is_installed():
        print(peer_amc.INSTALL)
        return
    with tempfile.TemporaryDirectory() as place:
        told = compared(options, Path(place))
    print(told)
    if options.docs:
        options.docs.write_text(put_into(options.docs.read_text(encoding="utf-8"), told), encoding="utf-8")


def compared(options: argparse.Namespace, root: Path) -> str:
    """The whole comparison, as it is told."""
    folder, ballot = print_vote(root, options.sheets)
    levels = tuple(dict.fromkeys(box.level for box in ballot.place.boxes))
    project = peer_amc.make_project(root / "amc", load_vote(folder).officials, levels)
    ballots, forms = root / "ballots", root / "forms"
    ballots.mkdir()
    forms.mkdir()
    truth = draw_scans(ballot, project.form, options.sheets, options.dpi, (ballots, forms))
    amc = AmcPeer(project, forms)
    peers: list[Peer] = [OwnPeer(folder, ballots), amc]
    if options.marksense:
        peers.append(MarksensePeer(options.marksense, ballot, ballots, root / "marksense"))
    else:
        print(peer_marksense.INSTALL, file=sys.stderr)
    processes = [n for n in (1, 2) if n <= len(os.sched_getaffinity(0))]
    start, others_before = time.perf_counter(), others_cpu_s()
    rows = measure(peers, processes, (options.few, options.sheets), options.repeats, truth)
    others = (others_cpu_s() - others_before) / (time.perf_counter() - start)
    return "\n\n".join((_head(options, rows, others), table(rows), _foot(rows, amc, truth)))


def others_cpu_s() -> float:
    """Processor seconds since the machine's start that neither this process nor one it started has used."""
    user, nice, system, _idle, _wait, *rest = map(
        int, Path("/proc/stat").read_text().split("\n")[0].split()[1:]
    )
    used = (user + nice + system + sum(rest[:3])) / os.sysconf("SC_CLK_TCK")
    own = os.times()
    return used - own.user - own.system - own.children_user - own.children_system


def _head(options: argparse.Namespace, rows: Sequence[Row], others: float) -> str:
    versions = ", ".join(dict.fromkeys(f"{row.name.split(',')[0]} {row.version}" for row in rows))
    python = f"{platform.machine()}, Python {platform.python_version()}"
    return (
        f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d}, {python}; {versions}. {options.sheets} sheets of "
        f"12 lines, {options.dpi} dpi grey JPEG; medians of {options.repeats}. "
        f"What else ran on the machine took {others:.2f} of a core."
    )


def _foot(rows: Sequence[Row], amc: AmcPeer, truth: ReadPages) -> str:
    pairs = [(own, other) for own in rows for other in rows if _is_amc_beside(own, other)]
    whole = min(times_faster(own.all_s, other.all_s) for own, other in pairs)
    further = min(times_faster(own.further_ms, other.further_ms) for own, other in pairs)
    cpu = min(times_faster(own.further_cpu_ms, other.further_cpu_ms) for own, other in pairs)
    threshold, best = amc.best(truth)
    return (
        f"Least against Auto Multiple Choice, of which {BAR:g} × are asked: whole command {_held(whole)}, "
        f"each further page {_held(further)}, its processor time {_held(cpu)}. Its boxes are read at its own "
        f"threshold of {peer_amc.THRESHOLD:g} black; the best in hindsight, {threshold:g}, gives "
        f"{best.right:,} lines right and {best.wrong:,} wrong."
    )


def _held(times: float) -> str:
    return f"{times:.1f} × ({'held' if times >= BAR else 'NOT HELD'})"


def _is_amc_beside(own: Row, other: Row) -> bool:
    return own.processes == other.processes and own.name == OwnPeer.name and other.name == AmcPeer.name


if __name__ == "__main__":
    main()
