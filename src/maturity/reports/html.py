"""A report as a page of HTML that needs nothing else, not even a network."""

from pathlib import Path

from maturity.reports.context import Content
from maturity.reports.templates import environment, words


def html(content: Content, *, templates: Path | None = None, index: str = "", embed_font: bool = False) -> bytes:
    """The page; ``index`` is the address of the page that lists all reports."""
    template = environment(templates).get_template("report.html.j2")
    text = template.render(report=content, index=index, **words(content.lang))
    # Half a surrogate pair, left over from a broken sheet, is shown as \ud800 and does not cost the report.
    return text.encode("utf-8", "backslashreplace")
