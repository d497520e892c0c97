"""How long a plan takes, for one enterprise and for a province, and how long it takes to say how firm a level is.

    python -m pytest benchmarks/bench_way.py

writes its table into ``benchmarks/README.md``. The sheets are random: every choice as likely as any other, which is
harder than what enterprises send, because nearly every requirement may be raised. "All" are both readings and every
target above the present level, by six sheets; the worst of them is told apart. The harder sheets for plans in order
have gaps, mostly low answers, and costs of their own for every requirement, in whole or hundredth units.
"""

import gc
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial
from pathlib import Path
from random import Random
from statistics import median
from time import perf_counter, process_time
from typing import Any

import numpy as np
import pytest

from bench_scoring import machine
from maturity import Answers, assess, load_model
from maturity.answers import NOT_APPLICABLE, UNANSWERED
from maturity.firmness import fewest_changes, how_firm, probabilities, weight_ranges
from maturity.improvement import Costs, LevelTarget, next_levels, plan
from maturity.models import READINGS
from sheets_of_answers import batch, random_columns

MODEL = load_model("gbt39116-2020")
SHEETS, HARDER, PROVINCE, DRAWS = 6, 400, 1_000, 100_000
PAGE = Path(__file__).parent / "README.md"
BEGIN, END = "<!-- way: begin -->\n", "<!-- way: end -->\n"
LINES: list[tuple[str, ...]] = []


@pytest.fixture(scope="module", autouse=True)
def table(request: pytest.FixtureRequest) -> Iterator[None]:
    """Write the table once the whole file has run."""
    yield
    if request.session.testsfailed or len(LINES) < sum(item.path == request.path for item in request.session.items):
        return
    head = "| what | times | median s | worst s | worst processor s |\n|---|--:|--:|--:|--:|\n"
    rows = "".join(f"| {' | '.join(line)} |\n" for line in LINES)
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}{machine()}.\n\n{head}{rows}{END}{rest.partition(END)[2]}", encoding="utf-8")


def measure(what: str, works: list[Callable[[], Any]]) -> None:
    """Time each work once, and note the row; processor time leaves out what other programs took."""
    walls, processors = [], []
    for work in works:
        gc.collect()
        wall, processor = perf_counter(), process_time()
        work()
        walls.append(perf_counter() - wall)
        processors.append(process_time() - processor)
    figures = (f"{median(walls):.3g}", f"{max(walls):.3g}", f"{max(processors):.3g}")
    LINES.append((what, str(len(works)), *figures))


def sheets(reserved: float = 0.0) -> list[Answers]:
    """Single enterprises, the profiles in turn."""
    answers = batch(MODEL, random_columns(MODEL, SHEETS, reserved=reserved))
    return [answers.take(slice(i, i + 1)) for i in range(SHEETS)]


@pytest.mark.parametrize("ordered", [False, True])
@pytest.mark.parametrize("reserved", [0.0, 0.1])
def test_one_enterprise(ordered: bool, reserved: float) -> None:
    works: list[Callable[[], Any]] = []
    for answers in sheets(reserved):
        assessment = assess(answers)
        for reading in READINGS:
            for level in range(int(assessment.level_by_reading[reading][0]) + 1, len(MODEL.levels) + 1):
                target = LevelTarget(level, reading)
                works.append(lambda a=assessment, t=target: plan(a, t, ordered=ordered))  # type: ignore[misc]
    gaps = ", 10 % not applicable and 10 % unanswered" if reserved else ""
    measure(f"`plan` of one enterprise, all{gaps}{', ordered' if ordered else ''}", works)


def test_harder_sheets_in_order() -> None:
    works: list[Callable[[], Any]] = [harder(seed) for seed in range(HARDER)]
    measure("`plan` of one enterprise, harder sheets and costs, ordered", works)


def harder(seed: int) -> Callable[[], Any]:
    """A plan in order for a sheet with gaps, with costs of its own, and with fixed and forbidden items."""
    rng = Random(seed)
    gaps, weights = rng.choice([0, 0.1, 0.3]), rng.choice([(1, 1, 1, 1), (3, 3, 1, 0.5), (3, 0.3, 0.3, 3)])
    ids = [asked.id for asked in MODEL.requirements]
    points = [
        rng.choice([NOT_APPLICABLE, UNANSWERED]) if rng.random() < gaps else rng.choices([0, 5, 8, 10], weights)[0]
        for _ in ids
    ]
    profile = MODEL.profiles[seed % len(MODEL.profiles)].id
    assessment = assess(Answers.from_points(MODEL, np.array([points], np.uint8), ids=[str(seed)], profiles=profile))
    least, most, unit = rng.choice([(1, 1, 1), (1, 60, 1), (50, 2_000, 100)])
    costs = Costs.of(MODEL, [{"id": id, "cost": Decimal(rng.randint(least, most)) / unit} for id in ids])
    half = len(ids) // 2
    forbidden = rng.sample(ids[:half], rng.choice([0, 4]))
    fixed = dict.fromkeys(rng.sample(ids[half:], rng.choice([0, 4])), "mostly")
    reading = rng.choice(READINGS)
    present = max(int(assessment.level_by_reading[reading][0]), 0)
    target = LevelTarget(rng.randint(min(present + 1, len(MODEL.levels)), len(MODEL.levels)), reading)
    return partial(plan, assessment, target, costs=costs, forbidden=forbidden, fixed=fixed, ordered=True)


@pytest.mark.parametrize("processes", [2])
def test_a_province(processes: int) -> None:
    assessment = assess(batch(MODEL, random_columns(MODEL, PROVINCE)))
    aims = next_levels(assessment, range(PROVINCE))

    def work() -> None:
        for aim, rows in aims.items():
            plan(assessment, aim, rows=rows, processes=processes)

    measure(f"`plan` of {PROVINCE:,} enterprises to their next levels, {processes} processes", [work])


@pytest.mark.parametrize("reserved", [0.0, 0.3])
def test_draws(reserved: float) -> None:
    works: list[Callable[[], Any]] = [
        lambda a=answers: probabilities(a, draws=DRAWS)  # type: ignore[misc]
        for answers in sheets(reserved)
    ]
    gaps = ", 30 % not applicable and 30 % unanswered" if reserved else ""
    measure(f"`probabilities`, {DRAWS:,} draws{gaps}", works)


@pytest.mark.parametrize(
    ("name", "ask"),
    [
        ("fewest_changes", fewest_changes),
        ("weight_ranges", lambda answers: weight_ranges(answers, 5)),
        ("how_firm", how_firm),
    ],
)
def test_firmness(name: str, ask: Callable[[Answers], Any]) -> None:
    measure(f"`{name}` of one enterprise", [lambda a=answers: ask(a) for answers in sheets()])  # type: ignore[misc]
