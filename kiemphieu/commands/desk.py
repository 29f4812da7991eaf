"""`desk`."""

from __future__ import annotations

from pathlib import Path

import click

from kiemphieu.commands.base import ANY_PATH, EXIT_DONE, LocalCommand, common_options, session_of
from records.errors import UsageError

DEFAULT_FOLDER = Path.home() / "kiemphieu"


@click.command("desk", cls=LocalCommand)
@click.argument("folder", type=ANY_PATH, required=False, metavar="FOLDER")
@click.option("--port", type=click.IntRange(0, 65535), default=0)
@click.option("--no-browser", is_flag=True)
@click.option("--shortcut", type=ANY_PATH, default=None, metavar="FOLDER")
@click.option("--lan", default=None, metavar="HOST")
@click.option("--certificate", type=ANY_PATH, default=None, metavar="FILE")
@click.option("--key", type=ANY_PATH, default=None, metavar="FILE")
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
    as_json: bool,
) -> int:
    # A web server is loaded by those who want one only.
    from kiemphieu.desk.serving import Lan, serve_desk  # noqa: PLC0415
    from kiemphieu.desk.shortcut import write_shortcut  # noqa: PLC0415

    session = session_of(context, as_json)
    root = folder or DEFAULT_FOLDER

    if shortcut is not None:
        path = write_shortcut(shortcut, root, session.lang)
        session.say("desk_shortcut_made", path=path)
        if as_json:
            session.document({"shortcut": str(path)})
        return EXIT_DONE

    def tell(address: str) -> None:
        session.say("desk_serving", folder=root, address=address)
        if as_json:
            session.document({"folder": str(root), "address": address})

    stations = None
    if lan is not None and certificate is not None and key is not None:
        stations = Lan(lan, certificate, key)
    elif lan is not None or certificate is not None or key is not None:
        raise UsageError("desk_lan_needs")
    serve_desk(root, session.lang, port, not no_browser, tell, stations)
    return EXIT_DONE
