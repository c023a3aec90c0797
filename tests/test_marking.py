"""Texts are cut where statements begin and end, in code points, inside their own headings, lists and tables."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from graph.source import Source
from policygraph.explorer.marking import Part, Segment, blocks, joined, parts, segments

TEXT = "We collect names 🙂 and e-mail addresses."
LETTERS = st.text(alphabet=st.sampled_from("ab 🙂é\u0301\u200f<&"), min_size=1, max_size=40)


@st.composite
def texts_and_spans(draw: st.DrawFn) -> tuple[str, list[tuple[int, int]]]:
    text = draw(LETTERS)
    ends = st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))
    return text, [(min(one), max(one)) for one in draw(st.lists(ends, max_size=8)) if one[0] != one[1]]


def cut(text: str, *spans: tuple[int, int]) -> list[tuple[str, tuple[int, ...]]]:
    return [(one.text, one.spans) for one in segments(text, [(0, len(text))], spans)]


def test_words_are_marked_by_code_points() -> None:
    face = TEXT.index("🙂")
    assert cut(TEXT, (face, face + 1)) == [
        ("We collect names ", ()),
        ("🙂", (0,)),
        (" and e-mail addresses.", ()),
    ]


def test_spans_may_overlap_and_lie_within_each_other() -> None:
    assert cut("abcdef", (0, 4), (2, 6), (2, 3)) == [
        ("ab", (0,)),
        ("c", (0, 1, 2)),
        ("d", (0, 1)),
        ("ef", (1,)),
    ]


def test_a_span_that_stands_twice_is_one_segment_with_both() -> None:
    assert cut("abc", (1, 2), (1, 2)) == [("a", ()), ("b", (0, 1)), ("c", ())]


def test_only_the_pieces_are_shown() -> None:
    text = "**bold** words"
    found = list(segments(text, [(2, 6), (8, 14)], [(4, 11)]))
    assert [one.text for one in found] == ["bo", "ld", " wo", "rds"]
    assert [one.spans for one in found] == [(), (0,), (0,), ()]


@given(texts_and_spans())
def test_nothing_is_lost_and_every_segment_knows_its_spans(given_: tuple[str, list[tuple[int, int]]]) -> None:
    text, spans = given_
    found = list(segments(text, [(0, len(text))], spans))
    assert "".join(one.text for one in found) == text
    for one in found:
        assert one.text == text[one.start : one.end]
        assert one.text
        assert set(one.spans) == {
            number for number, (start, end) in enumerate(spans) if start <= one.start and one.end <= end
        }


@given(texts_and_spans())
def test_joined_spans_cover_the_same_characters(given_: tuple[str, list[tuple[int, int]]]) -> None:
    _, spans = given_
    before = {place for start, end in spans for place in range(start, end)}
    after = joined(spans)
    assert {place for start, end in after for place in range(start, end)} == before
    assert all(one[1] < other[0] for one, other in pairwise(after))


def kinds(found: list[Part]) -> list[str]:
    return [part.kind for part in found]


def shown(cut_: tuple[Segment, ...]) -> str:
    return "".join(one.text for one in cut_)


def test_headings_lists_and_tables_stay_what_they_are() -> None:
    listed = "# Privacy\n\nWe collect:\n\n- names\n- **e-mail** addresses\n\n"
    text = listed + "| Data | Why |\n|---|---|\n| name | login |\n"
    found = list(parts(Source(text, "text/markdown"), [(text.index("names"), text.index("names") + 5)]))
    assert kinds(found) == ["heading", "paragraph", "list", "table"]
    assert found[0].level == 2
    assert [shown(item) for item in found[2].items] == ["names", "e-mail addresses"]
    assert found[2].items[0][0].spans == (0,)
    assert [[shown(cell) for cell in row] for row in found[3].rows] == [["Data", "Why"], ["name", "login"]]


def test_headings_never_skip_a_level() -> None:
    text = "# One\n\nWords.\n\n#### Deep\n\nWords.\n"
    levels = [part.level for part in parts(Source(text, "text/markdown"), []) if part.kind == "heading"]
    assert levels == [2, 3]


def test_the_lines_of_a_page_are_its_blocks() -> None:
    text = "Privacy\nWe collect names.\n\nRights\nYou may object."
    found = blocks(Source(text, "text/html", ((0, 7), (27, 33))))
    assert [(one.kind, text[one.start : one.end]) for one in found] == [
        ("heading", "Privacy"),
        ("paragraph", "We collect names."),
        ("heading", "Rights"),
        ("paragraph", "You may object."),
    ]


def test_no_text_has_no_parts() -> None:
    assert list(parts(Source(), [])) == []
