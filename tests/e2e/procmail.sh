#!/bin/sh
# shellcheck disable=SC1091,SC2016
# The recipe of filters/procmail under a real procmail: 0 and one file, or 75 and none, and never a copy in the mailbox.
. "$(dirname "$0")/../lib.sh"

command -v procmail >/dev/null || skip_all 'no procmail'
need "$FILTER"
make_spool

# recipe FILTER: the recipe with its placeholders filled in, and a mailbox to fall through to.
recipe() {
    {
        printf 'SHELL=/bin/sh\nMAILDIR=%s\nDEFAULT=%s/mailbox\nORGMAIL=%s/mailbox\nLOGFILE=%s/procmail.log\n' \
            "$WORK" "$WORK" "$WORK" "$WORK"
        sed -e "s|@bindir@/escalate-filter|$1|" -e "s|@spool@|$SPOOL|" -e 's|@queue@|support|' \
            "$TOP_SRCDIR/filters/procmail/procmailrc"
    } >"$WORK/rc"
}

# procmail_as MODE: the mail on standard input goes through procmail as -m RC, or as a delivery (-t RC, as an MTA would).
procmail_as() {
    case $1 in
    -m) (cd "$WORK" && procmail -m "$WORK/rc") ;;
    -t) (cd "$WORK" && procmail -t -f bo@example.net "$WORK/rc") ;;
    --) (cd "$WORK" && procmail -f bo@example.net "$WORK/rc") ;;
    esac
}

# through NAME STATUS MODE INPUT
through() {
    procmail_as "$3" <"$4" >"$WORK/out" 2>&1
    same "$1: exit $2" "$2" $?
    check_not "$1: nothing in the mailbox" test -s "$WORK/mailbox"
}

forget() { find "$SPOOL/incoming" -type f -exec rm -f {} +; }

make_mail bo@example.net support@example.org 'It is down' 'First line.

From here on it is text.' >"$WORK/mail"
{ printf 'From bo@example.net Mon Nov 23 09:00:00 2026\n' && cat "$WORK/mail"; } >"$WORK/mbox"
{ cat "$WORK/mbox" && seq -f '%060.0f' 40000; } >"$WORK/large"
tail -n +2 "$WORK/large" >"$WORK/large-mail"

printf 'Subject: x\n\nno line end' >"$WORK/noeol"
arrived() { mail_of "$(spool_files incoming | tail -n 1)" >"$WORK/arrived"; }

for mode in -m -t --; do
    recipe "$FILTER"
    through "$mode" 0 $mode "$WORK/mbox"
    same "$mode: one file" '1 0' "$(count incoming) $(count tmp)"
    same "$mode: sender and queue" 'Sender: bo@example.net
Queue: support' "$(envelope_of "$(spool_files incoming)" | grep '^Sender\|^Queue')"
    arrived
    same_file "$mode: the mail" "$WORK/mail" "$WORK/arrived"
    forget

    through "$mode, large" 0 $mode "$WORK/large"
    arrived
    same_file "$mode, large: the mail" "$WORK/large-mail" "$WORK/arrived"
    forget

    through "$mode, no line end" 0 $mode "$WORK/noeol"
    arrived
    same_file "$mode, no line end: the mail" "$WORK/noeol" "$WORK/arrived"
    forget

    mv "$SPOOL/incoming" "$SPOOL/gone"
    through "$mode, no incoming" 75 $mode "$WORK/mbox"
    through "$mode, no incoming, large" 75 $mode "$WORK/large"
    mv "$SPOOL/gone" "$SPOOL/incoming"
    same "$mode, no incoming: nothing in the spool" '0 0' "$(count incoming) $(count tmp)"

    recipe "$WORK/not-installed"
    through "$mode, no filter" 75 $mode "$WORK/mbox"
    recipe /bin/false
    through "$mode, a filter that fails" 75 $mode "$WORK/mbox"
    same "$mode, a filter that fails: nothing in the spool" '0 0' "$(count incoming) $(count tmp)"

    recipe "$FILTER"
    through "$mode, after the repair" 0 $mode "$WORK/mbox"
    same "$mode, after the repair: one file" 1 "$(count incoming)"
    forget
done

recipe "$FILTER"
(cd "$WORK" && procmail -t -f '<>' "$WORK/rc") <"$WORK/mail"
same 'null sender: empty in the envelope' 'Sender: ' "$(envelope_of "$(spool_files incoming)" | grep '^Sender')"

done_testing
