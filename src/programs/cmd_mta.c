/* cmd_mta: `escalate check --mta`: whether the mail server's side works: its configuration, the spool's directories, the keys, the filter; and
 * with --send a mail that must come in. It changes nothing, but for that mail. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

#include "mail/transport.h"

#include "flows/probe.h"

#include "programs/cmd.h"
#include "programs/mta.h"

#include "base/banned.h"

#define WAIT 30 /* seconds for a mail to come in */
#define LOOK_EVERY ((gulong)100000) /* microseconds */

/* ---- a mail ---- */

static void report_arrival(Mta *m, const char *recipient, ProbePlace place, const char *name, gboolean kept)
{
    g_autofree char *what = place == PROBE_TAKEN_IN ? g_strdup_printf("the mail to %s came in, and escalated took it", recipient)
                                                    : g_strdup_printf("the mail to %s came in: incoming/%s", recipient, name);
    mta_found(m, MTA_OK, what, NULL, NULL);
    if (place == PROBE_INCOMING && !kept)
        mta_found(m, MTA_ERROR, "its envelope has not the recipient that it was sent to", recipient, "pass ${recipient}, and rewrite no address on the way");
}

static gboolean wait_for(Desk *d, Mta *m, const OutboxRow *probe, int seconds, GError **err)
{
    gint64 until = instant_monotonic_us() + (gint64)seconds * G_USEC_PER_SEC;
    for (;;) {
        ProbePlace place;
        g_autofree char *name = NULL;
        gboolean kept = TRUE;
        if (!probe_find(d, probe, &place, &name, &kept, err))
            return FALSE;
        if (place != PROBE_NOWHERE) {
            report_arrival(m, probe->recipient, place, name, kept);
            return TRUE;
        }
        if (instant_monotonic_us() >= until)
            break;
        g_usleep(LOOK_EVERY);
    }
    g_autofree char *what = g_strdup_printf("the mail to %s did not come in within %d s", probe->recipient, seconds);
    mta_found(m, MTA_ERROR, what, "a file in the spool's incoming", "look into the mail server's log and queue (mailq)");
    return TRUE;
}

static gboolean send_probe(Desk *d, Mta *m, const char *address, int seconds, GError **err)
{
    const ConfigQueue *queue = config_queue_by_address(d->config, address);
    g_autoptr(OutboxRow) row = NULL;
    g_autofree char *reply = NULL;
    gsize n;
    if (queue == NULL)
        return error_set(err, ERROR_NOTFOUND, "'%s': no queue has that address", address);
    if (!probe_write(d, queue, &row, err))
        return FALSE;
    const char *bytes = g_bytes_get_data(row->bytes, &n);
    const TransportOptions options = {.method = TRANSPORT_SENDMAIL, .sendmail = d->config->delivery.sendmail};
    TransportMail mail = {.sender = row->sender, .recipient = row->recipient, .name = "probe", .bytes = bytes, .length = n};
    Transport *t = transport_open(&options);
    TransportResult result = transport_send(t, &mail, &reply);
    transport_close(t);
    if (result == TRANSPORT_SENT)
        return wait_for(d, m, row, seconds, err);
    g_autofree char *what = g_strdup_printf("%s did not take the mail: %s", options.sendmail != NULL ? options.sendmail : "sendmail", reply);
    mta_found(m, MTA_ERROR, what, "exit 0", "try it by hand, and look into the mail server's log");
    return TRUE;
}

/* ---- the command ---- */

static int run(CommandContext *ctx, const char *send, int seconds)
{
    g_autoptr(GError) err = NULL;
    int status = 0;
    struct stat st;
    Desk *d = send != NULL ? cmd_store(ctx, &status) : cmd_desk(ctx, &status);
    if (d == NULL)
        return status;
    Mta m = {.desk = d, .json = cmd_json(ctx), .owner = stat(d->config->database, &st) == 0 || stat(d->config->spool, &st) == 0 ? st.st_uid : geteuid()};
    mta_postfix(&m);
    mta_files(&m);
    if (send != NULL && !send_probe(d, &m, send, seconds, &err))
        return cmd_fail(err);
    return m.errors > 0 ? 1 : 0;
}

int cmd_mta(int argc, char **argv, CommandContext *ctx)
{
    static const struct option options[] = {{"mta", no_argument, NULL, 'm'}, {"send", required_argument, NULL, 's'}, {"wait", required_argument, NULL, 'w'}, {NULL, 0, NULL, 0}};
    const char *send = NULL;
    gint64 seconds = WAIT;
    int option;
    while ((option = getopt_long(argc, argv, "+", options, NULL)) != -1) {
        if (option == 's')
            send = optarg;
        else if (option == 'w')
            seconds = g_ascii_strtoll(optarg, NULL, 10);
        else if (option != 'm')
            return cmd_usage(argv[0]);
    }
    return optind != argc || seconds < 1 || seconds > 3600 ? cmd_usage(argv[0]) : run(ctx, send, (int)seconds);
}
