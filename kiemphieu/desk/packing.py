"""Documents: one signed file of a sealed vote, for whoever checks it on another machine."""

from __future__ import annotations

from contextlib import closing
from http import HTTPStatus
from pathlib import Path

from starlette.responses import FileResponse, Response

from kiemphieu.desk.acts import Act
from kiemphieu.desk.jobs import Job
from kiemphieu.desk.roles import COUNTERS
from kiemphieu.desk.screens import Screen
from kiemphieu.desk.streams import progress_answer
from kiemphieu.folder import VoteFolder, free_name, load_vote
from kiemphieu.package import write_package
from kiemphieu.vote_store import check_sealed, open_vote_store
from records.errors import InputError, KiemphieuError

SCREEN = Screen("packing")
JOB = "package"

_PACKAGE = "/votes/{vote}/documents/package"


def packages_of(folder: VoteFolder) -> tuple[Path, ...]:
    """The packages that were made, as the command makes them, too: in the vote folder, by name."""
    return tuple(sorted(folder.root.glob("*.package*.tar")))


@SCREEN.post(_PACKAGE)
def pack(act: Act) -> Response:
    """Begins a package, with the page images or without."""
    folder, images = act.folder, act.form.text("images") == "yes"
    vote = load_vote(folder)
    with closing(open_vote_store(folder, vote)) as store:
        try:
            # Asked here, where a person waits for the answer; the package asks again.
            check_sealed(store, folder)
        except KiemphieuError as error:
            back = act.vote_url("documents")
            return act.page("failed.html", HTTPStatus.BAD_REQUEST, error=act.say(error), back=back)
    target = free_name(folder.root / f"{vote.id}.package.tar")

    def work(_job: Job) -> Path:
        return write_package(folder, target, images).path

    act.desk.jobs.start(folder, JOB, work)
    return act.go(act.vote_url("documents"))


@SCREEN.get(_PACKAGE + "/progress", watch=True)
def progress(act: Act) -> Response:
    """How far it is; asked for by the page."""
    return progress_answer(act.desk.jobs.of(act.folder, JOB))


@SCREEN.get(_PACKAGE + "/file/{name}", roles=COUNTERS)
def fetch(act: Act) -> Response:
    """The file. It shows every ballot: observers get it from the committee, or not."""
    found = next((path for path in packages_of(act.folder) if path.name == act.path["name"]), None)
    if found is None:
        raise InputError("desk_documents_unknown")
    return FileResponse(found, media_type="application/x-tar", filename=found.name)
