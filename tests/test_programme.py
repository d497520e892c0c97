"""Programme files: what is shipped, which edition holds, and what is refused."""

import re
import tomllib
from datetime import date
from pathlib import Path

import pytest

from maturity import scenarios
from maturity.definition import Cited, Definition, read
from maturity.errors import DefinitionError
from maturity.language import LANGUAGES, texts
from maturity.scenarios import load_programme, loading, parse_programme
from maturity.scenarios.programme import ProgrammeDefinition
from maturity.scenarios.rules import Compare

HERE = Path(__file__).parent
BROKEN = sorted((HERE / "broken" / "programmes").glob("*.toml"))
MINIMAL = (HERE / "cases" / "minimal-programme.toml").read_bytes()
ON = date(2025, 6, 30)

FACTS = [
    "registered",
    "legal_status",
    "project_in_jilin",
    "transformation",
    "operation_sound",
    "finance_sound",
    "last_violation_on",
    "last_major_problem_on",
    "credit_grade",
    "in_production",
    "planned_production_on",
    "investment_equipment",
    "investment_software",
    "investment_services",
    "digital_workshops",
    "scenarios",
    "c3mep_self_assessment_completed",
    "declared_level",
    "declared_total",
    "declared_on",
    "applied_on",
]
"""The facts of 228号 that the default readings ask, in the order of the issue that asks for them."""
BY_READING = [
    "last_serious_violation_on",
    "last_unrepaired_violation_on",
    "last_violation_happened_on",
    "production_started_on",
    "investment_planned",
    "recognised_digital_workshops",
    "object",
    "call_opened_on",
    "call_closes_on",
]
"""Those that only another reading asks."""
OFFICE = ["status", "status_before", "revoked_on", "fraud_verified_on", "revocation_announced_on"]
"""Those that only an office fills in."""
ADVICE = ["digital_equipment_rate", "automatic_data_rate", "workshop_abilities", "materials_complete"]
"""Those that only advice asks: the national standard that article 5 refers to, and whether the material is complete."""


@pytest.fixture(scope="module")
def jilin() -> scenarios.Programme:
    return load_programme("jilin-2024-228", on=ON)


def test_ships_the_three_tiers_and_their_facts(jilin: scenarios.Programme) -> None:
    """228号 is shipped with its tiers and with the facts that sheets are headed by."""
    assert "jilin-2024-228" in scenarios.shipped()
    assert [tier.id for tier in jilin.tiers] == ["digital_workshop", "smart_factory", "future_factory"]
    assert [fact.id for fact in jilin.facts if fact.id in FACTS] == FACTS
    assert [fact.id for fact in jilin.facts if fact.id in BY_READING] == BY_READING
    assert [fact.id for fact in jilin.facts if fact.id in ADVICE] == ADVICE
    assert [fact.id for fact in jilin.facts if fact.id not in {*FACTS, *BY_READING, *ADVICE}] == OFFICE
    assert [ledger.id for ledger in jilin.ledgers] == ["investments", "scenario_list"]
    assert (jilin.edition, jilin.status) == ("2024", "verified")


def test_thresholds_are_those_of_the_text(jilin: scenarios.Programme) -> None:
    """Articles 5 to 7: 2000, 4000, 8000 万元, 2 workshops, 5 scenarios; each number stands in its clause."""
    numbers = {
        condition.id: str(condition.rule.threshold.value)
        for condition in jilin.conditions
        if hasattr(condition.rule, "threshold") and condition.modality != "reference"
    }
    assert numbers == {
        "digital_workshop.investment": "2000",
        "smart_factory.investment": "4000",
        "future_factory.investment": "8000",
        "smart_factory.workshops": "2",
        "future_factory.scenarios": "5",
    }
    for condition in jilin.conditions:
        if condition.id in numbers:
            assert numbers[condition.id] in re.findall(r"\d+", condition.clause.quote)


def test_the_bands_are_reference_by_wording_and_decide_by_reading(jilin: scenarios.Programme) -> None:
    """参照 and 参考 are reference; whether and where the band decides belongs to the reading."""
    bands = [condition for condition in jilin.conditions if condition.id.endswith(".maturity")]
    assert [condition.modality for condition in bands] == ["reference"] * 3
    read = {
        option: [condition.read({**jilin.default_readings, "maturity_band": option}) for condition in bands]
        for option in ("lower_bound", "reference", "upper_bound")
    }
    assert {option: {one.modality for one in ones} for option, ones in read.items()} == {
        "lower_bound": {"mandatory"},
        "reference": {"reference"},
        "upper_bound": {"mandatory"},
    }
    bars = {option: [int(one.rule.at_least.value) for one in ones] for option, ones in read.items()}  # type: ignore[union-attr]
    assert bars == {"lower_bound": [1, 2, 3], "reference": [1, 2, 3], "upper_bound": [2, 3, 4]}
    assert jilin.default_readings["maturity_band"] == "lower_bound"


def test_the_ten_scenarios_in_the_order_of_the_text(jilin: scenarios.Programme) -> None:
    """Article 7(3) lists ten scenarios and ends with 等: the list is open."""
    catalogue = jilin.catalogue("typical_scenarios")
    quote = jilin.clause(catalogue.clause).quote
    listed = quote.removeprefix("要围绕").split("等规划建设")[0].split("、")
    assert [entry.name.zh for entry in catalogue.entries] == listed
    assert catalogue.open


def test_every_article_is_there(jilin: scenarios.Programme) -> None:
    """Articles 1 to 14, 5 to 7 with all their items; what no condition is made of says what it is."""
    places = {(clause.article, clause.item) for clause in jilin.clauses}
    items = {(article, item) for article in (5, 6, 7) for item in (1, 2, 3, 4)}
    assert places == {(article, 0) for article in range(1, 15) if article not in (5, 6, 7)} | items
    descriptive = {clause.article for clause in jilin.clauses if clause.modality == "descriptive"}
    assert descriptive == {1, 3, 11, 13, 14}
    assert {clause.id for clause in jilin.clauses if clause.modality == "principle"} == {"2.batches"}


def test_every_fact_but_the_dates_of_record_is_asked(jilin: scenarios.Programme) -> None:
    """No fact is asked for nothing; the day of application is only recorded."""
    asked = {
        fact for condition in jilin.conditions for _, rule in condition.ways.values() for fact in jilin.facts_of(rule)
    }
    assert {fact.id for fact in jilin.facts} - asked == {"applied_on"}
    by_default = {fact for condition in jilin.conditions for fact in jilin.facts_of(condition.rule)}
    assert by_default.isdisjoint({*BY_READING} - {"object"})


def test_the_money_is_defined_once(jilin: scenarios.Programme) -> None:
    """Equipment, software and services count, civil works and buildings do not: three conditions, one measure."""
    (measure,) = jilin.measures
    assert measure.include == {"category": ("equipment", "software", "services")}
    assert measure.exclude == {"category": ("civil_works", "buildings")}
    quote = jilin.clause(measure.clause).quote
    assert "不包含土建和厂房投资" in quote
    rules = [condition.rule for condition in jilin.conditions if condition.id.endswith(".investment")]
    assert [(rule.kind, getattr(rule, "measure", "")) for rule in rules] == [("aggregate", measure.id)] * 3


def test_every_ambiguity_is_a_reading_or_said_how_it_is_read(jilin: scenarios.Programme) -> None:
    """The words that can be read in several ways, each with its default or the way it is read here, and the reason."""
    assert jilin.default_readings == {
        "maturity_band": "lower_bound",
        "investment_window": "rolling",
        "investment_scope": "project",
        "investment_completed": "paid_or_booked",
        "cultivation_investment": "required",
        "end_of_december": "included",
        "violations": "any",
        "workshop_counting": "factual",
        "scenario_count": "categories",
        "scenario_status": "built_or_building",
        "self_assessment_age": "any_time",
        "production_line": "any_line",
        "future_factory_scope": "one_factory",
        "application_time": "submission",
        "ban_start": "decided",
        "incomplete_material": "returned",
    }
    notes = {one.id: one for one in jilin.definition.interpretations}
    assert set(notes) == {
        "ranking",
        "implementing",
        "major_problem",
        "credit_scale",
        "value_added_tax",
        "in_principle",
        "self_assessment_by",
        "other_scenarios",
        "inclusive_words",
        "validity",
    }
    words = "".join(clause.quote for clause in jilin.clauses)
    for quote in (*(one.quote for one in jilin.readings), *(one.quote for one in notes.values())):
        assert all(part in words for part in re.split("……|、|（|）", quote))


@pytest.mark.parametrize("id", scenarios.shipped())
def test_what_we_explain_is_english_in_english(id: str) -> None:
    """Chinese is left where a document is quoted, and in its title and its number."""
    head = load_programme(id, on=date(2026, 6, 30)).definition
    said = [text for one in head.readings for text in (one.name, one.cite)]
    said += [text for one in head.interpretations for text in (one.name, one.text, one.cite)]
    said += [text for one in head.measures for text in (one.name, one.cite)]
    for text in (*said, *(source.title for source in head.sources)):
        ours = re.sub(r"“[^”]*”|《[^》]*》|[\u4e00-\u9fff]+〔\d{4}〕\d+号", "", text.en)
        assert not re.search(r"[\u4e00-\u9fff]", ours), text.en


def test_every_reading_changes_something(jilin: scenarios.Programme) -> None:
    """Every option but the default changes the rule or the modality of some condition."""
    for reading in jilin.readings:
        for option in reading.options:
            chosen = {**jilin.default_readings, reading.id: option.id}
            changed = [
                one.id
                for one in jilin.conditions
                if (one.read(chosen).rule, one.read(chosen).modality)
                != (one.read(jilin.default_readings).rule, one.read(jilin.default_readings).modality)
            ]
            assert bool(changed) == (option.id != reading.default)


def test_places_read_as_people_write_them(jilin: scenarios.Programme) -> None:
    clause = jilin.clause("5.1.investment")
    assert [clause.cite(lang) for lang in LANGUAGES] == ["第五条第1项", "article 5(1)"]
    assert [jilin.clause("4.sound").cite(lang) for lang in LANGUAGES] == ["第四条", "article 4"]
    places = [clause.model_copy(update={"article": number, "item": 0}).cite("zh") for number in (10, 12, 20, 99)]
    assert places == ["第十条", "第十二条", "第二十条", "第九十九条"]


def test_every_number_says_what_it_rests_on(jilin: scenarios.Programme) -> None:
    """What we assume is marked so, and by default decides nothing but the credit grades; thresholds are printed."""
    found: list[tuple[str, Cited]] = []

    def visit(place: str, value: object) -> None:
        if isinstance(value, Cited):
            found.append((place, value))
        if isinstance(value, Definition):
            for key, inner in value:
                visit(f"{place}.{key}", inner)
        elif isinstance(value, dict):
            for key, inner in value.items():
                visit(f"{place}.{key}", inner)
        elif isinstance(value, tuple):
            for inner in value:
                visit(place, inner)

    visit("", jilin.definition)
    assumed = {place for place, cited in found if cited.basis == "assumed"}
    by_default = {place for place in assumed if not place.startswith(".conditions.under")}
    advice = {".conditions.rule.of.months"}
    ours = {".facts.scale", ".readings", ".interpretations", ".procedures.transitions", ".sanctions"}
    assert by_default == ours | advice
    assert {
        one.id.partition(".")[2] for one in jilin.definition.conditions if "assumed" in one.rule.model_dump_json()
    } == {"self_assessment_recent"}
    thresholds = [cited for place, cited in found if place.endswith("threshold")]
    advised = [
        one.rule.threshold
        for one in jilin.definition.conditions
        if one.id.startswith("digital_workshop.") and isinstance(one.rule, Compare) and one.modality == "reference"
    ]
    assert [cited.basis for cited in advised] == ["transcribed", "transcribed"]
    assert all(cited.basis == "printed" for cited in thresholds if cited not in advised)


def test_the_exported_file_loads_again(jilin: scenarios.Programme) -> None:
    """The fingerprint is of the very bytes, which can be exported and loaded again."""
    again = parse_programme(jilin.content, "copy.toml")
    assert again.fingerprint == jilin.fingerprint
    assert again.definition == jilin.definition


# ---------------------------------------------------------------- editions


def test_holds_from_the_day_of_publication() -> None:
    """Article 14: in force from publication, 2024-08-20; the day before there is nothing to load."""
    assert load_programme("jilin-2024-228", on=date(2024, 8, 20)).id == "jilin-2024-228"
    with pytest.raises(DefinitionError) as error:
        load_programme("jilin-2024-228", on=date(2024, 8, 19))
    assert "2024-08-20" in str(error.value)
    assert "2024-08-20" in error.value.text("zh")


def test_picks_the_edition_in_force(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several files may share an id; the one in force on the day is taken, the latest where two overlap."""

    def edition(name: str, start: str, end: str = "") -> bytes:
        text = MINIMAL.decode("utf-8").replace('edition = "1"', f'edition = "{name}"')
        until = f"\nin_force_to = {end}" if end else ""
        return text.replace("in_force_from = 2024-01-01", f"in_force_from = {start}{until}").encode("utf-8")

    files = {
        "minimal@2024": edition("2024", "2024-01-01", "2025-12-31"),
        "minimal@2025": edition("2025", "2025-07-01"),
    }
    monkeypatch.setattr(loading, "shipped_definitions", lambda package: files)
    assert loading.shipped() == ("minimal",)
    loaded = {
        on: load_programme("minimal", on=date.fromisoformat(on)).edition
        for on in ("2025-06-30", "2025-07-01", "2026-01-01")
    }
    assert loaded == {"2025-06-30": "2024", "2025-07-01": "2025", "2026-01-01": "2025"}
    assert load_programme("minimal@2024", on=date(2025, 12, 31)).edition == "2024"
    with pytest.raises(DefinitionError, match="2024: 2024-01-01 – 2025-12-31"):
        load_programme("minimal@2024", on=date(2026, 1, 1))


def test_loads_a_file_of_the_user_by_path(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(MINIMAL)
    loaded = load_programme(path, on=ON)
    assert (loaded.id, loaded.file) == ("minimal", "mine.toml")
    assert load_programme(str(path), on=ON).fingerprint == loaded.fingerprint


def test_programmes_and_conditions_are_short_in_a_debugger() -> None:
    """A batch or its verdicts, printed by mistake, are not the whole file over and over."""
    programme = parse_programme(MINIMAL, "minimal.toml")
    assert repr(programme) == f"<Programme minimal, provisional, sha256 {programme.fingerprint[:12]}>"
    assert repr(programme.conditions) == "(<Condition condition, mandatory>,)"


def test_names_what_is_shipped_when_there_is_no_such_programme() -> None:
    with pytest.raises(DefinitionError, match="jilin-2024-228"):
        load_programme("jilin-2024", on=ON)


# ---------------------------------------------------------------- refusals


def test_the_minimal_programme_is_right() -> None:
    """What the broken files break is right before."""
    assert parse_programme(MINIMAL, "minimal.toml").id == "minimal"


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_refuses(path: Path) -> None:
    """Each mistake is one problem of its own, with the words that its file expects, in both languages."""
    expects = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# expects: ")
    problem_id, words = expects.split(": ", 1)
    with pytest.raises(DefinitionError) as error:
        parse_programme(path.read_bytes(), path.name)
    assert [problem.id for problem in error.value.problems] == [problem_id]
    for word in words.split("|"):
        assert word in str(error.value)
    assert path.name in error.value.text("zh")


def test_every_refusal_has_a_broken_file() -> None:
    """No text of a problem is left untried."""
    tried = {path.read_text(encoding="utf-8").split("# expects: ")[1].split(": ")[0] for path in BROKEN}
    assert {f"programme.{name}" for name in texts("problems-programme")} - tried == {"programme.not-in-force"}


def test_all_problems_come_at_once() -> None:
    """Two mistakes, one message."""
    data = tomllib.loads(MINIMAL.decode("utf-8"))
    assert data["tiers"]
    broken = MINIMAL.replace(b'clause = "1"\ntiers', b'clause = "2"\ntiers').replace(
        b'fact = "money", op', b'fact = "gold", op'
    )
    with pytest.raises(DefinitionError) as error:
        parse_programme(broken, "two.toml")
    assert [problem.value for problem in error.value.problems] == ["2", "gold"]


def test_one_slip_hides_no_other() -> None:
    """A source listed twice hides nothing that is wrong elsewhere; only keys and values of a wrong form come first."""
    twice = b'sources = [{ id = "S7", title = "one" }, { id = "S7", title = "another" }]'
    for path in BROKEN:
        content = path.read_bytes()
        try:
            read(content, path.name, ProgrammeDefinition)
        except DefinitionError:
            continue
        found = []
        for written in (content, content.replace(b"sources = []", twice, 1)):
            with pytest.raises(DefinitionError) as error:
                parse_programme(written, path.name)
            found.append({(problem.id, problem.where) for problem in error.value.problems})
        alone, both = found
        assert both - alone == {("definition.duplicate-id", f"{path.name}: sources.S7")}
        assert alone < both, path.stem


def test_what_many_rules_miss_is_told_once(jilin: scenarios.Programme) -> None:
    """Every window of 228号 looks at the day of the entries of one measure, under each reading."""
    column = b'\ndate = "spent_on"'
    assert jilin.content.count(column) == 1
    with pytest.raises(DefinitionError) as error:
        parse_programme(jilin.content.replace(column, b""), "mine.toml")
    (problem,) = error.value.problems
    assert (problem.id, problem.where.partition(": measures.")[2][-5:]) == ("definition.missing-key", ".date")


def test_what_leans_on_a_slip_is_not_called_wrong_as_well() -> None:
    """Entries that lead to no group are one mistake, not two with the rule that counts the groups."""
    path = HERE / "cases" / "vocabulary-programme.toml"
    content = path.read_bytes()
    assert content.count(b'group = "production"') > 0
    with pytest.raises(DefinitionError) as error:
        parse_programme(content.replace(b'group = "production"', b'group = "productionx"', 1), path.name)
    assert [problem.value for problem in error.value.problems] == ["productionx"]
