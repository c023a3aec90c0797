"""The SPARQL 1.1 protocol over a store: HTTP in, a query to a worker that can be ended, an answer out."""

from policygraph.serving.limits import Limits

__all__ = ["Limits"]
