/* test_compose: whole mails as bytes, then each way to break one from within. Fields are read back by a decoder of the test's own,
 * so that what is written is what is read. */
#include "mail/compose.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"

#define ID "<m.7.abcdefghijklmn27@tiny.example>"

static ComposeDraft draft_plain(void)
{
    return (ComposeDraft){
        .mail_class = COMPOSE_PAGE,
        .from_name = "S1, reply late",
        .from_address = "support@tiny.example",
        .reply_to = "support+a1.abcdefghijklmn27@tiny.example",
        .to_address = "dana@tiny.example",
        .subject = "[support #42] Checkout is down",
        .message_id = ID,
        .date = 1795514400,
        .text = "Acme cannot check out.\nReply ACK.\n",
    };
}

static char *compose(const ComposeDraft *d)
{
    g_autoptr(GError) err = NULL;
    GBytes *bytes = NULL;
    if (!compose_mail(d, &bytes, &err))
        fail_msg("%s", err->message);
    gsize n;
    const char *p = g_bytes_get_data(bytes, &n);
    char *text = g_strndup(p, n);
    assert_int_equal(strlen(text), n);
    g_bytes_unref(bytes);
    return text;
}

/* What holds for each mail: CRLF and nothing else at line ends, no line over 998, ASCII but for addresses. */
static void check_lines(const char *text)
{
    gsize column = 0;
    for (const char *p = text; *p != '\0'; p++, column++) {
        assert_false(*p == '\n');
        assert_true((guchar)*p < 0x80);
        if (*p == '\r') {
            assert_true(p[1] == '\n' && column <= 998);
            p++;
            column = (gsize)-1;
        }
    }
    assert_int_equal(column, 0);
}

/* Unfolded value of the first field of that name, encoded words decoded; NULL if there is none. */
static char *field(const char *mail, const char *name)
{
    g_autofree char *begin = g_strdup_printf("\r\n%s: ", name);
    g_autofree char *all = g_strconcat("\r\n", mail, NULL);
    const char *p = strstr(all, begin), *end = strstr(all, "\r\n\r\n");
    if (p == NULL || p > end)
        return NULL;
    GString *out = g_string_new(NULL);
    gboolean after_word = FALSE;
    for (p += strlen(begin); !(p[0] == '\r' && p[2] != ' ');) {
        const char *word = g_str_has_prefix(p, "=?utf-8?B?") ? p + 10 : NULL;
        if (g_str_has_prefix(p, "\r\n =?") && after_word) {
            p += 3;
        } else if (p[0] == ' ' && p[1] == '=' && p[2] == '?' && after_word) {
            p++;
        } else if (*p == '\r') {
            p += 2;
        } else if (word != NULL) {
            gsize n;
            g_autofree char *coded = g_strndup(word, strcspn(word, "?"));
            g_autofree guchar *decoded = g_base64_decode(coded, &n);
            assert_true(g_utf8_validate((char *)decoded, (gssize)n, NULL)); /* no character is cut in two */
            g_string_append_len(out, (char *)decoded, (gssize)n);
            p = word + strlen(coded) + 2;
            assert_true(strlen(coded) + 12 <= 75);
            after_word = TRUE;
            continue;
        } else {
            after_word = FALSE;
            g_string_append_c(out, *p++);
        }
    }
    return g_string_free(out, FALSE);
}

static void test_plain(void **state)
{
    (void)state;
    ComposeDraft d = draft_plain();
    g_autofree char *mail = compose(&d), *again = compose(&d);
    check_lines(mail);
    assert_string_equal(mail, "Date: Tue, 24 Nov 2026 10:00:00 +0000\r\n"
                              "From: \"S1, reply late\" <support@tiny.example>\r\n"
                              "To: dana@tiny.example\r\n"
                              "Subject: [support #42] Checkout is down\r\n"
                              "Message-ID: " ID "\r\n"
                              "Reply-To: support+a1.abcdefghijklmn27@tiny.example\r\n"
                              "X-Auto-Response-Suppress: DR, RN, NRN, AutoReply\r\n"
                              "MIME-Version: 1.0\r\n"
                              "Content-Type: text/plain; charset=utf-8\r\n"
                              "Content-Transfer-Encoding: 7bit\r\n"
                              "\r\n"
                              "Acme cannot check out.\r\nReply ACK.\r\n");
    assert_string_equal(mail, again);
}

static const struct {
    ComposeClass mail_class;
    const char *auto_submitted, *suppress;
} classes[] = {
    {COMPOSE_PAGE, NULL, "DR, RN, NRN, AutoReply"},
    {COMPOSE_AUTO_REPLIED, "auto-replied", "All"},
    {COMPOSE_AUTO_GENERATED, "auto-generated", "All"},
    {COMPOSE_RELAYED, NULL, "DR, RN, NRN, AutoReply"},
};

static void test_classes(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(classes); i++) {
        ComposeDraft d = draft_plain();
        d.mail_class = classes[i].mail_class;
        g_autofree char *mail = compose(&d);
        g_autofree char *auto_submitted = field(mail, "Auto-Submitted"), *suppress = field(mail, "X-Auto-Response-Suppress");
        assert_int_equal(g_strcmp0(auto_submitted, classes[i].auto_submitted), 0);
        assert_string_equal(suppress, classes[i].suppress);
        assert_null(strstr(mail, "Precedence:"));
        assert_null(strstr(mail, "List-"));
    }
}

#define LONG_WORD "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggggggggghhhhhhhhhhiiiiiiiiiijjjjjjjjjj"
#define LONGER_WORD LONG_WORD LONG_WORD LONG_WORD LONG_WORD LONG_WORD LONG_WORD LONG_WORD LONG_WORD LONG_WORD LONG_WORD LONG_WORD

static const struct {
    const char *input, *want; /* NULL: the same */
} subjects[] = {
    {"[support #42] Caf\xc3\xa9 \xe2\x80\x94 schlie\xc3\x9ft um 17:00", NULL},
    {"\xf0\x9f\x94\xa5\xf0\x9f\x94\xa5\xf0\x9f\x94\xa5\xf0\x9f\x94\xa5\xf0\x9f\x94\xa5\xf0\x9f\x94\xa5\xf0\x9f\x94\xa5"
     "\xf0\x9f\x94\xa5\xf0\x9f\x94\xa5\xf0\x9f\x94\xa5\xf0\x9f\x94\xa5\xf0\x9f\x94\xa5\xf0\x9f\x94\xa5\xf0\x9f\x94\xa5",
     NULL},
    {"\xe6\x97\xa5\xe6\x9c\xac \xe8\xaa\x9e\xe3\x81\xae \xe4\xbb\xb6\xe5\x90\x8d plain \xe3\x81\x82 end", NULL},
    {"what =?utf-8?B?QkFE?= means", NULL},
    {"=?utf-8?Q?x?=", NULL},
    {LONG_WORD " " LONG_WORD, NULL},
    {LONGER_WORD, NULL},
    {"many words that are all plain but together much longer than a line of a mail should be, so it is folded twice, even more "
     "so now",
     NULL},
    {"  two\tblanks   and\x01 control ", "two blanks and control"},
    {"bad\xff"
     "bytes",
     "bad\xef\xbf\xbd"
     "bytes"},
    {"", ""},
    {NULL, ""},
};

static void test_subjects(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(subjects); i++) {
        ComposeDraft d = draft_plain();
        d.subject = subjects[i].input;
        g_autofree char *mail = compose(&d);
        check_lines(mail);
        g_autofree char *subject = field(mail, "Subject");
        assert_string_equal(subject != NULL ? subject : "", subjects[i].want != NULL ? subjects[i].want : subjects[i].input);
    }
}

static const struct {
    const char *name, *want; /* the To field, decoded */
} names[] = {
    {"Dana Ruiz", "Dana Ruiz <dana@tiny.example>"},
    {"Ruiz, Dana", "\"Ruiz, Dana\" <dana@tiny.example>"},
    {"Dana \"D\" Ru\\iz", "\"Dana \\\"D\\\" Ru\\\\iz\" <dana@tiny.example>"},
    {"dana@tiny.example", "\"dana@tiny.example\" <dana@tiny.example>"},
    {"<eve@x.example>, Dana", "\"<eve@x.example>, Dana\" <dana@tiny.example>"},
    {"D\xc3\xa4na Ru\xc3\xadz", "D\xc3\xa4na Ru\xc3\xadz <dana@tiny.example>"},
    {"S1 \xc2\xb7 reply late 25 min \xc2\xb7 support of all the shops of the whole world, and more",
     "S1 \xc2\xb7 reply late 25 min \xc2\xb7 support of all the shops of the whole world, and more <dana@tiny.example>"},
    {"=?utf-8?B?QkFE?=", "=?utf-8?B?QkFE?= <dana@tiny.example>"},
    {LONG_WORD, LONG_WORD " <dana@tiny.example>"},
    {" ", "dana@tiny.example"},
    {NULL, "dana@tiny.example"},
};

static void test_names(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        ComposeDraft d = draft_plain();
        d.to_name = names[i].name;
        g_autofree char *mail = compose(&d), *to = NULL;
        check_lines(mail);
        to = field(mail, "To");
        assert_string_equal(to, names[i].want);
        assert_non_null(strstr(mail, "dana@tiny.example"));
    }
}

static void address_free(void *data)
{
    LetterAddress *a = data;
    g_free(a->name);
    g_free(a->address);
    g_free(a);
}

static GPtrArray *one_address(const char *name, const char *address)
{
    GPtrArray *list = g_ptr_array_new_with_free_func(address_free);
    LetterAddress *a = g_new0(LetterAddress, 1);
    a->name = g_strdup(name);
    a->address = g_strdup(address);
    g_ptr_array_add(list, a);
    return list;
}

static void test_threading(void **state)
{
    (void)state;
    g_autoptr(GPtrArray) references = g_ptr_array_new_with_free_func(g_free), cc = one_address("Ann", "ann@tiny.example");
    g_autoptr(GPtrArray) more = one_address("B\xc3\xb6"
                                            "b",
                                            "bob@tiny.example");
    for (int i = 0; i < 60; i++)
        g_ptr_array_add(references, g_strdup_printf(i % 10 == 5 ? "not an id %d" : "<%d@acme.example>", i));
    g_ptr_array_add(cc, g_ptr_array_steal_index(more, 0));
    ComposeDraft d = draft_plain();
    d.in_reply_to = "<59@acme.example>";
    d.references = references;
    d.cc = cc;
    g_autofree char *mail = compose(&d), *list = field(mail, "References"), *parent = field(mail, "In-Reply-To"),
                    *to_cc = field(mail, "Cc");
    check_lines(mail);
    g_auto(GStrv) ids = g_strsplit(list, " ", -1);
    assert_int_equal(g_strv_length(ids), 20);
    assert_string_equal(ids[0], "<0@acme.example>");
    assert_string_equal(ids[1], "<39@acme.example>");
    assert_string_equal(ids[19], "<59@acme.example>");
    assert_string_equal(parent, "<59@acme.example>");
    assert_string_equal(to_cc, "Ann <ann@tiny.example>, B\xc3\xb6"
                               "b <bob@tiny.example>");
    d.in_reply_to = "<a stranger's nonsense>";
    g_autofree char *without = compose(&d);
    assert_null(strstr(without, "In-Reply-To:"));
}

static void part_free(void *data)
{
    MessagePart *p = data;
    g_free(p->name);
    g_free(p->type);
    g_bytes_unref(p->bytes);
    g_free(p);
}

static GPtrArray *one_part(const char *name, const char *type, const char *bytes, gsize length)
{
    GPtrArray *list = g_ptr_array_new_with_free_func(part_free);
    MessagePart *p = g_new0(MessagePart, 1);
    p->name = g_strdup(name);
    p->type = g_strdup(type);
    p->bytes = g_bytes_new(bytes, length);
    g_ptr_array_add(list, p);
    return list;
}

static void test_tree(void **state)
{
    (void)state;
    g_autoptr(GPtrArray) parts = one_part("log.bin", "application/x-log", "\0\1\r\n\n\xff", 6);
    ComposeDraft d = draft_plain();
    d.html = "<p>Acme &amp; S\xc3\xb6hne</p>\n";
    d.calendar = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n";
    d.calendar_method = "REQUEST";
    d.parts = parts;
    g_autofree char *mail = compose(&d), *again = compose(&d);
    check_lines(mail);
    assert_string_equal(mail, again);
    static const char *const in_order[] = {"Content-Type: multipart/mixed;\r\n\tboundary=\"=_",
                                           "Content-Type: multipart/alternative;\r\n\tboundary=\"=_",
                                           "Content-Type: text/plain; charset=utf-8\r\n",
                                           "Content-Transfer-Encoding: 7bit\r\n\r\nAcme cannot check out.\r\n",
                                           "Content-Type: text/html; charset=utf-8\r\n",
                                           "Content-Transfer-Encoding: quoted-printable\r\n\r\n<p>Acme &amp; S=C3=B6hne</p>\r\n",
                                           "Content-Type: text/calendar; charset=utf-8; method=REQUEST\r\n",
                                           "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\n",
                                           "Content-Type: application/x-log\r\n",
                                           "Content-Disposition: attachment; filename=log.bin\r\n",
                                           "Content-Transfer-Encoding: base64\r\n\r\nAAENCgr/\r\n"};
    const char *at = mail;
    for (gsize i = 0; i < G_N_ELEMENTS(in_order); i++) {
        const char *found = strstr(at, in_order[i]);
        if (found == NULL)
            fail_msg("'%s' is missing or out of order in\n%s", in_order[i], mail);
        at = found;
    }
}

static const struct {
    const char *label, *text, *encoding, *want;
} texts[] = {
    {"empty", "", "7bit", "\r\n\r\n\r\n"},
    {"absent", NULL, "7bit", "\r\n\r\n\r\n"},
    {"line ends of all kinds", "a\r\nb\rc\nd", "7bit", "\r\n\r\na\r\nb\r\nc\r\nd\r\n"},
    {"utf-8", "caf\xc3\xa9 = \n", "quoted-printable", "caf=C3=A9 =3D=20\r\n"},
    {"long line", LONGER_WORD, "quoted-printable", "=\r\n"},
    {"a boundary of ours", "--=_0123\n", "quoted-printable", "--=3D_0123\r\n"},
    {"dots", ".\n..\n", "7bit", "\r\n\r\n.\r\n..\r\n"},
    {"bad bytes", "\xff\n", "quoted-printable", "=EF=BF=BD\r\n"},
};

static void test_texts(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        ComposeDraft d = draft_plain();
        d.text = texts[i].text;
        g_autofree char *mail = compose(&d), *encoding = field(mail, "Content-Transfer-Encoding");
        check_lines(mail);
        if (strcmp(encoding, texts[i].encoding) != 0 || strstr(mail, texts[i].want) == NULL)
            fail_msg("%s: %s", texts[i].label, mail);
    }
}

static const struct {
    const char *name, *type, *want;
} attachments[] = {
    {"a b.txt", "text/plain", "filename=\"a b.txt\""},
    {"r\xc3\xa9sum\xc3\xa9.pdf", "application/pdf", "filename*=UTF-8''r%C3%A9sum%C3%A9.pdf"},
    {"x\";evil=\"y", "application/pdf", "filename=\"x\\\";evil=\\\"y\""},
    {LONGER_WORD, "application/pdf", "filename*0*=UTF-8''aaaaaaaaaa"},
    {"mail.eml", "message/rfc822", "Content-Type: application/octet-stream\r\n"},
    {"m", "multipart/mixed", "Content-Type: application/octet-stream\r\n"},
    {"m", "text/plain; x=y", "Content-Type: application/octet-stream\r\n"},
    {"m", "nonsense", "Content-Type: application/octet-stream\r\n"},
    {"", "", "Content-Disposition: attachment\r\n"},
};

static void test_attachments(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(attachments); i++) {
        g_autoptr(GPtrArray) parts = one_part(attachments[i].name, attachments[i].type, "x", 1);
        ComposeDraft d = draft_plain();
        d.parts = parts;
        g_autofree char *mail = compose(&d);
        check_lines(mail);
        if (strstr(mail, attachments[i].want) == NULL)
            fail_msg("%s: %s", attachments[i].want, mail);
    }
}

#define BCC "\r\nBcc: eve@x.example"

static void refused(const ComposeDraft *d, const char *want)
{
    GBytes *bytes = NULL;
    g_autoptr(GError) err = NULL;
    assert_false(compose_mail(d, &bytes, &err));
    assert_null(bytes);
    assert_int_equal(err->code, ERROR_DATA);
    if (strstr(err->message, want) == NULL)
        fail_msg("%s", err->message);
}

static const struct {
    gsize offset; /* of the text in ComposeDraft */
    const char *value, *want_error;
} injections[] = {
    {offsetof(ComposeDraft, from_name), "x" BCC, "'From'"},
    {offsetof(ComposeDraft, from_address), "a@x.example" BCC, "'From'"},
    {offsetof(ComposeDraft, from_address), NULL, "'From'"},
    {offsetof(ComposeDraft, reply_to), "a@x.example" BCC, "'Reply-To'"},
    {offsetof(ComposeDraft, reply_to), "a@x.example, b@x.example", "'Reply-To'"},
    {offsetof(ComposeDraft, to_name), "x\nBcc: y", "'To'"},
    {offsetof(ComposeDraft, to_address), "a@x.example" BCC, "'To'"},
    {offsetof(ComposeDraft, to_address), "a@x.example>,<b@x.example", "'To'"},
    {offsetof(ComposeDraft, to_address), "a b@x.example", "'To'"},
    {offsetof(ComposeDraft, to_address), "group:a@x.example;", "'To'"},
    {offsetof(ComposeDraft, to_address), "nobody", "'To'"},
    {offsetof(ComposeDraft, to_address), "", "'To'"},
    {offsetof(ComposeDraft, to_address), NULL, "'To'"},
    {offsetof(ComposeDraft, subject), "x" BCC, "'Subject'"},
    {offsetof(ComposeDraft, subject), "x\ry", "'Subject'"},
    {offsetof(ComposeDraft, subject), "x\n", "'Subject'"},
    {offsetof(ComposeDraft, message_id), "<a@b>" BCC, "'Message-ID'"},
    {offsetof(ComposeDraft, message_id), "a@b", "'Message-ID'"},
    {offsetof(ComposeDraft, message_id), "<a @b>", "'Message-ID'"},
    {offsetof(ComposeDraft, message_id), "<a@\xc3\xa9>", "'Message-ID'"},
    {offsetof(ComposeDraft, message_id), NULL, "'Message-ID'"},
    {offsetof(ComposeDraft, in_reply_to), "<a@b>" BCC, "'In-Reply-To'"},
    {offsetof(ComposeDraft, calendar_method), "REQUEST" BCC, "'calendar method'"},
    {offsetof(ComposeDraft, calendar_method), "REQUEST; x=y", "'calendar method'"},
};

static void test_injections(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(injections); i++) {
        ComposeDraft d = draft_plain();
        d.calendar = "BEGIN:VCALENDAR\n";
        *(const char **)(void *)((char *)&d + injections[i].offset) = injections[i].value;
        refused(&d, injections[i].want_error);
    }
    ComposeDraft undated = draft_plain();
    undated.date = INSTANT_NONE;
    refused(&undated, "'Date'");
}

static void test_injections_in_lists(void **state)
{
    (void)state;
    g_autoptr(GPtrArray) name = one_address("x" BCC, "a@x.example"), address = one_address("", "a@x.example" BCC);
    g_autoptr(GPtrArray) references = g_ptr_array_new();
    g_autoptr(GPtrArray) part_name = one_part("x" BCC, "text/plain", "", 0), part_type = one_part("x", "text/plain" BCC, "", 0);
    g_ptr_array_add(references, (void *)"<a@b>" BCC);
    ComposeDraft d = draft_plain();
    d.cc = name;
    refused(&d, "'Cc'");
    d.cc = address;
    refused(&d, "'Cc'");
    d = draft_plain();
    d.references = references;
    refused(&d, "'References'");
    d = draft_plain();
    d.parts = part_name;
    refused(&d, "'part's name'");
    d.parts = part_type;
    refused(&d, "'part's type'");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_plain),      cmocka_unit_test(test_classes),
                                       cmocka_unit_test(test_subjects),   cmocka_unit_test(test_names),
                                       cmocka_unit_test(test_threading),  cmocka_unit_test(test_tree),
                                       cmocka_unit_test(test_texts),      cmocka_unit_test(test_attachments),
                                       cmocka_unit_test(test_injections), cmocka_unit_test(test_injections_in_lists)};
    return cmocka_run_group_tests_name("compose", tests, NULL, NULL);
}
