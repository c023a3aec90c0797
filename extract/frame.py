"""Cuts a sentence into clauses: who does what, whether it is denied, and which words belong to it.

The relations are those of Universal Dependencies. Parses of policies are often wrong in detail, so a clause asks
for little: a verb that can stand on its own, the words below it, its subject and its negation.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from spacy.tokens import Span, Token

Actor = Literal["company", "person", "other", "nobody"]

_SUBJECTS = frozenset(("nsubj", "nsubj:pass", "csubj", "expl"))
_OPENS_CLAUSE = frozenset(("parataxis", "ccomp", "advcl", "acl:relcl", "acl", "csubj", "conj", "appos"))
_VERBAL = frozenset(("VERB", "AUX"))
_COMPANY_WORDS = frozenset(
    ("we", "us", "our", "ours", "i", "my", "company", "app", "application", "developer")
)
_PERSON_WORDS = frozenset(
    ("you", "your", "user", "users", "visitor", "visitors", "customer", "customers", "child")
)
_PERSON_LATER = frozenset(("children", "individual", "individuals", "parent", "parents", "person", "persons"))


@dataclass(frozen=True, eq=False)
class Clause:
    """A verb that stands on its own (or the head of a fragment) and the words of its clause."""

    sentence: Span
    head: Token
    tokens: tuple[Token, ...]

    @property
    def start(self) -> int:
        """Return the character offset at which the clause starts in its passage."""
        return self.tokens[0].idx

    @property
    def end(self) -> int:
        """Return the character offset behind the clause."""
        return self.tokens[-1].idx + len(self.tokens[-1])

    @cached_property
    def subject(self) -> Token | None:
        """Return the subject of the verb, or of the verb it is coordinated with."""
        token: Token = self.head
        while True:
            found = next((child for child in token.children if child.dep_ in _SUBJECTS), None)
            if found is not None or token.dep_ != "conj":
                return found
            token = token.head

    @cached_property
    def passive(self) -> bool:
        """Tell whether the verb is a passive."""
        return any(child.dep_ in ("aux:pass", "nsubj:pass") for child in self.head.children)

    @cached_property
    def actor(self) -> Actor:
        """Return who acts; of a passive without an agent it is the company, which describes what it does."""
        doer = self.subject
        if self.passive:
            doer = next(
                (
                    child
                    for child in self.head.children
                    if child.dep_ in ("obl", "obl:agent")
                    and any(mark.lower_ == "by" and mark.dep_ == "case" for mark in child.children)
                ),
                None,
            )
            if doer is None:
                return "company"
        return "nobody" if doer is None else actor_of(doer)

    @cached_property
    def is_hypothetical(self) -> bool:
        """Tell whether the clause is a condition or a question: if, where, when, unless, whether."""
        return any(
            child.lower_ in _HYPOTHETICAL
            and child.dep_ in ("mark", "advmod", "obl")
            and child.i < self.head.i
            for child in self.head.children
        )

    @cached_property
    def is_advice(self) -> bool:
        """Tell whether the clause tells the reader what to do, or what cannot be done ("cannot provide")."""
        if any(child.lower_ in ("can", "could", "ca") and child.tag_ == "MD" for child in self.head.children):
            return True
        imperative = self.head.tag_ == "VB" and self.subject is None and not self.passive
        return imperative and not any(
            child.tag_ in ("MD", "TO", "VBZ", "VBD") for child in self.head.children
        )

    @cached_property
    def negator(self) -> Token | None:
        """Return the word that negates the verb: not, never, no before its subject or object, or a ban."""
        token: Token = self.head
        if _is_from_doing(token) and (token.lower_ in _ABSTAINS or (token.lower_ in _BANS and self.passive)):
            return token
        for _ in range(4):
            for child in token.children:
                if child.lower_ in _NEGATORS and child.dep_ in ("advmod", "neg", "cc", "cc:preconj", "det"):
                    return child
                if _is_no_longer(child):
                    return child
                if child.dep_ in ("nsubj", "nsubj:pass", "obj", "obl") and child.i < token.i + 6:
                    none = next((w for w in child.children if w.lower_ in ("no", "neither")), None)
                    if none is not None or child.lower_ in ("none", "nobody", "nothing"):
                        return none or child
            own = any(child.dep_ in ("nsubj", "nsubj:pass") for child in token.children)
            if token.dep_ != "conj" or own or token.head.pos_ not in _VERBAL or _contrast(token):
                return None
            token = token.head
        return None


_HYPOTHETICAL = frozenset(("if", "where", "when", "unless", "whether", "until", "once", "in"))
_NEGATORS = frozenset(("not", "n't", "n’t", "never", "neither", "nor", "no", "cannot"))


_BANS = frozenset(("prohibited", "forbidden", "restricted", "barred", "precluded", "prevented"))
_ABSTAINS = frozenset(("refrain", "refrains", "refrained", "abstain", "abstains", "abstained"))
_SET_AGAINST = frozenset(("but", "however", "yet", "always", "instead", "rather"))


def is_without(verb: Token) -> bool:
    """Tell whether a gerund stands under "without": "without knowing who you are"."""
    return verb.tag_ == "VBG" and any(child.lower_ == "without" for child in verb.children)


def _is_no_longer(token: Token) -> bool:
    """Tell whether a word is the "longer" of "no longer", without a "than"."""
    return (
        token.lower_ == "longer"
        and any(word.lower_ == "no" for word in token.children)
        and (token.i + 1 == len(token.doc) or token.nbor().lower_ != "than")
    )


def _is_from_doing(verb: Token) -> bool:
    """Tell whether a gerund with "from" hangs on a verb: "prohibited from using"."""
    return any(
        child.tag_ == "VBG" and any(mark.lower_ == "from" for mark in child.children)
        for child in verb.children
    )


def _contrast(token: Token) -> bool:
    """Tell whether a coordinated verb is set against the one before it ("but", "and will always")."""
    return any(
        child.dep_ in ("cc", "advmod") and child.lower_ in _SET_AGAINST and child.i < token.i
        for child in token.children
    )


def actor_of(token: Token) -> Actor:
    """Return whom a noun or pronoun stands for."""
    words = {token.lower_, *(child.lower_ for child in token.children if child.dep_ in ("nmod:poss", "det"))}
    if token.lower_ in _COMPANY_WORDS or token.lower_ in ("service", "services", "site", "website"):
        return "company"
    if token.lower_ in _PERSON_WORDS | _PERSON_LATER:
        return "other" if any(child.lower_ == "other" for child in token.children) else "person"
    if token.pos_ == "PRON" and token.lower_ in (
        "it",
        "this",
        "that",
        "which",
        "these",
        "they",
        "there",
        "who",
    ):
        return "nobody"
    if token.pos_ == "PROPN" or words & {"partner", "partners", "provider", "providers", "party", "parties"}:
        return "other"
    return "nobody"


def clauses(sentence: Span) -> Iterator[Clause]:
    """Yield the clauses of a sentence in the order of their heads."""
    tokens = list(sentence)
    heads = [token.i for token in tokens if _is_head(token)] or [sentence.root.i]
    members: dict[int, list[Token]] = {index: [] for index in heads}
    first = sentence.start
    above = [token.head.i for token in tokens]  # numbers, as each step from token to token makes an object
    for index, token in enumerate(tokens, first):
        climbing = index
        while climbing not in members and above[climbing - first] != climbing:
            climbing = above[climbing - first]
        members.get(climbing, members[heads[0]]).append(token)
    for index in heads:
        if members[index]:
            yield Clause(sentence, tokens[index - first], tuple(members[index]))


def _is_head(token: Token) -> bool:
    """Tell whether a token heads a clause: the root, or a verb with a subject of its own."""
    relation = token.dep_
    if relation == "ROOT":
        return True
    if relation not in _OPENS_CLAUSE or token.pos_ not in _VERBAL or is_infinitive(token):
        return False
    if relation == "conj":
        return _is_head(token.head) and (
            any(child.dep_ in _SUBJECTS for child in token.children) or _has_object(token.head)
        )
    return any(child.dep_ in _SUBJECTS for child in token.children)


def _has_object(token: Token) -> bool:
    return any(child.dep_ in ("obj", "nsubj:pass", "obl") for child in token.children)


def is_infinitive(token: Token) -> bool:
    """Tell whether a verb is an infinitive with "to"."""
    return any(child.tag_ == "TO" for child in token.children)
