#!/bin/sh
# readme.sh: the commands of README's "a look at it" do as they stand there, and the examples of escalate.yaml(5) load.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

# A tree as one has it after make in place.
mkdir "$WORK/tree"
for one in "$BUILDDIR"/escalate "$BUILDDIR"/escalated "$BUILDDIR"/escalate-filter "$TOP_SRCDIR"/templates "$TOP_SRCDIR"/contrib "$TOP_SRCDIR"/tests; do
    ln -s "$(cd "$(dirname "$one")" && pwd)/$(basename "$one")" "$WORK/tree/"
done
sed -n '/^A LOOK AT IT/,/^Do the last/s/^  //p' "$TOP_SRCDIR/README" >"$WORK/look"
match "README has the section" 'escalate init desk' "$(cat "$WORK/look")"
(cd "$WORK/tree" && sh -e "$WORK/look") >"$WORK/out" 2>&1
same "each of its commands succeeds" 0 $?
match "the mail is a ticket" 'The label printer is dead' "$(cat "$WORK/out")"
match "whose deadline is explained" 'respond' "$(cat "$WORK/out")"
climb() { # TIME: the last four commands again
    sed -n '/^escalated/,$p' "$WORK/look" >"$WORK/again"
    (cd "$WORK/tree" && PATH=$PWD:$PATH ESCALATE_DATADIR=$PWD now=$1 && export PATH ESCALATE_DATADIR now && sh -e "$WORK/again") >>"$WORK/out" 2>&1
}
for hour in 12 13 15; do climb "2026-11-23T$hour:00:00+01:00"; done
(cd "$WORK/tree" && ESCALATE_DATADIR=$PWD ./escalate -c desk/escalate.yaml --json show 1) >"$WORK/show" 2>&1
match "the ladder climbs" '"level": ?[23]' "$(cat "$WORK/show")"

# ---- init for the installed places ----
"$BUILDDIR"/escalate init "$WORK/etc" --system --tz Europe/Berlin >/dev/null 2>&1
same "init --system writes no spool and no keys" 'escalate.yaml' "$(cd "$WORK/etc" && find . -name spool -o -name key -o -name escalate.yaml | sed 's,^./,,')"
no_match "and no places" '^(spool|database):' "$(cat "$WORK/etc/escalate.yaml")"

# ---- the examples of the man page ----
awk -v work="$WORK" '/^\.Bd -literal/ { n++; on = 1; next } /^\.Ed/ { on = 0 } on { gsub(/\\e/, "\\"); gsub(/\\&/, ""); print > (work "/example" n ".yaml") }' \
    "$TOP_SRCDIR/man/escalate.yaml.5"
: >"$WORK/whole"
for example in "$WORK"/example*.yaml; do
    grep -q '^domain:' "$example" && grep -q '^queues:' "$example" || continue
    echo "$example" >>"$WORK/whole"
    # the calendar files of an example are not there; nothing else may be wrong
    said=$(ESCALATE_DATADIR=$TOP_SRCDIR "$BUILDDIR"/escalate -c "$example" check 2>&1 | grep -vE 'warning|No such file|^$')
    same "$(basename "$example") of escalate.yaml(5) loads" '' "$said"
done
same "there are whole examples" yes "$([ -s "$WORK/whole" ] && echo yes)"
done_testing
