/* holding: each file is a fact until people were told of it. Where a flood goes to hold it must never be a flood of mails. */
#include "flows/holding.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "rules/phrase.h"
#include "rules/wrap.h"

#include "store/facts.h"

#include "flows/bulletin.h"

#include "base/banned.h"

#define HOUR ((Seconds)3600)
#define FACT "hold:" /* and the file's name; its value is the reason */
#define DUE "due " /* before the number of a row, where a file's name stands else */
#define FACT_TOLD "hold-told"
#define REASON_BYTES 700 /* all addresses of a mail that no queue has, its sender and subject */

gboolean holding_note(Desk *d, const char *name, const char *reason, GError **err)
{
    g_autofree char *fact = g_strconcat(FACT, name, NULL);
    return facts_set_text(d->db, fact, reason, err);
}

gboolean holding_note_due(Desk *d, gint64 due, gint64 ticket, const char *reason, GError **err)
{
    g_autofree char *name = g_strdup_printf(DUE "%" G_GINT64_FORMAT, due);
    g_autofree char *id = g_strdup_printf("%" G_GINT64_FORMAT, ticket), *why = wrap_clip(reason, REASON_BYTES);
    g_autofree char *line = ticket == 0 ? phrase_make("a timer of the desk is put off for an hour: {why}", "why", why, NULL)
                                        : phrase_make("ticket #{ticket}: a timer is put off for an hour: {why}", "ticket", id, "why", why, NULL);
    return holding_note(d, name, line, err);
}

/* What cannot be looked at just now is told all the same. */
static gboolean is_on_hold(const Desk *d, const char *name)
{
    g_autofree char *path = g_build_filename(d->config->spool, "hold", name, NULL);
    struct stat st;
    return lstat(path, &st) == 0 || errno != ENOENT;
}

/* Lines (char *) of what is on hold still, and of timers, which *ret_timers counts; *ret_noted counts all. */
static gboolean read_noted(Desk *d, GPtrArray *lines, guint *ret_timers, guint *ret_noted, GError **err)
{
    g_autoptr(DbRows) rows = NULL;
    GError *local = NULL;
    *ret_noted = *ret_timers = 0;
    if (!db_select(d->db, &rows, err, "select name, value from fact where name > $1 and name < $2 order by name", "ss", FACT, "hold;")) /* ; follows : */
        return FALSE;
    while (db_next(rows, &local)) {
        const char *name = db_text(rows, 0) + strlen(FACT);
        gboolean is_due = g_str_has_prefix(name, DUE);
        (*ret_noted)++;
        if (!is_due && !is_on_hold(d, name))
            continue;
        g_autofree char *reason = wrap_clip(db_text(rows, 1), REASON_BYTES);
        *ret_timers += is_due ? 1 : 0;
        g_ptr_array_add(lines, is_due ? g_strdup(db_text(rows, 1)) : g_strdup_printf("%s: %s", name, reason));
    }
    if (local != NULL)
        g_propagate_error(err, local);
    return local == NULL;
}

static gboolean is_too_soon(Desk *d, gboolean *ret, GError **err)
{
    Instant at;
    if (!facts_number(d->db, FACT_TOLD, 0, &at, err))
        return FALSE;
    *ret = at > d->now - HOUR && at <= d->now;
    return TRUE;
}

static char *title_of(guint mails, guint timers)
{
    g_autofree char *count = g_strdup_printf("%u", mails), *due = g_strdup_printf("%u", timers);
    g_autofree char *held = phrase_make(mails == 1 ? PHRASE("A mail is on hold") : PHRASE("{count} mails are on hold"), "count", count, NULL);
    g_autofree char *put_off = phrase_make(timers > 1   ? PHRASE("{count} timers are put off")
                                           : mails == 0 ? PHRASE("A timer is put off")
                                                        : PHRASE("a timer is put off"),
                                           "count", due, NULL);
    return mails == 0 ? g_steal_pointer(&put_off) : timers == 0 ? g_steal_pointer(&held) : g_strdup_printf("%s, %s", held, put_off);
}

static gboolean tell(Desk *d, GPtrArray *lines, guint timers, GError **err)
{
    gboolean has_mails = lines->len > timers;
    g_autofree char *title = title_of(lines->len - timers, timers);
    if (has_mails)
        g_ptr_array_add(lines, phrase_make("Such a mail waits until somebody looks: \"escalate hold\" lists them all, \"escalate requeue NAME\" takes one in again,"
                                            " \"escalate requeue --as other NAME\" files it unread.", NULL));
    return (lines->len == 0 || bulletin_to_all_leads(d, title, lines, err))
           && db_run(d->db, err, "delete from fact where name > $1 and name < $2", "ss", FACT, "hold;")
           && (lines->len == 0 || facts_set_number(d->db, FACT_TOLD, d->now, err));
}

gboolean holding_pass(Desk *d, guint *ret_did, GError **err)
{
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    guint noted, timers;
    gboolean soon;
    *ret_did = 0;
    if (!is_too_soon(d, &soon, err))
        return FALSE;
    if (soon)
        return TRUE;
    if (!read_noted(d, lines, &timers, &noted, err))
        return FALSE;
    if (noted == 0)
        return TRUE;
    *ret_did = lines->len > 0;
    return db_begin(d->db, err) && db_end(d->db, tell(d, lines, timers, err), err);
}
