#!/bin/sh
# duty.sh: rotas for people: who is on duty, when nobody is, who is told at a handoff and after a change; a month to read, feeds to subscribe to.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/desk.sh
. "$(dirname "$0")/../desk.sh"
command -v python3 >/dev/null || skip_all "no python3"

shift_of() { # UID NAME FROM TO [LINE]: local times of Berlin
    printf '%s\r\n' BEGIN:VEVENT "UID:$1@tests" DTSTAMP:20260101T000000Z "DTSTART;TZID=Europe/Berlin:$3" "DTEND;TZID=Europe/Berlin:$4" \
        "ATTENDEE:MAILTO:$2@desk.test" ${5:+"$5"} END:VEVENT
}
rota() { # of what stands on standard input
    printf '%s\r\n' BEGIN:VCALENDAR VERSION:2.0 PRODID:-//escalate//tests//EN
    cat
    printf 'END:VCALENDAR\r\n'
}
LEVELS='      - {notify: [rota:duty], at: [75% respond], ack-within: 10m, tries: 2}
      - {notify: [rota:night], at: [90% respond], ack-within: 10m}
      - {notify: [carol], ack-within: 10m}'
fresh() { # HANDOFF
    rm -rf "$WORK"/escalate.db* "$SPOOL" "$WORK"/key "$WORK"/audit.key
    desk observe "rotas: {duty: {files: [duty.ics], timezone: Europe/Berlin, handoff: ${1:-open}}, night: {files: [night.ics], timezone: Europe/Berlin, fallback: carol, handoff: no}}"
    {
        shift_of a ann 20260526T090000 20260526T130000
        shift_of b bob 20260526T130000 20260526T170000
        shift_of c ann 20260527T090000 20260527T170000
        shift_of d bob 20260528T080000 20260528T120000
        shift_of e ann 20260528T110000 20260528T170000
        shift_of far ann 20270101T080000 20270101T120000
    } | rota >"$WORK/duty.ics"
    shift_of n bob 20260526T170000 20260527T090000 | rota >"$WORK/night.ics"
}

# ---- who, when ----
fresh
printf '%s\r\n' BEGIN:VEVENT UID:g@tests DTSTAMP:20260101T000000Z 'DTSTART;TZID=Europe/Berlin:20260601T090000' 'DTEND;TZID=Europe/Berlin:20260601T100000' \
    SUMMARY:CAROL END:VEVENT | rota >"$WORK/night.ics"
same "without an attendee his name is in the summary" carol "$(escalate oncall night --at 2026-06-01T09:30:00+02:00)"
fresh
same "on duty now" ann "$(escalate --now 2026-05-26T10:00:00+02:00 oncall duty)"
same "in the second of a handoff" bob "$(escalate oncall duty --at 2026-05-26T13:00:00+02:00)"
same "a day of it" '2026-05-26T00:00:00+02:00	2026-05-26T09:00:00+02:00	-
2026-05-26T09:00:00+02:00	2026-05-26T13:00:00+02:00	ann
2026-05-26T13:00:00+02:00	2026-05-26T17:00:00+02:00	bob
2026-05-26T17:00:00+02:00	2026-05-27T00:00:00+02:00	-' "$(escalate oncall duty --from 2026-05-26T00:00:00+02:00 --to 2026-05-27T00:00:00+02:00)"
gaps=$(escalate oncall --gaps --from 2026-05-26T09:00:00+02:00 --to 2026-05-28T17:00:00+02:00)
match "a gap of the rota" 'gap	rota duty	2026-05-26T17:00:00.02:00	2026-05-27T09:00:00.02:00' "$gaps"
match "an overlap, with who" 'overlap	rota duty	2026-05-28T11:00:00.02:00	2026-05-28T12:00:00.02:00	Ann, Bob' "$gaps"
match "a gap of the level" 'gap	policy standard level 1	2026-05-26T17:00:00.02:00	2026-05-27T09:00:00.02:00' "$gaps"
no_match "none of a level whose rota falls back on somebody" 'level 2' "$gaps"
escalate oncall --gaps --from 2026-05-26T09:00:00+02:00 --to 2026-05-26T12:00:00+02:00 >/dev/null
same "the exit says that the night rota has a gap even then" 1 $?

# ---- a swap: one occurrence of a series, moved by RECURRENCE-ID ----
{
    shift_of s ann 20260601T090000 20260601T170000 'RRULE:FREQ=DAILY;COUNT=5'
    shift_of s bob 20260603T090000 20260603T170000 'RECURRENCE-ID;TZID=Europe/Berlin:20260603T090000'
    shift_of o carol 20260604T120000 20260604T130000 PRIORITY:1
} | rota >"$WORK/duty.ics"
same "the swapped day" bob "$(escalate oncall duty --at 2026-06-03T10:00:00+02:00)"
same "the day after it" ann "$(escalate oncall duty --at 2026-06-04T10:00:00+02:00)"
same "an override above it" carol "$(escalate oncall duty --at 2026-06-04T12:30:00+02:00)"

# ---- handoff ----
fresh
make_mail 'Kim Lee <kim@acme.test>' support@desk.test 'Shop is down' 'Our shop is down.' | deliver kim@acme.test support@desk.test
at 2026-05-26T12:20:00+02:00
at 2026-05-26T12:43:00+02:00
at 2026-05-26T13:00:00+02:00
same "who leaves and who comes are told" 2 "$(templated_count notice)"
both=$(for f in $(templated notice); do header "$f" To; header "$f" Subject; plain "$f"; done | tr '\n' ' ' | tr -s ' ')
match "she that it is over, and who has it" 'Ann <ann@desk.test> .*Your duty is over .duty.: Bob now' "$both"
match "he until when" 'You are on duty now .duty., until .*26 May' "$both"
match "with what is open" '#1 S1 Shop is down: level [12], nobody has taken it' "$both"
at 2026-05-26T17:00:00+02:00
match "nobody after him: he hears that too" 'nobody is on duty' "$(header "$(templated notice | tail -n 1)" Subject)"
fresh
at 2026-05-26T12:00:00+02:00
at 2026-05-26T13:00:00+02:00
same "where nothing is open nobody is told" 0 "$(templated_count notice)"
fresh always
at 2026-05-26T12:00:00+02:00
at 2026-05-26T13:00:00+02:00
same "but where the rota wants it" 2 "$(templated_count notice)"

notices() { for f in $(templated notice); do echo "$(header "$f" To | sed 's/ .*//') $(header "$f" Subject | sed 's/.*\] //')"; done; }
fresh always
at 2026-05-26T12:00:00+02:00
at 2026-05-28T11:30:00+02:00
same "after two days of downtime whoever is on duty now" \
    'Bob You are on duty now (duty), until Thursday 28 May, 12:00 (CEST)
Ann You are on duty now (duty), until Thursday 28 May, 17:00 (CEST)' "$(notices | sort -r)"
fresh always
{
    shift_of a ann 20260526T090000 20260526T110000
    shift_of b bob 20260526T110000 20260526T130000
    shift_of c carol 20260526T130000 20260526T170000
    shift_of d bob 20260526T150000 20260526T160000
} | rota >"$WORK/duty.ics"
at 2026-05-26T10:00:00+02:00
at 2026-05-26T14:00:00+02:00
same "after downtime over two handoffs who was and who is, not who came and went; he until his end, not until somebody joins" \
    'Ann Your duty is over (duty): Carol now
Carol You are on duty now (duty), until Tuesday 26 May, 17:00 (CEST)' "$(notices)"

# ---- changed duties ----
fresh
at 2026-05-26T08:00:00+02:00
same "a first reading is nobody's news" 0 "$(templated_count notice)"
sed -i 's/20260527T170000/20260527T120000/' "$WORK/duty.ics"
at 2026-05-26T08:10:00+02:00
same "her Wednesday is shorter: she is told, he is not" 'Ann <ann@desk.test>' "$(for f in $(templated notice); do header "$f" To; done)"
match "what is no more" 'no longer Wednesday 27 May, 09:00 .CEST. to Wednesday 27 May, 17:00' "$(plain "$(templated notice)" | tr '\n' ' ' | tr -s ' ')"
match "and what is" 'new Wednesday 27 May, 09:00 .CEST. to Wednesday 27 May, 12:00' "$(plain "$(templated notice)" | tr '\n' ' ' | tr -s ' ')"
at 2026-05-26T08:20:00+02:00
same "once" 1 "$(templated_count notice)"

# ---- a month ----
month=$(escalate calendar office --month 2026-05)
match "a working day" 'Tue 26  09:00-17:00 *8:00 h' "$month"
match "a holiday, by name" 'Mon 25  - *Whit Monday' "$month"
match "a closed day" '^Sun 31  -$' "$month"
match "the sum" '^ *160:00 h$' "$month"
match "a day of 23 hours of a file of hours" 'Sun 29 .*a day of 23 h' "$(escalate calendar "$WORK/office.ics" --month 2026-03)"
match "no month" 'is no month' "$(escalate calendar office --month 2026-13 2>&1)"

# ---- feeds ----
make_mail 'Kim Lee <kim@acme.test>' support@desk.test 'Invoice; "urgent", please' 'A question.' | deliver kim@acme.test support@desk.test
at 2026-05-26T10:00:00+02:00
escalate --now 2026-05-26T10:01:00+02:00 calendar office --ics >"$WORK/feed.ics"
feed=$(tr -d '\r' <"$WORK/feed.ics" | sed -e ':a' -e 'N' -e '$!ba' -e 's/\n //g')
match "deadlines" 'SUMMARY:\[support #1\] respond due: S3 Invoice\\; "urgent"\\, please' "$feed"
match "at their instant" 'DTSTART:20260526T120000Z' "$feed"
match "duties of its queues" 'SUMMARY:On duty .duty.: Bob' "$feed"
check "which escalate itself can read" escalate calendar "$WORK/feed.ics" --from 2026-05-26T00:00:00Z --to 2026-05-27T00:00:00Z --instances
same "the duty alone" 2 "$(escalate oncall duty --from 2026-05-26T00:00:00+02:00 --to 2026-05-27T00:00:00+02:00 --ics | grep -c BEGIN:VEVENT)"
check "of a whole year" escalate oncall duty --from 2026-01-01T00:00:00+01:00 --to 2027-01-01T00:00:00+01:00 --ics

# ---- changed months after it was read ----
fresh no
series() { # END of Bob's
    {
        shift_of a ann 20260525T090000 20260525T170000 RRULE:FREQ=WEEKLY
        shift_of b bob 20260526T090000 "20260526T$1" RRULE:FREQ=WEEKLY
    } | rota >"$WORK/duty.ics"
}
series 170000
at 2026-05-26T08:00:00+02:00
for day in 2026-06-20 2026-07-20 2026-08-20; do at "${day}T08:00:00+02:00"; done
series 120000
at 2026-08-20T09:00:00+02:00
same "a change months after the file was read" 'Bob Your duties changed (duty)' "$(notices)"

# ---- before a file is put in its place ----
mkdir "$WORK/new"
shift_of x eve 20260601T090000 20260601T170000 | rota >"$WORK/new/duty.ics"
match "a rota with somebody unknown" "'eve@desk.test' is no contact" "$(escalate calendar --check "$WORK/new/duty.ics" 2>&1)"
escalate calendar --check "$WORK/new/duty.ics" >/dev/null 2>&1
same "is refused" 78 $?
shift_of x ann 20260601T090000 20260601T170000 | rota >"$WORK/new/duty.ics"
match "a good one" 'good in the place of .duty.ics. .1.' "$(escalate --now 2026-05-26T10:01:00+02:00 calendar --check "$WORK/new/duty.ics" 2>&1)"
match "with what is thin in it" "runs dry: its last event ends 2026-06-01" "$(escalate --now 2026-05-26T10:01:00+02:00 calendar --check "$WORK/new/duty.ics" 2>&1)"
printf 'not a calendar\n' >"$WORK/new/duty.ics"
escalate calendar --check "$WORK/new/duty.ics" >/dev/null 2>&1
check "what is no calendar is refused" test $? -ne 0

done_testing
