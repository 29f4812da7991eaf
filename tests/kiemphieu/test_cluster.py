"""Pages read on a cluster are recorded as if they had been read here."""

from __future__ import annotations

import os
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from command_line import data, run
from distributed import Client, LocalCluster
from printed_votes import SampleVote

from kiemphieu import reading_cluster
from kiemphieu.cluster_reader import PageAtPath, _found
from kiemphieu.folder import VoteFolder
from kiemphieu.intake import PageRef, find_pages, load_page
from kiemphieu.reading_crew import ClusterPlace
from kiemphieu.scanning import scan_paths
from kiemphieu.store import PageRecord, open_store
from records.canonical import sha256_hex

pytestmark = pytest.mark.filterwarnings("ignore")  # the library's own


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50) as made:
        yield made


def twin(vote: SampleVote, tmp_path: Path, name: str) -> VoteFolder:
    """The vote as printed, with no scan recorded."""
    shutil.copytree(vote.root, tmp_path / name)
    return VoteFolder(tmp_path / name)


def pages_of(folder: VoteFolder) -> list[PageRecord]:
    store = open_store(folder.database)
    try:
        return sorted(store.pages(), key=lambda page: page.sha256)
    finally:
        store.close()


@pytest.mark.parametrize("shared", [False, True])
def test_the_record_is_that_of_this_machine(
    vote: SampleVote, cluster: LocalCluster, tmp_path: Path, shared: bool
) -> None:
    here, there = twin(vote, tmp_path, "here"), twin(vote, tmp_path, "there")
    plain = scan_paths(here, [vote.scan_folder], 1)
    remote = scan_paths(there, [vote.scan_folder], ClusterPlace(cluster.scheduler_address, shared))
    assert remote == plain
    assert pages_of(there) == pages_of(here)
    assert pages_of(here)
    assert {p.name: p.read_bytes() for p in there.pages.iterdir()} == {
        p.name: p.read_bytes() for p in here.pages.iterdir()
    }
    again = scan_paths(there, [vote.scan_folder], ClusterPlace(cluster.scheduler_address))
    assert (again.recorded, again.known) == (0, plain.pages)


def test_the_command_takes_a_cluster_and_leaves_nothing_on_it(
    vote: SampleVote, cluster: LocalCluster, tmp_path: Path
) -> None:
    folder = twin(vote, tmp_path, "command")
    done = data("scan", folder.root, vote.scan_folder, "--cluster", cluster.scheduler_address)
    assert done["recorded"] == done["pages"] > 0
    with Client(cluster.scheduler_address, set_as_default=False) as client:
        plugins = client.run(lambda dask_worker: list(dask_worker.plugins))
    assert not [name for names in plugins.values() for name in names if name.startswith("kiemphieu")]


def test_a_worker_that_is_killed_costs_no_page(
    vote: SampleVote, cluster: LocalCluster, tmp_path: Path
) -> None:
    here, there = twin(vote, tmp_path, "here"), twin(vote, tmp_path, "there")
    scan_paths(here, [vote.scan_folder], 1)
    with Client(cluster.scheduler_address, set_as_default=False) as client:
        victim = next(iter(client.run(os.getpid).values()))
    killed = threading.Event()

    def kill_after_first(done: int, _total: int) -> None:
        if done == 1:
            os.kill(victim, signal.SIGKILL)
            killed.set()

    report = scan_paths(there, [vote.scan_folder], ClusterPlace(cluster.scheduler_address), kill_after_first)
    assert killed.is_set()
    assert report.recorded == report.pages
    assert pages_of(there) == pages_of(here)


def test_a_broken_file_is_told_as_it_is_here(vote: SampleVote, cluster: LocalCluster, tmp_path: Path) -> None:
    folder = twin(vote, tmp_path, "broken")
    scans = tmp_path / "cut-off"
    scans.mkdir()
    whole = next(path for path in sorted(vote.scan_folder.iterdir()) if path.is_file())
    (scans / f"cut{whole.suffix}").write_bytes(whole.read_bytes()[:2000])
    shutil.copy(whole, scans)
    remote = scan_paths(folder, [scans], ClusterPlace(cluster.scheduler_address))
    plain = scan_paths(twin(vote, tmp_path, "plain"), [scans], 1)
    assert remote.problems == plain.problems
    assert len(remote.problems) == 1
    assert remote.recorded == 1


def test_a_worker_with_another_reader_is_refused(
    vote: SampleVote, cluster: LocalCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = twin(vote, tmp_path, "other")
    made = reading_cluster.reading_kit

    def other_kit(*arguments: object) -> object:
        kit = made(*arguments)  # type: ignore[arg-type]
        options = replace(kit.options, marks=replace(kit.options.marks, min_size_mm=1.0))
        monkeypatch.setattr(type(kit), "context", context_of(replace(kit, options=options)))
        return kit

    def context_of(other: object) -> object:
        plain = type(other).context
        return lambda _kit: plain(other)

    monkeypatch.setattr(reading_cluster, "reading_kit", other_kit)
    done = run("scan", folder.root, vote.scan_folder, "--cluster", cluster.scheduler_address)
    assert done.exit_code == 3
    assert "another version" in done.stderr


def test_what_is_wrong_with_a_cluster_is_told(vote: SampleVote, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_cluster, "CONNECT_S", 1)
    done = run("scan", vote.root, vote.scan_folder, "--cluster", "tcp://127.0.0.1:9")
    assert done.exit_code == 3
    assert "127.0.0.1:9" in done.stderr
    with LocalCluster(n_workers=0, dashboard_address=None, silence_logs=50) as empty:
        done = run("scan", vote.root, vote.scan_folder, "--cluster", empty.scheduler_address)
    assert done.exit_code == 3
    assert "no worker" in done.stderr
    assert run("scan", vote.root, "x", "--cluster", "tcp://x:1", "--workers", "2").exit_code == 2
    assert run("scan", vote.root, "x", "--cluster-paths").exit_code == 2


def test_another_file_at_the_same_path_is_not_read(vote: SampleVote) -> None:
    ref = next(item for item in find_pages([vote.scan_folder]) if isinstance(item, PageRef))
    digest = sha256_hex(load_page(ref).data)
    assert _found(PageAtPath(ref, digest)) == load_page(ref)
    assert _found(PageAtPath(ref, "0" * 64)) is None
    assert _found(PageAtPath(replace(ref, path=Path("/nowhere/x.jpg")), digest)) is None


def test_a_scan_leaves_within_reach_of_a_lost_cluster(vote: SampleVote, tmp_path: Path) -> None:
    folder = twin(vote, tmp_path, "lost")
    made = LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None, silence_logs=50)
    closed = threading.Event()

    def close_after_first(done: int, _total: int) -> None:
        if done == 1 and not closed.is_set():
            closed.set()
            made.close()
            time.sleep(0.1)

    try:
        with pytest.raises(Exception, match="cluster_lost"):
            scan_paths(folder, [vote.scan_folder], ClusterPlace(made.scheduler_address), close_after_first)
    finally:
        made.close()
    recorded = len(pages_of(folder))
    report = scan_paths(folder, [vote.scan_folder], 1)
    assert recorded + report.recorded == report.pages
