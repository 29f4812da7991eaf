"""`watch`."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import click

from kiemphieu.arrivals import SETTLE_S
from kiemphieu.commands.base import ANY_PATH, VOTE, LocalCommand, common_options, session_of
from kiemphieu.commands.fates import exit_code, fates_json, listener, tell_report
from kiemphieu.counting import count_folder
from kiemphieu.folder import open_folder
from kiemphieu.scanning import default_workers
from kiemphieu.watching import WatchOptions, watch_folder

LEAST_SETTLE_S = 0.05


@click.command("watch", cls=LocalCommand)
@VOTE
@click.argument("inbox", type=ANY_PATH, metavar="FOLDER")
@click.option("--settle", type=click.FloatRange(min=LEAST_SETTLE_S), default=SETTLE_S, metavar="SECONDS")
@click.option("--once", is_flag=True)
@click.option("--workers", type=click.IntRange(1, 256), default=None)
@common_options
@click.pass_context
def watch_command(
    context: click.Context,
    vote: Path,
    inbox: Path,
    settle: float,
    once: bool,
    workers: int | None,
    as_json: bool,
) -> int:
    session = session_of(context, as_json)
    folder = open_folder(vote)
    options = WatchOptions(workers or default_workers(), settle, once)
    session.say("watch_started" if not once else "watch_started_once", folder=inbox)
    with stoppable():
        report = watch_folder(folder, inbox, options, listener(session))
    ballots = count_folder(folder).result.ballots
    tell_report(session, report, ballots, vote)
    if as_json:
        session.document(fates_json(session, report, ballots))
    if report.stopped:
        click.echo(session.text("interrupted"), err=True)
    return exit_code(report, ballots)


@contextmanager
def stoppable() -> Iterator[None]:
    """SIGTERM, as a service manager sends it, stops as Ctrl-C does."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
