/* escalated: the daemon: its command line, and which processes it has. --once runs rounds in this one until a whole one does nothing. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/sdnotify.h"

#include "programs/coreloop.h"
#include "programs/lmtp_worker.h"
#include "programs/supervise.h"
#include "programs/watch.h"

#include "config.h"

#include "base/banned.h"

typedef struct {
    const char *config;
    gboolean foreground, once;
    Instant now; /* INSTANT_NONE: the system's */
} Options;

/* ---- --once ---- */

static int once(const Options *o)
{
    int status;
    Core *c = coreloop_start(o->config, o->now, &status);
    g_autoptr(GError) err = NULL;
    guint did = 1;
    if (c == NULL)
        return status == SUPERVISE_TAKEN ? 75 : status;
    for (int round = 0; did > 0; round++) {
        if (round == LIMIT_ROUNDS) {
            log_event(LOGGING_ERROR, "event=busy reason=\"%d rounds, and the last still did %u things\"", LIMIT_ROUNDS, did);
            core_free(c);
            return 75;
        }
        if (!core_round(c, o->now != INSTANT_NONE ? o->now : instant_now(), TRUE, &did, &err)) {
            log_error("round", err);
            core_free(c);
            return error_exit_status(err);
        }
    }
    core_free(c);
    return 0;
}

/* ---- the daemon ---- */

static int run_core(gpointer data) { return coreloop_run(((const Options *)data)->config); }

static int run_watch(gpointer data) { return watch_run(((const Options *)data)->config); }
static int run_lmtp(gpointer data) { return lmtp_worker_run(((const Options *)data)->config); }

static const SuperviseChild children[] = {
    {.name = "core", .run = run_core, .is_core = TRUE},
    {.name = "watch", .run = run_watch},
    {.name = "lmtp", .run = run_lmtp},
};

int main(int argc, char **argv)
{
    static const struct option options[] = {{"config", required_argument, NULL, 'c'}, {"once", no_argument, NULL, 'o'},
                                            {"now", required_argument, NULL, 'n'},    {"version", no_argument, NULL, 'V'},
                                            {NULL, 0, NULL, 0}};
    Options o = {.config = ESCALATE_CONFIG, .now = INSTANT_NONE};
    g_autoptr(GError) err = NULL;
    int option;
    while ((option = getopt_long(argc, argv, "c:f", options, NULL)) != -1) {
        if (option == 'c') {
            o.config = optarg;
        } else if (option == 'f') {
            o.foreground = TRUE;
        } else if (option == 'o') {
            o.once = TRUE;
        } else if (option == 'V') {
            return puts("escalated " PACKAGE_VERSION) < 0;
        } else if (option != 'n' || !instant_parse(optarg, &o.now, &err)) {
            fprintf(stderr, "%s\nusage: escalated [-c CONF] [-f] [--once] [--now TIME]\n", err != NULL ? err->message : "escalated: wrong option");
            return 2;
        }
    }
    if (optind < argc || (o.now != INSTANT_NONE && !o.once)) {
        fputs("usage: escalated [-c CONF] [-f] [--once [--now TIME]]\n", stderr);
        return 2;
    }
    log_open("escalated", !o.foreground && !o.once);
    sdnotify_open();
    umask(027);
    signal(SIGPIPE, SIG_IGN);
    if (o.once)
        return once(&o);
    if (!o.foreground && daemon(1, 0) != 0) {
        fprintf(stderr, "escalated: daemon: %s\n", g_strerror(errno));
        return 75;
    }
    return supervise(children, G_N_ELEMENTS(children), &o);
}
