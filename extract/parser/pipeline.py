"""A folder of weights becomes a pipeline."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import spacy
from spacy.language import Language
from thinc.api import Model, NumpyOps
from thinc.types import Ragged

from extract.parser import sentences, word_classes  # noqa: F401  registers the components

if TYPE_CHECKING:
    from thinc.types import Floats2d, Ints1d, Ints2d


def read(folder: Path) -> Language:
    """Return the pipeline that a folder holds, made for reading only: what it computes cannot be trained on."""
    nlp = spacy.load(folder)
    _embed_once(nlp.get_pipe("tok2vec").model)  # type: ignore[attr-defined]  # spaCy types a pipe as a function
    products = NumpyOps(use_blis=False)  # numpy multiplies three times as fast as BLIS, spaCy's choice
    for _, component in nlp.pipeline:
        model = getattr(component, "model", None)
        if isinstance(model, Model):
            for layer in model.walk():
                layer.ops = products
    return nlp


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
