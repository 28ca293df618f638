"""The page of benchmarks shows the committed results, and nothing else."""

import json
import re
import xml.etree.ElementTree as ET

import pytest

from benchmarks import page
from benchmarks.report import RESULTS


def test_page_and_plots_are_generated_from_the_results():
    """After new results, `make figures` updates them."""
    made = page.made()

    assert {path: path.read_text(encoding="utf-8") for path in made} == made
    assert set(page.PLOTS.iterdir()) == made.keys() - {page.PAGE}


def test_every_result_is_on_the_page_once():
    """No result is missing, and none is repeated."""
    shown = [found[2] for found in page.MARKERS.finditer(page.PAGE.read_text(encoding="utf-8"))]

    assert sorted(shown) == sorted(path.stem for path in RESULTS.glob("*.json"))


@pytest.mark.parametrize("name", page.BARS)
def test_plot_shows_our_bars_beside_others(name):
    """One bar for each row, ours in another colour, each with its value."""
    rows = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))["rows"]
    for plot in page.BARS[name]:
        picture = ET.fromstring(page.svg(plot, plot.bars(rows)))

        texts = [part.text for part in picture.iter("{http://www.w3.org/2000/svg}text")]
        colours = [part.get("fill") for part in picture.iter("{http://www.w3.org/2000/svg}rect")]
        assert texts[0] == plot.title
        assert len(texts) == 2 * len(colours) - 1
        assert colours[1:].count("#00796b") >= 1
        assert "#90a4ae" in colours


def test_cells_are_escaped():
    """Text of a row with Markdown or HTML characters stays in its cell."""
    made = page.table([{"what": "a | b", "us": 1.5, "who": "<i>"}])

    assert made.splitlines() == ["| what | us | who |", "| --- | --: | --- |", r"| a \| b | 1.5 | &lt;i> |"]


def test_prose_repeats_no_number_of_a_result():
    """The text between the tables stays true when the results change."""
    words = page.MARKERS.sub("", page.PAGE.read_text(encoding="utf-8"))

    assert re.findall(r"\d+(?:\.\d+)? ?(?:µs|KiB|requests/s)", words) == []


def test_comparison_repeats_the_results():
    """Each number in a table of the comparison page stands in the result that its row names."""
    text = (page.PAGE.parent / "explanation" / "compare.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| [^|]+ \| `(\w+)` \| (.+) \|$", text, re.MULTILINE)

    assert {name for name, _ in rows} > {"handler", "chatbot", "chat_tools", "state", "sqlite", "strangers", "flights"}
    for name, cells in rows:
        known = set(re.findall(r"\d+(?:\.\d+)?", (RESULTS / f"{name}.json").read_text(encoding="utf-8")))
        assert set(re.findall(r"\d+(?:\.\d+)?", cells)) <= known, cells
