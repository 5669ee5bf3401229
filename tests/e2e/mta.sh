#!/bin/sh
# shellcheck disable=SC1091,SC2034,SC2016
# mta.sh: check --mta says of Postfix's settings, the spool, the keys and the filter what is wrong, what is expected and what to do; --send sees
# a mail of ours come in. Against what postconf prints, then, where there is one, with a Postfix.
. "$(dirname "$0")/../lib.sh"
. "$TOP_SRCDIR/tests/desk.sh"

desk observe
at 2026-05-26T08:00:00+02:00
HERE=$(cd "$(dirname "$0")" && pwd)
ME=$(id -un)
[ "$ME" != root ] || ME=nobody
sed -i "1s/^/intake-users: [$ME]\n/" "$CONF"
mkdir "$WORK/bin"
cp "$FILTER" "$WORK/escalate-filter"
chmod 0755 "$WORK" "$WORK/escalate-filter"

# postfix [SED]: fakes of postconf and postmap that print the settings of filters/postfix, changed by SED.
postfix() {
    sed -e '/^#/d' -e 's/@domain@/desk.test/' "$TOP_SRCDIR/filters/postfix/main.cf" >"$WORK/main"
    echo 'virtual_mailbox_domains = desk.test' >>"$WORK/main"
    sed -e '/^#/d' -e "s|@bindir@|$WORK|;s|@user@|$ME|;s|@spool@|$SPOOL|;s|@queue@|support|" "$TOP_SRCDIR/filters/postfix/master.cf" >"$WORK/master"
    [ $# -eq 0 ] || sed -i "$1" "$WORK/main" "$WORK/master"
    printf '#!/bin/sh\ncase $1 in -n) cat %s/main ;; -M) cat %s/master ;; esac\n' "$WORK" "$WORK" >"$WORK/bin/postconf"
    cat >"$WORK/bin/postmap" <<'END'
#!/bin/sh
case $3 in inline:*"$2=escalate:"*) echo escalate: ;; *) exit 1 ;; esac
END
    chmod 0755 "$WORK/bin/postconf" "$WORK/bin/postmap"
}
mta() { PATH=$WORK/bin:$PATH escalate check --mta >"$WORK/out" 2>"$WORK/err"; }
wrong() { grep -v '^ok' "$WORK/out"; }

# ---- all is well ----
postfix
exits 'as filters/postfix has it: good' 0 env PATH="$WORK/bin:$PATH" "$ESCALATE" -c "$CONF" check --mta
mta
same 'nothing is wrong' '' "$(wrong)"
for finding in 'recipient_delimiter is "\+"' "escalate runs the filter as $ME" 'escalate has null_sender=$' 'escalate_time_limit is 1d' 'escalate_destination_recipient_limit is 1' \
    "escalate writes into $SPOOL" 'told sender and recipient' 'mail for support@desk.test goes to escalate:' "$SPOOL/tmp has mode 3777" "$SPOOL/hold has mode 0750" "$WORK/key has mode 0600" \
    "$WORK/audit.key has mode 0600" 'escalate-filter has mode 0755' 'escalate-filter is static'; do
    match "it was looked at: $finding" "^ok +.*$finding" "$(cat "$WORK/out")"
done
exits 'as JSON' 0 env PATH="$WORK/bin:$PATH" "$ESCALATE" -c "$CONF" --json check --mta
match 'a line a finding' '^\{"level":"ok","what":"recipient_delimiter is \\"\+\\"","expected":null,"do":null\}$' "$(cat "$WORK/out")"

# ---- one thing wrong at a time ----
# breaks NAME SED REGEX: with that change the check fails with that finding, and says what to do.
breaks() {
    postfix "$2"
    exits "$1: 1" 1 env PATH="$WORK/bin:$PATH" "$ESCALATE" -c "$CONF" check --mta
    match "$1: what, what is expected, what to do" "^error +.*$3.*; expected: .+; do: .+" "$(cat "$WORK/out")"
}
breaks 'no recipient_delimiter' '/recipient_delimiter/d' 'recipient_delimiter is ""'
breaks 'another one' 's/recipient_delimiter = +/recipient_delimiter = -/' 'recipient_delimiter is "-"'
breaks 'no transport' 's|/escalate-filter|/other|' 'no service of master.cf runs escalate-filter'
breaks 'no null_sender' 's/null_sender=//' 'escalate has no null_sender='
breaks 'Delivered-To' 's/flags=Xq/flags=DRXq/' 'escalate has flags=DRXq'
breaks 'MAILER-DAEMON' 's/null_sender=/null_sender=MAILER-DAEMON/' 'null_sender=MAILER-DAEMON'
breaks 'a time limit within which the filter tries' 's/time_limit = 1d/time_limit = 60s/' 'escalate_time_limit is 60s'
breaks 'several recipients a run' '/recipient_limit/d' 'recipient_limit is 50'
breaks 'an unknown user' "s/user=$ME/user=no-such-user-here/" 'as no-such-user-here'
breaks 'root' "s/user=$ME/user=root/" 'as root'
breaks 'a user whose lines do not count' "s/user=$ME/user=daemon/" 'as daemon'
breaks 'another spool' "s|-d $SPOOL|-d /tmp|" 'writes into /tmp'
breaks 'another queue' 's/-q support/-q nonesuch/' 'passes -q nonesuch'
breaks 'no envelope' 's/-f ${sender}//' 'not told the envelope'
breaks 'another transport' 's/=escalate:/=smtp:/' 'mail for support@desk.test goes to no transport'
breaks 'a filter that is not there' "s|argv=$WORK/|argv=/nonexistent/|" '/nonexistent/escalate-filter is no file'
postfix 's/time_limit = 1d/time_limit = 1h/'
exits 'a time limit below the watchdog is a warning' 0 env PATH="$WORK/bin:$PATH" "$ESCALATE" -c "$CONF" check --mta
match 'which is said' '^warning +escalate_time_limit is 1h; expected: 1d' "$(wrong)"
postfix '/time_limit/d'
mta
match 'without one, the default' '^warning +escalate_time_limit is 1000s' "$(wrong)"
postfix '/virtual_mailbox_domains/d'
mta
match 'a domain that is listed nowhere: a warning' '^warning +desk.test stands in none of' "$(wrong)"
postfix '/recipient_delimiter/d'
sed -i '1s/^/token-domain: t.desk.test\n/' "$CONF"
mta
match 'with a token-domain no delimiter is needed' '^ok +.*no recipient_delimiter is needed' "$(cat "$WORK/out")"
match 'but the domain must be routed' '^error +mail for t1.x@t.desk.test goes to' "$(cat "$WORK/out")"
sed -i 1d "$CONF"

# ---- LMTP ----
# by_lmtp HOP: postconf and postmap as filters/lmtp has them, to that socket or port.
by_lmtp() {
    sed -e '/^#/d' -e 's/@domain@/desk.test/' -e "s|unix:@socket@|$1|" "$TOP_SRCDIR/filters/lmtp/main.cf" >"$WORK/main"
    echo 'virtual_mailbox_domains = desk.test' >>"$WORK/main"
    sed '/^#/d' "$TOP_SRCDIR/filters/lmtp/master.cf" >"$WORK/master"
    cat >"$WORK/bin/postmap" <<'END'
#!/bin/sh
case $3 in inline:*"$2=escalate-lmtp:"*) echo "$3" | sed 's/.*=\(escalate-lmtp:[^ ]*\) .*/\1/' ;; *) exit 1 ;; esac
END
}
# goes NAME STATUS HOP: with a route there, that status, and the line that says so.
goes() {
    by_lmtp "$3"
    exits "lmtp: $1: $2" "$2" env PATH="$WORK/bin:$PATH" "$ESCALATE" -c "$CONF" check --mta
    match "lmtp: $1: and why" "^$([ "$2" = 0 ] && echo ok || echo error) +mail for support@desk.test goes to escalate-lmtp:$(echo "$3" | sed 's/[][]/\\&/g')($|; expected: a transport to where lmtp)" \
        "$(cat "$WORK/out")"
}
cp "$CONF" "$WORK/before"
by_lmtp "unix:$WORK/run/lmtp"
exits 'lmtp: where escalate.yaml has none: 1' 1 env PATH="$WORK/bin:$PATH" "$ESCALATE" -c "$CONF" check --mta
match 'lmtp: it wants the filter' '^error +no service of master.cf runs escalate-filter' "$(cat "$WORK/out")"
{ echo "lmtp: {listen: $WORK/run/lmtp}" && cat "$WORK/before"; } >"$CONF"
goes 'the socket' 0 "unix:$WORK/run/lmtp"
same 'lmtp: nothing is wrong' '' "$(grep -v '^ok' "$WORK/out")"
goes 'another socket' 1 "unix:$WORK/run/lmtp2"
postfix
exits 'lmtp: by the filter is as good' 0 env PATH="$WORK/bin:$PATH" "$ESCALATE" -c "$CONF" check --mta
{ echo 'lmtp: {listen: 127.0.0.1:2024}' && cat "$WORK/before"; } >"$CONF"
goes 'the port' 0 inet:127.0.0.1:2024
goes 'the port, with brackets' 0 'inet:[127.0.0.1]:2024'
goes 'another port' 1 inet:127.0.0.1:20245
goes 'a socket of that name' 1 unix:127.0.0.1:2024
cp "$WORK/before" "$CONF"

# ---- files ----
postfix
# spoils NAME COMMAND REGEX UNDO
spoils() {
    sh -c "$2"
    mta
    match "$1" "^error +.*$3.*; expected: .+; do: .+" "$(cat "$WORK/out")"
    sh -c "$4"
}
spoils 'incoming without the sticky bit' "chmod 0777 $SPOOL/incoming" "$SPOOL/incoming has mode 2777" "chmod 3777 $SPOOL/incoming"
spoils 'tmp that others cannot write' "chmod 0755 $SPOOL/tmp" "$SPOOL/tmp has mode 2755" "chmod 3777 $SPOOL/tmp"
spoils 'hold that all may read' "chmod 0755 $SPOOL/hold" "$SPOOL/hold has mode 0755" "chmod 0750 $SPOOL/hold"
spoils 'a directory that is not there' "mv $SPOOL/archive $SPOOL/x" "$SPOOL/archive is no directory" "mv $SPOOL/x $SPOOL/archive"
spoils 'a key that the group may read' "chmod 0640 $WORK/key" "$WORK/key has mode 0640" "chmod 0600 $WORK/key"
spoils 'the audit key' "chmod 0644 $WORK/audit.key" "$WORK/audit.key has mode 0644" "chmod 0600 $WORK/audit.key"
[ "$(id -u)" -ne 0 ] || spoils 'a key of somebody else' "chown nobody $WORK/key" "$WORK/key has mode 0600 and belongs to" "chown 0 $WORK/key"
spoils 'a filter that nobody may run' "chmod 0644 $WORK/escalate-filter" 'escalate-filter has mode 0644' "chmod 0755 $WORK/escalate-filter"
spoils 'a filter that everybody may change' "chmod 0777 $WORK/escalate-filter" 'escalate-filter has mode 0777' "chmod 0755 $WORK/escalate-filter"
spoils 'a script in its place' "mv $WORK/escalate-filter $WORK/x; printf '#!/bin/sh\n' >$WORK/escalate-filter; chmod 755 $WORK/escalate-filter" 'escalate-filter is no program' "mv $WORK/x $WORK/escalate-filter"
spoils 'a program that is not static' "mv $WORK/escalate-filter $WORK/x; cp $(command -v ls) $WORK/escalate-filter; chmod 755 $WORK/escalate-filter" 'linked dynamically' "mv $WORK/x $WORK/escalate-filter"
mta
same 'all is well again' '' "$(wrong)"

# ---- no Postfix, other words, no configuration ----
printf '#!/bin/sh\nexit 1\n' >"$WORK/bin/postconf"
exits 'without Postfix: a warning' 0 env PATH="$WORK/bin:$PATH" "$ESCALATE" -c "$CONF" check --mta
match 'which says so' '^warning +postconf is not there, or does not run' "$(cat "$WORK/out")"
exits 'another word' 2 escalate check --mta now
exits 'no wait' 2 escalate check --mta --send support@desk.test --wait 0
printf 'queues: [\n' >"$WORK/broken.yaml"
exits 'a configuration that does not load' 78 "$ESCALATE" -c "$WORK/broken.yaml" check --mta

# ---- a mail ----
postfix
cat >"$WORK/sendmail" <<END
#!/bin/sh
# delivers at once: -i -f SENDER -- RECIPIENT
umask 077
exec env -i PATH=/usr/bin:/bin "$FILTER" -d "$SPOOL" -f "\$3" -- "\$5"
END
chmod 0755 "$WORK/sendmail"
sed -i "s|^delivery:.*|delivery: {method: sendmail, sendmail: $WORK/sendmail}|" "$CONF"
exits 'an address of a queue' 1 escalate check --mta --send kim@acme.test
match 'must it be' "'kim@acme.test': no queue has that address" "$(cat "$WORK/err")"
exits 'a mail comes in' 0 env PATH="$WORK/bin:$PATH" "$ESCALATE" -c "$CONF" check --mta --send support@desk.test --wait 5
match 'which is said, with its file' '^ok +the mail to support\+b[0-9]+\.[a-z0-9]+@desk.test came in: incoming/[0-9]+\.' "$(cat "$WORK/out")"
before=$(count outgoing)
at 2026-05-26T10:00:00+02:00
same 'it opens no ticket, and is answered to nobody' "0 $before" "$(sqlite_value 'select count(*) from ticket') $(count outgoing)"
match 'it is filed under other, as our own' '	own	' "$(escalate --now 2026-05-26T10:00:00+02:00 hold --other)"
sed -i 's|-- "\$5"|-- support@desk.test|' "$WORK/sendmail"
exits 'a recipient whose token is lost' 1 env PATH="$WORK/bin:$PATH" "$ESCALATE" -c "$CONF" check --mta --send support@desk.test --wait 5
match 'is an error' '^error +its envelope has not the recipient' "$(cat "$WORK/out")"
printf '#!/bin/sh\ncat >/dev/null\n' >"$WORK/sendmail"
exits 'a mail that is lost' 1 env PATH="$WORK/bin:$PATH" "$ESCALATE" -c "$CONF" check --mta --send support@desk.test --wait 1
match 'is an error, after the wait' '^error +the mail to support\+b.* did not come in within 1 s' "$(cat "$WORK/out")"
printf '#!/bin/sh\necho no queue file >&2\nexit 75\n' >"$WORK/sendmail"
exits 'a sendmail that refuses' 1 env PATH="$WORK/bin:$PATH" "$ESCALATE" -c "$CONF" check --mta --send support@desk.test --wait 1
match 'with its words' '^error +.*sendmail did not take the mail: no queue file' "$(cat "$WORK/out")"
exits 'the audit verifies' 0 escalate audit verify

# ---- a Postfix ----
PATH=$PATH:/usr/sbin:/sbin
if [ "$(id -u)" -ne 0 ] || ! command -v postfix >/dev/null || ! command -v postmap >/dev/null; then
    skip 'with a Postfix of its own' 'no Postfix, or not root'
    done_testing
fi
PORT=$(free_port)
PIPE_USER=nobody
POSTFIX=$WORK/postfix
FILTER=$WORK/escalate-filter
echo 'virtual_mailbox_domains = support.test' >"$WORK/extra-main"
EXTRA_MAIN=$WORK/extra-main
export SPOOL PIPE_USER FILTER EXTRA_MAIN
sed -i -e 's/desk\.test/support.test/g' -e 's/^intake-users:.*/intake-users: [nobody]/' "$CONF"
cleanup() { "$HERE/private-postfix.sh" "$POSTFIX" "$PORT" stop; }
if ! "$HERE/private-postfix.sh" "$POSTFIX" "$PORT" start; then
    skip 'with a Postfix of its own' 'Postfix does not start here'
    done_testing
fi
# it has no setgid postdrop of its own: sendmail(1) is spoken to by SMTP
cat >"$WORK/sendmail" <<END
#!/usr/bin/python3
import smtplib, sys
with smtplib.SMTP("127.0.0.1", $PORT, timeout=30) as s:
    s.sendmail(sys.argv[3], [sys.argv[-1]], sys.stdin.buffer.read().replace(b"\n", b"\r\n"))
END
exits 'a Postfix as filters/postfix has it, and a mail through it' 0 env MAIL_CONFIG="$POSTFIX/etc" "$ESCALATE" -c "$CONF" check --mta --send support@support.test
same 'nothing is wrong' '' "$(wrong)"
match 'it came in' '^ok +the mail to support\+b.*@support.test came in' "$(cat "$WORK/out")"
done_testing
