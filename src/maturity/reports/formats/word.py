"""A report as a Word document that can be edited: headings, tables and pictures as Word itself makes them."""

import re
from base64 import b64decode
from collections.abc import Callable
from datetime import datetime
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

from jinja2 import DictLoader, Environment, StrictUndefined, Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from maturity.errors import MaturityError, Problem
from maturity.reports.content.context import Content, Picture
from maturity.reports.formats.archive import packed
from maturity.reports.formats.pdf import png
from maturity.reports.formats.templates import found, words

_UNDATED: Final = datetime(1980, 1, 1)
"""The first day that a zip file knows, for a report without a day of application."""
_WIDTHS: Final = {"reach": 80.0, "next_level": 100.0, "bars": 112.0}
"""mm; of the charts on the page. The heat map is a table."""
_LOGO: Final = 12.0
"""mm; height of the logo."""
_EMU: Final = 36_000
"""Of a millimetre: the unit of the format."""
_MOST: Final = 120
"""Characters of a name in the properties of a document, which take 255 in all."""
_DPI: Final = 150
"""Of a chart at its own size; on the page it is drawn smaller, at 210 dots to the inch or more."""
_GRID: Final = "w:tblGrid"
"""The columns of a table."""
_UNEVEN: Final = "//w:tbl[w:tr[count(w:tc) != count(../w:tblGrid/w:gridCol)] or .//w:gridSpan]"
"""Tables whose rows may have more cells, or fewer, than they have columns."""
_CONTROL: Final = re.compile("[\x00-\x1f]")


def rendered(content: Content, *, templates: Path | None = None) -> bytes:
    """The document, dated by the day of application."""
    path = found("report.docx", templates)
    document = _library()(BytesIO(path.read_bytes()))
    drawn = {name: getattr(content.pictures, name) for name in _WIDTHS}
    try:
        document.init_docx()
    except (BadZipFile, KeyError, ValueError) as error:  # no zip, or none of Word
        raise MaturityError([Problem.of("reports.bad-template", str(path), error)]) from None
    given = {
        "report": content,
        "pictures": _pictures(document, {name: one for name, one in drawn.items() if one}),
        "logo": _logo(document, content.logo),
        **words(content.lang),
    }
    try:
        document.render(given, _environment(sandboxed=templates is not None))
    except TemplateError as error:
        raise MaturityError([Problem.of("reports.bad-template", str(path), error)]) from None
    on = datetime.fromisoformat(content.applied_on) if content.applied_on else _UNDATED
    properties = document.core_properties
    properties.created = properties.modified = on
    properties.title = f"{content.name[:_MOST]} · {content.title[:_MOST]}"
    properties.author = properties.last_modified_by = content.issuer[:_MOST]
    properties.language = "zh-CN" if content.lang == "zh" else "en"
    properties.revision = 1
    return packed(document.docx, on)


def _pictures(document: Any, drawn: dict[str, Picture]) -> dict[str, object]:
    """The charts by name, None for one that there is not."""
    files = png([one.svg for one in drawn.values()], dpi=_DPI)
    shown: dict[str, object] = dict.fromkeys(_WIDTHS)
    for (name, one), file in zip(drawn.items(), files, strict=True):
        shown[name] = _Inserted(document, file, one.alt, width=_WIDTHS[name])
    return shown


def _logo(document: Any, uri: str) -> object:
    if not uri:
        return None
    kind, _, data = uri.partition(",")
    image = b64decode(data)
    if "svg" in kind:
        (image,) = png([image.decode("utf-8")], dpi=_DPI)
    return _Inserted(document, image, "", height=_LOGO)


class _Inserted:
    """A picture in a line of text, with what it shows for those who cannot see it; sizes in mm, 0 to keep the shape.

    What it holds has a name that the sandbox does not give to templates: with the document one could write files.
    """

    def __init__(self, document: Any, image: bytes, alt: str, *, width: float = 0.0, height: float = 0.0) -> None:
        self._held = document, image, alt, width, height

    def __html__(self) -> str:
        """As Word writes it, in place of the text of a run; the picture joins the document when it is asked for."""
        document, image, alt, width, height = self._held
        sides = (round(side * _EMU) or None for side in (width, height))
        inline = document.current_rendering_part.new_pic_inline(BytesIO(image), *sides)
        inline.docPr.set("descr", alt)
        for side in "TBLR":
            inline.set(f"dist{side}", "0")  # LibreOffice takes an eighth of an inch where nothing is said
        return f'</w:t></w:r><w:r><w:drawing>{inline.xml}</w:drawing></w:r><w:r><w:t xml:space="preserve">'


@cache
def _library() -> Any:
    """docxtpl's document, but one that prepares a template once, and goes through what was made of it once.

    docxtpl reads the body anew, looks at each cell of each table, and puts the body into the template's document: a
    fifth of the time of a report.
    """
    try:
        import docxtpl  # noqa: PLC0415  extra "word"
    except ImportError:
        command = "pip install 'maturity-scoring[word]'"
        raise MaturityError([Problem.of("reports.no-extra", "docxtpl", "docx", command=command)]) from None

    from docx.oxml.ns import nsmap  # noqa: PLC0415
    from docx.oxml.parser import element_class_lookup  # noqa: PLC0415
    from lxml import etree  # noqa: PLC0415

    parser = etree.XMLParser(recover=True)
    parser.set_element_class_lookup(element_class_lookup)
    uneven = etree.XPath(_UNEVEN, namespaces={"w": nsmap["w"]})
    patch: Callable[[str], str] = lru_cache(64)(lambda source: docxtpl.DocxTemplate.patch_xml(None, source))

    class Document(docxtpl.DocxTemplate):  # type: ignore[misc]
        def patch_xml(self, src_xml: str) -> str:
            return patch(src_xml)

        def get_xml(self) -> str:
            return str(self.xml_to_string(self.docx.element))  # with what is around the body

        def fix_tables(self, xml: str) -> Any:
            tree = etree.fromstring(xml, parser)
            for table in uneven(tree):
                fixed = super().fix_tables(self.xml_to_string(table))
                table.replace(table.find(_GRID, nsmap), fixed.find(_GRID, nsmap))
            return tree

        def fix_docpr_ids(self, tree: Any) -> None:
            for number, picture in enumerate(tree.xpath("//wp:docPr"), start=self.docx_ids_index + 1):
                picture.set("id", str(number))

        def map_tree(self, tree: Any) -> None:
            self.docx._element = self.docx.part._element = tree

        def resolve_listing(self, xml: str) -> str:
            return xml  # line breaks and tabs in a value are blanks here, see `_shown`

        def render_properties(self, context: Any, jinja_env: Any = None) -> None:
            """Title, author and dates are those of the report, see `docx`; as templates they would be escaped."""

    return Document


@cache
def _environment(*, sandboxed: bool) -> Environment:
    class Kept(ImmutableSandboxedEnvironment if sandboxed else Environment):  # type: ignore[misc]
        @lru_cache(64)  # noqa: B019  there are two environments, for ever
        def from_string(self, source: Any, globals: Any = None, template_class: Any = None) -> Template:
            """A template, compiled once."""
            template: Template = super().from_string(source, globals, template_class)
            return template

    return Kept(loader=DictLoader({}), autoescape=True, undefined=StrictUndefined, finalize=_shown)


def _shown(value: object) -> object:
    """A text as XML takes it: no control characters."""
    return _CONTROL.sub(" ", value) if type(value) is str else value
