"""The program's commands as a test calls them, in English."""

from __future__ import annotations

import json
from typing import Any

from click.testing import CliRunner, Result

from kiemphieu.cli import main


def run(*words: object) -> Result:
    return CliRunner(env={"KIEMPHIEU_LANG": "en"}).invoke(main, [str(word) for word in words])


def data(*words: object) -> Any:
    """The document that the command writes with `--json`."""
    return json.loads(run(*words, "--json").stdout)
