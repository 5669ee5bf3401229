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

done_testing
