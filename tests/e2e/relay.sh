#!/bin/sh
# relay.sh: a relay queue: the team writes through escalate, the customer sees the queue's address only, attachments pass both ways,
# verbs with # are taken out, private notes stay inside, and no address of the team's kinds ever reaches the customer.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/desk.sh
. "$(dirname "$0")/../desk.sh"
command -v python3 >/dev/null || skip_all "no python3"
desk relay

# attachments FILE: "name:size" of each
attachments() { python3 -c 'import sys,email,email.policy
m=email.message_from_binary_file(open(sys.argv[1],"rb"),policy=email.policy.default)
print(" ".join("%s:%d" % (p.get_filename(), len(p.get_payload(decode=True))) for p in m.iter_attachments()))' "$1"; }

{
    printf -- '--b2\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nDas Bild zeigt den Fehler. Grüße\n'
    printf -- '--b2\nContent-Type: image/png\nContent-Disposition: attachment; filename="bild.png"\nContent-Transfer-Encoding: base64\n\n'
    printf 'iVBORw0KGgoAAAANSUhEUg==\n--b2--\n'
} | make_mail -H 'Content-Type: multipart/mixed; boundary=b2' -H 'MIME-Version: 1.0' 'Kim Lee <kim@acme.test>' support@desk.test 'Fehler' - |
    deliver kim@acme.test support@desk.test
at 2026-05-26T10:00:00+02:00
same "both of the team get the new ticket" 2 "$(templated_count new-ticket)"
bob=$(sent_to bob@desk.test)
match "with a personal work address" '^support\+w[0-9]+\.[a-z2-7]{16}@desk.test$' "$(reply_to "$bob")"
same "and the attachment" 'bild.png:16' "$(attachments "$bob")"
match "and the text" 'zeigt den Fehler. Grüße' "$(plain "$bob")"

answer() { # FROM ADDRESS BODY
    make_mail "$1" "$2" 'Re: [support #1] Fehler' "$3" | deliver "$1" "$2"
}
answer bob@desk.test "$(reply_to "$bob")" '#take
Bitte schalten Sie das Gerät aus und wieder ein.

-- 
Bob, room 3'
at 2026-05-26T10:30:00+02:00
out=$(templated relay)
same "his answer goes to the customer" 'Kim Lee <kim@acme.test>' "$(header "$out" To)"
same "from the queue's address" 'support@desk.test' "$(header "$out" From | sed 's/.*<\(.*\)>/\1/')"
match "the verb is taken out" '^Bitte schalten Sie' "$(plain "$out")"
no_match "nor is his signature sent" 'room 3' "$(cat "$out")"
same "the customer's thread goes on" '<mail.1@relay.test>' "$(header "$out" References | cut -d' ' -f1)"
same "the reply address is the ticket's" t "$(reply_to "$out" | sed 's/support+\(.\).*/\1/')"
match "respond is met" '"target":"respond".*"state":"met"' "$(escalate --json show 1)"
match "he owns it" '"owner":"bob"' "$(escalate --json show 1)"

make_mail -H "In-Reply-To: $(header "$out" Message-ID)" kim@acme.test "$(reply_to "$out")" 'Re: [support #1] Fehler' 'Das hilft nicht. #resolve' |
    deliver kim@acme.test "$(reply_to "$out")"
at 2026-05-26T11:00:00+02:00
same "his reply reaches the team" 2 "$(templated_count relay-in)"
match "a verb of a customer is only text" 'open' "$(escalate list 'state:open')"

before=$(templated_count relay)
answer bob@desk.test "$(reply_to "$bob")" '#note
I think he is holding it wrong.'
at 2026-05-26T11:10:00+02:00
same "a private note is not relayed" "$before" "$(templated_count relay)"
match "but kept" 'holding it wrong' "$(escalate show 1)"

# made_up TEXT TYPE PARTS: a mail of Bob's to his work address, of several parts.
made_up() {
    printf -- '--b3\nContent-Type: text/plain\n\n%b\n%b--b3--\n' "$1" "$3" |
        make_mail -H "Content-Type: $2; boundary=b3" -H 'MIME-Version: 1.0' bob@desk.test "$(reply_to "$bob")" 'Re: [support #1] Fehler' - |
        deliver bob@desk.test "$(reply_to "$bob")"
}
SIGNATURE='--b3\nContent-Type: application/pgp-signature; name=signature.asc\n\n-----BEGIN PGP SIGNATURE-----\n\nx\n-----END PGP SIGNATURE-----\n'
LOGO='--b3\nContent-Type: image/png; name=logo.png\nContent-ID: <logo>\nContent-Transfer-Encoding: base64\n\niVBORw0KGgoAAAANSUhEUg==\n'
made_up '#take' multipart/signed "$SIGNATURE"
at 2026-05-26T11:11:00+02:00
made_up '#take' multipart/mixed '--b3\nContent-Type: text/vcard; name=bob.vcf\n\nBEGIN:VCARD\nEND:VCARD\n'
at 2026-05-26T11:12:00+02:00
made_up '#take\n\n-- \nBob' multipart/related "$LOGO"
at 2026-05-26T11:14:00+02:00
same "verbs alone are no answer, whatever signature or logo is with them" "$before" "$(templated_count relay)"

answer mallory@evil.test "$(reply_to "$bob")" 'I am Bob.'
at 2026-05-26T11:20:00+02:00
same "a stranger at a work address relays nothing" "$before" "$(templated_count relay)"
make_mail -H 'Cc: kim@acme.test' bob@desk.test support@desk.test 'Re: [support #1] Fehler' 'By the public address.' | deliver bob@desk.test support@desk.test
at 2026-05-26T11:25:00+02:00
same "nor does the team's mail at the public address" "$before" "$(templated_count relay)"

answer bob@desk.test "$(reply_to "$bob")" '#wait for customer
Bitte schicken Sie uns die Seriennummer.'
at 2026-05-26T12:00:00+02:00
match "wait pauses resolve" '"target":"resolve".*"state":"paused"' "$(escalate --json show 1)"
answer bob@desk.test "$(reply_to "$bob")" '#status'
at 2026-05-26T12:01:00+02:00
match "who asks hears what stands still" '^Waiting for the customer: update and resolve pause\.$' "$(plain "$(templated transcript | tail -n 1)")"
answer kim@acme.test "$(reply_to "$out")" 'Sie ist 4711.'
at 2026-05-27T12:00:00+02:00
match "the customer's answer resumes it" '"target":"resolve".*"state":"running"' "$(escalate --json show 1)"

answer bob@desk.test "$(reply_to "$bob")" '#resolve Neues Gerät unterwegs
#cause Ein Blitz'
at 2026-05-27T13:00:00+02:00
match "resolve tells the customer" 'Neues Gerät unterwegs' "$(plain "$(templated resolved)")"
match "and the cause, though it stands below" 'Ein Blitz' "$(plain "$(templated resolved)")"
answer kim@acme.test "$(reply_to "$out")" 'Vielen Dank!'
at 2026-05-27T14:00:00+02:00
match "thanks do not reopen" '"state":"resolved"' "$(escalate --json show 1)"
answer kim@acme.test "$(reply_to "$out")" 'Er druckt immer noch nicht.'
at 2026-05-27T14:10:00+02:00
answer bob@desk.test "$(reply_to "$bob")" '#resolve Jetzt wirklich'
at 2026-05-27T14:20:00+02:00
resolved=$(templated resolved | tail -n 1)
match "solved again: the customer hears how" 'Jetzt wirklich' "$(plain "$resolved")"
no_match "and not what the cause was thought to be before" 'Ein Blitz' "$(plain "$resolved")"
escalate --now 2026-05-27T14:21:00+02:00 reopen 1 >"$WORK/reopened"
match "who opens it again hears what counts no more" 'solution, cause, prevention and next step counts no more' "$(cat "$WORK/reopened")"
escalate --now 2026-05-27T14:22:00+02:00 resolve 1 'Done' >/dev/null
before=$(templated_count relay-in)
printf -- '--b3\nContent-Type: text/plain\n\nHallo Bob,\n\nvielen Dank\n--b3\nContent-Type: image/png; name=error.png\nContent-Transfer-Encoding: base64\n\niVBORw0KGgoAAAANSUhEUg==\n--b3--\n' |
    make_mail -H 'Content-Type: multipart/mixed; boundary=b3' -H 'MIME-Version: 1.0' kim@acme.test "$(reply_to "$out")" 'Re: [support #1] Fehler' - |
    deliver kim@acme.test "$(reply_to "$out")"
at 2026-05-27T15:00:00+02:00
match "nor do they with a picture" '"state":"resolved"' "$(escalate --json show 1)"
same "but the team sees it" $((before + 2)) "$(templated_count relay-in)"
printf -- '--r\nContent-Type: text/plain\n\n:)\n\nKim Lee reacted via Gmail\n--r\nContent-Type: text/vnd.google.email-reaction+json\n\n{"emoji":"x","version":1}\n--r--\n' |
    make_mail -H 'Content-Type: multipart/alternative; boundary=r' -H 'MIME-Version: 1.0' kim@acme.test "$(reply_to "$out")" 'Re: [support #1] Fehler' - |
    deliver kim@acme.test "$(reply_to "$out")"
at 2026-05-27T15:10:00+02:00
match "nor does a reaction" '"state":"resolved"' "$(escalate --json show 1)"
answer kim@acme.test "$(reply_to "$out")" 'Das neue ist auch kaputt.'
at 2026-05-28T10:00:00+02:00
match "anything else does" '"state":"open"' "$(escalate --json show 1)"

# ---- what must not reach the customer ----
before=$(sent_to kim@acme.test | wc -l)
answer bob@desk.test "$(reply_to "$bob")" '#internal she is a difficult one
Dear Kim, a new one is on its way.'
at 2026-05-28T10:05:00+02:00
same "a line with # that is no verb: nothing goes out" "$before" "$(sent_to kim@acme.test | wc -l)"
match "and the agent is told" 'nothing was sent to the customer: I do not understand' "$(plain "$(templated transcript | tail -n 1)" | tr '\n' ' ' | tr -s ' ')"
same "and answers where he wrote to" "$(reply_to "$bob")" "$(reply_to "$(templated transcript | tail -n 1)")"
w=$(reply_to "$bob")
answer bob@desk.test "$w" "Dear Kim, you may also write to $w any time."
at 2026-05-28T10:10:00+02:00
same "an answer that names a work address goes out" $((before + 1)) "$(sent_to kim@acme.test | wc -l)"
no_match "without its token" 'w[0-9]+\.' "$(plain "$(templated relay | tail -n 1)")"

sent_before=$(sent_to kim@acme.test | wc -l)
answer bob@desk.test "$(reply_to "$out")" 'Dear Kim, it is ready.'
at 2026-05-28T10:11:00+02:00
match "an agent who writes to the ticket's address is told that nobody read it" 'This was not sent to' "$(plain "$(templated transcript | tail -n 1)" | tr '\n' ' ')"
answer bob@home.test "$w" 'Dear Kim, from my phone.'
at 2026-05-28T10:12:00+02:00
match "so is he whose work address a stranger used" 'nothing was sent on' "$(plain "$(templated transcript | tail -n 1)" | tr '\n' ' ')"
same "and nothing was sent" "$sent_before" "$(sent_to kim@acme.test | wc -l)"

# ---- no person's by its words only ----
t=$(reply_to "$out")
unsure() { # FROM [-H HEADER]
    before=$(templated_count relay-in)
    who=$1
    shift
    make_mail "$@" "$who" "$t" 'Out of office' 'I am out of the office until Monday. Please send it to Ada, we need it by Friday.' | deliver "$who" "$t"
    at 2026-05-28T10:13:00+02:00
}
unsure kim@acme.test
same "the team reads it" $((before + 2)) "$(templated_count relay-in)"
match "and that it may be a machine's" 'perhaps an automatic mail' \
    "$(python3 -c 'import sys,email.header as h; print(h.make_header(h.decode_header(sys.argv[1])))' "$(header "$(templated relay-in | tail -n 1)" From)")"
unsure kim@acme.test -H 'Auto-Submitted: auto-replied'
same "a header makes it sure" "$before" "$(templated_count relay-in)"
unsure bob@home.test
same "nor what may be an absence of the team's" "$before" "$(templated_count relay-in)"
before=$(sent_to kim@acme.test | wc -l)
before=$((before - 1))

# ---- two personal addresses in one mail ----
make_mail 'Eve <eve@rival.test>' support@desk.test 'Contract' 'Please send it.' | deliver eve@rival.test support@desk.test
at 2026-05-28T10:15:00+02:00
other=$(reply_to "$(sent_to bob@desk.test | grep new-ticket | tail -n 1)")
rival=$(sent_to eve@rival.test | wc -l)
make_mail -H "Cc: $other" bob@desk.test "$w" 'Re: [support #1] Printer' 'For Kim only.' | deliver bob@desk.test "$w"
at 2026-05-28T10:20:00+02:00
same "nothing goes to the one" $((before + 1)) "$(sent_to kim@acme.test | wc -l)"
same "nor to the other" "$rival" "$(sent_to eve@rival.test | wc -l)"
match "the agent is told why" 'two of our personal addresses' "$(plain "$(templated transcript | tail -n 1)" | tr '\n' ' ')"

# ---- texts that a mail program broke, signatures, and who has taken it ----
make_mail 'Kim Lee <kim@acme.test>' support@desk.test 'The fax is down' 'It is down.' | deliver kim@acme.test support@desk.test
at 2026-05-28T11:00:00+02:00
w=$(reply_to "$(sent_to bob@desk.test | grep new-ticket | tail -n 1)")
at 2026-05-28T11:30:00+02:00
page=$(sent_to carol@desk.test | grep escalation | tail -n 1)
before=$(sent_to kim@acme.test | wc -l)
reply "$page" carol@desk.test 'ack 30m

I am on the train until noon.'
at 2026-05-28T11:35:00+02:00
said=$(plain "$(sent_to carol@desk.test | grep transcript | tail -n 1)")
match "who has it is told that his other words stay here" 'kept as a note[.] The customer does not get it' "$(printf '%s' "$said" | tr '\n' ' ')"
lead=$(printf '%s\n' "$said" | grep -o 'support+w[^ ]*')
match "and where he writes to the customer" "^support[+]w[0-9]+[.][a-z2-7]{16}@desk.test\$" "$lead"
same "the customer got nothing" "$before" "$(sent_to kim@acme.test | wc -l)"
make_mail carol@desk.test "$lead" 'The fax' 'We look into it.' | deliver carol@desk.test "$lead"
at 2026-05-28T11:40:00+02:00
match "what is written there reaches the customer" 'We look into it.' "$(plain "$(sent_to kim@acme.test | tail -n 1)")"
before=$(sent_to kim@acme.test | wc -l)
answer bob@desk.test "$w" '#resolve We have replaced the fuser unit and tested it with ten pages,
so it should fax as before; please tell us if it does not.

Regards,
Bob'
at 2026-05-28T11:45:00+02:00
match "a verb goes on where a mail program broke its line" 'ten pages, so it should fax as before; please tell us if it does not\.' \
    "$(plain "$(sent_to kim@acme.test | grep resolved | tail -n 1)" | tr '\n' ' ')"
same "a signature alone goes to nobody" $((before + 1)) "$(sent_to kim@acme.test | wc -l)"
match "who resolved it reads what the customer was told" 'customer was told: "We have replaced .* if it does not\."' \
    "$(plain "$(sent_to bob@desk.test | grep transcript | tail -n 1)" | tr '\n' ' ')"

# Of one break without a comma only the HTML beside it tells that it is none.
answer kim@acme.test "$(reply_to "$(sent_to kim@acme.test | grep resolved | tail -n 1)")" 'It is down again.'
at 2026-05-28T11:50:00+02:00
printf -- '--g\nContent-Type: text/plain\n\n%s\n%s\n\nBob\n--g\nContent-Type: text/html\n\n%s\n--g--\n' \
    '#resolve We have replaced the paper feed and tested it with four hundred' 'Pages of all sizes.' \
    '<div dir="ltr">#resolve We have replaced the paper feed and tested it with four hundred Pages of all&nbsp;sizes.<div><br></div><div>Bob</div></div>' |
    make_mail -H 'Content-Type: multipart/alternative; boundary=g' -H 'MIME-Version: 1.0' bob@desk.test "$w" 'Re: The fax' - | deliver bob@desk.test "$w"
at 2026-05-28T11:55:00+02:00
match "the HTML beside it tells where a line ended" 'four hundred Pages of all sizes\.' "$(plain "$(sent_to kim@acme.test | grep resolved | tail -n 1)" | tr '\n' ' ')"

# ---- what is meant for us and has no mark, and what the answers say ----
make_mail 'Kim Lee <kim@acme.test>' support@desk.test 'The scanner is down' 'It is down.' | deliver kim@acme.test support@desk.test
at 2026-05-28T12:00:00+02:00
w=$(reply_to "$(sent_to bob@desk.test | grep new-ticket | tail -n 1)")
before=$(sent_to kim@acme.test | wc -l)
said() { plain "$(sent_to bob@desk.test | grep transcript | tail -n 1)" | tr '\n' ' '; }
minute=0
told() { # BODY: what Bob is told of it
    minute=$((minute + 1))
    answer bob@desk.test "$w" "$1"
    at "$(printf '2026-05-28T12:%02d:00+02:00' "$minute")"
    said
}
for verb in ACK 'ack 2h' 'resolve: new toner' 'ACK

Regards,
Bob'; do
    match "nothing but a verb without its mark: $verb" 'nothing was sent to the customer: at this address a verb begins with #, as in #(ack|resolve)' "$(told "$verb")"
done
# what editors put before a verb, verbs with and without their mark, and our own mail quoted as no table knows
for body in '*#note* she is a pain' '- #note she is a pain' '##note she is a pain' '#take
note she is a pain' 'Dear Kim, we look at it.

bob wrote
| Your reply goes to the customer, from the address of support.
| #resolve it was nothing'; do
    told "$body" >/dev/null
done
match "our own mail is known by its lines, however it is quoted" 'it holds lines of our own mail, which the customer must not read' "$(said)"
match "and nothing in it is done" '"state":"(new|open)"' "$(escalate --json show 4)"
same "the customer reads none of it" "$before" "$(sent_to kim@acme.test | wc -l)"
same "and it was not answered" 1 "$(escalate --json show 4 | grep -c '"target":"respond"[^}]*"state":"running"')"
printf -- '--m\nContent-Type: text/plain\n\nDear Kim, see there.\n--m\nContent-Type: application/vnd.ms-outlook; name=old.msg\nContent-Transfer-Encoding: base64\n\n%s\n--m--\n' \
    "$(printf 'Reply-To: %s\n' "$w" | iconv -t UTF-16LE | base64 -w 76)" |
    make_mail -H 'Content-Type: multipart/mixed; boundary=m' -H 'MIME-Version: 1.0' bob@desk.test "$w" 'Re: The scanner' - | deliver bob@desk.test "$w"
at 2026-05-28T12:40:00+02:00
match "an address of his own in an attached file of UTF-16 stays here" 'Not sent to the customer: the attachment old\.msg holds an address that is yours alone' "$(said)"
same "and so does all of it" "$before" "$(sent_to kim@acme.test | wc -l)"
printf -- '--m\nContent-Type: text/plain\n\nDear Kim, see there.\n--m\nContent-Type: text/calendar; name=page.ics\nContent-Disposition: attachment\n\nBEGIN:VCALENDAR\nORGANIZER:mailto:%s\n %s\nEND:VCALENDAR\n--m--\n' \
    "$(printf '%s' "$w" | cut -c1-14)" "$(printf '%s' "$w" | cut -c15-)" |
    make_mail -H 'Content-Type: multipart/mixed; boundary=m' -H 'MIME-Version: 1.0' bob@desk.test "$w" 'Re: The scanner' - | deliver bob@desk.test "$w"
at 2026-05-28T12:41:00+02:00
match "and one in a folded line" 'the attachment page\.ics holds an address that is yours alone' "$(said)"
same "with all of it" "$before" "$(sent_to kim@acme.test | wc -l)"
minute=41
match "#help tells of the marks" '#resolve TEXT +solved; the customer is told TEXT|#resolve TEXT +it is solved' "$(told '#help')"
match "and is answered at the work address" '^support[+]w' "$(reply_to "$(sent_to bob@desk.test | grep transcript | tail -n 1)")"
match "an answer between quoted lines is not sent, and he is told" 'Nothing was sent to the customer, and nothing else was done: it is not sure what in it is new.*above all that you quote' \
    "$(told 'Hi Kim,

> It is down.
Which one?
> Kim')"
same "the customer reads none of that either" "$before" "$(sent_to kim@acme.test | wc -l)"
match "a time that is not understood is told" 'No time was read from "by next tuesday": please write' "$(told '#next a technician comes by next tuesday')"
match "a text is repeated" 'Recorded, next: "a technician comes", by 16:00 ' "$(told '#next a technician comes by 16:00')"
match "with whether the customer will read it" 'No update is to come, so the customer does not get it by itself' "$(said)"
told '#resolve The lamp was replaced
#cause It was old
#prevention A yearly check

Dear Kim, please keep the invoice.' >"$WORK/told"
for line in 'The customer was told: "The lamp was replaced"' 'With the cause: "It was old"' 'And what is done against it: "A yearly check"' \
    'The rest of your mail goes to the customer'; do
    match "resolved: $line" "$line" "$(cat "$WORK/told")"
done
same "two mails" $((before + 2)) "$(sent_to kim@acme.test | wc -l)"
answer kim@acme.test "$(reply_to "$(sent_to kim@acme.test | tail -n 1)")" 'It scans nothing again.'
at 2026-05-28T13:00:00+02:00
match "the team sees that it is open again" 'This ticket was resolved\. It is open again\. +It scans nothing' \
    "$(plain "$(sent_to bob@desk.test | grep relay-in | tail -n 1)" | tr '\n' ' ')"

# ---- whose the ticket is, though he is not of the team ----
make_mail 'Kim Lee <kim@acme.test>' support@desk.test 'The copier is down' 'It eats paper.' | deliver kim@acme.test support@desk.test
at 2026-05-28T13:30:00+02:00
make_mail 'Eve <eve@evil.test>' "$(reply_to "$(sent_to bob@desk.test | grep new-ticket | tail -n 1)")" 'The copier' 'Pay 5000.' |
    deliver eve@evil.test "$(reply_to "$(sent_to bob@desk.test | grep new-ticket | tail -n 1)")"
at 2026-05-28T13:30:30+02:00
escalate --now 2026-05-28T13:31:00+02:00 assign 5 dana >/dev/null
at 2026-05-28T13:32:00+02:00
same "one who is not of the team is told that it is his" 1 "$(sent_to dana@desk.test | grep -c new-ticket)"
his=$(sent_to dana@desk.test | tail -n 1)
match "with the customer's words" 'You own this ticket now\..*It eats paper' "$(plain "$his" | tr '\n' ' ')"
match "and an address of his own" '^support[+]w' "$(reply_to "$his")"
make_mail dana@desk.test "$(reply_to "$his")" 'The copier' 'I come at two.' | deliver dana@desk.test "$(reply_to "$his")"
at 2026-05-28T13:35:00+02:00
match "where he writes to the customer" 'I come at two' "$(plain "$(sent_to kim@acme.test | tail -n 1)")"
answer kim@acme.test "$(reply_to "$(sent_to kim@acme.test | tail -n 1)")" 'Make it three.'
at 2026-05-28T13:40:00+02:00
match "whose next mail reaches him too" 'Make it three' "$(plain "$(sent_to dana@desk.test | tail -n 1)")"
same "and each of the team once" '1 1' "$(sent_to bob@desk.test | grep relay-in | xargs grep -l 'Make it three' | wc -l) $(sent_to ann@desk.test | grep relay-in | xargs grep -l 'Make it three' | wc -l)"
t=$(reply_to "$(sent_to kim@acme.test | tail -n 1)")
make_mail -H 'Auto-Submitted: auto-generated' 'Kim Lee <kim@acme.test>' "$t" 'Re: [support #5] The copier' 'Three is fine, says our own ticket system.' | deliver kim@acme.test "$t"
at 2026-05-28T13:42:00+02:00
match "what a ticket system of his sends is read by the team" '^Three is fine' \
    "$(plain "$(sent_to bob@desk.test | grep relay-in | tail -n 1)" | tr '\n' ' ')"
match "marked as what it is" 'perhaps an automatic mail' "$(python3 -c 'import sys,email,email.policy
print(email.message_from_binary_file(open(sys.argv[1],"rb"),policy=email.policy.default)["From"])' "$(sent_to bob@desk.test | grep relay-in | tail -n 1)")"
escalate --now 2026-05-28T13:43:00+02:00 spam 4 >/dev/null
before=$(sent_to bob@desk.test | wc -l)
make_mail -H 'Precedence: bulk' 'Kim Lee <kim@acme.test>' support@desk.test 'Re: [support #4] Cheap scanners' 'Buy.' | deliver kim@acme.test support@desk.test
at 2026-05-28T13:44:00+02:00
same "in a ticket that is over, or spam, nobody does" "$before" "$(sent_to bob@desk.test | wc -l)"
make_mail -H 'X-Spam-Flag: YES' dana@desk.test "$(reply_to "$his")" 'The copier' '#next three it is by 15:00' | deliver dana@desk.test "$(reply_to "$his")"
at 2026-05-28T13:45:00+02:00
match "what a filter takes for spam of his is answered as any other" 'Recorded, next: "three it is"' "$(plain "$(sent_to dana@desk.test | tail -n 1)")"

# ---- what is answered no more says so before ----
make_mail 'Kim Lee <kim@acme.test>' support@desk.test 'The till' 'It is down.' | deliver kim@acme.test support@desk.test
at 2026-05-28T14:00:00+02:00
w=$(reply_to "$(sent_to bob@desk.test | grep new-ticket | tail -n 1)")
refused() { sent_to bob@desk.test | grep -c transcript; }
before=$(refused)
for minute in 1 2 3 4 5 6 7 8 9; do
    answer bob@desk.test "$w" 'ACK'
    at "2026-05-28T14:0$minute:00+02:00"
done
no_match "the ninth refusal of a day on a ticket is one as any" 'the last answer' "$(said)"
for minute in 10 11; do
    answer bob@desk.test "$w" 'ACK'
    at "2026-05-28T14:$minute:00+02:00"
done
match "the tenth says that it is the last" 'This is the last answer of this kind to you on this ticket today' "$(said)"
same "and it is" 10 "$(($(refused) - before))"

for mail in $(sent_to kim@acme.test); do
    no_match "no address of the team's kinds in $(basename "$mail")" '\+[awb][0-9]+\.[a-z2-7]{16}' "$(python3 -c 'import sys,email,email.policy
m=email.message_from_binary_file(open(sys.argv[1],"rb"),policy=email.policy.default)
print(m.as_string()); print("".join(p.get_content() for p in m.walk() if p.get_content_maintype()=="text"))' "$mail")"
    no_match "nor an agent's own address" '(^|[^a-z2-7])(bob|ann)@desk.test' "$(cat "$mail")"
done
exits "the audit verifies" 0 escalate audit verify
done_testing
