#!/bin/sh
# coverage.sh BUILDDIR SRCDIR [CORPUS]: which lines of the readers of others' bytes the fuzz targets reach: builds the targets again with
# clang's source coverage (no sanitizers) in BUILDDIR/fuzz/coverage, runs each once over its seeds and over what runs have learnt (CORPUS, else
# BUILDDIR/fuzz/corpus), and prints, per file, lines reached and in all, then the lines of the parsers that no input reached. Exit: 0, 2 wrong
# use or no build, 77 no clang with coverage here.
set -u
LC_ALL=C.UTF-8
TZ=UTC
export LC_ALL TZ

if [ $# -lt 2 ]; then
    echo "usage: coverage.sh BUILDDIR SRCDIR [CORPUS]" >&2
    exit 2
fi
build=$(cd "$1" && pwd) || exit 2
source=$(cd "$2" && pwd) || exit 2
corpus=${3:-$build/fuzz/corpus}
fuzz=$source/tests/fuzz
work=$build/fuzz/coverage
mkdir -p "$work/raw" || exit 2
for tool in llvm-profdata llvm-cov; do
    if ! command -v $tool >/dev/null; then
        echo "no $tool here"
        exit 77
    fi
done

# What a sender or another program wrote goes through these; what they call is shown too, but its lines are not listed.
PARSERS='base/spoolname base/tzif base/utf8 rules/authres rules/appeal rules/autoreply rules/bounce rules/command rules/command_args rules/command_line
rules/command_token rules/command_when rules/csv rules/dsn rules/duration rules/kind rules/policytext rules/quote rules/quotehead rules/received
rules/returndate rules/ses rules/shortmessage rules/template_parse rules/words_kind mail/body mail/boundary mail/charset mail/heading mail/html
mail/inlined mail/mailbox mail/message mail/opaque mail/partdata mail/parttype mail/prescan mail/quotemark mail/salvage mail/signedpart mail/tame
mail/tnef mail/words time/ical time/icalfile time/icalread time/invite time/scan time/tzid time/vzone config/customers config/yaml
flows/jsoncommand flows/jsonin flows/parsed flows/reading flows/readingfill programs/mbox'

make -j2 -s -C "$work" -f "$fuzz/build.mk" SRCDIR="$source" BUILDDIR="$build" \
    SANITIZE='-fprofile-instr-generate -fcoverage-mapping' LINKED=-fsanitize=fuzzer || exit 2

kin() { sed -n 's/^    \([a-z |]*\)) echo "\{0,1\}\([a-z]*\).*/\1:\2/p' "$fuzz/run.sh" | awk -F: -v t="$1" '{ split($1, w, / *[|] */); for (i in w) if (w[i] == t && $2 ~ /^[a-z]+$/) print $2 }' | head -n 1; }
objects=
rm -f "$work"/raw/*
for target_source in "$fuzz"/fuzz_*.c; do
    target=$(basename "$target_source" .c)
    target=${target#fuzz_}
    seeds=$fuzz/seeds/$target
    [ -d "$seeds" ] || seeds=$fuzz/seeds/$(kin "$target")
    set -- "$seeds"
    [ ! -d "$corpus/$target" ] || set -- "$corpus/$target" "$seeds"
    # -runs=0: each input once, nothing new
    ESCALATE_DATADIR=$source LLVM_PROFILE_FILE="$work/raw/$target.profraw" "$work/fuzz_$target" -runs=0 -max_len=65536 -timeout=60 "$@" >"$work/$target.log" 2>&1 ||
        echo "$target: did not run to its end: $work/$target.log" >&2
    objects="$objects -object $work/fuzz_$target"
done
llvm-profdata merge -sparse -o "$work/all.profdata" "$work"/raw/*.profraw || exit 2
# shellcheck disable=SC2086 # words are wanted
llvm-cov export -format=lcov -instr-profile="$work/all.profdata" ${objects# -object } >"$work/all.lcov" 2>"$work/export.log" || exit 2

awk -v source="$source/src/" -v parsers="$(echo "$PARSERS" | tr '\n' ' ')" '
    BEGIN { n = split(parsers, p, " "); for (i = 1; i <= n; i++) is_parser[p[i]] = 1 }
    /^SF:/ { file = substr($0, 4); wanted = index(file, source) == 1; name = substr(file, length(source) + 1) }
    wanted && /^DA:/ { split(substr($0, 4), d, ","); all[name]++; if (d[2] > 0) hit[name]++; else missed[name] = missed[name] " " d[1] }
    END {
        for (f in all) {
            base = f; sub(/\.[ch]$/, "", base)
            printf "%s\t%d\t%d\t%.0f%%\t%s\n", f, hit[f], all[f], 100 * hit[f] / all[f], (base in is_parser) && f ~ /\.c$/ ? "parser" : "-"
            if ((base in is_parser) && f ~ /\.c$/ && missed[f] != "") print f "\t!" missed[f]
        }
    }' "$work/all.lcov" | sort >"$work/lines"
echo "# lines reached, lines in all, of each file that the fuzz targets read with"
grep -v "$(printf '\t!')" "$work/lines" | awk -F'\t' '{ printf "%-28s %5d %5d %5s  %s\n", $1, $2, $3, $4, $5; if ($5 == "parser") { h += $2; a += $3 } }
    END { printf "%-28s %5d %5d %4.1f%%\n", "all parsers", h, a, 100 * h / a }'
echo
echo "# lines of the parsers that no input reaches"
grep "$(printf '\t!')" "$work/lines" | sed 's/\t! */: /' | while IFS=: read -r file lines; do
    for line in $lines; do
        printf '%s:%s: %s\n' "$file" "$line" "$(sed -n "${line}p" "$source/src/$file" | sed 's/^ *//' | cut -c1-110)"
    done
done
