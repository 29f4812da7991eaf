"""`blank-check`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich.table import Table

from kiemphieu.blank_check import BlankFinding, BlankReport, check_blanks
from kiemphieu.commands.base import (
    ANY_PATH,
    EXIT_DONE,
    EXIT_INPUT,
    VOTE,
    LocalCommand,
    Session,
    common_options,
    session_of,
)
from kiemphieu.folder import open_folder, vote_rules
from kiemphieu.messages import has_text
from records.errors import VerificationError


@click.command("blank-check", cls=LocalCommand)
@VOTE
@click.argument("paths", type=ANY_PATH, nargs=-1, required=True, metavar="SCAN…")
@common_options
@click.pass_context
def blank_check_command(context: click.Context, vote: Path, paths: tuple[Path, ...], as_json: bool) -> int:
    session = session_of(context, as_json)
    with session.progress("progress_scan") as show:
        report = check_blanks(open_folder(vote), paths, session.lang, show)
    if as_json:
        session.document(_to_json(report))
    else:
        _tell(session, report)
    for problem in report.problems:
        text = session.text(problem.message_id, **dict(problem.details))
        click.echo(session.text("scan_problem_file", source=problem.source, text=text), err=True)
    if not report.clean:
        return VerificationError.exit_code
    return EXIT_INPUT if report.problems else EXIT_DONE


def _tell(session: Session, report: BlankReport) -> None:
    names = {official.id: official.name for official in report.vote.officials}
    labels = {level.id: level.label for level in vote_rules(report.vote).levels}
    inked = [box for box in report.boxes if box.ink_mm2]
    if inked:
        table = Table(title=session.text("blank_check_title"))
        for column in ("testdeck_column_person", "blank_check_box", "blank_check_ink", "blank_check_source"):
            table.add_column(session.text(column))
        for box in inked:
            table.add_row(names[box.official], labels[box.level], session.number(box.ink_mm2, 2), box.source)
        session.show(table)
    largest = max((box.ink_mm2 for box in report.boxes), default=0.0)
    session.say(
        "blank_check_summary",
        pages=report.pages,
        backs=report.backs,
        boxes=len(report.boxes),
        inked=len(inked),
        largest=session.number(largest, 2),
    )
    for style, number in report.unseen:
        session.warn("blank_check_unseen", page=number, group=style or report.vote.id)
    for finding in report.findings:
        place = [part for part in (names.get(finding.official), labels.get(finding.level)) if part]
        session.say(
            "blank_check_finding",
            source=finding.source,
            page=finding.index + 1,
            what=_what(session, finding),
            place=f" ({' · '.join(place)})" if place else "",
        )
    if report.pictures is not None:
        session.say("blank_check_pictures", folder=report.pictures)
    session.say("blank_check_clean" if report.clean else "blank_check_found", count=len(report.findings))


def _what(session: Session, finding: BlankFinding) -> str:
    known = (
        f"explain_state_box_{finding.what}",
        f"blank_check_what_{finding.what}",
        f"reason_{finding.what}",
    )
    return next((session.text(one) for one in known if has_text(one)), finding.what)


def _to_json(report: BlankReport) -> dict[str, Any]:
    return {
        "vote": report.vote.id,
        "clean": report.clean,
        "pages": report.pages,
        "backs": report.backs,
        "boxes": [
            {
                **({"group": box.style} if box.style else {}),
                "official": box.official,
                "level": box.level,
                "largest_ink_mm2": box.ink_mm2,
                "source": box.source or None,
            }
            for box in report.boxes
        ],
        "unseen": [{"group": style, "page": number} for style, number in report.unseen],
        "findings": [
            {
                "source": finding.source,
                "index": finding.index,
                "what": finding.what,
                "official": finding.official or None,
                "level": finding.level or None,
                "crop": str(finding.crop) if finding.crop else None,
            }
            for finding in report.findings
        ],
        "problems": [{"source": problem.source, "id": problem.message_id} for problem in report.problems],
        "pictures": str(report.pictures) if report.pictures else None,
    }
