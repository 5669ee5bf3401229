/* rescore: applies a rating to a ticket. What somebody said by hand stays; what rules add is never taken back. */
#include "flows/rescore.h"

#include <string.h>

#include "rules/ladder.h"
#include "rules/phrase.h"

#include "store/runs.h"

#include "flows/deadlines.h"
#include "flows/escalate.h"
#include "flows/policies.h"
#include "flows/risks.h"
#include "flows/supersede.h"

#include "base/banned.h"

#define TRIAGE "triage" /* the cause */

static void note(GPtrArray *notes, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void note(GPtrArray *notes, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    if (notes != NULL)
        g_ptr_array_add(notes, g_strdup_vprintf(format, ap));
    va_end(ap);
}

/* ---- ladders and risks ---- */

static gboolean add_risks(Desk *d, const Ticket *t, const Rating *r, GError **err)
{
    for (guint i = 0; i < r->risks->len; i++) {
        const RatingRisk *risk = &g_array_index(r->risks, RatingRisk, i);
        g_autofree char *origin = g_strconcat("rule:", risk->rule, NULL);
        if (!risks_add(d, t, risk->risk, origin, err))
            return FALSE;
    }
    return TRUE;
}

gboolean rescore_prepare(Desk *d, const Ticket *t, const Rating *r, GError **err)
{
    return supersede_by_rules(d, t, r->policies, err) && add_risks(d, t, r, err);
}

/* ---- triage ---- */

static gboolean ask_triage(Desk *d, const Ticket *t, const Rating *r, GError **err)
{
    const ConfigQueue *queue = desk_queue(d, t->queue);
    gboolean is_sure = t->category != NULL && !r->is_tie;
    if (queue == NULL || queue->triage == NULL || is_sure || t->unsure || t->is_operational)
        return TRUE;
    return escalate_cause(d, t, queue->triage, TRIAGE, 0, 0, err);
}

gboolean rescore_sorted(Desk *d, const Ticket *t, GError **err) { return escalate_cause_ended(d, t, TRIAGE, PHRASE("somebody has sorted it"), err); }

gboolean rescore_begin(Desk *d, const Ticket *t, const Rating *r, GError **err) { return risks_fire(d, t, err) && ask_triage(d, t, r, err); }

/* ---- worse, never milder ---- */

void rescore_by_hand(Ticket *t)
{
    if (t->severity_sticks == 0)
        t->severity_sticks = 1 + t->severity;
}

static gboolean take_facts(Desk *d, Ticket *t, const Rating *r, gint64 message, GError **err)
{
    if (t->category == NULL && r->category != NULL)
        t->category = g_strdup(r->category);
    if (t->service == NULL && r->service != NULL)
        t->service = g_strdup(r->service);
    return rating_store(d, r, t->id, message, err) && tickets_save(d->db, t, err);
}

static gboolean raise_severity(Desk *d, Ticket *t, const Rating *r, GPtrArray *notes, GError **err)
{
    int old = t->severity;
    if (r->matched->len == 0 || r->severity >= old)
        return TRUE;
    if (t->severity_sticks > 0 && r->severity >= t->severity_sticks - 1) {
        note(notes, "the rules say S%d; it stays S%d, which somebody set", r->severity + 1, old + 1);
        return TRUE;
    }
    if (t->severity_sticks > 0)
        t->severity_sticks = 1 + r->severity;
    note(notes, "severity becomes S%d by the rules, score %d", r->severity + 1, r->score);
    t->severity = r->severity;
    return tickets_save(d->db, t, err) && deadlines_retarget(d, t, old, d->now, err)
           && desk_audit(d, t->id, err, "severity", "old=S%d new=S%d by=rules", old + 1, r->severity + 1);
}

gboolean rescore_mail(Desk *d, Ticket *t, const Rating *r, gint64 message, GPtrArray *notes, GError **err)
{
    if (!take_facts(d, t, r, message, err))
        return FALSE;
    return t->state >= TICKET_RESOLVED
               ? raise_severity(d, t, r, notes, err)
               : raise_severity(d, t, r, notes, err) && rescore_prepare(d, t, r, err) && risks_fire(d, t, err);
}

/* ---- again ---- */

typedef struct {
    gint64 id;
    char *from, *subject, *text;
} Kept;

static gboolean newest_mail(Desk *d, const Ticket *t, Kept *ret, GError **err)
{
    g_autoptr(DbRows) rows = NULL;
    GError *local = NULL;
    *ret = (Kept){0};
    if (!db_select(d->db, &rows, err,
                   "select id, coalesce(from_address, ''), coalesce(subject, ''), coalesce(new_text, '') from message where ticket_id = $1"
                   " and direction = 'in' and kind = 'human' and contact is null order by id desc limit 1",
                   "i", t->id))
        return FALSE;
    if (db_next(rows, &local))
        *ret = (Kept){db_int(rows, 0), g_strdup(db_text(rows, 1)), g_strdup(db_text(rows, 2)), g_strdup(db_text(rows, 3))};
    if (local != NULL)
        g_propagate_error(err, local);
    return local == NULL;
}

static gboolean rate_kept(Desk *d, Ticket *t, const ConfigQueue *queue, const Kept *kept, GError **err)
{
    const RatingMail mail = {.from = kept->from, .subject = kept->subject, .text = kept->text};
    RatingFacts facts;
    Rating r;
    if (!rating_facts(d, queue, t, t->requester, &facts, err)
        || !db_run(d->db, err, "delete from score where ticket_id = $1 and message_id = $2", "ii", t->id, kept->id))
        return FALSE;
    rating_of(d, &mail, queue, &facts, &r);
    gboolean ok = rescore_mail(d, t, &r, kept->id, NULL, err);
    rating_clear(&r);
    return ok;
}

gboolean rescore_again(Desk *d, Ticket *t, GError **err)
{
    const ConfigQueue *queue = desk_queue(d, t->queue);
    Kept kept;
    if (queue == NULL || t->state >= TICKET_RESOLVED || t->requester == NULL)
        return TRUE;
    if (!newest_mail(d, t, &kept, err))
        return FALSE;
    gboolean ok = kept.id == 0 || rate_kept(d, t, queue, &kept, err);
    g_free(kept.from);
    g_free(kept.subject);
    g_free(kept.text);
    return ok;
}
