#!/bin/sh
# house.sh: the rules of the house that no compiler checks: who may include whom, which library lives in which file, how long things
# are, what is exported. A failure names file and line; architecture and reasons stand in HACKING.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

cd "$TOP_SRCDIR" || exit 99
SOURCES=$(find src filters -name '*.[ch]' | sort)
C_FILES=$(find src filters -name '*.c' | sort)

# Every #include as "FILE LINE HEADER", system headers with their <.
# shellcheck disable=SC2086
includes() {
    awk '/^[ \t]*#[ \t]*include/ {
        h = $0
        sub(/^[ \t]*#[ \t]*include[ \t]*/, "", h)
        if (h ~ /^</) sub(/>.*/, "", h); else { h = substr(h, 2); sub(/".*/, "", h) }
        print FILENAME, FNR, h }' $SOURCES
}

# Sources without comments and without the text of strings, as "FILE:LINE: code".
code_of() {
    awk '
    FNR == 1 { inside = 0 }
    { line = $0; out = ""
      while (line != "") {
          if (inside) {
              i = index(line, "*/")
              if (!i) { line = ""; break }
              line = substr(line, i + 2); inside = 0
          } else if (match(line, /"([^"\\]|\\.)*"|\047([^\047\\]|\\.)*\047|\/\*|\/\//)) {
              token = substr(line, RSTART, 2); out = out substr(line, 1, RSTART - 1)
              if (token == "//") { line = ""; break }
              line = substr(line, RSTART + RLENGTH)
              if (token == "/*") inside = 1; else out = out "\"\""
          } else { out = out line; line = "" }
      }
      print FILENAME ":" FNR ": " out }' "$@"
}

includes >"$WORK/includes"
if [ ! -s "$WORK/includes" ]; then
    echo "Bail out! no sources under $TOP_SRCDIR"
    exit 99
fi

# ---- the map ----

nothing "HACKING's map names every file of flows" "$(sed -n '/^FLOWS, FILE BY FILE/,/^WHERE TO PUT/p' HACKING | tr -cs 'a-z_.' '\n' >"$WORK/map"
    for f in src/flows/*.c; do n=$(basename "$f" .c); grep -qx "$n" "$WORK/map" || echo "$f"; done)"

# ---- who may include whom ----

nothing "arrows point one way: base, rules, then mail time store config, flows, programs" "$(awk '
    BEGIN {
        allowed["base"] = " base "; allowed["rules"] = " base rules "
        allowed["mail"] = " base rules mail "; allowed["time"] = " base rules time "
        allowed["store"] = " base rules store "; allowed["config"] = " base rules config "
        allowed["flows"] = " base rules mail time store config flows "
        allowed["programs"] = allowed["flows"] "programs "
        allowed["filters"] = " base "
    }
    $3 ~ /^</ || $3 == "config.h" { next }
    { n = split($1, from, "/"); room = from[1] == "src" ? from[2] : from[1]; split($3, to, "/")
      if (!(room in allowed)) print $1 ": a room that nobody knows"
      else if (index(allowed[room], " " to[1] " ") == 0) print $1 ":" $2 ": " room " must not include " $3 }' "$WORK/includes")"

nothing "includes name room and file" "$(awk '$3 !~ /^</ && $3 != "config.h" && $3 !~ /^[a-z]+\/[a-z_0-9]+\.h$/ { print $1 ":" $2 ": " $3 }' "$WORK/includes")"

# ---- each library in its place ----

# fenced HEADER-REGEX PLACE-REGEX NAME
fenced() {
    nothing "$3" "$(header=$1 place=$2 awk '$3 ~ ENVIRON["header"] && $1 !~ ENVIRON["place"] { print $1 ":" $2 ": " $3 }' "$WORK/includes")"
}

fenced '^<gmime/' '^src/mail/(message|mailbox|composed?)\.c$|^src/mail/(opaque|partdata)\.[ch]$' 'GMime: mail/message, mailbox, opaque, partdata, compose and composed'
fenced '^<libxml/' '^src/mail/html\.c$' 'libxml2: mail/html'
fenced '^<(ytnef|mapi|tnef)' '^src/mail/tnef\.c$' 'libytnef: mail/tnef'
fenced '^<libetpan/' '^src/mail/(smtp|imap)\.c$' 'libetpan: mail/smtp'
fenced '^<gnutls/' '^src/mail/(tls|smime)\.c$|^src/base/sha256\.c$' 'GnuTLS: mail/tls, mail/smime and base/sha256'
fenced '^<libical/' '^src/time/(ical|icalread|invite)\.[ch]$' 'libical: time/ical with icalread, and time/invite'
fenced '^<sqlite3' '^src/store/(db|dbtransaction|db_handle)\.[ch]$' 'SQLite: store/db with dbtransaction'
fenced '^<archive' '^src/store/tar\.c$' 'libarchive: store/tar'
fenced '^<yaml\.h' '^src/config/yaml\.c$' 'libyaml: config/yaml'
fenced '^<jansson' '^src/(flows|programs)/' 'jansson: flows and programs'
fenced '^<seccomp' '^src/base/sandbox\.c$' 'libseccomp: base/sandbox'
nothing "no GLib in the filter, in spoolname and in spoolwrite" "$(awk '$1 ~ /^filters\/|^src\/base\/(spoolname|spoolwrite|banned)\./ && $3 ~ /^<(glib|gio)/ { print $1 ":" $2 ": " $3 }' "$WORK/includes")"
nothing "no GObject of our own, no main loop, no GDateTime" "$(
    # shellcheck disable=SC2086
    code_of $C_FILES | grep -E 'G_DEFINE_TYPE|GMainLoop|g_main_loop|GDateTime|g_date_time' | grep -v '^src/mail/message\.c:.*[dD]ate')" # GMime's dates are such

# ---- banned.h ----

nothing "the last include of every .c is base/banned.h" "$(awk '$1 ~ /\.c$/ { if (!($1 in last)) order[++n] = $1; last[$1] = $3 }
    END { for (i = 1; i <= n; i++) if (last[order[i]] != "base/banned.h") print order[i] ": " last[order[i]] }' "$WORK/includes")"
nothing "every .c includes something" "$(for file in $C_FILES; do grep -q "^$file " "$WORK/includes" || echo "$file"; done)"
nothing "every header has its guard" "$(for file in $SOURCES; do
    case $file in *.h)
        guard=$(echo "$file" | sed -e 's,^src/,,' -e 's,[/.-],_,g' | tr '[:lower:]' '[:upper:]')
        grep -q "^#ifndef $guard\$" "$file" && grep -q "^#define $guard\$" "$file" || echo "$file: $guard" ;;
    esac
done)"
nothing "every .c opens with what it is for" "$(for file in $C_FILES; do head -c 3 "$file" | grep -q '^/\* ' || echo "$file"; done)"

# ---- rules are pure ----

nothing "rules: nothing that reads, writes or asks for the time" "$(
    # shellcheck disable=SC2046
    code_of $(find src/rules -name '*.[ch]') | grep -E '(^|[^A-Za-z_0-9])((open|openat|fopen|fdopen|read|pread|write|pwrite|close|getenv|secure_getenv|setenv|printf|fprintf|puts|gettimeofday|clock_gettime|clock|nanosleep|sleep|usleep|getpid|fork|exec[vl]p?e?|popen|socket|random|srand|instant_now|instant_now_us|instant_monotonic_us|files_[a-z_]+|log_[a-z_]+|keyfile_[a-z_]+|g_get_(real|monotonic|current)_time|g_getenv|g_file_[a-z_]+|g_(print|printerr|message|warning|critical|debug|random[a-z_]*))\()' |
        grep -vE '^[^:]*:[0-9]+: *(static |extern )?[A-Za-z_ ]+\*? ?(open|read|write|close)\([A-Z]')"
nothing "rules: no header of the system's that does" "$(awk '$1 ~ /^src\/rules\// && $3 ~ /^<(unistd|fcntl|time|signal|errno|dirent|poll|sys\/|net|arpa|pwd|grp|gio)/ { print $1 ":" $2 ": " $3 }' "$WORK/includes")"
nothing "rules: of base only what is pure" "$(awk '$1 ~ /^src\/rules\// && $3 ~ /^base\// && $3 !~ /^base\/(banned|error|instant|limits|longkey|network|sha256|utf8|zone)\.h$/ { print $1 ":" $2 ": " $3 }' "$WORK/includes")"

# ---- sizes ----

nothing "no file over 500 lines (tables of words excepted)" "$(for file in $SOURCES; do
    case $file in src/rules/words_*.c) continue ;; esac
    lines=$(wc -l <"$file")
    [ "$lines" -le 500 ] || echo "$file: $lines"
done)"
# shellcheck disable=SC2086
awk 'FNR == 1 { start = 0 }
    /^[A-Za-z_].*\)[ \t]*$/ { start = FNR; name = $0 }
    /^[A-Za-z_].*\(/ && !/\)[ \t]*$/ && !/[;{}]/ { start = FNR; name = $0 }
    /^\{/ { open = start ? start : FNR; inside = 1 }
    /^\}/ { if (inside) { sub(/\(.*/, "", name); n = split(name, word, /[ *]/); print FNR - open + 1, FILENAME ":" open ": " word[n] } inside = 0; start = 0 }
    /^[A-Za-z_].*\(.*\).*\{.*\}[ \t]*$/ { print 1, FILENAME ":" FNR }' $C_FILES | sort -n >"$WORK/functions"
nothing "no function over 100 lines" "$(awk '$1 > 100' "$WORK/functions")"
median=$(awk '{ n[NR] = $1 } END { print n[int((NR + 1) / 2)] }' "$WORK/functions")
ninth=$(awk '{ n[NR] = $1 } END { print n[int(NR * 0.9)] }' "$WORK/functions")
diag "$(wc -l <"$WORK/functions") functions, median $median lines, 90 % within $ninth"
check "median of the functions at most 20 lines" [ "$median" -le 20 ]
check "90 % of the functions within 50 lines" [ "$ninth" -le 50 ]
nothing "no line over 200 columns" "$(for file in $SOURCES; do
    case $file in src/rules/words_*.c) continue ;; esac
    awk -v file="$file" 'length($0) > 200 && !/^#define/ { print file ":" FNR ": " length($0) }' "$file"
done)"
nothing "no tabulator, no blank at the end of a line" "$(for file in $SOURCES; do grep -nE "$(printf '\t')| +\$" "$file" | sed "s,^,$file:,"; done)"

# ---- what is exported ----

# Prefixes beside the module's own, with the file that may have them.
exceptions='src/rules/ladder_run ladder_
src/rules/policy who_
src/store/dbtransaction db_
src/store/dbwhole db_
src/programs/escalate cmd_
src/programs/escalate main
src/programs/escalated main'
objects=$(find "$BUILDDIR/src" -name '*.o' 2>/dev/null | sort)
if [ -z "$objects" ]; then
    skip "exported names begin with their module's" "no objects under $BUILDDIR/src"
elif ! command -v nm >/dev/null; then
    skip "exported names begin with their module's" "no nm"
else
    nothing "exported names begin with their module's" "$(for object in $objects; do
        relative=${object#"$BUILDDIR"/}
        path=$(dirname "$relative")/$(basename "$relative" .o | sed 's/^libescalate_a-//; s/^escalated-//; s/^escalate-//')
        [ -f "$path.c" ] || continue
        case $path in src/programs/cmd_*) module=cmd ;; *) module=$(basename "$path") ;; esac
        nm -g --defined-only "$object" | awk -v path="$path" -v module="$module" -v exceptions="$exceptions" '
            BEGIN { n = split(exceptions, line, "\n"); for (i = 1; i <= n; i++) { split(line[i], w, " "); if (w[1] == path) prefix[++k] = w[2] } }
            NF == 3 && $3 !~ /^__/ { ok = $3 == module || index($3, module "_") == 1
                for (i = 1; i <= k; i++) ok = ok || index($3, prefix[i]) == 1
                if (!ok) print path ".c: " $3 }'
    done)"
fi

# The index of store/search follows what store/messages writes, and nothing else.
# shellcheck disable=SC2086
nothing "only store/messages writes the text of a message" "$(grep -nE '"(insert into message \(|delete from message( |")|update message set [^"]*(subject|new_text) = )' $C_FILES |
    grep -v '^src/store/messages\.c:')"

# A test that nothing runs tells nothing.
awk '/^[A-Z_]*TESTS \+?=/ { on = 1 } on { print } !/\\$/ { on = 0 }' Makefile.am >"$WORK/run"
nothing "every test is among those that are run" "$(for file in tests/unit/test_*.c tests/e2e/*.sh tests/house/*.sh; do
    case $file in tests/e2e/private-postfix.sh) continue ;; esac # a part of others
    grep -qE "(^|[[:space:]])${file%.c}([[:space:]]|\$)" "$WORK/run" || echo "$file"
done)"

# ---- words ----

TEXTS=$(find src filters templates man contrib spool tests README NEWS HACKING SECURITY configure.ac Makefile.am autogen.sh .ci m4 \
    -type f ! -path 'tests/house/*' ! -name '*.o' 2>/dev/null | sort)
# shellcheck disable=SC2086
nothing "nothing left to do" "$(grep -nwIE 'TODO|FIXME|XXX|HACK|TBD' $TEXTS /dev/null)"
# shellcheck disable=SC2086
nothing "no path of the machine where it was made" "$(grep -nIE '(^|[^A-Za-z0-9_.}$])/(work|home/[a-z]+|root)/' $TEXTS /dev/null)"
# shellcheck disable=SC2086
nothing "no marks of an unfinished merge" "$(grep -nIE '^(<<<<<<<|>>>>>>>) ' $TEXTS /dev/null)"

done_testing
