"""Where applications stand: a status column checked against the procedure of the programme and the verdicts."""

from collections.abc import Iterator

import numpy as np

from maturity.errors import Problem
from maturity.language import Lang, Text, in_a_row, listed, say
from maturity.scenarios.amounts import Dates
from maturity.scenarios.facts import Facts
from maturity.scenarios.notes import Notes
from maturity.scenarios.procedure import Premise, Procedure
from maturity.scenarios.programme import Programme
from maturity.scenarios.verdicts import WORDS, Worded


def status_notes(programme: Programme, facts: Facts, verdicts: Worded, on: Dates) -> Iterator[Notes]:
    """A note for each application whose status cannot follow the one before, or presupposes another verdict.

    One that has not moved is in order. A status that is no state of the procedure is refused where facts are read,
    like any other option.

    Args:
        programme: whose procedures.
        facts: of n applicants, with their status.
        verdicts: by tier id, (n,) each.
        on: (n,) datetime64[D], the day of application that the verdicts hold for.
    """
    for procedure in programme.definition.procedures:
        if procedure.status and procedure.status_before:
            yield _steps(procedure, facts)
        for premise in procedure.premises:
            yield _contradictions(programme, procedure, premise, facts, verdicts, on)


def _steps(procedure: Procedure, facts: Facts) -> Notes:
    now, before = facts.columns[procedure.status], facts.columns[procedure.status_before]
    ids = [state.id for state in procedure.states]
    follows = np.eye(len(ids), dtype=np.bool_)
    for number, id in enumerate(ids):
        follows[number, [ids.index(after) for after in procedure.after(id)]] = True
    both = np.flatnonzero(now.known & before.known)
    rows = both[~follows[before.values[both], now.values[both]]]

    def note(i: int) -> Problem:
        old, new = procedure.states[int(before.values[i])], procedure.states[int(now.values[i])]
        possible = [procedure.state(after).name for after in procedure.after(old.id)]
        return Problem.of(
            "decide.status-cannot-follow" if possible else "decide.status-after-the-end",
            procedure.status,
            new.name.zh,
            before=old.name,
            possible=in_a_row(possible),
        )

    return Notes.on(rows, [before.values[rows], now.values[rows]], note)


def _contradictions(
    programme: Programme, procedure: Procedure, premise: Premise, facts: Facts, verdicts: Worded, on: Dates
) -> Notes:
    """Who has a status that presupposes a verdict, and has it for no tier: a status does not say for which it is."""
    now = facts.columns[procedure.status]
    presumes = np.array([state.id in premise.states for state in procedure.states])
    there = np.flatnonzero(now.known & presumes.take(now.values, mode="clip"))
    ranks = {tier: verdicts.ranks[tier][there] for tier in procedure.tiers}
    fits = np.array([verdict in premise.verdicts for verdict in WORDS])
    against = ~np.any([fits[own] for own in ranks.values()], axis=0)
    clause = programme.clause(premise.clause)

    def fitting(lang: Lang) -> str:
        return say("programme.or", lang).join(say(f"verdict.{verdict}", lang) for verdict in premise.verdicts)

    def found(i: int, lang: Lang) -> str:
        own = (
            (programme.tier(tier).name, say(f"verdict.{WORDS[verdicts.ranks[tier][i]]}", lang))
            for tier in procedure.tiers
        )
        return listed((say("programme.subject", lang, of=of) + one for of, one in own), lang)

    def note(i: int) -> Problem:
        return Problem.of(
            "decide.status-without-verdict",
            procedure.status,
            procedure.states[int(now.values[i])].name.zh,
            wanted=Text(fitting("zh"), fitting("en")),
            clause=clause.place,
            quote=clause.quote,
            found=Text(found(i, "zh"), found(i, "en")),
            on=on[i],
        )

    rows = there[against]
    told_apart = [now.values[rows], on[rows], *(own[against] for own in ranks.values())]
    return Notes.on(rows, told_apart, note)
