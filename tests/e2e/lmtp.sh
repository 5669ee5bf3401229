#!/bin/sh
# lmtp.sh: mail in by LMTP: what the server answers, what lies in the spool, many connections, faults of the disk, a kill in the middle of a mail,
# SIGTERM, SIGHUP, and that core finds all of it. Core is stopped by a signal at first: the server needs neither it nor its database.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/desk.sh
. "$(dirname "$0")/../desk.sh"
command -v python3 >/dev/null || skip_all "no python3"
command -v prlimit >/dev/null || skip_all "no prlimit"
CLIENT=$TOP_SRCDIR/tests/e2e/lmtp-client.py
SOCKET=$WORK/lmtp.sock
desk observe "lmtp: {listen: lmtp.sock}"
chmod 0755 "$WORK"

lmtp() { python3 "$CLIENT" "$SOCKET" "$@"; }
logged() { grep -Eq -e "$1" "$WORK/log"; }
gone() { ! kill -0 "$1"; }
server_of() { pgrep -P "$daemon" -x lmtp; } # by its name: numbers of processes begin anew
# others SIGNAL: to core and all others but the server.
others() { for p in $(pgrep -P "$daemon"); do [ "$p" = "$(server_of)" ] || kill "-$1" "$p"; done; }
server_is_new() { server=$(server_of) && [ -n "$server" ] && [ "$server" != "$1" ] && lmtp lhlo; }
newest() { spool_files incoming | tail -n 1; }
envelope() { envelope_of "$1" | grep -v '^Received-At: '; }
forget() { find "$SPOOL/incoming" "$SPOOL/tmp" -type f -exec rm -f {} +; }
files() { echo "$(count incoming) $(count tmp)"; }

daemon=
cleanup() {
    [ -z "$daemon" ] || { pkill -CONT -P "$daemon"; kill "$daemon"; wait "$daemon"; } 2>/dev/null
}
start() {
    "$ESCALATED" -c "$CONF" -f 2>>"$WORK/log" &
    daemon=$!
    check 'the server answers' eventually lmtp lhlo
    [ "$TESTS_FAILED" -eq 0 ] || exit 1
    server=$(server_of)
}
start
others STOP

# ---- what it says ----

same 'LHLO' 'escalate LMTP
250-PIPELINING
250-8BITMIME
250-SMTPUTF8
250-ENHANCEDSTATUSCODES
250 SIZE 67108864' "$(lmtp lhlo)"

# ---- what lies in the spool ----

make_mail kim@acme.test support@desk.test 'It is down' 'grüße
.
.. dots
end' >"$WORK/mail"
same 'a mail by a client that others wrote' '{}' "$(lmtp send "$WORK/mail" kim@acme.test 'support+t1.abc@desk.test' '"a b"@desk.test')"
same 'one file' '1 0' "$(files)"
same 'its envelope' "Sender: kim@acme.test
Recipient: support+t1.abc@desk.test
Recipient: \"a b\"@desk.test
Uid: $(id -u)
End: 1" "$(envelope "$(newest)")"
mail_of "$(newest)" >"$WORK/arrived"
same_file 'the mail, line by line as the filter has it' "$WORK/mail" "$WORK/arrived"
same 'owner, mode, links' "$(id -un) 440 1" "$(stat -c '%U %a %h' "$(newest)")"
deliver kim@acme.test support@desk.test <"$WORK/mail"
same 'lines of the envelope are those of the filter' "$(spool_files incoming | while IFS= read -r f; do envelope_of "$f" | sed 's/: .*//' | uniq; echo; done | sed '/^Queue/d' | sort | uniq -c | awk '{ print $1 }' | uniq)" 2
forget

printf 'LHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<support@desk.test>\r\nRCPT TO:<bad\r\nRCPT TO:<help@desk.test>\r\nDATA\r\n' >"$WORK/session"
printf 'Subject: one\r\n\r\nx\n.\nRSET\r\n.\r\nMAIL FROM:<b@c>\r\nRCPT TO:<support@desk.test>\r\nDATA\r\n..\r\n.\r\nQUIT\r\n' >>"$WORK/session"
same 'all in one packet: codes' '220 250 250 250 501 250 354 250 250 250 250 354 250 221' "$(lmtp raw <"$WORK/session" | sed -n 's/^\(...\) .*/\1/p' | tr '\n' ' ' | sed 's/ $//')"
same 'two files' '2 0' "$(files)"
same 'a bare LF ends no mail' 'Subject: one

x
.
RSET' "$(mail_of "$(spool_files incoming | head -n 1)")"
same 'the null sender' 'Sender: ' "$(envelope "$(spool_files incoming | head -n 1)" | head -n 1)"
same 'a stuffed dot' . "$(mail_of "$(newest)")"
forget

match 'larger than it takes: refused at MAIL' '^552 5\.3\.4' "$(printf 'LHLO x\r\nMAIL FROM:<a@b> SIZE=67108865\r\n' | lmtp raw)"
match 'a line that ends otherwise ends the session' '^500 5\.5\.2' "$(printf 'LHLO x\r\nNOOP\nMAIL FROM:<a@b>\r\n' | lmtp raw | tail -n 1)"

# ---- many at a time ----

same '40 connections, 25 mails each, all answered with 250' '[]' "$(lmtp many 40 25)"
same 'and all of them are there' '1000 0' "$(files)"
same 'each once' 1000 "$(find "$SPOOL/incoming" -type f -exec grep -h '^Message-ID: ' {} + | sort -u | wc -l)"
same 'none is short' 0 "$(find "$SPOOL/incoming" -type f -size -4900c | wc -l)"
forget
same 'more connections than it serves: told to come again' "{'220'} 421 4.3.2" "$(lmtp crowd 200)"
eventually lmtp send "$WORK/mail" kim@acme.test support@desk.test
same 'and served when the others have gone' '1 0' "$(files)"
forget

# ---- faults ----

# mail_fails NAME: two recipients are told to come again, and nothing is left.
two='LHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<support@desk.test>\r\nRCPT TO:<help@desk.test>\r\nDATA\r\n'
mail_fails() {
    # shellcheck disable=SC2059 # it is a format
    answers=$({ printf "$two" && cat "$WORK/large" && printf '\r\n.\r\nQUIT\r\n'; } | lmtp raw | tail -n 3 | cut -c 1-9)
    same "$1: each recipient is deferred" '451 4.3.0
451 4.3.0
221 2.0.0' "$answers"
    same "$1: nothing is half there" '0 0' "$(files)"
}
seq -f '%060.0f' 4000 >"$WORK/large"
prlimit --pid "$server" --fsize=100000:unlimited
mail_fails 'no room on the disk'
match 'no room on the disk: the log says it' 'event=lmtp-deferred mails=1 reason="write in tmp: File too large"' "$(cat "$WORK/log")"
same 'what fits is taken meanwhile' '{}' "$(lmtp send "$WORK/mail" kim@acme.test support@desk.test)"
prlimit --pid "$server" --fsize=unlimited:unlimited
forget
mv "$SPOOL/incoming" "$SPOOL/gone"
mail_fails 'no incoming'
same 'no incoming: nothing where it was moved to' 0 "$(find "$SPOOL/gone" -type f | wc -l)"
mkdir -m 3777 "$SPOOL/incoming"
mail_fails 'another incoming: at first'
same 'another incoming: then it is used' '{}' "$(lmtp send "$WORK/mail" kim@acme.test support@desk.test)"
same 'another incoming: the file is there' '1 0' "$(files)"
rmdir "$SPOOL/gone"
forget
if [ "$(id -u)" -eq 0 ] && mount -t tmpfs -o size=20m,nr_inodes=2000,mode=0755 none "$SPOOL" 2>/dev/null; then
    cleanup() { umount -l "$SPOOL" 2>/dev/null; }
    mkdir -m 3777 "$SPOOL/tmp" "$SPOOL/incoming"
    mail_fails 'another disk: at first'
    same 'another disk: then it is used' '{}' "$(lmtp send "$WORK/mail" kim@acme.test support@desk.test)"
    forget
    dd if=/dev/zero of="$SPOOL/fill" bs=1k count=19400 2>/dev/null
    mail_fails 'little room'
    check 'little room: the log says it' logged 'reason="little room: No space left on device"'
    rm "$SPOOL/fill"
    same 'room again' '{}' "$(lmtp send "$WORK/mail" kim@acme.test support@desk.test)"
    umount -l "$SPOOL" # the server has its directories open
    cleanup() { :; }
    mail_fails 'the first disk: at first'
fi

lmtp half go "$SPOOL/tmp"
check 'a client that goes in the middle of a mail leaves nothing' eventually sh -c "[ -z \"\$(ls '$SPOOL/tmp')\" ]"
same 'a kill in the middle of a mail: no answer' "answer: b''" "$(lmtp half "$server" "$SPOOL/tmp")"
same 'nothing of it is to be seen' 0 "$(count incoming)"
check 'the server is started again' eventually server_is_new "$server"
check 'and that was logged' logged 'event=worker-died worker=lmtp status="signal 9"'
forget
same 'it takes mail' '{}' "$(lmtp send "$WORK/mail" kim@acme.test support@desk.test)"

# ---- confined ----

same 'it may start nothing' '1 2' "$(sed -n 's/^\(NoNewPrivs\|Seccomp\):[[:space:]]*//p' "/proc/$server/status" | paste -sd ' ')"
same 'it holds neither database nor keys' '' "$(find "/proc/$server/fd" -type l -printf '%l\n' | grep -e '\.db' -e 'key$')"

# ---- who may ----

if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null && getent passwd nobody >/dev/null; then
    cp "$CLIENT" "$WORK/client.py" # where nobody may read it
    as_nobody() { setpriv --reuid nobody --clear-groups env PYTHONDONTWRITEBYTECODE=1 python3 "$WORK/client.py" "$SOCKET" "$@" </dev/null; }
    match 'another user is told to come again' '^421 4\.3\.2 .* not a user of this socket$' "$(as_nobody raw)"
    check 'and that was logged' logged "event=lmtp-refused user=$(id -u nobody) "
    sed -i 's/^lmtp: .*/lmtp: {listen: lmtp.sock, users: [nobody]}/' "$CONF"
    kill -HUP "$server"
    check 'SIGHUP: a user who is named' eventually as_nobody lhlo
    sed -i 's/^lmtp: .*/lmtp: {listen: lmtp.sock}/' "$CONF"
    kill -HUP "$(server_of)"
else
    for name in 'another user is told to come again' 'and that was logged' 'SIGHUP: a user who is named'; do
        skip "$name" 'needs root'
    done
fi

# ---- SIGHUP, TCP ----

eventually lmtp lhlo
echo 'nonsense: yes' >>"$CONF"
kill -HUP "$(server_of)"
check 'a broken configuration is refused' eventually logged 'event=lmtp-reload result=refused'
check 'and the last good one stays' lmtp lhlo
sed -i '$d' "$CONF"
PORT=$(free_port)
sed -i "s/^lmtp: .*/lmtp: {listen: \"127.0.0.1:$PORT\"}/" "$CONF"
kill -HUP "$(server_of)"
check 'the old socket is taken away' eventually test ! -e "$SOCKET"
SOCKET=127.0.0.1:$PORT
check 'SIGHUP: another place to listen' eventually lmtp lhlo
same 'a mail by TCP' '{}' "$(lmtp send "$WORK/mail" kim@acme.test support@desk.test)"
match 'check warns of it' 'every user of this machine can hand over mail' "$(escalate check 2>&1)"
no_match 'a change of what it listens on is no death' 'worker=lmtp status="exit' "$(cat "$WORK/log")"

# ---- to the end ----

printf 'LHLO x\r\nMAIL FROM:<e@acme.test>\r\nRCPT TO:<support@desk.test>\r\nDATA\r\n.\r\n' | lmtp raw >"$WORK/out"
match 'a mail of no bytes is taken' '^250 2\.0\.0 on disk' "$(cat "$WORK/out")"
printf 'LHLO x\r\nMAIL FROM:<e@acme.test>\r\nRCPT TO:<nobody@else.test>\r\nDATA\r\nFrom: e@acme.test\r\nTo: nobody@else.test\r\nSubject: else\r\n\r\nHello\r\n.\r\n' | lmtp raw >"$WORK/out"
match 'so is one for an address that no queue has' '^250 2\.0\.0 on disk' "$(cat "$WORK/out")"
deliver kim@acme.test support@desk.test <"$WORK/mail"
before=$(count incoming)
check 'there is something to do' [ "$before" -ge 4 ]
others CONT
incoming_is_empty() { [ "$(count incoming)" -eq 0 ]; }
check 'core takes all in' eventually incoming_is_empty
eventually sh -c "'$ESCALATE' -c '$CONF' list | grep -q 'It is down'"
same 'the mail that came by LMTP and by the filter is one ticket' 1 "$(escalate list --all | grep -c 'It is down')"
match 'the address that no queue has waits in hold' 'no queue has' "$(escalate hold)"

same 'SIGTERM: what is in hand is finished, the others come again' "idle: 421 4.3.2 b''
begun: 421 4.3.2 b''
in hand: 250 2.0.0 on disk 421 4.3.2 b''" "$(lmtp stop "$daemon")"
check 'the daemon ends' eventually gone "$daemon"
wait "$daemon"
same 'with 0' 0 $?
daemon=
same 'the mail in hand is there' 1 "$(grep -l 'Subject: in hand' -r "$SPOOL/incoming" "$SPOOL/archive" | wc -l)"
done_testing
