"""The page: what it shows, what it needs (nothing), what it refuses."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from legion_ros.cli.main import main
from legion_ros.evaluation.figures import Line, heat_map, line_chart, number
from legion_ros.evaluation.report import page
from legion_ros.evaluation.report_novelty import novelty_section
from legion_ros.evaluation.run_folder import RunError

from .fakes import CONFIG, FakeMethod, FakeMixture, ran

EXPERTS = replace(CONFIG, stream="legion10", method="experts")


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    out = tmp_path_factory.mktemp("results")
    runs = [(EXPERTS, FakeMixture), (replace(EXPERTS, seed=1), FakeMixture)]
    runs.append((replace(EXPERTS, method="finetune"), lambda: FakeMethod(forgetful=True)))
    runs.append((replace(EXPERTS, method="packnet", order="reverse"), lambda: FakeMethod(needs_task_id=True)))
    for config, make in runs:
        ran(out, config, make)
    return out


class Balanced(HTMLParser):
    """Complains about a tag that is closed and was not open, or the other way round."""

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attrs):
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_startendtag(self, tag, attrs):
        pass


def test_the_page_is_whole_html_and_needs_nothing_else(results):
    text = page(results)
    parser = Balanced()
    parser.feed(text)
    assert not parser.open
    assert not re.search(r"https?://|<script|<link|<img|url\(|@import", text)


def test_every_run_is_there_with_its_command_and_seed(results):
    text = page(results)
    assert text.count("<details") == 4
    assert (
        text.count("legion evaluate --stream legion10 --methods experts --orders curriculum --seeds 1") == 2
    )
    assert "experts, curriculum, seed 1" in text


def test_runs_of_one_method_are_one_row_with_an_interval_over_seeds(results):
    text = page(results)
    assert "2 seeds" in text
    assert "1.00 to 1.00, seeds" in text
    assert "1 seed<" in text


def test_ours_stands_beside_what_was_published_with_its_conditions(results):
    text = page(results)
    assert ".788" in text and "± .045, 7 runs" in text
    assert "69-71 h" in text and ">fixed<" in text and ">random<" in text
    assert "PackNet" not in text  # of another stream


def test_figures_of_the_mixture_are_shown_where_there_is_one(results):
    text = page(results)
    assert text.count("What the mixture made of the stream") == 1
    assert "components found, a line for each run" in text


def test_how_long_each_task_took_to_eight_tenths_is_shown(results):
    text = page(results)
    assert text.count("until .8 of the training episodes succeed") == 4
    assert "not reached" in text


def test_the_space_is_judged_in_sentences_that_nothing_learned_from(results):
    text = page(results)
    assert text.count("<h2>Known or new</h2>") == 1
    assert "asked for in unseen paraphrases" in text
    assert "reliability: of the episodes with this p(new)" in text


def test_a_space_that_was_never_judged_has_no_table():
    assert novelty_section({"families": []}) == ""


def test_a_name_is_no_markup(results, tmp_path):
    rows = (results / "streams.jsonl").read_text().replace("task-0", "<b>&task-0")
    (tmp_path / "streams.jsonl").write_text(rows)
    assert "&lt;b&gt;&amp;task-0" in page(tmp_path)


def test_a_report_of_rows_alone_still_comes_out(results, tmp_path):
    (tmp_path / "streams.jsonl").write_bytes((results / "streams.jsonl").read_bytes())
    assert page(tmp_path).count("<details") == 4


def test_nothing_to_report_is_an_error_that_says_what_to_run(tmp_path):
    with pytest.raises(RunError, match="run `legion evaluate --out"):
        page(tmp_path)
    (tmp_path / "streams.jsonl").write_text('{"stream": "legion10"}\n')
    with pytest.raises(RunError, match="average_success"):
        page(tmp_path)


def test_the_command_writes_the_page(results, tmp_path, capsys):
    assert main(["report", "--results", str(results), "--out", str(tmp_path / "new" / "page.html")]) == 0
    assert (tmp_path / "new" / "page.html").read_text() == page(results)
    assert main(["report", "--results", str(tmp_path)]) == 1
    assert "no rows in" in capsys.readouterr().err


def test_numbers_are_written_short():
    assert [number(v) for v in (0.951, 1.0, -0.03, 0.0, -0.001, None)] == [
        ".95",
        "1.00",
        "−.03",
        ".00",
        ".00",
        "–",
    ]


def test_a_heat_map_has_a_cell_for_each_value_and_outlines_the_lesson():
    drawn = heat_map([[1.0, None], [0.5, 0.25]], ["1. a", "2. b"], ["a", "b"], [0, 1])
    assert drawn.count('class="full"') == 3
    assert drawn.count('class="untried"') == 1
    assert drawn.count('class="learned"') == 2
    assert 'fill-opacity="0.250"' in drawn


def test_a_line_goes_from_corner_to_corner():
    drawn = line_chart([Line("up", 0, [(0, 0.0), (10, 1.0)])], "x", "y")
    assert 'points="46.0,210.0 448.0,12.0"' in drawn


@pytest.mark.parametrize("points", [[(3, 0.5)], [(1, 0.0), (2, 0.0)], [(0, 0.1), (1_000_000, 0.9)]])
def test_any_line_can_be_drawn(points):
    assert "nan" not in line_chart([Line("any", 0, points)], "x", "y", whole=True)
