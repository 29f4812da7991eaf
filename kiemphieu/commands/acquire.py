"""`acquire`."""

from __future__ import annotations

import sys
from dataclasses import replace
from itertools import chain
from pathlib import Path

import click
from rich.table import Table

from kiemphieu.acquiring import Acquired, acquire_batch, open_inbox
from kiemphieu.commands.base import (
    ANY_PATH,
    EXIT_DONE,
    EXIT_INPUT,
    LocalCommand,
    Session,
    common_options,
    session_of,
)
from kiemphieu.commands.fates import exit_code, fates_json, listener, tell_report
from kiemphieu.commands.watch import stoppable
from kiemphieu.counting import count_folder
from kiemphieu.folder import VoteFolder, open_folder
from kiemphieu.sane_device import Trouble, device_options, list_devices
from kiemphieu.sane_settings import DEFAULT_DPI, PaperSource, ScanMode, ScanSettings
from kiemphieu.scanning import default_workers
from kiemphieu.watching import WatchReport
from records.errors import UsageError


@click.command("acquire", cls=LocalCommand)
@click.argument("vote", type=ANY_PATH, metavar="VOTE", required=False)
@click.option("--device", metavar="NAME")
@click.option("--list", "listing", is_flag=True)
@click.option("--resolution", type=click.IntRange(50, 1200), default=DEFAULT_DPI, metavar="DPI")
@click.option("--mode", type=click.Choice([mode.value for mode in ScanMode]), default=None)
@click.option("--source", type=click.Choice([source.value for source in PaperSource]), default=None)
@click.option("--count", "pages", type=click.IntRange(1), default=None, metavar="N")
@click.option("--option", "extra", multiple=True, metavar="NAME=VALUE")
@click.option("--workers", type=click.IntRange(1, 256), default=None)
@common_options
@click.pass_context
def acquire_command(
    context: click.Context,
    vote: Path | None,
    device: str | None,
    listing: bool,
    resolution: int,
    mode: str | None,
    source: str | None,
    pages: int | None,
    extra: tuple[str, ...],
    workers: int | None,
    as_json: bool,
) -> int:
    session = session_of(context, as_json)
    if listing:
        return _list(session)
    if vote is None:
        raise UsageError("usage_missing", name="VOTE")
    if device is None:
        raise UsageError("usage_missing", name="--device")
    settings = ScanSettings(
        device,
        resolution,
        ScanMode(mode) if mode else None,
        PaperSource(source) if source else None,
        pages,
        tuple(_named(word) for word in extra),
    )
    with stoppable():
        return _acquire(session, open_folder(vote), settings, workers or default_workers())


def _named(word: str) -> tuple[str, str]:
    name, sign, value = word.partition("=")
    if not (name and sign):
        raise UsageError("acquire_option_form", word=word)
    return name.lstrip("-"), value


def _list(session: Session) -> int:
    devices = list_devices()
    if session.as_json:
        fields = ("name", "vendor", "model", "kind")
        session.document({"devices": [{name: getattr(one, name) for name in fields} for one in devices]})
    elif devices:
        table = Table(title=session.text("acquire_devices"))
        for column in ("acquire_device_name", "acquire_device_model"):
            table.add_column(session.text(column), overflow="fold")
        for one in devices:
            table.add_row(one.name, f"{one.vendor} {one.model} ({one.kind})")
        session.show(table)
    else:
        session.warn("acquire_no_devices")
    return EXIT_DONE


def _acquire(session: Session, folder: VoteFolder, settings: ScanSettings, workers: int) -> int:
    options = device_options(settings.device)
    done: list[Acquired] = []
    with open_inbox(folder) as inbox:
        session.say("acquire_started", device=settings.device)
        while True:
            done.append(acquire_batch(folder, inbox, settings, options, workers, listener(session)))
            _tell_stop(session, done[-1], settings.device)
            if done[-1].watch.stopped or not _goes_on(session, settings.is_single(options), done[-1]):
                break
    return _finish(session, folder, done)


def _goes_on(session: Session, single: bool, last: Acquired) -> bool:
    """Whether a person lays in more paper; without a terminal, nobody is there to ask."""
    asked = not session.as_json and sys.stdin.isatty() and (last.stop is not None or single)
    if not asked:
        return False
    answer = click.prompt(session.text("acquire_go_on"), default="", show_default=False, prompt_suffix=" ")
    return not str(answer).strip()


def _tell_stop(session: Session, batch: Acquired, device: str) -> None:
    stop = batch.stop
    if stop is None or batch.watch.stopped:
        return
    if stop.trouble is Trouble.OUT_OF_PAPER and batch.pages:
        session.say("acquire_paper_end", pages=batch.pages)
    else:
        session.warn(f"sane_{stop.trouble.value}", device=device, text=stop.text)


def _finish(session: Session, folder: VoteFolder, done: list[Acquired]) -> int:
    report = _together([batch.watch for batch in done])
    ballots = count_folder(folder).result.ballots
    tell_report(session, report, ballots, folder.root)
    stop = done[-1].stop
    if session.as_json:
        ended = None if stop is None else {"id": stop.trouble.value, "text": stop.text}
        session.document({**fates_json(session, report, ballots), "ended_by": ended})
    if report.stopped:
        click.echo(session.text("interrupted"), err=True)
    pages = sum(batch.pages for batch in done)
    troubled = stop is not None and (stop.trouble is not Trouble.OUT_OF_PAPER or not pages)
    return EXIT_INPUT if troubled and not report.stopped else exit_code(report, ballots)


def _together(reports: list[WatchReport]) -> WatchReport:
    last = reports[-1]
    scans = [report.scan for report in reports]
    whole = replace(
        last.scan,
        pages=sum(scan.pages for scan in scans),
        recorded=sum(scan.recorded for scan in scans),
        known=sum(scan.known for scan in scans),
        surplus=tuple(chain.from_iterable(scan.surplus for scan in scans)),
        rejected=tuple(chain.from_iterable(scan.rejected for scan in scans)),
        problems=tuple(chain.from_iterable(scan.problems for scan in scans)),
        skipped=tuple(chain.from_iterable(scan.skipped for scan in scans)),
        alerts=tuple(chain.from_iterable(scan.alerts for scan in scans)),
    )
    return WatchReport(whole, last.waiting, sum(report.blank for report in reports), last.stopped)
