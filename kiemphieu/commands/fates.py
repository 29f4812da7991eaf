"""How `watch` and `acquire` tell the fate of every page as it happens, and what all of them came to."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from kiemphieu.commands.base import EXIT_DONE, EXIT_INPUT, EXIT_INTERRUPTED, EXIT_REVIEW, Session
from kiemphieu.commands.scan import problem_text, report_json, tell_alert
from kiemphieu.scanning import Fate, PageFate
from kiemphieu.watching import PASSING, Listener, WatchReport
from records.count import BallotCounts


def listener(session: Session) -> Listener:
    """Tells a person; a program gets one document at the end."""
    return Listener(
        fate=lambda fate: _tell(session, fate),
        alarm=lambda alert: tell_alert(session, alert),
        news=lambda message_id, details: _tell_news(session, message_id, details),
    )


def _tell(session: Session, fate: PageFate) -> None:
    page = {"source": fate.source, "page": fate.index + 1}
    match fate.fate:
        case Fate.PROBLEM if fate.problem is not None:
            text = problem_text(session, fate.problem)
            click.echo(session.text("scan_problem_file", source=fate.source, text=text), err=True)
        case Fate.REJECTED:
            session.say("fate_rejected", **page, reason=session.text(f"reason_{fate.reason}"))
        case Fate.SURPLUS:
            session.say("scan_surplus_page", **page, serial=fate.reason)
        case Fate.SKIPPED:
            session.say("scan_skipped_file", source=fate.source)
        case _:
            session.say(f"fate_{fate.fate.value}", **page)


def _tell_news(session: Session, message_id: str, details: Mapping[str, object]) -> None:
    session.warn(f"watch_{message_id}" if message_id in PASSING else message_id, **details)


def tell_report(session: Session, report: WatchReport, ballots: BallotCounts, vote: Path) -> None:
    """The sums, in three lines at most."""
    scan = report.scan
    session.say(
        "watch_summary",
        recorded=scan.recorded,
        known=scan.known,
        blank=report.blank,
        rejected=len(scan.rejected) - report.blank,
        surplus=len(scan.surplus),
        problems=len(scan.problems),
        returned=ballots.returned,
    )
    for source in report.waiting:
        session.warn("watch_left_waiting", source=source)
    if ballots.review and not session.as_json:
        session.warn("review_waiting", count=ballots.review, folder=vote)


def fates_json(session: Session, report: WatchReport, ballots: BallotCounts) -> dict[str, object]:
    """As `scan --json`, with what `watch` knows besides."""
    return {
        **report_json(session, report.scan, ballots),
        "blank": report.blank,
        "waiting": list(report.waiting),
        "stopped": report.stopped,
    }


def exit_code(report: WatchReport, ballots: BallotCounts) -> int:
    if report.stopped:
        return EXIT_INTERRUPTED
    if report.scan.problems:
        return EXIT_INPUT
    return EXIT_REVIEW if ballots.review else EXIT_DONE
