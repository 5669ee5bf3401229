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
match "but one that is near it" "no command .lsit.: is .list. meant" "$(cat "$WORK/err")"
exits "or none is" 2 escalate xyzzy
no_match "which is said" "meant" "$(cat "$WORK/err")"
same "the list of commands fits a terminal" "" "$(escalate help | awk 'length > 96')"
match "a line each: what it is for" '^  simulate     says what a policy would send$' "$(escalate help)"
match "and where the rest stands" 'escalate help COMMAND' "$(escalate help)"

exits "a monitor shows what its plugin says" 3 escalate health all
match "in one line" "^ESCALATE UNKNOWN - health takes no argument$" "$(cat "$WORK/out")"

exits "an option behind the ticket is no text for its customer" 2 now resolve 1 --as bob fixed
match "where it stands is said" "'--as': options stand before the number: escalate resolve --as NAME 1" "$(cat "$WORK/err")"

# ---- list: a mistyped value is no empty answer ----
exits "a state that there is not" 2 now list state:opne
match "is refused with those that there are" "state 'opne': .*expected new, open, waiting, resolved, closed, merged" "$(cat "$WORK/err")"
exits "a queue" 2 now list queue:supprt
match "with the queues" "expected operations, sales, support" "$(cat "$WORK/err")"
exits "an owner" 2 now list owner:bop
match "with the contacts" "expected ann, bob, " "$(cat "$WORK/err")"
exits "a category that neither a rule nor a ticket has" 2 now list category:outrage
match "with those that there are" "expected outage$" "$(cat "$WORK/err")"
same "one of a rule is known" '' "$(now list category:outage)"
exits "a severity" 2 now list severity:5
exits "a field" 2 now list stat:new
exits "an option" 2 now list state:new --al
match "nobody's" 'label printer' "$(now list owner:)"
match "known ones are no error" 'label printer' "$(now list --all state:NEW queue:support severity:s3 printer)"
same "and an empty answer is one" '' "$(now list state:closed)"

# ---- next and explain: when by the desk's clock, whose, what, who ----
# 4 business hours from 09:00 end at 13:00; 75% of them at 12:00
next=$(now next -n 1)
match "next: local time, ticket, clock, person, level, policy" \
    '^Tue 26 May 12:00 CEST +\[support #1\] 75% of respond in support: Bob \(agent\) is asked \(level 1 of 3, policy standard\) · The label printer' "$next"
same "a line each" 3 "$(now next -n 3 | wc -l | tr -d ' ')"
match "for programs: RFC 3339" '"at":"2026-05-26T12:00:00\+02:00".*"ticket":1' "$(now --json next -n 1)"
sed 's/notify: \[bob\]/notify: [bob, ann, carol, dana]/' "$CONF" >"$WORK/many.yaml"
match "of many people three, and how many more" 'Bob \(agent\), Ann \(agent\), Carol \(lead\) and 1 more are asked' \
    "$("$ESCALATE" -c "$WORK/many.yaml" --now 2026-05-26T09:05:00+02:00 next -n 1)"
match "explain says the same" '^  Tue 26 May 12:00 CEST  75% of respond in support: Bob \(agent\) is asked' "$(now explain 1)"
match "and when the target is due" '^  Tue 26 May 13:00 CEST  respond in support is due$' "$(now explain 1)"
at 2026-05-26T12:00:00+02:00
match "an escalation: who has not answered, and what comes" '12:10 CEST +.*no answer of Bob by then: mailed again' "$(escalate --now 2026-05-26T12:01:00+02:00 next)"
reply "$(templated escalation | tail -n 1)" bob@desk.test STATUS
at 2026-05-26T12:05:00+02:00
match "STATUS: who is asked now, until when, and what then" '^Asked now: Bob, until 12:10 CEST\. Then: mailed again\.$' "$(plain "$(templated transcript | tail -n 1)")"
at 2026-05-26T12:10:00+02:00
match "after the last try: the next level" 'no answer of Bob by then: Carol \(lead\) is asked \(level 2 of 3' "$(escalate --now 2026-05-26T12:11:00+02:00 explain 1)"
reply "$(templated escalation | tail -n 1)" bob@desk.test ack
at 2026-05-26T12:12:00+02:00
reply "$(templated escalation | tail -n 1)" bob@desk.test STATUS
at 2026-05-26T12:13:00+02:00
match "STATUS: who has it, until when" '^Bob has it, until .* CEST\. Nobody else is asked meanwhile\.$' "$(plain "$(templated transcript | tail -n 1)" | tr '\n' ' ' | sed 's/meanwhile\. .*/meanwhile./; s/.*: *Bob/Bob/; s/.*stands: //')"
match "what waits for him says so" 'unless Bob still has it' "$(escalate --now 2026-05-26T12:14:00+02:00 explain 1)"
match "and when his time is over" 'the time for which Bob has it is over' "$(escalate --now 2026-05-26T12:14:00+02:00 next)"

# ---- show, audit, log, outbox: headings, and the same clock as explain ----
late=2026-05-26T14:00:00+02:00
show=$(escalate --now $late show 1)
match "show: facts" '^requester +Eve Li$' "$show"
match "headings of the clocks" '^  target +queue +state +within +due +left$' "$show"
match "a clock, when it is due, how late" '^  respond +support +running +4bh +Tue 26 May 13:00 CEST +late 1 h$' "$show"
match "headings of the escalations" '^  run +policy +state +level +taken by +until +because$' "$show"
match "who has it, until when" '^  1 +standard +held +1 +bob +.*CEST +respond in support$' "$show"
match "headings of mails" '^  number +at +kind +from +text$' "$show"
match "a mail" '^  1 +Tue 26 May 09:00 CEST +human +eve@acme.test +It prints nothing' "$show"
no_match "no UTC" 'T[0-9:]+Z' "$show"
match "audit by the same clock" '^ +1  Tue 26 May 09:00 CEST +open +queue=support' "$(escalate --now $late audit 1)"
match "a year later with the year" '^ +1  Tue 26 May 2026 09:00 CEST +open ' "$(escalate --now 2027-01-04T09:00:00Z audit 1)"
escalate --now $late key rotate >/dev/null
mkdir -p "$SPOOL/hold" && echo x >"$SPOOL/hold/1779780000.000001-1-0-1.mx" && printf 'bad \377 reason\n' >"$SPOOL/hold/1779780000.000001-1-0-1.mx.reason"
match "a reason that is no text" '"reason":"bad .* reason"' "$(escalate --json hold)"
match "in the log of that mail too" '"state":"held","reason":"bad .* reason"' "$(escalate --json log 1779780000.000001-1-0-1.mx)"
rm "$SPOOL/hold"/1779780000.*
exits "audit of a ticket that there is not" 1 escalate audit 99
match "audit of what belongs to no ticket" '^ +[0-9]+  Tue 26 May [0-9:]+ CEST +key-rotated +' "$(escalate --now $late audit desk)"
match "programs get RFC 3339" '^\{"number":1,"at":"2026-05-26T07:00:00Z","event":"open"' "$(escalate --json audit 1)"
match "log" '^message 1  Tue 26 May 09:00 CEST  human  <eve@acme.test>' "$(escalate --now $late log 1)"
match "outbox" '^ +1  #1     Tue 26 May 09:00 CEST +auto-ack' "$(escalate --now $late outbox)"

escalate --now 2026-05-26T14:15:00+02:00 escalate 1 >/dev/null
match "mail that waits" 'mail to carol@desk.test is sent \(escalation\)' "$(escalate --now 2026-05-26T14:15:00+02:00 next)"

# ---- check: one word about one thing ----
cp "$CONF" "$WORK/good.yaml"
# broken SED-SCRIPT: what check says about a configuration with that fault
broken() {
    sed "$1" "$WORK/good.yaml" >"$WORK/bad.yaml"
    "$ESCALATE" -c "$WORK/bad.yaml" check 2>&1 | grep -v 'no trusted-authserv'
}
said=$(broken 's/exhausted: queue:operations/exhausted: operations/')
match "a queue without its word" "is 'operations', expected queue:NAME" "$said"
no_match "is not said to be missing too" 'has no exhausted' "$said"
match "a unit in words" "duration '10min': expected .*, like 10m$" "$(broken 's/ack-within: 10m/ack-within: 10min/')"
printf 'BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nBEGIN:VEVENT\nUID:a@x\nDTSTAMP:20260101T000000Z\nDTSTART:20260105T090000\nDTEND:20260105T170000\n' \
    >"$WORK/duty.ics"
printf 'ATTENDEE:mailto:nobody@desk.test\nRRULE:FREQ=DAILY\nEND:VEVENT\nEND:VCALENDAR\n' >>"$WORK/duty.ics"
said=$(broken 's/^contacts:/rotas: {primary: {files: [duty.ics], timezone: Europe\/Berlin}}\ncontacts:/')
match "a rota is named" ": rota 'primary': .*is no contact" "$said"
no_match "once" "rota 'primary': rota" "$said"
exits "a file whose times have no zone" 78 "$ESCALATE" calendar "$WORK/duty.ics" --month 2026-05
match "asks for one" 'give --tz ZONE' "$(cat "$WORK/err")"
same "where the built-in templates are not: one line" 1 \
    "$(ESCALATE_DATADIR=/nonexistent "$ESCALATE" -c "$CONF" check 2>&1 | grep -c templates)"
done_testing
