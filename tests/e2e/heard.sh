#!/bin/sh
# heard.sh: what a customer types between the lines that he quotes, or below what looks like a signature: the team reads it, once; what was said before
# it does not read again.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/desk.sh
. "$(dirname "$0")/../desk.sh"
desk relay

make_mail 'Kim Lee <kim@acme.test>' support@desk.test 'The scanner is down' 'Dear Sirs,

it is down since the morning.

--
Kim Lee
Acme Ltd.' | deliver kim@acme.test support@desk.test
at 2026-05-26T10:00:00+02:00
w=$(reply_to "$(sent_to bob@desk.test)")
make_mail 'Bob Ng <bob@desk.test>' "$w" 'Re: [support #1] The scanner is down' 'Dear Kim,

which version do you have, and on which floor does the scanner stand? We need both.
Does the lamp burn?

Regards,
Bob' | deliver bob@desk.test "$w"
at 2026-05-26T10:01:00+02:00
asked=$(sent_to kim@acme.test | tail -n 1)
t=$(reply_to "$asked")
answers="In-Reply-To: $(header "$asked" Message-ID)"
minute=1
bobs() { sent_to bob@desk.test | grep -c relay-in; }

# wrote BODY [make_mail's arguments]: Kim writes that; $read is what Bob reads.
wrote() {
    body=$1
    shift
    bob=$(bobs) read=''
    make_mail -H "$answers" "$@" 'Kim Lee <kim@acme.test>' "$t" 'Re: [support #1] The scanner is down' "$body" | deliver kim@acme.test "$t"
    minute=$((minute + 1))
    at "$(printf '2026-05-26T10:%02d:00+02:00' "$minute")"
    [ "$(bobs)" = "$bob" ] || read=$(plain "$(sent_to bob@desk.test | grep relay-in | tail -n 1)")
}
fields='From: Support <support@desk.test>
Sent: Tuesday, 26 May 2026 10:01
To: Kim Lee <kim@acme.test>
Subject: Re: [support #1] The scanner is down'

# ---- between the lines ----
wrote "Hello Bob, please see my answers in red.

$fields

Dear Kim,

which version do you have, and on which floor does the scanner stand? We need both.
4.2, the second.
Does the lamp burn?
It does not.

Regards,
Bob"
match "answers between lines that nothing marks: below his new text" '^Below that, between quoted lines or in what looks like a signature:$' "$read"
match "each" '^4\.2, the second\.$' "$read"
match "below the line that it answers" '^> Does the lamp burn\?$' "$read"
match "also the last" '^It does not\.$' "$read"
no_match "without what was said already" 'Regards|Subject:' "$read"
html='<html><body><div>My answers stand in red.</div><div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>From:</b> Support<br><b>Sent:</b> Tuesday<br>
<b>To:</b> Kim Lee<br><b>Subject:</b> Re: [support #1] The scanner is down</div><div><p>Dear Kim,</p><p>which version do you have, and on which
floor does the scanner stand? We need both.<br><span style="color:red">5.0, the attic.</span></p><p>Does the lamp burn?</p><p>Regards,<br>Bob</p></div></body></html>'
wrote "$html" -H 'MIME-Version: 1.0' -H 'Content-Type: text/html; charset=utf-8'
match "as Outlook writes them" '^5\.0, the attic\.$' "$read"
match "below the line" '^> .*floor does the scanner stand\? We need both\.$' "$read"
no_match "alone" 'Regards|Sent:' "$read"
wrote "Thank you.

$fields

Dear Kim,

which version do you have, and on which floor
does the scanner stand? We need both. Does the lamp burn?

Regards,
Bob"
no_match "a quotation that holds nothing new, however it is broken, is not shown" 'Below that' "$read"
auto=$(sent_to kim@acme.test | grep auto-ack)
wrote "It is urgent.

$fields

$(plain "$auto")" -H "In-Reply-To: $(header "$auto" Message-ID)"
no_match "nor our receipt" 'Below that' "$read"
wrote "I meant this one:

-----Original Message-----
From: HP
Sent: Monday
To: Kim
Subject: Lamps

Lamps of the series 9 are at their end after a year."
match "what he quotes from elsewhere is" '^Lamps of the series 9 are at their end after a year\.$' "$read"
wrote "And the other:

> Lamps of the series 8 last for ever."
match "and what he marks with \">\", where nothing of it is known here: a log, a mail that passed us by" 'Lamps of the series 8 last for ever\.$' "$read"
wrote "Answers in red.

On Tue, 26 May 2026 at 10:01, Support <support@desk.test> wrote:
> Dear Kim,
>
> which version do you have, and on which floor does the scanner stand? We need
> both.
> 4.4, the roof
> Does the lamp burn? It blinks.
>
> Regards,
> Bob"
match "what is typed into marked lines gets their mark, as in Gmail" '^4\.4, the roof$' "$read"
match "also at the end of one" '^Does the lamp burn\? It blinks\.$' "$read"
wrote "Hi Bob, see Pat's answer below.

From: Pat Roe <pat@acme.test>
Sent: Tuesday, 26 May 2026 10:20
To: Kim Lee <kim@acme.test>
Subject: RE: [support #1] The scanner is down

Kim, the lamp is dark, and it is on floor 2."
match "a colleague's answer with our tag in its subject" '^Kim, the lamp is dark, and it is on floor 2\.$' "$read"

quoted() { # LINE: what he wrote below the first question
    printf '%s\n' "See below." '' "$fields" '' 'Dear Kim,' '' 'which version do you have, and on which floor does the scanner stand? We need both.' "$1" 'Does the lamp burn?' '' \
        'Regards,' 'Bob'
}
for line in 'the scanner' 'It does not.' 'The manual of HP wrote:
the same' 'kim@acme.test' ':-)' 'https://acme.test/scan.png'; do
    wrote "$(quoted "$line")"
    match "answers of words that stand elsewhere, or of none: $line" "^$(printf '%s\n' "$line" | tail -n 1)\$" "$read"
done
wrote "Another one:

-----Original Message-----
From: HP
Sent: Monday
To: Kim
Subject: Lamps

Dear Kim,
the lamps of the series 7 are at their end as well.

Regards,
HP"
match "another's mail with a closing as ours has" '^the lamps of the series 7 are at their end as well\.$' "$read"
wrote '<html><body><div>No.</div><div class="gmail_quote"><div class="gmail_attr">On Tue, 26 May 2026 at 10:01, Bob wrote:<br></div><blockquote
class="gmail_quote">Does the lamp burn? IT NEVER DOES</blockquote></div></body></html>' -H 'MIME-Version: 1.0' -H 'Content-Type: text/html; charset=utf-8'
match "at the end of a quoted line" '^Does the lamp burn\? IT NEVER DOES$' "$read"
dir=$(dirname "$(find "$WORK/spool/archive" -name 'out-*.eml' | head -n 1)")
mkdir "$WORK/away" && mv "$dir"/out-*.eml "$WORK/away" && for f in "$WORK"/away/*; do mkdir "$dir/$(basename "$f")"; done
wrote "$(quoted 'The fifth.')"
match "an archive that cannot be read stops nothing" '^See below\.$' "$read"
match "and is told" 'event=archive-unread' "$(cat "$WORK/log")"
for f in "$WORK"/away/*; do rmdir "$dir/$(basename "$f")"; done
mv "$WORK"/away/* "$dir"

# ---- below what looks like a signature ----
wrote 'Any news?

--
Kim Lee
Acme Ltd.'
no_match "the signature of his first mail is not shown again" 'Below that|Acme' "$read"
wrote 'Any news?

Sent from my iPhone
PS: the fax is down, too.'
match "what stands below a telephone's line is" '^PS: the fax is down, too\.$' "$read"
wrote 'Hello?

--
Kim Lee
Acme Ltd.

The copier has stopped as well.'
match "and what stands below a known signature" '^The copier has stopped as well\.$' "$read"
same "once" 1 "$(printf '%s\n' "$read" | grep -c 'The copier has stopped')"

wrote 'Any news?

-- 
Kim Lee
Acme Ltd.

The lamp is dark now, too.'
match "also below two dashes and a blank, and an empty line" '^The lamp is dark now, too\.$' "$read"
wrote 'It came back.
Sent via DHL on Monday'
match "what was sent by a carrier was not sent by a telephone" '^Sent via DHL on Monday$' "$read"
for line in '--> 4.12' '-- 4.12' 'Why you ask that again I told you' 'I wrote that to support@desk.test' '[see photo #3]' 'No answer by your colleague yet'; do
    wrote "See below.

$fields

Dear Kim,

which version do you have, and on which floor does the scanner stand? We need both.
$line
Does the lamp burn?

Regards,
Bob"
    match "what begins as our own lines do, and is typed between them: $line" 'Below that' "$read"
    match "is read" "^$(printf '%s' "$line" | sed 's/\[/\\[/')\$" "$read"
done
wrote "See below.

$fields

Dear Kim,

which version do you have, and on which floor does the scanner stand? We need both.
Does the lamp burn?

Regards,
Bob

PS: as I wrote:
the fax is off."
match "below a line that ends as a head does" '^the fax is off\.$' "$read"

wrote 'Well?

--
Kim'
wrote 'Well?

--
Kim'
no_match "one of one word, known from before, is not" 'Below that' "$read"

# ---- when it is solved ----
make_mail 'Bob Ng <bob@desk.test>' "$w" 'Re: [support #1] The scanner is down' '#resolve The lamp is new.' | deliver bob@desk.test "$w"
at 2026-05-26T10:40:00+02:00
minute=40
wrote 'Thanks!

Sent from my iPhone'
same "thanks alone reach nobody" '' "$read"
same "and open nothing" '"state":"resolved"' "$(escalate --json show 1 | grep -o '"state":"[a-z]*"' | head -n 1)"
wrote 'Thanks!

--
But the copier is still down, as I said.'
match "thanks with more below them do" '^But the copier is still down, as I said\.$' "$read"
exits "the audit verifies" 0 escalate audit verify
done_testing
