"""What if, and two assessors compared."""

import json
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

import oracle
import strategies
from maturity.answers import NOT_APPLICABLE, UNANSWERED, Answers
from maturity.errors import DefinitionError, InputError, MaturityError
from maturity.firmness import NewWeights, compare, reweighted, weighted_kappa, whatif
from maturity.language import LANGUAGES, Text
from maturity.models import READINGS, MaturityModel, Requirement, load_model, parse_model
from maturity.scoring import assess

MODELS = Path(__file__).parent / "models"
RIVAL: NewWeights = {"discrete": {"element.resources": "0.15", "element.manufacturing": "0.68"}}


@cache
def standard() -> MaturityModel:
    return load_model("gbt39116-2020")


def answers_of(n: int, seed: int, *, reserved: float = 0.0, profile: str = "discrete") -> Answers:
    """Random sheets of GB/T 39116, some answers not applicable and as many unanswered."""
    rng = np.random.default_rng(seed)
    points = rng.choice([0, 5, 8, 10], (n, len(standard().requirements)), p=[0.05, 0.15, 0.4, 0.4]).astype(np.uint8)
    kind = rng.random(points.shape)
    points[kind < reserved] = NOT_APPLICABLE
    points[kind > 1 - reserved] = UNANSWERED
    return Answers.from_points(standard(), points, ids=[f"e{i}" for i in range(n)], profiles=profile)


def edited(answers: Answers, changes: Mapping[tuple[int, str], int]) -> Answers:
    """The answers with other points, by row and requirement."""
    points = answers.points.copy()
    for (row, requirement), value in changes.items():
        points[row, answers.model.columns[requirement]] = value
    profiles = [answers.profile(i) for i in range(len(answers))]
    return Answers.from_points(answers.model, points, ids=answers.ids, profiles=profiles)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"choices": ["data.1a"]}, ("arguments.kind", "choices", "list")),
        ({"choices": {"data.1a": None}}, ("answers.unknown-choice", "data.1a", "")),
        ({"choices": {"data.1a": 0.8}}, ("answers.unknown-choice", "data.1a", "0.8")),
        ({"choices": {"e0": {"data.1a": ["full"]}}}, ("answers.unknown-choice", "e0: data.1a", "['full']")),
        ({"weights": "element.resources"}, ("arguments.kind", "weights", "str")),
        ({"weights": {"discrete": 0.15}}, ("arguments.kind", "weights: discrete", "float")),
        ({"model": "gbt39116-2020"}, ("arguments.kind", "model", "str")),
        ({"requirements": ["data.1a"]}, ("arguments.kind", "requirements", "list")),
    ],
)
def test_changes_of_another_kind_are_refused(change: Mapping[str, Any], expected: tuple[str, str, str]) -> None:
    """By name, with what was given."""
    with pytest.raises(InputError) as error:
        whatif(answers_of(1, 3), **change)
    assert [(problem.id, problem.where, problem.value) for problem in error.value.problems] == [expected]
    assert all(error.value.text(lang) for lang in LANGUAGES)


# ---------------------------------------------------------------- other weights


def test_the_rival_weights_make_a_model_of_their_own() -> None:
    """6/11/15/68: assumed, cited "what if", provisional, another id and fingerprint; everything else as it was."""
    rival = reweighted(standard(), RIVAL)
    assert [node.weight["discrete"] * 100 for node in rival.nodes["element"]] == [6, 11, 15, 68]
    assert [node.weight["process"] for node in rival.nodes["element"]] == [
        node.weight["process"] for node in standard().nodes["element"]
    ]
    moved = [
        node for node in rival.definition.nodes if node.layer == "element" and node.id in ("resources", "manufacturing")
    ]
    assert {(node.weight["discrete"].basis, node.weight["discrete"].cite) for node in moved} == {
        ("assumed", Text("假设分析", "what if"))
    }
    assert (rival.id, rival.status) == ("gbt39116-2020-what-if", "provisional")
    assert rival.fingerprint != standard().fingerprint
    assert rival.requirements == standard().requirements
    assert rival.name.zh != standard().name.zh
    assert reweighted(rival, RIVAL).id == rival.id


def test_a_reweighted_model_survives_its_own_file() -> None:
    """Its content reads back as the same model, and with the weights as they were it scores as the original."""
    rival = reweighted(standard(), RIVAL)
    again = parse_model(rival.content, rival.file)
    assert again.definition == rival.definition
    same = reweighted(standard(), {"discrete": {"element.personnel": Decimal("0.06")}})
    answers = answers_of(50, 1, reserved=0.03)
    found = whatif(answers, model=same)
    assert not any(row.changed for row in found.rows())


def test_a_model_of_a_windows_editor_is_reweighted_like_any_other() -> None:
    """The mark in front of its text is no part of what is varied."""
    marked = parse_model(b"\xef\xbb\xbf" + standard().content, "my-model.toml")
    assert reweighted(marked, RIVAL).definition == reweighted(standard(), RIVAL).definition


@pytest.mark.parametrize("seed", range(5))
def test_any_random_model_is_written_and_read_back(seed: int) -> None:
    """The writer of TOML keeps every number, date and text of a definition, awkward ones too."""
    awkward = 'a "quoted" \\ name\n\t\x7f 中文'
    data = strategies.document(
        profiles=["all"],
        scales=[strategies.scale("s", [Decimal(0), Decimal("0.25"), Decimal(1)])],
        bands=[Decimal("0.8")],
        layers=["leaf"],
        nodes=[
            {
                "layer": "leaf",
                "id": f"n{n}",
                "name": {"zh": awkward.replace("\n", " ").replace("\t", " ").replace("\x7f", ""), "en": "x"},
                "weight": {"all": strategies.number(weight)},
                "requirements": [strategies.requirement(f"n{n}.1", 1)],
            }
            for n, weight in enumerate(["0.5", "0.5"])
        ],
    )
    model = parse_model(strategies.toml(data).encode("utf-8"), "x.toml")
    share = Decimal(Random(seed).randint(1, 99)) / 100
    other = reweighted(model, {"all": {"leaf.n0": share, "leaf.n1": 1 - share}})
    assert [node.weight["all"] for node in other.nodes["leaf"]] == [Fraction(share), 1 - Fraction(share)]
    assert other.nodes["leaf"][0].name == model.nodes["leaf"][0].name


def test_weights_that_do_not_sum_to_one_are_refused() -> None:
    """By the same check as any model file, naming sum and profile."""
    with pytest.raises(DefinitionError, match=r"sum to 1\.09") as caught:
        reweighted(standard(), {"discrete": {"element.resources": "0.15"}})
    assert [problem.where for problem in caught.value.problems] == ["weights: nodes"]  # nobody has a file of them


def test_wrong_weights_are_all_named_at_once() -> None:
    """Unknown profile, unknown node with the nearest one, no number, a binary float."""
    with pytest.raises(InputError) as caught:
        reweighted(
            standard(),
            {
                "discreet": {"element.resources": "0.15"},
                "discrete": {"element.resource": "0.15", "element.personnel": "much", "element.technology": 0.11},  # type: ignore[dict-item]
            },
        )
    assert [problem.id for problem in caught.value.problems] == [
        "answers.unknown-profile",
        "firmness.unknown-node",
        "firmness.bad-weight",
        "firmness.bad-weight",
    ]
    assert "element.resources" in str(caught.value)


def test_everything_wrong_with_an_assumption_is_named_at_once() -> None:
    """Weights, profile and answers; alone, weights that do not sum to 1 are a fault of the definition."""
    answers = Answers.of(standard(), {"data.1a": "full"}, profile="discrete", id="E1")
    weights = {"discrete": {"element.resources": "0.15"}}
    choices = {"data.1x": "full", "data.1a": "fully"}
    with pytest.raises(MaturityError) as caught:
        whatif(answers, choices=choices, weights=weights, profile="discreet")
    assert [problem.id for problem in caught.value.problems] == [
        "definition.weights-sum",
        "answers.unknown-profile",
        "answers.unknown-requirement",
        "answers.unknown-choice",
    ]
    with pytest.raises(DefinitionError):
        whatif(answers, weights=weights)


def test_a_node_outside_the_profile_gets_no_weight() -> None:
    """The process profile has no product design."""
    outside = next(node for node in standard().subdomains if "process" not in node.weight)
    with pytest.raises(InputError, match="does not belong"):
        reweighted(standard(), {"process": {f"subdomain.{outside.id}": "0.1"}})


# ---------------------------------------------------------------- what if


def test_other_weights_score_as_the_oracle_says() -> None:
    """Before by the model, after by the rival weights: levels, totals and level scores are the oracle's."""
    answers = answers_of(12, 2, reserved=0.05)
    found = whatif(answers, weights=RIVAL)
    for assessment in (found.before, found.after):
        reference = oracle.read_model(assessment.answers.model.content.decode("utf-8"))
        for i in range(len(answers)):
            expected = oracle.assess(reference, "discrete", answers.choices(i)).certain
            assert assessment.level_scores_exact(i) == expected.level_scores
            assert {reading: int(assessment.level_by_reading[reading][i]) for reading in READINGS} == dict(
                expected.level_by_reading
            )


def test_the_table_names_exactly_what_changed() -> None:
    """One answer of level 2 raised: A2 changes, and the total unless the level was met already; the rest stays."""
    answers = answers_of(20, 3)
    found = whatif(answers, choices={"data.2a": "full"})
    assert found.before.answers is answers
    for i, row in enumerate(found.rows()):
        before, after = found.before, found.after
        exact = [(each.total_exact(i), *each.level_scores_exact(i)) for each in (before, after)]
        expected = [name for name, a, b in zip(["total", "A1", "A2", "A3", "A4", "A5"], *exact, strict=True) if a != b]
        assert [name for name in row.changed if not name.startswith("level")] == expected
        assert set(expected) <= {"total", "A2"}
        assert ("level" in row.changed) == bool(found.moved[i])
        assert row.total_after >= row.total_before


def test_a_mean_of_fewer_equal_answers_is_no_change() -> None:
    """Two equal answers of a cell, one of them then not applicable: the mean stays, and every score."""
    points = answers_of(400, 4).points.copy()
    cell = [column for column, asked in enumerate(standard().requirements) if asked.id.startswith("data.1")]
    points[:, cell] = 8
    answers = Answers.from_points(standard(), points, ids=[f"e{i}" for i in range(400)], profiles="discrete")
    found = whatif(answers, choices={"data.1a": "not_applicable"})
    assert not any(row.changed for row in found.rows())


def test_the_same_score_come_about_another_way_is_no_change() -> None:
    """A cell like its only sibling falls empty: every score stays, though some totals differ in the last binary digit.

    Before, the levels share a denominator; after, the total is a sum of rounded quotients.
    """
    points = answers_of(400, 5).points.copy()
    people = ("organization_strategy", "personnel_skills")
    cells = [
        [k for k, asked in enumerate(standard().requirements) if (asked.subdomain, asked.level) == (node, 3)]
        for node in people
    ]
    points[:, [*cells[0], *cells[1]]] = 5
    answers = Answers.from_points(standard(), points, ids=[f"e{i}" for i in range(400)], profiles="discrete")
    found = whatif(answers, choices={standard().requirements[column].id: "not_applicable" for column in cells[0]})
    assert (found.before.total != found.after.total).any(), "else this test shows nothing"
    assert not any(row.changed for row in found.rows())


def test_answers_change_for_all_or_by_enterprise() -> None:
    """A choice at the top level is for everybody, one under an enterprise's id for it alone; both may stand."""
    answers = answers_of(3, 5)
    found = whatif(answers, choices={"data.1a": "none", "e1": {"data.1b": "unanswered", "data.1a": "not_applicable"}})
    after = found.after.answers
    first, second = standard().columns["data.1a"], standard().columns["data.1b"]
    assert after.points[:, first].tolist() == [0, NOT_APPLICABLE, 0]
    assert after.points[1, second] == UNANSWERED
    assert after.points[[0, 2], second].tolist() == answers.points[[0, 2], second].tolist()


def test_wrong_choices_are_all_named_at_once() -> None:
    """Unknown enterprise, requirement and choice."""
    with pytest.raises(InputError) as caught:
        whatif(answers_of(1, 6), choices={"e7": {"data.1a": "full"}, "data.9z": "full", "data.1a": "fully"})
    assert {problem.id for problem in caught.value.problems} == {
        "firmness.unknown-enterprise",
        "answers.unknown-requirement",
        "answers.unknown-choice",
    }


def test_another_profile() -> None:
    """The same answers scored as process manufacturing, as if they had been given there."""
    answers = answers_of(10, 7)
    found = whatif(answers, profile="process")
    direct = assess(Answers.from_points(standard(), answers.points, ids=answers.ids, profiles="process"))
    assert found.after.level.tolist() == direct.level.tolist()
    assert {(row.profile_before, row.profile_after) for row in found.rows()} == {("discrete", "process")}
    with pytest.raises(InputError, match="there is no profile"):
        whatif(answers, profile="batch")


def test_another_edition_carries_answers_by_id_mapping_and_value() -> None:
    """What has a counterpart is carried over, the rest is unanswered; both sides' loose ends are noted."""
    other = load_model(MODELS / "gbt39116-draft-2024.toml")
    answers = answers_of(4, 8)
    target = other.requirements[0].id
    found = whatif(answers, model=other, requirements={"data.1a": target}, profile=other.profiles[0].id)
    after = found.after.answers
    assert after.model is other
    assert other.points_per_one == standard().points_per_one
    assert after.points[:, 0].tolist() == answers.points[:, standard().columns["data.1a"]].tolist()
    common = {asked.id for asked in standard().requirements} & {asked.id for asked in other.requirements}
    kinds = [note.id for note in found.notes]
    assert kinds.count("firmness.left-behind") == len(standard().requirements) - len(common | {"data.1a"})
    assert kinds.count("firmness.new-requirement") == len(other.requirements) - len(common - {"data.1a"} | {target})
    assert all(note.text("zh") and note.text("en") for note in found.notes)


def test_choices_of_another_scale_are_matched_by_value() -> None:
    """A choice of the same id, else of the same value, else unanswered, which is noted with how many there are."""

    def model(values: list[str], prefix: str) -> MaturityModel:
        scale = strategies.scale("s", [Decimal(value) for value in values])
        for choice in scale["choices"]:
            choice["id"] = prefix + choice["id"]
        node = {
            "layer": "leaf",
            "id": "l",
            "name": strategies.named("l"),
            "weight": {"all": strategies.number(1)},
            "requirements": [strategies.requirement("l.1", 1)],
        }
        data = strategies.document(
            profiles=["all"], scales=[scale], bands=[Decimal("0.8")], layers=["leaf"], nodes=[node]
        )
        return parse_model(strategies.toml(data).encode("utf-8"), "x.toml")

    old, new = model(["0", "0.5", "1"], "a"), model(["0", "0.25", "1"], "b")
    points = np.array([[0], [1], [2], [NOT_APPLICABLE], [UNANSWERED]], np.uint8)
    answers = Answers.from_points(old, points, ids=list("abcde"), profiles="all")
    found = whatif(answers, model=new)
    assert found.after.answers.points[:, 0].tolist() == [0, UNANSWERED, 4, NOT_APPLICABLE, UNANSWERED]
    (note,) = found.notes
    assert (note.id, note.values["rows"]) == ("firmness.no-such-choice", 1)
    same_ids = whatif(answers, model=model(["0", "0.2", "1"], "a"))
    assert same_ids.after.answers.points[:, 0].tolist() == [0, 1, 5, NOT_APPLICABLE, UNANSWERED]
    assert same_ids.notes == ()


def test_wrong_mappings_are_refused() -> None:
    """Unknown ids on either side, and two old requirements that become one."""
    other = load_model(MODELS / "gbt39116-draft-2024.toml")
    with pytest.raises(InputError) as caught:
        whatif(answers_of(1, 1), model=other, requirements={"nothing": other.requirements[0].id, "data.1a": "nowhere"})
    assert [problem.id for problem in caught.value.problems] == ["answers.unknown-requirement"] * 2
    with pytest.raises(InputError, match="more than one old requirement"):
        whatif(answers_of(1, 1), requirements={"data.1a": "data.1b"})


def test_a_row_that_loses_its_level_is_noted() -> None:
    """Everything of a protected subdomain not applicable: no level afterwards, and JSON without NaN."""
    answers = answers_of(2, 9)
    own = [asked.id for asked in standard().requirements if asked.subdomain == "data"]
    found = whatif(answers, choices={"e0": dict.fromkeys(own, "not_applicable")})
    assert found.rows()[0].level_after == -1
    assert [note.id for note in found.notes] == ["answers.trimmed"]
    plain = json.loads(json.dumps(found.plain(), allow_nan=False))
    assert plain["enterprises"][0]["total_after"] is None
    assert [row.id for row in found.rows(moved_only=True)] == ["e0"]


def test_moves_are_counted() -> None:
    """Transitions cover all enterprises; the sentence says how many go which way, in both languages."""
    answers = answers_of(200, 10, reserved=0.02)
    found = whatif(answers, weights=RIVAL)
    assert sum(found.transitions().values()) == 200
    moved = sum(count for (a, b), count in found.transitions().items() if a != b)
    assert moved == found.moved.sum() == len(found.rows(moved_only=True))
    assert str(moved) in found.sentence("zh")
    assert "200" in found.sentence("en")


# ---------------------------------------------------------------- two assessors


def pairs_of(table: list[list[int]]) -> list[tuple[Requirement, int, int]]:
    """Answers whose cross table of choices, best first, is the one given."""
    asked = standard().requirements[0]
    worths = [choice.points for choice in asked.choices]
    return [
        (asked, worths[i], worths[j])
        for i, row in enumerate(table)
        for j, count in enumerate(row)
        for _ in range(count)
    ]


def test_kappa_of_a_published_table() -> None:
    """Two readers, 20 and 15 agreed, 5 and 10 not: kappa 0.4 (Wikipedia, Cohen's kappa, simple example).

    With the two ends of the scale only, either weighting is the unweighted kappa.
    """
    table = [[20, 0, 0, 5], [0] * 4, [0] * 4, [10, 0, 0, 15]]
    assert weighted_kappa(pairs_of(table), "linear") == weighted_kappa(pairs_of(table), "quadratic") == Fraction(2, 5)


def test_kappa_equals_the_textbook_formula() -> None:
    """1 - sum(w x O) / sum(w x E) over the cross table, with E of the margins; also for random tables."""
    rng = np.random.default_rng(3)
    distance = np.abs(np.subtract.outer(np.arange(4), np.arange(4)))
    for _ in range(20):
        table = rng.integers(0, 9, (4, 4))
        expected = np.outer(table.sum(axis=1), table.sum(axis=0))
        for weighting, weights in (("linear", distance), ("quadratic", distance**2)):
            kappa = weighted_kappa(pairs_of(table.tolist()), weighting)  # type: ignore[arg-type]
            assert kappa is not None
            disagreed = int((weights * table).sum() * table.sum())
            assert kappa == 1 - Fraction(disagreed, int((weights * expected).sum()))


def test_kappa_where_nothing_can_differ() -> None:
    """Full agreement over several choices is 1; all answers alike, or none, have no kappa."""
    assert weighted_kappa(pairs_of([[2, 0, 0, 0], [0, 3, 0, 0], [0] * 4, [0] * 4]), "linear") == 1
    assert weighted_kappa(pairs_of([[5, 0, 0, 0], [0] * 4, [0] * 4, [0] * 4]), "linear") is None
    assert weighted_kappa([], "quadratic") is None


def test_reserved_answers_are_counted_and_never_enter_kappa() -> None:
    """Not applicable and unanswered, by both or by one."""
    first = answers_of(1, 11)
    second = edited(first, {(0, "data.1a"): NOT_APPLICABLE, (0, "data.1b"): UNANSWERED, (0, "data.2a"): NOT_APPLICABLE})
    first = edited(first, {(0, "data.2a"): UNANSWERED, (0, "data.2b"): UNANSWERED, (0, "data.2c"): NOT_APPLICABLE})
    second = edited(second, {(0, "data.2b"): UNANSWERED, (0, "data.2c"): NOT_APPLICABLE})
    found = compare(first, second)
    asked = sum(
        "discrete" in next(n for n in standard().subdomains if n.id == r.subdomain).weight
        for r in standard().requirements
    )
    overall = found.overall
    assert (overall.both_not_applicable, overall.one_not_applicable) == (1, 1)
    assert (overall.both_unanswered, overall.one_unanswered) == (1, 2)
    assert overall.compared == overall.equal == asked - 5
    assert overall.kappa_linear == overall.kappa_quadratic == 1
    assert {(each.requirement.id, each.kind) for each in found.disputes} == {
        ("data.1a", "applicable"),
        ("data.1b", "answered"),
        ("data.2a", "answered"),
    }


def test_agreement_by_domain_adds_up() -> None:
    """Every answer of the profile belongs to one domain; other layers can be told apart too."""
    first, second = answers_of(3, 12, reserved=0.05), answers_of(3, 13, reserved=0.05)
    for layer in ("", "element", "subdomain"):
        found = compare(first, second, layer=layer)
        *nodes, overall = found.agreement
        assert len(nodes) == len(standard().nodes[layer or "domain"])
        for name in ("compared", "equal", "lower", "higher", "both_not_applicable", "one_unanswered"):
            assert sum(getattr(node, name) for node in nodes) == getattr(overall, name)
        assert overall.compared == overall.equal + overall.lower + overall.higher
        assert overall.kappa_linear is not None
        assert abs(overall.kappa_linear) < Fraction(1, 5)


@pytest.mark.parametrize("seed", range(4))
def test_the_worth_of_a_dispute_is_what_assess_says(seed: int) -> None:
    """Each differing answer taken over by itself, both ways: the larger move of its level's score, any level."""
    first = answers_of(1, seed, reserved=0.02)
    rng = np.random.default_rng(seed)
    columns = rng.choice(len(standard().requirements), 25, replace=False)
    changes = {
        (0, standard().requirements[column].id): int(rng.choice([0, 5, 8, 10, NOT_APPLICABLE, UNANSWERED]))
        for column in columns
    }
    second = edited(first, changes)
    found = compare(first, second)
    order = [(not each.decides, -each.worth) for each in found.disputes]
    assert order == sorted(order)
    for each in found.disputes:
        column = standard().columns[each.requirement.id]
        worths, decides = [], False
        for sheet, other in ((first, second), (second, first)):
            moved = edited(sheet, {(0, each.requirement.id): int(other.points[0, column])})
            before, after = assess(sheet), assess(moved)
            place = each.requirement.level - 1
            worths.append(abs(after.level_scores_exact(0)[place] - before.level_scores_exact(0)[place]))
            decides |= any(before.level_by_reading[r][0] != after.level_by_reading[r][0] for r in READINGS)
        assert each.worth == max(worths)
        assert each.decides == decides


def test_levels_by_each_assessor() -> None:
    """The effect on the level, by reading; enterprises matched by id whatever their order."""
    first, second = answers_of(4, 14), answers_of(4, 15)
    found = compare(first, second.take(np.array([3, 1, 0, 2])))
    assert found.second.answers.ids == first.ids
    levels = {(row.id, row.reading): (row.level_first, row.level_second) for row in found.levels()}
    for i, id in enumerate(first.ids):
        for reading in READINGS:
            assert levels[id, reading] == (
                assess(first).level_by_reading[reading][i],
                assess(second).level_by_reading[reading][i],
            )


def test_enterprises_that_cannot_be_matched_are_noted() -> None:
    """Only one assessor has it, or they disagree on the profile."""
    first, second = answers_of(3, 16), answers_of(2, 16)
    second = Answers.from_points(standard(), second.points, ids=second.ids, profiles=["discrete", "process"])
    found = compare(first, second)
    assert found.first.answers.ids == ("e0",)
    assert sorted(note.id for note in found.notes) == ["firmness.only-one", "firmness.other-profile"]
    assert found.disputes == ()
    with pytest.raises(InputError, match="nothing to compare"):
        compare(first.take(slice(0, 1)), second.take(slice(1, 2)))


def test_sheets_that_cannot_be_compared_are_refused() -> None:
    """Other models, ids that occur twice, an unknown layer: all at once."""
    first = answers_of(2, 17)
    twice = Answers.from_points(standard(), first.points, ids=["a", "a"], profiles="discrete")
    other = whatif(first, weights=RIVAL).after.answers
    with pytest.raises(InputError) as caught:
        compare(twice, other, layer="floor")
    assert [problem.id for problem in caught.value.problems] == [
        "firmness.other-model",
        "firmness.id-twice",
        "firmness.unknown-layer",
    ]


def test_a_rejected_sheet_decides_the_level() -> None:
    """Where the last applicable answer of a protected subdomain is in dispute, taking it over takes the level away."""
    sheet = {asked.id: "full" for asked in standard().requirements}
    first = Answers.of(standard(), sheet, profile="discrete", id="示例")
    own = [asked.id for asked in standard().requirements if asked.subdomain == "data"]
    first = edited(first, {(0, id): NOT_APPLICABLE for id in own[1:]})
    second = edited(first, {(0, own[0]): NOT_APPLICABLE})
    (dispute,) = compare(first, second).disputes
    assert dispute.decides
    assert compare(first, second).levels()[0].level_second == -1


def test_a_comparison_is_a_model_of_disagreement() -> None:
    """How often the second assessor is lower and higher becomes the two probabilities, derived and cited."""
    first = answers_of(1, 19)
    down = next(asked.id for column, asked in enumerate(standard().requirements) if first.points[0, column] == 10)
    stated = compare(first, edited(first, {(0, down): 8})).disagreement()
    assert stated.down == Fraction(1, compare(first, first).overall.compared)
    assert stated.up == 0
    assert stated.basis == "derived"


def test_a_comparison_is_json_and_speaks_both_languages() -> None:
    """Rows with names and choices as a person reads them."""
    found = compare(answers_of(2, 20, reserved=0.1), answers_of(2, 21, reserved=0.1))
    assert json.loads(json.dumps(found.plain(), allow_nan=False))["layer"] == "domain"
    assert {each.table_row("zh").first for each in found.disputes} >= {"未作答", "不适用", "全部满足"}
    assert found.agreement[-1].row("en").name == "Overall"
