"""An invented province for the benchmarks of reports: answers thin out upwards; facts, industries, cities."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from maturity import Assessment, Decisions, assess, decide, load_model, load_programme
from maturity.cohort import Division, by_column
from maturity.scenarios import Facts
from sheets_of_answers import batch, random_columns

ON = date(2025, 6, 30)
INDUSTRIES = ("汽车制造", "食品加工", "医药", "石化", "轨道交通装备", "冶金", "建材")
CITIES = ("长春", "吉林", "四平", "延边", "")


@dataclass(frozen=True)
class Province:
    """A batch, decided, with the names of its enterprises and what to divide it by."""

    assessment: Assessment
    decisions: Decisions
    names: Sequence[str]
    by: Sequence[Division]


def province(n: int, *, seed: int = 20250630) -> Province:
    """So many enterprises, in levels 1 to 4; one answer in a hundred is open, as many are not applicable."""
    model, programme = load_model("gbt39116-2020"), load_programme("jilin-2024-228", on=ON)
    random = np.random.default_rng(seed)
    columns = random_columns(model, n, reserved=0.01)
    level = np.array([requirement.level for requirement in model.requirements])
    able = random.random((len(level), n)) < (1.15 - 0.25 * level)[:, np.newaxis] * random.random(n) * 2
    columns[able & (columns < 254)] = 10
    assessment = assess(batch(model, columns))
    facts: dict[str, Sequence[Any]] = {
        "registered": [True] * n,
        "legal_status": ["legal_person"] * n,
        "project_in_jilin": [True] * n,
        "transformation": ["implemented"] * n,
        "operation_sound": [True] * n,
        "finance_sound": [True] * n,
        "last_violation_on": ["none"] * n,
        "last_major_problem_on": ["none"] * n,
        "credit_grade": [programme.fact("credit_grade").options[-1].id] * n,
        "in_production": (random.random(n) > 0.3).tolist(),
        "investment_equipment": random.integers(100, 5000, n).tolist(),
        "investment_software": random.integers(0, 500, n).tolist(),
        "investment_services": [0] * n,
        "c3mep_self_assessment_completed": [True] * n,
    }
    stated = Facts.from_columns(programme, facts, ids=assessment.answers.ids)
    by = [
        by_column("industry", random.choice(INDUSTRIES, n).tolist()),
        by_column("city", random.choice(CITIES, n, p=[0.6, 0.2, 0.1, 0.05, 0.05]).tolist()),
    ]
    names = [f"示例{i}号智能制造有限公司" for i in range(n)]
    return Province(assessment, decide(programme, assessment, stated, on=ON), names, by)
