#!/bin/sh
# handoff.sh: a hold that ends with a shift, a hold of nobody who could be mailed, and what a change of severity does to a run that climbs or
# is held.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/desk.sh
. "$(dirname "$0")/../desk.sh"
command -v python3 >/dev/null || skip_all "no python3"

state_of() { escalate --json show 1 | python3 -c 'import json,sys; r=json.load(sys.stdin)["runs"][0]; print(r["state"], r["level"])'; }
to_of_last() { header "$(templated "$1" | tail -n 1)" To; }
shift_of() { # NAME FROM TO
    printf '%s\r\n' BEGIN:VEVENT "UID:$1-$2@tests" DTSTAMP:20260101T000000Z "DTSTART;TZID=Europe/Berlin:20260526T$2" \
        "DTEND;TZID=Europe/Berlin:20260526T$3" "ATTENDEE:mailto:$1@desk.test" "SUMMARY:Duty of $1" END:VEVENT
}

# ---- the end of a shift ----
LEVELS='      - {notify: [rota:duty], at: [75% respond], ack-within: 10m, tries: 2}
      - {notify: [carol], ack-within: 10m}'
desk observe 'rotas: {duty: {files: [duty.ics], timezone: Europe/Berlin}}'
{
    printf '%s\r\n' BEGIN:VCALENDAR VERSION:2.0 PRODID:-//escalate//tests//EN
    shift_of ann 090000 110000
    shift_of bob 110000 170000
    printf 'END:VCALENDAR\r\n'
} >"$WORK/duty.ics"
make_mail 'Kim Lee <kim@acme.test>' support@desk.test 'Shop is down' 'Our shop is down.' | deliver kim@acme.test support@desk.test
at 2026-05-26T10:00:00+02:00
at 2026-05-26T10:23:00+02:00
page=$(templated escalation | tail -n 1)
same "who is on duty is asked" 'Ann <ann@desk.test>' "$(header "$page" To)"
reply "$page" ann@desk.test 'ack'
at 2026-05-26T10:30:00+02:00
match "the promise ends with the shift, not an hour later" 'until 11:00' "$(plain "$(templated transcript | tail -n 1)")"
at 2026-05-26T10:59:59+02:00
same "one second before" 'held 1' "$(state_of)"
at 2026-05-26T11:00:00+02:00
same "who comes on duty is asked" 'Bob <bob@desk.test>' "$(to_of_last escalation)"
match "and told why" 'you are on duty now; Ann had it' "$(plain "$(templated escalation | tail -n 1)" | tr '\n' ' ' | tr -s ' ')"
match "who leaves is told who has it" 'Your shift is over: Bob is asked' "$(plain "$(templated line | tail -n 1)")"
same "to her" 'Ann <ann@desk.test>' "$(to_of_last line)"
same "nobody holds it meanwhile" 'climbing 1' "$(state_of)"
match "explain says that he has all the tries" '11:10 CEST +no answer of Bob by then: mailed again' "$(escalate --now 2026-05-26T11:00:00+02:00 explain 1)"
match "audited" 'handoff' "$(escalate audit 1)"
reply "$(templated escalation | tail -n 1)" bob@desk.test 'ok'
at 2026-05-26T11:05:00+02:00
same "his ok holds it" 'held 1' "$(state_of)"
same "two pages in all" 2 "$(templated_count escalation)"

# ---- a rota that is changed while somebody holds by it ----
rota_of() { # END of ann's shift
    {
        printf '%s\r\n' BEGIN:VCALENDAR VERSION:2.0 PRODID:-//escalate//tests//EN
        shift_of ann 090000 "$1"
        shift_of bob "$1" 170000
        printf 'END:VCALENDAR\r\n'
    } >"$WORK/duty.ics"
}
changed() { # END: ann holds since 10:30, until 11:00; at 10:40 her shift ends then instead
    rm -rf "$WORK"/escalate.db* "$SPOOL" "$WORK"/key "$WORK"/audit.key
    desk observe 'rotas: {duty: {files: [duty.ics], timezone: Europe/Berlin}}'
    rota_of 110000
    make_mail 'Kim Lee <kim@acme.test>' support@desk.test 'Shop is down' 'Our shop is down.' | deliver kim@acme.test support@desk.test
    at 2026-05-26T10:00:00+02:00
    at 2026-05-26T10:23:00+02:00
    reply "$(templated escalation | tail -n 1)" ann@desk.test 'ack'
    at 2026-05-26T10:30:00+02:00
    rota_of "$1"
    at 2026-05-26T10:40:00+02:00
}
changed 104500
same "a shorter shift" 'held 1' "$(state_of)"
at 2026-05-26T10:45:00+02:00
same "ends the hold with it" 'climbing 1 Bob <bob@desk.test>' "$(state_of) $(to_of_last escalation)"
changed 103500
same "one that is over already: who is on duty is asked at once" 'climbing 1 Bob <bob@desk.test>' "$(state_of) $(to_of_last escalation)"
at 2026-05-26T10:41:00+02:00
same "once" 2 "$(templated_count escalation)"
changed 110000
same "an unchanged one" 'held 1' "$(state_of)"

# ---- held by nobody who can be reminded ----
held() { # [CONTACT]: at 10:24, for an hour, by him or by the operator
    rm -rf "$WORK"/escalate.db* "$SPOOL" "$WORK"/key "$WORK"/audit.key
    desk observe
    make_mail 'Kim Lee <kim@acme.test>' support@desk.test 'Shop is down' 'Our shop is down.' | deliver kim@acme.test support@desk.test
    at 2026-05-26T10:00:00+02:00
    at 2026-05-26T10:23:00+02:00
    # shellcheck disable=SC2086
    escalate --now 2026-05-26T10:24:00+02:00 ack ${1:+--as $1} 1 >/dev/null
}
LEVELS='      - {notify: [bob], at: [75% respond], ack-within: 10m}
      - {notify: [carol], after: 1m, ack-within: 10m}'
held
same "the operator's own ack holds" 'held 1' "$(state_of)"
same "the ticket is nobody's yet" '- open' "$(sqlite_value "select coalesce(owner, '-') || ' ' || state from ticket")"
at 2026-05-26T11:24:00+02:00
same "when it is over, the level is asked again" 'climbing 1 Bob <bob@desk.test>' "$(state_of) $(to_of_last escalation)"
at 2026-05-26T11:35:00+02:00
at 2026-05-26T11:36:00+02:00
same "then the next" 'Carol <carol@desk.test>' "$(to_of_last escalation)"
held ann
sed -i -e '/^  ann:/d' -e 's/, backup: ann//' -e 's/team: \[ann\]/team: [bob]/' "$CONF"
at 2026-05-26T11:24:00+02:00
same "so where whoever held it is not in the configuration any more" 'climbing 1 Bob <bob@desk.test>' "$(state_of) $(to_of_last escalation)"

# ---- a worse severity ----
worse() { # at 13:05, after level 1 was paged at 13:00
    rm -rf "$WORK"/escalate.db* "$SPOOL" "$WORK"/key "$WORK"/audit.key
    desk observe
    make_mail 'Kim Lee <kim@acme.test>' support@desk.test 'Invoice' 'A question on our invoice.' | deliver kim@acme.test support@desk.test
    at 2026-05-26T10:00:00+02:00
    at 2026-05-26T13:00:00+02:00
    [ -z "$1" ] || reply "$(templated escalation | tail -n 1)" bob@desk.test "$1"
    at 2026-05-26T13:05:00+02:00
    escalate --now 2026-05-26T13:05:00+02:00 severity 1 S1 >/dev/null
    at 2026-05-26T13:06:00+02:00
}
LEVELS='      - {notify: [bob], at: [75% respond], ack-within: 10m}
      - {notify: [carol], at: [80% respond], after: 2h, ack-within: 10m}'
worse ''
same "80 % of the new target is past: nobody is passed over for it" 'climbing 1' "$(state_of)"
at 2026-05-26T13:14:59+02:00
same "who was being asked has one ack-within from the change" 'climbing 1' "$(state_of)"
at 2026-05-26T13:15:00+02:00
same "then the level that is due" 'climbing 2' "$(state_of)"
worse 'ack 1bd'
same "a promise under the milder severity" 'held 1' "$(state_of)"
at 2026-05-26T14:04:59+02:00
same "is cut to what S1 allows, from the change" 0 "$(templated_count reminder)"
at 2026-05-26T14:05:00+02:00
same "one hour" 1 "$(templated_count reminder)"
done_testing
