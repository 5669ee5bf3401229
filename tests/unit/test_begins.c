/* test_begins: begins_any says what a search through all rows says. */
#include "rules/begins.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/banned.h"

static const char *const rows[] = {"sent from ", "sent by ", "s", "von meinem ", "Ä", "отправлено ", "2", "on ", "on the move", "\xff\xfe", "zz"};
static Begins index_of_rows = BEGINS(rows), index_of_one = {.rows = rows, .count = 1};

static const struct {
    const char *line;
    gboolean want;
} lines[] = {
    {"", FALSE},          {"sent from my phone", TRUE}, {"sent", TRUE /* "s" */}, {"Sent from", FALSE}, {"von meinem iPhone", TRUE}, {"von meine", FALSE},
    {"Ärger", TRUE},      {"ärger", FALSE},             {"отправлено с", TRUE},   {"отправлен", FALSE}, {"2", TRUE},                 {"on", FALSE},
    {"on Monday", TRUE},  {"\xff\xfe!", TRUE},          {"\xff", FALSE},          {"z", FALSE},         {"zzz", TRUE},               {"a", FALSE},
    {"\x01", FALSE},      {"one", FALSE},
};

static void test_lines(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(lines); i++) {
        gboolean naive = FALSE;
        for (gsize k = 0; k < G_N_ELEMENTS(rows); k++)
            naive = naive || g_str_has_prefix(lines[i].line, rows[k]);
        if (begins_any(&index_of_rows, lines[i].line) != lines[i].want || naive != lines[i].want)
            fail_msg("'%s': %d", lines[i].line, naive);
    }
    assert_true(begins_any(&index_of_one, "sent from here"));
    assert_false(begins_any(&index_of_one, "sent by me"));
}

/* All pairs of bytes at the beginning. */
static void test_bytes(void **state)
{
    (void)state;
    for (guint first = 1; first < 256; first++)
        for (guint second = 0; second < 256; second++) {
            const char line[] = {(char)first, (char)second, '\0'};
            gboolean naive = FALSE;
            for (gsize k = 0; k < G_N_ELEMENTS(rows); k++)
                naive = naive || g_str_has_prefix(line, rows[k]);
            assert_int_equal(begins_any(&index_of_rows, line), naive);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_lines), cmocka_unit_test(test_bytes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
