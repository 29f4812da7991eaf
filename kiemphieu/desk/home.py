"""Home: the votes on this machine, and the task list of one."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum

from starlette.responses import Response

from kiemphieu.desk.acts import Act, vote_name
from kiemphieu.desk.desk import is_rehearsal
from kiemphieu.desk.live_count import live_count
from kiemphieu.desk.rehearsal import make_rehearsal, sample_scans_of
from kiemphieu.desk.roles import COUNTERS
from kiemphieu.desk.screens import Screen
from kiemphieu.folder import VoteFolder, load_vote
from kiemphieu.sheet_problems import what_waits
from kiemphieu.vote_store import has_record, open_vote_store
from records.errors import KiemphieuError
from records.journal import EventKind
from records.vote import Vote

SCREEN = Screen("home")
RECENT_S = 2.0
"""How old the numbers of a task list may be while work on the vote goes on."""


class TaskState(StrEnum):
    """Of one task in the list."""

    NEXT = "next"
    WAITS = "waits"
    """Not yet: another comes first."""
    OPEN = "open"
    """Can be done now."""
    NEEDS = "needs"
    """Something in it wants a person."""
    DONE = "done"


_UPCOMING = frozenset({TaskState.NEXT, TaskState.NEEDS})


@dataclass(frozen=True, slots=True)
class Task:
    """One line of the task list.

    Attributes:
        name: the screen, as in addresses and message ids.
        number: how many things wait in it.
    """

    name: str
    state: TaskState
    number: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a vote stands, as far as the task list tells.

    Attributes:
        problem: why the vote cannot be looked at, in words; empty where it can.
    """

    set_up: bool = False
    printed: int = 0
    scanned: int = 0
    problems: int = 0
    review: int = 0
    final: bool = False
    closed: bool = False
    sealed: bool = False
    problem: str = ""


@SCREEN.get("/")
def show_home(act: Act) -> Response:
    rows = []
    for folder in act.desk.votes():
        standing = standing_of(folder, act)
        tasks = tasks_of(standing)
        upcoming = next((task for task in tasks if task.state in _UPCOMING), tasks[-1])
        rows.append((folder.root.name, vote_name(folder), is_rehearsal(folder), standing, upcoming))
    return act.page("home.html", rows=rows, may_change=act.member.role in COUNTERS)


@SCREEN.get("/votes/{vote}")
def show_vote(act: Act) -> Response:
    standing = standing_of(act.folder, act)
    return act.page(
        "vote.html",
        standing=standing,
        tasks=tasks_of(standing),
        job=act.desk.jobs.of(act.folder),
        samples=sample_scans_of(act.folder) if is_rehearsal(act.folder) else (),
    )


@SCREEN.post("/rehearsal")
def start_rehearsal(act: Act) -> Response:
    """A vote to try everything, in a folder of its own."""
    folder = make_rehearsal(act.desk.root, act.lang)
    return act.go(f"/votes/{folder.root.name}")


def standing_of(folder: VoteFolder, act: Act) -> Standing:
    """Where the vote stands; a vote that cannot be looked at says why."""
    if not folder.vote_file.is_file():
        return Standing()
    try:
        vote = load_vote(folder)
        if not has_record(folder, vote):
            return Standing(set_up=_is_frozen(folder))
        job = act.desk.jobs.of(folder)
        return _recorded(folder, vote, RECENT_S if job is not None and job.running else 0.0)
    except KiemphieuError as error:
        return Standing(problem=act.say(error))


def _recorded(folder: VoteFolder, vote: Vote, most_age_s: float) -> Standing:
    with closing(open_vote_store(folder, vote)) as store:
        if not store.forms():
            return Standing(set_up=_is_frozen(folder))
        printed, scanned = store.issued_count(), store.page_count()
        sealed = store.last_entry(EventKind.RECORD_SEALED) is not None
        closed = store.is_closed()
    report = live_count(folder, most_age_s).report
    waiting = what_waits(report)
    return Standing(
        set_up=True,
        printed=printed,
        scanned=scanned,
        problems=waiting.problems,
        review=waiting.review,
        final=report.result.final,
        closed=closed,
        sealed=sealed,
    )


def _is_frozen(folder: VoteFolder) -> bool:
    """A vote whose definition two members froze, or one that was written by hand."""
    return (folder.root / "frozen.json").is_file() or not (folder.root / "draft.json").is_file()


def tasks_of(standing: Standing) -> tuple[Task, ...]:
    """The task list, in the order of the afternoon."""
    done, opened, waits, needs = TaskState.DONE, TaskState.OPEN, TaskState.WAITS, TaskState.NEEDS
    scanned = standing.scanned > 0
    printed = standing.printed > 0
    over = standing.closed or standing.sealed
    later = opened if scanned else waits
    tasks = (
        Task("setup", done if standing.set_up else TaskState.NEXT),
        Task("print", done if printed else (opened if standing.set_up else waits), standing.printed),
        Task("scan", done if over else (opened if printed else waits), standing.scanned),
        Task("problems", needs if standing.problems else (done if scanned else waits), standing.problems),
        Task("review", needs if standing.review else (done if scanned else waits), standing.review),
        Task("count", done if standing.final else later),
        Task("close", done if over else (TaskState.NEXT if standing.final else later)),
        Task("documents", later),
        Task("audit", opened if printed else waits),
    )
    return _with_next(tasks)


def _with_next(tasks: tuple[Task, ...]) -> tuple[Task, ...]:
    """Marks the first task that can be done, where none is marked and nothing wants a person."""
    if any(task.state in _UPCOMING for task in tasks):
        return tasks
    first = next((task for task in tasks if task.state is TaskState.OPEN), None)
    return tuple(Task(task.name, TaskState.NEXT, task.number) if task is first else task for task in tasks)
