# Tunewright's commands. Each makes the environment from the lock file first, once.

RUN := .venv/bin/python -m

# A dozen processes start at once here, each in half the time when it need not compile what it imports.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help env demo up key test drill bench-polling bench-validate fuzz check checks fmt lint types contracts docs-check migrations-check lock-check

help:  ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-18s %s\n", $$1, $$2}' Makefile

env: .venv/ready  ## The environment, from the lock file

.venv/ready: requirements.txt uv.lock local/install
	@PYTHON="$(PYTHON)" local/install
	@touch $@

demo: env  ## The whole road on this machine in a minute; FILE=path.jsonl takes your own data, CLOSED=openai does without its training
	@exec $(RUN) local.demo $(if $(FILE),--file "$(FILE)") $(if $(CLOSED),--closed "$(CLOSED)")

up: env  ## The whole service, kept running; PORT= DATA= and REAL=1 (a real account, with a spending cap)
	@exec $(RUN) local.up --with-parent $(if $(PORT),--port "$(PORT)") $(if $(DATA),--data "$(DATA)") $(if $(filter 1,$(REAL)),--real)

key: env  ## A value for TUNEWRIGHT_BOOTSTRAP_KEY
	@.venv/bin/python -c 'from shared.teams import keys; print(keys.generate())'

test: env  ## All tests; they start what they need. ARGS= goes to pytest
	@$(RUN) pytest -n 2 $(ARGS)

drill: env  ## Workers killed at every point of a submission, and Postgres away; KILLS=50 at each, AWAY=30 seconds
	@$(RUN) tests.drills $(if $(KILLS),--kills "$(KILLS)") $(if $(AWAY),--away "$(AWAY)")

bench-polling: env  ## How soon 10,000 jobs' changes are known, beside naive polling; half an hour each. ARGS= goes to bench.polling
	@$(RUN) bench.polling $(ARGS)

bench-validate: env  ## How fast a dataset is validated, beside OpenAI's notebook; ARGS= goes to bench.validate (--megabytes 512)
	@$(RUN) bench.validate $(ARGS)

fuzz: env  ## Mutated files through all that a dataset goes through; SECONDS=60
	@$(RUN) bench.fuzz $(if $(SECONDS),--seconds "$(SECONDS)")

check: checks test  ## All that must hold before a merge

checks: lint types contracts lock-check migrations-check docs-check  ## The same without the tests

fmt: env  ## Format, and mend what can be mended
	@$(RUN) ruff format .
	@$(RUN) ruff check --fix .

lint: env  ## Formatting and style
	@$(RUN) ruff format --check .
	@$(RUN) ruff check .

types: env  ## mypy, strict
	@$(RUN) mypy

contracts: env  ## Which way imports point
	@.venv/bin/lint-imports

migrations-check: env  ## The migrations make what the tables say
	@$(RUN) migrations.drift

docs-check: env  ## The generated pages are fresh
	@$(RUN) docs.generate --check

lock-check:  ## requirements.txt says what uv.lock says (where uv is)
	@if command -v uv >/dev/null; then \
	    uv export --frozen --quiet --no-emit-project --all-groups | diff - requirements.txt \
	    || { echo "Run: uv export --frozen --no-emit-project --all-groups -o requirements.txt"; exit 1; }; \
	fi
