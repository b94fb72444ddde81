# smmu: one library, one program.  `make help` lists the targets.

V       ?= 0
B       ?= build
O       ?= -O2 -g
PREFIX  ?= /usr/local
ORACLES ?= ../shared/data
LIMITS  ?= ../shared/limits
VERSION := 0.1.0
PYTHON  ?= /usr/bin/python3

Q := $(if $(filter 1,$(V)),,@)
say = $(if $(filter 1,$(V)),,@printf '  %-7s %s\n' '$(1)' '$(2)')

PACKAGES := gcc make pkg-config libyaml-dev libreadline-dev zlib1g-dev libdeflate-dev libfdt-dev \
	libjansson-dev libsmartcols-dev libelf-dev
BENCH_PACKAGES := libzstd-dev mawk gzip util-linux
TEST_PACKAGES := libcriterion-dev python3 python3-jsonschema python3-yaml jq qemu-system-arm

WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
	-Wwrite-strings -Wundef -Wvla -Werror
CPPFLAGS += -Ilib -D_POSIX_C_SOURCE=200809L -DSMMU_VERSION='"$(VERSION)"'
CFLAGS   += -std=c11 $(O) $(WARN) -fPIC -fvisibility=default $(SAN)
LDFLAGS  += $(SAN)
LDLIBS   := -lyaml -ljansson -lsmartcols -lz -ldeflate -lpthread
CLI_LIBS := -lreadline
TEST_LIBS := -lcriterion -ljansson

LIB_SRC  := $(wildcard lib/*/*.c)
CLI_SRC  := $(wildcard cli/*.c)
UNIT_SRC := $(wildcard tests/unit/*/*.c)
LIB_OBJ  := $(LIB_SRC:%.c=$(B)/%.o)
CLI_OBJ  := $(CLI_SRC:%.c=$(B)/%.o)
UNIT_OBJ := $(UNIT_SRC:%.c=$(B)/%.o)

TARGETS := all deps demo test check-unit check-walker check-cli check-schema check-build \
	check-explain check-qemu check-random check-robust check-sequences check-threads check-terminal \
	check-messages check-oracles check-deps check-speed golden sanitize tsan coverage bench fuzz \
	install uninstall clean help
.PHONY: $(TARGETS)
all: $(B)/smmu $(B)/libsmmu.a $(B)/libsmmu.so

$(B)/%.o: %.c
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(B)/libsmmu.a: $(LIB_OBJ)
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^
$(B)/libsmmu.so: $(LIB_OBJ)
	$(call say,LINK,$@)
	$(Q)$(CC) -shared $(LDFLAGS) -o $@ $^ $(LDLIBS)
# The tables of the architecture are full of addresses: a program at a fixed place starts without
# 18,000 relocations.  Sanitizers want it where they put it.
$(B)/smmu: $(CLI_OBJ) $(B)/libsmmu.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) $(if $(SAN),,-no-pie) -o $@ $^ $(LDLIBS) $(CLI_LIBS)
$(B)/unit: $(UNIT_OBJ) $(B)/libsmmu.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS) $(TEST_LIBS)

# `deps` installs what is missing; the stamp keeps later runs from asking again.
need = dpkg-query -W $(1) >/dev/null 2>&1
deps:
	$(Q)$(call need,$(PACKAGES) $(TEST_PACKAGES)) || tests/tools/install.sh $(PACKAGES) $(TEST_PACKAGES)
$(B)/.deps:
	$(Q)$(MAKE) -s deps
	@mkdir -p $(@D) && touch $@
# With the packages in place, a second make sees their headers.
demo: $(B)/.deps
	$(Q)$(MAKE) -s -j2 all && samples/demo.sh $(B)/smmu
test: $(B)/.deps
	$(Q)$(MAKE) -s -j2 all $(B)/unit $(B)/walker $(B)/walker-wide $(B)/random $(B)/threads
	$(Q)$(MAKE) -s check-unit check-walker check-random check-threads check-cli check-sequences \
		check-terminal check-schema check-build check-explain check-qemu check-robust check-messages \
		check-oracles

check-unit: $(B)/unit
	$(Q)ORACLES='$(ORACLES)' $(B)/unit -j2
# Programs of a folder of tests each.
in_folder = $(patsubst %.c,$(B)/%.o,$(wildcard tests/$(1)/*.c)) $(B)/libsmmu.a
$(B)/walker: $(call in_folder,walker)
$(B)/walker-wide: $(call in_folder,walker/wide)
$(B)/random: $(call in_folder,random)
$(B)/threads: $(call in_folder,threads)
$(B)/walker $(B)/walker-wide $(B)/random $(B)/threads:
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)
# The model beside a second walker: WALKS random translations.
WALKS ?= 500000
check-walker: $(B)/walker $(B)/walker-wide
	$(Q)$(B)/walker $(WALKS)
	$(Q)$(B)/walker-wide $(WALKS) $(SEED)
# The model under RECORDS by chance: no crash, no endless loop, caches that agree.
RECORDS ?= 100000
check-random: $(B)/random
	$(Q)$(B)/random $(RECORDS) $(SEED)
# Random traces by one thread and by several: the same to the byte.
ROUNDS ?= 40
check-threads: $(B)/threads
	$(Q)$(B)/threads $(ROUNDS) $(SEED)
# The progress line on a terminal, and Ctrl-C.
check-terminal: $(B)/smmu
	$(Q)$(PYTHON) tests/terminal/run.py $(B)/smmu
check-cli: $(B)/smmu
	$(Q)tests/cli/run $(B)/smmu
golden: $(B)/smmu
	$(Q)tests/cli/run --update $(B)/smmu
# What a driver does, right and wrong, with caches of every kind.
check-sequences: $(B)/smmu
	$(Q)$(PYTHON) tests/sequences/run.py $(B)/smmu
check-schema: $(B)/smmu
	$(Q)$(PYTHON) tests/schema/run.py $(B)/smmu '$(ORACLES)'
# Random descriptions through build, dump and replay, and mappings that change: from SEED on.
BUILDS ?= 200
EDITS  ?= 60
SEED   ?= 1
check-build: $(B)/smmu
	$(Q)$(PYTHON) tests/build/run.py $(B)/smmu $(BUILDS) $(SEED)
	$(Q)$(PYTHON) tests/build/edit.py $(B)/smmu $(EDITS) $(SEED)
# Bits of valid systems flipped, and traced back: FLIPS of them.
FLIPS ?= 200
check-explain: $(B)/smmu
	$(Q)$(PYTHON) tests/explain/mutate.py $(B)/smmu $(FLIPS)
# What build writes, read by another SMMU.
check-qemu: $(B)/smmu
	$(Q)$(PYTHON) tests/qemu/run.py $(B)/smmu
# Damaged input of every sort, to every command: HOSTILE runs.
HOSTILE ?= 800
check-robust: $(B)/smmu
	$(Q)$(PYTHON) tests/robust/run.py $(B)/smmu '$(ORACLES)' --cases $(HOSTILE)
	$(Q)$(PYTHON) tests/robust/cut.py $(B)/smmu $(SEED)
# Logs shuffled, cut and mixed: MIXES of each sort.
MIXES ?= 150
check-oracles: $(B)/smmu
	$(Q)if [ -d '$(ORACLES)' ]; then \
		for t in run decode log told sequences compare; do \
			$(PYTHON) tests/oracle/$$t.py $(B)/smmu '$(ORACLES)' || exit 1; \
		done; \
		$(PYTHON) tests/oracle/mixed_logs.py $(B)/smmu '$(ORACLES)' $(MIXES) $(SEED); \
	else echo 'not run for want of $(ORACLES): linux, qemu, specification vectors, decode' \
		'vectors, kernel logs, mixed logs, texts, sequences, comparisons'; fi
# Every message of loader and builder is shown by a golden case or a unit test.
check-messages:
	$(Q)$(PYTHON) tests/tools/check_messages.py .
check-deps:
	$(Q)$(PYTHON) tests/tools/check_deps.py .

sanitize:
	$(Q)UBSAN_OPTIONS=print_stacktrace=1 $(MAKE) -s -j2 B=$(B)/san O='-O1 -g' \
		SAN='-fsanitize=address,undefined -fno-sanitize-recover=all' all \
		$(B)/san/unit $(B)/san/walker $(B)/san/walker-wide $(B)/san/random
	$(Q)$(MAKE) -s B=$(B)/san check-unit check-cli check-sequences check-robust check-oracles
	$(Q)$(MAKE) -s B=$(B)/san check-walker WALKS=1000000 SEED=1001
	$(Q)$(MAKE) -s B=$(B)/san check-random RECORDS=2000000 SEED=1001
	$(Q)$(MAKE) -s B=$(B)/san check-build BUILDS=1000 SEED=1001
# The thread sanitizer: the threaded code, and the command lines with several jobs.
tsan: export TSAN_OPTIONS = halt_on_error=1 exitcode=66
tsan:
	$(Q)$(MAKE) -s -j2 B=$(B)/tsan O='-O1 -g' SAN=-fsanitize=thread $(B)/tsan/smmu $(B)/tsan/threads
	$(Q)$(MAKE) -s B=$(B)/tsan check-threads ROUNDS=12
	$(Q)SMMU='$(abspath $(B)/tsan/smmu)' tests/cli/run tests/cli/with_jobs replay
coverage:
	$(Q)$(MAKE) -s -j2 B=$(B)/cov O='-O0 -g' SAN='--coverage' all $(B)/cov/unit
	$(Q)$(MAKE) -s B=$(B)/cov check-unit check-cli check-sequences check-oracles
	$(Q)gcovr -s --object-directory $(B)/cov -f 'lib/' $(B)/cov | tail -4
BENCH := $(B)/bench-walk $(B)/bench-build $(B)/bench-trace
bench: $(B)/smmu $(BENCH)
	$(Q)$(call need,$(BENCH_PACKAGES)) || tests/tools/install.sh $(BENCH_PACKAGES)
	$(Q)$(PYTHON) tests/bench/run.py $(B) '$(LIMITS)'
# Instructions a record, which a loaded machine does not change.
check-speed: $(B)/smmu $(BENCH)
	$(Q)$(PYTHON) tests/bench/instructions.py $(B)
$(B)/bench-%: $(B)/tests/bench/%.o $(B)/libsmmu.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)
# One coverage-guided fuzzer a reader: build/fuzz/<name>; FUZZ_SECONDS each.
FUZZ_SECONDS ?= 20
fuzz: $(patsubst tests/fuzz/%.c,$(B)/fuzz/%,$(wildcard tests/fuzz/*.c))
	$(Q)for f in $^; do tests/fuzz/run.sh $$f $(FUZZ_SECONDS) || exit 1; done
$(B)/fuzz/%: tests/fuzz/%.c $(LIB_SRC)
	@mkdir -p $(@D)
	$(Q)clang $(CPPFLAGS) -std=c11 -g -O1 -fsanitize=fuzzer,address,undefined \
		-fno-sanitize-recover=all -o $@ $^ $(LDLIBS)

install: all
	$(Q)tests/tools/install_files.sh '$(DESTDIR)' '$(PREFIX)' '$(B)' '$(VERSION)'
uninstall:
	$(Q)tests/tools/uninstall_files.sh '$(DESTDIR)' '$(PREFIX)'
help:
	@echo '$(TARGETS) (V=1 shows the commands)' | fold -s -w 100

clean:
	rm -rf $(B)

-include $(LIB_OBJ:.o=.d) $(CLI_OBJ:.o=.d) $(UNIT_OBJ:.o=.d) \
	$(wildcard $(addprefix $(B)/tests/,bench/*.d random/*.d threads/*.d walker/*.d walker/wide/*.d))
