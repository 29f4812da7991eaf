"""`export`."""

from __future__ import annotations

from pathlib import Path

import click

from kiemphieu.commands.base import ANY_PATH, EXIT_DONE, LocalCommand, common_options, session_of
from kiemphieu.commands.vote import VOTE
from kiemphieu.folder import load_vote, open_folder
from kiemphieu.package import write_package
from records.errors import UsageError


@click.command("export", cls=LocalCommand)
@VOTE
@click.option("--package", is_flag=True)
@click.option("--without-images", is_flag=True)
@click.option("--unsealed", is_flag=True)
@click.option("-o", "--output", "out", type=ANY_PATH, default=None)
@common_options
@click.pass_context
def export_command(
    context: click.Context,
    vote: Path,
    package: bool,
    without_images: bool,
    unsealed: bool,
    out: Path | None,
    as_json: bool,
) -> int:
    session = session_of(context, as_json)
    if not package:
        raise UsageError("export_what")
    folder = open_folder(vote)
    target = out if out is not None else folder.root / f"{load_vote(folder).id}.package.tar"
    report = write_package(folder, target, images=not without_images, unsealed=unsealed)
    session.say("export_done", path=report.path, files=report.files, pages=report.pages)
    session.say("verify_head", head=report.head)
    session.say("export_key", key=report.key)
    if as_json:
        session.document(
            {
                "path": str(report.path),
                "files": report.files,
                "pages": report.pages,
                "head": report.head,
                "key": report.key,
            }
        )
    return EXIT_DONE
