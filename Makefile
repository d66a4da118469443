.DEFAULT_GOAL := build
.DELETE_ON_ERROR:
.PHONY: build demo test bench fuzz clean format needs test-needs package-needs deb rpm tar test-hosts test-kernels test-seccomp test-dwarf coverage test-pipelines test-recipes test-ansible test-editors

export DOTNET_CLI_TELEMETRY_OPTOUT := 1
export DOTNET_NOLOGO := 1
# Build servers outlive the command and keep a CI job (or a pipe) open.
export MSBUILDDISABLENODEREUSE := 1
export UseSharedCompilation := false

SOURCES := $(shell find src bpf schemas -type f -not -path '*/bin/*' -not -path '*/obj/*' 2>/dev/null) \
	$(wildcard Directory.*.props Directory.*.targets global.json .editorconfig)

build: needs out/traceagent

needs:
	@scripts/install-needs.sh

# The publish folder also holds debug symbols; out/ holds the executable and nothing else.
out/traceagent: $(SOURCES)
	dotnet publish src/TraceAgent -c Release --use-current-runtime -o src/TraceAgent/obj/publish -v quiet
	@mkdir -p out
	@install -m 755 src/TraceAgent/obj/publish/traceagent $@
	@ls -lh $@

demo: build
	@scripts/demo.sh

# The validator of schemas and the language server that tests ask: as the lock file has them, which holds their digests.
node_packages := tests/TraceAgent.Editors.Tests/node_modules/.package-lock.json

test-needs:
	@scripts/install-needs.sh test
	@$(MAKE) --no-print-directory $(node_packages)

$(node_packages): tests/TraceAgent.Editors.Tests/package-lock.json
	@npm ci --prefix $(<D) --no-audit --no-fund --loglevel=error </dev/null
	@touch $@

test: build test-needs
	@scripts/test.sh

# What `make test` asks of editors, alone.
test-editors: build test-needs
	dotnet test tests/TraceAgent.Editors.Tests -v quiet

# Side by side with a program in C and with bpftrace; `make bench BENCH="--runs 1 --only hits"` for a part.
bench: build
	@scripts/install-needs.sh bench
	BPFTRACE="$$(scripts/newest-bpftrace.sh out/bpftrace)" dotnet run --project tests/TraceAgent.Benchmarks -c Release -v quiet -- $(CURDIR)/out/traceagent $(BENCH)

# More than a million inputs; `make fuzz FUZZ="--seed 7"` for others, `FUZZ="--only rules --input 12"` to see one again.
fuzz: needs
	@scripts/install-needs.sh fuzz
	dotnet run --project tests/TraceAgent.Fuzz -c Release -v quiet -- $(FUZZ)

# Two tests side by side, each for as long as SOAK_SECONDS says: random places of real programs, probed, and nothing that these
# do may differ; half of the load that saturates, and a reload every second, and nothing that the agent holds may grow.
SOAK_SECONDS ?= 3600
soaks := soak-DoNoHarm soak-SoakTests
.PHONY: soak $(soaks)
soak: build test-needs
	dotnet build tests/TraceAgent.EndToEnd -v quiet
	@echo 'soak: $(SOAK_SECONDS) seconds; what the tests say comes at the end'
	@$(MAKE) --no-print-directory -j $(words $(soaks)) --output-sync $(soaks)

$(soaks): soak-%:
	TRACEAGENT_SOAK_SECONDS=$(SOAK_SECONDS) dotnet test tests/TraceAgent.EndToEnd --no-build -v quiet \
		--filter "FullyQualifiedName~$*" --logger 'console;verbosity=detailed'

package-needs:
	@scripts/install-needs.sh packages

deb rpm tar: build package-needs
	@packaging/$@.sh out/packages
	@install -m 644 src/TraceAgent/obj/publish/traceagent.dbg out/packages/

# Boots Debian in a virtual machine: most of an hour, so not a part of `make test`. The role does not know kernels: one is enough.
test-hosts: build
	@scripts/install-needs.sh hosts
	@for series in 6.1 6.12; do tests/hosts/run.sh $$series || exit; done
	@tests/hosts/ansible.sh

# The role's life on a copy of this host: about two minutes.
test-ansible: build
	@scripts/install-needs.sh ansible
	@tests/ansible/run.sh

# Debug information of real programs, as others read it: some ten minutes; `make test-dwarf DWARF=FILE` for a file of yours.
test-dwarf: needs
	@scripts/install-needs.sh dwarf
	@tests/dwarf/run.sh $(DWARF)

# How many variables of real programs a probe can read; some five minutes; `make coverage COVERAGE=FILE` for a file of yours.
coverage: needs
	@scripts/install-needs.sh dwarf
	@tests/dwarf/coverage.sh $(COVERAGE)

# Every consumer of docs/pipelines.md that can be installed here; the quick ones are a part of `make test`.
test-pipelines: build
	@scripts/install-needs.sh pipelines
	@tests/pipelines/run.sh

# Every rule of docs/recipes on the real program, Java among them; `make test` has the others.
test-recipes: build test-needs
	@scripts/install-needs.sh recipes
	dotnet test tests/TraceAgent.EndToEnd -v quiet --filter "FullyQualifiedName~RecipeTests"

test-kernels: build
	@scripts/install-needs.sh hosts
	@tests/hosts/kernels.sh

# A kernel on which following returns ends programs that have a seccomp filter, and one on which it does not: some ten minutes.
test-seccomp: build
	@scripts/install-needs.sh hosts
	@tests/hosts/affected.sh

format:
	dotnet format TraceAgent.sln

clean:
	rm -rf out TestResults
	find src tests \( -name bin -o -name obj -o -name TestResults \) -type d -prune -exec rm -rf {} +
