#!/bin/sh
# replies.sh: whose word a reply is. What stands in it may be the requester's, what answers may be a member of a list, and the requester
# may come to know an address that is somebody's alone.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/desk.sh
. "$(dirname "$0")/../desk.sh"
command -v python3 >/dev/null || skip_all "no python3"

# fresh MODE [SED]: a desk, its configuration edited
fresh() {
    rm -rf "$WORK"/escalate.db* "$SPOOL" "$WORK"/key "$WORK"/audit.key
    desk "$1"
    [ $# -lt 2 ] || sed -i "$2" "$CONF"
}
# opened SUBJECT: Kim's ticket 1, S1; at 10:23 the first level is paged, by $page
opened() {
    make_mail 'Kim Lee <kim@acme.test>' support@desk.test "$1" 'Our shop is down.' | deliver kim@acme.test support@desk.test
    at 2026-05-26T10:00:00+02:00
    at 2026-05-26T10:23:00+02:00
    page=$(templated escalation | tail -n 1)
}
state_of() { escalate --json show 1 | python3 -c 'import json,sys; r=json.load(sys.stdin)["runs"][0]; print(r["state"], r["level"])'; }

# ---- a word in the subject that the requester wrote ----
empty_reply() { # SUBJECT of the ticket, SUBJECT of the reply without text
    fresh observe
    opened "$1"
    make_mail bob@desk.test "$(reply_to "$page")" "$2" ' ' | deliver bob@desk.test "$(reply_to "$page")"
    at 2026-05-26T10:26:00+02:00
}
empty_reply 'Shop is down' 'Re: [support #1] Shop is down ACK'
same "typed behind the subject: an ack" 'held 1' "$(state_of)"
for subject in 'Shop is down ACK' 'ACK' 'Shop is down: please  ACK 2h'; do
    empty_reply "$subject" "Re: [support #1] $subject"
    same "the ticket's subject is '$subject': nothing" 'climbing 1' "$(state_of)"
    match "and the choices" 'You can reply with' "$(plain "$(templated transcript)")"
done

# ---- a reaction ----
fresh observe
opened 'Shop is down'
{
    printf -- '--r\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n\360\237\221\215\n\n'
    printf -- '--r\nContent-Type: text/vnd.google.email-reaction+json; charset=utf-8\n\n{"emoji":"x","version":1}\n\n'
    printf -- '--r\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n<p>\360\237\221\215</p>\n--r--\n'
} | make_mail -H 'MIME-Version: 1.0' -H 'Content-Type: multipart/alternative; boundary=r' bob@desk.test "$(reply_to "$page")" 'Re: Shop' - |
    deliver bob@desk.test "$(reply_to "$page")"
at 2026-05-26T10:26:00+02:00
same "a click on a thumb is no ack" 'climbing 1' "$(state_of)"
match "but the choices" 'You can reply with' "$(plain "$(templated transcript)")"

# ---- an answer to the answer ----
fresh observe
opened 'Shop is down'
reply "$page" ann@desk.test 'hm'
at 2026-05-26T10:24:00+02:00
reply "$(templated transcript | tail -n 1)" ann@desk.test 'ack'
at 2026-05-26T10:26:00+02:00
same "a colleague's word, by the choices that she was sent" 'held 1' "$(state_of)"
same "is hers" ann "$(sqlite_value 'select acker from run')"

# ---- a list has many readers ----
noc='s/^contacts:/contacts:\n  noc: {email: [noc@desk.test], list: yes, members: [bob, ann]}/; s/notify: \[bob\]/notify: [noc]/'
away() { sqlite_value "select contact from away order by id" | tr '\n' ' ' | sed 's/ $//'; }
absent() { # FROM [YEAR [-H HEADER]]: is out of office, answers the last page
    absent_who=$1 absent_year=${2:-2026}
    [ $# -lt 2 ] && shift || shift 2
    make_mail -H 'Auto-Submitted: auto-replied' "$@" "$absent_who" "$(reply_to "$page")" 'Automatic reply: Shop' "I am on vacation until 3 December $absent_year." |
        deliver '' "$(reply_to "$page")"
    at 2026-05-26T10:26:00+02:00
}
failed() { # RECIPIENT: a mail server could not deliver the last page to him
    {
        printf -- '--b1\nContent-Type: text/plain\n\nI could not deliver it.\n\n--b1\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.test\n\n'
        printf 'Final-Recipient: rfc822; %s\nAction: failed\nStatus: 5.2.2\nDiagnostic-Code: smtp; 552 5.2.2 full\n\n--b1--\n' "$1"
    } | make_mail -H 'Content-Type: multipart/report; report-type=delivery-status; boundary=b1' -H 'MIME-Version: 1.0' MAILER-DAEMON@mx.test \
        "$(envelope_sender escalation)" 'Undelivered Mail Returned to Sender' - | deliver '' "$(envelope_sender escalation)"
    at 2026-05-26T10:26:00+02:00
}
fresh observe "$noc"
opened 'Shop is down'
reply "$page" bob@desk.test 'hm'
at 2026-05-26T10:24:00+02:00
reply "$(templated transcript | tail -n 1)" bob@desk.test 'ack'
at 2026-05-26T10:25:00+02:00
same "so with one who reads a list" 'held 1 bob' "$(state_of) $(sqlite_value 'select acker from run')"
fresh observe "$noc"
opened 'Shop is down'
absent bob@desk.test
same "one of a list is out of office: the list is asked still" 'climbing 1' "$(state_of)"
same "and he is away, not the list" bob "$(away)"
absent temp@agency.test
same "nor does a reader whom we do not know make it so" 'climbing 1 bob' "$(state_of) $(away)"
fresh observe "$noc"
opened 'Shop is down'
absent noc@desk.test
same "an answer of the list itself does" 'climbing 2 noc' "$(state_of) $(away)"
fresh observe "$noc"
opened 'Shop is down'
failed bob@desk.test
same "a full mailbox of one of them: the list is asked still" 'climbing 1' "$(state_of)"
failed noc@desk.test
same "the list does not exist: the next level" 'climbing 2' "$(state_of)"
team='s/^contacts:/contacts:\n  noc: {email: [noc@desk.test], list: yes, members: [sam]}\n  sam: {email: [sam@desk.test]}/; s/team: \[role:agent\]/team: [noc]/'
fresh relay "$team"
opened 'Shop is down'
work=$(reply_to "$(templated new-ticket)")
make_mail sam@desk.test "$work" 'Re: [support #1] Shop is down' 'Dear Kim, we look into it.' | deliver sam@desk.test "$work"
at 2026-05-26T10:26:00+02:00
match "who reads the team's list answers the customer" 'we look into it' "$(plain "$(templated relay)")"
fresh observe "$team"
opened 'Shop is down'
make_mail -H 'Cc: support@desk.test' sam@desk.test kim@acme.test 'Re: [support #1] Shop is down' 'Dear Kim, we look into it.' | deliver sam@desk.test support@desk.test
at 2026-05-26T10:26:00+02:00
same "and where the team has the mailbox, his answer is the team's" '1 sam' "$(sqlite_value "select count(*) || ' ' || max(coalesce(owner, '-')) from ticket")"
fresh observe
opened 'Shop is down'
absent ann@desk.test
same "who answers at another's address is the one who is away" ann "$(away)"
same "the other cannot be reached there, nor is she asked in his place" 'Carol <carol@desk.test>' "$(header "$(templated escalation | tail -n 1)" To)"
fresh observe
opened 'Shop is down'
absent bob@desk.test 2099
same "nobody is away until 2099: at most three business days are believed" "$(date -d 2026-05-29T10:26:00+02:00 +%s)" "$(sqlite_value 'select until_at from away')"
fresh observe 's/^domain:/trusted-authserv: [mx.desk.test]\ndomain:/'
opened 'Shop is down'
absent bob@desk.test 2026 -H 'Authentication-Results: mx.desk.test; dmarc=fail header.from=desk.test'
same "what is known to be forged makes nobody away" '' "$(away)"
same "but the page goes on to the next" 'Ann <ann@desk.test>' "$(header "$(templated escalation | tail -n 1)" To)"
make_mail -H 'Authentication-Results: mx.desk.test; dmarc=fail header.from=desk.test' bob@desk.test "$(reply_to "$page")" 'Re: Shop' 'ack' |
    deliver bob@desk.test "$(reply_to "$page")"
at 2026-05-26T10:28:00+02:00
same "nor is a forged ack one" 'climbing 1' "$(state_of)"
match "he is told what was wrong with it" 'from <bob@desk.test>, but the mail failed authentication' "$(plain "$(templated transcript | tail -n 1)" | tr '\n' ' ')"
LEVELS='      - {notify: [bob, dana], at: [75% respond], ack-within: 10m}
      - {notify: [carol], ack-within: 10m}'
fresh observe
make_mail ada@acme.test support@desk.test 'Till is down' 'Our till is down.' | deliver ada@acme.test support@desk.test
opened 'Shop is down'
page=$(sent_to bob@desk.test | tail -n 1)
absent bob@desk.test
same "whoever was asked with him, on another ticket, is not away" '1 bob, 2 bob' \
    "$(sqlite_value "select group_concat(run_id || ' ' || contact, ', ') from notification where outcome like '%out of office%'")"
LEVELS=

# ---- the requester comes to know a personal address ----
fresh relay
opened 'Shop is down'
work=$(reply_to "$(sent_to bob@desk.test | head -n 1)")
for address in "$work" "$(reply_to "$page")"; do
    escalate --now 2026-05-26T10:24:00+02:00 wait 1 for customer >/dev/null
    before=$(templated_count relay-in)
    make_mail -H 'Cc: bob@desk.test' Kim@acme.test "$address" 'Re: [support #1] Shop is down' 'ack

#resolve' | deliver kim@acme.test "$address"
    at 2026-05-26T10:26:00+02:00
    same "what he answers there is his mail: it does not wait any more" open "$(sqlite_value 'select state from ticket')"
    same "the team is told" $((before + 2)) "$(templated_count relay-in)"
    same "no verb is his" 'climbing 1' "$(state_of)"
done
same "nobody is asked whether it was he" 0 "$(templated_count transcript)"
before=$(templated_count relay-in)
make_mail ada@acme.test "$work" 'Re: [support #1] Shop is down' 'Hello.' | deliver ada@acme.test "$work"
at 2026-05-26T10:27:00+02:00
same "whoever else has it is nobody" "$before" "$(templated_count relay-in)"
match "and Bob is asked" 'Somebody answered from' "$(plain "$(templated transcript)")"
# ---- a machine that answers is nobody's absence ----
fresh observe
opened 'Shop is down'
answered() { # SUBJECT TEXT: an automatic reply to the page
    make_mail -H 'Auto-Submitted: auto-replied' -H "In-Reply-To: $(header "$page" Message-ID)" bob@desk.test "$(reply_to "$page")" "$1" "$2" |
        FROM='' deliver '' "$(reply_to "$page")"
    at 2026-05-26T10:24:00+02:00
}
answered '[Ticket 123] We have your mail' 'Thank you, we have received your mail and will work on it.'
same "the ladder moves on at once" 2 "$(templated_count escalation)"
same "but nobody is away for it" 0 "$(sqlite_value 'select count(*) from away')"
fresh observe
opened 'Shop is down'
answered 'Automatic reply: Shop is down' 'I am out of the office until 3 June 2026.'
same "an absence is one" 1 "$(sqlite_value 'select count(*) from away')"

# ---- a verb to where customers write ----
fresh observe
opened 'Shop is down'
make_mail -H "In-Reply-To: $(header "$page" Message-ID)" bob@desk.test support@desk.test "Re: $(header "$page" Subject)" 'ack' | deliver bob@desk.test support@desk.test
at 2026-05-26T10:24:00+02:00
same "an ack to the queue's address is none" 'climbing 1' "$(state_of)"
match "he is told so, and where to answer" 'Nothing was done.*support\+a[0-9]*\.' "$(plain "$(templated transcript | tail -n 1)" | tr '\n' ' ')"
reply "$(templated transcript | tail -n 1)" bob@desk.test 'ack'
at 2026-05-26T10:26:00+02:00
same "and there it counts" 'held 1' "$(state_of)"

done_testing
