#!/bin/sh
# signature.sh: a contact whose acknowledgments must be signed: PGP and S/MIME, and every way to fool it.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/desk.sh
. "$(dirname "$0")/../desk.sh"
for program in python3 gpg openssl; do command -v $program >/dev/null || skip_all "no $program"; done

# shellcheck source=tests/signed.sh
. "$(dirname "$0")/../signed.sh"
make_keyring
cleanup() { gpgconf --kill all 2>/dev/null; }
key bob none && key eve none && key old 10d || skip_all "gpg makes no keys here"
gpg --armor --export bob@desk.test old@desk.test >"$WORK/bob.asc"
certificate s bob
certificate e eve

fresh() {
    rm -rf "$WORK"/escalate.db* "$SPOOL" "$WORK"/key "$WORK"/audit.key
    desk "${MODE:-observe}"
    sed -i 's/email: \[bob@desk.test\],/email: [bob@desk.test], ack-requires: signature, key: [bob.asc, s.pem],/' "$CONF"
    make_mail 'Kim Lee <kim@acme.test>' support@desk.test 'Shop is down' 'Our shop is down.' | deliver kim@acme.test support@desk.test
    at 2026-05-26T10:00:00+02:00
    at 2026-05-26T10:23:00+02:00
    page=$(templated escalation | tail -n 1)
}
level_of() { escalate --json show 1 | python3 -c 'import json,sys; r=json.load(sys.stdin)["runs"][0]; print(r["state"], r["level"])'; }
why() { plain "$(templated transcript | tail -n 1)" | tr '\n' ' '; }

# answer ENTITY-FILE: sends it from Bob and lets a minute pass.
answer() {
    next_mail
    { printf 'From: bob@desk.test\nTo: %s\nSubject: Re: x\nMIME-Version: 1.0\nMessage-ID: <%s>\nDate: %s\n' "$(reply_to "$page")" "$MESSAGE_ID" "$(mail_date)"
      cat "$1"; } | deliver bob@desk.test "$(reply_to "$page")"
    at 2026-05-26T10:24:00+02:00
}
TAG='ACK\n\n> [support #1]'
# refused NAME REASON: not acknowledged, and he is told why.
refused() {
    same "$1: no ack" 'climbing 1' "$(level_of)"
    match "$1: the reason" "$2" "$(why)"
}

fresh
exits "check: good" 0 escalate check
reply "$page" bob@desk.test ACK
at 2026-05-26T10:24:00+02:00
refused "unsigned" 'not signed as a whole'

fresh; part "$TAG"; pgp >"$WORK/m"; answer "$WORK/m"
same "PGP: acknowledged" 'held 1' "$(level_of)"
fresh; part "$TAG"; pgp | sed 's/$/\r/' >"$WORK/m"; answer "$WORK/m"
same "PGP with CRLF in the file" 'held 1' "$(level_of)"
fresh; part 'ACK\n\n> [support =231] Gr=C3=BC=C3=9Fe' quoted-printable; pgp >"$WORK/m"; answer "$WORK/m"
same "PGP, quoted-printable" 'held 1' "$(level_of)"
answer "$WORK/m"
match "the same signed text again" 'signature of bob: this signed text was used before' "$(escalate log 1)"
sed 's/^> \[support/&/; s/^ACK$/ACK /' "$WORK/m" >"$WORK/m2"; answer "$WORK/m2"
same "nor with a blank more" 1 "$(escalate log 1 | grep -c 'signature of bob: good')"

fresh; part "$TAG"; pgp eve >"$WORK/m"; answer "$WORK/m"; refused "another key" 'not by the registered key'
fresh; part "$TAG"; pgp old >"$WORK/m"; answer "$WORK/m"; refused "expired key" 'expired|registered'
fresh; part "$TAG"; pgp bob 20260526T081000 >"$WORK/m"; answer "$WORK/m"; refused "signed before delivery" 'before our mail was delivered'
fresh; part "$TAG"; pgp bob 20260526T083500 >"$WORK/m"; answer "$WORK/m"; refused "signed in the future" 'in the future|registered|gpg|exactly'
fresh; part 'ACK\n\n> [support #2]'; pgp >"$WORK/m"; answer "$WORK/m"; refused "another ticket" 'names another ticket'
fresh; part ACK; pgp >"$WORK/m"; answer "$WORK/m"; refused "no ticket" 'does not name the ticket'
fresh; part "ACK\n\n> $(reply_to "$page")"; pgp >"$WORK/m"; answer "$WORK/m"
same "the notification's address names it too" 'held 1' "$(level_of)"
fresh; part "NOTE x\n\n> [support #1]"; pgp | sed 's/^NOTE x/ACK/' >"$WORK/m"; answer "$WORK/m"; refused "altered" 'altered'
fresh; part "\nNOTE x\n\n> [support #1]"; TEXTMODE=--textmode pgp >"$WORK/m0"
# gpg cuts a line at 19995 bytes and takes the CR off its end: the ACK behind them costs no signature.
python3 -c 'import sys; d = sys.stdin.buffer.read(); sys.stdout.buffer.write(d.replace(b"\n\nNOTE", b"\n" + b"\r" * 20000 + b"ACK\nNOTE", 1))' <"$WORK/m0" >"$WORK/m"
answer "$WORK/m"; refused "text that the signature does not cover" 'bare CR'
fresh; part "$TAG"; TEXTMODE=--textmode pgp >"$WORK/m"; answer "$WORK/m"
same "PGP, a text signature" 'held 1' "$(level_of)"
fresh; part "$TAG"; DIGEST=SHA1 pgp >"$WORK/m"; answer "$WORK/m"; refused "SHA-1" 'weak|registered|exactly'
fresh; part 'hello\n\n> [support #1]'; pgp >"$WORK/in"
{ printf 'Content-Type: multipart/mixed; boundary=out\n\n--out\nContent-Type: text/plain\n\nACK\n\n--out\n'; cat "$WORK/in"; printf '\n--out--\n'; } >"$WORK/m"
answer "$WORK/m"; refused "signed part in an unsigned mail" 'not signed as a whole'

# OpenSSL asks the machine's clock: for S/MIME the desk lives in the present.
now_desk() {
    rm -rf "$WORK"/escalate.db* "$SPOOL" "$WORK"/key "$WORK"/audit.key
    desk observe
    sed -i -e 's/email: \[bob@desk.test\],/email: [bob@desk.test], ack-requires: signature, key: [bob.asc, s.pem],/' -e 's/calendar: office/calendar: always/' "$CONF"
    base=$(date +%s)
    make_mail 'Kim Lee <kim@acme.test>' support@desk.test 'Shop is down' 'Our shop is down.' | deliver kim@acme.test support@desk.test
    at "$(date -u -d "@$((base - 1440))" +%FT%TZ)"
    at "$(date -u -d "@$((base - 30))" +%FT%TZ)"
    page=$(templated escalation | tail -n 1)
}
answer_now() {
    { printf 'From: bob@desk.test\nTo: %s\nSubject: Re: x\nMIME-Version: 1.0\nMessage-ID: <s%s@x.test>\n' "$(reply_to "$page")" "$1"
      cat "$WORK/m"; } | deliver bob@desk.test "$(reply_to "$page")"
    at "$(date -u -d "@$((base + 5))" +%FT%TZ)"
}
now_desk; part "$TAG"; smime s >"$WORK/m"; answer_now 1
same "S/MIME: acknowledged" 'held 1' "$(level_of)"
now_desk; part "$TAG"; smime e >"$WORK/m"; answer_now 2; refused "S/MIME by another" 'not by the registered key'
now_desk; part 'NOTE x\n\n> [support #1]'; smime s | sed 's/^NOTE x/ACK/' >"$WORK/m"; answer_now 3; refused "S/MIME altered" 'altered'

# A gpg that never ends, or dies: no ack, a note, the reason; the mail is kept.
mkdir "$WORK/bin"
for how in 'kill -9 $PPID' 'while :; do sleep 1; done'; do
    fresh; part "$TAG"; pgp >"$WORK/m"
    printf '#!/bin/sh\n%s\n' "$how" >"$WORK/bin/gpg"
    chmod +x "$WORK/bin/gpg"
    PATH="$WORK/bin:$PATH" answer "$WORK/m"
    refused "gpg: $how" 'could not be checked'
    same "gpg: $how: nothing is left over" 0 "$(($(count incoming) + $(count hold)))"
done
exits "no gpg: check says so" 78 env PATH="$WORK/none" "$ESCALATE" -c "$CONF" check
match "by name" 'gpg is not installed' "$(cat "$WORK/err")"
# ---- a mail inside of its signature (opaque S/MIME) ----
if command -v openssl >/dev/null; then
    openssl req -x509 -newkey rsa:2048 -nodes -keyout "$WORK/o.key" -out "$WORK/o.pem" -days 30 -subj '/CN=Kim' 2>/dev/null
    printf 'Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nOur invoice is wrong.\r\n--x\r\nContent-Type: application/pdf; name=bill.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERg==\r\n--x--\r\n' >"$WORK/inner"
    openssl cms -sign -nodetach -binary -in "$WORK/inner" -signer "$WORK/o.pem" -inkey "$WORK/o.key" -outform SMIME -from kim@acme.test \
        -to support@desk.test -subject Opaque >"$WORK/opaque.eml" 2>/dev/null
    read_back=$("$ESCALATE" inspect "$WORK/opaque.eml" | python3 -c 'import json,sys; o=json.load(sys.stdin); print(o["new_text"], [a["name"] for a in o["attachments"]])')
    same "its text is read, and its files" "Our invoice is wrong. ['bill.pdf']" "$read_back"
    deliver kim@acme.test support@desk.test <"$WORK/opaque.eml"
    at 2026-05-26T16:00:00+02:00
    same "in the sandbox too" 'Our invoice is wrong.' "$(sqlite_value "select new_text from message where subject = 'Opaque' limit 1" | head -n 1)"
    openssl cms -encrypt -in "$WORK/inner" -from kim@acme.test -to support@desk.test -subject Secret "$WORK/o.pem" >"$WORK/secret.eml" 2>/dev/null
    same "what is encrypted stays a file" " ['smime.p7m']" \
        "$("$ESCALATE" inspect "$WORK/secret.eml" | python3 -c 'import json,sys; o=json.load(sys.stdin); print(o["new_text"], [a["name"] for a in o["attachments"]])')"
fi

done_testing
