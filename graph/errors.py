"""What can go wrong while a graph is built, kept or checked.

PolicyGraphError
├── BrokenClaim       a claim points outside its policy's text, or cannot be written as RDF
├── StoreError        a store cannot be opened, read or written
│   └── StoreInUse    another process has it open to write
└── ShapeViolation    a graph breaks a promise of the data model (the integrity shapes)
"""


class PolicyGraphError(Exception):
    """Above all errors of this package; a message names the policy, the place and what to do."""


class BrokenClaim(PolicyGraphError):  # noqa: N818 - it says what is the matter with the claim
    """Raised when a claim does not fit the text that it comes from: an extractor is at fault."""

    def __init__(self, policy: str, place: str, problem: str) -> None:
        super().__init__(f"{policy}, {place}: {problem}; see the rule that made this claim")
        self.policy = policy
        self.place = place


class StoreError(PolicyGraphError):
    """Raised when a store cannot be opened, read or written."""

    def __init__(self, place: str, problem: str, advice: str) -> None:
        super().__init__(f"{place}: {problem}; {advice}")
        self.place = place


class StoreInUse(StoreError):  # noqa: N818 - it says what is the matter with the store
    """Raised when a store cannot be opened to be written as another process does so."""


class ShapeViolation(PolicyGraphError):  # noqa: N818 - the name SHACL gives it
    """Raised by whoever asks for a graph without faults and gets one that breaks an integrity shape."""

    def __init__(self, policy: str, requirement: str, message: str, node: str) -> None:
        super().__init__(f"{policy}, {node}: {message} ({requirement}, see ontology/shapes/integrity.ttl)")
        self.policy = policy
        self.requirement = requirement
        self.node = node
