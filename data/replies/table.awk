# Writes *.words of this folder as the C table that is compiled in. A class that rules/words_command.h does not know stops the compiler.
#   # comment     CLASS [VALUE]: phrase, phrase, …     a line that begins with blanks goes on
# The language is the file's name. Phrases stand folded: lower case, single spaces, straight apostrophes.
function flush() {
    if (class != "")
        printf "    {\"%s\", %s, %s, \"%s|\"},\n", language, class, value, words
    class = ""
}
function head(text,    part, n) {
    n = split(text, part, " ")
    class = "WORDS_" toupper(part[1])
    gsub(/-/, "_", class)
    value = n > 1 ? part[2] : 0
    if (class == "WORDS_CLOSING_SIGNATURE") {
        class = "WORDS_CLOSING"
        value = 1
    }
    if (class ~ /^WORDS_(VERB|STRONG|WEAK|RISKY)$/)
        value = "VERB_" toupper(value)
    else if (class == "WORDS_UNIT")
        value = "'" value "'"
    words = ""
}
function add(text,    part, n, i) {
    n = split(text, part, ",")
    for (i = 1; i <= n; i++) {
        gsub(/^[ \t]+|[ \t]+$/, "", part[i])
        gsub(/["\\]/, "\\\\&", part[i])
        if (part[i] != "")
            words = words "|" part[i]
    }
}
BEGIN {
    print "/* Written by data/replies/table.awk. */"
    print "#include \"rules/words_replies.h\"\n"
    print "const WordsRow words_replies[] = {"
}
FNR == 1 {
    flush()
    language = FILENAME
    gsub(/.*\/|\.words$/, "", language)
}
/^#/ || /^[ \t]*$/ { next }
/^[^ \t]/ {
    flush()
    colon = index($0, ":")
    head(substr($0, 1, colon - 1))
    add(substr($0, colon + 1))
    next
}
{ add($0) }
END {
    flush()
    print "    {\"\", WORDS_COUNT, 0, NULL},\n};"
}
