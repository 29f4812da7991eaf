from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from command_line import data, run
from icalendar import Calendar

from kiemphieu.cli import main
from kiemphieu.commands import calendar as calendar_command
from kiemphieu.duty_calendar import write_calendar
from kiemphieu.folder import VoteFolder, create_folder, load_vote
from kiemphieu.messages import Language, has_text
from records.vote import Vote
from tally.duties import DutyId, vote_duties

NOW = datetime.datetime(2023, 7, 5, 9, 30, tzinfo=datetime.timezone(datetime.timedelta(hours=7)))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> VoteFolder:
    monkeypatch.setattr(calendar_command, "_now", lambda: NOW)
    return create_folder(tmp_path / "vote")


def moved(folder: VoteFolder, date: str) -> VoteFolder:
    text = folder.vote_file.read_text(encoding="utf-8")
    folder.vote_file.write_text(text.replace("date = 2023-07-20", f"date = {date}"), encoding="utf-8")
    return folder


def test_every_duty_and_weekday_has_a_text() -> None:
    wanted = [f"duty_{duty.value}" for duty in DutyId] + [f"weekday_{number}" for number in range(1, 8)]
    assert [message_id for message_id in wanted if not has_text(message_id)] == []


def test_the_table_names_days_weekdays_and_what_is_left(folder: VoteFolder) -> None:
    done = run("calendar", folder.root)
    assert done.exit_code == 0, done.stderr
    rows = [line for line in done.stdout.splitlines() if "2023-" in line and "│" in line]
    told = [[cell.strip() for cell in row.strip("│").split("│")] for row in rows]
    assert [(cells[0], cells[1], cells[3]) for cells in told] == [
        ("2023-06-30", "Friday", "5 d ago"),
        ("2023-07-05", "Wednesday", "today"),
        ("2023-07-10", "Monday", "5 d"),
        ("2023-07-17", "Monday", "12 d"),
        ("2023-07-20", "Thursday", "15 d"),
    ]
    assert "weekend" not in done.stdout
    assert "--report-by" in done.stdout
    assert "gửi cho người ghi phiếu trước 15 ngày" in done.stdout


def test_a_weekend_is_noted(folder: VoteFolder) -> None:
    document = data("calendar", moved(folder, "2023-07-22").root, "--report-by", "2023-08-20")
    assert [(duty["id"], duty["date"], duty["weekend"]) for duty in document["duties"]] == [
        ("own_report", "2023-07-02", True),
        ("dossier", "2023-07-07", False),
        ("question", "2023-07-12", False),
        ("explanation", "2023-07-19", False),
        ("vote", "2023-07-22", True),
        ("result_report", "2023-08-20", True),
    ]
    assert document["today"] == "2023-07-05"
    assert document["duties"][0]["days_left"] == -3
    assert "weekend" in run("calendar", folder.root).stdout


def test_vietnamese_is_the_language_of_the_office(folder: VoteFolder) -> None:
    done = CliRunner(env={"KIEMPHIEU_LANG": "vi"}).invoke(main, ["calendar", str(folder.root)])
    assert "20/07/2023" in done.stdout
    assert "Thứ Năm" in done.stdout


def read(path: Path) -> list[tuple[str, datetime.date, str]]:
    calendar = Calendar.from_ical(path.read_bytes())
    return [
        (str(event["uid"]), event["dtstart"].dt, str(event["summary"])) for event in calendar.walk("VEVENT")
    ]


def test_the_file_reads_back(folder: VoteFolder, tmp_path: Path) -> None:
    path = tmp_path / "lịch.ics"
    document = data("calendar", folder.root, "--ics", path, "--report-by", "2023-08-15")
    assert document["ics"] == str(path)
    events = read(path)
    assert [date.isoformat() for _, date, _ in events] == [duty["date"] for duty in document["duties"]]
    assert all(type(date) is datetime.date for _, date, _ in events)
    assert [summary.split(" – ")[0] for _, _, summary in events] == [
        duty["text"] for duty in document["duties"]
    ]
    calendar = Calendar.from_ical(path.read_bytes())
    described = [str(event["description"]) for event in calendar.walk("VEVENT")]
    assert all(duty["clause"] in text for duty, text in zip(document["duties"], described, strict=True))
    stamps = {event["dtstamp"].dt for event in calendar.walk("VEVENT")}
    assert stamps == {NOW.astimezone(datetime.UTC)}
    assert all(len(line) <= 75 for line in path.read_bytes().split(b"\r\n"))


def events_of(vote: Vote) -> set[str]:
    duties = vote_duties(vote.date, vote.rules)
    calendar = Calendar.from_ical(write_calendar(vote, duties, Language.VIETNAMESE, NOW))
    return {str(event["uid"]) for event in calendar.walk("VEVENT")}


def test_a_moved_vote_moves_its_events_and_another_body_has_its_own(folder: VoteFolder) -> None:
    vote = load_vote(folder)
    later = load_vote(moved(folder, "2023-09-01"))
    assert vote.date != later.date
    assert len(events_of(vote)) == 5
    assert events_of(vote) == events_of(later)
    text = folder.vote_file.read_text(encoding="utf-8")
    folder.vote_file.write_text(text.replace("Ban Dân tộc", "Ban Kinh tế"), encoding="utf-8")
    assert events_of(load_vote(folder)).isdisjoint(events_of(vote))


def test_a_file_in_the_language_chosen(folder: VoteFolder, tmp_path: Path) -> None:
    run("calendar", folder.root, "--lang", "vi", "--ics", tmp_path / "vi.ics")
    run("calendar", folder.root, "--lang", "en", "--ics", tmp_path / "en.ics")
    assert read(tmp_path / "vi.ics")[1][2].startswith("Gửi báo cáo, hồ sơ cho người ghi phiếu")
    assert read(tmp_path / "en.ics")[1][2].startswith("Reports and files go to the voters")


@pytest.mark.parametrize(
    ("words", "code", "text"),
    [
        (["--report-by", "15/8/2023"], 2, "is no date"),
        (["--report-by", "2023-02-30"], 2, "is no date"),
        (["--report-by", "2023-07-01"], 3, "before the vote"),
        (["--ics", "no/such/folder/x.ics"], 4, "no/such/folder"),
    ],
)
def test_what_cannot_be_done_is_told(folder: VoteFolder, words: list[str], code: int, text: str) -> None:
    done = run("calendar", folder.root, *words)
    assert (done.exit_code, text in done.stderr) == (code, True), done.stderr


def test_an_appointment_has_no_days_before(folder: VoteFolder) -> None:
    text = folder.vote_file.read_text(encoding="utf-8").replace('rules = "qd96"', 'rules = "bt2009"')
    text += '[appointment]\nkind = "new"\nposts = 1\n'
    folder.vote_file.write_text(text, encoding="utf-8")
    done = run("calendar", folder.root)
    assert done.exit_code == 0, done.stderr
    assert "no text at hand sets days before" in done.stdout
    assert [duty["id"] for duty in data("calendar", folder.root)["duties"]] == ["vote"]
