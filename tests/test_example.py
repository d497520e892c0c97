"""The shipped example holds one enterprise of every kind that the library tells apart."""

from functools import cache
from importlib.resources import files
from pathlib import Path

import pytest
from openpyxl import load_workbook

import example_batch
from maturity import Decisions, assess, decide, load_model, load_programme
from maturity.sheets import Batch, read_batch

WORKBOOK = Path(str(files("maturity.examples").joinpath("enterprises.xlsx")))


@cache
def judged() -> tuple[Batch, Decisions]:
    """The example, read, scored and decided on the day of application."""
    programme = load_programme("jilin-2024-228", on=example_batch.ON)
    batch = read_batch(WORKBOOK, load_model("gbt39116-2020"), programme)
    assert batch.facts is not None
    return batch, decide(programme, assess(batch.answers), batch.facts, on=example_batch.ON)


def row(id: str) -> int:
    return judged()[0].answers.ids.index(id)


def test_workbook_is_what_its_script_writes(tmp_path: Path) -> None:
    """The shipped workbook and the script that makes it say the same, cell by cell."""
    example_batch.write(tmp_path / "again.xlsx")
    shipped, again = (load_workbook(path).active for path in (WORKBOOK, tmp_path / "again.xlsx"))
    assert shipped is not None
    assert again is not None
    assert list(shipped.values) == list(again.values)


def test_example_is_clean() -> None:
    """The example has no problems; what people typed in other units is noted."""
    batch, _ = judged()
    assert batch.problems == ()
    assert len(batch.answers) >= 12
    assert all(name.startswith("示例") for name in batch.names)
    assert {batch.answers.profile(i) for i in range(len(batch.answers))} == {"discrete", "process"}
    assert any("1.2亿元" in note.text("zh") for note in batch.notes)


# fmt: off
EXPECTED = [
    ("JL001", 3, 3, 3, 3, ("eligible", "eligible", "eligible")),
    ("JL002", 2, 2, 2, 2, ("eligible", "eligible", "ineligible")),
    ("JL003", 1, 1, 1, 1, ("eligible", "ineligible", "ineligible")),    # exactly 2000
    ("JL004", 2, 2, 2, 2, ("eligible", "ineligible", "ineligible")),    # exactly on the mark, twice
    ("JL005", 1, 4, 1, 1, ("eligible", "undecided", "ineligible")),     # half filled in
    ("JL006", 2, 2, 2, 1, ("eligible", "ineligible", "ineligible")),    # not applicable is no way up
    ("JL007", 2, 2, 2, 2, ("eligible", "eligible", "ineligible")),      # trimmed
    ("JL008", 3, 3, 1, 3, ("eligible", "eligible", "eligible")),        # the readings differ
    ("JL009", 0, 5, 0, 0, ("eligible", "eligible", "ineligible")),      # declared level only
    ("JL010", 1, 1, 1, 1, ("cultivation", "ineligible", "ineligible")),
    ("JL011", 1, 1, 1, 1, ("undecided", "ineligible", "ineligible")),
    ("JL012", 2, 2, 2, 2, ("ineligible", "ineligible", "ineligible")),
    ("JL013", 0, 0, 0, 0, ("ineligible", "ineligible", "ineligible")),  # missed by the band alone
    ("JL014", 4, 4, 4, 4, ("eligible", "eligible", "eligible")),
]
# fmt: on


@pytest.mark.parametrize(("id", "level", "possible", "stepwise", "if_na_unmet", "verdicts"), EXPECTED)
def test_every_kind(
    id: str, level: int, possible: int, stepwise: int, if_na_unmet: int, verdicts: tuple[str, ...]
) -> None:
    """Levels and verdicts of the example, as its script means them."""
    _, decisions = judged()
    assessment, i = decisions.assessment, row(id)
    assert assessment is not None
    stepwise_levels = assessment.level_by_reading["stepwise"]
    found = (assessment.level, assessment.level_possible, stepwise_levels, assessment.level_if_na_unmet)
    assert [int(levels[i]) for levels in found] == [level, possible, stepwise, if_na_unmet]
    assert tuple(str(verdict[i]) for verdict in decisions.verdict.values()) == verdicts


def test_missed_by_the_band_alone_says_so() -> None:
    """The verdict line names the reading it hangs on and quotes the wording."""
    _, decisions = judged()
    line = decisions.headline("digital_workshop", row("JL013"), "en")
    assert "ineligible by the reading 'lower bound', eligible by the reading 'reference only'" in line
    assert "智能制造能力成熟度评估1-2级要求" in line
