#!/bin/sh
# shellcheck disable=SC1091,SC2034
# roundcall.sh: contacts are asked once, answer OK or something else, are reminded, and whoever did not confirm is told to the lead: who was
# silent, whose mail came back, and what others wrote.
. "$(dirname "$0")/../lib.sh"
. "$TOP_SRCDIR/tests/desk.sh"

desk relay
sed -i -e '/^  bob:/s/roles:/phone: "+49 30 123", roles:/' -e '/^  ann:/s/roles:/language: de, roles:/' -e 's/^plans:/vendors:\n  cdn: {email: [noc@cdn.test]}\nplans:/' "$CONF"
flat() { plain "$1" | tr '\n' ' ' | tr -s ' '; }
call() {
    call_time=$1
    shift
    escalate --now "2026-05-${call_time}+02:00" roundcall "$@" >"$WORK/out" 2>"$WORK/err"
}
states() { escalate --now "2026-05-${1}+02:00" --json roundcall | python3 -c 'import json,sys
for line in sys.stdin:
    for a in json.loads(line)["asked"]: print(a["contact"], a["state"], a["reason"] or "", (a["note"] or "").strip(), sep="|")'; }
mail_to() { sent_to "$1" | grep -e '-roundcall\.eml$' | tail -n 1; }
# answers ADDRESS FROM BODY: to the question that went to that address.
answers() { reply "$(mail_to "$1")" "$2" "$3"; }

match 'before the first, nothing is shown' 'No round has been held' "$(escalate roundcall)"
exits 'a contact that there is' 1 escalate roundcall nobody
exits 'a role that somebody has' 1 escalate roundcall --role pilot
match 'which is said' "role 'pilot'" "$(cat "$WORK/err")"
exits 'an option that there is' 2 escalate roundcall --everybody

# ---- asked ----
call 26T10:00:00 --all
match 'vendors are not asked' 'not asked: vendor:cdn: a vendor' "$(cat "$WORK/err")"
at 2026-05-26T10:00:00+02:00
same 'everybody else is, once' 5 "$(templated_count roundcall)"
mail=$(mail_to bob@desk.test)
same 'the subject' '[support] Please confirm how we reach you' "$(header "$mail" Subject)"
same 'the first line' 'Please confirm how escalate reaches you.' "$(plain "$mail" | head -n 1)"
match 'what to do' 'Reply OK if all below is right' "$(flat "$mail")"
match 'what if not' 'No answer: you are reminded Fri 10:00, and Carol hears Tue 2 Jun 10:00 that you did not answer|No answer: you are reminded Fri 10:00, and Carol hears .* that you did not answer' "$(flat "$mail")"
match 'what is configured' 'Mail bob@desk.test Phone \+49 30 123 Roles agent Queues support, sales' "$(flat "$mail")"
match 'whose backup' 'Backup Ann Time zone Europe/Berlin' "$(flat "$mail")"
match 'a lead is called so' 'Queues support \(lead\)' "$(flat "$(mail_to carol@desk.test)")"
match 'all addresses' 'Mail dana@desk.test, dana@home.test' "$(flat "$(mail_to dana@desk.test)")"
match 'German for who reads German' '^Bitte bestätigen Sie, wie escalate Sie erreicht\.$' "$(plain "$(mail_to ann@desk.test)")"
check 'at most 72 wide' test "$(cat "$mail" | tr -d '\r' | wc -l)" -gt 0 -a "$(plain "$mail" | wc -L)" -le 72
same 'the answer goes where the mail came from, which is his alone' "$(sqlite_value "select sender from outbox where recipient = 'bob@desk.test' and template = 'roundcall'")" "$(reply_to "$mail")"
same 'its machines may answer: an out-of-office or a bounce is news' '' "$(header "$mail" Auto-Submitted)"
call 26T10:01:00 bob
match 'nobody is asked by two rounds at once' 'not asked: bob: is asked in an open round' "$(cat "$WORK/err")"

# ---- answers ----
answers bob@desk.test bob@desk.test 'OK'
answers carol@desk.test carol@desk.test 'My phone is +49 30 999 now.'
make_mail 'Mallory <m@evil.test>' "$(reply_to "$(mail_to dana@desk.test)")" 'Re: confirm' 'OK' | deliver m@evil.test "$(reply_to "$(mail_to dana@desk.test)")"
address=$(reply_to "$(mail_to xeno@desk.test)")
make_mail -H 'Content-Type: multipart/report; report-type=delivery-status; boundary=b' 'MAILER-DAEMON@mx.test' "$address" 'Undelivered' '--b
Content-Type: text/plain

It did not arrive.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.test

Final-Recipient: rfc822; xeno@desk.test
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such user

--b--' | deliver '' "$address"
before=$(mailed)
at 2026-05-26T11:00:00+02:00
same 'how it stands' 'bob|confirmed||
ann|unanswered||
carol|other||My phone is +49 30 999 now.
dana|other|from an address that is not registered|OK
xeno|failed|bounced: 550 5.1.1 no such user|' "$(states 26T11:00:00)"
match 'for people too' '^  failed +xeno +support +bounced: 550' "$(escalate --now 2026-05-26T11:00:00+02:00 roundcall)"
same 'no answer is answered, no ticket is opened' "$before 0" "$(mailed) $(sqlite_value 'select count(*) from ticket')"
same 'and nothing waits for anybody under other' '' "$(escalate --now 2026-05-26T11:00:00+02:00 hold --other | grep roundcall)"
answers bob@desk.test bob@desk.test 'OK, but not at night.'
answers dana@desk.test dana@home.test 'Yes

Dana'
at 2026-05-26T12:00:00+02:00
match 'more than OK is no OK' '^bob\|other\|\|OK, but not at night\.' "$(states 26T12:00:00)"
match 'any address of his will do, after a stranger too' '^dana\|confirmed\|' "$(states 26T12:00:00)"
make_mail 'Mallory <m@evil.test>' "$(reply_to "$(mail_to dana@desk.test)")" 'Re: confirm' 'Wrong.' | deliver m@evil.test "$(reply_to "$(mail_to dana@desk.test)")"
answers bob@desk.test bob@desk.test 'ok'
at 2026-05-26T12:10:00+02:00
match 'a stranger undoes nothing' '^dana\|confirmed\|' "$(states 26T12:10:00)"
match 'but he himself may say OK after all' '^bob\|confirmed\|' "$(states 26T12:10:00)"
same 'an address with a wrong code is nobody: it is for the queue' 0 "$(sqlite_value 'select count(*) from ticket')"

# ---- reminded, told ----
before=$(templated_count roundcall)
at 2026-05-29T09:59:00+02:00
same 'three business days are not over' "$before" "$(templated_count roundcall)"
match 'next says what is to come' 'contacts of support who have not confirmed how they are reached are reminded' "$(escalate --now 2026-05-29T09:59:00+02:00 next)"
at 2026-05-29T10:00:00+02:00
same 'who did not answer is reminded, alone' "$((before + 1))" "$(templated_count roundcall)"
match 'as a reminder' 'Erinnerung' "$(plain "$(mail_to ann@desk.test)" | head -n 1)"
at 2026-06-02T09:59:00+02:00
same 'five are not over' 0 "$(templated_count roundcall-end)"
at 2026-06-02T10:00:00+02:00
end=$(templated roundcall-end)
same 'the lead gets one mail of his own queues' '[support] 3 of 5 have not confirmed how they are reached carol@desk.test' "$(for f in $end; do echo "$(header "$f" Subject) $(header "$f" To | sed 's/.*<//;s/>//')"; done | grep carol)"
end=$(for f in $end; do header "$f" To | grep -q carol && echo "$f"; done)
match 'who was silent' 'did not answer: Ann <ann@desk.test>' "$(flat "$end")"
match 'whose mail came back' 'did not arrive: Xeno <xeno@desk.test>: bounced: 550 5.1.1' "$(flat "$end")"
match 'what was written' 'Carol wrote: > My phone is \+49 30 999 now\.' "$(flat "$end")"
no_match 'not who confirmed' 'bob@desk' "$(flat "$end")"
same 'the round is over' 1 "$(sqlite_value 'select count(*) from roundcall where ended_at is not null')"
match 'it is shown until the next' '^Round 1, .* ended ' "$(escalate --now 2026-06-02T11:00:00+02:00 roundcall)"
answers ann@desk.test ann@desk.test 'Ich bin jetzt unter 0171 zu erreichen.'
at 2026-06-03T09:30:00+02:00
match 'a late answer is told to the lead' 'Ann wrote: > Ich bin jetzt unter 0171' "$(flat "$(templated notice | tail -n 1)")"

# ---- all confirm ----
escalate --now 2026-06-03T10:00:00+02:00 roundcall --role agent >/dev/null
at 2026-06-03T10:00:00+02:00
same 'a role alone' 'bob|unanswered||
ann|unanswered||' "$(escalate --now 2026-06-03T10:00:00+02:00 --json roundcall | python3 -c 'import json,sys
for a in json.load(sys.stdin)["asked"]: print(a["contact"], a["state"], "", "", sep="|")')"
before=$(templated_count roundcall-end)
answers bob@desk.test bob@desk.test 'OK'
answers ann@desk.test ann@desk.test 'Ok, danke!'
at 2026-06-03T10:30:00+02:00
same 'all confirmed: it is over at once, and nobody is told' "2 $before" "$(sqlite_value 'select count(*) from roundcall where ended_at is not null') $(templated_count roundcall-end)"
same 'nothing is left to come' 0 "$(sqlite_value "select count(*) from due where what = 'roundcall'")"
no_match 'no personal value in the audit' 'desk\.test|\+49|0171' "$(sqlite_value "select detail from audit where event like 'roundcall%'")"
exits 'the audit verifies' 0 escalate audit verify

# ---- a list; a question; a token-domain; a shadow queue ----
sed -i -e 's/^  xeno:.*/&\n  noc: {email: [noc@desk.test], list: yes, members: [bob]}/' -e '1s/^/token-domain: t.desk.test\n/' "$CONF"
escalate --now 2026-06-04T10:00:00+02:00 roundcall noc bob carol >/dev/null
at 2026-06-04T10:00:00+02:00
match 'answers go to the token-domain' '^b[0-9]+\.[a-z0-9]+@t\.desk\.test$' "$(reply_to "$(mail_to bob@desk.test)" | tr -d '<>')"
answers noc@desk.test bob@desk.test 'OK'
answers bob@desk.test bob@desk.test 'ok.'
mail=$(mail_to carol@desk.test)
make_mail carol@desk.test "$(reply_to "$mail")" "Re: $(header "$mail" Subject)" 'OK?' | deliver carol@desk.test "$(reply_to "$mail")"
at 2026-06-04T10:30:00+02:00
same 'a member answers for his list, and OK? is no OK' 'noc|confirmed||
bob|confirmed||
carol|other||OK?' "$(states 26T10:00:00)"
match 'all have answered: the lead hears at once of the one' '1 of 3 have not confirmed' "$(header "$(templated roundcall-end | tail -n 1)" Subject)"
same 'nothing is on hold' '' "$(escalate hold)"
sed 's/mode: relay/mode: shadow/' "$CONF" >"$WORK/shadow.yaml"
exits 'in shadow mode' 0 "$ESCALATE" -c "$WORK/shadow.yaml" --now 2026-06-05T10:00:00+02:00 roundcall dana
match 'it is said that nobody is mailed' "queue 'support' is in shadow mode: nobody of it is mailed" "$(cat "$WORK/err")"

# ---- refused at the hand-over ----
cat >"$WORK/sendmail" <<'END'
#!/bin/sh
cat >/dev/null
echo '550 5.1.1 unknown here'
exit 67
END
chmod 755 "$WORK/sendmail"
sed -i "s|^delivery:.*|delivery: {method: sendmail, sendmail: $WORK/sendmail}|" "$CONF"
escalate --now 2026-06-08T10:00:00+02:00 roundcall xeno >/dev/null
at 2026-06-08T10:00:00+02:00
same 'a mail that is refused is known at once' 'xeno|failed|not delivered: 550 5.1.1 unknown here|' "$(states 26T10:00:00 | grep xeno)"
done_testing
