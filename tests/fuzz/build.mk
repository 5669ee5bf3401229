# Builds the fuzz targets of SRCDIR/tests/fuzz in the current directory (GNU make). The code under test is compiled once, with
# clang's coverage and sanitizers, into one archive: only the rooms that read what others wrote. Called by run.sh and by
# tests/e2e/fuzz.sh:  make -j2 -f SRCDIR/tests/fuzz/build.mk SRCDIR=… BUILDDIR=…

CLANG = clang
PACKAGES = glib-2.0 gmime-3.0 libical libxml-2.0 yaml-0.1 jansson libytnef gnutls
DEPS_CFLAGS := $(shell pkg-config --cflags $(PACKAGES))
DEPS_LIBS := $(shell pkg-config --libs $(PACKAGES))
WARNINGS = -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes
# coverage.sh gives others: what the targets are compiled and linked with
SANITIZE = -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
LINKED = -fsanitize=fuzzer
FUZZ_CFLAGS = -std=gnu11 -D_GNU_SOURCE -DESCALATE_SPOOLDIR='"/var/spool/escalate"' -DESCALATE_STATEDIR='"/var/lib/escalate"' -O1 -g -I$(SRCDIR) -I$(SRCDIR)/src -I$(BUILDDIR) $(SANITIZE) $(DEPS_CFLAGS)

# What sends, stores, forks or listens stays out.
SOURCES := $(filter-out \
	%/base/sandbox.c %/base/worker.c %/base/keyfile.c \
	%/mail/compose.c %/mail/outdir.c %/mail/sendmail.c %/mail/smtp.c %/mail/tls.c %/mail/transport.c %/mail/wire.c, \
	$(wildcard $(foreach room,base rules mail time config,$(SRCDIR)/src/$(room)/*.c))) \
	$(foreach flow,jsoncommand jsonin jsonout parsed reading readingfill,$(SRCDIR)/src/flows/$(flow).c) \
	$(SRCDIR)/src/programs/mbox.c
OBJECTS := $(patsubst $(SRCDIR)/src/%.c,%.o,$(SOURCES))
TARGETS := $(patsubst $(SRCDIR)/tests/fuzz/%.c,%,$(wildcard $(SRCDIR)/tests/fuzz/fuzz_*.c))

all: $(TARGETS)

libfuzzed.a: $(OBJECTS) rules/words_table.o rules/words_replies.o
	@rm -f $@
	@ar rc $@ $^

$(OBJECTS): %.o: $(SRCDIR)/src/%.c
	@mkdir -p $(@D)
	@$(CLANG) $(FUZZ_CFLAGS) -MMD -MP -c -o $@ $<

$(TARGETS): %: $(SRCDIR)/tests/fuzz/%.c $(SRCDIR)/tests/fuzz/fuzz.h libfuzzed.a
	@$(CLANG) $(FUZZ_CFLAGS) $(WARNINGS) $(LINKED) -o $@ $< libfuzzed.a $(DEPS_LIBS)

src/rules/words_table.c: $(wildcard $(SRCDIR)/data/words/*)
	@mkdir -p $(@D)
	@LC_ALL=C awk -f $(SRCDIR)/data/words/table.awk $(SRCDIR)/data/words/*.words > $@

src/rules/words_replies.c: $(wildcard $(SRCDIR)/data/replies/*)
	@mkdir -p $(@D)
	@LC_ALL=C awk -f $(SRCDIR)/data/replies/table.awk $(SRCDIR)/data/replies/*.words > $@

rules/%.o: src/rules/%.c
	@mkdir -p $(@D)
	@$(CLANG) $(FUZZ_CFLAGS) -c -o $@ $<

-include $(OBJECTS:.o=.d)
.PHONY: all
.DELETE_ON_ERROR:
