"""`print`."""

from __future__ import annotations

from pathlib import Path

import click

from kiemphieu.commands.base import (
    ANY_PATH,
    EXIT_DONE,
    VOTE,
    LocalCommand,
    Session,
    common_options,
    session_of,
)
from kiemphieu.folder import open_folder
from kiemphieu.printing import PrintOrder, PrintReport, print_ballots


@click.command("print", cls=LocalCommand)
@VOTE
@click.option("--count", type=click.IntRange(1, 1_000_000), required=True)
@click.option("--group", default=None)
@click.option("--seed", type=int, default=None)
@click.option("-o", "--output", type=ANY_PATH, default=None)
@common_options
@click.pass_context
def print_command(
    context: click.Context,
    vote: Path,
    count: int,
    group: str | None,
    seed: int | None,
    output: Path | None,
    as_json: bool,
) -> int:
    session = session_of(context, as_json)
    order = PrintOrder(count, group, seed, output)
    with session.progress("progress_print") as show:
        report = print_ballots(open_folder(vote), order, lambda done: show(done, count))
    _tell(session, report)
    return EXIT_DONE


def _tell(session: Session, report: PrintReport) -> None:
    if report.seeded:
        session.warn("print_seeded")
    if report.seeded_keys:
        session.warn("print_seeded_keys")
    if report.taken_back:
        session.warn("print_taken_back", count=report.taken_back)
    session.say("print_done", count=report.ballots, pages=report.pages_per_ballot, pdf=report.pdf)
    if report.paper_colour:
        session.say("print_colour", colour=report.paper_colour)
    if session.as_json:
        document: dict[str, object] = {
            "vote": report.vote,
            "pdf": str(report.pdf),
            "ballots": report.ballots,
            "pages_per_ballot": report.pages_per_ballot,
            "layout": report.layout_sha256,
            "seeded": report.seeded or report.seeded_keys,
        }
        if report.style:
            document["group"] = report.style
        session.document(document)
