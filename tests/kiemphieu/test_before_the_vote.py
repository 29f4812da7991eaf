"""Every command refuses a list that may not be put to the vote."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import data, run

from kiemphieu.folder import create_folder

PEOPLE = """\
[[official]]
id = "o3"
name = "Lê Văn Cường"
position = "Chánh Văn phòng"
venues = ["cap_uy", "hdnd", "workplace"]
[[official]]
id = "o4"
name = "Phạm Thị Dung"
position = "Phó Trưởng ban"
appointed = 2023-05-01
retirement_announced = true
"""


@pytest.fixture
def refused(tmp_path: Path) -> Path:
    folder = create_folder(tmp_path / "vote")
    text = folder.vote_file.read_text(encoding="utf-8")
    folder.vote_file.write_text(text.replace("[print]", f"{PEOPLE}[print]", 1), encoding="utf-8")
    return folder.root


@pytest.mark.parametrize(
    "words",
    [
        ("check",),
        ("print", "--count", "2"),
        ("scan", "."),
        ("readings",),
        ("tally",),
        ("calendar",),
        ("verify",),
        ("seal",),
    ],
    ids=lambda words: words[0],
)
def test_every_command_names_every_mistake_with_its_line(refused: Path, words: tuple[str, ...]) -> None:
    done = run(words[0], refused, *words[1:])
    assert done.exit_code == 3, done.output
    lines = (refused / "vote.toml").read_text(encoding="utf-8").splitlines()
    for key in (
        'venues = ["cap_uy", "hdnd", "workplace"]',
        "appointed = 2023",
        "retirement_announced = true",
    ):
        number = next(n for n, line in enumerate(lines, start=1) if line.startswith(key))
        assert f"line {number}" in done.stderr
    assert "đã có thông báo nghỉ công tác chờ nghỉ hưu" in done.stderr
    assert "tối đa ở 02 nơi" in done.stderr


def test_check_lists_them_for_a_program_in_words_of_the_language(refused: Path) -> None:
    problems = data("check", refused)["problems"]
    assert [problem["id"] for problem in problems] == [
        "people_third_venue",
        "people_appointed_this_year",
        "people_retiring",
    ]
    assert all(problem["id"] not in problem["message"] for problem in problems)


APPOINTMENT = '[appointment]\nkind = "new"\nposts = {posts}\nmeeting = {meeting}\n'


def appointing(tmp_path: Path, posts: int, meeting: int = 1) -> Path:
    folder = create_folder(tmp_path / f"vote-{posts}-{meeting}")
    text = folder.vote_file.read_text(encoding="utf-8").replace('rules = "qd96"', 'rules = "bt2009"')
    folder.vote_file.write_text(text + APPOINTMENT.format(posts=posts, meeting=meeting), encoding="utf-8")
    return folder.root


def test_two_candidates_for_two_posts_are_refused(tmp_path: Path) -> None:
    done = run("check", appointing(tmp_path, 2))
    assert done.exit_code == 3
    assert "List at least 3" in done.stderr
    assert run("check", appointing(tmp_path, 1)).exit_code == 0


@pytest.mark.parametrize(("meeting", "words"), [(1, "conference"), (2, "second"), (3, "secret ballot")])
def test_check_says_which_meeting_it_is(tmp_path: Path, meeting: int, words: str) -> None:
    folder = appointing(tmp_path, 1, meeting)
    done = run("check", folder)
    assert done.exit_code == 0, done.stderr
    assert words in done.stdout
    assert "biểu quyết bằng phiếu kín" in done.stdout
    assert data("check", folder)["appointment"] == {"kind": "new", "posts": 1, "meeting": meeting}
