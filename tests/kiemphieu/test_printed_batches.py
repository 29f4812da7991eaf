"""What was printed, as the desk shows it."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image
from printed_votes import SampleVote

from kiemphieu.accounting import Fate, Statement, state_account
from kiemphieu.folder import create_folder, load_vote
from kiemphieu.printed_batches import batch_picture, find_batch, printed_batches, read_stock
from records.errors import InputError


def test_a_batch_tells_its_ballots_and_shows_its_pages(vote: SampleVote) -> None:
    (vote.folder.ballots / "hong.pdf").write_bytes(b"no PDF")
    found = load_vote(vote.folder)
    batch, broken = printed_batches(vote.folder, found)
    assert (batch.name, batch.pages, batch.ballots) == ("bdt-2023-1.pdf", 4, 4)
    assert (broken.pages, broken.ballots, broken.style) == (0, None, None)
    with Image.open(io.BytesIO(batch_picture(batch, 4))) as picture:
        assert picture.width == 1050
        assert picture.height == pytest.approx(1485, abs=2)
    for page in (0, 5):
        with pytest.raises(InputError, match="batch_page_unknown"):
            batch_picture(batch, page)


@pytest.mark.parametrize("name", ["../vote.toml", "keys/ballot.key", "", "bdt-2023-2.pdf"])
def test_only_a_batch_is_found_by_name(vote: SampleVote, name: str) -> None:
    with pytest.raises(InputError, match="batch_unknown"):
        find_batch(vote.folder, load_vote(vote.folder), name)


def test_quantities_follow_the_statements(vote: SampleVote) -> None:
    for fate, count in (
        (Fate.EXCHANGED, 1),
        (Fate.UNUSED, 1),
        (Fate.NOT_RETURNED, 2),
        (Fate.NOT_RETURNED, 1),
    ):
        state_account(vote.folder, Statement(fate, count, "", (), ("Trưởng ban",), ""))
    (group,) = read_stock(vote.folder, load_vote(vote.folder)).groups
    assert (group.printed, group.exchanged, group.unused, group.not_returned) == (4, 1, 1, 1)
    assert (group.handed_out, group.awaited) == (2, 1)


def test_a_vote_without_a_record_gets_none_by_being_looked_at(tmp_path: Path, vote: SampleVote) -> None:
    folder = create_folder(tmp_path / "new-vote")
    folder.vote_file.write_bytes(vote.folder.vote_file.read_bytes())
    found = load_vote(folder)
    assert read_stock(folder, found).printed == 0
    assert printed_batches(folder, found) == ()
    assert not folder.database.exists()
