"""Screen 7: figures as the tally has them, what is left to do, the stream and the projector view."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from dataclasses import replace
from types import MappingProxyType

import pytest

from kiemphieu.batches import BatchOrder, BatchSource, open_batch, save_batch
from kiemphieu.counting import count_folder
from kiemphieu.deciding import DecisionOrder, decide
from kiemphieu.desk import counting, live_count
from kiemphieu.desk.acts import Act, Visitor
from kiemphieu.desk.count_chart import BAR_LEFT, BAR_WIDTH, draw_chart
from kiemphieu.desk.journalling import note_act_everywhere
from kiemphieu.desk.roles import Role
from kiemphieu.desk.scan_runs import start_run
from kiemphieu.desk.sessions import COOKIE
from kiemphieu.documents.facts import Words
from kiemphieu.folder import load_vote
from kiemphieu.messages import Language, translate
from kiemphieu.scanning import scan_paths
from kiemphieu.vote_store import open_vote_store
from records.count import OfficialCount, OfficialResult, OpenPoint, Outcome
from records.decision import BallotDecision
from records.journal import EventKind
from records.ruling import BallotFault
from tally.rules import load_rule_set

COUNT = "/votes/bdt-2023/count"
RULES = load_rule_set("qd96")
EN = Words(Language.ENGLISH)


def result_of(high: int, medium: int, low: int, base: int) -> OfficialResult:
    levels = (("high", high), ("medium", medium), ("low", low))
    percent = tuple((level, "10.00") for level, _ in levels) if base else ()
    return OfficialResult(OfficialCount("o1", levels, 1), base, percent, Outcome.NONE if base else None)


def test_bars_are_shares_of_the_base_and_lines_stand_at_their_share():
    chart = draw_chart(result_of(15, 5, 2, 20), RULES, EN)
    assert [bar.width for bar in chart.bars] == [BAR_WIDTH * 0.75, BAR_WIDTH * 0.25, 40, 20]
    half, two_thirds = chart.lines
    assert half.x == BAR_LEFT + BAR_WIDTH / 2
    assert two_thirds.x == round(BAR_LEFT + BAR_WIDTH * 2 / 3, 1)
    low = chart.bars[2]
    assert all(line.top < low.y and line.bottom > low.y + low.height for line in chart.lines)
    assert all(bar.y + bar.height <= chart.height for bar in chart.bars)
    assert "15" in chart.words


def test_a_chart_of_nothing_is_empty_and_a_chart_of_too_much_is_full():
    assert [bar.width for bar in draw_chart(result_of(0, 0, 0, 0), RULES, EN).bars] == [0, 0, 0, 0]
    assert draw_chart(result_of(30, 0, 0, 20), RULES, EN).bars[0].width == BAR_WIDTH


@pytest.mark.parametrize("role", Role)
def test_everyone_sees_the_figures_of_the_tally_under_the_provisional_banner(desk, role):
    folder = desk.scanned_vote()
    page = desk.client(role).get(COUNT).text
    assert "Provisional." in page
    result = count_folder(folder).result
    for official in result.officials:
        for level, count in official.count.levels:
            share = f"{dict(official.percent)[level]}%"
            assert re.search(rf'<td class="num">{count} <span class="share">{re.escape(share)}</span>', page)
    assert f'<div class="card-number">{result.ballots.valid}</div>' in page
    assert "style=" not in page
    for drawing in re.findall(r"<svg.*?</svg>", page, re.DOTALL):
        assert 'role="img"' in drawing
        assert drawing.count("<text") == drawing.count("</text>") == 10


def test_a_threshold_that_is_reached_is_told_with_its_clause(desk, monkeypatch):
    folder = desk.scanned_vote()
    report = count_folder(folder)
    low = [
        OfficialResult(OfficialCount(one.count.official, (("high", 0), ("medium", 1), ("low", 3)), 0), 4,
                       (("high", "0.00"), ("medium", "25.00"), ("low", "75.00")), Outcome.TWO_THIRDS_LOW)
        for one in report.result.officials
    ]  # fmt: skip
    changed = replace(report.result, officials=tuple(low))
    groups = tuple(replace(group, result=changed) for group in report.groups)
    fake = live_count.ShownCount("k", replace(report, result=changed, groups=groups), 0)
    monkeypatch.setattr(counting, "shown_count", lambda _folder: fake)
    page = desk.client().get(COUNT).text
    threshold = RULES.thresholds[0]
    assert threshold.clause.citation in page
    assert threshold.consequence in page
    assert "person-reached" in page


def test_what_is_left_to_do_leads_to_where_it_is_done(desk):
    folder = desk.vote()
    text = folder.vote_file.read_text(encoding="utf-8")
    without = text.replace("[attendance]\nsummoned = 5\npresent = 4\n", "")
    folder.vote_file.write_text(without, encoding="utf-8")
    page = desk.client().get(COUNT).text
    assert 'href="/votes/bdt-2023/scan"' in page
    assert 'href="/votes/bdt-2023/setup"' in page
    assert "So far: " in page
    folder.vote_file.write_text(text, encoding="utf-8")
    scan_paths(folder, [desk.scans], 1)
    page = desk.client().get(COUNT).text
    assert "Still to do" not in page
    assert "So far: " not in page
    assert 'href="/votes/bdt-2023/close"' in page


@pytest.mark.parametrize("point", OpenPoint)
@pytest.mark.parametrize("lang", Language)
def test_every_open_point_has_words(point, lang):
    details = {"number": 1} if point is OpenPoint.IN_REVIEW else {}
    assert translate(f"desk_count_open_{point.value}", lang, **details)


def test_before_anything_is_printed_there_is_no_record_made(desk):
    folder = desk.vote()
    folder.database.unlink()
    answer = desk.client().get(COUNT)
    assert answer.status_code == 400
    assert not folder.database.exists()


def test_a_count_is_taken_once_for_one_state_of_the_record(desk, monkeypatch):
    folder = desk.scanned_vote()
    counted = []
    monkeypatch.setattr(
        live_count, "count_folder", lambda *found: counted.append(found) or count_folder(*found)
    )
    client = desk.client()
    assert client.get(COUNT).text == client.get(COUNT).text
    assert len(counted) == 1
    text = folder.vote_file.read_text(encoding="utf-8")
    folder.vote_file.write_text(text.replace("present = 4", "present = 5"), encoding="utf-8")
    client.get(COUNT)
    assert len(counted) == 2


def card_on(page: str, label: str) -> int:
    """A number as a page of the count shows it."""
    found = re.search(rf'<div class="card-number">(\d+)</div><div class="card-label">{label}<', page)
    assert found is not None, page
    return int(found[1])


def returned_on(page: str) -> int:
    return card_on(page, "Returned")


def test_while_a_batch_is_open_nobody_sees_what_one_ballot_adds(desk, monkeypatch):
    """Who watches the feeder and the figures would learn how each sheet is marked."""
    monkeypatch.setattr(live_count, "STEP", 3)
    folder = desk.vote()
    scans = sorted(desk.printed.scans.values())
    head, observer = desk.client(), desk.client(Role.OBSERVER)
    assert returned_on(head.get(COUNT).text) == 0
    batch = open_batch(folder, BatchOrder("Xấp 1", 4, BatchSource.FILES))
    for scanned, shown in ((1, 0), (2, 0), (3, 3), (4, 3)):
        scan_paths(folder, [scans[scanned - 1]], 1)
        for client in (head, observer):
            page = client.get(COUNT).text
            assert returned_on(page) == shown
            assert "change only when at least 3 more ballots are in" in page
        assert count_folder(folder).result.ballots.returned == scanned
    save_batch(folder, batch.number)
    page = head.get(COUNT).text
    assert returned_on(page) == 4
    assert "change only when" not in page


def test_what_is_held_back_is_not_even_counted(desk, monkeypatch):
    folder = desk.vote()
    scans = sorted(desk.printed.scans.values())
    client = desk.client()
    open_batch(folder, BatchOrder("Xấp 1", 4, BatchSource.FILES))
    client.get(COUNT)
    scan_paths(folder, scans[:2], 1)
    monkeypatch.setattr(live_count, "count_folder", lambda *_: pytest.fail("counted"))
    assert returned_on(client.get(COUNT).text) == 0


def test_a_task_list_counts_now_and_then_while_a_scan_goes_on(desk, monkeypatch):
    folder = desk.scanned_vote()
    counted = []
    monkeypatch.setattr(
        live_count, "count_folder", lambda *found: counted.append(found) or count_folder(*found)
    )
    client, going = desk.client(), threading.Event()
    job = desk.desk.jobs.start(folder, "scan", lambda _job: going.wait(60))
    for _ in range(3):
        client.get("/votes/bdt-2023")
        note_act_everywhere((folder,), {"action": "scan_started", "role": "head"})
    going.set()
    assert job.wait(20)
    assert len(counted) == 1
    client.get("/votes/bdt-2023")
    assert len(counted) == 2


def test_a_run_begins_with_the_figures_as_they_are(desk, monkeypatch):
    """The first look in mid-scan must not show the first ballots alone."""
    monkeypatch.setattr(live_count, "STEP", 5)
    folder = desk.vote()
    batch = open_batch(folder, BatchOrder("Xấp 1", 4, BatchSource.FOLDER, str(desk.scans)))
    assert start_run(desk.desk, folder, batch).wait(60)
    assert count_folder(folder).result.ballots.returned == 4
    client = desk.client()
    assert returned_on(client.get(COUNT).text) == 0
    save_batch(folder, batch.number)
    assert returned_on(client.get(COUNT).text) == 4


def test_while_a_batch_is_open_decisions_show_at_once(desk):
    folder = desk.scanned_vote()
    client = desk.client()
    open_batch(folder, BatchOrder("Xấp 2", 1, BatchSource.FILES))
    assert card_on(client.get(COUNT).text, "Invalid") == 0
    written_on = BallotDecision((BallotFault.ADDED_WRITING,))
    decide(folder, DecisionOrder(next(iter(desk.printed.scans)), written_on, ("A", "B"), "chữ ký"))
    assert card_on(client.get(COUNT).text, "Invalid") == 1


def test_the_stream_tells_when_the_steps_are_over(desk, monkeypatch):
    monkeypatch.setattr(counting, "PUSH_S", 0.05)
    folder = desk.vote()
    batch = open_batch(folder, BatchOrder("Xấp 1", 4, BatchSource.FILES))
    act = act_of(desk, desk.client())
    first = pushed(act, lambda: save_batch(folder, batch.number))
    assert "change only when" in first[0]["html"]
    assert "change only when" not in first[1]["html"]


def test_the_projector_is_off_until_the_head_switches_it_on(desk):
    desk.scanned_vote()
    head, member = desk.client(), desk.client(Role.MEMBER)
    assert member.get(f"{COUNT}/projector").headers["location"] == COUNT
    assert member.post(f"{COUNT}/projector", data={"show": "yes"}).status_code == 403
    assert head.post(f"{COUNT}/projector", data={"show": "yes"}).status_code == 303
    page = desk.client(Role.OBSERVER).get(f"{COUNT}/projector")
    assert page.status_code == 200
    assert "Provisional." in page.text
    head.post(f"{COUNT}/projector", data={"show": "no"})
    assert member.get(f"{COUNT}/projector").status_code == 303
    folder = desk.desk.vote("bdt-2023")
    store = open_vote_store(folder, load_vote(folder))
    acted = [entry.content["action"] for entry in store.journal(EventKind.DESK_ACTED)]
    store.close()
    assert acted == ["projector_shown", "projector_hidden"]


def act_of(desk, client, **query: str) -> Act:
    session = desk.desk.sessions.find({COOKIE: client.cookies[COOKIE]})
    visitor = Visitor(desk.desk, session, MappingProxyType({"vote": "bdt-2023"}), query)
    return Act(visitor, desk.members[Role.HEAD], desk.desk.vote("bdt-2023"))


def pushed(act: Act, work) -> list[dict[str, str]]:
    """What the stream says while `work` is done after its first message."""

    async def listen() -> list[dict[str, str]]:
        found, worked = [], False
        async with asyncio.timeout(20):
            async for text in counting._pushes(act):
                if text.startswith("data: "):
                    found.append(json.loads(text.removeprefix("data: ")))
                    if worked:
                        return found
                    await asyncio.to_thread(work)
                    worked = True
        return found

    return asyncio.run(listen())


def test_the_stream_says_the_state_first_and_every_change(desk, monkeypatch):
    monkeypatch.setattr(counting, "PUSH_S", 0.05)
    folder = desk.vote()
    act = act_of(desk, desk.client())
    first, second = pushed(act, lambda: scan_paths(folder, [desk.scans], 1))
    assert "Still to do" in first["html"]
    assert second["html"] != first["html"]
    assert first["spoken"].startswith("0 ballots")


def test_the_stream_of_a_projector_that_is_switched_off_says_so(desk, monkeypatch):
    monkeypatch.setattr(counting, "PUSH_S", 0.05)
    desk.scanned_vote()
    client = desk.client()
    client.post(f"{COUNT}/projector", data={"show": "yes"})
    act = act_of(desk, client, view="projector")
    first, second = pushed(act, lambda: client.post(f"{COUNT}/projector", data={"show": "no"}))
    assert "big-people" in first["html"]
    assert second == {"hidden": True}


def test_a_stream_ends_with_the_session(desk, monkeypatch):
    desk.scanned_vote()
    client = desk.client()
    act = act_of(desk, client)
    client.post("/sign-out")

    async def listen() -> list[str]:
        return [text async for text in counting._pushes(act)]

    assert asyncio.run(listen()) == ['event: end\ndata: {"why": "locked"}\n\n']
