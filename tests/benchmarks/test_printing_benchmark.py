"""The measurement of printing, in small: its parts run, and its figures are of what was printed."""

from __future__ import annotations

import json

import pytest

from benchmarks import printing
from benchmarks.printing import Row, growth, table


def row(ballots: int, wall_s: float, cpu_s: float, peak_mb: float = 120.0, pages: int = 1) -> Row:
    return Row(12, pages, ballots, wall_s, cpu_s, cpu_s / 2, cpu_s / 4, peak_mb, ballots * 1600 / 1e6)


def test_a_small_run_prints_a_line_of_json(monkeypatch, capsys):
    words = ["printing", "--ballots", "2", "4", "--officials", "2", "--repeats", "1", "--json"]
    monkeypatch.setattr("sys.argv", words)
    monkeypatch.setattr(printing.os, "sched_setaffinity", lambda *_: None)
    printing.main()
    [line] = capsys.readouterr().out.splitlines()
    found = json.loads(line)
    assert [(one["ballots"], one["pages"]) for one in found["rows"]] == [(2, 1), (4, 1)]
    assert all(one["cpu_s"] > 0 and one["peak_mb"] > 20 and one["file_mb"] > 0.01 for one in found["rows"])
    assert [one["officials"] for one in found["growth"]] == [2]


def test_start_up_falls_out_of_the_cost_of_a_further_ballot():
    grown = growth([row(1000, 2.0, 1.5, 120.0), row(11_000, 12.0, 11.5, 121.0)])
    assert grown.print_ms == pytest.approx(1.0)
    assert grown.base_ms == pytest.approx(0.25)
    assert grown.kb_per_1000 == pytest.approx(102.4)


@pytest.mark.parametrize(
    ("largest", "held"),
    [
        (row(10_000, 60.0, 60.0), True),
        (row(10_000, 70.0, 60.0), False),
        (row(10_000, 9.0, 9.0, 301.0), False),
    ],
)
def test_the_bar_is_told(largest, held):
    assert table([row(1000, 20.0, 20.0), largest], []).endswith(": held" if held else "NOT HELD")
