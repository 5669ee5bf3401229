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
minute=0 day=26
kims() { sent_to kim@acme.test | wc -l; }
bobs() { sent_to bob@desk.test | grep -c transcript; }

# said BODY [make_mail's arguments]: Bob writes that; $read is what Kim reads of it, $told what Bob is told, "" for nothing.
said() {
    body=$1
    shift
    kim=$(kims) bob=$(bobs) read='' told=''
    make_mail "$@" 'Bob Ng <bob@desk.test>' "$w" 'Re: [support #1] The scanner is down' "$body" | deliver bob@desk.test "$w"
    minute=$((minute + 1))
    at "$(printf "2026-05-${day}T%02d:%02d:00+02:00" $((10 + minute / 60)) $((minute % 60)))"
    [ "$(kims)" = "$kim" ] || read=$(plain "$(sent_to kim@acme.test | tail -n 1)" | tr '\n' ' ')
    [ "$(bobs)" = "$bob" ] || told=$(plain "$(sent_to bob@desk.test | grep transcript | tail -n 1)" | tr '\n' ' ')
}

# ---- below what looks like a signature ----
said 'Dear Kim, we look at it.

Disclaimer:
This mail is for you alone.'
match "an answer goes out without the footer" 'we look at it\.' "$read"
no_match "without it" 'Disclaimer' "$read"
match "and its writer is told" 'Not sent to the customer: the part that begins with "Disclaimer:", since it looks like a signature' "$told"
said 'Dear Kim, it takes until noon.

Disclaimer:
This mail is
for you alone.'
match "the same footer another time" 'it takes until noon' "$read"
same "is no news, however it is broken into lines" '' "$told"
said 'Dear Kim, please note.

Disclaimer: the old scans are lost.'
match "another text in such a place is" 'part that begins with "Disclaimer: the old scans are lost\."' "$told"
said 'Sent via DHL, you have it tomorrow.'
same "a mail of nothing else goes to nobody" '' "$read"
match "and that is told, too" 'part that begins with "Sent via DHL, you have it tomorrow\."' "$told"
said 'Dear Kim, three steps.

--
1. Switch it off.
2. Switch it on.'
match "below two dashes may stand anything" 'part that begins with "--"' "$told"
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
match "and no more" 'part that begins with "--"' "$told"

said 'Dear Kim, done.

-- 
Bob Ng
----------

On Tue, 26 May 2026 at 10:00, Kim Lee · support wrote:
> It is down.'
same "nor of the line that ends it above a quotation" '' "$told"

# ---- all of a mail ----
said '-- 
Bob Ng
Head of Desk

Dear Kim, the scanner works again.'
same "below a signature's mark nothing goes out" '' "$read"
match "which is told, where nothing else does" 'Nothing was sent to the customer: all of your mail looks like a quotation or a signature' "$told"
said 'Sent via DHL, you have it tomorrow.'
said 'Sent via DHL, you have it tomorrow.'
match "also of what was told of before" 'all of your mail looks like' "$told"
said '> It is down.
> It is up again.'
match "and of quoted lines, what nobody wrote" 'Not sent to the customer: "It is up again\."' "$told"
same "nothing of it went out" '' "$read"
said '#assign nobody-there
Dear Kim, hello.

Disclaimer: the backups are lost.'
match "a verb that is refused beside it" 'Not done: nobody here is called' "$told"
match "hides nothing" 'the part that begins with "Disclaimer: the backups are lost\.' "$told"

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

said 'Dear Kim, she is a pain.

From: Desk <support@desk.test>
Sent: Tuesday, 26 May 2026 10:00
To: Bob Ng <bob@desk.test>
Subject: [support #1] The scanner is down

It is down.
#note'
same "a #note below a quotation: nothing goes out" '' "$read"
match "which is told" '"#note" stands below' "$told"

# ---- what looks like a quotation ----
said 'Dear Kim, see my answers below.

From: Kim Lee
Sent: Tuesday, 26 May 2026 10:00
To: Bob Ng
Subject: [old-queue #7] [support #9] The scanner is down

It is down.
Switch it off, please.'
match "answers between lines that nothing marks" 'Not sent to the customer: "Switch it off, please\.", since it stands among the lines that you quote' "$told"
said 'Dear Kim, in red, below 30 degrees.

From: Kim Lee
Sent: Tuesday, 26 May 2026 10:00
To: Bob Ng
Subject: [support #1] The scanner is down

It is down.'
same "where there are none, nothing is told" '' "$told"
said 'Dear Kim, it is being repaired.

From: Kim Lee
Sent: Tuesday, 26 May 2026 10:00
To: Bob Ng
Subject: [operations #9] The scanner is down

It is down.'
same "a mail of ours from where the ticket was before is known by its tag" '' "$told"
said 'Dear Kim, here is the appointment.

From: Mon, 1 June 2026 10:00
To: Mon, 1 June 2026 12:00
Subject: the new lamp
Please be there.'
match "what stands below the fields of a mail's head is left out" 'here is the appointment\. *$' "$read"
match "which is told" 'part that begins with "From: Mon, 1 June 2026 10:00", since it looks like a quotation' "$told"
page=$(plain "$(sent_to bob@desk.test | head -n 1)")
answers="In-Reply-To: $(header "$(sent_to bob@desk.test | head -n 1)" Message-ID)"
said "Dear Kim, see you then.

From: Desk <support@desk.test>
Sent: Tuesday, 26 May 2026 10:00
To: Bob Ng <bob@desk.test>
Subject: [support #1] The scanner is down

$page" -H "$answers"
match "our own mail below the answer, as Outlook quotes it, is left out" 'see you then\. *$' "$read"
same "and nothing is told" '' "$told"
said "Dear Kim, see you.

On Tue, 26 May 2026 at 10:00, Desk <support@desk.test> wrote:
$(printf '%s\n' "$page" | sed 's/^/> /')" -H "$answers"
same "nor where each line is marked" '' "$told"
said "Dear Kim, the log says:

On Monday 25 May 2026 the driver <hp@lp.test> wrote:
paper jam in tray 2

From: Desk <support@desk.test>
Sent: Tuesday, 26 May 2026 10:00
To: Bob Ng <bob@desk.test>
Subject: [support #1] The scanner is down

$page" -H "$answers"
match "our mail below it hides no text that looks like another's" 'part that begins with "On Monday 25 May 2026 the driver' "$told"

said 'Best regards,

Bob Ng
Head of Desk'
same "a mail of nothing but a signature goes to nobody" '' "$read"
match "and he is told" 'since it looks like a signature|all of your mail looks like' "$told"

# ---- a signature beside verbs ----
said '#severity S2

Bob Ng
Head of Desk
+49 30 123456'
same "a name with what stands below it is no answer" '' "$read"
match "told once" 'part that begins with "Bob Ng", since it looks like a signature' "$told"
said '#severity S3

Bob Ng
Head of Desk
+49 30 123456'
no_match "once" 'signature' "$told"
same "and it is a note" '"note":true' "$(escalate --json show 1 | grep -o '"note":[a-z]*' | tail -n 1)"
said "$(printf -- '--f\nContent-Type: text/plain\n\n#severity S3\n\nBob Ng\nHead of Desk\n+49 30 123456\n--f\nContent-Type: application/pdf; name=manual.pdf\n\n%%PDF\n--f--')" \
    -H 'Content-Type: multipart/mixed; boundary=f' -H 'MIME-Version: 1.0'
match "a file beside it is an answer" 'manual\.pdf' "$(cat "$(sent_to kim@acme.test | tail -n 1)")"
no_match "without it" 'Head of Desk' "$read"
said '#severity S3

Best regards,

Bob Ng
Support Engineer
T +44 20 1234567'
same "nor is one below a closing" '' "$read"
for end in 'Thanks,
Bob' 'i. A. Bob Ng' '[cid:image001.png@01DB3F52]' 'Bob'; do
    said "#severity S3

$end"
    same "nor \"$(printf %s "$end" | tr '\n' ' ')\"" '' "$read"
    no_match "of which nothing is told" 'signature' "$told"
done
said '#severity S3

Regards
Bob
Deputy'
same "nor a title below a name" '' "$read"
match "told once" 'part that begins with "Regards", since it looks like a signature' "$told"
said '#severity S3

Bob Ng | Support Engineer'
same "nor beside it" '' "$read"
said '#severity S3
Bob Ng will call you.'
match "a sentence is one" 'Bob Ng will call you' "$read"

# ---- words of absence, a list's marks, meetings ----
said 'Our expert is on vacation until Monday, I am out of office tomorrow, too. Please wait.'
same "what reads as an automatic reply goes to nobody" '' "$read"
match "but he is told" "Nothing was sent to the customer: it reads like an automatic mail" "$told"
said '#status
Our expert is on vacation until Monday, I am out of office tomorrow, too. Please wait.'
match "below a verb it is his own" 'Our expert is on vacation' "$read"
said 'I am out of office until Monday.' -H 'Auto-Submitted: auto-replied'
same "a machine that says so is answered by nobody" '' "$read$told"
said 'Dear Kim, it works again.' -H 'List-Id: <desk.desk.test>' -H 'Precedence: list'
match "what came through a list is not sent, and he is told" "it came through a mailing list" "$told"
same "not sent" '' "$read"
said '#status
Dear Kim, it works again.' -H 'List-Id: <desk.desk.test>' -H 'Precedence: list'
match "with a verb it is" 'it works again' "$read"
said '#status
#frobnicate
Dear Kim, it works.' -H 'List-Id: <desk.desk.test>' -H 'Precedence: list'
match "a line that is not understood is told, whatever way it came" 'I do not understand "#frobnicate"' "$told"
make_mail 'Ann <ann@desk.test>' "$w" 'Re: [support #1] The scanner is down' 'Our expert is on vacation until Monday, I am out of office tomorrow, too.' | deliver ann@desk.test "$w"
at 2026-05-26T10:58:00+02:00
match "a colleague at that address is told as well" 'it reads like an automatic mail' "$(plain "$(sent_to ann@desk.test | grep transcript | tail -n 1)" | tr '\n' ' ')"
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
match "and he is told" 'it is an invitation, and I pass on none' "$told"
said "$(two '; name=lamp.ics\nContent-Disposition: attachment; filename=lamp.ics')" -H 'Content-Type: multipart/mixed; boundary=c' -H 'MIME-Version: 1.0'
match "a file of a meeting beside the text is" 'let us meet' "$read"
match "with it" 'lamp\.ics' "$(cat "$(sent_to kim@acme.test | tail -n 1)")"
for i in 1 2 3 4 5 6 7 8; do said 'Our expert is on vacation until Monday, I am out of office tomorrow, too.'; done
same "a machine without headers is told so a few times a day" '' "$told"

# ---- verbs that nobody would see, another day ----
day=28 minute=0
said '#wait for Kim'
match "how a verb is written that lacks something" 'It is written #wait \[for customer' "$told"
said '#fixed'
match "the verb that a word means" 'The nearest verb is #resolve' "$told"
said '#closed'
match "or would elsewhere" 'The nearest verb is #resolve' "$told"
said 'Dear Kim, we come at noon. #note she is a pain'
same "a verb in the middle of a line: nothing goes out" '' "$read"
match "which is told" 'nothing was sent to the customer: "#note she is a pain" stands in the middle of a line' "$told"

for line in take 'severity S2' 'wait for customer' 'Assign ann' resolve 'Resolve the plug was loose'; do
    said "$line

Dear Kim, we look at it."
    same "\"$line\" above a text, without #: nothing goes out" '' "$read"
    match "which is told" 'at this address a verb begins with #' "$told"
done
for line in 'Resolved: the cable was loose.' 'Status' 'Escalate this to me if it comes again.' 'Take care!' 'Wait a moment, please.' 'Done.'; do
    said "$line

Dear Kim, we look at it."
    match "\"$line\" there is text" 'we look at it' "$read"
done

# ---- who is asked, beside an answer that ends the asking ----
make_mail 'Lou Ray <lou@acme.test>' support@desk.test 'The fax is down' 'It is down.' | deliver lou@acme.test support@desk.test
at 2026-05-29T11:30:00+02:00
w=$(reply_to "$(sent_to bob@desk.test | grep new-ticket | tail -n 1)")
at 2026-05-29T12:30:00+02:00
make_mail 'Bob Ng <bob@desk.test>' "$w" 'Re: [support #2] The fax' '#pass ann
Dear Lou, Ann will look at it.' | deliver bob@desk.test "$w"
at 2026-05-29T12:31:00+02:00
match "the answer went out" 'Ann will look at it' "$(plain "$(sent_to lou@acme.test | tail -n 1)")"
told=$(plain "$(sent_to bob@desk.test | grep transcript | tail -n 1)" | tr '\n' ' ')
no_match "a verb alone above a quotation is no mail of quotations" 'looks like a quotation' "$told"
match "and nobody is said to be asked who is not" "nothing is escalated on this ticket now; #ASSIGN ann makes it somebody else's" "$told"
exits "the audit verifies" 0 escalate audit verify
done_testing
