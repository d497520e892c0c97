"""Scoring against the oracle: GB/T 39116 and models of any other shape, on the marks and a hair beside them."""

import dataclasses
import math
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import islice, pairwise, product
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray

import oracle
import strategies
from maturity.answers import BLOCK, NOT_APPLICABLE, UNANSWERED, Answers
from maturity.errors import DefinitionError, InputError
from maturity.language import LANGUAGES
from maturity.models import READINGS, MaturityModel, load_model, parse_model
from maturity.scoring import Assessment, assess, cut
from strategies import Data, Sheet

MODELS = Path(__file__).parent / "models"
FIELDS = (
    "level",
    "level_possible",
    "level_if_na_unmet",
    "total",
    "total_possible",
    "met",
    "met_possible",
    "level_scores",
    "level_scores_possible",
    "readings_differ",
    "readings_differ_possible",
)
Row = tuple[str, Sheet]
"""Profile id and answers."""

# ---------------------------------------------------------------- asking the library, asking the oracle


@cache
def standard() -> tuple[MaturityModel, oracle.Model]:
    """GB/T 39116-2020 as the library and as the oracle read it."""
    model = load_model("gbt39116-2020")
    return model, oracle.read_model(model.content.decode("utf-8"))


def both(data: Data) -> tuple[MaturityModel, oracle.Model]:
    """A random model as the library and as the oracle read it."""
    text = strategies.toml(data)
    try:
        return parse_model(text.encode("utf-8"), "random.toml"), oracle.read_model(text)
    except DefinitionError as error:
        assume({problem.id for problem in error.problems} != {"definition.exact-range"})
        raise


def points_of(model: MaturityModel, reference: oracle.Model, sheets: Sequence[Sheet]) -> NDArray[np.uint8]:
    """(n, q) uint8 points of answer sheets, from what the oracle says that the choices are worth."""
    reserved = {"not_applicable": 254, None: 255}

    def point(id: str, choice: str | None) -> int:
        return reserved[choice] if choice in reserved else int(reference.values[id][str(choice)] * model.points_per_one)

    rows = [[point(asked.id, sheet.get(asked.id)) for asked in model.requirements] for sheet in sheets]
    return np.array(rows, np.uint8).reshape(len(sheets), len(model.requirements))


def batch(model: MaturityModel, reference: oracle.Model, rows: Sequence[Row], *, threads: int = 1) -> Assessment:
    """The assessment of a batch."""
    points = points_of(model, reference, [sheet for _, sheet in rows])
    ids, profiles = [f"e{i}" for i in range(len(rows))], [profile for profile, _ in rows]
    return assess(Answers.from_points(model, points, ids=ids, profiles=profiles), threads=threads)


def close(shown: NDArray[np.float64], exact: Sequence[Fraction | None]) -> None:
    """Each float is the exact value or a neighbour of it, and printed as its cut; NaN where there is none."""
    for score, text, value in zip(shown.tolist(), printed(shown), exact, strict=True):
        if value is None:
            assert math.isnan(score)
        else:
            assert abs(score - float(value)) <= math.ulp(float(value))
            assert text == f"{Decimal(math.floor(value * 100)) / 100:.2f}"


def printed(shown: NDArray[np.float64]) -> list[str]:
    """What a report prints for scores."""
    return [f"{score:.2f}" for score in cut(np.asarray(shown)).tolist()]


def check(found: Assessment, i: int, reference: oracle.Model, row: Row) -> None:
    """Row i of an assessment is what the oracle says."""
    profile, sheet = row
    if oracle.trimmed_protected(reference, profile, sheet):
        assert found.answers.rejected[i]
        assert (found.level[i], found.level_possible[i], found.level_if_na_unmet[i]) == (-1, -1, -1)
        assert {int(levels[i]) for levels in found.level_by_reading.values()} == {-1}
        assert np.isnan([found.total[i], found.total_possible[i]]).all()
        assert np.isnan([found.level_scores[i], found.level_scores_possible[i]]).all()
        assert not found.met[i].any()
        assert not found.met_possible[i].any()
        assert not found.readings_differ[i]
        assert not found.readings_differ_possible[i]
        return
    expected = oracle.assess(reference, profile, sheet)
    assert not found.answers.rejected[i]
    assert found.level_if_na_unmet[i] == expected.na_unmet.level
    for possible, outcome in ((False, expected.certain), (True, expected.possible)):
        end = "_possible" if possible else ""
        assert found.level_scores_exact(i, possible=possible) == outcome.level_scores
        assert getattr(found, f"met{end}")[i].tolist() == list(outcome.met)
        assert getattr(found, f"level{end}")[i] == outcome.level
        by_reading = getattr(found, f"level_by_reading{end}")
        assert {reading: int(levels[i]) for reading, levels in by_reading.items()} == outcome.level_by_reading
        differ = outcome.level_by_reading["bands"] != outcome.level_by_reading["stepwise"]
        assert bool(getattr(found, f"readings_differ{end}")[i]) is differ
        for reading in (None, *READINGS):  # None: the model's own
            total = found.total_exact(i, possible=possible, reading=reading)
            assert total == (outcome.total_by_reading[reading] if reading else outcome.total)
        close(getattr(found, f"total{end}")[i : i + 1], [outcome.total])
        close(getattr(found, f"level_scores{end}")[i], outcome.level_scores)
        for layer, nodes in found.answers.model.nodes.items():
            empty = (None,) * len(reference.bands)
            exact = [score for node in nodes for score in outcome.scores.get((layer, node.id), empty)]
            close(found.scores(layer, slice(i, i + 1), possible=possible).ravel(), exact)


def same(left: Assessment, right: Assessment, rows: Sequence[int] | slice = slice(None)) -> None:
    """Two assessments are equal bit for bit, the left one's ``rows`` against all of the right one."""
    for name in FIELDS:
        ours, theirs = getattr(left, name)[rows], getattr(right, name)
        assert ours.dtype == theirs.dtype
        assert ours.tobytes() == theirs.tobytes(), name
    for name in ("level_by_reading", "level_by_reading_possible"):
        for reading in READINGS:
            assert getattr(left, name)[reading][rows].tobytes() == getattr(right, name)[reading].tobytes(), name


def lower_choice(reference: oracle.Model, id: str, choice: str) -> str | None:
    """The next choice below; None at the lowest."""
    worth = reference.values[id]
    below = [other for other in worth if worth[other] < worth[choice]]
    return max(below, key=worth.__getitem__, default=None)


# ---------------------------------------------------------------- sheets of GB/T 39116


@cache
def mixed_rows() -> tuple[Row, ...]:
    """Sheets of all kinds for both profiles, taken by turns."""
    _, reference = standard()
    rng = Random(39116)
    return tuple(
        (profile, strategies.random_sheet(reference, rng, style))
        for _ in range(2)
        for style in strategies.STYLES
        for profile in ("discrete", "process")
    )


@cache
def rows_on_the_mark() -> tuple[tuple[Row, int], ...]:
    """Sheets with one level at exactly 0.8 by uneven answers (the others `none`), some cells emptied; and the level."""
    _, reference = standard()
    rng = Random(8)
    found = []
    for profile, level, part in product(("discrete", "process"), range(1, 6), (0, 0.2)):
        asked = [id for leaf in oracle.leaves(reference.trees[profile]) for id in leaf.requirements.get(level, ())]
        sheet: Sheet = dict.fromkeys(oracle.asked(reference, profile), "none")
        sheet |= {id: "not_applicable" for id in asked if rng.random() < part}
        answers = strategies.reaching(reference, profile, level, sheet, Fraction(4, 5), seed=rng.randrange(1000))
        if answers is not None:
            found.append(((profile, sheet | answers), level))
    return tuple(found)


@cache
def rows_on_an_edge() -> tuple[tuple[Row, int], ...]:
    """Sheets whose total is exactly 0.8, 1.8, 2.8 or 3.8, and the level that this is.

    4.8 cannot be hit: four met levels leave 0.8 for the fifth, which is met then; three leave 1.8 for two below 0.8.
    """
    _, reference = standard()
    found = []
    for profile, level in product(("discrete", "process"), range(1, 5)):
        at = {asked.id: asked.level for asked in standard()[0].requirements}
        for half in (level, level + 1):
            sheet = {id: "full" if at[id] < level else "partly" if at[id] == half else "none" for id in at}
            sheet = {id: sheet[id] for id in oracle.asked(reference, profile)}
            edge = strategies.on_edge(reference, profile, sheet, level - Fraction(1, 5), seed=level)
            if edge is not None:
                found.append(((profile, edge), level))
    return tuple(found)


@cache
def ragged_rows() -> tuple[Row, ...]:
    """Sheets with emptied cells; the common denominator of their five level scores passes 2**53, of most also 2**63."""
    _, reference = standard()
    rng = Random(93)
    found: list[Row] = []
    while len(found) < 32:
        profile = rng.choice(("discrete", "process"))
        sheet = strategies.random_sheet(reference, rng, "any choice", oracle.asked(reference, profile))
        for leaf in oracle.leaves(reference.trees[profile]):
            for ids in leaf.requirements.values():
                emptied = rng.random() < 0.35
                sheet |= {id: "not_applicable" for id in ids if emptied or rng.random() < 0.1}
        if not oracle.trimmed_protected(reference, profile, sheet):
            x = oracle.values(reference, profile, sheet, unanswered="lowest")
            scores = [oracle.level_score(reference, profile, level, x) for level in reference.levels]
            if math.lcm(*(score.denominator for score in scores)) > (2**53 if len(found) < 10 else 2**63):
                found.append((profile, sheet))
    return tuple(found)


@cache
def all_rows() -> tuple[Row, ...]:
    """Every constructed sheet of GB/T 39116."""
    marks = [row for row, _ in (*rows_on_the_mark(), *rows_on_an_edge())]
    return (*mixed_rows(), *marks, *ragged_rows())


@cache
def all_assessed() -> Assessment:
    return batch(*standard(), all_rows())


# ---------------------------------------------------------------- GB/T 39116 against the oracle


def test_standard_equals_oracle() -> None:
    """Levels, readings, bounds, level scores, totals and node scores of every sheet, both profiles in one batch."""
    found = all_assessed()
    for i, row in enumerate(all_rows()):
        check(found, i, standard()[1], row)


@pytest.mark.parametrize("profile", ["discrete", "process"])
@pytest.mark.parametrize(
    ("choice", "level", "total"), [("full", 5, "5"), ("mostly", 5, "5"), ("partly", 3, "2.5"), ("none", 0, "0")]
)
def test_the_same_answer_everywhere(profile: str, choice: str, level: int, total: str) -> None:
    """`mostly` everywhere is exactly on the mark at every level, so all are met; `partly` everywhere is 5 * 0.5."""
    model, reference = standard()
    sheet = dict.fromkeys(oracle.asked(reference, profile), choice)
    found = assess(Answers.of(model, sheet, profile=profile))
    assert found.total_exact(0) == Fraction(total)
    assert found.level[0] == (2 if choice == "partly" else level)  # 1.8 <= 2.5 < 2.8
    assert found.met[0].tolist() == [choice in ("full", "mostly")] * 5


def test_weights_reach_the_level_score() -> None:
    """One subdomain `full` at level 1, the rest `none`: A1 is the product of the weights on its path."""
    model, _ = standard()
    expected = {
        "discrete": {"organization_strategy": "0.03", "data": "0.0506", "production_operation": "0.059136"},
        "process": {"equipment": "0.1005", "process_design": "0.0272", "sales": "0.102"},
    }
    for profile, paths in expected.items():
        for subdomain, share in paths.items():
            first = [asked for asked in model.requirements if asked.level == 1]
            sheet = {asked.id: "full" if asked.subdomain == subdomain else "none" for asked in first}
            found = assess(Answers.of(model, sheet, profile=profile))
            assert found.level_scores_exact(0)[0] == Fraction(share)


def test_on_the_mark_is_met() -> None:
    """A level at exactly 0.8 is met, however the 0.8 comes about."""
    rows = rows_on_the_mark()
    assert len(rows) >= 18
    assert {level for _, level in rows} == {1, 2, 3, 4, 5}
    found = batch(*standard(), [row for row, _ in rows])
    for i, (_, level) in enumerate(rows):
        assert found.level_scores_exact(i)[level - 1] == Fraction(4, 5)
        assert found.met[i, level - 1]
        assert printed(found.level_scores[i])[level - 1] == "0.80"


def test_one_step_below_the_mark_is_not_met() -> None:
    """One answer lowered by one choice, anywhere at that level, and the level is not met."""
    _, reference = standard()
    rng = Random(7)
    rows: list[Row] = []
    levels = []
    for (profile, sheet), level in rows_on_the_mark():
        ids = [id for leaf in oracle.leaves(reference.trees[profile]) for id in leaf.requirements.get(level, ())]
        ids = [id for id in ids if sheet[id] not in ("none", "not_applicable")]
        for id in rng.sample(ids, 3):
            rows.append((profile, sheet | {id: str(lower_choice(reference, id, sheet[id]))}))
            levels.append(level)
    found = batch(*standard(), rows)
    for i, level in enumerate(levels):
        assert found.level_scores_exact(i)[level - 1] < Fraction(4, 5)
        assert not found.met[i, level - 1]
        assert found.level_scores[i, level - 1] < 0.8
        assert printed(found.level_scores[i])[level - 1] <= "0.79"


def test_on_the_edge_of_a_band() -> None:
    """A total of exactly 0.8, 1.8, 2.8 or 3.8 is in the band, and one answer lower is below it."""
    _, reference = standard()
    rows = rows_on_an_edge()
    assert {(row[0], level) for row, level in rows} == set(product(("discrete", "process"), range(1, 5)))
    lower = []
    for (profile, sheet), _ in rows:
        unmet = [n for n, met in enumerate(oracle.assess(reference, profile, sheet).certain.met, start=1) if not met]
        ids = [
            id for leaf in oracle.leaves(reference.trees[profile]) for n in unmet for id in leaf.requirements.get(n, ())
        ]
        id = next(id for id in ids if sheet[id] != "none")
        lower.append((profile, sheet | {id: str(lower_choice(reference, id, sheet[id]))}))
    found, below = batch(*standard(), [row for row, _ in rows]), batch(*standard(), lower)
    for i, (_, level) in enumerate(rows):
        assert found.total_exact(i) == level - Fraction(1, 5)
        assert (found.level[i], below.level[i]) == (level, level - 1)
    assert printed(found.total) == [f"{level - 1}.80" for _, level in rows]
    assert all(shown <= f"{level - 1}.79" for shown, (_, level) in zip(printed(below.total), rows, strict=True))


def test_thirds_add_up_to_an_edge() -> None:
    """13/30 and 11/30 have no end as decimals, and with the met level 1 they are exactly 1.8: level 2, printed 1.80."""
    model, reference = standard()
    level_of = {asked.id: asked.level for asked in model.requirements}
    rng = Random(30)
    rows: list[Row] = []
    for profile, emptied in product(("discrete", "process"), (0, 1, 2)):
        asked = oracle.asked(reference, profile)
        sheet = {id: "full" if level_of[id] == 1 else "none" for id in asked}
        found: Sheet = {}
        for level, target in ((2, Fraction(13, 30)), (3, Fraction(11, 30))):
            cells = [leaf.requirements[level] for leaf in oracle.leaves(reference.trees[profile])]
            sheet |= {id: "not_applicable" for cell in rng.sample(cells, emptied) for id in cell}
            found |= strategies.reaching(reference, profile, level, sheet, target, seed=rng.randrange(1000)) or {}
        if oracle.assess(reference, profile, sheet | found).certain.total == Fraction(9, 5):
            rows.append((profile, sheet | found))
    assert len(rows) >= 4
    assert any("not_applicable" in sheet.values() for _, sheet in rows)
    lower = []
    for profile, sheet in rows:
        id = next(id for id, choice in sheet.items() if level_of[id] > 1 and choice not in ("none", "not_applicable"))
        lower.append((profile, sheet | {id: str(lower_choice(reference, id, sheet[id]))}))
    assessed, below = batch(model, reference, rows), batch(model, reference, lower)
    assert assessed.level.tolist() == [2] * len(rows)
    assert printed(assessed.total) == ["1.80"] * len(rows)
    assert below.level.tolist() == [1] * len(rows)
    for i, row in enumerate(rows):
        check(assessed, i, reference, row)


def test_floats_would_lose_levels() -> None:
    """The sheets have teeth: what people write today calls some of them "below", and the library none."""
    model, reference = standard()
    rows = rows_on_the_mark()
    flat, nested = [], []
    for (profile, sheet), level in rows:
        worth = oracle.values(reference, profile, sheet, unanswered="lowest")
        zero: dict[str, Fraction | None] = {id: None if x is None else Fraction(0) for id, x in worth.items()}
        weights, xs = [], []
        at_level = [asked.id for asked in model.requirements if asked.level == level]
        for id in (id for id in at_level if worth.get(id) is not None):
            weights.append(float(oracle.level_score(reference, profile, level, zero | {id: Fraction(1)})))
            xs.append(float(worth[id] or 0))
        flat.append(float(np.array(xs) @ np.array(weights)))
        nested.append(_float_score(reference.trees[profile], level, worth) or 0.0)
    assert sum(score < 0.8 for score in flat) >= 3
    assert sum(score < 0.8 for score in nested) >= 3
    found = batch(*standard(), [row for row, _ in rows])
    assert all(found.met[i, level - 1] for i, (_, level) in enumerate(rows))


def _float_score(tree: oracle.Tree, level: int, worth: oracle.Values) -> float | None:
    """The rule in floats, as in a spreadsheet: means, then weighted sums."""
    parts = []
    for node in tree:
        if isinstance(node, oracle.Branch):
            score = _float_score(node.children, level, worth)
        else:
            xs = [float(x) for id in node.requirements.get(level, ()) if (x := worth[id]) is not None]
            score = sum(xs) / len(xs) if xs else None
        if score is not None:
            parts.append((float(node.weight), score))
    return sum(w * s for w, s in parts) / sum(w for w, _ in parts) if parts else None


# ---------------------------------------------------------------- denominators beyond any machine number


def test_denominators_beyond_int64() -> None:
    """Sheets whose common denominator passes 2**63 are exact, met levels and totals among them."""
    _, reference = standard()
    rows = ragged_rows()
    found = batch(*standard(), rows)
    beyond = 0
    for i, row in enumerate(rows):
        check(found, i, reference, row)
        beyond += found.total_exact(i).denominator > 2**63
    assert beyond >= 5


def test_on_the_mark_with_ragged_cells() -> None:
    """`mostly` wherever something is applicable is 0.8 at every level that has anything, whatever the denominators."""
    model, reference = standard()
    rows = [
        (profile, {id: choice if choice == "not_applicable" else "mostly" for id, choice in sheet.items()})
        for profile, sheet in ragged_rows()
    ]
    found = batch(model, reference, rows)
    for i, row in enumerate(rows):
        assert {*found.level_scores_exact(i)} <= {Fraction(4, 5), Fraction(0)}
        check(found, i, reference, row)
    assert (found.level == 5).sum() >= 20


PRIMES = (13, 17, 19, 23, 29, 31, 37, 41, 43, 47)


def _hairline() -> tuple[Data, list[Row]]:
    """A model and three sheets whose second level is a hair below 0.8, exactly 0.8, and a hair above.

    Ten subdomains of weight 0.1 with 47 requirements each, of which 13, 17, ... 47 are applicable; choices of 0.00 to
    1.00. With s the hundredths in a subdomain, A = sum(s / p) / 1000, so sum(s / p) = 800 -/+ 1 / P with P the product
    of all p. Modulo each p that fixes s (Chinese remainders); what is left are whole numbers, spread evenly. The hair
    is 1 / (1000 P), about 4e-18, far below what a float can tell from 0.8.
    """
    nodes = [
        {
            "layer": "subdomain",
            "id": f"s{p}",
            "name": strategies.named(str(p)),
            "weight": {"all": strategies.number("0.1")},
            "requirements": [strategies.requirement(f"s{p}.1a", 1)]
            + [strategies.requirement(f"s{p}.2-{n}", 2) for n in range(47)],
        }
        for p in PRIMES
    ]
    data = strategies.document(
        profiles=["all"],
        scales=[strategies.scale("percent", [Decimal(n) / 100 for n in range(101)])],
        bands=[Decimal("0.8"), Decimal("1.8")],
        layers=["subdomain"],
        nodes=nodes,
    )
    whole = math.prod(PRIMES)
    rows = []
    for hair in (-1, 0, 1):
        s = [(hair * pow(whole // p, -1, p)) % p for p in PRIMES]
        left = 800 + Fraction(hair, whole) - sum(Fraction(part, p) for part, p in zip(s, PRIMES, strict=True))
        assert left.denominator == 1
        sheet = {f"s{p}.1a": "c100" for p in PRIMES}
        for n, p in enumerate(PRIMES):
            points = s[n] + p * (int(left) // 10 + (n < int(left) % 10))
            for k in range(47):
                part = points // p + (k < points % p)
                sheet[f"s{p}.2-{k}"] = f"c{part}" if k < p else "not_applicable"
        rows.append(("all", sheet))
    return data, rows


def test_a_hair_beside_the_mark() -> None:
    """4e-18 below 0.8 is not met and is printed 0.79 and 1.79; exactly 0.8 and a hair above are met.

    The sums of points in a cell pass 255, so that bytes have to widen.
    """
    data, rows = _hairline()
    model, reference = both(data)
    found = batch(model, reference, rows)
    for i, row in enumerate(rows):
        check(found, i, reference, row)
    hair = Fraction(1, 1000 * math.prod(PRIMES))
    mark = Fraction(4, 5)
    assert float(mark - hair) == 0.8
    assert [found.level_scores_exact(i)[1] for i in range(3)] == [mark - hair, mark, mark + hair]
    assert found.met[:, 1].tolist() == [False, True, True]
    assert found.level.tolist() == [1, 2, 2]
    assert printed(found.level_scores[:, 1]) == ["0.79", "0.80", "0.80"]
    assert printed(found.total) == ["1.79", "2.00", "2.00"]


def _heavy(seed: int) -> tuple[MaturityModel, oracle.Model, list[Row]]:
    """As many digits in the weights as loading allows, 251 choices, cells of up to 320; and sheets beside the marks.

    The first band starts exactly at the total of the first sheet, the second one a hair above.
    """
    rng = Random(seed)
    levels = rng.randint(1, 6)
    wide = seed % 6 == 0  # a cell that no byte can count
    families = [rng.randint(1, 4) for _ in range(rng.randint(1, 3))]
    scales = [strategies.scale("permille", [Decimal(4 * n) / 1000 for n in range(251)])]

    def weights(count: int, digits: int) -> list[Data]:
        cuts = sorted(rng.sample(range(1, 10**digits), count - 1))
        return [strategies.number(Decimal(b - a).scaleb(-digits)) for a, b in pairwise([0, *cuts, 10**digits])]

    def leaf(top: int, n: int, weight: Data) -> Data:
        asked = [
            strategies.requirement(f"n{top}{n}.{level}-{k}", level)
            for level in range(1, levels + 1)
            for k in range(320 if (top, n, level) == (0, 0, 1) and wide else rng.choice((1, 2, 5, 16)))
        ]
        node = {"layer": "leaf", "id": f"n{top}{n}", "parent": f"t{top}", "name": strategies.named("x")}
        return node | {"weight": {"all": weight}, "requirements": asked}

    def data(digits: int, bands: Sequence[Decimal]) -> Data:
        tops = weights(len(families), min(digits, 3))
        nodes = [
            {"layer": "top", "id": f"t{top}", "name": strategies.named("x"), "weight": {"all": weight}}
            for top, weight in enumerate(tops)
        ]
        for top, family in enumerate(families):
            nodes += [leaf(top, n, weight) for n, weight in enumerate(weights(family, digits))]
        return strategies.document(profiles=["all"], scales=scales, bands=bands, layers=["top", "leaf"], nodes=nodes)

    bands = [Decimal(level) - Decimal("0.2") for level in range(1, levels + 1)]
    for digits in range(14, 1, -1):
        made = data(digits, bands)
        try:
            parse_model(strategies.toml(made).encode("utf-8"), "heavy.toml")
        except DefinitionError:
            continue
        break
    reference = oracle.read_model(strategies.toml(made))
    ids = list(reference.values)
    mark = dict.fromkeys(ids, "c200")  # 0.8
    start = {id: rng.choice(("c130", "c131", "c200")) for id in ids}
    total = strategies.decimal(oracle.assess(reference, "all", start).certain.total)
    assert total
    for level in made["levels"]:
        level["total_from"] = strategies.number(total + (level["number"] - 1) * Decimal("1e-15"))
    sheets = [start, mark, dict.fromkeys(ids, "c250"), {}]
    for sheet in (start, mark):
        for id in rng.sample(ids, 2):
            point = int(sheet[id][1:])
            sheets += [sheet | {id: f"c{point - 1}"}, sheet | {id: f"c{point + 1}"}]
        absent = {id: "not_applicable" for id in ids if rng.random() < 0.3}
        gone = {id: "not_applicable" for id in ids if id.startswith("n00.")}
        sheets.append({id: choice for id, choice in sheet.items() if id not in absent})
        for less in (sheet | absent, sheet | gone, sheet | absent | gone):
            left = [id for id, choice in less.items() if choice != "not_applicable"]
            sheets += [less, *(less | {id: f"c{int(less[id][1:]) - 1}"} for id in rng.sample(left, min(2, len(left))))]
    return *both(made), [("all", sheet) for sheet in sheets]


@pytest.mark.parametrize("seed", range(8))
def test_numbers_near_the_limits(seed: int) -> None:
    """What loading accepts is exact to the last digit: one point of 250 in one answer of hundreds decides."""
    model, reference, rows = _heavy(seed)
    found = batch(model, reference, rows)
    for i, row in enumerate(rows):
        check(found, i, reference, row)
    assert found.level[0] == 1
    assert found.met[1].all()


@pytest.mark.parametrize("digits", [2, 6, 8, 9, 10])
def test_long_weights_with_not_applicable(digits: int) -> None:
    """Weights a hair above and below a half, times 0.796 and 0.804: just below 0.8, also in a thinned cell."""
    hair = Decimal(1).scaleb(-digits)
    nodes = [
        {
            "layer": "leaf",
            "id": id,
            "name": strategies.named(id),
            "weight": {"all": strategies.number(weight)},
            "requirements": [strategies.requirement(f"{id}.{k}", 1) for k in (1, 2)],
        }
        for id, weight in (("a", Decimal("0.5") + hair), ("b", Decimal("0.5") - hair))
    ]
    data = strategies.document(
        profiles=["all"],
        scales=[strategies.scale("near", [Decimal("0.796"), Decimal("0.804"), Decimal(0)])],
        bands=[Decimal("0.8")],
        layers=["leaf"],
        nodes=nodes,
    )
    model, reference = both(data)
    whole = {"a.1": "c0", "a.2": "c0", "b.1": "c1", "b.2": "c1"}
    rows: list[Row] = [("all", whole), ("all", whole | {"a.2": "not_applicable"})]
    found = batch(model, reference, rows)
    for i, row in enumerate(rows):
        assert found.level_scores_exact(i) == (Fraction(4, 5) - Fraction(hair) * Fraction("0.008"),)
        check(found, i, reference, row)
    assert found.level.tolist() == [0, 0]


# ---------------------------------------------------------------- models of any other shape


@given(st.data())
def test_any_model_equals_oracle(draws: st.DataObject) -> None:
    """Any tree, any number of levels, several scales, the three rules for empty cells, both profiles in one batch."""
    data = draws.draw(strategies.models())
    model, reference = both(data)
    profiles = st.sampled_from([profile.id for profile in model.profiles])
    rows = draws.draw(st.lists(st.tuples(profiles, strategies.sheets(data)), min_size=1, max_size=4))
    found = batch(model, reference, rows)
    for i, row in enumerate(rows):
        check(found, i, reference, row)


@given(strategies.on_a_mark())
def test_any_mark_is_closed_below(drawn: tuple[Data, str, Sheet]) -> None:
    """A sheet whose level score is the pass mark and whose total starts a band; or both missed by a hair."""
    data, profile, sheet = drawn
    model, reference = both(data)
    check(batch(model, reference, [(profile, sheet)]), 0, reference, (profile, sheet))


@given(st.data())
def test_better_answers_never_lower_anything(draws: st.DataObject) -> None:
    """One answer raised: no level score, total, level or bound falls; an open one answered: the bounds close in."""
    data = draws.draw(strategies.models())
    model, reference = both(data)
    profile = draws.draw(st.sampled_from(["whole", "part"]))
    sheet = draws.draw(strategies.sheets(data))
    assume(not oracle.trimmed_protected(reference, profile, sheet))
    ids = [id for id in oracle.asked(reference, profile) if sheet.get(id) != "not_applicable"]
    assume(ids)
    id = draws.draw(st.sampled_from(ids))
    ranked = sorted(reference.values[id], key=reference.values[id].__getitem__)
    found = batch(model, reference, [(profile, sheet), *((profile, sheet | {id: choice}) for choice in ranked)])
    rows = range(1, len(ranked) + 1)
    for lower, upper in pairwise(rows):
        assert found.total_exact(lower) <= found.total_exact(upper)
        assert found.total_exact(lower, possible=True) <= found.total_exact(upper, possible=True)
        for name in (*FIELDS[:7], "level_scores", "level_scores_possible"):
            assert (getattr(found, name)[lower] <= getattr(found, name)[upper]).all(), name
        for levels in (*found.level_by_reading.values(), *found.level_by_reading_possible.values()):
            assert levels[lower] <= levels[upper]
    if id not in sheet:
        for row in rows:
            assert found.total_exact(0) <= found.total_exact(row)
            assert found.total_exact(row, possible=True) <= found.total_exact(0, possible=True)
            assert found.level[0] <= found.level[row] <= found.level_possible[row] <= found.level_possible[0]


def _completions(reference: oracle.Model, sheet: Sheet, open_ids: Sequence[str]) -> Iterator[Sheet]:
    for choices in product(*(reference.values[id] for id in open_ids)):
        yield sheet | dict(zip(open_ids, choices, strict=True))


@given(st.data())
def test_bounds_contain_every_completion_and_are_reached(draws: st.DataObject) -> None:
    """All completions by choices lie between the bounds, and two of them are the bounds."""
    data = draws.draw(strategies.models())
    model, reference = both(data)
    profile = draws.draw(st.sampled_from(["whole", "part"]))
    sheet = draws.draw(strategies.sheets(data, styles=["mark, some not applicable", "near the mark", "any choice"]))
    assume(not oracle.trimmed_protected(reference, profile, sheet))
    ids = st.sampled_from(oracle.asked(reference, profile))
    open_ids = draws.draw(st.lists(ids, min_size=1, max_size=4, unique=True))
    sheet = {id: choice for id, choice in sheet.items() if id not in open_ids}
    rows = [(profile, full) for full in islice(_completions(reference, sheet, open_ids), 256)]
    worth = reference.values
    rows += [
        (profile, sheet | {id: pick(worth[id], key=worth[id].__getitem__) for id in open_ids}) for pick in (min, max)
    ]
    found = batch(model, reference, [(profile, sheet), *rows])
    for name in ("level", "total", "level_scores", "met"):
        every = getattr(found, name)[1:]
        assert (getattr(found, name)[0] <= every).all()
        assert (every <= getattr(found, f"{name}_possible")[0]).all()
        assert (every[-2] == getattr(found, name)[0]).all()
        assert (every[-1] == getattr(found, f"{name}_possible")[0]).all()
    assert found.total_exact(len(rows) - 1) == found.total_exact(0)
    assert found.total_exact(len(rows)) == found.total_exact(0, possible=True)
    assert (found.level[1:] == found.level_possible[1:]).all()


@given(st.data())
def test_order_of_requirements_does_not_matter(draws: st.DataObject) -> None:
    """Nodes and requirements in another order in the file: the same results, bit for bit."""
    data = draws.draw(strategies.models())
    nodes = draws.draw(st.permutations([dict(node) for node in data["nodes"]]))
    for node in (node for node in nodes if "requirements" in node):
        node["requirements"] = draws.draw(st.permutations(node["requirements"]))
    turned = data | {"nodes": nodes}
    profiles = st.sampled_from(["whole", "part"])
    rows = draws.draw(st.lists(st.tuples(profiles, strategies.sheets(data)), min_size=1, max_size=3))
    same(batch(*both(data), rows), batch(*both(turned), rows))


@given(st.data())
def test_not_applicable_equals_a_model_without_it(draws: st.DataObject) -> None:
    """A requirement answered "not applicable" scores as if the model did not have it."""
    data = draws.draw(strategies.models())
    leaves = [node for node in data["nodes"] if len(node.get("requirements", [])) > 1]
    assume(leaves)
    leaf = draws.draw(st.sampled_from(leaves))
    gone = draws.draw(st.sampled_from(leaf["requirements"]))["id"]
    kept = [asked for asked in leaf["requirements"] if asked["id"] != gone]
    without = data | {"nodes": [node | {"requirements": kept} if node is leaf else node for node in data["nodes"]]}
    profile = draws.draw(st.sampled_from(["whole", "part"]))
    sheet = draws.draw(strategies.sheets(data)) | {gone: "not_applicable"}
    found = batch(*both(data), [(profile, sheet)])
    rest = {id: choice for id, choice in sheet.items() if id != gone}
    other = batch(*both(without), [(profile, rest)])
    assert found.answers.rejected.tolist() == other.answers.rejected.tolist()
    for name in ("level", "level_possible", "met", "met_possible", "readings_differ", "readings_differ_possible"):
        assert getattr(found, name).tobytes() == getattr(other, name).tobytes(), name
    for possible in (False, True) if not found.answers.rejected[0] else ():
        assert found.total_exact(0, possible=possible) == other.total_exact(0, possible=possible)
        assert found.level_scores_exact(0, possible=possible) == other.level_scores_exact(0, possible=possible)


@given(st.data())
def test_if_na_unmet_is_the_lowest_choice(draws: st.DataObject) -> None:
    """`level_if_na_unmet` is the level of the same sheet with the lowest choice wherever it says "not applicable"."""
    data = draws.draw(strategies.models())
    model, reference = both(data)
    profile = draws.draw(st.sampled_from(["whole", "part"]))
    styles = ["mark, some not applicable", "anything", "mostly not applicable"]
    sheet = draws.draw(strategies.sheets(data, styles=styles))
    assume(not oracle.trimmed_protected(reference, profile, sheet))
    worth = reference.values
    lowest = {
        id: min(worth[id], key=worth[id].__getitem__) for id, choice in sheet.items() if choice == "not_applicable"
    }
    found = batch(model, reference, [(profile, sheet), (profile, sheet | lowest)])
    assert found.level_if_na_unmet[0] == found.level[1] == found.level_if_na_unmet[1]


@pytest.mark.parametrize("name", sorted(path.name for path in MODELS.glob("*.toml")))
def test_second_models_equal_oracle(name: str) -> None:
    """Models of another edition and of another family load by path and equal the oracle."""
    model = load_model(MODELS / name)
    reference = oracle.read_model((MODELS / name).read_text(encoding="utf-8"))
    assert model.status == "provisional"
    rng = Random(name)
    profiles = [profile.id for profile in model.profiles]
    rows = [
        (rng.choice(profiles), strategies.random_sheet(reference, rng, style))
        for style in strategies.STYLES
        for _ in range(4)
    ]
    found = batch(model, reference, rows)
    for i, row in enumerate(rows):
        check(found, i, reference, row)
    assert len({int(level) for level in found.level}) > 1


# ---------------------------------------------------------------- one path: batches, order, threads, blocks, memory


def test_batch_is_the_concatenation_of_singles() -> None:
    """Every row of a batch is bit for bit what it is alone."""
    found = all_assessed()
    for i, row in enumerate(all_rows()):
        same(found, batch(*standard(), [row]), slice(i, i + 1))


@given(st.data())
def test_batch_is_the_concatenation_of_singles_in_any_model(draws: st.DataObject) -> None:
    """The same for any model."""
    data = draws.draw(strategies.models())
    models = both(data)
    profiles = st.sampled_from(["whole", "part"])
    rows = draws.draw(st.lists(st.tuples(profiles, strategies.sheets(data)), min_size=2, max_size=4))
    found = batch(*models, rows)
    for i, row in enumerate(rows):
        same(found, batch(*models, [row]), slice(i, i + 1))


@given(st.data())
def test_blocks_and_threads_change_nothing_in_any_model(draws: st.DataObject) -> None:
    """Rows in any order, in blocks and parts of 1 to 3 rows, by two threads: the same bits for any model."""
    data = draws.draw(strategies.models())
    models = both(data)
    profiles = st.sampled_from(["whole", "part"])
    rows = draws.draw(st.lists(st.tuples(profiles, strategies.sheets(data)), min_size=2, max_size=6))
    order = draws.draw(st.permutations(range(len(rows))))
    small = st.integers(1, 3)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("maturity.answers.BLOCK", draws.draw(small))
        patch.setattr("maturity.scoring.arithmetic._PART", draws.draw(small))
        patch.setattr("maturity.scoring.arithmetic._LONG_PART", draws.draw(small))
        found = batch(*models, [rows[i] for i in order], threads=draws.draw(st.integers(1, 2)))
    same(batch(*models, rows), found, order)


@cache
def large() -> tuple[list[int], Answers]:
    """The constructed sheets in random order, over more than two blocks, and which they are."""
    model, reference = standard()
    points = points_of(model, reference, [sheet for _, sheet in all_rows()])
    chosen = np.random.default_rng(3).integers(len(points), size=2 * BLOCK + 11)
    profiles = [all_rows()[i][0] for i in chosen]
    ids = [f"e{n}" for n in range(len(chosen))]
    return chosen.tolist(), Answers.from_points(model, points[chosen], ids=ids, profiles=profiles)


def test_order_of_rows_does_not_matter() -> None:
    """More than 100,000 rows drawn from the constructed sheets: each is what it is in the small batch."""
    chosen, answers = large()
    same(all_assessed(), assess(answers), chosen)


@pytest.mark.parametrize("threads", [2, 3])
def test_threads_change_nothing(threads: int) -> None:
    """Bit for bit, with more threads than blocks too."""
    same(assess(large()[1]), assess(large()[1], threads=threads))
    same(all_assessed(), batch(*standard(), all_rows(), threads=threads))


def test_block_size_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of 1, of 7 and of more rows than there are: the same bits."""
    expected = all_assessed()
    for size in (1, 7, 10**6):
        monkeypatch.setattr("maturity.answers.BLOCK", size)
        same(expected, batch(*standard(), all_rows()))


def test_memory_order_of_the_input_does_not_matter() -> None:
    """C order, Fortran order, and every other row of a larger array."""
    model, reference = standard()
    rows = all_rows()
    points = points_of(model, reference, [sheet for _, sheet in rows])
    ids, profiles = [str(i) for i in range(len(rows))], [profile for profile, _ in rows]
    wide = np.repeat(points, 2, axis=0)[::2]
    for layout in (np.asfortranarray(points), wide, np.ascontiguousarray(points)):
        answers = Answers.from_points(model, layout, ids=ids, profiles=profiles)
        assert np.array_equal(answers.points, points)
        same(all_assessed(), assess(answers))


def test_scores_of_any_rows() -> None:
    """`scores` takes a slice or nothing; the rows come in that order, (rows, nodes, levels)."""
    found = all_assessed()
    for layer, count in (("element", 4), ("domain", 12), ("subdomain", 20)):
        every = found.scores(layer)
        assert every.shape == (len(all_rows()), count, 5)
        assert found.scores(layer, slice(5, 20, 3)).tobytes() == every[5:20:3].tobytes()
        assert found.scores(layer, slice(0, 0)).shape == (0, count, 5)


def test_empty_batch() -> None:
    """No rows in, no rows out."""
    model, _ = standard()
    points = np.empty((0, len(model.requirements)), np.uint8)
    found = assess(Answers.from_points(model, points, ids=[], profiles="discrete"))
    assert (len(found), found.level.shape, found.level_scores.shape) == (0, (0,), (0, 5))
    assert found.scores("element").shape == (0, 4, 5)


def test_results_are_frozen() -> None:
    """No array of a result can be written to, and no field set."""
    found = all_assessed()
    arrays = [getattr(found, name) for name in FIELDS]
    arrays += [*found.level_by_reading.values(), *found.level_by_reading_possible.values()]
    arrays += [found.answers.points, found.answers.profile_codes, found.answers.rejected]
    assert not any(array.flags.writeable for array in arrays)
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.level = found.level_possible  # type: ignore[misc]


def test_result_types() -> None:
    """Levels are int8, scores float64, and (n, L)."""
    found = all_assessed()
    n = len(all_rows())
    assert {getattr(found, name).dtype for name in FIELDS[:3]} == {np.dtype(np.int8)}
    assert {getattr(found, name).dtype for name in ("total", "level_scores")} == {np.dtype(np.float64)}
    assert found.met.dtype == np.bool_
    assert (found.level.shape, found.met.shape, found.level_scores.shape) == ((n,), (n, 5), (n, 5))


# ---------------------------------------------------------------- answers


def test_of_and_from_points_are_the_same() -> None:
    """A mapping of choices and an array of points lead to the same answers."""
    model, reference = standard()
    for profile, sheet in mixed_rows():
        if oracle.trimmed_protected(reference, profile, sheet):
            continue
        answers = Answers.of(model, sheet, profile=profile, id="x")
        assert np.array_equal(answers.points, points_of(model, reference, [sheet]))
        assert answers.choices(0) == sheet
        assert (answers.ids, answers.profile(0), len(answers)) == (("x",), profile, 1)


def test_unanswered_is_not_zero() -> None:
    """Nothing answered: below level 1 for certain, level 5 possible. All `none`: below level 1 for good."""
    model, _ = standard()
    nothing = assess(Answers.of(model, {}, profile="discrete"))
    assert (nothing.level[0], nothing.level_possible[0]) == (0, 5)
    assert nothing.total_exact(0) == 0
    assert nothing.total_exact(0, possible=True) == 5
    none = assess(Answers.of(model, {asked.id: "none" for asked in model.requirements}, profile="discrete"))
    assert (none.level[0], none.level_possible[0], none.total_possible[0]) == (0, 0, 0.0)


def test_unanswered_is_not_the_same_as_not_applicable() -> None:
    """One of two requirements `full`, the other open: half for certain; not applicable: the whole."""
    model, _ = standard()
    start = {asked.id: "none" for asked in model.requirements if asked.level == 1} | {"data.1a": "full"}
    share = Fraction("0.11") * Fraction("0.46")
    for choice, expected in (({}, share / 2), ({"data.1b": "not_applicable"}, share)):
        sheet = {id: c for id, c in start.items() if id != "data.1b"} | choice
        assert assess(Answers.of(model, sheet, profile="discrete")).level_scores_exact(0)[0] == expected


def test_level_without_anything_applicable_is_not_met() -> None:
    """Everything `full` but level 5 not applicable: A5 = 0, not met, total 4, level 4."""
    model, _ = standard()
    sheet = {asked.id: "not_applicable" if asked.level == 5 else "full" for asked in model.requirements}
    found = assess(Answers.of(model, sheet, profile="discrete"))
    assert list(map(int, found.level_scores_exact(0))) == [1, 1, 1, 1, 0]
    assert found.met[0].tolist() == [True] * 4 + [False]
    assert (found.level[0], found.total[0], found.level_scores[0, 4]) == (4, 4.0, 0.0)
    assert np.isnan(found.scores("element")[0, :, 4]).all()


def test_level_without_anything_applicable_is_named() -> None:
    """One note for each such row and level, for what the row's profile asks; outside it an answer does not help."""
    model, reference = standard()
    fifth = {asked.id: "not_applicable" for asked in model.requirements if asked.level == 5}
    full = {asked.id: "full" for asked in model.requirements} | fifth
    rows: list[Row] = [
        ("discrete", full | {"sales.5a": "none"}),
        ("discrete", full),
        ("discrete", full | {"product_design.5a": "full"}),
        ("process", full | {"product_design.5a": "full"}),
    ]
    found = batch(model, reference, rows)
    assert found.met[:, 4].tolist() == [False, False, True, False]
    notes = [note for note in found.answers.notes if note.id == "answers.empty-level"]
    assert [(note.where, note.values["number"]) for note in notes] == [("e1", 5), ("e3", 5)]


def test_outside_the_profile_is_ignored_and_named() -> None:
    """Product design does not belong to the process profile: its answers change nothing and are named."""
    model, reference = standard()
    inside = dict.fromkeys(oracle.asked(reference, "process"), "mostly")
    plain = Answers.of(model, inside, profile="process")
    outside = {"product_design.1a": "none", "product_service.3a": "full"}
    extra = Answers.of(model, inside | outside, profile="process", id="e1")
    same(assess(plain), assess(extra))
    assert plain.notes == ()
    assert len(extra.notes) == 2
    assert all(note.id == "answers.outside-profile" for note in extra.notes)
    assert ["product_design.1a" in extra.notes[0].where, "product_service.3a" in extra.notes[1].where] == [True, True]
    assert np.isnan(assess(extra).scores("subdomain")[0, 7]).all()  # product design, the eighth


def test_outside_the_profile_may_be_protected() -> None:
    """A protected subdomain that the profile does not have cannot be trimmed from it: the row keeps its level."""
    one, half = strategies.number(1), strategies.number("0.5")
    leaf = {"layer": "only", "name": strategies.named("x")}
    first, second = ([strategies.requirement(id, 1)] for id in ("a.1", "b.1"))
    data = strategies.document(
        profiles=["whole", "part"],
        scales=[strategies.scale("s", [Decimal(0), Decimal(1)])],
        bands=[Decimal("0.8")],
        layers=["only"],
        nodes=[
            {"id": "a", **leaf, "weight": {"whole": half, "part": one}, "requirements": first},
            {"id": "b", **leaf, "weight": {"whole": half}, "requirements": second},
        ],
        protected=["only.b"],
    )
    model, reference = both(data)
    sheet = {"a.1": "c1", "b.1": "not_applicable"}
    found = batch(model, reference, [("part", sheet), ("whole", sheet)])
    assert found.level.tolist() == [1, -1]
    check(found, 0, reference, ("part", sheet))


def _trimmed(model: MaturityModel, subdomain: str) -> Sheet:
    return {asked.id: "not_applicable" if asked.subdomain == subdomain else "full" for asked in model.requirements}


PROTECTED = [
    *("organization_strategy", "personnel_skills"),
    *("data", "integration", "information_security"),
    *("equipment", "network"),
    *("procurement", "planning_scheduling", "production_operation", "equipment_management"),
    *("warehousing_distribution", "safety_environment", "energy_management"),
]


@pytest.mark.parametrize("subdomain", PROTECTED)
def test_protected_subdomains_cannot_be_trimmed(subdomain: str) -> None:
    """Personnel, technology, resources and production must keep at least one applicable requirement."""
    model, _ = standard()
    sheet = _trimmed(model, subdomain)
    with pytest.raises(InputError) as caught:
        Answers.of(model, sheet, profile="discrete", id="示例")
    assert [problem.id for problem in caught.value.problems] == ["answers.trimmed"]
    asked = next(asked.id for asked in model.requirements if asked.subdomain == subdomain)
    assert assess(Answers.of(model, sheet | {asked: "full"}, profile="discrete")).level[0] >= 1


@pytest.mark.parametrize("subdomain", ["product_design", "process_design", "logistics", "sales", "customer_service"])
def test_other_subdomains_can_be_trimmed(subdomain: str) -> None:
    """Design, logistics, sales and service may be trimmed: with all else `full` the weight goes to the siblings."""
    model, _ = standard()
    found = assess(Answers.of(model, _trimmed(model, subdomain), profile="discrete"))
    assert found.level[0] == found.total_exact(0) == 5
    assert found.level_if_na_unmet[0] == 5  # one of 20 missing leaves every level above 0.8


def test_a_trimmed_row_does_not_touch_the_others() -> None:
    """In a batch the row gets a problem, level -1 and a NaN total; its neighbours are what they are alone."""
    model, reference = standard()
    good = [row for row in mixed_rows() if not oracle.trimmed_protected(reference, *row)][:3]
    bad: Row = ("process", _trimmed(model, "data"))
    found = batch(model, reference, [good[0], bad, *good[1:]])
    assert found.answers.rejected.tolist() == [False, True, False, False]
    assert [problem.where for problem in found.answers.problems] == ["e1"]
    check(found, 1, reference, bad)
    same(found, batch(model, reference, good), [0, 2, 3])


def test_points_that_are_no_choice_are_refused() -> None:
    """Points other than 0, 5, 8, 10, 254, 255 are refused, with the requirement and the points that would be right."""
    model, _ = standard()
    q = len(model.requirements)
    good = np.full((2, q), 8, np.uint8)
    for wrong in [point for point in range(256) if point not in (0, 5, 8, 10, NOT_APPLICABLE, UNANSWERED)]:
        points = good.copy()
        points[1, wrong % q] = wrong
        with pytest.raises(InputError) as caught:
            Answers.from_points(model, points, ids=["a", "b"], profiles="discrete")
        (problem,) = caught.value.problems
        assert (problem.id, problem.value) == ("answers.illegal-points", str(wrong))
        assert model.requirements[wrong % q].id in problem.where
        assert "b" in problem.where
        assert "0, 5, 8, 10, 254, 255" in problem.text("en")
    for right in (0, 5, 8, 10, NOT_APPLICABLE, UNANSWERED):
        points = good.copy()
        points[:, -1] = right
        assert len(Answers.from_points(model, points, ids=["a", "b"], profiles="discrete")) == 2


def test_points_of_another_scale_are_refused() -> None:
    """With several scales, a requirement takes the points of its own scale only."""
    model = load_model(MODELS / "samm-like.toml")
    first = {choice.points for choice in model.requirements[0].choices}
    foreign, column = next(
        (points, column)
        for column, asked in enumerate(model.requirements)
        for points in sorted(first - {choice.points for choice in asked.choices})
    )
    points = np.full((1, len(model.requirements)), UNANSWERED, np.uint8)
    points[0, column] = foreign
    with pytest.raises(InputError, match="belong to no choice"):
        Answers.from_points(model, points, ids=["a"], profiles=model.profiles[0].id)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"points": np.zeros((2, 215), np.uint8)}, {"answers.wrong-shape"}),
        ({"points": np.zeros((3, 216), np.uint8)}, {"answers.wrong-shape"}),
        ({"points": np.zeros(216, np.uint8)}, {"answers.wrong-shape"}),
        ({"points": np.zeros((2, 216), np.int64)}, {"answers.not-uint8"}),
        ({"points": np.zeros((2, 215), np.float64)}, {"answers.not-uint8", "answers.wrong-shape"}),
        ({"profiles": "discreet"}, {"answers.unknown-profile"}),
        ({"profiles": ["discrete", "batch"]}, {"answers.unknown-profile"}),
        ({"profiles": ["discrete"]}, {"answers.profiles-count"}),
        ({"ids": ["a"]}, {"answers.wrong-shape"}),
    ],
)
def test_wrong_arrays_are_refused(change: Mapping[str, Any], expected: set[str]) -> None:
    """Shape, type, profiles and ids that do not fit."""
    model, _ = standard()
    good: dict[str, Any] = {"points": np.zeros((2, 216), np.uint8), "ids": ["a", "b"], "profiles": "discrete"}
    with pytest.raises(InputError) as caught:
        Answers.from_points(model, **{**good, **change})
    assert {problem.id for problem in caught.value.problems} == expected


def test_all_wrong_answers_at_once() -> None:
    """Unknown requirements, choices and profile in one error, with what was probably meant."""
    model, _ = standard()
    sheet = {"data.1a": "mostley", "data.9z": "full", "data.1b": "full", "network.1a": "0.8"}
    with pytest.raises(InputError) as caught:
        Answers.of(model, sheet, profile="diskrete", id="示例")
    assert sorted(problem.id for problem in caught.value.problems) == [
        "answers.unknown-choice",
        "answers.unknown-choice",
        "answers.unknown-profile",
        "answers.unknown-requirement",
    ]
    for lang in LANGUAGES:
        text = caught.value.text(lang)
        right = "full, mostly, partly, none, not_applicable"
        assert all(word in text for word in ("示例", "mostley", "data.9z", right, "discrete"))


# ---------------------------------------------------------------- what is shown


@pytest.mark.parametrize(
    ("exact", "shown"),
    [
        (Fraction(4, 5), "0.80"),
        (Fraction(29, 100), "0.29"),
        (Fraction("0.79703"), "0.79"),
        (Fraction("0.7999999"), "0.79"),
        (Fraction("4.7999999"), "4.79"),
        (Fraction(2, 3), "0.66"),
        (Fraction(1), "1.00"),
        (Fraction(0), "0.00"),
        (Fraction(5), "5.00"),
    ],
)
def test_cut(exact: Fraction, shown: str) -> None:
    """Scores are cut, not rounded up."""
    assert f"{float(cut(np.float64(float(exact)))):.2f}" == shown


def test_cut_keeps_every_hundredth() -> None:
    """0.00, 0.01 ... 5.00 stay what they are, in any shape; nothing below one is raised to it; NaN stays NaN."""
    hundredths = np.array([n / 100 for n in range(501)])
    assert [f"{score:.2f}" for score in cut(hundredths)] == [f"{Decimal(n) / 100:.2f}" for n in range(501)]
    below = hundredths[1:] - 1e-9
    assert [f"{score:.2f}" for score in cut(below)] == [f"{Decimal(n) / 100:.2f}" for n in range(500)]
    table = np.array([[0.8, math.nan], [0.456, 1.0]])
    assert np.array_equal(cut(table), np.array([[0.8, math.nan], [0.45, 1.0]]), equal_nan=True)
    assert float(cut(np.float64(0.4567), 3)) == 0.456
    assert float(cut(np.float64(4.8), 0)) == 4.0


@given(st.integers(1, 10**6), st.integers(0, 10**7))
def test_cut_never_reaches_a_missed_mark(denominator: int, numerator: int) -> None:
    """The float of any fraction with a denominator of up to a million is cut exactly."""
    exact = Fraction(numerator % (5 * denominator + 1), denominator)
    assert printed(np.array([float(exact)])) == [f"{Decimal(math.floor(exact * 100)) / 100:.2f}"]


def test_a_rejected_row_has_no_exact_scores_either() -> None:
    """What has no level has no exact scores and no scores of nodes; asking says why."""
    model, _ = standard()
    sheet = {r.id: "not_applicable" if r.subdomain == "data" else "full" for r in model.requirements}
    points = np.full((2, len(model.requirements)), 10, np.uint8)
    points[0] = [254 if sheet[r.id] == "not_applicable" else 10 for r in model.requirements]
    assessment = assess(Answers.from_points(model, points, ids=["without", "with"], profiles="discrete"))
    with pytest.raises(InputError, match="'Data'"):
        assessment.total_exact(0)
    assert assessment.total_exact(1) == assessment.total_exact(-1) == 5
    nodes = assessment.scores("element")
    assert np.isnan(nodes[0]).all()
    assert not np.isnan(nodes[1]).all()


def test_an_unknown_layer_is_refused() -> None:
    """The layers that there are stand in the message."""
    model, _ = standard()
    assessment = assess(Answers.of(model, {}, profile="discrete"))
    with pytest.raises(InputError, match="element, domain, subdomain"):
        assessment.scores("elements")
