#!/bin/sh
# german.sh: a desk that reads German: what asks its people, what they hear of their answers, lines, digests, exercises and notices are German as
# whole mails; a site says some of it in its own words; what operators see stays English.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/desk.sh
. "$(dirname "$0")/../desk.sh"
command -v python3 >/dev/null || skip_all "no python3"

day=2026-05-26
# fresh [LINE…]: a new desk of queues that speak German.
fresh() {
    rm -rf "$WORK"/escalate.db* "$SPOOL" "$WORK"/key "$WORK"/audit.key
    desk relay "$@"
    sed -i -e 's/default-severity: S\([13]\)}/default-severity: S\1, language: de}/' -e 's/^  bob:  *{/&name: Robert Müller, /' "$CONF"
}
write() { make_mail "Kim Lee <kim@acme.test>" support@desk.test "$1" "$2" | deliver kim@acme.test support@desk.test; }
last() { plain "$(sent_to "$1@desk.test" | grep -e "-$2\\.eml\$" | tail -n 1)"; }
subject() { python3 -c 'import sys,email,email.policy
print(email.message_from_binary_file(open(sys.argv[1],"rb"),policy=email.policy.default)["Subject"])' "$1"; }
flat() { last "$@" | tr '\n' ' ' | tr -s ' '; }
# Whatever was sent so far, as people read it, but for lines with words that are typed, and paths.
english() {
    for f in $(outgoing); do
        { subject "$f"; plain "$f"; } | grep -vE 'ACK until|PASS name|NOTE text|^Audit |/[a-z]+/' | sed 's/[^ ]*…//g' | grep -inwE 'the|is|you|your|and|has|have|until|nobody|asked|of|to|for|it|by|who|from|with|this|took|answer|late|due' | sed "s|^|$(basename "$f"): |"
    done
}
limits() { # of every mail: 72 columns, umlauts whole
    for f in $(outgoing | grep -v -e '-relay-in\.eml$' -e '-new-ticket\.eml$'); do
        plain "$f" | python3 -c 'import sys
for l in sys.stdin.read().split("\n"):
    if len(l) > 72 and " " in l[:72].strip() and "@" not in l and not l.startswith("Audit "): print(len(l), l)
    if "\ufffd" in l or any(ord(c) < 32 for c in l): print("broken", repr(l))'
    done
}

# ---- a page, why him, an absence, an ack, a refusal, a line ----
fresh
write 'Shop steht' 'Unser Shop ist down, keine Bestellung geht mehr durch.'
at ${day}T10:00:00+02:00
at ${day}T10:23:00+02:00
page=$(templated escalation | head -n 1)
match "why he is asked" '^Warum Sie   Stufe 1 von 3, agent$' "$(last bob escalation)"
make_mail -H 'Auto-Submitted: auto-replied' bob@desk.test "$(reply_to "$page")" 'Abwesend: Shop steht' 'Ich bin bis zum 29.12.2026 abwesend.' |
    deliver bob@desk.test "$(reply_to "$page")"
at ${day}T10:24:00+02:00
match "who was asked before, and what came of it" 'Sie vertreten Robert Müller; Stufe 1 von 3, agent. Robert Müller wurde 10:23 angeschrieben: abwesend, ab Mi 30\. Dez wieder da' "$(flat ann escalation)"
page=$(sent_to ann@desk.test | grep -e '-escalation\.eml$' | head -n 1)
reply "$page" ann@desk.test 'MERGE 99'
at ${day}T10:24:10+02:00
match "why a verb is refused" '^Nicht ausgeführt: es gibt kein Ticket 99\.$' "$(last ann transcript)"
reply "$page" ann@desk.test 'ACK until 2020-01-01'
at ${day}T10:24:12+02:00
match "and that a time is past" '^Nicht ausgeführt: der Zeitpunkt „2020-01-01' "$(last ann transcript)"
reply "$page" ann@desk.test 'OK? Was ist das'
at ${day}T10:24:15+02:00
match "what holds no verb" '^Ihre Mail bleibt als Notiz\. Sie enthält keinen eindeutigen Befehl' "$(last ann transcript)"
reply "$page" ann@desk.test 'STATUS'
at ${day}T10:24:20+02:00
match "how it stands" 'So steht es: Jetzt gefragt: Ann, bis 10:34 CEST\. Danach: noch eine Mail\.' "$(flat ann transcript)"
at ${day}T10:30:00+02:00
match "the next level" '^Jetzt fällig: unsere Antwort, 10:30\.$' "$(last carol escalation)"
match "what was tried" 'Ann wurde 10:24 angeschrieben: noch keine Antwort; Robert Müller wurde 10:23 angeschrieben: abwesend, ab Mi 30\. Dez wieder da' "$(flat carol escalation)"
reply "$(sent_to carol@desk.test | grep -e '-escalation\.eml$' | tail -n 1)" carol@desk.test 'bin dran'
at ${day}T10:31:00+02:00
match "an ack" '^Sie haben es, bis 11:31 CEST\. So lange wird niemand sonst gefragt\.$' "$(last carol transcript)"
match "with the state of the ticket" '^Stand       offen, S1, zuständig Carol$' "$(last carol transcript)"
match "the others hear of it" 'Carol hat es übernommen, bis Di 26\. Mai 11:31 CEST\. Sie müssen nichts tun\.' "$(flat ann line)"
escalate --now ${day}T10:40:00+02:00 resolve 1 'Neu gestartet' >"$WORK/said"
same "an operator reads English" 'Resolved.
The customer was told: "Neu gestartet"' "$(cat "$WORK/said")"
at ${day}T10:41:00+02:00
match "the end" '^Es ist erledigt: es ist gelöst\. Sie müssen nichts tun\.$' "$(last carol line)"
match "explain stays English, without marks" 'reached by mail: Carol took it, Tue 26 May 10:31 CEST$' "$(escalate explain 1)"
no_match "so does JSON" 'u000[1-4]' "$(escalate --json explain 1; escalate --json show 1)"
page=$(sent_to carol@desk.test | grep -e '-escalation\.eml$' | tail -n 1)
reply "$page" carol@desk.test 'CONTAINED'
at ${day}T10:42:00+02:00
match "the state in a refusal" '^Nicht ausgeführt: das Ticket ist gelöst\.$' "$(last carol transcript)"
no_match "no English is left in all these mails" . "$(english)"
same "nor is any too wide, or broken" '' "$(limits)"

# ---- a bounce, everybody asked ----
fresh
write 'Shop steht' 'Unser Shop ist down.'
at ${day}T10:00:00+02:00
at ${day}T10:23:00+02:00
{ printf 'From: MAILER-DAEMON@mx.test\nTo: %s\nSubject: Undelivered\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n' "$(envelope_sender escalation)"
  printf -- '--b\nContent-Type: text/plain\n\nfailed\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.test\n\nFinal-Recipient: rfc822; bob@desk.test\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 no such user\n\n--b--\n'
} | deliver '' "$(envelope_sender escalation)"
at ${day}T10:24:00+02:00
match "a bounce" 'Robert Müller wurde 10:23 angeschrieben: unzustellbar: 550 5\.1\.1 no such user' "$(flat ann escalation)"
for t in 10:34 10:44 10:54 11:24 11:34; do at ${day}T$t:00+02:00; done
match "the ticket about it has a German subject" '\[operations #2\] Niemand hat übernommen: \[support #1\] Shop steht' "$(subject "$(sent_to dana@desk.test | grep -e '-new-ticket\.eml$' | tail -n 1)")"
match "and text" 'Jede Stufe des Regelwerks „standard“ wurde zu \[support #1\] gefragt' "$(last dana new-ticket)"
match "the lead knows" 'Alle Stufen des Regelwerks standard wurden gefragt, und niemand hat es übernommen\. Ticket 2 in operations fragt weiter\.' "$(flat carol line)"
no_match "no English" . "$(english | grep -v 'no such user')"
same "no width" '' "$(limits)"

# ---- a digest ----
fresh 'limits: {per-person: 1/1h, immune: []}'
for n in 1 2 3; do write "Shop $n steht" "Unser Shop $n ist down."; done
at ${day}T10:00:00+02:00
at ${day}T10:23:00+02:00
at ${day}T10:33:00+02:00
at ${day}T10:44:00+02:00
digest=$(sent_to carol@desk.test | grep -e '-digest\.eml$' | tail -n 1)
match "a digest's subject" '^\[support\] Eskalationen, die auf Sie warten$' "$(subject "$digest")"
match "the next of each" 'Keine Antwort bis 10:[0-9]*: ' "$(plain "$digest")"
make_mail carol@desk.test "$(reply_to "$digest")" "Re: x" 'ACK ALL' | deliver carol@desk.test "$(reply_to "$digest")"
at ${day}T10:45:00+02:00
match "what became of each" '\[support #[23]\] Sie haben es, bis 11:45 CEST\.' "$(flat carol transcript)"
make_mail carol@desk.test "$(reply_to "$digest")" "Re: x" 'NO' | deliver carol@desk.test "$(reply_to "$digest")"
at ${day}T10:46:00+02:00
match "what a digest does not take" 'also könnte „NO“ jedem davon gelten: nichts wurde geändert' "$(flat carol transcript)"
no_match "no English" . "$(english)"
same "no width" '' "$(limits)"

# ---- an exercise ----
fresh
escalate --now ${day}T10:00:00+02:00 drill --policy standard >/dev/null
at ${day}T10:00:00+02:00
page=$(templated escalation | head -n 1)
match "its subject" '^ÜBUNG: \[support #1\] Regelwerk standard$' "$(subject "$page")"
same "its first line" 'ÜBUNG: antworten Sie wie im Ernstfall. Kein Kunde wartet.' "$(plain "$page" | head -n 1)"
reply "$page" bob@desk.test ACK
at ${day}T10:04:00+02:00
match "he hears" 'Das war eine Übung, und sie ist vorbei\. Bis zu Ihrer Antwort dauerte es 4 min\.' "$(flat bob line)"
match "the report's subject" '^\[support\] Übung 1: Robert Müller hat übernommen, es dauerte 4 min$' "$(subject "$(templated drill | tail -n 1)")"
match "its rows" 'Robert Müller, Stufe 1: ack, es dauerte 4 min' "$(last carol drill)"
no_match "no English" . "$(english)"
same "no width" '' "$(limits)"
match "an operator's report is English" 'Robert Müller took it after 4 min' "$(escalate drill report 1)"

# ---- the work address, the lead's mails ----
fresh
write 'Drucker' 'Der Drucker druckt nicht.'
at ${day}T10:00:00+02:00
team=$(sent_to bob@desk.test | grep -e '-new-ticket\.eml$' | tail -n 1)
work() { make_mail bob@desk.test "$(reply_to "$team")" "Re: x" "$1" | deliver bob@desk.test "$(reply_to "$team")"; at "$2"; }
work '#reslove Fertig' ${day}T10:01:00+02:00
match "a verb that is none" '„#reslove Fertig“ ist nicht zu verstehen\. Der ähnlichste Befehl ist #resolve\.' "$(flat bob transcript)"
work '#override severity S1 because so' ${day}T10:02:00+02:00
match "a verb that is not his" '^Nicht ausgeführt: Ihre Rolle darf „override“ nicht benutzen\.$' "$(last bob transcript)"
work '#severity S2' ${day}T10:03:00+02:00
match "a severity" '^Die Schwere ist S2\.$' "$(last bob transcript)"
work '#assign ann' ${day}T10:04:00+02:00
match "an owner" '^Sie sind jetzt für dieses Ticket zuständig\.$' "$(last ann line)"
work '#wait until fri 10:00' ${day}T10:05:00+02:00
match "a wait" '^Es wartet bis Fr 10:00 CEST: die Fristen laufen weiter\.$' "$(last bob transcript)"
make_mail -H 'Precedence: bulk' -H 'List-Id: <x.test>' news@x.test support@desk.test 'Angebot' 'Kaufen Sie' | deliver news@x.test support@desk.test
at 2026-05-27T09:00:00+02:00
match "the daily mail" '^\[support\] 2026-05-27: 1 offen, [01] überfällig, 0 ohne Zuständigen$' "$(subject "$(sent_to carol@desk.test | grep -e '-daily\.eml$' | head -n 1)")"
match "its rows" '^#1 S2 wartend' "$(plain "$(sent_to carol@desk.test | grep -e '-daily\.eml$' | head -n 1)")"
match "what was filed" 'Massenmail von news@x\.test: Angebot' "$(plain "$(sent_to carol@desk.test | grep -e '-daily\.eml$' | head -n 1)")"
no_match "no English" . "$(english)"
same "no width" '' "$(limits)"

# ---- how people are reached, maintenance ----
fresh
escalate --now ${day}T09:10:00+02:00 roundcall bob >/dev/null
escalate --now ${day}T09:11:00+02:00 maintenance support until 12:00 >/dev/null
write 'Shop steht' 'Unser Shop ist down.'
at ${day}T10:00:00+02:00
at ${day}T10:23:00+02:00
match "he is asked" '^\[support\] Bitte bestätigen: wie wir Sie erreichen$' "$(subject "$(sent_to bob@desk.test | grep -e '-roundcall\.eml$')")"
escalate --now ${day}T10:24:00+02:00 assign 1 dana >/dev/null
at ${day}T12:00:00+02:00
match "an owner who was not asked hears of it at once" '^Sie sind jetzt für dieses Ticket zuständig\.$' "$(last dana new-ticket)"
for d in 27 28 29; do at 2026-05-${d}T10:00:00+02:00; done
at 2026-06-03T10:00:00+02:00
match "who did not say is told of" '^\[support\] 1 von 1 haben nicht bestätigt, wie sie zu erreichen sind$' "$(subject "$(sent_to carol@desk.test | grep -e '-roundcall-end\.eml$')")"
no_match "no English" . "$(english)"
same "no width" '' "$(limits)"

# ---- a site's own words ----
fresh 'templates: site'
mkdir -p "$WORK/site/de" "$WORK/site/en"
printf 'msgid "Noted."\nmsgstr "Ist vermerkt."\n' >"$WORK/site/de/messages.po"
printf 'msgid "Severity is {severity}."\nmsgstr "Now {severity}."\n' >"$WORK/site/en/messages.po"
exits "are good" 0 escalate check
sed -i 's/^  ann:  *{/&language: en, /' "$CONF"
write 'Drucker' 'Der Drucker druckt nicht.'
at ${day}T10:00:00+02:00
team=$(sent_to bob@desk.test | grep -e '-new-ticket\.eml$' | tail -n 1)
work '#note Papierstau' ${day}T10:01:00+02:00
match "stand before the built-in ones" '^Ist vermerkt\.$' "$(last bob transcript)"
work '#severity S2' ${day}T10:02:00+02:00
match "which fill up" '^Die Schwere ist S2\.$' "$(last bob transcript)"
team=$(sent_to ann@desk.test | grep -e '-new-ticket\.eml$' | tail -n 1)
make_mail ann@desk.test "$(reply_to "$team")" "Re: x" '#severity S1' | deliver ann@desk.test "$(reply_to "$team")"
at ${day}T10:03:00+02:00
match "in English too" '^Now S1\.$' "$(last ann transcript)"
same "but not for an operator" 'Severity is S3.' "$(escalate --now ${day}T10:04:00+02:00 severity 1 S3)"
printf 'msgid "Noted."\nmsgstr "Vermerkt: {what}."\n' >"$WORK/site/de/messages.po"
exits "a value that there is not is refused" 78 escalate check
match "with file and line" "messages\.po:1:1: expected '' in the msgstr, not '{what}', of 'Noted\.'" "$(escalate check 2>&1)"
printf 'msgid "Nothing like that."\nmsgstr "So nicht."\n' >"$WORK/site/de/messages.po"
exits "so is a message that there is not" 78 escalate check
match "by its name" "escalate has no message 'Nothing like that\.'" "$(escalate check 2>&1)"
done_testing
