#!/bin/sh
# messages.sh: every phrase that the sources make (rules/phrase) stands in templates/de/messages.po, with the same placeholders, and nothing
# else stands there; every placeholder has its value in the call; and no line of a mail is a plain string.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

cd "$TOP_SRCDIR" || exit 99
GERMAN=templates/de/messages.po

# The tokens of C files, one a line: "FILE:LINE TOKEN", strings that follow each other as one, without their quotes but with one before.
tokens() {
    awk '
    function put(t) {
        if (substr(t, 1, 1) == "\"") { text = text substr(t, 2, length(t) - 2); if (!has) where = FILENAME ":" FNR; has = 1; return }
        if (has) print where " \"" text
        has = 0; text = ""
        print FILENAME ":" FNR " " t }
    FNR == 1 { inside = 0 }
    { line = $0
      while (line != "") {
          if (inside) {
              i = index(line, "*/")
              if (!i) break
              line = substr(line, i + 2); inside = 0
          } else if (match(line, /^[ \t]+/)) { line = substr(line, RLENGTH + 1)
          } else if (match(line, /^"([^"\\]|\\.)*"/) || match(line, /^\047([^\047\\]|\\.)*\047/) || match(line, /^[A-Za-z_0-9]+/)) {
              put(substr(line, 1, RLENGTH)); line = substr(line, RLENGTH + 1)
          } else if (substr(line, 1, 2) == "/*") { line = substr(line, 3); inside = 1
          } else if (substr(line, 1, 2) == "//") { break
          } else { put(substr(line, 1, 1)); line = substr(line, 2) }
      } }' "$@"
}

# Of tokens: "key TEXT" of each phrase, "bad FILE:LINE WHAT" of what is wrong with a call.
calls() {
    awk '
    function makes(name) { return name == "phrase_make" ? 1 : name == "verbs_say" || name == "verbs_refuse" ? 2 : 0 }
    function tells(name) { return name ~ /^(notify_line|notify_over|digest_line|bulletin_send|bulletin_to_leads|bulletin_to_all_leads)$/ }
    function holes(key, given,    rest) {
        for (rest = key; match(rest, /\{[a-z_]+(:[a-z_]+)?\}/); rest = substr(rest, RSTART + RLENGTH)) {
            hole = substr(rest, RSTART + 1, RLENGTH - 2); kind = hole; sub(/:.*/, "", hole)
            if (!index(given, " " hole " ")) print "bad " at[d] " no value of " hole
            if (kind ~ /:/ && kind !~ /:(time|phrase)$/) print "bad " at[d] " no such kind: " kind } }
    BEGIN { call[0] = call[-1] = "" }
    { where = $1; t = substr($0, length($1) + 2)
      if (t == "(") {
          d++; call[d] = last; at[d] = where; arg[d] = 1; n[d] = 0; names[d] = " "
      } else if (t == ")") {
          for (i = 1; i <= n[d]; i++) holes(keys[d, i], names[d])
          d--
      } else if (t == "," ) { arg[d]++
      } else if (substr(t, 1, 1) == "\"") {
          text = substr(t, 2)
          if (call[d] == "PHRASE") {
              print "key " text
              if (makes(call[d - 1]) == arg[d - 1]) keys[d - 1, ++n[d - 1]] = text
          } else if (makes(call[d]) && arg[d] == makes(call[d])) { print "key " text; keys[d, ++n[d]] = text
          } else if (makes(call[d]) && (arg[d] - makes(call[d])) % 2 == 1) names[d] = names[d] text " "
          else if (tells(call[d]) && text != "") print "bad " where " a plain string where a phrase is wanted: " text
      }
      last = t }'
}

# "key TEXT" of each msgid of a PO file.
entries() {
    awk 'function flush() { if (id != "") print "key " id; id = "" }
         /^msgid / { flush(); into = 1 } /^msgstr / { into = 0 }
         into && match($0, /".*"/) { id = id substr($0, RSTART + 1, RLENGTH - 2) }
         END { flush() }' "$@"
}

# shellcheck disable=SC2046
tokens $(find src -name '*.[ch]' ! -name 'phrase.h' | LC_ALL=C sort) | calls >"$WORK/calls"
grep '^key ' "$WORK/calls" | LC_ALL=C sort -u >"$WORK/keys"
entries "$GERMAN" | LC_ALL=C sort >"$WORK/german"

same "the sources make phrases" yes "$([ "$(wc -l <"$WORK/keys")" -gt 200 ] && echo yes)"
nothing "every call gives a value for every placeholder, and mails get phrases" "$(sed -n 's/^bad //p' "$WORK/calls")"
nothing "every phrase has a German text" "$(LC_ALL=C comm -23 "$WORK/keys" "$WORK/german" | sed 's/^key //')"
nothing "every German text is of a phrase" "$(LC_ALL=C sort -u "$WORK/german" | LC_ALL=C comm -13 "$WORK/keys" - | sed 's/^key //')"
nothing "no msgid stands twice" "$(uniq -d "$WORK/german" | sed 's/^key //')"
done_testing
