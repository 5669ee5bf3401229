#!/bin/sh
# maildrop.sh: the recipe of filters/maildrop under a real maildrop: 0 and one file, or 75 and none, and never a copy in the mailbox.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

command -v maildrop >/dev/null || skip_all 'no maildrop'
need "$FILTER"
make_spool

# recipe FILTER: the recipe with its placeholders filled in, and a mailbox to fall through to.
recipe() {
    {
        echo "DEFAULT=\"$WORK/mailbox\""
        sed -e "s|@bindir@/escalate-filter|$1|" -e "s|@spool@|$SPOOL|" -e 's|@queue@|support|' "$TOP_SRCDIR/filters/maildrop/mailfilter"
    } >"$WORK/mailfilter"
    chmod 600 "$WORK/mailfilter" # as maildrop wants it
}

# through NAME STATUS SENDER INPUT
through() {
    (cd "$WORK" && maildrop -f "$3" ./mailfilter) <"$4" >"$WORK/out" 2>&1
    same "$1: exit $2" "$2" $?
    check_not "$1: nothing in the mailbox" test -s "$WORK/mailbox"
}
arrived() { mail_of "$(spool_files incoming | tail -n 1)" >"$WORK/arrived"; }
forget() { find "$SPOOL/incoming" -type f -exec rm -f {} +; }

make_mail bo@example.net support@example.org 'It is down' 'First line.
.
From here on it is text: grüße' >"$WORK/mail"
{ cat "$WORK/mail" && seq -f '%060.0f' 40000; } >"$WORK/large"

recipe "$FILTER"
through 'a mail' 0 bo@example.net "$WORK/mail"
same 'a mail: one file' '1 0' "$(count incoming) $(count tmp)"
same 'a mail: sender and queue' 'Sender: bo@example.net
Queue: support' "$(envelope_of "$(spool_files incoming)" | grep '^Sender\|^Queue')"
arrived
same_file 'a mail: as it was' "$WORK/mail" "$WORK/arrived"
forget
through 'large' 0 bo@example.net "$WORK/large"
arrived
same_file 'large: as it was' "$WORK/large" "$WORK/arrived"
forget
through 'null sender' 0 '' "$WORK/mail"
same 'null sender: empty in the envelope' 'Sender: ' "$(envelope_of "$(spool_files incoming)" | grep '^Sender')"
forget
# shellcheck disable=SC2016 # as it is
through 'a sender that a shell would run' 0 '"$(touch${IFS}bad)`touch${IFS}bad`"@example.net' "$WORK/mail"
# shellcheck disable=SC2016
same 'a sender that a shell would run: is text' 'Sender: "$(touch${IFS}bad)`touch${IFS}bad`"@example.net' "$(envelope_of "$(spool_files incoming)" | grep '^Sender')"
check_not 'a sender that a shell would run: nothing ran' test -e "$WORK/bad"
forget

mv "$SPOOL/incoming" "$SPOOL/gone"
through 'no incoming' 75 bo@example.net "$WORK/mail"
through 'no incoming, large' 75 bo@example.net "$WORK/large"
mv "$SPOOL/gone" "$SPOOL/incoming"
recipe "$WORK/not-installed"
through 'no filter' 75 bo@example.net "$WORK/mail"
recipe /bin/false
through 'a filter that fails' 75 bo@example.net "$WORK/mail"
same 'failures: nothing in the spool' '0 0' "$(count incoming) $(count tmp)"
recipe "$FILTER"
through 'after the repair' 0 bo@example.net "$WORK/mail"
same 'after the repair: one file' 1 "$(count incoming)"

done_testing
