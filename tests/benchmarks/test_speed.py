from pathlib import Path

import cv2
import numpy as np
import pytest

import kiemphieu.page_worker as worker_module
import scanner.sheet as sheet_module
from benchmarks.speed import entry_of
from benchmarks.speed_growth import FIRST, LAST, Course, Growth, Mark
from benchmarks.speed_pages import Kind, Picture, draw_pages, print_folder, spread_pages, write_files
from benchmarks.speed_plot import speed_png
from benchmarks.speed_scan import Decoding, Run, Scans, gain
from benchmarks.speed_stages import PLAIN, STAGES, WHOLE, StageClock, Stages, measure_stages
from kiemphieu.page_file import PageBytes, decode_page

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Stages:
    root = tmp_path_factory.mktemp("stages")
    (found,) = measure_stages(root, 12, 1, [Kind(200, Picture.GREY)], 1)
    return found


def scans_of(processes: int, wall_ms: float) -> Scans:
    run = Run(first_s=1.0, wall_ms=wall_ms, cpu_ms=wall_ms, own_mb=100.0, worker_mb=150.0)
    return Scans(300, 500, processes, (Decoding(20.0, 20.0, 30.0),), (run,))


def test_every_stage_of_a_page_is_timed_and_nothing_twice(stages: Stages) -> None:
    assert stages.read == 1
    assert set(stages.costs) == {PLAIN, *STAGES, WHOLE}
    assert stages.costs[PLAIN].ratio == 1
    assert all(stages.costs[stage].cpu_ms > 0 for stage in STAGES)
    parts = sum(stages.costs[stage].wall_ms for stage in STAGES)
    assert 0.8 * stages.costs[WHOLE].wall_ms < parts <= stages.costs[WHOLE].wall_ms * 1.01


def test_a_clock_leaves_the_stages_as_they_were() -> None:
    before = sheet_module.find_ink, worker_module.decode_page
    with StageClock().running():
        assert sheet_module.find_ink is not before[0]
    assert (sheet_module.find_ink, worker_module.decode_page) == before


def test_equal_pages_become_files_of_their_own_with_equal_pixels(tmp_path: Path) -> None:
    grey = np.arange(64 * 64, dtype=np.uint8).reshape(64, 64)
    drawn = [cv2.imencode(".jpg", grey)[1].tobytes()]
    paths = spread_pages(drawn, 3, tmp_path / "scans")
    files = [path.read_bytes() for path in paths]
    assert len(set(files)) == 3
    pixels = [decode_page(PageBytes(data, ".jpg")) for data in (*drawn, *files)]
    assert all(np.array_equal(pixels[0], other) for other in pixels[1:])


def test_a_page_is_drawn_once_for_all_its_files(tmp_path: Path) -> None:
    printed = print_folder(tmp_path / "vote", 30, 1)
    kinds = [Kind(200, picture) for picture in Picture]
    drawn = draw_pages(printed, 1, kinds, processes=1)
    assert printed.pages > 1
    images = {}
    for kind in kinds:
        (path,) = write_files(drawn[kind], kind.picture.suffix, tmp_path / kind.picture.name)
        images[kind.picture] = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    assert images[Picture.COLOUR].shape == (*images[Picture.GREY].shape, 3)
    assert set(np.unique(images[Picture.TIFF])) == {0, 255}
    assert np.array_equal(images[Picture.TIFF] > 0, images[Picture.PNG] > 0)


def test_two_processes_are_held_against_one() -> None:
    assert gain([scans_of(1, 60.0), scans_of(2, 32.0)], 300) == pytest.approx(1.875)
    assert scans_of(1, 60.0).ratios("wall_ms") == [3.0]


def test_growth_is_told_from_the_first_mark_on() -> None:
    def course(name: str, ms: float) -> Course:
        return Course(name, 0, (Mark(10, 5.0, 100.0, 150.0), Mark(110, 5.0 + ms / 10, 110.0, 160.0)))

    growth = Growth(110, 1000, 1.0, 2.0, (course(FIRST, 30.0), course(LAST, 31.5)))
    assert growth.median(LAST) / growth.median(FIRST) == pytest.approx(1.05)
    assert growth.worker_mb(FIRST) == 160.0


def test_a_history_is_drawn(stages: Stages) -> None:
    scans = [scans_of(1, 60.0), scans_of(2, 32.0)]
    entry = entry_of([stages], scans, None, 0.0)
    one, many = speed_png([stages], scans, []), speed_png([stages], scans, [entry, entry])
    assert one.startswith(PNG)
    heights = [cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR).shape[0] for png in (one, many)]
    assert heights[0] < heights[1]
