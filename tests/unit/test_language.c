/* test_language: small words say a language; logs, names and mixtures say none. */
#include "rules/language.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>

#include "base/banned.h"

static const struct {
    const char *label, *text, *want;
} cases[] = {
    {"nothing", "", NULL},
    {"no text", NULL, NULL},
    {"English", "Hello, the printer does not work since this morning. Please help.", "en"},
    {"German", "Guten Tag, der Drucker geht seit heute nicht mehr. Bitte helfen Sie.", "de"},
    {"German in capitals", "UNSER SERVER IST SEIT HEUTE NICHT ERREICHBAR UND WIR KÖNNEN NICHT ARBEITEN", "de"},
    {"German about English things", "Hallo, unser Login über Single Sign On to the cloud geht nicht, wir können uns nicht anmelden, bitte um Hilfe", "de"},
    {"French", "Bonjour, notre imprimante ne marche pas depuis ce matin et nous ne pouvons pas travailler avec.", "fr"},
    {"Spanish", "Hola, nuestro servidor no responde desde las dos y no podemos trabajar. Gracias", "es"},
    {"Italian", "Buongiorno, il nostro server non risponde dal mattino e non possiamo lavorare. Grazie", "it"},
    {"Dutch", "Het is niet mogelijk om aan te melden, wij hebben het probleem met onze server. Graag hulp", "nl"},
    {"a log", "GET /x HTTP/1.1 500 at main.c:42 (core dumped)", NULL},
    {"names only", "Kim Lee, Acme GmbH", NULL},
    {"too little", "not the", NULL},
    {"two languages alike", "Der Server ist nicht da und wir warten. The server is not there and we wait for it.", NULL},
    {"broken bytes", "\xff\xfe the \xff and \xff is \xff not", "en"},
};

static void test_cases(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *got = language_of_text(cases[i].text);
        if (g_strcmp0(got, cases[i].want) != 0)
            fail_msg("%s: got '%s'", cases[i].label, got != NULL ? got : "(none)");
    }
}

/* A megabyte costs what its beginning costs, and a word without end is none. */
static void test_bounds(void **state)
{
    (void)state;
    g_autofree char *word = g_strnfill(1 << 20, 'a');
    assert_null(language_of_text(word));
    g_autofree char *late = g_strnfill(LANGUAGE_BYTES + 100, ' ');
    memcpy(late + LANGUAGE_BYTES, "the and not is we", 17);
    assert_null(language_of_text(late));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_cases), cmocka_unit_test(test_bounds)};
    return cmocka_run_group_tests_name("language", tests, NULL, NULL);
}
