# Two commands are all it takes: `make run` and `make test`. Both set up .venv first.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
STORE := .policygraph
FUZZ_SECONDS ?= 60

.PHONY: run test lint bench fuzz accuracy screenshots clean

run: $(READY)
	$(BIN)/policygraph build seeds --store $(STORE)
	$(BIN)/policygraph check --store $(STORE) --brief
	$(BIN)/policygraph query recipients-in-common --store $(STORE) --format table
	$(BIN)/policygraph network --store $(STORE) --output network.html

test: lint
	$(BIN)/python -m pytest --numprocesses logical --maxprocesses 4 --dist loadfile

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(READY)
	$(BIN)/python bench/run.py

fuzz: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --only-binary :all: --editable '.[fuzz]'
	$(BIN)/python tests/fuzz/run.py --seconds $(FUZZ_SECONDS)

accuracy: $(READY)
	$(BIN)/python bench/accuracy.py

screenshots: $(READY)
	$(BIN)/python bench/screenshots.py docs

clean:
	rm -rf $(VENV) $(STORE) .bench .fuzz network.html

$(READY): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --only-binary pyrudof --editable '.[fast]' \
		|| echo "pyrudof has no wheel for this machine: checks run on pySHACL"
	touch $(READY)
