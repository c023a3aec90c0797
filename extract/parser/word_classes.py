"""Penn tags become universal word classes (`token.pos_`), by a table."""

import tomllib
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc

_TABLE = tomllib.loads(Path(__file__).with_name("word_classes.toml").read_text(encoding="utf-8"))
_OF_TAG: dict[str, str] = _TABLE["tags"]
_OF_TAG_AND_DEP: dict[tuple[str, str], str] = {
    (tag, dep): rule["class"] for rule in _TABLE["relations"] for tag in rule["tags"] for dep in rule["deps"]
}
_OF_TAG_AND_WORD: dict[tuple[str, str], str] = {
    (tag, word): rule["class"] for rule in _TABLE["words"] for tag in rule["tags"] for word in rule["words"]
}


@Language.component("policygraph_word_classes")
def word_classes(doc: Doc) -> Doc:
    """Return the doc with a universal word class on each token."""
    for token in doc:
        tag = token.tag_
        token.pos_ = (
            _OF_TAG_AND_WORD.get((tag, token.lower_))
            or _OF_TAG_AND_DEP.get((tag, token.dep_))
            or _OF_TAG.get(tag, "X")
        )
    return doc
