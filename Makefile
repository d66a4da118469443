.DEFAULT_GOAL := build
.DELETE_ON_ERROR:
.PHONY: build demo test clean format needs package-needs deb rpm tar test-hosts test-kernels

export DOTNET_CLI_TELEMETRY_OPTOUT := 1
export DOTNET_NOLOGO := 1
# Build servers outlive the command and keep a CI job (or a pipe) open.
export MSBUILDDISABLENODEREUSE := 1
export UseSharedCompilation := false

SOURCES := $(shell find src bpf schemas -type f -not -path '*/bin/*' -not -path '*/obj/*' 2>/dev/null) \
	$(wildcard Directory.*.props global.json .editorconfig)

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

test: build package-needs
	@scripts/test.sh

package-needs:
	@scripts/install-needs.sh packages

deb rpm tar: build package-needs
	@packaging/$@.sh out/packages

# Boots Debian in a virtual machine: minutes, so not a part of `make test`.
test-hosts: build
	@scripts/install-needs.sh hosts
	@tests/hosts/run.sh

test-kernels: build
	@scripts/install-needs.sh hosts
	@tests/hosts/kernels.sh

format:
	dotnet format TraceAgent.sln

clean:
	rm -rf out TestResults
	find src tests \( -name bin -o -name obj -o -name TestResults \) -type d -prune -exec rm -rf {} +
