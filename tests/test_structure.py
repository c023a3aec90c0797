"""What the layout promises is there: extractors in their table, terms in the ontology, folders in the wheel."""

import ast
import doctest
import importlib
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import ontology
import queries
from extract.reading import EXTRACTORS, OF_THE_COMPANY

ROOT = Path(__file__).parents[1]
PACKAGES = ("ontology", "extract", "graph", "queries", "policygraph")
HEAVY = ("spacy", "pyshacl", "rdflib", "networkx", "lxml", "pypdfium2", "SPARQLWrapper")
SURFACES = ("ontology", "extract.readers", "extract.parser", "graph", "graph.page", "queries", "policygraph")
MOST_NAMES = 12
TERM = re.compile(
    r"(?<![\w:/?])((?:pgc?|pgq|dpv|pd|dct|oa|prov|eu-gdpr|legal-eu|legal-gb|loc|ai):[A-Za-z][\w-]*)"
)
IN_PYTHON = re.compile(r"(?:pgc?|pgq|dpv|pd|dct|oa|prov|eu-gdpr|legal-eu|legal-gb|loc|ai):[A-Za-z][\w-]*")

HELPERS = {
    "address": "reads postal addresses for contact and controller",
    "around": "finds sentences, clauses and cues around a place",
    "asides": "keeps words that are put in between from the parser",
    "assemble": "puts the claims of all extractors together",
    "author": "finds where a policy names its author, for controller",
    "claim": "says what a claim is",
    "composed": "tells the concept of a phrase by its words, for purposes",
    "data_list": "finds where a policy lists data",
    "described": "finds data that are described instead of named",
    "document": "says what a document is",
    "draft": "holds a statement in the making, for assemble and pointing",
    "enumeration": "finds the members of lists of data that the lexicon does not know",
    "errors": "says what can go wrong",
    "extent": "finds where a noun phrase of data begins and ends",
    "frame": "cuts sentences into clauses",
    "getting": "tells parties that data reach by what is said of the data, for recipients",
    "handed": "tells data that somebody needs, sees or gets, for data",
    "language": "tells the language before anything is extracted",
    "matcher": "finds the forms of the lexicon",
    "naming": "reads the name of an organisation off the words beside a place",
    "noun_list": "cuts lists of nouns apart, for purposes",
    "occasion": "finds purposes that an occasion states",
    "parties": "finds parties that common nouns name, for recipients",
    "passage": "says what an extractor is given",
    "pointing": "lets statements take over what they point to, for assemble",
    "promises": "finds practices that are said in words standing apart, for measures",
    "reach": "finds how data reach somebody, for recipients",
    "reading": "holds the table of extractors",
    "recorded": "finds data by the noun for records that they end in",
    "records": "reads labelled parts together, for assemble",
    "seat": "says in which country the company is at home, for controller",
    "stated": "finds purposes that a clause states by its verb",
    "topics": "says what headings and lead-ins announce",
    "turns": "sets apart data and what is said of them that take turns, for assemble",
    "unknown": "tells companies that no gazetteer knows, for recipients",
    "usual": "joins what usually goes together, for assemble",
    "verb_phrase": "cuts coordinated verb phrases apart, for purposes",
}


def python_files() -> list[Path]:
    return [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


def strings_in(path: Path) -> Iterator[str]:
    """Yield the string constants of a Python file that are no docstrings and no parts of other strings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    docs = {ast.get_docstring(node, clean=False) for node in ast.walk(tree) if isinstance(node, documented)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in parts and isinstance(node.value, str):
            yield from {node.value} - docs


def printed(code: str, *, check: bool = True) -> str:
    """Return what a fresh Python prints."""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=check)
    return done.stdout.strip()


# --- extractors --------------------------------------------------------------------------------------------


def test_every_extractor_file_is_in_a_table_and_helpers_are_known() -> None:
    files = {path.stem for path in (ROOT / "extract").glob("*.py")} - {"__init__"}
    extractors = {extractor.__name__ for extractor in (*EXTRACTORS, *OF_THE_COMPANY)}
    assert files - extractors == HELPERS.keys()
    assert not extractors & HELPERS.keys()


def test_an_extractor_has_the_name_of_its_file_and_stands_once() -> None:
    both = (*EXTRACTORS, *OF_THE_COMPANY)
    assert len({extractor.__name__ for extractor in both}) == len(both)
    for extractor in both:
        assert extractor.__module__ == f"extract.{extractor.__name__}"
        assert extractor.__doc__


@pytest.mark.parametrize("extractor", [*EXTRACTORS, *OF_THE_COMPANY], ids=lambda one: one.__name__)
def test_every_extractor_has_cases(extractor: object) -> None:
    path = ROOT / "tests" / "cases" / f"{getattr(extractor, '__name__', '')}.toml"
    cases = tomllib.loads(path.read_text(encoding="utf-8"))
    assert any(case["claims"] for case in cases.values())
    assert any(not case["claims"] for case in cases.values())


def test_no_cases_are_left_over() -> None:
    names = {path.stem for path in (ROOT / "tests" / "cases").glob("*.toml")}
    assert names <= {extractor.__name__ for extractor in (*EXTRACTORS, *OF_THE_COMPANY)} | HELPERS.keys()


# --- terms -------------------------------------------------------------------------------------------------


def test_every_cue_that_python_asks_for_is_in_the_turtle() -> None:
    known = ontology.load()
    asked = {
        f"pgq:{node.args[0].value!s}"
        for path in python_files()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "cue"
        and isinstance(node.args[0], ast.Constant)
    }
    assert len(asked) > 10
    for curie in sorted(asked):
        known.term(curie)


@pytest.mark.parametrize("path", python_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_term_that_python_names_is_in_the_turtle(path: Path) -> None:
    known = ontology.load()
    for text in strings_in(path):
        if IN_PYTHON.fullmatch(text):
            known.term(text)


@pytest.mark.parametrize(
    "path",
    [
        path
        for folder in ("queries", "graph", "ontology/shapes", "policygraph/explorer")
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in (".rq", ".ttl")
    ],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_every_term_of_a_query_or_shape_is_in_the_turtle(path: Path) -> None:
    known = ontology.load()
    lines = path.read_text(encoding="utf-8").splitlines()
    said = "\n".join(line for line in lines if not line.startswith(("#", "PREFIX", "@prefix")))
    for curie in sorted(set(TERM.findall(re.sub(r'"[^"\n]*"@en', "", said)))):
        known.term(curie)


def test_every_cue_has_a_label_and_its_file_is_read() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in python_files())
    known = ontology.load()
    for name in known.vocabularies["pgq"]:
        assert known.terms[known.term(f"pgq:{name}")].label, name
    for path in sorted((ROOT / "ontology" / "cues").glob("*.ttl")):
        if "skos:altLabel" not in path.read_text(encoding="utf-8"):
            continue  # a table of facts, which is asked for by its properties
        assert re.search(rf"[\"/]{re.escape(path.stem)}\"", source), f"{path.name} is read by nothing"


def test_every_question_begins_with_a_question() -> None:
    files = sorted((ROOT / "queries").glob("*.rq"))
    assert len(files) >= 15
    for path in files:
        assert re.fullmatch(r"# [A-Z].*\?", path.read_text(encoding="utf-8").splitlines()[0]), path.name
    assert {path.stem for path in files} == queries.questions().keys()


def test_every_edge_begins_with_a_question_and_makes_its_own_term() -> None:
    files = sorted((ROOT / "graph" / "derived").glob("*.rq"))
    assert files
    for path in files:
        text = path.read_text(encoding="utf-8")
        assert re.match(r"# [A-Z].*\?\n", text), path.name
        assert f"pg:{path.stem} " in text
        ontology.load().term(f"pg:{path.stem}")


# --- the public surface ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SURFACES)
def test_the_public_names_are_few_sorted_and_there(name: str) -> None:
    module = importlib.import_module(name)
    names = list(module.__all__)
    assert len(names) <= MOST_NAMES
    assert len(set(names)) == len(names)
    assert all(hasattr(module, one) for one in names)


@pytest.mark.parametrize("name", [name for name in SURFACES if name != "policygraph"])
def test_nothing_else_is_public(name: str) -> None:
    """What a package imports from its own modules is in its __all__, and the other way round."""
    module = importlib.import_module(name)
    tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
    brought = {
        alias.asname or alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith(name)
        for alias in node.names
    }
    made = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    public = {one for one in made if not one.startswith("_")}
    assert (brought & set(module.__all__)) | public == set(module.__all__)


def test_the_front_door_gives_what_it_names() -> None:
    import policygraph  # noqa: PLC0415  what is lazy is looked at late

    assert dir(policygraph) == sorted(policygraph.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'reed'"):
        _ = policygraph.reed


@pytest.mark.parametrize("name", ["policygraph", "graph", "queries", "ontology", "policygraph.cli"])
def test_imports_are_light(name: str) -> None:
    code = f"import sys, {name}; print([name for name in {HEAVY!r} if name in sys.modules])"
    assert printed(code) == "[]"


def test_help_is_light() -> None:
    code = (
        "import sys\nsys.argv = ['policygraph', '--help']\nfrom policygraph.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n"
        f"    print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    said = printed(code)
    assert "Usage:" in said
    assert said.splitlines()[-1] == "[]"


@pytest.mark.parametrize("path", python_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_says_what_it_does(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    said = ast.get_docstring(tree)
    assert said
    assert said.split("\n\n")[0].rstrip(".:?").strip()


def test_only_the_command_prints_or_ends() -> None:
    for path in python_files():
        if path.name in ("cli.py", "train.py"):  # train.py is a script: it prints how it goes
            continue
        calls = [
            node.func for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)
        ]
        names = {call.id for call in calls if isinstance(call, ast.Name)}
        assert not names & {"print", "exit", "quit"}, path


# --- the wheel ---------------------------------------------------------------------------------------------


def test_the_wheel_holds_every_folder_with_its_data(tmp_path: Path) -> None:
    pytest.importorskip("hatchling", reason="only pip installs the builder, in an environment of its own")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    done = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    files = [path for package in PACKAGES for path in (ROOT / package).rglob("*") if path.is_file()]
    wanted = {str(path.relative_to(ROOT)) for path in files if path.suffix != ".pyc"}
    assert wanted - held == set()
    assert any(name.startswith("extract/parser/model/") for name in held)
    assert not any(name.startswith(("tests/", "seeds/", "bench/")) for name in held)


def test_the_folders_are_those_of_the_configuration() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    folders = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert folders == set(PACKAGES)
    assert set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]) == folders
    assert set(project["tool"]["importlinter"]["root_packages"]) == folders
    assert not (ROOT / "tests" / "__init__.py").exists()


# --- documentation -----------------------------------------------------------------------------------------


def documented() -> list[str]:
    """Return the modules whose docstrings hold examples."""
    found = [path for path in python_files() if re.search(r"^ *>>> ", path.read_text("utf-8"), re.MULTILINE)]
    parts = (path.relative_to(ROOT).with_suffix("").parts for path in found)
    return [".".join(part).removesuffix(".__init__") for part in parts]


@pytest.mark.parametrize("name", documented())
def test_examples_in_docstrings_run(name: str) -> None:
    result = doctest.testmod(importlib.import_module(name))
    assert result.attempted
    assert not result.failed


def test_there_are_examples() -> None:
    assert {"ontology", "queries"} <= set(documented())


def test_examples_in_the_readme_run(seed_folder: Path) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```pycon\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    if not blocks:
        pytest.skip("the README has no block of pycon")
    # What the README keeps in its default folder stands in a folder of the tests here.
    source = "\n".join(blocks).replace(".policygraph", str(seed_folder))
    test = doctest.DocTestParser().get_doctest(source, {}, "README", "README.md", 0)
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    assert not runner.run(test).failed
