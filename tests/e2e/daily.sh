#!/bin/sh
# daily.sh: the mail to the lead: open, late, unowned, held, what was filed under other since the last one, the head of the audit; on days
# on which the queue is open, once.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/desk.sh
. "$(dirname "$0")/../desk.sh"
command -v python3 >/dev/null || skip_all "no python3"
desk relay
at 2026-05-22T09:00:00+02:00
same "the first day of all has none" 0 "$(templated_count daily)"
make_mail kim@acme.test support@desk.test 'Old printer' 'It is slow.' | deliver kim@acme.test support@desk.test
make_mail eve@beta.test support@desk.test 'Invoice' 'It is wrong.' | deliver eve@beta.test support@desk.test
at 2026-05-22T16:00:00+02:00
escalate --now 2026-05-22T16:01:00+02:00 take --as bob 2 >/dev/null
make_mail -H 'X-Spam-Flag: YES' crook@evil.test support@desk.test 'Cheap watches' 'Buy.' | deliver crook@evil.test support@desk.test
make_mail lost@acme.test nobody@desk.test 'Whose is it?' 'Hello.' | deliver lost@acme.test nobody@desk.test
at 2026-05-23T12:00:00+02:00
same "nor have days on which the queue is closed" 0 "$(sqlite_value "select count(*) from outbox where template = 'daily' and recipient = 'carol@desk.test'")"
at 2026-05-25T12:00:00+02:00
same "nor a holiday" 0 "$(sqlite_value "select count(*) from outbox where template = 'daily' and recipient = 'carol@desk.test'")"
at 2026-05-26T14:00:00+02:00
mail=$(for f in $(templated daily); do if header "$f" Subject | grep -q 'support\]'; then echo "$f"; fi; done)
text=$(plain "$mail" | tr '\n' ' ' | tr -s ' ')
match "the lead's, on the next open day" 'carol@desk.test' "$(header "$mail" To)"
match "open, late, unowned" 'support on 2026-05-26: 2 open, 2 late, 1 without an owner' "$text"
match "which, whose" '#1 S3 new, LATE, no owner: Old printer' "$text"
match "held" 'On hold 1 ' "$text"
match "other since Friday: how many" 'Other 1 since the last of these mails' "$text"
match "who and what" 'rule from crook@evil.test: Cheap watches' "$text"
head=$(printf '%s' "$text" | sed -n 's/.*Audit \([0-9]*:[0-9a-f]*\).*/\1/p')
check "the audit's head, good for a check: $head" escalate audit verify --head "$head"
match "and in the log" 'event=audit-head head=[0-9]+:[0-9a-f]+' "$(cat "$WORK/log")"
at 2026-05-26T16:00:00+02:00
same "once a day" 1 "$(for f in $(templated daily); do header "$f" Subject; done | grep -c 'support\] 2026-05-26')"
at 2026-05-27T14:00:00+02:00
last=$(for f in $(templated daily); do if header "$f" Subject | grep -q 'support\] 2026-05-27'; then echo "$f"; fi; done)
match "what was told is not told again" 'Other 0 since' "$(plain "$last" | tr '\n' ' ' | tr -s ' ')"
done_testing
