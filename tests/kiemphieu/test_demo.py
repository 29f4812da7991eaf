from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from kiemphieu.cli import main


def test_a_small_demo_counts_what_was_marked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "demo-vote").mkdir()
    result = CliRunner().invoke(main, ["demo", "--ballots", "6", "--workers", "1", "--json"])
    assert result.exit_code == 0, result.output
    data = json.loads(result.stdout)
    assert data["folder"] == "demo-vote-2"
    assert data["differences"] == []
    assert data["tally"]["ballots"]["issued"] == 6
    assert data["tally"]["ballots"]["returned"] == 5
    assert len(list((tmp_path / "demo-vote-2" / "scans").iterdir())) == 5
    assert len(data["tally"]["officials"]) == 12
    again = CliRunner().invoke(main, ["demo", "demo-vote-2"])
    assert again.exit_code == 3
