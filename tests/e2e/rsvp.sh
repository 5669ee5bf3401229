#!/bin/sh
# rsvp.sh: the invitation in an escalation mail, and what calendars answer to it.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/desk.sh
. "$(dirname "$0")/../desk.sh"
command -v python3 >/dev/null || skip_all "no python3"

# The text/calendar part of a mail, unfolded, and its method parameter.
calendar() {
    python3 -c 'import sys,email,email.policy
m=email.message_from_binary_file(open(sys.argv[1],"rb"),policy=email.policy.default)
for p in m.walk():
    if p.get_content_type()=="text/calendar":
        print("parameter:"+str(p.get_param("method")))
        sys.stdout.write(p.get_payload(decode=True).decode().replace("\r\n","\n").replace("\n ",""))' "$1"
}
field() { calendar "$1" | sed -n "s/^$2[:;]//p" | sed -n 1p; }
state_of() { escalate --json show 1 | python3 -c 'import json,sys; r=json.load(sys.stdin)["runs"][0]; print(r["state"], r["level"])'; }
last() { templated "$1" | tail -n 1; }
to_of_last() { header "$(last "$1")" To; }

# S1 at 10:00; Bob is paged at 10:23 with an invitation, and so is who comes after him.
fresh() {
    rm -rf "$WORK"/escalate.db* "$SPOOL" "$WORK"/key "$WORK"/audit.key
    desk observe
    sed -i 's/roles: \[agent\], backup/roles: [agent], rsvp: yes, backup/' "$CONF"
    make_mail 'Kim Lee <kim@acme.test>' support@desk.test "${subject:-Shop is down}" 'Our shop is down.' | deliver kim@acme.test support@desk.test
    at 2026-05-26T10:00:00+02:00
    at 2026-05-26T10:23:00+02:00
    page=$(last escalation)
    uid=$(field "$page" UID)
    organizer=$(field "$page" ORGANIZER | sed 's/^mailto://')
}
# object PARTSTAT [DTSTAMP] [ATTENDEE-PARAMETERS] [LINE…]: an answer to the last invitation
object() {
    status=$1 stamp=${2:-20260526T082800Z} parameters=${3:-}
    [ $# -le 3 ] && shift $# || shift 3
    printf '%s\r\n' BEGIN:VCALENDAR PRODID:-//tests//EN VERSION:2.0 METHOD:REPLY BEGIN:VEVENT "UID:$uid" SEQUENCE:0 "DTSTAMP:$stamp" \
        "ORGANIZER:mailto:$organizer" "ATTENDEE;PARTSTAT=$status$parameters:mailto:${who:-bob@desk.test}" "$@" END:VEVENT END:VCALENDAR
}
# answer TYPE [-H HEADER]… <object: a mail of that calendar program, sent at 10:28
answer() {
    program=$1
    shift
    cat >"$WORK/object.ics"
    case $program in
    google)
        {
            printf -- '--a\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset="UTF-8"\r\n\r\nBob has accepted this invitation.\r\n\r\n'
            printf '[support #1] %s\r\nTue May 26, 2026 10:23am - 10:53am (CEST)\r\nhttps://calendar.test/event?action=VIEW&eid=x\r\n\r\n' "${subject:-Shop is down}"
            printf -- '--b\r\nContent-Type: text/calendar; charset="UTF-8"; method=REPLY\r\nContent-Transfer-Encoding: 7bit\r\n\r\n'
            cat "$WORK/object.ics"
            printf -- '\r\n--b--\r\n--a\r\nContent-Type: application/ics; name="invite.ics"\r\nContent-Disposition: attachment; filename="invite.ics"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
            base64 "$WORK/object.ics"
            printf -- '--a--\r\n'
        } >"$WORK/body"
        set -- -H 'Content-Type: multipart/mixed; boundary=a' -H 'Auto-Submitted: auto-generated' -H 'Sender: calendar-notification@google.test' "$@"
        ;;
    outlook)
        {
            printf -- '--a\r\nContent-Type: text/plain; charset="utf-8"\r\n\r\n\r\n--a\r\nContent-Type: text/calendar; charset="utf-8"; method=REPLY\r\nContent-Transfer-Encoding: base64\r\n\r\n'
            base64 "$WORK/object.ics"
            printf -- '--a--\r\n'
        } >"$WORK/body"
        set -- -H 'Content-Type: multipart/alternative; boundary=a' "$@"
        ;;
    bare) # the object is the whole mail, and its type does not name the method
        cp "$WORK/object.ics" "$WORK/body"
        set -- -H 'Content-Type: text/calendar; charset=utf-8' "$@"
        ;;
    esac
    make_mail -H 'MIME-Version: 1.0' -H "Date: ${date:-Tue, 26 May 2026 10:28:00 +0200}" "$@" "${who:-bob@desk.test}" "$organizer" 'Accepted: [support #1] Shop is down' - \
        <"$WORK/body" | deliver "${who:-bob@desk.test}" "$organizer"
    at "${received:-2026-05-26T10:29:00+02:00}"
}

# ---- the invitation ----
fresh
same "a method in the type too" 'parameter:REQUEST' "$(calendar "$page" | sed -n 1p)"
same "and in the object" REQUEST "$(field "$page" METHOD)"
same "answers go to the notification's address" "$(reply_to "$page")" "$organizer"
match "the contact is invited" 'RSVP=TRUE:mailto:bob@desk.test' "$(field "$page" ATTENDEE)"
same "a page never blocks a calendar" TRANSPARENT "$(field "$page" TRANSP)"
same "the first of its series" 0 "$(field "$page" SEQUENCE)"
match "it stands last, behind the text" 'text/plain.*text/calendar' "$(grep -ai '^content-type: text/' "$page" | tr -d '\r\n')"
same "who did not ask for it gets none" '' "$(at 2026-05-26T10:45:00+02:00; calendar "$(last escalation | grep carol)" 2>/dev/null)"
same "no line of a calendar is longer than 75 octets" '' "$(python3 -c 'import sys,email,email.policy
for p in email.message_from_binary_file(open(sys.argv[1],"rb"),policy=email.policy.default).walk():
    if p.get_content_type()=="text/calendar":
        print("".join(str(len(l)) for l in p.get_payload(decode=True).replace(b"\r\n",b"\n").split(b"\n") if len(l)>75))' "$page")"
same "customers get no calendar" 0 "$(sent_to kim@acme.test | xargs grep -il 'text/calendar' | wc -l | tr -d ' ')"

# ---- what is pressed ----
for program in google outlook bare; do
    fresh
    object ACCEPTED | answer $program
    same "$program: ACCEPTED is an ack" 'held 1' "$(state_of)"
    match "$program: and is answered" 'You have it' "$(plain "$(last transcript)")"
done
fresh
object DECLINED | answer outlook
same "DECLINED: the backup is asked" 'Ann <ann@desk.test>' "$(to_of_last escalation)"
fresh
object TENTATIVE | answer google
same "TENTATIVE: nothing" 'climbing 1' "$(state_of)"
match "and the choices" 'You can reply with' "$(plain "$(last transcript)")"
fresh
object DELEGATED '' ';DELEGATED-TO="mailto:carol@desk.test"' | answer outlook
same "DELEGATED passes" 'Carol <carol@desk.test>' "$(to_of_last escalation)"
fresh
object DELEGATED '' ';DELEGATED-TO="mailto:stranger@else.test"' | answer outlook
same "to nobody here: nothing" 'climbing 1' "$(state_of)"

# ---- what only looks like a person ----
fresh
object ACCEPTED 20260526T082310Z | answer google
same "ten seconds after delivery: a calendar may do that by itself" 'climbing 1' "$(state_of)"
match "and is told so" 'please reply ACK' "$(plain "$(last transcript)" | tr '\n' ' ')"
fresh
received=2026-05-26T10:23:05+02:00
object ACCEPTED | sed '/^DTSTAMP/d' | answer outlook -H 'Date: unknown'
same "it says no time, and came at once" 'climbing 1' "$(state_of)"
fresh
object ACCEPTED | answer outlook
same "its clock is wrong, and it came at once" 'climbing 1' "$(state_of)"
received=
fresh
date='Tue, 26 May 2026 10:23:15 +0200'
object ACCEPTED | answer outlook
same "the same by the mail's own Date" 'climbing 1' "$(state_of)"
date=
fresh
make_mail -H 'Auto-Submitted: auto-replied' bob@desk.test "$organizer" 'Automatic reply: Shop' 'I am on vacation until 3 December.' | deliver '' "$organizer"
at 2026-05-26T10:24:00+02:00
object DECLINED 20260526T082305Z | answer google
same "who is away stays away when his calendar declines for him" 1 "$(sqlite_value "select count(*) from away where until_at > $(date -d 2026-12-01 +%s)")"
fresh
object ACCEPTED '' '' 'COMMENT:No' | answer outlook
same "ACCEPTED with the comment no: neither" 'climbing 1' "$(state_of)"
fresh
object ACCEPTED '' '' 'COMMENT:What is this?' | answer outlook
same "ACCEPTED with a question: neither" 'climbing 1' "$(state_of)"
for comment in 'No\, I cannot' 'I am on vacation until Dec 3' 'Nein\, leider nicht' 'please ask Ann'; do
    fresh
    object ACCEPTED '' '' "COMMENT:$comment" | answer outlook
    same "ACCEPTED with '$comment': neither" 'climbing 1' "$(state_of)"
done
fresh
object DECLINED '' '' 'COMMENT:Sorry\, I cannot' | answer outlook
same "DECLINED with the same: no contradiction" 'Ann <ann@desk.test>' "$(to_of_last escalation)"
subject='Is the shop down?'
fresh
object ACCEPTED | answer google
same "a question in the event's title is the requester's" 'held 1' "$(state_of)"
subject=
fresh
object ACCEPTED '' '' 'COMMENT:ack 30m' | answer outlook
same "a comment that says the same, and for how long" 'held 1' "$(state_of)"
match "counts" 'until 10:59' "$(plain "$(last transcript)" | tr '\n' ' ')"
fresh
object DECLINED 20260526T083000Z | answer outlook
object ACCEPTED 20260526T082800Z | answer google -H 'Message-ID: <late@desk.test>'
same "an older answer that comes later changes nothing" 'climbing 1' "$(state_of)"
fresh
uid=escalate-99-1-bob@desk.test
object ACCEPTED | answer outlook
same "another invitation's answer" 'climbing 1' "$(state_of)"
fresh
who=eve@else.test
object ACCEPTED | answer outlook
same "a stranger with the address" 'climbing 1' "$(state_of)"
who=
fresh
object ACCEPTED | sed '/^ATTENDEE/d' | answer outlook
same "no attendee: nothing" 'climbing 1' "$(state_of)"
same "and no mail" 0 "$(templated_count transcript)"
fresh
object ACCEPTED | sed 's/METHOD:REPLY/METHOD:COUNTER/' | answer bare
same "a COUNTER is no answer" 'climbing 1' "$(state_of)"
fresh
sed -i 's/^domain:/trusted-authserv: [mx.desk.test]\ndomain:/' "$CONF"
object ACCEPTED | answer outlook -H 'Authentication-Results: mx.desk.test; dmarc=fail header.from=desk.test'
same "From failed authentication" 'climbing 1' "$(state_of)"
fresh
object ACCEPTED | answer google -H 'Authentication-Results: mx.desk.test; dkim=pass header.d=google.test'
same "a signature that is not aligned is none" 'held 1' "$(state_of)"

# ---- a bounce that returns the invitation ----
fresh
b=$(envelope_sender escalation)
{
    printf -- '--b1\nContent-Type: text/plain\n\nI could not deliver it.\n\n--b1\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.test\n\n'
    printf 'Final-Recipient: rfc822; bob@desk.test\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 no such user\n\n--b1\nContent-Type: message/rfc822\n\n'
    tr -d '\r' <"$page" | sed 's/METHOD:REQUEST/METHOD:REPLY/; s/method=REQUEST/method=REPLY/; s/NEEDS-ACTION/ACCEPTED/'
    printf -- '\n--b1--\n'
} | make_mail -H 'Content-Type: multipart/report; report-type=delivery-status; boundary=b1' -H 'MIME-Version: 1.0' MAILER-DAEMON@mx.test "$b" \
    'Undelivered Mail Returned to Sender' - | deliver '' "$b"
at 2026-05-26T10:29:00+02:00
same "acknowledges nothing" 'climbing 1' "$(state_of)"
same "and moves on" 'Ann <ann@desk.test>' "$(to_of_last escalation)"

# ---- withdrawn ----
LEVELS='      - {notify: [bob], at: [75% respond], ack-within: 10m, tries: 2}
      - {notify: [carol], ack-within: 10m}'
fresh
at 2026-05-26T10:33:00+02:00
second=$(last escalation)
same "a repeat has the same UID" "$uid" "$(field "$second" UID)"
same "a higher SEQUENCE" 2 "$(field "$second" SEQUENCE)"
same "and the same organizer" "$organizer" "$(field "$second" ORGANIZER | sed 's/^mailto://')"
at 2026-05-26T10:43:00+02:00
reply "$(last escalation)" carol@desk.test 'ack'
at 2026-05-26T10:44:00+02:00
line=$(last line)
same "somebody else has it: the invitation is cancelled" CANCEL "$(field "$line" METHOD)"
same "the same UID" "$uid" "$(field "$line" UID)"
same "with a SEQUENCE above both" 3 "$(field "$line" SEQUENCE)"
match "and himself as attendee" 'mailto:bob@desk.test' "$(field "$line" ATTENDEE)"
fresh
object ACCEPTED | answer outlook
escalate --now 2026-05-26T10:40:00+02:00 resolve --as bob 1 finished >/dev/null
at 2026-05-26T10:41:00+02:00
same "at the end the acker's goes too" "Bob <bob@desk.test> CANCEL" "$(to_of_last line) $(field "$(last line)" METHOD)"
done_testing
