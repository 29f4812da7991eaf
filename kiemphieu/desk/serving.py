"""The desk as a server on this machine: one address, one folder, one browser opened."""

from __future__ import annotations

import logging
import logging.handlers
import socket
import ssl
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from kiemphieu.desk.app import make_app
from kiemphieu.desk.desk import MEMBERS, OWN_FOLDER, STARTS, Desk, open_desk
from kiemphieu.desk.guard import Place
from kiemphieu.desk.people import People
from kiemphieu.desk.running import announce, held, origin_of_holder
from kiemphieu.desk.sessions import StartAddresses
from kiemphieu.disk import disk_errors
from kiemphieu.messages import Language
from records.errors import InputError

LOOPBACK = "127.0.0.1"
_LOG_BYTES = 2_000_000
_STOP_S = 20.0


@dataclass(frozen=True, slots=True)
class Lan:
    """Where other stations reach the desk, and by what they know it.

    Attributes:
        host: a name or address of this machine, as it stands in the certificate and in the browsers.
        certificate, key: PEM files; the certificate's issuer must be known to the stations.
    """

    host: str
    certificate: Path
    key: Path


def serve_desk(
    root: Path,
    lang: Language,
    port: int = 0,
    browser: bool = True,
    tell: Callable[[str], None] = lambda _address: None,
    lan: Lan | None = None,
) -> None:
    """Serves until stopped; where a desk serves the folder already, lets one more browser into that.

    Args:
        root: the folder of votes; made where it is not there.
        lang: of browsers that have not chosen.
        port: 0 takes a free one.
        browser: whether to open one.
        tell: called with the start address, which works once.
        lan: None serves this machine only.

    Raises:
        InputError: the port or the host cannot be used, or a desk for other stations has no certificate or no
            members yet.
        StoreError: the folder cannot be written.
    """
    own = root / OWN_FOLDER
    with held(own) as first:
        if first:
            _serve(root, lang, port, browser, tell, lan)
        elif lan is not None:
            raise InputError("desk_lan_running")
        else:
            # A second double-click on the icon: another browser at the same desk.
            _let_in(origin_of_holder(own), StartAddresses(own / STARTS), lang, browser, tell)


def _serve(
    root: Path, lang: Language, port: int, browser: bool, tell: Callable[[str], None], lan: Lan | None
) -> None:
    if lan is not None:
        _check_lan(root, lan)
    with _listening(LOOPBACK if lan is None else lan.host, port) as listening:
        desk = open_desk(root, _place(listening.getsockname()[1], lan), lang)
        _log_to(desk.own / "desk.log")
        desk.starts.forget()
        origin = min(desk.place.origins)
        server = uvicorn.Server(_settings(desk, lan))
        announce(desk.own, origin)
        _let_in(origin, desk.starts, lang, browser, tell)
        try:
            server.run(sockets=[listening])
        finally:
            # Ctrl-C comes out of the server as an exception; work that goes on ends at a whole page.
            desk.jobs.stop_all(_STOP_S)


def _place(port: int, lan: Lan | None) -> Place:
    if lan is None:
        return Place(frozenset({f"{LOOPBACK}:{port}"}))
    return Place(frozenset({f"{lan.host}:{port}"}), "https")


def _check_lan(root: Path, lan: Lan) -> None:
    """What a desk for other stations must have before anyone can reach it."""
    if not People(root / OWN_FOLDER / MEMBERS).members():
        raise InputError("desk_lan_no_members", folder=str(root))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(lan.certificate, lan.key)
    except (OSError, ssl.SSLError) as error:
        reason = error.strerror or str(error)
        raise InputError("desk_lan_certificate", path=str(lan.certificate), reason=reason) from error


def _let_in(
    origin: str, starts: StartAddresses, lang: Language, browser: bool, tell: Callable[[str], None]
) -> None:
    start = f"{origin}/start?key={starts.issue()}&lang={lang.value}"
    tell(start)
    if browser:
        webbrowser.open(start)


def _settings(desk: Desk, lan: Lan | None) -> uvicorn.Config:
    return uvicorn.Config(
        make_app(desk),
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        proxy_headers=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=3,
        lifespan="off",
        ws="none",
        h11_max_incomplete_event_size=32 * 1024,
        ssl_certfile=None if lan is None else str(lan.certificate),
        ssl_keyfile=None if lan is None else str(lan.key),
    )


def _listening(host: str, port: int) -> socket.socket:
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        found.bind((host, port))
        # From here on a browser that comes before the server waits for it.
        found.listen(128)
    except OSError as error:
        found.close()
        raise InputError("desk_port_taken", port=port, reason=error.strerror or str(error)) from error
    return found


def _log_to(file: Path) -> None:
    """What is refused and what fails, without what was sent: for whoever looks after the machine."""
    log = logging.getLogger("kiemphieu.desk")
    with disk_errors(file):
        handler = logging.handlers.RotatingFileHandler(
            file, maxBytes=_LOG_BYTES, backupCount=2, encoding="utf-8"
        )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    log.handlers = [handler]
    log.propagate = False
    log.setLevel(logging.INFO)
