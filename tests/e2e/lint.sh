#!/bin/sh
# lint.sh: what `check` warns of beyond what is wrong: each finding where it is true, and silence where it is not.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/desk.sh
. "$(dirname "$0")/../desk.sh"

NOW=2026-05-26T10:00:00+02:00
# The warnings but for those of the sandbox desk itself: nobody signs its mail, and its holidays are few.
warnings() { escalate --now "$NOW" check 2>&1 | grep '^warning' | grep -v -e trusted-authserv -e 'runs dry' | sed "s,^warning: $WORK/,,"; }
levels() { LEVELS=$1 desk observe "${2:-}"; }
two='      - {notify: [bob], at: [75% respond], ack-within: 5m}
'

# ---- people ----
levels "$two      - {notify: [carol, dana], at: [100% respond]}"
same "two at the end: nothing" '' "$(warnings)"
levels "$two      - {notify: [dana], at: [100% respond]}"
same "one person without backup at the end" \
    "escalate.yaml:$(grep -n 'notify: \[dana\]' "$CONF" | cut -d: -f1):9: the last level of policy 'standard' asks dana alone, who has no backup: nobody is asked when dana is away" \
    "$(warnings)"
levels "$two      - {notify: [ann], at: [100% respond]}"
same "with a backup: nothing" '' "$(warnings)"
levels "$two      - {notify: [owner], at: [100% respond]}"
same "whoever owns it: nothing" '' "$(warnings)"
levels "$two      - {notify: [bob], at: [100% respond]}"
match "every level asks the same person" "^escalate.yaml:[0-9]+:3: every level of policy 'standard' asks bob: " "$(warnings)"
same "and that is all" 1 "$(warnings | wc -l | tr -d ' ')"
levels "$two      - {notify: [ann, bob], at: [100% respond]}"
match "backups that come back, at the end" "the last level of policy 'standard' asks Ann \(agent\) and Bob \(agent\), who stand in for each other only" "$(warnings)"
levels "      - {notify: [ann, bob], at: [75% respond], ack-within: 5m}
      - {notify: [carol, dana], at: [100% respond]}"
same "below the end the next level covers them" '' "$(warnings)"

# ---- addresses ----
levels "$two      - {notify: [carol, dana], at: [100% respond]}"
sed -i 's/carol@desk.test/carol@nowhere.invalid/' "$CONF"
same "an address that no mail reaches" \
    "escalate.yaml:$(grep -n 'carol@nowhere' "$CONF" | cut -d: -f1):3: contact 'carol', whom policy 'standard' asks, has the address carol@nowhere.invalid: no mail reaches that domain (RFC 2606)" \
    "$(warnings)"
sed -i 's/carol@nowhere.invalid/sales+carol@desk.test/' "$CONF"
match "an address of a queue" "contact 'carol'.*: that is a queue's: his mail would come back to us" "$(warnings)"
sed -i -e 's/sales+carol@desk.test/carol@desk.test/' -e 's/xeno@desk.test/xeno@nowhere.invalid/' "$CONF"
same "of somebody whom no policy asks: nothing" '' "$(warnings)"

# ---- the ladders of rules and of risks ----
levels "$two      - {notify: [carol, dana], at: [100% respond]}"
sed -i 's/^policies:$/&\n  quick: {levels: [{notify: [carol], ack-within: 5m}, {notify: [dana]}], exhausted: queue:operations}/' "$CONF"
same "a policy that nobody climbs by: nothing" '' "$(warnings)"
sed -i "s/severity: S1, category: outage}/severity: S1, policy: quick}/" "$CONF"
match "people of a rule's policy" "the last level of policy 'quick' asks dana alone, who has no backup" "$(warnings)"
same "once, though every queue may have it" 1 "$(warnings | wc -l | tr -d ' ')"
sed -i -e "s/severity: S1, policy: quick}/severity: S1, risk: legal}/" -e 's/^plans:$/risks: {legal: {policy: quick}}\n&/' "$CONF"
match "and of a risk's" "the last level of policy 'quick' asks dana alone, who has no backup" "$(warnings)"
sed -i 's/dana@desk.test/dana@nowhere.invalid/' "$CONF"
match "their addresses, too" "contact 'dana', whom policy 'quick' asks, has the address dana@nowhere.invalid" "$(warnings)"

# ---- duties ----
cat >"$WORK/rota.ics" <<'END'
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//escalate//tests//EN
BEGIN:VEVENT
UID:week@tests
DTSTAMP:20260101T000000Z
DTSTART;TZID=Europe/Berlin:20260105T080000
DTEND;TZID=Europe/Berlin:20260106T080000
RRULE:FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR
SUMMARY:bob
END:VEVENT
END:VCALENDAR
END
rota="      - {notify: [rota:primary], at: [75% respond], ack-within: 5m}
      - {notify: [carol, dana], at: [100% respond]}"
levels "$rota" 'rotas: {primary: {files: [rota.ics], timezone: Europe/Berlin}}'
same "a gap, once, where the level stands" \
    "escalate.yaml:$(grep -n 'notify: \[rota' "$CONF" | cut -d: -f1):9: policy standard level 1: nobody is on duty from Sat 30 May 08:00 CEST to Mon 1 Jun 08:00 CEST, and the rota has no fallback (oncall --gaps shows all)" \
    "$(warnings)"
levels "$rota" 'rotas: {primary: {files: [rota.ics], timezone: Europe/Berlin, fallback: carol}}'
same "with a fallback: nothing" '' "$(warnings)"
levels "$(echo "$rota" | sed 's/rota:primary/rota:primary, carol/')" 'rotas: {primary: {files: [rota.ics], timezone: Europe/Berlin}}'
same "with somebody beside the rota: nothing" '' "$(warnings)"
levels "$two      - {notify: [carol, dana], at: [100% respond]}" 'rotas: {primary: {files: [rota.ics], timezone: Europe/Berlin}}'
same "of a rota that no policy names: nothing" '' "$(warnings)"

# ---- groups ----
levels "$two      - {notify: [group:board], at: [100% respond]}" 'groups: {board: {members: [carol, dana]}}'
same "a group, whose members nobody knows to be away: nothing" '' "$(warnings)"

# ---- templates ----
levels "$two      - {notify: [carol, dana], at: [100% respond], template: ours}" 'templates: templates'
mkdir -p "$WORK/templates/en"
printf 'From: us\n\n{{headline}}\n{{#ticket.due}}{{target}} {{at_exact}}{{/ticket.due}}\n{{>foot}}\n' >"$WORK/templates/en/ours.txt"
printf '{{#tried}}{{.}}{{/tried}}\n' >"$WORK/templates/en/foot.mustache"
same "known values: nothing" '' "$(warnings)"
printf 'From: us\n\n{{headline}}\n{{#ticket.due}}{{ target }} {{/ticket.due}}\n{{^ticket.patient}}-{{/ticket.patient}}{{{line}}}\n{{>foot}}\n' >"$WORK/templates/en/ours.txt"
printf 'From: us\n\n{{line}} {{headline}}\n' >"$WORK/templates/en/line.txt"
printf '{{#tired}}{{.}}{{/tired}}\n' >"$WORK/templates/en/foot.mustache"
same "unknown ones, with file and line" "templates/en/foot.mustache:1:1: no mail of this template has a value 'tired': it renders as nothing
templates/en/line.txt:3:1: no mail of this template has a value 'headline': it renders as nothing
templates/en/ours.txt:5:1: no mail of this template has a value 'line': it renders as nothing
templates/en/ours.txt:5:1: no mail of this template has a value 'ticket.patient': it renders as nothing" "$(warnings | LC_ALL=C sort)"
exits "they are no fault" 0 escalate check

# ---- an include is named, not the file that includes it ----
rm -rf "$WORK/templates"
levels "$two      - {notify: [carol, dana, eve], at: [100% respond]}" 'include: [more.yaml]'
printf '\ncontacts:\n  eve: {email: [eve@nowhere.invalid]}\n' >"$WORK/more.yaml"
match "file and line of an included contact" '^more.yaml:3:3: contact .eve.' "$(warnings)"

# ---- what is shipped ----
"$ESCALATE" init "$WORK/starter" --country DE-BE >/dev/null 2>&1
same "the starter set: only what it says itself" 1 "$("$ESCALATE" -c "$WORK/starter/escalate.yaml" --now 2026-11-01T00:00:00Z check | grep -c '^warning')"
mkdir "$WORK/demo"
cp "$TOP_SRCDIR"/tests/demo/*.yaml "$TOP_SRCDIR"/tests/demo/*.ics "$TOP_SRCDIR/contrib/holidays/DE-BE.ics" "$WORK/demo"
match "the demo: that its mail goes to files" "^warning: .*escalate.yaml:[0-9]+:3: queue 'support' relays answers, and delivery.method 'directory' only writes mail to files: no customer gets any\$" \
    "$("$ESCALATE" -c "$WORK/demo/escalate.yaml" --now "$NOW" check | grep '^warning')"
same "and nothing else" 1 "$("$ESCALATE" -c "$WORK/demo/escalate.yaml" --now "$NOW" check | grep -c '^warning')"

done_testing
