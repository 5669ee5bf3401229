/* test_template: the language by examples, its errors, and its bounds. Values are a small tree of the test's own. */
#include "rules/template.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/limits.h"

typedef enum { IS_TEXT, IS_LIST, IS_OBJECT, IS_TRUE, IS_FALSE } ValueKind;

typedef struct Value {
    const char *key; /* in an object */
    ValueKind kind;
    const char *text;
    const struct Value *inside; /* of lists and objects */
    gsize count;
} Value;

static const void *value_member(const void *value, const char *key)
{
    const Value *v = value;
    for (gsize i = 0; v->kind == IS_OBJECT && i < v->count; i++)
        if (strcmp(v->inside[i].key, key) == 0)
            return &v->inside[i];
    return NULL;
}

static gssize value_length(const void *value)
{
    const Value *v = value;
    return v->kind == IS_LIST ? (gssize)v->count : -1;
}

static const void *value_item(const void *value, gsize i) { return &((const Value *)value)->inside[i]; }

static gboolean value_is_true(const void *value)
{
    const Value *v = value;
    return v->kind == IS_TRUE || v->kind == IS_OBJECT || (v->kind == IS_LIST && v->count > 0)
           || (v->kind == IS_TEXT && *v->text != '\0');
}

static char *value_text(const void *value)
{
    const Value *v = value;
    return g_strdup(v->kind == IS_TEXT ? v->text : "");
}

static const TemplateValues functions = {value_member, value_length, value_item, value_is_true, value_text};

#define TEXT(k, t)                                                                                                               \
    {                                                                                                                            \
        .key = k, .kind = IS_TEXT, .text = t                                                                                     \
    }
#define INSIDE(k, what, array)                                                                                                   \
    {                                                                                                                            \
        .key = k, .kind = what, .inside = array, .count = G_N_ELEMENTS(array)                                                    \
    }

static const Value people[] = {TEXT(NULL, "Ann"), TEXT(NULL, "Bob")};
static const Value customer[] = {TEXT("name", "Acme & <Sons> \"1\""), TEXT("plan", "gold")};
static const Value rows[] = {INSIDE(NULL, IS_OBJECT, customer), INSIDE(NULL, IS_OBJECT, customer)};
static const Value grid[] = {INSIDE(NULL, IS_LIST, people), INSIDE(NULL, IS_LIST, people)};
static const Value members[] = {
    TEXT("id", "42"),
    TEXT("empty", ""),
    TEXT("zero", "0"),
    TEXT("tag", "{{id}}"),
    TEXT("lines", "one\ntwo"),
    TEXT("forged", "Hello\r\nBcc: eve@x.example\x01\xc2\x85 end\xe2\x80\xa8."),
    INSIDE("customer", IS_OBJECT, customer),
    INSIDE("people", IS_LIST, people),
    INSIDE("rows", IS_LIST, rows),
    INSIDE("grid", IS_LIST, grid),
    {.key = "none", .kind = IS_LIST},
    {.key = "yes", .kind = IS_TRUE},
    {.key = "no", .kind = IS_FALSE},
};
static const Value root = INSIDE(NULL, IS_OBJECT, members);

static char *partial(const char *name, void *data)
{
    static const char *const texts[][2] = {
        {"greeting", "Dear {{name}},\n{{lines}}\n"},
        {"ever", "x{{>ever}}"},
        {"double", "{{>double}}{{>double}}"},
        {"broken", "fine\n{{#a}}"},
        {"step", " {{>step}}"},
        {"marks", "{{=| |=}}|id|"},
    };
    assert_ptr_equal(data, &root);
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        if (strcmp(texts[i][0], name) == 0)
            return g_strdup(texts[i][1]);
    return NULL;
}

static gboolean render(const char *source, TemplateMode mode, char **ret, GError **err)
{
    return template_render(NULL, "t", source, mode, &functions, &root, partial, (void *)&root, ret, err);
}

static const struct {
    const char *label, *input;
    TemplateMode mode;
    const char *want;
} good[] = {
    {"nothing", "", TEMPLATE_TEXT, ""},
    {"text", "a } b { c }} d\n", TEMPLATE_TEXT, "a } b { c }} d\n"},
    {"value", "#{{id}} {{ id }} {{\n id\n}}", TEMPLATE_TEXT, "#42 42 42"},
    {"not read again", "{{tag}}", TEMPLATE_TEXT, "{{id}}"},
    {"absent", "[{{nope}}{{customer.nope}}{{nope.name}}{{id.name}}]", TEMPLATE_TEXT, "[]"},
    {"text mode escapes nothing", "{{customer.name}}", TEMPLATE_TEXT, "Acme & <Sons> \"1\""},
    {"html mode", "{{customer.name}}", TEMPLATE_HTML, "Acme &amp; &lt;Sons&gt; &quot;1&quot;"},
    {"html, raw", "{{{customer.name}}}{{& customer.plan }}", TEMPLATE_HTML, "Acme & <Sons> \"1\"gold"},
    {"html, the template's own", "<b>&{{id}}</b>", TEMPLATE_HTML, "<b>&42</b>"},
    {"object section", "{{#customer}}{{plan}} {{id}}{{/customer}}", TEMPLATE_TEXT, "gold 42"},
    {"list", "{{#people}}{{.}},{{/people}}", TEMPLATE_TEXT, "Ann,Bob,"},
    {"list of lists", "{{#grid}}({{#.}}{{.}}{{/.}}){{/grid}}", TEMPLATE_TEXT, "(AnnBob)(AnnBob)"},
    {"list of objects", "{{#rows}}{{plan}}{{/rows}}", TEMPLATE_TEXT, "goldgold"},
    {"false", "{{#no}}x{{/no}}{{#none}}x{{/none}}{{#empty}}x{{/empty}}{{#nope}}x{{/nope}}", TEMPLATE_TEXT, ""},
    {"inverted", "{{^no}}a{{/no}}{{^none}}b{{/none}}{{^empty}}c{{/empty}}{{^nope}}d{{/nope}}{{^yes}}e{{/yes}}", TEMPLATE_TEXT,
     "abcd"},
    {"zero is true", "{{#zero}}{{.}}{{/zero}}", TEMPLATE_TEXT, "0"},
    {"standalone", "a\n  {{#yes}}\t\r\nb\r\n{{/yes}}\nc", TEMPLATE_TEXT, "a\nb\r\nc"},
    {"standalone at both ends", " {{#yes}} \nb\n {{/yes}} ", TEMPLATE_TEXT, "b\n"},
    {"two tags on a line", "{{#yes}} {{/yes}}\n", TEMPLATE_TEXT, " \n"},
    {"value alone on its line", " {{id}} \n", TEMPLATE_TEXT, " 42 \n"},
    {"comment", "a{{! {{ no }}b\n {{! gone\n too }} \nc", TEMPLATE_TEXT, "ab\nc"},
    {"delimiters", "{{=<% %>=}}<%id%>{{id}}<%={{ }}=%>{{id}}", TEMPLATE_TEXT, "42{{id}}42"},
    {"raw with other delimiters", "{{=<% %>=}}<%{customer.plan}%>", TEMPLATE_HTML, "gold"},
    {"partial", "{{#customer}}{{>greeting}}{{/customer}}", TEMPLATE_TEXT, "Dear Acme & <Sons> \"1\",\none\ntwo\n"},
    {"partial, indented", "{{#customer}}\n  {{> greeting }}\n{{/customer}}\n", TEMPLATE_TEXT,
     "  Dear Acme & <Sons> \"1\",\n  one\ntwo\n"},
    {"unknown partial", "[{{>nope}}]", TEMPLATE_TEXT, "[]"},
    {"delimiters of a partial are its own", "{{>marks}}{{id}}|id|", TEMPLATE_TEXT, "4242|id|"},
    {"header", "[support #{{id}}] {{forged}}\n", TEMPLATE_HEADER, "[support #42] Hello Bcc: eve@x.example end ."},
    {"header keeps plain spaces", "a  b {{id}} ", TEMPLATE_HEADER, "a  b 42"},
};

static void test_good(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(good); i++) {
        g_autofree char *text = NULL;
        g_autoptr(GError) err = NULL;
        if (!render(good[i].input, good[i].mode, &text, &err))
            fail_msg("%s: %s", good[i].label, err->message);
        if (strcmp(text, good[i].want) != 0)
            fail_msg("%s: '%s'", good[i].label, text);
    }
}

static const struct {
    const char *input;
    ErrorCode code;
    const char *want_error;
} bad[] = {
    {"a\n{{id", ERROR_DATA, "template 't:2': tag '{{id': its end is missing"},
    {"{{{id}}", ERROR_DATA, "template 't:1': tag '{{{id}}': its end is missing"},
    {"{{}}", ERROR_DATA, "template 't:1': tag '{{}}': a name is missing"},
    {"{{# }}", ERROR_DATA, "a name is missing"},
    {"{{a b}}", ERROR_DATA, "a name has no spaces in it"},
    {"{{a..b}}", ERROR_DATA, "a dotted name has an empty part"},
    {"{{.a}}", ERROR_DATA, "a dotted name has an empty part"},
    {"{{a.}}", ERROR_DATA, "a dotted name has an empty part"},
    {"\n\n{{#yes}}\n", ERROR_DATA, "template 't:3': tag '{{#yes}}': the section is never closed"},
    {"{{#a}}\n{{/b}}", ERROR_DATA, "template 't:2': tag '{{/b}}': the open section is 'a', of line 1"},
    {"x{{/a}}", ERROR_DATA, "template 't:1': tag '{{/a}}': no section is open"},
    {"{{=a=}}", ERROR_DATA, "expected two delimiters"},
    {"{{=a b c=}}", ERROR_DATA, "expected two delimiters"},
    {"{{=a= b=}}", ERROR_DATA, "expected two delimiters"},
    {"{{=<% %>}}", ERROR_DATA, "its end is missing"},
    {"{{$a}}", ERROR_DATA, "not part of this language"},
    {"{{<a}}", ERROR_DATA, "not part of this language"},
    {"{{>*a}}", ERROR_DATA, "not part of this language"},
    {"{{>broken}}", ERROR_DATA, "template 'broken:2': tag '{{#a}}': the section is never closed"},
    {"{{>ever}}", ERROR_LIMIT, "template 'ever:1': tag 'x': sections and partials are nested too deeply"},
    {"  {{>step}}\n", ERROR_LIMIT, "nested too deeply"},
};

static void check_bad(const char *input, ErrorCode code, const char *want)
{
    char *text = NULL;
    g_autoptr(GError) err = NULL;
    assert_false(render(input, TEMPLATE_TEXT, &text, &err));
    assert_null(text);
    if (err->code != (int)code || strstr(err->message, want) == NULL)
        fail_msg("'%.40s': %s", input, err->message);
}

static void test_bad(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++)
        check_bad(bad[i].input, bad[i].code, bad[i].want_error);
}

static char *repeat(const char *text, gsize n)
{
    GString *out = g_string_new(NULL);
    while (n-- > 0)
        g_string_append(out, text);
    return g_string_free(out, FALSE);
}

static void test_nesting(void **state)
{
    (void)state;
    for (gsize n = LIMIT_TEMPLATE_NESTING; n <= LIMIT_TEMPLATE_NESTING + 1; n++) {
        g_autofree char *open = repeat("{{#yes}}", n), *close = repeat("{{/yes}}", n);
        g_autofree char *source = g_strconcat(open, "in", close, NULL), *text = NULL;
        if (n > LIMIT_TEMPLATE_NESTING) {
            check_bad(source, ERROR_LIMIT, "nested too deeply");
        } else {
            assert_true(render(source, TEMPLATE_TEXT, &text, NULL));
            assert_string_equal(text, "in");
        }
    }
}

/* Sections of a list inside each other: each one more multiplies the work. */
static void test_output(void **state)
{
    (void)state;
    static Value hundred[100];
    for (gsize i = 0; i < G_N_ELEMENTS(hundred); i++)
        hundred[i] = (Value)TEXT(NULL, "x");
    const Value only[] = {INSIDE("list", IS_LIST, hundred)};
    const Value top = INSIDE(NULL, IS_OBJECT, only);
    static const struct {
        const char *inside, *want;
    } table[] = {{"a text that is not quite short, for it is written very often", "the output is too long"},
                 {"", "too much is repeated"},
                 {"{{^list}}{{/list}}", "too much is repeated"}};
    for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autofree char *open = repeat("{{#list}}", 8), *close = repeat("{{/list}}", 8);
        g_autofree char *source = g_strconcat(open, table[i].inside, close, NULL);
        g_autoptr(GError) err = NULL;
        char *text = NULL;
        assert_false(template_render(NULL, "t", source, TEMPLATE_TEXT, &functions, &top, NULL, NULL, &text, &err));
        assert_int_equal(err->code, ERROR_LIMIT);
        if (strstr(err->message, table[i].want) == NULL)
            fail_msg("%s", err->message);
    }
}

static void test_size(void **state)
{
    (void)state;
    g_autofree char *longest = repeat("x", LIMIT_TEMPLATE_BYTES), *longer = repeat("x", LIMIT_TEMPLATE_BYTES + 1), *text = NULL;
    assert_true(render(longest, TEMPLATE_TEXT, &text, NULL));
    check_bad(longer, ERROR_LIMIT, "longer than");
    check_bad("{{>double}}", ERROR_LIMIT, "nested too deeply");
}

static void test_names(void **state)
{
    (void)state;
    g_autoptr(GPtrArray) names = NULL;
    assert_true(
        template_names("t", "{{ticket.subject}}{{#people}}{{.}}{{name}}{{/people}}{{^no}}{{{ticket.subject}}}{{/no}}{{>p}}{{!c}}",
                       &names, NULL));
    static const char *const want[] = {"ticket.subject", "people", "name", "no"};
    assert_int_equal(names->len, G_N_ELEMENTS(want));
    for (guint i = 0; i < names->len; i++)
        assert_string_equal(g_ptr_array_index(names, i), want[i]);
    g_autoptr(GError) err = NULL;
    GPtrArray *none = NULL;
    assert_false(template_names("t", "{{#a}}", &none, &err));
    assert_null(none);
    assert_int_equal(err->code, ERROR_DATA);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_good),   cmocka_unit_test(test_bad),  cmocka_unit_test(test_nesting),
                                       cmocka_unit_test(test_output), cmocka_unit_test(test_size), cmocka_unit_test(test_names)};
    return cmocka_run_group_tests_name("template", tests, NULL, NULL);
}
