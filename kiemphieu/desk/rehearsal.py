"""A rehearsal vote: made-up officials, printed ballots and marked sheets to scan."""

from __future__ import annotations

import shutil
from pathlib import Path

from kiemphieu.desk.desk import REHEARSALS, is_rehearsal
from kiemphieu.disk import disk_errors
from kiemphieu.folder import VoteFolder
from kiemphieu.messages import Language, translate

BALLOTS = 12


def make_rehearsal(root: Path, lang: Language) -> VoteFolder:
    """A new rehearsal vote below `root`, with sheets in its folder `scans` that nobody has scanned yet.

    Raises:
        StoreError: the folder cannot be written.
    """
    # Pens and scanners are simulated: loaded by those who rehearse only.
    from kiemphieu.demo import make_sample_vote  # noqa: PLC0415

    number = 1
    while (root / f"{REHEARSALS}-{number}").exists():
        number += 1
    place = root / f"{REHEARSALS}-{number}"
    try:
        return make_sample_vote(place, BALLOTS, body=translate("desk_rehearsal_body", lang))
    except BaseException:
        with disk_errors(place):
            shutil.rmtree(place, ignore_errors=True)
        raise


def sample_scans_of(folder: VoteFolder) -> tuple[Path, ...]:
    """The sheets of a rehearsal vote that wait to be scanned at the desk."""
    return tuple(sorted((folder.root / "scans").glob("*.jpg")))


def sample_folder(folder: VoteFolder) -> str:
    """Where they lie; empty for a vote that is no rehearsal, or whose sheets are gone."""
    return str(folder.root / "scans") if is_rehearsal(folder) and sample_scans_of(folder) else ""
