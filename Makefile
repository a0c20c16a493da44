# Two commands always work on a fresh Debian or Ubuntu machine with a Swift toolchain: `make demo` and `make test`.

SWIFT_BUILD_FLAGS ?=
TEAL := .build/release/teal

.PHONY: help build release demo test unit acceptance simulate soak bench fmt check generate clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## Build everything for development
	@scripts/install.sh build
	swift build $(SWIFT_BUILD_FLAGS)

release: ## Build the teal binary as it ships: .build/release/teal
	@scripts/install.sh build
	swift build -c release --product teal $(SWIFT_BUILD_FLAGS)

demo: release ## Deploy a service blue/green under load and show it live (FAIL=1: watch a rollback)
	@$(TEAL) demo $(if $(FAIL),--fail)

test: ## Run every test; what this machine cannot have is skipped with its reason
	@scripts/test.sh all

unit: ## Run the Swift tests only (TEAL_SIMULATION_SEEDS sets the number of simulated worlds)
	@scripts/test.sh unit

acceptance: ## Run the acceptance tests only
	@scripts/test.sh acceptance

simulate: ## Run fresh simulated worlds until stopped
	@scripts/simulate.sh

soak: build ## Deploy 200 times in a row under load, with failing hooks and dying tasks (TEAL_SOAK_DEPLOYMENTS, TEAL_SOAK_SEED)
	@scripts/install.sh test
	@TEAL_SOAK_DEPLOYMENTS=$${TEAL_SOAK_DEPLOYMENTS:-200} .venv/bin/python -m pytest Tests/acceptance/test_soak.py -q -s

bench: release ## Measure against peers in the same run
	@scripts/install.sh bench
	@scripts/fleet.sh
	@.venv/bin/python Benchmarks/footprint.py --teal $(TEAL)
	@.venv/bin/python Benchmarks/api.py --teal $(TEAL)
	@.venv/bin/python Benchmarks/deployment.py --teal $(TEAL)
	@.venv/bin/python Benchmarks/shifting.py --teal $(TEAL)
	@.venv/bin/python Benchmarks/idle.py --teal $(TEAL)
	@.venv/bin/python Benchmarks/proxy.py --teal $(TEAL)

fmt: ## Format the sources
	@scripts/format.sh --in-place

check: ## Format lint, import check, generated code fresh, documentation links
	@scripts/check.sh

generate: ## Write Sources/API and the operation table from the installed botocore's models
	@scripts/generate.sh

clean: ## Remove what the build made
	rm -rf .build .venv Tools/APIGenerator/.build
