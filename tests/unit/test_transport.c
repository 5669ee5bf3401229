/* test_transport: what replies and exit statuses say, which addresses get no further, the directory and sendmail(1) by a
 * stand-in. The conversation with a server is tested end to end by smtp-out. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include <glib/gstdio.h>

#include "base/error.h"
#include "base/files.h"
#include "mail/sendmail.h"
#include "mail/smtp.h"
#include "mail/tls.h"

#define MAIL "Subject: x\r\n\r\none\r\n.two\r\nbare\rcr\r\n"

static char *directory; /* of this run */

static char *in_directory(const char *name) { return g_build_filename(directory, name, NULL); }

static char *content(const char *name)
{
    g_autofree char *path = in_directory(name);
    char *text = NULL;
    return g_file_get_contents(path, &text, NULL, NULL) ? text : g_strdup("(none)");
}

static TransportMail mail_to(const char *recipient)
{
    return (TransportMail){
        .sender = "b1.x@desk.example", .recipient = recipient, .name = "m.1", .bytes = MAIL, .length = strlen(MAIL)};
}

static TransportResult send_by(const TransportOptions *options, const TransportMail *mail, char **ret_reply)
{
    Transport *t = transport_open(options);
    TransportResult result = transport_send(t, mail, ret_reply);
    transport_close(t);
    return result;
}

static void test_codes(void **state)
{
    (void)state;
    static const struct {
        int code, good;
        TransportResult want;
    } rows[] = {
        {250, 2, TRANSPORT_SENT},
        {251, 2, TRANSPORT_SENT},
        {354, 3, TRANSPORT_SENT},
        {250, 3, TRANSPORT_DOWN}, /* out of step */
        {354, 2, TRANSPORT_DOWN},
        {450, 2, TRANSPORT_RECIPIENT_LATER},
        {452, 3, TRANSPORT_RECIPIENT_LATER},
        {421, 2, TRANSPORT_DOWN},
        {421, 3, TRANSPORT_DOWN},
        {550, 2, TRANSPORT_RECIPIENT_FAILED},
        {599, 3, TRANSPORT_RECIPIENT_FAILED},
        {600, 2, TRANSPORT_DOWN},
        {0, 2, TRANSPORT_DOWN},
        {-550, 2, TRANSPORT_DOWN},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        if (smtp_judge(rows[i].code, rows[i].good) != rows[i].want)
            fail_msg("%d for %dxx", rows[i].code, rows[i].good);
}

static void test_addresses(void **state)
{
    (void)state;
    static const struct {
        const char *sender, *recipient, *want; /* NULL: goes out */
    } rows[] = {
        {"b@x.example", "a@y.example", NULL},
        {"", "a@y.example", NULL},
        {"b@x.example", "caf\xc3\xa9@y.example", NULL}, /* not SMTP's directory */
        {"b@x.example", "", "no address: ''"},
        {"b@x.example", NULL, "no address: ''"},
        {NULL, "a@y.example", "no address: ''"},
        {"b@x.example", "a@y.example\r\nRCPT TO:<c@z>",
         "address holds a space, bracket or control character: 'a@y.example  RCPT TO:<c@z>'"},
        {"b@x\nQUIT", "a@y.example", "address holds a space, bracket or control character: 'b@x QUIT'"},
        {"b@x.example", "a b@y.example", "address holds a space, bracket or control character: 'a b@y.example'"},
        {"b@x.example", "a@y>SIZE", "address holds a space, bracket or control character: 'a@y>SIZE'"},
        {"b@x.example", "a@y\x7f", "address holds a space, bracket or control character: 'a@y '"},
    };
    TransportOptions options = {.method = TRANSPORT_DIRECTORY, .directory = directory};
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *reply = NULL;
        TransportMail mail = mail_to(rows[i].recipient);
        mail.sender = rows[i].sender;
        TransportResult result = send_by(&options, &mail, &reply);
        assert_int_equal(result, rows[i].want != NULL ? TRANSPORT_RECIPIENT_FAILED : TRANSPORT_SENT);
        if (rows[i].want != NULL)
            assert_string_equal(reply, rows[i].want);
    }
    g_autofree char *local = g_strnfill(254, 'x'), *lengthy = g_strconcat(local, "@y.example", NULL), *reply = NULL;
    TransportMail mail = mail_to(lengthy);
    assert_int_equal(send_by(&options, &mail, &reply), TRANSPORT_RECIPIENT_FAILED);
    assert_true(g_str_has_prefix(reply, "address too long: 'xxx"));
}

static void test_directory(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        TransportResult want;
    } rows[] = {
        {"m.42.abc-1", TRANSPORT_SENT},
        {"m.42.abc-1", TRANSPORT_SENT}, /* again */
        {"", TRANSPORT_RECIPIENT_FAILED},
        {NULL, TRANSPORT_RECIPIENT_FAILED},
        {".hidden", TRANSPORT_RECIPIENT_FAILED},
        {"../up", TRANSPORT_RECIPIENT_FAILED},
        {"a/b", TRANSPORT_RECIPIENT_FAILED},
        {"a b", TRANSPORT_RECIPIENT_FAILED},
    };
    TransportOptions options = {.method = TRANSPORT_DIRECTORY, .directory = directory};
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *reply = NULL;
        TransportMail mail = mail_to("a@y.example");
        mail.name = rows[i].name;
        assert_int_equal(send_by(&options, &mail, &reply), rows[i].want);
        assert_non_null(reply);
    }
    g_autofree char *written = content("m.42.abc-1.eml");
    assert_string_equal(written, MAIL);
    g_autofree char *missing = in_directory("missing"), *reply = NULL;
    TransportMail mail = mail_to("a@y.example");
    options.directory = missing;
    assert_int_equal(send_by(&options, &mail, &reply), TRANSPORT_DOWN);
    assert_non_null(strstr(reply, "No such file"));
}

/* A stand-in for sendmail(1): notes its arguments and input, then does what is asked. */
static char *make_program(const char *name, const char *then)
{
    char *path = in_directory(name);
    g_autofree char *text =
        g_strdup_printf("#!/bin/sh\nprintf '[%%s]' \"$@\" >'%s/argv'\ncat >'%s/stdin'\n%s\n", directory, directory, then);
    assert_true(g_file_set_contents(path, text, -1, NULL));
    assert_int_equal(chmod(path, 0755), 0);
    return path;
}

static void test_sendmail(void **state)
{
    (void)state;
    static const struct {
        const char *name, *sender, *recipient;
        gboolean dsn;
        const char *then, *want_argv, *want_reply;
        TransportResult want;
    } rows[] = {
        {"sendmail", "b@x", "a@y", FALSE, "exit 0", "[-i][-f][b@x][--][a@y]", "sendmail: exit 0", TRANSPORT_SENT},
        {"sendmail", "b@x", "a@y", TRUE, "exit 0", "[-i][-f][b@x][-N][failure,delay][--][a@y]", "sendmail: exit 0",
         TRANSPORT_SENT},
        {"exim4", "b@x", "a@y", TRUE, "exit 0", "[-i][-f][b@x][--][a@y]", "sendmail: exit 0", TRANSPORT_SENT},
        {"sendmail", "", "-oQ/tmp", FALSE, "exit 0", "[-i][-f][<>][--][-oQ/tmp]", "sendmail: exit 0", TRANSPORT_SENT},
        {"sendmail", "b@x", "a@y;id|$(id)", FALSE, "exit 0", "[-i][-f][b@x][--][a@y;id|$(id)]", "sendmail: exit 0",
         TRANSPORT_SENT},
        {"sendmail", "b@x", "a@y", FALSE, "printf 'no such\\033 user\\nmore'; exit 67", "[-i][-f][b@x][--][a@y]", "no such  user",
         TRANSPORT_RECIPIENT_FAILED},
        {"sendmail", "b@x", "a@y", FALSE, "exit 68", "[-i][-f][b@x][--][a@y]", "sendmail: exit 68", TRANSPORT_RECIPIENT_FAILED},
        {"sendmail", "b@x", "a@y", FALSE, "echo queue full >&2; exit 75", "[-i][-f][b@x][--][a@y]", "queue full", TRANSPORT_DOWN},
        {"sendmail", "b@x", "a@y", FALSE, "exit 64", "[-i][-f][b@x][--][a@y]", "sendmail: exit 64", TRANSPORT_DOWN},
        {"sendmail", "b@x", "a@y", FALSE, "exit 1", "[-i][-f][b@x][--][a@y]", "sendmail: exit 1", TRANSPORT_DOWN},
        {"sendmail", "b@x", "a@y", FALSE, "kill -9 $$", "[-i][-f][b@x][--][a@y]", "sendmail: signal 9", TRANSPORT_DOWN},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *program = make_program(rows[i].name, rows[i].then), *reply = NULL;
        TransportOptions options = {.method = TRANSPORT_SENDMAIL, .sendmail = program};
        TransportMail mail = mail_to(rows[i].recipient);
        mail.sender = rows[i].sender;
        mail.want_dsn = rows[i].dsn;
        assert_int_equal(send_by(&options, &mail, &reply), rows[i].want);
        g_autofree char *argv = content("argv"), *input = content("stdin");
        assert_string_equal(argv, rows[i].want_argv);
        assert_string_equal(input, "Subject: x\n\none\n.two\nbare\rcr\n");
        assert_string_equal(reply, rows[i].want_reply);
    }
    g_autofree char *reply = NULL;
    TransportOptions options = {.method = TRANSPORT_SENDMAIL, .sendmail = "/nonexistent/sendmail"};
    TransportMail mail = mail_to("a@y");
    assert_int_equal(send_by(&options, &mail, &reply), TRANSPORT_DOWN);
    assert_string_equal(reply, "run '/nonexistent/sendmail': No such file or directory");
}

/* More in and out than pipes hold, and a program that reads nothing. */
static void test_sendmail_bulk(void **state)
{
    (void)state;
    g_autofree char *deaf = in_directory("deaf"), *reply = NULL, *body = g_strnfill(1 << 20, 'x');
    assert_true(g_file_set_contents(deaf, "#!/bin/sh\nyes | head -c 1000000\nexit 0\n", -1, NULL));
    assert_int_equal(chmod(deaf, 0755), 0);
    TransportOptions options = {.method = TRANSPORT_SENDMAIL, .sendmail = deaf};
    TransportMail mail = mail_to("a@y");
    mail.bytes = body;
    mail.length = strlen(body);
    assert_int_equal(send_by(&options, &mail, &reply), TRANSPORT_SENT);
    assert_string_equal(reply, "y");
}

static void test_no_server(void **state)
{
    (void)state;
    static const struct {
        const char *recipient;
        TransportResult want;
        const char *want_reply;
    } rows[] = {
        {"a@y.example", TRANSPORT_DOWN, "connect '127.0.0.1:1': Connection refused"},
        {"caf\xc3\xa9@y.example", TRANSPORT_RECIPIENT_FAILED, "address 'caf\xc3\xa9@y.example' needs SMTPUTF8"},
    };
    TransportOptions options = {.method = TRANSPORT_SMTP, .host = "127.0.0.1", .port = 1, .tls = TRANSPORT_TLS_OFF};
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *reply = NULL;
        TransportMail mail = mail_to(rows[i].recipient);
        assert_int_equal(send_by(&options, &mail, &reply), rows[i].want);
        assert_string_equal(reply, rows[i].want_reply);
    }
}

static void test_authorities_missing(void **state)
{
    (void)state;
    g_autoptr(GError) err = NULL;
    assert_null(tls_open(0, "localhost", "/nonexistent/ca.pem", &err));
    assert_int_equal(err->code, ERROR_CONFIG);
}

static int make_directory(void **state)
{
    (void)state;
    directory = g_dir_make_tmp("escalate-transport-XXXXXX", NULL);
    return directory != NULL ? 0 : -1;
}

static int remove_directory(void **state)
{
    (void)state;
    GDir *d = g_dir_open(directory, 0, NULL);
    for (const char *name; (name = g_dir_read_name(d)) != NULL;) {
        g_autofree char *path = in_directory(name);
        g_unlink(path);
    }
    g_dir_close(d);
    g_rmdir(directory);
    g_free(directory);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_codes),
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_directory),
        cmocka_unit_test(test_sendmail),
        cmocka_unit_test(test_sendmail_bulk),
        cmocka_unit_test(test_no_server),
        cmocka_unit_test(test_authorities_missing),
    };
    return cmocka_run_group_tests_name("transport", tests, make_directory, remove_directory);
}
