/* templatewords: the table of template values against escalate-templates(5) both ways, and against the built-in templates. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/files.h"
#include "base/limits.h"

#include "rules/template.h"

#include "flows/templatewords.h"

#include "base/banned.h"

static char *in_tree(const char *name)
{
    const char *top = g_getenv("srcdir");
    return g_build_filename(top != NULL ? top : ".", name, NULL);
}

static void test_cases(void **state)
{
    (void)state;
    static const struct {
        const char *template_name, *name;
        gboolean want;
    } cases[] = {
        {"escalation", "ticket.subject", TRUE},    {"escalation", "subject", TRUE},        {"escalation", "ticket.subjekt", FALSE},
        {"escalation", "headline", TRUE},          {"auto-ack", "headline", FALSE},        {"auto-ack", "answer_by", TRUE},
        {"auto-ack", "answer_by_exact", FALSE},    {"escalation", "answer_by_exact", TRUE}, {"escalation", "links.ack", TRUE},
        {"escalation", "links.yes", FALSE},        {"escalation", "links", TRUE},          {"line", "links.ack", FALSE},
        {"escalation", "pressing.left", TRUE},     {"escalation", "pressing.at_exact", TRUE}, {"escalation", "pressing.left_exact", FALSE},
        {"escalation", "ticket.due.at", TRUE},     {"escalation", "about.requester", TRUE}, {"line", "about.requester", FALSE},
        {"escalation", "ticket.id.x", FALSE},      {"escalation", ".", TRUE},              {"executive", "headline", TRUE},
        {"ours", "headline", TRUE},                {"ours", "line", FALSE},                {NULL, "line", TRUE},
        {NULL, "nothing", FALSE},                  {"daily", "reader", FALSE},             {"daily", "is_late", TRUE},
        {"notice", "lines", TRUE},                 {"plain", "lines", TRUE},               {"line", "lines", FALSE},
        {"escalation", "", FALSE},                 {"escalation", "_exact", FALSE},        {"escalation", "ticket.", TRUE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        if (templatewords_knows(cases[i].template_name, cases[i].name) != cases[i].want)
            fail_msg("%s in %s: expected %s", cases[i].name, cases[i].template_name, cases[i].want ? "known" : "unknown");
}

/* Every name behind Li: of the lists, of the table's last column, and in the text; without the object before its dot. */
static GHashTable *names_of_page(void)
{
    g_autofree char *path = in_tree("man/escalate-templates.5");
    g_autoptr(GString) text = NULL;
    GHashTable *names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    assert_true(files_read(path, LIMIT_TEMPLATE_BYTES, &text, NULL));
    char *begin = strstr(text->str, ".Ss Templates and their values"), *end = strstr(text->str, ".Sh FILES");
    assert_non_null(begin);
    *end = '\0';
    g_auto(GStrv) lines = g_strsplit(begin, "\n", -1);
    for (guint i = 0; lines[i] != NULL; i++) {
        const char *list = g_str_has_prefix(lines[i], ".Li ") ? lines[i] : g_str_has_prefix(lines[i], ".It ") && !g_str_has_prefix(lines[i], ".It Sy") ? strstr(lines[i], " Li ") : NULL;
        g_auto(GStrv) words = g_strsplit(list == NULL ? "" : list + 4, " ", -1);
        for (guint k = 0; words[k] != NULL; k++) {
            const char *dot = strrchr(words[k], '.');
            if (g_ascii_isalpha(*words[k])) /* else a mark that mdoc sets apart */
                g_hash_table_add(names, g_strdup(dot != NULL ? dot + 1 : words[k]));
        }
    }
    return names;
}

static void test_page(void **state)
{
    (void)state;
    g_autoptr(GHashTable) page = names_of_page(), table = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (gsize i = 0; templatewords_name(i) != NULL; i++) {
        g_auto(GStrv) words = g_strsplit(templatewords_name(i), " ", -1);
        for (guint k = 0; words[k] != NULL; k++) {
            g_hash_table_add(table, g_strdup(words[k]));
            gboolean is_object = strcmp(words[k], "ticket") == 0 || strcmp(words[k], "links") == 0; /* their members are listed */
            if (!is_object && !g_hash_table_contains(page, words[k]))
                fail_msg("escalate-templates(5) lacks '%s'", words[k]);
        }
    }
    GHashTableIter it;
    gpointer name;
    g_hash_table_iter_init(&it, page);
    while (g_hash_table_iter_next(&it, &name, NULL))
        if (!g_hash_table_contains(table, name))
            fail_msg("escalate-templates(5) has '%s', which the table lacks", (char *)name);
    assert_true(g_hash_table_size(page) > 80);
}

/* What the page's table gives a template, it knows. */
static void test_page_table(void **state)
{
    (void)state;
    g_autofree char *path = in_tree("man/escalate-templates.5");
    g_autoptr(GString) text = NULL;
    guint rows = 0;
    assert_true(files_read(path, LIMIT_TEMPLATE_BYTES, &text, NULL));
    g_auto(GStrv) lines = g_strsplit(text->str, "\n", -1);
    for (guint i = 0; lines[i] != NULL; i++) {
        g_auto(GStrv) words = g_strsplit(lines[i], " ", -1);
        const char *list = strstr(lines[i], " Ta Li ");
        if (!g_str_has_prefix(lines[i], ".It Cm ") || list == NULL)
            continue;
        g_auto(GStrv) names = g_strsplit(list + 7, " , ", -1);
        g_autofree char *template_name = g_strdup(words[2]);
        if (g_str_has_suffix(template_name, ".html"))
            template_name[strlen(template_name) - 5] = '\0';
        rows++;
        for (guint k = 0; names[k] != NULL; k++)
            if (!templatewords_knows(template_name, names[k]))
                fail_msg("%s: '%s' is not known", template_name, names[k]);
    }
    assert_true(rows >= 7);
}

static void check_file(const char *directory, const char *file)
{
    g_autofree char *path = g_build_filename(directory, file, NULL), *stem = g_strndup(file, strcspn(file, "."));
    g_autoptr(GString) source = NULL;
    g_autoptr(GPtrArray) names = NULL;
    assert_true(files_read(path, LIMIT_TEMPLATE_BYTES, &source, NULL));
    assert_true(template_names(path, source->str, &names, NULL));
    for (guint i = 0; i < names->len; i++)
        if (!templatewords_knows(g_str_has_suffix(file, ".mustache") ? NULL : stem, g_ptr_array_index(names, i)))
            fail_msg("%s: '%s' is not known", path, (char *)g_ptr_array_index(names, i));
}

static void test_built_in(void **state)
{
    (void)state;
    static const char *const languages[] = {"en", "de"};
    for (gsize l = 0; l < G_N_ELEMENTS(languages); l++) {
        g_autofree char *relative = g_strconcat("templates/", languages[l], NULL), *directory = in_tree(relative);
        g_autoptr(GDir) dir = g_dir_open(directory, 0, NULL);
        const char *name;
        assert_non_null(dir);
        while ((name = g_dir_read_name(dir)) != NULL)
            check_file(directory, name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_cases), cmocka_unit_test(test_page), cmocka_unit_test(test_page_table),
                                       cmocka_unit_test(test_built_in)};
    return cmocka_run_group_tests_name("templatewords", tests, NULL, NULL);
}
