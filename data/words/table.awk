# Writes the phrases of *.words as the C table that is compiled in. A class that rules/words_kind.h does not know stops the compiler.
BEGIN {
    print "/* Written by data/words/table.awk. */"
    print "#include \"rules/words_table.h\"\n"
    print "const WordsTableRow words_table[] = {"
}
/^#/ || /^[ \t]*$/ { next }
/^== / {
    class = "WORDCLASS_" toupper($2)
    gsub(/-/, "_", class)
    if (class ~ /^WORDCLASS_MONTH_[0-9]+$/) {
        number = class
        sub(/^WORDCLASS_MONTH_/, "", number)
        class = "(WordClass)(WORDCLASS_MONTH_1 + " (number - 1) ")"
    }
    language = $3
    next
}
{
    gsub(/\\/, "\\\\")
    gsub(/"/, "\\\"")
    printf "    {%s, \"%s\", \"%s\"},\n", class, language, $0
}
END { print "    {WORDCLASS_COUNT, \"\", NULL},\n};" }
