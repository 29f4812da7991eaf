"""`account`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich.table import Table

from kiemphieu.accounting import Account, Fate, Statement, account_of, state_account, take_back
from kiemphieu.commands.base import EXIT_DONE, VOTE, LocalCommand, Session, common_options, session_of
from kiemphieu.folder import open_folder
from records.errors import UsageError
from records.token import serial_as_typed
from records.vote import DEFAULT_STYLE_ID

_COLUMNS = ("decision_number", "account_fate", "account_count", "account_serials_column", "decision_by")


@click.command("account", cls=LocalCommand)
@VOTE
@click.option("--exchanged", type=click.IntRange(1), default=None, metavar="N")
@click.option("--unused", type=click.IntRange(1), default=None, metavar="N")
@click.option("--not-returned", type=click.IntRange(0), default=None, metavar="N")
@click.option("--serial", "serials", multiple=True, metavar="SERIAL")
@click.option("--group", default=DEFAULT_STYLE_ID)
@click.option("--by", multiple=True, metavar="NAME")
@click.option("--reason", default="")
@click.option("--undo", "undone", type=click.IntRange(1), default=None, metavar="NUMBER")
@common_options
@click.pass_context
def account_command(
    context: click.Context,
    vote: Path,
    exchanged: int | None,
    unused: int | None,
    not_returned: int | None,
    serials: tuple[str, ...],
    group: str,
    by: tuple[str, ...],
    reason: str,
    undone: int | None,
    as_json: bool,
) -> int:
    session = session_of(context, as_json)
    folder = open_folder(vote)
    counts = {Fate.EXCHANGED: exchanged, Fate.UNUSED: unused, Fate.NOT_RETURNED: not_returned}
    given = [(fate, count) for fate, count in counts.items() if count is not None]
    people = tuple(dict.fromkeys(name.strip() for name in by if name.strip()))
    if undone is not None:
        if given:
            raise UsageError("account_one_thing")
        account = take_back(folder, undone, people, reason.strip())
    elif given:
        if len(given) > 1:
            raise UsageError("account_one_thing")
        typed = tuple(map(serial_as_typed, serials))
        fate, count = given[0]
        account = state_account(folder, Statement(fate, count, group, typed, people, reason.strip()))
    else:
        account = account_of(folder)
    _tell(session, account)
    return EXIT_DONE


def _tell(session: Session, account: Account) -> None:
    if session.as_json:
        session.document([_to_json(statement) for statement in account.statements])
        return
    if not account.statements:
        session.say("account_none")
        return
    table = Table(*(session.text(column) for column in _COLUMNS))
    for statement in account.statements:
        table.add_row(
            str(statement.number),
            session.text(f"fate_{statement.fate.value}"),
            str(statement.count),
            " ".join(statement.serials) or "–",
            ", ".join(statement.by),
        )
    session.show(table)


def _to_json(statement: Statement) -> dict[str, Any]:
    return {
        "number": statement.number,
        "fate": statement.fate.value,
        "count": statement.count,
        "group": statement.style,
        "serials": list(statement.serials),
        "by": list(statement.by),
        "reason": statement.reason,
    }
