"""Policies become a graph in a store: jobs, the engines that run them, and the writer of what they make."""

from policygraph.building.builder import build
from policygraph.building.engines import Engine, EngineError, here, processes
from policygraph.building.job import Failure, Job, Limits, Outcome, read_job, readings
from policygraph.building.listing import files

__all__ = [
    "Engine",
    "EngineError",
    "Failure",
    "Job",
    "Limits",
    "Outcome",
    "build",
    "files",
    "here",
    "processes",
    "read_job",
    "readings",
]
