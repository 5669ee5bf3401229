# shellcheck shell=sh
# scene.sh: the desk on which the faults happen, sourced after lib.sh and desk.sh. Everything that a daemon's run can find at once lies before
# it: $SCENE/before is the state, and one run at $SCENE_AT does the rest.

# scene_first: nothing but a configuration and one mail: the keys and the database are made.
scene_first() {
    desk observe
    make_mail 'Kim <kim@acme.test>' support@desk.test 'Cannot print' 'The printer eats paper.' | deliver kim@acme.test support@desk.test
    scene_keep
    SCENE_AT=2026-05-26T09:00:00+02:00
}

# scene_keep: what is there now becomes $SCENE/before.
scene_keep() {
    SCENE=$WORK
    mkdir "$WORK/before" || exit 99
    cp -a "$WORK"/*.yaml "$WORK"/*.ics "$WORK/spool" "$WORK/before" || exit 99
    for kept in key audit.key escalate.db bob.asc s.pem pager; do
        [ ! -f "$WORK/$kept" ] || cp -a "$WORK/$kept" "$WORK/before"
    done
}

page_for() { # NAME: the escalation mail about the ticket of that subject
    templated escalation | while IFS= read -r page; do
        if header "$page" Subject | grep -Fq -e "$1"; then printf '%s\n' "$page"; fi
    done | tail -n 1
}

# A delivery report about a page, to its envelope address.
report_about() { # PAGE
    about=$(sqlite_value "select sender from outbox where message_id = '$(header "$1" Message-ID | tr -d '<>')' or message_id = '$(header "$1" Message-ID)'")
    {
        printf -- '--r\nContent-Type: text/plain\n\nIt could not be delivered.\n\n'
        printf -- '--r\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.desk.test\n\n'
        printf 'Final-Recipient: rfc822; bob@desk.test\nAction: failed\nStatus: 5.1.1\n\n'
        printf -- '--r\nContent-Type: message/rfc822-headers\n\nMessage-ID: %s\n\n--r--\n' "$(header "$1" Message-ID)"
    } | make_mail -H 'Content-Type: multipart/report; report-type=delivery-status; boundary=r' MAILER-DAEMON@mx.desk.test "$about" Undelivered - |
        deliver '' "$about"
}

# scene_busy: three urgent tickets whose first page was sent, and one that is not; then, all at once: an acknowledgment, a bounce, a second mail, an
# answer of the team, a new mail, a large one with an attachment, one that no queue has, and levels that are due.
scene_busy() {
    desk observe
    # shellcheck disable=SC2034 # make_mail reads it
    NOW=2026-05-26T09:00:00+02:00
    for who in joe moe zoe; do
        make_mail "$who <$who@acme.test>" support@desk.test "$who: it is down" 'Nothing works.' | deliver "$who@acme.test" support@desk.test
    done
    make_mail 'Kim <kim@acme.test>' support@desk.test 'Cannot print' 'The printer eats paper.' | deliver kim@acme.test support@desk.test
    first_mail=$(last_message_id)
    at 2026-05-26T09:00:00+02:00 || exit 99
    at 2026-05-26T09:23:00+02:00 || exit 99
    reply "$(page_for joe)" bob@desk.test 'ACK'
    report_about "$(page_for moe)"
    make_mail -H "In-Reply-To: <$first_mail>" 'Kim <kim@acme.test>' support@desk.test 'Re: Cannot print' 'It eats more paper now.' |
        deliver kim@acme.test support@desk.test
    make_mail -H "In-Reply-To: <$first_mail>" -H 'Cc: support@desk.test' bob@desk.test kim@acme.test 'Re: [support #4] Cannot print' 'Take out the paper.' |
        deliver bob@desk.test support@desk.test
    make_mail 'Lee <lee@acme.test>' support@desk.test 'New here' 'How does this work?' | deliver lee@acme.test support@desk.test
    {
        printf -- '--b\nContent-Type: text/plain; charset=utf-8\n\nSee the file.\n'
        python3 -c 'for i in range(2500): print("line %d of a long report about what happened" % i)'
        printf -- '--b\nContent-Type: application/octet-stream; name=trace.bin\nContent-Transfer-Encoding: base64\nContent-Disposition: attachment; filename=trace.bin\n\n'
        python3 -c 'import base64,sys; sys.stdout.write(base64.encodebytes(bytes(i * 7 % 251 for i in range(90000))).decode())'
        printf -- '--b--\n'
    } | make_mail -H 'Content-Type: multipart/mixed; boundary=b' 'Max <max@acme.test>' support@desk.test 'A large one' - | deliver max@acme.test support@desk.test
    make_mail 'Una <una@acme.test>' nobody@else.test 'For nobody' | deliver una@acme.test nobody@else.test
    scene_keep
    SCENE_AT=2026-05-26T09:33:00+02:00
}

# answer_signed ENTITY TICKET TAG: Bob's answer to the page about that ticket; and the same text in a second mail, which waits in $WORK/again.
answer_signed() {
    page=$(page_for "$2")
    for way in spool again; do
        SPOOL=$WORK/$way
        printf 'From: bob@desk.test\nTo: %s\nSubject: Re: x\nMIME-Version: 1.0\nMessage-ID: <%s.%s@signed.test>\n' "$(SPOOL=$WORK/spool reply_to "$page")" "$way" "$3" |
            cat - "$1" | deliver bob@desk.test "$(reply_to "$page")"
    done
    SPOOL=$WORK/spool
}

# scene_signed: two pages to somebody whose acknowledgments must be signed, and his answers, by PGP and by S/MIME. In the present: see tests/signed.sh.
scene_signed() {
    make_keyring
    key bob none || exit 99
    gpg --armor --export bob@desk.test >"$WORK/bob.asc"
    certificate s bob
    desk observe
    sed -i -e 's/email: \[bob@desk.test\],/email: [bob@desk.test], ack-requires: signature, key: [bob.asc, s.pem],/' -e 's/calendar: office/calendar: always/' "$CONF"
    base=$(date +%s)
    for who in joe moe; do
        make_mail "$who <$who@acme.test>" support@desk.test "$who: it is down" 'Nothing works.' | deliver "$who@acme.test" support@desk.test
    done
    at "$(date -u -d "@$((base - 1440))" +%FT%TZ)" || exit 99
    at "$(date -u -d "@$((base - 30))" +%FT%TZ)" || exit 99
    make_spool "$WORK/again"
    SPOOL=$WORK/spool
    part 'ACK\n\n> [support #1]'
    pgp bob "$(date -u -d "@$base" +%Y%m%dT%H%M%S)" >"$WORK/pgp"
    answer_signed "$WORK/pgp" joe 1
    part 'ACK\n\n> [support #2]'
    smime s >"$WORK/smime"
    answer_signed "$WORK/smime" moe 2
    gpgconf --kill all
    scene_keep
    SCENE_AT=$(date -u -d "@$((base + 5))" +%FT%TZ)
}

# scene_paged: two levels are due whose way to Bob is a program: it keeps what it read, a file a call.
scene_paged() {
    told=$(dirname "$WORK")/desk
    desk observe 'channels:' "  chat: {method: command, argv: [$told/pager, '{{full_name}}']}"
    sed -i -e 's/^  bob: .*/  bob: {name: Bob Ng, email: [bob@desk.test], roles: [agent], backup: ann, channels: [chat]}/' -e 's/\(notify: \[bob\],\)/\1 channel: chat,/' "$CONF"
    printf '#!/bin/sh\ncat >"%s/new.$$" && mv "%s/new.$$" "%s/paged.$$"\n' "$told" "$told" "$told" >"$WORK/pager"
    chmod +x "$WORK/pager"
    # shellcheck disable=SC2034 # make_mail reads it
    NOW=2026-05-26T09:00:00+02:00
    for who in joe moe; do
        make_mail "$who <$who@acme.test>" support@desk.test "$who: it is down" 'Nothing works.' | deliver "$who@acme.test" support@desk.test
    done
    at 2026-05-26T09:00:00+02:00 || exit 99
    scene_keep
    SCENE_AT=2026-05-26T09:23:00+02:00
}
