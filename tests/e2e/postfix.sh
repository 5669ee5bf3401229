#!/bin/sh
# shellcheck disable=SC1091,SC2016
# A real Postfix, the recipe of filters/postfix in front of the filter. Postfix is asynchronous: what it will do is waited for
# in short steps, up to a bound.
. "$(dirname "$0")/../lib.sh"

# shellcheck source=tests/postfix.sh
. "$(dirname "$0")/../postfix.sh"
getent passwd nobody >/dev/null || skip_all 'no user nobody'
need "$FILTER"

make_spool
cp "$FILTER" "$WORK/escalate-filter" # where nobody may run it
FILTER=$WORK/escalate-filter

cleanup() { stop_postfix; }
start_postfix

has_files() { [ "$(count incoming)" -eq "$1" ]; }
logged() { grep -Eq -e "$1" "$POSTFIX/mail.log"; }
envelope() { envelope_of "$1" | grep -v '^Received-At: '; }
# forget: the files that are there are done with.
forget() { find "$SPOOL/incoming" -type f -exec rm -f {} +; }
newest() { spool_files incoming | tail -n 1; }

uid="Uid: $(id -u nobody)"

check 'Postfix answers' eventually postfix_answers

# ---- a mail to a plus address ----

make_mail bo@customer.test support@support.test 'It is down' 'grüße
.
From here on it is text
.. end' >"$WORK/mail"
check 'a mail is accepted' smtp bo@customer.test support+t1.abc@support.test <"$WORK/mail"
check 'it arrives' eventually has_files 1
same 'its envelope: sender, plus address, queue, uid' "Sender: bo@customer.test
Recipient: support+t1.abc@support.test
Queue: support
$uid
End: 1" "$(envelope "$(newest)")"
check 'the queue is empty' eventually queue_is_empty
mail_of "$(newest)" | sed '1,/^From: /{/^From: /!d;}' >"$WORK/arrived"
same_file 'the mail is unchanged below Received' "$WORK/mail" "$WORK/arrived"
same 'only Received stands above it' Received: "$(mail_of "$(newest)" | sed -n '/^From: /q;/^[^ 	]/s/ .*//p')"
same 'owner and mode' 'nobody 440 1' "$(stat -c '%U %a %h' "$(newest)")"
check 'reported as delivered' logged 'status=sent \(delivered via escalate service\)'
forget

# ---- senders and recipients as they come ----

check 'a bounce is accepted' smtp '' support+b7.xyz@support.test <"$WORK/mail"
check 'a bounce arrives' eventually has_files 1
same 'the null sender stays null' "Sender: 
Recipient: support+b7.xyz@support.test
Queue: support
$uid
End: 1" "$(envelope "$(newest)")"
forget

check 'upper case is accepted' smtp Bo@Customer.test Support+T1.ABC@Support.test <"$WORK/mail"
check 'upper case arrives' eventually has_files 1
match 'upper case is kept' '^Recipient: Support\+T1\.ABC@[Ss]upport\.test$' "$(envelope "$(newest)")"
forget

check 'odd addresses are accepted' smtp '"b o"@customer.test' '"a b"@support.test' <"$WORK/mail"
check 'odd addresses arrive' eventually has_files 1
same 'odd addresses are quoted' 'Sender: "b o"@customer.test
Recipient: "a b"@support.test' "$(envelope "$(newest)" | head -2)"
forget

check 'two recipients are accepted' smtp bo@customer.test support+t1.a@support.test support+t2.b@support.test <"$WORK/mail"
check 'two recipients make two files' eventually has_files 2
same 'two recipients: one in each' 'Recipient: support+t1.a@support.test
Recipient: support+t2.b@support.test' \
    "$(spool_files incoming | while IFS= read -r f; do envelope "$f" | grep '^Recipient'; done | sort)"
forget

make_mail -H 'Delivered-To: support@support.test' bo@customer.test support@support.test 'Fwd: what I got' >"$WORK/forwarded"
check 'a mail that we delivered before is accepted' smtp bo@customer.test support@support.test <"$WORK/forwarded"
check 'a mail that we delivered before is no loop' eventually has_files 1
forget

{ make_mail bo@customer.test support@support.test large && seq -f '%060.0f' 40000; } >"$WORK/large"
check 'a large mail is accepted' smtp bo@customer.test support@support.test <"$WORK/large"
check 'a large mail arrives' eventually has_files 1
mail_of "$(newest)" | sed '1,/^From: /{/^From: /!d;}' >"$WORK/arrived"
same_file 'a large mail is whole' "$WORK/large" "$WORK/arrived"
forget
check 'the queue is empty before the failures' eventually queue_is_empty

# ---- failures defer, and are delivered after the repair ----

# deferred NAME MAIL: sends the mail while the filter must fail, and sees it stay in the queue.
deferred() {
    : >"$POSTFIX/mail.log"
    check "$1: accepted" smtp bo@customer.test support@support.test <"$2"
    check "$1: deferred" eventually logged "to=<support@support\.test>.*dsn=4\.3\.0, status=deferred"
    check_not "$1: still in the queue" queue_is_empty
    same "$1: nothing in the spool" 0 "$(count incoming)"
}

# repaired NAME: the queue is run, the mail arrives, nothing was bounced.
repaired() {
    check "$1: the queue is run" postqueue -c "$POSTFIX/etc" -f
    check "$1: delivered after the repair" eventually has_files 1
    check "$1: the queue is empty again" eventually queue_is_empty
    same "$1: nothing was bounced" '' "$(grep -e 'status=bounced' -e 'sender non-delivery' "$POSTFIX/mail.log")"
    forget
}

mv "$SPOOL/incoming" "$SPOOL/gone"
deferred 'no incoming' "$WORK/mail"
match 'no incoming: the log has the reason' "open '.*/incoming': No such file" "$(cat "$POSTFIX/mail.log")"
mv "$SPOOL/gone" "$SPOOL/incoming"
repaired 'no incoming'

mv "$SPOOL/incoming" "$SPOOL/gone"
deferred 'no incoming, a large mail' "$WORK/large"
mv "$SPOOL/gone" "$SPOOL/incoming"
repaired 'no incoming, a large mail'

chmod 0555 "$SPOOL/tmp"
deferred 'tmp unwritable' "$WORK/mail"
same 'tmp unwritable: the mail is not in the log' '' "$(grep 'It is down' "$POSTFIX/mail.log")"
chmod 3777 "$SPOOL/tmp"
repaired 'tmp unwritable'

done_testing
