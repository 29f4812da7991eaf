"""The histograms are well-formed and put every box and limit where it belongs."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from benchmarks.accuracy_plot import PLOTS, histogram_svg
from scanner.options import ReaderOptions

OPTIONS = ReaderOptions().marks


@pytest.mark.parametrize("plot", PLOTS, ids=lambda plot: plot.score)
def test_a_histogram_is_xml_and_draws_every_box_once(plot):
    svg = histogram_svg(plot, [0.9, 0.95, 0.0, 1e9], [0.0, 0.02], OPTIONS)
    root = ElementTree.fromstring(svg)  # noqa: S314 - our own text
    texts = [element.text or "" for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert f"{plot.strong_name}: 4" in texts
    assert f"{plot.weak_name}: 2" in texts
    bars = list(root.iter("{http://www.w3.org/2000/svg}rect"))
    assert all(float(bar.get("height", "0")) > 0 for bar in bars)
    for limit in plot.limits:
        if hasattr(OPTIONS, limit):
            assert any(text.startswith(limit) for text in texts)


def test_an_empty_campaign_has_an_empty_histogram():
    ElementTree.fromstring(histogram_svg(PLOTS[0], [], [], OPTIONS))  # noqa: S314 - our own text
