# How to build and test. `make` lists the targets; most are steps of tests/run_tests.py.

PYTHON ?= python3
.DEFAULT_GOAL := help
.PHONY: help demo unit unit-full unit-3.8 lint sanity cores real molecule bench wine-10 clients pythons package soak test clean

help: ## this list
	@sed -n 's/^\([a-z0-9.-]*\):.*## \(.*\)/  make \1	\2/p' Makefile | expand -t 18

demo: ## see it work, in about a minute: no root, nothing installed outside this folder
	@$(PYTHON) tests/setup/environment.py demo
	@.venv/bin/python tests/demo

unit: ## the unit tests in about fifteen seconds, with a sample of generated examples, kill points and tables
	@$(PYTHON) tests/run_tests.py unit

unit-full: ## the unit tests with all generated examples, kill points and tables, in about a minute
	@$(PYTHON) tests/run_tests.py unit-full

unit-3.8: ## the unit tests of what runs on targets, on Python 3.8, with a sample of generated examples
	@$(PYTHON) tests/run_tests.py unit-3.8

lint: ## style, types, documentation, changelog, the built package
	@$(PYTHON) tests/run_tests.py lint

sanity: ## Ansible's own sanity tests
	@$(PYTHON) tests/run_tests.py sanity

cores: ## the demo, sanity tests and foreign templates with the oldest and the newest ansible-core
	@$(PYTHON) tests/run_tests.py cores

real: ## real Thunderbird, real mail servers, real hosts, a real browser (root; `make test` installs them)
	@$(PYTHON) tests/run_tests.py real

molecule: ## the playbooks and roles on several hosts over SSH, verified with testinfra (root)
	@$(PYTHON) tests/run_tests.py molecule

bench: ## how fast it is, beside pings and Ansible's own modules (root; about a quarter of an hour)
	@$(PYTHON) tests/setup/environment.py tests
	@.venv/bin/python tests/bench

package: ## the built collection, in dist/
	@$(PYTHON) tests/setup/environment.py tests
	@rm -rf dist && PATH="$(CURDIR)/.venv/bin:$$PATH" tests/setup/tree.sh build dist && rm -rf dist/source

soak: ## runs killed, and with I/O errors, at every point where they change something (about five minutes)
	@$(PYTHON) tests/setup/environment.py tests
	@.venv/bin/python tests/soak

wine-10: ## Outlook's tests on Debian 13, with Wine 10 (root; debootstrap; 2 GB, a quarter of an hour)
	@$(PYTHON) tests/setup/environment.py tests
	@tests/steps/wine-10.sh

clients: ## the real clients of Debian 11, 13 and sid (root; debootstrap; 2 GB each, about an hour)
	@$(PYTHON) tests/setup/environment.py tests
	@tests/steps/clients.sh

pythons: ## hosts with Python 3.8 to 3.14, the demo with 3.11 to 3.14 (3.14: root; debootstrap; half an hour)
	@$(PYTHON) tests/setup/environment.py tests
	@$(PYTHON) tests/setup/environment.py newest-core
	@tests/steps/pythons.sh

test: ## all of it, from nothing: on Debian as root it installs what it needs
	@$(PYTHON) tests/run_tests.py

clean: ## remove what make has made in this folder
	@rm -rf .tree .venv .venv-* .wine-10 .clients .pythons .mypy_cache .pytest_cache .ruff_cache .hypothesis .ansible dist tests/output
	@find plugins tests extensions -name __pycache__ -prune -exec rm -rf {} +
