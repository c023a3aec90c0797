"""What one query may take of the machine, and what all queries together may."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of a server; every one of them can be set on the command line or is fixed here.

    A query that is not answered after `quick` seconds is set aside: a fresh worker takes its place, so that
    others need not wait for it. So there are never more than `workers` + `aside` processes.
    """

    seconds: float = 30
    rows: int = 100_000
    memory: int = 1024  # MB that a worker may take for a query
    size: int = 32  # MB of an answer
    workers: int = 2
    aside: int = 2
    quick: float = 0.5
    query: int = 1  # MB of a request
    connections: int = 200
