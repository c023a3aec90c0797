"""Readings written by hand, so that the graph is tested without the luck of an extractor."""

import hashlib
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from extract.claim import (
    Claim,
    Company,
    Concept,
    Controller,
    Evidence,
    Node,
    Reading,
    Service,
    Statement,
    Support,
    Text,
    Unmapped,
    Value,
)
from ontology import expand

ROOT = Path(__file__).parents[1]
CLIK = "000_6f7f262a6d51d04d.txt"
CO = "https://w3id.org/policygraph/id/company/"
SVC = "https://w3id.org/policygraph/id/service/"


def concept(curie: str) -> Concept:
    return Concept(expand(curie))


def reading(
    text: str,
    *,
    name: str = "acme.txt",
    controllers: Iterable[Controller] = (),
    facts: Iterable[Claim] = (),
    statements: Iterable[Statement] = (),
    headings: tuple[tuple[int, int], ...] = (),
) -> Reading:
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Reading(
        name,
        text,
        digest,
        "text/plain",
        "en",
        "privacy",
        tuple(controllers),
        tuple(facts),
        tuple(statements),
        headings,
    )


class Said:
    """Makes claims about one text: each with the place where a quote stands in it."""

    def __init__(self, text: str) -> None:
        self.text = text

    def at(self, quote: str, after: int = 0) -> tuple[int, int]:
        """Return where `quote` stands first behind `after`."""
        start = self.text.index(quote, after)
        return start, start + len(quote)

    def claim(
        self,
        predicate: str,
        value: Value | str,
        quote: str,
        after: int = 0,
        *,
        support: Support = "Explicit",
        confidence: float = 0.9,
        denied: bool = False,
    ) -> Claim:
        """Return a claim that the first `quote` behind `after` says; a value that is a text is a CURIE."""
        evidence = Evidence(*self.at(quote, after), support=support, confidence=confidence)
        made = concept(value) if isinstance(value, str) else value
        return Claim(expand(predicate), made, (evidence,), denied=denied)


def clik() -> Reading:
    """Return the section "Live Chat" of the worked example of the data model."""
    text = (ROOT / "seeds" / CLIK).read_text(encoding="utf-8")
    said = Said(text)
    chat = said.at("\nLive Chat\n")
    keep = said.at("How Long We Keep Your Information For", 17400)
    company = Company("Clik Limited")
    controller = Controller(
        company,
        (
            said.claim("dpv:hasName", Text("Clik Limited"), "Clik Limited"),
            said.claim("dpv:hasIdentifier", Text("GB-COH-03908285"), "3908285"),
            said.claim("dpv:hasCountry", "loc:GB", "England and Wales"),
            said.claim("dpv:hasContact", Text("privacy@cliksoftware.com"), "privacy@cliksoftware.com"),
        ),
    )
    duration = said.claim(
        "dpv:hasDuration", "pgc:UntilContractEnd", "for the duration of our business relationship", keep[1]
    )
    storage = Node("storage", (expand("dpv:StorageDuration"),), (duration,))
    facts = (
        said.claim("dpv:hasApplicableLaw", "legal-gb:law-GDPR", "England and Wales", support="Inferred"),
        said.claim("dpv:hasRight", "eu-gdpr:A15", "right to access"),
        said.claim("dpv:hasRight", "eu-gdpr:A17", "Right To Erasure"),
        said.claim("dpv:hasStorageCondition", storage, "retain", keep[1]),
    )
    headings = ((chat[0] + 1, chat[1] - 1), keep)
    statements = tuple(_live_chat(said, chat[0]))
    return reading(
        text,
        name=CLIK,
        controllers=[controller],
        facts=facts,
        statements=statements,
        headings=headings,
    )


def _live_chat(said: Said, start: int) -> Iterable[Statement]:
    stored = said.at("stored", start)[0]
    say = partial(said.claim, after=start)
    inherit = partial(said.claim, after=stored, support="Inherited")
    chat, crm = (Service(name, None, Company("HubSpot")) for name in ("HubSpot Live Chat", "HubSpot CRM"))
    help_desk = Service("Zendesk Live Chat", None, Company("Zendesk"))
    telephone = Unmapped(
        "personal-data",
        expand("dpv:PersonalData"),
        "Company telephone number",
        expand("pd:TelephoneNumber"),
        0.5,
    )
    wish = "if you wish us to send you any information"
    rows: dict[str, tuple[Claim, ...]] = {
        "Hubspot Live Chat": (
            say("dpv:hasProcessing", "dpv:Share", "use", support="Inferred", confidence=0.6),
            say("dpv:hasService", chat, "Hubspot Live Chat"),
            say("dpv:hasPurpose", "pgc:RespondToEnquiries", "enquiries"),
        ),
        "Zendesk Live Chat": (
            say("dpv:hasDataProcessor", help_desk, "Zendesk Live Chat"),
            say("dpv:hasPurpose", "dpv:CustomerCare", "technical support"),
        ),
        "collect": (
            say("dpv:hasProcessing", "dpv:Collect", "collect"),
            say("dpv:hasPersonalData", "dpv:ProvidedPersonalData", "information you provide"),
            say("dpv:hasPersonalData", "pgc:ChatTranscript", "transcript of the chat"),
            say("pg:isExhaustive", Text("true", "boolean"), "only"),
        ),
        "consent": (
            say("dpv:hasPurpose", "dpv:DirectMarketing", "send you any information"),
            say("dpv:hasLegalBasis", "eu-gdpr:A6-1-a", "consent"),
            say("pg:hasCondition", Text(wish, "langString"), wish),
        ),
        "stored": (
            say("pg:modality", "pg:Stated", "will be stored"),
            say("dpv:hasProcessing", "dpv:Store", "stored"),
            say("dpv:hasRecipient", crm, "Hubspot CRM"),
            say("dpv:hasPersonalData", "pd:EmailAddressWork", "company email", confidence=0.97),
            say("dpv:hasPersonalData", "pd:Name", "name"),
            say("dpv:hasPersonalData", telephone, "company telephone number"),
            inherit("dpv:hasLegalBasis", "eu-gdpr:A6-1-f", "legitimate interest"),
            inherit("dpv:hasLegalBasis", "eu-gdpr:A6-1-b", "contractual"),
        ),
    }
    for anchor, claims in rows.items():
        yield Statement(said.at(anchor, start), "Live Chat", claims)
