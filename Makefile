# SPDX-License-Identifier: Apache-2.0
# The face of the project. CMake (presets in CMakePresets.json) builds; the scripts do the rest.
.DEFAULT_GOAL := help
.PHONY: help run image boot test bench bench-os bench-check figures fuzz interop check format prove prove-mutants coverage mutants linux install uninstall clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

run: ## boot the system in QEMU and show its log; Ctrl-C ends it
	@SHOW=1 RUN_TIMEOUT=10m scripts/qemu-test.sh
	@echo; echo "== the bus: the device's services used from this host, and this host's by an application of the device"
	@SHOW=1 PROFILE=bus RUN_TIMEOUT=10m scripts/qemu-test.sh

image: ## the product's image in build/image, with the identity and trust store of IDENTITY=DIR, or without a key: TRUST=FILE, CODE=fresh, ATTESTATION=FILE
	@IDENTITY="$(IDENTITY)" TRUST="$(TRUST)" CODE="$(CODE)" ATTESTATION="$(ATTESTATION)" scripts/image.sh

boot: ## boot that image until Ctrl-C, with DISK=FILE if any; the device's port is PORT (34567) of this machine, for pairing the next one
	@PORT="$(PORT)" DISK="$(DISK)" tests/os/boot/product.py

test: ## install what is missing, build, run every test
	@scripts/test.sh

bench: ## figures on this machine
	@bench/run.py host

bench-os: ## figures of the OS, in instructions
	@bench/run.py os

bench-check: ## the OS's instruction counts against docs/figures.md: none is more than 1 % worse
	@bench/check.py

figures: ## both, written into docs/figures.md
	@bench/run.py --write os host

fuzz: ## every fuzz target for FUZZ_SECONDS (10)
	@scripts/fuzz.sh

interop: ## handshakes and transport against an independent implementation
	@scripts/interop.sh

check: ## format, warnings of two compilers, clang-tidy, cppcheck, include rules, shell scripts
	@scripts/check.sh

format: ## put every C file into the tree's format
	@git ls-files --cached --others --exclude-standard -- '*.c' '*.h' | xargs clang-format -i

prove: ## every machine-checked claim: protocol, contracts, memory, searches, stack, timing (docs/proofs.md)
	@scripts/setup.sh prove
	@proofs/prove.py

prove-mutants: ## each claim must fail for its seeded faults (PART=I/N: every Nth of them)
	@scripts/setup.sh prove
	@proofs/prove.py --mutants --part "$(or $(PART),1/1)"

coverage: ## lines of the library and of the services of identity that no test reaches
	@scripts/coverage.sh

mutants: ## break the source in security-relevant places; each time the named test must fail (PART=I/N: every Nth test's)
	@scripts/mutants.sh --part "$(or $(PART),1/1)"

linux: ## daemon, tool and library for Linux, hardened, in build/linux: needs nothing of the OS side
	@scripts/linux.sh build

install: ## the same installed with its manual pages (PREFIX, DESTDIR)
	@PREFIX="$(PREFIX)" DESTDIR="$(DESTDIR)" scripts/linux.sh install

uninstall: ## takes away what install put there (same PREFIX, DESTDIR)
	@PREFIX="$(PREFIX)" DESTDIR="$(DESTDIR)" scripts/linux.sh uninstall

clean: ## remove everything built (third_party/ stays)
	@rm -rf build
