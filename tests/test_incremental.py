"""A build reads what has changed and lets go of what has gone, and gives what a build from nothing gives."""

import dataclasses
import io
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from stored import written

from graph import Store, integrity
from graph.iri import sources_graph
from graph.ledger import Ledger
from graph.quads import Said
from policygraph.building import Failure, Job, Limits, Outcome, build, builder, here
from policygraph.building.builder import Summary
from policygraph.building.listing import files

TEXT = """{company} Privacy Policy

We collect your {data} to send you newsletters. We share your {data} with {recipient} on the basis of your consent.
{company} keeps your {data} for two years. We do not sell your {data}.
"""


def text(company: str, data: str = "email address", recipient: str = "Google") -> str:
    return TEXT.format(company=company, data=data, recipient=recipient)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with policies, one of which stands there twice, and with a file that is none."""
    made = tmp_path / "policies"
    (made / "inner").mkdir(parents=True)
    (made / "acme.txt").write_text(text("Acme Ltd"), "utf-8")
    (made / "bluth.txt").write_text(text("Bluth Company", "ledger of stamps", "Initech Ltd"), "utf-8")
    (made / "inner" / "copy.txt").write_text(text("Acme Ltd"), "utf-8")
    (made / "empty.txt").write_text("", "utf-8")
    return made


@pytest.fixture
def store(tmp_path: Path, folder: Path) -> Iterator[Store]:
    """Yield a store that holds what is in the folder."""
    with Store(tmp_path / "store") as opened:
        build([folder], opened)
        yield opened


class Engine:
    """Runs jobs in this process, and keeps which."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def __call__(self, jobs: Iterable[Job], limits: Limits) -> Iterator[Outcome]:
        """Yield what becomes of jobs."""
        for outcome in here(jobs, limits):
            self.read.append(Path(outcome.job.source).name)
            yield outcome


def built(store: Store, *paths: Path, retry_failed: bool = False) -> tuple[Summary, list[str]]:
    """Build, and return what came of it and which files were read."""
    engine = Engine()
    return build(paths, store, engine=engine, retry_failed=retry_failed), engine.read


def assert_as_from_nothing(store: Store, *paths: Path) -> None:
    with Store() as other:
        build(paths, other)
        assert written(store) == written(other)
    assert integrity(store) == []


# --- what is read ------------------------------------------------------------------------------------------


def test_nothing_is_read_twice(store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, size = written(store), len(store)
    monkeypatch.setattr(Store, "change", None)  # nothing is written at all
    summary, read = built(store, folder)
    assert (summary.read, summary.unchanged, summary.repeated, read) == (0, 3, 1, [])
    assert [Path(failure.source).name for failure in summary.failures] == ["empty.txt"]
    assert (written(store), len(store)) == (before, size)


def test_what_failed_is_tried_again_if_asked_or_if_it_has_changed(store: Store, folder: Path) -> None:
    assert built(store, folder, retry_failed=True)[1] == ["empty.txt"]
    (folder / "empty.txt").write_text(text("Cyberdyne Ltd"), "utf-8")
    summary, read = built(store, folder)
    assert (summary.failures, read) == ([], ["empty.txt"])
    assert_as_from_nothing(store, folder)


def test_what_has_changed_takes_the_place_of_what_was(store: Store, folder: Path) -> None:
    (folder / "bluth.txt").write_text(text("Bluth Company", "voice recordings", "Hooli Ltd"), "utf-8")
    assert built(store, folder)[1] == ["bluth.txt"]
    assert b"initech" not in written(store)
    assert b"stamps" not in written(store)
    assert_as_from_nothing(store, folder)


def test_what_can_be_read_no_more_leaves_the_graph(store: Store, folder: Path) -> None:
    (folder / "bluth.txt").write_bytes(b"\0\1\2" * 100)
    summary, _ = built(store, folder)
    assert [Path(failure.source).name for failure in summary.failures] == ["bluth.txt", "empty.txt"]
    assert b"Bluth" not in written(store)
    assert_as_from_nothing(store, folder)


def test_another_reader_reads_all_anew(store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(builder, "fingerprint", lambda: "another")
    assert sorted(built(store, folder)[1]) == ["acme.txt", "bluth.txt", "copy.txt", "empty.txt"]
    assert built(store, folder)[1] == []
    assert_as_from_nothing(store, folder)


# --- what goes ---------------------------------------------------------------------------------------------


def test_what_has_gone_leaves_with_all_that_came_from_it(store: Store, folder: Path) -> None:
    (folder / "bluth.txt").unlink()
    assert built(store, folder)[0].gone == 1
    assert b"initech" not in written(store)
    assert b"stamps" not in written(store)
    assert not [graph for graph in store.graphs() if "bluth" in graph.value]
    assert_as_from_nothing(store, folder)
    assert built(store, folder)[0].gone == 0


def test_a_text_stays_as_long_as_one_file_has_it(store: Store, folder: Path) -> None:
    (folder / "acme.txt").unlink()
    assert built(store, folder)[0].gone == 1
    assert [version.files for version in store.versions() if "acme" in version.iri] == [("copy.txt",)]
    assert_as_from_nothing(store, folder)
    (folder / "inner" / "copy.txt").unlink()
    built(store, folder)
    assert b"Acme" not in written(store)
    assert_as_from_nothing(store, folder)


def test_only_what_was_below_a_folder_that_is_named_can_have_gone(store: Store, folder: Path) -> None:
    (folder / "bluth.txt").unlink()
    (folder / "inner" / "copy.txt").unlink()
    (folder / "inner" / "new.txt").write_text(text("Cyberdyne Ltd"), "utf-8")
    assert built(store, folder / "inner")[0].gone == 1
    assert b"Bluth" in written(store)


def test_a_file_under_a_new_name_is_the_same_policy(store: Store, folder: Path) -> None:
    (folder / "bluth.txt").rename(folder / "renamed.txt")
    summary, read = built(store, folder)
    assert (summary.gone, read) == (1, ["renamed.txt"])
    assert [one.files for one in store.versions() if "bluth" in one.iri] == [("renamed.txt",)]
    assert_as_from_nothing(store, folder)


def test_files_and_store_can_be_moved_together(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "one").mkdir()
    folder.rename(tmp_path / "one" / "policies")
    with Store(tmp_path / "one" / "store") as opened:
        built(opened, tmp_path / "one" / "policies")
    (tmp_path / "one").rename(tmp_path / "other")
    with Store(tmp_path / "other" / "store") as opened:
        assert built(opened, tmp_path / "other" / "policies")[1] == []
        assert str(tmp_path) not in "".join(str(t) for t in opened.triples(sources_graph(opened.base)))


# --- one text, several files --------------------------------------------------------------------------------


def test_a_text_that_is_read_in_two_ways_is_read_as_its_first_file(tmp_path: Path) -> None:
    """One file has headings where the other has lines of text: both are one version, whoever comes first."""
    markdown = (
        "# Acme Ltd Privacy Policy\n\n## Sharing\n\nAcme Ltd shares your *email address* with Google.\n"
    )
    made = tmp_path / "policies"
    made.mkdir()
    paths = [made / "a.md", made / "b.txt"]
    for path in paths:
        path.write_text(markdown, "utf-8")
    with Store(tmp_path / "store") as store:
        for path in reversed(paths):
            built(store, path)
        assert_as_from_nothing(store, made)
        alike = written(store)
        paths[0].unlink()
        assert built(store, made)[1] == ["b.txt"]
        assert written(store) != alike
        assert_as_from_nothing(store, made)
        paths[0].write_text(markdown, "utf-8")
        built(store, made)
        assert written(store) == alike


def test_the_order_of_arguments_does_not_matter(folder: Path) -> None:
    graphs = set()
    paths = [folder / "inner", folder / "acme.txt", folder / "bluth.txt", folder]
    for order in (paths, paths[::-1], [folder], [*paths[1:], paths[0], *paths]):
        with Store() as store:
            build(order, store)
            graphs.add(written(store))
    assert len(graphs) == 1


def test_files_of_one_name_in_several_folders_are_policies_of_their_own(tmp_path: Path) -> None:
    for name, recipient in (("a", "Google"), ("b", "Initech Ltd")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "policy.txt").write_text(text("Acme Ltd", recipient=recipient), "utf-8")
    with Store() as store:
        built(store, tmp_path)
        assert [version.files for version in store.versions()] == [("policy.txt",)] * 2


# --- stores that others wrote --------------------------------------------------------------------------------


def test_what_a_store_held_before_there_was_a_ledger_is_replaced(tmp_path: Path, folder: Path) -> None:
    with Store(tmp_path / "store") as store:
        build([folder], store)
        store._store.remove_graph(ox.NamedNode(sources_graph(store.base)))
        (folder / "acme.txt").write_text(text("Acme Ltd", "voice recordings"), "utf-8")
        (folder / "inner" / "copy.txt").unlink()
        build([folder], store)
        assert {version.files for version in store.versions()} >= {("acme.txt",), ("bluth.txt",)}
        assert [one.files for one in store.versions() if "acme" in one.iri] == [("acme.txt",), ("copy.txt",)]


# --- what ends a build ---------------------------------------------------------------------------------------


def test_what_is_whole_is_kept_when_a_build_is_stopped(tmp_path: Path, folder: Path) -> None:
    def stopped(jobs: Iterable[Job], limits: Limits) -> Iterator[Outcome]:
        yield next(here(jobs, limits))
        raise KeyboardInterrupt

    with Store(tmp_path / "store") as store:
        with pytest.raises(KeyboardInterrupt):
            build([folder], store, engine=stopped)
        assert [entry.name for entry in Ledger(store).entries()] == ["acme.txt"]
        assert built(store, folder)[1] == ["bluth.txt", "empty.txt", "copy.txt"]
        assert_as_from_nothing(store, folder)


def test_edges_that_were_left_are_made_by_the_next_build(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Store(tmp_path / "store") as store:
        with monkeypatch.context() as patch:
            patch.setattr(Store, "refresh_derived", lambda _, **_options: False)
            build([folder], store)
        with Store() as other:
            build([folder], other)
            assert written(store) != written(other)
        assert built(store, folder)[1] == []
        assert_as_from_nothing(store, folder)


def test_a_file_that_cannot_be_opened_leaves_what_was_read_from_it(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = written(store)

    def away(path: Path) -> str:
        raise OSError(5, "Input/output error", str(path))

    with monkeypatch.context() as patch:
        patch.setattr("policygraph.building.job.digest_of", away)
        summary, read = built(store, folder)
    assert {failure.kind for failure in summary.failures} == {"missing"}
    assert (len(summary.failures), read) == (4, [])
    assert written(store) == before
    assert built(store, folder)[0].unchanged == 3


def test_a_pipe_is_refused_and_does_not_wait_for_a_writer(store: Store, folder: Path) -> None:
    os.mkfifo(folder / "pipe.txt")
    summary, read = built(store, folder / "pipe.txt", folder / "acme.txt")
    assert [one.reason for one in summary.failures] == [
        "pipe.txt: cannot be opened (this is no file: save what it gives, and name that)"
    ]
    assert read == []


# --- the ledger ----------------------------------------------------------------------------------------------


def test_an_entry_comes_back_as_it_was_kept(store: Store) -> None:
    ledger = Ledger(store)
    entries = {entry.name: entry for entry in ledger.entries()}
    assert set(entries) == {"acme.txt", "bluth.txt", "copy.txt", "empty.txt"}
    assert entries["empty.txt"].kind == "unreadable"
    assert "holds no text" in entries["empty.txt"].reason
    assert entries["acme.txt"].version == entries["copy.txt"].version
    assert set(ledger.holders(entries["acme.txt"].version)) == {
        entries[name].source for name in ("acme.txt", "copy.txt")
    }
    other = dataclasses.replace(entries["empty.txt"], reason="another")
    ledger.keep([(other, Said())])
    assert ledger.entry(other.source) == other


def test_the_ledger_is_not_written(store: Store) -> None:
    assert sources_graph(store.base).encode() not in written(store)
    output = io.BytesIO()
    store.export(output, "nquads", lexicon=False, runs=True)
    assert sources_graph(store.base).encode() in output.getvalue()


# --- listing -------------------------------------------------------------------------------------------------


def test_each_file_is_listed_once_by_whatever_way(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    (folder / "notes.rst").write_text("none", "utf-8")
    (folder / "link.txt").symlink_to(folder / "acme.txt")
    expected = ["acme.txt", "bluth.txt", "empty.txt", "inner/copy.txt", "link.txt"]
    assert list(map(str, files([Path()]))) == expected
    assert [path.name for path in files([Path(), folder, folder / "inner", Path("acme.txt")])] == [
        Path(name).name for name in expected
    ]
    assert list(map(str, files([Path("notes.rst"), Path("notes.rst")]))) == ["notes.rst"]


def test_a_failure_is_told_with_others_of_its_kind_if_there_are_many() -> None:
    from policygraph.building import telling  # noqa: PLC0415  what is told is told by the command only

    failures = [Failure(f"a/{n}.txt", f"{n}.txt: holds no text; check it") for n in range(25)]
    assert list(telling.reasons(failures[:2])) == [one.reason for one in failures[:2]]
    failures.append(Failure("b.pdf", "b.pdf: is a scan"))
    assert list(telling.reasons(failures)) == [
        "25 × holds no text; check it (a/0.txt, a/1.txt, a/2.txt, …)",
        "1 × is a scan (b.pdf)",
    ]


def test_how_a_build_goes_is_told_in_a_line() -> None:
    from policygraph.building import telling  # noqa: PLC0415

    summary = Summary(total=100, read=10, unchanged=30, failures=[Failure("a.txt", "no")])
    assert telling.progress(summary, 22.0) == (
        "41 of 100 policies, 30 unchanged, 1 not read, 0.5 a second, 0:01:58 left"
    )
