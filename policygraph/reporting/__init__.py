"""What the policies of companies state, to be handed on: pages without a server, a record, TILT, and RDF."""

from policygraph.reporting.forms import ENDINGS, FORMATS, form_of
from policygraph.reporting.pages import save
from policygraph.reporting.stated import site

__all__ = ["ENDINGS", "FORMATS", "form_of", "save", "site"]
