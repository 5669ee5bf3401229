/* The LMTP machine: what a client sends, what it is told, and which mail comes of it: whole, byte by byte, and in pieces, with the same end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"

#include "rules/lmtp.h"

#include "base/banned.h"

/* All that a session said and made: replies, then each mail as "[sender>recipient,recipient|bytes]", "[dropped]" and "[closed]". */
typedef struct {
    GString *out, *made;
} Seen;

static void see_mail(const Lmtp *l, const GString *mail, Seen *seen)
{
    const GPtrArray *recipients = lmtp_recipients(l);
    g_string_append_printf(seen->made, "[%s>", lmtp_sender(l));
    for (guint i = 0; i < recipients->len; i++)
        g_string_append_printf(seen->made, "%s%s", i > 0 ? "," : "", (const char *)recipients->pdata[i]);
    g_string_append_c(seen->made, '|');
    g_string_append_len(seen->made, mail->str, (gssize)mail->len);
    g_string_append_c(seen->made, ']');
}

/* `piece` bytes at a time; TRUE: the session is closed. */
static gboolean feed(Lmtp *l, const char *bytes, gsize length, gsize piece, gboolean is_stored, GString *mail, Seen *seen)
{
    for (gsize at = 0; at < length;) {
        gsize used;
        LmtpEvent event = lmtp_step(l, bytes + at, MIN(piece, length - at), &used, seen->out, mail);
        assert_true(used > 0);
        at += used;
        assert_true(event == LMTP_MORE || lmtp_has_mail(l) == (event == LMTP_END || event == LMTP_BEGIN));
        if (event == LMTP_END) {
            gsize nothing;
            assert_int_equal(lmtp_step(l, bytes + at, length - at, &nothing, seen->out, mail), LMTP_END);
            assert_int_equal(nothing, 0);
            see_mail(l, mail, seen);
            lmtp_finish(l, is_stored, "words\r\n250 of \xc3\xa4", seen->out);
        } else if (event == LMTP_DROP) {
            g_string_append(seen->made, "[dropped]");
        } else if (event == LMTP_CLOSE) {
            g_string_append(seen->made, "[closed]");
            return TRUE;
        }
        if (event != LMTP_MORE)
            g_string_truncate(mail, 0);
    }
    return FALSE;
}

static void run(const char *bytes, gsize length, gsize piece, gboolean is_stored, Seen *seen)
{
    g_autoptr(Lmtp) l = lmtp_new("mx.test");
    g_autoptr(GString) mail = g_string_new(NULL);
    seen->out = g_string_new(NULL);
    seen->made = g_string_new(NULL);
    if (!feed(l, bytes, length, piece, is_stored, mail, seen) && lmtp_has_mail(l))
        g_string_append(seen->made, "[half]");
}

static void seen_clear(Seen *seen)
{
    g_string_free(seen->out, TRUE);
    g_string_free(seen->made, TRUE);
}

/* The codes of replies, a blank between: "250 250 354"; "250-…" lines count once. */
static char *codes_of(const char *out)
{
    GString *codes = g_string_new(NULL);
    g_auto(GStrv) lines = g_strsplit(out, "\r\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        if (**line == '\0')
            continue;
        assert_true(strlen(*line) > 4 && strlen(*line) <= 510 && g_ascii_isdigit((*line)[0]) && strchr(*line, '\n') == NULL);
        if ((*line)[3] == ' ')
            g_string_append_printf(codes, "%s%.3s", codes->len > 0 ? " " : "", *line);
    }
    return g_string_free(codes, FALSE);
}

#define HELLO "LHLO me\r\n"
#define TO_ONE HELLO "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n"
#define MAIL(data, want) {"mail: " want, TO_ONE data "\r\n.\r\nQUIT\r\n", "250 250 250 354 250 221", "[a@b>c@d|" want "\n][closed]"}
#define REFUSED(line, code) {line, HELLO line "\r\nQUIT\r\n", "250 " code " 221", "[closed]"}

static const struct {
    const char *label, *input, *codes, *made;
} rows[] = {
    {"order of commands", "MAIL FROM:<a@b>\r\nRCPT TO:<a@b>\r\nDATA\r\nLHLO x\r\nRCPT TO:<a@b>\r\nDATA\r\nMAIL FROM:<a@b>\r\nDATA\r\nMAIL FROM:<x@y>\r\n",
     "503 503 503 250 503 503 250 503 503", ""},
    {"small words", "lhlo x\r\nmail from:<a@b> size=10 body=8bitmime smtputf8\r\nrcpt to:<c@d>\r\ndata\r\nx\r\n.\r\nnoop\r\nquit\r\n",
     "250 250 250 354 250 250 221", "[a@b>c@d|x\n][closed]"},
    {"not SMTP", "HELO x\r\nEHLO x\r\nQUIT\r\n", "500 500 221", "[closed]"},
    {"others", HELLO "NOOP\r\nNOOP with words\r\nVRFY a\r\nVRFY\r\nEXPN a\r\nHELP\r\nTURN\r\nMAILFROM:<a@b>\r\n\r\nLHLO\r\n",
     "250 250 250 252 501 500 500 500 500 500 501", ""},
    {"a reply for each recipient", HELLO "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nRCPT TO:<>\r\nRCPT TO:<e@f>\r\nRCPT TO:<c@d>\r\nDATA\r\nx\r\n.\r\n",
     "250 250 250 501 250 250 354 250 250 250", "[a@b>c@d,e@f,c@d|x\n]"},
    {"a second mail", TO_ONE "x\r\n.\r\nRCPT TO:<c@d>\r\nMAIL FROM:<>\r\nRCPT TO:<e@f>\r\nDATA\r\ny\r\n.\r\n", "250 250 250 354 250 503 250 250 354 250",
     "[a@b>c@d|x\n][>e@f|y\n]"},
    {"RSET forgets", HELLO "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nRSET\r\nDATA\r\nRSET x\r\n", "250 250 250 250 503 501", ""},
    {"LHLO forgets", HELLO "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n" HELLO "DATA\r\n", "250 250 250 250 503", ""},
    {"cut off in the mail", TO_ONE "x\r\n.\r", "250 250 250 354", "[half]"},
    {"cut off before the dot", TO_ONE "x\r\n", "250 250 250 354", "[half]"},
    {"nothing after QUIT", "QUIT\r\nLHLO x\r\n", "221", "[closed]"},
    /* addresses */
    {"quoted", HELLO "MAIL FROM:<\"a b>\\\"c\"@d>\r\nRCPT TO:<\"x @y\"@z>\r\nDATA\r\n.\r\n", "250 250 250 354 250", "[\"a b>\\\"c\"@d>\"x @y\"@z|]"},
    {"route", HELLO "MAIL FROM:<@a,@b:c@d>\r\nRCPT TO: <@a:c+t1.x@d>\r\nDATA\r\n.\r\n", "250 250 250 354 250", "[c@d>c+t1.x@d|]"},
    {"no domain, UTF-8", HELLO "MAIL FROM:<gr\xc3\xbc\xc3\x9f@d> SMTPUTF8\r\nRCPT TO:<Postmaster>\r\nDATA\r\n.\r\n", "250 250 250 354 250",
     "[gr\xc3\xbc\xc3\x9f@d>Postmaster|]"},
    REFUSED("MAIL FROM:a@b", "501"),
    REFUSED("MAIL FROM:<a@b", "501"),
    REFUSED("MAIL FROM:<a b@c>", "501"),
    REFUSED("MAIL FROM:<a@b>x", "501"),
    REFUSED("MAIL FROM:<<a@b>>", "501"),
    REFUSED("MAIL FROM:<\"a@b>", "501"),
    REFUSED("MAIL TO:<a@b>", "501"),
    REFUSED("MAIL", "501"),
    /* parameters */
    REFUSED("MAIL FROM:<a@b> SIZE=67108864", "250"),
    REFUSED("MAIL FROM:<a@b> SIZE=67108865", "552"),
    REFUSED("MAIL FROM:<a@b> SIZE=99999999999999999999", "501"),
    REFUSED("MAIL FROM:<a@b> SIZE=", "501"),
    REFUSED("MAIL FROM:<a@b> SIZE", "501"),
    REFUSED("MAIL FROM:<a@b> SIZE=-1", "501"),
    REFUSED("MAIL FROM:<a@b> BODY=7BIT", "250"),
    REFUSED("MAIL FROM:<a@b> BODY=BINARYMIME", "501"),
    REFUSED("MAIL FROM:<a@b> BODY", "501"),
    REFUSED("MAIL FROM:<a@b> SMTPUTF8=yes", "501"),
    REFUSED("MAIL FROM:<a@b> RET=HDRS", "555"),
    {"recipient with a parameter", HELLO "MAIL FROM:<a@b>\r\nRCPT TO:<c@d> NOTIFY=NEVER\r\n", "250 250 555", ""},
    /* the mail, and where it ends */
    MAIL("x", "x"),
    MAIL("x\r\n..\r\n...y\r\n.z", "x\n.\n..y\nz"),
    MAIL("\r\n\r\nx", "\n\nx"),
    MAIL("x\ny\rz\r\r", "x\ny\rz\r\r"),
    MAIL("x\n.\nMAIL FROM:<evil@b>\n.\r\nstill", "x\n.\nMAIL FROM:<evil@b>\n.\nstill"),
    MAIL("x\r.\rstill", "x\r.\rstill"),
    MAIL("x\n.\r\nstill", "x\n.\nstill"),
    MAIL("x\r\n.\nstill", "x\n\nstill"),
    MAIL("x\r\n.\rstill", "x\n\rstill"),
    MAIL("x\r\n.\r\r\nstill", "x\n\r\nstill"),
    MAIL("x\r\n. \r\nstill", "x\n \nstill"),
    MAIL("gr\xfc\xdf \x80\xff", "gr\xfc\xdf \x80\xff"),
    {"an empty mail", TO_ONE ".\r\n", "250 250 250 354 250", "[a@b>c@d|]"},
    {"commands behind the dot", TO_ONE ".\r\nNOOP\r\n", "250 250 250 354 250 250", "[a@b>c@d|]"},
    /* lines that are none */
    {"bare LF in a command", HELLO "NOOP\nQUIT\r\n", "250 500", "[closed]"},
    {"bare CR in a command", HELLO "NOOP\rQUIT\r\n", "250 500", "[closed]"},
    {"a control character", HELLO "NOOP \x1b[2J\r\nNOOP\r\n", "250 500 250", ""},
};

static void test_sessions(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const gsize length = strlen(rows[i].input), pieces[] = {length, 1, 2, 3, 7};
        print_message("%s\n", rows[i].label);
        for (gsize p = 0; p < G_N_ELEMENTS(pieces); p++) {
            Seen seen;
            run(rows[i].input, length, pieces[p], TRUE, &seen);
            g_autofree char *codes = codes_of(seen.out->str);
            assert_string_equal(codes, rows[i].codes);
            assert_string_equal(seen.made->str, rows[i].made);
            seen_clear(&seen);
        }
    }
}

static void test_replies(void **state)
{
    (void)state;
    Seen seen;
    g_autoptr(Lmtp) l = lmtp_new("mx.test");
    g_autoptr(GString) out = g_string_new(NULL);
    lmtp_greet(l, out);
    lmtp_leave(l, "going\ndown", out);
    assert_string_equal(out->str, "220 mx.test escalate LMTP\r\n421 4.3.2 mx.test going?down\r\n");
    run(TO_ONE ".\r\n", strlen(TO_ONE ".\r\n"), 1000, FALSE, &seen);
    assert_string_equal(seen.out->str, "250-mx.test\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-ENHANCEDSTATUSCODES\r\n250 SIZE 67108864\r\n"
                                       "250 2.1.0 sender taken\r\n250 2.1.5 recipient taken\r\n354 end with a line of one dot\r\n"
                                       "451 4.3.0 words??250 of ??\r\n");
    seen_clear(&seen);
}

/* NUL is a byte of a mail, and no byte of a command. */
static void test_nul(void **state)
{
    (void)state;
    static const char input[] = TO_ONE "x\0y\r\n.\r\nNO\0OP\r\n";
    Seen seen;
    run(input, sizeof input - 1, 1, TRUE, &seen);
    g_autofree char *codes = codes_of(seen.out->str);
    assert_string_equal(codes, "250 250 250 354 250 500");
    assert_memory_equal(seen.made->str, "[a@b>c@d|x\0y\n]", 14);
    seen_clear(&seen);
}

static void test_limits(void **state)
{
    (void)state;
    g_autoptr(GString) many = g_string_new(HELLO "MAIL FROM:<a@b>\r\n"), bad = g_string_new(HELLO), far = g_string_new(HELLO "MAIL FROM:<a@b>\r\n");
    g_autofree char *name = g_strnfill(LIMIT_LMTP_ADDRESS_BYTES, 'n'), *line = g_strnfill(LIMIT_LMTP_LINE_BYTES, 'x');
    Seen seen;
    for (int i = 0; i <= LIMIT_LMTP_RECIPIENTS; i++)
        g_string_append(many, "RCPT TO:<c@d>\r\n");
    run(many->str, many->len, 1000, TRUE, &seen);
    assert_true(g_str_has_suffix(seen.out->str, "250 2.1.5 recipient taken\r\n452 4.5.3 too many recipients in one transaction\r\n"));
    seen_clear(&seen);

    for (int i = 0; i <= LIMIT_LMTP_ENVELOPE_BYTES / LIMIT_LMTP_ADDRESS_BYTES; i++)
        g_string_append_printf(far, "RCPT TO:<%s>\r\n", name);
    run(far->str, far->len, 1000, TRUE, &seen);
    assert_non_null(strstr(seen.out->str, "452 4.5.3"));
    assert_null(strstr(seen.out->str, "501"));
    seen_clear(&seen);
    g_string_printf(far, HELLO "MAIL FROM:<%sx>\r\n", name);
    run(far->str, far->len, 1000, TRUE, &seen);
    assert_non_null(strstr(seen.out->str, "501 5.1.7"));
    seen_clear(&seen);

    for (int i = 0; i <= LIMIT_LMTP_FAULTS; i++)
        g_string_append(bad, "FOO\r\n");
    run(bad->str, bad->len, 1000, TRUE, &seen);
    assert_true(g_str_has_suffix(seen.out->str, "421 4.3.2 mx.test too many faults\r\n"));
    assert_string_equal(seen.made->str, "[closed]");
    seen_clear(&seen);

    g_string_printf(bad, HELLO "%s\r\nNOOP\r\n", line);
    run(bad->str, bad->len, 1000, TRUE, &seen);
    assert_true(g_str_has_suffix(seen.out->str, "500 5.5.2 line too long\r\n"));
    assert_string_equal(seen.made->str, "[closed]");
    seen_clear(&seen);
    g_string_printf(bad, HELLO "NOOP %.*s\r\nNOOP\r\n", LIMIT_LMTP_LINE_BYTES - 7, line);
    run(bad->str, bad->len, 1, TRUE, &seen);
    assert_true(g_str_has_suffix(seen.out->str, "250 2.0.0 here\r\n250 2.0.0 here\r\n"));
    seen_clear(&seen);
}

/* One byte more than may be: nothing of the rest is kept, the end is found all the same, and every recipient is told. */
static void test_too_large(void **state)
{
    (void)state;
    for (int over = 0; over < 2; over++) {
        Seen seen = {g_string_new(NULL), g_string_new(NULL)};
        g_autoptr(Lmtp) l = lmtp_new("mx.test");
        g_autoptr(GString) mail = g_string_new(NULL);
        static const char begin[] = HELLO "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nRCPT TO:<e@f>\r\nDATA\r\n", end[] = "\r\n.\r\nNOOP\r\n";
        gsize used, left = LIMIT_MAIL_BYTES - 2 + (gsize)over, kept = 0;
        g_autofree char *block = g_strnfill(1 << 20, 'x');
        feed(l, begin, sizeof begin - 1, 1000, TRUE, mail, &seen);
        while (left > 0) {
            assert_int_equal(lmtp_step(l, block, MIN(left, 1 << 20), &used, seen.out, mail), LMTP_MORE);
            left -= used;
            kept += mail->len;
            g_string_truncate(mail, 0);
        }
        feed(l, end, sizeof end - 1, 1000, TRUE, mail, &seen);
        g_autofree char *codes = codes_of(seen.out->str);
        assert_true(kept <= LIMIT_MAIL_BYTES);
        assert_string_equal(codes, over ? "250 250 250 250 354 552 552 250" : "250 250 250 250 354 250 250 250");
        assert_string_equal(seen.made->str, over ? "[dropped]" : "[a@b>c@d,e@f|\n]");
        seen_clear(&seen);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sessions), cmocka_unit_test(test_replies),   cmocka_unit_test(test_nul),
        cmocka_unit_test(test_limits),   cmocka_unit_test(test_too_large),
    };
    return cmocka_run_group_tests_name("lmtp", tests, NULL, NULL);
}
