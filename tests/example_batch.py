"""Makes the shipped example, ``src/maturity/examples/enterprises.xlsx``: run it to write the workbook again.

The enterprises are invented. The workbook looks as an office would send it: a title above a Chinese header, answers by
their Chinese labels, money as people type it.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font

from maturity.models import MaturityModel, load_model
from maturity.scenarios import Programme, load_programme

ON = date(2025, 6, 30)
Answer = str | None
Cell = str | int | float | date | None


@dataclass(frozen=True)
class Enterprise:
    """An invented enterprise: its answers by level, repeated over the requirements, and what differs from `SOUND`."""

    id: str
    name: str
    profile: str
    levels: Sequence[Sequence[Answer]]
    facts: Mapping[str, Cell] = field(default_factory=dict)
    answers: Mapping[str, Answer] = field(default_factory=dict)
    """By requirement, subdomain or cell (``data.3``); wins over the levels."""


SOUND: Mapping[str, Cell] = {
    "registered": "是",
    "legal_status": "独立法人",
    "project_in_jilin": "是",
    "transformation": "已实施",
    "operation_sound": "是",
    "finance_sound": "是",
    "last_violation_on": "无",
    "last_major_problem_on": "无",
    "credit_grade": "良好",
    "in_production": "是",
    "digital_workshops": 1,
    "c3mep_self_assessment_completed": "是",
    "materials_complete": "是",
    "applied_on": ON,
}

FULL, MOSTLY, PARTLY, NONE, NOT_APPLICABLE = "全部满足", "大部分满足", "部分满足", "不满足", "不适用"
SIX = "数字化设计、智能化生产、精益化管理、绿色化制造、网络化协同、智慧供应链"


def invested(equipment: Cell, software: Cell, services: Cell) -> dict[str, Cell]:
    """The three parts of the investment, in 万元 unless the text says otherwise."""
    return {"investment_equipment": equipment, "investment_software": software, "investment_services": services}


ENTERPRISES = (
    # Level 3, and every condition of the highest tier.
    Enterprise("JL001", "示例一号汽车零部件有限公司", "离散型",
               [[FULL], [FULL], [FULL, MOSTLY], [PARTLY, NONE], [NONE]],
               {**invested(6200, 2100, 900), "digital_workshops": 3, "scenarios": SIX, "credit_grade": "优秀"}),
    # Level 2, two workshops: 智能工厂, not 未来工厂.
    Enterprise("JL002", "示例二号化工股份有限公司", "流程型",
               [[FULL], [FULL, MOSTLY], [PARTLY], [NONE], [NONE]],
               {**invested(3200, 900, 300), "digital_workshops": 2, "scenarios": "智能化生产、绿色化制造",
                "credit_grade": "合格"}),
    # Level 1, exactly 2000 万元: 数字化车间 only.
    Enterprise("JL003", "示例三号食品有限责任公司", "流程型",
               [[FULL, MOSTLY], [PARTLY], [NONE], [NONE], [NONE]],
               {**invested(1500, 400, 100), "credit_grade": "合格"}),
    # Exactly on the mark: levels 1 and 2 score 0.8.
    Enterprise("JL004", "示例四号轴承制造有限公司", "离散型",
               [[MOSTLY], [MOSTLY], [NONE], [NONE], [NONE]],
               {**invested(2400, 300, 120), "digital_workshops": 2}),
    # Half filled in: level 1 for certain, more is possible.
    Enterprise("JL005", "示例五号制药有限公司", "流程型",
               [[FULL], [FULL, None], [None], [None, PARTLY], [None]],
               {**invested(3900, 700, 200), "digital_workshops": 2}),
    # Some requirements do not apply; counted as unmet they would cost a level.
    Enterprise("JL006", "示例六号光电科技有限公司", "离散型",
               [[FULL], [MOSTLY], [NONE], [NONE], [NONE]],
               {**invested(1800, 900, 60), "scenarios": "数字化设计、个性化定制、数字孪生展厅"},
               {"sales.2a": NOT_APPLICABLE, "sales.2b": NOT_APPLICABLE, "product_service.2b": NOT_APPLICABLE}),
    # Trimmed: no logistics of its own, no service for its products.
    Enterprise("JL007", "示例七号铁合金有限公司", "离散型",
               [[FULL, MOSTLY], [FULL, MOSTLY], [MOSTLY, PARTLY], [NONE], [NONE]],
               {**invested(5200, 800, 0), "digital_workshops": 2},
               {"logistics": NOT_APPLICABLE, "product_service": NOT_APPLICABLE}),
    # The readings differ: level 2 is missed by a little, level 3 is met.
    Enterprise("JL008", "示例八号轨道装备有限公司", "离散型",
               [[FULL], [MOSTLY], [MOSTLY], [PARTLY, NONE], [NONE]],
               {**invested(6900, 1500, 400), "digital_workshops": 2, "scenarios": SIX},
               {"logistics.2a": PARTLY}),
    # No answers: a level declared from the official platform.
    Enterprise("JL009", "示例九号乳业有限公司", "流程型",
               [[None]] * 5,
               {**invested(3600, 420, 80), "digital_workshops": 2, "declared_level": 2, "declared_total": 2.15,
                "declared_on": date(2025, 3, 18)}),
    # Not yet in production: cultivation.
    Enterprise("JL010", "示例十号木业有限公司", "离散型",
               [[FULL, MOSTLY], [PARTLY], [NONE], [NONE], [NONE]],
               {**invested("2,300", 260, 90), "transformation": "正在实施", "in_production": "否",
                "planned_production_on": "2025年11月30日"}),
    # Credit and record unknown: undecided.
    Enterprise("JL011", "示例十一号纺织有限公司", "离散型",
               [[FULL], [PARTLY], [NONE], [NONE], [NONE]],
               {**invested(2750, 310, None), "credit_grade": None, "last_violation_on": None}),
    # A violation within two years, and too little invested: ineligible.
    Enterprise("JL012", "示例十二号铸造有限公司", "离散型",
               [[FULL, MOSTLY], [MOSTLY], [NONE], [NONE], [NONE]],
               {**invested(1400, 200, 50), "last_violation_on": date(2024, 3, 15)}),
    # Everything holds but the maturity band: the verdict hangs on the reading.
    Enterprise("JL013", "示例十三号机床有限公司", "离散型",
               [[PARTLY, MOSTLY], [NONE], [NONE], [NONE], [NONE]],
               invested(2600, 350, 150)),
    # As people type it: 亿元, full-width digits, a slash date, level 4.
    Enterprise("JL014", "示例十四号新材料有限公司", "流程型",
               [[FULL], [FULL], [FULL], [FULL, MOSTLY], [PARTLY, NONE]],
               {**invested("1.2亿元", "２６００", "380.5万元"), "digital_workshops": "４", "scenarios": SIX,
                "credit_grade": "优秀", "applied_on": "2025/6/30"}),
)  # fmt: skip


def answers(enterprise: Enterprise, model: MaturityModel) -> dict[str, Answer]:
    """The answer to each requirement of the enterprise's profile."""
    profile = next(profile.id for profile in model.profiles if profile.name.zh == enterprise.profile)
    inside = {node.id for node in model.subdomains if profile in node.weight}
    given: dict[str, Answer] = {}
    seen = dict.fromkeys(range(1, len(model.levels) + 1), 0)
    for requirement in model.requirements:
        if requirement.subdomain not in inside:
            continue
        pattern = enterprise.levels[requirement.level - 1]
        own = pattern[seen[requirement.level] % len(pattern)]
        seen[requirement.level] += 1
        keys = (requirement.id, f"{requirement.subdomain}.{requirement.level}", requirement.subdomain)
        given[requirement.id] = next((enterprise.answers[key] for key in keys if key in enterprise.answers), own)
    return given


def table(model: MaturityModel, programme: Programme) -> list[list[Cell]]:
    """Header and rows."""
    header: list[Cell] = ["编号", "企业名称", "行业类型"]
    header += [f"{fact.name.zh}（{fact.unit.zh}）" if fact.unit else fact.name.zh for fact in programme.facts]
    header += [f"{requirement.id} {requirement.name.zh}" for requirement in model.requirements]
    rows = [header]
    for enterprise in ENTERPRISES:
        facts = {**SOUND, **enterprise.facts}
        given = answers(enterprise, model)
        row: list[Cell] = [enterprise.id, enterprise.name, enterprise.profile]
        row += [facts.get(fact.id) for fact in programme.facts]
        row += [given.get(requirement.id) for requirement in model.requirements]
        rows.append(row)
    return rows


def write(path: Path) -> None:
    """Write the workbook."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "企业汇总表"
    sheet.append(["吉林省智能制造示范工厂（车间）申报企业汇总表（示例，企业均为虚构；金额单位：万元）"])
    sheet["A1"].font = Font(bold=True, size=14)
    for row in table(load_model("gbt39116-2020"), load_programme("jilin-2024-228", on=ON)):
        sheet.append(row)
    for cell in sheet[2]:
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    for column, width in (("A", 10), ("B", 30), ("C", 10)):
        sheet.column_dimensions[column].width = width
    sheet.freeze_panes = "D3"
    book.properties.creator = "maturity"
    book.properties.created = book.properties.modified = datetime(2026, 11, 21)
    book.save(path)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
