"""Pages read on a cluster are recorded as if they had been read here."""

from __future__ import annotations

import os
import platform
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import dask
import pytest
from command_line import data, run
from distributed import Client, LocalCluster, WorkerPlugin
from printed_votes import BALLOTS, SEED, VOTE_TOML, SampleVote

from kiemphieu import reading_cluster
from kiemphieu.cluster_reader import PageAtPath, at_path, found_page
from kiemphieu.folder import VoteFolder, create_folder
from kiemphieu.intake import FileProblem, PageRef, find_pages, load_page
from kiemphieu.printing import PrintOrder, print_ballots
from kiemphieu.reading_crew import ClusterPlace
from kiemphieu.scanning import scan_paths
from kiemphieu.store import PageRecord, open_store
from records.canonical import sha256_hex
from records.errors import InputError, KiemphieuError

pytestmark = pytest.mark.filterwarnings("ignore")  # the library's own


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50) as made:
        yield made


def twin(vote: SampleVote, tmp_path: Path, name: str) -> VoteFolder:
    """The vote as printed, with no scan recorded."""
    shutil.copytree(vote.root, tmp_path / name)
    return VoteFolder(tmp_path / name)


def pages_of(folder: VoteFolder, url: str = "") -> list[PageRecord]:
    store = open_store(folder.database, url)
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


def test_workers_that_die_and_join_cost_no_page(
    vote: SampleVote, cluster: LocalCluster, tmp_path: Path
) -> None:
    here, there = twin(vote, tmp_path, "here"), twin(vote, tmp_path, "there")
    plain = scan_paths(here, [vote.scan_folder], 1)
    victim = next(iter(pids(cluster)))
    killed = threading.Event()

    def kill_after_first(done: int, _total: int) -> None:
        if done == 1:
            os.kill(victim, signal.SIGKILL)
            cluster.scale(3)
            killed.set()

    report = scan_paths(there, [vote.scan_folder], ClusterPlace(cluster.scheduler_address), kill_after_first)
    cluster.scale(2)
    assert killed.is_set()
    assert report == plain
    assert pages_of(there) == pages_of(here)


def pids(cluster: LocalCluster) -> list[int]:
    with Client(cluster.scheduler_address, set_as_default=False) as client:
        return list(client.run(os.getpid).values())


def killer_of(doomed: Callable[[bytes], bool]) -> WorkerPlugin:
    """Ends a worker, and those that follow it, at a page as a fault in a decoder would."""

    class Killer(WorkerPlugin):  # of this function: a worker knows no tests
        name = "killer"

        def setup(self, worker: object) -> None:
            from kiemphieu import cluster_reader  # noqa: PLC0415

            plain = self.plain = cluster_reader.decode_page

            def decode(page: object) -> object:
                if doomed(page.data):  # type: ignore[attr-defined]
                    os._exit(1)
                return plain(page)  # type: ignore[arg-type]

            cluster_reader.decode_page = decode  # type: ignore[assignment]

    return Killer()


@pytest.fixture
def touchy_cluster() -> Iterator[LocalCluster]:
    """A page that ends one worker is given to no other."""
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50) as made,
    ):
        yield made


def test_a_page_that_ends_every_worker_is_told_and_no_other_is_lost(
    vote: SampleVote, touchy_cluster: LocalCluster, tmp_path: Path
) -> None:
    here, there = twin(vote, tmp_path, "here"), twin(vote, tmp_path, "there")
    plain = scan_paths(here, [vote.scan_folder], 1)
    refs = [item for item in find_pages([vote.scan_folder]) if isinstance(item, PageRef)]
    bad, bytes_of_bad = refs[1], load_page(refs[1]).data
    with Client(touchy_cluster.scheduler_address, set_as_default=False) as client:
        client.register_plugin(killer_of(lambda data: data == bytes_of_bad))
        report = scan_paths(there, [vote.scan_folder], ClusterPlace(touchy_cluster.scheduler_address))
    assert report.problems == (FileProblem(bad.source, "page_stops_reader", (("page", str(bad.index + 1)),)),)
    assert report.recorded == plain.recorded - 1
    digest = sha256_hex(bytes_of_bad)
    assert pages_of(there) == [page for page in pages_of(here) if page.sha256 != digest]


def test_workers_that_end_at_whichever_page_end_the_run(
    vote: SampleVote, touchy_cluster: LocalCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading_cluster, "STOPPED_IN_A_ROW", 2)
    folder = twin(vote, tmp_path, "dying")
    with Client(touchy_cluster.scheduler_address, set_as_default=False) as client:
        client.register_plugin(killer_of(lambda _data: True))
        with pytest.raises(KiemphieuError, match="cluster_workers_die"):
            scan_paths(folder, [vote.scan_folder], ClusterPlace(touchy_cluster.scheduler_address))


def test_a_run_does_not_wait_for_ever_when_all_workers_are_gone(
    vote: SampleVote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading_cluster, "NO_WORKER_S", 1)
    monkeypatch.setattr(reading_cluster, "_LOOK_S", 0.2)
    folder = twin(vote, tmp_path, "alone")
    with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None, silence_logs=50) as made:
        place = ClusterPlace(made.scheduler_address)

        def retire_after_first(done: int, _total: int) -> None:
            if done == 1:
                made.scale(0)

        with pytest.raises(InputError, match="cluster_no_workers"):
            scan_paths(folder, [vote.scan_folder], place, retire_after_first)
        recorded = len(pages_of(folder))
        made.scale(1)
        report = scan_paths(folder, [vote.scan_folder], place)
    assert 0 < recorded < report.pages
    assert recorded + report.recorded == report.pages


def test_one_writer_records_into_postgresql(
    vote: SampleVote, cluster: LocalCluster, tmp_path: Path, postgresql_url: str
) -> None:
    here = twin(vote, tmp_path, "here")
    scan_paths(here, [vote.scan_folder], 1)
    there = create_folder(tmp_path / "there")
    store = f'[store]\nurl = "{postgresql_url}"\n'
    there.vote_file.write_text(VOTE_TOML.format(vote="bdt-2023") + store, encoding="utf-8")
    print_ballots(there, PrintOrder(BALLOTS, seed=SEED))  # the same seed, the same ballots
    scan_paths(there, [vote.scan_folder], ClusterPlace(cluster.scheduler_address))
    assert pages_of(there, postgresql_url) == pages_of(here)
    assert not there.database.exists()


def test_without_the_library_it_is_told_how_to_install_it(
    vote: SampleVote, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("kiemphieu.reading_cluster", "kiemphieu.cluster_reader"):
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "distributed", None)
    done = run("scan", vote.root, vote.scan_folder, "--cluster", "tcp://127.0.0.1:9")
    assert done.exit_code == 2
    assert 'pip install "kiemphieu[cluster]"' in done.stderr


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
    sent = at_path(ref, load_page(ref))
    assert sent == PageAtPath(replace(ref, path=ref.path.resolve(), source=""), digest)
    assert found_page(sent) == load_page(ref)
    assert found_page(replace(sent, sha256="0" * 64)) is None
    assert found_page(replace(sent, ref=replace(ref, path=Path("/nowhere/x.jpg")))) is None


def test_a_worker_that_lacks_a_page_at_its_path_gets_the_bytes(
    vote: SampleVote, cluster: LocalCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = twin(vote, tmp_path, "here"), twin(vote, tmp_path, "there")
    scan_paths(here, [vote.scan_folder], 1)
    monkeypatch.setattr(
        reading_cluster, "at_path", lambda ref, page: PageAtPath(replace(ref, path=Path("/nowhere")), "")
    )
    scan_paths(there, [vote.scan_folder], ClusterPlace(cluster.scheduler_address, shared_paths=True))
    assert pages_of(there) == pages_of(here)


def test_a_scan_leaves_within_reach_of_a_lost_cluster(
    vote: SampleVote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading_cluster, "CONNECT_S", 5)
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


FAULTS = """
import resource
from kiemphieu.cluster_reader import keep_memory

def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(20):
        bytearray(8_000_000)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

faults()
plain = faults()
keep_memory()
faults()
print(plain, faults())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only GNU's C library is told to keep memory")
def test_a_worker_keeps_the_memory_of_its_images() -> None:
    environment = {**os.environ, "MALLOC_TRIM_THRESHOLD_": "65536"}
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", FAULTS], capture_output=True, text=True, check=True, env=environment
    )
    plain, kept = map(int, done.stdout.split())
    assert kept < plain / 10
