# shellcheck shell=sh
# shellcheck disable=SC2034 # POSTFIX and PORT are the scripts' too
# postfix.sh: what tests with a private Postfix share, behind lib.sh; it skips the script where there can be none. Postfix is asynchronous: what it will do is
# waited for in short steps, up to a bound.

PATH=$PATH:/usr/sbin:/sbin
[ "$(id -u)" -eq 0 ] || skip_all 'a private Postfix needs root'
for program in postfix postconf postqueue python3; do
    command -v "$program" >/dev/null || skip_all "no $program"
done
POSTFIX=$WORK/postfix
PIPE_USER=nobody
PORT=$(free_port)
export SPOOL PIPE_USER
chmod 0755 "$WORK"

private_postfix() { "$TOP_SRCDIR/tests/e2e/private-postfix.sh" "$POSTFIX" "$PORT" "$1"; }
stop_postfix() { private_postfix stop; }
# Or the script is skipped. What private-postfix.sh wants must be set; cleanup() must call stop_postfix.
start_postfix() {
    private_postfix start && return
    sed 's/^/# /' "$POSTFIX/start.log"
    skip_all 'Postfix does not start here'
}
postfix_answers() {
    python3 -c 'import socket, sys
socket.create_connection(("127.0.0.1", int(sys.argv[1])), 1)' "$PORT"
}

# smtp SENDER RECIPIENT…: the mail on standard input, by SMTP. Prints what the server refused.
smtp() {
    python3 -c 'import smtplib, sys
with smtplib.SMTP("127.0.0.1", int(sys.argv[1]), timeout=30) as s:
    mail = sys.stdin.buffer.read().replace(b"\n", b"\r\n")
    s.sendmail(sys.argv[2], sys.argv[3:], mail, mail_options=["BODY=8BITMIME"])' "$PORT" "$@"
}
queue_is_empty() { postqueue -c "$POSTFIX/etc" -p | grep -q 'queue is empty'; }
