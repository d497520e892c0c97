"""Blocks of enterprises -> their levels and tiers, a block at a time: one pure function that may be sent anywhere.

Columns of the results are headed by the words of every other format:

    id, name, profile                      text; the profile is null where none is known, and so are levels and totals
    level, level_possible, level_stepwise, level_if_na_unmet       int8, null where there is no level
    readings_differ                        bool
    total, total_possible, A1, A2, ...     double, cut after two decimals, null where there is no level
    PROGRAMME.TIER                         text, the verdict
    PROGRAMME.TIER.depends_on_reading      bool

No type among them is one that Spark lacks.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from importlib.metadata import version
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from maturity.language import Lang
from maturity.models import MaturityModel
from maturity.scenarios import Decisions, Facts, Programme, decide
from maturity.scenarios.alike import kinds, parts
from maturity.scenarios.notes import Notes
from maturity.scenarios.verdicts import WORDS
from maturity.scoring import Assessment, assess, cut
from maturity.sheets.typed.blocks import Block, read_block
from maturity.sheets.typed.contents import Finding, Rows
from maturity.sheets.typed.layout import Layout

METADATA: Final = b"maturity"
"""Key of the metadata of a table of results: JSON with library, model, programme, readings, day of application."""
FEW: Final = 4
"""Rows are decided on by kind where there are this many times fewer kinds than rows."""
_PROBLEM: Final = ("kind", "column", "problem", "value", "what", "hint")
PROBLEMS: Final = pa.list_(pa.struct([pa.field(name, pa.string()) for name in _PROBLEM]))
"""What was found in a row: problem or note, column, id of the problem, the value, and the texts of `Problem`."""


@dataclass(frozen=True, slots=True)
class Scoring:
    """Levels and tiers of a block of enterprises: a pure function ``RecordBatch -> RecordBatch``, to be sent anywhere.

    It takes columns as `blocks` tells, and returns the results' columns and, last, ``problems``: a list
    for each row of what was wrong in it. Unknown columns are passed over here; `Layout.of` names them.

    Attributes:
        model: whose requirements are answered.
        programme: whose tiers are decided, if any.
        on: the day of application of those who do not state their own.
        readings: options of readings that are not to take their default.
        lang: of the texts of problems.
    """

    model: MaturityModel
    programme: Programme | None = None
    on: date | None = None
    readings: Mapping[str, str] = field(default_factory=dict)
    lang: Lang = "zh"

    def __call__(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The results of a block.

        Raises:
            InputError: there is no column of ids, or no day of application.
        """
        layout = Layout.of(batch.schema, self.model, self.programme)
        return self.results_of(self.read(batch, layout))

    def read(self, batch: pa.RecordBatch, layout: Layout) -> Block:
        """The enterprises of a block whose layout is known already, as far as they are asked."""
        return read_block(batch, layout, self.model, self.programme, described=False)

    def results_of(self, block: Block) -> pa.RecordBatch:
        """The results of a block that was read."""
        assessment = assess(block.answers)
        findings, decisions, rows = list(block.findings), None, None
        if self.programme is not None and block.facts is not None:
            on: Any = np.datetime64("NaT") if self.on is None else self.on
            first, rows = _alike(block.facts, assessment)
            facts, few = block.facts, assessment
            if len(first) < len(rows):
                facts, few = facts.take(first), assess(block.answers.take(first))
            decisions = decide(self.programme, few, facts, on=on, readings=self.readings)
            findings += _notes(decisions, rows)
        columns = result_columns(block.ids, block.names, block.profiles, assessment, decisions, rows)
        columns["problems"] = _problems(findings, len(block.answers), self.lang)
        return pa.RecordBatch.from_arrays(list(columns.values()), schema=self.schema)

    @property
    def schema(self) -> pa.Schema:
        """The columns of the results, ``problems`` last."""
        return result_schema(self.model, self.programme).append(pa.field("problems", PROBLEMS))

    @property
    def results(self) -> pa.Schema:
        """The columns of a table of results, with what they rest on as its metadata."""
        return result_schema(self.model, self.programme).with_metadata(self._basis())

    def _basis(self) -> dict[bytes, bytes]:
        keys = ("id", "edition", "status", "fingerprint")
        model, programme = (
            {key: str(getattr(one, key)) for key in keys} if one else None for one in (self.model, self.programme)
        )
        readings = {**self.programme.default_readings, **self.readings} if self.programme else {}
        basis = {
            "library": f"maturity-scoring {version('maturity-scoring')}",
            "model": model,
            "programme": programme,
            "readings": readings,
            "on": str(self.on) if self.on else None,
        }
        return {METADATA: json.dumps(basis, ensure_ascii=False).encode()}


def _notes(decisions: Decisions, rows: Rows) -> Iterator[Finding]:
    """The notes on a block; ``rows`` (n,) are those of the decisions: what is noted of one is of all that share it."""
    shared = len(decisions) < len(rows)
    sharing = np.split(np.argsort(rows, kind="stable"), np.cumsum(np.bincount(rows))[:-1]) if shared else []

    def everyone(decided: Rows) -> Rows:
        return np.concatenate([sharing[row] for row in decided]) if shared else decided

    for noted in decisions.noted:
        if isinstance(noted, Notes):
            for note, decided in noted.by_words():
                yield Finding("note", note.where, note, everyone(decided))
        else:
            one = Finding.of("note", noted)
            yield replace(one, rows=everyone(rows[one.rows]))


def _alike(facts: Facts, assessment: Assessment) -> tuple[Rows, Rows]:
    """The first of each kind of row that the rules cannot tell apart, and (n,) the kind of each row.

    What is decided follows from the levels and the facts of a row. Where these take few values, deciding on each kind
    once is many times faster; where they take many, every row is a kind of its own.
    """
    if any(len(ledger.rows) for ledger in facts.ledgers.values()):
        everyone = np.arange(len(facts))
        return everyone, everyone
    stated = (part for column in facts.columns.values() for part in parts(column))
    return kinds((assessment.level, assessment.level_possible, *stated), len(facts), FEW)


def result_schema(model: MaturityModel, programme: Programme | None) -> pa.Schema:
    """The columns of a table of results."""
    text, whole, flag, score = pa.string(), pa.int8(), pa.bool_(), pa.float64()
    fields = {"id": text, "name": text, "profile": text, "level": whole, "level_possible": whole}
    fields |= {"total": score, "total_possible": score, "level_stepwise": whole, "level_if_na_unmet": whole}
    fields |= {"readings_differ": flag, **{f"A{level.number}": score for level in model.levels}}
    for tier in programme.tiers if programme else ():
        fields |= {f"{programme.id}.{tier.id}": text, f"{programme.id}.{tier.id}.depends_on_reading": flag}  # type: ignore[union-attr]
    return pa.schema(fields)


def result_columns(
    ids: pa.Array,
    names: pa.Array,
    profiles: pa.Array,
    assessment: Assessment,
    decisions: Decisions | None = None,
    rows: Rows | None = None,
) -> dict[str, pa.Array]:
    """The results of n enterprises; ``rows`` (n,) are those of the decisions, if there are any."""
    unknown = assessment.level < 0
    none = unknown if unknown.any() else None

    def whole(levels: NDArray[np.int8]) -> pa.Array:
        return pa.array(levels, mask=none)

    def score(scores: NDArray[np.float64]) -> pa.Array:
        return pa.array(cut(scores), mask=none)

    columns = {
        "id": ids,
        "name": names,
        "profile": profiles,
        "level": whole(assessment.level),
        "level_possible": whole(assessment.level_possible),
        "total": score(assessment.total),
        "total_possible": score(assessment.total_possible),
        "level_stepwise": whole(assessment.level_by_reading["stepwise"]),
        "level_if_na_unmet": whole(assessment.level_if_na_unmet),
        "readings_differ": pa.array(assessment.readings_differ, mask=none),
    }
    for level, scores in zip(assessment.answers.model.levels, assessment.level_scores.T, strict=True):
        columns[f"A{level.number}"] = score(scores)
    for tier in decisions.programme.tiers if decisions is not None else ():
        assert decisions is not None
        key = f"{decisions.programme.id}.{tier.id}"
        columns[key] = pa.array(WORDS).take(pa.array(decisions.verdict.ranks[tier.id][rows]))
        columns[f"{key}.depends_on_reading"] = pa.array(decisions.depends_on_reading[tier.id][rows])
    return columns


def _problems(findings: Sequence[Finding], n: int, lang: Lang) -> pa.Array:
    """(n,) lists of what was found in each row."""
    texts: dict[str, list[str]] = {name: [] for name in _PROBLEM}
    for one in findings:
        problem = one.problem
        own = (one.kind, one.column, problem.id, problem.value, problem.what(lang), problem.hint(lang))
        for name, text in zip(_PROBLEM, own, strict=True):
            texts[name].append(text)
    rows = np.concatenate([one.rows for one in findings]) if findings else np.empty(0, np.intp)
    which = np.repeat(np.arange(len(findings)), [len(one.rows) for one in findings])
    order = np.argsort(rows, kind="stable")
    offsets = np.append(0, np.cumsum(np.bincount(rows, minlength=n))).astype(np.int32)
    each = pa.StructArray.from_arrays([pa.array(own, pa.string()) for own in texts.values()], names=list(texts))
    return pa.ListArray.from_arrays(pa.array(offsets), each.take(pa.array(which[order])), type=PROBLEMS)
