/* Fuzzes rules/kind with what stands behind it (bounce, dsn, ses, autoreply, returndate): the input is a subject, a text, and
 * between lines "--" the fields of a delivery report and the head of the mail that came back. */
#include <string.h>

#include "tests/fuzz/fuzz.h"

#include "rules/dsn.h"
#include "rules/kind.h"

#include "base/banned.h"

#define DIAGNOSTIC_MAX 500
static KindWords *words;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    words = words_kind_new();
    return 0;
}

static void check_line(const char *text, gsize max)
{
    FUZZ_PROMISE(fuzz_is_text(text) && strlen(text) <= max);
    for (; *text != '\0'; text++)
        FUZZ_PROMISE((unsigned char)*text >= ' ' || *text == '\t');
}

static void check_verdict(const Letter *l, gboolean null_sender)
{
    g_autoptr(KindVerdict) v = kind_decide(l, null_sender, words);
    Kind again;
    FUZZ_PROMISE(kind_from_name(kind_name(v->kind), &again) && again == v->kind);
    FUZZ_PROMISE(v->recipients->len <= DSN_RECIPIENTS_MAX && (v->kind == KIND_BOUNCE || v->recipients->len == 0));
    for (guint i = 0; i < v->recipients->len; i++) {
        const KindRecipient *r = g_ptr_array_index(v->recipients, i);
        check_line(r->address, 1000);
        check_line(r->action, 1000);
        check_line(r->status, 20);
        check_line(r->diagnostic, DIAGNOSTIC_MAX);
    }
    for (guint i = 0; i < v->evidence->len; i++)
        FUZZ_PROMISE(fuzz_is_text(v->evidence->pdata[i]));
    FUZZ_PROMISE(v->until == NULL || strlen(v->until) == strlen("2026-12-05"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const from[] = {"MAILER-DAEMON@mx.example", "postmaster@mx.example", "kim@acme.example", "no-reply@sns.amazonaws.com"};
    g_autofree char *input = fuzz_text(data, size);
    g_auto(GStrv) parts = g_strsplit(input, "\n--\n", 3);
    guint n = g_strv_length(parts);
    g_autoptr(Letter) l = letter_new();
    const char *text = n > 0 ? parts[0] : "", *body = strchr(text, '\n');
    g_free(l->subject);
    l->subject = g_strndup(text, body != NULL ? (gsize)(body - text) : strlen(text));
    g_free(l->text);
    l->text = g_strdup(body != NULL ? body + 1 : "");
    letter_add_address(l->from, "", from[size % G_N_ELEMENTS(from)]);
    letter_add_header(l->headers, "From", from[size % G_N_ELEMENTS(from)]);
    if (n > 1)
        l->delivery_status = g_strdup(parts[1]);
    if (n > 2)
        l->returned_text = g_strdup(parts[2]);
    l->date = size % 3 == 0 ? INSTANT_NONE : 1795597200;
    check_verdict(l, FALSE);
    check_verdict(l, TRUE);
    g_autofree char *status = dsn_status(text, DSN_ANY), *line = dsn_one_line(text);
    check_line(line, DIAGNOSTIC_MAX);
    FUZZ_PROMISE(status == NULL || fuzz_is_text(status));
    return 0;
}
