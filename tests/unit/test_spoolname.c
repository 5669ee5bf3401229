/* Names of message files and their envelope: what is written reads back, what is foreign is refused and left as it was. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/spoolname.h"

#include "base/banned.h"

#define E "X-Escalate-Envelope-"
#define ARRAY_LENGTH(a) (sizeof(a) / sizeof((a)[0]))

static void test_make(void **state)
{
    (void)state;
    static const struct {
        const char *label, *host, *want;
    } rows[] = {
        {"plain", "mx1", "1795388483.000042-77-3-18446744073709551615.mx1"},
        {"dots", "mx1.example.org", "1795388483.000042-77-3-18446744073709551615.mx1.example.org"},
        {"slash and controls", "a/b\n\x7f", "1795388483.000042-77-3-18446744073709551615.a_b__"},
        {"no host", "", "1795388483.000042-77-3-18446744073709551615.localhost"},
        {"NULL host", NULL, "1795388483.000042-77-3-18446744073709551615.localhost"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        char name[SPOOLNAME_MAX];
        print_message("%s\n", rows[i].label);
        assert_int_equal(spoolname_make(name, 1795388483, 42, 77, 3, UINT64_MAX, rows[i].host), 0);
        assert_string_equal(name, rows[i].want);
        assert_true(spoolname_is_valid(name));
        assert_int_equal(spoolname_seconds(name), 1795388483);
    }
}

static void test_make_does_not_fit(void **state)
{
    (void)state;
    char name[SPOOLNAME_MAX], host[SPOOLNAME_MAX + 1];
    memset(host, 'h', sizeof host - 1);
    host[sizeof host - 1] = '\0';
    assert_int_equal(spoolname_make(name, 1, 2, 3, 4, 5, host), -1);
    host[SPOOLNAME_MAX - strlen("1.000002-3-4-5.") - 1] = '\0';
    assert_int_equal(spoolname_make(name, 1, 2, 3, 4, 5, host), 0);
    assert_int_equal(strlen(name), SPOOLNAME_MAX - 1);
    assert_true(spoolname_is_valid(name));
}

static void test_valid(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int64_t want;
    } rows[] = {
        {"1795388483.511259-11675-0-10953303.vm", 1795388483},
        {"0.000000-1-0-0.h", 0},
        {"253402300799.999999-1-0-0.h", 253402300799},
        {"1795388483.5-1-0-9.h", 1795388483}, /* made by hand */
        {"", -1},
        {".", -1},
        {"..", -1},
        {".hidden", -1},
        {"mail.eml", -1},
        {"1795388483", -1},
        {"1795388483.511259", -1},
        {"1795388483.511259-11675-0-10953303", -1},
        {"1795388483.511259-11675-0-10953303.", -1},
        {"1795388483.5112590-11675-0-10953303.vm", -1},
        {"9999999999999.5-1-0-9.h", -1},
        {"-1.5-1-0-9.h", -1},
        {"1.5--1-0-9.h", -1},
        {"1.5-1-0-9.h/x", -1},
        {"1.5-1-0-9.h\n", -1},
        {"1.5-1-0-999999999999999999999.h", -1},
        {" 1.5-1-0-9.h", -1},
        {"+1.5-1-0-9.h", -1},
        {"1.5-1-9.h", -1},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        print_message("'%s'\n", rows[i].name);
        assert_int_equal(spoolname_seconds(rows[i].name), rows[i].want);
        assert_int_equal(spoolname_is_valid(rows[i].name), rows[i].want >= 0);
    }
}

static void test_valid_is_bounded(void **state)
{
    (void)state;
    char name[2 * SPOOLNAME_MAX] = "1.5-1-0-9.";
    memset(name + strlen(name), 'h', sizeof name - strlen(name) - 1);
    name[sizeof name - 1] = '\0';
    assert_false(spoolname_is_valid(name));
}

static void test_line(void **state)
{
    (void)state;
    static const struct {
        const char *label, *field, *value, *want;
    } rows[] = {
        {"plain", "Sender", "bo@example.net", E "Sender: bo@example.net\n"},
        {"null sender", "Sender", "", E "Sender: \n"},
        {"line ends", "Recipient", "a\r\nX-Escalate-Envelope-End: 1\n", E "Recipient: a??X-Escalate-Envelope-End: 1?\n"},
        {"controls", "Queue", "a\tb\x01\x7f", E "Queue: a?b??\n"},
        {"8-bit", "Sender", "j\xc3\xb8rn@example.net", E "Sender: j\xc3\xb8rn@example.net\n"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        char out[128];
        print_message("%s\n", rows[i].label);
        assert_int_equal(spoolname_envelope_line(out, sizeof out, rows[i].field, rows[i].value), strlen(rows[i].want));
        assert_string_equal(out, rows[i].want);
        assert_int_equal(spoolname_envelope_line(out, strlen(rows[i].want), rows[i].field, rows[i].value), -1);
    }
}

/* The file's bytes in a block of exactly their length, so that a sanitizer sees a read beyond. */
static char *exact(const char *bytes, size_t length)
{
    char *copy = malloc(length > 0 ? length : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, length);
    return copy;
}

static void test_read(void **state)
{
    (void)state;
    static const char file[] = E "Received-At: 2026-11-22T23:01:23.511259Z\n" E "Sender: bo@example.net\n"
        E "Recipient: support+t1.abc@example.org\n" E "Recipient:  two \n" E "Later: thing\n"
        E "Queue: support\n" E "Uid: 65534\n" E "End: 1\n" E "Sender: forged@example.net\n\nbody";
    char *bytes = exact(file, sizeof file - 1);
    SpoolEnvelope e;
    const char *fault = NULL;
    assert_int_equal(spoolname_envelope_read(bytes, sizeof file - 1, &e, &fault), 0);
    assert_null(fault);
    assert_int_equal(e.received_at, 1795388483);
    assert_string_equal(e.sender, "bo@example.net");
    assert_string_equal(e.queue, "support");
    assert_int_equal(e.uid, 65534);
    assert_int_equal(e.recipient_count, 2);
    assert_string_equal(e.recipients[0], "support+t1.abc@example.org");
    assert_string_equal(e.recipients[1], " two ");
    assert_memory_equal(bytes + e.mail_offset, E "Sender: forged@example.net\n\nbody", sizeof file - 1 - e.mail_offset);
    free(bytes);
}

static void test_read_times(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t want; /* -1: refused */
    } rows[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"2024-02-29T12:00:00.999999Z", 1709208000},
        {"2000-02-29T00:00:00Z", 951782400},
        {"9999-12-31T23:59:59Z", 253402300799},
        {"2016-12-31T23:59:60Z", 1483228799},
        {"2023-02-29T12:00:00Z", -1},
        {"2100-02-29T12:00:00Z", -1},
        {"2026-13-01T00:00:00Z", -1},
        {"2026-00-01T00:00:00Z", -1},
        {"2026-11-31T00:00:00Z", -1},
        {"2026-11-22T24:00:00Z", -1},
        {"2026-11-22T10:00:00+01:00", -1},
        {"2026-11-22T10:00:00", -1},
        {"2026-11-22 10:00:00Z", -1},
        {"1969-12-31T23:59:59Z", -1},
        {"2026-11-22T10:00:00Zx", -1},
        {"2026-11-2", -1},
        {"", -1},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        char file[128];
        SpoolEnvelope e;
        const char *fault = NULL;
        int length = snprintf(file, sizeof file, E "Received-At: %s\n" E "End: 1\n", rows[i].text);
        print_message("'%s'\n", rows[i].text);
        assert_int_equal(spoolname_envelope_read(file, (size_t)length, &e, &fault), rows[i].want < 0 ? -1 : 0);
        assert_int_equal(e.received_at, rows[i].want);
    }
}

static void test_read_least(void **state)
{
    (void)state;
    char file[] = E "End: 1\n";
    SpoolEnvelope e;
    const char *fault = NULL;
    assert_int_equal(spoolname_envelope_read(file, sizeof file - 1, &e, &fault), 0);
    assert_int_equal(e.received_at, -1);
    assert_null(e.sender);
    assert_null(e.queue);
    assert_int_equal(e.uid, -1);
    assert_int_equal(e.recipient_count, 0);
    assert_int_equal(e.mail_offset, sizeof file - 1);
}

static void test_read_null_sender(void **state)
{
    (void)state;
    char file[] = E "Sender: \n" E "End: 1\nmail";
    SpoolEnvelope e;
    const char *fault = NULL;
    assert_int_equal(spoolname_envelope_read(file, sizeof file - 1, &e, &fault), 0);
    assert_non_null(e.sender);
    assert_string_equal(e.sender, "");
}

#define ROW(label, text, want) {label, text, sizeof text - 1, want}

static void test_read_refuses(void **state)
{
    (void)state;
    static const struct {
        const char *label, *text;
        size_t length;
        const char *want_error;
    } rows[] = {
        ROW("empty", "", "envelope without an End line"),
        ROW("a bare mail", "Subject: x\n\nhello\n", "no envelope line where one is expected"),
        ROW("no End", E "Sender: a\n", "envelope without an End line"),
        ROW("cut in a line", E "Sender: a\n" E "End: 1", "envelope cut off"),
        ROW("a mail after no End", E "Sender: a\nSubject: x\n\n" E "End: 1\n", "no envelope line where one is expected"),
        ROW("other version", E "Sender: a\n" E "End: 2\n", "envelope of an unknown version"),
        ROW("longer version", E "End: 11\n", "envelope of an unknown version"),
        ROW("empty version", E "End: \n", "envelope of an unknown version"),
        ROW("no space", E "Sender:a\n" E "End: 1\n", "envelope line without ': '"),
        ROW("no colon", E "Sender\n" E "End: 1\n", "envelope line without ': '"),
        ROW("NUL", E "Sender: a\0b\n" E "End: 1\n", "control character in an envelope line"),
        ROW("CR", E "Sender: a\r\n" E "End: 1\r\n", "control character in an envelope line"),
        ROW("two senders", E "Sender: a\n" E "Sender: b\n" E "End: 1\n", "envelope line Sender given twice"),
        ROW("two queues", E "Queue: a\n" E "Queue: b\n" E "End: 1\n", "envelope line Queue given twice"),
        ROW("two uids", E "Uid: 1\n" E "Uid: 1\n" E "End: 1\n", "envelope line Uid given twice"),
        ROW("two times", E "Received-At: 2026-11-22T10:00:00Z\n" E "Received-At: 2026-11-22T10:00:00Z\n" E "End: 1\n",
            "envelope line Received-At given twice"),
        ROW("uid", E "Uid: root\n" E "End: 1\n", "envelope line Uid: expected a number"),
        ROW("uid too large", E "Uid: 4294967296\n" E "End: 1\n", "envelope line Uid: expected a number"),
        ROW("time", E "Received-At: now\n" E "End: 1\n", "envelope line Received-At: expected RFC 3339 in UTC"),
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        char *bytes = exact(rows[i].text, rows[i].length);
        SpoolEnvelope e;
        const char *fault = NULL;
        print_message("%s\n", rows[i].label);
        assert_int_equal(spoolname_envelope_read(bytes, rows[i].length, &e, &fault), -1);
        assert_string_equal(fault, rows[i].want_error);
        assert_memory_equal(bytes, rows[i].text, rows[i].length);
        assert_int_equal(e.mail_offset, 0);
        assert_null(e.sender);
        assert_int_equal(e.received_at, -1);
        assert_int_equal(e.recipient_count, 0);
        free(bytes);
    }
}

/* Every way to cut a good file short before its End is refused, and nothing beyond the length is read. */
static void test_read_cut(void **state)
{
    (void)state;
    static const char file[] = E "Sender: a@b\n" E "Recipient: c@d\n" E "End: 1\n";
    for (size_t length = 0; length < sizeof file - 1; length++) {
        char *bytes = exact(file, length);
        SpoolEnvelope e;
        const char *fault = NULL;
        assert_int_equal(spoolname_envelope_read(bytes, length, &e, &fault), -1);
        assert_memory_equal(bytes, file, length);
        free(bytes);
    }
}

static void test_read_limits(void **state)
{
    (void)state;
    static char file[2 * SPOOLNAME_ENVELOPE_MAX];
    SpoolEnvelope e;
    const char *fault = NULL;
    size_t length = 0;
    for (int i = 0; i < SPOOLNAME_RECIPIENTS_MAX + 20; i++)
        length += (size_t)snprintf(file + length, sizeof file - length, E "Recipient: r%d\n", i);
    length += (size_t)snprintf(file + length, sizeof file - length, E "End: 1\n");
    assert_int_equal(spoolname_envelope_read(file, length, &e, &fault), 0);
    assert_int_equal(e.recipient_count, SPOOLNAME_RECIPIENTS_MAX);
    assert_string_equal(e.recipients[SPOOLNAME_RECIPIENTS_MAX - 1], "r99");
    length = 0;
    while (length <= SPOOLNAME_ENVELOPE_MAX)
        length += (size_t)snprintf(file + length, sizeof file - length, E "Recipient: r\n");
    length += (size_t)snprintf(file + length, sizeof file - length, E "End: 1\n");
    assert_int_equal(spoolname_envelope_read(file, length, &e, &fault), -1);
    assert_string_equal(fault, "envelope too long");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_make),         cmocka_unit_test(test_make_does_not_fit),
        cmocka_unit_test(test_valid),        cmocka_unit_test(test_valid_is_bounded),
        cmocka_unit_test(test_line),         cmocka_unit_test(test_read),
        cmocka_unit_test(test_read_times),   cmocka_unit_test(test_read_least),
        cmocka_unit_test(test_read_refuses), cmocka_unit_test(test_read_null_sender),
        cmocka_unit_test(test_read_cut),     cmocka_unit_test(test_read_limits),
    };
    return cmocka_run_group_tests_name("spoolname", tests, NULL, NULL);
}
