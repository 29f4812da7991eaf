"""Draws docs/architecture.md from the imports and docstrings that are really there.

    python docs/draw_architecture.py [--check]

Only the part between the two marker lines is drawn; the words around it are written by hand. With
`--check` nothing is written, and the exit code is 1 when the document is out of date.
"""

from __future__ import annotations

import argparse
import ast
import sys
from pathlib import Path

import grimp

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "docs" / "architecture.md"
BEGIN, END = "<!-- drawn: begin -->", "<!-- drawn: end -->"
REMEDY = "make docs"

ROOMS = (
    "kiemphieu",
    "audit",
    "calibration",
    "sample_scans",
    "ballot_layout",
    "scanner",
    "tally",
    "records",
)
"""From the top layer down."""

LIBRARIES = {
    "PIL": "Pillow",
    "cv2": "OpenCV",
    "fontTools": "fontTools",
    "font_source_serif_pro": "font-source-serif-pro",
    "skimage": "scikit-image",
    "sqlalchemy": "SQLAlchemy",
    "zxingcpp": "zxing-cpp",
}
"""Import names that differ from the names people know."""


def drawn_part() -> str:
    """Everything between the markers, as Markdown."""
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    graph = grimp.build_graph(*ROOMS, include_external_packages=True, cache_dir=None)
    parts = ["## Who imports whom", _picture(graph), _room_table(graph), "## The modules"]
    parts += [part for room in ROOMS for part in (f"### {room}", _module_table(graph, room))]
    return "\n\n".join(parts)


def drawn_document(text: str) -> str:
    """`text`, the document, with its drawn part made anew.

    Raises:
        ValueError: a marker line is missing.
    """
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{DOCUMENT.name} lacks {BEGIN} or {END}")
    return f"{before}{BEGIN}\n\n{drawn_part()}\n\n{END}{after}"


def _room_imports(graph: grimp.ImportGraph, room: str) -> list[str]:
    found = {name.split(".")[0] for module in _modules(graph, room) for name in _imported(graph, module)}
    return [other for other in ROOMS if other in found and other != room]


def _libraries(graph: grimp.ImportGraph, room: str) -> list[str]:
    found = {name.split(".")[0] for module in _modules(graph, room) for name in _imported(graph, module)}
    outside = found - set(ROOMS) - sys.stdlib_module_names
    return sorted((LIBRARIES.get(name, name) for name in outside), key=str.lower)


def _imported(graph: grimp.ImportGraph, module: str) -> set[str]:
    return graph.find_modules_directly_imported_by(module)


def _modules(graph: grimp.ImportGraph, room: str) -> list[str]:
    return sorted(name for name in graph.modules if name == room or name.startswith(f"{room}."))


def _picture(graph: grimp.ImportGraph) -> str:
    lines = ["```mermaid", "graph TD"]
    lines += [f"    {room} --> {other}" for room in ROOMS for other in _room_imports(graph, room)]
    drawn = {name for line in lines for name in line.split()}
    lines += [f"    {room}" for room in ROOMS if room not in drawn]
    return "\n".join((*lines, "```"))


def _room_table(graph: grimp.ImportGraph) -> str:
    rows = [
        (
            f"`{room}`",
            _summary(room),
            ", ".join(f"`{other}`" for other in _room_imports(graph, room)) or "–",
            ", ".join(_libraries(graph, room)) or "–",
        )
        for room in ROOMS
    ]
    return _table(("room", "is", "imports", "libraries"), rows)


def _module_table(graph: grimp.ImportGraph, room: str) -> str:
    rows = [(f"`{name}`", _summary(name)) for name in _modules(graph, room)]
    return _table(("module", "is"), rows)


def _table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '&#124;') for cell in line)} |" for line in lines)


def _summary(module: str) -> str:
    """First paragraph line of the module's docstring; a dash where it has none."""
    path = ROOT.joinpath(*module.split("."))
    package = path / "__init__.py"
    file = package if package.is_file() else path.with_suffix(".py")
    docstring = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or "–"
    return docstring.split("\n\n", maxsplit=1)[0].replace("\n", " ")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="only say whether the document is out of date")
    arguments = parser.parse_args()
    text = DOCUMENT.read_text(encoding="utf-8")
    drawn = drawn_document(text)
    if arguments.check and drawn != text:
        sys.stderr.write(f"{DOCUMENT.relative_to(ROOT)} is out of date: run `{REMEDY}`\n")
        return 1
    if drawn != text:
        DOCUMENT.write_text(drawn, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
