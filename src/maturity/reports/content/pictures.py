"""The charts of a report: arrays and labels for `charts`, captions beside them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from maturity import charts
from maturity.reports.content.context import LevelLine, NodeLine, Picture, Pictures, Score
from maturity.reports.content.enterprise import Enterprise
from maturity.reports.content.figures import plain, span
from maturity.reports.content.peers import Group
from maturity.reports.content.scores import NodeScores, heights

Floats = NDArray[np.float64]


def pictures(
    one: Enterprise,
    name: str,
    levels: Sequence[LevelLine],
    nodes: Sequence[NodeLine],
    scores: NodeScores,
    k: int,
    group: Group | None,
) -> Pictures:
    """Every chart of a report; the frames are drawn once, the values placed into them. Row k of ``scores``."""
    layer = one.model.layers[-1].id
    own = [at for at, node in enumerate(one.model.nodes[layer]) if one.profile in node.weight]
    certain, possible = scores.certain[layer][k, own], scores.possible[layer][k, own]
    labels = tuple(one.model.nodes[layer][at].name.in_(one.lang) for at in own)
    drawn = len(own) >= 3 and not one.rejected  # fewer are no polygon
    median, by_level = (group.heights[own], group.scores[own]) if group else (None, None)
    return Pictures(
        reach=_reach(one, name, labels, certain, possible, median) if drawn else None,
        next_level=_next_level(one, name, labels, certain, possible, by_level) if drawn else None,
        bars=_bars(one, name, levels),
        heat_map=_heat_map(one, name, levels, nodes),
    )


def _reach(
    one: Enterprise, name: str, labels: Sequence[str], certain: Floats, possible: Floats, median: Floats | None
) -> Picture:
    """How far up each subdomain reaches, against the most it can, the next level's total, and its peers."""
    most = (~np.isnan(certain)).sum(axis=1).astype(np.float64)
    most[most == 0] = np.nan
    start = one.model.levels[one.level].total_from if 0 <= one.level < len(one.model.levels) else None
    alt = one.say("chart.radar", name=name, layer=one.model.layers[-1].name)
    svg = charts.radar(
        labels,
        _series(one, heights(certain), heights(possible), median, most),
        top=len(one.model.levels),
        mark=None if start is None else float(start),
        mark_label="" if start is None else one.say("chart.next", total=plain(start)),
        title=alt,
    )
    caption = [one.say("chart.reach", layer=one.model.layers[-1].name, most=len(one.model.levels))]
    if start is not None:
        caption.append(one.say("chart.reach-mark", total=plain(start), level=one.level_name(one.level + 1)))
    return Picture(svg, alt, _caption(one, caption, "chart.reach-open", median))


def _next_level(
    one: Enterprise, name: str, labels: Sequence[str], certain: Floats, possible: Floats, median: Floats | None
) -> Picture:
    """The score of each subdomain at the next level, or the highest, against the pass mark and its peers."""
    at = min(max(one.level, 0), len(one.model.levels) - 1)
    level, mark = one.level_name(at + 1), plain(one.model.pass_mark)
    alt = one.say("chart.radar-level", name=name, level=level)
    svg = charts.radar(
        labels,
        _series(one, certain[:, at], possible[:, at], None if median is None else median[:, at], None),
        top=1.0,
        step=0.2,
        mark=float(one.model.pass_mark),
        mark_label=one.say("chart.mark", mark=mark),
        title=alt,
    )
    return Picture(
        svg, alt, _caption(one, [one.say("chart.level", level=level, mark=mark)], "chart.reach-open", median)
    )


def _series(
    one: Enterprise, certain: Floats, possible: Floats, median: Floats | None, most: Floats | None
) -> list[charts.Series]:
    """What is certain over what is possible, over the median, over the most that can be reached."""
    found = [] if most is None else [charts.Series(one.say("chart.most"), most, "most")]
    if median is not None:
        # Where the enterprise itself has nothing applicable, the axis is marked as such and carries no median.
        found.append(charts.Series(one.say("chart.median"), np.where(np.isnan(certain), np.nan, median), "median"))
    if one.unanswered and not one.rejected:
        found.append(charts.Series(one.say("chart.possible"), possible, "possible"))
    return [*found, charts.Series(one.say("chart.certain"), certain, "certain")]


def _caption(one: Enterprise, sentences: Sequence[str], if_open: str, median: Floats | None) -> str:
    more = [one.say(if_open)] if one.unanswered and not one.rejected else []
    more += [one.say("chart.median-note")] if median is not None else []
    return one.say("space").join([*sentences, *more])


def _bars(one: Enterprise, name: str, levels: Sequence[LevelLine]) -> Picture:
    alt = one.say("chart.bars", name=name)
    open_ = bool(one.unanswered) and not one.rejected
    svg = charts.level_bars(
        [f"{level.number} {level.name}" for level in levels],
        np.array([level.score.value for level in levels]),
        [level.met for level in levels],
        mark=float(one.model.pass_mark),
        mark_label=one.say("chart.mark", mark=plain(one.model.pass_mark)),
        shown=[span(level.score.shown, level.score.possible) for level in levels],
        title=alt,
        possible=np.array([level.score.value_possible for level in levels]) if open_ else None,
    )
    return Picture(svg, alt, "")


def _heat_map(one: Enterprise, name: str, levels: Sequence[LevelLine], nodes: Sequence[NodeLine]) -> Picture:
    deepest = max(node.depth for node in nodes)
    leaves = [node for node in nodes if node.depth == deepest]
    alt = one.say("chart.heat", name=name)
    svg = charts.heat_map(
        [node.name for node in leaves],
        [(str(level.number), level.name) for level in levels],
        # The shade goes by the figure that is printed, so that both say the same at the mark.
        np.array([[_printed(score) for score in node.scores] for node in leaves]),
        mark=float(one.model.pass_mark),
        title=alt,
        shown=[
            [(score.shown, f"≤ {score.possible}" if score.possible else "") for score in node.scores] for node in leaves
        ],
        groups=_group_starts(nodes),
    )
    caption = [one.say("chart.heat-caption", mark=plain(one.model.pass_mark))]
    return Picture(svg, alt, _caption(one, caption, "chart.heat-open", None))


def _group_starts(nodes: Sequence[NodeLine]) -> list[int]:
    """The leaves, by their number, before which a node of the top layer begins."""
    deepest = max(node.depth for node in nodes)
    starts, leaves = [], 0
    for node in nodes:
        if node.depth == 0 and leaves:
            starts.append(leaves)
        leaves += node.depth == deepest
    return starts


def _printed(score: Score) -> float:
    return float("nan") if score.value != score.value else float(score.shown)
