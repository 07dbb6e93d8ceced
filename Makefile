# make install   virtual environment in .venv, inkread with all extras
# make demo      read a page, train on MNIST, measure, read ten pictures of digits
# make test      style, types, import rules and all tests

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO := runs/demo
STAMP := $(VENV)/.installed

.PHONY: install demo test fast lint clean
.DEFAULT_GOAL := install

install: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[all]'
	@touch $(STAMP)

demo: install
	@rm -rf $(DEMO)
	$(BIN)/inkread read examples/pages/tally.jpg --separators --annotate --out $(DEMO)/page
	$(BIN)/inkread train quick --out $(DEMO)
	$(BIN)/inkread evaluate $(DEMO)/model.onnx --out $(DEMO)/evaluation
	$(BIN)/inkread read examples/digits/[0-9]* --model $(DEMO)/model.onnx --annotate --out $(DEMO)/read
	@echo
	@echo "Look at:  $(DEMO)/page/tally.png  $(DEMO)/curves.png  $(DEMO)/evaluation/confusion.png  $(DEMO)/read/sheet.png"

test: install lint
	$(BIN)/python -m pytest -n 2 --dist worksteal --cov --cov-report= tests
	$(BIN)/coverage report

fast: install
	$(BIN)/python -m pytest -n 2 --dist worksteal -m 'not slow' tests

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

clean:
	rm -rf $(VENV) runs build .coverage* .mypy_cache .ruff_cache .pytest_cache .hypothesis
