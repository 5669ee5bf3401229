/* ladder_run: the memory of a run: made, freed, named, and when it wants to be asked again. */
#include "rules/ladder.h"

#include "rules/ladder_climb.h"

#include "base/banned.h"

static const char *const state_names[RUN_STATE_COUNT] = {"climbing", "held", "exhausted", "ended"};
static const char *const event_names[LADDER_EVENT_COUNT] = {"cause", "level",    "timer",     "delivered", "unreachable",
                                                            "decline", "pass",   "ack",       "progress",  "contained",
                                                            "escalate", "suspend", "resume",  "severity",  "shift",
                                                            "end"};

const char *ladder_state_name(RunState s) { return state_names[s]; }
const char *ladder_event_name(LadderEventKind k) { return event_names[k]; }

static void page_free(gpointer p)
{
    LadderPage *page = p;
    g_free(page->contact);
    g_free(page);
}

LadderRun *ladder_run_new(int levels)
{
    LadderRun *r = g_new0(LadderRun, 1);
    r->levels = g_array_new(FALSE, TRUE, sizeof(LevelState));
    g_array_set_size(r->levels, (guint)levels);
    r->pages = g_ptr_array_new_with_free_func(page_free);
    r->out = g_ptr_array_new_with_free_func(g_free);
    r->quorum = g_ptr_array_new_with_free_func(g_free);
    r->acked_at = r->hold_until = r->resolve_by = r->next_level_at = r->repeat_at = r->suspended_at = INSTANT_NONE;
    return r;
}

void ladder_run_free(LadderRun *r)
{
    if (r == NULL)
        return;
    g_array_unref(r->levels);
    g_ptr_array_unref(r->pages);
    g_ptr_array_unref(r->out);
    g_ptr_array_unref(r->quorum);
    g_free(r->acker);
    g_free(r);
}

LadderPage *ladder_add_page(LadderRun *r, gint64 id, int level, int attempt, const char *contact, PageKind kind)
{
    LadderPage *p = g_new0(LadderPage, 1);
    *p = (LadderPage){.id = id, .level = level, .attempt = attempt, .contact = g_strdup(contact), .kind = kind};
    p->delivered_at = p->deadline_at = INSTANT_NONE;
    g_ptr_array_add(r->pages, p);
    return p;
}

void ladder_action_free(LadderAction *a)
{
    g_free(a->contact);
    g_free(a->text);
    g_free(a);
}

gboolean ladder_has_past_page(const LadderRun *r)
{
    for (guint i = 0; i < r->pages->len; i++)
        if (!is_pending(g_ptr_array_index(r->pages, i)))
            return TRUE;
    return FALSE;
}

static Instant earlier(Instant a, Instant b) { return a == INSTANT_NONE ? b : b == INSTANT_NONE ? a : MIN(a, b); }

Instant ladder_next_at(const LadderRun *r)
{
    if (r->suspended_at != INSTANT_NONE || r->state == RUN_ENDED)
        return INSTANT_NONE;
    Instant next = INSTANT_NONE;
    gboolean has_reminder = FALSE;
    for (guint i = 0; i < r->pages->len; i++) {
        LadderPage *p = g_ptr_array_index(r->pages, i);
        has_reminder = has_reminder || (p->kind == PAGE_REMINDER && is_pending(p));
        gboolean counts = r->state == RUN_HELD ? p->kind == PAGE_REMINDER
                                                 : (r->state == RUN_CLIMBING && p->level == r->level && p->kind != PAGE_REMINDER);
        if (p->state == PAGE_WAITING && counts)
            next = earlier(next, p->deadline_at);
    }
    if (r->state == RUN_HELD)
        next = earlier(next, earlier(has_reminder ? INSTANT_NONE : r->hold_until, r->resolve_by));
    if (r->state == RUN_CLIMBING)
        next = earlier(next, r->next_level_at);
    if (r->state == RUN_EXHAUSTED)
        next = earlier(next, r->repeat_at);
    return next;
}
