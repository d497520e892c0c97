"""Why one enterprise stands where it stands: explain."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table as Screen
from rich.text import Text as Cell
from rich.tree import Tree

from maturity.cli import frame
from maturity.cli.frame import (
    DEFAULT_MODEL,
    DEFAULT_PROGRAMME,
    Files,
    Language,
    Model,
    On,
    ProgrammeRef,
    Readings,
    Schema,
    app,
)
from maturity.errors import InputError, Problem, near_or_known
from maturity.language import Lang, Text, listed, printable, say

if TYPE_CHECKING:
    from maturity.scenarios import Explanation
    from maturity.scenarios.tree import AskedRule, ConditionGroup, ConditionNode, RuleNode, TierNode, TruthWord
    from maturity.scoring import Assessment

FORMATS = ("text", "json")
NEAR = 3
"""Ids that are named when the one asked for does not exist."""
MARKS: "Mapping[TruthWord, tuple[str, str]]" = {"yes": ("✓", "green"), "no": ("✗", "red"), "unknown": ("?", "yellow")}
"""How each truth is marked, and in which colour."""
OPPOSITE: "Mapping[TruthWord, TruthWord]" = {"yes": "no", "no": "yes", "unknown": "unknown"}
UNASKED = ("judgement", "external_reference")
"""Kinds of rules that look at nothing an enterprise states: what is found says why."""
VERDICTS = {"eligible": "green", "cultivation": "cyan", "ineligible": "red", "undecided": "yellow"}


def _format(value: str) -> str:
    if value not in FORMATS:
        raise typer.BadParameter(" | ".join(FORMATS))
    return value


@app.command()
def explain(
    files: Files,
    id: Annotated[
        str | None, typer.Option("--id", metavar="ID", help="企业编号，只有一家时可省略 · which enterprise, of several")
    ] = None,
    model: Model = DEFAULT_MODEL,
    programme: ProgrammeRef = DEFAULT_PROGRAMME,
    on: On = None,
    reading: Readings = None,
    format: Annotated[
        str, typer.Option("--format", metavar="text|json", callback=_format, help="输出格式 · format")
    ] = "text",
    schema: Schema = False,
    lang: Language = "zh",
) -> None:
    """逐条说明一家企业的结论：现状、要求、差距、条款与原文 · why: one enterprise, condition by condition"""
    from maturity.scenarios import explain as explained
    from maturity.scenarios.explaining import notes_by_id
    from maturity.sheets import results_object

    language = frame.as_lang(lang)
    with frame.reported(language):
        day = frame.applied(on, language, aside=True)
        loaded = frame.load(model, programme, day)
        readings = frame.readings(reading, loaded[1])
        batch = frame.read(files, *loaded, language, aside=True)
        i = _row(id, batch.answers.ids)
        id = batch.answers.ids[i]
        assessment, decisions = frame.judge(batch, loaded[1], day, readings)
        if format == "json":
            own = notes_by_id(decisions).get(id, ()) if decisions else ()
            text = results_object(
                assessment,
                decisions,
                rows=[i],
                names=batch.names,
                problems=batch.problems,
                notes=[note for _, note in own],
                lang=language,
            )
            frame.out.print(json.dumps(json.loads(text), ensure_ascii=False, indent=2), markup=False)
        else:
            for line in _head(assessment, i, batch.names[i], language):
                frame.out.print(Cell(printable(line)), soft_wrap=not frame.out.is_terminal)
            if decisions:
                _show(explained(decisions, decisions.ids.index(id), language), language)
            else:
                frame.out.print(say("explanation.head.no-programme", language), markup=False)
        frame.finish(batch.problems, language)


def _row(id: str | None, ids: Sequence[str]) -> int:
    """The enterprise of that id, or the only one; some ids are named when there are several, or none is that id."""
    if id is None:
        if len(ids) == 1:
            return 0
        raise InputError([Problem.of("cli.which-enterprise", "--id", near=near_or_known("", ids))])
    if id in ids:
        return ids.index(id)
    near = tuple(get_close_matches(id, ids, n=NEAR, cutoff=0.5)) or near_or_known(id, ids)
    raise InputError([Problem.of("cli.unknown-enterprise", "--id", id, count=len(ids), near=near)])


def _head(assessment: "Assessment", i: int, name: str, lang: Lang) -> Iterator[str]:
    """What was assessed, in a few lines: the conditions on maturity rest on it."""
    from maturity.scoring import cut

    def said(key: str, **values: object) -> str:
        return say(f"explanation.head.{key}", lang, **values)

    def level_name(number: int) -> str:
        if number < 1:
            return say("report.level.none" if number == 0 else "report.level.rejected", lang)
        return say("report.level.name", lang, number=number, name=assessment.answers.model.levels[number - 1].name)

    def between(low: float, high: float) -> str:
        ends = [f"{cut(end):.2f}" for end in (low, high)]
        return ends[0] if ends[0] == ends[1] else said("between", low=ends[0], high=ends[1])

    yield "  ".join(filter(None, (assessment.answers.ids[i], name)))
    level, possible = int(assessment.level[i]), int(assessment.level_possible[i])
    key = "level" if level == possible else "level-possible"
    yield said(key, level=level_name(level), possible=level_name(possible))
    if level < 0:
        return
    yield said("total", total=between(assessment.total[i], assessment.total_possible[i]))
    figures = zip(
        assessment.answers.model.levels,
        assessment.level_scores[i].tolist(),
        assessment.level_scores_possible[i].tolist(),
        assessment.met[i].tolist(),
        assessment.met_possible[i].tolist(),
        strict=True,
    )
    for one, low, high, met, may in figures:
        mark, _ = MARKS["yes" if met else "unknown" if may else "no"]
        yield "  " + said("score", mark=mark, level=f"{one.number} {one.name.in_(lang)}", score=between(low, high))
    if assessment.readings_differ[i]:
        yield said("stepwise", level=level_name(int(assessment.level_by_reading["stepwise"][i])))


@dataclass(frozen=True, slots=True)
class _Branch:
    """What is printed in one place: a mark, some lines, and what stands below them."""

    lines: Sequence[str]
    mark: "TruthWord | None" = None
    below: "Sequence[_Branch]" = ()
    style: str = ""
    """Of the first line; the last one of several is a quote, and dim."""


def _show(explanation: "Explanation", lang: Lang) -> None:
    """The tree: with guides and colours on a terminal, indented where the output goes elsewhere."""
    branches = [_Branch(tuple(_programme(explanation, lang)))]
    branches += [_tier(tier, explanation, lang) for tier in explanation.tiers]
    for branch in branches:
        frame.out.print()
        if frame.out.is_terminal:
            frame.out.print(_grown(branch), soft_wrap=False)
        else:
            for line in _indented(branch, 0):
                frame.out.print(line, markup=False)


def _grown(branch: _Branch) -> Tree:
    """A branch as a tree of the terminal, where lines that are too long go on below themselves."""
    label = Screen.grid(padding=(0, 1))
    if branch.mark:
        label.add_column(width=1)
    label.add_column(overflow="fold")
    for k, line in enumerate(branch.lines):
        quote = branch.mark is not None and 0 < k == len(branch.lines) - 1
        cell = Cell(printable(line), style="dim" if quote else branch.style if k == 0 else "")
        if branch.mark:
            mark, colour = MARKS[branch.mark]
            label.add_row(Cell(mark if k == 0 else "", style=colour), cell)
        else:
            label.add_row(cell)
    tree = Tree(label, guide_style="dim")
    tree.children += [_grown(inner) for inner in branch.below]
    return tree


def _indented(branch: _Branch, depth: int) -> Iterator[str]:
    """A branch as plain text, every line of it on one line."""
    margin = "  " * depth
    marks = [f"{MARKS[branch.mark][0]} ", *["  "] * len(branch.lines)] if branch.mark else [""] * len(branch.lines)
    yield from (f"{margin}{mark}{printable(line)}" for mark, line in zip(marks, branch.lines, strict=False))
    for inner in branch.below:
        yield from _indented(inner, depth + 1)


def _programme(explanation: "Explanation", lang: Lang) -> Iterator[str]:
    """Which rules, on which day, read how."""

    def said(key: str, **values: object) -> str:
        return say(f"explanation.head.{key}", lang, **values)

    asked = explanation.programme
    yield asked.name.in_(lang)
    yield said("identity", id=asked.id, edition=asked.edition, on=explanation.on)
    chosen = [reading for reading in asked.readings if reading.option != reading.default]
    for reading in chosen:
        yield said("reading", name=reading.name, option=reading.option_name, default=reading.default)
    if asked.readings and not chosen:
        yield said("defaults")
    if explanation.highest is not None:
        tiers = {tier.id: tier.name for tier in asked.tiers}
        yield said("highest", tier=tiers[explanation.highest])
    yield from (said("note", note=note) for note in explanation.notes)
    yield said("legend", **{truth: mark for truth, (mark, _) in MARKS.items()})


def _tier(tier: "TierNode", explanation: "Explanation", lang: Lang) -> _Branch:
    """A tier: the verdict, what settles or mends it, and the groups of its conditions."""

    def said(key: str, **values: object) -> str:
        return say(f"explanation.tier.{key}", lang, **values)

    names = {fact.id: fact.name for fact in explanation.programme.facts}
    heading = said("headline", tier=tier.asked.name, headline=tier.headline)
    why = [said("ban", until=ban.until) for ban in tier.bans]
    if tier.verdict == "undecided":
        worst, best = (say(f"verdict.{bound}", lang) for bound in (tier.worst, tier.best))
        why.append(said("bounds", worst=worst, best=best))
        if tier.missing != tier.settling:  # which the headline names
            why.append(said("missing", facts=_named(tier.missing, names, lang)))
    if tier.verdict == "ineligible" and not tier.to_mend:
        why.append(said("no-mend"))
    below = [_Branch((line,)) for line in (*why, *tier.notes)]
    if tier.to_mend:
        changes = tuple(_Branch((rule.text,)) for rule in tier.to_mend)
        below.append(_Branch((said("to-mend", count=len(changes)),), below=changes))
    built = any(group.role == "production" and group.truth == "yes" for group in tier.groups)
    below += [_group(group, names, lang, idle=built and group.role == "cultivation") for group in tier.groups]
    return _Branch((heading,), below=below, style=f"bold {VERDICTS[tier.verdict]}")


def _named(ids: Sequence[str], names: Mapping[str, Text], lang: Lang) -> str:
    return listed([names[id].in_(lang) for id in ids], lang)


def _group(group: "ConditionGroup", names: Mapping[str, Text], lang: Lang, *, idle: bool) -> _Branch:
    """Conditions under what they do; without a mark where they do not decide, or (``idle``) need not hold here."""
    heading = say(f"explanation.group.{'idle' if idle else group.role}", lang)
    below = tuple(_condition(condition, names, lang) for condition in group.conditions)
    return _Branch((heading,), None if idle else group.truth, below, style="bold")


def _condition(condition: "ConditionNode", names: Mapping[str, Text], lang: Lang) -> _Branch:
    """A condition with its clause, what was found and what is asked, and the words of the clause."""
    asked = condition.asked
    binding = say(f"modality.{asked.modality}", lang)
    title = say("explanation.condition.line", lang, name=asked.name, clause=asked.clause, modality=binding)
    found = _group_words(asked.rule, True, lang) if condition.of else _found(condition, asked.rule, names, lang)
    quote = say("explanation.condition.quote", lang, quote=asked.quote)
    wanted = asked.rule.kind != "none"
    below = tuple(_part(part, wanted, names, lang) for part in condition.of)
    return _Branch((title, found, quote), condition.truth, below)


def _part(part: "RuleNode", wanted: bool, names: Mapping[str, Text], lang: Lang) -> _Branch:
    """A part of a condition, and what is below it; marked by whether it is in order, so ✓ where it must not hold."""
    inner = wanted != (part.asked.kind == "none")
    below = tuple(_part(each, inner, names, lang) for each in part.of)
    mark = part.truth if wanted else OPPOSITE[part.truth]
    if part.of:
        return _Branch((_group_words(part.asked, wanted, lang),), mark, below)
    said = _found(part, part.asked, names, lang, wanted=wanted)
    if part.asked.about:
        said = say("explanation.condition.about", lang, about=part.asked.about, said=said)
    return _Branch((said,), mark)


def _group_words(rule: "AskedRule", wanted: bool, lang: Lang) -> str:
    return say(f"explanation.rule.{'must' if wanted else 'must-not'}.{rule.kind}", lang, count=rule.count or 0)


def _found(
    node: "ConditionNode | RuleNode", rule: "AskedRule", names: Mapping[str, Text], lang: Lang, *, wanted: bool = True
) -> str:
    """What was found, what is missing, what is asked and what is short, on a line."""

    def said(key: str, **values: object) -> str:
        return say(f"explanation.condition.{key}", lang, **values)

    facts = _named(node.missing, names, lang)
    missing = "missing" if facts else ""
    if node.truth == "unknown" and rule.kind == "assessment":
        missing = "missing-level" if facts else "missing-answers"
    elif node.asked is rule and rule.about and facts == rule.about.in_(lang):
        missing = "missing-it"  # what it is about has just been said
    found = node.value and (node.value if rule.kind in UNASKED else said("found", value=node.value))
    told = (
        found,
        said(missing, facts=facts) if missing else "",
        said("asked" if wanted else "asked-not", threshold=rule.threshold),
        node.shortfall,
    )
    return said("part").join(filter(None, told))
