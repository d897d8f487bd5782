# Needs bash, make, coreutils and Python 3.11 or later, nothing else; `make` alone lists the doors.
SHELL := bash
PYTHON ?= python3
.DEFAULT_GOAL := help
.PHONY: help demo test check bench soak setup clean

RUN = exec $(PYTHON) -m concierge.embedded.setup
DEV = $(RUN) --dev
BENCH = $(RUN) --bench

help: ## list these doors
	@while IFS= read -r line; do \
	  [[ $$line =~ ^([a-z]+):.*\#\#\ (.*)$$ ]] && printf '  make %-6s %s\n' "$${BASH_REMATCH[1]}" "$${BASH_REMATCH[2]}"; \
	done < Makefile; true

demo: ## set everything up and serve the story day on 127.0.0.1:8000 (PORT=…, CITY=….osm.pbf)
	@$(RUN) concierge demo $(if $(PORT),--port $(PORT)) $(if $(CITY),--city $(CITY))

test: ## run every test this machine can run (ARGS="-k words")
	@$(DEV) concierge.embedded.workshop test $(ARGS)

check: ## lint, types, import contracts, migrations in step
	@$(DEV) concierge.embedded.workshop check

bench: ## the goals of planning, ours beside the peers (DIR=of text instances, ARGS="--full --rows …")
	@$(BENCH) routing bench $(DIR) $(ARGS)

soak: ## the property tests and the story in any order, twenty times as long (ARGS="-k words")
	@$(DEV) concierge.embedded.workshop soak $(ARGS)

setup: ## fetch and build everything, and serve nothing
	@$(DEV) concierge.embedded.workshop setup

clean: ## remove what set-up and tests have made in this folder; the database stays
	@rm -rf .venv concierge/ui/node_modules concierge/ui/dist .pytest_cache .ruff_cache .import_linter_cache .hypothesis
