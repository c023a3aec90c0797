"""The pages of the explorer as files: they lead to each other, and need no server, script or other file."""

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import ClassVar

from markupsafe import Markup

from policygraph import explorer
from policygraph.explorer import companies, company, findings, policy, statements
from policygraph.explorer.directory import Company, Directory
from policygraph.explorer.links import Query
from policygraph.explorer.marking import Span
from policygraph.explorer.rendering import render
from policygraph.explorer.site import Page, Site
from policygraph.reports import page as report_page

_STYLES = (
    report_page.FOLDER / "look.css",
    Path(explorer.__file__).parent / "static" / "explorer.css",
    Path(__file__).parent / "pages.css",
)
_SECURITY = "default-src 'none'; style-src 'sha256-{}'; img-src 'none'; base-uri 'none'; form-action 'none'"
_VIEWS = {"purpose": "index.html", "data": "data.html", "recipient": "recipients.html", "text": "text.html"}
_LONGEST = 80  # of the name of a folder
_PLAIN = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_TAKEN = re.compile(r"con|prn|aux|nul|com\d|lpt\d")  # Windows has no such folders
_ALL = 10**9  # entries of a page that shows all


@dataclass(frozen=True, slots=True)
class Files:
    """Makes links between files, from a page that lies `root` below the first; a page that is not there has none.

    `folders` has the folder of each company, `texts` the file of each version of a policy.
    """

    served: ClassVar[bool] = False
    as_of: ClassVar[str] = ""
    folders: Mapping[str, str]
    texts: Mapping[str, str]
    root: str = ""

    def page(self, name: str, **_: Query) -> str:
        """Return the link to the list of companies, the only page that is there once."""
        return "" if name else f"{self.root}index.html"

    def static(self, name: str) -> str:  # noqa: ARG002  styles stand in the pages
        """Return no link."""
        return ""

    def company(self, iri: str, place: str = "", /, **query: Query) -> str:
        """Return the link to a company, to a `place` in its page."""
        if iri not in self.folders:
            return ""
        file = _VIEWS.get(str(query.get("by") or "purpose"), _VIEWS["purpose"])
        return f"{self.root}{self.folders[iri]}/{file}{'#' if place else ''}{place}"

    def said(self, company: str, value: str) -> str:
        """Return the link to what a company states of a recipient."""
        return self.company(company, statements.Value(value, "").id, by="recipient")

    def policy(self, version: str, words: Span | None = None, **_: Query) -> str:
        """Return the link to the text of a policy, to some words in it."""
        if version not in self.texts:
            return ""
        return f"{self.root}{self.texts[version]}{f'#c{words[0]}' if words else ''}"

    def words(self, version: str, words: Span, show: str = "") -> str:  # noqa: ARG002  all stand in the page
        """Return the link to what some words of a policy say, which stands beside them in the same page."""
        return f"#w{words[0]}-{words[1]}"

    def concept(self, iri: str, **_: Query) -> str:  # noqa: ARG002
        """Return no link: concepts have no pages here."""
        return ""

    def question(self, name: str, form: str = "", **_: Query) -> str:  # noqa: ARG002
        """Return no link: nothing here answers questions."""
        return ""


def save(site: Site, chosen: Sequence[Company], folder: Path) -> int:
    """Write the pages of some companies, and a list of them, into a folder; return how many files these are.

    Pages of the same names are replaced, others are left alone. Raise OSError if the folder cannot be written.
    """
    here = replace(site, directory=Directory(tuple(chosen), site.directory.names))
    links = files(chosen)
    count = 0
    for name, page in _pages(here, links):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        root = "../" * name.count("/")
        target.write_text(alone(page, replace(links, root=root)), encoding="utf-8", newline="\n")
        count += 1
    return count


def files(chosen: Iterable[Company]) -> Files:
    """Return the links between the files of some companies."""
    folders: dict[str, str] = {}
    texts: dict[str, str] = {}
    for one in chosen:
        folders[one.iri] = _folder(one.iri, set(folders.values()))
        for version in one.versions:
            digest = hashlib.sha256(version.encode()).hexdigest()[:12]
            texts.setdefault(version, f"{folders[one.iri]}/policy-{digest}.html")
    return Files(folders, texts)


def _folder(iri: str, taken: set[str]) -> str:
    """Return the name of a company's folder: the end of its IRI, if every file system can have that."""
    name = iri.rstrip("/").rpartition("/")[2]
    fits = len(name) <= _LONGEST and _PLAIN.fullmatch(name) and not _TAKEN.fullmatch(name)
    return name if fits and name not in taken else f"company-{hashlib.sha256(iri.encode()).hexdigest()[:16]}"


def _pages(site: Site, links: Files) -> Iterator[tuple[str, Page]]:
    """Yield each page with the path of its file."""
    yield "index.html", companies.page(site, size=_ALL)
    for one in site.directory.companies:
        for by, file in _VIEWS.items():
            yield f"{links.folders[one.iri]}/{file}", company.page(site, one.iri, by=by, size=_ALL)
    for version, file in links.texts.items():
        yield file, policy.page(site, version, targets=_targets(site, version))


def _targets(site: Site, version: str) -> set[Span]:
    """Return the words of a policy that its company's page leads to, beside those that say something."""
    read = statements.read(site.asker, version)
    report = findings.report(site.asker, version)
    found = {one.anchor for one in read.statements} if read else set()
    return found.union(*((*one.spans, *one.against) for one in (report.found if report else ())))


def alone(page: Page, links: Files) -> str:
    """Return a page as HTML that needs no other file."""
    style = _style()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return render(page, links, "report.html", style=style, security=_SECURITY.format(digest))


@cache
def _style() -> Markup:
    return Markup("".join(path.read_text(encoding="utf-8") for path in _STYLES))  # noqa: S704  files of ours
