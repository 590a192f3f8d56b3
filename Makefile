# Everything there is to run. Needs make, a POSIX shell and Python 3.11 or later.

HOST ?= 127.0.0.1
PORT ?= 8000
WORKERS ?= 1
ARGS ?=

BIN = .venv/bin
PYTHON_FILES = manage.py loops_project jams sounds tests
# A value of its own for every start: nothing is signed with it that anybody keeps.
NEW_KEY = $$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))')
PRODUCTION = DEBUG=0 SECRET_KEY="$(NEW_KEY)" ALLOWED_HOSTS=loops.example.org \
	REDIS_URL=redis://127.0.0.1:6379/0
DEVELOPMENT = DEBUG=1 DATABASE_URL=sqlite://:memory:
NEED_NODE = node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null

.PHONY: help run serve bench bench-growth bench-workers bench-profile load-soak test chaos soak check lint types imports js migrations deploy-check audit lock sounds \
	screenshots lighthouse page-cost clean

help: ## show what there is
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' Makefile | expand -t 16

# The development lock holds all of the other one, so either will do for `make run`.
.venv/run-lock: requirements/run.txt .ci/venv.sh
	@if [ ! -e .venv/dev-lock ] || [ requirements/run.txt -nt .venv/dev-lock ]; then \
		sh .ci/venv.sh requirements/run.txt; fi
	@touch $@

.venv/dev-lock: requirements/dev.txt .ci/venv.sh
	@sh .ci/venv.sh requirements/dev.txt
	@touch $@

tests/js/node_modules/.package-lock.json: tests/js/package-lock.json
	@cd tests/js && npm ci --loglevel=error --no-audit --no-fund --no-update-notifier
	@touch $@

run: .venv/run-lock ## start the development server (HOST, PORT)
	@DEBUG=1 $(BIN)/python manage.py migrate --verbosity 0
	@case "$(HOST)" in localhost|127.0.0.1|"[::1]"|0.0.0.0|"[::]") ;; \
		*) export ALLOWED_HOSTS="$${ALLOWED_HOSTS:-localhost,127.0.0.1,$(HOST)}" ;; esac; \
	echo "Loops With Friends: open http://$(HOST):$(PORT)/ in two windows (Ctrl-C ends it)"; \
	DEBUG=1 exec $(BIN)/python manage.py runserver "$(HOST):$(PORT)"

# What it needs is production's: REDIS_URL, SECRET_KEY, ALLOWED_HOSTS, perhaps DATABASE_URL.
serve: .venv/run-lock ## start the production server (HOST, PORT, WORKERS)
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py collectstatic --noinput --verbosity 0
	@exec $(BIN)/python manage.py serve --bind "$(HOST):$(PORT)" --workers "$(WORKERS)"

tests/load/peers/node_modules/.package-lock.json: tests/load/peers/package-lock.json
	@cd tests/load/peers && npm install --no-save --ignore-scripts --loglevel=error --no-audit --no-fund
	@touch $@

# The peers' packages are fetched here and nowhere else, at the lock's versions. (`npm ci` wants the
# addresses of the optional ones for other machines, which the lock is without.)
bench: .venv/dev-lock tests/load/peers/node_modules/.package-lock.json ## measure, beside other servers (QUICK=1)
	$(BIN)/python -m tests.load $(if $(QUICK),--quick) $(ARGS)

bench-growth: .venv/dev-lock tests/load/peers/node_modules/.package-lock.json ## measure with more users, and with more jams
	$(BIN)/python -m tests.load growth $(ARGS)
	$(BIN)/python -m tests.load filling $(ARGS)

bench-workers: .venv/dev-lock ## measure with several workers
	$(BIN)/python -m tests.load workers $(ARGS)

bench-profile: .venv/dev-lock ## see where the server's time goes (needs the right to ptrace)
	$(BIN)/python -m tests.load profile $(ARGS)

load-soak: .venv/dev-lock ## most of the load for minutes (MINUTES=10)
	$(BIN)/python -m tests.load soak --minutes "$(or $(MINUTES),10)" $(ARGS)

test: .venv/dev-lock ## run all tests this machine can run (ARGS go to pytest)
	@sh .ci/chromium.sh
	@sh .ci/test.sh $(ARGS)

chaos: .venv/dev-lock ## break everything, and print bounds beside figures (7 minutes)
	@ulimit -n 8192 2>/dev/null; CHAOS=1 $(BIN)/python -m pytest tests/chaos $(ARGS)

soak: .venv/dev-lock ## a house that is never quiet (MINUTES=10, SEED=1)
	@SOAK_MINUTES="$(or $(MINUTES),10)" SOAK_SEED="$(or $(SEED),1)" \
		$(BIN)/python -m pytest tests/chaos/test_soak.py \
		-o faulthandler_timeout=$$((60 * $(or $(MINUTES),10) + 300)) $(ARGS)

check: lint types imports js migrations deploy-check audit ## everything but the tests

lint: .venv/dev-lock ## style and common mistakes
	$(BIN)/ruff check $(PYTHON_FILES)
	$(BIN)/ruff format --check $(PYTHON_FILES)

types: .venv/dev-lock ## Python's types, strictly
	$(BIN)/mypy

imports: .venv/dev-lock ## the direction of imports
	$(BIN)/lint-imports --no-logo

js: ## JavaScript's types
	@if $(NEED_NODE); then \
		$(MAKE) --no-print-directory tests/js/node_modules/.package-lock.json \
		&& cd tests/js && npm run --silent types && echo "JavaScript's types are right"; \
	else echo "NOT CHECKED: JavaScript's types need Node 20 or later"; fi

migrations: .venv/dev-lock ## the models have their migrations
	$(DEVELOPMENT) $(BIN)/python manage.py makemigrations --check --dry-run

deploy-check: .venv/dev-lock ## Django's checks with production's settings
	@$(PRODUCTION) $(BIN)/python -W error manage.py check --deploy --fail-level WARNING

audit: .venv/dev-lock ## known vulnerabilities of what is locked
	$(BIN)/python -m tests.tools.audit

lock: ## lock the dependencies anew (UPGRADE=1: at their newest); needs uv
	@PATH="$$PATH:$(CURDIR)/$(BIN)"; export UV_CUSTOM_COMPILE_COMMAND="make lock"; \
	command -v uv >/dev/null || { echo "make lock needs uv: pipx install uv"; exit 1; }; \
	compile="uv pip compile pyproject.toml --quiet --universal --python-version 3.11 \
		--generate-hashes --no-annotate $${UPGRADE:+--upgrade} \
		--no-emit-find-links --no-emit-index-url"; \
	$$compile --group embedded --output-file requirements/run.txt \
	&& $$compile --group dev --extra postgres --output-file requirements/dev.txt

sounds: .venv/dev-lock ## render the loops from their notes
	$(BIN)/python -m sounds

screenshots: .venv/dev-lock ## pictures of the page, into tests/screenshots
	@sh .ci/chromium.sh
	$(BIN)/python -m tests.browser.screenshots

tests/lighthouse/node_modules/.package-lock.json: tests/lighthouse/package-lock.json
	@cd tests/lighthouse && npm ci --ignore-scripts --loglevel=error --no-audit --no-fund
	@touch $@

# Lighthouse's packages are fetched here and nowhere else.
lighthouse: .venv/dev-lock tests/lighthouse/node_modules/.package-lock.json ## the page's scores, in production (ARGS=--help)
	@sh .ci/chromium.sh
	$(BIN)/python -m tests.lighthouse $(ARGS)

page-cost: .venv/dev-lock ## what the page costs a phone's processor (ARGS=--help)
	@sh .ci/chromium.sh
	$(BIN)/python -m tests.browser.page_cost $(ARGS)

clean: ## remove what the targets above made, the virtual environment and database included
	rm -rf .venv .cache .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache \
		staticfiles tests/screenshots tests/js/node_modules tests/lighthouse/node_modules \
		db.sqlite3 db.sqlite3-shm db.sqlite3-wal
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
