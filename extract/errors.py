"""What can go wrong while a policy is read.

ExtractError
└── UnreadablePolicy    the file cannot be turned into text: it is binary, empty, too large, locked or a scan
"""


class ExtractError(Exception):
    """Raised when a policy cannot be turned into claims; the message names the policy and what to do."""


class UnreadablePolicy(ExtractError):  # noqa: N818 - it says what is the matter with the policy
    """Raised when a file holds no text that could be read."""

    def __init__(self, name: str, problem: str, advice: str, place: str = "") -> None:
        where = f"{name}, {place}" if place else name
        super().__init__(f"{where}: {problem}; {advice}")
        self.name = name
        self.place = place
