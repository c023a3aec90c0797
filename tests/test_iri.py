import pytest

from graph import iri
from graph.iri import VersionIris

BASE = "https://w3id.org/policygraph/id/"
SHA = "94264ec739c5d66517a5045446f3eb7baa5a2486236136de46274581ac2b5c52"
CLIK = VersionIris("clik-limited", "privacy", SHA)


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Clik Limited", "clik-limited"),
        ("Société Générale S.A.", "societe-generale-s-a"),
        ("  AT&T, Inc. ", "at-t-inc"),
        ("ﬁnance™ GmbH & Co. KG", "financetm-gmbh-co-kg"),
        ("Яндекс", "5ed92773c808"),
    ],
)
def test_a_name_becomes_ascii_words_with_hyphens(name: str, slug: str) -> None:
    assert iri.slug(name) == slug


def test_names_without_ascii_letters_stay_apart() -> None:
    assert iri.slug("微信") != iri.slug("百度")


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (iri.company("Clik Limited"), "company/clik-limited"),
        (iri.service("Google Analytics"), "service/google-analytics"),
        (CLIK.policy, "policy/clik-limited/privacy/"),
        (CLIK.version, "policy/clik-limited/privacy/94264ec739c5/"),
        (CLIK.span(4853, 4866), "policy/clik-limited/privacy/94264ec739c5/text#char=4853,4866"),
        (CLIK.graph, "policy/clik-limited/privacy/94264ec739c5/graph"),
        (CLIK.evidence, "policy/clik-limited/privacy/94264ec739c5/evidence"),
        (iri.unmapped("personal-data", "Reward  Ledger"), "concept/personal-data/reward-ledger"),
        (iri.shared_graph("derived"), "graph/derived"),
        (iri.run_graph("2026-11-22 10:00"), "graph/run/2026-11-22-10-00"),
    ],
)
def test_iris_are_those_of_the_data_model(made: str, expected: str) -> None:
    assert made == BASE + expected


def test_nodes_of_a_version_lie_below_it() -> None:
    below = {
        CLIK.statement("Live Chat", (4938, 4944)): "p/live-chat.4938-4944",
        CLIK.statement("Live Chat", (4938, 4944), 2): "p/live-chat.4938-4944.2",
        CLIK.statement("Live Chat", (4938, 4944), denied=True): "n/live-chat.4938-4944",
        CLIK.statement("", (1, 2)): "p/top.1-2",
        CLIK.mention(4853, 4866, 1): "m/4853-4866.1",
        CLIK.storage("How Long We Keep Your Information For", 1): "storage/how-long-we-keep.1",
        CLIK.node("c", "Browse", (3290, 3330)): "c/browse.3290-3330",
    }
    for made, expected in below.items():
        assert made == CLIK.version + expected


def test_another_base_moves_every_iri() -> None:
    other = VersionIris("acme", "cookies", SHA, "https://example.org/")
    assert other.evidence == "https://example.org/policy/acme/cookies/94264ec739c5/evidence"
    assert iri.company("Acme", "https://example.org/") == "https://example.org/company/acme"
