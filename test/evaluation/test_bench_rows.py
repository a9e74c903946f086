import json

import pytest

from legion_ros.cli.main import main
from legion_ros.evaluation.rows import append_row


def test_rows_are_appended_one_a_line_in_a_folder_that_need_not_exist(tmp_path):
    file = tmp_path / "new" / "rows.jsonl"
    for number in (1, 2):
        append_row(file, {"number": number})
    append_row(None, {"number": 3})
    assert [json.loads(line)["number"] for line in file.read_text().splitlines()] == [1, 2]


@pytest.mark.parametrize(
    "words", [["plan", "--plans", "1"], ["mixture", "--components", "3", "--calls", "3"]]
)
def test_a_speed_is_kept_with_the_code_the_date_and_the_load_it_was_taken_at(words, tmp_path, capsys):
    file = tmp_path / "speed.jsonl"
    assert main(["bench", *words, "--out", str(file)]) == 0
    row, printed = json.loads(file.read_text()), json.loads(capsys.readouterr().out)
    assert row["bench"] == words[0] and row.keys() - printed.keys() == {
        "bench",
        "commit",
        "date",
        "seed",
        "load",
    }
    assert row["date"].endswith("UTC") and row["load"] >= 0
