"""What a report is made from, as a fingerprint: equal fingerprints, equal reports.

Models and programmes come in by their files' own fingerprints, so that an enterprise costs microseconds.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple
from hashlib import sha256
from pathlib import Path

import numpy as np

from maturity import __version__
from maturity.firmness import Firmness, WhatIf
from maturity.improvement import Plan
from maturity.language import Lang
from maturity.profiles import known_profile
from maturity.reports.content.letterhead import Letterhead
from maturity.reports.content.peers import Group, Peers
from maturity.reports.formats.templates import folders
from maturity.scenarios import Decisions
from maturity.scenarios.explaining import notes_by_id
from maturity.scenarios.facts import Ledger
from maturity.scenarios.values import Column
from maturity.scoring import Assessment


def of_reports(
    assessment: Assessment,
    decisions: Decisions | None,
    names: Sequence[str],
    plans: Mapping[int, Sequence[Plan]],
    firmness: Mapping[int, Firmness],
    whatif: WhatIf | None,
    peers: Peers | None,
    common: str,
) -> Callable[[int], str]:
    """The fingerprint of the report of each row: what is known of it, and ``common``, what all reports share."""
    answers = assessment.answers
    points = np.ascontiguousarray(answers.columns.T)
    decided = _decided(decisions) if decisions else None
    places = {id: j for j, id in enumerate(decisions.ids)} if decisions else {}
    groups = {group: _of_group(group) for group in peers.groups.values()} if peers else {}

    def of_row(i: int) -> str:
        id, profile = answers.ids[i], known_profile(answers, i)
        group = peers.of(id, profile) if peers else None
        parts = (
            common,
            id,
            profile,
            names[i] if names else "",
            points[i].tobytes().hex(),
            decided(places[id]) if decided else "",
            [plan.as_dict() for plan in plans.get(i, ())],
            firmness[i].plain() if i in firmness else None,
            _changed(whatif, i) if whatif else None,
            groups[group] if group else "",
        )
        return _digest(parts)

    return of_row


def _changed(whatif: WhatIf, i: int) -> tuple[str, ...]:
    """What is assumed of an enterprise: model, profile, answers."""
    after = whatif.after.answers
    return after.model.fingerprint, known_profile(after, i), np.ascontiguousarray(after.columns[:, i]).tobytes().hex()


def of_run(
    assessment: Assessment, decisions: Decisions | None, lang: Lang, letterhead: Letterhead, templates: Path | None
) -> str:
    """What all reports of a run share: library, definitions, readings, language, letterhead, templates."""
    programme = decisions.programme.fingerprint if decisions else ""
    readings = dict(decisions.readings) if decisions else {}
    files = {
        f"{number}/{file.name}": sha256(file.read_bytes()).hexdigest()
        for number, folder in enumerate(folders(templates))
        for file in sorted(folder.iterdir())
        if file.is_file()
    }
    model = assessment.answers.model.fingerprint
    return _digest((__version__, model, programme, readings, lang, astuple(letterhead), files))


def _decided(decisions: Decisions) -> Callable[[int], str]:
    """What was stated by and decided on the applicant of a row."""
    facts = decisions.facts
    notes = notes_by_id(decisions)
    noted = {id: [(fact, one.id, one.value, str(one.values)) for fact, one in own] for id, own in notes.items()}
    columns = [facts.columns[fact.id] for fact in facts.programme.facts]
    truths = np.array([result.truth for result in decisions.conditions], np.int8).reshape(-1, len(decisions))
    verdicts = [*decisions.verdict.values(), *decisions.depends_on_reading.values()]

    def of_row(j: int) -> str:
        stated = [_cell(column, j) for column in columns]
        entries = [
            [[_cell(column, entry) for column in ledger.columns.values()] for entry in _entries(ledger, j)]
            for ledger in facts.ledgers.values()
        ]
        decided = (truths[:, j].tobytes().hex(), [str(verdict[j]) for verdict in verdicts], str(decisions.on[j]))
        return _digest((stated, entries, decided, noted.get(decisions.ids[j], ()), noted.get("", ())))

    return of_row


def _cell(column: Column, row: int) -> tuple[str, bool, tuple[str, ...]]:
    return column.values[row].tobytes().hex(), bool(column.known[row]), column.names[row] if column.names else ()


def _entries(ledger: Ledger, j: int) -> range:
    """The entries of row j, which stand together."""
    first, last = np.searchsorted(ledger.rows, (j, j + 1)).tolist()
    return range(first, last)


def _of_group(group: Group) -> str:
    figures = [group.scores.tobytes().hex(), group.heights.tobytes().hex()]
    return _digest((group.name.zh, group.name.en, group.count, group.total, figures))


def _digest(parts: object) -> str:
    text = json.dumps(parts, ensure_ascii=True, sort_keys=True, default=str)
    return sha256(text.encode("ascii")).hexdigest()
