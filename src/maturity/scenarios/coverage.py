"""What lists of names cover of a catalogue: entries, or the groups they belong to, for whole columns of applicants.

Names that match nothing are never counted. Where the catalogue is open each of them may be one more, so a count lies
between two bounds.
"""

from collections.abc import Hashable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from maturity.scenarios.amounts import Flags, Whole, which_count
from maturity.scenarios.facts import Facts
from maturity.scenarios.programme import Catalogue, Programme
from maturity.scenarios.rules import Count, Covers, Entries
from maturity.scenarios.values import CATEGORIES, NAMES, UNMATCHED, entries_by_name, plain


def counted(rule: Count, facts: Facts) -> tuple[Whole, Whole, Flags]:
    """(n,) three times: what counts for certain, what may count at most, and whether anything is known.

    Args:
        rule: which list, and what of it counts.
        facts: of n applicants.
    """
    column = facts.columns[rule.fact]
    catalogue = facts.programme.catalogue(facts.programme.fact(rule.fact).catalogue)
    if rule.catalogue:
        groups = _of_each(facts, rule.fact, rule.catalogue)
        by = {"category": [len(set(one)) for one in groups], "name": [len(one) for one in groups]}
        least = np.array(by[rule.distinct_by], dtype=np.int64)[column.names.codes]
    else:
        least = column.values[:, CATEGORIES if rule.distinct_by == "category" else NAMES]
    most = least + column.values[:, UNMATCHED] if catalogue.open else least
    if rule.entries is None or not len(facts.ledgers[rule.entries.ledger]):
        return least, most, column.known
    given, from_ledger, at_most = _from_ledger(rule, rule.entries, facts)
    return np.where(given, from_ledger, least), np.where(given, at_most, most), given | column.known


def missed(rule: Covers, facts: Facts) -> tuple[Whole, Whole]:
    """(n,) twice: how many required entries a list does not name, for certain, and if unmatched names were some."""
    catalogue = facts.programme.catalogue(facts.programme.fact(rule.fact).catalogue)
    wanted = set(rule.required)
    absent = [len(wanted.difference(one)) for one in _of_each(facts, rule.fact, rule.catalogue or catalogue.id)]
    column = facts.columns[rule.fact]
    most = np.array(absent, dtype=np.int64)[column.names.codes]
    unmatched = column.values[:, UNMATCHED]
    return np.maximum(most - unmatched, 0) if catalogue.open else most, most


def not_named(rule: Covers, facts: Facts, i: int) -> tuple[str, ...]:
    """Ids of the required entries that the list of one applicant does not name."""
    own = rule.catalogue or facts.programme.fact(rule.fact).catalogue
    (named,) = _of_each(facts.take([i], [rule.fact]), rule.fact, own)
    return tuple(entry for entry in rule.required if entry not in named)


def lift(programme: Programme, catalogue: Catalogue, to: str) -> Mapping[str, str]:
    """The entry of a shorter catalogue that each entry belongs to, through the groups between; some belong to none."""
    belongs = {entry.id: entry.id for entry in catalogue.entries}
    while catalogue.id != to:
        above = {entry.id: entry.group for entry in catalogue.entries}
        belongs = {entry: above[group] for entry, group in belongs.items() if above[group]}
        catalogue = programme.catalogue(catalogue.groups)
    return belongs


def _of_each(facts: Facts, fact: str, to: str) -> list[list[str]]:
    """For each distinct list: the entry, or its group, of each distinct name that matches one."""
    catalogue = facts.programme.catalogue(facts.programme.fact(fact).catalogue)
    entries, belongs = entries_by_name(catalogue), lift(facts.programme, catalogue, to)
    found = []
    for names in facts.columns[fact].names.distinct:
        matched = [entries[name] for name in dict.fromkeys(map(plain, names)) if name in entries]
        found.append([belongs[entry] for entry in matched if entry in belongs])
    return found


def _from_ledger(rule: Count, source: Entries, facts: Facts) -> tuple[Flags, Whole, Whole]:
    """(n,) three times: whether there are entries, what they count for certain, and at most."""
    ledger = facts.ledgers[source.ledger]
    column = ledger.columns[source.column]
    catalogue = facts.programme.catalogue(ledger.definition.column(source.column).catalogue)
    names = [plain(given[0]) if given else "" for given in column.names]
    by_name = entries_by_name(catalogue)
    belongs = lift(facts.programme, catalogue, rule.catalogue or catalogue.id)
    matched = [belongs.get(by_name.get(name, ""), "") for name in names]
    known_name = np.array([name in by_name for name in names], dtype=np.bool_)
    in_group = np.array([bool(entry) for entry in matched], dtype=np.bool_)
    told: Sequence[Hashable] = names
    if rule.distinct_by == "name":  # lines of one name are several if they describe it otherwise; the same twice is one
        texts = [one.id for one in ledger.definition.columns if one.kind == "text" and one.id != source.column]
        told = list(zip(names, *(ledger.columns[id].names for id in texts), strict=True))
    kinds = _numbers(matched if rule.distinct_by == "category" else told)
    counts, may_count = which_count(ledger, source.where)
    n = len(facts)
    least = _distinct(ledger.rows, kinds, counts & in_group, n)
    most = _distinct(ledger.rows, kinds, may_count & in_group, n)
    if catalogue.open:
        most += _distinct(ledger.rows, _numbers(told), may_count & column.known & ~known_name, n)
    most += np.bincount(ledger.rows[may_count & ~column.known], minlength=n)  # a line without name may be any
    given = np.zeros(n, dtype=np.bool_)
    given[ledger.owners] = True
    return given, least, most


def _numbers(names: Sequence[Hashable]) -> Whole:
    """(m,) a number for each distinct name."""
    numbers: dict[Hashable, int] = {}
    return np.array([numbers.setdefault(name, len(numbers)) for name in names], dtype=np.int64)


def _distinct(rows: NDArray[np.intp], kinds: Whole, chosen: Flags, n: int) -> Whole:
    """(n,) how many distinct kinds the chosen entries of each row have."""
    pairs = np.unique(np.stack([rows[chosen], kinds[chosen]]), axis=1)
    return np.bincount(pairs[0], minlength=n).astype(np.int64)  # counts without weights are whole numbers
