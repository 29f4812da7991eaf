"""The comparison with other programs, without any of them: drawing, judging, their records, the table."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks import peer_amc, peers
from benchmarks.peer_amc import captured_pages, form_source
from benchmarks.peer_marksense import INSET_MM, TEMPLATE_DPI, template
from benchmarks.peer_sheets import Form, Judged, ReadPages, draw_scans, judge, on_cores
from benchmarks.peers import Row, measure, others_cpu_s, own_pages, print_vote, put_into, table, times_faster
from records.vote import Official

LEVELS = ("high", "medium", "low")


@pytest.fixture(scope="module")
def ballot(tmp_path_factory: pytest.TempPathFactory) -> Form:
    return print_vote(tmp_path_factory.mktemp("vote"), 2)[1]


def row(name: str, all_s: tuple[float, ...], few_s: tuple[float, ...]) -> Row:
    return Row(name, "1", 1, 100, 10, all_s, few_s, all_s, few_s, Judged(right=1200))


def test_both_sheets_carry_the_same_marks(ballot: Form, tmp_path: Path) -> None:
    # The ballot in place of the peer's form: the same paper, pen, strokes and scanner give the same file.
    folders = (tmp_path / "one", tmp_path / "other")
    for folder in folders:
        folder.mkdir()
    truth = draw_scans(ballot, ballot, 2, 200, folders)
    files = [sorted(folder.iterdir()) for folder in folders]
    assert [path.name for path in files[0]] == sorted(truth)
    assert [path.read_bytes() for path in files[0]] == [path.read_bytes() for path in files[1]]
    assert files[0][0].read_bytes() != files[0][1].read_bytes()
    image = cv2.imread(str(files[0][0]), cv2.IMREAD_UNCHANGED)
    assert isinstance(image, np.ndarray)
    assert image.ndim == 2
    assert all(len(lines) == 12 for lines in truth.values())


def test_lines_are_judged_one_by_one() -> None:
    truth: ReadPages = {"a": {"o1": ("high",), "o2": (), "o3": ("low", "high")}, "b": {"o1": ("low",)}}
    read: ReadPages = {"a": {"o1": ("high",), "o2": None, "o3": ("low",)}}
    assert judge(truth, read) == Judged(right=1, person=1, wrong=1, unread=1)
    assert judge(truth, truth) == Judged(right=4)


def test_boxes_are_ticked_from_the_threshold_on(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "capture.sqlite")) as database:
        database.execute("CREATE TABLE capture_page (src, student, page, copy)")
        database.execute("CREATE TABLE capture_zone (student, page, copy, type, id_a, id_b, black, total)")
        database.execute("INSERT INTO capture_page VALUES ('%PROJET/scans/x.jpg', 1, 1, 3)")
        boxes = [(1, 1, 20, 100), (1, 2, 14, 100), (2, 1, 0, 100), (2, 3, 15, 100), (2, 2, 0, 0)]
        database.executemany("INSERT INTO capture_zone VALUES (1, 1, 3, 4, ?, ?, ?, ?)", boxes)
        database.execute("INSERT INTO capture_zone VALUES (1, 1, 3, 3, 1, 3, 100, 100)")  # no box
        database.commit()
    read = captured_pages(tmp_path / "capture.sqlite", {1: "o1", 2: "o2"}, LEVELS, 0.15)
    assert read == {"x.jpg": {"o1": ("high",), "o2": ("low",)}}


def test_form_names_have_no_accents() -> None:
    source = form_source([Official("o1", "Đỗ Trọng Quý", "Kinh tế – Ngân sách")], LEVELS)
    assert "Do Trong Quy, Kinh te - Ngan sach" in source
    assert source.count(r"\correctchoice") == 1
    assert source.count(r"\wrongchoice") == 2


def test_the_template_places_every_box(ballot: Form) -> None:
    page = json.loads(template(ballot, 827, 1169))["pages"]["1"]
    first = ballot.place.boxes[0].rect
    assert [len(question["options"]) for question in page["questions"]] == [3] * 12
    left, *_, height = page["questions"][0]["options"][0]["roi"]
    assert left == round((first.x_mm + INSET_MM) * TEMPLATE_DPI / 25.4)
    assert height == round((first.height_mm - 2 * INSET_MM) * TEMPLATE_DPI / 25.4)


def test_a_line_for_a_person_is_no_reading() -> None:
    told = {
        "lines": [
            {"official": "o1", "boxes": {"high": "cross", "low": "empty"}, "review": []},
            {"official": "o2", "boxes": {"high": "unclear", "low": "empty"}, "review": ["unclear_mark"]},
        ],
        "pages": [{"source": "x.jpg", "index": 0, "page": 1}],
    }
    unread = {"lines": [], "pages": [{"source": "y.jpg", "index": 0, "page": 1}]}
    assert own_pages([json.dumps(told), json.dumps(unread)]) == {"x.jpg": {"o1": ("high",), "o2": None}}


class _Fake:
    """A program that takes a second a sheet and a process."""

    version = "1"

    def __init__(self, name: str, log: list[str]) -> None:
        self.name = name
        self._log = log

    def run(self, sheets: int, processes: int) -> float:
        self._log.append(f"{self.name}{sheets}/{processes}")
        return 3.0 + sheets / processes

    def pages(self) -> ReadPages:
        return {}


def test_programs_take_turns() -> None:
    log: list[str] = []
    rows = measure([_Fake("a", log), _Fake("b", log)], (1, 2), (2, 10), 2, {"x": {"o1": ()}})
    assert log == ["a2/1", "a10/1", "b2/1", "b10/1", "a2/2", "a10/2", "b2/2", "b10/2"] * 2
    assert [one.further_ms for one in rows] == [(1000.0, 1000.0)] * 2 + [(500.0, 500.0)] * 2
    assert rows[0].judged == Judged(unread=1)


def test_ratios_are_of_one_repeat_and_the_table_tells_them() -> None:
    own, other = (
        row("own", (10.0, 20.0, 10.0), (1.0, 2.0, 1.0)),
        row("peer", (80.0, 80.0, 90.0), (8.0, 8.0, 9.0)),
    )
    assert times_faster(own.all_s, other.all_s) == 8.0
    told = table([own, other]).splitlines()
    assert told[2].split("|")[3:7] == [" 10.0 (10.0, 20.0) ", " 10.0 ", " 100 ", " 100 "]
    assert told[3].split("|")[3:7] == [
        " 80.0 (80.0, 90.0) ",
        " 1.2 (÷ 8.0) ",
        " 800 (× 8.0) ",
        " 800 (× 8.0) ",
    ]


def test_the_table_goes_between_its_marks() -> None:
    page = "before\n<!-- peers: made by benchmarks.peers -->\nold\n<!-- /peers -->\nafter\n"
    once = put_into(page, "new")
    assert once == page.replace("old", "new")
    assert put_into(once, "new") == once
    with pytest.raises(ValueError, match="no line"):
        put_into("before\nafter\n", "new")


def test_the_page_of_benchmarks_has_a_place_for_it() -> None:
    page = (Path(peers.__file__).parents[1] / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    assert put_into(page, "new") != page


def test_cores_are_given_back() -> None:
    before = os.sched_getaffinity(0)
    with on_cores(1):
        assert len(os.sched_getaffinity(0)) == 1
    assert os.sched_getaffinity(0) == before


def test_own_work_is_not_other_work(monkeypatch: pytest.MonkeyPatch) -> None:
    before, now = others_cpu_s(), os.times()
    more = os.times_result(
        (now.user + 1000, now.system + 200, now.children_user + 30, now.children_system + 4, now.elapsed)
    )
    monkeypatch.setattr(os, "times", lambda: more)
    # A minute is more than all cores do between two looks.
    assert before - others_cpu_s() == pytest.approx(1234, abs=60)


def test_without_the_program_it_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(peer_amc, "is_installed", lambda: False)
    monkeypatch.setattr("sys.argv", ["peers"])
    peers.main()
    assert "apt-get install" in capsys.readouterr().out
