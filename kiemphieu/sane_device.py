"""SANE scanners through the program `scanimage`: which there are, what they can do, and what stopped them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from records.errors import InputError

PROGRAM = "scanimage"
_LIST_FORMAT = "%d\t%v\t%m\t%t%n"
_ANSWER_S = 120
"""Network scanners take their time to answer; more is no answer."""


class Trouble(StrEnum):
    """What stopped a scanner, as SANE names it."""

    BUSY = "busy"
    JAMMED = "jammed"
    OUT_OF_PAPER = "out_of_paper"
    COVER_OPEN = "cover_open"
    IO_ERROR = "io_error"
    NO_MEMORY = "no_memory"
    ACCESS_DENIED = "access_denied"
    NO_DEVICE = "no_device"
    INVALID = "invalid"
    UNSUPPORTED = "unsupported"
    CANCELLED = "cancelled"
    FILE = "file"
    OTHER = "other"


# Texts of sane_strstatus() and its codes (SANE standard 1.06, 4.2.7); scanimage ends with the code.
_TEXTS = (
    ("Device busy", Trouble.BUSY),
    ("feeder jammed", Trouble.JAMMED),
    ("out of documents", Trouble.OUT_OF_PAPER),
    ("End of file reached", Trouble.OUT_OF_PAPER),
    ("cover is open", Trouble.COVER_OPEN),
    ("Error during device I/O", Trouble.IO_ERROR),
    ("Out of memory", Trouble.NO_MEMORY),
    ("has been denied", Trouble.ACCESS_DENIED),
    ("was canceled", Trouble.CANCELLED),
    ("not supported", Trouble.UNSUPPORTED),
    ("cannot open part file", Trouble.FILE),
    ("cannot rename", Trouble.FILE),
    ("cannot open", Trouble.FILE),
    ("no SANE devices found", Trouble.NO_DEVICE),
    ("Invalid argument", Trouble.INVALID),
)
_CODES = {
    1: Trouble.UNSUPPORTED,
    2: Trouble.CANCELLED,
    3: Trouble.BUSY,
    4: Trouble.INVALID,
    5: Trouble.OUT_OF_PAPER,
    6: Trouble.JAMMED,
    7: Trouble.OUT_OF_PAPER,
    8: Trouble.COVER_OPEN,
    9: Trouble.IO_ERROR,
    10: Trouble.NO_MEMORY,
    11: Trouble.ACCESS_DENIED,
}


@dataclass(frozen=True, slots=True)
class Device:
    """A scanner.

    Attributes:
        name: as `--device` takes it.
    """

    name: str
    vendor: str
    model: str
    kind: str


@dataclass(frozen=True, slots=True)
class DeviceOption:
    """One setting of a device.

    Attributes:
        choices: the values it may take; empty where that is a range or anything.
        active: whether it can be set now.
    """

    name: str
    choices: tuple[str, ...]
    active: bool


@dataclass(frozen=True, slots=True)
class Stop:
    """Why scanning ended; `text` is what the program said, for a technician."""

    trouble: Trouble
    text: str


def scan_program() -> str:
    """The path of `scanimage`.

    Raises:
        InputError: it is not installed.
    """
    found = shutil.which(PROGRAM)
    if found is None:
        raise InputError("sane_not_installed")
    return found


def environment() -> dict[str, str]:
    """Of every call: what the program says is in English, whatever the operator speaks."""
    return {**os.environ, "LC_ALL": "C", "LANGUAGE": "C"}


def list_devices() -> tuple[Device, ...]:
    """Every scanner that answers.

    Raises:
        InputError: SANE is not installed or does not answer.
    """
    lines = _answer("-f", _LIST_FORMAT).stdout.splitlines()
    fields = [line.split("\t") for line in lines if line.count("\t") >= 3]
    return tuple(Device(*(field.strip() for field in line[:4])) for line in fields)


def device_options(name: str) -> dict[str, DeviceOption]:
    """The settings of a device by their names.

    Raises:
        InputError: there is no such device, or it cannot be used now; the message says what to do.
    """
    answer = _answer("-d", name, "-A")
    if answer.returncode:
        stop = reason_of(answer.returncode, answer.stderr)
        raise InputError(f"sane_{stop.trouble.value}", device=name, text=stop.text)
    options = (_parsed(line) for line in answer.stdout.splitlines())
    return {option.name: option for option in options if option is not None}


def reason_of(code: int, said: str) -> Stop:
    """Why `scanimage` ended, from its exit code and what it said."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    told = [line for line in lines if line.startswith(PROGRAM) or "failed" in line or "cannot" in line]
    text = (told or lines or [f"{PROGRAM}: {code}"])[-1].removeprefix(f"{PROGRAM}: ")
    if "open of device" in text and "Invalid argument" in text:
        return Stop(Trouble.NO_DEVICE, text)
    for words, trouble in _TEXTS:
        if words in text:
            return Stop(trouble, text)
    return Stop(_CODES.get(code, Trouble.OTHER), text)


def _answer(*words: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(  # noqa: S603  no shell: a device name is one argument
            [scan_program(), *words],
            check=False,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            env=environment(),
            stdin=subprocess.DEVNULL,
            timeout=_ANSWER_S,
        )
    except subprocess.TimeoutExpired as error:
        raise InputError("sane_no_answer", seconds=_ANSWER_S) from error


_OPTION = re.compile(r"^\s+--?([a-zA-Z][\w-]*)(\[=\([^)]*\)\])?\s*(.*?)\s*\[([^\]]*)\]\s*$")
_RANGE = re.compile(r"\.\.|^<")
_UNIT = re.compile(r"(?<=\d)(dpi|mm|us|pel|bit|%)$")


def _parsed(line: str) -> DeviceOption | None:
    found = _OPTION.match(line)
    if found is None:
        return None
    name, switch, values, state = found.groups()
    words = switch[3:-2] if switch else values
    choices: Sequence[str] = () if _RANGE.search(words) else words.split("|")
    plain = tuple(_UNIT.sub("", word.strip()) for word in choices if word.strip() not in ("", "auto"))
    return DeviceOption(name, plain, "inactive" not in state)
