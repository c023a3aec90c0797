"""The vocabulary and the shapes in Turtle, and their reader.

>>> import ontology
>>> ontology.load().label("https://w3id.org/dpv/pd#EmailAddress")
'email address'
"""

from ontology.reader import FOLDER, Form, Ontology, Term, files, load
from ontology.vocabulary import NAMESPACES, UnknownTermError, Vocabulary, expand, shorten
from ontology.words import ARTICLES, Reducer, Word, split

__all__ = [
    "ARTICLES",
    "FOLDER",
    "NAMESPACES",
    "Form",
    "Ontology",
    "Reducer",
    "Term",
    "UnknownTermError",
    "Vocabulary",
    "Word",
    "expand",
    "files",
    "load",
    "shorten",
    "split",
]
