#!/bin/sh
# shellcheck disable=SC2016
# postfix-desk.sh: the whole desk with a real Postfix on both sides: mail comes in through pipe(8) with plus addresses, goes out by SMTP,
# a real bounce moves the ladder on, a refused recipient too, and a reply acknowledges.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/desk.sh
. "$(dirname "$0")/../desk.sh"

# shellcheck source=tests/postfix.sh
. "$(dirname "$0")/../postfix.sh"
cp "$FILTER" "$WORK/escalate-filter"
FILTER=$WORK/escalate-filter
DELIVERY="delivery: {method: smtp, host: 127.0.0.1, port: $PORT, tls: off}"
desk observe 'intake-users: [nobody]'
sed -i 's/desk\.test/support.test/g; s/\(bob\|ann\|carol\|dana\)@support\.test/\1@sink.test/g' "$CONF"

cleanup() { stop_postfix; }
# sink.test: everybody's mailbox is a directory of files; bob's bounces, carol's is refused at RCPT.
mkdir -m 0777 "$WORK/sink"
cat >"$WORK/sink.sh" <<END
#!/bin/sh
[ "\$1" != bob@sink.test ] || { cat >/dev/null; echo '5.1.1 no such mailbox'; exit 67; }
exec cat >"$WORK/sink/\$(date +%s%N).\$1.eml"
END
chmod 0755 "$WORK/sink.sh"
cat >"$WORK/extra-main" <<END
virtual_mailbox_domains = support.test sink.test
transport_maps = inline:{ support.test=escalate: sink.test=sink: }
sink_destination_recipient_limit = 1
smtpd_recipient_restrictions = check_recipient_access inline:{ {carol@sink.test = REJECT} }
END
echo "sink unix - n n - - pipe flags=qR user=nobody argv=$WORK/sink.sh \${recipient}" >"$WORK/extra-master"
EXTRA_MAIN=$WORK/extra-main
EXTRA_MASTER=$WORK/extra-master
export EXTRA_MAIN EXTRA_MASTER
start_postfix

has_incoming() { [ "$(count incoming)" -ge "$1" ]; }
in_sink() { find "$WORK/sink" -name "*.$1.eml" | sort; }
sink_has() { [ "$(in_sink "$1" | wc -l)" -ge "$2" ]; }

check 'Postfix answers' eventually postfix_answers
make_mail 'Kim Lee <kim@sink.test>' support@support.test 'Shop is down' 'Our shop is down.' >"$WORK/mail"
check 'a customer writes' smtp kim@sink.test support@support.test <"$WORK/mail"
check 'it is in the spool' eventually has_incoming 1
exits 'it is taken in, and the auto-ack handed over' 0 at 2026-05-26T10:00:00+02:00
check 'the auto-ack arrives' eventually sink_has kim@sink.test 1
ack=$(in_sink kim@sink.test)
same 'with its envelope sender a b-address' '<support+b' "$(header "$ack" Return-Path | cut -c1-10)"
match 'and the ticket in the subject' '^\[support #1\] Shop is down$' "$(header "$ack" Subject)"

exits 'Bob is paged' 0 at 2026-05-26T10:23:00+02:00
# on a slow machine it is here, and taken in, before that round is over
reported() { grep -rlEq '^X-Escalate-Envelope-Sender: ?$' "$SPOOL/incoming" "$SPOOL/archive"; }
check 'his mailbox bounces: Postfix reports to the b-address, with the null sender' eventually reported
exits 'the bounce is read' 0 at 2026-05-26T10:24:00+02:00
check 'his backup is paged' eventually sink_has ann@sink.test 1
page=$(in_sink ann@sink.test)
match 'and told why' 'Bob was mailed 10:23: bounced: 5.1.1 no such mailbox' "$(plain "$page" | tr '\n' ' ' | tr -s ' ')"
for t in 10:34 10:44; do at "2026-05-26T$t:00+02:00"; done
match 'Carol is refused at RCPT: told from a transport failure' 'carol.*554 5.7.1' "$(sqlite_value "select contact || ': ' || outcome from notification where outcome like '%not delivered%'")"

make_mail -H "In-Reply-To: $(header "$page" Message-ID)" 'Ann <ann@sink.test>' "$(reply_to "$page")" 'Re: [support #1] Shop is down' 'Got it!

> Reply ACK to take it' >"$WORK/reply"
check 'Ann replies' smtp ann@sink.test "$(reply_to "$page")" <"$WORK/reply"
check 'it is in the spool' eventually has_incoming 1
exits 'and read' 0 at 2026-05-26T10:50:00+02:00
match 'it is an acknowledgment' '"state":"held".*"acker":"ann"' "$(escalate --json show 1)"
check 'she gets the transcript' eventually sink_has ann@sink.test 2
match 'that says so' 'You have it, until 11:50' "$(plain "$(in_sink ann@sink.test | tail -n 1)")"
exits 'the audit verifies' 0 escalate audit verify
# Bob heard that Ann has it, and his mailbox bounces that too: it comes to rest.
at_rest() { postqueue -c "$POSTFIX/etc" -p | grep -q 'queue is empty' && at 2026-05-26T10:51:00+02:00 && [ "$(count incoming)" = 0 ]; }
check 'nothing is left anywhere' eventually at_rest
done_testing
