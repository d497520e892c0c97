"""Models as data: GB/T 39116-2020 with every number pinned, files of one's own, and every refusal."""

import ast
import hashlib
import re
import string
import tomllib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from pydantic import BaseModel

import strategies
from maturity.definition import Cited, Source
from maturity.errors import DefinitionError
from maturity.language import LANGUAGES, Text
from maturity.models import MaturityModel, load_model, parse_model, shipped

TESTS = Path(__file__).parent
SOURCE = TESTS.parent / "src" / "maturity"
BROKEN = sorted((TESTS / "broken" / "models").glob("*.toml"))


@pytest.fixture(scope="module")
def model() -> MaturityModel:
    return load_model("gbt39116-2020")


# ---------------------------------------------------------------- GB/T 39116-2020

# Element, domain, subdomain, how many requirements at levels 1 to 5.
STRUCTURE = """
personnel     organization_strategy organization_strategy    2 2 2 0 0
personnel     personnel_skills      personnel_skills         2 3 2 2 0
technology    data                  data                     2 3 3 3 1
technology    integration           integration              1 2 3 1 0
technology    information_security  information_security     2 3 2 3 0
resources     equipment             equipment                2 2 2 2 2
resources     network               network                  1 1 3 1 0
manufacturing design                product_design           2 3 4 4 3
manufacturing design                process_design           2 3 4 3 3
manufacturing production            procurement              2 2 2 3 2
manufacturing production            planning_scheduling      2 2 3 2 2
manufacturing production            production_operation     2 4 4 4 3
manufacturing production            equipment_management     2 3 4 2 1
manufacturing production            warehousing_distribution 3 3 3 2 2
manufacturing production            safety_environment       1 2 3 2 2
manufacturing production            energy_management        2 3 3 2 1
manufacturing logistics             logistics                3 3 3 3 1
manufacturing sales                 sales                    2 2 2 2 2
manufacturing service               customer_service         2 2 1 2 1
manufacturing service               product_service          2 2 1 3 1
"""
ROWS = [line.split() for line in STRUCTURE.strip().splitlines()]

# Percent within the parent, discrete and process; "-" = the profile does not have it.
WEIGHTS = """
element   personnel                6   6
element   technology               11  11
element   resources                6   15
element   manufacturing            77  68
domain    organization_strategy    50  50
domain    personnel_skills         50  50
domain    data                     46  46
domain    integration              27  27
domain    information_security     27  27
domain    equipment                50  67
domain    network                  50  33
domain    design                   13  4
domain    production               48  63
domain    logistics                13  15
domain    sales                    13  15
domain    service                  13  3
subdomain organization_strategy    100 100
subdomain personnel_skills         100 100
subdomain data                     100 100
subdomain integration              100 100
subdomain information_security     100 100
subdomain equipment                100 100
subdomain network                  100 100
subdomain product_design           50  -
subdomain process_design           50  100
subdomain procurement              14  14
subdomain planning_scheduling      16  16
subdomain production_operation     16  16
subdomain equipment_management     14  14
subdomain warehousing_distribution 14  14
subdomain safety_environment       13  13
subdomain energy_management        13  13
subdomain logistics                100 100
subdomain sales                    100 100
subdomain customer_service         50  100
subdomain product_service          50  -
"""

NAMES = {
    "element": "人员 技术 资源 制造",
    "domain": "组织战略 人员技能 数据 集成 信息安全 装备 网络 设计 生产 物流 销售 服务",
    "subdomain": (
        "组织战略 人员技能 数据 集成 信息安全 装备 网络 产品设计 工艺设计 "
        "采购 计划与调度 生产作业 设备管理 仓储配送 安全环保 能源管理 物流 销售 客户服务 产品服务"
    ),
}


def test_tree_of_the_standard(model: MaturityModel) -> None:
    """4 elements, 12 domains, 20 subdomains, each under its parent, in the order of the standard."""
    assert [layer.id for layer in model.layers] == ["element", "domain", "subdomain"]
    assert {layer: len(nodes) for layer, nodes in model.nodes.items()} == {"element": 4, "domain": 12, "subdomain": 20}
    assert [(node.id, node.parent) for node in model.nodes["element"]] == [
        (id, "") for id in dict.fromkeys(e for e, *_ in ROWS)
    ]
    assert [(node.id, node.parent) for node in model.nodes["domain"]] == list(
        dict.fromkeys((d, e) for e, d, *_ in ROWS)
    )
    assert [(node.id, node.parent) for node in model.nodes["subdomain"]] == [(s, d) for _, d, s, *_ in ROWS]
    assert model.subdomains == model.nodes["subdomain"]
    for layer, names in NAMES.items():
        assert [node.name.zh for node in model.nodes[layer]] == names.split()
        assert all(node.name.en for node in model.nodes[layer])


def test_216_requirements_in_column_order(model: MaturityModel) -> None:
    """Subdomain by subdomain, level by level, a, b, c: 39 / 50 / 54 / 46 / 27."""
    expected = [
        (f"{subdomain}.{level}{letter}", subdomain, level)
        for _, _, subdomain, *counts in ROWS
        for level, count in enumerate(map(int, counts), start=1)
        for letter in "abcd"[:count]
    ]
    assert [(asked.id, asked.subdomain, asked.level) for asked in model.requirements] == expected
    assert len(expected) == 216
    assert [sum(level == n for *_, level in expected) for n in range(1, 6)] == [39, 50, 54, 46, 27]
    assert model.columns == {id: column for column, (id, *_) in enumerate(expected)}
    assert all(asked.name.zh and asked.name.en for asked in model.requirements)
    assert len({asked.name.zh for asked in model.requirements}) == 216


def test_weights_of_both_profiles(model: MaturityModel) -> None:
    """Every weight of both profiles, and no others."""
    found = {
        (layer, node.id): [node.weight.get(profile) for profile in ("discrete", "process")]
        for layer, nodes in model.nodes.items()
        for node in nodes
    }
    percent = {(layer, id): shares for layer, id, *shares in (line.split() for line in WEIGHTS.strip().splitlines())}
    assert found == {
        key: [None if share == "-" else Fraction(int(share), 100) for share in shares]
        for key, shares in percent.items()
    }
    assert [(profile.id, profile.name.zh) for profile in model.profiles] == [
        ("discrete", "离散型"),
        ("process", "流程型"),
    ]


def test_scale_mark_and_bands(model: MaturityModel) -> None:
    """1 / 0.8 / 0.5 / 0 in tenths; pass mark 0.8; bands from 0.8, 1.8, 2.8, 3.8, 4.8; all add up by default."""
    assert model.points_per_one == 10
    choices = [("full", 10, "全部满足"), ("mostly", 8, "大部分满足"), ("partly", 5, "部分满足"), ("none", 0, "不满足")]
    for asked in model.requirements:
        assert [(choice.id, choice.points, choice.name.zh) for choice in asked.choices] == choices
        assert (asked.best, asked.lowest) == (10, 0)
    assert model.pass_mark == Fraction(4, 5)
    assert [level.total_from for level in model.levels] == [Fraction(n * 10 + 8, 10) for n in range(5)]
    assert [(level.number, level.name.zh) for level in model.levels] == list(
        enumerate(["规划级", "规范级", "集成级", "优化级", "引领级"], start=1)
    )
    assert model.definition.reading.default == "bands"
    assert model.definition.empty_cell.rule == "renormalise"


def test_protected_subdomains(model: MaturityModel) -> None:
    """Personnel, technology, resources and production: 2 + 3 + 2 + 7 subdomains."""
    expected = [s for e, d, s, *_ in ROWS if e in ("personnel", "technology", "resources") or d == "production"]
    assert list(model.protected_subdomains()) == expected
    assert len(expected) == 14


def test_every_number_is_cited_and_provisional(model: MaturityModel) -> None:
    """The file says that it is provisional, and of no number that it was read in the standard."""
    assert (model.id, model.edition, model.status) == ("gbt39116-2020", "2020", "provisional")
    data = tomllib.loads(model.content.decode("utf-8"), parse_float=Decimal)
    bases = {"assumed": 0, "recalled": 0, "derived": 0, "transcribed": 0}

    def walk(part: object) -> None:
        if isinstance(part, dict):
            if "value" in part or "rule" in part or "default" in part or "protected" in part:
                assert part["cite"]
                bases[part["basis"]] += 1
            for inner in part.values():
                walk(inner)
        elif isinstance(part, list):
            for inner in part:
                walk(inner)

    walk(data)
    assert all(bases.values())
    assert model.definition.empty_cell.basis == model.definition.trimming.basis == "assumed"
    inside = [node for node in model.definition.nodes if node.parent == "production"]
    assert {node.weight["process"].basis for node in inside} == {"assumed"}


def said(part: object) -> Iterator[Text]:
    """Every cite and every title of a source in a part of a model file."""
    if isinstance(part, Cited):
        yield part.cite
    if isinstance(part, Source):
        yield part.title
    if isinstance(part, BaseModel):
        yield from (text for _, inner in part for text in said(inner))
    elif isinstance(part, Mapping | tuple):
        yield from (text for inner in (part.values() if isinstance(part, Mapping) else part) for text in said(inner))


def test_a_chinese_reader_reads_chinese_what_a_number_rests_on(model: MaturityModel) -> None:
    """No English word in it, and the same figures and sources as in English."""
    found = set(said(model.definition))
    assert len(found) > 200
    assert [text.zh for text in found if re.search("[a-z]{2,}", text.zh)] == []
    assert [text.en for text in found if re.search(r"[\u3000-\u9fff\uff00-\uffef]", text.en)] == []
    figures = [[sorted(re.findall(r"[SQ]?\d+(?:\.\d+)?", words)) for words in (text.zh, text.en)] for text in found]
    assert [pair for pair in figures if pair[0] != pair[1]] == []


# ---------------------------------------------------------------- files of one's own


def test_shipped_models() -> None:
    """The package names what it ships, under the id that the file gives itself, and loads all of it."""
    assert "gbt39116-2020" in shipped()
    assert [load_model(id).id for id in shipped()] == list(shipped())


def test_corrected_file_by_path(model: MaturityModel, tmp_path: Path) -> None:
    """An exported file with a corrected weight loads by path, and says by its fingerprint that it is another one."""
    exported = tmp_path / "my-model.toml"
    exported.write_bytes(model.content)
    same = load_model(exported)
    assert same.fingerprint == model.fingerprint == hashlib.sha256(model.content).hexdigest()
    text = model.content.decode("utf-8")
    text = text.replace("discrete = { value = 0.06, ", "discrete = { value = 0.07, ", 1)
    text = text.replace("discrete = { value = 0.11, ", "discrete = { value = 0.10, ", 1)
    exported.write_text(text, encoding="utf-8")
    for ref in (exported, str(exported)):
        corrected = load_model(ref)
        assert corrected.file == "my-model.toml"
        assert corrected.fingerprint != model.fingerprint
        weights = {node.id: node.weight["discrete"] for node in corrected.nodes["element"]}
        assert (weights["personnel"], weights["technology"]) == (Fraction(7, 100), Fraction(1, 10))


def test_a_plain_cite_is_read_in_both_languages(model: MaturityModel) -> None:
    """A file of one's own may say once what needs no translation, and it says it to every reader."""
    text = model.content.decode("utf-8")
    for place in ("cite", "title"):
        text = re.sub(rf'{place} = {{ zh = "[^"]*", en = ("[^"]*") }}', rf"{place} = \1", text)
    plain = parse_model(text.encode("utf-8"), "mine.toml").definition
    cite = model.definition.pass_mark.cite
    assert cite.zh != cite.en
    assert plain.pass_mark.cite == Text(cite.en, cite.en)
    assert all(source.title.zh == source.title.en for source in plain.sources)


def test_decimals_are_exact() -> None:
    """0.1 of a file is a tenth, and ten of them are one; floats would refuse this model."""
    leaf = {"layer": "only", "name": strategies.named("x"), "weight": {"all": strategies.number("0.1")}}
    nodes = [leaf | {"id": f"n{n}", "requirements": [strategies.requirement(f"n{n}.1", 1)]} for n in range(10)]
    data = strategies.document(
        profiles=["all"],
        scales=[strategies.scale("s", [Decimal(0), Decimal("0.8"), Decimal(1)])],
        bands=[Decimal("0.8")],
        layers=["only"],
        nodes=nodes,
    )
    model = parse_model(strategies.toml(data).encode("utf-8"), "tenths.toml")
    assert {node.weight["all"] for node in model.subdomains} == {Fraction(1, 10)}
    assert sum([0.1] * 10) != 1


def test_protected_id_with_a_dot() -> None:
    """Ids may hold dots, those of protected nodes too."""
    data = strategies.document(
        profiles=["all"],
        scales=[strategies.scale("s", [Decimal(0), Decimal(1)])],
        bands=[Decimal("0.8")],
        layers=["only"],
        nodes=[
            {
                "layer": "only",
                "id": "a.b",
                "name": strategies.named("x"),
                "weight": {"all": strategies.number(1)},
                "requirements": [strategies.requirement("a.b.1", 1)],
            }
        ],
        protected=["only.a.b"],
    )
    assert parse_model(strategies.toml(data).encode("utf-8"), "dots.toml").protected_subdomains() == ("a.b",)


def test_neither_shipped_nor_a_file(tmp_path: Path) -> None:
    """An unknown name is refused with the names that are known; so is a path that leads nowhere, and a folder."""
    for ref in ("gbt39116-2021", tmp_path / "none.toml", tmp_path):
        with pytest.raises(DefinitionError) as caught:
            load_model(ref)
        assert [problem.id for problem in caught.value.problems] == ["definition.not-found"]
        for lang in LANGUAGES:
            assert "gbt39116-2020" in caught.value.text(lang)


# ---------------------------------------------------------------- refusals


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_refusal(path: Path) -> None:
    """Each mistake is refused with the words that its file expects, one problem for one mistake, in both languages."""
    first = path.read_bytes().split(b"\n")[0].decode("ascii")
    words = first.removeprefix("# expects: ").split(" | ")
    with pytest.raises(DefinitionError) as caught:
        load_model(path)
    english = str(caught.value)
    assert [word for word in words if word not in english] == []
    assert all(problem.where.startswith(path.name) for problem in caught.value.problems)
    chinese = caught.value.text("zh")
    assert re.search(r"[\u4e00-\u9fff]", chinese)
    assert not re.search(r"\{[a-z_]+\}", english + chinese)
    assert len(caught.value.problems) == (3 if path.stem.startswith("three") else 1), english


@pytest.mark.parametrize(
    ("wrong", "zh", "en"),
    [
        ('status = "final"', "应为其中之一：'verified' or 'provisional'", "should be 'verified' or 'provisional'"),
        ("edition = 2020", "应为文字", "should be a text"),
        ('in_force_from = "soon"', "应为日期", "should be a date"),
        ("in_force_from = 2021-05-01T08:00:00", "应为日期", "should be a date"),
        ('pass_mark = { value = -inf, basis = "assumed", cite = "-" }', "应为有限的数字", "should be a finite number"),
        ('pass_mark = { value = "0,8", basis = "assumed", cite = "-" }', "应为数字", "a number is expected"),
        ('name = "模型"', "应分别写明 zh 和 en", "should have a text each for zh and en"),
        ('pass_mark = { value = 0.8, basis = "assumed", cite = 5 }', "应为文字，或分别写明", "a text, or one each"),
        ("layers = []", "至少要有一项", "at least one is needed"),
        ('trimming = { protected = 5, basis = "assumed", cite = "-" }', "应为列表", "should be a list"),
        ('reading = "bands"', "应为表", "should be a table"),
    ],
)
def test_why_a_value_is_refused_is_said_in_both_languages(wrong: str, zh: str, en: str) -> None:
    """What pydantic finds reads like every other problem."""
    text = (TESTS / "broken" / "models" / "duplicate_profile.toml").read_text(encoding="utf-8")
    key = wrong.partition(" = ")[0]
    with pytest.raises(DefinitionError) as caught:
        parse_model(re.sub(rf"(?m)^{key} = .*$", lambda _: wrong, text, count=1).encode("utf-8"), "m.toml")
    (problem,) = caught.value.problems
    assert (zh in problem.text("zh"), en in problem.text("en")) == (True, True), problem.text("zh") + problem.text("en")


def test_the_mark_that_windows_editors_put_in_front_is_passed_over(model: MaturityModel) -> None:
    """An office that corrects a number in Notepad has a byte order mark; the fingerprint is that of the file."""
    marked = parse_model(b"\xef\xbb\xbf" + model.content, "my-model.toml")
    assert marked.definition == model.definition
    assert marked.fingerprint == hashlib.sha256(marked.content).hexdigest() != model.fingerprint


@pytest.mark.parametrize(
    ("wrong", "zh", "en"),
    [
        ("value = 0,8", "第 1 行第 10 列起不合 TOML 语法：value = 0,8", "line 1, column 10"),
        ('a = "b"\nvalue = [', "第 2 行第 10 列起不合 TOML 语法：value = [", "line 2, column 10"),
        ("", None, None),
    ],
)
def test_where_a_file_ceases_to_be_toml(wrong: str, zh: str | None, en: str | None) -> None:
    """Line and column and the words that stand there, up to the last line; an empty file lacks all its keys."""
    with pytest.raises(DefinitionError) as caught:
        parse_model(wrong.encode(), "m.toml")
    assert {problem.id for problem in caught.value.problems} == {f"definition.{'not-toml' if zh else 'missing-key'}"}
    assert (zh or "") in caught.value.text("zh")
    assert (en or "") in caught.value.text("en")


@pytest.mark.parametrize("mark", ["0.79999", "1e-5000"])
def test_a_pass_mark_that_is_too_fine_is_told_with_the_number_that_is_too_great(
    model: MaturityModel, mark: str
) -> None:
    """What cannot be decided exactly is refused; the text names the mark beside the weights, and what is beyond."""
    content = model.content.replace(b"[pass_mark]\nvalue = 0.8", b"[pass_mark]\nvalue = " + mark.encode())
    with pytest.raises(DefinitionError) as caught:
        parse_model(content, "m.toml")
    (problem,) = caught.value.problems
    assert (problem.id, "满足线" in problem.text("zh")) == ("definition.exact-range", True)
    assert int(problem.value.removeprefix("> ")) >= int(str(problem.values["most"]))


def test_numbers_of_different_parts_are_refused_together(model: MaturityModel) -> None:
    """Pass mark, bands and weights are what an office corrects: nobody is sent back for the second mistake."""
    wrong = {
        "[pass_mark]\nvalue = 0.8": "[pass_mark]\nvalue = 1.8",
        "total_from = { value = 4.8": "total_from = { value = 3.8",
    }
    text = model.content.decode().replace("discrete = { value = 0.06", "discrete = { value = 0.07", 1)
    for right, other in wrong.items():
        text = text.replace(right, other)
    with pytest.raises(DefinitionError) as caught:
        parse_model(text.encode(), "m.toml")
    ids = sorted(problem.id for problem in caught.value.problems)
    assert ids == ["definition.band-order", "definition.pass-mark", "definition.weights-sum"]


def test_three_faults_are_reported_at_once() -> None:
    """All problems in one message, each on a line of its own with the file's name."""
    with pytest.raises(DefinitionError) as caught:
        load_model(TESTS / "broken" / "models" / "three_faults.toml")
    problems = caught.value.problems
    assert sorted(problem.id for problem in problems) == [
        "definition.duplicate-id",
        "definition.pass-mark",
        "definition.unknown-level",
    ]
    for lang in LANGUAGES:
        lines = caught.value.text(lang).splitlines()
        assert len(lines) == 3
        assert all(line.startswith("three_faults.toml") for line in lines)


def test_the_broken_files_are_the_smallest_model_with_a_fault() -> None:
    """What they are derived from is accepted, so that each is refused for its fault alone."""
    assert len(load_model(TESTS / "models" / "smallest.toml").requirements) == 1


# ---------------------------------------------------------------- texts of problems

Call = tuple[str, int, str, set[str] | None]
"""File, line, problem id, names of the values it passes (None where they cannot be read off the call)."""


def _calls() -> list[Call]:
    """Every ``Problem.of("group.name", where, value, **values)`` of the source."""
    found: list[Call] = []
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "of":
                first = node.args[0] if node.args else None
                if getattr(node.func.value, "id", "") == "Problem" and isinstance(first, ast.Constant):
                    names = {keyword.arg for keyword in node.keywords}
                    passed = None if None in names else {"value", *(name for name in names if name)}
                    found.append((path.name, node.lineno, str(first.value), passed))
    return found


def _texts() -> dict[str, dict[str, dict[str, str]]]:
    """What and hint of every problem id, by language."""
    found = {}
    for path in sorted((SOURCE / "language").glob("problems-*.toml")):
        group = path.stem.removeprefix("problems-")
        for name, texts in tomllib.loads(path.read_text(encoding="utf-8")).items():
            if texts.keys() & {"what", "hint"}:
                found[f"{group}.{name}"] = texts
    return found


def test_every_problem_has_its_texts() -> None:
    """Each id used in the source has what and hint in both languages, and its placeholders are among what is passed."""
    texts = _texts()
    calls = _calls()
    assert len(calls) > 20
    wrong = []
    for file, line, id, passed in calls:
        if id not in texts:
            wrong.append(f"{file}:{line}: {id} has no text")
            continue
        for part in ("what", "hint"):
            for lang in LANGUAGES:
                text = texts[id].get(part, {}).get(lang, "")
                if not text:
                    wrong.append(f"{file}:{line}: {id}.{part}.{lang} is missing")
                asked = {name for _, name, _, _ in string.Formatter().parse(text) if name}
                asked = {"near" if name == "meant" else name for name in asked}
                if passed is not None and asked - passed:
                    wrong.append(f"{file}:{line}: {id}.{part}.{lang} needs {sorted(asked - passed)}")
    assert wrong == []


def test_no_text_of_a_problem_is_left_over() -> None:
    """Each text is used: the id stands in the source, or a pattern ``f"sheets.{kind}-cell"`` and what fills it do."""
    strings: set[str] = set()
    patterns: set[str] = set()
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                strings.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                parts = [
                    re.escape(str(part.value)) if isinstance(part, ast.Constant) else "(.+)" for part in node.values
                ]
                patterns.add("".join(parts))

    def used(id: str) -> bool:
        filled = [match.groups() for pattern in patterns if (match := re.fullmatch(pattern, id))]
        return id in strings or any(strings.issuperset(groups) for groups in filled)

    assert [id for id in _texts() if not used(id)] == []


def test_too_many_points_at_a_level(monkeypatch: pytest.MonkeyPatch) -> None:
    """Levels with more points than the arithmetic holds are refused, each by name (with a limit low enough to meet)."""
    monkeypatch.setattr("maturity.models.checks.MOST_POINTS_AT_A_LEVEL", 391)
    with pytest.raises(DefinitionError) as caught:
        load_model("gbt39116-2020")
    places = [problem.where for problem in caught.value.problems]
    assert places == [f"gbt39116-2020.toml: levels.{level}" for level in (2, 3, 4)]
    assert "500 points together" in str(caught.value)
