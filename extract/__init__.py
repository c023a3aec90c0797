"""Parsed text becomes claims, one extractor to a file."""
