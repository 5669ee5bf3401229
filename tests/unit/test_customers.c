/* test_customers: the CSV that a CRM writes, as records and as a directory; and every way in which a line is bad and only that line. */
#include "config/customers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "base/error.h"

#include "rules/csv.h"

/* ---- records ---- */

/* All records as one text: fields between bars, a record a line; a bad one as `!what`. */
static char *records(const char *text, gsize length)
{
    g_autoptr(GPtrArray) fields = g_ptr_array_new_with_free_func(g_free);
    GString *all = g_string_new(NULL);
    CsvReader r;
    const char *problem;
    csv_init(&r, text, length);
    while (csv_next(&r, fields, &problem)) {
        g_string_append_printf(all, "%u", r.line);
        if (problem != NULL)
            g_string_append(all, "!");
        for (guint i = 0; i < fields->len; i++)
            g_string_append_printf(all, "|%s", (const char *)fields->pdata[i]);
        g_string_append_c(all, '\n');
    }
    return g_string_free(all, FALSE);
}

static void test_records(void **state)
{
    static const struct {
        const char *text, *expected;
    } table[] = {
        {"", ""},
        {"\n\n\r\n", ""},
        {"a,b\nc,d", "1|a|b\n2|c|d\n"},
        {"\xEF\xBB\xBF" "a;b\r\nc;d\r\n", "1|a|b\n2|c|d\n"},
        {"a\tb\n\nc\td\n", "1|a|b\n3|c|d\n"},
        {"a,b;c\n1;2,3\n", "1|a|b;c\n2|1;2|3\n"},
        {"a,\"b, \"\"c\"\"\"\n\"x\ny\",z\nlast,\n", "1|a|b, \"c\"\n3|x\ny|z\n4|last|\n"},
        {" a , b \n", "1|a|b\n"},
        {"a,\"b\"x,c\nd,e,f\n", "1!\n2|d|e|f\n"},
        {"a,b\n\"open,1\nc,d\n", "1|a|b\n2!\n3|c|d\n"},
        {"a,\xE9\n", "1|a|\xEF\xBF\xBD\n"},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autofree char *got = records(table[i].text, strlen(table[i].text));
        assert_string_equal(got, table[i].expected);
    }
    g_autofree char *nul = records("a,b\0c\nd,e\n", 10);
    assert_string_equal(nul, "1!\n2|d|e\n");
}

static void test_wide_record_is_bad(void **state)
{
    (void)state;
    g_autoptr(GString) text = g_string_new("a");
    for (int i = 0; i < CSV_FIELDS_MAX; i++)
        g_string_append_c(text, ',');
    g_string_append(text, "\nb,c\n");
    g_autofree char *got = records(text->str, text->len);
    assert_string_equal(got, "1!\n2|b|c\n");
}

/* ---- the directory ---- */

typedef struct {
    char *directory, *file;
    Config config;
} Fixture;

static int set_up(void **state)
{
    Fixture *f = g_new0(Fixture, 1);
    f->directory = g_dir_make_tmp("customers-XXXXXX", NULL);
    f->file = g_build_filename(f->directory, "c.csv", NULL);
    f->config.customers.file = f->file;
    f->config.plans = g_hash_table_new(g_str_hash, g_str_equal);
    g_hash_table_insert(f->config.plans, (gpointer)"gold", f);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    Fixture *f = *state;
    g_unlink(f->file);
    g_rmdir(f->directory);
    g_hash_table_unref(f->config.plans);
    g_free(f->directory);
    g_free(f->file);
    g_free(f);
    return 0;
}

static Customers *load(Fixture *f, const char *text, char **ret_problems, GError **err)
{
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
    assert_true(g_file_set_contents(f->file, text, -1, NULL));
    Customers *c = customers_load(&f->config, problems, err);
    GString *all = g_string_new(NULL);
    for (guint i = 0; i < problems->len; i++) {
        assert_true(g_str_has_prefix(problems->pdata[i], f->file));
        g_string_append_printf(all, "%s\n", (const char *)problems->pdata[i] + strlen(f->file) + 1);
    }
    *ret_problems = g_string_free(all, FALSE);
    return c;
}

static void test_directory(void **state)
{
    g_autofree char *problems = NULL;
    g_autoptr(Customers) c = load(*state,
                                  "Address,Name,Segment,VIP,plan\n"
                                  "acme.test,Acme,gold,no,gold\n"
                                  "Kim@Acme.TEST,Kim of Acme,platinum,Yes,\n"
                                  "@beta.test,Beta,basic\n",
                                  &problems, NULL);
    assert_non_null(c);
    assert_string_equal(problems, "");
    assert_int_equal(customers_count(c), 3);
    assert_string_equal(customers_find(c, "ann@acme.test")->name, "Acme");
    assert_string_equal(customers_find(c, "ann@ACME.test")->plan, "gold");
    assert_string_equal(customers_find(c, "kim@acme.test")->name, "Kim of Acme");
    assert_string_equal(customers_value(customers_find(c, "kim@acme.test"), "vip"), "yes");
    assert_string_equal(customers_value(customers_find(c, "ann@acme.test"), "vip"), "no");
    assert_string_equal(customers_value(customers_find(c, "x@beta.test"), "segment"), "basic");
    assert_string_equal(customers_value(customers_find(c, "x@beta.test"), "revenue"), "");
    assert_null(customers_value(customers_find(c, "x@beta.test"), "address"));
    assert_null(customers_find(c, "x@sub.acme.test")); /* another host may be another customer */
    assert_null(customers_find(c, "acme.test@evil.test"));
    assert_null(customers_find(c, NULL));
    assert_null(customers_find(NULL, "kim@acme.test"));
}

static void test_bad_lines(void **state)
{
    g_autofree char *problems = NULL;
    g_autoptr(Customers) c = load(*state,
                                  "address,name,plan\n"
                                  "nonsense,A,\n"
                                  "acme.test,B,silver\n"
                                  "ACME.test,C,\n"
                                  "a b@acme.test,D,\n"
                                  "\"open,E,\n"
                                  ",F,\n"
                                  "beta.test,G,gold\n",
                                  &problems, NULL);
    assert_non_null(c);
    assert_string_equal(problems, "2: 'nonsense' is neither an address nor a domain\n"
                                  "3: there is no plan 'silver', which 'acme.test' has\n"
                                  "4: 'ACME.test' stands twice; the first line counts\n"
                                  "5: 'a b@acme.test' is neither an address nor a domain\n"
                                  "6: a quotation mark is not closed, or something follows the closing one\n"
                                  "7: '' is neither an address nor a domain\n");
    assert_string_equal(customers_find(c, "x@acme.test")->name, "B");
    assert_string_equal(customers_find(c, "x@acme.test")->plan, "");
    assert_string_equal(customers_find(c, "x@beta.test")->plan, "gold");
}

static void test_own_names_of_columns(void **state)
{
    Fixture *f = *state;
    g_autofree char *problems = NULL;
    f->config.customers.columns[0] = (char *)"E-Mail";
    f->config.customers.columns[2] = (char *)"Tier";
    g_autoptr(Customers) c = load(f, "Tier;E-Mail\nA;x@acme.test\n", &problems, NULL);
    assert_non_null(c);
    assert_string_equal(customers_find(c, "x@acme.test")->segment, "A");
}

static void test_no_file(void **state)
{
    Fixture *f = *state;
    g_autofree char *problems = NULL, *again = NULL, *gone = NULL;
    g_autoptr(GError) err = NULL;
    assert_null(load(f, "name,segment\nA,B\n", &problems, &err));
    assert_non_null(strstr(err->message, "no column 'address' in its first line"));
    g_clear_error(&err);
    assert_null(load(f, "", &again, &err));
    assert_non_null(strstr(err->message, "the file is empty"));
    g_clear_error(&err);
    g_autoptr(GPtrArray) none = g_ptr_array_new();
    g_unlink(f->file);
    assert_null(customers_load(&f->config, none, &err));
    assert_non_null(err);
}

static void test_a_file_of_the_wrong_kind_is_told_once(void **state)
{
    g_autoptr(GString) text = g_string_new("address\n");
    g_autofree char *problems = NULL;
    for (int i = 0; i < 5000; i++)
        g_string_append(text, "x\n");
    g_autoptr(Customers) c = load(*state, text->str, &problems, NULL);
    int lines = 0;
    for (const char *p = problems; *p != '\0'; p++)
        lines += *p == '\n' ? 1 : 0;
    assert_int_equal(lines, 200);
}

static void test_what_is_told_is_text(void **state)
{
    g_autoptr(GString) text = g_string_new("address,name\n");
    g_autofree char *problems = NULL;
    for (int i = 0; i < 99; i++) /* a character stands where the message is cut */
        g_string_append_c(text, 'x');
    g_string_append(text, "\xC3\xA4y,z\n\xE9,z\n");
    g_autoptr(Customers) c = load(*state, text->str, &problems, NULL);
    assert_true(g_utf8_validate(problems, -1, NULL));
    assert_int_equal(customers_count(c), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records),
        cmocka_unit_test(test_wide_record_is_bad),
        cmocka_unit_test_setup_teardown(test_directory, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bad_lines, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_own_names_of_columns, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_file_of_the_wrong_kind_is_told_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_told_is_text, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
