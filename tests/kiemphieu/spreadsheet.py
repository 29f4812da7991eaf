"""A workbook as a test reads it: its cells as stored, and as LibreOffice computes them."""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
import zipfile
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

_NAMES = {"x": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
_TIMEOUT_S = 120


@dataclass(frozen=True)
class StoredCell:
    """What stands in the file: the value beside the formula, if there is one."""

    value: str
    formula: str
    text: bool


def stored_cells(data: bytes, sheet: int) -> dict[str, StoredCell]:
    """Cells of a sheet, counted from 1, by their place."""
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        words = [
            "".join(part.itertext())
            for part in ET.fromstring(book.read("xl/sharedStrings.xml")).findall("x:si", _NAMES)  # noqa: S314
        ]
        root = ET.fromstring(book.read(f"xl/worksheets/sheet{sheet}.xml"))  # noqa: S314
    found = {}
    for cell in root.iter(f"{{{_NAMES['x']}}}c"):
        value = cell.findtext("x:v", "", _NAMES)
        kind = cell.get("t", "")
        if kind == "s":
            value = words[int(value)]
        formula = cell.findtext("x:f", "", _NAMES)
        found[cell.attrib["r"]] = StoredCell(value, formula, kind in {"s", "str"})
    return found


def without_values(data: bytes) -> bytes:
    """The same workbook with every formula's value taken out, so that whoever opens it must compute."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as book, zipfile.ZipFile(out, "w") as bare:
        for name in book.namelist():
            part = book.read(name)
            if name.startswith("xl/worksheets/"):
                text = re.sub(r"(</f>)<v>[^<]*</v>", r"\1", part.decode())
                assert "</f><v>" not in text
                part = text.encode()
            bare.writestr(name, part)
    return out.getvalue()


def computed_rows(data: bytes, place: Path, sheet: int = 1, *, as_shown: bool = False) -> list[list[str]]:
    """Cells of a sheet as LibreOffice computes them; skips where it is not installed."""
    program = shutil.which("soffice")
    if program is None:
        pytest.skip(
            "LibreOffice is not installed (apt-get install libreoffice-calc): formulas are not computed"
        )
    path = place / "book.xlsx"
    path.write_bytes(data)
    # Comma, double quote, UTF-8, from line 1; the last is the sheet.
    shown = str(as_shown).lower()
    form = f"csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,{shown},false,false,false,{sheet}"
    # One profile for all tests of a run: making it takes longer than the conversion.
    profile = f"-env:UserInstallation=file://{place.parent / 'soffice-profile'}"
    command = [program, profile, "--headless", "--convert-to", form, "--outdir", str(place), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)  # noqa: S603
    (written,) = place.glob("book-*.csv")
    rows = list(csv.reader(io.StringIO(written.read_text(encoding="utf-8-sig"))))
    assert done.returncode == 0, done.stderr
    written.unlink()
    return rows
