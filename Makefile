# Everything a newcomer needs: `make run` for a shop, `make test` for the proof.
PYTHON ?= python3
VENV ?= .venv
PY := $(VENV)/bin/python
INSTALL = if $(PY) -m pip --version >/dev/null 2>&1; \
	then $(PY) -m pip install -q --disable-pip-version-check --require-hashes -r $<; \
	else $(PYTHON) -m pip --python $(PY) install -q --disable-pip-version-check --require-hashes -r $<; fi

.PHONY: run test check bench chaos clean

run: $(VENV)/.run
	@$(PY) -m shop demo

# Two processes, each file whole in one of them (its tests may share a world), the slow walks in the browser first.
# They start the shop a hundred times: it is compiled once, whatever the environment says, and starts a third faster.
test: $(VENV)/.dev browser strace
	@PYTHONDONTWRITEBYTECODE= $(PY) -m pytest -n 2 --dist loadfile --no-loadscope-reorder

check: $(VENV)/.dev
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy
	$(VENV)/bin/lint-imports
	$(PY) -m pytest -q tests/contracts

bench: $(VENV)/.dev
	@PYTHONPATH=. $(PY) tests/bench/bench.py
	@$(PY) -m tests.bench.admin
	@$(PY) -m tests.bench.shopper
	@$(PY) -m tests.bench.streams

# Ten times the rounds of the suite: kills, failing disks, races, outages. TILLROOM_SEED=… repeats a run.
chaos: $(VENV)/.dev strace
	@TILLROOM_TIMES=$${TILLROOM_TIMES:-10} $(PY) -m pytest tests/chaos

# Makes a disk fail under the running shop; where it can't be installed, those tests say so.
.PHONY: strace
strace:
	@bash tests/chaos/install.sh

# The browser comes from the system; where it can't be installed, the tests say so.
.PHONY: browser
browser:
	@bash tests/browser/install.sh

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache

# Bare Debian has no ensurepip: then the environment borrows the system's pip.
$(PY):
	@$(PYTHON) -m venv $(VENV) >/dev/null 2>&1 || $(PYTHON) -m venv --clear --without-pip $(VENV)

$(VENV)/.run: requirements.txt $(PY)
	@$(INSTALL)
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(PY)
	@$(INSTALL)
	@touch $@ $(VENV)/.run
