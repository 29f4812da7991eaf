"""marksense, from PyPI: reads any form by a picture of the blank and a list of boxes, ballots as well."""

from __future__ import annotations

import csv
import json
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import cv2

from benchmarks.peer_sheets import PAPER_DPI, Form, Lines, ReadPages, on_cores

INSTALL = (
    "marksense is left out. To have it: python -m venv peers && peers/bin/pip install marksense==0.2.0, "
    "then --marksense peers/bin/marksense"
)

TEMPLATE_DPI = 100
INSET_MM = 0.8
"""What it reads at, and how far inside a box's outline. Its pages take longer the finer they are (100 to 300
dpi), and of the places tried (0.8 mm outside to 1.2 mm inside) none read more lines right."""


class MarksensePeer:
    """`batch`; several processes are as many commands, each on its share of the files."""

    name = "marksense, `batch`"

    def __init__(self, program: Path, ballot: Form, scans: Path, root: Path) -> None:
        self._program = program
        self._scans = sorted(scans.iterdir())
        self._root = root
        self._template = root / "form.json"
        self._officials = tuple(dict.fromkeys(box.official for box in ballot.place.boxes))
        self._outs: list[Path] = []
        root.mkdir()
        scale = TEMPLATE_DPI / PAPER_DPI
        blank = cv2.resize(ballot.paper(0), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        cv2.imwrite(str(root / "blank.png"), blank)
        height, width = blank.shape[:2]
        self._template.write_text(template(ballot, width, height), encoding="utf-8")
        shown = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
        self.version = shown.stdout.split()[-1]

    def run(self, sheets: int, processes: int) -> float:
        """The first `sheets` scans; seconds from the first command's start to the last one's end."""
        self._outs = [self._root / f"share-{sheets}-{processes}-{number}.csv" for number in range(processes)]
        commands = [
            self._command(self._scans[number:sheets:processes], out) for number, out in enumerate(self._outs)
        ]
        with on_cores(processes):
            start = time.perf_counter()
            # What it says of every file goes nowhere; a page that it cannot read is then missing.
            running = [subprocess.Popen(one, stderr=subprocess.DEVNULL) for one in commands]
            for process in running:
                process.wait()
            return time.perf_counter() - start

    def _command(self, scans: Sequence[Path], out: Path) -> Sequence[str | Path]:
        share = out.with_suffix("")
        if not share.is_dir():
            share.mkdir()
            for path in scans:
                (share / path.name).hardlink_to(path)
        return [self._program, "batch", share, "-t", self._template, "-o", out]

    def pages(self) -> ReadPages:
        """What the last run read; the level with most ink in each line, or none."""
        found: dict[str, Lines] = {}
        for out in self._outs:
            with out.open(encoding="utf-8", newline="") as file:
                for row in csv.DictReader(file):
                    answers = [row.get(f"Q{n}") for n in range(1, len(self._officials) + 1)]
                    lines = {
                        o: (level,) if level else ()
                        for o, level in zip(self._officials, answers, strict=True)
                    }
                    found[Path(row["source"]).name] = lines
        return found


def template(ballot: Form, width: int, height: int) -> str:
    """Its description of the ballot, at the resolution of the blank."""
    px = TEMPLATE_DPI / 25.4
    questions: dict[str, list[dict[str, object]]] = {}
    for box in ballot.place.boxes:
        rect = box.rect.inflated(-INSET_MM)
        options = questions.setdefault(box.official, [])
        sides = (rect.x_mm, rect.y_mm, rect.width_mm, rect.height_mm)
        options.append(
            {
                "option_index": len(options),
                "roi": [round(side * px) for side in sides],
                "expected_mark": "check",
                "value": box.level,
            }
        )
    page = {
        "canonical_size": [width, height],
        "template_image": "blank.png",
        "questions": [
            {"question_num": number, "options": options}
            for number, options in enumerate(questions.values(), start=1)
        ],
    }
    return json.dumps({"form_type": "ballot", "canonical_dpi": TEMPLATE_DPI, "pages": {"1": page}})
