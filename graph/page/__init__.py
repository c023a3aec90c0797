"""The network as one self-contained HTML page, and as a picture (SVG) of its own."""

from graph.page.html import page, security
from graph.page.picture import picture, plain

__all__ = ["page", "picture", "plain", "security"]
