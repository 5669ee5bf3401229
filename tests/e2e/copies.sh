#!/bin/sh
# copies.sh: what is a second copy of a mail, and what only looks like one: no mail that would do more than the first is taken for its copy.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/desk.sh
. "$(dirname "$0")/../desk.sh"
command -v python3 >/dev/null || skip_all "no python3"

minute=0
fresh() { # LINE…: of the configuration
    rm -rf "$WORK"/escalate.db* "$SPOOL" "$WORK"/key "$WORK"/audit.key
    desk "${MODE:-relay}" "$@"
    minute=0
}
next() {
    minute=$((minute + 1))
    at "$(printf '2026-05-26T10:%02d:00+02:00' "$minute")"
}
# kim BODY [HEADER…]: the same mail of Kim's each time, but for what is given
kim() {
    body=$1
    shift
    {
        for line in "$@"; do printf '%s\n' "$line"; done
        printf 'From: Kim <kim@acme.test>\nTo: support@desk.test\nSubject: %s\nMessage-ID: <one@acme.test>\nDate: Tue, 26 May 2026 08:00:00 +0000\n' "${SUBJECT:-Printer}"
        printf '%s\n' "$body"
    } | deliver kim@acme.test "${TO:-support@desk.test}"
    next
}
tickets() { sqlite_value 'select count(*) from ticket'; }
last_ticket() { sqlite_value "select coalesce(ticket_id, 0) from message where direction = 'in' order by id desc limit 1"; }
text='
It prints half a page.'

# ---- the first did nothing ----
for header in 'List-Id: <all.acme.test>' 'Auto-Submitted: auto-replied' 'X-Spam-Flag: YES'; do
    fresh
    kim "$text" "$header"
    same "filed: $header" 0 "$(tickets)"
    kim "$text" "$header"
    same "so is its copy" 0 "$(tickets)"
    kim "$text"
    same "what comes as a person's own opens a ticket" 1 "$(tickets)"
    same "and is answered" 1 "$(templated_count auto-ack)"
    kim "$text"
    same "once" "1 1" "$(tickets) $(templated_count auto-ack)"
done

# ---- it says another thing ----
fresh
kim "$text"
kim "$text  

"
same "blanks at the ends of lines are no difference" 0 "$(last_ticket)"
kim 'MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain

It prints half a page.
--b
Content-Type: application/pdf; name=page.pdf

x
--b--'
same "something attached is: it joins" 1 "$(last_ticket)"
kim '
CAUTION: from outside of the company

It prints half a page.'
same "by another way, with a banner: it joins" 1 "$(last_ticket)"
same "and was answered once" 1 "$(templated_count auto-ack)"
SUBJECT='Scan 2'
kim "$text"
same "a machine that gives each mail one Message-ID: another subject is another mail" 2 "$(tickets)"
SUBJECT=

# ---- it comes to somebody's own address, or is proven ----
MODE=observe
fresh 'trusted-authserv: [mx.desk.test]'
make_mail 'Kim Lee <kim@acme.test>' support@desk.test 'Shop is down' 'Our shop is down.' | deliver kim@acme.test support@desk.test
at 2026-05-26T10:00:00+02:00
at 2026-05-26T10:23:00+02:00
page=$(templated escalation | tail -n 1)
minute=23
held() { sqlite_value 'select state from run'; }
ack() { # HEADER: Bob's answer to the page
    printf '%s\nFrom: bob@desk.test\nTo: %s\nSubject: Re: Shop is down\nMessage-ID: <ack@desk.test>\nDate: Tue, 26 May 2026 08:24:00 +0000\n\nACK\n' "$1" "$(reply_to "$page")" |
        deliver bob@desk.test "$(reply_to "$page")"
    next
}
ack 'Authentication-Results: mx.desk.test; dmarc=fail header.from=desk.test'
same "a forged ack does nothing" 0 "$(held)"
ack 'Authentication-Results: mx.desk.test; dmarc=pass header.from=desk.test'
same "the proven copy of it does" 1 "$(held)"
transcripts=$(templated_count transcript)
ack 'Authentication-Results: mx.desk.test; dmarc=pass header.from=desk.test'
same "its copy does not again" "$transcripts" "$(templated_count transcript)"

# ---- a mail whose From is forged brings nobody in ----
fresh 'trusted-authserv: [mx.desk.test]'
make_mail 'Kim Lee <kim@acme.test>' support@desk.test 'Printer' 'It burns.' | deliver kim@acme.test support@desk.test
next
escalate --now 2026-05-26T10:02:00+02:00 resolve 1 done >/dev/null
minute=2
make_mail -H 'Cc: mallory@evil.test' -H 'Authentication-Results: mx.desk.test; dmarc=fail header.from=acme.test' kim@acme.test support@desk.test \
    'Re: [support #1] Printer' 'Again.' | deliver kim@acme.test support@desk.test
next
match "it opens no ticket again" '"state":"resolved"' "$(escalate --json show 1)"
match "but one that names it" 'claims ticket 1, not joined' "$(sqlite_value 'select group_concat(line) from decision where message_id = (select max(id) from message where direction = "in")')"
same "and whom it copies is in neither" 0 "$(sqlite_value "select count(*) from participant where address = 'mallory@evil.test'")"
done_testing
