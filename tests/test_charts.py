"""Charts: what is placed into a frame is what matplotlib would have drawn, and a reader can read every label."""

import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from io import StringIO
from itertools import combinations, pairwise
from typing import Any
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from maturity import charts
from maturity.charts.frames import axis_angles, bars_axes, field_axes, radar_axes, radar_frame, style, svg_body
from maturity.charts.labels import lines_of, width_of
from maturity.charts.looks import POLYGON, shade_of
from maturity.language import LANGUAGES, Lang
from maturity.models import MaturityModel, load_model

MODEL = load_model("gbt39116-2020")
LEGENDS: dict[Lang, tuple[tuple[str, charts.Style], ...]] = {
    "zh": (("最高可达", "most"), ("同类企业中位数", "median"), ("可能", "possible"), ("确定", "certain")),
    "en": (
        ("Most that can be reached", "most"),
        ("Median of its peers", "median"),
        ("Possible", "possible"),
        ("For certain", "certain"),
    ),
}
Draw = Callable[[], tuple[Figure, Axes]]


def names(model: MaturityModel, layer: str, profile: str, lang: Lang) -> list[str]:
    return [node.name.in_(lang) for node in model.nodes[layer] if profile in node.weight]


def frames(profile: str, lang: Lang) -> dict[str, Draw]:
    """Every frame that a report has."""
    levels = [(str(level.number), level.name.in_(lang)) for level in MODEL.levels]
    subdomains = names(MODEL, "subdomain", profile, lang)
    mark = "满足线 0.8" if lang == "zh" else "pass mark 0.8"
    return {
        "radar": lambda: radar_axes(subdomains, 5),
        "domains": lambda: radar_axes(names(MODEL, "domain", profile, lang), 5),
        "elements": lambda: radar_axes(names(MODEL, "element", profile, lang), 5),
        "bars": lambda: bars_axes([" ".join(level) for level in levels], 96, 0.8, mark),
        "field": lambda: field_axes(subdomains, levels, (2, 5, 7)),
    }


def boxes(draw: Draw) -> tuple[Figure, list[tuple[str, float, float, float, float]]]:
    """Where matplotlib puts each line of text: its words, left, bottom, right, top in px."""
    with style():
        figure, _ = draw()
        figure.savefig(StringIO(), format="svg")
        extents = [(text.get_text(), text.get_window_extent()) for text in figure.texts]
        found = [(words, box.x0, box.y0, box.x1, box.y1) for words, box in extents]
    return figure, found


def svg_paths(text: str) -> list[np.ndarray]:
    """The corners of every path that matplotlib wrote."""
    paths = re.findall(r'<path d="([^"]*)"', text)
    return [np.array(re.findall(r"[ML] (-?[\d.]+) (-?[\d.]+)", path), np.float64) for path in paths]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("profile", ["discrete", "process"])
@pytest.mark.parametrize("kind", ["radar", "domains", "elements", "bars", "field"])
def test_no_label_is_clipped_or_overlaps_another(kind: str, profile: str, lang: Lang) -> None:
    """Every line of text lies inside the picture and apart from all others."""
    figure, found = boxes(frames(profile, lang)[kind])
    width, height = figure.get_size_inches() * 72
    assert all(
        left >= 0 and bottom >= -1 and right <= width and top <= height + 1 for _, left, bottom, right, top in found
    )
    for (one, left, bottom, right, top), (other, left2, bottom2, right2, top2) in combinations(found, 2):
        apart = (
            left >= right2 or left2 >= right or bottom >= top2 - 3.5 or bottom2 >= top - 3.5
        )  # line boxes hold spare room
        assert apart, (one, other)


def test_long_labels_of_another_model_stay_apart() -> None:
    """Forty subdomains with names of eight words are pushed apart rather than written over each other."""
    labels = [f"A rather long name of a capability sub-domain {k}" for k in range(40)]
    _, found = boxes(lambda: radar_axes(labels, 5))
    lines = [box for box in found if len(box[0]) > 1]
    for (_, left, bottom, right, top), (_, left2, bottom2, right2, top2) in combinations(lines, 2):
        assert left >= right2 or left2 >= right or bottom >= top2 - 3.5 or bottom2 >= top - 3.5


def test_long_names_of_levels_stay_apart() -> None:
    """Each in its own row of the bars, which is as high as it needs."""
    _, found = boxes(
        lambda: bars_axes([f"{k} A rather long name of a level, in three lines" for k in (1, 2)], 24, 1, "m")
    )
    names = [box for box in found if len(box[0]) > 4]
    assert len(names) == 6
    for (_, _, bottom, _, top), (_, _, bottom2, _, top2) in combinations(names, 2):
        assert bottom >= top2 - 3.5 or bottom2 >= top - 3.5


@pytest.mark.parametrize("k", [3, 4, 5, 6, 30])
def test_the_rim_of_a_radar_lies_inside_the_picture(k: int) -> None:
    """Whether or not there is a label below it."""
    picture = radar_frame(("x",) * k, 5, 1.0)
    rim = picture.place(np.array([[angle, 5.0] for angle in np.linspace(0, 2 * np.pi, 73)]))
    assert (rim > 0).all()
    assert (rim < [picture.width, picture.height]).all()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_legend_stands_below_the_labels_each_name_beside_its_sample(lang: Lang) -> None:
    """Row by row, inside the picture, with the mark last; no name runs into the next sample."""
    labels = names(MODEL, "subdomain", "discrete", lang)
    series = [charts.Series(name, np.full(len(labels), 3.0), style) for name, style in LEGENDS[lang]]
    picture = charts.radar(labels, series, top=5, mark=3.8, mark_label="next level from 3.8", title="")
    _, height = map(float, re.findall(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', picture)[0])
    bare = charts.radar(labels, series[:1], top=5, title="")
    (lowest,) = (float(found) for found in re.findall(r'viewBox="0 0 [\d.]+ ([\d.]+)"', bare))
    key = picture.split(charts.LAYER)[3]
    found = [
        (float(sample), float(x), float(y), name)
        for sample, x, y, name in re.findall(
            r'<(?:rect x="|path d="M)([\d.]+)[^>]*/><text x="([\d.]+)" y="([\d.]+)"[^>]*>([^<]*)</text>', key
        )
    ]
    assert [name for *_, name in found] == [*(name for name, _ in LEGENDS[lang]), "next level from 3.8"]
    assert all(x == pytest.approx(sample + 28) and lowest < y < height for sample, x, y, _ in found)
    for (_, x, y, name), (beside, _, y2, _) in pairwise(found):
        assert y2 > y or x + width_of(name) < beside


def test_layers_of_a_frame_are_the_same_from_one_enterprise_to_the_next() -> None:
    """A program that remembers pictures reads labels and legend once; the values stand in a layer of their own."""
    drawn = [
        charts.radar(
            list("abcd"),
            [charts.Series("most", np.full(4, 5.0), "most"), charts.Series("now", np.full(4, value), "certain")],
            top=5,
            mark=3.8,
            mark_label="next",
            title=str(value),
        ).split(charts.LAYER)
        for value in (1.0, 2.0)
    ]
    differing = [one != other for one, other in zip(*drawn, strict=True)]
    assert differing == [True, False, True, False, False]
    assert drawn[0][0].split(" role=")[0] == drawn[1][0].split(" role=")[0]


def test_a_radar_is_where_matplotlib_draws_it() -> None:
    """The polygon placed into the frame has the corners of `Axes.fill` on the frame's own axes, to a hundredth px."""
    labels = names(MODEL, "subdomain", "discrete", "zh")
    values = np.linspace(0.3, 5.0, len(labels))
    picture = charts.radar(labels, [charts.Series("", values, "certain")], top=5, title="")
    with style():
        figure, axes = radar_axes(labels, 5)
        axes.fill(axis_angles(len(labels)), values, clip_on=False, closed=True)
        drawn = svg_paths(svg_body(figure))
    polygon = re.search(r'<polygon points="([^"]*)"', picture)
    assert polygon is not None
    placed = np.array([point.split(",") for point in polygon[1].split()], np.float64)
    assert any(path.shape == placed.shape and np.allclose(path, placed, atol=0.006) for path in drawn)


def test_bars_are_where_matplotlib_draws_them() -> None:
    """Each bar has the corners of `Axes.barh` on the frame's own axes."""
    labels, scores = ["a", "b", "c"], np.array([0.25, 0.8, 1.0])
    picture = charts.level_bars(
        labels, scores, [False, True, True], mark=0.8, mark_label="m", shown=["x"] * 3, title=""
    )
    with style():
        figure, axes = bars_axes(labels, 24, 0.8, "m")
        axes.barh(range(3), scores, height=0.64, clip_on=False)
        drawn = svg_paths(svg_body(figure))
    placed = re.findall(r'<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"', picture)
    assert len(placed) == 3
    for x, y, width, height in np.array(placed, np.float64):
        low, high = [x, y], [x + width, y + height]
        assert any(len(path) and np.allclose([path.min(0), path.max(0)], [low, high], atol=0.012) for path in drawn)


def test_cells_are_where_matplotlib_draws_them() -> None:
    """Each cell has the corners of a rectangle of one by one on the frame's own axes."""
    rows, columns = ["a", "b"], [("1", "x"), ("2", "y"), ("3", "z")]
    values = np.array([[0.1, 0.5, 0.8], [0.9, 1.0, np.nan]])
    shown = [[("0", "")] * 3] * 2
    picture = charts.heat_map(rows, columns, values, mark=0.8, title="", shown=shown)
    with style():
        figure, axes = field_axes(rows, columns, ())
        for k in range(6):
            axes.add_patch(Rectangle((k % 3, k // 3), 1, 1, clip_on=False))
        drawn = svg_paths(svg_body(figure))
    placed = re.findall(r'<path d="M([\d.]+) ([\d.]+)h([\d.]+)v([\d.]+)h-[\d.]+z"', picture)
    assert len(placed) == 6
    for x, y, width, height in np.array(placed, np.float64):
        low, high = [x, y], [x + width, y + height]
        assert any(len(path) and np.allclose([path.min(0), path.max(0)], [low, high], atol=0.012) for path in drawn)


def pictures() -> list[str]:
    values = np.array([1.0, np.nan, 3.0])
    return [
        charts.radar(["<a>", "b & c", "智能"], [charts.Series("确定", values, "certain")], top=5, title='<"题">'),
        charts.level_bars(["<a>"], np.array([0.5]), [False], mark=0.8, mark_label="<m>", shown=["<s>"], title='<"题">'),
        charts.heat_map(["<a>"], [("<1>", "&")], np.array([[0.5]]), mark=0.8, title='<"题">', shown=[[("<0>", "&")]]),
    ]


@pytest.mark.parametrize("picture", pictures())
def test_a_picture_is_one_harmless_piece(picture: str) -> None:
    """Well-formed XML with a title, text that is text, no ids that could clash, nothing from outside."""
    root = ElementTree.fromstring(picture)
    assert root.get("role") == "img"
    assert root.get("aria-label") == '<"题">'
    assert root[0].tag.endswith("title")
    assert root[0].text == '<"题">'
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "<a>" in texts
    assert not re.search(r"\bid=|href|url\(|<image|<script", picture)


def test_the_same_input_gives_the_same_bytes() -> None:
    """Even when the frames are drawn anew."""
    first = pictures()
    charts.forget_frames()
    assert pictures() == first


def test_a_frame_is_drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second enterprise with the same labels costs no drawing."""
    charts.forget_frames()
    draw, calls = radar_axes, []

    def counted(*args: Any) -> tuple[Figure, Axes]:
        calls.append(args)
        return draw(*args)

    monkeypatch.setattr("maturity.charts.frames.radar_axes", counted)
    labels = names(MODEL, "domain", "discrete", "zh")
    drawn = [
        charts.radar(labels, [charts.Series("", np.full(12, value), "certain")], top=5, title="")
        for value in (1.0, 2.0)
    ]
    assert drawn[0] != drawn[1]
    assert len(calls) == 1


def test_the_users_matplotlib_stays_as_it_is() -> None:
    """Drawing changes no rcParams, and the user's own change no picture."""
    first = pictures()
    charts.forget_frames()
    with matplotlib.rc_context({"font.size": 30, "axes.grid": True, "svg.fonttype": "path", "figure.facecolor": "red"}):
        before = dict(matplotlib.rcParams)
        assert pictures() == first
        assert dict(matplotlib.rcParams) == before


def test_an_axis_that_does_not_apply_is_marked_and_passed_by() -> None:
    """A NaN is no corner of the polygon, and its axis carries a sign at the rim."""
    labels = list("abcdef")
    values = np.array([1.0, 2.0, np.nan, 3.0, 4.0, 5.0])
    with_gap = charts.radar(labels, [charts.Series("", values, "certain")], top=5, title="")
    without = charts.radar(labels, [charts.Series("", np.nan_to_num(values), "certain")], top=5, title="")
    corners = [re.findall(r'<polygon points="([^"]*)"', picture)[0].split() for picture in (with_gap, without)]
    assert [len(one) for one in corners] == [5, 6]
    assert with_gap.count('r="6.5"') == 1
    assert without.count('r="6.5"') == 0


def test_what_is_possible_is_outlined_only_where_it_is_more() -> None:
    """A bar has a dashed outline where unanswered requirements could raise it, and nowhere else."""
    picture = charts.level_bars(
        ["a", "b"],
        np.array([0.5, 0.9]),
        [False, True],
        mark=0.8,
        mark_label="m",
        shown=["", ""],
        title="",
        possible=np.array([0.7, 0.9]),
    )
    assert len(re.findall(r'<rect [^>]*stroke-dasharray="4 2.5"', picture)) == 1


def lightness(color: Sequence[str]) -> float:
    """0 to 255, of red, green and blue in hexadecimal."""
    return sum(int(part, 16) * share for part, share in zip(color, (0.299, 0.587, 0.114), strict=True))


def test_the_mark_is_visible_in_grey() -> None:
    """Cells on either side of the mark differ in lightness by far more than those on one side; their text contrasts."""
    values = np.array([[0.0, 0.79, 0.8, 1.0]])
    shown = [[("", "")] * 4]
    picture = charts.heat_map(["a"], [("", "")] * 4, values, mark=0.8, title="", shown=shown)
    cells = re.findall(r'z" fill="#(..)(..)(..)"/><text [^>]*fill="#(..)(..)(..)"', picture)
    light = [(lightness(cell[:3]), lightness(cell[3:])) for cell in cells]
    fills = [fill for fill, _ in light]
    assert fills == sorted(fills, reverse=True)
    assert fills[1] - fills[2] > 80
    assert all(abs(fill - ink) > 120 for fill, ink in light)


@pytest.mark.parametrize(
    ("text", "most", "lines"),
    [
        ("Safety and environmental protection", 14, ["Safety and", "environmental", "protection"]),
        ("Planning and scheduling", 14, ["Planning and", "scheduling"]),
        ("计划与调度", 14, ["计划与调度"]),
        ("供应链协同与全球资源配置", 14, ["供应链协同与", "全球资源配置"]),
        ("持续改进机制（第二十七项）", 14, ["持续改进机制", "（第二十七项）"]),
        ("Unbreakablelongword", 8, ["Unbreakablelongword"]),
        ("", 14, [""]),
    ],
)
def test_labels_break_at_blanks_and_between_chinese_characters(text: str, most: int, lines: list[str]) -> None:
    """In as few lines as fit, of about the same length."""
    assert lines_of(text, most) == lines


def test_pyplot_is_never_imported() -> None:
    """pyplot keeps every figure alive and is not for threads."""
    draw = "c.radar('abc', [c.Series('', n.ones(3), 'certain')], top=5, title='')"
    code = f"import sys, maturity.charts as c, numpy as n; {draw}; print('matplotlib.pyplot' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"


def test_outlines_differ_without_colour() -> None:
    """By fill, dashes or weight of the line: a grey copy can be read."""
    bare = {style: re.sub(r"#[0-9a-f]{6}", "", look) for style, look in POLYGON.items()}
    assert len(set(bare.values())) == len(bare)


def test_a_mark_is_a_ring_of_its_own_and_rings_stand_at_each_step() -> None:
    """The pass mark on a scale of 0 to 1, with its name in the legend; without one there is no such ring."""
    values = charts.Series("x", np.array([0.2, 0.4, 0.9]), "certain")
    plain = charts.radar("abc", [values], top=1.0, step=0.2, title="")
    marked = charts.radar("abc", [values], top=1.0, step=0.2, mark=0.8, mark_label="pass mark 0.8", title="")
    assert re.findall(r">(0\.\d|1)</text>", plain) == ["0.2", "0.4", "0.6", "0.8", "1"]
    assert "pass mark 0.8" in marked
    assert marked.count("stroke-dasharray") == plain.count("stroke-dasharray") + 2


def test_a_scale_of_very_many_levels_has_lines_that_can_be_told_apart() -> None:
    """At most ten and the last, evenly; as many as there are levels where that is few."""
    values = charts.Series("x", np.full(3, 20.0), "certain")
    spread = np.array([[10.0, 20.0, 30.0]])

    def written(top: int) -> list[list[str]]:
        radar = charts.radar("abc", [values], top=top, title="")
        ranges = charts.ranges(["a"], spread, np.array([38.0]), top=top, title="")
        return [re.findall(r">(\d+)</text>", picture) for picture in (radar, ranges)]

    assert written(10) == [[str(number) for number in range(first, 11)] for first in (1, 0)]
    assert written(38) == [[str(number) for number in (*range(first, 38, 5), 38)] for first in (5, 0)]
    assert written(21)[0] == ["5", "10", "15", "21"]  # 20 would stand in the way of 21


def test_a_level_without_a_score_has_no_bar() -> None:
    """Its name and what is shown beside it stand there; the other bars are as they are without it."""
    scores = np.array([0.5, np.nan, 1.0])
    shown = ["0.5", "—", "1"]
    picture = charts.level_bars(
        list("abc"), scores, [False, False, True], mark=0.8, mark_label="m", shown=shown, title=""
    )
    assert "nan" not in picture
    assert picture.count("<rect") == 2
    assert ">—</text>" in picture


def test_labels_stand_as_they_are() -> None:
    """Only what matplotlib itself writes is made shorter: a pass mark of 0.875 is not one of 0.88."""
    label = 'no id="x" of font-family: y; in 0.1234567'
    picture = charts.level_bars(
        [label], np.array([0.5]), [False], mark=0.875, mark_label="pass mark 0.875", shown=["0.50"], title=""
    )
    texts = re.findall(r">([^<]*)</text>", picture)
    assert "pass mark 0.875" in texts
    assert all(word in " ".join(texts) for word in label.split())
    assert not re.search(r"\bid=", re.sub(r">[^<]*<", "><", picture))


@pytest.mark.parametrize("parts", range(2, 14))
def test_counts_in_bars_can_be_read_in_every_shade(parts: int) -> None:
    """Contrast of at least 4.5 to 1 between figure and ground (WCAG 1.4.3); each shade darker than the one before."""

    def light(color: str) -> float:
        shares = (int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))
        linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    shades = [shade_of(part, parts) for part in range(parts)]
    for fill, ink in shades:
        darker, lighter = sorted((light(fill), light(ink)))
        assert (lighter + 0.05) / (darker + 0.05) >= 4.5, (fill, ink)
    assert all(light(before) > light(after) for (before, _), (after, _) in pairwise(shades))
