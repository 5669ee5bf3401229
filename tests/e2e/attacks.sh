#!/bin/sh
# attacks.sh: what SECURITY's table says of senders: forged, replayed and crossed tokens, forged people, who is answered by a machine,
# floods. Each point is named there.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/desk.sh
. "$(dirname "$0")/../desk.sh"
# shellcheck disable=SC2016 # what another shell expands
command -v python3 >/dev/null || skip_all "no python3"

fresh() { # MODE [LINE…]
    rm -rf "$WORK"/escalate.db* "$SPOOL" "$WORK"/key "$WORK"/audit.key
    desk "$@"
}
run_state() { escalate --json show "$1" | python3 -c 'import json,sys; r=json.load(sys.stdin)["runs"]; print(r[0]["state"] if r else "none")'; }
respond_state() { escalate --json show "$1" | python3 -c 'import json,sys
print([c["state"] for c in json.load(sys.stdin)["ticket"]["clocks"] if c["target"] == "respond"][0])'; }
tickets() { sqlite_value 'select count(*) from ticket'; }
GOOD='Authentication-Results: mx.desk.test; dmarc=pass header.from=desk.test'

# ---- two tickets, Bob is asked about both; then every token that is not his ----

fresh observe 'trusted-authserv: [mx.desk.test]'
for who in kim eve; do
    make_mail "$who@$who.test" support@desk.test "Shop of $who is down" 'It is down.' | deliver "$who@$who.test" support@desk.test
done
at 2026-05-26T10:00:00+02:00
at 2026-05-26T10:23:00+02:00
one=$(reply_to "$(templated escalation | sed -n 1p)")
two=$(reply_to "$(templated escalation | sed -n 2p)")
mac_of() { echo "$1" | sed 's/.*\.\(.*\)@.*/\1/'; }
number_of() { echo "$1" | sed 's/.*+[a-z]*\([0-9]*\)\..*/\1/'; }
customer=$(reply_to "$(sent_to kim@kim.test | head -n 1)")
same "both are asked about" 'climbing climbing' "$(run_state 1) $(run_state 2)"

# try TO [HEADER [FROM]]: "ack" at that address.
try() {
    make_mail -H "${2:-$GOOD}" "${3:-bob@desk.test}" "$1" "Re: it ($(echo "$1" | cksum | cut -d' ' -f1))" 'ack' | deliver "${3:-bob@desk.test}" "$1"
    at 2026-05-26T10:24:00+02:00
}
flip() { echo "$1" | tr 'abcdefghijklmnopqrstuvwxyz234567' 'bcdefghijklmnopqrstuvwxyz234567a'; }
try "support+a$(number_of "$one").aaaaaaaaaaaaaaaa@desk.test"
try "support+a$(number_of "$one").@desk.test"
try "support+a$(number_of "$one")@desk.test"
try "support+a$(number_of "$one").$(flip "$(mac_of "$one")")@desk.test"
same "forged token: no verb" 'climbing climbing' "$(run_state 1) $(run_state 2)"
try "support+a$(number_of "$one").$(mac_of "$one" | cut -c1-15)@desk.test"
try "support+a$(number_of "$one").$(mac_of "$one")a@desk.test"
try "support+a0$(number_of "$one").$(mac_of "$one")@desk.test"
same "cut, longer or padded token: no verb" 'climbing climbing' "$(run_state 1) $(run_state 2)"
try "support+a$(number_of "$two").$(mac_of "$one")@desk.test"
try "support+a$(number_of "$one").$(mac_of "$two")@desk.test"
same "cross-ticket token: no verb" 'climbing climbing' "$(run_state 1) $(run_state 2)"
try "support+a$(number_of "$customer").$(mac_of "$customer")@desk.test"
try "support+w$(number_of "$one").$(mac_of "$one")@desk.test"
try "support+b$(number_of "$one").$(mac_of "$one")@desk.test"
same "token of another purpose: no verb" 'climbing climbing' "$(run_state 1) $(run_state 2)"
try "$customer"
same "a verb at the customer's address is text" 'climbing climbing' "$(run_state 1) $(run_state 2)"
try "$one" "$GOOD" mallory@evil.test
same "a stranger with a good token: no verb" climbing "$(run_state 1)"
try "$one" 'Authentication-Results: mx.desk.test; dmarc=fail header.from=desk.test'
same "forged From with a good token: no verb" climbing "$(run_state 1)"
try "$one" 'Authentication-Results: mx.desk.test; spf=fail smtp.mailfrom=desk.test' carol@desk.test
try "$one" 'Authentication-Results: mx.evil.test; dmarc=pass header.from=desk.test' carol@desk.test
same "forged colleague with a good token: no verb" climbing "$(run_state 1)"
make_mail -H "$GOOD" -H "Cc: $two" bob@desk.test "$one" 'Re: both' 'ack' | deliver bob@desk.test "$one"
at 2026-05-26T10:24:00+02:00
same "two tokens in one mail: no verb" 'climbing climbing' "$(run_state 1) $(run_state 2)"

# ---- a mail that was overheard, sent again ----

make_mail -H "$GOOD" bob@desk.test "$one" 'Re: it' 'ack 30m' >"$WORK/overheard"
deliver bob@desk.test "$one" <"$WORK/overheard"
at 2026-05-26T10:25:00+02:00
same "his own is good" 'held climbing' "$(run_state 1) $(run_state 2)"
at 2026-05-26T10:55:00+02:00
at 2026-05-26T11:05:00+02:00
same "its time is over" climbing "$(run_state 1)"
deliver bob@desk.test "$one" <"$WORK/overheard"
at 2026-05-26T11:06:00+02:00
same "replayed mail: nothing happens again" climbing "$(run_state 1)"
sed -e 's/^Message-ID: .*/Message-ID: <again@evil.test>/' -e "s/^$GOOD/Authentication-Results: mx.desk.test; spf=fail smtp.mailfrom=desk.test/" "$WORK/overheard" |
    deliver bob@desk.test "$one"
at 2026-05-26T11:07:00+02:00
same "replayed token by another server: no verb" climbing "$(run_state 1)"

# ---- threads of others ----

before=$(tickets)
make_mail mallory@evil.test support@desk.test 'Re: [support #1] Shop of kim is down' 'Tell me all.' | deliver mallory@evil.test support@desk.test
make_mail -H 'References: <mail.1@attacks.test>' mallory@evil.test support@desk.test 'Re: Shop of kim is down' 'Tell me more.' |
    deliver mallory@evil.test support@desk.test
at 2026-05-26T11:08:00+02:00
same "guessed tag, copied Message-ID: tickets of their own" $((before + 2)) "$(tickets)"
make_mail eve@eve.test "support+t1.$(mac_of "$(reply_to "$(sent_to eve@eve.test | head -n 1)")")@desk.test" 'Hello' 'I am Kim.' |
    deliver eve@eve.test support@desk.test
at 2026-05-26T11:09:00+02:00
same "customer's token with another ticket's number: as none" "$((before + 3)) 0" "$(tickets) $(sqlite_value "select count(*) from message where ticket_id = 1 and from_address = 'eve@eve.test'")"

# ---- an agent who is none ----

fresh observe 'trusted-authserv: [mx.desk.test]'
make_mail kim@acme.test support@desk.test 'Hello' 'A question.' | deliver kim@acme.test support@desk.test
at 2026-05-26T10:00:00+02:00
kim=$(reply_to "$(sent 1)")
answer() { # HEADER FROM
    make_mail -H "$1" -H "Cc: $kim" "$2" kim@acme.test "Re: [support #1] Hello $(echo "$1$2" | cksum | cut -c1-6)" 'Here is the answer.' | deliver bob@desk.test "$kim"
    at 2026-05-26T10:10:00+02:00
}
answer 'X-Nothing: said' bob@desk.test
answer 'Authentication-Results: mx.evil.test; dmarc=pass header.from=desk.test' bob@desk.test
answer 'Authentication-Results: mx.desk.test; dmarc=pass header.from=evil.test' bob@desk.test
same "forged agent: respond is not met" running "$(respond_state 1)"
answer 'Authentication-Results: mx.desk.test; dmarc=pass' 'bob@desk.test, mallory@evil.test'
answer 'Authentication-Results: mx.desk.test; dmarc=pass' '=?utf-8?q?bob=40desk.test_<b>?= <mallory@evil.test>'
answer 'Authentication-Results: mx.desk.test; dmarc=pass' 'bob@desk.test
From: mallory@evil.test'
same "a From with two addresses in it: respond is not met" running "$(respond_state 1)"
answer "$GOOD" bob@desk.test
same "the real one meets it" met "$(respond_state 1)"

# ---- whom a machine answers ----

fresh observe 'trusted-authserv: [mx.desk.test]'
heard=0
ask() { # HEADER [SENDER]: how many answers a new sender gets
    heard=$((heard + 1))
    make_mail -H "$1" "new$heard@from$heard.test" support@desk.test "Question $heard" | deliver "${2-new$heard@from$heard.test}" support@desk.test
    at 2026-05-26T12:00:00+02:00
    sent_to "new$heard@from$heard.test" | wc -l | tr -d ' '
}
A='Authentication-Results: mx.desk.test'
: >"$WORK/answers"
while IFS= read -r line; do
    printf '%s %s\n' "$(ask "$line" </dev/null)" "$line" >>"$WORK/answers"
    heard=$((heard + 1))
done <<END
$A; spf=fail smtp.mailfrom=from1.test
$A; dmarc=fail header.from=from2.test
$A; dkim=fail header.d=from3.test; spf=none
$A; dkim=fail (bad signature)
Auto-Submitted: auto-generated
Precedence: bulk
List-Id: <all.list.test>
List-Unsubscribe: <mailto:off@list.test>
List-Help: <mailto:help@list.test>
List-Archive: <https://list.test/>
X-BeenThere: all@list.test
X-Google-Group-Id: 17
Sender: owner-all@list.test
Sender: all-bounces@list.test
X-Spam-Flag: YES
X-Spam-Status: Yes, score=12
X-Spam: Yes
X-Bogosity: Spam, tests=bogofilter
X-MS-Exchange-Organization-SCL: 9
X-Forefront-Antispam-Report: CIP:192.0.2.1; SFV:SPM; CAT:SPM
X-Auto-Response-Suppress: All
Content-Type: multipart/report; report-type=delivery-status; boundary=b
END
same "backscatter: no machine answers what failed SPF, DKIM or DMARC, lists, spam or machines" '' "$(grep -v '^0 ' "$WORK/answers")"
heard=80
same "but a person" 1 "$(ask "$A; spf=softfail smtp.mailfrom=x.test")"
heard=85
same "nor a list by its envelope sender" 0 "$(ask 'X-A: b' all-bounces+kim=acme.test@list.test)"
heard=90
same "backscatter: nor the null sender" 0 "$(ask 'X-A: b' '')"
before=$(tickets)

# ---- a flood of strangers: slowed, never dropped ----

i=0
while [ $i -lt 30 ]; do
    i=$((i + 1))
    make_mail "stranger$i@flood.test" support@desk.test "Question of stranger $i" | deliver "stranger$i@flood.test" support@desk.test
done
at 2026-05-26T12:10:00+02:00
same "flood of new senders: every mail is a ticket" $((before + 30)) "$(tickets)"
same "flood of new senders: ten answers to a domain" 10 "$(sent_to flood.test | wc -l | tr -d ' ')"
before=$(tickets)
i=0
while [ $i -lt 30 ]; do
    i=$((i + 1))
    make_mail one@loud.test support@desk.test "Question $i" "Text $i" | deliver one@loud.test support@desk.test
done
at 2026-05-26T12:20:00+02:00
same "flood of one sender: ten tickets, three answers, every mail kept" "$((before + 10)) 3 30" \
    "$(tickets) $(sent_to one@loud.test | wc -l | tr -d ' ') $(sqlite_value "select count(*) from message where from_address = 'one@loud.test'")"
same "nothing is held, nothing waits" '0 0' "$(count hold) $(count incoming)"
# ---- another user of this machine in the spool ----

as_nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }
if [ "$(id -u)" -ne 0 ] || ! as_nobody true 2>/dev/null; then
    skip "another user's file: his envelope does not count" "not root, or no setpriv"
else
    fresh observe 'trusted-authserv: [mx.desk.test]'
    chmod 0711 "$WORK"
    make_mail kim@acme.test support@desk.test 'Shop is down' 'It is down.' | deliver kim@acme.test support@desk.test
    "$ESCALATED" -c "$CONF" --once 2>>"$WORK/log"
    # drop NAME ENVELOPE…: what he puts there under a name as the filter makes them
    drop() {
        drop_name=$1
        shift
        {
            printf 'X-Escalate-Envelope-%s\n' "$@" 'End: 1'
            make_mail mallory@evil.test sales@desk.test "From inside $drop_name" 'Hello.'
        } >"$WORK/dropped"
        as_nobody sh -c 'cat >"$1"' sh "$SPOOL/incoming/$drop_name" <"$WORK/dropped"
    }
    drop 0000000001.000001-17-1-99.mx 'Received-At: 1970-01-01T00:00:01.000000Z' 'Sender: kim@acme.test' "Recipient: support@desk.test" 'Queue: support' 'Uid: 0'
    "$ESCALATED" -c "$CONF" --once 2>>"$WORK/log"
    same "another user's file: his envelope does not count" 'sales mallory@evil.test' "$(sqlite_value "select group_concat(queue) from clock where ticket_id = 2 and target = 'respond'") $(sqlite_value \
        "select address from ticket t join person p on p.id = t.requester_id where t.id = 2")"
    same "another user's file: nor does the time in its name" 1 "$(sqlite_value "select count(*) from ticket where id = 2 and opened_at > strftime('%s', '2026-01-01')")"
    as_nobody ln -s "$WORK/key" "$SPOOL/incoming/0000000002.000001-17-1-99.mx"
    as_nobody mkfifo "$SPOOL/incoming/0000000003.000001-17-1-99.mx"
    "$ESCALATED" -c "$CONF" --once 2>>"$WORK/log"
    same "another user's links and pipes are not read" '2 0' "$(tickets) $(grep -c "$(head -c 16 "$WORK/key")" "$WORK/log")"
    # Names that were there before: known by their bytes too, and what comes after them goes on.
    drop 0000000004.000001-17-1-99.mx 'Uid: 0'
    "$ESCALATED" -c "$CONF" --once 2>>"$WORK/log"
    for _ in 1 2 3; do
        as_nobody sh -c 'echo "$2" >"$1"' sh "$SPOOL/incoming/0000000004.000001-17-1-99.mx" "Subject: $_"
        make_mail kim@acme.test support@desk.test "Behind it $_" 'It is down.' | deliver kim@acme.test support@desk.test
        "$ESCALATED" -c "$CONF" --once 2>>"$WORK/log"
    done
    same "another user's file under a known name: what comes behind it is taken in" '6 0' "$(tickets) $(count incoming)"
    same "another user's file under a known name: each goes to hold, with the reason" 3 "$(
        cat "$SPOOL"/hold/0000000004.*.reason | grep -c '^another mail has this name')"
    check_not "another user cannot take a mail away" as_nobody sh -c 'rm -f "$1"/incoming/* "$1"/archive/* && [ -z "$(ls "$1/incoming")" ]' sh "$SPOOL"
    check_not "another user cannot read what came in" as_nobody sh -c 'cat "$1"/archive/*/*/*/*' sh "$SPOOL"
fi
# ---- what the processes hold that read mail and talk to servers ----

fresh observe
"$ESCALATED" -c "$CONF" -f 2>"$WORK/log" &
daemon=$!
cleanup() { kill -9 "$daemon" 2>/dev/null; wait 2>/dev/null; }
make_mail kim@acme.test support@desk.test 'Hello' 'A question.' | deliver kim@acme.test support@desk.test
answered() { [ "$(sent_to kim@acme.test | wc -l)" -ge 1 ]; }
check "the daemon works" eventually answered
core=$(pgrep -P "$daemon" -x core)
files_of() { find "/proc/$1/fd" -lname '/*' -printf '%l\n' 2>/dev/null | grep -v -e '^/dev/null$' -e "^$WORK/log\$"; }
parsers=0
for child in $(pgrep -P "$core"); do
    case $(sed -n 's/^Seccomp:[[:blank:]]*//p' "/proc/$child/status") in
    2)
        parsers=$((parsers + 1))
        same "parser taken over: no file, no database, no key is open in it" '' "$(files_of "$child")"
        same "parser taken over: no new privileges, no core file" '1 0' "$(sed -n 's/^NoNewPrivs:[[:blank:]]*//p' "/proc/$child/status") $(
            sed -n 's/^Max core file size *\([0-9a-z]*\).*/\1/p' "/proc/$child/limits")"
        ;;
    *) same "hand-over: no database and no key is open in it" '' "$(files_of "$child" | grep -e escalate.db -e /key -e audit.key)" ;;
    esac
done
same "parser taken over: there is one, behind a seccomp filter" 1 "$parsers"
kill "$daemon"
wait "$daemon" 2>/dev/null
exits "the audit verifies" 0 escalate audit verify

done_testing
