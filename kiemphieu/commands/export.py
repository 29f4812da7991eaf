"""`export`."""

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
from kiemphieu.commands.count import exit_code
from kiemphieu.exports.words import Words
from kiemphieu.exports.writing import Format, export_vote
from kiemphieu.folder import VoteFolder, load_vote, open_folder
from kiemphieu.package import write_package
from records.errors import UsageError


@click.command("export", cls=LocalCommand)
@VOTE
@click.option("--format", "kind", type=click.Choice([kind.value for kind in Format]), default=None)
@click.option("--package", is_flag=True)
@click.option("--without-images", is_flag=True)
@click.option("--unsealed", is_flag=True)
@click.option("-o", "--output", "out", type=ANY_PATH, default=None)
@common_options
@click.pass_context
def export_command(
    context: click.Context,
    vote: Path,
    kind: str | None,
    package: bool,
    without_images: bool,
    unsealed: bool,
    out: Path | None,
    as_json: bool,
) -> int:
    session = session_of(context, as_json)
    if package and kind is not None:
        raise UsageError("export_both")
    if kind is not None:
        for option, given in (("--without-images", without_images), ("--unsealed", unsealed)):
            if given:
                raise UsageError("export_package_only", option=option)
        return _export(session, open_folder(vote), Format(kind), out)
    if not package:
        raise UsageError("export_what")
    return _package(session, open_folder(vote), out, images=not without_images, unsealed=unsealed)


def _export(session: Session, folder: VoteFolder, kind: Format, out: Path | None) -> int:
    words = Words(session.lang)
    report = export_vote(folder, kind, words, out)
    session.say("export_written", path=report.path, ballots=report.ballots)
    for path in report.counts:
        session.say("export_counts_written", path=path)
    if not report.result.final:
        session.warn("export_open", standing=words.standing(report.result))
        if kind is Format.CSV:
            session.warn("export_counts_left_out")
    if kind is not Format.CSV:
        session.warn("export_secret", path=report.path)
    if session.as_json:
        session.document(
            {
                "path": str(report.path),
                "format": kind.value,
                "ballots": report.ballots,
                "final": report.result.final,
                "counts": [str(path) for path in report.counts],
            }
        )
    return exit_code(report.result)


def _package(session: Session, folder: VoteFolder, out: Path | None, *, images: bool, unsealed: bool) -> int:
    target = out if out is not None else folder.root / f"{load_vote(folder).id}.package.tar"
    report = write_package(folder, target, images=images, unsealed=unsealed)
    session.say("export_done", path=report.path, files=report.files, pages=report.pages)
    session.say("verify_head", head=report.head)
    session.say("export_key", key=report.key)
    if session.as_json:
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
