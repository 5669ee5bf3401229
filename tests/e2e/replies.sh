#!/bin/sh
# replies.sh: whose word a reply is. What stands in it may be the requester's, what answers may be a member of a list, and the requester
# may come to know an address that is somebody's alone.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/desk.sh
. "$(dirname "$0")/../desk.sh"
command -v python3 >/dev/null || skip_all "no python3"

# fresh MODE [SED]: a desk, its configuration edited
fresh() {
    rm -rf "$WORK"/escalate.db* "$SPOOL" "$WORK"/key "$WORK"/audit.key
    desk "$1"
    [ $# -lt 2 ] || sed -i "$2" "$CONF"
}
# opened SUBJECT: Kim's ticket 1, S1; at 10:23 the first level is paged, by $page
opened() {
    make_mail 'Kim Lee <kim@acme.test>' support@desk.test "$1" 'Our shop is down.' | deliver kim@acme.test support@desk.test
    at 2026-05-26T10:00:00+02:00
    at 2026-05-26T10:23:00+02:00
    page=$(templated escalation | tail -n 1)
}
state_of() { escalate --json show 1 | python3 -c 'import json,sys; r=json.load(sys.stdin)["runs"][0]; print(r["state"], r["level"])'; }

# ---- a word in the subject that the requester wrote ----
empty_reply() { # SUBJECT of the ticket, SUBJECT of the reply without text
    fresh observe
    opened "$1"
    make_mail bob@desk.test "$(reply_to "$page")" "$2" ' ' | deliver bob@desk.test "$(reply_to "$page")"
    at 2026-05-26T10:26:00+02:00
}
empty_reply 'Shop is down' 'Re: [support #1] Shop is down ACK'
same "typed behind the subject: an ack" 'held 1' "$(state_of)"
for subject in 'Shop is down ACK' 'ACK' 'Shop is down: please  ACK 2h'; do
    empty_reply "$subject" "Re: [support #1] $subject"
    same "the ticket's subject is '$subject': nothing" 'climbing 1' "$(state_of)"
    match "and the choices" 'You can reply with' "$(plain "$(templated transcript)")"
done
done_testing
