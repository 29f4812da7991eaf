"""Runs the measurements.

python -m benchmarks                      all of them, one after the other, with their defaults
python -m benchmarks NAME [OPTION…]       one, with its own options; `NAME --help` lists them
python -m benchmarks --list               names and what each measures
"""

from __future__ import annotations

import argparse
import ast
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent


def benchmarks() -> dict[str, str]:
    """Name and first docstring line of every module here that can be run."""
    found: dict[str, str] = {}
    for path in sorted(FOLDER.glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        runs = any(isinstance(node, ast.FunctionDef) and node.name == "main" for node in tree.body)
        if runs and not path.stem.startswith("_"):
            found[path.stem] = (ast.get_docstring(tree) or "").split("\n\n", maxsplit=1)[0].replace("\n", " ")
    return found


def run(name: str, options: list[str]) -> int:
    """Runs one benchmark in a process of its own, so that none changes another's timing."""
    command = [sys.executable, "-m", f"benchmarks.{name}", *options]
    return subprocess.run(command, cwd=FOLDER.parent, check=False).returncode


def main() -> int:
    known = benchmarks()
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Runs one measurement, or all of them.",
        epilog="\n".join(f"{name:10s}{text}" for name, text in known.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--list", action="store_true", help="names and what each measures")
    parser.add_argument("name", nargs="?", choices=sorted(known), metavar="NAME", help="one of those below")
    parser.add_argument("options", nargs=argparse.REMAINDER, metavar="OPTION", help="handed to it")
    arguments = parser.parse_args()
    if arguments.list:
        print(parser.epilog)
        return 0
    if arguments.name is not None:
        return run(arguments.name, arguments.options)
    codes = []
    for name, text in known.items():
        print(f"== {name}: {text}", flush=True)
        codes.append(run(name, []))
        print(flush=True)
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
