/* Tests of mail/html with mail/tame and mail/quotemark: the text of HTML and the marks of its lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/instant.h"
#include "base/limits.h"
#include "mail/html.h"

#include "base/banned.h"

/* Each line with its mark before it: o q h s. */
static char *render(const char *html)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GByteArray) marks = g_byte_array_new();
    html_to_text(html, strlen(html), text, marks);
    GString *out = g_string_new(NULL);
    guint line = 0;
    for (char *p = text->str; *p != '\0'; line++) {
        gsize n = strcspn(p, "\n");
        assert_true(line < marks->len);
        if (n > 0)
            g_string_append_printf(out, "%c:%.*s|", "oqhs"[marks->data[line]], (int)n, p);
        p += n + 1;
    }
    assert_int_equal(line, marks->len);
    return g_string_free(out, FALSE);
}

static void test_render(void **state)
{
    (void)state;
    static const struct {
        const char *label, *input, *want;
    } rows[] = {
        {"paragraphs", "<p>one</p><p>two<br>three</p>", "o:one|o:two|o:three|"},
        {"unclosed paragraphs", "<p>one<p>two", "o:one|o:two|"},
        {"blanks fold", "a \n  b&nbsp; c", "o:a b c|"},
        {"entities", "&lt;b&gt; &amp; &eacute; &#8364;", "o:<b> & é €|"},
        {"script, style, head, comment", "<head><title>t</title><style>x</style></head><script>y</script>a<!-- c -->b", "o:ab|"},
        {"hidden", "<div style='DISPLAY: none'>ack</div>seen", "o:seen|"},
        {"list", "<ul><li>a<li><p>b</p></ul><ol><li>c</li><li>d</li></ol>", "o:- a|o:- b|o:1. c|o:2. d|"},
        {"table", "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "o:a  b|o:c|"},
        {"link", "<a href='https://x.example/p'>here</a>.", "o:here <https://x.example/p>.|"},
        {"link that is its text", "<a href='https://x.example/'>x.example</a> <a href='mailto:a@b.example'>a@b.example</a>",
         "o:x.example a@b.example|"},
        {"link that is no address", "<a href='javascript:x()'>go</a>", "o:go|"},
        {"pre", "<pre>a\n  b</pre>", "o:a|o:  b|"},
        {"emoji image", "<img alt='\xF0\x9F\x91\x8D'>", "o:\xF0\x9F\x91\x8D|"},
        {"no HTML", "just 1 < 2 words", "o:just 1 < 2 words|"},
        {"stray end tags", "a</div></td></blockquote>b", "o:ab|"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *got = render(rows[i].input);
        assert_string_equal(got, rows[i].want);
    }
}

static void test_marks(void **state)
{
    (void)state;
    static const struct {
        const char *label, *input, *want;
    } rows[] = {
        {"gmail reply",
         "<div>ack</div><div class='gmail_quote'><div class='gmail_attr'>On X, Y wrote:</div>"
         "<blockquote class='gmail_quote'>old</blockquote></div>",
         "o:ack|h:On X, Y wrote:|q:old|"},
        {"gmail, typed below", "<div class=gmail_quote>On X wrote:<blockquote class=gmail_quote>old</blockquote>below</div>",
         "h:On X wrote:|q:old|o:below|"},
        {"gmail forward", "see<div class=gmail_quote><div class=gmail_attr>Forwarded</div>inner</div>", "o:see|q:Forwarded|q:inner|"},
        {"apple and thunderbird", "yes<div class='moz-cite-prefix'>On X:</div><blockquote type='cite'>old</blockquote>after",
         "o:yes|h:On X:|q:old|o:after|"},
        {"outlook web", "<div>ok</div><div id='appendonsend'></div><hr><div id='divRplyFwdMsg'>From: x</div><div>old</div>",
         "o:ok|h:From: x|q:old|"},
        {"outlook desktop",
         "<p class=MsoNormal>ok</p><div style='border:none;border-top:solid #E1E1E1 1.0pt'><p><b>From:</b> x</p></div><p>old</p>",
         "o:ok|h:From: x|q:old|"},
        {"exchange prefix", "ok<div class='x_gmail_signature'>Bob</div>", "o:ok|s:Bob|"},
        {"signature", "ok<div class='moz-signature'>-- <br>Bob</div>", "o:ok|s:--|s:Bob|"},
        {"indent is no quotation", "<blockquote style='margin-right:0px'>mine</blockquote>", "o:mine|"},
        {"bare blockquote is one", "<blockquote>theirs</blockquote>", "q:theirs|"},
        {"stray end tag does not end it", "<b><blockquote type=cite>old</b> still</blockquote>new", "q:old still|o:new|"},
        {"yahoo", "ok<div class='ydp12 yahoo_quoted'>old</div>", "o:ok|q:old|"},
        {"quoted signature is quoted", "<blockquote type=cite><div class=gmail_signature>Bob</div></blockquote>", "q:Bob|"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *got = render(rows[i].input);
        assert_string_equal(got, rows[i].want);
    }
}

static void test_bounds(void **state)
{
    (void)state;
    static const struct {
        const char *label, *what, *tail;
        guint times;
    } rows[] = {
        {"open elements", "<div>", "x", 200000}, {"quotations", "<blockquote>", "x", 100000}, {"optional tags", "<dt><li>", "x</y>", 100000},
        {"stray end tags", "<b></i>", "x", 150000}, {"comments", "<!--", "x", 300000}, {"styles", "<style>", "x", 100000},
        {"quotes", "<a href=\"", "x", 100000}, {"attributes", "<a b=c d=e ", ">x", 100000}, {"one word", "xxxxxxxxxx", "", 200000},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        GString *html = g_string_new(NULL);
        for (guint n = 0; n < rows[i].times; n++)
            g_string_append(html, rows[i].what);
        g_string_append(html, rows[i].tail);
        g_autoptr(GString) text = g_string_new(NULL);
        g_autoptr(GByteArray) marks = g_byte_array_new();
        gint64 start = instant_monotonic_us();
        html_to_text(html->str, html->len, text, marks);
        assert_true(instant_monotonic_us() - start < 10 * G_USEC_PER_SEC);
        assert_true(text->len <= LIMIT_TEXT_BYTES + 1 && marks->len <= LIMIT_TEXT_LINES);
        g_string_free(html, TRUE);
    }
}

static int set_up(void **state)
{
    (void)state;
    html_init();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_render),
        cmocka_unit_test(test_marks),
        cmocka_unit_test(test_bounds),
    };
    return cmocka_run_group_tests_name("html", tests, set_up, NULL);
}
