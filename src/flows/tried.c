/* tried: who was asked before, from the notifications of the run. */
#include "flows/tried.h"

#include <string.h>

#include "rules/phrase.h"

#include "flows/view.h"

#include "base/banned.h"

/* What somebody did bears its time, in the zone of whoever reads this; what a mail server said does not need one. `holds`: he has the run. */
static char *with_time(const ConfigContact *c, gboolean holds, const char *outcome, const char *at)
{
    static const char *const acts[] = {PHRASE("took it"), PHRASE("answered"), PHRASE("said no"), PHRASE("passed it on")};
    g_autofree char *plain = phrase_plain(outcome), *own = c != NULL ? g_strdup_printf("%s took it", c->full_name) : NULL;
    const gboolean took = g_strcmp0(plain, own) == 0;
    const char *act = took ? acts[0] : outcome;
    if (took && !holds) /* his hold ran out, or he was relieved: whoever reads "took it" alone would wait for him */
        return phrase_make("took it, {when:time}, but no longer has it", "when", at, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(acts); i++)
        if (g_str_has_suffix(plain, acts[i]))
            return phrase_make("{act:phrase}, {when:time}", "act", act, "when", at, NULL);
    return g_strdup(outcome);
}

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
                   "select contact, delivered_at, outcome, created_at, state, outcome_at from notification where run_id = $1 and id <> $2 and kind not in ($4, $5)"
                   " and contact <> $3"
                   " and (state <> 0 or outcome is not null or created_at <> $6)" /* who is asked in the same moment could not answer yet, but may have failed */
                   " and (delivered_at is not null or coalesce(outcome, '') <> 'withdrawn')" /* what nobody got was no mail */
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
            g_autofree char *said = phrase_cut(db_text(rows, 2), 60), *when = view_time(zone, db_instant(rows, 5), d->now);
            g_free(outcome);
            outcome = with_time(desk_contact(d, contact), g_strcmp0(r->run->acker, contact) == 0, said, when);
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
