"""Questions to the graph, one to a .rq file, and their reader.

>>> import queries
>>> queries.question("who-processes").text
'Who processes a given category of data, for what, and on which legal basis?'
"""

from queries.errors import QuestionError, UnknownParameterError, UnknownQuestionError, UnknownValueError
from queries.reader import ANY, Parameter, Question, bound, question, questions, read
from queries.resolver import Resolver

__all__ = [
    "ANY",
    "Parameter",
    "Question",
    "QuestionError",
    "Resolver",
    "UnknownParameterError",
    "UnknownQuestionError",
    "UnknownValueError",
    "bound",
    "question",
    "questions",
    "read",
]
