"""Files that nobody writes and somebody sends: each recipe makes one of about so many bytes as asked for.

The recipes aim at what grows: nesting, one endless word, line, sentence or list, thousands of marks that wait for
a partner, tables wider than any page, the same name over and over. `growth.py` measures how the time of reading
them grows; tests read small ones.
"""

import zlib
from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

PLAIN, MARKDOWN, HTML, PDF = "text/plain", "text/markdown", "text/html", "application/pdf"


class Recipe(NamedTuple):
    """A kind of hostile file: its media type, and what makes one of about so many bytes."""

    media_type: str
    make: Callable[[int], bytes]


def again(unit: str, size: int) -> bytes:
    """Return `unit` as often as fits into `size` bytes, at least once."""
    one = unit.encode()
    return one * max(1, size // len(one))


def between(before: str, unit: str, after: str, size: int) -> bytes:
    """Return `unit` again and again, with something before and after it."""
    return before.encode() + again(unit, size) + after.encode()


def numbered(form: str, size: int) -> bytes:
    """Return `form` filled with 1, 2, 3 …, about `size` bytes of it."""
    count = max(1, size // len(form.format(1000)))
    return "".join(form.format(number) for number in range(1, count + 1)).encode()


def nested(opening: str, closing: str, size: int) -> bytes:
    """Return elements in elements in elements, each with a word of its own."""
    depth = max(1, size // len(opening + closing + "word "))
    return ((opening + "word ") * depth + closing * depth).encode()


def indented(mark: str, size: int) -> bytes:
    """Return a list in a list in a list, each level set in by two more blanks."""
    depth = max(1, int(size**0.5))
    return "".join(f"{'  ' * level}{mark} we collect names\n" for level in range(depth)).encode()


def names(before: str, joint: str, size: int) -> bytes:
    """Return a sentence that names hundreds of made-up companies."""
    count = max(1, size // (len(joint) + 12))
    return (before + joint.join(f"Vexo{chr(97 + n % 26)}{n} Ltd" for n in range(count)) + ".").encode()


def wide_table(size: int) -> bytes:
    """Return a Markdown table of four rows and any number of columns."""
    columns = max(2, size // 20)
    row = "| data " * columns + "|\n"
    return (row + "|---" * columns + "|\n" + row * 2).encode()


def spanning(attribute: str, size: int) -> bytes:
    """Return an HTML table whose cells claim to cover a thousand million others."""
    cell = f'<td {attribute}="1000000000">name</td><td {attribute}="49">email</td>'
    return between("<table>", f"<tr>{cell}</tr>", "</table>", size)


def entities(size: int) -> bytes:
    """Return a page whose entities would expand to more than any memory holds."""
    levels = max(1, size // 60)
    grown = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, levels))
    return f'<!DOCTYPE html [<!ENTITY e0 "word ">{grown}]><p>We keep &e{levels - 1}; logs.</p>'.encode()


def attributes(size: int) -> bytes:
    """Return a page with one element that has any number of attributes."""
    return numbered_between("<p", ' a{}="b"', ">We collect names.</p>", size)


def numbered_between(before: str, form: str, after: str, size: int) -> bytes:
    """Return `form` filled with 1, 2, 3 …, with something before and after it."""
    return before.encode() + numbered(form, size) + after.encode()


def sections(size: int) -> bytes:
    """Return headings with one sentence below each."""
    return numbered("{0} Why we collect names\n\nWe collect your name to help you, case {0}.\n\n", size)


def statements(size: int) -> bytes:
    """Return one paragraph with any number of sentences that each state something else."""
    form = "We share your email address with Vexo{0} Ltd for purpose {0} on the basis of consent. "
    return numbered(form, size)


def records(size: int) -> bytes:
    """Return records with labels, one after the other."""
    return numbered(
        "Purpose: help you {0}\nData: your name\nLegal basis: consent\nRecipients: Vexo{0} Ltd\n\n", size
    )


def contents(size: int) -> bytes:
    """Return a table of contents and the headings it lists."""
    listed = numbered("Section {0} of this\n", size // 3)
    return listed + numbered("\nSection {0} of this\n\nWe collect your name.\n", size * 2 // 3)


def table(size: int) -> bytes:
    """Return a Markdown table with a row for each of many purposes."""
    row = "| your name {0} | to help you | Vexo{0} Ltd | consent | two years |\n"
    head = "| Data | Purpose | Recipients | Legal basis | Retention |\n|---|---|---|---|---|\n"
    return head.encode() + numbered(row, size)


def pdf_of(stream: bytes, *, pages: int = 1, kids: str = "", squeezed: bool = False) -> bytes:
    """Return a PDF, all of whose pages show the same `stream`; `kids` replaces the list of pages."""
    content = zlib.compress(stream, 9) if squeezed else stream
    packed = b"/Filter/FlateDecode" if squeezed else b""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count %d/Kids[%s]>>"
        % (pages, (kids or " ".join(f"{number} 0 R" for number in range(5, 5 + pages))).encode()),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        b"<<%s/Length %d>>stream\n%s\nendstream" % (packed, len(content), content),
        *[b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 3 0 R>>>>>>"]
        * pages,
    ]
    out = bytearray(b"%PDF-1.7\n")
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start)
    return bytes(out)


def shown(words: bytes, size: int) -> bytes:
    """Return the stream of a page that shows `words` again and again, a line below the other."""
    line = b"BT /F 11 Tf 50 %d Td (" + words + b") Tj ET\n"
    return b"".join(line % (800 - number % 780) for number in range(max(1, size // (len(line)))))


def endless_page(size: int) -> bytes:
    """Return a PDF with one page that shows a whole book."""
    return pdf_of(shown(b"We collect your name to help you.", size))


def many_pages(size: int) -> bytes:
    """Return a PDF with any number of pages."""
    return pdf_of(shown(b"We collect your name to help you.", 50), pages=max(1, size // 120))


def bomb(size: int) -> bytes:
    """Return a PDF of some kilobytes whose page unpacks to `size` bytes of text."""
    return pdf_of(shown(b"We collect your name to help you.", size), squeezed=True)


def blank_bomb(size: int) -> bytes:
    """Return a PDF whose page unpacks to `size` bytes, nearly all of them blank."""
    return pdf_of(b" " * size + shown(b"We collect your name to help you.", 50), squeezed=True)


def circle(size: int) -> bytes:
    """Return a PDF whose list of pages lists itself."""
    return pdf_of(shown(b"We collect names.", 50), pages=3, kids="5 0 R 2 0 R 6 0 R " * max(1, size // 18))


FILES: Mapping[str, Recipe] = {
    "one word": Recipe(PLAIN, partial(again, "x")),
    "one line": Recipe(PLAIN, partial(again, "word ")),
    "lines of one letter": Recipe(PLAIN, partial(again, "a\n")),
    "blank lines": Recipe(PLAIN, partial(between, "We collect names", "\n", "We keep them.")),
    "lines in capitals": Recipe(PLAIN, partial(again, "YOUR RIGHTS\n")),
    "numbered lines": Recipe(PLAIN, partial(numbered, "{}. Names\n")),
    "numbers in numbers": Recipe(PLAIN, partial(between, "", "1.", " Names")),
    "lettered lines": Recipe(PLAIN, partial(again, "(a) names\n")),
    "announcements": Recipe(PLAIN, partial(again, "We collect:\n")),
    "items that begin alike": Recipe(
        PLAIN, partial(again, "We collect:\nYour name and what you tell us here\n")
    ),
    "items without bullets": Recipe(PLAIN, partial(between, "We collect:\n", "names;\n", "")),
    "items set in ever deeper": Recipe(PLAIN, partial(indented, "-")),
    "rules": Recipe(PLAIN, partial(again, "- * _ = ~\n")),
    "one rule": Recipe(PLAIN, partial(between, "", "- ", "x")),
    "underlined lines": Recipe(PLAIN, partial(again, "Names\n-----\n")),
    "a line of bars": Recipe(PLAIN, partial(between, "a", "|", "\nb|c\n")),
    "rows of bars": Recipe(PLAIN, partial(again, "| a | b | c |\n")),
    "rows that grow and shrink": Recipe(PLAIN, partial(again, "a|b\na|b|c\n")),
    "a line of tabs": Recipe(PLAIN, partial(between, "a", "\t", "b")),
    "labels": Recipe(PLAIN, partial(again, "Purpose: help. Data: names.\n")),
    "labels in one line": Recipe(PLAIN, partial(again, "Purpose: help. Data: names. ")),
    "headers of columns": Recipe(PLAIN, partial(again, "Purpose\nData\nRecipients\nLegal basis\n")),
    "a list in one line": Recipe(PLAIN, partial(between, "We collect:", " - names;", ".")),
    "bullets in one line": Recipe(PLAIN, partial(again, "• names ")),
    "letters in one line": Recipe(PLAIN, partial(again, "(a) names (b) mail ")),
    "capitals and colons": Recipe(PLAIN, partial(again, "A:")),
    "sentence ends": Recipe(PLAIN, partial(again, "a. A")),
    "closing quotes": Recipe(PLAIN, partial(between, "a", ".”", "b")),
    "no width": Recipe(PLAIN, partial(between, "a", "\u200b", "b")),
    "no width between letters": Recipe(PLAIN, partial(again, "a\u200b")),
    "marks on a letter": Recipe(PLAIN, partial(between, "a", "\u0301", "b")),
    "turned directions": Recipe(PLAIN, partial(again, "\u202eabc\u202c\u2066d\u2069 ")),
    "a contents table": Recipe(PLAIN, contents),
    "single letters with blanks": Recipe(PLAIN, partial(again, "P R I V A C Y ")),
    "opening brackets (Markdown)": Recipe(MARKDOWN, partial(again, "[")),
    "brackets that open and close": Recipe(MARKDOWN, partial(again, "[](")),
    "links in links": Recipe(MARKDOWN, partial(nested, "[", "](a)")),
    "links": Recipe(MARKDOWN, partial(again, "[name](http://a.example) ")),
    "links to references": Recipe(
        MARKDOWN, partial(numbered, "[a{0}][b{0}]\n\n[b{0}]: http://a.example\n\n")
    ),
    "definitions of nothing": Recipe(MARKDOWN, partial(again, "[a]: <b\n")),
    "pictures in pictures": Recipe(MARKDOWN, partial(nested, "![", "](a)")),
    "stars": Recipe(MARKDOWN, partial(again, "*")),
    "stars that open": Recipe(MARKDOWN, partial(again, "**a ")),
    "stars of all lengths": Recipe(MARKDOWN, partial(again, "*a **b ***c _d __e ")),
    "bold words": Recipe(MARKDOWN, partial(again, "**a** ")),
    "ticks": Recipe(MARKDOWN, partial(again, "`a``b```c ")),
    "ticks that open": Recipe(MARKDOWN, lambda size: b" ".join(b"`" * n for n in range(1, int(size**0.5)))),
    "strokes": Recipe(MARKDOWN, partial(again, "~~a ~~")),
    "quotes in quotes": Recipe(MARKDOWN, partial(between, "", "> ", "names")),
    "quoted lines": Recipe(MARKDOWN, partial(again, "> names\n")),
    "lists in lists": Recipe(MARKDOWN, partial(indented, "-")),
    "lists on one line": Recipe(MARKDOWN, partial(between, "", "- ", "names")),
    "items": Recipe(MARKDOWN, partial(again, "- names\n")),
    "lines of an item": Recipe(MARKDOWN, partial(between, "- names", "\n  names", "")),
    "lines of a paragraph": Recipe(MARKDOWN, partial(again, "names and mail\n")),
    "lines that end hard": Recipe(MARKDOWN, partial(again, "names  \n")),
    "escapes": Recipe(MARKDOWN, partial(again, "\\*")),
    "backslashes": Recipe(MARKDOWN, partial(again, "\\")),
    "entities (Markdown)": Recipe(MARKDOWN, partial(again, "&amp;&nbsp;&#x41;")),
    "unfinished entities": Recipe(MARKDOWN, partial(again, "&")),
    "tags (Markdown)": Recipe(MARKDOWN, partial(again, "<p>a</p>")),
    "unfinished tags": Recipe(MARKDOWN, partial(again, "<a ")),
    "unfinished tags in a block": Recipe(MARKDOWN, partial(between, "<div>\n", "<a ", "")),
    "unfinished comments": Recipe(MARKDOWN, partial(again, "<!-- a ")),
    "unfinished scripts": Recipe(MARKDOWN, partial(between, "<div>", "<script <", "")),
    "declarations": Recipe(MARKDOWN, partial(again, "<!A <? <![CDATA[ ")),
    "addresses": Recipe(MARKDOWN, partial(again, "<http://a.example> <a@b.example> ")),
    "fences": Recipe(MARKDOWN, partial(again, "```\na\n")),
    "a table of many columns": Recipe(MARKDOWN, wide_table),
    "a table of many rows": Recipe(MARKDOWN, table),
    "a header of bars": Recipe(MARKDOWN, partial(between, "", "|", "\n|---|\n")),
    "headings (Markdown)": Recipe(MARKDOWN, partial(again, "# Names\n\nWe keep them.\n\n")),
    "hashes": Recipe(MARKDOWN, partial(between, "# a ", "#", " b")),
    "divisions in divisions": Recipe(HTML, partial(nested, "<div>", "</div>")),
    "divisions never closed": Recipe(HTML, partial(again, "<div>")),
    "fonts in fonts": Recipe(HTML, partial(nested, "<font>", "</font>")),
    "lists in lists (HTML)": Recipe(HTML, partial(nested, "<ul><li>", "</li></ul>")),
    "tables in tables": Recipe(HTML, partial(nested, "<table><tr><td>", "</td></tr></table>")),
    "hidden in hidden": Recipe(
        HTML, lambda size: b"<div hidden>" * 120 + again("<p>We collect names.</p>", size) + b"</div>" * 120
    ),
    "tables around a text": Recipe(
        HTML, lambda size: b"<table><tr><td>" * 50 + again("<table><tr><td>a<td>b</table>", size)
    ),
    "paragraphs never closed": Recipe(HTML, partial(again, "<p>names")),
    "elements closed only": Recipe(HTML, partial(again, "</div></b>x")),
    "crossed elements": Recipe(HTML, partial(again, "<b><i>a</b></i>")),
    "line breaks": Recipe(HTML, partial(between, "<p>", "names<br>", "</p>")),
    "items (HTML)": Recipe(HTML, partial(between, "<ul>", "<li>names</li>", "</ul>")),
    "links (HTML)": Recipe(HTML, partial(again, '<a href="a">We keep names</a> ')),
    "menus": Recipe(HTML, partial(again, '<li><a href="a">We keep names</a></li>')),
    "words in spans": Recipe(HTML, partial(between, "<p>", "<span>a </span>", "</p>")),
    "comments": Recipe(HTML, partial(again, "names<!-- a -->")),
    "one comment": Recipe(HTML, partial(between, "<p>names</p><!--", "-", "")),
    "attributes": Recipe(HTML, attributes),
    "one attribute": Recipe(HTML, partial(between, '<p style="display', " ", '">We collect names.</p>')),
    "styles": Recipe(
        HTML, partial(again, '<p style="display : visibility :  font-weight :">We keep names.</p>')
    ),
    "entities (HTML)": Recipe(HTML, partial(again, "&amp;&nbsp;&#65;&unknown;")),
    "entities of entities": Recipe(HTML, entities),
    "a row of many cells": Recipe(
        HTML, partial(between, "<table><tr>", "<td>a</td>", "</tr><tr><td>b<td>c</table>")
    ),
    "rows": Recipe(HTML, partial(between, "<table>", "<tr><td>names</td><td>mail</td></tr>", "</table>")),
    "cells over all columns": Recipe(HTML, partial(spanning, "colspan")),
    "cells over all rows": Recipe(HTML, partial(spanning, "rowspan")),
    "cells outside of rows": Recipe(HTML, partial(again, "<td>a</td><th>b</th>")),
    "headings (HTML)": Recipe(HTML, partial(again, "<h2>Names</h2><p>We keep them.</p>")),
    "one word (HTML)": Recipe(HTML, partial(between, "<p>", "x", "</p>")),
    "unfinished tags (HTML)": Recipe(HTML, partial(again, "<a <")),
    "scripts": Recipe(HTML, partial(again, "<script>a</script>names ")),
    "nulls": Recipe(HTML, partial(again, "na&#0;mes ")),
    "one page without end": Recipe(PDF, endless_page),
    "pages": Recipe(PDF, many_pages),
    "a page that unpacks": Recipe(PDF, bomb),
    "a page that unpacks to blanks": Recipe(PDF, blank_bomb),
    "pages that list themselves": Recipe(PDF, circle),
}
"""Files that aim at the readers."""

TEXTS: Mapping[str, Recipe] = {
    "ordinary sentences": Recipe(PLAIN, statements),
    "ordinary sections": Recipe(PLAIN, sections),
    "commas": Recipe(PLAIN, partial(between, "We collect names", ",", " and mail.")),
    "commas between words": Recipe(PLAIN, partial(between, "We collect names", ", names", " and mail.")),
    "and": Recipe(PLAIN, partial(between, "We collect names", " and", " mail.")),
    "and between data": Recipe(
        PLAIN, partial(between, "We collect names", " and email addresses", " to help you.")
    ),
    "one sentence": Recipe(PLAIN, partial(between, "We collect", " the names of people who", " came.")),
    "sentences without end": Recipe(PLAIN, partial(again, "we collect your name to help you ")),
    "paragraphs": Recipe(PLAIN, partial(again, "We collect your name to help you.\n\n")),
    "items below one announcement": Recipe(
        PLAIN, partial(between, "We collect:\n", "- your email address\n", "")
    ),
    "purposes below one announcement": Recipe(
        PLAIN, partial(between, "We use your data to:\n", "- answer your questions\n", "")
    ),
    "headings": Recipe(MARKDOWN, partial(numbered, "# Why we collect names {}\n\n")),
    "items set in ever deeper": Recipe(PLAIN, partial(indented, "-")),
    "one known company": Recipe(PLAIN, partial(between, "We share data with", " Google", ".")),
    "one known company in a list": Recipe(
        PLAIN, partial(between, "We share data with Google", ", Google", ".")
    ),
    "unknown companies": Recipe(PLAIN, partial(names, "We share your data with ", ", ")),
    "unknown companies and and": Recipe(PLAIN, partial(names, "We share your data with ", " and ")),
    "words in capitals": Recipe(PLAIN, partial(between, "We share data with", " Vexo", ".")),
    "the company itself": Recipe(PLAIN, partial(again, 'Vexo Ltd ("Vexo") is the controller. ')),
    "companies that are the controller": Recipe(
        PLAIN, partial(numbered, "Vexo{0} Ltd is the controller of your data. ")
    ),
    "such as": Recipe(PLAIN, partial(between, "We collect data", " such as names", ".")),
    "including": Recipe(PLAIN, partial(again, "We collect data including names (such as mail), ")),
    "brackets": Recipe(PLAIN, partial(between, "We collect ", "(", " names.")),
    "brackets in brackets": Recipe(PLAIN, partial(nested, "(", ")")),
    "quotes": Recipe(PLAIN, partial(again, '"data" ')),
    "colons": Recipe(PLAIN, partial(again, "data: ")),
    "semicolons": Recipe(PLAIN, partial(again, "we collect names; ")),
    "slashes": Recipe(PLAIN, partial(between, "names", "/mail", ".")),
    "dashes": Recipe(PLAIN, partial(between, "names", " - mail", ".")),
    "hyphens": Recipe(PLAIN, partial(between, "names", "-mail", ".")),
    "not": Recipe(PLAIN, partial(between, "We do", " not", " sell your data.")),
    "unless": Recipe(PLAIN, partial(between, "We do not sell your data", " unless you agree", ".")),
    "denials": Recipe(PLAIN, partial(again, "We do not sell or share your email address with anybody. ")),
    "to": Recipe(PLAIN, partial(between, "We use data", " to help you", ".")),
    "in order": Recipe(PLAIN, partial(between, "We use data", " in order", " to help.")),
    "of": Recipe(PLAIN, partial(between, "the name", " of the name", ".")),
    "adjectives": Recipe(PLAIN, partial(between, "We collect your", " personal", " data.")),
    "bases": Recipe(PLAIN, partial(again, "We rely on Article 6(1)(a) GDPR, ")),
    "consent": Recipe(PLAIN, partial(again, "consent ")),
    "rights": Recipe(PLAIN, partial(again, "You have the right to access, erasure, objection. ")),
    "periods": Recipe(PLAIN, partial(again, "We keep your data for two years. ")),
    "countries": Recipe(PLAIN, partial(again, "We transfer your data to the United States, India. ")),
    "addresses in a text": Recipe(
        PLAIN, partial(again, "Contact us at privacy@a.example, 1 High Street, London W1A 1AA. ")
    ),
    "dates": Recipe(PLAIN, partial(again, "Last updated 1 May 2020. ")),
    "years": Recipe(PLAIN, partial(between, "Since", " 2020", ".")),
    "links in a text": Recipe(PLAIN, partial(again, "https://a.example/privacy?a=b ")),
    "one link": Recipe(PLAIN, partial(between, "https://a.example/", "a/", " is ours.")),
    "one mail address": Recipe(PLAIN, partial(between, "", "a.", "b@c.example")),
    "signs": Recipe(PLAIN, partial(again, "@ # $ % & * § ")),
    "full stops": Recipe(PLAIN, partial(between, "We collect names", ".", "")),
    "this information": Recipe(PLAIN, partial(again, "We use this information to help you. ")),
    "these purposes": Recipe(
        PLAIN, partial(again, "We collect names. For these purposes we share the above. ")
    ),
    "definitions": Recipe(PLAIN, partial(again, '"Personal data" means data. ')),
    "collectively": Recipe(
        PLAIN, partial(numbered, 'We collect names (collectively, "Data {0}"). We use Data {0}. ')
    ),
    "records": Recipe(PLAIN, records),
    "a table of many rows": Recipe(MARKDOWN, table),
    "a contents table": Recipe(PLAIN, contents),
    "one word": Recipe(PLAIN, partial(again, "x")),
    "words of one letter": Recipe(PLAIN, partial(again, "a ")),
    "digits": Recipe(PLAIN, partial(between, "We keep it for ", "1", " years.")),
    "blanks": Recipe(PLAIN, partial(between, "We collect", " ", "names.")),
    "lines without a full stop": Recipe(PLAIN, partial(again, "your email address\n")),
    "sections without a heading": Recipe(PLAIN, partial(numbered, "{0}.1 We collect your name.\n")),
    "questions": Recipe(PLAIN, partial(again, "Do you sell my data?\nNo.\n")),
}
"""Texts that aim at the extractors."""
