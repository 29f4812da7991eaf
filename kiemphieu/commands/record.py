"""`backup` and `seal`."""

from __future__ import annotations

from pathlib import Path

import click

from kiemphieu.backup import back_up
from kiemphieu.commands.base import ANY_PATH, EXIT_DONE, VOTE, LocalCommand, common_options, session_of
from kiemphieu.folder import open_folder
from kiemphieu.sealing import seal_vote


@click.command("backup", cls=LocalCommand)
@VOTE
@click.option("-o", "--output", "out", type=ANY_PATH, required=True)
@common_options
@click.pass_context
def backup_command(context: click.Context, vote: Path, out: Path, as_json: bool) -> int:
    session = session_of(context, as_json)
    report = back_up(open_folder(vote), out)
    session.say("backup_done", path=report.path, pages=report.pages, files=report.files)
    if as_json:
        session.document({"path": str(report.path), "pages": report.pages, "files": report.files})
    return EXIT_DONE


@click.command("seal", cls=LocalCommand)
@VOTE
@click.option("--force", is_flag=True)
@common_options
@click.pass_context
def seal_command(context: click.Context, vote: Path, force: bool, as_json: bool) -> int:
    session = session_of(context, as_json)
    report = seal_vote(open_folder(vote), force)
    session.say("seal_done", pages=report.pages, head=report.head)
    if as_json:
        session.document({"pages": report.pages, "head": report.head})
    return EXIT_DONE
