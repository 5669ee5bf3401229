#!/bin/sh
# smtp-out: src/mail/transport against a scripted server: what is said, what each answer means for whom, TLS, time.
. "$(dirname "$0")/../lib.sh"

FAKE_SMTP=${FAKE_SMTP:-$BUILDDIR/tests/e2e/fake-smtp}
SMTP_SEND=${SMTP_SEND:-$BUILDDIR/tests/e2e/smtp-send}
need "$FAKE_SMTP" "$SMTP_SEND"

cd "$WORK" || exit 99
SERVER=
# shellcheck disable=SC2317
cleanup() { [ -z "$SERVER" ] || kill "$SERVER" 2>/dev/null; }

printf 'Subject: x\r\n\r\nhello\r\n.dot\r\n..two\r\n.\r\nlast\r\n' >mail.eml

# server KEY=VALUE…: a fresh one; PORT is set, its transcript is in $WORK/transcript. It lives until we end or start another.
server() {
    [ -z "$SERVER" ] || { kill "$SERVER"; wait "$SERVER" 2>/dev/null; }
    rm -f port.fifo stay.fifo
    mkfifo port.fifo stay.fifo
    "$FAKE_SMTP" transcript "$@" <>stay.fifo >port.fifo &
    SERVER=$!
    read -r PORT <port.fifo
}

# send KEY=VALUE… [-- SENDER RECIPIENT FILE…]
send() {
    case " $* " in
    *" -- "*) "$SMTP_SEND" port="$PORT" "$@" ;;
    *) "$SMTP_SEND" port="$PORT" "$@" -- b1.x@desk.example ann@site.example mail.eml ;;
    esac 2>&1
}

said() { tr -d '\r' <transcript; }
connections() { grep -c '^== ' transcript; }

# ---- what is said ----

server
same 'a plain mail is taken' 'sent 250 end first line 2.7.1 scripted' "$(send)"
same 'the conversation, every line' '== 1
EHLO client.example
MAIL FROM:<b1.x@desk.example>
RCPT TO:<ann@site.example>
DATA
Subject: x

hello
..dot
...two
..
last
.
QUIT' "$(said)"
sed '1,/^DATA/d; /^\.\r$/,$d; s/^\.//' transcript >received.eml
same_file 'the server gets the bytes of the mail' mail.eml received.eml

printf 'Subject: x\r\n\r\nno end' >short.eml
server
send -- b@x.example a@y.example short.eml >/dev/null
match 'a last line without end gets one' '^no end$' "$(said)"

server dsn=yes
send dsn=1 -- '' ann@site.example mail.eml >/dev/null
match 'null sender, headers only in a report' '^MAIL FROM:<> RET=HDRS$' "$(said)"
match 'a report of failure and delay is asked for' '^RCPT TO:<ann@site.example> NOTIFY=FAILURE,DELAY$' "$(said)"
server
send dsn=1 >/dev/null
match 'no report where the server offers none' '^RCPT TO:<ann@site.example>$' "$(said)"

server ehlo=502
match 'an old server is greeted with HELO' '^sent ' "$(send)"

# ---- whose failure ----

while read -r step code want; do
    server "$step=$code"
    match "$step $code: $want" "^$want " "$(send seconds=20)"
done <<'END'
greet 554 down
greet 421 down
greet drop down
ehlo 421 down
ehlo drop down
mail 450 down
mail 550 down
mail 421 down
mail drop down
rcpt 450 later
rcpt 550 failed
rcpt 421 down
rcpt drop down
data 451 later
data 554 failed
data 421 down
data drop down
end 452 later
end 554 failed
end 421 down
end drop down
END

server rcpt=550
same 'the reply is the words of the server in one line' 'failed 550 rcpt first line 5.7.1 scripted' "$(send)"
server size=10
same 'a mail larger than the server takes concerns that mail' 'failed 552 mail of 43 bytes, the server takes 10' "$(send)"
no_match 'and is not begun' '^MAIL' "$(said)"
SERVED=$PORT
kill "$SERVER"
wait "$SERVER" 2>/dev/null
SERVER=
same 'no server' "down connect '127.0.0.1:$SERVED': Connection refused" "$(send)"

# ---- addresses ----

server
CRLF=$(printf 'b@x.example>\r\nRCPT TO:<eve@evil.example')
match 'a sender with a line end' '^failed ' "$(send -- "$CRLF" ann@site.example mail.eml)"
match 'a recipient with a line end' '^failed ' "$(send -- b@x.example "$CRLF" mail.eml)"
match 'a recipient with a space' '^failed ' "$(send -- b@x.example 'ann@site.example NOTIFY=NEVER' mail.eml)"
match 'a local part beyond ASCII' '^failed .*SMTPUTF8' "$(send -- b@x.example 'jürgen@site.example' mail.eml)"
same 'none of them reaches the server' '' "$(said)"
match 'a domain beyond ASCII' '^sent ' "$(send -- b@x.example 'ann@müller.example' mail.eml)"
match 'goes as the registry knows it' '^RCPT TO:<ann@xn--mller-kva.example>$' "$(said)"

# ---- one connection for many mails ----

server
send -- a@x.example b@y.example mail.eml a@x.example c@y.example mail.eml a@x.example d@y.example mail.eml >out
same 'three mails are sent' 3 "$(grep -c '^sent ' out)"
same 'over one connection' 1 "$(connections)"
server leave=1
send -- a@x.example b@y.example mail.eml a@x.example c@y.example mail.eml >out
same 'a connection that the server closed is opened again' 2 "$(grep -c '^sent ' out)"
same 'once' 2 "$(connections)"
server rcpt=550
send -- a@x.example b@y.example mail.eml a@x.example c@y.example mail.eml >out
same 'a refused recipient keeps the connection' 1 "$(connections)"
server rset=421
send -- a@x.example b@y.example mail.eml a@x.example c@y.example mail.eml >out
same 'a kept connection that says 421 is opened again' 2 "$(grep -c '^sent ' out)"

# ---- TLS and AUTH ----

account='user=ann password=secret host=localhost'
server starttls=yes ca=ca.pem mechanisms='PLAIN LOGIN'
# shellcheck disable=SC2086
match 'TLS and AUTH PLAIN' '^sent ' "$(send tls=required ca=ca.pem $account)"
match 'the password goes encoded (RFC 4616)' '^AUTH PLAIN AGFubgBzZWNyZXQ=$' "$(said)"
same 'EHLO again under TLS' 2 "$(grep -c '^EHLO' transcript)"
server starttls=yes ca=ca.pem mechanisms='LOGIN'
# shellcheck disable=SC2086
match 'AUTH LOGIN' '^sent ' "$(send tls=required ca=ca.pem $account)"
server starttls=yes ca=ca.pem mechanisms=PLAIN auth=535
# shellcheck disable=SC2086
match 'a wrong password is the transport' '^down 535 ' "$(send tls=required ca=ca.pem $account)"

server starttls=yes ca=ca.pem name=other.example mechanisms=PLAIN
# shellcheck disable=SC2086
match 'a certificate of another name' '^down .*name in the certificate' "$(send tls=required ca=ca.pem $account)"
no_match 'no password goes there' '^AUTH' "$(said)"
server starttls=yes ca=ca.pem mechanisms=PLAIN
# shellcheck disable=SC2086
match 'a certificate of an unknown authority' '^down .*issuer is unknown' "$(send tls=required $account)"
# shellcheck disable=SC2086
match 'opportunistic does not lend a password either' '^down ' "$(send tls=opportunistic $account)"
no_match 'no password went' '^AUTH' "$(said)"
match 'opportunistic takes an unverified server for mail' '^sent ' "$(send tls=opportunistic)"
server starttls=broken ca=ca.pem
match 'opportunistic goes on without a TLS that fails' '^sent ' "$(send tls=opportunistic)"
match 'required does not' '^down ' "$(send tls=required)"
server starttls=454 ca=ca.pem
match 'opportunistic goes on where TLS is refused' '^sent ' "$(send tls=opportunistic)"
match 'required does not (454)' '^down 454 ' "$(send tls=required)"
server
match 'opportunistic goes on where TLS is not offered' '^sent ' "$(send tls=opportunistic)"
match 'required does not (no STARTTLS)' '^down the server offers no STARTTLS' "$(send tls=required)"
server starttls=early ca=ca.pem
match 'words before the handshake are not believed' '^down STARTTLS: the server talks' "$(send tls=opportunistic)"
server mechanisms=PLAIN
# shellcheck disable=SC2086
match 'AUTH in the clear only with TLS off' '^sent ' "$(send tls=off $account)"

# ---- time ----

server end=silent
same 'a silent server' 'down end of data: no answer in time' "$(send seconds=1)"
server rcpt=drip
same 'a dripping server' 'down RCPT: no answer in time' "$(send seconds=1)"
server rcpt=drip
same 'the hard deadline of the process around it' "killed worker 'deliver': no answer in time" "$(send seconds=600 worker=1)"

done_testing
