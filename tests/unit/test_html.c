/* Tests of mail/html with mail/tame and mail/quotemark: the text of HTML and the marks of its lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/instant.h"
#include "base/limits.h"
#include "rules/command.h"
#include "rules/quote.h"
#include "mail/html.h"

#include "base/banned.h"

static const CommandBreaks broken = {NULL}; /* nothing tells whether */

/* Each line with its mark before it: o q h s, x for struck out. */
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
            g_string_append_printf(out, "%c:%.*s|", "oqhsx"[marks->data[line]], (int)n, p);
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
        {"struck out", "<div><s>ACK</s></div>", "x:~~ACK~~|"},
        {"struck out, all ways",
         "<p><strike>a</strike></p><del>b <i>c</i></del><br><span style='Text-Decoration: underline Line-through'>d</span>e",
         "x:~~a~~|x:~~b c~~|o:e|x:~~d~~|"},
        {"struck out in a line", "ack <s>2h</s> 4h", "o:ack 4h|x:~~2h~~|"},
        {"struck out in a word", "n<s>x </s>o<s>y</s>!", "o:n o!|x:~~xy~~|"},
        {"struck-out blocks, items and links",
         "<del><p>a</p><ul><li>b</ul><a href='https://x.example'>c</a></del>d",
         "x:~~a~~|x:~~- b~~|o:d|x:~~c~~|"},
        {"an item struck out", "<ul><li><s>a</s></li><li>b</li></ul>", "x:~~a~~|o:- b|"},
        {"struck out in a quotation", "<s>a</s><blockquote>b <s>c</s></blockquote>", "x:~~a~~|q:b|q:~~c~~|"},
        {"inserted", "<ins>a</ins>", "o:a|"},
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
        {"a mark that is hidden", "ok<div id='appendonsend' style='display:none'></div><div>old</div>", "o:ok|q:old|"},
        {"a hidden heading", "ok<div id='divRplyFwdMsg' style='display:none'>From: x</div><div>old</div>", "o:ok|q:old|"},
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

/* Replies as mail programs write them: before what was typed, between it and the quotation, after. */
static const struct {
    const char *label, *open, *middle, *close;
} clients[] = {
    {"gmail", "<div dir=ltr>", "</div><br><div class='gmail_quote gmail_quote_container'><div dir=ltr class=gmail_attr>On Mon, Nov 23, 2026 at "
     "10:00 Tiny &lt;<a href='mailto:s@t.example'>s@t.example</a>&gt; wrote:<br></div><blockquote class=gmail_quote "
     "style='border-left:1px solid'>", "</blockquote></div>"},
    {"gmail attr without blockquote", "<div>", "</div><div class=gmail_attr>Xyz Tiny zzz:</div><div>", "</div>"},
    {"outlook desktop", "<div class=WordSection1><p class=MsoNormal>", "</p><div><div style='border:none;border-top:solid #E1E1E1 "
     "1.0pt;padding:3.0pt 0in 0in 0in'><p class=MsoNormal><b>Qrs:</b> Tiny<br><b>Tuv:</b> 10:00</p></div></div>", "</div>"},
    {"outlook desktop, words only", "<p class=MsoNormal>", "</p><div><p class=MsoNormal><b>From:</b> Tiny<br><b>Sent:</b> Monday 10:00<br>"
     "<b>To:</b> Dana<br><b>Subject:</b> x</p></div>", ""},
    {"outlook web", "<div>", "</div><div id=appendonsend></div><hr><div id=divRplyFwdMsg><b>From:</b> Tiny</div><div>", "</div>"},
    {"outlook web through exchange", "<div>", "</div><div id=x_divRplyFwdMsg><b>From:</b> Tiny</div><div>", "</div>"},
    {"outlook new", "<div>", "</div><div id=mail-editor-reference-message-container><div style='border-width:1pt medium medium;"
     "border-style:solid none none;border-color:rgb(225, 225, 225)'><b>Qrs:</b> Tiny</div>", "</div>"},
    {"outlook mac", "<p>", "</p><div style='border:none;border-top:solid #B5C4DF 1.0pt'><b>From: </b>Tiny</div>", ""},
    {"outlook phone", "<div>", "</div><div id=ms-outlook-mobile-signature>Get <a href='https://aka.ms/o'>Outlook for iOS</a></div><hr>"
     "<div id=divRplyFwdMsg><b>From:</b> Tiny</div>", ""},
    {"outlook express", "<div>", "</div><div class=OutlookMessageHeader>From: Tiny</div>", ""},
    {"outlook 2011", "<div>", "</div><span id=OLK_SRC_BODY_SECTION><div>From: Tiny</div>", "</span>"},
    {"outlook, the heading in a table", "<p>", "</p><table><tr><td>Von:</td><td>Tiny</td></tr><tr><td>Gesendet:</td><td>Montag 10:00</td>"
     "</tr><tr><td>An:</td><td>Dana</td></tr></table>", ""},
    {"apple", "<div>", "</div><div><br><blockquote type=cite><div>On Nov 23, 2026, at 10:00, Tiny &lt;s@t.example&gt; wrote:</div>",
     "</blockquote></div>"},
    {"apple de, unmarked", "<div>", "</div><div>Am 23.11.2026 um 10:00 schrieb Tiny &lt;s@t.example&gt;:</div><div>", "</div>"},
    {"thunderbird", "<p>", "</p><div class=moz-cite-prefix>On 11/23/26 10:00, Tiny wrote:<br></div><blockquote type=cite "
     "cite='mid:1@t.example'>", "</blockquote>"},
    {"yahoo", "<div>", "</div><div id=yahoo_quoted_12 class=yahoo_quoted><div>On Monday, Tiny wrote:</div>", "</div>"},
    {"proton", "<div>", "</div><div class=protonmail_signature_block>Sent with Proton</div><div class=protonmail_quote>On Monday, Tiny "
     "wrote:<blockquote class=protonmail_quote type=cite>", "</blockquote></div>"},
    {"tutanota", "<div>", "</div><div>10:00 by s@t.example:</div><blockquote class=tutanota_quote>", "</blockquote>"},
    {"gmx", "<div>", "</div><div name=quote style='border-left:2px solid'><div><b>Gesendet:</b> Montag<br><b>Von:</b> Tiny</div>", "</div>"},
    {"zimbra", "<div>", "</div><hr data-marker='__DIVIDER__'><div data-marker='__HEADERS__'><b>From: </b>Tiny</div><div "
     "data-marker='__QUOTED_TEXT__'>", "</div>"},
    {"zimbra, headers alone", "<div>", "</div><div data-marker='__HEADERS__'><b>Qrs: </b>Tiny</div><div>", "</div>"},
    {"zoho", "<div>", "</div><div class=zmail_extra><div id=Zm-_Id_-Sgn>Dana</div><blockquote>", "</blockquote></div>"},
    {"roundcube", "<p>", "</p><p id=reply-intro>On 2026-11-23 10:00, Tiny wrote:</p><blockquote type=cite>", "</blockquote>"},
    {"roundcube, unmarked", "<p>", "</p><p id=reply-intro>Xyz Tiny zzz</p><div>", "</div>"},
    {"mail.ru", "<div>", "</div><blockquote style='border-left:1px solid #0857A6'>", "</blockquote>"},
    {"qq", "<div>", "</div><div style='font-size:12px'>------------------ 原始邮件 ------------------</div><div>", "</div>"},
    {"naver", "<p>", "</p><div>-----Original Message-----<br><b>From:</b> Tiny<br><b>To:</b> Dana</div>", ""},
    {"samsung", "<div>", "</div><div>-------- Original message --------</div><div>From: Tiny</div>", ""},
};

/* Our own mail as HTML, and a colleague's answer, which nothing tells from the sender's. */
#define HTML_NOTICE "<p>Checkout is down</p><p>Reply ACK to take it, NO if you cannot.</p><p>Next  call the vendor</p><p>no</p>"
#define HTML_EARLIER "<div>ACK</div><div><br></div><div>Dana</div>"

static void test_no_verb_of_a_quotation(void **state)
{
    (void)state;
    static const struct {
        const char *own, *quotation, *below, *want;
    } forms[] = {
        {"ack", HTML_NOTICE, "", "ack"}, {"no", HTML_EARLIER, "", "decline"},       {"", HTML_NOTICE, "", ""},
        {"", HTML_EARLIER, "", ""},      {"thanks", HTML_EARLIER, "", ""},          {"<br>", HTML_EARLIER, "", ""},
        {"ok?", HTML_EARLIER, "", ""},   {"see below", HTML_EARLIER, "<p>no</p>", ""},
        {"<s>ack</s>", HTML_EARLIER, "", ""}, {"<s>ack</s><br>no", HTML_EARLIER, "", "decline"},
    };
    for (gsize c = 0; c < G_N_ELEMENTS(clients); c++)
        for (gsize f = 0; f < G_N_ELEMENTS(forms); f++) {
            g_autofree char *html = g_strconcat("<html><body>", clients[c].open, forms[f].own, clients[c].middle, forms[f].quotation,
                                                clients[c].close, forms[f].below, "</body></html>", NULL);
            g_autoptr(GString) text = g_string_new(NULL);
            g_autoptr(GByteArray) marks = g_byte_array_new();
            html_to_text(html, strlen(html), text, marks);
            g_autoptr(QuoteSplit) q = quote_split(text->str, marks);
            g_autoptr(CommandReply) r = command_read_notification(q->new_text, NULL, &broken);
            guint n = q->doubtful ? 0 : r->commands->len;
            const Command *first = n > 0 ? r->commands->pdata[0] : NULL;
            const char *got = first != NULL ? command_verb_name(first->verb) : "";
            if (n > 1 || strcmp(got, forms[f].want) != 0 || strstr(q->new_text, "Dana") != NULL)
                fail_msg("%s, '%s' over '%.10s': %u verbs, '%s', new text '%s'", clients[c].label, forms[f].own, forms[f].quotation, n,
                         got, q->new_text);
        }
}

static void test_forward(void **state)
{
    (void)state;
    static const char html[] = "<div>see</div><div class=gmail_quote><div class=gmail_attr>---------- Forwarded message ---------<br>"
                               "From: Ann</div><div>ACK</div></div>";
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GByteArray) marks = g_byte_array_new();
    html_to_text(html, strlen(html), text, marks);
    g_autoptr(QuoteSplit) q = quote_split(text->str, marks);
    assert_string_equal(q->new_text, "see\n---------- Forwarded message ---------\nFrom: Ann\nACK");
    g_autoptr(CommandReply) r = command_read_notification(q->new_text, NULL, &broken);
    assert_int_equal(r->commands->len, 0);
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
        cmocka_unit_test(test_no_verb_of_a_quotation),
        cmocka_unit_test(test_forward),
        cmocka_unit_test(test_bounds),
    };
    return cmocka_run_group_tests_name("html", tests, set_up, NULL);
}
