"""A record becomes an Excel workbook: what it is, its rows, and the words that each of them rests on."""

import io
from collections.abc import Iterable, Sequence
from datetime import datetime

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from policygraph.cells import harmless
from policygraph.explorer.statements import NOT_STATED
from policygraph.reporting.record import COLUMNS, LEAD, Row, fitting

_MADE = datetime(2000, 1, 1)  # noqa: DTZ001  a workbook has no zone; the same record gives the same bytes
_WIDTHS = {"company": 22, "date": 11, "purpose": 30, "data": 36, "recipients": 36, "words": 80}
_WIDTH = 26
_WORDS = {
    "row": 6,
    "company": 22,
    "purpose": 30,
    "column": 30,
    "value": 30,
    "words": 60,
    "file": 28,
    "line and column": 14,
    "start": 9,
    "end": 9,
}


def workbook(rows: Sequence[Row]) -> bytes:
    """Return the workbook of a record. No cell is a formula or a link, whatever a policy says."""
    output = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(output, options) as made:
        made.set_properties({"title": "Record of processing activities (draft)", "created": _MADE})
        head = made.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#E3F1F6", "bottom": 1}
        )
        text = made.add_format({"text_wrap": True, "valign": "top"})
        silent = made.add_format(
            {"text_wrap": True, "valign": "top", "italic": True, "font_color": "#5B6772"}
        )
        _about(made.add_worksheet("About"), rows, head, text)
        _record(made.add_worksheet("Record"), rows, head, (text, silent))
        _words(made.add_worksheet("Words"), rows, head, text)
    return output.getvalue()


def _about(sheet: Worksheet, rows: Sequence[Row], head: Format, text: Format) -> None:
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 100)
    sheet.hide_gridlines(2)
    companies = dict.fromkeys((row.cells["company"], row.cells["files"], row.cells["date"]) for row in rows)
    lines = [
        ("Record of processing activities, Art. 30(1) GDPR", LEAD),
        ("Sheet “Record”", "A row for each purpose of processing, in the order of how often it is stated."),
        (
            "Sheet “Words”",
            "The words that each row rests on, with file, line and column; start and end count characters.",
        ),
        *((company, f"{files}; dated: {date}") for company, files, date in companies),
    ]
    for number, (name, said) in enumerate(lines):
        _write(sheet, number, 0, name, head)
        _write(sheet, number, 1, said, text)


def _record(sheet: Worksheet, rows: Sequence[Row], head: Format, kinds: tuple[Format, Format]) -> None:
    text, silent = kinds
    for index, (key, title) in enumerate(COLUMNS.items()):
        sheet.set_column(index, index, _WIDTHS.get(key, _WIDTH))
        _write(sheet, 0, index, title, head)
    for number, row in enumerate(rows, 1):
        for index, key in enumerate(COLUMNS):
            said = row.cells[key]
            _write(sheet, number, index, said, silent if said == NOT_STATED else text)
    _framed(sheet, len(rows), len(COLUMNS), 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _words(sheet: Worksheet, rows: Sequence[Row], head: Format, text: Format) -> None:
    for index, (title, width) in enumerate(_WORDS.items()):
        sheet.set_column(index, index, width)
        _write(sheet, 0, index, title, head)
    number = 0
    for index, row in enumerate(rows, 2):  # as the sheet of the record counts its rows
        for one in row.words:
            number += 1
            given = (
                row.cells["company"],
                row.cells["purpose"],
                COLUMNS[one.column],
                one.value,
                one.quote,
                one.file,
                one.place,
            )
            _numbers(sheet, number, ((0, index), (8, one.start), (9, one.end)), text)
            for column, said in enumerate(given, 1):
                _write(sheet, number, column, said, text)
    _framed(sheet, number, len(_WORDS), 0)


def _framed(sheet: Worksheet, rows: int, columns: int, fixed: int) -> None:
    """Keep headings in sight and let rows be filtered."""
    sheet.freeze_panes(1, fixed)
    sheet.autofilter(0, 0, rows, columns - 1)
    sheet.repeat_rows(0)


def _numbers(sheet: Worksheet, row: int, numbers: Iterable[tuple[int, int]], kind: Format) -> None:
    for column, number in numbers:
        sheet.write_number(row, column, number, kind)


def _write(sheet: Worksheet, row: int, column: int, said: str, kind: Format) -> None:
    """Write text as text, never as a formula."""
    sheet.write_string(row, column, harmless(fitting(said)), kind)
