/* triggers: see the header. */
#include "flows/triggers.h"

#include "flows/courtesy.h"
#include "flows/escalate.h"
#include "flows/raise.h"
#include "flows/surge.h"

#include "base/banned.h"

/* Why the mail may page nobody; *ret is NULL where it may; constant text. */
static gboolean refusal(IntakeCase *c, const char **ret, GError **err)
{
    gboolean is_participant, is_spammer;
    if (!tickets_has_participant(c->desk->db, c->ticket->id, c->from, &is_participant, err)
        || !courtesy_is_spammer(c->desk, c->from, c->auth == AUTHRES_PASS, &is_spammer, err))
        return FALSE;
    GuardCase facts = intake_guard_case(c, c->from, GUARD_UPDATE);
    *ret = c->auth == AUTHRES_FAIL                          ? "its authentication failed"
           : facts.is_spam || is_spammer                      ? "it is marked as spam, or its sender is"
           : c->alert != NULL                               ? NULL
           : c->kind != KIND_HUMAN || c->unsure             ? "it may be no person's"
           : !is_participant && !(c->row->is_note && c->sender != NULL) ? "its sender is no participant"
                                                            : NULL;
    return TRUE;
}

/* Once a ticket and rule: whatever became of it, the same words do not begin it anew. */
static gboolean escalate_rule(IntakeCase *c, const char *rule, GError **err)
{
    gint64 n;
    g_autofree char *cause = g_strconcat("rule:", rule, NULL);
    if (!db_value(c->desk->db, &n, err, "select count(*) from run_cause c join run r on r.id = c.run_id where r.ticket_id = $1 and c.cause = $2", "is",
                  c->ticket->id, cause))
        return FALSE;
    if (n > 0)
        return TRUE;
    intake_note(c, "rule %s escalates the ticket", rule);
    return escalate_cause_all(c->desk, c->ticket, cause, err) && escalate_check_paused(c->desk, c->ticket, err);
}

gboolean triggers_of_mail(IntakeCase *c, const Rating *rating, gboolean ticket_is_new, GError **err)
{
    const char *why;
    if (!refusal(c, &why, err))
        return FALSE;
    if (why != NULL && rating->escalates->len > 0)
        intake_note(c, "rule %s does not escalate: %s", (const char *)g_ptr_array_index(rating->escalates, 0), why);
    if (why != NULL)
        return raise_refused(c, why), TRUE;
    for (guint i = 0; i < rating->escalates->len; i++)
        if (!escalate_rule(c, g_ptr_array_index(rating->escalates, i), err))
            return FALSE;
    return c->alert != NULL || (raise_by_customer(c, ticket_is_new, err) && (!ticket_is_new || surge_count(c, err)));
}
