#!/bin/sh
# sieve.sh: the recipe of filters/sieve under Dovecot's real delivery agent with Pigeonhole's extprograms: 0 and one file, or 75 and none, and never a copy
# in the mailbox.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

LDA=${DOVECOT_LDA:-/usr/lib/dovecot/dovecot-lda}
[ -x "$LDA" ] || skip_all 'no dovecot-lda'
find "$(dirname "$LDA")" -name 'lib90_sieve_extprograms_plugin.so' | grep -q . || skip_all 'no extprograms of Pigeonhole'
need "$FILTER"
make_spool
chmod 0755 "$WORK"
HOME_DIR=$WORK/home
mkdir -p "$HOME_DIR/run" "$WORK/bin"
cp "$FILTER" "$WORK/bin/escalate-filter" # where nobody may run it

sed -e "s|@spool@|$SPOOL|" -e 's|@queue@|support|' "$TOP_SRCDIR/filters/sieve/escalate.sieve" >"$HOME_DIR/escalate.sieve"
{
    cat <<END
base_dir = $HOME_DIR/run
log_path = $HOME_DIR/log
info_log_path = $HOME_DIR/log
debug_log_path = $HOME_DIR/log
first_valid_uid = 0
postmaster_address = postmaster@site.example
hostname = site.example
sendmail_path = /bin/false
ssl = no
stats_writer_socket_path =
protocol lda {
  mail_plugins = sieve
}
END
    sed -e "s|@bindir@|$WORK/bin|" -e "s|@sieve@|$HOME_DIR/escalate.sieve|" "$TOP_SRCDIR/filters/sieve/dovecot.conf"
} >"$HOME_DIR/dovecot.conf"
[ "$(id -u)" != 0 ] || chown -R nobody "$HOME_DIR"

# through NAME STATUS SENDER RECIPIENT INPUT
through() {
    set -- "$1" "$2" "$5" "$LDA" -c "$HOME_DIR/dovecot.conf" -e -f "$3" -a "$4" -m INBOX
    name=$1
    status=$2
    input=$3
    shift 3
    [ "$(id -u)" != 0 ] || set -- setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"
    (cd / && exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME="$HOME_DIR" USER=support "$@") <"$input" >"$HOME_DIR/out" 2>&1
    same "$name: exit $status" "$status" $?
    same "$name: nothing in the mailbox" 0 "$(find "$HOME_DIR" -path '*/new/*' -type f | wc -l)"
}
arrived() { mail_of "$(spool_files incoming | tail -n 1)" >"$WORK/arrived"; }
forget() { find "$SPOOL/incoming" -type f -exec rm -f {} +; }

make_mail bo@example.net support@example.org 'It is down' 'First line.
.
From here on it is text: grüße' >"$WORK/mail"
{ cat "$WORK/mail" && seq -f '%060.0f' 40000; } >"$WORK/large"

through 'a mail' 0 bo@example.net support+t1.AbC@example.org "$WORK/mail"
same 'a mail: one file' '1 0' "$(count incoming) $(count tmp)"
same 'a mail: its envelope' 'Sender: bo@example.net
Recipient: support+t1.AbC@example.org
Queue: support' "$(envelope_of "$(spool_files incoming)" | sed -n '2,4p')"
arrived
same_file 'a mail: as it was' "$WORK/mail" "$WORK/arrived"
forget
through 'large' 0 bo@example.net support@example.org "$WORK/large"
arrived
same_file 'large: as it was' "$WORK/large" "$WORK/arrived"
forget
through 'null sender' 0 '' support@example.org "$WORK/mail"
same 'null sender: empty in the envelope' 'Sender: ' "$(envelope_of "$(spool_files incoming)" | grep '^Sender')"
forget

mv "$SPOOL/incoming" "$SPOOL/gone"
through 'no incoming' 75 bo@example.net support@example.org "$WORK/mail"
through 'no incoming, large' 75 bo@example.net support@example.org "$WORK/large"
mv "$SPOOL/gone" "$SPOOL/incoming"
mv "$WORK/bin/escalate-filter" "$WORK/kept"
through 'no filter' 75 bo@example.net support@example.org "$WORK/mail"
cp /bin/false "$WORK/bin/escalate-filter"
through 'a filter that fails' 75 bo@example.net support@example.org "$WORK/mail"
mv "$WORK/kept" "$WORK/bin/escalate-filter"
same 'failures: nothing in the spool' '0 0' "$(count incoming) $(count tmp)"
through 'after the repair' 0 bo@example.net support@example.org "$WORK/mail"
same 'after the repair: one file' 1 "$(count incoming)"

done_testing
