# hookvisor's build. Needs git, make and npm; everything else is fetched into .tools. docs/building.md explains it.

TOOLS := .tools
DENO := $(TOOLS)/deno
DEPS := $(TOOLS)/deps
RUNTIME := $(TOOLS)/denort$(if $(DENORT_BIN),-given)
# With CHECKPOINT=no the program has neither checkpoints nor code of ours at its entry.
CHECKPOINT ?= yes
# Another runtime or kind of program than that of the last build makes a new file here, and so a new program.
LINKED := dist/.linked-$(notdir $(RUNTIME))-$(CHECKPOINT)
ENGINE := dist/engine.bin
IMAGE := dist/engine.img
PROGRAM := dist/hookvisor
# For tests: as CHECKPOINT=no makes it.
PLAIN_PROGRAM := dist/hookvisor-without-checkpoint
FLOOR := dist/bench/empty
PARSER := dist/bench/parse
ENTRY ?= src/main.ts

export DENO_DIR := $(CURDIR)/$(TOOLS)/cache
export CHECKPOINT
export DENO_NO_UPDATE_CHECK := 1
export npm_config_cache := $(CURDIR)/$(TOOLS)/npm

ifneq ($(DENORT_BIN),$(wildcard $(DENORT_BIN)))
$(error DENORT_BIN: there is no file $(DENORT_BIN))
endif

SOURCES := $(shell find src handlers -type f)
# Tests that need nothing but the sources, and those that drive the compiled program.
SCENARIOS := $(sort $(shell find test/scenario test/attack -name '*_test.ts'))
UNIT_TESTS := $(filter-out $(SCENARIOS),$(sort $(shell find test -name '*_test.ts' -not -path 'test/e2e/*' -not -path 'test/packages/*')))

.DELETE_ON_ERROR:
.PHONY: all demo test check e2e host bench ok install selinux packages packages-test clean distclean help

all: $(PROGRAM)

$(DENO): build/toolchain.sh build/npm_tarball.sh
	@sh build/toolchain.sh $(TOOLS)

$(DEPS): deno.json deno.lock build/packages.sh | $(DENO)
	@sh build/packages.sh $(DENO)
	@touch $@

$(RUNTIME): build/runtime.ts build/elf/elf64.ts build/elf/recover_runtime.ts build/elf/image.ts build/elf/write_image.ts \
		build/npm_tarball.sh $(DENORT_BIN) | $(DENO)
	@$(DENO) run --no-lock -A build/runtime.ts $@

$(ENGINE): build/meter_wasm.ts $(wildcard build/wasm/*.ts) build/npm_folder.ts $(DEPS)
	@$(DENO) run -A --cached-only build/meter_wasm.ts $@

$(IMAGE): $(ENGINE) build/engine_image.ts src/sandbox/engine.ts src/sandbox/engine_image.ts src/sandbox/prelude.js \
		$(wildcard src/capability/*.ts)
	@$(DENO) run -A --cached-only build/engine_image.ts $(ENGINE) $@

$(LINKED): | $(RUNTIME)
	@mkdir -p dist && rm -f dist/.linked-* && touch $@

$(PROGRAM): $(SOURCES) $(RUNTIME) $(LINKED) $(ENGINE) $(IMAGE) $(DEPS) build/compile.ts build/bundle.ts build/npm_folder.ts \
		$(wildcard build/elf/*.ts) LICENSE
	@$(DENO) run -A --cached-only build/compile.ts $(ENTRY) $(RUNTIME) $(ENGINE) $(IMAGE) $@

# Two packages of this tree, so that one can be upgraded to the other.
host: $(PROGRAM) ## a whole Debian host in QEMU (root): the package under systemd, AppArmor, SELinux, with reboots
	@for release in 1 2; do FORMATS=deb RELEASE=$$release sh packaging/make_packages.sh $(PROGRAM) dist/host/$$release; done
	@$(DENO) run -A --cached-only test/host/run.ts dist/host/1/*.deb dist/host/2/*.deb $(CHECKS)

# One after the other: both are bundled in the same folder.
$(PLAIN_PROGRAM): $(PROGRAM)
	@CHECKPOINT=no $(DENO) run -A --cached-only build/compile.ts $(ENTRY) $(RUNTIME) $(ENGINE) $(IMAGE) $@

demo: $(PROGRAM) ## build, and play the recorded life of a guest and of a network
	@$(DENO) run -A --cached-only build/demo.ts $(PROGRAM)

test: $(PROGRAM) $(PLAIN_PROGRAM) ## everything that needs no libvirt; T=test/manifest/match_test.ts runs that file alone
	@$(DENO) run -A --cached-only build/test.ts $(if $(T),$(T),$(UNIT_TESTS) -- $(SCENARIOS))

check: $(DEPS) $(ENGINE) $(IMAGE) ## format, lint and types
	@$(DENO) fmt --check --quiet
	@$(DENO) lint --quiet
	@$(DENO) check --quiet --frozen src build $(shell find test -name '*.ts')

e2e: $(PROGRAM) ## a real libvirt (root) against the compiled program; LIBVIRT=trixie or sid: that suite's; CHECKS="life watch"
	@$(DENO) run -A --cached-only test/e2e/run.ts $(PROGRAM) $(if $(LIBVIRT),--libvirt $(LIBVIRT)) $(CHECKS)

# One after the other: both are bundled in the same folder.
$(PARSER): | $(FLOOR)

$(FLOOR) $(PARSER): dist/bench/%: build/bench/%.ts $(PROGRAM)
	@mkdir -p $(@D)
	@$(DENO) run -A --cached-only build/compile.ts $< $(RUNTIME) $(ENGINE) $(IMAGE) $@ > $@.log

bench: $(PROGRAM) $(FLOOR) $(PARSER) ## hook calls against an empty program and other dispatchers, guests' starts (root); BENCH="--json --calls --runs N"
	@$(DENO) run -A --cached-only --unstable-ffi build/bench.ts $(PROGRAM) $(FLOOR) $(PARSER) $(BENCH)

install: $(PROGRAM) ## put it below DESTDIR and PREFIX (/usr/local), for packages; see packaging/install.sh
	@rm -rf dist/stage && sh packaging/stage.sh $(PROGRAM) dist/stage
	@sh dist/stage/install.sh
	@rm -rf dist/stage

selinux: dist/selinux/hookvisor.pp.bz2 ## the policy module for SELinux, in dist/selinux (needs the policy's headers)

dist/selinux/hookvisor.pp.bz2: $(wildcard packaging/selinux/*)
	@sh packaging/selinux/make_module.sh $(@D)

packages: $(PROGRAM) ## a .deb, an .rpm and a tarball in dist/packages, with the tools that are here; docs/packaging.md
	@sh packaging/make_packages.sh $(PROGRAM) dist/packages

packages-test: $(PROGRAM) ## install, upgrade and remove the packages in chroots of Debian's (root); ask the SELinux policy
	@$(DENO) run -A --cached-only build/test.ts $(sort $(wildcard test/packages/*_test.ts))

ok: $(DEPS) ## what CI runs: check, test and e2e, one after the other
	@$(DENO) run -A --cached-only build/ok.ts check test e2e

clean: ## remove what was built
	rm -rf dist

distclean: clean ## remove the tool chain and its caches too
	rm -rf $(TOOLS)

help: ## this list
	@echo "make: build $(PROGRAM)"
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/make \1: \2/p' $(MAKEFILE_LIST)
