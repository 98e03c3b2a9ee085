# hookvisor's build. Needs git, make and npm; everything else is fetched into .tools. docs/building.md explains it.

TOOLS := .tools
DENO := $(TOOLS)/deno
DEPS := $(TOOLS)/deps
RUNTIME := $(TOOLS)/denort
ENTRY ?= src/main.ts
PROGRAM := dist/hookvisor

export DENO_DIR := $(CURDIR)/$(TOOLS)/cache
export DENO_NO_UPDATE_CHECK := 1
export npm_config_cache := $(CURDIR)/$(TOOLS)/npm

SOURCES := $(shell find src handlers -type f 2>/dev/null)
UNIT_TESTS = $(shell find test -name '*_test.ts' -not -path 'test/e2e/*' -not -path 'test/scenario/*')

.DELETE_ON_ERROR:
.PHONY: all demo test check e2e ok clean distclean help

all: $(PROGRAM)

$(DENO): build/toolchain.sh build/npm_tarball.sh
	@sh build/toolchain.sh $(TOOLS)

$(DEPS): deno.json deno.lock | $(DENO)
	@NPM_CONFIG_REGISTRY=$$(npm config get registry 2>$(TOOLS)/npm.log) $(DENO) install --quiet --frozen
	@touch $@

$(RUNTIME): build/runtime.ts $(wildcard build/elf/*.ts) build/npm_tarball.sh $(DENORT_BIN) | $(DENO)
	@$(DENO) run --no-lock -A build/runtime.ts $@

$(PROGRAM): $(SOURCES) $(RUNTIME) $(DEPS) build/compile.ts build/bundle.ts build/npm_folder.ts LICENSE
	@$(DENO) run -A --cached-only build/compile.ts $(ENTRY) $(RUNTIME) LICENSE $@
