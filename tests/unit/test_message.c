/* Tests of mail/message with words, charset, body, heading: bytes of mail to a Letter. Mails of several parts are files in
 * tests/data/mail. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/files.h"
#include "base/limits.h"
#include "mail/charset.h"
#include "mail/message.h"
#include "mail/words.h"

#include "base/banned.h"

static Letter *parse(const char *mail) { return message_parse(mail, strlen(mail)); }

static GString *read_mail(const char *name)
{
    const char *root = getenv("srcdir");
    g_autofree char *path = g_build_filename(root != NULL ? root : ".", "tests", "data", "mail", name, NULL);
    GString *mail = NULL;
    g_autoptr(GError) err = NULL;
    if (!files_read(path, 1024 * 1024, &mail, &err))
        fail_msg("%s", err->message);
    return mail;
}

static Letter *parse_file(const char *name)
{
    GString *mail = read_mail(name);
    Letter *l = message_parse(mail->str, mail->len);
    g_string_free(mail, TRUE);
    return l;
}

static gboolean has_defect(const Letter *l, const char *beginning)
{
    for (guint i = 0; i < l->defects->len; i++)
        if (g_str_has_prefix(l->defects->pdata[i], beginning))
            return TRUE;
    return FALSE;
}

static void test_words(void **state)
{
    (void)state;
    static const struct {
        const char *label, *input, *want;
    } rows[] = {
        {"plain", " hello ", "hello"},
        {"folded", "a\r\n b\n\tc", "a b\tc"},
        {"quoted-printable word", "=?iso-8859-1?Q?Gr=FC=DFe_aus?= Bonn", "Grüße aus Bonn"},
        {"base64 word", "=?UTF-8?B?w6TDtsO8?=", "äöü"},
        {"base64 without padding", "=?UTF-8?B?w6Q?=", "ä"},
        {"adjacent words join", "=?utf-8?q?a?= =?utf-8?q?b?=\n =?utf-8?q?c?=", "abc"},
        {"a character split over two words", "=?utf-8?q?=C3?= =?utf-8?q?=A4?=", "ä"},
        {"split in base64", "=?utf-8?b?5p?= =?utf-8?b?y6?=", NULL},
        {"word in quotes", "\"=?utf-8?q?=C3=A4?=\" x", "\"ä\" x"},
        {"glued to text", "x=?utf-8?q?=C3=A4?=y", "xäy"},
        {"blank inside the word", "=?utf-8?q?a b?=", "a b"},
        {"language", "=?utf-8*de?q?=C3=A4?=", "ä"},
        {"no end", "=?utf-8?q?abc", "=?utf-8?q?abc"},
        {"empty word", "a =?utf-8?q?\?= b", "a  b"},
        {"raw latin1", "Gr\xFC\xDF", "Grüß"},
        {"raw UTF-8", "Gr\xC3\xBC\xC3\x9F", "Grüß"},
        {"windows quotes called latin1", "=?iso-8859-1?q?=93x=94?=", "\xE2\x80\x9Cx\xE2\x80\x9D"},
        {"gb2312 that is gbk", "=?gb2312?b?6UY=?=", "\xE9\x95\x95"},
        {"shift_jis", "=?shift_jis?b?k/qWew==?=", "日本"},
        {"iso-2022-jp", "=?ISO-2022-JP?B?GyRCRnxLXBsoQg==?=", "日本"},
        {"ks_c_5601-1987", "=?ks_c_5601-1987?b?x9HB2w==?=", NULL},
        {"unknown charset", "=?x-foo?q?abc=C3=A4?=", "abcä"},
        {"control characters", "a\001b\x1B[31m", "a b [31m"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *got = words_decode(rows[i].input, strlen(rows[i].input));
        assert_true(g_utf8_validate(got, -1, NULL));
        if (rows[i].want != NULL)
            assert_string_equal(got, rows[i].want);
    }
}

static void test_ids(void **state)
{
    (void)state;
    static const struct {
        const char *label, *input, *want;
    } rows[] = {
        {"two", "<a@b>\n <c@d>", "<a@b> <c@d>"},       {"glued", "<a@b><c@d>", "<a@b> <c@d>"},
        {"folded inside", "<a@\n b>", "<a@b>"},         {"no brackets", "a@b, c@d", "<a@b> <c@d>"},
        {"an opening too many", "<<a@b>", "<a@b>"},     {"text around", "Your mail <a@b> of Monday", "<a@b>"},
        {"nothing", "no id here", ""},                   {"empty", "<>", ""},
        {"first and last of too many", "<1@x><2@x><3@x><4@x><5@x><6@x>", "<1@x> <4@x> <5@x> <6@x>"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);
        words_ids(rows[i].input, strlen(rows[i].input), 4, ids);
        g_ptr_array_add(ids, NULL);
        g_autofree char *got = g_strjoinv(" ", (char **)ids->pdata);
        assert_string_equal(got, rows[i].want);
    }
}

static void test_charsets(void **state)
{
    (void)state;
    static const struct {
        const char *label, *input, *charset, *want;
        gboolean mended;
    } rows[] = {
        {"as it says", "\xE4", "iso-8859-1", "ä", FALSE},
        {"windows under a latin1 label", "\x80", "ISO-8859-1", "€", FALSE},
        {"UTF-8 under a latin1 label", "\xC3\xA4", "iso-8859-1", "ä", TRUE},
        {"latin1 under a UTF-8 label", "gr\xFC\xDF", "utf-8", "grüß", TRUE},
        {"UTF-8 with one stray byte", "\xC3\xA4\xC3\xA4\xC3\xA4\xFFx", "utf-8", "äää\xEF\xBF\xBDx", TRUE},
        {"8 bit under us-ascii", "\xC3\xA4", "us-ascii", "ä", TRUE},
        {"no label, escapes of iso-2022-jp", "\x1B$BF|K\\\x1B(B", NULL, "日本", FALSE},
        {"quotes around the label", "\xE4", "\"iso-8859-15\"", "ä", FALSE},
        {"unknown-8bit", "\xE4", "unknown-8bit", "ä", TRUE},
        {"utf-7", "a+AOQ-", "utf-7", "aä", FALSE},
        {"koi8-r", "\xC1", "koi8-r", "а", FALSE},
        {"hostile label", "x", "../../etc/passwd//TRANSLIT", "x", FALSE},
        {"byte order mark", "\xEF\xBB\xBFx", "utf-8", "x", FALSE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        gboolean mended = FALSE;
        gsize n;
        g_autofree char *got = charset_decode(rows[i].input, strlen(rows[i].input), rows[i].charset, &n, &mended);
        assert_string_equal(got, rows[i].want);
        assert_int_equal(n, strlen(rows[i].want));
        assert_int_equal(mended, rows[i].mended);
    }
    g_autofree char *nul = charset_decode("a\0b", 3, "utf-8", NULL, NULL);
    assert_string_equal(nul, "ab");
}

static void test_headers(void **state)
{
    (void)state;
    static const struct {
        const char *label, *input, *from, *name, *subject, *message_id;
        gint64 date;
    } rows[] = {
        {"usual", "From: Ann Bee <ann@EXAMPLE.org>\nSubject: Hi\nMessage-ID: <x@y>\nDate: Sun, 22 Nov 2026 10:00:00 +0100\n\n",
         "ann@example.org", "Ann Bee", "Hi", "<x@y>", 1795338000},
        {"encoded name", "From: =?utf-8?q?J=C3=B6rg?= <j@x.example>\n\n", "j@x.example", "Jörg", "", "", INSTANT_NONE},
        {"encoded name in quotes", "From: \"=?utf-8?q?J=C3=B6rg?=\" <j@x.example>\n\n", "j@x.example", "Jörg", "", "", INSTANT_NONE},
        {"encoded as a whole", "From: =?utf-8?q?J=C3=B6rg_=3Cj=40x.example=3E?=\n\n", "j@x.example", NULL, "", "", INSTANT_NONE},
        {"comma in a name without quotes", "From: Bee, Ann <ann@x.example>\n\n", "ann@x.example", NULL, "", "", INSTANT_NONE},
        {"address only by its shape", "From: Ann at <<ann@x.example\n\n", "ann@x.example", NULL, "", "", INSTANT_NONE},
        {"an address as an encoded name, brackets in it", "From: =?utf-8?q?b@team.example_<b>?= <ann@x.example>\n\n", "ann@x.example", NULL, "", "", INSTANT_NONE},
        {"an address as an encoded name, no brackets", "From: =?utf-8?b?YkB0ZWFtLmV4YW1wbGU=?= ann@x.example\n\n", "ann@x.example", NULL, "", "", INSTANT_NONE},
        {"group", "From: team: ann@x.example, bob@x.example;\n\n", "ann@x.example", "", "", "", INSTANT_NONE},
        {"first of two From", "From: a@x.example\nFrom: b@x.example\n\n", "a@x.example", "", "", "", INSTANT_NONE},
        {"no From", "Subject: x\n\n", "", NULL, "x", "", INSTANT_NONE},
        {"Message-ID without brackets", "From: a@x.example\nMessage-ID: abc@d\n\n", "a@x.example", "", "", "<abc@d>", INSTANT_NONE},
        {"unreadable date", "From: a@x.example\nDate: yesterday\n\n", "a@x.example", "", "", "", INSTANT_NONE},
        {"blank before the colon", "From : a@x.example\nSubject : s\n\n", "a@x.example", "", "s", "", INSTANT_NONE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Letter) l = parse(rows[i].input);
        assert_string_equal(letter_from(l), rows[i].from);
        if (rows[i].name != NULL)
            assert_string_equal(((LetterAddress *)l->from->pdata[0])->name, rows[i].name);
        assert_string_equal(l->subject, rows[i].subject);
        assert_string_equal(l->message_id, rows[i].message_id);
        assert_true(l->date == rows[i].date);
    }
}

static void test_doubtful_from(void **state)
{
    (void)state;
    static const struct {
        const char *input;
        gboolean want;
    } rows[] = {
        {"From: Ann <ann@x.example>\n\n", FALSE},
        {"From: bob@team.example <ann@x.example>\n\n", FALSE},
        {"From: bob@team.example, ann@x.example\n\n", TRUE},
        {"From: bob@team.example\nFrom: ann@x.example\n\n", TRUE},
        {"From: =?utf-8?q?b@team.example_<b>?= <ann@x.example>\n\n", TRUE},
        {"From: ann@x.example\nReply-To: a@x.example\nReply-To: b@x.example\n\n", FALSE},
        {"From: ann@x.example (Ann, bob@team.example)\n\n", FALSE},
        {"From: \"ann lee\"@x.example\n\n", FALSE},
        {"From: \"bob@team.example; \\\"\" <ann@x.example>\n\n", FALSE},
        {"From: ann@x.example;bob@team.example\n\n", TRUE},
        {"From: ann@x.example@team.example\n\n", TRUE},
        {"From: <ann@x.example>@team.example\n\n", TRUE},
        {"From: bob@team.example; <ann@x.example>\n\n", TRUE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Letter) l = parse(rows[i].input);
        if (l->from_doubtful != rows[i].want)
            fail_msg("%s", rows[i].input);
    }
}

static void test_lists(void **state)
{
    (void)state;
    g_autoptr(Letter) l = parse("From: a@x.example\nTo: b@x.example\nTo: C <c@X.example>, d@x.example\nCc: undisclosed:;\n"
                                "In-Reply-To: <1@x>\nReferences: <0@x>\n <1@x>\nReceived: one\nReceived: two\n\nx\n");
    assert_int_equal(l->to->len, 3);
    assert_string_equal(((LetterAddress *)l->to->pdata[1])->address, "c@x.example");
    assert_int_equal(l->cc->len, 0);
    assert_int_equal(l->references->len, 2);
    assert_string_equal(l->in_reply_to->pdata[0], "<1@x>");
    assert_string_equal(letter_header(l, "received"), "one");
}

#define F "From: a@x.example\nMIME-Version: 1.0\n"

static void test_texts(void **state)
{
    (void)state;
    static const struct {
        const char *label, *input, *want, *defect;
    } rows[] = {
        {"plain", F "\nhello\n", "hello\n", NULL},
        {"no end of line", F "\nhello", "hello\n", NULL},
        {"CR LF", F "\na\r\nb\r\n", "a\nb\n", NULL},
        {"base64", F "Content-Transfer-Encoding: base64\n\naGVsbG8=\n", "hello\n", NULL},
        {"base64 before a list's footer", F "Content-Transfer-Encoding: base64\n\nT3VyIHNob3AgaXMgZG93bi4=\n___\nThe list\n", "Our shop is down.\n___\nThe list\n",
         NULL},
        {"words in fours that are none", F "Content-Transfer-Encoding: base64\n\nInternationalisation\nis what we want\n",
         "Internationalisation\nis what we want\n", NULL},
        {"base64 that is none", F "Content-Transfer-Encoding: base64\n\nhello there my dear friends\n", "hello there my dear friends\n",
         NULL},
        {"quoted-printable", F "Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\n=E4=\nb\n",
         "äb\n", NULL},
        {"flowed", F "Content-Type: text/plain; format=flowed\n\none \ntwo\n> a \n> b\n-- \nme\n", "one two\n> a b\n-- \nme\n", NULL},
        {"flowed, delsp", F "Content-Type: text/plain; format=flowed; delsp=yes\n\none \ntwo\n", "onetwo\n", NULL},
        {"flowed, stuffed", F "Content-Type: text/plain; format=flowed\n\n >no quote\n", ">no quote\n", NULL},
        {"HTML only", F "Content-Type: text/html\n\n<p>a</p><p>b</p>", "a\n\nb\n", NULL},
        {"HTML names its charset", F "Content-Type: text/html\n\n<meta charset=\"koi8-r\">\xC1", "а\n", NULL},
        {"HTML called plain", F "\n<html><body>a</body></html>", "a\n", NULL},
        {"control characters", F "\na\x1B[31mb\x07\n", "a[31mb\n", NULL},
        {"multipart without a boundary", F "Content-Type: multipart/mixed\n\nhello\n", "hello\n", "mime: a multipart without parts"},
        {"multipart that names another boundary",
         F "Content-Type: multipart/mixed; boundary=a\n\n--b\nContent-Type: text/plain\n\nhello\n--b--\n", "hello\n", "mime: the boundary"},
        {"multipart cut off", F "Content-Type: multipart/mixed; boundary=a\n\n--a\n\nhello\n", "hello\n", "mime: the closing boundary"},
        {"no header", "just some text\n\nmore\n", "just some text\n\nmore\n", "mail: no header"},
        {"empty", "", "", "mail: empty"},
        {"mbox line", "From a@x Mon Nov 2\n" F "\nx\n", "x\n", NULL},
        {"lines that end with CR", "From: a@x.example\r\rhello\r", "hello\n", "mail: lines end"},
        {"sole text with a name", F "Content-Disposition: attachment; filename=x.txt\n\nhello\n", "hello\n", NULL},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Letter) l = parse(rows[i].input);
        assert_string_equal(l->text, rows[i].want);
        if (rows[i].defect != NULL)
            assert_true(has_defect(l, rows[i].defect));
        guint lines = 0;
        for (const char *p = l->text; *p != '\0'; p++)
            lines += *p == '\n';
        assert_int_equal(lines, l->marks->len);
    }
}

static void test_nul(void **state)
{
    (void)state;
    static const char mail[] = "From: a@x.example\nSubject: a\0b\n\nhel\0lo\n";
    g_autoptr(Letter) l = message_parse(mail, sizeof mail - 1);
    assert_string_equal(l->subject, "a b");
    assert_string_equal(l->text, "hello\n");
    assert_true(has_defect(l, "header: NUL"));
}

static void test_alternative(void **state)
{
    (void)state;
    g_autoptr(Letter) l = parse_file("alternative.eml");
    assert_string_equal(l->text, "plain words\n");
    assert_false(l->text_from_html);
    assert_int_equal(l->attachments->len, 1);
    assert_string_equal(((LetterAttachment *)l->attachments->pdata[0])->name, "photo.png");
    assert_string_equal(((LetterAttachment *)l->attachments->pdata[0])->type, "image/png");
    assert_int_equal(((LetterAttachment *)l->attachments->pdata[0])->size, 8);
    assert_string_equal(l->content_type, "multipart/mixed");
    assert_false(l->truncated);
    g_autoptr(Letter) stub = parse_file("alternative-stub.eml");
    assert_string_equal(stub->text, "html words\n");
    assert_true(stub->text_from_html);
}

#define CHOICE(plain, html) "From: a@x.example\nContent-Type: multipart/alternative; boundary=b\n\n--b\n\n" plain \
                            "\n--b\nContent-Type: text/html\n\n" html "\n--b--\n"

#define TWO(head, body) "From: a@x.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nACK\n--b\n" head "\n\n" body "\n--b--\n"
#define ONE(head, body) "From: a@x.example\n" head "\n\n" body "\n"

/* Types that few send: a file with a name that opens, and the text beside it as it is; a piece of a mail is a cut-off text. */
static void test_rare_types(void **state)
{
    (void)state;
    static const struct {
        const char *mail, *text, *name, *type;
        gboolean truncated;
    } rows[] = {
        {TWO("Content-Type: application/mac-binhex40; name=a.hqx", "(This file must be converted with BinHex 4.0)\n:x!:"), "ACK\n", "a.hqx",
         "application/mac-binhex40", FALSE},
        {TWO("Content-Type: application/mac-binhex40", ":x!:"), "ACK\n", "attachment.hqx", "application/mac-binhex40", FALSE},
        {TWO("Content-Type: message/partial; id=1; number=2; total=3", "no: x"), "ACK\n", "part-of-message.eml", "message/partial", FALSE},
        {TWO("Content-Type: message/external-body; access-type=URL; URL=x", "Content-Type: text/plain\n\nno"), "ACK\n", "external.txt",
         "message/external-body", FALSE},
        {TWO("Content-Type: message/rfc822", "Subject: x\n\nno"), "ACK\n", "message.eml", "message/rfc822", FALSE},
        {TWO("Content-Type: message/rfc822; name=\"a.eml\"", "Subject: x\n\nno"), "ACK\n", "a.eml", "message/rfc822", FALSE},
        {"From: a@x.example\nContent-Type: multipart/signed; boundary=b\n\n--b\n\nACK\n--b\nContent-Type: application/pgp-signature; "
         "name=signature.asc\n\nx\n--b--\n", "ACK\n", NULL, NULL, FALSE},
        {TWO("Content-Type: application/pgp-signature; name=a.sig", "x"), "ACK\n", "a.sig", "application/pgp-signature", FALSE},
        {ONE("Content-Type: application/mac-binhex40", ":x!:"), "", "attachment.hqx", "application/mac-binhex40", FALSE},
        {ONE("Content-Type: message/external-body; access-type=URL; URL=x", "Content-Type: text/plain\n\nno"), "", "external.txt",
         "message/external-body", FALSE},
        {ONE("Content-Type: message/partial; id=1; number=2; total=3", "ACK"), "ACK\n", NULL, NULL, TRUE},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Letter) l = parse(rows[i].mail);
        assert_string_equal(l->text, rows[i].text);
        assert_int_equal(l->truncated, rows[i].truncated);
        assert_int_equal(l->attachments->len, rows[i].name != NULL);
        const LetterAttachment *a = rows[i].name != NULL ? l->attachments->pdata[0] : NULL;
        assert_true(a == NULL || (strcmp(a->name, rows[i].name) == 0 && strcmp(a->type, rows[i].type) == 0));
    }
}

/* Fields that are wrong and clear. */
static void test_sloppy_fields(void **state)
{
    (void)state;
    static const struct {
        const char *mail, *text;
        guint files;
    } rows[] = {
        {ONE("Content-Type: text", "hello"), "hello\n", 0},
        {ONE("Content-Type:", "hello"), "hello\n", 0},
        {ONE("Content-Type: plain; charset=utf-8", "hello"), "hello\n", 0},
        {ONE("Content-Type: plain/text", "hello"), "hello\n", 0},
        {ONE("Content-Type: HTML", "<b>hello</b>"), "hello\n", 0},
        {ONE("Content-Type: pdf", "hello"), "", 1},
        {ONE("Content-Type: application/octet-stream", "hello"), "", 1},
        {ONE("Content-Type: application/pdf; name=a.pdf", "hello"), "", 1},
        {ONE("Content-Transfer-Encoding: base64;", "aGVsbG8="), "hello\n", 0},
        {ONE("Content-Transfer-Encoding: \"base64\"", "aGVsbG8="), "hello\n", 0},
        {ONE("Content-Transfer-Encoding: quoted-printable; x", "he=6Clo"), "hello\n", 0},
        {ONE("Content-Transfer-Encoding: utf-8", "he=6Clo"), "he=6Clo\n", 0},
        {TWO("Content-Type: text; name=a.txt", "hello"), "ACK\n\nhello\n", 0},
        {TWO("Content-Type: text/html\nContent-Disposition: attachment; filename=\"ATT00001.htm\"", "<b>no"), "ACK\n\nno\n", 0},
        {TWO("Content-Type: text/plain; name=ATT.txt", "x"), "ACK\n", 1},
        {TWO("Content-Type: image/png\nContent-Transfer-Encoding: base64;", "AAAA"), "ACK\n", 1},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Letter) l = parse(rows[i].mail);
        assert_string_equal(l->text, rows[i].text);
        assert_int_equal(l->attachments->len, rows[i].files);
    }
    g_autoptr(Letter) file = parse(rows[G_N_ELEMENTS(rows) - 1].mail);
    assert_int_equal(((LetterAttachment *)file->attachments->pdata[0])->size, 3);
}

/* No boundary, or the wrong one: the parts are found, and that the last one has no end. */
static void test_wrong_boundary(void **state)
{
    (void)state;
    static const struct {
        const char *mail;
        gboolean truncated;
    } rows[] = {
        {"From: a@x.example\nContent-Type: multipart/mixed; boundary=x\n\n--b\nContent-Type: text/plain\n\nACK\n--b--\n", FALSE},
        {"From: a@x.example\nContent-Type: multipart/mixed; boundary=x\n\n--b\nContent-Type: text/plain\n\nACK\n", TRUE},
        {"From: a@x.example\nContent-Type: multipart/mixed\n\n--b\nContent-Type: text/plain\n\nACK\n", TRUE},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Letter) l = parse(rows[i].mail);
        assert_string_equal(l->text, "ACK\n");
        assert_int_equal(l->truncated, rows[i].truncated);
        assert_true(has_defect(l, "mime: the boundary is not the one"));
    }
}

/* Some gateway lost the beginning of the first part. No verb is taken from such a text. */
static void test_text_before_parts(void **state)
{
    (void)state;
    static const struct {
        const char *before, *first, *text;
        gboolean truncated;
    } rows[] = {
        {"hello", "", "hello\n", TRUE},
        {"This is a multi-part message in MIME format.", "", "", FALSE},
        {"", "", "", FALSE},
        {"hello", "--b\n\nACK\n", "ACK\n", FALSE},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *mail = g_strdup_printf("From: a@x.example\nContent-Type: multipart/mixed; boundary=b\n\n%s\n%s--b\nContent-Type: image/png\n\n"
                                                "x\n--b--\n", rows[i].before, rows[i].first);
        g_autoptr(Letter) l = parse(mail);
        assert_string_equal(l->text, rows[i].text);
        assert_int_equal(l->truncated, rows[i].truncated);
        assert_int_equal(l->attachments->len, 1);
    }
}

/* A boundary may hold the word, and lines that look like boundaries are only text. */
static void test_dashes_in_text(void **state)
{
    (void)state;
    static const char *const boundaries[] = {"Boundary_(ID_x)", "----=_boundary_1", "plain"};
    for (size_t i = 0; i < G_N_ELEMENTS(boundaries); i++) {
        const char *b = boundaries[i];
        GString *mail = g_string_new("From: a@x.example\n");
        g_string_append_printf(mail, "Content-Type: multipart/mixed; charset=\"x (boundary) y\"; boundary=\"%s\"\n\n--%s\n\nACK\n--%s\n", b, b, b);
        g_string_append(mail, "Content-Type: text/x-sql; name=a.sql\n\n");
        for (int k = 0; k < 2 * LIMIT_MIME_PARTS; k++)
            g_string_append(mail, "-- x\n");
        g_string_append_printf(mail, "--%s\nContent-Type: text/x-sql; name=b.sql\n\nx\n--%s--\n", b, b);
        g_autoptr(Letter) l = message_parse(mail->str, mail->len);
        g_string_free(mail, TRUE);
        assert_string_equal(l->text, "ACK\n");
        assert_false(l->truncated);
        assert_int_equal(l->attachments->len, 2);
    }
}

/* Plain text does not tell what its sender struck out. */
static void test_struck(void **state)
{
    (void)state;
    static const struct {
        const char *mail, *want;
        LineMark mark;
    } rows[] = {
        {CHOICE("ACK", "<div><s>ACK</s></div>"), "~~ACK~~\n", LINE_STRUCK},
        {CHOICE("ack 2h 4h", "<p>ack <span style='text-decoration:line-through'>2h</span> 4h"), "ack 4h\n~~2h~~\n", LINE_OWN},
        {CHOICE("ACK", "<div>ACK</div><blockquote type=cite><s>old</s></blockquote>"), "ACK\n", LINE_OWN},
        {CHOICE("plain", "<div>html<span>!</span></div>"), "plain\n", LINE_OWN},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Letter) l = parse(rows[i].mail);
        assert_string_equal(l->text, rows[i].want);
        assert_int_equal(l->marks->data[0], rows[i].mark);
    }
}

static void test_attachments(void **state)
{
    (void)state;
    g_autoptr(Letter) l = parse_file("attachments.eml");
    static const struct {
        const char *name, *type;
        gsize size;
    } want[] = {
        {"Übersicht.pdf", "application/pdf", 5},  {"passwd", "text/plain", 4},       {"notes.txt", "text/plain", 6},
        {"winmail.dat", "application/ms-tnef", 3}, {"", "application/octet-stream", 3},
    };
    assert_string_equal(l->text, "see files\n\nfooter\n");
    assert_int_equal(l->attachments->len, G_N_ELEMENTS(want));
    for (gsize i = 0; i < G_N_ELEMENTS(want); i++) {
        const LetterAttachment *a = l->attachments->pdata[i];
        assert_string_equal(a->name, want[i].name);
        assert_string_equal(a->type, want[i].type);
        assert_int_equal(a->size, want[i].size);
    }
    GString *mail = read_mail("attachments.eml");
    GPtrArray *parts = NULL;
    g_autoptr(GError) err = NULL;
    assert_true(message_parts(mail->str, mail->len, 1000, &parts, &err));
    assert_int_equal(parts->len, G_N_ELEMENTS(want));
    for (gsize i = 0; i < G_N_ELEMENTS(want); i++) {
        const MessagePart *p = parts->pdata[i];
        assert_string_equal(p->name, want[i].name);
        assert_int_equal(g_bytes_get_size(p->bytes), want[i].size);
    }
    g_ptr_array_unref(parts);
    assert_false(message_parts(mail->str, mail->len, 10, &parts, &err));
    assert_int_equal(err->code, ERROR_LIMIT);
    g_string_free(mail, TRUE);
}

static void test_report(void **state)
{
    (void)state;
    g_autoptr(Letter) l = parse_file("bounce.eml");
    assert_string_equal(l->content_type, "multipart/report");
    assert_string_equal(l->report_type, "delivery-status");
    assert_string_equal(l->text, "Not delivered.\n");
    assert_non_null(strstr(l->delivery_status, "Action: failed"));
    assert_string_equal(letter_find(l->returned, "message-id"), "<first@x.example>");
    assert_string_equal(letter_find(l->returned, "subject"), "Grüße");
    assert_string_equal(l->returned_text, "old words\n");
    assert_int_equal(l->attachments->len, 0);
    assert_int_equal(l->calendars->len, 0); /* the one in the returned mail is not ours */
    assert_null(l->disposition);
}

/* In a mail that came back, or was sent on, a mail inside of its signature is not opened. */
static void test_opaque_returned(void **state)
{
    (void)state;
    static const char mail[] = "From: a@x.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nsee below\n--b\nContent-Type: message/rfc822\n\n"
                               "From: b@x.example\nSubject: signed\nContent-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\n"
                               "Content-Transfer-Encoding: base64\n\nMIIDUwYJKoZIhvcNAQcCoIID\n--b--\n";
    g_autoptr(Letter) l = message_parse(mail, sizeof mail - 1);
    assert_string_equal(l->text, "see below\n");
    assert_string_equal(letter_find(l->returned, "subject"), "signed");
    assert_string_equal(l->returned_text, "");
}

#define WRAP(type) "From: a@x.example\nSubject: around\nContent-Type: " type "; boundary=QQ\n\n"
#define REPORT "multipart/report; report-type=delivery-status"
#define STATUS "--QQ\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\nFinal-Recipient: rfc822; a@b.example\nAction: failed\n\n"
#define WHOLE "--QQ\nContent-Type: message/rfc822\n"
static const struct {
    const char *head, *tail;
    gboolean is_coded;
} wraps[] = {
    {"From: a@x.example\nContent-Type: message/rfc822\n\n", "", FALSE},
    {WRAP("multipart/mixed") "--QQ\n\nsee below\n" WHOLE "\n", "\n--QQ--\n", FALSE},
    {WRAP("multipart/mixed") WHOLE "Content-Transfer-Encoding: base64\n\n", "\n--QQ--\n", TRUE},
    {WRAP("multipart/alternative") "--QQ\n\nsee below\n" WHOLE "\n", "\n--QQ--\n", FALSE},
    {WRAP("multipart/signed; micalg=sha256; protocol=\"application/pkcs7-signature\"") WHOLE "\n",
     "\n--QQ\nContent-Type: application/pkcs7-signature\n\nx\n--QQ--\n", FALSE},
    {WRAP("multipart/digest") "--QQ\n\n", "\n--QQ--\n", FALSE},
    {WRAP(REPORT) STATUS WHOLE "\n", "\n--QQ--\n", FALSE},
    {WRAP(REPORT) STATUS "--QQ\nContent-Type: text/rfc822-headers\n\n", "\n--QQ--\n", FALSE},
};

static GString *wrapped(gsize way, const char *mail, gsize length)
{
    GString *s = g_string_new(wraps[way].head);
    g_autofree char *coded = wraps[way].is_coded ? g_base64_encode((const guchar *)mail, length) : NULL;
    if (coded != NULL)
        g_string_append(s, coded);
    else
        g_string_append_len(s, mail, (gssize)length);
    return g_string_append(s, wraps[way].tail);
}

/* Whatever a mail is by itself, it may come back, be sent on, signed or digested, and that once more: no part of the walk may count on being in the
 * outermost. */
static void test_wrapped(void **state)
{
    (void)state;
    const char *root = getenv("srcdir");
    g_autofree char *seeds = g_build_filename(root != NULL ? root : ".", "tests", "fuzz", "seeds", "message", NULL);
    g_autoptr(GDir) dir = g_dir_open(seeds, 0, NULL);
    guint read = 0;
    assert_non_null(dir);
    for (const char *name; (name = g_dir_read_name(dir)) != NULL; read++) {
        g_autofree char *path = g_build_filename(seeds, name, NULL), *mail = NULL;
        gsize length;
        assert_true(g_file_get_contents(path, &mail, &length, NULL));
        for (gsize way = 0; way < G_N_ELEMENTS(wraps); way++) {
            GString *once = wrapped(way, mail, length);
            for (gsize again = 0; again <= G_N_ELEMENTS(wraps); again++) {
                GString *twice = again < G_N_ELEMENTS(wraps) ? wrapped(again, once->str, once->len) : g_string_new_len(once->str, (gssize)once->len);
                g_autoptr(Letter) l = message_parse(twice->str, twice->len);
                assert_true(g_utf8_validate(l->text, -1, NULL) && l->marks->len < 10000);
                g_string_free(twice, TRUE);
            }
            g_string_free(once, TRUE);
        }
    }
    assert_true(read > 10);
}

static void test_calendar(void **state)
{
    (void)state;
    g_autoptr(Letter) l = parse_file("calendar.eml");
    assert_int_equal(l->calendars->len, 1);
    const LetterCalendar *c = l->calendars->pdata[0];
    assert_string_equal(c->method, "REPLY");
    assert_non_null(strstr(c->text, "PARTSTAT=ACCEPTED"));
    assert_string_equal(l->text, "Bob accepted\n");
    assert_int_equal(l->attachments->len, 1); /* the same as a file */
}

static void test_forward(void **state)
{
    (void)state;
    g_autoptr(Letter) l = parse_file("forward.eml");
    assert_string_equal(l->text, "see below\n");
    assert_int_equal(l->attachments->len, 1);
    assert_string_equal(((LetterAttachment *)l->attachments->pdata[0])->type, "message/rfc822");
    assert_string_equal(letter_find(l->returned, "from"), "customer@y.example");
    assert_string_equal(l->returned_text, "it is broken\n");
}

static void test_encoded_message(void **state)
{
    (void)state;
    g_autoptr(Letter) l = parse(F "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhi\n--b\nContent-Type: message/rfc822\n"
                                  "Content-Transfer-Encoding: base64\n\nTWVzc2FnZS1JRDogPDFAeD4KCmlubmVyCg==\n--b--\n");
    assert_string_equal(l->text, "hi\n");
    assert_string_equal(letter_find(l->returned, "Message-ID"), "<1@x>");
    assert_string_equal(l->returned_text, "inner\n");
    assert_int_equal(l->attachments->len, 1);
    g_autoptr(Letter) none = parse(F "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhi\n--b\nContent-Type: message/rfc822\n"
                                     "Content-Transfer-Encoding: base64\n\n\n--b--\n");
    assert_string_equal(none->text, "hi\n");
    assert_null(none->returned);
}

static int set_up(void **state)
{
    (void)state;
    message_init();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),       cmocka_unit_test(test_ids),         cmocka_unit_test(test_charsets),
        cmocka_unit_test(test_headers),     cmocka_unit_test(test_doubtful_from), cmocka_unit_test(test_lists),       cmocka_unit_test(test_texts),
        cmocka_unit_test(test_nul),         cmocka_unit_test(test_alternative), cmocka_unit_test(test_attachments),
        cmocka_unit_test(test_report),      cmocka_unit_test(test_opaque_returned),
        cmocka_unit_test(test_wrapped),
        cmocka_unit_test(test_calendar),    cmocka_unit_test(test_forward),
        cmocka_unit_test(test_encoded_message), cmocka_unit_test(test_struck),
        cmocka_unit_test(test_rare_types),  cmocka_unit_test(test_sloppy_fields),  cmocka_unit_test(test_wrong_boundary), cmocka_unit_test(test_dashes_in_text),
        cmocka_unit_test(test_text_before_parts),
    };
    return cmocka_run_group_tests_name("message", tests, set_up, NULL);
}
