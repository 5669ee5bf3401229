#!/bin/sh
# dry.sh: calendars that end, and a configuration that is refused: who hears of it.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/desk.sh
. "$(dirname "$0")/../desk.sh"
command -v python3 >/dev/null || skip_all "no python3"

desk relay 'rotas: {duty: {files: [duty.ics], timezone: Europe/Berlin, owner: carol}}'
printf '%s\r\n' BEGIN:VCALENDAR VERSION:2.0 PRODID:-//escalate//tests//EN BEGIN:VEVENT UID:d@tests DTSTAMP:20260101T000000Z \
    'DTSTART;VALUE=DATE:20260520' 'DTEND;VALUE=DATE:20260610' ATTENDEE:mailto:ann@desk.test END:VEVENT END:VCALENDAR >"$WORK/duty.ics"

out=$(escalate --now 2026-05-26T10:00:00+02:00 check)
match "check warns of the rota" "warning: rota 'duty': file .*duty.ics' runs dry: its last event ends 2026-06-09" "$out"
match "and of the holidays" "warning: calendar 'office': file .*holidays.ics' runs dry: its last event ended 2026-05-25" "$out"
no_match "not of the hours, which go on" 'office.ics' "$out"
at 2026-05-26T10:00:00+02:00
notice=$(templated notice | tail -n 1)
same "the rota's owner hears of it" 'Carol <carol@desk.test>' "$(header "$notice" To)"
match "in the subject" 'Rota duty needs new dates' "$(header "$notice" Subject)"
match "and in the text" 'ends 2026-06-09' "$(plain "$notice" | tr '\n' ' ')"
at 2026-05-26T16:00:00+02:00
at 2026-05-28T10:00:00+02:00
same "once a week" 1 "$(templated_count notice)"
at 2026-06-02T10:30:00+02:00
same "then again" 2 "$(templated_count notice)"
match "the daily mail has all of them" 'Calendar .*office.*runs dry' "$(plain "$(templated daily | tail -n 1)" | tr '\n' ' ' | tr -s ' ')"

# ---- hours that are over ----
sed -i 's/^\(RRULE:.*BYDAY=MO,TU,WE,TH,FR[^;]*\)\r*$/\1;UNTIL=20260603T000000Z\r/' "$WORK/office.ics"
exits "check refuses hours that never come again" 78 escalate --now 2026-06-04T10:00:00+02:00 check
match "which it names" "calendar 'office': is closed for good: tickets on it get no deadline, and nobody is asked" "$(cat "$WORK/err")"
make_mail 'Kim Lee <kim@acme.test>' support@desk.test 'Till' 'It is down.' | deliver kim@acme.test support@desk.test
at 2026-06-04T10:00:00+02:00
at 2026-06-04T11:10:00+02:00
match "the lead hears of it" 'calendar .office.: is closed for good' "$(for f in $(sent_to carol@desk.test | grep notice); do plain "$f" | tr '\n' ' '; done)"
match "health is critical" 'calendars.*closed for good' "$(escalate --now 2026-06-04T11:10:00+02:00 health; true)"
match "explain says why there is no deadline" '^no deadline, as no open time was in sight: .*target=respond calendar=office' "$(escalate explain 1)"

done_testing
