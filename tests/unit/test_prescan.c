/* Tests of mail/prescan: what it leaves alone, what it cuts, and that its work is bounded. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/instant.h"
#include "base/limits.h"
#include "mail/prescan.h"

#include "base/banned.h"

#define H "From: a@b.example\n"

static void test_texts(void **state)
{
    (void)state;
    static const struct {
        const char *label, *input, *want; /* want NULL: the very bytes */
        gboolean has_header;
        guint defects;
    } rows[] = {
        {"plain mail", H "Subject: x\n\nhello\n", NULL, TRUE, 0},
        {"multipart", H "Content-Type: multipart/mixed; boundary=\"b\"\n\n--b\n\nhello\n--b--\n", NULL, TRUE, 0},
        {"mbox line and empty lines", "\r\nFrom a Mon\n" H "\nx\n", H "\nx\n", TRUE, 0},
        {"byte order mark", "\xEF\xBB\xBF" H "\nx\n", H "\nx\n", TRUE, 0},
        {"body without empty line", H "hello there\nbye\n", H "\nhello there\nbye\n", TRUE, 1},
        {"line that lost its fold", H "Subject: a\nbroken line\nTo: c@d.example\n\nx\n",
         H "Subject: a\n broken line\nTo: c@d.example\n\nx\n", TRUE, 1},
        {"junk before the header", "junk junk\n" H "\nx\n", H "\nx\n", TRUE, 1},
        {"prose is no header", "Hello: see below\n\nbody\n", NULL, FALSE, 0},
        {"nested groups", H "Cc: a:b:c:d:e:f:g:h:i:j:k\n\nx\n", H "Cc: a:b:c:d:e:f:g:h:i j k\n\nx\n", TRUE, 1},
        {"colons elsewhere stay", H "Subject: a:b:c:d:e:f:g:h:i:j:k\n\nx\n", NULL, TRUE, 0},
        {"CR CR LF", H "\r\r\nx\n", H "\nx\n", TRUE, 0},
        {"empty", "", "", FALSE, 0},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        Prescan p;
        prescan_init(&p, rows[i].input, strlen(rows[i].input));
        g_autofree char *got = g_strndup(p.bytes, p.length);
        assert_string_equal(got, rows[i].want != NULL ? rows[i].want : rows[i].input);
        assert_int_equal(p.has_header, rows[i].has_header);
        assert_int_equal(p.defects->len, rows[i].defects);
        if (rows[i].want == NULL)
            assert_ptr_equal(p.bytes, rows[i].input);
        prescan_clear(&p);
    }
}

static void test_header_length(void **state)
{
    (void)state;
    static const char *const mails[] = {H "Subject: x\n\nbody\n", H "Subject: x\r\n\r\nbody\n", H "hello\nbody\n", "junk\n" H "\nbody\n",
                                        H "Cc: a:a:a:a:a:a:a:a:a:a:a:a\n\nbody\n"};
    for (gsize i = 0; i < G_N_ELEMENTS(mails); i++) {
        Prescan p;
        prescan_init(&p, mails[i], strlen(mails[i]));
        assert_true(p.header_length <= p.length);
        const char *body = p.bytes + p.header_length;
        assert_true(strncmp(body, "body", 4) == 0 || strncmp(body, "hello", 5) == 0);
        prescan_clear(&p);
    }
}

static guint count(const Prescan *p, const char *word)
{
    guint n = 0;
    gsize m = strlen(word);
    for (const char *q = p->bytes, *end = q + p->length; (q = memmem(q, (gsize)(end - q), word, m)) != NULL; q += m)
        n++;
    return n;
}

static GString *repeat(const char *head, const char *what, guint n, const char *tail)
{
    GString *s = g_string_new(head);
    for (guint i = 0; i < n; i++)
        g_string_append(s, what);
    return g_string_append(s, tail);
}

static void test_bounds(void **state)
{
    (void)state;
    static const struct {
        const char *label, *head, *what;
        guint times;
        const char *tail, *word;
        guint at_most;
    } rows[] = {
        {"groups", H "Cc: ", "a:", 50000, "\n\nx\n", "a:", LIMIT_ADDRESS_NESTING},
        {"groups over folded lines", H "Cc: ", "a:\n ", 9000, "\n\nx\n", "a:", LIMIT_ADDRESS_NESTING},
        {"groups and NUL", H "Cc: ", "a\x01:", 9000, "\n\nx\n", ":", LIMIT_ADDRESS_NESTING + 2},
        {"groups in a message inside", H "Content-Type: message/rfc822\n\nTo: ", "a:", 30000, "\n\nx\n", "a:", 200},
        {"groups in a digest", H "Content-Type: multipart/digest; boundary=b\n\n--b\n\nResent-Cc: ", "a:", 30000, "\n", "a:", 200},
        {"fields", H, "X: y\n", 50000, "\nx\n", "X: y\n", LIMIT_HEADER_FIELDS},
        {"parts", H "Content-Type: multipart/mixed; boundary=b\n\n", "--b\n\nx\n", 50000, "", "\n--b\n", LIMIT_MIME_PARTS},
        {"parts of an odd boundary", H "Content-Type: multipart/mixed; boundary*=utf-8''b\n\n", "--b\n\nx\n", 50000, "", "\n--b\n",
         LIMIT_MIME_PARTS},
        {"depth", H "Content-Type: multipart/mixed; boundary=b\n\n", "--b\nContent-Type: message/rfc822\n\n", 5000, "",
         "Content-Type: message", LIMIT_MIME_PARTS},
        {"depth without boundaries", H "Content-Type: message/rfc822\n\n", "Content-Type: message/rfc822\n\n", 5000, "",
         "Content-Type: message", LIMIT_MIME_DEPTH},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        GString *mail = repeat(rows[i].head, rows[i].what, rows[i].times, rows[i].tail);
        Prescan p;
        prescan_init(&p, mail->str, mail->len);
        assert_true(count(&p, rows[i].word) <= rows[i].at_most);
        assert_true(p.defects->len > 0);
        prescan_clear(&p);
        g_string_free(mail, TRUE);
    }
}

/* Distinct boundaries, one inside the other, and a flood of lines that fit none. */
static void test_deep_and_many_lines(void **state)
{
    (void)state;
    GString *mail = g_string_new(H "Content-Type: multipart/mixed; boundary=b0\n\n");
    for (int i = 0; i < 1000; i++)
        g_string_append_printf(mail, "--b%d\nContent-Type: multipart/mixed; boundary=b%d\n\n", i, i + 1);
    for (int i = 0; i < 400000; i++)
        g_string_append(mail, "--x\n");
    Prescan p;
    gint64 start = instant_monotonic_us();
    prescan_init(&p, mail->str, mail->len);
    assert_true(instant_monotonic_us() - start < 5 * G_USEC_PER_SEC);
    assert_int_equal(count(&p, "\nContent-Type: multipart"), LIMIT_MIME_DEPTH);
    prescan_clear(&p);
    g_string_free(mail, TRUE);
}

/* A log of thousands of "12:00:01 …" lines in a part keeps all its lines. */
static void test_long_text_stays(void **state)
{
    (void)state;
    GString *mail = repeat(H "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nlog:\n", "12:00:01 disk: full\n", 9000, "--b--\n");
    Prescan p;
    prescan_init(&p, mail->str, mail->len);
    assert_int_equal(count(&p, "12:00:01 disk: full\n"), 9000);
    prescan_clear(&p);
    g_string_free(mail, TRUE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_header_length),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_deep_and_many_lines),
        cmocka_unit_test(test_long_text_stays),
    };
    return cmocka_run_group_tests_name("prescan", tests, NULL, NULL);
}
