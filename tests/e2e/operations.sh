#!/bin/sh
# shellcheck disable=SC1091,SC2034
# operations.sh: the ticket about a ticket that nobody took says whose it is, and answers to it go to no customer. Beside it what the first
# lines of a page say where there is no impact, no subject, and no second left.
. "$(dirname "$0")/../lib.sh"
. "$TOP_SRCDIR/tests/desk.sh"

desk relay
sed -i '/operations:/s/mode: observe, announce: yes/mode: relay/' "$CONF"
export NOW=2026-05-26T09:00:00+02:00
printf 'Hello,\n\nour checkout is down since nine, nobody can order.\n\nEve\n' | make_mail 'Eve Li <eve@acme.test>' support@desk.test '' - \
    | deliver eve@acme.test support@desk.test
for clock in 09:00:00 09:22:30 09:30:00 09:40:00; do at "2026-05-26T$clock+02:00"; done
flat() { plain "$1" | tr '\n' ' ' | tr -s ' '; }

# ---- the first lines ----
same "without a subject: the first words, without greeting and stop" '[support #1] our checkout is down since nine, nobody can order' \
    "$(header "$(templated auto-ack)" Subject)"
page=$(templated escalation | sed -n 2p)
match "a page: who, in his own words, how late" '^Eve Li: "our checkout is down since nine, .*" Our answer is due now, 09:30\.' "$(flat "$page" | cut -c1-90)"
match "no seconds in its name" 'reply due now' "$(python3 -c 'import sys,email,email.policy
print(email.message_from_binary_file(open(sys.argv[1],"rb"),policy=email.policy.default)["From"])' "$page")"
match "nor in its HTML" 'is due now, <b>09:30</b>' "$(python3 -c 'import sys,email,email.policy
print(email.message_from_binary_file(open(sys.argv[1],"rb"),policy=email.policy.default).get_body(("html",)).get_content())' "$page")"
escalate --now 2026-05-26T09:50:00+02:00 impact 1 no orders, 40 shops >/dev/null
for clock in 10:10:00 10:20:00; do at "2026-05-26T$clock+02:00"; done

# ---- the team of operations ----
at 2026-05-26T10:31:00+02:00
new=$(templated new-ticket | tail -n 1)
match "a ticket opens in operations" '^\[operations #2\] Nobody took \[support #1\] our checkout' "$(header "$new" Subject)"
match "it names the customer and the impact" '^Eve Li: no orders, 40 shops$' "$(plain "$new")"
match "his address" '^Customer +Eve Li <eve@acme.test>$' "$(plain "$new")"
match "what he wrote" '^> our checkout is down since nine' "$(plain "$new")"
match "and where he waits" 'There is no customer to answer in this ticket; its customer waits in \[support #1\]: Eve Li' "$(flat "$new")"
no_match "not that a reply goes to him" 'reply goes to the customer' "$(flat "$new")"
before=$(mailed)
reply "$new" dana@desk.test 'I call her now.'
at 2026-05-26T10:35:00+02:00
same "an answer is answered to its writer alone" "$((before + 1)) dana@desk.test" "$(mailed) $(header "$(sent -1)" To | sed 's/.*<//;s/>//')"
match "it is kept" 'Your answer is kept in this ticket' "$(flat "$(sent -1)")"
match "and meets respond there" '^respond in operations: .*met$' "$(escalate explain 2)"
same "not in the other" 1 "$(escalate explain 1 | grep -c '^respond in support: .*running$')"

exits "that its customer was answered must be said where he waits" 1 escalate --now 2026-05-26T10:35:30+02:00 answered --as dana 2 told her
match "which is named" 'he waits in \[support #1\]' "$(cat "$WORK/out")"
before=$(mailed)
escalate --now 2026-05-26T10:36:00+02:00 resolve --as dana 2 'She was called.' >"$WORK/resolved"
match "who resolves it hears that the other is open" '\[support #1\], which it was about, is still open, and its customer was told nothing\.' "$(cat "$WORK/resolved")"
at 2026-05-26T10:36:00+02:00
same "its end is mailed to nobody: it has no customer" "$before" "$(mailed)"
escalate --now 2026-05-26T10:37:00+02:00 reopen --as dana 2 >/dev/null

# ---- its page, once its own clock presses ----
at 2026-05-26T14:00:00+02:00
page=$(templated escalation | tail -n 1)
match "the page is about the customer" '^Eve Li: no orders, 40 shops Our answer was due 09:30, [0-9]+ h' "$(flat "$page" | cut -c1-90)"
match "with the ticket that it is about" '^About +\[support #1\] our checkout' "$(plain "$page")"
match "and his words" '^> our checkout is down' "$(plain "$page")"
done_testing
