"""A reading becomes statements: triples, each with the evidence that says it."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pyoxigraph as ox

from extract.claim import Claim, Company, Concept, Evidence, Node, Service, Text, Unmapped
from graph import iri
from graph.naming import Names, Placed, heading_before
from graph.terms import Term, term, typed

_SIGNATURE = 16


@dataclass(frozen=True, slots=True)
class Fact:
    """One triple and the places of the text that say it; those that follow from the model have none."""

    subject: ox.NamedNode
    predicate: ox.NamedNode
    object: Term
    evidence: tuple[Evidence, ...] = ()


def facts(names: Names) -> Iterator[Fact]:
    """Yield what the reading states: about the version, its controllers, its processes and denials."""
    yield from _version(names)
    yield from _controllers(names)
    version = ox.NamedNode(names.version.version)
    yield from _claimed(names, version, names.reading.facts)
    for placed in names.statements:
        yield from _statement(names, placed)


def _version(names: Names) -> Iterator[Fact]:
    """Yield what is known of the version without reading it. Its title is the file's name."""
    reading, version = names.reading, ox.NamedNode(names.version.version)
    policy = ox.NamedNode(names.version.policy)
    yield Fact(policy, term("rdf:type"), term("dpv:PrivacyNotice"))
    yield Fact(policy, term("dct:hasVersion"), version)
    yield Fact(version, term("rdf:type"), term("pg:PolicyVersion"))
    yield Fact(version, term("dct:isVersionOf"), policy)
    yield Fact(version, term("dct:title"), ox.Literal(reading.name))
    yield Fact(version, term("dct:language"), ox.Literal(reading.language))
    yield Fact(version, term("pg:textSha256"), ox.Literal(reading.sha256))


def _controllers(names: Names) -> Iterator[Fact]:
    """Yield the companies whose policy it is, with what the policy says about them."""
    version, policy = ox.NamedNode(names.version.version), ox.NamedNode(names.version.policy)
    has_name = term("dpv:hasName").value
    for company, claims in ((owner.company, owner.claims) for owner in names.owners):
        node = ox.NamedNode(names.company(company))
        naming = tuple(found for claim in claims if claim.predicate == has_name for found in claim.evidence)
        yield Fact(version, term("dpv:hasDataController"), node, naming)
        yield Fact(node, term("rdf:type"), term("dpv:Organisation"))
        yield Fact(node, term("dpv:hasPolicy"), policy)
        if not naming:
            yield Fact(node, term("dpv:hasName"), ox.Literal(company.name))
        if not names.reading.controllers:
            yield Fact(node, term("pg:resolution"), term("pg:Unresolved"))
        yield from _claimed(names, node, claims)


def _statement(names: Names, placed: Placed) -> Iterator[Fact]:
    """Yield the triples of one process or denied practice, and the one that links it."""
    statement, node = placed.statement, ox.NamedNode(placed.iri)
    version = ox.NamedNode(names.version.version)
    yield Fact(node, term("rdf:type"), term("pg:DeniedPractice" if statement.denied else "dpv:Process"))
    yield Fact(node, term("pg:inPolicy"), version)
    yield from _links(placed, version)
    scenario = term("pg:scenario")
    if all(claim.predicate != scenario.value for claim in statement.claims):
        yield from _scenario(names, placed)
    written = list(_claimed(names, node, statement.claims, denied=statement.denied))
    yield from written
    yield Fact(node, term("pg:signature"), ox.Literal(_signature(names, node, written)))


def _links(placed: Placed, version: ox.NamedNode) -> Iterator[Fact]:
    """Yield the triples by which a statement hangs on the policy or on the statement above it."""
    node, above = ox.NamedNode(placed.iri), placed.parent
    if above is not None and placed.exception and above.statement.denied:
        yield Fact(ox.NamedNode(above.iri), term("pg:hasException"), node)
    if placed.statement.denied:
        yield Fact(version, term("dpv:hasProhibition"), node)
    elif above is None or placed.exception or above.statement.denied:
        yield Fact(version, term("dpv:hasProcess"), node)
    else:
        yield Fact(ox.NamedNode(above.iri), term("dpv:hasProcess"), node)


def _scenario(names: Names, placed: Placed) -> Iterator[Fact]:
    """Yield the heading under which a statement stands, with the heading as its mention."""
    heading = heading_before(names.reading, placed.statement.anchor[0])
    if placed.statement.section and heading:
        mention = Evidence(*heading, support="Inherited", confidence=1.0, rule="heading")
        name = ox.Literal(" ".join(placed.statement.section.split()))
        yield Fact(ox.NamedNode(placed.iri), term("pg:scenario"), name, (mention,))


def _claimed(
    names: Names, subject: ox.NamedNode, claims: tuple[Claim, ...], *, denied: bool = False
) -> Iterator[Fact]:
    """Yield the triples of `claims` about `subject`, and those of the nodes, companies and phrases in them.

    What a claim denies becomes a triple only where the subject is a denied practice.
    """
    for claim in claims:
        if claim.denied and not denied:
            continue
        yield from _about_value(names, claim, denied=denied)
        for predicate, value in _pairs(names, claim):
            yield Fact(subject, predicate, value, claim.evidence)


def _pairs(names: Names, claim: Claim) -> Iterator[tuple[ox.NamedNode, Term]]:
    """Yield predicate and object of each triple that one claim makes on its subject."""
    predicate = ox.NamedNode(claim.predicate)
    recipient = term("dpv:hasRecipient")
    role = predicate == recipient or claim.predicate in names.recipient_roles
    if isinstance(claim.value, Service):
        yield term("dpv:hasService"), ox.NamedNode(names.service(claim.value))
        provider = _provider(names, claim.value)
        if provider is not None:
            yield recipient, ox.NamedNode(provider)
            if role and predicate != recipient:
                yield predicate, ox.NamedNode(provider)
        return
    value = _value(names, claim)
    yield predicate, value
    if role and predicate != recipient:
        yield recipient, value


def _provider(names: Names, service: Service) -> str | None:
    """Return the company behind a service: as claimed, else as the gazetteer knows it."""
    if service.provider is not None:
        return names.company(service.provider)
    known = names.ontology.values(names.service(service), term("dpv:hasServiceProvider").value)
    return known[0] if known else None


def _value(names: Names, claim: Claim) -> Term:
    """Return the object that the value of a claim becomes."""
    value = claim.value
    if isinstance(value, Text):
        if value.datatype == "langString":
            return ox.Literal(value.value, language=names.reading.language)
        return typed(value.value, value.datatype)
    if isinstance(value, Node):
        return ox.NamedNode(names.node(value, claim.evidence))
    return ox.NamedNode(_iri(names, value))


def _iri(names: Names, value: Concept | Unmapped | Company | Service) -> str:
    """Return the IRI of a value that has a name."""
    if isinstance(value, Unmapped):
        return iri.unmapped(value.slot, value.phrase, names.version.base)
    if isinstance(value, Company):
        return names.company(value)
    return names.service(value) if isinstance(value, Service) else value.iri


def _about_value(names: Names, claim: Claim, *, denied: bool) -> Iterator[Fact]:
    """Yield what has to be said about the value of a claim itself, so that nothing hangs in the air."""
    value = claim.value
    if isinstance(value, Node):
        node = ox.NamedNode(names.node(value, claim.evidence))
        for kind in value.types:
            yield Fact(node, term("rdf:type"), ox.NamedNode(kind))
        if value.kind == "storage":
            yield Fact(node, term("pg:inPolicy"), ox.NamedNode(names.version.version))
        yield from _claimed(names, node, value.claims, denied=denied)
    elif isinstance(value, Service):
        yield from _about_service(names, value)
    elif isinstance(value, Company):
        yield from _about_company(names, value)


def _about_company(names: Names, company: Company) -> Iterator[Fact]:
    """Yield type, name and mark of a company that neither the gazetteer nor the policy itself presents."""
    node = names.company(company)
    if node in names.ontology.terms or node in {names.company(owner.company) for owner in names.owners}:
        return
    yield Fact(ox.NamedNode(node), term("rdf:type"), term("dpv:Organisation"))
    yield Fact(ox.NamedNode(node), term("dpv:hasName"), ox.Literal(company.name))
    yield Fact(ox.NamedNode(node), term("pg:resolution"), term("pg:Unresolved"))


def _about_service(names: Names, service: Service) -> Iterator[Fact]:
    """Yield title and provider of a service that the gazetteer does not know."""
    node = names.service(service)
    if service.provider is not None:
        yield from _about_company(names, service.provider)
    if node in names.ontology.terms:
        return
    yield Fact(ox.NamedNode(node), term("rdf:type"), term("dpv:Service"))
    yield Fact(ox.NamedNode(node), term("dct:title"), ox.Literal(service.name))
    if service.provider is not None:
        provider = ox.NamedNode(names.company(service.provider))
        yield Fact(ox.NamedNode(node), term("dpv:hasServiceProvider"), provider)


def _signature(names: Names, node: ox.NamedNode, written: list[Fact]) -> str:
    """Return 16 hex of the SHA-256 of the sorted slot values; inner nodes count by their content."""
    lines = "\n".join(sorted(_lines(names, node, written)))
    return hashlib.sha256(lines.encode()).hexdigest()[:_SIGNATURE]


def _lines(names: Names, node: ox.NamedNode, written: list[Fact]) -> Iterator[str]:
    """Yield "predicate value" for each slot of `node`; the IRI of an inner node would carry its offsets."""
    for fact in dict.fromkeys(replace(fact, evidence=()) for fact in written if fact.subject == node):
        if fact.predicate in (term("pg:scenario"), term("pg:inPolicy")):
            continue
        value = str(fact.object)
        if isinstance(fact.object, ox.NamedNode) and fact.object.value.startswith(names.version.version):
            value = "[" + " ; ".join(sorted(_lines(names, fact.object, written))) + "]"
        yield f"{fact.predicate} {value}"


def merged(found: Iterator[Fact]) -> Iterator[Fact]:
    """Yield each triple once, with all its evidence."""
    evidence: dict[tuple[ox.NamedNode, ox.NamedNode, Term], tuple[Evidence, ...]] = {}
    for fact in found:
        key = (fact.subject, fact.predicate, fact.object)
        evidence[key] = evidence.get(key, ()) + fact.evidence
    for (subject, predicate, value), spans in evidence.items():
        yield replace(Fact(subject, predicate, value), evidence=spans)
