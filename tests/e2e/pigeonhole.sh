#!/bin/sh
# pigeonhole: the real Sieve of Dovecot must answer our paging mail with its owner's vacation text, or no ladder ever learns of an
# absence, and must keep silent towards all our other mail. Takes a paging mail and an automatic answer as $1 and $2 (as the
# directory transport writes them), else makes two by the contract.
. "$(dirname "$0")/../lib.sh"

LDA=${DOVECOT_LDA:-/usr/lib/dovecot/dovecot-lda}
[ -x "$LDA" ] || skip_all 'no dovecot-lda'
find "$(dirname "$LDA")" -name lib90_sieve_plugin.so | grep -q . || skip_all 'no Pigeonhole'

OWNER=ann@site.example
PAGE=${1:-$WORK/page.eml}
ANSWER=${2:-$WORK/answer.eml}
PAGE=$(realpath "$PAGE")
ANSWER=$(realpath "$ANSWER")

[ $# -ge 1 ] || make_mail -H 'X-Auto-Response-Suppress: DR, RN, NRN, AutoReply' \
    '"S1 · reply late 25 min · support" <support@desk.example>' "$OWNER" '[support #42] Checkout is down' >"$PAGE"
[ $# -ge 2 ] || make_mail -H 'Auto-Submitted: auto-replied' -H 'X-Auto-Response-Suppress: All' \
    'Support <support@desk.example>' "$OWNER" '[support #42] We have your mail' >"$ANSWER"
# $1 may be for another address
OWNER=$(header "$PAGE" To | sed 's/.*<\([^>]*\)>.*/\1/')
# what the mistake would look like
make_mail -H 'Auto-Submitted: auto-generated' 'Support <support@desk.example>' "$OWNER" 'Said to be automatic' >"$WORK/auto.eml"
make_mail -H 'X-Auto-Response-Suppress: OOF' 'Support <support@desk.example>' "$OWNER" 'A page that wants no OOF' >"$WORK/oof.eml"

# A home of its own for each mail: vacation answers a sender once. The addresses are what the owner's script would know.
home() {
    HOME_DIR=$WORK/home.$1
    mkdir -p "$HOME_DIR/run"
    cat >"$HOME_DIR/vacation.sieve" <<END
require "vacation";
vacation :days 1 :addresses ["$OWNER"] "I am away until Monday. Please ask Bob.";
END
    cat >"$HOME_DIR/sendmail" <<END
#!/bin/sh
printf '%s\n' "\$*" >'$HOME_DIR/argv'
cat >'$HOME_DIR/answer'
END
    chmod +x "$HOME_DIR/sendmail"
    cat >"$HOME_DIR/dovecot.conf" <<END
base_dir = $HOME_DIR/run
log_path = $HOME_DIR/log
info_log_path = $HOME_DIR/log
debug_log_path = $HOME_DIR/log
mail_location = maildir:$HOME_DIR/Maildir
first_valid_uid = 0
postmaster_address = postmaster@site.example
hostname = site.example
sendmail_path = $HOME_DIR/sendmail
ssl = no
stats_writer_socket_path =
protocol lda {
  mail_plugins = sieve
}
plugin {
  sieve = file:$HOME_DIR/vacation.sieve
}
END
}

# give NAME FILE: delivers to the owner, who is away. Without -d no user database is asked, so no daemon is needed.
give() {
    home "$1"
    mail=$2
    [ "$(id -u)" != 0 ] || chown -R nobody "$HOME_DIR"
    set -- "$LDA" -c "$HOME_DIR/dovecot.conf" -f b1.x@desk.example -a "$OWNER" -m INBOX
    if [ "$(id -u)" = 0 ]; then
        chmod 0755 "$WORK"
        set -- setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"
    fi
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME="$HOME_DIR" USER=ann "$@" <"$mail" >"$HOME_DIR/out" 2>&1
}

answered() { [ -s "$HOME_DIR/answer" ]; }

# expect NAME FILE yes|no TEXT
expect() {
    if ! give "$1" "$2"; then
        fail "$4"
        diag "$(cat "$HOME_DIR/out" "$HOME_DIR/log" 2>/dev/null)"
        return
    fi
    if answered; then got=yes; else got=no; fi
    same "$4" "$3" "$got"
    same "$4: delivered all the same" 1 "$(find "$HOME_DIR/Maildir/new" -type f 2>/dev/null | wc -l | tr -d ' ')"
}

expect page "$PAGE" yes 'a paging mail gets its vacation answer'
match 'the answer goes to the envelope sender' 'b1\.x@desk\.example' "$(cat "$HOME_DIR/argv" 2>/dev/null)"
match 'it says so of itself (RFC 3834)' '^Auto-Submitted: auto-replied' "$(tr -d '\r' <"$HOME_DIR/answer" 2>/dev/null)"
match 'it is in the thread of the page' "^In-Reply-To: $(header "$PAGE" Message-ID)" "$(tr -d '\r' <"$HOME_DIR/answer")"
expect answer "$ANSWER" no 'an automatic answer of ours gets none'
expect auto "$WORK/auto.eml" no 'Auto-Submitted on a page would silence the vacation'
expect oof "$WORK/oof.eml" no 'so would OOF in X-Auto-Response-Suppress'

done_testing
