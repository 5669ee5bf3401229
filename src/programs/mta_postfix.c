/* mta_postfix: what postconf(1) says, against filters/postfix. What cannot be seen in it is said, and never guessed. */
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>

#include "rules/postconf.h"

#include "programs/mta.h"

#include "base/banned.h"

#define FILTER_GIVES_UP ((Seconds)300)       /* escalate-filter(8) */
#define POSTFIX_WATCHDOG ((Seconds)5 * 3600) /* daemon_timeout */

/* The output of a program of Postfix, without the last line end; NULL: it is not there, failed, or says nothing. They lie where the PATH of a
 * user does not look. */
static char *output_of(const char *program, const char *a, const char *b, const char *c)
{
    g_autofree char *found = g_find_program_in_path(program), *path = found != NULL ? g_strdup(found) : g_build_filename("/usr/sbin", program, NULL);
    const char *argv[] = {path, a, b, c, NULL};
    g_autofree char *out = NULL;
    int status = 0;
    if (!g_spawn_sync("/", (char **)argv, NULL, G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &out, NULL, &status, NULL) || status != 0)
        return NULL;
    return g_strdup(g_strchomp(out));
}

static char *looked_up(const char *key, const char *table) { return output_of("postmap", "-q", key, table); }

static const char *setting(GHashTable *settings, const char *name, const char *otherwise)
{
    const char *value = g_hash_table_lookup(settings, name);
    return value != NULL ? value : otherwise;
}

/* ---- addresses ---- */

static void check_delimiter(Mta *m, GHashTable *settings)
{
    const char *delimiter = setting(settings, "recipient_delimiter", "");
    g_autofree char *what = g_strdup_printf("recipient_delimiter is \"%s\"", delimiter);
    if (m->desk->config->token_domain != NULL)
        mta_found(m, MTA_OK, "replies come to the token-domain: no recipient_delimiter is needed", NULL, NULL);
    else if (strchr(delimiter, '+') != NULL)
        mta_found(m, MTA_OK, what, NULL, NULL);
    else
        mta_found(m, MTA_ERROR, what, "+, since replies come to addresses such as support+a12.…", "postconf -e 'recipient_delimiter = +', or set token-domain in escalate.yaml");
}

static gboolean lists_domain(GHashTable *settings, const char *domain)
{
    static const char *const names[] = {"mydestination", "virtual_mailbox_domains", "relay_domains", "virtual_alias_domains"};
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(GPtrArray) words = postconf_words(setting(settings, names[i], ""));
        for (guint k = 0; k < words->len; k++) {
            const char *word = g_ptr_array_index(words, k);
            gboolean is_table = strchr(word, ':') != NULL;
            g_autofree char *found = is_table ? looked_up(domain, word) : NULL;
            if (g_ascii_strcasecmp(word, domain) == 0 || found != NULL)
                return TRUE;
        }
    }
    return FALSE;
}

/* What transport the address has: by a table of transport_maps, else of the class of its domain. */
static char *transport_of(GHashTable *settings, const char *address, const char *domain)
{
    static const char *const defaults[] = {"virtual_transport", "relay_transport", "local_transport", "mailbox_transport"};
    g_autoptr(GPtrArray) tables = postconf_words(setting(settings, "transport_maps", ""));
    const char *keys[] = {address, domain};
    for (gsize k = 0; k < G_N_ELEMENTS(keys); k++)
        for (guint i = 0; i < tables->len; i++) {
            char *found = looked_up(keys[k], g_ptr_array_index(tables, i));
            if (found != NULL)
                return found;
        }
    for (gsize i = 0; i < G_N_ELEMENTS(defaults); i++) {
        const char *value = setting(settings, defaults[i], NULL);
        if (value != NULL)
            return g_strdup(value);
    }
    return NULL;
}

static char *unbracketed(const char *host)
{
    g_auto(GStrv) parts = g_strsplit_set(host, "[]", -1);
    return g_strjoinv("", parts);
}

/* Whether it leads to where escalated listens: NAME:unix:PATH, NAME:inet:ADDRESS:PORT or NAME:ADDRESS:PORT (lmtp(8)), an address perhaps in brackets. */
static gboolean leads_to_lmtp(const char *transport, const char *listen)
{
    const char *hop = transport != NULL && listen != NULL ? strchr(transport, ':') : NULL;
    if (hop == NULL)
        return FALSE;
    hop++;
    gboolean is_unix = g_str_has_prefix(hop, "unix:");
    if (is_unix != (*listen == '/'))
        return FALSE;
    if (is_unix)
        return strcmp(hop + strlen("unix:"), listen) == 0;
    g_autofree char *there = unbracketed(g_str_has_prefix(hop, "inet:") ? hop + strlen("inet:") : hop), *here = unbracketed(listen);
    return strcmp(there, here) == 0;
}

static void check_route(Mta *m, GHashTable *settings, const GPtrArray *pipes, const char *address, const char *domain)
{
    g_autofree char *transport = transport_of(settings, address, domain), *name = transport != NULL ? g_strndup(transport, strcspn(transport, ":")) : NULL;
    const char *listen = m->desk->config->lmtp.listen;
    gboolean is_ours = leads_to_lmtp(transport, listen);
    for (guint i = 0; i < pipes->len && !is_ours; i++)
        is_ours = g_strcmp0(((PostconfPipe *)g_ptr_array_index(pipes, i))->name, name) == 0;
    g_autofree char *what = g_strdup_printf("mail for %s goes to %s", address, transport != NULL ? transport : "no transport that is set here");
    if (is_ours)
        mta_found(m, MTA_OK, what, NULL, NULL);
    else if (listen != NULL)
        mta_found(m, MTA_ERROR, what, "a transport to where lmtp listens, or one that runs escalate-filter",
                  "add the address or its domain to transport_maps (filters/lmtp/main.cf, filters/postfix/main.cf)");
    else
        mta_found(m, MTA_ERROR, what, "the transport that runs escalate-filter", "add the address or its domain to transport_maps (filters/postfix/main.cf)");
    if (lists_domain(settings, domain))
        return;
    g_autofree char *unseen = g_strdup_printf("%s stands in none of mydestination, virtual_mailbox_domains, relay_domains", domain);
    mta_found(m, MTA_WARNING, unseen, "Postfix accepts mail for it", "add it to one of these, unless something else accepts it");
}

static void check_routes(Mta *m, GHashTable *settings, const GPtrArray *pipes)
{
    const Config *config = m->desk->config;
    if (config->token_domain != NULL) {
        g_autofree char *any = g_strconcat("t1.x@", config->token_domain, NULL);
        check_route(m, settings, pipes, any, config->token_domain);
    }
    for (guint i = 0; i < config->queue_order->len; i++) {
        const ConfigQueue *q = g_ptr_array_index(config->queue_order, i);
        const char *at = strrchr(q->address[0], '@');
        check_route(m, settings, pipes, q->address[0], at != NULL ? at + 1 : q->address[0]);
    }
}

/* ---- the transport ---- */

static gboolean same_file(const char *a, const char *b)
{
    struct stat x, y;
    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static const char *argument(char **argv, const char *option)
{
    for (guint i = 0; argv[i] != NULL; i++)
        if (strcmp(argv[i], option) == 0 && argv[i + 1] != NULL)
            return argv[i + 1];
    return NULL;
}

static void check_user(Mta *m, const PostconfPipe *p)
{
    const struct passwd *pw = p->user != NULL ? getpwnam(p->user) : NULL;
    g_autofree char *what = g_strdup_printf("%s runs the filter as %s", p->name, p->user != NULL ? p->user : "nobody who is named");
    if (pw == NULL)
        mta_found(m, MTA_ERROR, what, "user= with a user that there is", "name escalate's user in master.cf (filters/postfix/master.cf)");
    else if (pw->pw_uid == 0)
        mta_found(m, MTA_ERROR, what, "a user other than root, which pipe(8) refuses", "name escalate's user in master.cf");
    else if (pw->pw_uid == m->owner || config_is_intake_user(m->desk->config, pw->pw_uid))
        mta_found(m, MTA_OK, what, NULL, NULL);
    else
        mta_found(m, MTA_ERROR, what, "a user whose envelope lines count; else the sender of all mail is unknown", "add the user to intake-users in escalate.yaml");
}

static void check_null_sender(Mta *m, const PostconfPipe *p)
{
    g_autofree char *what = p->null_sender == NULL ? g_strdup_printf("%s has no null_sender=", p->name)
                                                   : g_strdup_printf("%s has null_sender=%s", p->name, p->null_sender);
    if (p->null_sender != NULL && *p->null_sender == '\0')
        mta_found(m, MTA_OK, what, NULL, NULL);
    else
        mta_found(m, MTA_ERROR, what, "null_sender= with nothing behind it; else a bounce looks like somebody's mail", "add null_sender= before argv= in master.cf");
}

/* pipe(8) bounces what bears the Delivered-To that "D" adds already: a mail that comes round, or was sent on. */
static void check_flags(Mta *m, const PostconfPipe *p)
{
    g_autofree char *what = p->flags != NULL ? g_strdup_printf("%s has flags=%s", p->name, p->flags) : NULL;
    if (what != NULL && strchr(p->flags, 'D') != NULL)
        mta_found(m, MTA_ERROR, what, "no D: with it pipe(8) bounces a mail that has our Delivered-To already", "take the D out of flags= in master.cf");
}

/* Past its time limit pipe(8) bounces. */
static void check_time_limit(Mta *m, GHashTable *settings, const PostconfPipe *p)
{
    g_autofree char *name = g_strconcat(p->name, "_time_limit", NULL);
    const char *value = setting(settings, name, setting(settings, "command_time_limit", "1000s"));
    Seconds limit = postconf_time(value);
    g_autofree char *what = g_strdup_printf("%s is %s", name, value), *advice = g_strdup_printf("postconf -e '%s = 1d'", name);
    if (limit > POSTFIX_WATCHDOG)
        mta_found(m, MTA_OK, what, NULL, NULL);
    else
        mta_found(m, limit > FILTER_GIVES_UP ? MTA_WARNING : MTA_ERROR, what, "1d: past it mail is bounced, while a disk stalls, say", advice);
}

static void check_recipient_limit(Mta *m, GHashTable *settings, const PostconfPipe *p)
{
    g_autofree char *name = g_strconcat(p->name, "_destination_recipient_limit", NULL), *advice = g_strdup_printf("postconf -e '%s = 1'", name);
    const char *value = setting(settings, name, setting(settings, "default_destination_recipient_limit", "50"));
    g_autofree char *what = g_strdup_printf("%s is %s", name, value);
    if (strcmp(value, "1") == 0)
        mta_found(m, MTA_OK, what, NULL, NULL);
    else
        mta_found(m, MTA_ERROR, what, "1, so that each copy has the one address that it was sent to", advice);
}

static void check_arguments(Mta *m, const PostconfPipe *p)
{
    const char *spool = argument(p->argv, "-d"), *queue = argument(p->argv, "-q"), *sender = argument(p->argv, "-f");
    const char *wanted = m->desk->config->spool;
    g_autofree char *what = g_strdup_printf("%s writes into %s", p->name, spool != NULL ? spool : "the filter's own default spool");
    if (spool != NULL && !same_file(spool, wanted))
        mta_found(m, MTA_ERROR, what, wanted, "put -d and the spool of escalate.yaml into argv=");
    else
        mta_found(m, spool != NULL ? MTA_OK : MTA_WARNING, what, spool != NULL ? NULL : wanted, spool != NULL ? NULL : "put -d and the spool of escalate.yaml into argv=");
    if (queue != NULL && desk_queue(m->desk, queue) == NULL) {
        g_autofree char *unknown = g_strdup_printf("%s passes -q %s", p->name, queue);
        mta_found(m, MTA_ERROR, unknown, "a queue of escalate.yaml", "name one, or leave -q out: then recipient, To and Cc decide");
    }
    if (sender == NULL || strcmp(sender, "${sender}") != 0 || !g_strv_contains((const char *const *)p->argv, "${recipient}"))
        mta_found(m, MTA_ERROR, "the filter is not told the envelope", "-f ${sender} -- ${recipient}", "take argv= from filters/postfix/master.cf");
    else
        mta_found(m, MTA_OK, "the filter is told sender and recipient", NULL, NULL);
}

static void check_pipe(Mta *m, GHashTable *settings, const PostconfPipe *p)
{
    check_user(m, p);
    check_null_sender(m, p);
    check_flags(m, p);
    check_time_limit(m, settings, p);
    check_recipient_limit(m, settings, p);
    check_arguments(m, p);
    mta_filter(m, p->argv[0]);
}

/* Those that run the filter stay. */
static void only_ours(GPtrArray *pipes)
{
    for (guint i = pipes->len; i-- > 0;) {
        const PostconfPipe *p = g_ptr_array_index(pipes, i);
        g_autofree char *name = p->argv[0] != NULL ? g_path_get_basename(p->argv[0]) : NULL;
        if (g_strcmp0(name, "escalate-filter") != 0)
            g_ptr_array_remove_index(pipes, i);
    }
}

void mta_postfix(Mta *m)
{
    g_autofree char *main_text = output_of("postconf", "-n", NULL, NULL), *master_text = output_of("postconf", "-M", NULL, NULL);
    if (main_text == NULL || master_text == NULL) {
        mta_found(m, MTA_WARNING, "postconf is not there, or does not run: nothing is known of Postfix", "Postfix, with postconf in PATH or /usr/sbin",
                  "run this where Postfix is; for another mail server see escalate-filter(8)");
        return;
    }
    g_autoptr(GHashTable) settings = postconf_settings(main_text);
    g_autoptr(GPtrArray) pipes = postconf_pipes(master_text);
    only_ours(pipes);
    check_delimiter(m, settings);
    if (pipes->len == 0 && m->desk->config->lmtp.listen == NULL) {
        mta_found(m, MTA_ERROR, "no service of master.cf runs escalate-filter by pipe(8)", "one such transport", "append filters/postfix/master.cf, filled in");
        return;
    }
    for (guint i = 0; i < pipes->len; i++)
        check_pipe(m, settings, g_ptr_array_index(pipes, i));
    check_routes(m, settings, pipes);
}
