# mpedge.  `make help` lists the targets.
#
# TARGET  x86_64 (default), aarch64, armv7: one static-pie binary against musl;
#         host: the machine's own gcc and glibc, for tests with sanitizers
# MODE    release (default), debug, asan and cov (host only)
# Everything made stands in build/; toolchain/ says where it comes from.

VERSION := 0.1.0
TARGET ?= x86_64
MODE ?= release
FUZZ_SECONDS ?= 60
UPDATE_KEYS ?= build

include toolchain/$(TARGET).mk

B := build/$(TARGET)-$(MODE)
D := build/deps/$(TARGET)
H := build/host-asan
CC := $(CROSS)gcc
AR := $(CROSS)ar
STRIP := $(CROSS)strip

ifneq ($(filter asan cov,$(MODE)),)
ifneq ($(TARGET),host)
$(error MODE=$(MODE) needs TARGET=host)
endif
endif

ifndef V
Q = @echo '$(if $(filter %.o,$@),cc     ,link   ) $@' &&
endif

# --- flags -----------------------------------------------------------------

WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wvla -Wswitch-enum -Wpointer-arith -Wwrite-strings \
	$(if $(filter true,$(CI)),-Werror -Wno-error=maybe-uninitialized)
HARDEN := -fstack-protector-strong -fstack-clash-protection -fPIE
SECTIONS := -ffunction-sections -fdata-sections
# C unwinds nothing; a debugger finds what it needs in .debug_frame.
LEAN := $(if $(filter host,$(TARGET)),,-fno-asynchronous-unwind-tables \
	-fno-unwind-tables)
MODE_release := -O2
MODE_debug := -O0
MODE_asan := -O1 -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer
MODE_cov := -O0 --coverage
SANITIZE := $(filter -fsanitize% --coverage,$(MODE_$(MODE)))

# Where gcc keeps what; asked once, and not before it is installed.
gcc_file = $(eval $(1) := $$(shell $(CC) -print-file-name=$(2)))$($(1))
GCC_INCLUDE = $(call gcc_file,GCC_INCLUDE,include)
CRT_BEGIN = $(call gcc_file,CRT_BEGIN,crtbeginS.o)
CRT_END = $(call gcc_file,CRT_END,crtendS.o)

ifeq ($(TARGET),host)
LIBC_FLAGS :=
MUSL :=
else
M := $(D)/musl
MUSL := $(D)/musl.stamp
LIBC_FLAGS = -nostdinc -isystem $(M)/include -isystem $(GCC_INCLUDE) \
	-include $(CURDIR)/toolchain/hidden.h
endif

CPPFLAGS = -D_POSIX_C_SOURCE=200809L -Iinclude $(LIBC_FLAGS) \
	-isystem $(D)/include
CFLAGS = -std=c11 -g $(MODE_$(MODE)) $(CPU_FLAGS) $(WARNINGS) $(HARDEN) \
	$(SECTIONS) $(LEAN) -ffile-prefix-map=$(CURDIR)=. -MMD -MP
LDFLAGS = -Wl,--gc-sections,-z,relro,-z,now,-z,noexecstack,--build-id=none \
	$(PAGE_FLAGS) $(RELR_FLAGS)

# The objects and libraries of a link stand between these; the libraries refer
# to each other and to compat, hence the group.
ifeq ($(TARGET),host)
LINK_START = $(CC) $(SANITIZE) -pie $(LDFLAGS)
LINK_END = -lpthread
else
# gcc for 32-bit ARM knows -static-pie but tells its linker nothing of it.
LINK_START = $(CC) $(CPU_FLAGS) -nostdlib -static-pie $(LDFLAGS) \
	-Wl,-static,-pie,--no-dynamic-linker,-z,text \
	$(M)/lib/rcrt1.o $(M)/lib/crti.o $(CRT_BEGIN)
LINK_END = -Wl,--start-group $(M)/lib/libc.a -lgcc -lgcc_eh -Wl,--end-group \
	$(CRT_END) $(M)/lib/crtn.o
endif

# --- dependencies ----------------------------------------------------------

DEPS := jsmn inih wslay mbedtls cares sodium nats lz4 zlib
STAMPS := $(MUSL) $(DEPS:%=$(D)/%.stamp)
LIB_mbedtls := $(D)/lib/libmbedtls.a $(D)/lib/libmbedx509.a \
	$(D)/lib/libmbedcrypto.a
LIB_wslay := $(D)/lib/libwslay.a
LIB_inih := $(D)/lib/libinih.a
LIB_cares := $(D)/lib/libcares.a
LIB_nats := $(D)/lib/libnats_static.a
LIB_sodium := $(D)/lib/libsodium.a
LIB_lz4 := $(D)/lib/liblz4.a
LIB_zlib := $(D)/lib/libz.a
LIB_jsmn :=
LIBS := $(foreach d,nats sodium mbedtls wslay cares inih lz4 zlib,$(LIB_$(d)))
DEPFLAGS = -O2 $(CPU_FLAGS) $(SECTIONS) $(LEAN) -ffile-prefix-map=$(CURDIR)=.

all: build/mpedge ## the binary: build/mpedge, or build/TARGET-MODE/mpedge

build-tools:
	@toolchain/install.sh build $(CROSS_PACKAGES)
demo-tools: build-tools
	@toolchain/install.sh demo
test-tools: build-tools
	@toolchain/install.sh test

$(D)/musl.stamp: DEPENDENCY_FLAGS = $(DEPFLAGS)
$(D)/%.stamp: DEPENDENCY_FLAGS = $(DEPFLAGS) $(HARDEN) \
	$(patsubst $(D)/%,$(CURDIR)/$(D)/%,$(LIBC_FLAGS))
$(filter-out $(MUSL),$(STAMPS)) $(D)/cmocka.stamp: $(MUSL)
# As below, $(B)/flags; whatever folder it is made in.
DEPFLAGS_TEXT = $(subst $(CURDIR),.,$(DEPFLAGS) $(HARDEN) $(LIBC_FLAGS))
$(STAMPS): $(D)/flags
$(D)/flags: always | build-tools
	@mkdir -p $(@D)
	@echo '$(DEPFLAGS_TEXT)' | cmp -s - $@ || echo '$(DEPFLAGS_TEXT)' >$@
$(D)/%.stamp: toolchain/deps/%.sh toolchain/build.sh toolchain/versions.txt \
		toolchain/$(TARGET).mk | build-tools
	@TARGET=$(TARGET) TARGET_ARCH=$(TARGET_ARCH) MUSL_ARCH=$(MUSL_ARCH) \
		CC="$(CC)" AR="$(AR)" DEPFLAGS="$(DEPENDENCY_FLAGS)" \
		toolchain/build.sh $*
	@touch $@

build/gen/ca_roots.c: toolchain/ca-roots.sh toolchain/versions.txt | build-tools
	@toolchain/ca-roots.sh $@

build/gen/versions.c: toolchain/versions-c.sh toolchain/versions.txt
	@toolchain/versions-c.sh $@

build/gen/page.c: toolchain/page.sh src/status/page.html src/status/page.css \
		src/status/page.js | build-tools
	@toolchain/page.sh $@

NATS_SERVER := build/deps/tools/nats-server
$(NATS_SERVER): toolchain/versions.txt
	@toolchain/nats-server.sh $@

# redis-server, clickhouse-server, promtool and chdb
SERVERS := build/deps/tools/servers.stamp
$(SERVERS): toolchain/test-servers.sh toolchain/chdb/package-lock.json | test-tools
	@toolchain/test-servers.sh $(@D)

deps: $(STAMPS) ## fetch and build the dependencies of TARGET

versions: build-tools ## record the versions the package mirror serves now
	@toolchain/versions.sh

# --- objects ---------------------------------------------------------------

SOURCES := $(sort $(wildcard src/*/*.c))
OBJECTS := $(SOURCES:%.c=$(B)/%.o)
MAIN := $(B)/src/app/main.o
SIMULATOR := $(patsubst %.c,$(B)/%.o,$(sort $(wildcard tests/exchange/*.c)))

# Only the files that print the version are compiled again for a commit.
COMMIT := $(shell git rev-parse --short=12 HEAD 2>/dev/null || echo unknown)
DIRTY := $(shell git diff --quiet HEAD 2>/dev/null || echo -dirty)
VERSIONED := $(shell grep -ls MPEDGE_VERSION $(SOURCES) /dev/null)
VERSIONED := $(VERSIONED:%.c=$(B)/%.o)
VERSION_TEXT := $(VERSION)+$(COMMIT)$(DIRTY)
# Private: $(B)/flags, which they need, would have it as well.
$(VERSIONED): private CPPFLAGS += -DMPEDGE_VERSION='"$(VERSION_TEXT)"'
$(VERSIONED): $(B)/version
ifneq ($(VERSION_TEXT),$(shell cat $(B)/version 2>/dev/null))
$(B)/version: always
endif
$(B)/version:
	@mkdir -p $(@D) && echo '$(VERSION_TEXT)' >$@

# What was compiled or linked with other flags is compiled again.  The flags that
# some files alone have are private, or they would be those of the file that
# asks first, and a commit would compile everything.
FLAGS_TEXT = $(subst ',,$(CPPFLAGS) $(CFLAGS) $(LINK_START) $(LINK_END) \
	$(COLD))
$(B)/flags: always | build-tools
	@mkdir -p $(@D)
	@echo '$(FLAGS_TEXT)' | cmp -s - $@ || echo '$(FLAGS_TEXT)' >$@

$(B)/%.o: %.c $(B)/flags $(STAMPS)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<
$(B)/gen/%.o: build/gen/%.c $(B)/flags $(STAMPS)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

# What does not run for each message is small rather than fast.
COLD := app/% status/% compat/% core/log% codec/syslog feed/symbols% \
	feed/scheduler% feed/source_% feed/silence% \
	core/rate core/thread core/flusher feed/recent feed/catalog% feed/audit% feed/rest% feed/fundings% \
	$(addprefix feed/,symbols scheduler catalog audit rest saved fundings) \
	codec/nkey% codec/yaml% codec/pack% sinks/nats_key% sinks/nats_options% \
	sinks/nats_stream% \
	sinks/nats_thread% sinks/nats_count% sinks/nats_service% sinks/nats_tell% model/replaced% \
	core/metrics_text% net/conn_count% \
	sinks/redis_open sinks/redis_state sinks/redis_reply \
	sinks/clickhouse% sinks/folder model/ddl model/marketprism feed/consume_% \
	feed/journal_recover% feed/journal_spare% feed/journal_look% \
	net/httpd% net/tls_server net/tls_signed codec/http_request \
	init/% codec/bundle codec/bootenv codec/sntp codec/mbr \
	core/metrics core/options net/dns net/tls_words model/subject_plan \
	feed/journal_file feed/consume_state feed/feed_watch feed/coverage \
	feed/hub_panels sinks/nats_state \
	$(patsubst src/%.c,%,$(wildcard src/venues/*_rest.c \
	src/venues/*_request.c src/venues/*_instruments.c))
$(COLD:%=$(B)/src/%.o): private MODE_release := -Os

objects: $(OBJECTS) $(SIMULATOR) ## compile everything, link nothing

# The appliance's first process has a program of its own.
INIT_OBJECTS := $(filter $(B)/src/init/%,$(OBJECTS))
# Time is at least that of what it was built from.
BUILT := $(or $(SOURCE_DATE_EPOCH),$(shell git log -1 --format=%ct 2>/dev/null),0)
$(B)/src/init/main.o: private CPPFLAGS += -DMPINIT_BUILT=$(BUILT)
$(B)/src/init/main.o: $(B)/version

$(B)/libmpedge.a: $(filter-out $(MAIN) $(INIT_OBJECTS),$(OBJECTS)) $(B)/gen/ca_roots.o \
		$(B)/gen/page.o $(B)/gen/versions.o
	@rm -f $@
	@$(AR) rcsD $@ $^

MAP := -Wl,-Map=$(B)/mpedge.map
# compat/absent_jetstream stands for a part of nats.c that is not used, and has
# to be there before the library is looked at.
ABSENT := -Wl,--undefined=jsSub_free
link = $(LINK_START) -o $@ -Wl,--start-group $(1) $(2) -Wl,--end-group \
	$(LINK_END)

# The program tells the SHA-256 of its list of components.  What that lists is
# what the map of a first link shows, with an empty one in its place.
FIRST_MAP := -Wl,-Map=$(B)/first.map
ifeq ($(TARGET),host)
SBOM_O :=
else
SBOM_O := $(B)/gen/sbom.o
endif
$(B)/mpedge.first: $(MAIN) $(B)/libmpedge.a
	$(Q)$(call link,$^,$(LIBS) $(FIRST_MAP) $(ABSENT))
EPOCH := $(or $(SOURCE_DATE_EPOCH),$(shell git log -1 --format=%ct 2>/dev/null || echo 0))
$(B)/mpedge.spdx.json: $(B)/mpedge.first toolchain/sbom.sh $(B)/version \
		toolchain/components.txt toolchain/versions.txt
	@toolchain/sbom.sh --name mpedge --version '$(VERSION_TEXT)' \
		--created $(EPOCH) --map $(B)/first.map --target $(TARGET) \
		--cc '$(CC)' >$@
$(B)/gen/sbom.c: $(B)/mpedge.spdx.json
	@mkdir -p $(@D)
	@printf '#include "app/versions.h"\nconst char sbom_sha256[] = "%s";\n' \
		"$$(sha256sum <$< | cut -d ' ' -f 1)" >$@
$(B)/gen/sbom.o: $(B)/gen/sbom.c $(B)/flags
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

$(B)/mpedge.debug: $(MAIN) $(SBOM_O) $(B)/libmpedge.a
	$(Q)$(call link,$^,$(LIBS) $(MAP) $(ABSENT))
$(B)/exchange-sim.debug: $(SIMULATOR)
	$(Q)$(call link,$^,$(LIBS))
$(B)/mpinit.debug: $(INIT_OBJECTS) $(B)/libmpedge.a
	$(Q)$(call link,$^,)
$(B)/mpedge $(B)/exchange-sim $(B)/mpinit: %: %.debug
	@$(if $(filter release,$(MODE)),$(STRIP) -o $@ $<,cp $< $@)

ifeq ($(TARGET)-$(MODE),x86_64-release)
build/mpedge build/exchange-sim build/mpinit: build/%: $(B)/%
	@cp --remove-destination $< $@
else
.PHONY: build/mpedge build/exchange-sim build/mpinit
build/mpedge: $(B)/mpedge
build/mpinit: $(B)/mpinit
build/exchange-sim: $(B)/exchange-sim
endif

# Helpers of the end-to-end tests, one source each.
TOOLS := $(patsubst %.c,$(B)/%,$(sort $(wildcard tests/tools/*.c)))
$(TOOLS): %: %.o $(B)/libmpedge.a
	$(Q)$(call link,$^,$(LIBS))

# mpedge with every call of malloc counted.
WRAP := -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc
$(B)/mpedge-counted: $(MAIN) $(B)/tests/e2e/alloc_count.o $(B)/libmpedge.a
	$(Q)$(call link,$^,$(LIBS) $(WRAP))

init: build/mpinit ## the appliance's first process: build/mpinit

sim: build/exchange-sim ## the exchange simulator: build/exchange-sim

# --- tests of single modules -----------------------------------------------

# A test names the objects and libraries it is linked with in its comments
# LINK and LIBS; here they become LINK_tests/unit/core/test_x and so on.  In
# LINK % stands for any name: venues/% is all of a layer.
TESTS := $(sort $(wildcard tests/unit/*/test_*.c))
FUZZERS := $(sort $(wildcard tests/fuzz/fuzz_*.c))
$(foreach line,$(shell awk 'match($$0, /\/\* (LINK|LIBS):[^*]*/) { \
		split(substr($$0, RSTART + 3, RLENGTH - 3), part, ": *"); \
		gsub(/[ \t]+/, "|", part[2]); sub(/\.c$$/, "", FILENAME); \
		print part[1] "_" FILENAME "=" part[2] }' \
		$(TESTS) $(FUZZERS) /dev/null),\
	$(eval $(firstword $(subst =, ,$(line))) += \
		$(subst |, ,$(lastword $(subst =, ,$(line))))))
linked = $(foreach o,$(LINK_$(1)),$(if $(findstring %,$o),\
	$(patsubst %.c,$(B)/%.o,$(sort $(wildcard src/$(subst %,*,$o).c))),\
	$(B)/$(if $(filter gen/%,$o),,src/)$o.o))
linked_sources = $(patsubst gen/%,build/gen/%,$(patsubst $(B)/%.o,%.c,\
	$(call linked,$(1))))
libraries = $(foreach l,$(LIBS_$(1)),$(LIB_$l))

TEST_BINS := $(TESTS:tests/unit/%.c=$(B)/tests/%)
CORPUS_BINS := $(FUZZERS:tests/fuzz/%.c=$(B)/fuzz/%)
FUZZ_BINS := $(FUZZERS:tests/fuzz/%.c=build/fuzz/%)
ifeq ($(TARGET),host)
CMOCKA := -lcmocka
$(TESTS:%.c=$(B)/%.o): | test-tools
else
CMOCKA := $(D)/lib/libcmocka.a
$(TESTS:%.c=$(B)/%.o): | $(D)/cmocka.stamp test-tools
endif

.SECONDEXPANSION:
$(TEST_BINS): $(B)/tests/%: $(B)/tests/unit/%.o $$(call linked,tests/unit/$$*)
	@mkdir -p $(@D)
	$(Q)$(call link,$^,$(call libraries,tests/unit/$*) $(CMOCKA))
$(CORPUS_BINS): $(B)/fuzz/%: $(B)/tests/fuzz/%.o $(B)/tests/fuzz/replay_main.o \
		$$(call linked,tests/fuzz/$$*)
	@mkdir -p $(@D)
	$(Q)$(call link,$^,$(call libraries,tests/fuzz/$*))
FUZZ_FLAGS := -std=c11 -g -O1 -D_POSIX_C_SOURCE=200809L -Iinclude \
	-isystem build/deps/host/include \
	-fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all
$(FUZZ_BINS): build/fuzz/%: tests/fuzz/%.c $(wildcard include/*/*) \
		$$(call linked_sources,tests/fuzz/$$*) \
		| $(STAMPS) test-tools
	@mkdir -p $(@D)
	$(Q)clang $(FUZZ_FLAGS) -o $@ $(filter %.c,$^) \
		-Wl,--start-group $(call libraries,tests/fuzz/$*) -Wl,--end-group

# The sanitizers need the host; another TARGET runs under its emulator.
UNIT_TARGET := $(if $(filter command% environment%,$(origin TARGET)),$(TARGET),host)
UNIT_MODE := $(if $(filter host,$(UNIT_TARGET)),asan,release)
HOST := $(MAKE) --no-print-directory TARGET=host MODE=asan

unit-run: $(TEST_BINS)
	@tests/unit/run.sh '$(EMULATOR)' $(TEST_BINS)
unit: ## unit tests (sanitized; TARGET=aarch64 or armv7: under qemu)
	@$(MAKE) --no-print-directory TARGET=$(UNIT_TARGET) MODE=$(UNIT_MODE) \
		unit-run

corpus-run: $(CORPUS_BINS)
	@tests/fuzz/run.sh replay $(CORPUS_BINS)
corpus: ## every fuzz target over its corpus, sanitized, without clang
	@$(HOST) corpus-run

fuzz-run: $(FUZZ_BINS)
	@tests/fuzz/run.sh $(FUZZ_SECONDS) $(FUZZ_BINS)
fuzz: ## fuzz each parser for FUZZ_SECONDS (60) with libFuzzer
	@$(HOST) fuzz-run

cov: ## line coverage of the unit tests, per source file
	@find build/host-cov -name '*.gcda' -delete 2>/dev/null || true
	@$(MAKE) --no-print-directory TARGET=host MODE=cov unit-run | \
		grep -v '^ok ' || true
	@tests/unit/coverage.sh build/host-cov

# --- the whole -------------------------------------------------------------

ready: all sim images $(TOOLS) $(B)/mpedge-counted $(NATS_SERVER) $(SERVERS) | test-tools

lint: all init | test-tools ## rules of the source: layers, symbols, sizes, format
	@tests/lint/all.sh
e2e: ready ## the real binary against a real nats-server and the simulator
	@tests/e2e/run.sh
page-pictures: ready ## take the pictures of docs/page.md, two minutes
	@IMG=docs/img LINE=58 tests/e2e/page.sh
captures: all ## recorded sessions through the real binary
	@tests/captures/run.sh
bench: ready ## measure, and write docs/performance.md
	@tests/perf/bench.sh
check: ## unit, corpus, captures and lint: about a minute
	@tests/summary.sh unit corpus captures lint
mutations: ready ## does the test of each case fail without its handling? (CASES="6 14", KIND=unit)
	@KIND=$(KIND) tests/mutations/run.sh $(CASES)
test: ## everything CI runs; the last line says what passed
	@tests/summary.sh binary lint unit corpus captures e2e \
		--beside unit-aarch64 unit-armv7 repro
run: all ## collect from the live exchanges with config.ini
	@build/mpedge config.ini
demo: all sim | demo-tools ## the collector against the simulator, nothing else needed
	@tests/demo.sh
docs: all ## write docs/reference from the program's tables
	@docs/generate.sh

# Debian's and the containers' names of a TARGET.
DEB_x86_64 := amd64
DEB_aarch64 := arm64
DEB_armv7 := armhf
OCI_x86_64 := amd64
OCI_aarch64 := arm64
OCI_armv7 := arm
DEB_VERSION = $(VERSION)+git$(shell TZ=UTC git log -1 --format=%cd.%h \
	--date=format-local:%Y%m%d%H%M)
TARGETS ?= $(TARGET)

package: all ## a Debian package of TARGET: build/mpedge_VERSION_ARCH.deb
	@image/debian/build.sh $(B)/mpedge $(DEB_$(TARGET)) $(DEB_VERSION) \
		build/mpedge_$(DEB_VERSION)_$(DEB_$(TARGET)).deb
container: ## an OCI archive, no daemon needed: build/mpedge-VERSION.oci.tar (TARGETS="x86_64 aarch64 armv7")
	@for target in $(TARGETS); do \
		$(MAKE) --no-print-directory TARGET=$$target all || exit 1; done
	@image/container/build.sh $(VERSION) build/mpedge-$(VERSION).oci.tar \
		$(foreach t,$(TARGETS),$(OCI_$t)=build/$t-release/mpedge)

include image/appliance/rules.mk

update-key: | build-tools ## the keys of update bundles, in UPDATE_KEYS (build): update-key.pem and update.pem
	@image/appliance/update-key.sh $(UPDATE_KEYS)

sbom: all ## what the binary of TARGET consists of (SPDX): build/TARGET-MODE/mpedge.spdx.json
	@cd $(B) && sha256sum mpedge.spdx.json
binary: ## is each binary static-pie, small, and free of OpenSSL?
	@for target in x86_64 aarch64 armv7; do \
		$(MAKE) --no-print-directory TARGET=$$target all || exit 1; done
	@tests/binary.sh
repro: all ## two builds in two folders are the same bytes
	@tests/repro.sh
sizes: all ## bytes of the binary, by layer
	@toolchain/sizes.sh $(B)
fmt: | test-tools ## clang-format all sources
	@find src include tests -name '*.[ch]' -exec clang-format -i {} +
clean: ## remove what was compiled, keep the dependencies
	@rm -rf build/*-release build/*-debug build/*-asan build/*-cov \
		build/fuzz build/gen build/mpedge build/exchange-sim
help: ## this list
	@sed -n 's/^\([a-z0-9.-]*\):[^#]*## /\1\t/p' Makefile image/appliance/rules.mk | \
		sort | expand -t 16

unit-aarch64 unit-armv7: unit-%:
	@$(MAKE) --no-print-directory TARGET=$* unit

.PHONY: all always binary bench build-tools captures check clean container corpus \
	corpus-run cov demo demo-tools deps docs e2e fmt fuzz fuzz-run help init lint mutations \
	objects package page-pictures ready repro run sbom sim sizes test test-tools unit unit-aarch64 unit-armv7 \
	unit-run update-key versions
.DELETE_ON_ERROR:
.SECONDARY:
MAKEFLAGS += --no-builtin-rules
-include $(OBJECTS:.o=.d) $(SIMULATOR:.o=.d) $(TESTS:%.c=$(B)/%.d) \
	$(FUZZERS:%.c=$(B)/%.d) $(TOOLS:=.d) \
	$(B)/tests/e2e/alloc_count.d $(B)/gen/ca_roots.d $(B)/gen/page.d \
	$(B)/gen/versions.d
