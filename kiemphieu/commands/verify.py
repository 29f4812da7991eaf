"""`verify`."""

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
from kiemphieu.package import verify_package
from kiemphieu.verify_report import VerifyReport
from kiemphieu.verifying import verify_folder
from records.errors import KeyFileError, VerificationError


@click.command("verify", cls=LocalCommand)
@VOTE
@click.option("--head", default="", metavar="HASH")
@click.option("--key", type=ANY_PATH, default=None)
@common_options
@click.pass_context
def verify_command(context: click.Context, vote: Path, head: str, key: Path | None, as_json: bool) -> int:
    session = session_of(context, as_json)
    if vote.is_file():
        report = verify_package(vote, None if key is None else _key(key), head)
    else:
        with session.progress("progress_verify") as show:
            report = verify_folder(open_folder(vote), head, show)
    _tell(session, report)
    if as_json:
        session.document(_to_json(report))
    return VerificationError.exit_code if report.faults else EXIT_DONE


def _key(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise KeyFileError("key_file_unreadable", path=str(path), reason=error.strerror) from error


def _tell(session: Session, report: VerifyReport) -> None:
    session.say("verify_checked", entries=report.entries, pages=report.pages, reread=report.reread)
    if report.unsigned:
        session.say("verify_unsigned", count=report.unsigned)
    for name in report.unrecorded:
        session.say("verify_unrecorded", name=name)
    if report.open_pages:
        session.say("verify_open_pages")
    if report.head:
        session.say("verify_head", head=report.head)
    for fault in report.faults:
        detail = f" ({fault.detail})" if fault.detail else ""
        session.say(f"verify_{fault.mismatch.value}", name=fault.name, detail=detail)
    session.say("verify_failed" if report.faults else "verify_holds", count=len(report.faults))


def _to_json(report: VerifyReport) -> dict[str, object]:
    return {
        "verified": not report.faults,
        "head": report.head,
        "entries": report.entries,
        "unsigned": report.unsigned,
        "pages": report.pages,
        "reread": report.reread,
        "unrecorded": list(report.unrecorded),
        "open_pages": report.open_pages,
        "faults": [
            {"what": fault.mismatch.value, "name": fault.name, "detail": fault.detail}
            for fault in report.faults
        ],
    }
