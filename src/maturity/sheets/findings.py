"""What was found, as tables: enterprises, conditions, plans, firmness, what if, problems, and what it all rests on.

The same words head the columns of every format. Scores are cut after two decimals, never rounded up to a mark
(`maturity.scoring.cut`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from importlib.metadata import version
from itertools import zip_longest
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from maturity.errors import Problem
from maturity.firmness import Firmness, WhatIf
from maturity.improvement import STATUSES, Plan
from maturity.language import Lang, listed, say, texts
from maturity.models import READINGS
from maturity.profiles import known_profile
from maturity.scenarios import VERDICTS, ConditionResult, Decisions, Mending
from maturity.scenarios.alike import alike
from maturity.scenarios.portfolio import STANDINGS
from maturity.scenarios.tree import TRUTHS
from maturity.scoring import Assessment, cut

KINDS: Final = ("problem", "note")
ROLES: Final = ("required", "production", "cultivation", "advice", "experts")
"""Of what is listed, and of conditions."""


@dataclass(frozen=True, slots=True)
class Results:
    """The tables of a result.

    ``ids`` says which columns hold ids of profiles, verdicts, tiers ...: a workbook shows the name of each. ``more``
    are the tables that are there only when asked for: plan, firmness.
    """

    enterprises: pd.DataFrame
    more: Mapping[str, pd.DataFrame]
    titles: Mapping[str, str]
    ids: Mapping[str, Mapping[str, str]]
    problems: Sequence[Problem]
    notes: Sequence[Problem]
    assessment: Assessment
    decisions: Decisions | None
    plans: Sequence[Plan]
    firmness: Sequence[Firmness]
    whatif: WhatIf | None
    lang: Lang
    progress: Callable[[int, int], None] | None


def results_of(
    assessment: Assessment,
    decisions: Decisions | None,
    names: Sequence[str],
    problems: Sequence[Problem],
    notes: Sequence[Problem],
    plans: Sequence[Plan],
    firmness: Sequence[Firmness],
    whatif: WhatIf | None,
    lang: Lang,
    progress: Callable[[int, int], None] | None,
) -> Results:
    """The tables of some enterprises, in the words of a language; conditions are worded when a table asks for them."""
    model = assessment.answers.model
    own = {key: say(f"sheets.columns.{key}", lang) for key in ("id", "name", "profile")}
    columns: dict[str, Any] = {
        "id": [_text(id) for id in assessment.answers.ids],
        "name": [_text(name) for name in names],
        "profile": [known_profile(assessment.answers, i) or None for i in range(len(names))],
    }
    levels: dict[str, NDArray[Any]] = {
        "level": assessment.level,
        "level_possible": assessment.level_possible,
        "total": assessment.total,
        "level_stepwise": assessment.level_by_reading["stepwise"],
        "level_if_na_unmet": assessment.level_if_na_unmet,
    }
    for key, values in levels.items():
        own[key] = say(f"sheets.columns.{key}", lang)
        columns[key] = _shown_scores(values) if values.dtype.kind == "f" else _shown_levels(values)
    for level, scores in zip(model.levels, assessment.level_scores.T, strict=True):
        own[f"A{level.number}"] = say("sheets.columns.level_score", lang, level=level.name)
        columns[f"A{level.number}"] = _shown_scores(np.where(assessment.level < 0, np.nan, scores))
    for node, scores in zip(model.subdomains, _subdomain_scores(assessment).T, strict=True):
        own[node.id] = node.name.in_(lang)
        columns[node.id] = _shown_scores(scores)
    shown = {"profile": {profile.id: profile.name.in_(lang) for profile in model.profiles}}
    if decisions:
        rows = rows_in(assessment, decisions)
        for tier in decisions.programme.tiers:
            key = f"{decisions.programme.id}.{tier.id}"
            own[key] = tier.name.in_(lang)
            columns[key] = decisions.verdict[tier.id][rows].tolist()
            shown[key] = {verdict: say(f"verdict.{verdict}", lang) for verdict in VERDICTS}
            own[f"{key}{LEAST}"] = say("sheets.mends.title", lang, tier=tier.name)
        for places in decisions.places.values():
            key = f"{decisions.programme.id}.{places.quota.id}"
            own[key] = places.quota.name.in_(lang)
            columns[key] = places.standing[rows].tolist()
            shown[key] = {standing: say(f"portfolio.{standing}", lang) for standing in STANDINGS if standing}
    keys = ("tier", "condition", "condition_name", "role", "value", "threshold", "shortfall", "clause", "quote")
    own |= {key: say(f"sheets.columns.{key}", lang) for key in keys}
    own["verdict"] = say("sheets.columns.condition_verdict", lang)
    shown["verdict"] = {word: say(f"verdict.{word}", lang) for word in TRUTHS}
    shown["kind"] = {kind: say(f"sheets.kinds.{kind}", lang) for kind in KINDS}
    shown["role"] = {role: say(f"sheets.roles.{role}", lang) for role in ROLES}
    shown["tier"] = {tier.id: tier.name.in_(lang) for tier in decisions.programme.tiers} if decisions else {}
    more = {}
    if plans:
        more["plan"] = _plan_table(columns["id"], columns["name"], plans, lang)
    if firmness:
        more["firmness"] = _firmness_table(columns["id"], columns["name"], firmness)
    if whatif:
        more["whatif"] = _whatif_table(columns["id"], columns["name"], whatif)
        after = whatif.after.answers.model
        own |= {
            f"A{level.number}": say("sheets.columns.level_score", lang, level=level.name)
            for level in after.levels
            if f"A{level.number}" not in own
        }
        supposed = [key for key in map(str, more["whatif"]) if key.endswith(_SUPPOSED)]
        own |= {key: say("sheets.columns.supposed", lang, title=own[key.removesuffix(_SUPPOSED)]) for key in supposed}
        moved = {key: word[lang] for key, word in texts("firmness")["moved"].items()}
        shown["changed"] = {
            keys: listed([moved.get(key, key) for key in keys.split(", ")], lang) for keys in more["whatif"]["changed"]
        }
        shown["profile_whatif"] = {profile.id: profile.name.in_(lang) for profile in after.profiles}
    own |= {
        key: say(f"sheets.columns.{key}", lang) for table in more.values() for key in map(str, table) if key not in own
    }
    shown["status"] = {status: say(f"report.way.status.{status}", lang) for status in STATUSES}
    shown["reading"] = {reading: say(f"report.reading.{reading}", lang) for reading in READINGS}
    shown["aim"] = {aim: say(f"sheets.aims.{aim}", lang) for aim in ("lose", "gain")}
    shown["optimal"] = shown["lowest_attained"] = shown["highest_attained"] = {
        word: say(f"sheets.form.{word}", lang) for word in ("yes", "no")
    }
    return Results(
        pd.DataFrame(columns),
        more,
        own,
        shown,
        tuple(problems),
        tuple(notes),
        assessment,
        decisions,
        tuple(plans),
        tuple(firmness),
        whatif,
        lang,
        progress,
    )


def _text(text: str) -> str:
    """A text that every format can hold: what is no character becomes the sign for a broken one."""
    return text.encode("utf-8", "replace").decode("utf-8").translate({0xFFFE: 0xFFFD, 0xFFFF: 0xFFFD})


def _shown_scores(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    return cut(np.asarray(scores, np.float64))


def _shown_levels(levels: NDArray[np.int8]) -> pd.arrays.IntegerArray:
    return pd.arrays.IntegerArray(levels.astype(np.int64), levels < 0)


def _subdomain_scores(assessment: Assessment) -> NDArray[np.float64]:
    """(n, k) for each subdomain the sum over the levels of its scores; NaN where it has none at all."""
    scores = assessment.scores(assessment.answers.model.layers[-1].id)
    return np.where(np.isnan(scores).all(axis=2), np.nan, np.nansum(scores, axis=2))


def rows_in(assessment: Assessment, decisions: Decisions) -> NDArray[np.intp]:
    """Row of the decisions for each enterprise of the assessment."""
    rows = {id: row for row, id in enumerate(decisions.ids)}
    return np.array([rows[id] for id in assessment.answers.ids], np.intp)


def conditions_of(results: Results) -> pd.DataFrame:
    """Every condition of every enterprise, one enterprise after the other; texts in the language asked for."""
    columns = ["id", "name", "tier", "condition", "condition_name", "role", "verdict"]
    columns += ["value", "threshold", "shortfall", "clause", "quote"]
    decisions, lang = results.decisions, results.lang
    if decisions is None:
        return pd.DataFrame(columns=columns, dtype=object)
    ids, names = (results.enterprises[key].tolist() for key in ("id", "name"))
    fixed = [
        (
            result.tier,
            result.condition.id,
            result.condition.name.in_(lang),
            result.role,
            result.threshold(lang),
            result.condition.clause.cite(lang),
            result.condition.clause.quote,
            result,
        )
        for result in decisions.conditions
    ]
    said = [_said(one[-1], lang) for one in fixed]
    rows, many = rows_in(results.assessment, decisions), len(fixed)

    def repeated(values: Sequence[str]) -> list[str]:
        """Each once for every condition."""
        return [value for value in values for _ in range(many)]

    def over(at: int) -> list[str]:
        return [str(one[at]) for one in fixed] * len(ids)

    def of_rows(texts: Sequence[NDArray[np.object_]]) -> list[str]:
        """(n, conditions) as one list, an enterprise after the other."""
        return list(np.stack(texts, axis=1)[rows].ravel()) if len(ids) else []

    truths = [np.array(TRUTHS, object)[one[-1].truth] for one in fixed]
    table = {
        **{"id": repeated(ids), "name": repeated(names)},
        **{key: over(at) for at, key in enumerate(columns[2:6])},
        **{"verdict": of_rows(truths), "value": of_rows([own[0] for own in said]), "threshold": over(4)},
        **{"shortfall": of_rows([own[1] for own in said]), "clause": over(5), "quote": over(6)},
    }
    return pd.DataFrame(table, columns=columns, dtype=object)


def _said(result: ConditionResult, lang: Lang) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """(n,) what was found, and (n,) what is short; worded once for those who state the same."""
    first, every = alike(result.condition.rule, result.given, np.arange(len(result.truth)))
    found = (
        [_text(result.value(row, lang)) for row in first.tolist()],
        [_text(result.shortfall(row, lang)) for row in first.tolist()],
    )
    value, short = (np.array([*texts, ""], object)[every] for texts in found)
    return value, short


def with_least(results: Results, conditions: pd.DataFrame) -> pd.DataFrame:
    """The enterprises, with the fewest conditions that the ineligible must mend, each with its shortfall, by tier.

    ``conditions`` is the table of conditions, whose shortfalls are taken as they are worded there.
    """
    decisions, lang = results.decisions, results.lang
    if decisions is None:
        return results.enterprises
    many = len(results.enterprises)
    order = np.full(len(decisions.ids), -1)  # the enterprise that each row of the decisions is; -1 for none of these
    order[rows_in(results.assessment, decisions)] = np.arange(many)
    worded = conditions["shortfall"].to_numpy().reshape(many, len(decisions.conditions))
    at = {(one.tier, one.condition.id): number for number, one in enumerate(decisions.conditions)}
    columns = {}
    for tier in decisions.programme.tiers:
        lines: list[list[str]] = [[] for _ in range(many)]
        for of_all in decisions.mending(tier.id):
            one = replace(of_all, rows=of_all.rows[order[of_all.rows] >= 0])
            if not len(one.rows):
                continue
            rows = order[one.rows].tolist()
            for row, text in zip(rows, _lines(one, worded[rows, at[tier.id, one.condition.id]], lang), strict=True):
                lines[row].append(text)
        mark = say("sheets.mends.mark", lang)
        columns[f"{decisions.programme.id}.{tier.id}{LEAST}"] = [mark.join(own) for own in lines]
    return results.enterprises.assign(**columns)


def _lines(mending: Mending, shortfalls: Sequence[str], lang: Lang) -> list[str]:
    """(k,) the line of each whose rule it is; ``shortfalls`` are those of the condition, which the table has worded."""
    if mending.rule is mending.condition.rule and mending.wanted:
        first = mending.of(int(mending.rows[0]))
        once = Once(lambda short: _text(first.line(lang, short)))
        return [once[short] for short in shortfalls]
    rows, kind = alike(mending.rule, mending.given, mending.rows)
    texts = [_text(mending.of(row).line(lang)) for row in rows.tolist()]
    return [texts[own] for own in kind.tolist()]


LEAST: Final = ".to_mend"
"""Ends the names of the columns that say what the ineligible must mend at least."""
OF_READING: Final = ("id", "name", "reading", "aim", "reading_level", "target_level", "steps", "pivotal", "always")
_OF_DRAWS: Final = ("kept", "draws", "standard_error", "error_bound")
_OF_WEIGHTS: Final = ("weight_points", "lowest", "lowest_attained", "highest", "highest_attained", "holds_within")
_OF_FIRMNESS: Final = (*OF_READING, *_OF_DRAWS, *_OF_WEIGHTS)
OF_PLAN: Final = ("id", "name", "target", "status", "plan_cost", "bound", "optimal", "over_budget", "reached_level")
_OF_PLAN_TOO: Final = ("level_after", "other_work", "reasons")
_OF_UPGRADE: Final = ("requirement", "requirement_name", "subdomain", "requirement_level", "present", "to", "steps")
_OF_UPGRADE_TOO: Final = ("cost", "duration", "worth", "asked_by")
_NO_PLAN: Final = ("out_of_reach", "no_level")


def _plan_table(ids: Sequence[str], names: Sequence[str], plans: Sequence[Plan], lang: Lang) -> pd.DataFrame:
    """A row for each upgrade of each plan, the plan's own columns before it; one row for a plan without upgrades."""
    rows: list[tuple[object, ...]] = []
    for plan in plans:
        reasons = " ".join(reason.what(lang) for reason in plan.reasons)
        level, after = (None if number < 0 else number for number in (plan.level, plan.level_after))
        proved = "yes" if plan.optimal else "no"
        own: tuple[object, ...] = (ids[plan.row], names[plan.row], plan.aim.name.in_(lang), plan.status)
        # Without a plan there is no cost, and nothing is proved of it.
        money = (plan.cost, plan.bound, proved, plan.over_budget) if plan.status not in _NO_PLAN else (None,) * 4
        own = (*own, *money, level, after, len(plan.aim.work), reasons)
        upgrades: list[tuple[object, ...]] = [
            (
                *(row.requirement, row.name, row.subdomain, row.level, row.present, row.to, row.steps),
                *(one.cost, one.duration, Decimal(row.worth), row.clause),
            )
            for one, row in zip(plan.upgrades, plan.rows(lang), strict=True)
        ]
        rows += [(*own, *upgrade) for upgrade in upgrades or [(None,) * len((*_OF_UPGRADE, *_OF_UPGRADE_TOO))]]
    return pd.DataFrame(rows, columns=[*OF_PLAN, *_OF_PLAN_TOO, *_OF_UPGRADE, *_OF_UPGRADE_TOO], dtype=object)


def _firmness_table(ids: Sequence[str], names: Sequence[str], firmness: Sequence[Firmness]) -> pd.DataFrame:
    """A row for each enterprise, reading and aim; what belongs to the reading stands in both."""
    rows = []
    for one in firmness:
        for found in one.changes:
            weights = one.weights.readings[found.reading]
            kept = one.probabilities.kept(found.reading)
            error, bound = one.probabilities.errors(kept)
            rows.append(
                {
                    "id": ids[one.row],
                    "name": names[one.row],
                    "reading": found.reading,
                    "aim": found.aim,
                    "reading_level": found.level,
                    "target_level": found.target,
                    "steps": found.steps,
                    "pivotal": len(found.pivotal),
                    "always": sum(change.always for change in found.pivotal),
                    "kept": kept,
                    "draws": one.probabilities.draws,
                    "standard_error": error,
                    "error_bound": bound,
                    "weight_points": Decimal(str(float(one.weights.points))),
                    "lowest": weights.lowest,
                    "lowest_attained": "yes" if weights.lowest_attained else "no",
                    "highest": weights.highest,
                    "highest_attained": "yes" if weights.highest_attained else "no",
                    "holds_within": Decimal(str(float(weights.holds_within))),
                }
            )
    return pd.DataFrame(rows, columns=list(_OF_FIRMNESS), dtype=object)


_SUPPOSED: Final = "_whatif"
"""Ends the names of the columns that say what would be."""


def _whatif_table(ids: Sequence[str], names: Sequence[str], whatif: WhatIf) -> pd.DataFrame:
    """A row for each enterprise, everything as it is and as it would be, side by side, and what is not the same."""
    rows: list[dict[str, object]] = []
    for id, name, row in zip(ids, names, whatif.rows(), strict=True):
        pairs: dict[str, tuple[object, object]] = {
            key: (getattr(row, f"{key}_before"), getattr(row, f"{key}_after"))
            for key in ("profile", "level", "level_possible", "level_stepwise", "total")
        }
        scores = zip_longest(row.level_scores_before, row.level_scores_after)
        pairs |= {f"A{number}": pair for number, pair in enumerate(scores, start=1)}
        own: dict[str, object] = {"id": id, "name": name}
        for key, (before, after) in pairs.items():
            own |= {key: _known(before), f"{key}{_SUPPOSED}": _known(after)}
        rows.append({**own, "changed": ", ".join(row.changed)})
    table = pd.DataFrame(rows, dtype=object)
    return table.astype({key: float for key in map(str, table) if key.startswith(("total", "A"))})


def _known(value: object) -> object:
    """A level, score or profile that there is: no level is -1, no score NaN, no profile ``""``."""
    return None if value in (-1, "") or value != value else value


def basis(assessment: Assessment, decisions: Decisions | None, lang: Lang) -> list[tuple[str, str]]:
    """What a result rests on: model, programme, readings, dates, library; titles and contents."""
    model = assessment.answers.model

    def part(word: str, of: str = "") -> str:
        return " ".join(filter(None, (of, say(f"sheets.basis.{word}", lang))))

    rows = [(part("library"), f"maturity-scoring {version('maturity-scoring')}")]
    documents: list[tuple[str, Any]] = [(part("model"), model)]
    if decisions:
        documents.append((part("programme"), decisions.programme))
    for title, document in documents:
        rows += [
            (title, document.name.in_(lang)),
            (part("id", title), document.id),
            (part("edition", title), document.edition),
            (part("status", title), say(f"sheets.basis.{document.status}", lang)),
            (part("fingerprint", title), document.fingerprint),
        ]
        if document is model:
            rows.append((part("model_reading"), say(f"report.reading.{model.definition.reading.default}", lang)))
    if decisions:
        for reading in decisions.programme.readings:
            title = say("sheets.basis.reading", lang, name=reading.name)
            chosen = decisions.readings.get(reading.id, reading.default)
            rows.append((title, next(option.name.in_(lang) for option in reading.options if option.id == chosen)))
        days = sorted({str(day) for day in decisions.on})
        several = say("sheets.basis.several", lang, first=days[0], last=days[-1]) if len(days) > 1 else "".join(days)
        rows.append((part("on"), several))
    return [*rows, (part("cut"), part("cut_text"))]


def problem_table(results: Results) -> pd.DataFrame:
    """What was wrong, and what was read differently."""
    lang = results.lang
    found = [(KINDS[0], problem) for problem in results.problems] + [(KINDS[1], note) for note in results.notes]
    rows = [(kind, *map(_text, (one.where, one.value, one.what(lang), one.hint(lang)))) for kind, one in found]
    return pd.DataFrame(rows, columns=["kind", "where", "found", "what", "hint"], dtype=object)


class Once(dict[Any, Any]):
    """What a function makes of each distinct value: a hundred thousand rows hold few of them."""

    def __init__(self, make: Callable[[Any], object]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, value: Any) -> object:
        made = self[value] = self._make(value)
        return made
