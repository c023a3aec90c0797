"""Pages of a PDF become characters with a place and a font, and a tree of tags."""

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as pdfium

HEAVY = 600
DEEPEST = 60
LAST_CODE = 0x10FFFF
SURROGATES = range(0xD800, 0xE000)
# This stands for a hyphen at the end of a line; PDFium leaves out the line break behind it.
CUT = "\x02"


@dataclass(frozen=True, slots=True)
class Char:
    """A character on a page: its mark id (-1 for none), its font, its place in points from the top left."""

    sign: str
    mark: int
    size: float
    bold: bool
    left: float
    right: float
    base: float


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag of a page: its role, and its content in order, either mark ids or tags."""

    role: str
    content: tuple["int | Tag", ...]
    spans: tuple[int, int] = (1, 1)


@dataclass(frozen=True, slots=True)
class Page:
    """A page: its characters in reading order, its height, and its tags."""

    chars: tuple[Char, ...]
    height: float
    tags: tuple[Tag, ...]


def page(file: Any, number: int) -> Page:
    """Return page `number` of an open file."""
    sheet = file[number]
    text = sheet.get_textpage()
    try:
        height = float(sheet.get_height())
        return Page(tuple(_chars(text, height)), height, tuple(_tags(sheet)))
    finally:
        text.close()
        sheet.close()


def _chars(text: Any, height: float) -> Iterator[Char]:
    """Yield the characters of a page; a blank that PDFium adds has the mark of the character before it."""
    marks: dict[int, int] = {}
    mark = -1
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    for index in range(text.count_chars()):
        sign = _sign(pdfium.FPDFText_GetUnicode(text, index))
        if pdfium.FPDFText_IsGenerated(text, index) == 1:
            yield Char(sign, mark, 0.0, bold=False, left=0.0, right=0.0, base=0.0)
            continue
        mark = _mark(pdfium.FPDFText_GetTextObject(text, index), marks)
        pdfium.FPDFText_GetCharBox(text, index, left, right, bottom, top)
        near, far = left.value, right.value
        if pdfium.FPDFText_IsHyphen(text, index) == 1:
            sign = CUT
        pdfium.FPDFText_GetCharOrigin(text, index, left, bottom)
        yield Char(
            sign,
            mark,
            round(pdfium.FPDFText_GetFontSize(text, index), 1),
            bold=pdfium.FPDFText_GetFontWeight(text, index) >= HEAVY,
            left=near,
            right=far,
            base=height - bottom.value,
        )


def _sign(code: int) -> str:
    """Return the character of a code, or nothing if it is none."""
    return chr(code) if 0 < code <= LAST_CODE and code not in SURROGATES else ""


def _mark(target: Any, marks: dict[int, int]) -> int:
    """Return the mark id of a text object, looked up once."""
    if not target:
        return -1
    address = ctypes.addressof(target.contents)
    if address not in marks:
        marks[address] = int(pdfium.FPDFPageObj_GetMarkedContentID(target))
    return marks[address]


def _tags(sheet: Any) -> list[Tag]:
    """Return the tags at the top of a page's tree."""
    tree = pdfium.FPDF_StructTree_GetForPage(sheet)
    if not tree:
        return []
    try:
        count = pdfium.FPDF_StructTree_CountChildren(tree)
        tops = (pdfium.FPDF_StructTree_GetChildAtIndex(tree, index) for index in range(count))
        return [_tag(top, 0) for top in tops if top]
    finally:
        pdfium.FPDF_StructTree_Close(tree)


def _tag(element: Any, depth: int) -> Tag:
    """Return a tag with everything below it."""
    content: list[int | Tag] = []
    for index in range(max(0, pdfium.FPDF_StructElement_CountChildren(element))):
        child = pdfium.FPDF_StructElement_GetChildAtIndex(element, index)
        if child:
            if depth < DEEPEST:
                content.append(_tag(child, depth + 1))
            continue
        mark = int(pdfium.FPDF_StructElement_GetChildMarkedContentID(element, index))
        if mark >= 0:
            content.append(mark)
    return Tag(
        _role(element), tuple(content), (_attribute(element, b"RowSpan"), _attribute(element, b"ColSpan"))
    )


def _role(element: Any) -> str:
    """Return the standard role of a tag: "P", "H1", "LI" ..."""
    size = pdfium.FPDF_StructElement_GetType(element, None, 0)
    if size <= 0:
        return ""
    buffer = ctypes.create_string_buffer(size)
    pdfium.FPDF_StructElement_GetType(element, buffer, size)
    return buffer.raw.decode("utf-16-le", "replace").rstrip("\0")


def _attribute(element: Any, name: bytes) -> int:
    """Return a whole number that a tag carries, or 1."""
    value = ctypes.c_float()
    for index in range(max(0, pdfium.FPDF_StructElement_GetAttributeCount(element))):
        attribute = pdfium.FPDF_StructElement_GetAttributeAtIndex(element, index)
        found = pdfium.FPDF_StructElement_Attr_GetValue(attribute, name) if attribute else None
        if found and pdfium.FPDF_StructElement_Attr_GetNumberValue(found, value):
            return max(1, min(50, int(value.value)))
    return 1
