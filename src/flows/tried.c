/* tried: who was asked before, from the notifications of the run. */
#include "flows/tried.h"

#include <string.h>

#include "rules/phrase.h"

#include "flows/view.h"

#include "base/banned.h"

/* "Bob Ng was mailed 16:20 and 16:30: bounced, 550 5.1.1"; nothing for nobody (""). `more`: the times after the first. */
static void append_tried(GString *s, const Desk *d, const char *contact, const char *at, const char *more, const char *outcome)
{
    const ConfigContact *c = desk_contact(d, contact);
    if (*contact == '\0')
        return;
    g_autofree char *one = phrase_make("{who} was mailed {at:time}{more}: {outcome:phrase}", "who", c != NULL ? c->full_name : contact, "at", at, "more",
                                         more, "outcome", outcome, NULL);
    g_string_append_printf(s, "%s%s", s->len > 0 ? "; " : "", one);
}

gboolean tried_before(Desk *d, const RunRow *r, const LadderPage *p, const Zone *zone, json_t *o, GError **err)
{
    g_autoptr(DbRows) rows = NULL;
    g_autoptr(GString) s = g_string_new(NULL), first = g_string_new(NULL), more = g_string_new(NULL);
    g_autofree char *last = g_strdup("");
    GError *local = NULL;
    if (!db_select(d->db, &rows, err,
                   "select contact, delivered_at, outcome, created_at, state from notification where run_id = $1 and id <> $2 and kind not in ($4, $5) and contact <> $3"
                   " and (state <> 0 or outcome is not null or created_at <> $6)" /* who is asked in the same moment could not answer yet, but may have failed */
                   /* a page that only waited for a digest was no mail */
                   " and (delivered_at is not null or outcome <> 'withdrawn' or exists (select 1 from outbox o where o.notification_id = notification.id)"
                   " or exists (select 1 from beside b where b.notification_id = notification.id))"
                   " order by contact, id limit 12",
                   "iisiit", r->id, p->id, p->contact, (gint64)PAGE_REMINDER, (gint64)PAGE_DIGEST, d->now))
        return FALSE;
    g_autofree char *outcome = NULL;
    const char *silence = PHRASE("no answer");
    while (db_next(rows, &local)) {
        const char *contact = db_text(rows, 0);
        g_autofree char *at = view_time(zone, db_instant(rows, 1) != INSTANT_NONE ? db_instant(rows, 1) : db_instant(rows, 3), d->now);
        if (strcmp(contact, last) == 0) {
            g_autofree char *also = phrase_make("and {at:time}", "at", at, NULL);
            g_string_append_printf(more, " %s", also);
        } else {
            append_tried(s, d, last, first->str, more->str, outcome != NULL ? outcome : silence);
            g_string_assign(first, at);
            g_string_truncate(more, 0);
            g_free(last);
            last = g_strdup(contact);
            g_clear_pointer(&outcome, g_free);
        }
        silence = db_int(rows, 4) == PAGE_WAITING ? PHRASE("no answer yet") : PHRASE("no answer");
        if (db_text(rows, 2) != NULL) {
            g_free(outcome);
            outcome = phrase_cut(db_text(rows, 2), 60);
        }
    }
    if (local != NULL) {
        g_propagate_error(err, local);
        return FALSE;
    }
    append_tried(s, d, last, first->str, more->str, outcome != NULL ? outcome : silence);
    if (s->len > 0)
        json_object_set_new(o, "tried", json_string(s->str));
    return TRUE;
}
