"""Parsed text becomes claims, one extractor to a file."""

import os

# The products of the parser are small: more threads only wait for each other. numpy asks once, when it is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
