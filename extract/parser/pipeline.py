"""A folder of weights becomes a pipeline."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import spacy
from spacy.language import Language
from spacy.tokens import Doc
from thinc.api import Model, NumpyOps
from thinc.types import Ragged

from extract.parser import NAMES, sentences, word_classes  # noqa: F401  the last two register components

if TYPE_CHECKING:
    from thinc.types import Floats2d, Ints1d, Ints2d

_KNOWN_NAME = "Google"  # the treebank has it often, always as a name
_LONGEST = 500  # characters without a blank; addresses of pages have fewer
_LONG = re.compile(rf"\S{{{_LONGEST}}}")
_PIECE = re.compile(rf"(?:\S{{1,{_LONGEST}}}\s*|\s+)")


def read(folder: Path) -> Language:
    """Return the pipeline that a folder holds, made for reading only: what it computes cannot be trained on."""
    nlp = spacy.load(folder)
    nlp.tokenizer = _in_short_pieces(nlp.tokenizer)
    tok2vec = nlp.get_pipe("tok2vec").model  # type: ignore[attr-defined]  # spaCy types a pipe as a function
    _read_names_alike(tok2vec, nlp.make_doc(_KNOWN_NAME))
    _embed_once(tok2vec)
    products = NumpyOps(use_blis=False)  # numpy multiplies three times as fast as BLIS, spaCy's choice
    for _, component in nlp.pipeline:
        model = getattr(component, "model", None)
        if isinstance(model, Model):
            for layer in model.walk():
                layer.ops = products
    return nlp


def _read_names_alike(tok2vec: "Model[Any, Any]", known: Doc) -> None:
    """Make a tok2vec see the one word of `known` wherever a doc says that a word is a name (`NAMES`)."""
    embedding: list[Model[Any, Any]] = tok2vec.layers[0].layers
    features = embedding[0]
    (as_known,) = features.predict([known])
    embedding[0] = Model("names_alike", _names_alike, layers=[features], attrs={"as_known": as_known})


def _names_alike(
    model: "Model[list[Doc], list[Ints2d]]",
    docs: list[Doc],
    is_train: bool,  # noqa: ARG001, FBT001  as thinc calls it
) -> "tuple[list[Ints2d], Callable[[list[Ints2d]], list[Doc]]]":
    """Return the features of the words of each doc, those of names being those of a name known in training."""
    rows = model.layers[0].predict(docs)
    for doc, features in zip(docs, rows, strict=True):
        features[list(doc.user_data.get(NAMES, ()))] = model.attrs["as_known"]
    return rows, lambda _: []


def _in_short_pieces(tokenizer: Callable[[str], Doc]) -> Callable[[str], Doc]:
    """Return a tokenizer that is given what has no blanks in pieces: the time of spaCy's grows with its square."""

    def tokenized(text: str) -> Doc:
        if not _LONG.search(text):
            return tokenizer(text)
        docs = [tokenizer(piece) for piece in _PIECE.findall(text)]
        words = [token.text for doc in docs for token in doc]
        blanks = [bool(token.whitespace_) for doc in docs for token in doc]
        return Doc(docs[0].vocab, words=words, spaces=blanks)

    return tokenized


def _embed_once(tok2vec: "Model[Any, Any]") -> None:
    """Make a tok2vec embed each word of a batch once: a policy says the same few hundred words all the time."""
    embedding: list[Model[Any, Any]] = tok2vec.layers[0].layers
    once: Model[Ragged, Ragged] = Model("once_for_each_word", _once_for_each_word, layers=embedding[2:-1])
    embedding[2:-1] = [once]


def _once_for_each_word(
    model: "Model[Ragged, Ragged]",
    words: Ragged,
    is_train: bool,  # noqa: ARG001, FBT001  as thinc calls it
) -> tuple[Ragged, Callable[[Ragged], Ragged]]:
    """Return the vectors of `words`, made once for those that have the same features."""
    rows = np.ascontiguousarray(cast("Ints2d", words.dataXd))
    keys = rows.view(np.dtype((np.void, rows.dtype.itemsize * rows.shape[1]))).ravel()
    _, first, places = np.unique(keys, return_index=True, return_inverse=True)
    vectors = Ragged(cast("Ints2d", rows[first]), cast("Ints1d", np.array([len(first)], dtype="i")))
    for layer in model.layers:
        vectors = layer.predict(vectors)
    each = cast("Floats2d", np.asarray(vectors.dataXd)[places])
    return Ragged(each, words.lengths), lambda gradient: gradient
