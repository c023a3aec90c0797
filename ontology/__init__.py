"""The vocabulary and the shapes in Turtle, and their reader.

>>> import ontology
>>> ontology.load().label("https://w3id.org/dpv/pd#EmailAddress")
'email address'
"""

from ontology.reader import FOLDER, Form, Ontology, Term, load
from ontology.vocabulary import NAMESPACES, UnknownTermError, Vocabulary, expand, shorten
from ontology.words import Word, split

__all__ = [
    "FOLDER",
    "NAMESPACES",
    "Form",
    "Ontology",
    "Term",
    "UnknownTermError",
    "Vocabulary",
    "Word",
    "expand",
    "load",
    "shorten",
    "split",
]
