"""A real PostgreSQL for the tests: its own cluster in a temporary folder, reached by a socket."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PLACES = ("/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/pgsql")
_SYSTEM_USER = "postgres"


def find_programs() -> Path | None:
    """The folder with `initdb` and `pg_ctl`; None where PostgreSQL is not installed."""
    on_path = shutil.which("initdb")
    if on_path is not None:
        return Path(on_path).resolve().parent
    found = [path.parent for place in _PLACES for path in Path(place).glob("*/bin/initdb")]
    return max(found, default=None)


@contextmanager
def server(programs: Path) -> Iterator[str]:
    """The socket folder of a running server whose superuser is `postgres`, without a password."""
    # A socket's path may have about a hundred bytes: pytest's own folders are too deep.
    root = Path(tempfile.mkdtemp(prefix="kp-pg-"))
    as_user = _as_server_user(root)
    data = root / "data"
    try:
        options = ["-U", "postgres", "-A", "trust", "-N", "-E", "UTF8", "--locale=C"]
        _run([*as_user, str(programs / "initdb"), "-D", str(data), *options])
        settings = f"-c listen_addresses= -c unix_socket_directories={root} -c max_connections=40"
        log = str(root / "log")
        _run([*as_user, str(programs / "pg_ctl"), "-D", str(data), "-l", log, "-w", "-o", settings, "start"])
        try:
            yield str(root)
        finally:
            _run([*as_user, str(programs / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop"])
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _as_server_user(root: Path) -> list[str]:
    """What to put before a command: the server refuses to run as root."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return []
    shutil.chown(root, _SYSTEM_USER, _SYSTEM_USER)
    root.chmod(0o755)
    return ["runuser", "-u", _SYSTEM_USER, "--"]


def _run(command: list[str]) -> None:
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd="/")  # noqa: S603
    if done.returncode:
        raise RuntimeError(f"{command}: {done.stdout}{done.stderr}")
