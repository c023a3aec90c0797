"""Pages become HTML: their templates, filled in with everything escaped."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from policygraph.explorer.links import Linking
from policygraph.explorer.site import Page
from policygraph.reports import page as report_page
from policygraph.reports.wording import number_of, plain

TEMPLATES = Path(__file__).parent / "templates"


def render(page: Page, links: Linking, layout: str = "base.html", **around: object) -> str:
    """Return a page as HTML, within a layout, which shows `around` too.

    What policies say is escaped, and what would steer a reader's screen is replaced.
    """
    return (
        _environment()
        .get_template(f"{page.template}.html")
        .render(
            {
                "when": None,
                **page.shown,
                **around,
                "title": page.title,
                "here": page.template,
                "links": links,
                "layout": layout,
            }
        )
    )


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_visible,
    )
    made.globals["bar"] = lambda counts: Markup(report_page.bar(counts))  # noqa: S704  made of numbers alone
    made.globals["number_of"] = number_of
    made.filters["thousands"] = lambda number: f"{number:,}"
    return made


def _visible(value: Any) -> Any:
    """Return text without characters that turn lines around or that nobody sees."""
    return plain(value) if type(value) is str else value  # markup is a str too, and is made of such text
