"""One context, three formats."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, Literal, get_args

from maturity.errors import InputError, Problem
from maturity.reports.content.context import Content
from maturity.reports.formats import html, pdf, word

Format = Literal["html", "pdf", "docx"]
FORMATS: Final[tuple[Format, ...]] = get_args(Format)


def unknown_formats(formats: Sequence[str]) -> Iterator[Problem]:
    """What is wrong with a list of formats: that it is a text, or each that reports do not have."""
    if isinstance(formats, str):
        yield Problem.of("reports.formats-no-list", "formats", formats)
        return
    for format in formats:
        if format not in FORMATS:
            yield Problem.of("reports.unknown-format", "formats", format, known=", ".join(FORMATS))


def render(
    content: Content,
    format: Format = "html",
    *,
    templates: Path | None = None,
    index: str = "",
    embed_font: bool = False,
) -> bytes:
    """The report of one enterprise as the bytes of a file; the same context gives the same bytes.

    Args:
        content: what it says; `content_of` makes one, `contents` those of a batch.
        format: ``html``, ``pdf`` (extra ``pdf``) or ``docx`` (extra ``word``).
        templates: a folder whose templates stand in for ours of the same name.
        index: address of the page that lists all reports, for HTML.
        embed_font: put the characters it needs of our font into a page of HTML.

    Raises:
        InputError: there is no such format.
        MaturityError: the extra that the format needs is not installed, or a template cannot be run.

    >>> from maturity import Answers, assess, load_model
    >>> from maturity.reports import content_of
    >>> model = load_model("gbt39116-2020")
    >>> content = content_of(assess(Answers.of(model, {"data.1a": "full"}, profile="discrete", id="示例")))
    >>> render(content)[:15]
    b'<!DOCTYPE html>'
    """
    if wrong := [*unknown_formats([format])]:
        raise InputError(wrong)
    if format == "pdf":
        return pdf.rendered(content, templates=templates)
    if format == "docx":
        return word.rendered(content, templates=templates)
    return html.rendered(content, templates=templates, index=index, embed_font=embed_font)
