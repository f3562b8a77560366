# Everything a developer or a build machine runs. Needs python3 (3.11 or newer, with venv and pip) and make; the servers
# that the tests want come from the environment, the system or a wheel (tests/servers.py). Nothing outside this folder is
# touched but temporary folders.
#
#   make demo              the whole main job on made-up data, in an embedded database under var/
#   make test              the suite; PYTEST_ARGS='tests/policy -k card', WORKERS=4
#   make check             lint, types, who may know whom
#   make accept            all that must hold before a release
#   make compiled          the core compiled by mypyc, under build/compiled (wants a C compiler); bench uses it
#   make test-compiled     reading, names and deciding tested as compiled
#   make bench             speed and memory;               BENCH_ARGS=…
#   make bench-peers       pretix's and Tryton's own import beside ours, each installed for it and thrown away
#   make accuracy          20,000 labelled entries; ends with 1 on one wrong credit;  ACCURACY_ARGS='--seed 7'
#   make chaos             crashes at random moments;      CHAOS_ARGS=…
#   make fuzz              a million damaged files a format, then the properties at random; FUZZ_ARGS='--count 20000'
#   make corpus DIR=…      reads every statement in a folder of yours and says what it found

PYTHON ?= python3
WORKERS ?= 2
PYTEST_ARGS ?=
BENCH_ARGS ?=
CHAOS_ARGS ?=
ACCURACY_ARGS ?=
FUZZ_ARGS ?=

BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --use-pep517 --disable-pip-version-check -c constraints.txt
COMPILED := PYTHONSAFEPATH=1 PYTHONPATH=build/compiled:. $(BIN)/python
SOURCES := $(shell find reconcile schedules tasks.py -type f -not -name '*.pyc')
DEMO := RECONCILE_DATABASE_URL=sqlite:///var/demo.db RECONCILE_REDIS_URL= $(BIN)/reconcile

.PHONY: venv demo verify test check accept bench bench-peers accuracy chaos fuzz corpus compiled test-compiled clean
.DEFAULT_GOAL := test

venv: .venv/installed

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/installed: pyproject.toml constraints.txt | .venv/bin/python
	$(INSTALL) -e '.[test]'
	touch $@

.venv/installed-check: .venv/installed
	$(INSTALL) -e '.[test,check]'
	touch $@

demo: venv
	mkdir -p var
	rm -f var/demo.db var/demo.db-wal var/demo.db-shm
	$(DEMO) demo

verify: venv
	$(DEMO) verify

test: venv
	$(BIN)/python -m pytest -n $(WORKERS) $(PYTEST_ARGS)

check: .venv/installed-check
	$(BIN)/python -m ruff check .
	$(BIN)/python -m mypy
	$(BIN)/lint-imports --no-logo

accept:
	$(MAKE) test
	$(MAKE) check
	$(MAKE) demo
	$(MAKE) verify

compiled: build/compiled/done

# A copy beside the source, made anew when any of it changed: the source that tests and people run is never shadowed.
build/compiled/done: pyproject.toml hatch_build.py $(SOURCES) | .venv/installed
	rm -rf build/compiled
	HATCH_BUILD_HOOK_ENABLE_CUSTOM=true $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps \
		--target build/compiled .
	touch $@

# All but the mutations: they replace functions of the core, which compiled code does not look up any more.
test-compiled: compiled
	$(COMPILED) -m pytest -n $(WORKERS) tests/purpose tests/names tests/deciding tests/pathological tests/policy \
		--ignore tests/pathological/test_mutations.py $(PYTEST_ARGS)

bench: compiled
	$(COMPILED) -m tests.benchmarks $(BENCH_ARGS)

bench-peers: venv
	$(BIN)/python -m tests.benchmarks.bench_peers $(BENCH_ARGS)

accuracy: venv
	$(BIN)/python -m tests.accuracy $(ACCURACY_ARGS)

chaos: venv
	$(BIN)/python -m tests.chaos $(CHAOS_ARGS)

fuzz: venv
	$(BIN)/python -m tests.fuzz $(FUZZ_ARGS)
	HYPOTHESIS_PROFILE=explore $(BIN)/python -m pytest -n $(WORKERS) -m hypothesis $(PYTEST_ARGS)

corpus: venv
	@test -n "$(DIR)" || { echo "error: say which folder: make corpus DIR=/path/to/statements" >&2; exit 2; }
	$(BIN)/python -m reconcile.parsers.corpus "$(DIR)"

clean:
	rm -rf .venv var build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
