from spacy.language import Language
from spacy.tokens import Doc
import numpy as np
from spacy.attrs import SENT_START

@Language.component("policygraph_sentences")
def sentences(doc: Doc) -> Doc:
    """Return the doc with each token marked as starting a sentence or not."""
    previous = None
    r=[]
    for token in doc:
        r.append(1 if previous is None or (previous in (".", "?", "!") and token.text[:1].isupper()) else -1)
        previous = token.text
    return doc.from_array([SENT_START], np.array(r,dtype='int64').astype('uint64').reshape(-1,1))
