"""A sealed vote becomes one file at the desk, which the audit of another desk takes."""

from __future__ import annotations

import pytest

from kiemphieu.closing import read_closing
from kiemphieu.desk.roles import Role
from kiemphieu.package import verify_package
from kiemphieu.sealing import seal_vote

VOTE = "/votes/bdt-2023"
DOCUMENTS = f"{VOTE}/documents"
PACKAGE = f"{DOCUMENTS}/package"


@pytest.fixture
def sealed(desk):
    folder = desk.scanned_vote()
    seal_vote(folder)
    return folder


def packed(desk, client, images: str):
    assert client.post(PACKAGE, data={"images": images}).headers["location"] == DOCUMENTS
    job = desk.desk.jobs.of(desk.desk.vote("bdt-2023"), "package")
    assert job.wait(60)
    assert client.get(f"{PACKAGE}/progress").json()["state"] == "done"
    return job.result


def test_a_package_is_made_fetched_and_holds(desk, sealed, tmp_path):
    client = desk.client()
    assert "Pack with the page images" in client.get(DOCUMENTS).text
    for number, images in enumerate(("yes", "no")):
        path = packed(desk, client, images)
        answer = client.get(f"{PACKAGE}/file/{path.name}")
        assert answer.headers["content-disposition"].startswith("attachment")
        kept = tmp_path / f"{number}.tar"
        kept.write_bytes(answer.content)
        report = verify_package(kept)
        assert report.faults == ()
    names = sorted(path.name for path in sealed.root.glob("*.tar"))
    assert names == ["bdt-2023.package-2.tar", "bdt-2023.package.tar"]
    page = client.get(DOCUMENTS).text
    assert all(name in page for name in names)


def test_nothing_is_packed_before_the_seal(desk):
    folder = desk.scanned_vote()
    client = desk.client()
    assert "Pack with" not in client.get(DOCUMENTS).text
    answer = client.post(PACKAGE, data={"images": "yes"})
    assert answer.status_code == 400
    assert not list(folder.root.glob("*.tar"))
    assert not read_closing(folder).sealed


def test_observers_do_not_get_it(desk, sealed):
    path = packed(desk, desk.client(), "no")
    observer = desk.client(Role.OBSERVER)
    page = observer.get(DOCUMENTS).text
    assert path.name in page
    assert f"file/{path.name}" not in page
    assert observer.get(f"{PACKAGE}/file/{path.name}").status_code == 403
    assert observer.post(PACKAGE, data={"images": "no"}).status_code == 403


@pytest.mark.parametrize("name", ["vote.toml", "kiemphieu.db", "..%2Fx.package.tar", "x.package.tar"])
def test_no_other_file_is_had_that_way(desk, sealed, name):
    assert desk.client().get(f"{PACKAGE}/file/{name}").status_code in {400, 404}
