"""Build the two files of "Maturity Sans SC" and coverage.txt from Noto Sans CJK SC.

    python -m maturity.fonts.build -o src/maturity/fonts

Noto Sans CJK is 20 MB a weight, with CFF outlines; a wheel can carry a tenth of that, and whatever reads fonts at all
reads TrueType. So: the characters of a Chinese report only, quadratic outlines, and neither hinting nor kerning nor
layout features, which horizontal Chinese text does without. The OFL asks for a name that is not the owner's.

A font is put together anew from what it shall contain, not cut down from the source: nothing reaches it by oversight.
The same source gives the same bytes: dates are those of the source, and nothing of the machine enters. Needs fontTools,
which comes with matplotlib; the default paths are those of Debian's package fonts-noto-cjk (1:20220127+repack1-1 and
fontTools 4.68 made the files in the repository).
"""

import argparse
from collections.abc import Iterable
from io import BytesIO
from itertools import chain
from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTCollection, TTFont

from maturity.fonts import FAMILY

SOURCE = "Noto Sans CJK SC"  # a collection holds five languages; SC has the shapes that are standard in mainland China
DEBIAN = Path("/usr/share/fonts/opentype/noto")
WEIGHTS = {"Regular": 400, "Bold": 700}

# How far a quadratic curve may lie from the cubic one, in thousandths of the character height: a pixel at 1,000 pixels.
MAX_ERROR = 1.0

# Taken as far as the source has them. Written as blocks, so that a reader sees what was thought of.
SYMBOLS: dict[str, tuple[int, int]] = {
    "ASCII": (0x20, 0x7E),
    "Latin-1": (0xA0, 0xFF),
    "Latin Extended-A": (0x100, 0x17F),
    "general punctuation": (0x2000, 0x206F),
    "superscripts and subscripts": (0x2070, 0x209F),
    "currency": (0x20A0, 0x20CF),
    "letter-like symbols": (0x2100, 0x214F),
    "fractions and roman numerals": (0x2150, 0x218F),
    "arrows": (0x2190, 0x21FF),
    "mathematical operators": (0x2200, 0x22FF),
    "technical": (0x2300, 0x23FF),
    "circled and parenthesised numbers and letters": (0x2460, 0x24FF),
    "box drawing and blocks": (0x2500, 0x259F),
    "geometric shapes": (0x25A0, 0x25FF),
    "miscellaneous symbols": (0x2600, 0x26FF),
    "dingbats": (0x2700, 0x27BF),
    "more arrows": (0x2B00, 0x2BFF),
    "CJK punctuation": (0x3000, 0x3020),
    "parenthesised characters and circled numbers to 50": (0x3220, 0x325F),
    "circled characters": (0x3280, 0x32BF),
    "units": (0x3371, 0x33DF),
    "vertical and small forms": (0xFE30, 0xFE6F),
    "full-width forms": (0xFF01, 0xFF5E),
    "full-width signs": (0xFFE0, 0xFFE6),
}

# What of the source's measures is kept, so that lines of the two fonts stand equally high.
KEPT_OS2 = (
    *("usWidthClass", "fsType", "panose", "sFamilyClass", "sTypoAscender", "sTypoDescender", "sTypoLineGap"),
    *("usWinAscent", "usWinDescent", "sxHeight", "sCapHeight", "yStrikeoutSize", "yStrikeoutPosition"),
    *("ySubscriptXSize", "ySubscriptYSize", "ySubscriptXOffset", "ySubscriptYOffset"),
    *("ySuperscriptXSize", "ySuperscriptYSize", "ySuperscriptXOffset", "ySuperscriptYOffset"),
)


def gb2312() -> frozenset[str]:
    """The 7,445 characters of GB 2312-1980: 6,763 hanzi and 682 signs, kana, Greek, Cyrillic and bopomofo.

    >>> characters = gb2312()
    >>> len(characters), sum("一" <= character <= "龥" for character in characters)
    (7445, 6763)
    """
    cells = (bytes((row, column)) for row in range(0xA1, 0xFF) for column in range(0xA1, 0xFF))
    return frozenset("".join(cell.decode("gb2312", errors="ignore") for cell in cells))


def select(available: Iterable[int], listed: str) -> list[int]:
    """The code points of the subset, ascending.

    Args:
        available: the code points the source has.
        listed: characters that must be there, besides GB2312; blanks and line ends are passed over.

    Raises:
        SystemExit: the source lacks one of those; a report would have boxes in the names of enterprises.

    >>> chosen = select(range(0x10000), "镕")
    >>> [character in map(chr, chosen) for character in "镕一A①㐂"]
    [True, True, True, True, False]
    """
    have = frozenset(available)
    required = {ord(character) for character in chain(gb2312(), "".join(listed.split()))}
    if absent := "".join(map(chr, sorted(required - have))):
        raise SystemExit(f"{SOURCE} lacks {len(absent)} required characters: {absent}")
    symbols = {code for first, last in SYMBOLS.values() for code in range(first, last + 1)}
    return sorted(required | symbols & have)


def face(path: Path, style: str) -> TTFont:
    """The face of `SOURCE` in the wanted style, found by name: its place in the collection is nobody's promise.

    Raises:
        SystemExit: the collection has no such face; it names those it has.
    """
    names = []
    for font in TTCollection(BytesIO(path.read_bytes()), lazy=True):
        names.append(f"{font['name'].getDebugName(1)} {font['name'].getDebugName(2)}")
        if names[-1] == f"{SOURCE} {style}":
            return font
    raise SystemExit(f"{path} has no face {SOURCE} {style}; it has: {', '.join(names)}")


def build(source: TTFont, style: str, codes: list[int]) -> TTFont:
    """One weight of the font.

    Args:
        source: the face to take from, with CFF outlines.
        style: a key of `WEIGHTS`.
        codes: the code points to take, all of them in `source`.
    """
    characters = {code: source.getBestCmap()[code] for code in codes}
    order = list(dict.fromkeys([".notdef", *characters.values()]))
    shapes = source.getGlyphSet()
    outlines = {}
    for glyph in order:
        pen = TTGlyphPen(None)
        # CFF fills to the left of a contour, TrueType to the right.
        shapes[glyph].draw(Cu2QuPen(pen, MAX_ERROR, reverse_direction=True))
        outlines[glyph] = pen.glyph(dropImpliedOnCurves=True)

    head, hhea, os2, post, name = (source[table] for table in ("head", "hhea", "OS/2", "post", "name"))
    bold = style == "Bold"
    postscript = f"{FAMILY.replace(' ', '')}-{style}"
    font = FontBuilder(unitsPerEm=head.unitsPerEm, isTTF=True)
    font.updateHead(fontRevision=head.fontRevision, created=head.created, modified=head.modified)
    font.updateHead(macStyle=int(bold), flags=head.flags)
    font.setupGlyphOrder(order)
    font.setupCharacterMap(characters)
    font.setupGlyf(outlines)
    font.setupHorizontalMetrics({glyph: (shapes[glyph].width, outlines[glyph].xMin) for glyph in order})
    font.setupHorizontalHeader(ascent=hhea.ascent, descent=hhea.descent, lineGap=hhea.lineGap)
    font.setupNameTable(
        {
            "copyright": name.getDebugName(0),
            "familyName": FAMILY,
            "styleName": style,
            "uniqueFontIdentifier": f"{head.fontRevision:.3f};{postscript}",
            "fullName": f"{FAMILY} {style}",
            "version": f"Version {head.fontRevision:.3f}",
            "psName": postscript,
            "designer": name.getDebugName(9),
            "description": f"Subset of {SOURCE}: renamed, TrueType outlines, hinting and layout features removed.",
            "licenseDescription": name.getDebugName(13),
            "licenseInfoURL": name.getDebugName(14),
        },
        mac=False,
    )
    font.setupOS2(
        **{key: getattr(os2, key) for key in KEPT_OS2},
        usWeightClass=WEIGHTS[style],
        fsSelection=0x20 if bold else 0x40,
        achVendID="    ",  # unregistered: we are neither Adobe nor Google
        usBreakChar=0x20,
        usMaxContext=1,
    )
    # Latin 1 and simplified Chinese: by these Windows offers a font for a language.
    font.font["OS/2"].setCodePageRanges({0, 18})
    underline = {key: getattr(post, key) for key in ("underlinePosition", "underlineThickness")}
    font.setupPost(keepGlyphNames=False, **underline)
    return font.font


def ranges(codes: Iterable[int]) -> str:
    r"""Ascending code points as text: a code point or a range a line, hexadecimal.

    >>> ranges([0x41, 0x42, 0x43, 0x4E00])
    '41-43\n4E00\n'
    """
    runs: list[list[int]] = []
    for code in codes:
        if runs and code == runs[-1][1] + 1:
            runs[-1][1] = code
        else:
            runs.append([code, code])
    return "".join(f"{first:X}-{last:X}\n" if first < last else f"{first:X}\n" for first, last in runs)


def main(arguments: list[str] | None = None) -> None:
    """Read the arguments, write MaturitySansSC-Regular.ttf, MaturitySansSC-Bold.ttf and coverage.txt."""
    parser = argparse.ArgumentParser(
        prog="python -m maturity.fonts.build", description=f"Build {FAMILY} from {SOURCE}."
    )
    for style in WEIGHTS:
        path = DEBIAN / f"NotoSansCJK-{style}.ttc"
        parser.add_argument(f"--{style.lower()}", type=Path, default=path, help=f"collection with {SOURCE} {style}")
    listed = Path(__file__).with_name("characters.txt")
    parser.add_argument("--characters", type=Path, default=listed, help="text file of the characters that must be in")
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder to write to")
    given = parser.parse_args(arguments)

    faces = {"Regular": face(given.regular, "Regular"), "Bold": face(given.bold, "Bold")}
    common = frozenset.intersection(*(frozenset(font.getBestCmap()) for font in faces.values()))
    codes = select(common, given.characters.read_text(encoding="utf-8"))
    given.output.mkdir(parents=True, exist_ok=True)
    for style, source in faces.items():
        build(source, style, codes).save(given.output / f"{FAMILY.replace(' ', '')}-{style}.ttf")
    (given.output / "coverage.txt").write_text(ranges(codes), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
