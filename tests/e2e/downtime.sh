#!/bin/sh
# downtime.sh: the desk was down for three days with sixty tickets on it: it catches up in order, with one page a ticket at the level that is right
# now, no repeats of what was missed, and nobody's time to answer used up by it; with a limit a person, no more mails than that, and none dropped.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/desk.sh
. "$(dirname "$0")/../desk.sh"
command -v python3 >/dev/null || skip_all "no python3"

# open FIRST LAST TEXT TIME: tickets of as many customers
open() {
    open_i=$1
    while [ "$open_i" -le "$2" ]; do
        make_mail "Kim $open_i <kim@acme$open_i.test>" support@desk.test "$3 $open_i" | deliver "kim@acme$open_i.test" support@desk.test
        open_i=$((open_i + 1))
    done
    at "$4"
}
clear_outgoing() { rm -f "$SPOOL"/outgoing/*; }
# to CONTACT TEMPLATE: the subjects of such mails, in the order of their sending
to() {
    sent_to "$1@desk.test" | grep -e "-$2\\.eml\$" | while IFS= read -r to_file; do header "$to_file" Subject; done
}
to_count() { to "$@" | wc -l | tr -d ' '; }
numbers() { sed 's/^[^#]*#\([0-9]*\).*/\1/' | tr '\n' ' '; }
list() { seq -s ' ' "$1" "$2"; }

# ---- before ----
desk observe
open 1 10 'It is down' 2026-05-26T10:00:00+02:00  # S1, to be answered by 10:30
open 11 20 'It is down' 2026-05-26T10:05:00+02:00
open 21 40 'Question' 2026-05-26T10:10:00+02:00   # S3, by 14:10
open 41 60 'Question' 2026-05-26T10:15:00+02:00
at 2026-05-26T10:24:00+02:00 # 75 % of ten
same 'before: ten pages to Bob' 10 "$(to_count bob escalation)"
for n in 1 2 3; do
    page=$(sent_to bob@desk.test | grep -e '-escalation\.eml$' | sed -n "${n}p")
    reply "$page" bob@desk.test ACK
done
at 2026-05-26T10:25:00+02:00
same 'before: three are taken' 3 "$(sqlite_value "select count(*) from run where state = 'held' or acker is not null")"
escalate --now 2026-05-26T10:26:00+02:00 resolve 10 'it was the cable' >/dev/null
at 2026-05-26T10:29:00+02:00 # 75 % of the next ten
same 'before: twenty pages' 20 "$(to_count bob escalation)"
clear_outgoing

# ---- three days later ----
exits 'three days later it catches up' 0 at 2026-05-29T10:00:00+02:00
same 'one page for each that nobody has, in the order in which they were due' "$(list 4 9) $(list 11 60) " "$(to carol escalation | numbers)"
same 'and for no other, and at no other level' 56 "$(templated_count escalation)"
same 'who had some is reminded of each, once' "$(list 1 3) " "$(to bob reminder | sort | numbers)"
same 'and is paged for none of what was skipped' 0 "$(to_count bob escalation)"
same 'but gets a line of what went above him' "$(list 21 60) " "$(to bob line | numbers)"
same 'the lead gets one daily mail a queue, not three' 2 "$(to_count carol daily)"
same 'no customer gets anything of it' 0 "$(outgoing | while IFS= read -r f; do header "$f" To; done | grep -c acme)"
same 'no ladder is exhausted by time that nobody had' 0 "$(escalate list --all queue:operations | wc -l | tr -d ' ')"
match 'the page says how late it is' 'Our answer was due Tue 10:30, 2 days 23 h ago' "$(plain "$(sent_to carol@desk.test | grep -e '-escalation\.eml$' | head -n 1)" | tr '\n' ' ')"
all=$(mailed)
exits 'a second look' 0 at 2026-05-29T10:00:30+02:00
same 'sends nothing' "$all" "$(mailed)"
exits 'nine minutes later' 0 at 2026-05-29T10:09:00+02:00
same 'neither: who was paged now has his ten minutes from now' "$all" "$(mailed)"

# ---- and on ----
page=$(sent_to carol@desk.test | grep -e '-escalation\.eml$' | head -n 1)
reply "$page" carol@desk.test ACK
clear_outgoing
at 2026-05-29T10:10:00+02:00
same 'ten minutes after the page its level is spent, no earlier' '' "$(to dana escalation)"
exits 'half an hour after that' 0 at 2026-05-29T10:40:00+02:00
same 'the next level is asked; not for the one that was taken' "$(list 5 9) $(list 11 60) " "$(to dana escalation | numbers)"
exits 'the audit verifies' 0 escalate audit verify
clear_outgoing

# ---- with a limit a person ----
rm -rf "$WORK"/escalate.db* "$SPOOL" "$WORK"/key "$WORK"/audit.key
desk observe 'limits: {per-person: 5/1h, immune: []}'
open 1 30 'Question' 2026-05-26T10:00:00+02:00
clear_outgoing
exits 'with a limit of five an hour' 0 at 2026-05-29T10:00:00+02:00
same 'five are mailed' 5 "$(to_count carol escalation)"
exits 'ten minutes later' 0 at 2026-05-29T10:10:00+02:00
same 'one digest' 1 "$(to_count carol digest)"
same 'lists the others: none is dropped' 25 "$(plain "$(sent_to carol@desk.test | grep -e '-digest\.eml$')" | grep -c '^\[support #')"
done_testing
