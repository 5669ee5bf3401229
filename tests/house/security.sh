#!/bin/sh
# security.sh: SECURITY's table of threats against the tests that it names: each is there, and has that point; and what no table can
# show: mail is read by GMime nowhere but in the sandbox and in the commands that say so.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

cd "$TOP_SRCDIR" || exit 99

# The table: a threat begins in the first column, its tests are "  ROOM/FILE  POINT" with four blanks before them.
sed -n '/^THREATS/,/^WHAT IS NOT DEFENDED/p' SECURITY >"$WORK/table"
grep -E '^    (unit|e2e|fault|fuzz|house)/' "$WORK/table" | sed -E 's/^ +//' >"$WORK/points"
check "the table has points" [ "$(wc -l <"$WORK/points")" -ge 60 ]

while read -r file point; do
    case $file in
    *.*) ;;
    *) file=$file.$(case $file in e2e/* | house/*) echo sh ;; *) echo c ;; esac) ;;
    esac
    if [ ! -f "tests/$file" ]; then
        echo "$file: no such test"
    elif [ -z "$point" ]; then
        echo "$file: which point of it?"
    elif ! grep -qF -e "$point" "tests/$file"; then
        echo "$file: has no point '$point'"
    fi
done <"$WORK/points" >"$WORK/wrong"
same "each test of the table is there and has its point" '' "$(cat "$WORK/wrong")"

# A threat without a test is a hope.
same "each threat has a test" '' "$(awk '
    /^[a-z]/ || /^[A-Z][A-Za-z]* [a-z]/ { if (name != "" && !tested) print name; name = ""; tested = 0 }
    /^  [A-Za-z]/ && !/^   / { if (name != "" && !tested) print name; name = $0; tested = 0 }
    /^    (unit|e2e|fault|fuzz|house)\// { tested = 1 }
    END { if (name != "" && !tested) print name }' "$WORK/table")"

# Every test that is named is run.
same "each is among the tests that are run" '' "$(cut -d' ' -f1 "$WORK/points" | sort -u | grep -v '^fuzz/' | while read -r file; do
    grep -q "tests/$file" Makefile.am || echo "$file"; done)"

# ---- who reads mail with GMime ----

# The worker (by reading, which readingfill fills); commands on files of the operator's choice; a ticket by telephone and rehearsals, whose mails are written here.
readers='src/flows/entry.c src/flows/reading.c src/flows/readingfill.c src/flows/rehearse.c src/programs/cmd_inspect.c src/programs/cmd_replay.c src/programs/oldmail.c src/programs/parse_worker.c'
same "mail is taken apart in the sandbox alone" "$(echo "$readers" | tr ' ' '\n' | sort)" \
    "$(grep -lE '\b(message_parse|message_parts|message_init|mailbox_parse|signedpart_find|html_to_text|tnef_read|reading_of_mail)\(' src/flows/*.c src/programs/*.c src/store/*.c src/config/*.c | sort)"
same "and core asks the sandbox" '' "$(grep -nE '\b(message_parse|message_parts|reading_of_mail|signedpart_find)\(' src/programs/core.c src/programs/incoming.c src/flows/intake.c src/flows/attached.c)"

done_testing
