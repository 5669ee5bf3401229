/* sendmail: one process per mail, no shell. */
#include "mail/sendmail.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>

#include "base/program.h"

#include "base/banned.h"

/* Only these say something about the recipient; everything else is the local system's. */
static const struct {
    int status;
    TransportResult result;
} verdicts[] = {
    {EX_OK, TRANSPORT_SENT},
    {EX_NOUSER, TRANSPORT_RECIPIENT_FAILED},
    {EX_NOHOST, TRANSPORT_RECIPIENT_FAILED},
};

TransportResult sendmail_judge(int status)
{
    for (gsize i = 0; WIFEXITED(status) && i < G_N_ELEMENTS(verdicts); i++)
        if (WEXITSTATUS(status) == verdicts[i].status)
            return verdicts[i].result;
    return TRANSPORT_DOWN;
}

/* LF line ends: what sendmail(1) reads. */
static GString *unix_text(const TransportMail *mail)
{
    GString *text = g_string_sized_new(mail->length);
    for (const char *p = mail->bytes, *end = p + mail->length; p < end;) {
        const char *cr = memchr(p, '\r', (gsize)(end - p));
        const char *upto = cr != NULL ? cr : end;
        g_string_append_len(text, p, upto - p);
        if (cr != NULL && (cr + 1 == end || cr[1] != '\n'))
            g_string_append_c(text, '\r');
        p = upto + (cr != NULL);
    }
    return text;
}

/* Exim's -N means "deliver nothing". */
static gboolean knows_dsn(const char *program)
{
    g_autofree char *real = realpath(program, NULL);
    return real == NULL || strstr(real, "exim") == NULL;
}

static TransportResult run(const char *const *argv, const TransportMail *mail, char **ret_reply)
{
    g_autoptr(GString) text = unix_text(mail);
    g_autoptr(GError) err = NULL;
    ProgramCall call = {.argv = argv, .input = text->str, .length = text->len};
    ProgramEnd end;
    if (!program_run(&call, &end, &err)) {
        *ret_reply = g_strdup(err->message);
        return TRANSPORT_DOWN;
    }
    g_autofree char *how = program_status_text(end.status), *words = end.words;
    *ret_reply = *words != '\0' ? g_strdup(words) : g_strdup_printf("sendmail: %s", how);
    return sendmail_judge(end.status);
}

TransportResult sendmail_send(const TransportOptions *options, const TransportMail *mail, char **ret_reply)
{
    const char *program = options->sendmail != NULL ? options->sendmail : "/usr/sbin/sendmail";
    const char *argv[10];
    int n = 0;
    argv[n++] = program;
    argv[n++] = "-i";
    argv[n++] = "-f";
    argv[n++] = *mail->sender != '\0' ? mail->sender : "<>";
    if (mail->want_dsn && knows_dsn(program)) {
        argv[n++] = "-N";
        argv[n++] = "failure,delay";
    }
    argv[n++] = "--";
    argv[n++] = mail->recipient;
    argv[n] = NULL;
    return run(argv, mail, ret_reply);
}
