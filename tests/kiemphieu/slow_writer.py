"""A scanner that saves slowly: writes files into a folder in pieces, with pauses, as a process of its own.

    python slow_writer.py SOURCE TARGET SEED PAUSE

Some files grow under their own name, some under another name and are renamed, and some get their space in
advance. Every time of a file is set to one second, as a server with coarse times shows it.
"""

from __future__ import annotations

import os
import random
import sys
import time
from pathlib import Path


def write_in_pieces(data: bytes, target: Path, pause_s: float, rng: random.Random) -> None:
    way = rng.choice(("grow", "rename", "reserve"))
    place = target.with_name(target.name + ".part") if way == "rename" else target
    cuts = sorted(rng.sample(range(1, len(data)), 4))
    with place.open("wb") as out:
        if way == "reserve":
            out.write(bytes(len(data)))
            out.seek(0)
        for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True):
            out.write(data[start:end])
            out.flush()
            os.utime(place, (1_700_000_000, 1_700_000_000))
            time.sleep(rng.uniform(0, pause_s))
    os.utime(place, (1_700_000_000, 1_700_000_000))
    place.replace(target)


def main() -> None:
    source, target, seed, pause_s = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
    rng = random.Random(seed)
    paths = sorted(source.iterdir())
    rng.shuffle(paths)
    for path in paths:
        write_in_pieces(path.read_bytes(), target / path.name, pause_s, rng)


if __name__ == "__main__":
    main()
