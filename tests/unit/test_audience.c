/* test_audience: who may see what: by examples, against the manual, through a view full of secrets; and the walk that check makes. */
#include "flows/audience.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "rules/phrase.h"
#include "rules/template_walk.h"

#include "flows/localize.h"

#include "base/banned.h"

#define ALL (AUDIENCE_INTERNAL | AUDIENCE_EXECUTIVE | AUDIENCE_CUSTOMER | AUDIENCE_VENDOR)
#define HOUSE (AUDIENCE_INTERNAL | AUDIENCE_EXECUTIVE)

static void test_examples(void **state)
{
    (void)state;
    static const struct {
        const char *template, *variable;
        guint want;
    } cases[] = {
        {"auto-ack", "reader", ALL},
        {"auto-ack", "ticket.tag", ALL},
        {"auto-ack", "ticket.opened_exact", ALL},
        {"auto-ack", "ticket.tag_exact", 0},
        {"auto-ack", "ticket.requester", HOUSE | AUDIENCE_CUSTOMER},
        {"auto-ack", "ticket.owner_phone", HOUSE},
        {"auto-ack", "ticket.due", HOUSE},
        {"auto-ack", "ticket.due.at", HOUSE},
        {"auto-ack", "ticket.due.at_exact", HOUSE},
        {"auto-ack", "answer_by", HOUSE | AUDIENCE_CUSTOMER},
        {"resolved", "answer_by", 0},
        {"update", "next_update", HOUSE | AUDIENCE_CUSTOMER},
        {"update", "tried", 0},
        {"escalation", "tried", HOUSE},
        {"a-level-of-the-site", "tried", HOUSE},
        {"executive", "about.excerpt", HOUSE},
        {"executive", "about.owner_name", HOUSE},
        {"escalation", "links.ack", HOUSE},
        {"escalation", "links", HOUSE},
        {"daily", "tickets.subject", HOUSE},
        {"vendor", "contract", HOUSE | AUDIENCE_VENDOR},
        {"vendor", "ticket.impact", HOUSE | AUDIENCE_VENDOR},
        {"vendor", "ticket.requester_name", HOUSE | AUDIENCE_CUSTOMER},
        {"board", "risk", HOUSE},
        {"triage", "severities.example", HOUSE},
        {"plain", "lines", ALL},
        {"auto-ack", "tickets", 0},
        {"auto-ack", "", 0},
        {"auto-ack", "ticket.", 0},
        {"auto-ack", ".", 0},
        {"auto-ack", "ticket.tag.x", 0},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        if (audience_of(cases[i].template, cases[i].variable) != cases[i].want)
            fail_msg("%s of %s: got %u", cases[i].variable, cases[i].template, audience_of(cases[i].template, cases[i].variable));
    assert_int_equal(audience_of_template("update"), AUDIENCE_CUSTOMER);
    assert_int_equal(audience_of_template("executive"), AUDIENCE_EXECUTIVE);
    assert_int_equal(audience_of_template("line"), AUDIENCE_INTERNAL);
    assert_int_equal(audience_of_template("a-level-of-the-site"), AUDIENCE_INTERNAL);
}

/* ---- the manual ---- */

static char *page(void)
{
    const char *top = g_getenv("srcdir");
    char *text = NULL;
    g_autofree char *path = g_build_filename(top != NULL ? top : ".", "man/escalate-templates.5", NULL);
    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    return text;
}

/* The names of the lines ".It Li a , b" between two lines of the page. */
static GHashTable *names_between(const char *text, const char *from, const char *to)
{
    GHashTable *names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    const char *start = strstr(text, from), *end = start != NULL ? strstr(start, to) : NULL;
    assert_non_null(start);
    assert_non_null(end);
    g_autofree char *part = g_strndup(start, (gsize)(end - start));
    g_auto(GStrv) lines = g_strsplit(part, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        if (!g_str_has_prefix(*line, ".It Li "))
            continue;
        g_auto(GStrv) words = g_strsplit(*line + strlen(".It Li "), " ", -1);
        for (char **w = words; *w != NULL; w++)
            if (strcmp(*w, ",") != 0)
                g_hash_table_add(names, g_strdup(*w));
    }
    return names;
}

typedef struct {
    GHashTable *documented, *for_customers, *rows;
} Pages;

static void compare(const char *written, guint audiences, void *data)
{
    Pages *p = data;
    g_hash_table_add(p->rows, g_strdup(written));
    if (!g_hash_table_contains(p->documented, written))
        fail_msg("man page: no '%s'", written);
    gboolean is_root_value = strcmp(written, "lines") == 0; /* of plain.html, and of notices: the page has it once */
    if ((audiences & AUDIENCE_EXTERNAL) != 0 && !is_root_value && !g_hash_table_contains(p->for_customers, written))
        fail_msg("man page: '%s' is for customers, and is not said to be", written);
}

static void test_manual(void **state)
{
    (void)state;
    g_autofree char *text = page();
    g_autoptr(GHashTable) documented = names_between(text, "\nValues of every template but", "\n.Ss Audiences"),
                          outside = names_between(text, "\n.Ss Audiences", "\n.Sh FILES"),
                          rows = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    Pages p = {documented, outside, rows};
    audience_each(compare, &p);
    GHashTableIter it;
    gpointer name;
    g_hash_table_iter_init(&it, documented);
    while (g_hash_table_iter_next(&it, &name, NULL))
        if (!g_hash_table_contains(rows, name))
            fail_msg("man page: '%s' is in no table", (char *)name);
    g_hash_table_iter_init(&it, outside);
    while (g_hash_table_iter_next(&it, &name, NULL)) {
        static const char *const external[] = {"auto-ack", "raised", "update", "delay", "resolved", "vendor"};
        guint seen = 0;
        for (gsize i = 0; i < G_N_ELEMENTS(external); i++)
            seen |= audience_of(external[i], name);
        if ((seen & AUDIENCE_EXTERNAL) == 0)
            fail_msg("man page: '%s' is for nobody outside", (char *)name);
    }
}

/* ---- the view ---- */

static const char view_json[] =
    "{\"reader\": \"open\", \"answer_by\": \"open\", \"tried\": \"SECRET\", \"unknown\": {\"deep\": [\"SECRET\"]}, \"links\": {\"ack\": \"SECRET\"},"
    " \"lines\": [\"SECRET\"], \"ticket\": {\"tag\": \"open\", \"opened\": \"open\", \"opened_exact\": \"open\", \"owner_name\": \"SECRET\","
    " \"owner_phone\": \"SECRET\", \"due\": [{\"at\": \"SECRET\"}], \"wait_until_exact\": \"SECRET\", \"requester_name\": \"mine\", \"new_key\": \"SECRET\"}}";

static void test_view(void **state)
{
    (void)state;
    json_t *view = audience_take("auto-ack", AUDIENCE_CUSTOMER, json_loads(view_json, 0, NULL));
    char *text = json_dumps(view, JSON_SORT_KEYS | JSON_COMPACT);
    assert_string_equal(text, "{\"answer_by\":\"open\",\"reader\":\"open\",\"ticket\":{\"opened\":\"open\",\"opened_exact\":\"open\","
                              "\"requester_name\":\"mine\",\"tag\":\"open\"}}");
    free(text);
    json_decref(view);
    view = audience_take("auto-ack", AUDIENCE_VENDOR, json_loads(view_json, 0, NULL));
    text = json_dumps(view, JSON_SORT_KEYS | JSON_COMPACT);
    assert_null(strstr(text, "mine"));
    assert_null(strstr(text, "SECRET"));
    free(text);
    json_decref(view);
    view = audience_take("line", AUDIENCE_CUSTOMER, json_loads(view_json, 0, NULL)); /* a template of the house that went astray */
    text = json_dumps(view, JSON_SORT_KEYS | JSON_COMPACT);
    assert_null(strstr(text, "SECRET"));
    free(text);
    json_decref(view);
}

/* ---- the walk ---- */

static const struct {
    const char *name, *text;
} partials[] = {
    {"owner", "one\n{{ticket.owner_name}}\n"},
    {"inner", "{{owner_name}}"},
    {"loop", "{{tag}}{{>loop}}{{>loop}}"},
    {"broken", "{{#x}}"},
};

static char *partial(const char *name, void *data)
{
    (void)data;
    for (gsize i = 0; i < G_N_ELEMENTS(partials); i++)
        if (strcmp(partials[i].name, name) == 0)
            return g_strdup(partials[i].text);
    return NULL;
}

static void found(const char *file, int line, const char *variable, void *data)
{
    g_string_append_printf(data, "%s:%d %s\n", file, line, variable);
}

static void test_check(void **state)
{
    (void)state;
    static const struct {
        const char *label, *template, *source, *want;
    } cases[] = {
        {"nothing", "update", "Hello", ""},
        {"what is theirs", "update", "{{reader}} {{ticket.tag}} {{#ticket}}{{subject}}{{/ticket}} {{next_update}}", ""},
        {"a name", "update", "a\n{{ticket.owner_name}}", "update:2 ticket.owner_name\n"},
        {"unescaped", "update", "{{{ticket.owner_phone}}}{{&ticket.owner}}", "update:1 ticket.owner_phone\nupdate:1 ticket.owner\n"},
        {"asked for only", "update", "{{^ticket.owner}}x{{/ticket.owner}}", "update:1 ticket.owner\n"},
        {"in its section", "update", "{{#ticket}}\n{{owner}}\n{{/ticket}}", "update:2 ticket.owner\n"},
        {"the value at hand", "update", "{{#ticket.owner}}{{.}}{{/ticket.owner}}", "update:1 ticket.owner\nupdate:1 ticket.owner\n"},
        {"an inverted section is no context", "update", "{{^ticket}}{{owner}}{{/ticket}}", ""},
        {"from further out", "update", "{{#reader}}{{#ticket.next}}{{ticket.impact}}{{/ticket.next}}{{/reader}}", "update:1 ticket.impact\n"},
        {"through a list", "update", "{{#ticket.due}}{{at_exact}}{{/ticket.due}}", "update:1 ticket.due\nupdate:1 ticket.due.at_exact\n"},
        {"a partial", "update", "\n{{>owner}}", "owner:2 ticket.owner_name\n"},
        {"a partial in a section", "update", "{{#ticket}}{{>inner}}{{/ticket}}", "inner:1 ticket.owner_name\n"},
        {"a partial elsewhere", "update", "{{>inner}}", ""},
        {"a partial in itself", "update", "{{#ticket}}{{>loop}}{{/ticket}}", ""},
        {"other delimiters", "update", "{{=<% %>=}}<%ticket.owner%>", "update:1 ticket.owner\n"},
        {"what is of another template is nothing", "update", "{{tried}} {{links.ack}} {{unknown}}", ""},
        {"the frame of all HTML", "plain", "{{#lines}}{{.}}{{/lines}}{{ticket.owner}}", "plain:1 ticket.owner\n"},
        {"a customer's name for a vendor", "vendor", "{{ticket.requester}} {{contract}}", "vendor:1 ticket.requester\n"},
        {"of the house", "line", "{{ticket.owner_name}}", ""},
        {"of a level", "our-page", "{{tried}}{{ticket.owner_name}}", ""},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GString) got = g_string_new(NULL);
        g_autoptr(GError) err = NULL;
        assert_true(audience_check(cases[i].template, cases[i].source, partial, NULL, found, got, &err));
        if (strcmp(got->str, cases[i].want) != 0)
            fail_msg("%s: got '%s'", cases[i].label, got->str);
    }
    g_autoptr(GError) err = NULL;
    g_autoptr(GString) none = g_string_new(NULL);
    assert_false(audience_check("update", "{{>broken}}", partial, NULL, found, none, &err));
    assert_non_null(strstr(err->message, "template 'broken:1'"));
}

/* ---- the reader's language ---- */

static void test_localize(void **state)
{
    (void)state;
    static const char source[] = "{\"at\": \"Tue 24 Mar 10:02\", \"at_exact\": \"x\", \"left\": \"2 days 3 h\", \"said\": \"Tue 2 days\","
                                 " \"due\": [{\"at\": \"Sun 10:02\", \"at_exact\": \"x\", \"left\": \"under 1 min\"}]}";
    static const struct {
        const char *language, *want;
    } cases[] = {
        {"de", "{\"at\":\"Di 24. Mär 10:02\",\"at_exact\":\"x\",\"due\":[{\"at\":\"So 10:02\",\"at_exact\":\"x\",\"left\":\"unter 1 min\"}],"
               "\"left\":\"2 Tage 3 h\",\"said\":\"Tue 2 days\"}"},
        {"en", NULL}, {"fr", NULL}, {"den", NULL}, {"", NULL}, {NULL, NULL},
    };
    const char *top = g_getenv("TOP_SRCDIR") != NULL ? g_getenv("TOP_SRCDIR") : g_getenv("srcdir");
    g_autofree char *templates = g_build_filename(top != NULL ? top : ".", "templates", NULL);
    g_autoptr(GHashTable) phrases = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)phrasebook_free);
    Config config = {0};
    Desk d = {.config = &config, .templates = templates, .phrases = phrases};
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        json_t *view = json_loads(source, 0, NULL), *same = json_loads(source, 0, NULL);
        localize_view(&d, view, cases[i].language);
        localize_view(&d, view, cases[i].language);
        char *text = json_dumps(view, JSON_SORT_KEYS | JSON_COMPACT);
        if (cases[i].want != NULL)
            assert_string_equal(text, cases[i].want);
        else
            assert_true(json_equal(view, same));
        free(text);
        json_decref(view);
        json_decref(same);
    }
}

/* Wherever a phrase stands, and in what else; output for scripts is English whatever a site says. */
static void test_phrases(void **state)
{
    (void)state;
    g_autofree char *made = phrase_make("Noted.", NULL), *listed = g_strdup_printf("[a #1] %s", made);
    g_autoptr(Phrasebook) book = phrasebook_new();
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GHashTable) phrases = g_hash_table_new(g_str_hash, g_str_equal);
    phrasebook_read(book, "x", "msgid \"Noted.\"\nmsgstr \"OK!\"\n", problems);
    g_hash_table_insert(phrases, (gpointer)"en", book);
    Desk d = {.phrases = phrases};
    json_t *view = json_pack("{s:s, s:[s, {s:s}], s:s}", "line", made, "lines", listed, "deep", made, "said", "Noted."), *plain = json_deep_copy(view);
    json_t *want = json_pack("{s:s, s:[s, {s:s}], s:s}", "line", "OK!", "lines", "[a #1] OK!", "deep", "OK!", "said", "Noted.");
    json_t *english = json_pack("{s:s, s:[s, {s:s}], s:s}", "line", "Noted.", "lines", "[a #1] Noted.", "deep", "Noted.", "said", "Noted.");
    localize_view(&d, view, NULL);
    localize_plain(plain);
    assert_true(json_equal(view, want));
    assert_true(json_equal(plain, english));
    json_t *all[] = {view, plain, want, english};
    for (gsize i = 0; i < G_N_ELEMENTS(all); i++)
        json_decref(all[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_examples), cmocka_unit_test(test_manual), cmocka_unit_test(test_view),
                                       cmocka_unit_test(test_check), cmocka_unit_test(test_localize),  cmocka_unit_test(test_phrases)};
    return cmocka_run_group_tests_name("audience", tests, NULL, NULL);
}
