# smmu: one library, one program.  `make help` lists the targets.

V       ?= 0
B       ?= build
O       ?= -O2 -g
PREFIX  ?= /usr/local
ORACLES ?= ../shared/data
LIMITS  ?= ../shared/limits
VERSION := 0.1.0

Q := $(if $(filter 1,$(V)),,@)
say = $(if $(filter 1,$(V)),,@printf '  %-7s %s\n' '$(1)' '$(2)')

PACKAGES := gcc make pkg-config libyaml-dev libreadline-dev zlib1g-dev libfdt-dev \
	libjansson-dev libsmartcols-dev libelf-dev
TEST_PACKAGES := libcriterion-dev python3 python3-jsonschema python3-yaml jq

WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
	-Wwrite-strings -Wundef -Wvla -Werror
CPPFLAGS += -Ilib -D_POSIX_C_SOURCE=200809L -DSMMU_VERSION='"$(VERSION)"'
CFLAGS   += -std=c11 $(O) $(WARN) -fPIC -fvisibility=default $(SAN)
LDFLAGS  += $(SAN)
LDLIBS   := -lyaml -lsmartcols -lz -lpthread
CLI_LIBS := -lreadline
TEST_LIBS := -lcriterion -ljansson

LIB_SRC  := $(wildcard lib/*/*.c)
CLI_SRC  := $(wildcard cli/*.c)
UNIT_SRC := $(wildcard tests/unit/*/*.c)
LIB_OBJ  := $(LIB_SRC:%.c=$(B)/%.o)
CLI_OBJ  := $(CLI_SRC:%.c=$(B)/%.o)
UNIT_OBJ := $(UNIT_SRC:%.c=$(B)/%.o)

.PHONY: all deps demo test check-unit check-cli check-deps golden sanitize bench fuzz \
	install uninstall clean help
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
$(B)/smmu: $(CLI_OBJ) $(B)/libsmmu.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS) $(CLI_LIBS)
$(B)/unit: $(UNIT_OBJ) $(B)/libsmmu.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS) $(TEST_LIBS)

check-unit: $(B)/unit
	$(Q)ORACLES='$(ORACLES)' $(B)/unit -j2 --quiet

clean:
	rm -rf $(B)

-include $(LIB_OBJ:.o=.d) $(CLI_OBJ:.o=.d) $(UNIT_OBJ:.o=.d)
