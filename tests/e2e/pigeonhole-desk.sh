#!/bin/sh
# pigeonhole-desk.sh: the mails that escalate really composes, to the same person: the page gets his out-of-office, the auto-ack none.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/desk.sh
. "$(dirname "$0")/../desk.sh"
command -v python3 >/dev/null || skip_all "no python3"
desk observe
make_mail 'Bob <bob@desk.test>' support@desk.test 'My own screen is down' | deliver bob@desk.test support@desk.test
at 2026-05-26T10:00:00+02:00
at 2026-05-26T10:23:00+02:00
page=$(templated escalation)
ack=$(templated auto-ack)
same "both are to Bob" "$(header "$page" To)" "$(header "$ack" To)"
chmod 0755 "$WORK" "$SPOOL" "$SPOOL/outgoing"
sh "$TOP_SRCDIR/tests/e2e/pigeonhole.sh" "$page" "$ack" >"$WORK/tap" 2>&1
status=$?
if grep -q '^1\.\.0' "$WORK/tap"; then
    skip "Pigeonhole answers the page and not the auto-ack" "$(sed -n 's/^1\.\.0 # SKIP //p' "$WORK/tap")"
else
    sed 's/^/# /' "$WORK/tap"
    same "Pigeonhole answers the page and not the auto-ack" 0 "$status"
    match "it was really asked" '^ok ' "$(cat "$WORK/tap")"
fi
done_testing
