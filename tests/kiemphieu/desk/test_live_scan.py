"""What the screen shows of a scan that goes on: sums, speed and time left, as measured."""

from __future__ import annotations

import pytest

from kiemphieu.batches import PageTally
from kiemphieu.desk.live_scan import LAST_PAGES, LiveScan
from kiemphieu.intake import FileProblem
from kiemphieu.scan_health import Ailment, Alert
from kiemphieu.scanning import Fate, PageFate


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def page(number: int, fate: Fate = Fate.RECORDED) -> PageFate:
    return PageFate("scan.tif", number, fate, sha256=f"{number:064x}")


def test_nothing_is_said_before_it_is_measured():
    state = LiveScan(10, Clock()).look()
    assert (state.done, state.total, state.minute, state.left_s) == (0, 0, None, None)


def test_speed_and_time_left_are_those_of_the_last_minute():
    clock = Clock()
    live = LiveScan(clock=clock)
    live.progress(1, 121)
    for second in range(1, 31):
        clock.now = 100.0 + second
        live.progress(1 + 2 * second, 121)
    state = live.look()
    assert state.minute == pytest.approx(120)
    assert state.left_s == pytest.approx(30)
    # Slower from now on: after a minute, the first half minute is no longer part of the speed.
    for second in range(1, 62):
        clock.now = 130.0 + second
        live.progress(61 + second // 2, 121)
    assert live.look().minute == pytest.approx(30, rel=0.05)


def test_a_feeder_that_waits_gets_slower_on_the_screen():
    clock = Clock()
    live = LiveScan(clock=clock)
    for second in range(11):
        clock.now = 100.0 + second
        live.progress(second + 1, 100)
    first = live.look().minute
    clock.now += 60
    later = live.look().minute
    assert first is not None
    assert later is not None
    assert later < first / 4


def test_where_no_total_is_known_the_hand_count_tells_the_time_left():
    clock = Clock()
    live = LiveScan(20, clock)
    for number in range(11):
        clock.now = 100.0 + number
        live.tell(page(number))
    state = live.look()
    assert (state.done, state.total) == (11, 0)
    assert state.left_s == pytest.approx(9)


def test_refused_files_do_not_count_as_pages_that_were_read():
    clock = Clock()
    live = LiveScan(20, clock)
    live.tell(PageFate("a.svg", 0, Fate.PROBLEM, problem=FileProblem("a.svg", "file_type")))
    clock.now += 50
    live.tell(page(1))
    assert live.look().minute is None
    assert [fate.source for fate in live.look().unusable] == ["a.svg"]


def test_the_last_pages_are_the_newest_first_and_few():
    live = LiveScan()
    for number in range(100):
        live.tell(page(number))
    state = live.look()
    assert [fate.index for fate in state.last] == list(range(99, 99 - LAST_PAGES, -1))
    assert state.run == PageTally(recorded=100)
    assert live.remembers(page(50).sha256)
    assert not live.remembers(page(10).sha256)
    assert not live.remembers("")


def test_alerts_are_kept_and_news_replaced():
    live = LiveScan()
    live.alarm(Alert(Ailment.STREAK, 40.0))
    live.news("watch_disk_full", {"path": "x"})
    assert live.look().news == ("watch_disk_full", {"path": "x"})
    live.news("", {})
    state = live.look()
    assert state.news == ("", {})
    assert state.alerts == (Alert(Ailment.STREAK, 40.0),)
