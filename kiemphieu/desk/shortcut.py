"""An icon to double-click that opens the desk: the committee never see a command line."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

from kiemphieu.disk import write_atomic
from kiemphieu.messages import Language, translate

_EXECUTABLE = 0o755


def write_shortcut(place: Path, votes: Path, lang: Language, platform: str = sys.platform) -> Path:
    """Writes the file to double-click.

    Args:
        place: the folder that gets it, such as the desktop.
        votes: the folder of votes.
        lang: of the desk.
        platform: as `sys.platform` names it.

    Returns:
        The file.

    Raises:
        StoreError: it cannot be written.
    """
    name = translate("desk_title", lang)
    words = [sys.executable, "-m", "kiemphieu", "desk", str(votes.resolve()), "--lang", lang.value]
    if platform == "win32":
        path, text = place / f"{name}.cmd", f"@echo off\r\n{subprocess.list2cmdline(words)}\r\n"
    elif platform == "darwin":
        path, text = place / f"{name}.command", f"#!/bin/sh\nexec {shlex.join(words)}\n"
    else:
        path, text = place / f"{name}.desktop", _desktop_entry(name, words)
    write_atomic(path, text.encode(), _EXECUTABLE)
    return path


def _desktop_entry(name: str, words: list[str]) -> str:
    """freedesktop.org Desktop Entry 1.5; a terminal stays open, so that closing it stops the desk."""
    quoted = " ".join('"' + _escaped(word) + '"' for word in words)
    return f"[Desktop Entry]\nType=Application\nVersion=1.5\nName={name}\nExec={quoted}\nTerminal=true\n"


def _escaped(word: str) -> str:
    """Within quotes of an Exec line, whose backslashes the file's own escapes double, and a plain %."""
    for special in ("\\", '"', "`", "$"):
        word = word.replace(special, "\\" + special)
    return word.replace("\\", "\\\\").replace("%", "%%")
