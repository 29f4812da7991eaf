"""`report`."""

from __future__ import annotations

from pathlib import Path

import click

from kiemphieu.commands.base import ANY_PATH, VOTE, LocalCommand, common_options, session_of
from kiemphieu.commands.count import exit_code
from kiemphieu.folder import open_folder
from kiemphieu.reporting import write_reports, write_typed_reports
from records.errors import UsageError


@click.command("report", cls=LocalCommand)
@VOTE
@click.option("--counts", type=ANY_PATH, default=None)
@click.option("--base", type=int, default=None)
@common_options
@click.pass_context
def report_command(
    context: click.Context, vote: Path, counts: Path | None, base: int | None, as_json: bool
) -> int:
    session = session_of(context, as_json)
    folder = open_folder(vote)
    if counts is not None:
        written = write_typed_reports(folder, counts, base, session.lang)
    elif base is not None:
        raise UsageError("report_base_alone")
    else:
        written = write_reports(folder, session.lang)
    for path in written.paths:
        session.say("report_done", path=path)
    if not written.result.final:
        session.warn("report_draft")
    if as_json:
        session.document({"files": [str(path) for path in written.paths], "final": written.result.final})
    return exit_code(written.result)
