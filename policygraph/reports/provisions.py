"""IRIs of provisions become what lawyers call them, and an order by which provisions are near each other.

>>> title("http://data.europa.eu/eli/reg/2016/679/art_13/par_2/pnt_b/oj")
'Art. 13(2)(b) GDPR'
>>> title("https://www.legislation.gov.uk/eur/2016/679/article/13")
'Art. 13 UK GDPR'
>>> title("http://www.legislation.gov.uk/id/ukpga/2018/12/section/164A")
'section 164A'
"""

import re
from functools import cache

from graph import Finding, shapes

_ARTICLE = re.compile(r"/(?:art|article|par|paragraph|pnt|point)[_/](\w+)")
_SECTION = re.compile(r"/section/(\w+)")


def title(iri: str) -> str:
    """Return the name of a provision; "provision" for an IRI that tells none."""
    article, *inner = _ARTICLE.findall(iri) or [""]
    if article:
        law = "UK GDPR" if "legislation.gov.uk" in iri else "GDPR"
        return f"Art. {article}{''.join(f'({part})' for part in inner)} {law}"
    section = _SECTION.search(iri)
    return f"section {section[1]}" if section else "provision"


def point(finding: Finding) -> tuple[str, ...]:
    """Return article, paragraph and point of what a finding is about, as far as they are known.

    They are those of the shape, since the law of the United Kingdom is cited by its articles only.
    """
    return tuple(_ARTICLE.findall(_of_shapes().get(finding.requirement, finding.provision)))


@cache
def _of_shapes() -> dict[str, str]:
    return {shape.requirement: shape.provision for shape in reversed(shapes.requirements())}
