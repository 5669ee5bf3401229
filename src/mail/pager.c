/* pager: no shell, and of this process's environment nothing: what a program sees is the same whoever started escalated. */
#include "mail/pager.h"

#include <sys/wait.h>
#include <sysexits.h>

#include "base/program.h"

#include "base/banned.h"

static TransportResult judge(const ProgramEnd *end)
{
    if (end->is_timeout || !WIFEXITED(end->status))
        return TRANSPORT_RECIPIENT_FAILED;
    switch (WEXITSTATUS(end->status)) {
    case EX_OK:
        return TRANSPORT_SENT;
    case EX_TEMPFAIL:
        return TRANSPORT_RECIPIENT_LATER;
    default:
        return TRANSPORT_RECIPIENT_FAILED;
    }
}

TransportResult pager_run(const PagerCall *call, char **ret_reply)
{
    static const char *const environment[] = {"PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8", NULL};
    ProgramCall run = {.argv = call->argv, .environment = environment, .input = call->bytes, .length = call->length, .seconds = call->seconds};
    ProgramEnd end;
    g_autoptr(GError) err = NULL;
    if (!program_run(&run, &end, &err)) {
        *ret_reply = g_strdup(err->message);
        return TRANSPORT_RECIPIENT_FAILED;
    }
    g_autofree char *how = end.is_timeout ? g_strdup_printf("no end within %d s", (int)call->seconds) : program_status_text(end.status);
    g_autofree char *words = end.words;
    *ret_reply = *words == '\0' ? g_strdup(how) : g_strdup_printf("%s: %s", how, words);
    return judge(&end);
}
