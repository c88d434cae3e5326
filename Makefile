# Everything starts here. Works with GNU Make 3.81 and Python 3.11; see CONTRIBUTING.md.
PYTHON_OF_VENV = .venv/bin/python

.PHONY: help run test check lock elasticsearch screenshots hooks clean

help:
	@echo 'make run            start the product with its demo county (PORT=8001 make run)'
	@echo 'make test           the tests: SQLite, no server, no browser'
	@echo 'CI=true make test   the same, with PostgreSQL, Elasticsearch and Chromium; nothing skipped'
	@echo 'make check          style, types, templates, settings, migrations, locks'
	@echo 'make lock           pin the packages of pyproject.toml anew'
	@echo 'make elasticsearch  start a local Elasticsearch node (ES_PORT=9200)'
	@echo 'make screenshots    take the pictures of docs/screenshots'
	@echo 'make hooks          let git run make check before each commit'
	@echo 'make clean          remove what was built; your data in var/ stays'

run:
	@tools/setup
	@$(PYTHON_OF_VENV) tools/run.py

test:
	@tools/setup requirements-dev.txt
	@$(PYTHON_OF_VENV) tools/test.py

check:
	@tools/setup requirements-dev.txt
	@tools/check

lock:
	@tools/setup requirements-dev.txt
	@tools/lock

elasticsearch:
	@tools/elasticsearch/start $(ES_PORT)

screenshots:
	@tools/setup requirements-dev.txt
	@$(PYTHON_OF_VENV) tools/screenshots.py

hooks:
	git config core.hooksPath tools/hooks

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis var/static var/templates
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
