"""Screen 3, Print: the picture of the seal."""

from __future__ import annotations

import io

import pytest
from desk_samples import DeskUnderTest
from PIL import Image, ImageDraw
from printed_votes import VOTE_TOML

from kiemphieu.desk.roles import Role
from kiemphieu.folder import VoteFolder, create_folder, load_vote
from kiemphieu.freezing import FreezingMember, check_frozen, definition_sha256, freeze, read_freezing
from kiemphieu.printing import vote_form

SEAL = "/votes/bdt-2023/print/seal"


@pytest.fixture
def unprinted(desk: DeskUnderTest) -> VoteFolder:
    folder = create_folder(desk.folder / "bdt-2023")
    folder.vote_file.write_text(VOTE_TOML.format(vote="bdt-2023"), encoding="utf-8")
    return folder


def stamp() -> bytes:
    image = Image.new("RGBA", (300, 300), (0, 0, 0, 0))
    ImageDraw.Draw(image).ellipse((10, 10, 290, 290), outline=(200, 16, 46, 255), width=12)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def test_a_seal_is_put_shown_and_removed(desk: DeskUnderTest, unprinted: VoteFolder) -> None:
    client = desk.client()
    assert client.get(f"{SEAL}.png").status_code == 404
    answer = client.post(SEAL, files={"seal": ("dau.png", stamp(), "image/png")})
    assert answer.status_code == 303, answer.text
    assert vote_form(unprinted, load_vote(unprinted), "").seal_image is not None
    picture = client.get(f"{SEAL}.png")
    assert picture.headers["content-type"] == "image/png"
    with Image.open(io.BytesIO(picture.content)) as shown:
        assert shown.size == (300, 300)
    assert "print/seal.png" in client.get(SEAL).text
    assert client.post(f"{SEAL}/remove").status_code == 303
    assert load_vote(unprinted).printing.seal_image == ""


@pytest.mark.parametrize(
    ("name", "kind", "data"),
    [
        ("dau.png", "image/png", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("dau.svg", "image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("dau.jpg", "image/jpeg", b"<!doctype html><script>alert(1)</script>"),
        ("../../vote.toml", "image/png", b"format = 1"),
    ],
)
def test_what_only_calls_itself_a_picture_is_refused(
    desk: DeskUnderTest, unprinted: VoteFolder, name: str, kind: str, data: bytes
) -> None:
    before = sorted(path.name for path in unprinted.root.iterdir())
    answer = desk.client().post(SEAL, files={"seal": (name, data, kind)})
    assert answer.status_code == 400
    assert "neither a PNG nor a JPEG" in answer.text
    assert sorted(path.name for path in unprinted.root.iterdir()) == before
    assert load_vote(unprinted).printing.seal_image == ""
    assert not list(desk.desk.uploads.iterdir())


def test_nothing_chosen_is_told(desk: DeskUnderTest, unprinted: VoteFolder) -> None:
    answer = desk.client().post(SEAL, data={"other": "x"})
    assert answer.status_code == 400
    assert "No picture of the seal was chosen" in answer.text


def test_a_printed_vote_keeps_its_seal(desk: DeskUnderTest) -> None:
    folder = desk.vote()
    before = folder.vote_file.read_bytes()
    client = desk.client()
    answer = client.post(SEAL, files={"seal": ("dau.png", stamp(), "image/png")})
    assert answer.status_code == 400
    assert folder.vote_file.read_bytes() == before
    assert 'type="file"' not in client.get(SEAL).text


def test_no_seal_while_ballots_are_being_printed(desk: DeskUnderTest, unprinted: VoteFolder) -> None:
    job = desk.desk.jobs.start(unprinted, "print", lambda job: job._stop.wait(20))
    answer = desk.client().post(SEAL, files={"seal": ("dau.png", stamp(), "image/png")})
    assert answer.status_code == 400
    assert "printing" in answer.text
    assert load_vote(unprinted).printing.seal_image == ""
    job.ask_stop()
    assert job.wait(10)


def test_a_frozen_vote_takes_a_second_member(desk: DeskUnderTest, unprinted: VoteFolder) -> None:
    two = FreezingMember("head-1", "head"), FreezingMember("member-1", "member")
    freeze(unprinted, definition_sha256(unprinted, load_vote(unprinted)), two)
    client = desk.client()
    assert 'name="second_pin"' in client.get(SEAL).text
    files = {"seal": ("dau.png", stamp(), "image/png")}
    wrong = {"second": desk.members[Role.MEMBER].id, "second_pin": "000000"}
    assert client.post(SEAL, files=files).status_code == 400
    assert client.post(SEAL, files=files, data=wrong).status_code == 400
    assert load_vote(unprinted).printing.seal_image == ""
    assert client.post(SEAL, files=files, data=desk.second()).status_code == 303
    frozen = read_freezing(unprinted)
    assert frozen is not None
    assert [one.member for one in frozen.members] == [
        desk.members[Role.HEAD].id,
        desk.members[Role.MEMBER].id,
    ]
    check_frozen(unprinted, load_vote(unprinted))
