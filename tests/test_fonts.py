"""The font that comes along: what it covers, that it can be drawn with, and that it can be built again."""

import subprocess
import sys
import warnings
from io import BytesIO
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, fontManager
from matplotlib.ft2font import FT2Font, LoadFlags, StyleFlags
from numpy.typing import NDArray

from maturity import fonts
from maturity.fonts import FAMILY, missing, paths

FOLDER = Path(fonts.__file__).parent
LISTED = "".join((FOLDER / "characters.txt").read_text(encoding="utf-8").split())
STYLES = pytest.mark.parametrize("style", [0, 1], ids=["Regular", "Bold"])


def covered() -> set[str]:
    """The characters that coverage.txt says the font has, read without the library."""
    lines = (FOLDER / "coverage.txt").read_text(encoding="utf-8").splitlines()
    ends = [[int(end, 16) for end in line.split("-")] for line in lines]
    return {chr(code) for end in ends for code in range(end[0], end[-1] + 1)}


def drawn(font: FT2Font, text: str) -> NDArray[np.uint8]:
    """The bitmap of a text as FreeType fills its outlines, 100 pixels to the em: (height, width), 0 blank, 255 ink."""
    font.set_size(100, 72)
    font.set_text(text, 0, flags=LoadFlags.NO_HINTING)
    font.draw_glyphs_to_bitmap(antialiased=True)
    return np.array(font.get_image())


def test_list_is_the_table_of_8105_characters() -> None:
    """The list has the three tables of the 通用规范汉字表: 3,500, 3,000 and 1,605 characters, none twice."""
    tables = (FOLDER / "characters.txt").read_text(encoding="utf-8").split()
    assert [len(table) for table in tables] == [3500, 3000, 1605]
    assert len(set(LISTED)) == 8105


def test_every_listed_character_is_covered() -> None:
    """Each of the 8,105 standard characters, those beyond the basic plane too, has a shape."""
    assert missing(LISTED) == ""
    assert sum(ord(character) > 0xFFFF for character in LISTED) == 196


def test_gb2312_is_covered() -> None:
    """Each of the 7,445 characters of GB2312, hanzi and signs, has a shape."""
    cells = (bytes((row, column)) for row in range(0xA1, 0xFF) for column in range(0xA1, 0xFF))
    characters = "".join(cell.decode("gb2312", errors="ignore") for cell in cells)
    assert len(characters) == 7445
    assert missing(characters) == ""


@pytest.mark.parametrize(
    "text",
    [
        "".join(map(chr, chain(range(0x20, 0x7F), range(0xA0, 0x100)))),
        "“”‘’—–…·•‰、。《》〈〉「」【】（）！？：；，．％＋－＝０１２９ＡＺａｚ￥",
        "←↑→↓↔⇒⇔±×÷≈≠≤≥∞∑√∈∩∪∫∴∵",
        "■□▲△▼▽◆◇●○◎★☆✓─│┌┐└┘├┤┬┴┼█░▒▓",
        "①⑩⑪⑳㉑㊿❶❿⑴⒈㈠ⅠⅡⅢⅣⅤⅩⅫⅰⅻ²³¹⁴½¼㎡㎥㎏㎜㎞℃№℡™㈱",
    ],
    ids=["latin", "punctuation", "arrows and maths", "shapes", "numbers and units"],
)
def test_signs_of_a_report_are_covered(text: str) -> None:
    """Latin text, Chinese punctuation, and the signs that reports are full of have shapes."""
    assert missing(text) == ""


@pytest.mark.parametrize(
    ("text", "lacking"),
    [
        ("", ""),
        ("镕𬭩A", ""),
        ("㐂田餐饮", "㐂"),
        ("✗㐂 A㐂✗", "✗㐂"),
        ("\u0e01\U0001f600", "\u0e01\U0001f600"),
        ("\ue000", "\ue000"),
    ],
    ids=["empty", "names", "rare name", "each once, in order", "other scripts", "private use"],
)
def test_missing_names_what_the_font_lacks(text: str, lacking: str) -> None:
    """A character without a shape is named once, in the order of the text; one with a shape is not."""
    assert missing(text) == lacking


def test_what_draws_nothing_is_never_missing() -> None:
    """Line ends, tabs, blanks of any width, joiners, byte order marks and variation selectors need no shape."""
    assert missing("\t\r\n\x00\x1f\x7f\x85\xa0\u2003\u2009\u200b\u200d\u2028\u2029\u3000\ufe0f\ufeff\U000e0100") == ""


@STYLES
def test_coverage_agrees_with_the_font(style: int) -> None:
    """The coverage file names exactly the characters of both fonts."""
    assert set(map(chr, FT2Font(str(paths()[style])).get_charmap())) == covered()


@STYLES
def test_names_and_weight(style: int) -> None:
    """Programs see one family with a regular and a bold style, and no name that its owners reserved."""
    font = FT2Font(str(paths()[style]))
    assert font.family_name == FAMILY == "Maturity Sans SC"
    assert font.style_name == ["Regular", "Bold"][style]
    assert font.postscript_name == ["MaturitySansSC-Regular", "MaturitySansSC-Bold"][style]
    assert (StyleFlags.BOLD in font.style_flags) is bool(style)
    os2, head = font.get_sfnt_table("OS/2"), font.get_sfnt_table("head")
    assert os2 is not None
    assert head is not None
    assert (os2["usWeightClass"], os2["fsSelection"], head["macStyle"]) == [(400, 0x40, 0), (700, 0x20, 1)][style]
    names = {key[3]: value.decode("utf-16-be") for key, value in font.get_sfnt().items()}
    assert all(word not in names[key] for key in (1, 3, 4, 6) for word in ("Source", "Noto", "Adobe"))
    assert "Adobe" in names[0]
    assert "SIL Open Font License, Version 1.1" in names[13]


@STYLES
def test_counters_stay_open(style: int) -> None:
    """The inside of 口, 0 and ○ is blank: contours run the way TrueType fills them."""
    font = FT2Font(str(paths()[style]))
    for character in "口0○":
        image = drawn(font, character)
        height, width = image.shape
        assert image[height // 2, width // 2] == 0, character
        assert image[height // 2].max() == 255, character


@STYLES
def test_matplotlib_draws_chinese_with_it(style: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A figure with Chinese text is drawn in our font, by family and weight, without one warning."""
    monkeypatch.setattr(fontManager, "ttflist", list(fontManager.ttflist))
    for path in paths():
        fontManager.addfont(path)
    weight = ["normal", "bold"][style]
    assert Path(findfont(FontProperties(family=FAMILY, weight=weight), fallback_to_default=False)) == paths()[style]
    figure = Figure(figsize=(4, 1))
    with warnings.catch_warnings(), rc_context({"font.family": [FAMILY]}):
        warnings.simplefilter("error")
        figure.text(0.1, 0.5, "数字化车间 智能工厂 未来工厂 𬭎 Level 3 ≥ 2.87", weight=weight)
        for kind in ("png", "svg", "pdf"):
            figure.savefig(BytesIO(), format=kind)


def test_licence_travels_with_the_font() -> None:
    """The full licence lies beside the fonts, with the owner's copyright and what was changed."""
    text = (FOLDER / "OFL.txt").read_text(encoding="utf-8")
    for part in (
        "Copyright 2014-2021 Adobe (http://www.adobe.com/), with Reserved Font Name 'Source'",
        "SIL OPEN FONT LICENSE Version 1.1 - 26 February 2007",
        "PERMISSION & CONDITIONS",
        "OTHER DEALINGS IN THE FONT SOFTWARE.",
        f"{FAMILY}, Regular and Bold: a Modified Version of Noto Sans CJK SC",
    ):
        assert part in text


def test_asking_for_coverage_loads_no_font_library() -> None:
    """Paths and missing characters are answered without matplotlib and without fontTools."""
    code = (
        "import sys; from maturity.fonts import missing, paths; paths(); missing('镕'); "
        "print(sorted({'matplotlib', 'fontTools'} & set(sys.modules)))"
    )
    source = FOLDER.parents[1]  # "-c" looks for modules there first: the same package, installed or not
    run = subprocess.run([sys.executable, "-c", code], cwd=source, capture_output=True, encoding="utf-8", check=True)
    assert run.stdout.strip() == "[]"


@STYLES
def test_build_repeats_what_is_shipped(style: int, tmp_path: Path) -> None:
    """Built again from Debian's fonts, text looks as shipped to the pixel, and two builds are equal to the byte."""
    build = pytest.importorskip("maturity.fonts.build", reason="fontTools is not installed")
    name = ["Regular", "Bold"][style]
    source = build.DEBIAN / f"NotoSansCJK-{name}.ttc"
    if not source.exists():
        pytest.skip(f"{source} is not there: apt-get install fonts-noto-cjk")
    text = "镕𬭩Ag8○疆，"
    codes = sorted(map(ord, text))
    files = [tmp_path / "first.ttf", tmp_path / "second.ttf"]
    for file in files:
        build.build(build.face(source, name), name, codes).save(file)
    assert files[0].read_bytes() == files[1].read_bytes()
    shipped, rebuilt = FT2Font(str(paths()[style])), FT2Font(str(files[0]))
    assert (shipped.ascender, shipped.descender) == (rebuilt.ascender, rebuilt.descender)
    assert np.array_equal(drawn(shipped, text), drawn(rebuilt, text))


def test_build_refuses_a_source_without_a_required_character() -> None:
    """A source that lacks a character of a name is refused, and the character is named."""
    build = pytest.importorskip("maturity.fonts.build", reason="fontTools is not installed")
    with pytest.raises(SystemExit, match="lacks 1 required characters: 𬭩"):
        build.select(range(0x10000), "镕𬭩")
