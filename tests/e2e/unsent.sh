#!/bin/sh
# unsent.sh: what of an agent's mail at a work address does not reach the customer: he is told, of a signature once, of our own mail below his
# answer never.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/desk.sh
. "$(dirname "$0")/../desk.sh"
command -v python3 >/dev/null || skip_all "no python3"
desk relay

make_mail 'Kim Lee <kim@acme.test>' support@desk.test 'The scanner is down' 'It is down.' | deliver kim@acme.test support@desk.test
at 2026-05-26T10:00:00+02:00
w=$(reply_to "$(sent_to bob@desk.test)")
minute=0
kims() { sent_to kim@acme.test | wc -l; }
bobs() { sent_to bob@desk.test | grep -c transcript; }

# said BODY [make_mail's arguments]: Bob writes that; $read is what Kim reads of it, $told what Bob is told, "" for nothing.
said() {
    body=$1
    shift
    kim=$(kims) bob=$(bobs) read='' told=''
    make_mail "$@" 'Bob Ng <bob@desk.test>' "$w" 'Re: [support #1] The scanner is down' "$body" | deliver bob@desk.test "$w"
    minute=$((minute + 1))
    at "$(printf '2026-05-26T10:%02d:00+02:00' "$minute")"
    [ "$(kims)" = "$kim" ] || read=$(plain "$(sent_to kim@acme.test | tail -n 1)" | tr '\n' ' ')
    [ "$(bobs)" = "$bob" ] || told=$(plain "$(sent_to bob@desk.test | grep transcript | tail -n 1)" | tr '\n' ' ')
}

# ---- below what looks like a signature ----
said 'Dear Kim, we look at it.

Disclaimer:
This mail is for you alone.'
match "an answer goes out without the footer" 'we look at it\.' "$read"
no_match "without it" 'Disclaimer' "$read"
match "and its writer is told" 'Not sent to the customer: what begins with "Disclaimer:"\. It looks like a signature' "$told"
said 'Dear Kim, it takes until noon.

Disclaimer:
This mail is
for you alone.'
match "the same footer another time" 'it takes until noon' "$read"
same "is no news, however it is broken into lines" '' "$told"
said 'Dear Kim, please note.

Disclaimer: the old scans are lost.'
match "another text in such a place is" 'what begins with "Disclaimer: the old scans are lost\."' "$told"
said 'Sent via DHL, you have it tomorrow.'
same "a mail of nothing else goes to nobody" '' "$read"
match "and that is told, too" 'what begins with "Sent via DHL, you have it tomorrow\."' "$told"
said 'Dear Kim, three steps.

--
1. Switch it off.
2. Switch it on.'
match "below two dashes may stand anything" 'what begins with "--"' "$told"
said 'Dear Kim, done.

-- 
Bob Ng
Head of Desk'
match "below the mark of mail programs (RFC 3676 4.3) stands a signature" 'Dear Kim, done' "$read"
same "of which nothing is told" '' "$told"
for i in 1 2 3 4 5 6 7 8 9; do
    said "Dear Kim, $i.

--
Footer of the house, number $i" || break
done
match "of many footers the newest are known" 'number 9|"--"' "$told"
said 'Dear Kim, again.

--
Footer of the house, number 2'
same "eight of them" '' "$told"
said 'Dear Kim, again.

--
Footer of the house, number 1'
match "and no more" 'what begins with "--"' "$told"

# ---- a verb there ----
said 'Dear Kim, she is a pain.

Sent from my iPhone
#note'
same "a verb below a telephone's line: nothing goes out" '' "$read"
match "and its writer is told" 'nothing was sent to the customer: "#note" stands below what looks like your signature' "$told"
said '#severity S2
Dear Kim, wait.

-- 
Bob
#take'
same "nor is anything done for a verb below a signature's mark" '' "$read"
match "the severity is what it was" '"severity":"S1"' "$(escalate --json show 1)"

# ---- what looks like a quotation ----
said 'Dear Kim, here is the appointment.

From: Mon, 1 June 2026 10:00
To: Mon, 1 June 2026 12:00
Subject: the new lamp
Please be there.'
match "what stands below the fields of a mail's head is left out" 'here is the appointment\. *$' "$read"
match "which is told" 'what begins with "From: Mon, 1 June 2026 10:00"\. It looks like a quotation' "$told"
page=$(plain "$(sent_to bob@desk.test | head -n 1)")
said "Dear Kim, see you then.

From: Desk <support@desk.test>
Sent: Tuesday, 26 May 2026 10:00
To: Bob Ng <bob@desk.test>
Subject: [support #1] The scanner is down

$page"
match "our own mail below the answer, as Outlook quotes it, is left out" 'see you then\. *$' "$read"
same "and nothing is told" '' "$told"
said "Dear Kim, see you.

On Tue, 26 May 2026 at 10:00, Desk <support@desk.test> wrote:
$(printf '%s\n' "$page" | sed 's/^/> /')"
same "nor where each line is marked" '' "$told"
said "Dear Kim, the log says:

On Monday 25 May 2026 the driver <hp@lp.test> wrote:
paper jam in tray 2

From: Desk <support@desk.test>
Sent: Tuesday, 26 May 2026 10:00
To: Bob Ng <bob@desk.test>
Subject: [support #1] The scanner is down

$page"
match "our mail below it hides no text that looks like another's" 'what begins with "On Monday 25 May 2026 the driver' "$told"

# ---- a signature beside verbs ----
said '#severity S2

Bob Ng
Head of Desk
+49 30 123456'
same "a name with what stands below it is no answer" '' "$read"
match "told once" 'what begins with "Bob Ng"\. It looks like a signature' "$told"
said '#severity S3

Bob Ng
Head of Desk
+49 30 123456'
no_match "once" 'signature' "$told"
said '#severity S3
Bob Ng will call you.'
match "a sentence is one" 'Bob Ng will call you' "$read"

# ---- words of absence, a list's marks, meetings ----
said 'Our expert is on vacation until Monday, I am out of office tomorrow, too. Please wait.'
same "what reads as an automatic reply goes to nobody" '' "$read"
match "but he is told" "Nothing was sent to the customer: your mail is a machine's mail by its words" "$told"
said '#status
Our expert is on vacation until Monday, I am out of office tomorrow, too. Please wait.'
match "below a verb it is his own" 'Our expert is on vacation' "$read"
said 'I am out of office until Monday.' -H 'Auto-Submitted: auto-replied'
same "a machine that says so is answered by nobody" '' "$read$told"
said 'Dear Kim, it works again.' -H 'List-Id: <desk.desk.test>' -H 'Precedence: list'
match "what came through a list is not sent, and he is told" "your mail is a list's mail by its headers" "$told"
same "not sent" '' "$read"
said '#status
Dear Kim, it works again.' -H 'List-Id: <desk.desk.test>' -H 'Precedence: list'
match "with a verb it is" 'it works again' "$read"
meeting='BEGIN:VCALENDAR
VERSION:2.0
METHOD:REQUEST
BEGIN:VEVENT
UID:m@desk.test
DTSTART:20260601T080000Z
END:VEVENT
END:VCALENDAR'
two() { # HEADERS OF THE CALENDAR
    printf -- '--c\nContent-Type: text/plain\n\nDear Kim, let us meet.\n--c\nContent-Type: text/calendar; method=REQUEST%b\n\n%s\n--c--\n' "$1" "$meeting"
}
said "$(two '')" -H 'Content-Type: multipart/alternative; boundary=c' -H 'MIME-Version: 1.0'
same "an invitation is not passed on" '' "$read"
match "and he is told" 'your mail is an invitation, and I pass on none' "$told"
said "$(two '; name=lamp.ics\nContent-Disposition: attachment; filename=lamp.ics')" -H 'Content-Type: multipart/mixed; boundary=c' -H 'MIME-Version: 1.0'
match "a file of a meeting beside the text is" 'let us meet' "$read"
match "with it" 'lamp\.ics' "$(cat "$(sent_to kim@acme.test | tail -n 1)")"
for i in 1 2 3 4 5 6 7 8; do said 'Our expert is on vacation until Monday, I am out of office tomorrow, too.'; done
same "a machine without headers is told so a few times a day" '' "$told"

# ---- who is asked, beside an answer that ends the asking ----
make_mail 'Lou Ray <lou@acme.test>' support@desk.test 'The fax is down' 'It is down.' | deliver lou@acme.test support@desk.test
at 2026-05-26T11:30:00+02:00
w=$(reply_to "$(sent_to bob@desk.test | grep new-ticket | tail -n 1)")
at 2026-05-26T12:30:00+02:00
make_mail 'Bob Ng <bob@desk.test>' "$w" 'Re: [support #2] The fax' '#pass ann
Dear Lou, Ann will look at it.' | deliver bob@desk.test "$w"
at 2026-05-26T12:31:00+02:00
match "the answer went out" 'Ann will look at it' "$(plain "$(sent_to lou@acme.test | tail -n 1)")"
told=$(plain "$(sent_to bob@desk.test | grep transcript | tail -n 1)" | tr '\n' ' ')
match "and nobody is said to be asked who is not" "nothing is escalated on this ticket now; 'assign ann' makes it somebody else's" "$told"
exits "the audit verifies" 0 escalate audit verify
done_testing
