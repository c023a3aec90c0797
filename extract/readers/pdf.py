"""PDF files become blocks: by their tags where they have some, else by the size and place of their lines."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pypdfium2

from extract.document import Document
from extract.errors import UnreadablePolicy
from extract.readers import pdf_look, pdf_tags
from extract.readers.built import Line, built
from extract.readers.pdf_page import CUT, Page, page
from extract.readers.settle import document
from extract.readers.tables import table_headers

MOST_PAGES = 2000
FEWEST_MARKED = 2
LEAST_TAGGED = 0.6

_WORD = re.compile(r"[\w-]+")
_CUT_WORD = re.compile(rf"(\w+){CUT}\s*(\w+)|{CUT}")


def read_pdf(name: str, raw: bytes) -> Document:
    """Return the document of a PDF file."""
    pages = _pages(name, raw)
    if not any(char.sign.strip() for sheet in pages for char in sheet.chars):
        raise UnreadablePolicy(name, "has no text layer (a scan?)", "run text recognition (OCR) on it first")
    text, drafts = built(_whole_words(_lines(pages)))
    if not text:
        raise UnreadablePolicy(name, "holds no text", "check the file in a PDF viewer")
    marked = sum(line.kind == "heading" for line in drafts) > FEWEST_MARKED
    return document(name, text, table_headers(drafts), "application/pdf", marked=marked)


def _pages(name: str, raw: bytes) -> list[Page]:
    """Return the pages of a file."""
    try:
        with pypdfium2.PdfDocument(raw) as file:
            count = len(file)
            if count > MOST_PAGES:
                raise UnreadablePolicy(
                    name, f"has {count} pages", f"files of up to {MOST_PAGES} pages are read"
                )
            return [page(file, number) for number in range(count)]
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower() or "security" in str(error).lower():
            raise UnreadablePolicy(name, "is encrypted", "save a copy without a password") from error
        raise UnreadablePolicy(
            name, "is no PDF that can be read", "check that a PDF viewer opens it"
        ) from error


def _lines(pages: Sequence[Page]) -> list[Line]:
    """Return the lines of a file, by tags if they cover its text."""
    signs = sum(not char.sign.isspace() for sheet in pages for char in sheet.chars)
    tagged = pdf_tags.lines(pages)
    covered = sum(len(line.words.replace(" ", "")) for line in tagged)
    return tagged if covered >= signs * LEAST_TAGGED else pdf_look.lines(pages)


def _whole_words(lines: Sequence[Line]) -> list[Line]:
    """Return `lines` with words that a line break cut put together, with a hyphen where the text has one."""
    seen = Counter(word.lower() for line in lines for word in _WORD.findall(_CUT_WORD.sub(" ", line.words)))

    def whole(match: re.Match[str]) -> str:
        first, second = match.group(1), match.group(2)
        if not first:
            return "-"
        both = (first + second).lower()
        hyphened = f"{first}-{second}".lower()
        apart = seen[first.lower()] and seen[second.lower()] and not seen[both]
        return f"{first}-{second}" if seen[hyphened] > seen[both] or apart else first + second

    return [replace(line, words=_CUT_WORD.sub(whole, line.words)) for line in lines]
