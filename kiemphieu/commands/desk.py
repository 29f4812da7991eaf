"""`desk`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kiemphieu.commands.base import ANY_PATH, EXIT_DONE, LocalCommand, Session, common_options, session_of
from records.errors import UsageError

if TYPE_CHECKING:
    from kiemphieu.desk.serving import Lan

DEFAULT_FOLDER = Path.home() / "kiemphieu"


@click.command("desk", cls=LocalCommand)
@click.argument("folder", type=ANY_PATH, required=False, metavar="FOLDER")
@click.option("--port", type=click.IntRange(0, 65535), default=0)
@click.option("--no-browser", is_flag=True)
@click.option("--shortcut", type=ANY_PATH, default=None, metavar="FOLDER")
@click.option("--lan", default=None, metavar="HOST")
@click.option("--certificate", type=ANY_PATH, default=None, metavar="FILE")
@click.option("--key", type=ANY_PATH, default=None, metavar="FILE")
@click.option("--renew-pin", default=None, metavar="MEMBER-ID")
@common_options
@click.pass_context
def desk_command(
    context: click.Context,
    folder: Path | None,
    port: int,
    no_browser: bool,
    shortcut: Path | None,
    lan: str | None,
    certificate: Path | None,
    key: Path | None,
    renew_pin: str | None,
    as_json: bool,
) -> int:
    session = session_of(context, as_json)
    root = folder or DEFAULT_FOLDER
    if shortcut is not None:
        _make_shortcut(session, root, shortcut)
    elif renew_pin is not None:
        _renew_pin(session, root, renew_pin)
    else:
        _serve(session, root, port, not no_browser, _stations(lan, certificate, key))
    return EXIT_DONE


# A web server is loaded by those who want one only: hence the imports within.


def _make_shortcut(session: Session, root: Path, place: Path) -> None:
    from kiemphieu.desk.shortcut import write_shortcut  # noqa: PLC0415

    path = write_shortcut(place, root, session.lang)
    session.say("desk_shortcut_made", path=path)
    if session.as_json:
        session.document({"shortcut": str(path)})


def _renew_pin(session: Session, root: Path, member_id: str) -> None:
    from kiemphieu.desk.renewing import renew_on_machine  # noqa: PLC0415

    made = renew_on_machine(root, member_id)
    session.say("desk_renewed", name=made.member.name, member=made.member.id, pin=made.pin)
    if made.unnoted:
        session.warn("desk_pins_unnoted", votes=", ".join(made.unnoted))
    if session.as_json:
        session.document({"member": made.member.id, "pin": made.pin, "unnoted": list(made.unnoted)})


def _stations(lan: str | None, certificate: Path | None, key: Path | None) -> Lan | None:
    """Where other stations reach the desk; None where it is for this machine only."""
    from kiemphieu.desk.serving import Lan  # noqa: PLC0415

    if lan is not None and certificate is not None and key is not None:
        return Lan(lan, certificate, key)
    if lan is not None or certificate is not None or key is not None:
        raise UsageError("desk_lan_needs")
    return None


def _serve(session: Session, root: Path, port: int, browser: bool, stations: Lan | None) -> None:
    from kiemphieu.desk.serving import serve_desk  # noqa: PLC0415

    def tell(address: str) -> None:
        session.say("desk_serving", folder=root, address=address)
        if session.as_json:
            session.document({"folder": str(root), "address": address})

    serve_desk(root, session.lang, port, browser, tell, stations)
