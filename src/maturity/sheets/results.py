"""Results as files: a table of enterprises, a table of conditions, what was wrong, and what it all rests on.

The same words head the columns of every format; a workbook shows their Chinese or English titles above them. Scores are
cut after two decimals, never rounded up to a mark (`maturity.scoring.cut`). What is written is safe to open: text stays
text, whatever it begins with, and a file is complete or not there at all.
"""

import csv
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from decimal import Decimal
from importlib.metadata import version
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from maturity.errors import InputError, Problem, near_or_known
from maturity.firmness import Firmness, WhatIf
from maturity.improvement import STATUSES, Plan
from maturity.improvement.plans import plain
from maturity.language import Lang, listed, say, texts
from maturity.models import READINGS
from maturity.profiles import known_profile
from maturity.scenarios import VERDICTS, ConditionResult, Decisions, Mending, explain
from maturity.scenarios.explaining import alike, asked
from maturity.scenarios.portfolio import STANDINGS
from maturity.scenarios.tree import TRUTHS
from maturity.scoring import Assessment, cut
from maturity.sheets.arrow import PARQUET, import_arrow
from maturity.sheets.filling import Cells, Filling, filled
from maturity.sheets.intake import guarded
from maturity.sheets.schema import SCHEMA, explanation_json, plain_programme
from maturity.sheets.writing import ID, MOST_ROWS, TITLE, printed, replacing

WRITTEN: Final = (".xlsx", ".csv", ".json", PARQUET)
KINDS: Final = ("problem", "note")
ROLES: Final = ("required", "production", "cultivation", "advice", "experts")
"""Of what is listed, and of conditions."""


@dataclass(frozen=True, slots=True)
class _Results:
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


def write_results(
    path: str | Path,
    assessment: Assessment,
    decisions: Decisions | None = None,
    *,
    names: Sequence[str],
    problems: Sequence[Problem] = (),
    notes: Sequence[Problem] = (),
    lang: Lang = "zh",
    plans: Sequence[Plan] = (),
    firmness: Sequence[Firmness] = (),
    whatif: WhatIf | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Path, ...]:
    """Write what was found, in the format that the file's ending names.

    * ``.xlsx``: sheets of results, conditions, problems and basis, each headed by titles over ids.
    * ``.csv``: the results; the conditions, if any, in ``NAME-conditions.csv`` beside it, and problems and notes in
      ``NAME-problems.csv``. UTF-8 with a byte order mark. An apostrophe keeps text from being taken for a formula;
      `read_batch` takes it away again. Tables of an earlier run beside it are replaced, or taken away.
    * ``.json``: one object: model, what the programme asks, enterprises (each with the tree of its conditions),
      problems, notes; `maturity.sheets.schema.schema` describes it.

    * ``.parquet``: the results in typed columns (`maturity.sheets.scoring`); problems in ``NAME-problems.parquet``.

    Plans, firmness and what if, where they are given, are further sheets, files (``NAME-plan.csv``,
    ``NAME-firmness.csv``, ``NAME-whatif.csv``) or keys of each enterprise. A plan has a row for each upgrade, or one
    row if it has none; firmness has one for each enterprise, reading and aim; what if has one for each enterprise,
    where ``total_whatif`` stands beside ``total``.

    One row per enterprise: id, name, profile, level, level_possible, total, level_stepwise, level_if_na_unmet, A1 ...
    for each level, the score of each subdomain (the sum over the levels of its scores for certain, 0 to the number of
    levels), the verdict for each tier as ``PROGRAMME.TIER``, and the standing in each quota as ``PROGRAMME.QUOTA``.
    Where there is no level, score or known profile, nothing is written. Workbooks and csv end with
    ``PROGRAMME.TIER.to_mend``: the fewest conditions that an ineligible enterprise must mend, each with what it is
    short by, as in a report.

    Args:
        path: the file to write or replace.
        assessment: n enterprises.
        decisions: of the same enterprises, matched by id.
        names: (n,) their names.
        problems, notes: listed as they are.
        lang: of titles and texts.
        plans: of any of the enterprises, any number each.
        firmness: of any of the enterprises.
        whatif: the same enterprises with something changed.
        progress: is told how many rows of a workbook are written, of how many.

    Returns:
        the files written.

    Raises:
        InputError: another ending, another number of names, plans or firmness of enterprises that are not these, or a
            place that cannot be written to.
    """
    path = Path(path)
    write = {".xlsx": _write_workbook, ".csv": _write_tables, ".json": _write_object}.get(path.suffix.lower())
    typed = path.suffix.lower() == PARQUET
    if write is None and not typed:
        known = ", ".join(WRITTEN)
        raise InputError([Problem.of("sheets.unknown-kind", path.name, path.suffix, known=known)])
    if len(names) != len(assessment.answers):
        raise InputError([Problem.of("sheets.bad-lengths", "names", len(names), expected=len(assessment.answers))])
    _refuse_others(assessment.answers.ids, plans, firmness, whatif)
    if write is None:
        if plans or firmness or whatif:
            raise InputError([Problem.of("blocks.not-streamed", path.name)])
        found = [("problem", one) for one in problems] + [("note", one) for one in notes]
        return _write_columns(path, assessment, decisions, names, found, lang)
    results = _results(assessment, decisions, names, problems, notes, plans, firmness, whatif, lang, progress)
    return write(path, results)


def _refuse_others(
    ids: Sequence[str], plans: Sequence[Plan], firmness: Sequence[Firmness], whatif: WhatIf | None
) -> None:
    """A plan is for the enterprise of its row and id; one of another batch is no plan for these."""
    given = [("plans", one.row, one.id) for one in plans] + [("firmness", one.row, one.id) for one in firmness]
    if whatif and tuple(whatif.before.answers.ids) != tuple(ids):
        given += [("whatif", row, id) for row, id in enumerate(whatif.before.answers.ids)]
    rows = dict(enumerate(ids))
    if others := [one for one in dict.fromkeys(given) if rows.get(one[1]) != one[2]]:
        raise InputError(
            Problem.of("reports.unknown-id", key, id, near=near_or_known(id, ids)) for key, _, id in others
        )


# --------------------------------------------------------------------------------------------------------------- tables


def _results(
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
) -> _Results:
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
        rows = _rows(assessment, decisions)
        for tier in decisions.programme.tiers:
            key = f"{decisions.programme.id}.{tier.id}"
            own[key] = tier.name.in_(lang)
            columns[key] = decisions.verdict[tier.id][rows].tolist()
            shown[key] = {verdict: say(f"verdict.{verdict}", lang) for verdict in VERDICTS}
            own[f"{key}{_LEAST}"] = say("sheets.mends.title", lang, tier=tier.name)
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
    return _Results(
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


def _rows(assessment: Assessment, decisions: Decisions) -> NDArray[np.intp]:
    """Row of the decisions for each enterprise of the assessment."""
    rows = {id: row for row, id in enumerate(decisions.ids)}
    return np.array([rows[id] for id in assessment.answers.ids], np.intp)


def _conditions(results: _Results) -> pd.DataFrame:
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
    rows, many = _rows(results.assessment, decisions), len(fixed)

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


def _with_least(results: _Results, conditions: pd.DataFrame) -> pd.DataFrame:
    """The enterprises, with the fewest conditions that the ineligible must mend, each with its shortfall, by tier.

    ``conditions`` is the table of conditions, whose shortfalls are taken as they are worded there.
    """
    decisions, lang = results.decisions, results.lang
    if decisions is None:
        return results.enterprises
    order = np.argsort(_rows(results.assessment, decisions))  # the enterprise that each row of the decisions is
    worded = conditions["shortfall"].to_numpy().reshape(len(decisions.ids), len(decisions.conditions))
    at = {(one.tier, one.condition.id): number for number, one in enumerate(decisions.conditions)}
    columns = {}
    for tier in decisions.programme.tiers:
        lines: list[list[str]] = [[] for _ in decisions.ids]
        for one in decisions.mending(tier.id):
            rows = order[one.rows].tolist()
            for row, text in zip(rows, _lines(one, worded[rows, at[tier.id, one.condition.id]], lang), strict=True):
                lines[row].append(text)
        mark = say("sheets.mends.mark", lang)
        columns[f"{decisions.programme.id}.{tier.id}{_LEAST}"] = [mark.join(own) for own in lines]
    return results.enterprises.assign(**columns)


def _lines(mending: Mending, shortfalls: Sequence[str], lang: Lang) -> list[str]:
    """(k,) the line of each whose rule it is; ``shortfalls`` are those of the condition, which the table has worded."""
    if mending.rule is mending.condition.rule and mending.wanted:
        first = mending.of(int(mending.rows[0]))
        once = _Once(lambda short: _text(first.line(lang, short)))
        return [once[short] for short in shortfalls]
    rows, kind = alike(mending.rule, mending.given, mending.rows)
    texts = [_text(mending.of(row).line(lang)) for row in rows.tolist()]
    return [texts[own] for own in kind.tolist()]


_LEAST: Final = ".to_mend"
"""Ends the names of the columns that say what the ineligible must mend at least."""
_OF_READING: Final = ("id", "name", "reading", "aim", "reading_level", "target_level", "steps", "pivotal", "always")
_OF_DRAWS: Final = ("kept", "draws", "standard_error", "error_bound")
_OF_WEIGHTS: Final = ("weight_points", "lowest", "lowest_attained", "highest", "highest_attained", "holds_within")
_OF_FIRMNESS: Final = (*_OF_READING, *_OF_DRAWS, *_OF_WEIGHTS)
_OF_PLAN: Final = ("id", "name", "target", "status", "plan_cost", "bound", "optimal", "over_budget", "reached_level")
_OF_PLAN_TOO: Final = ("level_after", "other_work", "reasons")
_OF_UPGRADE: Final = ("requirement", "requirement_name", "subdomain", "requirement_level", "present", "to", "steps")
_OF_UPGRADE_TOO: Final = ("cost", "duration", "worth", "asked_by")
_BESIDE: Final = {
    "conditions": ("id", "name", "tier", "condition"),
    "problems": ("kind", "where", "found", "what", "hint"),
    "plan": _OF_PLAN,
    "firmness": _OF_READING,
    "whatif": ("id", "name", "profile", "profile_whatif"),
}
"""How the tables beside a csv begin."""
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
    return pd.DataFrame(rows, columns=[*_OF_PLAN, *_OF_PLAN_TOO, *_OF_UPGRADE, *_OF_UPGRADE_TOO], dtype=object)


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


# -------------------------------------------------------------------------------------------------------------- formats


def _write_tables(path: Path, results: _Results) -> tuple[Path, ...]:
    """The enterprises as csv; the conditions beside them."""
    conditions = _conditions(results)
    tables = {path: _with_least(results, conditions)}
    if results.decisions:
        tables[path.with_name(f"{path.stem}-conditions{path.suffix}")] = conditions
    if results.problems or results.notes:
        tables[path.with_name(f"{path.stem}-problems{path.suffix}")] = _problem_table(results)
    tables |= {path.with_name(f"{path.stem}-{name}{path.suffix}"): table for name, table in results.more.items()}
    with ExitStack() as all_or_none:  # the conditions of one run do not stand beside the results of another
        for file, table in tables.items():
            cells = [list(map(_Once(_csv).__getitem__, _values(table[key]))) for key in table]
            fresh = all_or_none.enter_context(replacing(file))
            with fresh.open("w", encoding="utf-8-sig", newline="") as stream:
                writer = csv.writer(stream, lineterminator="\n")
                writer.writerow(table.columns)
                writer.writerows(zip(*cells, strict=True))
    for name, begin in _BESIDE.items():
        beside = path.with_name(f"{path.stem}-{name}{path.suffix}")
        if beside not in tables and beside.is_file():
            _remove_ours(beside, begin)
    return tuple(tables)


def _remove_ours(file: Path, begin: Sequence[str]) -> None:
    """Take away a table of an earlier run, which would be read as one of these results; not a file of somebody else."""
    with file.open("rb") as stream:
        ours = stream.read(400).decode("utf-8-sig", "replace").startswith(",".join(begin))
    if ours:
        file.unlink()


def _write_columns(path: Path, *results: Any) -> tuple[Path, ...]:
    """The enterprises as typed columns, which need neither pandas nor the wording of conditions."""
    written: tuple[Path, ...] = import_arrow("parquet").write_scored(path, *results)
    return written


def _csv(value: object) -> object:
    """A cell of a text table: texts guarded, exact numbers without exponent and trailing zeros."""
    if isinstance(value, str):
        return guarded(value)
    return plain(value) if isinstance(value, Decimal) else value


class _Once(dict[Any, Any]):
    """What a function makes of each distinct value: a hundred thousand rows hold few of them."""

    def __init__(self, make: Callable[[Any], object]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, value: Any) -> object:
        made = self[value] = self._make(value)
        return made


def _values(column: "pd.Series[Any]") -> list[Any]:
    """The values of a column, None where there is none."""
    return column.astype(object).where(column.notna(), None).tolist()


def _write_object(path: Path, results: _Results) -> tuple[Path, ...]:
    with replacing(path) as fresh, fresh.open("w", encoding="utf-8", errors="replace", newline="\n") as stream:
        stream.writelines(_object(results, range(len(results.assessment))))
    return (path,)


def results_object(
    assessment: Assessment,
    decisions: Decisions | None = None,
    *,
    rows: Sequence[int],
    names: Sequence[str],
    problems: Sequence[Problem] = (),
    notes: Sequence[Problem] = (),
    lang: Lang = "zh",
) -> str:
    """The same JSON as `write_results` writes, of some enterprises of a batch.

    Args:
        assessment: n enterprises.
        decisions: of the same enterprises, matched by id.
        rows: of the assessment, those to be told of.
        names: (n,) their names.
        problems, notes: listed as they are.
        lang: of texts.
    """
    return "".join(_object(_results(assessment, decisions, names, problems, notes, (), (), None, lang, None), rows))


def _object(results: _Results, rows: Sequence[int]) -> Iterator[str]:
    """Everything as one JSON object, piece by piece; what has no value is null."""
    decisions = results.decisions
    document = {
        "schema": SCHEMA,
        "library": version("maturity-scoring"),
        "lang": results.lang,
        "model": _identity(results.assessment.answers.model),
        "programme": plain_programme(asked(decisions)) if decisions else None,
        **({"whatif_model": _identity(results.whatif.after.answers.model)} if results.whatif else {}),
        "enterprises": [],
        "problems": [_listed(problem, results.lang) for problem in results.problems],
        "notes": [_listed(note, results.lang) for note in results.notes],
    }
    head, empty, tail = _json(document).partition('"enterprises": []')
    yield f"{head}{empty[:-1]}"
    mark = "\n"
    for enterprise in _enterprises(results, rows):
        yield f"{mark}{enterprise}"
        mark = ",\n"
    yield f"\n ]{tail}\n" if mark == ",\n" else f"]{tail}\n"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=1)


def _enterprises(results: _Results, rows: Sequence[int]) -> Iterator[str]:
    """Each enterprise as JSON, two deep: its own columns, its explanation on one line, and what else was asked for."""
    own, more, decisions = _members(results.enterprises, "   "), _more(results), results.decisions
    decided = _rows(results.assessment, decisions).tolist() if decisions else []
    for i in rows:
        told = explanation_json(explain(decisions, decided[i], results.lang)) if decisions else "null"
        rest = [f"   {_json(key)}: {_json(value)}".replace("\n", "\n   ") for key, value in more[i].items()]
        yield "  {\n" + ",\n".join([own[i], f'   "explanation": {told}', *rest]) + "\n  }"


def _members(table: pd.DataFrame, margin: str) -> list[str]:
    """(n,) the members of a JSON object for each row; each distinct value of a column is written once."""
    columns = []
    for key in table:
        name = _json(str(key))
        once = _Once(lambda value, name=name: f"{margin}{name}: {_json(value)}")  # type: ignore[misc]
        columns.append([once[value] for value in _values(table[key])])
    return [",\n".join(row) for row in zip(*columns, strict=True)]


def _more(results: _Results) -> list[dict[str, object]]:
    """(n,) plans and firmness of each enterprise, with all their digits; no key for what was not asked for."""
    found: list[dict[str, object]] = [{} for _ in results.assessment.answers.ids]
    if results.plans:
        plans: dict[int, list[object]] = {}
        for plan in results.plans:
            plans.setdefault(plan.row, []).append(plan.as_dict())
        for row, own in enumerate(found):
            own["plans"] = plans.get(row, [])
    if results.firmness:
        firm = {one.row: one.plain(results.lang) for one in results.firmness}
        for row, own in enumerate(found):
            own["firmness"] = firm.get(row)
    if results.whatif:
        for own, supposed in zip(found, results.whatif.rows(), strict=True):
            own["whatif"] = supposed.plain()
    return found


def _identity(document: Any) -> dict[str, str]:
    """What tells one model or programme from another."""
    return {key: getattr(document, key) for key in ("id", "edition", "status", "fingerprint")}


def _listed(problem: Problem, lang: Lang) -> dict[str, str]:
    return {
        "id": problem.id,
        "where": problem.where,
        "value": problem.value,
        "what": problem.what(lang),
        "hint": problem.hint(lang),
    }


def _problem_table(results: _Results) -> pd.DataFrame:
    """What was wrong, and what was read differently."""
    lang = results.lang
    found = [(KINDS[0], problem) for problem in results.problems] + [(KINDS[1], note) for note in results.notes]
    rows = [(kind, *map(_text, (one.where, one.value, one.what(lang), one.hint(lang)))) for kind, one in found]
    return pd.DataFrame(rows, columns=["kind", "where", "found", "what", "hint"], dtype=object)


def _write_workbook(path: Path, results: _Results) -> tuple[Path, ...]:
    lang = results.lang
    rests_on = pd.DataFrame(
        basis(results.assessment, results.decisions, lang), columns=["key", "setting"], dtype=object
    )
    with replacing(path) as fresh, filled(fresh, results.progress) as (book, filling):
        sheets = _Sheets(book, filling, results)
        conditions = _conditions(results)
        table = _with_least(results, conditions)
        least = {str(key): 48 for key in table if str(key).endswith(_LEAST)}
        sheets.add("results", table, widths={"id": 16, "name": 28, **least})
        if results.decisions:
            wide = {"condition": 40, "condition_name": 28, "value": 24, "threshold": 24, "shortfall": 24, "quote": 60}
            sheets.add("conditions", conditions, widths={"id": 16, "name": 28, **wide})
        for name, table in results.more.items():
            wide = {"target": 32, "reasons": 40, "requirement": 26, "requirement_name": 34, "subdomain": 18, "to": 14}
            sheets.add(name, table, widths={"id": 16, "name": 28, "present": 14, "reading": 24, "asked_by": 18, **wide})
        sheets.add("problems", _problem_table(results), widths={"where": 28, "found": 20, "what": 60, "hint": 60})
        sheets.add("basis", rests_on, widths={"key": 28, "setting": 70})
    return (path,)


_WIDTH: Final = 12
"""Of a column, in characters."""
_TEXT: Final = 20
"""Columns of at least this width hold texts, which are wrapped: what does not fit would be hidden by the next cell."""


class _Sheets:
    """The sheets of a result workbook, added one after the other."""

    def __init__(self, book: Any, filling: Filling, results: _Results) -> None:
        self._book, self._filling, self._results = book, filling, results
        self._title = book.add_format(TITLE)
        self._id = book.add_format(ID)
        self._plain = book.add_format({"valign": "top"})
        self._wrapped = book.add_format({"valign": "top", "text_wrap": True})
        self._score = book.add_format({"valign": "top", "num_format": "0.00"})
        self._worth = book.add_format({"valign": "top", "num_format": "0.0000"})

    def add(self, name: str, table: pd.DataFrame, *, widths: Mapping[str, int]) -> None:
        """A table under two header rows, titles over ids; continued on further sheets where one is full."""
        title = say(f"sheets.sheets.{name}", self._results.lang)
        step = MOST_ROWS - 2
        for part, start in enumerate(range(0, max(len(table), 1), step), start=1):
            self._fill(title if part == 1 else f"{title} ({part})", table.iloc[start : start + step], widths)

    def _fill(self, name: str, table: pd.DataFrame, widths: Mapping[str, int]) -> None:
        sheet = self._book.add_worksheet(name)
        common = ("kind", "where", "found", "what", "hint", "key", "setting")
        titles = {**{key: say(f"sheets.columns.{key}", self._results.lang) for key in common}, **self._results.titles}
        keys = [str(key) for key in table.columns]
        cells = [self._cells(key, table[key], widths.get(key, _WIDTH)) for key in keys]
        for column, (key, own) in enumerate(zip(keys, cells, strict=True)):
            sheet.set_column(column, column, widths.get(key, _WIDTH), own.look)
            sheet.write_string(0, column, titles[key], self._title)
            sheet.write_string(1, column, key, self._id)
        self._filling.put(sheet, 2, cells)
        named = 2 if "id" in table.columns else 0
        printed(sheet, 2, widths=[widths.get(key, _WIDTH) for key in keys], named=named)
        sheet.freeze_panes(2, named)
        if len(table):
            sheet.autofilter(1, 0, len(table) + 1, len(table.columns) - 1)

    def _cells(self, key: str, values: "pd.Series[Any]", width: int) -> Cells:
        """A column: names instead of ids; scores with two decimals, what a step adds with four, the rest as it is."""
        wide = width >= _TEXT
        look = self._wrapped if wide else self._plain
        if values.dtype.kind in "fi":
            look = self._score if values.dtype.kind == "f" else look
            return Cells(values.astype(object).where(values.notna(), None).tolist(), look)
        if names := self._results.ids.get(key, {}):
            return Cells([names.get(value, value) for value in values], look)
        if key == "worth":
            return Cells(values.tolist(), self._worth)
        return Cells(values.tolist(), look, width if wide else 0)
