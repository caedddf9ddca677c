# SPDX-License-Identifier: GPL-3.0-or-later
#
# One Makefile, no recursion but for variants, no autotools.
#
#	make start              set up, build, open the laboratory
#	make check              set up, build, run every test
#	make install PREFIX=~/.local
#	make help               the rest

NAME    := forkshop
VERSION := 0.1.0

## Knobs: override on the command line or in config.mk ##################
-include config.mk

CC         ?= cc
PKG_CONFIG ?= pkg-config
PREFIX     ?= /usr/local
BINDIR     ?= $(PREFIX)/bin
LIBEXECDIR ?= $(PREFIX)/libexec/$(NAME)
DATADIR    ?= $(PREFIX)/share/$(NAME)
MANDIR     ?= $(PREFIX)/share/man
CFLAGS     ?= -O2 -g
LDFLAGS    ?=
WERROR     ?=
VARIANT    ?= debug
JOBS       ?= $(shell nproc 2>/dev/null || echo 1)
B          ?= build/$(VARIANT)

## The programs: the room that holds main.c, and the libraries ##########
PROGRAMS := forkshop forkshop-lab forkshop-server forkshop-client \
            forkshop-puppet

ROOM.forkshop        := tui
ROOM.forkshop-lab    := core/lab
ROOM.forkshop-server := core/serve
ROOM.forkshop-client := core/load
ROOM.forkshop-puppet := core/puppet

PKGS.forkshop        := ncursesw readline jansson
PKGS.forkshop-lab    :=
PKGS.forkshop-server := libmicrohttpd
PKGS.forkshop-client := libcurl jansson
PKGS.forkshop-puppet :=
PKGS.tests           := check vterm

# What they share: everybody takes base, only the shell takes shop.
BASE_ROOMS := core/sys core/wire
SHOP_ROOMS := core/watch core/facts core/shell core/tape lessons

PKGS := $(foreach p,$(PROGRAMS),$(PKGS.$p))
HERE := $(foreach p,$(PROGRAMS),$(if $(wildcard $(ROOM.$p)/main.c),$p))

## Flags that are ours, not the user's ##################################
cflags_of = $(shell $(PKG_CONFIG) --cflags $(1) 2>/dev/null)
libs_of   = $(shell $(PKG_CONFIG) --libs $(1) 2>/dev/null)
missing   = $(shell for p in $(1); do \
              $(PKG_CONFIG) --exists $$p 2>/dev/null || echo $$p; done)

WARN    := -Wall -Wextra -Wshadow -Wvla -Wstrict-prototypes \
           -Wmissing-prototypes -Wwrite-strings -Wpointer-arith
OUR_CPP := -D_GNU_SOURCE -DVERSION='"$(VERSION)"' -DDATADIR='"$(DATADIR)"' \
           -DLIBEXECDIR='"$(LIBEXECDIR)"' -I. -I$(B) \
           $(call cflags_of,$(PKGS)) $(call cflags_of,$(PKGS.tests))
OUR_C   := -std=c11 -pthread $(WARN) $(if $(WERROR),-Werror)

EXTRA.asan     := -fsanitize=address,undefined -fno-sanitize-recover=all \
                  -fno-omit-frame-pointer
EXTRA.tsan     := -fsanitize=thread
EXTRA.coverage := --coverage -O0 -DCOVERAGE
OUR_C   += $(EXTRA.$(VARIANT))

## Sources: found, never listed #########################################
c_in     = $(sort $(wildcard $(addsuffix /*.c,$(1))))
objects  = $(patsubst %.c,$(B)/%.o,$(1))
no_main  = $(filter-out %/main.c,$(1))
archive  = $(B)/$(notdir $(1)).a

MAIN_ROOMS  := $(foreach p,$(PROGRAMS),$(ROOM.$p))
BASE_SRC    := $(call c_in,$(BASE_ROOMS))
SHOP_SRC    := $(call c_in,$(SHOP_ROOMS))
MAIN_SRC    := $(call c_in,$(MAIN_ROOMS))
HARNESS_SRC := $(call c_in,tests tests/screens)
HARNESS_SRC := $(foreach s,$(HARNESS_SRC),$(if $(filter test_%,$(notdir $s)),,$s))
TEST_SRC    := $(sort $(wildcard tests/test_*.c tests/*/test_*.c))
BENCH_SRC   := $(sort $(wildcard tests/bench/bench_*.c))
FUZZ_SRC    := $(sort $(wildcard tests/fuzz/fuzz_*.c))

ALL_PROGRAMS := $(HERE:%=$(B)/%)
TESTS        := $(TEST_SRC:%.c=$(B)/%)
BENCHES      := $(BENCH_SRC:%.c=$(B)/%)
OUR_OBJ      := $(call objects,$(BASE_SRC) $(SHOP_SRC) $(MAIN_SRC))
ALL_OBJ      := $(OUR_OBJ) \
                $(call objects,$(HARNESS_SRC) $(TEST_SRC) $(BENCH_SRC))

Q    = $(if $(V),,@)
say  = $(if $(V),,@printf '  %-5s %s\n' '$(1)' '$@';)
# All symbols at once: a forked child finds them looked up, in shared pages.
link = $(CC) $(OUR_C) $(CFLAGS) -Wl,-z,now $(LDFLAGS)

# Another variant: beside build/debug, or beside the folder that the user
# chose on the command line.
beside  = $(if $(filter command%,$(origin B)),$(B)-$(1),build/$(1))
again   = $(MAKE) --no-print-directory
variant = $(again) VARIANT=$(1) B=$(call beside,$(1))

.PHONY: all programs tests libraries test-libraries start check run-tests \
        check-tree check-long check-without check-nobody asan tsan valgrind \
        coverage fuzz bench install uninstall check-install format map \
        check-format lint dist clean help run-valgrind FORCE
.DELETE_ON_ERROR:
.SECONDARY:

all: libraries programs ## build the programs

## From a fresh machine to the laboratory, in one command ###############
start: ## set up, build, and open the laboratory
	$(Q).ci/setup programs
	+$(Q)$(again) -j$(JOBS) programs
	$(Q)exec $(B)/$(NAME)

check: ## set up, build, and run every test
	$(Q).ci/setup programs tests
	+$(Q)$(again) -j$(JOBS) tests
	+$(Q)$(again) check-tree run-tests

libraries:
	$(Q)$(if $(call missing,$(PKGS)),.ci/setup --list programs)

test-libraries:
	$(Q)$(if $(call missing,$(PKGS.tests)),.ci/setup --list programs tests)

## Building #############################################################
programs: $(ALL_PROGRAMS) $(B)/base.a $(B)/shop.a

define program_rule
$(B)/$(1): $(B)/$(ROOM.$1)/main.o $(call archive,$(ROOM.$1)) \
           $(if $(filter $(NAME),$(1)),$(B)/shop.a) $(B)/base.a
	$$(call say,LD)$$(link) $$^ $$(call libs_of,$(PKGS.$1)) -o $$@
endef

define archive_rule
$(B)/$(1).a: $(call objects,$(2))
	$$(call say,AR)rm -f $$@ && $(AR) rcs $$@ $$^
endef

$(foreach p,$(HERE),$(eval $(call program_rule,$p)))
$(foreach r,$(MAIN_ROOMS),$(eval \
  $(call archive_rule,$(notdir $r),$(call no_main,$(call c_in,$r)))))
$(eval $(call archive_rule,base,$(BASE_SRC)))
$(eval $(call archive_rule,shop,$(SHOP_SRC)))
$(eval $(call archive_rule,harness,$(HARNESS_SRC)))

$(B)/%.o: %.c $(B)/config.h $(B)/flags
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(OUR_CPP) $(CPPFLAGS) $(OUR_C) $(CFLAGS) \
	  -MMD -MP -c $< -o $@

-include $(ALL_OBJ:.o=.d)

# Each file in core/sys/has is a question to the machine: does it compile?
HAS := $(sort $(wildcard core/sys/has/*.c))
keep_if_same = cmp -s $@.new $@ && rm $@.new || mv $@.new $@

$(B)/config.h: $(HAS) $(B)/flags
	@mkdir -p $(@D)
	$(Q){ echo '/* Answers to core/sys/has, written by make. */'; \
	for f in $(HAS); do \
	  n=$$(basename $$f .c | tr a-z- A-Z_); \
	  $(CC) -D_GNU_SOURCE -Werror $$f -o /dev/null 2>/dev/null \
	    && y=1 || y=0; \
	  echo "#define HAS_$$n $$y"; done; } >$@.new; $(keep_if_same)

# Other flags make other objects.
$(B)/flags: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(subst ','\'',$(CC) $(OUR_CPP) $(CPPFLAGS) \
	  $(OUR_C) $(CFLAGS) $(LDFLAGS))' >$@.new; $(keep_if_same)

## Tests ################################################################
# A test is a program of its own.  It may use what its room may use, and the
# room itself when that room is a program: tests/serve has core/serve.
define test_rule
$(B)/$(1): $(B)/$(1).o $(B)/harness.a $(2) $(B)/shop.a $(B)/base.a
	$$(call say,LD)$$(link) $$^ \
	  $$(call libs_of,$(PKGS.tests) jansson $(3)) -o $$@
endef
mirrored = $(firstword $(foreach p,$(PROGRAMS),\
           $(if $(filter tests/$(notdir $(ROOM.$p))/%,$(1)),$p)))
$(foreach t,$(TEST_SRC:%.c=%) $(BENCH_SRC:%.c=%),\
  $(foreach p,$(or $(call mirrored,$t),none),\
    $(eval $(call test_rule,$t,$(if $(ROOM.$p),$(call archive,$(ROOM.$p))),\
      $(PKGS.$p)))))

tests: libraries test-libraries $(ALL_PROGRAMS) $(TESTS)

run-tests: tests
	$(Q)FORKSHOP_BUILD=$(abspath $(B)) tests/run $(TESTS)

check-tree: $(OUR_OBJ) ## the doors, the layers and the house hold
	$(Q)tests/check-tree $(B)

check-long: ## what takes longer: sanitizers, valgrind, long stories
	+$(Q)$(again) FORKSHOP_LONG=1 check
	+$(Q)$(again) check-without check-nobody
	+$(Q)$(again) asan
	+$(Q)$(again) tsan
	+$(Q)$(again) valgrind
	+$(Q)$(again) fuzz check-install
export FORKSHOP_LONG

# What a newer kernel offers and FORKSHOP_WITHOUT takes away.
PROBES := $(shell sed -n 's/^\t"\([a-z-]*\)",.*/\1/p' core/sys/probe.c)
check-without: tests ## run the tests without each probe of the kernel
	$(Q)for p in $(PROBES); do echo "without $$p:"; \
	  FORKSHOP_BUILD=$(abspath $(B)) FORKSHOP_WITHOUT=$$p \
	  tests/run $(TESTS) || exit 1; done

check-nobody: tests ## run the tests as an ordinary user (root only)
	$(Q)FORKSHOP_BUILD=$(abspath $(B)) tests/run --as nobody $(TESTS)

# The thread sanitizer holds each exit up for a second, if it is not told.
asan tsan: ## run the tests under a sanitizer
	$(Q).ci/setup programs tests
	+$(Q)TSAN_OPTIONS=atexit_sleep_ms=0 FORKSHOP_PATIENCE=4 \
	  CK_EXCLUDE_TAGS=no-$@ $(call variant,$@) run-tests

# valgrind lacks two system calls (tests/valgrind/lend.h), and under it a
# program cannot see where it stands: it is told.  Left out by name are the
# stories that look from outside, where ps and the tree show valgrind's name.
LEND := $(B)/tests/valgrind
valgrind: ## run the tests under valgrind
	$(Q).ci/setup programs tests
	+$(Q)$(call variant,$@) LIBEXECDIR=$(abspath $(call beside,$@)) \
	  DATADIR=$(CURDIR) run-valgrind

run-valgrind: tests $(LEND)/lender $(LEND)/borrow.so
	$(Q)FORKSHOP_BUILD=$(abspath $(B)) FORKSHOP_PATIENCE=10 \
	  FORKSHOP_LEND=$(abspath $(LEND)) tests/run --valgrind \
	  $(filter-out $(addprefix $(B)/tests/,scripts/% screens/% watch/%),$(TESTS))

$(LEND)/lender: $(LEND)/lender.o $(LEND)/lend.o
	$(call say,LD)$(link) $^ -o $@

$(LEND)/borrow.so: tests/valgrind/borrow.c tests/valgrind/lend.c
	@mkdir -p $(@D)
	$(call say,LD)$(link) -I. -D_GNU_SOURCE -fPIC -shared $^ -o $@

coverage: ## run the tests and print line coverage
	$(Q).ci/setup programs tests
	+$(Q)$(call variant,coverage) run-tests
	$(Q)tests/coverage $(call beside,coverage)

# Fuzzers have objects of their own, made by clang with its sanitizers.
FUZZ_SECONDS ?= 20
FUZZ         := $(FUZZ_SRC:%.c=$(B)/%)
FUZZ_OBJ     := $(patsubst %.c,$(B)/fuzz/%.o,\
                $(BASE_SRC) $(SHOP_SRC) tui/keys.c)
FUZZ_C       := -g -O1 -std=c11 -pthread -Wno-gnu \
                -fsanitize=address,undefined \
                -fno-sanitize-recover=all
fuzz: libraries $(FUZZ) ## fuzz the parsers for a few seconds each (clang)
	$(Q)for f in $(FUZZ); do \
	  $$f -max_total_time=$(FUZZ_SECONDS) -print_final_stats=0 \
	    -artifact_prefix=$(B)/ || exit 1; \
	done

$(B)/fuzz/%.o: %.c $(B)/config.h $(B)/flags
	@mkdir -p $(@D)
	$(call say,CC)clang $(OUR_CPP) $(FUZZ_C) -fsanitize=fuzzer-no-link \
	  -MMD -MP -c $< -o $@

$(B)/fuzz.a: $(FUZZ_OBJ)
	$(call say,AR)rm -f $@ && $(AR) rcs $@ $^

$(FUZZ): $(B)/%: $(B)/fuzz/%.o $(B)/fuzz.a
	@mkdir -p $(@D)
	$(call say,FUZZ)clang $(FUZZ_C) -fsanitize=fuzzer $^ \
	  $(call libs_of,jansson) -o $@

-include $(FUZZ_OBJ:.o=.d) $(FUZZ_SRC:%.c=$(B)/fuzz/%.d)

BENCH_SCRIPTS := $(sort $(wildcard tests/bench/bench_*.sh))
bench: tests $(BENCHES) ## measure; the numbers go to build/bench.txt as well
	$(Q){ date -u +%FT%TZ; uname -srm; \
	  export FORKSHOP_BUILD=$(abspath $(B)); \
	  for b in $(BENCHES) $(BENCH_SCRIPTS); do $$b; done; } \
	  | tee build/bench.txt

## Installing ###########################################################
# From what the program says of itself.
MAN1    := $(B)/$(NAME).1
MAN5    := $(B)/$(NAME)-lesson.5
$(MAN1): $(B)/$(NAME)
	$(call say,MAN)$< --man >$@
$(MAN5): $(B)/$(NAME)
	$(call say,MAN)$< --man=lesson >$@

LESSONS := $(wildcard lessons/*.lesson)
BEHIND  := $(filter-out $(NAME),$(HERE))

# The folders that install has made, for uninstall: from the inner outwards.
FOLDERS := $(BINDIR) $(LIBEXECDIR) $(DATADIR)/lessons $(MANDIR)/man1 \
           $(MANDIR)/man5
MADE    := $(DATADIR)/made

install: all $(MAN1) $(MAN5) ## into $(DESTDIR)$(PREFIX)
	$(Q)made=$$(for d in $(FOLDERS); do \
	  until [ -d $(DESTDIR)$$d ] || [ $$d = / ]; do \
	    echo $$d; d=$$(dirname $$d); done; done) && \
	install -d $(FOLDERS:%=$(DESTDIR)%) && \
	echo $$made | tr ' ' '\n' >>$(DESTDIR)$(MADE)
	$(Q)install -m 755 $(B)/$(NAME) $(DESTDIR)$(BINDIR)/$(NAME)
	$(Q)$(foreach p,$(BEHIND),\
	  install -m 755 $(B)/$p $(DESTDIR)$(LIBEXECDIR)/$p &&) :
	$(Q)$(if $(LESSONS),\
	  install -m 644 $(LESSONS) $(DESTDIR)$(DATADIR)/lessons)
	$(Q)install -m 644 $(MAN1) $(DESTDIR)$(MANDIR)/man1
	$(Q)install -m 644 $(MAN5) $(DESTDIR)$(MANDIR)/man5

uninstall: ## remove exactly what install puts there
	$(Q)rm -f $(DESTDIR)$(BINDIR)/$(NAME) \
	  $(foreach p,$(filter-out $(NAME),$(PROGRAMS)),\
	    $(DESTDIR)$(LIBEXECDIR)/$p) \
	  $(foreach l,$(notdir $(LESSONS)),$(DESTDIR)$(DATADIR)/lessons/$l) \
	  $(DESTDIR)$(MANDIR)/man1/$(notdir $(MAN1)) \
	  $(DESTDIR)$(MANDIR)/man5/$(notdir $(MAN5))
	$(Q)made=$$(sort -ru $(DESTDIR)$(MADE) 2>/dev/null); \
	rm -f $(DESTDIR)$(MADE); \
	for d in $(LIBEXECDIR) $(DATADIR)/lessons $(DATADIR); do \
	  test ! -d $(DESTDIR)$$d || rmdir $(DESTDIR)$$d; done; \
	for d in $$made; do rmdir $(DESTDIR)$$d 2>/dev/null || :; done

check-install: all ## install to a scratch folder, uninstall, expect nothing
	$(Q)tests/check-install $(abspath $(B))/pkg

## The rest #############################################################
C_FILES = $(sort $(wildcard core/*/*.[ch] core/sys/has/*.c lessons/*.[ch] \
          tui/*.[ch] tests/*.[ch] tests/*/*.[ch]))

format: ## rewrite the sources with clang-format
	$(Q)clang-format -i $(C_FILES)

check-format: ## say what clang-format would change
	$(Q)clang-format --dry-run -Werror $(C_FILES)

lint: ## cppcheck, clang-tidy and shellcheck
	$(Q)cppcheck -q --std=c11 --enable=warning,portability --suppress=uninitvar \
	  --suppress=ctuuninitvar --error-exitcode=1 -D_GNU_SOURCE -I. \
	  $(BASE_SRC) $(SHOP_SRC) $(MAIN_SRC)
	$(Q)clang-tidy --quiet --warnings-as-errors='*' \
	  --checks='-*,bugprone-infinite-loop,bugprone-sizeof-container,clang-analyzer-core*,clang-analyzer-unix*' \
	  $(BASE_SRC) $(SHOP_SRC) $(MAIN_SRC) -- $(OUR_CPP) -std=c11
	$(Q)shellcheck .ci/run .ci/setup tests/run tests/check-tree tests/map \
	  tests/check-install tests/coverage $(BENCH_SCRIPTS)

dist: ## a tarball of HEAD
	git archive --prefix=$(NAME)-$(VERSION)/ \
	  -o $(NAME)-$(VERSION).tar.gz HEAD

clean: ## remove everything that was built
	rm -rf build

map: ## every source file, and what it is for
	@tests/map

help: ## this list
	@sed -n 's/^\([a-z][a-z -]*\):[^#]*## \(.*\)/  \1\t\2/p' Makefile \
	  | expand -t 18
