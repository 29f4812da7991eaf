"""Auto Multiple Choice: a form laid out by it, its analyse step, and what it read."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import time
import unicodedata
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from benchmarks.peer_sheets import Form, Judged, Lines, ReadPages, judge, on_cores
from records.geometry import Rect
from records.layout import BoxPlace, LayoutPage
from records.vote import Official

COMMAND = "auto-multiple-choice"
INSTALL = (
    "Auto Multiple Choice is not installed. On Debian or Ubuntu: apt-get install --no-install-recommends "
    "auto-multiple-choice texlive-latex-base texlive-latex-recommended texlive-latex-extra "
    "(2 GB, most of it fonts)"
)
THRESHOLD = 0.15
"""Share of black from which a box is ticked: what the program's own preferences begin with."""
TOLERANCE = "0.2,0.2"
"""What its manual calls standard."""
_ZONE_BOX = 4
_NO_PLACE = Rect(0.0, 0.0, 0.0, 0.0)

_FORM = r"""\documentclass[a4paper]{article}
\usepackage[utf8]{inputenc}
\usepackage[T1]{fontenc}
\usepackage[box]{automultiplechoice}
\begin{document}
\AMCboxDimensions{size=7mm}
\onecopy{1}{
%s
}
\end{document}
"""
_QUESTION = r"""\begin{questionmult}{%s} %s
\begin{choiceshoriz}[o]%s\end{choiceshoriz}
\end{questionmult}
"""


def is_installed() -> bool:
    return shutil.which(COMMAND) is not None and shutil.which("pdflatex") is not None


@dataclass(frozen=True, slots=True)
class AmcProject:
    """A project with its form printed; `questions` are the officials by the program's own numbers."""

    root: Path
    form: Form
    questions: Mapping[int, str]
    levels: Sequence[str]
    version: str


def make_project(root: Path, officials: Sequence[Official], levels: Sequence[str]) -> AmcProject:
    """Lays out a form of a line per official and a box of 7 mm per level.

    Raises:
        RuntimeError: LaTeX or the program made no form of one page.
    """
    (root / "data").mkdir(parents=True)
    source = root / "form.tex"
    source.write_text(form_source(officials, levels), encoding="utf-8")
    _call(
        root,
        "prepare",
        "--mode",
        "s",
        "--prefix",
        f"{root}/",
        "--data",
        f"{root}/data",
        "--filter",
        "latex",
        source,
    )
    _call(root, "meptex", "--src", f"{root}/calage.xy", "--data", f"{root}/data")
    with closing(sqlite3.connect(root / "data" / "layout.sqlite")) as layout:
        pages = layout.execute("SELECT count(*) FROM layout_page").fetchone()[0]
        if pages != 1:
            raise RuntimeError(f"a form of {pages} pages; see {root}/amc-compiled.log")
        questions = dict(layout.execute("SELECT question, name FROM layout_question"))
        (version,) = layout.execute(
            "SELECT value FROM layout_variables WHERE name = 'build:version'"
        ).fetchone()
        place = _page_place(layout, questions, levels)
    return AmcProject(root, Form(root / "sujet.pdf", place, page_each=False), questions, levels, version)


def form_source(officials: Sequence[Official], levels: Sequence[str]) -> str:
    """LaTeX; names without their accents, which its plainest set-up cannot print."""
    boxes = "".join(
        rf"\{'correct' if index == 0 else 'wrong'}choice{{{level}}}" for index, level in enumerate(levels)
    )
    return _FORM % "".join(
        _QUESTION % (one.id, _plain(f"{one.name}, {one.position}"), boxes) for one in officials
    )


def _plain(text: str) -> str:
    bare = unicodedata.normalize("NFD", text).replace("Đ", "D").replace("đ", "d").replace("–", "-")
    return "".join(char for char in bare if not unicodedata.combining(char))


def _page_place(
    layout: sqlite3.Connection, questions: Mapping[int, str], levels: Sequence[str]
) -> LayoutPage:
    (dpi,) = layout.execute("SELECT dpi FROM layout_page").fetchone()
    rows = layout.execute(
        "SELECT question, answer, xmin, ymin, xmax, ymax FROM layout_box ORDER BY question, answer"
    )
    boxes = tuple(
        BoxPlace(questions[question], levels[answer - 1], _rect_mm(dpi, *corners))
        for question, answer, *corners in rows
    )
    return LayoutPage(1, boxes, (), None, _NO_PLACE, _NO_PLACE, ())


def _rect_mm(dpi: float, left: float, top: float, right: float, bottom: float) -> Rect:
    mm = 25.4 / dpi
    return Rect(left * mm, top * mm, (right - left) * mm, (bottom - top) * mm)


class AmcPeer:
    """`analyse`, each time in a fresh copy of the project."""

    name = "Auto Multiple Choice, `analyse`"

    def __init__(self, project: AmcProject, scans: Path) -> None:
        self._project = project
        self._scans = sorted(scans.iterdir())
        self._run = project.root.parent / "amc-run"
        self.version = project.version

    def run(self, sheets: int, processes: int) -> float:
        """Seconds of the whole command on the first `sheets` scans."""
        shutil.rmtree(self._run, ignore_errors=True)
        shutil.copytree(self._project.root, self._run)
        scans = self._run / "scans.txt"
        scans.write_text("".join(f"{path}\n" for path in self._scans[:sheets]), encoding="utf-8")
        with on_cores(processes):
            start = time.perf_counter()
            _call(
                self._run, "analyse", "--projet", self._run, "--multiple", "--tol-marque", TOLERANCE,
                "--n-procs", str(processes), "--liste-fichiers", scans,
            )  # fmt: skip
            return time.perf_counter() - start

    def pages(self) -> ReadPages:
        """What the last run read, by the program's own threshold."""
        return self.pages_at(THRESHOLD)

    def pages_at(self, threshold: float) -> ReadPages:
        capture = self._run / "data" / "capture.sqlite"
        return captured_pages(capture, self._project.questions, self._project.levels, threshold)

    def best(self, truth: ReadPages) -> tuple[float, Judged]:
        """The threshold that, with the truth known, would have done best, and what it would have given."""
        tried = [(step / 400, judge(truth, self.pages_at(step / 400))) for step in range(1, 201)]
        return max(tried, key=lambda one: one[1].right)


def captured_pages(
    capture: Path, questions: Mapping[int, str], levels: Sequence[str], threshold: float
) -> ReadPages:
    """The pages in the program's database, a box being ticked from `threshold` black."""
    query = """
        SELECT page.src, zone.id_a, zone.id_b, zone.black, zone.total
        FROM capture_page AS page JOIN capture_zone AS zone USING (student, page, copy)
        WHERE zone.type = ? ORDER BY zone.id_a, zone.id_b"""
    pages: dict[str, dict[str, tuple[str, ...]]] = {}
    with closing(sqlite3.connect(capture)) as database:
        for source, question, answer, black, total in database.execute(query, (_ZONE_BOX,)):
            lines = pages.setdefault(Path(source).name, {})
            ticked = (levels[answer - 1],) if total > 0 and black / total >= threshold else ()
            lines[questions[question]] = lines.get(questions[question], ()) + ticked
    found: dict[str, Lines] = dict(pages)
    return found


def _call(home: Path, *words: str | Path) -> None:
    # Its preferences and logs go with the project, not into the home of whoever measures.
    environment = os.environ | {"HOME": str(home)}
    done = subprocess.run(
        [COMMAND, *map(str, words)], cwd=home, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{COMMAND} {words[0]}: {done.stderr[-500:]}")
