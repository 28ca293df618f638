"""The benchmarks page shows the committed results, all of them, and nothing else."""

import json
import re
import xml.etree.ElementTree as ET

import pytest

from benchmarks import page
from benchmarks.report import RESULTS


def test_the_page_and_its_plots_are_what_the_results_make():
    """After new results: `make figures`."""
    made = page.made()

    assert {path: path.read_text(encoding="utf-8") for path in made} == made
    assert set(page.PLOTS.iterdir()) == made.keys() - {page.PAGE}


def test_every_result_stands_on_the_page_once():
    """No result is missing from the page."""
    shown = [found[2] for found in page.MARKERS.finditer(page.PAGE.read_text(encoding="utf-8"))]

    assert sorted(shown) == sorted(path.stem for path in RESULTS.glob("*.json"))


@pytest.mark.parametrize("name", page.BARS)
def test_a_plot_shows_ours_beside_others(name):
    """One bar a row, ours in another colour, each with its figure."""
    rows = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))["rows"]
    for plot in page.BARS[name]:
        picture = ET.fromstring(page.svg(plot, plot.bars(rows)))

        texts = [part.text for part in picture.iter("{http://www.w3.org/2000/svg}text")]
        colours = [part.get("fill") for part in picture.iter("{http://www.w3.org/2000/svg}rect")]
        assert texts[0] == plot.title
        assert len(texts) == 2 * len(colours) - 1
        assert colours[1:].count("#00796b") >= 1
        assert "#90a4ae" in colours


def test_a_cell_cannot_break_the_table():
    """What a row says is text, whatever signs are in it."""
    made = page.table([{"what": "a | b", "us": 1.5, "who": "<i>"}])

    assert made.splitlines() == ["| what | us | who |", "| --- | --: | --- |", r"| a \| b | 1.5 | &lt;i> |"]


def test_the_page_has_no_figure_of_a_result_in_its_own_words():
    """Words between the tables stay true when the results change."""
    words = page.MARKERS.sub("", page.PAGE.read_text(encoding="utf-8"))

    assert re.findall(r"\d+(?:\.\d+)? ?(?:µs|KiB|requests/s)", words) == []
