#!/bin/sh
# smallest.sh: the smallest real configuration of escalate.yaml(5) is loaded and run as it stands there; a wrong one is refused with
# every error at its line; the starter set of `init` works.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/desk.sh
. "$(dirname "$0")/../desk.sh"
command -v python3 >/dev/null || skip_all "no python3"

desk_calendars
make_spool
cp "$WORK/holidays.ics" "$WORK/public-de.ics"
sed 's/20260525/20260601/; s/whit-monday/leave/' "$WORK/holidays.ics" >"$WORK/eve.ics"
cp "$TOP_SRCDIR/tests/data/desks/tiny/escalate.yaml" "$CONF"
exits "it is good as it stands" 0 escalate check
# Where the site's own paths would be: the only lines that are added.
{ printf 'spool: spool\ndatabase: escalate.db\nkey-file: key\naudit-key-file: audit.key\ndelivery: {method: directory}\n'; cat "$TOP_SRCDIR/tests/data/desks/tiny/escalate.yaml"; } >"$CONF"
make_mail -H 'Authentication-Results: mx.tiny.example; spf=none' kim@acme.test support@tiny.example 'We cannot log in' | deliver kim@acme.test support@tiny.example
exits "it runs" 0 at 2026-05-22T16:50:00+02:00
match "a rule makes it S1" 'S1' "$(escalate list)"
match "on office hours: 30bm over the weekend and Whit Monday" 'Tue 26 May 09:20 CEST' "$(escalate explain 1)"
at 2026-05-26T09:13:00+02:00
same "both agents are asked at 75 %" 2 "$(templated_count escalation)"
at 2026-05-26T09:20:00+02:00
same "the lead at 100 %" carol@tiny.example "$(header "$(templated escalation | tail -n 1)" To | sed 's/.*<\(.*\)>/\1/')"
at 2026-05-26T09:50:00+02:00
at 2026-05-26T10:50:00+02:00
same "the director after one business hour, with his template" 1 "$(templated_count executive)"
at 2026-05-26T11:20:00+02:00
match "exhausted: a ticket in operations" operations "$(escalate list queue:operations)"

# ---- refused ----
broken() { # WHAT-IS-WRONG SED-EXPRESSION WANTED
    cp "$CONF" "$WORK/good.yaml"
    sed -i "$2" "$CONF"
    escalate check >"$WORK/out" 2>&1
    status=$?
    same "$1: refused" 78 "$status"
    match "$1: at its line" "$3" "$(cat "$WORK/out")"
    exits "$1: the daemon does not start" 78 at 2026-05-26T12:00:00+02:00
    cp "$WORK/good.yaml" "$CONF"
}
broken "an unknown key" 's/^rules:/ruels:/' 'escalate.yaml:[0-9]+:[0-9]+: .*ruels.*rules'
broken "an unknown contact" 's/backup: ann/backup: anna/' 'escalate.yaml:[0-9]+:[0-9]+: .*anna'
broken "a target without b" 's/respond: 4bh/respond: 4h/' 'escalate.yaml:[0-9]+:[0-9]+: '
broken "an unknown time zone" 's,Europe/Berlin,Europe/Berlyn,' 'Berlyn'
broken "a broken calendar" 's/office.ics/escalate.yaml/' 'not an iCalendar'
broken "a calendar that is not there" 's/office.ics/none.ics/' 'none.ics'
broken "a template that is not there" 's/template: executive/template: nowhere/' "escalate.yaml:[0-9]+:.*template 'nowhere'"
broken "yaml that breaks off" 's/^queues:/queues: {/' 'escalate.yaml:[0-9]+'
same "mail waits meanwhile" 0 "$(count hold)"
printf '%s\n' "$(sed 's/^plans:/plnas:/; s/role:lead/role:laed/' "$CONF")" >"$WORK/two.yaml"
same "all errors in one run" 2 "$("$ESCALATE" -c "$WORK/two.yaml" check 2>&1 | grep -c -e plnas -e laed)"

# ---- init ----
exits "init writes a starter set" 0 "$ESCALATE" init "$WORK/start" --country DE-BE --tz Europe/Berlin
CONF=$WORK/start/escalate.yaml
SPOOL=$WORK/start/spool
exits "that is good" 0 escalate check
exits "and not over another" 1 "$ESCALATE" init "$WORK/start"
address=$(sed -n 's/.*address: *\[\([^],]*\).*/\1/p' "$CONF" | head -n 1)
make_mail kim@acme.test "$address" 'Hello' | deliver kim@acme.test "$address"
exits "and runs" 0 at 2026-05-26T12:00:00+02:00
match "with a ticket" Hello "$(escalate list)"
same "in shadow: nothing leaves" 0 "$(sent)"
done_testing
