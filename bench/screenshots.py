"""Makes the pictures of the explorer in the documentation, from the policies in seeds/.

    python bench/screenshots.py docs [--all FOLDER]

Needs Chromium (the one on the path, or that which POLICYGRAPH_CHROMIUM names) and Playwright. `--all` also writes
every page to FOLDER, wide and narrow, light and dark, to look at.
"""

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from corpora import SEEDS
from pages import serving

_CLIK = "clik-limited"
_POLICY = "policy/clik-limited/privacy/94264ec739c5/?words=4938-4944#c4938"
_SHOWN = {
    "explorer-company": f"company/{_CLIK}#statements",
    "explorer-policy": _POLICY,
    "explorer-checks": "checks",
}
_PAGES = {
    "companies": "",
    "company": f"company/{_CLIK}",
    "by-data": f"company/{_CLIK}?by=data",
    "open": f"company/{_CLIK}#open",
    "policy": _POLICY,
    "compare": "compare?company=Clik+Limited&company=Client+Share+Ltd&company=Clear+Ring+Ltd",
    "concepts": "concepts",
    "concept": "concept/dpv:Marketing",
    "questions": "questions",
    "question": "questions/top-data",
    "words": "questions/who-processes?data=name&evidence=1",
    "checks": "checks",
    "network": "network",
    "editor": "editor",
}
_SIZES = {"wide": (1280, 900), "narrow": (390, 844)}
_SIZE = (1080, 640)


def main() -> None:
    """Make the pictures that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--all", type=Path, help="folder for every page, wide and narrow, light and dark")
    options = parser.parse_args()
    chromium = shutil.which(os.environ.get("POLICYGRAPH_CHROMIUM", "chromium"))
    if chromium is None:
        raise SystemExit("there is no Chromium here: install it, or name it in POLICYGRAPH_CHROMIUM")
    with TemporaryDirectory() as folder:
        store = Path(folder) / "store"
        for command in (("build", str(SEEDS)), ("check", "--brief")):
            run = (sys.executable, "-m", "policygraph.cli", *command, "--store", str(store))
            subprocess.run(run, check=True, capture_output=True)  # noqa: S603  ourselves
        with serving(store) as (url, _):
            shoot(chromium, url, options.folder, options.all)


def shoot(chromium: str, url: str, folder: Path, everything: Path | None) -> None:
    """Write the pictures of the pages of a server."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  only who makes pictures needs it

    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--hide-scrollbars"]
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        for name, path, size, scheme in _wanted(everything):
            context = browser.new_context(
                viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, reduced_motion="reduce"
            )
            page = context.new_page()
            page.goto(url + path, wait_until="networkidle")
            target = (everything or folder) / f"{name}.png" if name not in _SHOWN else folder / f"{name}.png"
            page.screenshot(path=target)
            context.close()
            print(f"{target}: {target.stat().st_size / 1000:,.0f} kB")
        browser.close()


def _wanted(everything: Path | None) -> Iterator[tuple[str, str, tuple[int, int], str]]:
    """Yield name, path, size and colours of each picture."""
    for name, path in _SHOWN.items():
        yield name, path, _SIZE, "light"
    if everything:
        everything.mkdir(parents=True, exist_ok=True)
        for name, path in _PAGES.items():
            for width, size in _SIZES.items():
                for scheme in ("light", "dark"):
                    yield f"{name}-{width}-{scheme}", path, size, scheme


if __name__ == "__main__":
    main()
