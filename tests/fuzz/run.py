"""Fuzzes the readers, the extraction, and whatever else takes what strangers write, each for a bounded time.

    python tests/fuzz/run.py [TARGET...] [--seconds N] [--folder FOLDER]
    python tests/fuzz/run.py TARGET --again FILE

Each target runs in a process of its own, with coverage as its guide (atheris, the extra `fuzz`), from the texts of
the cases and the seeds; what it learns is kept in FOLDER (`.fuzz`) for the next time. An input that makes it fail,
hang or take more memory than it may is saved there and named at the end. `--again` runs one such input alone.
"""

import argparse
import hashlib
import re
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

_HERE = Path(__file__).resolve()
_ROOT = _HERE.parents[2]
sys.path[:0] = [str(_ROOT), str(_ROOT / "tests"), str(_ROOT / "bench"), str(_HERE.parent)]

SECONDS = 60
SLOWEST = 60  # seconds for one input, by the clock: a busy machine is slow, too
MOST_MEMORY = 2048  # MB
INSTRUMENTED = ["extract", "markdown_it", "graph", "queries", "policygraph", "ontology"]


def main() -> None:
    """Do what the arguments say; end with 1 if something was found."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="what to fuzz; default: everything")
    parser.add_argument("--seconds", type=int, default=SECONDS, help="for each target (%(default)s)")
    parser.add_argument("--folder", type=Path, default=_ROOT / ".fuzz", help="what is kept (%(default)s)")
    parser.add_argument("--again", type=Path, metavar="FILE", help="run one input, without the fuzzer")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        _fuzz(options.targets[0], options.folder, options.seconds)
        return
    from targets import TARGETS  # noqa: PLC0415  the path had to be set first

    unknown = sorted(set(options.targets) - set(TARGETS))
    if unknown:
        parser.error(f"there is no target {unknown[0]}; there are {', '.join(TARGETS)}")
    if options.again:
        if len(options.targets) != 1:
            parser.error("--again needs the one target that failed")
        TARGETS[options.targets[0]].run(options.again.read_bytes())
        print(f"{options.again}: nothing is wrong with it")
    else:
        sys.exit(_report(list(_found(options.targets or list(TARGETS), options.folder, options.seconds))))


def _found(targets: Sequence[str], folder: Path, seconds: int) -> Iterator[tuple[str, Path]]:
    """Yield the inputs that make a target fail, each with its target."""
    for target in targets:
        place = folder / target
        for part in ("corpus", "found"):
            (place / part).mkdir(parents=True, exist_ok=True)
        before = set((place / "found").iterdir())
        command = [
            sys.executable,
            str(_HERE),
            target,
            "--inside",
            "--seconds",
            str(seconds),
            "--folder",
            str(folder),
        ]
        print(f"{target}: {seconds} seconds", flush=True)
        begun = _cpu()
        with (place / "log").open("w", encoding="utf-8") as log:
            done = subprocess.run(command, stdout=log, stderr=subprocess.STDOUT, check=False)
        fresh = sorted(set((place / "found").iterdir()) - before)
        print(f"{target}: {_cpu() - begun:.0f} s of CPU time, {_last(place / 'log')}", flush=True)
        if done.returncode and not fresh:
            sys.exit(f"{target}: the fuzzer did not run; {place / 'log'} says why")
        yield from ((target, path) for path in fresh)


def _cpu() -> float:
    """Return the CPU time that processes started here have taken so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _last(log: Path) -> str:
    """Return how far the fuzzer came: the last line of its own in its log."""
    lines = re.findall(
        r"^#\d+\s+(?:[A-Z]+|pulse)\b.*", log.read_text(encoding="utf-8", errors="replace"), re.MULTILINE
    )
    return " ".join(lines[-1].split()[:8]) if lines else "nothing tried"


def _report(found: Sequence[tuple[str, Path]]) -> int:
    """Print what was found and what to do; return 1 if it was anything."""
    for target, path in found:
        print(f"FOUND {path}\n  see it fail: python {_HERE.relative_to(_ROOT)} {target} --again {path}")
    if found:
        print("Mend the code, and keep the input: a text in tests/cases, bytes as a file in tests/hostile.")
    return 1 if found else 0


def _fuzz(target: str, folder: Path, seconds: int) -> None:
    """Fuzz one target in this process."""
    import atheris  # noqa: PLC0415  an extra

    with atheris.instrument_imports(include=INSTRUMENTED):
        from targets import TARGETS  # noqa: PLC0415

        chosen = TARGETS[target]
        examples = list(chosen.examples())
        for example in examples[:1]:  # what is imported late is instrumented, too
            chosen.run(example)
    place = folder / target
    shutil.rmtree(place / "examples", ignore_errors=True)
    (place / "examples").mkdir()
    for example in examples:
        (place / "examples" / hashlib.sha256(example).hexdigest()[:16]).write_bytes(example[: chosen.longest])
    arguments = [
        sys.argv[0],
        f"-max_total_time={seconds}",
        f"-timeout={SLOWEST}",
        f"-report_slow_units={SLOWEST}",
        f"-rss_limit_mb={MOST_MEMORY}",
        f"-max_len={chosen.longest}",
        f"-dict={_dictionary(place)}",
        f"-artifact_prefix={place / 'found'}/",
        str(place / "corpus"),
        str(place / "examples"),
    ]
    atheris.Setup(arguments, chosen.run)
    atheris.Fuzz()


def _dictionary(place: Path) -> Path:
    """Return a file with the words that inputs are made of: marks, tags, and forms of the lexicon."""
    from test_readers import MARKS  # noqa: PLC0415

    import ontology  # noqa: PLC0415

    forms = sorted({form.words for form in ontology.load().forms if len(form.words) > 2})
    words = [*MARKS, *forms[:: max(1, len(forms) // 1500)]]
    path = place / "words"
    path.write_text("".join(f'"{_escaped(word)}"\n' for word in words), encoding="ascii")
    return path


def _escaped(word: str) -> str:
    """Return a word as a dictionary of libFuzzer has it."""
    return "".join(f"\\x{byte:02x}" for byte in word.encode())


if __name__ == "__main__":
    main()
