"""The font this library brings along, because a bare machine has none that can write Chinese.

"Maturity Sans SC" is a subset of Noto Sans CJK SC, Regular and Bold, in TrueType: every character of the 通用规范汉字表
(8,105) and of GB2312, Latin, and the symbols of a report. `build.py` in this folder made it; `OFL.txt` is its licence
and has to travel with it. Whoever draws (matplotlib, typst) takes the two files of `paths()` and calls them `FAMILY`.
"""

from functools import cache
from pathlib import Path
from unicodedata import category

__all__ = ["FAMILY", "missing", "paths"]

FAMILY = "Maturity Sans SC"

_HERE = Path(__file__).parent
# Control, format, line, paragraph and space characters: they draw nothing, so no font needs a shape for them.
_BLANK = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})
# Variation selectors pick a shape of the character before them and draw nothing; names pasted from forms carry them.
_SELECTORS = frozenset(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
_ASCII = bytes(range(128))


def paths() -> tuple[Path, Path]:
    """The two font files, Regular and Bold.

    Returns:
        The paths of the TrueType files of `FAMILY`, in this order: weight 400, weight 700.

    >>> [path.name for path in paths()]
    ['MaturitySansSC-Regular.ttf', 'MaturitySansSC-Bold.ttf']
    """
    return _HERE / "MaturitySansSC-Regular.ttf", _HERE / "MaturitySansSC-Bold.ttf"


def missing(text: str) -> str:
    """The characters of `text` that the font has no shape for.

    Such a character is drawn in another font if the one who draws has one (matplotlib's DejaVu Sans has ✗ and most
    scripts but Chinese), and as an empty box if not. Both weights have the same characters.

    Args:
        text: any text. Blanks, line ends, control characters and variation selectors are never missing: they draw
            nothing.

    Returns:
        Each missing character once, in the order of the text; empty if the font has them all.

    >>> missing("镕基智能装备（𬭎）有限公司")
    ''
    >>> missing("㐂田㐂 ✗ 田")
    '㐂✗'
    """
    covered = _coverage()
    # Of a report in JSON all but a few thousand characters are ASCII, which is covered: left out as bytes, it takes a
    # tenth of the time to look at the others.
    others = text.encode("utf-8", "surrogatepass").translate(None, _ASCII).decode("utf-8", "surrogatepass")
    return "".join(
        character
        for character in dict.fromkeys(others)
        if character not in covered and category(character) not in _BLANK and character not in _SELECTORS
    )


@cache
def _coverage() -> frozenset[str]:
    """The characters of the font, from coverage.txt: a code point or a range (first-last) a line, hexadecimal."""
    lines = (_HERE / "coverage.txt").read_text(encoding="utf-8").split()
    ends = ([int(end, 16) for end in line.split("-")] for line in lines)
    return frozenset(chr(code) for end in ends for code in range(end[0], end[-1] + 1))
