/* phrase, phrasebook: what is made once is said in each language, and what customers write never becomes more than text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "rules/phrase.h"

#include "base/banned.h"

static const char german[] = "# a comment\n"
                             "msgid \"\"\nmsgstr \"\"\n\"Language: de\\n\"\n\n"
                             "msgid \"{who} has it, until {until:time}.\"\nmsgstr \"Bis {until:time} hat es {who}.\"\n"
                             "msgid \"It is over: {why:phrase}.\"\nmsgstr \"Vorbei: {why:phrase}.\"\n"
                             "msgid \"it \"\n  \"is resolved\"\nmsgstr \"es \"\n\"ist gel\xc3\xb6st\"\n"
                             "msgid \"it goes on in {ticket}\"\nmsgstr \"es geht in {ticket} weiter\"\n"
                             "msgid \"Tue\"\nmsgstr \"Di\"\nmsgid \"days\"\nmsgstr \"Tage\"\n"
                             "msgid \"{day} {month}\"\nmsgstr \"{day}. {month}\"\n"
                             "msgid \"He said \\\"no\\\"\\\\.\"\nmsgstr \"Er sagte \\\"nein\\\"\\\\.\"\n"
                             "msgid \"Noted.\"\nmsgstr \"Notiert.\"\nmsgid \"untold\"\nmsgstr \"\"\n";

static Phrasebook *read_book(const char *source)
{
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
    Phrasebook *book = phrasebook_new();
    phrasebook_read(book, "messages.po", source, problems);
    if (problems->len > 0)
        fail_msg("%s", (char *)g_ptr_array_index(problems, 0));
    return book;
}

/* Takes `made`. */
static void says(const Phrasebook *book, char *made, const char *want, const char *want_english)
{
    g_autofree char *own = made, *said = phrase_say(made, book), *plain = phrase_plain(made);
    assert_string_equal(said, want);
    assert_string_equal(plain, want_english);
}

static void test_says(void **state)
{
    (void)state;
    g_autoptr(Phrasebook) book = read_book(german);
    g_autofree char *inner = phrase_make("it goes on in {ticket}", "ticket", "7", NULL), *resolved = phrase_make("it is resolved", NULL);
    says(book, phrase_make("Noted.", NULL), "Notiert.", "Noted.");
    says(book, phrase_make("{who} has it, until {until:time}.", "who", "Bob Tue", "until", "Tue 10:00", NULL), "Bis Di 10:00 hat es Bob Tue.",
         "Bob Tue has it, until Tue 10:00.");
    says(book, phrase_make("{who} has it, until {until:time}.", "until", "2 days 3 h", "who", NULL, NULL), "Bis 2 Tage 3 h hat es .", " has it, until 2 days 3 h.");
    says(book, phrase_make("{who} has it, until {until:time}.", "who", "Bob", "until", "Tue 24 Nov 10:02", NULL), "Bis Di 24. Nov 10:02 hat es Bob.",
         "Bob has it, until Tue 24 Nov 10:02.");
    says(book, phrase_make("It is over: {why:phrase}.", "why", "it is resolved", NULL), "Vorbei: es ist gel\xc3\xb6st.", "It is over: it is resolved.");
    says(book, phrase_make("It is over: {why:phrase}.", "why", "my own words", NULL), "Vorbei: my own words.", "It is over: my own words.");
    says(book, phrase_make("It is over: {why:phrase}.", "why", inner, NULL), "Vorbei: es geht in 7 weiter.", "It is over: it goes on in 7.");
    says(book, phrase_make("it goes on in {ticket}", "ticket", resolved, NULL), "es geht in es ist gel\xc3\xb6st weiter", "it goes on in it is resolved");
    says(book, phrase_make("He said \"no\"\\.", NULL), "Er sagte \"nein\"\\.", "He said \"no\"\\.");
    says(book, phrase_make("untold", NULL), "untold", "untold");
    says(book, phrase_make("nobody knows {x}: {y}", "x", "this", "y", inner, NULL), "nobody knows this: es geht in 7 weiter", "nobody knows this: it goes on in 7");
    says(book, phrase_make("a {name} without value", "other", "x", NULL), "a {name} without value", "a {name} without value");
    says(book, g_strdup_printf("[support #1] %s, %s", resolved, inner), "[support #1] es ist gel\xc3\xb6st, es geht in 7 weiter",
         "[support #1] it is resolved, it goes on in 7");
    says(book, g_strdup("it is resolved"), "it is resolved", "it is resolved"); /* not ours: no marks */
}

/* Values that hold marks, or half of them, or too many, are text, and what is around them stays known. */
static void test_hostile(void **state)
{
    (void)state;
    static const struct {
        const char *value, *want;
    } cases[] = {
        {"a\1b", "es geht in ab weiter"},        {"a\4b\3\2", "es geht in ab weiter"},
        {"\3\4", "es geht in  weiter"},           {"\2x\3", "es geht in x weiter"},
        {"\1Noted.\4", "es geht in Notiert. weiter"}, {"\1\1x\4\4", "es geht in x weiter"},
        {"{ticket} {who:time}", "es geht in {ticket} {who:time} weiter"},
    };
    g_autoptr(Phrasebook) book = read_book(german);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *made = phrase_make("it goes on in {ticket}", "ticket", cases[i].value, NULL), *said = phrase_say(made, book);
        assert_string_equal(said, cases[i].want);
    }
    static const char *const loose[] = {"\1", "\4", "\1\2", "\1\2\3", "x\1y\2z", "\1a\2b\4c\3", "\2\2\3\3\4\4\1\1"};
    for (gsize i = 0; i < G_N_ELEMENTS(loose); i++) {
        g_autofree char *said = phrase_say(loose[i], book);
        assert_null(strpbrk(said, "\1\2\3\4"));
    }
}

/* Any depth of nesting ends, in time and stack. */
static void test_deep(void **state)
{
    (void)state;
    g_autoptr(Phrasebook) book = read_book(german);
    g_autoptr(GString) deep = g_string_new(NULL);
    for (int i = 0; i < 100000; i++)
        g_string_append(deep, "\1\2");
    g_autofree char *said = phrase_say(deep->str, book), *cut = phrase_cut(deep->str, 5), *made = phrase_make("it goes on in {ticket}", "ticket", deep->str, NULL);
    g_autofree char *all = phrase_say(made, book);
    assert_string_equal(said, "");
    assert_non_null(cut);
    assert_string_equal(all, "es geht in  weiter");
}

static void test_cut(void **state)
{
    (void)state;
    g_autoptr(Phrasebook) book = read_book(german);
    g_autofree char *made = phrase_make("it goes on in {ticket}", "ticket", "\xc3\xa4\xc3\xb6\xc3\xbc and so on and on", NULL), *cut = phrase_cut(made, 20);
    g_autofree char *said = phrase_say(cut, book), *plain = phrase_cut("0123456789", 5), *whole = phrase_cut("01234", 5), *last = phrase_cut("0123\xc3\xa4", 5);
    assert_string_equal(said, "es geht in \xc3\xa4\xc3\xb6\xc3\xbc a\xe2\x80\xa6 weiter");
    assert_string_equal(plain, "0123\xe2\x80\xa6");
    assert_string_equal(whole, "01234");
    assert_string_equal(last, "0123\xc3\xa4");
}

static void test_problems(void **state)
{
    (void)state;
    static const struct {
        const char *source, *want;
    } cases[] = {
        {"msgid \"a {x}\"\nmsgstr \"b {y}\"\n", "m.po:1:1: expected '{x}' in the msgstr, not '{y}', of 'a {x}'"},
        {"msgid \"a {x}\"\nmsgstr \"b\"\n", "m.po:1:1: expected '{x}' in the msgstr, not '', of 'a {x}'"},
        {"msgid \"a {x:time}\"\nmsgstr \"b {x}\"\n", "m.po:1:1: expected '{x:time}' in the msgstr, not '{x}', of 'a {x:time}'"},
        {"msgid \"a {x}\"\nmsgstr \"{x} {x}\"\n", "m.po:1:1: expected '{x}' in the msgstr, not '{x} {x}', of 'a {x}'"},
        {"\n\"loose\"\n", "m.po:2:1: expected a string in quotes that belongs to a msgid or msgstr, not '\"loose\"'"},
        {"msgstr \"b\"\n", "m.po:1:1: expected a string in quotes that belongs to a msgid or msgstr, not 'msgstr \"b\"'"},
        {"msgid \"a\nmsgstr \"b\"\n", "m.po:1:1: expected a string in quotes that belongs to a msgid or msgstr, not 'msgid \"a'"},
        {"msgid \"a\\q\"\nmsgstr \"b\"\n", "m.po:1:1: expected a string in quotes that belongs to a msgid or msgstr, not 'msgid \"a\\q\"'"},
        {"msgctxt \"a\"\n", "m.po:1:1: expected msgid, msgstr or a string in quotes, not 'msgctxt \"a\"'"},
        {"msgid \"\xff\"\n", "m.po:1:1: expected UTF-8"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Phrasebook) book = phrasebook_new();
        g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
        phrasebook_read(book, "m.po", cases[i].source, problems);
        assert_true(problems->len > 0);
        assert_string_equal(g_ptr_array_index(problems, 0), cases[i].want);
    }
}

/* The first file that has a phrase says it: the site's is read before the built-in one. */
static void test_order(void **state)
{
    (void)state;
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(Phrasebook) book = read_book("msgid \"Noted.\"\nmsgstr \"Ist vermerkt.\"\n");
    const char *english = NULL;
    phrasebook_read(book, "messages.po", german, problems);
    assert_string_equal(phrasebook_find(book, "Noted.", NULL), "Ist vermerkt.");
    assert_string_equal(phrasebook_find(book, "Tue", NULL), "Di");
    assert_non_null(phrasebook_find(book, "{a} has it, until {b}.", &english));
    assert_string_equal(english, "{who} has it, until {until:time}.");
    assert_null(phrasebook_find(book, "nothing", NULL));
    assert_null(phrasebook_find(NULL, "Noted.", NULL));
}

/* What is shipped is good, by the program's own reader. */
static void test_shipped(void **state)
{
    (void)state;
    const char *top = g_getenv("TOP_SRCDIR") != NULL ? g_getenv("TOP_SRCDIR") : g_getenv("srcdir");
    g_autofree char *path = g_build_filename(top != NULL ? top : ".", "templates", "de", "messages.po", NULL), *source = NULL;
    assert_true(g_file_get_contents(path, &source, NULL, NULL));
    g_autoptr(Phrasebook) book = read_book(source);
    assert_string_equal(phrasebook_find(book, "Noted.", NULL), "Notiert.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_says),     cmocka_unit_test(test_hostile), cmocka_unit_test(test_deep),   cmocka_unit_test(test_cut),
                                       cmocka_unit_test(test_problems), cmocka_unit_test(test_order),   cmocka_unit_test(test_shipped)};
    return cmocka_run_group_tests_name("phrase", tests, NULL, NULL);
}
