"""What one running desk holds: its folder of votes, its members, the browsers and the work that goes on."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from kiemphieu.desk.guard import Place
from kiemphieu.desk.jobs import Jobs
from kiemphieu.desk.people import People
from kiemphieu.desk.sessions import Sessions, StartAddresses
from kiemphieu.disk import disk_errors
from kiemphieu.folder import VoteFolder
from kiemphieu.messages import DEFAULT_LANGUAGE, Language
from records.token import ID_PATTERN

OWN_FOLDER = ".desk"
MEMBERS = "members.json"
STARTS = "start"
"""Below the desk's own folder: words of start addresses that nobody has used."""
REHEARSALS = "rehearsal"
"""Names of rehearsal votes begin with it: they are marked as such on every page."""


@dataclass(slots=True)
class Desk:
    """One desk.

    Attributes:
        root: holds one vote folder per subfolder.
        place: where it is reached; known once the server has a port.
        lang: of browsers that have not chosen.
    """

    root: Path
    people: People
    starts: StartAddresses
    place: Place
    lang: Language = DEFAULT_LANGUAGE
    sessions: Sessions = field(default_factory=Sessions)
    jobs: Jobs = field(default_factory=Jobs)

    @property
    def own(self) -> Path:
        """The desk's own files."""
        return self.root / OWN_FOLDER

    @property
    def uploads(self) -> Path:
        """Uploaded files while a request lasts."""
        return self.own / "uploads"

    def votes(self) -> tuple[VoteFolder, ...]:
        """Every vote of this machine, rehearsals last, by name."""
        return votes_in(self.root)

    def vote(self, name: str) -> VoteFolder | None:
        """The vote of that name, which is a plain name and never a path."""
        if not ID_PATTERN.fullmatch(name):
            return None
        folder = VoteFolder(self.root / name)
        return folder if _is_vote(folder) else None


def open_desk(root: Path, place: Place, lang: Language = DEFAULT_LANGUAGE) -> Desk:
    """The desk over a folder, which is made where it is not there.

    Raises:
        StoreError: the folder cannot be written, or the members cannot be read.
    """
    own = root / OWN_FOLDER
    with disk_errors(root):
        own.mkdir(mode=0o700, parents=True, exist_ok=True)
        uploads = own / "uploads"
        uploads.mkdir(mode=0o700, exist_ok=True)
        for left in uploads.iterdir():
            left.unlink()
    return Desk(root.resolve(), People(own / MEMBERS), StartAddresses(own / STARTS), place, lang)


def votes_in(root: Path) -> tuple[VoteFolder, ...]:
    """Every vote in a desk's folder, rehearsals last, by name."""
    try:
        found = [VoteFolder(path) for path in root.iterdir() if ID_PATTERN.fullmatch(path.name)]
    except OSError:
        return ()
    there = [folder for folder in found if _is_vote(folder)]
    return tuple(sorted(there, key=lambda folder: (is_rehearsal(folder), folder.root.name)))


def is_rehearsal(folder: VoteFolder) -> bool:
    return folder.root.name.startswith(REHEARSALS)


def _is_vote(folder: VoteFolder) -> bool:
    return folder.vote_file.is_file() or (folder.root / "draft.json").is_file()
