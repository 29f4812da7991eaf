"""`export --package`, and `verify` of a package on another machine."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest
from command_line import data, run
from printed_votes import SampleVote

from ballot_layout.tokens import load_private_key


@pytest.fixture
def packed(vote: SampleVote, tmp_path: Path) -> tuple[SampleVote, Path]:
    run("scan", vote.root, vote.scan_folder, "--workers", "1")
    run("tally", vote.root)
    run("seal", vote.root)
    out = tmp_path / "vote.package.tar"
    assert run("export", vote.root, "--package", "-o", out).exit_code == 0
    return vote, out


def contents(path: Path) -> dict[str, bytes]:
    with tarfile.open(path) as tar:
        return {member.name: tar.extractfile(member).read() for member in tar}  # type: ignore[union-attr]


def rewritten(path: Path, files: dict[str, bytes]) -> Path:
    target = path.with_name("changed.tar")
    with tarfile.open(target, "w") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return target


def test_a_package_is_verified_without_the_folder_and_the_private_key(
    packed: tuple[SampleVote, Path],
) -> None:
    vote, path = packed
    assert not any("ballot.key" in name for name in contents(path))
    key = path.with_name("ballot.pub")
    key.write_bytes(vote.folder.public_key.read_bytes())
    found = data("verify", path, "--key", key)
    assert (found["verified"], found["pages"], found["reread"]) == (True, 4, 4)
    assert found["head"] == data("verify", vote.root)["head"]


def test_a_package_without_images_is_checked_as_far_as_it_goes(
    packed: tuple[SampleVote, Path], tmp_path: Path
) -> None:
    vote, _ = packed
    out = tmp_path / "small.tar"
    run("export", vote.root, "--package", "--without-images", "-o", out)
    assert not any(name.startswith("pages/") for name in contents(out))
    found = data("verify", out)
    assert (found["verified"], found["pages"], found["reread"]) == (True, 4, 0)


def test_another_committees_key_does_not_fit(packed: tuple[SampleVote, Path], other_vote: SampleVote) -> None:
    _, path = packed
    assert run("verify", path, "--key", other_vote.folder.public_key).exit_code == 7


@pytest.mark.parametrize("name", ["kiemphieu.db", "vote.toml", "layout.json", "manifest.json", "pages"])
def test_a_change_of_any_file_in_it_is_told(packed: tuple[SampleVote, Path], name: str) -> None:
    _, path = packed
    files = contents(path)
    chosen = next(known for known in files if known.startswith(name))
    middle = len(files[chosen]) // 2
    files[chosen] = files[chosen][:middle] + bytes([files[chosen][middle] ^ 1]) + files[chosen][middle + 1 :]
    result = run("verify", rewritten(path, files))
    assert result.exit_code == 7
    assert (chosen if name != "manifest.json" else "manifest.sig") in result.stdout


def test_a_file_gone_and_a_file_too_many_are_told(packed: tuple[SampleVote, Path]) -> None:
    _, path = packed
    files = contents(path)
    gone = next(name for name in files if name.startswith("pages/"))
    assert gone in run("verify", rewritten(path, {n: c for n, c in files.items() if n != gone})).stdout
    result = run("verify", rewritten(path, {**files, "reports/extra.txt": b"x"}))
    assert (result.exit_code, "reports/extra.txt" in result.stdout) == (7, True)


def test_a_record_that_is_not_sealed_is_packed_on_demand_only(vote: SampleVote, tmp_path: Path) -> None:
    run("scan", vote.root, vote.scan_folder, "--workers", "1")
    out = tmp_path / "early.tar"
    assert run("export", vote.root, "--package", "-o", out).exit_code == 3
    assert not out.exists()
    assert run("export", vote.root, "--package", "--unsealed", "-o", out).exit_code == 0
    assert run("verify", out).exit_code == 0


def test_a_key_that_is_not_there_is_bad_input(packed: tuple[SampleVote, Path]) -> None:
    _, path = packed
    assert run("verify", path, "--key", path.with_name("nobody.pub")).exit_code == 3


def test_a_file_that_is_no_package_is_told(tmp_path: Path) -> None:
    path = tmp_path / "vote.tar"
    for content in (b"", b"nothing of the kind" * 100):
        path.write_bytes(content)
        assert run("verify", path).exit_code == 3


@pytest.mark.parametrize("manifest", [b"[" * 100_000, b"[]", b"{}", b'{"files":[]}', b'{"files":[1]}'])
def test_a_manifest_that_a_stranger_made_and_signed_is_told(
    packed: tuple[SampleVote, Path], manifest: bytes
) -> None:
    vote, path = packed
    key = load_private_key(vote.folder.private_key.read_bytes())
    signature = key.sign(b"kiemphieu package 1\n" + manifest).hex().encode()
    changed = rewritten(path, {"manifest.json": manifest, "manifest.sig": signature})
    result = run("verify", changed, "--key", vote.folder.public_key)
    assert (result.exit_code, "manifest.json" in result.stderr) == (3, True)


def test_without_the_private_key_nothing_is_signed(packed: tuple[SampleVote, Path], tmp_path: Path) -> None:
    vote, _ = packed
    vote.folder.private_key.unlink()
    assert run("export", vote.root, "--package", "-o", tmp_path / "x.tar").exit_code == 3
    assert not (tmp_path / "x.tar").exists()
