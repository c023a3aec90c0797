"""Readers: tests/cases/readers/*.toml say which blocks come out; properties must hold for any text."""

import contextlib
import tomllib
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from promises import document

from extract.document import Block, Document
from extract.errors import ExtractError, UnreadablePolicy
from extract.readers import draft, read, read_text, settle

CASES = Path(__file__).with_name("cases") / "readers"
SEEDS = Path(__file__).parents[1] / "seeds"
TEXTS = ("text/plain", "text/markdown")
MEDIA_TYPES = (*TEXTS, "text/html")


def cases() -> Iterator[Any]:
    """Yield each case with its media type."""
    for file in sorted(CASES.glob("*.toml")):
        for case in tomllib.loads(file.read_text(encoding="utf-8"))["case"]:
            yield pytest.param(f"text/{file.stem}", case, id=f"{file.stem}: {case['title']}")


def described(doc: Document) -> list[list[str]]:
    """Return the blocks of a document as the cases write them."""
    return [_described(doc, index, block) for index, block in enumerate(doc.blocks)]


def _described(doc: Document, index: int, block: Block) -> list[str]:
    """Return one block as the cases write it."""
    place = f" {block.level}" if block.level else ""
    if block.kind == "cell":
        place = f" {block.row}.{'-' if block.column is None else block.column}"
    related = (block.column_header, block.row_header) if block.kind == "cell" else (block.lead_in,)
    shown = [doc.visible(other) for other in related if other is not None]
    return [block.kind + place + " boilerplate" * block.boilerplate, doc.visible(index), *shown]


@pytest.mark.parametrize(("media_type", "case"), list(cases()))
def test_case(media_type: str, case: dict[str, Any]) -> None:
    doc = read_text("policy", case["text"].encode(), media_type)
    assert described(doc) == case["blocks"]
    document(doc)


def test_entities_of_a_page_are_not_expanded() -> None:
    page = b'<!DOCTYPE html [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><p>We keep &b; logs.</p>'
    assert "aaaa" not in read_text("policy.html", page, "text/html").text


MARKS = (
    "# ", "- ", "1. ", "(a) ", "* ", "**", "__", "_", "`", "```", "> ", "---", "|", " | ", "|---|---|",
    "\\-", "\\|", "[a](b)", "![x](y)", "[", "](", ")", "a:", "b;", "\n", "\r\n", "\n\n", "  \n", "\t",
    "\f", "\u001c", "\u2028", "\u200d", "\ufeff", "\u00a0", "e\u0301", "<p>", "</p>", "<td>",
    "<table><tr>", "</table>", "<ul><li>", "</ul>", "<br>", "<div hidden>", "<!--", "-->", "&amp;",
    "&nbsp;", "We collect data", "Your rights", "LEGAL BASIS",
)  # fmt: skip
marked_texts = st.lists(st.sampled_from(MARKS), max_size=30).map("".join)


@settings(max_examples=300)
@given(raw=st.one_of(marked_texts, st.text(max_size=80)), media_type=st.sampled_from(MEDIA_TYPES))
def test_any_text_keeps_the_promises(raw: str, media_type: str) -> None:
    encoded = raw.encode("utf-8", "replace")
    try:
        doc = read_text("policy", encoded, media_type)
    except ExtractError:
        return
    document(doc)
    assert doc == read_text("policy", encoded, media_type)
    if media_type in TEXTS:
        lines = encoded.decode().replace("\r\n", "\n").replace("\r", "\n")
        assert doc.text == unicodedata.normalize("NFC", lines)


@settings(max_examples=150)
@given(raw=st.binary(max_size=200), media_type=st.sampled_from((*MEDIA_TYPES, "application/pdf")))
def test_any_bytes_are_read_or_refused(raw: bytes, media_type: str) -> None:
    with contextlib.suppress(ExtractError):
        document(read_text("policy", raw, media_type))


def test_the_stored_text_is_the_text_of_the_file() -> None:
    raw = "\ufeff# Caf\u0065\u0301\r\n\r\nWe keep  data. \r\n"
    doc = read_text("policy.md", raw.encode(), "text/markdown")
    assert doc.text == "\ufeff# Café\n\nWe keep  data. \n"
    assert described(doc) == [["heading 1", "Café"], ["paragraph", "We keep  data."]]
    assert doc.blocks[0].pieces == ((3, 7),)


def test_a_span_of_visible_words_stands_in_the_file() -> None:
    doc = read_text("policy.md", b"We keep **your [name](http://a.example)**\nand *age*.", "text/markdown")
    shown = doc.visible(0)
    assert shown == "We keep your name and age."
    start, end = doc.span(0, shown.index("name"), shown.index("age") + 3)
    assert doc.text[start:end] == "name](http://a.example)**\nand *age"


@pytest.mark.parametrize("media_type", TEXTS)
def test_an_endless_paragraph_is_cut_between_sentences(media_type: str) -> None:
    doc = read_text("policy", b"We keep names. " * 3000, media_type)
    document(doc)
    shown = [doc.visible(index) for index in range(len(doc.blocks))]
    assert " ".join(shown) == ("We keep names. " * 3000).strip()
    assert len(shown) == 4
    assert {words[-14:] for words in shown} == {"We keep names."}
    assert max(map(len, shown)) <= settle.LONGEST_BLOCK


@pytest.mark.parametrize("gap", [" " * 40_000, "\u00a0 \t" * 9000, " \u200b" * 9000])
def test_a_wide_gap_is_no_part_of_what_a_reader_sees(gap: str) -> None:
    doc = read_text("policy", f"We keep{gap}names.".encode(), "text/plain")
    document(doc)
    (shown,) = (doc.visible(index) for index in range(len(doc.blocks)))
    assert shown.split() == ["We", "keep", "names."]
    assert shown.count(" ") == 1 + draft.WIDEST_GAP
    assert doc.text[slice(*doc.span(0, shown.index("names"), len(shown)))] == "names."


def test_an_endless_word_is_cut_somewhere_and_nothing_is_lost() -> None:
    doc = read_text("policy", b"We keep **" + b"x" * 30_000 + b"**[y](z)" * 9000, "text/markdown")
    document(doc)
    shown = [doc.visible(index) for index in range(len(doc.blocks))]
    assert "".join(shown) == "We keep" + "x" * 30_000 + "y" * 9000 or "".join(shown) == (
        "We keep " + "x" * 30_000 + "y" * 9000
    )


def test_sections_follow_the_levels() -> None:
    doc = read_text("policy.md", b"# A\n\n## B\n\none\n\n### C\n\ntwo\n\n## D\n\nthree\n", "text/markdown")
    section = {doc.visible(index): block.section for index, block in enumerate(doc.blocks)}
    above = {words: None if at is None else doc.visible(at) for words, at in section.items()}
    assert above == {"A": None, "B": "A", "one": "B", "C": "B", "two": "C", "D": "A", "three": "D"}


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("We keep naïve data".encode("utf-16"), "We keep naïve data"),
        ("We keep “naïve” data".encode("cp1252"), "We keep “naïve” data"),
        ("\ufeffWe keep data".encode(), "We keep data"),
    ],
)
def test_encodings(raw: bytes, expected: str) -> None:
    assert read_text("policy.txt", raw, "text/plain").visible(0) == expected


@pytest.mark.parametrize(
    ("file", "raw", "problem"),
    [
        ("empty.txt", b"", "holds no text"),
        ("blank.md", b" \n\t\n\xc2\xa0\xe2\x80\x8b", "holds no text"),
        ("empty.html", b"<html><body><script>x</script></body></html>", "holds no text"),
        ("binary.txt", bytes(range(256)), "is no text file"),
        ("picture.xyz", b"\x89PNG\r\n\x1a\n\0\0", "is no text file"),
        ("half.txt", b"\xff\xfea\0b", "is no utf-16 text"),
        ("deep.html", b"<div>" * 3000 + b"x", "is nested too deeply"),
        ("crowded.html", b"<p" + b" a='b'" * 3000 + b">x", "has an element with thousands of attributes"),
        ("broken.pdf", b"%PDF-1.7 nothing", "is no PDF that can be read"),
    ],
)
def test_what_cannot_be_read_is_refused(tmp_path: Path, file: str, raw: bytes, problem: str) -> None:
    path = tmp_path / file
    path.write_bytes(raw)
    with pytest.raises(UnreadablePolicy, match=problem) as caught:
        read(path)
    assert str(caught.value).startswith(file)
    assert caught.value.name == file


def test_a_page_with_long_attributes_is_read() -> None:
    page = (
        b'<svg><path d="'
        + b"M 1 2 " * 3000
        + b'"/></svg><p data-x="'
        + b"a=b " * 3000
        + b'">We keep names.</p>'
    )
    assert read_text("policy.html", page, "text/html").visible(0) == "We keep names."


def test_a_file_that_is_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("extract.readers.LARGEST", 10)
    path = tmp_path / "large.txt"
    path.write_bytes(b"We keep data")
    with pytest.raises(UnreadablePolicy, match="has 12 bytes"):
        read(path)


@pytest.mark.parametrize(
    ("file", "raw", "media_type"),
    [
        ("a.txt", b"We keep data", "text/plain"),
        ("a.TEXT", b"<p>We keep data", "text/plain"),
        ("a.markdown", b"We keep data", "text/markdown"),
        ("a.htm", b"We keep data", "text/html"),
        ("a", b"<!DOCTYPE html><p>We keep data", "text/html"),
        ("a.policy", b"We keep data", "text/plain"),
    ],
)
def test_the_ending_or_the_first_bytes_say_what_a_file_is(
    tmp_path: Path, file: str, raw: bytes, media_type: str
) -> None:
    path = tmp_path / file
    path.write_bytes(raw)
    doc = read(path)
    assert (doc.name, doc.media_type) == (file, media_type)


@pytest.mark.parametrize("path", sorted(SEEDS.glob("*.[tm][xd]*")), ids=lambda path: path.stem)
def test_seeds_keep_the_promises(path: Path) -> None:
    doc = read(path)
    document(doc)
    kinds = {block.kind for block in doc.blocks}
    assert {"heading", "paragraph", "item"} <= kinds


Placed = tuple[str, int, int, int, str]
TAGGED: tuple[tuple[Placed, ...], ...] = (
    (
        ("H1", 24, 50, 780, "Privacy policy"),
        ("P", 11, 50, 740, "We collect your name and your email address when you register on"),
        ("P", 11, 50, 726, "our website, and we keep them in our infor-"),
        ("P", 11, 50, 712, "mation system for two years."),
        ("Lbl", 11, 50, 690, "\u2022"),
        ("LBody", 11, 70, 690, "names"),
        ("Lbl", 11, 50, 670, "\u2022"),
        ("LBody", 11, 70, 670, "emails"),
        ("TH", 11, 50, 640, "Data"),
        ("TH", 11, 250, 640, "Purpose"),
        ("TD", 11, 50, 620, "Email"),
        ("TD", 11, 250, 620, "Support"),
        ("P", 11, 50, 590, "The last words of this page go"),
    ),
    (
        ("P", 11, 50, 780, "on over here, and end."),
        ("H2", 16, 50, 740, "Your rights"),
        ("P", 11, 50, 700, "You may object at any time."),
    ),
)
TREES: tuple[Any, ...] = (
    (
        "Document",
        ("H1", 0),
        ("P", 1, 2, 3),
        ("L", ("LI", ("Lbl", 4), ("LBody", 5)), ("LI", ("Lbl", 6), ("LBody", 7))),
        ("Table", ("TR", ("TH", 8), ("TH", 9)), ("TR", ("TD", 10), ("TD", 11))),
        ("P", 12),
    ),
    ("Document", ("P", 0), ("H2", 1), ("P", 2)),
)


class Pdf:
    """A PDF in the making: its objects, numbered from 1."""

    def __init__(self) -> None:
        self.objects: list[bytes] = []

    def add(self, content: bytes = b"") -> int:
        """Return the number of a new object."""
        self.objects.append(content)
        return len(self.objects)

    def tag(self, tree: Sequence[Any], parent: int, page: int, marks: dict[int, int]) -> int:
        """Return the number of a structure element made of `tree`; note in `marks` which mark belongs where."""
        me = self.add()
        kids = []
        for kid in tree[1:]:
            if isinstance(kid, int):
                marks[kid] = me
                kids.append(b"%d" % kid)
            else:
                kids.append(b"%d 0 R" % self.tag(kid, me, page, marks))
        self.objects[me - 1] = b"<</Type/StructElem/S/%s/P %d 0 R/Pg %d 0 R/K[%s]>>" % (
            tree[0].encode(),
            parent,
            page,
            b" ".join(kids),
        )
        return me

    def bytes(self, catalog: int) -> bytes:
        """Return the file."""
        out = b"%PDF-1.7\n"
        offsets = []
        for number, content in enumerate(self.objects, 1):
            offsets.append(len(out))
            out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
        table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
        size = len(offsets) + 1
        return (
            out
            + b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root %d 0 R>>\nstartxref\n%d\n%%%%EOF"
            % (
                size,
                table,
                size,
                catalog,
                len(out),
            )
        )


def pdf(pages: Sequence[Sequence[Placed]], trees: Sequence[Any] = ()) -> bytes:
    """Return a PDF of `pages`; with `trees`, it has tags."""
    file = Pdf()
    catalog, tree, root = file.add(), file.add(), file.add()
    font = file.add(b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>")
    sheets, tops, parents = [], [], []
    for number, lines in enumerate(pages):
        shown = b"\n".join(
            b"/%s<</MCID %d>>BDC BT /F %d Tf %d %d Td (%s) Tj ET EMC"
            % (role.encode(), mark, size, left, base, words.encode("cp1252"))
            for mark, (role, size, left, base, words) in enumerate(lines)
        )
        content = file.add(b"<</Length %d>>stream\n%s\nendstream" % (len(shown), shown))
        page = file.add(
            b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 595 842]/Contents %d 0 R/StructParents %d"
            b"/Resources<</Font<</F %d 0 R>>>>>>" % (tree, content, number, font)
        )
        sheets.append(b"%d 0 R" % page)
        if trees:
            marks: dict[int, int] = {}
            tops.append(b"%d 0 R" % file.tag(trees[number], root, page, marks))
            parents.append(
                b"%d [%s]" % (number, b" ".join(b"%d 0 R" % marks[mark] for mark in sorted(marks)))
            )
    tagged = b"/MarkInfo<</Marked true>>/StructTreeRoot %d 0 R" % root if trees else b""
    file.objects[catalog - 1] = b"<</Type/Catalog/Pages %d 0 R%s>>" % (tree, tagged)
    file.objects[tree - 1] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(sheets), b" ".join(sheets))
    file.objects[root - 1] = b"<</Type/StructTreeRoot/K[%s]/ParentTree<</Nums[%s]>>>>" % (
        b" ".join(tops),
        b" ".join(parents),
    )
    return file.bytes(catalog)


SENTENCE = (
    "We collect your name and your email address when you register on our website, and we keep them in our "
    "information system for two years."
)


def test_a_tagged_pdf_is_read_by_its_tags() -> None:
    doc = read_text("policy.pdf", pdf(TAGGED, TREES), "application/pdf")
    document(doc)
    assert described(doc) == [
        ["heading 1", "Privacy policy"],
        ["paragraph", SENTENCE],
        ["item 1", "names"],
        ["item 1", "emails"],
        ["cell 0.0", "Data"],
        ["cell 0.1", "Purpose"],
        ["cell 1.0", "Email", "Data"],
        ["cell 1.1", "Support", "Purpose", "Email"],
        ["paragraph", "The last words of this page go on over here, and end."],
        ["heading 2", "Your rights"],
        ["paragraph", "You may object at any time."],
    ]


def test_a_pdf_without_tags_is_read_by_its_look() -> None:
    doc = read_text("policy.pdf", pdf(TAGGED), "application/pdf")
    document(doc)
    assert described(doc)[:4] == [
        ["heading 1", "Privacy policy"],
        ["paragraph", SENTENCE],
        ["item 1", "names"],
        ["item 1", "emails"],
    ]
    assert described(doc)[-2:] == [["heading 2", "Your rights"], ["paragraph", "You may object at any time."]]


def test_what_comes_again_on_each_page_is_left_out() -> None:
    pages = [
        (
            ("P", 9, 50, 800, "Acme privacy policy"),
            ("P", 11, 50, 700, f"Sentence {('one', 'two', 'six')[number]} is the only one of its page."),
            ("P", 11, 50, 600, f"Another one, {'abc'[number]}, stands below the first one of the page."),
            ("P", 11, 50, 500, f"And {'xyz'[number]} is the last one here."),
            ("P", 9, 50, 40, f"Page {number + 1} of 3"),
        )
        for number in range(3)
    ]
    doc = read_text("policy.pdf", pdf(pages), "application/pdf")
    assert "Acme" not in doc.text
    assert "Page" not in doc.text
    assert doc.text.count("Sentence") == 3


def test_a_scan_is_refused() -> None:
    with pytest.raises(UnreadablePolicy, match="no text layer"):
        read_text("scan.pdf", pdf([()]), "application/pdf")
