#!/bin/sh
# outage.sh: mail that cannot leave is an incident of its own: a ticket in operations after ten minutes, one for one outage, resolved by itself.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/desk.sh
. "$(dirname "$0")/../desk.sh"

DELIVERY='delivery: {method: smtp, host: 127.0.0.1, port: 1, tls: off}'
desk observe
ops() { sqlite_value "select state || ' ' || subject from ticket where queue = 'operations' order by id"; }
make_mail kim@shop.test support@desk.test 'Slow' 'The checkout is slow.' | deliver kim@shop.test support@desk.test
at 2026-05-26T10:00:00+02:00
same "an outage is none at once" "" "$(ops)"
at 2026-05-26T10:09:00+02:00
same "nor within ten minutes" "" "$(ops)"
at 2026-05-26T10:10:30+02:00
same "then it is a ticket" "new Mail cannot leave" "$(ops)"
match "which says what to do" 'whoever reads this must tell people by other means' "$(sqlite_value "select cast(bytes as text) from outbox where template = 'new-ticket'")"
at 2026-05-26T12:00:00+02:00
same "one for one outage" 1 "$(ops | grep -c .)"
same "in the audit" 1 "$(escalate --json audit 2 | grep -c '"outage"')"
sed -i 's/^delivery: .*/delivery: {method: directory}/' "$CONF"
at 2026-05-26T14:00:00+02:00
same "when mail leaves again it is resolved" "resolved Mail cannot leave" "$(ops)"
same "and nobody is escalated about it" "" "$(sqlite_value "select id from run where ticket_id = 2 and ended_at is null")"
sed -i 's/^delivery: .*/delivery: {method: smtp, host: 127.0.0.1, port: 1, tls: off}/' "$CONF"
make_mail kim@shop.test support@desk.test 'Slower' 'The checkout is slower.' | deliver kim@shop.test support@desk.test
at 2026-05-26T15:00:00+02:00
sed -i 's/^delivery: .*/delivery: {method: directory}/' "$CONF"
at 2026-05-26T15:09:00+02:00
same "a short one opens none" 1 "$(ops | grep -c .)"
done_testing
