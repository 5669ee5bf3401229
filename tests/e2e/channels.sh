#!/bin/sh
# channels.sh: ways to reach people beside mail: a gateway that takes mail, and a program; what they say, when one fails, when all do, when no
# mail can leave, and when nothing may.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/desk.sh
. "$(dirname "$0")/../desk.sh"
command -v python3 >/dev/null || skip_all "no python3"

PAGER=$WORK/pager
PAGED=$WORK/paged
# pager BODY: a program that keeps what it read, its arguments and its environment, and then does that.
pager() {
    cat >"$PAGER" <<END
#!/bin/sh
mkdir -p '$PAGED'
cat >'$PAGED/stdin'
printf '%s\\n' "\$@" >'$PAGED/argv'
env | sort >'$PAGED/env'
ls -l /proc/self/fd | grep -c -e '->' >'$PAGED/fds'
ps -o pgid= -p \$\$ | tr -d ' ' >'$PAGED/group'
echo \$\$ >'$PAGED/pid'
$1
END
    chmod +x "$PAGER"
}
paged() { python3 -c 'import json,sys
v = json.load(open(sys.argv[1]))
for k in sys.argv[2].split("."): v = v[k]
print(v)' "$PAGED/stdin" "$1"; }

# fresh: Tuesday 10:00 an S1 ticket; Bob is paged at 10:23 by mail, SMS and chat.
fresh() {
    rm -rf "$WORK"/escalate.db* "$SPOOL" "$WORK"/key "$WORK"/audit.key "$PAGED"
    desk "${MODE:-observe}" "channels:" \
        "  sms: {method: mail, address: '{{phone_digits}}@sms.gateway.test'}" \
        "  chat: {method: command, argv: [$PAGER, '--to', '{{full_name}} {{phone}}', '\$HOME;id'], timeout: ${TIMEOUT:-20s}}"
    sed -i -e "s/^  bob: .*/  bob: {name: Bob Ng, email: [bob@desk.test], phone: '+49 (0)30 12-34', roles: [agent], backup: ann, channels: [${BOB:-sms, chat}]}/" \
        -e "s/\(notify: \[bob\],\)/\1 channel: [mail, sms, chat],/" -e "s/\(notify: \[carol\],\)/\1 channel: sms,/" \
        -e "s/^  dana: .*/  dana: {name: Dana Ruiz, email: [dana@desk.test], phone: '+49 30 99', language: ${DANA:-en}, roles: [director], channels: [sms]}/" \
        -e "s/\(notify: \[role:director\], after\)/notify: [role:director], channel: [sms], template: executive, after/" "$CONF"
    make_mail 'Kim Lee <kim@acme.test>' support@desk.test "${SUBJECT:-Shop is down}" "${BODY:-Our shop is down.}" | deliver kim@acme.test support@desk.test
    at 2026-05-26T10:00:00+02:00
    at 2026-05-26T10:23:00+02:00
}
to_of() { header "$(templated "$1" | tail -n 1)" To; }
level_of() { escalate --json show 1 | python3 -c 'import json,sys; r=json.load(sys.stdin)["runs"][0]; print(r["state"], r["level"])'; }
rows() { sqlite_value "select channel || ' ' || contact || ' ' || state from outbox where notification_id is not null order by id"; }

# ---- what goes out ----
pager 'exit 0'
fresh
same "a mail, a short message and a command at once" 'mail bob sent
sms bob sent
chat bob sent' "$(rows)"
sms=$(templated sms)
same "the gateway's address has the digits of the phone" '493012''34@sms.gateway.test' "$(header "$sms" To)"
same "the short message is complete alone" 'S1 reply due in 7 min: Kim Lee: "Our shop is down." - Bob Ng, take it: reply ACK to the mail. Next 10:30 Carol (lead).' \
    "$(plain "$sms" | tr '\n' ' ' | sed 's/ *$//')"
match "plain text, no HTML" '^text/plain' "$(header "$sms" Content-Type)"
same "the subject is the ticket's" '[support #1] Shop is down' "$(header "$sms" Subject)"
no_match "no address of ours but Reply-To" '[+][awb][0-9]+[.]' "$(grep -v '^Reply-To:' "$sms")"
match "Reply-To is the notification's" 'support[+]a1[.]' "$(reply_to "$sms")"
same "the program reads what the page says" 'Bob Ng' "$(paged reader)"
same "and the text of a short message" "$(plain "$sms" | tr '\n' ' ' | sed 's/ *$//')" "$(paged text)"
same "and the ticket" '[support #1]' "$(paged ticket.tag)"
match "and the links" '^mailto:support[+]a1[.].*ACK' "$(paged links.ack)"
# shellcheck disable=SC2016
same "arguments with the contact's values, no shell" '--to
Bob Ng +49 (0)30 12-34
$HOME;id' "$(cat "$PAGED/argv")"
same "an environment of two" 'LANG PATH' "$(sed 's/=.*//' "$PAGED/env" | grep -v -e '^PWD$' -e '^_$' -e '^SHLVL$' -e '^OLDPWD$' | tr '\n' ' ' | sed 's/ $//')"
same "no descriptor but the three (and ls's own)" 4 "$(cat "$PAGED/fds")"
same "a process group of its own" "$(cat "$PAGED/pid")" "$(cat "$PAGED/group")"
match "outbox shows the channel" 'sms +chat +sent' "$(escalate outbox)"
match "show says what reached him" 'chat, mail, sms' "$(escalate show 1)"
match "explain too" 'chat, mail, sms' "$(escalate explain 1)"
match "audited" 'notification=1 contact=bob channel=chat outbox=' "$(escalate audit 1)"
no_match "no phone in the audit" '1234|12-34' "$(escalate audit 1)"

# ---- the answer ----
reply "$(templated escalation)" bob@desk.test ack
at 2026-05-26T10:24:00+02:00
same "ack by mail" 'held 1' "$(level_of)"
match "explain says what became of the page" 'bob \(level 1\): reached by chat, mail, sms: Bob Ng took it, Tue 26 May 10:24 CEST' "$(escalate explain 1)"
printf 'Your message was sent.\n' | make_mail -H 'Auto-Submitted: auto-replied' '493012''34@sms.gateway.test' "$(envelope_sender sms)" 'Re: done' - |
    deliver '' "$(envelope_sender sms)"
at 2026-05-26T10:25:00+02:00
same "a gateway's receipt changes nothing" 'held 1' "$(level_of)"

fresh
printf 'Your message was sent.\n' | make_mail -H 'Auto-Submitted: auto-replied' '493012''34@sms.gateway.test' "$(reply_to "$(templated sms)")" 'Re: done' - |
    deliver '493012''34@sms.gateway.test' "$(reply_to "$(templated sms)")"
at 2026-05-26T10:24:00+02:00
same "nor one before the ack: nobody is away for it" '3' "$(rows | grep -c bob)"
same "and nobody else is asked" 0 "$(rows | grep -c ann)"

# Where a contact's addresses name the gateway's, an answer by telephone is his.
sed -i "s/email: \[bob@desk.test\]/email: [bob@desk.test, 493012""34@sms.gateway.test]/" "$CONF"
reply "$(templated sms)" '493012''34@sms.gateway.test' ack
at 2026-05-26T10:25:00+02:00
same "an answer through the gateway" 'held 1' "$(level_of)"

# ---- one fails ----
pager 'echo no signal here; exit 3'
fresh
same "one channel failed: he was reached all the same" 'mail bob sent
sms bob sent
chat bob failed' "$(rows)"
match "the failure is in the audit" 'channel-failed +notification=1 contact=bob channel=chat' "$(escalate audit 1)"
match "how it ended and what it said" 'exit 3: no signal here' "$(escalate outbox)"
pager 'exit 75'
fresh
match "try later is a failure now" 'chat bob failed' "$(rows)"
pager 'sleep 60 & sleep 60; exit 0'
TIMEOUT=1s
fresh
match "a program that does not end is killed" 'no end within 1 s' "$(escalate outbox)"
same "with its process group" 0 "$(ps -eo pgid=,stat= | awk -v g="$(cat "$PAGED/group")" '$1 == g && $2 !~ /^Z/' | wc -l)"
TIMEOUT=
pager 'yes | head -c 3000000; exit 0'
fresh
match "a program that talks too much does no harm" 'chat bob sent|chat bob failed' "$(rows)"

# ---- all fail ----
# A bounce of the mail and of the short message; the program failed before.
bounce() { # FILE TEMPLATE
    make_mail -H 'Content-Type: multipart/report; report-type=delivery-status; boundary=b1' -H 'MIME-Version: 1.0' \
        'MAILER-DAEMON@mx.test' "$(envelope_sender "$2")" 'Undelivered Mail Returned to Sender' - <<END | deliver '' "$(envelope_sender "$2")"
--b1
Content-Type: text/plain

I could not deliver it.

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.test

Final-Recipient: rfc822; $(header "$1" To | sed 's/.*<\(.*\)>/\1/')
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such user

--b1
Content-Type: text/rfc822-headers

$(tr -d '\r' <"$1" | sed '/^$/q')
--b1--
END
}
pager 'exit 3'
fresh
bounce "$(templated escalation)" escalation
at 2026-05-26T10:24:00+02:00
same "the mail bounced, the short message did not: he is still waited for" 0 "$(rows | grep -c ann)"
bounce "$(templated sms)" sms
at 2026-05-26T10:25:00+02:00
same "all failed: the backup at once" 'Ann <ann@desk.test>' "$(to_of escalation)"
match "the reason of the last" 'Bob Ng was mailed 10:23: bounced: 550 5.1.1' "$(plain "$(templated escalation | tail -n 1)" | tr '\n' ' ' | tr -s ' ')"
match "the audit says so" 'unreachable +notification=1 contact=bob' "$(escalate audit 1)"

# ---- what a contact has not ----
pager 'exit 0'
BOB=mail
fresh
same "a channel that he has not: mail alone" 'mail bob sent' "$(rows)"
BOB=
at 2026-05-26T10:43:00+02:00
same "the level above says sms, Carol has none: mail" 'mail carol sent' "$(rows | tail -n 1)"

# ---- audiences, languages ----
DANA=de
SUBJECT='Der Shop ist down, und zwar schon seit heute Morgen, wirklich seit sehr langer Zeit, und keiner meldet sich'
BODY='Der Shop ist – «seit Stunden» – down und niemand bei Ihnen hat bisher auch nur ein einziges Mal geantwortet, was für uns sehr teuer ist. 🔥'
fresh
at 2026-05-26T10:33:00+02:00
at 2026-05-26T10:43:00+02:00
at 2026-05-26T10:53:00+02:00
at 2026-05-26T11:23:00+02:00
text=$(plain "$(templated sms-executive)" | tr '\n' ' ' | sed 's/ *$//')
match "executives read another short message, in their language" '^S1 Antwort 53 min zu spät, niemand hat übernommen: .*Dana Ruiz, bitte entscheiden' "$text"
check "at most 160 characters" test "$(printf %s "$text" | wc -m)" -le 160
no_match "without signs that GSM lacks" '–|«|🔥|…' "$text"
check "Bob's too" test "$(plain "$(templated sms | head -n 1)" | tr -d '\n' | wc -m)" -le 160
SUBJECT=
BODY=
DANA=

# ---- no mail can leave ----
pager 'exit 0'
DELIVERY='delivery: {method: smtp, host: 127.0.0.1, port: 9, tls: off}'
BOB=chat
fresh
same "mail waits, the command does not" 'mail bob queued
chat bob sent' "$(rows)"
match "delivered counts" 'delivered +notification=1 contact=bob channel=chat' "$(escalate audit 1)"
match "and mail is down still" 'transport-down' "$(cat "$WORK/log")"
same "the run waits" 'climbing 1' "$(level_of)"
escalate --now 2026-05-26T10:24:00+02:00 ack 1 2h >/dev/null
same "an ack withdraws what still waits" 'mail bob withdrawn
chat bob sent' "$(rows | head -n 2)"
pager 'exit 3'
fresh
same "mail waits, the command failed: he may still be reached" 'mail bob queued
chat bob failed' "$(rows)"
transport_up
at 2026-05-26T10:29:00+02:00
match "mail is back" '^mail bob sent' "$(rows)"
DELIVERY=
BOB=

# ---- one that can be written to nobody ----
pager 'exit 3'
BOB=chat
DELIVERY="delivery: {method: sendmail, sendmail: $WORK/sendmail}"
printf '#!/bin/sh\ncat >/dev/null\necho unknown user\nexit 67\n' >"$WORK/sendmail"
chmod +x "$WORK/sendmail"
fresh
same "both fail: on at once" 'mail bob failed
chat bob failed' "$(rows | head -n 2)"
match "to the backup" '^mail ann ' "$(rows | sed -n 3p)"
match "the next mail has the last reason" 'chat failed: exit 3' "$(escalate outbox "$(sqlite_value "select id from outbox where contact = 'ann' and class = 'page'")" |
    python3 -c 'import sys,email,email.policy
m=email.message_from_binary_file(sys.stdin.buffer,policy=email.policy.default)
print(" ".join(m.get_body(("plain",)).get_content().split()))')"
DELIVERY=
BOB=

# ---- shadow ----
pager 'exit 0'
MODE=shadow
fresh
same "shadow mode: neither leaves" 'sent shadow mode: not sent' "$(sqlite_value "select distinct state || ' ' || reply from outbox where channel <> 'mail'")"
check_not "no program ran" test -e "$PAGED/stdin"
same "no mail either" 0 "$(templated_count sms)"
MODE=
DELIVERY='delivery: {method: directory, redirect-all: test@desk.test}'
fresh
same "redirect-all: the mail goes there" 'Bob Ng <bob@desk.test>' "$(to_of escalation)"
same "and nothing to gateways and programs" 'sent shadow mode: not sent' "$(sqlite_value "select distinct state || ' ' || reply from outbox where channel <> 'mail'")"
check_not "no program ran" test -e "$PAGED/stdin"
DELIVERY=

# ---- check ----
fresh
check "a good configuration is good" escalate check
no_match "no warning of channels" "channel '" "$(escalate check)"
sed -i "s|\[$PAGER|[/nowhere/pager|; s/phone: '+49 (0)30 12-34', //" "$CONF"
match "a program that cannot be run" "warning: .*escalate.yaml:[0-9]+:[0-9]+: channel 'chat': '/nowhere/pager' cannot be run" "$(escalate check)"
match "a contact without a phone" "warning: .*escalate.yaml:[0-9]+:[0-9]+: channel 'sms': contact 'bob' has no phone" "$(escalate check)"
sed -i "s/{{phone_digits}}@sms/{{language}}@sms/" "$CONF"
match "an address that is none" "channel 'sms': '@sms.gateway.test' is no address of contact 'bob'" "$(escalate check)"
sed -i "s/channel: \[mail, sms, chat\]/channel: [mail, fax]/" "$CONF"
escalate check >"$WORK/out" 2>&1
match "a channel that is not defined" "unknown channel 'fax'" "$(cat "$WORK/out")"

# ---- without an address: the mail goes all the same ----
BOB=sms
rm -rf "$WORK"/escalate.db* "$SPOOL"
fresh
sed -i "s/phone: '+49 (0)30 12-34', //" "$CONF"
make_mail 'Eve <eve@acme.test>' support@desk.test 'Another outage' 'It is down.' | deliver eve@acme.test support@desk.test
at 2026-05-26T11:00:00+02:00
at 2026-05-26T11:23:00+02:00
same "no short message without a phone, but the mail" 'mail bob sent' "$(sqlite_value "select channel || ' ' || contact || ' ' || state from outbox where ticket_id = 2 and notification_id is not null")"
match "the audit says why" 'channel-failed .*cannot be written' "$(escalate audit 2)"

# ---- the recipe of the man page: a chat's webhook ----
if command -v jq >/dev/null && command -v curl >/dev/null; then
    cat >"$WORK/hook.py" <<'END'
import http.server, sys
class Hook(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        open(sys.argv[1] + "/hooked", "wb").write(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200 if self.path == "/good" else 404)
        self.end_headers()
    def log_message(self, *a): pass
server = http.server.HTTPServer(("127.0.0.1", 0), Hook)
open(sys.argv[1] + "/port", "w").write(str(server.server_port))
server.handle_request()
server.handle_request()
END
    python3 "$WORK/hook.py" "$WORK" &
    HOOK=$!
    eventually test -s "$WORK/port"
    printf '#!/bin/sh\nexec %s http://127.0.0.1:%s/good\n' "$TOP_SRCDIR/contrib/channels/chat-webhook" "$(cat "$WORK/port")" >"$PAGER"
    BOB=chat
    fresh
    match "a chat's webhook takes it" 'chat bob sent' "$(rows)"
    match "its text" '^{"text":"S1 reply due in 7 min: .*\\n\[support #1\] Shop is down"}$' "$(cat "$WORK/hooked")"
    sed -i 's/good/bad/' "$PAGER"
    fresh
    match "what it refuses failed" 'chat bob failed' "$(rows)"
    match "and is told" 'exit 22: .*404' "$(escalate outbox)"
    wait "$HOOK"
else
    skip "a chat's webhook" "no jq or curl"
fi

# ---- a slow command keeps no mail waiting: a daemon, by the real clock ----
pager 'until test -e "'"$WORK/go"'"; do sleep 0.1; done; exit 0'
BOB=chat
rm -rf "$WORK"/escalate.db* "$SPOOL" "$WORK"/key "$WORK"/audit.key "$PAGED" "$WORK/go"
LEVELS="      - {notify: [bob], channel: chat, at: [1% respond]}" desk observe "channels:" "  chat: {method: command, argv: [$PAGER], timeout: 60s}"
sed -i -e "s/^  bob: .*/  bob: {email: [bob@desk.test], roles: [agent], channels: [chat]}/" -e 's/calendar: office/calendar: always/' \
    -e 's/respond: 30bm/respond: 30bs/' "$CONF"
make_mail 'Kim Lee <kim@acme.test>' support@desk.test 'Shop is down' 'Our shop is down.' | deliver kim@acme.test support@desk.test
"$ESCALATED" -c "$CONF" -f 2>>"$WORK/log" &
DAEMON=$!
eventually test -e "$PAGED/stdin"
make_mail 'Eve <eve@acme.test>' support@desk.test 'A question' 'Where is it?' | deliver eve@acme.test support@desk.test
check "mail goes on while a command runs" eventually sh -c "grep -l 'To:.*eve@acme.test' '$SPOOL'/outgoing/*auto-ack.eml"
same "which still runs" 'chat queued' "$(sqlite_value "select channel || ' ' || state from outbox where class = 'command'")"
: >"$WORK/go"
chat_is_sent() { [ "$(sqlite_value "select state from outbox where class = 'command'")" = sent ]; }
check "and ends" eventually chat_is_sent
kill "$DAEMON"
wait "$DAEMON"

done_testing
