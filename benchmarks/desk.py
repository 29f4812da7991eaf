"""The desk while it scans: how soon its pages answer, how old its progress is, and what it costs the scan.

    python -m benchmarks.desk [--sheets 60] [--repeats 1]

Sheets are printed, voted on and scanned by the simulator, then read from a folder: by the command line, by
the desk with a browser's stream and small pictures open, and once more by the desk while every page is asked
for in turn. The server is a process of its own; times are a client's. Processor time tells the cost on a
machine that does other work, too; of the command line's, that of a scan of no sheets is taken off.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from benchmarks.speed_pages import Kind, Picture, draw_pages, print_folder, write_files
from benchmarks.speed_scan import user_environment
from kiemphieu.desk.desk import open_desk
from kiemphieu.desk.guard import Place
from kiemphieu.desk.roles import Role
from kiemphieu.desk.scan_runs import workers
from kiemphieu.scanning import default_workers

KIND = Kind(300, Picture.GREY)
OFFICIALS = 12
VOTE = "vote"
PAGES = ("", "/scan", "/problems", "/review", "/review/invalid", "/print", "/count", "/close", "/documents")
BAR_MS, BAR_AGE_S, BAR_COST = 300.0, 2.0, 1.05
_PAUSE_S = 0.2
"""Between two pages asked for: somebody who only clicks."""
_DONE = frozenset({0, 5})


@dataclass
class Seen:
    """What one run of the desk showed.

    Attributes:
        wall_s: from the form that starts the scan to the message that it ended.
        cpu_s: of the server and its readers meanwhile.
        gaps_s: times between two messages of the stream.
        answers_ms: of every page asked for, by its address.
    """

    wall_s: float = 0.0
    cpu_s: float = 0.0
    gaps_s: list[float] = field(default_factory=list)
    answers_ms: dict[str, list[float]] = field(default_factory=dict)


def serve(votes: Path, root: Path) -> tuple[subprocess.Popen[str], str, str, str]:
    """`kiemphieu desk` over a folder, as a user starts it; its start address, a member and the PIN."""
    desk = open_desk(votes, Place(frozenset()))
    member, pin = desk.people.add("Trần Thị Bích", Role.HEAD)
    desk.people.add("Lê Văn Cường", Role.MEMBER)
    command = [sys.executable, "-m", "kiemphieu", "desk", str(votes), "--no-browser"]
    server = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env=user_environment(root), cwd=Path(__file__).parents[1],
    )  # fmt: skip
    assert server.stdout is not None
    address = next(found[0] for line in server.stdout if (found := re.search(r"http://\S+", line)))
    return server, address, member.id, pin


def scan_by_command(printed: Path, scans: Path, root: Path) -> tuple[float, float]:
    """Seconds of one `kiemphieu scan` on a fresh copy of the vote, by the clock and of the processor."""
    folder = root / "by-command"
    shutil.copytree(printed, folder)
    command = [sys.executable, "-m", "kiemphieu", "scan", str(folder), str(scans)]
    command += ["--workers", str(workers())]
    start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    ended = subprocess.run(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False,
        env=user_environment(root), cwd=Path(__file__).parents[1],
    )  # fmt: skip
    wall = time.perf_counter() - start
    assert ended.returncode in _DONE, ended.returncode
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    shutil.rmtree(folder)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _cpu_s(pid: int) -> float:
    """Of a process and its children that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def scan_at_desk(printed: Path, scans: Path, sheets: int, root: Path, asking: bool) -> Seen:
    """One scan at a desk of its own, with the stream followed; with `asking`, every page in turn besides."""
    votes = root / "votes"
    shutil.copytree(printed, votes / VOTE)
    server, address, member, pin = serve(votes, root)
    try:
        client = _signed_in(address, member, pin)
        seen = Seen()
        _warm(client)
        ended = threading.Event()
        askers = [threading.Thread(target=_ask, args=(client, seen, ended))] if asking else []
        start, before = time.perf_counter(), _cpu_s(server.pid)
        words = {"name": "1", "counted": str(sheets), "source": "folder", "place": str(scans)}
        answer = client.post(f"/votes/{VOTE}/scan/start", data=words)
        assert answer.status_code == 303, answer.text
        for asker in askers:
            asker.start()
        _follow(client, seen)
        seen.wall_s = time.perf_counter() - start
        seen.cpu_s = _cpu_s(server.pid) - before
        ended.set()
        for asker in askers:
            asker.join()
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(votes)
    return seen


def _signed_in(address: str, member: str, pin: str) -> httpx2.Client:
    origin = address.partition("/start")[0]
    client = httpx2.Client(base_url=origin, headers={"origin": origin}, timeout=120.0)
    while True:
        try:
            client.get(address)
            break
        except httpx2.ConnectError:
            time.sleep(0.05)
    answer = client.post("/sign-in", data={"member": member, "pin": pin})
    assert answer.status_code == 303, answer.text
    return client


def _warm(client: httpx2.Client) -> None:
    """Every page once, as in the afternoon before the scan; pages that are not there yet are passed over."""
    for page in PAGES:
        client.get(f"/votes/{VOTE}{page}")


def _follow(client: httpx2.Client, seen: Seen) -> None:
    """As the page's script: reads the stream, and asks for each new small picture once."""
    had: set[str] = set()
    last = time.perf_counter()
    with client.stream("GET", f"/votes/{VOTE}/scan/stream") as answer:
        for line in answer.iter_lines():
            if not line.startswith("data: {"):
                continue
            now = time.perf_counter()
            seen.gaps_s.append(now - last)
            last = now
            for page in json.loads(line.removeprefix("data: ")).get("last", ()):
                if page["picture"] and page["picture"] not in had:
                    had.add(page["picture"])
                    _timed(client, "small picture", page["picture"], seen)


def _ask(client: httpx2.Client, seen: Seen, ended: threading.Event) -> None:
    while not ended.is_set():
        for page in PAGES:
            _timed(client, page or "tasks", f"/votes/{VOTE}{page}", seen)
            ended.wait(_PAUSE_S)
        _timed(client, "home", "/", seen)
        ended.wait(_PAUSE_S)


def _timed(client: httpx2.Client, name: str, address: str, seen: Seen) -> None:
    start = time.perf_counter()
    answer = client.get(address)
    if answer.status_code != 404:
        seen.answers_ms.setdefault(name, []).append(1000 * (time.perf_counter() - start))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sheets", type=int, default=60)
    parser.add_argument("--repeats", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        printed = print_folder(root / "printed", OFFICIALS, options.sheets)
        drawn = draw_pages(printed, options.sheets, [KIND], default_workers())[KIND]
        scans = root / "scans"
        write_files(drawn, KIND.picture.suffix, scans)
        _measure(printed.folder.root, scans, options.sheets, options.repeats, root)


def _measure(printed: Path, scans: Path, sheets: int, repeats: int, root: Path) -> None:
    scan_by_command(printed, scans, root)  # so that every module is compiled
    (root / "nothing").mkdir()
    idle_s = scan_by_command(printed, root / "nothing", root)[1]
    command, runs = [], []
    for _ in range(repeats):
        command.append(scan_by_command(printed, scans, root))
        runs.append(scan_at_desk(printed, scans, sheets, root, asking=False))
    asked = scan_at_desk(printed, scans, sheets, root, asking=True)
    print(f"{sheets} sheets, {workers()} processes")
    _tell("command line", [wall for wall, _ in command], "s")
    _tell("desk, with a browser following", [run.wall_s for run in runs], "s")
    _tell("command line, processor", [cpu - idle_s for _, cpu in command], "s")
    _tell("desk, processor", [run.cpu_s for run in runs], "s")
    wall = statistics.median(run.wall_s for run in runs) / statistics.median(wall for wall, _ in command)
    cpu = statistics.median(run.cpu_s for run in runs) / statistics.median(cpu - idle_s for _, cpu in command)
    print(f"cost: {wall:.3f} by the clock, {cpu:.3f} of the processor (bar {BAR_COST})")
    _tell("desk, every page asked for besides", [asked.wall_s], "s")
    _tell("between two messages", [gap for run in (*runs, asked) for gap in run.gaps_s], "s", BAR_AGE_S)
    for name, found in sorted(asked.answers_ms.items()):
        _tell(name, found, "ms", BAR_MS)


def _tell(name: str, values: list[float], unit: str, bar: float | None = None) -> None:
    digits: Callable[[float], str] = (lambda v: f"{v:.0f}") if unit == "ms" else (lambda v: f"{v:.2f}")
    ordered = sorted(values)
    most = ordered[-1]
    over = f", bar {bar:g}: {sum(value > bar for value in values)} over" if bar is not None else ""
    middle = digits(statistics.median(ordered))
    print(f"{name}: median {middle}, most {digits(most)} {unit} of {len(values)}{over}")


if __name__ == "__main__":
    main()
