#!/bin/sh
# postfix-lmtp.sh: a real Postfix, the recipe of filters/lmtp in front of the daemon's LMTP server. Postfix is asynchronous: what it will do is
# waited for in short steps, up to a bound.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/desk.sh
. "$(dirname "$0")/../desk.sh"

# shellcheck source=tests/postfix.sh
. "$(dirname "$0")/../postfix.sh"

SOCKET=$WORK/run/lmtp
export SOCKET
mkdir -m 0755 "$WORK/run"
desk observe "lmtp: {listen: run/lmtp, users: [postfix]}" 'intake-users: [root]'
sed -i 's/desk\.test/support.test/g' "$CONF"

RECIPE=$TOP_SRCDIR/filters/lmtp
export RECIPE

server_of() { pgrep -P "$daemon" -x lmtp; }
cleanup() {
    stop_daemon
    stop_postfix
}
start_postfix

logged() { grep -Eq -e "$1" "$POSTFIX/mail.log"; }
# Files that were taken in: the archive holds mail out as well, under names of another kind.
arrived() { find "$SPOOL/archive" -type f -exec grep -l '^X-Escalate-Envelope-Received-At: ' {} + 2>/dev/null | sort; }
has_arrived() { [ "$(arrived | wc -l)" -ge "$1" ]; }
newest() { arrived | tail -n 1; }
below_received() { mail_of "$1" | sed '1,/^From: /{/^From: /!d;}'; }

check 'Postfix answers' eventually postfix_answers

# ---- the server is away: Postfix keeps the mail ----

{ make_mail kim@acme.test support@support.test 'It is down' 'grüße
.
.. end'; head -c 3000 /dev/zero | tr '\0' x; echo; } >"$WORK/mail"
check 'a mail is accepted while nobody listens' smtp kim@acme.test support@support.test <"$WORK/mail"
check 'it is deferred' eventually logged 'to=<support@support\.test>.*status=deferred'
check_not 'and stays in the queue' queue_is_empty

start_daemon
check 'the server listens' eventually test -S "$SOCKET"
check 'the queue is run' postqueue -c "$POSTFIX/etc" -f
check 'it arrives' eventually has_arrived 1
check 'the queue is empty' eventually queue_is_empty
below_received "$(newest)" >"$WORK/arrived"
same_file 'the mail is unchanged below Received, its long line too' "$WORK/mail" "$WORK/arrived"
same 'its envelope' "Sender: kim@acme.test
Recipient: support@support.test
Uid: $(id -u postfix)
End: 1" "$(envelope_of "$(newest)" | grep -v '^Received-At: ')"
check 'it is a ticket' eventually sh -c "'$ESCALATE' -c '$CONF' list | grep -q 'It is down'"

# ---- what comes how ----

make_mail kim@acme.test support@support.test 'Two of them' >"$WORK/mail"
check 'a bounce for two' smtp '' 'support+t1.A@support.test' '"a b"@support.test' <"$WORK/mail"
check 'arrives as one file' eventually has_arrived 2
same 'null sender, addresses as they were written' 'Recipient: "a b"@support.test
Recipient: support+t1.A@support.test
Sender: ' "$(envelope_of "$(newest)" | sed -n '2,4p' | LC_ALL=C sort)"

# ---- faults: deferred, and delivered later ----

: >"$POSTFIX/mail.log"
prlimit --pid "$(server_of)" --fsize=10:unlimited
make_mail kim@acme.test support@support.test 'No room' >"$WORK/mail"
check 'a mail comes while the disk has no room' smtp kim@acme.test support@support.test <"$WORK/mail"
check 'it is deferred with our reason' eventually logged 'dsn=4\.3\.0, status=deferred .*451 4\.3\.0 write in tmp: File too large'
prlimit --pid "$(server_of)" --fsize=unlimited:unlimited
check 'the queue is run again' postqueue -c "$POSTFIX/etc" -f
check 'it arrives after the repair' eventually has_arrived 3
check 'and the queue is empty' eventually queue_is_empty
same 'nothing was bounced' '' "$(grep -e 'status=bounced' -e 'sender non-delivery' "$POSTFIX/mail.log")"

# ---- many ----

: >"$POSTFIX/mail.log"
check 'a hundred mails' timeout 60 smtp-source -s 10 -m 100 -l 5000 -f kim@acme.test -t support@support.test "127.0.0.1:$PORT"
check 'all are handed over' eventually queue_is_empty
sent_100() { [ "$(grep -c 'status=sent (250 2\.0\.0 on disk)' "$POSTFIX/mail.log")" -eq 100 ]; }
check 'each with 250' eventually sent_100
check 'and all arrive' eventually has_arrived 103

done_testing
