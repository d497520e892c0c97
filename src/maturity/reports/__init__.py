"""Reports: one row of results -> a page, a PDF, a Word document, and a directory of them for a batch.

What a report says is decided in `content` and the rooms beside it (every number once, for every format), and laid down
in a typed context, `Content`; `render` puts that into a template; `write_reports` does so for a batch. jinja2, typst
and docxtpl live only here.
"""

from maturity.reports.batch import COHORT, INDEX, Progress, Written, write_reports
from maturity.reports.batch.cohort import CohortContent, cohort_content, cohort_page
from maturity.reports.batch.files import file_names
from maturity.reports.content import content_of, contents
from maturity.reports.content.context import Content, schema
from maturity.reports.content.letterhead import Letterhead
from maturity.reports.content.peers import Peers
from maturity.reports.formats import FORMATS, Format, render
from maturity.reports.formats.pdf import no_shape
from maturity.reports.formats.templates import export

__all__ = [
    "COHORT",
    "FORMATS",
    "INDEX",
    "CohortContent",
    "Content",
    "Format",
    "Letterhead",
    "Peers",
    "Progress",
    "Written",
    "cohort_content",
    "cohort_page",
    "content_of",
    "contents",
    "export",
    "file_names",
    "no_shape",
    "render",
    "schema",
    "write_reports",
]
