"""The wheel holds the program and nothing else, and runs alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES = PROJECT["tool"]["setuptools"]["packages"]
# Built from a copy: a build in the source tree leaves folders behind that a later wheel would take up.
LEFT_BEHIND = shutil.ignore_patterns(".*", "__pycache__", "*.egg-info", "build", "dist", "demo-vote*")


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    shutil.copytree(ROOT, source, ignore=LEFT_BEHIND)
    run(sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "-w", folder, source)
    (built,) = folder.glob("*.whl")
    return built


def run(*command: object, cwd: Path | None = None) -> str:
    """Output of a command in an environment that knows nothing of the source tree."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "VIRTUAL_ENV", "KIEMPHIEU", "COV_"))
    }
    done = subprocess.run(  # noqa: S603
        [str(word) for word in command],
        cwd=cwd,
        env=environment,
        text=True,
        capture_output=True,
        check=False,
        timeout=900,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    return done.stdout


def content(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_the_wheel_holds_every_module_of_the_rooms_and_the_rule_sets(wheel):
    held = content(wheel)
    folders = [ROOT.joinpath(*name.split(".")) for name in PACKAGES]
    expected = {
        path.relative_to(ROOT).as_posix()
        for folder in folders
        for path in folder.iterdir()
        if path.suffix in {".py", ".toml"}
    }
    assert expected - held == set()
    assert {"tally/rule_sets/qd96.toml", "tally/rule_sets/nq96.toml"} <= held


def test_the_wheel_holds_nothing_else(wheel):
    tops = {name.split("/")[0] for name in content(wheel)}
    info = {name for name in tops if name.startswith("kiemphieu-")}
    assert tops - info == {name.split(".")[0] for name in PACKAGES}
    assert len(info) == 1
    assert not [name for name in content(wheel) if "gallery" in name]


def test_the_wheel_carries_licence_and_command(wheel):
    with zipfile.ZipFile(wheel) as archive:
        (info,) = {name.split("/")[0] for name in archive.namelist() if ".dist-info/" in name}
        assert "kiemphieu = kiemphieu.cli:main" in archive.read(f"{info}/entry_points.txt").decode()
        metadata = archive.read(f"{info}/METADATA").decode()
        assert f"{info}/licenses/LICENSE" in archive.namelist()
    assert "License-Expression: Apache-2.0" in metadata


@pytest.mark.slow
def test_the_wheel_runs_the_demo_alone_in_an_empty_environment(wheel, tmp_path):
    home, elsewhere = tmp_path / "environment", tmp_path / "elsewhere"
    elsewhere.mkdir()
    run(sys.executable, "-m", "venv", home)
    python = home / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", wheel, cwd=elsewhere)
    modules = ("scanner", "sample_scans", "ballot_layout", "calibration", "records", "tally")
    show = f"for name in {modules}: print(__import__(name).__file__)"
    places = run(python, "-c", show, cwd=elsewhere).splitlines()
    assert len(places) == len(modules)
    assert all(Path(place).is_relative_to(home) for place in places)
    told = run(home / "bin" / "kiemphieu", "demo", "vote", "--ballots", "6", "--lang", "en", cwd=elsewhere)
    assert "The count equals the truth" in told
    assert (elsewhere / "vote" / "kiemphieu.db").is_file()
