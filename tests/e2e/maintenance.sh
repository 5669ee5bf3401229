#!/bin/sh
# maintenance.sh: while a queue is in maintenance its clocks run and its ladders step, and nobody is asked; at the end each gets one mail.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/desk.sh
. "$(dirname "$0")/../desk.sh"
command -v python3 >/dev/null || skip_all "no python3"

fresh() { # MODE LINE…
    rm -rf "$WORK"/escalate.db* "$SPOOL" "$WORK"/key "$WORK"/audit.key
    desk "$@"
}
ticket() { # NUMBER SUBJECT [QUEUE]
    make_mail "Customer $1 <c$1@acme$1.test>" "${3:-support}@desk.test" "$2" "Our shop is wrong, $1." | deliver "c$1@acme$1.test" "${3:-support}@desk.test"
}
to() { sent_to "$1@desk.test" | grep -e "-$2\\.eml\$"; } # CONTACT TEMPLATE
to_count() { to "$1" "$2" | wc -l | tr -d ' '; }
flat() { plain "$1" | tr '\n' ' ' | tr -s ' '; }
NOW=2026-05-26T07:00:00Z

# ---- the command ----
fresh observe
same "none to begin with" 'no queue is in maintenance' "$(escalate maintenance)"
exits "a queue without a time is a mistake of use" 2 escalate maintenance support
exits "so is no time" 2 escalate --now 2026-05-26T09:00:00+02:00 maintenance support until soon
exits "an unknown queue is not found" 1 escalate --now 2026-05-26T09:00:00+02:00 maintenance nowhere until 18:00
match "by name" "queue 'nowhere'" "$(cat "$WORK/err")"
exits "what is past is refused" 1 escalate --now 2026-05-26T09:00:00+02:00 maintenance support until 2026-05-25T09:00:00Z
exits "none that could be ended" 1 escalate maintenance support off
exits "begun" 0 escalate --now 2026-05-26T09:00:00+02:00 maintenance support until 14:00
match "it says until when, by the queue's clock" 'support is in maintenance until Tue 26 May 14:00 CEST' "$(cat "$WORK/out")"
match "listed" 'support: in maintenance since Tue 26 May 09:00 CEST, until Tue 26 May 14:00 CEST; pages that wait: 0' "$(escalate --now 2026-05-26T09:00:00+02:00 maintenance)"
match "as JSON" '"queue":"support".*"until":"2026-05-26T14:00:00.02:00","waiting":0' "$(escalate --json --now 2026-05-26T09:00:00+02:00 maintenance)"
match "audited" 'maintenance .*queue=support until=2026-05-26T12:00:00Z' "$(sqlite_value "select event || ' ' || detail from audit where event = 'maintenance'")"

# ---- while it lasts ----
ticket 1 'Shop is down'
ticket 2 'Slow'
ticket 3 'Slower'
ticket 4 'Sales is down' sales
at 2026-05-26T09:00:00+02:00
same "customers get their answer as ever" 4 "$(templated_count auto-ack)"
at 2026-05-26T09:23:00+02:00
same "nobody is asked, of an S1 either" 0 "$(sent_to desk.test | xargs -r grep -l 'support #' | wc -l | tr -d ' ')"
same "another queue goes on" 1 "$(to_count bob escalation)"
at 2026-05-26T09:30:00+02:00
at 2026-05-26T12:00:00+02:00
at 2026-05-26T13:30:00+02:00
match "the clocks run: the breach is recorded" 'breach' "$(escalate audit 1)"
same "the ladder steps: level 2 has fired" 2 "$(sqlite_value "select level from run where ticket_id = 1")"
same "still nobody is asked" '' "$(sent_to desk.test | grep -e '-\(escalation\|digest\|line\|notice\)\.eml' | xargs -r grep -l 'support #')"
match "list says why" '^support: in maintenance until Tue 26 May 14:00 CEST' "$(escalate --now 2026-05-26T13:30:00+02:00 list)"
match "show" '^silent until .*26 May 14:00' "$(escalate --now 2026-05-26T13:30:00+02:00 show 1)"
match "explain" 'support is in maintenance until Tue 26 May 14:00 CEST' "$(escalate --now 2026-05-26T13:30:00+02:00 explain 1)"
no_match "not of a ticket of another queue" 'in maintenance' "$(escalate --now 2026-05-26T13:30:00+02:00 explain 4)"
match "next" '14:00.*the maintenance of support ends' "$(escalate --now 2026-05-26T13:30:00+02:00 next -n 50)"
match "a page that waits is counted" 'pages that wait: [1-9]' "$(escalate --now 2026-05-26T13:30:00+02:00 maintenance)"

# ---- its end ----
same "no early end" 0 "$(templated_count digest)"
at 2026-05-26T14:00:00+02:00
match "each is told once: Carol by a digest" '3 escalations wait for you' "$(flat "$(to carol digest)")"
same "one mail each, of this queue" 1 "$(to_count carol digest)"
same "nothing waits" 0 "$(sqlite_value "select count(*) from folded")"
match "audited with who was told" 'queue=support why=time told=' "$(sqlite_value "select detail from audit where event = 'maintenance-end'")"
same "no queue is in maintenance" 'no queue is in maintenance' "$(escalate --now 2026-05-26T14:00:00+02:00 maintenance)"
same "ack-within begins there" 3 "$(sqlite_value "select count(*) from notification where state = 1 and contact = 'carol' and deadline_at = strftime('%s', '2026-05-26T12:10:00Z')")"
make_mail carol@desk.test "$(reply_to "$(to carol digest)")" 'Re: x' 'ack all' | deliver carol@desk.test "$(reply_to "$(to carol digest)")"
at 2026-05-26T14:01:00+02:00
same "answered as a whole" 3 "$(sqlite_value "select count(*) from run where acker = 'carol'")"

# ---- ended early, moved, kept over a restart ----
fresh observe
ticket 1 'Shop is down'
ticket 2 'Till is down'
at 2026-05-26T09:00:00+02:00
escalate --now 2026-05-26T09:00:00+02:00 maintenance support until 11:00 >/dev/null
escalate --now 2026-05-26T09:01:00+02:00 maintenance support until 16:00 >/dev/null
match "a longer one moves its end" 'until=2026-05-26T14:00:00Z' "$(sqlite_value "select detail from audit where event = 'maintenance-moved'")"
at 2026-05-26T09:23:00+02:00
at 2026-05-26T11:00:00+02:00
same "at its first end nothing happens" 0 "$(to_count carol digest)"
exits "ended by hand" 0 escalate --now 2026-05-26T11:05:00+02:00 maintenance support off
at 2026-05-26T11:05:00+02:00
same "the digest goes out at once" 1 "$(to_count carol digest)"
at 2026-05-26T16:00:00+02:00
same "and not again" 1 "$(to_count carol digest)"

# ---- information waits too; what is over leaves; one is an ordinary page ----
fresh observe
ticket 1 'Shop is down'
ticket 2 'Till is down'
at 2026-05-26T09:00:00+02:00
at 2026-05-26T09:23:00+02:00
same "mailed before it began" 2 "$(to_count bob escalation)"
escalate --now 2026-05-26T09:24:00+02:00 maintenance support until 12:00 >/dev/null
escalate --now 2026-05-26T09:25:00+02:00 ack --as ann 1 >/dev/null
at 2026-05-26T09:25:00+02:00
same "that another took it is told later" 0 "$(to_count bob line)"
at 2026-05-26T09:35:00+02:00
same "the second try waits" 2 "$(to_count bob escalation)"
escalate --now 2026-05-26T09:36:00+02:00 resolve 2 Done >/dev/null
at 2026-05-26T12:00:00+02:00
notice=$(to bob notice)
match "what happened is in one mail" '\[support #1\] Ann has taken it, until .*\[support #2\] It is over' "$(flat "$notice")"
match "whose subject says so" 'The maintenance is over: this happened meanwhile' "$(header "$notice" Subject)"
same "what was resolved is asked for no more" 2 "$(to_count bob escalation)"
same "no digest of nothing" 0 "$(to_count bob digest)"

# ---- who went away meanwhile, and whose shift it is by then ----
LEVELS='      - {notify: [rota:duty], at: [75% respond], ack-within: 30m}
      - {notify: [carol], ack-within: 30m}'
fresh observe 'rotas: {duty: {files: [duty.ics], timezone: Europe/Berlin, handoff: no}}'
{
    printf '%s\r\n' BEGIN:VCALENDAR VERSION:2.0 PRODID:-//escalate//tests//EN
    for shift in bob:090000:130000 dana:130000:170000; do
        who=${shift%%:*} from=${shift#*:}
        printf '%s\r\n' BEGIN:VEVENT "UID:$who@tests" DTSTAMP:20260101T000000Z "DTSTART;TZID=Europe/Berlin:20260526T${from%:*}" \
            "DTEND;TZID=Europe/Berlin:20260526T${from#*:}" "ATTENDEE:MAILTO:$who@desk.test" END:VEVENT
    done
    printf 'END:VCALENDAR\r\n'
} >"$WORK/duty.ics"
escalate --now 2026-05-26T09:00:00+02:00 maintenance support until 14:00 >/dev/null
ticket 1 'Shop is down'
ticket 2 'Till is down'
at 2026-05-26T09:00:00+02:00
at 2026-05-26T09:23:00+02:00
same "his, while it was his shift" 2 "$(sqlite_value "select count(*) from folded where contact = 'bob'")"
escalate --now 2026-05-26T12:00:00+02:00 escalate 1 >"$WORK/out"
match "a verb says that it waits" 'Asked now: Carol .with the next digest.' "$(cat "$WORK/out")"
at 2026-05-26T14:00:00+02:00
same "at the end he is not asked" 0 "$(sent_to bob@desk.test | wc -l | tr -d ' ')"
same "but who is on duty then" 1 "$(to_count dana escalation)"
no_match "who waited to be mailed was not mailed" 'Bob was mailed' "$(flat "$(to carol escalation)")"
LEVELS=
fresh observe
escalate --now 2026-05-26T09:00:00+02:00 maintenance support until 14:00 >/dev/null
ticket 1 'Shop is wrong'
ticket 2 'Till is wrong'
at 2026-05-26T09:00:00+02:00
at 2026-05-26T12:00:00+02:00
python3 -c 'import sqlite3,sys
c=sqlite3.connect(sys.argv[1]); c.execute("insert into away (contact, from_at, until_at, evidence) values (\"bob\", 0, 4000000000, \"test\")"); c.commit()' "$WORK/escalate.db"
same "his two wait" 2 "$(sqlite_value "select count(*) from folded where contact = 'bob'")"
escalate --now 2026-05-26T12:30:00+02:00 maintenance support off >/dev/null
at 2026-05-26T12:30:00+02:00
same "who is away by then is not mailed" 0 "$(sent_to bob@desk.test | wc -l | tr -d ' ')"
same "his backup is" 2 "$(to_count ann escalation)"

# ---- vendors ----
LEVELS="      - {notify: ['vendor:cdn', bob], at: [75% respond], ack-within: 30m}
      - {notify: [carol], ack-within: 30m}"
fresh observe 'vendors: {cdn: {email: help@cdn.test, targets: {respond: 1h, calendar: always}}}'
ticket 1 'Till is down'
at 2026-05-26T09:00:00+02:00
at 2026-05-26T09:23:00+02:00
same "asked before" 1 "$(sent_to help@cdn.test | wc -l | tr -d ' ')"
escalate --now 2026-05-26T09:24:00+02:00 ack --as bob 1 >/dev/null
at 2026-05-26T09:24:00+02:00
same "who of the house has it is none of its business" 1 "$(sent_to help@cdn.test | wc -l | tr -d ' ')"
escalate --now 2026-05-26T09:25:00+02:00 maintenance support until 14:00 >/dev/null
ticket 2 'Shop is down'
ticket 3 'Mail is down'
at 2026-05-26T09:26:00+02:00
escalate --now 2026-05-26T09:27:00+02:00 resolve 1 Done >/dev/null
at 2026-05-26T09:49:00+02:00
at 2026-05-26T10:30:00+02:00
same "its mails wait, too" 1 "$(sent_to help@cdn.test | wc -l | tr -d ' ')"
same "and so does the clock that counts from them" 0 "$(sqlite_value "select count(*) from clock where queue = 'vendor:cdn' and ticket_id > 1")"
at 2026-05-26T14:00:00+02:00
same "at the end each request is a mail of its own" 3 "$(sent_to help@cdn.test | grep -c -e '-vendor\.eml$')"
same "that counts from there" 2 "$(sqlite_value "select count(*) from clock where queue = 'vendor:cdn' and ticket_id > 1 and due_at = strftime('%s', '2026-05-26T13:00:00Z')")"
over=$(sent_to help@cdn.test | grep -e '-line\.eml$')
match "that the first is over is told" 'This is solved, thank you. You need do nothing more.' "$(flat "$over")"
no_match "and neither whose it was nor what" 'Customer|acme|Till|resolve|Done' "$(cat "$over")"
same "by its number" '[support #1] outage' "$(header "$over" Subject)"
same "no list of the house goes out" 4 "$(sent_to help@cdn.test | wc -l | tr -d ' ')"
LEVELS="      - {notify: ['vendor:cdn', bob], send: open, calendar: office}"
fresh observe 'vendors: {cdn: {email: help@cdn.test, targets: {respond: 1h, calendar: always}}}'
ticket 1 'Till is down'
at 2026-05-26T08:00:00+02:00
escalate --now 2026-05-26T08:00:00+02:00 escalate 1 >/dev/null
at 2026-05-26T08:01:00+02:00
same "where the level waits for the opening, its mail does" 0 "$(sent_to help@cdn.test | wc -l | tr -d ' ')"
at 2026-05-26T09:00:00+02:00
same "with the others" '1 1' "$(sent_to help@cdn.test | wc -l | tr -d ' ') $(to_count bob escalation)"
same "and its clock, too" 1 "$(sqlite_value "select count(*) from clock where queue = 'vendor:cdn' and due_at = strftime('%s', '2026-05-26T08:00:00Z')")"
LEVELS=

# ---- relay goes on; the daily mail ----
fresh relay
at 2026-05-25T09:00:00+02:00
escalate --now 2026-05-26T08:00:00+02:00 maintenance support until 18:00 >/dev/null
at 2026-05-26T09:00:00+02:00
match "the daily mail says so" 'In maintenance until 18:00: its escalations wait for the end' "$(for f in $(templated daily); do plain "$f"; done)"
ticket 1 'Shop is down'
at 2026-05-26T09:10:00+02:00
same "the team is mailed" 2 "$(templated_count new-ticket)"
done_testing
