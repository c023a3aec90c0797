"""What holds for any policy: random files are read or refused, random claims make a graph that keeps its promises.

The promises stand in promises.py, the hostile files in bench/hostile.py; fuzzing (tests/fuzz) goes on from here.
"""

import contextlib
import html
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import promises
import pytest
from hand_readings import Said, reading
from hostile import FILES, HTML, MARKDOWN, PDF, PLAIN, TEXTS, Recipe
from hypothesis import given, settings
from hypothesis import strategies as st
from many import reading as synthetic_reading
from synthetic import policy
from test_readers import MARKS, pdf

import ontology
from extract.claim import (
    Claim,
    Company,
    Controller,
    Evidence,
    Node,
    Service,
    Statement,
    Text,
    Unmapped,
    Value,
)
from extract.claim import Concept as Known
from extract.errors import ExtractError
from extract.readers import read, read_text
from extract.reading import read_policy
from ontology import expand

FOUND = Path(__file__).with_name("hostile")
SUFFIXES: Mapping[str, str] = {".txt": PLAIN, ".md": MARKDOWN, ".html": HTML, ".pdf": PDF}
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252", "latin-1", "shift-jis")
UNSEEN = (
    "\u00ad\u200b\u200c\u200d\u2060\ufeff\u200e\u200f\u202a\u202b"
    "\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u0301"
)
SENTENCES = (
    *(
        "We, Acme Ltd, are the controller.",
        "We collect your email address and name to send you our newsletter.",
    ),
    *(
        "We do not sell your data, except to Google.",
        "We share it with analytics providers (such as Vexo Ltd).",
    ),
    *(
        "We keep your data for two years.",
        "You have the right to object.",
        "The legal basis is your consent.",
    ),
    *(
        "We transfer data to India under standard contractual clauses.",
        "This information is used to help you.",
    ),
    *(
        "Your rights",
        "What we collect:",
        "- your telephone number",
        "1. cookies;",
        "(a) usage data",
        "",
        "# Sharing",
    ),
    *(
        "| Data | Purpose |",
        "|---|---|",
        "| your name | to help you |",
        "Purpose: marketing",
        "“Data” means data.",
    ),
)


def kept(raw: bytes, media_type: str) -> None:
    """Read a file, twice, and hold its document against the promises; a refusal is fine."""
    try:
        doc = read_text("policy", raw, media_type)
    except ExtractError:
        return
    promises.document(doc)
    assert doc == read_text("policy", raw, media_type)


# --- readers -----------------------------------------------------------------------------------------------

signs = st.one_of(st.sampled_from(MARKS), st.sampled_from(UNSEEN), st.characters(exclude_categories=["Cs"]))
texts = st.lists(signs, max_size=40).map("".join)


@settings(max_examples=150)
@given(text=texts, encoding=st.sampled_from(ENCODINGS), media_type=st.sampled_from((PLAIN, MARKDOWN, HTML)))
def test_a_text_in_any_encoding_is_read_or_refused(text: str, encoding: str, media_type: str) -> None:
    kept(text.encode(encoding, "replace"), media_type)


@st.composite
def elements(draw: st.DrawFn, depth: int = 4) -> str:
    """Return an element of a page with others in it, not always closed."""
    tag = draw(
        st.sampled_from(
            ("div", "p", "ul", "li", "table", "tr", "td", "th", "b", "h2", "a", "span", "svg", "br")
        )
    )
    said = draw(
        st.sampled_from(("", " hidden", ' colspan="1000000000"', ' rowspan="50"', ' style="display: none"'))
    )
    inside = st.one_of(texts.map(html.escape), elements(depth=depth - 1)) if depth else texts.map(html.escape)
    closed = draw(st.sampled_from((f"</{tag}>", "", "</div>", "<!--")))
    return f"<{tag}{said}>{''.join(draw(st.lists(inside, max_size=4)))}{closed}"


@settings(max_examples=150)
@given(pages=st.lists(elements(), max_size=3))
def test_any_page_is_read_or_refused(pages: list[str]) -> None:
    kept("".join(pages).encode(), HTML)


words_of_a_page = st.sampled_from(
    ("Privacy policy", "We collect your name and", "mail.", "•", "1.", "infor-", "", " ")
)
placed = st.tuples(
    st.sampled_from(("P", "H1", "TD", "Span")),
    st.integers(0, 40),
    st.integers(-50, 700),
    st.integers(-50, 900),
    words_of_a_page,
)


@settings(max_examples=40)
@given(
    pages=st.lists(st.lists(placed, max_size=6), min_size=1, max_size=3),
    harm=st.lists(st.tuples(st.integers(0, 5000), st.binary(max_size=6)), max_size=4),
)
def test_any_pdf_is_read_or_refused(pages: list[list[Any]], harm: list[tuple[int, bytes]]) -> None:
    raw = bytearray(pdf(pages))
    for place, other in harm:
        raw[place % len(raw) : place % len(raw) + len(other)] = other
    kept(bytes(raw), PDF)


@pytest.mark.parametrize("recipe", FILES.values(), ids=list(FILES))
def test_a_hostile_file_is_read_or_refused(recipe: Recipe) -> None:
    kept(recipe.make(3000), recipe.media_type)


@pytest.mark.parametrize("path", sorted(FOUND.glob("*.*")), ids=lambda path: path.name)
def test_what_was_once_found_by_fuzzing_stays_mended(path: Path) -> None:
    with contextlib.suppress(ExtractError):
        doc = read(path)
        kept(path.read_bytes(), SUFFIXES[path.suffix])
        stated(path.read_bytes(), doc.media_type)


# --- from text to graph ------------------------------------------------------------------------------------


def stated(raw: bytes, media_type: str) -> None:
    """Read what a policy states, and hold it and the graph of it against the promises; a refusal is fine."""
    try:
        made = read_policy(read_text("policy", raw, media_type))
    except ExtractError:
        return
    promises.reading(made)
    promises.graph(made)


@pytest.mark.parametrize("recipe", TEXTS.values(), ids=list(TEXTS))
def test_what_a_hostile_text_states_stands_in_it(recipe: Recipe) -> None:
    stated(recipe.make(700), recipe.media_type)


lines = st.one_of(st.sampled_from(SENTENCES), st.tuples(st.sampled_from(SENTENCES), signs).map("".join))


@settings(max_examples=60)
@given(said=st.lists(lines, max_size=8), media_type=st.sampled_from((PLAIN, MARKDOWN)))
def test_what_any_policy_states_stands_in_it(said: list[str], media_type: str) -> None:
    stated("\n".join(said).encode(), media_type)


@settings(max_examples=4)
@given(first=st.integers(0, 999), words=st.sampled_from((60, 150, 400)))
def test_order_and_repetition_of_policies_change_nothing(first: int, words: int) -> None:
    made = [synthetic_reading(policy(first + index, 1010, words=words)) for index in (0, 3, 7)]
    for one in made:
        promises.reading(one)
        promises.graph(one)
    promises.store(made)


# --- claims that nobody read -------------------------------------------------------------------------------

TEXT = (
    "Acme shares your email — and “reward ledger” to Initech.\n\nWe do not\tsell it, not to Ini\u0301tech 😀."
)
SAID = Said(TEXT)
SLOTS = {
    "dpv:hasPersonalData": ("personal-data", "personal-data", "dpv:PersonalData"),
    "dpv:hasPurpose": ("purposes", "purpose", "dpv:Purpose"),
}
names = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20).filter(
    lambda name: name.strip()
)


@cache
def concepts(table: str) -> tuple[str, ...]:
    """Return the IRIs of the concepts of a table of the ontology."""
    return tuple(sorted(iri for iri, term in ontology.load().terms.items() if term.table == table))


@st.composite
def evidence(draw: st.DrawFn) -> tuple[Evidence, ...]:
    """Return some places of the text."""
    starts = draw(st.lists(st.integers(0, len(TEXT) - 9), min_size=1, max_size=3))
    sure = draw(st.sampled_from((0.01, 0.5, 1.0)))
    return tuple(
        Evidence(start, start + draw(st.integers(1, 9)), confidence=sure, rule="any") for start in starts
    )


@st.composite
def claims(draw: st.DrawFn) -> Claim:
    """Return a claim with a value of its kind."""
    predicate = draw(
        st.sampled_from((*SLOTS, "dpv:hasRecipient", "dpv:hasService", "dpv:hasStorageCondition"))
    )
    value: Value
    if predicate in SLOTS:
        table, slot, top = SLOTS[predicate]
        known = st.sampled_from(concepts(table)).map(Known)
        value = draw(known | names.map(lambda phrase: Unmapped(slot, expand(top), phrase)))
    elif predicate == "dpv:hasRecipient":
        value = Company(draw(names))
    elif predicate == "dpv:hasService":
        value = Service(draw(names), None, Company(draw(names)))
    else:
        duration = Claim(expand("dpv:hasDuration"), Text("P2Y", "duration"), draw(evidence()))
        value = Node("storage", (expand("dpv:StorageDuration"),), (duration,))
    return Claim(expand(predicate), value, draw(evidence()))


@st.composite
def statements(draw: st.DrawFn) -> Statement:
    """Return a statement that stands anywhere, under any heading."""
    start = draw(st.integers(0, len(TEXT) - 2))
    said = tuple(draw(st.lists(claims(), min_size=1, max_size=4)))
    return Statement((start, start + 1), draw(names), said, denied=draw(st.booleans()))


@settings(max_examples=40)
@given(company=names, said=st.lists(statements(), max_size=4))
def test_any_claims_become_a_graph_that_keeps_its_promises(company: str, said: list[Statement]) -> None:
    controller = Controller(Company(company), (SAID.claim("dpv:hasName", Text(company), "Acme"),))
    promises.graph(reading(TEXT, controllers=[controller], statements=said))


@settings(max_examples=6)
@given(company=names, said=st.lists(statements(), min_size=1, max_size=3))
def test_any_claims_become_a_store_that_keeps_its_promises(company: str, said: list[Statement]) -> None:
    controller = Controller(Company(company), (SAID.claim("dpv:hasName", Text(company), "Acme"),))
    promises.store(
        [
            reading(TEXT, controllers=[controller], statements=said),
            reading(TEXT + " More.", name="other.txt", statements=said),
        ]
    )
