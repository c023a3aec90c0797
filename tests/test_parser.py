"""The pipeline that is shipped parses what policies say, the same way each time."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from spacy.tokens import Doc, Token

from extract.parser import load

ROOT = Path(__file__).parent.parent
MODEL = ROOT / "extract" / "parser" / "model"
CORPORA = Path(os.environ.get("POLICYGRAPH_CORPORA", ROOT.parent / "shared" / "corpora"))

SENTENCES = {
    "plain": ("We collect data. We share it.", ["We collect data.", "We share it."]),
    "one without a stop": ("Your data may be shared", ["Your data may be shared"]),
    "question and exclamation": ("Do we sell? Never! We do not.", ["Do we sell?", "Never!", "We do not."]),
    "abbreviation never ends": (
        "We collect data (e.g. names), i.e. Mr. Smith's. We do.",
        ["We collect data (e.g. names), i.e. Mr. Smith's.", "We do."],
    ),
    "company in the middle": ("We are Acme Inc. of Texas.", ["We are Acme Inc. of Texas."]),
    "company at the end": ("We are Acme Inc. We sell.", ["We are Acme Inc.", "We sell."]),
    "company before a name": ("Acme Co. Ltd. and Clik Ltd. Bristol", ["Acme Co. Ltd. and Clik Ltd. Bristol"]),
    "country": ("It is kept in the U.S. You may object.", ["It is kept in the U.S.", "You may object."]),
    "country in the middle": ("U.S. Department of Commerce.", ["U.S. Department of Commerce."]),
    "article number": ("See Art. 6 GDPR. We do.", ["See Art. 6 GDPR.", "We do."]),
    "no, the answer": ("Do we? No. We do not.", ["Do we?", "No.", "We do not."]),
    "numbering": ("1. We collect. 2. We share.", ["1. We collect.", "2. We share."]),
    "initials": ("Ask J. R. Smith. He knows.", ["Ask J. R. Smith.", "He knows."]),
    "closing quote": ("“We may.” We agree.", ["“We may.”", "We agree."]),
    "straight quote": ('He said "We may." We agree.', ['He said "We may."', "We agree."]),
    "closing bracket": ("We may (or not.) We agree.", ["We may (or not.)", "We agree."]),
    "inside brackets": ("We (that is us. And you.) agree.", ["We (that is us. And you.) agree."]),
    "bracket never closed": ("We may (or not. We agree.", ["We may (or not.", "We agree."]),
    "address at the end": (
        "See www.example.com. Ask privacy@example.com. We answer.",
        ["See www.example.com.", "Ask privacy@example.com.", "We answer."],
    ),
    "small letters": ("we collect data. we share it.", ["we collect data.", "we share it."]),
    "no space": ("See our site.We collect.", ["See our site.", "We collect."]),
    "dots that go on": ("Names... and more.", ["Names... and more."]),
    "date": ("Kept until 31 Dec. 2020. Then erased.", ["Kept until 31 Dec. 2020.", "Then erased."]),
}


def _parse(text: str) -> Doc:
    return load()(text)


def _the(doc: Doc, text: str) -> Token:
    (token,) = (token for token in doc if token.text == text)
    return token


@pytest.mark.parametrize(("text", "expected"), SENTENCES.values(), ids=SENTENCES)
def test_sentences(text: str, expected: list[str]) -> None:
    assert [sentence.text for sentence in _parse(text).sents] == expected


def test_subject_and_objects() -> None:
    doc = _parse("We collect your name, email address and IP address.")
    verb = _the(doc, "collect")
    assert (verb.dep_, verb.pos_) == ("ROOT", "VERB")
    assert (_the(doc, "We").dep_, _the(doc, "We").head) == ("nsubj", verb)
    assert (_the(doc, "name").dep_, _the(doc, "name").head) == ("obj", verb)
    addresses = [token for token in doc if token.text == "address"]
    assert [token.dep_ for token in addresses] == ["conj", "conj"]
    assert [token.head.text for token in addresses] == ["name", "name"]
    assert _the(doc, "your").dep_ == "nmod:poss"


def test_passive_without_a_stop() -> None:
    doc = _parse("Your data may be shared with our partners")
    verb = _the(doc, "shared")
    assert verb.dep_ == "ROOT"
    assert (_the(doc, "data").dep_, _the(doc, "data").head) == ("nsubj:pass", verb)
    assert (_the(doc, "be").dep_, _the(doc, "be").pos_) == ("aux:pass", "AUX")
    assert (_the(doc, "partners").dep_, _the(doc, "partners").head) == ("obl", verb)


@pytest.mark.parametrize(
    "text", ["We do not sell your data.", "We don't sell your data.", "We don’t sell your data."]
)
def test_negation(text: str) -> None:
    doc = _parse(text)
    verb = _the(doc, "sell")
    assert verb.dep_ == "ROOT"
    assert [(token.dep_, token.pos_) for token in verb.lefts] == [
        ("nsubj", "PRON"),
        ("aux", "AUX"),
        ("advmod", "PART"),
    ]
    assert (_the(doc, "data").dep_, _the(doc, "data").head) == ("obj", verb)


def test_purpose_as_a_list_item() -> None:
    doc = _parse("to send you newsletters;")
    verb = _the(doc, "send")
    assert (verb.dep_, verb.tag_) == ("ROOT", "VB")
    assert [token.text for token in verb.children] == ["to", "you", "newsletters", ";"]


def test_data_as_a_list_item() -> None:
    doc = _parse("your name and your e-mail address;")
    assert _the(doc, "name").dep_ == "ROOT"
    assert (_the(doc, "address").dep_, _the(doc, "address").head.text) == ("conj", "name")
    assert _the(doc, "mail").head.text == "address"


@pytest.mark.parametrize("text", ["How We Use Your Information", "HOW WE USE YOUR INFORMATION"])
def test_headings(text: str) -> None:
    how, we, use, your, information = _parse(text)
    assert use.pos_ == "VERB"
    assert (we.dep_, we.head) == ("nsubj", use)
    assert (information.dep_, information.head) == ("obj", use)
    assert (how.head, your.head) == (use, information)


def test_the_parser_keeps_to_the_sentences() -> None:
    text = "Your data cookies sold 5 partners: We collect share; names it did not the and. " * 3
    for sentence in _parse(text).sents:
        assert sentence.text.strip().endswith(".")


def test_empty_and_blank_text() -> None:
    assert len(_parse("")) == 0
    assert len(list(_parse("  \n ").sents)) == 1


def test_an_endless_sentence_is_cut() -> None:
    doc = _parse("names of partners, " * 3000 + "name " * 1000)
    lengths = [len(sentence) for sentence in doc.sents]
    assert sum(lengths) == len(doc) == 13_000
    assert max(lengths) <= 200
    assert [sentence[-1].text for sentence in doc.sents][:10] == [","] * 10


def test_an_endless_sentence_is_cut_at_semicolons_first() -> None:
    doc = _parse(("names, addresses, " * 30 + "; ") * 3)
    assert next(iter(doc.sents))[-1].text == ";"


def _shape(doc: Doc) -> list[tuple[int, str, str, str]]:
    return [(token.head.i, token.dep_, token.tag_, token.pos_) for token in doc]


@pytest.mark.parametrize(
    "text",
    ["a.b/" * 800, " \t names" + "," * 3000 + "  and mail. ", "x" * 1200, " " * 1200 + "x" * 499 + "\n"],
)
def test_text_without_blanks_is_taken_apart_without_losing_any_of_it(text: str) -> None:
    doc = load()(text)
    assert doc.text == text
    assert max(len(token) for token in doc if not token.is_space) <= 500


def test_a_parse_does_not_depend_on_what_was_parsed_before() -> None:
    texts = [text for text, _ in SENTENCES.values()]
    alone = [_shape(_parse(text)) for text in texts]
    _parse("Zyxgard quibbles florpily with unheard-of wrzlpfts at www.never-seen.example.")
    assert [_shape(doc) for doc in load().pipe(reversed(texts))] == alone[::-1]


def test_load_returns_the_same_pipeline() -> None:
    assert load() is load()


def test_import_does_not_import_spacy() -> None:
    code = "import sys, extract.parser; sys.exit('spacy' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_size_on_disk() -> None:
    assert sum(file.stat().st_size for file in MODEL.rglob("*") if file.is_file()) <= 10_000_000


@pytest.mark.skipif(not (CORPORA / "ud-ewt").is_dir(), reason="needs the treebank; set POLICYGRAPH_CORPORA")
def test_accuracy_on_a_sample_of_the_treebank() -> None:
    from extract.parser import train, treebank  # noqa: PLC0415  training code is loaded where it is needed

    sample = treebank.read(CORPORA / "ud-ewt" / "test.conllu")[::10][:200]
    scores = load().evaluate([train.raw_example(load(), (sentence,)) for sentence in sample])
    assert scores["dep_las"] >= 0.75
    assert scores["tag_acc"] >= 0.90
