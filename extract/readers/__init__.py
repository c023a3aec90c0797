"""Files become documents: the text of a policy, and its headings, paragraphs, items and cells."""

import codecs
import re
from pathlib import Path, PurePath

from extract.document import Document, stored
from extract.errors import UnreadablePolicy
from extract.readers.draft import WIDTHLESS
from extract.readers.html import read_html
from extract.readers.markdown import read_markdown
from extract.readers.pdf import read_pdf
from extract.readers.plain import read_plain

__all__ = ["check_size", "read", "read_bytes", "read_text"]

LARGEST = 50_000_000
SAMPLE = 65_536
FIRST_PRINTED = 32
MEDIA_TYPES = {
    ".txt": "text/plain",
    ".text": "text/plain",
    ".md": "text/markdown",
    ".markdown": "text/markdown",
    ".html": "text/html",
    ".htm": "text/html",
    ".xhtml": "text/html",
    ".pdf": "application/pdf",
}

_ENCODINGS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HTML = re.compile(rb"<(?:!doctype html|html|head|body|div|p|h1)\b", re.IGNORECASE)


def read(path: Path) -> Document:
    """Return the document of the file at `path`; its ending says what it is, or else its first bytes do."""
    check_size(path.name, path.stat().st_size)
    return read_bytes(path.name, path.read_bytes())


def read_bytes(name: str, raw: bytes) -> Document:
    """Return the document of `raw`, the bytes of a file called `name`, as `read` does."""
    check_size(name, len(raw))
    return read_text(name, raw, MEDIA_TYPES.get(PurePath(name).suffix.lower()) or _sniffed(raw))


def check_size(name: str, size: int) -> None:
    """Raise UnreadablePolicy for a file of more bytes than are read."""
    if size > LARGEST:
        raise UnreadablePolicy(name, f"has {size:,} bytes", f"files up to {LARGEST:,} bytes are read")


def read_text(name: str, raw: bytes, media_type: str) -> Document:
    """Return the document of `raw`, the bytes of a file called `name`."""
    if media_type == "application/pdf":
        return read_pdf(name, raw)
    text = stored(_decoded(name, raw))
    if not WIDTHLESS.sub("", text).strip():
        raise UnreadablePolicy(name, "holds no text", "check that the file was saved completely")
    if media_type == "text/html":
        return read_html(name, text)
    reader = read_markdown if media_type == "text/markdown" else read_plain
    return reader(name, text)


def _sniffed(raw: bytes) -> str:
    """Return the media type that the first bytes of a file speak for."""
    if b"%PDF-" in raw[:1024]:
        return "application/pdf"
    return "text/html" if _HTML.search(raw[:4096]) else "text/plain"


def _decoded(name: str, raw: bytes) -> str:
    """Return the characters of `raw`: UTF-8, UTF-16 or UTF-32 with its mark, or else Windows-1252."""
    for mark, encoding in _ENCODINGS:
        if raw.startswith(mark):
            return _strict(name, raw, encoding)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        if _is_binary(raw):
            raise _binary(name) from error
        return raw.decode("cp1252", "replace")
    if "\0" in text:
        raise _binary(name)
    return text


def _strict(name: str, raw: bytes, encoding: str) -> str:
    """Return the characters of `raw` in an encoding that its first bytes announce."""
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        place = f"byte {error.start}"
        raise UnreadablePolicy(name, f"is no {encoding} text", "save it as UTF-8", place) from error
    if "\0" in text:
        raise _binary(name)
    return text.removeprefix("\ufeff")


def _is_binary(raw: bytes) -> bool:
    """Return whether bytes are no text in any encoding with one byte to a character."""
    sample = raw[:SAMPLE]
    controls = sum(byte < FIRST_PRINTED and byte not in b"\t\n\r\f\v" for byte in sample)
    return b"\0" in raw or controls * 100 > len(sample)


def _binary(name: str) -> UnreadablePolicy:
    """Return the error for a file that is no text."""
    return UnreadablePolicy(name, "is no text file", "give a .txt, .md, .html or .pdf file")
