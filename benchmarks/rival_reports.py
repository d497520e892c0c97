"""What people write today to make such reports: every chart drawn anew by pyplot, as well as they write it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import StringIO

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib import font_manager

from maturity import fonts
from maturity.reports import Content, render
from maturity.reports.content.context import Picture


def page(content: Content) -> bytes:
    """The same page, with charts of the same figures drawn by pyplot."""
    drawn = content.pictures
    own = replace(
        drawn,
        reach=drawn.reach and _picture(drawn.reach, lambda: _radar(content, None)),
        next_level=drawn.next_level
        and _picture(drawn.next_level, lambda: _radar(content, min(max(content.level, 0), content.most - 1))),
        bars=_picture(drawn.bars, lambda: _bars(content)),
        heat_map=_picture(drawn.heat_map, lambda: _heat_map(content)),
    )
    return render(replace(content, pictures=own))


def _picture(of: Picture, draw: Callable[[], None]) -> Picture:
    out = StringIO()
    with _chinese():
        draw()
        plt.savefig(out, format="svg")
        plt.close()
    text = out.getvalue()
    return replace(of, svg=text[text.index("<svg") :])


@contextmanager
def _chinese() -> Iterator[None]:
    known = {font.fname for font in font_manager.fontManager.ttflist}
    for path in fonts.paths():
        if str(path) not in known:
            font_manager.fontManager.addfont(path)
    with mpl.rc_context({"font.family": [fonts.FAMILY, "DejaVu Sans"], "svg.fonttype": "none"}):
        yield


def _leaves(content: Content) -> tuple[list[str], np.ndarray[tuple[int, int], np.dtype[np.float64]]]:
    deepest = max(node.depth for node in content.nodes)
    leaves = [node for node in content.nodes if node.depth == deepest]
    return [node.name for node in leaves], np.array([[score.value for score in node.scores] for node in leaves])


def _radar(content: Content, level: int | None) -> None:
    names, scores = _leaves(content)
    heights = np.nansum(scores, axis=1) if level is None else np.nan_to_num(scores[:, level])
    angles = np.linspace(0, 2 * np.pi, len(names), endpoint=False)
    around = np.append(angles, angles[0])
    _, axes = plt.subplots(figsize=(7, 7), subplot_kw={"projection": "polar"})
    axes.set_theta_zero_location("N")  # type: ignore[attr-defined]
    axes.set_theta_direction(-1)  # type: ignore[attr-defined]
    axes.set_ylim(0, content.most if level is None else 1)
    axes.set_xticks(angles, names)
    mark = 1.8 if level is None else float(content.mark)
    axes.plot(around, np.full(len(around), mark), "--", label="mark")
    axes.plot(around, np.append(heights, heights[0]), label="score")
    axes.fill(around, np.append(heights, heights[0]), alpha=0.3)
    axes.legend(loc="lower right")


def _bars(content: Content) -> None:
    _, axes = plt.subplots(figsize=(6, 3))
    bars = axes.barh([f"{line.number} {line.name}" for line in content.levels], [x.score.value for x in content.levels])
    axes.bar_label(bars, [line.score.shown for line in content.levels])
    axes.axvline(float(content.mark), linestyle="--")
    axes.invert_yaxis()


def _heat_map(content: Content) -> None:
    names, scores = _leaves(content)
    _, axes = plt.subplots(figsize=(6, 9))
    axes.imshow(scores, vmin=0, vmax=1, aspect="auto", cmap="Blues")
    axes.set_yticks(range(len(names)), names)
    axes.set_xticks(range(scores.shape[1]), [line.name for line in content.levels])
    for (row, column), score in np.ndenumerate(scores):
        axes.text(column, row, f"{score:.2f}", ha="center", va="center")
