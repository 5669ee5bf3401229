#!/bin/sh
# bombs.sh: mails, patterns and calendars that are made to cost: each is taken in by the real programs like any other, none is held,
# none takes the parser down, and CPU time is bounded (prlimit). Each point is named in SECURITY.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/desk.sh
. "$(dirname "$0")/../desk.sh"
command -v python3 >/dev/null || skip_all "no python3"
command -v prlimit >/dev/null || skip_all "no prlimit"

CPU=120 # seconds that no round may need; a hundredth is what they do

desk relay
# Patterns that take exponential time where nothing stops them.
sed -i 's/^rules:/rules:\
  - {name: evil-1, text: "(a+)+$", severity: S2}\
  - {name: evil-2, text: "^(([a-z])+.)+[A-Z]([a-z])+$", severity: S2}\
  - {name: evil-3, subject: "(.*)*(.*)*(.*)*x$", severity: S2}/' "$CONF"
exits "the desk is good" 0 escalate check

cat >"$WORK/bomb.py" <<'END'
import base64, sys

def mail(body, extra=b"", kind=b"text/plain", subject=b"bomb"):
    return (b"From: kim@acme.test\nTo: support@desk.test\nSubject: " + subject + b"\nMIME-Version: 1.0\n" + extra
            + b"Content-Type: " + kind + b"\n\n" + body)

def nested(n, line=b"hello\n"):
    parts = b"".join(b"--b%d\nContent-Type: multipart/mixed; boundary=b%d\n\n" % (i, i + 1) for i in range(n))
    return mail(parts + b"--b%d\n\n%s" % (n, line), kind=b"multipart/mixed; boundary=b0")

def ics(lines, head=b"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nMETHOD:REPLY\n"):
    return mail(head + lines, kind=b"text/calendar; method=REPLY")

EVENT = b"BEGIN:VEVENT\nUID:x\nDTSTAMP:20260101T000000Z\nDTSTART:19000101T000000Z\n"
BOMBS = {
    "depth": lambda: nested(5000),
    "dashes": lambda: nested(30, b"hello\n" + b"--x\n" * 100000),
    "rfc822": lambda: mail(b"Content-Type: message/rfc822\n\n" * 5000 + b"\nhello\n", kind=b"message/rfc822"),
    "parts": lambda: mail(b"--b\n\nhello\n" + b"--b\n\nx\n" * 50000 + b"--b--\n", kind=b"multipart/mixed; boundary=b"),
    "headers": lambda: mail(b"hello\n", b"".join(b"X-H%d: v\n" % i for i in range(50000))),
    "header": lambda: mail(b"hello\n", b"X-Long: " + b"a " * 1000000 + b"\n"),
    "parameters": lambda: mail(b"hello\n", kind=b"text/plain" + b"".join(b";\n p%d*0=x" % i for i in range(10000))),
    "words": lambda: mail(b"hello\n", subject=b"=?utf-8?Q?a?= " * 20000 + b"=?utf-8?Q?" * 20000),
    "lines": lambda: mail(b"hello\n" + b"x\n" * 500000),
    "line": lambda: mail(b"hello " + b"a" * 5000000),
    "blanks": lambda: mail(b"hello\n" + b" " * 2000000 + b"\n" + b"\t" * 2000000 + b"\nx\n" + b"\r" * 1000000 + b"\0" * 1000000),
    "quotes": lambda: mail(b"hello\n" + b">" * 100000 + b"\n" + b"> a\n" * 100000 + b"On Monday, x wrote:\n" * 20000),
    "encoded": lambda: mail(base64.encodebytes(b"hello " + b"a" * 3000000), b"Content-Transfer-Encoding: base64\n"),
    "groups": lambda: mail(b"hello\n", b"Cc: " + b"a:" * 50000 + b"x@y.test\n"),
    "inner-groups": lambda: mail(b"From: a@b.test\nCc: " + b"a:" * 50000 + b"x@y.test\n\nhello\n", kind=b"message/rfc822"),
    "comments": lambda: mail(b"hello\n", b"Cc: " + b"(" * 50000 + b"x@y.test\n"),
    "addresses": lambda: mail(b"hello\n", b"Cc: " + b",\n ".join(b"u%d@x.test" % i for i in range(30000)) + b"\n"),
    "references": lambda: mail(b"hello\n", b"References: " + b"\n ".join(b"<r%d@x.test>" % i for i in range(50000)) + b"\n"),
    "html": lambda: mail(b"<html><body>hello " + b"<table><tr><td><div><blockquote>" * 20000 + b"x", kind=b"text/html"),
    "entities": lambda: mail(b'<!DOCTYPE x [<!ENTITY a0 "aaaaaaaaaa">' + b"".join(b'<!ENTITY a%d "&a%d;&a%d;&a%d;">' % (i, i - 1, i - 1, i - 1)
                             for i in range(1, 30)) + b"]><p>hello &a29;" + b"&amp;" * 50000, kind=b"text/html"),
    "report": lambda: mail(b"--b\n\nfailed\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\n"
                           + b"Final-Recipient: rfc822; a@b.test\nAction: failed\nStatus: 5.1.1\n\n" * 30000 + b"--b--\n",
                           kind=b"multipart/report; report-type=delivery-status; boundary=b"),
    "results": lambda: mail(b"hello\n", b"Authentication-Results: mx" + b"; spf=pass ((" * 5000 + b"\nReceived: from a " + b"(" * 30000 + b"\n"),
    "verbs": lambda: mail(b"ack\n" * 100000),
    "pattern": lambda: mail(b"our shop: " + b"a" * 200000 + b"!\n", subject=b"a" * 900 + b"!"),
    "secondly": lambda: ics(EVENT + b"RRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=31\nATTENDEE;PARTSTAT=ACCEPTED:mailto:a@b.test\nEND:VEVENT\nEND:VCALENDAR\n"),
    "attendees": lambda: ics(EVENT + b"ATTENDEE;PARTSTAT=ACCEPTED:mailto:a@b.test\n" * 50000 + b"END:VEVENT\nEND:VCALENDAR\n"),
    "components": lambda: ics(b"BEGIN:VEVENT\n" * 50000),
    "folded": lambda: ics(EVENT + b"SUMMARY:" + b"a\n " * 500000 + b"\nEND:VEVENT\nEND:VCALENDAR\n"),
}
if __name__ == "__main__":
    sys.stdout.buffer.write(BOMBS[sys.argv[1]]())
END

# bomb NAME KIND: sent, taken in; the mail behind it too.
BOMB=0
bomb() {
    BOMB=$((BOMB + 1))
    python3 "$WORK/bomb.py" "$2" | deliver "$2@b$BOMB.test" support@desk.test
    make_mail "kim@k$BOMB.test" support@desk.test "Question behind $2" | deliver "kim@k$BOMB.test" support@desk.test
    prlimit --cpu=$CPU "$ESCALATED" -c "$CONF" --now 2026-05-26T10:00:00+02:00 --once 2>>"$WORK/log"
    same "$1" "0 0 0 $((2 * BOMB))" "$? $(count incoming) $(count hold) $(sqlite_value 'select count(*) from message')"
}

bomb "mail bomb: nested multiparts" depth
bomb "mail bomb: nested multiparts with lines that are almost boundaries" dashes
bomb "mail bomb: nested mails" rfc822
bomb "mail bomb: parts" parts
bomb "mail bomb: header fields" headers
bomb "mail bomb: one endless field" header
bomb "mail bomb: parameters" parameters
bomb "mail bomb: encoded words" words
bomb "mail bomb: lines" lines
bomb "mail bomb: one endless line" line
bomb "mail bomb: blanks and NULs" blanks
bomb "mail bomb: quotations" quotes
bomb "mail bomb: base64" encoded
bomb "mail bomb: address groups" groups
bomb "mail bomb: address groups of a mail inside" inner-groups
bomb "mail bomb: comments" comments
bomb "mail bomb: addresses" addresses
bomb "mail bomb: references" references
bomb "mail bomb: HTML elements" html
bomb "mail bomb: HTML entities" entities
bomb "mail bomb: delivery reports" report
bomb "mail bomb: results and Received" results
bomb "mail bomb: verbs" verbs
bomb "regex bomb: rules on a text that is made for them" pattern
match "regex bomb: the rule that gave up is told" 'rule .evil.*backtracking limit' "$(cat "$WORK/log")"
bomb "calendar bomb in a mail: every second" secondly
bomb "calendar bomb in a mail: attendees" attendees
bomb "calendar bomb in a mail: components" components
bomb "calendar bomb in a mail: one endless line" folded
no_match "no mail cost the parser its life" 'the parser failed' "$(cat "$WORK/log")"

# ---- calendar files ----

# ics NAME LINE…: an hours file with one event.
ics() {
    ics_name=$1
    shift
    {
        printf 'BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nBEGIN:VEVENT\nUID:x\nDTSTAMP:20260101T000000Z\n'
        printf '%s\n' "$@"
        printf 'END:VEVENT\nEND:VCALENDAR\n'
    } >"$WORK/$ics_name.ics"
}
# bounded NAME FILE: compiled or refused with a reason, within the time.
bounded() {
    prlimit --cpu=$CPU "$ESCALATE" -c "$CONF" calendar "$WORK/$2.ics" --from 2026-01-01T00:00:00Z --to 2036-01-01T00:00:00Z --tz Europe/Berlin \
        >"$WORK/out" 2>"$WORK/err"
    bounded_status=$?
    if [ $bounded_status -eq 0 ] || { [ $bounded_status -lt 100 ] && grep -q "$2.ics" "$WORK/err"; }; then
        pass "$1"
    else
        fail "$1"
        diag "exit $bounded_status: $(head -3 "$WORK/err")"
    fi
}
for freq in SECONDLY MINUTELY HOURLY; do
    ics never 'DTSTART:20260101T000000Z' 'DTEND:20260101T000001Z' "RRULE:FREQ=$freq;BYMONTH=2;BYMONTHDAY=31"
    bounded "calendar bomb: $freq, on a day that never comes" never
done
ics count 'DTSTART:20260101T000000Z' 'DTEND:20260101T000001Z' 'RRULE:FREQ=SECONDLY;COUNT=2147483647'
bounded "calendar bomb: two thousand million instances" count
ics old 'DTSTART:00010101T000000Z' 'DTEND:00010101T000001Z' 'RRULE:FREQ=DAILY'
bounded "calendar bomb: daily since the year 1" old
ics long 'DTSTART:20260101T000000Z' 'DTEND:99991231T235959Z' 'RRULE:FREQ=DAILY'
bounded "calendar bomb: events of eight thousand years" long
ics by 'DTSTART:20260101T000000Z' 'DURATION:PT1S' "RRULE:FREQ=YEARLY;BYHOUR=$(seq -s, 0 23);BYMINUTE=$(seq -s, 0 59);BYSECOND=$(seq -s, 0 59);BYYEARDAY=$(seq -s, 1 366)"
bounded "calendar bomb: every second of the year" by
python3 - "$WORK" <<'END'
import sys
w = sys.argv[1] + "/"
head, event = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n", "BEGIN:VEVENT\nUID:x%d\nDTSTAMP:20260101T000000Z\nDTSTART:20260101T090000Z\nDTEND:20260101T100000Z\nEND:VEVENT\n"
open(w + "events.ics", "w").write(head + "".join(event % i for i in range(30000)) + "END:VCALENDAR\n")
open(w + "nesting.ics", "w").write(head + "BEGIN:VEVENT\n" * 50000)
open(w + "line.ics", "w").write(head + "X-A:" + "a\n " * 300000 + "\nEND:VCALENDAR\n")
open(w + "dates.ics", "w").write(head + "BEGIN:VEVENT\nUID:x\nDTSTAMP:20260101T000000Z\nDTSTART:20260101T090000Z\nDTEND:20260101T100000Z\nRRULE:FREQ=DAILY\nEXDATE:" + ",".join("20260101T090000Z" for i in range(40000)) + "\nEND:VEVENT\nEND:VCALENDAR\n")
open(w + "zone.ics", "w").write(head + "BEGIN:VTIMEZONE\nTZID:x\n" + "BEGIN:STANDARD\nDTSTART:16010101T000000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\nRRULE:FREQ=SECONDLY\nEND:STANDARD\n" * 100 + "END:VTIMEZONE\n" + "BEGIN:VEVENT\nUID:x\nDTSTAMP:20260101T000000Z\nDTSTART;TZID=x:20260101T090000\nDTEND;TZID=x:20260101T100000\nEND:VEVENT\nEND:VCALENDAR\n")
END
bounded "calendar bomb: events" events
bounded "calendar bomb: components in components" nesting
bounded "calendar bomb: one endless line" line
bounded "calendar bomb: exceptions" dates
bounded "calendar bomb: zones" zone
exits "the audit verifies" 0 escalate audit verify

done_testing
