#!/bin/sh
# shellcheck disable=SC1091,SC2034
# tests/demo.sh: what it shows and checks, that it needs no root, and that it does not stay silent where the programs fail.
. "$(dirname "$0")/../lib.sh"

need "$ESCALATE" "$ESCALATED" "$FILTER"
mkdir -m 0777 "$WORK/at"
chmod 0777 "$WORK/at"
chmod 0755 "$WORK"

# As nobody where we are root and nobody can read the trees.
as_user() {
    if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null \
        && setpriv --reuid=65534 --regid=65534 --clear-groups \
            test -x "$ESCALATED" -a -r "$TOP_SRCDIR/tests/demo.sh" -a -x "$WORK/at"; then
        setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
    else
        "$@"
    fi
}

began=$(date +%s)
as_user sh "$TOP_SRCDIR/tests/demo.sh" "$BUILDDIR" "$WORK/at/demo" >"$WORK/out" 2>"$WORK/err"
same 'every claim of the demo holds' 0 $?
[ -s "$WORK/err" ] && diag "$(cat "$WORK/err")"
check 'it ends within a minute' test $(($(date +%s) - began)) -le 60
same 'nothing on standard error' '' "$(cat "$WORK/err")"
shown=$(cat "$WORK/out")
match 'it says where its folder is' "^The folder is $WORK/at/demo$" "$shown"
match 'it shows a whole escalation mail: the sender' \
    '^    From: S2 · reply late 3 min · support <support@nordlicht.example>$' "$shown"
match 'it shows a whole escalation mail: the first lines' '^    Our answer was due 10:10, 3 min ago\.$' "$shown"
match 'it shows the acknowledgment' 'verb ack: "Ack, thanks"' "$shown"
match 'it shows that the record verifies' '^    good: [0-9]+ rows, head ' "$shown"

SPOOL=$WORK/at/demo/spool
same 'all mails were taken in' '0 0' "$(count incoming) $(count hold)"
same 'one mail to the manager, one to each at level 1' 3 "$(outgoing | grep -c -e '-escalation\.eml$')"
for mail in $(outgoing | grep -e '-auto-ack\.eml$' -e '-relay\.eml$'); do
    cat "$mail"
done >"$WORK/to-customers"
no_match 'customers see no address of the team' '\+[abw][0-9]+\.[a-z2-7]{16}' "$(cat "$WORK/to-customers")"

exits 'a folder that was used is left alone' 2 as_user sh "$TOP_SRCDIR/tests/demo.sh" "$BUILDDIR" "$WORK/at/demo"
exits 'nothing built' 2 as_user sh "$TOP_SRCDIR/tests/demo.sh" "$WORK" "$WORK/at/none"

# A filter that loses mail.
mkdir "$WORK/broken"
ln -s "$ESCALATE" "$WORK/broken/escalate"
ln -s "$ESCALATED" "$WORK/broken/escalated"
ln -s /bin/true "$WORK/broken/escalate-filter"
exits 'a lost mail ends the demo' 1 as_user sh "$TOP_SRCDIR/tests/demo.sh" "$WORK/broken" "$WORK/at/lost"
match 'it says which claim does not hold' '^demo.sh: this does not hold: ' "$(cat "$WORK/err")"

done_testing
