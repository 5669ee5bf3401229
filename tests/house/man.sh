#!/bin/sh
# man.sh: the manual says what the programs say: a page for each program, every command and option with its entry, clean to mandoc.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

MAN=$TOP_SRCDIR/man
command -v mandoc >/dev/null || skip_all "mandoc is not installed"
[ -f "$MAN/escalate.1" ] || skip_all "no man page escalate.1 here"
need "$ESCALATE" "$ESCALATED" "$FILTER"

# ---- a page for each program, and each page sound ----

for page in escalate.1 escalated.8 escalate-filter.8 escalate.yaml.5 escalate-spool.5 escalate-templates.5 escalate-calendar.5 escalate-reply.7 escalate.7; do
    check "page $page" test -s "$MAN/$page"
done

for page in "$MAN"/*.[1-8]; do
    name=$(basename "$page")
    # Pages refer to each other and to other packages' before they are installed; dates are set at a release.
    lint=$(mandoc -Tlint -Wwarning "$page" 2>&1 | grep -v -e 'referenced manual not found' -e 'date')
    same "mandoc is content with $name" "" "$lint"
    title=$(sed -n 's/^\.Dt //p' "$page" | head -1 | tr '[:upper:]' '[:lower:]')
    same "title of $name" "$(echo "$name" | sed 's/\.\([1-8]\)$/ \1/')" "$title"
done

for page in escalate.1 escalated.8 escalate-filter.8; do
    for section in NAME SYNOPSIS DESCRIPTION 'EXIT STATUS' EXAMPLES; do
        check "$page has $section" grep -qx "\.Sh $section" "$MAN/$page"
    done
done

# ---- every command stands in escalate.1, and no other ----

"$ESCALATE" help >"$WORK/help" 2>&1
commands=$(sed -n 's/^  \([a-z][a-z-]*\) .*/\1/p' "$WORK/help" | sort -u)
check "escalate help lists commands" [ "$(echo "$commands" | wc -l)" -gt 20 ]
entries=$(sed -n 's/^\.It Ic \([a-z][a-z-]*\).*/\1/p' "$MAN/escalate.1" | sort -u)
for command in $commands; do
    check "escalate.1 has $command" sh -c "printf '%s\n' \"\$1\" | grep -qx \"\$2\"" - "$entries" "$command"
done
# what is in the manual and not in the table of commands promises something that is not there
same "escalate.1 has no command too many" "" "$(for entry in $entries; do
    [ "$entry" = help ] || printf '%s\n' "$commands" | grep -qx "$entry" || echo "$entry"
done)"

# ---- every verb in every language stands in escalate-reply.7 ----

same "verbs of data/replies in escalate-reply.7" "" "$(
    sed -n '/^\.Sh LANGUAGES/,/^\.Sh INV/p' "$MAN/escalate-reply.7" | tr '\n' ' ' >"$WORK/languages"
    for file in "$TOP_SRCDIR"/data/replies/*.words; do
        [ "$(basename "$file")" = en.words ] || sed -n 's/^verb [a-z]*: *\([^,]*\).*/\1/p' "$file" | while read -r word; do
            grep -q -F -e " $word," -e " $word." "$WORK/languages" || echo "$(basename "$file"): $word"
        done
    done
)"

# ---- options of the usage lines ----

# of the usage line; what a program says of an option that it does not know is no usage line
usage_options() { "$@" --help 2>&1 | grep -i '^usage' | grep -o -E -e '(^|[^-a-zA-Z])--?[a-z][a-z-]*' | sed 's/^[^-]*//' | sort -u; }

for pair in "escalate.1 $ESCALATE" "escalated.8 $ESCALATED"; do
    page=${pair%% *}
    options=$(usage_options "${pair#* }")
    check "usage line of ${page%.*}" [ -n "$options" ]
    same "options of $page" "" "$(for option in $options; do
        grep -q -E -e "Fl ${option#-}( |\$)" "$MAN/$page" || echo "$option"
    done)"
done

done_testing
