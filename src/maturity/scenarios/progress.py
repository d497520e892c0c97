"""Where applications stand: a status column checked against the procedure of the programme."""

from collections.abc import Iterator

import numpy as np

from maturity.errors import Problem
from maturity.language import Text
from maturity.scenarios.facts import Facts, place
from maturity.scenarios.procedure import Procedure
from maturity.scenarios.programme import Programme


def status_notes(programme: Programme, facts: Facts) -> Iterator[Problem]:
    """A note for each application whose status cannot follow the one before; one that has not moved is in order.

    A status that is no state of the procedure is refused where facts are read, like any other option.
    """
    for procedure in programme.definition.procedures:
        if procedure.status and procedure.status_before:
            yield from _steps(procedure, facts)


def _steps(procedure: Procedure, facts: Facts) -> Iterator[Problem]:
    now, before = facts.columns[procedure.status], facts.columns[procedure.status_before]
    ids = [state.id for state in procedure.states]
    follows = np.eye(len(ids), dtype=np.bool_)
    for number, id in enumerate(ids):
        follows[number, [ids.index(after) for after in procedure.after(id)]] = True
    both = np.flatnonzero(now.known & before.known)
    for i in both[~follows[before.values[both], now.values[both]]].tolist():
        old, new = ids[int(before.values[i])], ids[int(now.values[i])]
        possible = [procedure.state(after).name for after in procedure.after(old)]
        yield Problem.of(
            "decide.status-cannot-follow" if possible else "decide.status-after-the-end",
            place(facts.ids, i, procedure.status),
            procedure.state(new).name.zh,
            before=procedure.state(old).name,
            possible=Text("、".join(name.zh for name in possible), ", ".join(name.en for name in possible)),
        )
