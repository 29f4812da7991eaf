"""Runs of a scan as the desk starts them: one batch, one thread, the same use cases as the command line."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path

from kiemphieu.acquiring import acquire_batch, open_inbox
from kiemphieu.arrivals import SETTLE_S
from kiemphieu.batches import Batch, BatchSource, PageTally, begin_run, end_run, spool_of
from kiemphieu.desk.acts import Upload
from kiemphieu.desk.desk import Desk
from kiemphieu.desk.jobs import Job, JobStopped
from kiemphieu.desk.live_count import shown_count
from kiemphieu.desk.live_scan import LiveScan
from kiemphieu.disk import SETTLED_TIME_S, disk_errors
from kiemphieu.file_kind import kind_of_head
from kiemphieu.folder import VoteFolder, free_name
from kiemphieu.intake import FURNITURE, FileProblem, file_problem, natural_key, pages_of_file
from kiemphieu.sane_device import Trouble, device_options
from kiemphieu.sane_settings import PaperSource, ScanSettings
from kiemphieu.scanning import Fate, PageFate, default_workers, scan_paths
from kiemphieu.watching import GOES_ON, PASSING, Listener, WatchOptions, watch_folder
from records.errors import InputError, KiemphieuError, PageFileError

_LOG = logging.getLogger("kiemphieu.desk")

JOB = "scan"
MOST_PAGES = 2000
"""Of one file that was sent: a stack of a thousand sheets, both sides."""
LEAST_WORKERS = 2
"""With one, pages would be read in this process, and the desk would be slow, and end with a bad page."""
NICE = 10
"""Readers stand back for the server: its pages answer while they work, and nobody else wants the rest."""
_HEAD_BYTES = 1024
_LONGEST_NAME = 120


def start_run(desk: Desk, folder: VoteFolder, batch: Batch, refused: Sequence[FileProblem] = ()) -> Job:
    """Scans the batch on, in a thread.

    Args:
        desk: whose work it is.
        folder: the vote.
        batch: at rest.
        refused: files of it that were not taken; told with the fates of the others.

    Raises:
        InputError: other work on the vote goes on.
    """
    expected = batch.counted * batch.pages_each - batch.tally.printed
    live = LiveScan(max(0, expected))
    for problem in refused:
        live.tell(PageFate(problem.source, 0, Fate.PROBLEM, problem=problem))
    notes = {"live": live, "at_hand": batch}
    return desk.jobs.start(folder, JOB, lambda job: _work(job, folder, batch, live), notes)


def live_of(job: Job | None) -> LiveScan | None:
    """The scan behind a job; None where it is another job."""
    found = None if job is None or job.name != JOB else job.notes.get("live")
    return found if isinstance(found, LiveScan) else None


def _work(job: Job, folder: VoteFolder, batch: Batch, live: LiveScan) -> None:
    # Of what was sent, the run is about what lies there now: more may come in while it goes on.
    sent = sent_files(folder, batch)
    # What is shown of the count goes on from here in steps; one that cannot be taken is shown to nobody.
    with suppress(KiemphieuError):
        shown_count(folder)
    begin_run(folder, batch.number)
    whole = False
    try:
        if batch.source is BatchSource.FILES:
            _scan_sent(job, folder, sent, live)
        else:
            _RUNS[batch.source](job, folder, batch, live)
        whole = True
    finally:
        run = live.look().run
        end_run(folder, batch.number, run, _met_again(batch, run, whole))
    if whole:
        _drop_sent(sent)


def _met_again(batch: Batch, run: PageTally, whole: bool) -> int:
    """Pages that another run over the same place finds recorded."""
    if batch.source in {BatchSource.SCANNER, BatchSource.WATCHED} or (
        batch.source is BatchSource.FILES and whole
    ):
        return 0
    return max(batch.met_again, run.known) + run.new


def _scan_sent(job: Job, folder: VoteFolder, sent: Sequence[Path], live: LiveScan) -> None:
    files = _without_endless(sent, live)
    if files:
        _scan(job, folder, files, live)


def _scan_folder(job: Job, folder: VoteFolder, batch: Batch, live: LiveScan) -> None:
    _scan(job, folder, [Path(batch.place)], live)


def _scan(job: Job, folder: VoteFolder, paths: Sequence[Path], live: LiveScan) -> None:
    def progress(done: int, total: int) -> None:
        live.progress(done, total)
        job.progress(done, total)

    scan_paths(folder, paths, workers(), progress, live.alarm, live.tell, NICE)


def _watch(job: Job, folder: VoteFolder, batch: Batch, live: LiveScan) -> None:
    options = WatchOptions(workers(), SETTLE_S, nice=NICE)
    # A watch that is stopped ends in order, and says so.
    if watch_folder(folder, Path(batch.place), options, _listener(job, live)).stopped:
        raise JobStopped


def _acquire(job: Job, folder: VoteFolder, batch: Batch, live: LiveScan) -> None:
    settings = ScanSettings(batch.place, source=PaperSource(batch.paper) if batch.paper else None)
    options = device_options(batch.place)
    with open_inbox(folder) as inbox:
        done = acquire_batch(folder, inbox, settings, options, workers(), _listener(job, live), NICE)
    stop = done.stop
    if done.watch.stopped:
        raise JobStopped
    if stop is None:
        return
    if stop.trouble is Trouble.OUT_OF_PAPER and done.pages:
        live.stopped_by("desk_scan_paper_end", {"pages": done.pages})
    else:
        live.stopped_by(f"sane_{stop.trouble.value}", {"device": batch.place, "text": stop.text})


_RUNS = {
    BatchSource.FOLDER: _scan_folder,
    BatchSource.WATCHED: _watch,
    BatchSource.SCANNER: _acquire,
}


def workers() -> int:
    """Processes that read."""
    return max(LEAST_WORKERS, default_workers())


def _listener(job: Job, live: LiveScan) -> Listener:
    def news(message_id: str, details: Mapping[str, object]) -> None:
        known = f"watch_{message_id}" if message_id in PASSING else message_id
        live.news("" if message_id == GOES_ON else known, details)

    return Listener(live.tell, live.alarm, news, job.check_stop)


# Files that were sent


def take_files(folder: VoteFolder, batch: Batch, uploads: Sequence[Upload]) -> tuple[FileProblem, ...]:
    """Moves what was sent into the batch's spool; returns what is no page, which is not taken.

    Raises:
        StoreError: the disk is full or the folder is not writable.
    """
    spool = spool_of(folder, batch)
    refused = []
    with disk_errors(spool):
        spool.mkdir(mode=0o700, parents=True, exist_ok=True)
        for upload in uploads:
            problem = _refusal(upload)
            if problem is not None:
                _LOG.warning("refused an upload: %s", problem.message_id)
                refused.append(problem)
                continue
            target = free_name(spool / _safe_name(upload.name))
            shutil.move(upload.path, target)
            _settle(target)
    return tuple(refused)


def clear_spool(folder: VoteFolder, batch: Batch) -> int:
    """Removes what lies in the batch's spool; returns how many files that were."""
    spool = spool_of(folder, batch)
    if not spool.is_dir():
        return 0
    with disk_errors(spool):
        files = list(spool.iterdir())
        shutil.rmtree(spool)
    return len(files)


def _refusal(upload: Upload) -> FileProblem | None:
    with upload.path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    try:
        kind_of_head(head)
    except PageFileError as error:
        return file_problem(upload.name, error)
    return None


def _safe_name(name: str) -> str:
    """A name that is a visible file of the spool and nothing else, on any system."""
    kept = "".join("_" if c in '<>:"/\\|?*' or not c.isprintable() else c for c in name).strip(". ")
    stem, dot, suffix = kept.rpartition(".")
    short = f"{stem[:_LONGEST_NAME]}{dot}{suffix[:10]}" if dot else kept[:_LONGEST_NAME]
    return f"page-{short}" if not short or short.lower() in FURNITURE else short


def _settle(path: Path) -> None:
    """The times of files would tell the order in which they were sent."""
    with suppress(OSError):
        os.utime(path, (SETTLED_TIME_S, SETTLED_TIME_S))


def _without_endless(sent: Sequence[Path], live: LiveScan) -> list[Path]:
    """Takes away files that say they hold more pages than anyone scans in one go; returns the others."""
    kept = []
    for path in sent:
        if sum(1 for _ in islice(pages_of_file(path, path.name), MOST_PAGES + 1)) > MOST_PAGES:
            problem = FileProblem(path.name, "desk_scan_too_many_pages", (("most", str(MOST_PAGES)),))
            _LOG.warning("refused an upload: %s", problem.message_id)
            live.tell(PageFate(path.name, 0, Fate.PROBLEM, problem=problem))
            _drop_sent([path])
        else:
            kept.append(path)
    return kept


def _drop_sent(sent: Iterable[Path]) -> None:
    """Removes files that are through, and their folder when nothing else lies in it."""
    for path in sent:
        with disk_errors(path):
            path.unlink(missing_ok=True)
            with suppress(OSError):
                path.parent.rmdir()


def sent_files(folder: VoteFolder, batch: Batch) -> tuple[Path, ...]:
    """Files that were sent and are not through, as a scan takes them one after the other."""
    spool = spool_of(folder, batch)
    if not spool.is_dir():
        return ()
    return tuple(sorted(spool.iterdir(), key=lambda path: (natural_key(path.name), path.name)))


def files_waiting(folder: VoteFolder, batch: Batch) -> int:
    """How many were sent and are not through: the run was stopped, or ended with the program."""
    return len(sent_files(folder, batch))


def checked_folder(folder: VoteFolder, words: str) -> Path:
    """A folder on this machine that a member named.

    Raises:
        InputError: no folder, or one that holds the vote's own pages.
    """
    path = Path(words).expanduser()
    if not words or not path.is_absolute() or "\0" in words:
        raise InputError("desk_scan_folder_path")
    try:
        path = path.resolve()
        there = path.is_dir()
    except OSError:
        there = False
    if not there:
        raise InputError("watch_folder_missing", path=words)
    root = folder.root.resolve()
    if path == root or path in root.parents or path in {folder.pages.resolve(), folder.keys.resolve()}:
        raise InputError("desk_scan_folder_own", path=words)
    return path
