/* Fuzzes rules/authres and rules/received: a line with the address, then a header field a line. Whatever a sender writes below the
 * field of the server that is trusted, or in fields of other servers, must change nothing. */
#include <string.h>

#include "tests/fuzz/fuzz.h"

#include "rules/authres.h"
#include "rules/letter.h"
#include "rules/received.h"

#include "base/banned.h"

#define TRUSTED "mx.tiny.example"
static char *const trusted[] = {(char *)TRUSTED, NULL};
static char *const internal[] = {(char *)"192.0.2.0/24", (char *)"2001:db8::/32", (char *)"submission", NULL};

static AuthresVerdict verdict(GPtrArray *fields, const char *from) { return authres_verdict(fields, trusted, from, FALSE); }

static void check_authres(char **lines)
{
    const char *from = lines[0] != NULL ? lines[0] : "";
    g_autoptr(GPtrArray) fields = g_ptr_array_new();
    for (guint i = 1; lines[0] != NULL && lines[i] != NULL && i < 20; i++)
        g_ptr_array_add(fields, lines[i]);
    AuthresVerdict plain = verdict(fields, from), doubtful = authres_verdict(fields, trusted, from, TRUE);
    FUZZ_PROMISE(doubtful == plain || plain == AUTHRES_PASS);
    FUZZ_PROMISE(authres_verdict(fields, NULL, from, FALSE) == AUTHRES_NONE);
    g_ptr_array_insert(fields, 0, (void *)"mx.evil.example; dmarc=pass header.from=tiny.example; spf=pass smtp.mailfrom=tiny.example");
    FUZZ_PROMISE(verdict(fields, from) == plain);
    g_ptr_array_insert(fields, 0, (void *)(TRUSTED "; none"));
    FUZZ_PROMISE(verdict(fields, from) == AUTHRES_NONE);
}

/* A result that the sender smuggles into a value of the server's field: the words of an address stay within their quotes. */
static void check_quoted(const char *line)
{
    g_autoptr(GString) field = g_string_new(TRUSTED "; spf=neutral smtp.mailfrom=\"");
    g_autoptr(GPtrArray) fields = g_ptr_array_new();
    for (const char *p = line; *p != '\0'; p++)
        if (*p == '"' || *p == '\\')
            g_string_append_printf(field, "\\%c", *p);
        else
            g_string_append_c(field, *p);
    g_string_append_c(field, '"');
    g_ptr_array_add(fields, field->str);
    FUZZ_PROMISE(verdict(fields, "bo@tiny.example") == AUTHRES_NONE);
}

/* The lines are Received fields, the topmost first. */
static void check_received(char **lines)
{
    g_autoptr(GPtrArray) headers = letter_new_headers();
    g_autofree char *why = NULL;
    for (guint i = 0; lines[i] != NULL; i++)
        letter_add_header(headers, "Received", lines[i]);
    FUZZ_PROMISE(received_is_internal(headers, internal, &why) == (why != NULL));
    FUZZ_PROMISE(why == NULL || fuzz_is_text(why));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = fuzz_text(data, size);
    g_auto(GStrv) lines = g_strsplit(text, "\n", 40);
    check_authres(lines);
    for (guint i = 0; lines[i] != NULL && i < 4; i++) {
        check_quoted(lines[i]);
        check_received(lines + i);
        received_is_internal_word(lines[i]);
    }
    return 0;
}
