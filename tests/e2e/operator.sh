#!/bin/sh
# shellcheck disable=SC1091
# operator.sh: what the command line says to a person: usage, refusals, times and what is due, in words that need no second look-up.
. "$(dirname "$0")/../lib.sh"
. "$TOP_SRCDIR/tests/desk.sh"

desk relay
export NOW=2026-05-26T09:00:00+02:00
make_mail 'Eve Li <eve@acme.test>' support@desk.test 'The label printer is dead' 'It prints nothing.' | deliver eve@acme.test support@desk.test
at 2026-05-26T09:00:00+02:00
now() { escalate --now 2026-05-26T09:05:00+02:00 "$@"; }

# ---- usage ----
exits "--help of a command" 0 escalate list --help
match "is its usage" '^usage: escalate list ' "$(cat "$WORK/out")"
exits "of a verb too" 0 escalate ack --help
exits "an unknown one has none" 2 escalate lsit --help

# ---- list: a mistyped value is no empty answer ----
exits "a state that there is not" 2 now list state:opne
match "is refused with those that there are" "state 'opne': .*expected new, open, waiting, resolved, closed, merged" "$(cat "$WORK/err")"
exits "a queue" 2 now list queue:supprt
match "with the queues" "expected operations, sales, support" "$(cat "$WORK/err")"
exits "an owner" 2 now list owner:bop
match "with the contacts" "expected ann, bob, " "$(cat "$WORK/err")"
exits "a severity" 2 now list severity:5
exits "a field" 2 now list stat:new
exits "an option" 2 now list state:new --al
match "nobody's" 'label printer' "$(now list owner:)"
match "known ones are no error" 'label printer' "$(now list --all state:NEW queue:support severity:s3 printer)"
same "and an empty answer is one" '' "$(now list state:closed)"
done_testing
