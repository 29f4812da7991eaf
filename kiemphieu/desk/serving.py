"""The desk as a server on this machine: one address, one folder, one browser opened."""

from __future__ import annotations

import logging
import logging.handlers
import socket
import webbrowser
from collections.abc import Callable
from pathlib import Path

import uvicorn

from kiemphieu.desk.app import make_app
from kiemphieu.desk.desk import OWN_FOLDER, STARTS, Desk, open_desk
from kiemphieu.desk.guard import Place
from kiemphieu.desk.running import Running, announce, find_running, withdraw
from kiemphieu.desk.sessions import StartAddresses
from kiemphieu.disk import disk_errors
from kiemphieu.messages import Language
from records.errors import InputError

LOOPBACK = "127.0.0.1"
_LOG_BYTES = 2_000_000
_STOP_S = 20.0


def serve_desk(
    root: Path,
    lang: Language,
    port: int = 0,
    browser: bool = True,
    tell: Callable[[str], None] = lambda _address: None,
) -> None:
    """Serves until stopped; where a desk serves the folder already, lets one more browser into that.

    Args:
        root: the folder of votes; made where it is not there.
        lang: of browsers that have not chosen.
        port: 0 takes a free one.
        browser: whether to open one.
        tell: called with the start address, which works once.

    Raises:
        InputError: the port is taken.
        StoreError: the folder cannot be written.
    """
    serving = find_running(root / OWN_FOLDER)
    if serving is not None:
        # A second double-click on the icon: another browser at the same desk.
        _let_in(serving.origin, StartAddresses(root / OWN_FOLDER / STARTS), lang, browser, tell)
        return
    listening = _listen(port)
    try:
        address = f"{LOOPBACK}:{listening.getsockname()[1]}"
        desk = open_desk(root, Place(frozenset({address})), lang)
        _log_to(desk.own / "desk.log")
        desk.starts.forget()
        running = announce(desk.own, f"http://{address}")
        try:
            server = uvicorn.Server(_settings(desk, running))
            _let_in(running.origin, desk.starts, lang, browser, tell)
            server.run(sockets=[listening])
        finally:
            withdraw(desk.own, running)
        desk.jobs.stop_all(_STOP_S)
    finally:
        listening.close()


def _let_in(
    origin: str, starts: StartAddresses, lang: Language, browser: bool, tell: Callable[[str], None]
) -> None:
    start = f"{origin}/start?key={starts.issue()}&lang={lang.value}"
    tell(start)
    if browser:
        webbrowser.open(start)


def _settings(desk: Desk, running: Running) -> uvicorn.Config:
    return uvicorn.Config(
        make_app(desk, alive_word=running.word),
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
    )


def _listen(port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listening.bind((LOOPBACK, port))
        # From here on a browser that comes before the server waits for it.
        listening.listen(128)
    except OSError as error:
        listening.close()
        raise InputError("desk_port_taken", port=port, reason=error.strerror or str(error)) from error
    return listening


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
