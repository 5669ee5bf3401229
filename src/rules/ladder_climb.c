/* ladder_climb: whom to page, who is there, when a level is spent, which fires next. It decides nothing about acknowledgments, but for how many a
 * quorum needs. */
#include "rules/ladder_climb.h"

#include <string.h>

#include "base/banned.h"

#define REPEAT_MAX ((Seconds)4 * 3600)
#define LOOK_AGAIN ((Seconds)300) /* where nobody could be asked: whether somebody came back */

/* ---- small parts ---- */

LadderAction *ladder_climb_act(LadderStep *s, LadderActionKind kind, int level, const char *contact, const char *text)
{
    LadderAction *a = g_new0(LadderAction, 1);
    *a = (LadderAction){.kind = kind, .level = level, .contact = g_strdup(contact), .text = g_strdup(text)};
    g_ptr_array_add(s->actions, a);
    return a;
}

gboolean ladder_climb_has(const GPtrArray *names, const char *name)
{
    for (guint i = 0; i < names->len; i++)
        if (g_strcmp0(g_ptr_array_index(names, i), name) == 0)
            return TRUE;
    return FALSE;
}

void ladder_climb_add_name(GPtrArray *names, const char *name)
{
    if (!ladder_climb_has(names, name))
        g_ptr_array_add(names, g_strdup(name));
}

/* One line each to whom a page of the run reached, but for `except`. */
void ladder_climb_tell_others(LadderStep *s, LadderActionKind kind, const char *except, const char *text)
{
    g_autoptr(GPtrArray) told = g_ptr_array_new();
    for (guint i = 0; i < s->run->pages->len; i++) {
        LadderPage *p = g_ptr_array_index(s->run->pages, i);
        if (p->delivered_at == INSTANT_NONE || ladder_climb_has(told, p->contact) || g_strcmp0(p->contact, except) == 0)
            continue;
        g_ptr_array_add(told, p->contact);
        ladder_climb_act(s, kind, p->level, p->contact, text);
    }
}

/* Whether anybody of the current level can still answer in time. */
gboolean ladder_climb_level_is_pending(const LadderStep *s)
{
    for (guint i = 0; i < s->run->pages->len; i++) {
        LadderPage *p = g_ptr_array_index(s->run->pages, i);
        if (p->level == s->run->level && p->kind != PAGE_REMINDER && is_pending(p))
            return TRUE;
    }
    return FALSE;
}

gboolean ladder_climb_was_tried(const LadderStep *s, int level, const char *contact)
{
    for (guint i = 0; i < s->run->pages->len; i++) {
        LadderPage *p = g_ptr_array_index(s->run->pages, i);
        if (p->level == level && p->kind != PAGE_REMINDER && strcmp(p->contact, contact) == 0)
            return TRUE;
    }
    return FALSE;
}

gboolean ladder_climb_is_asked(const LadderStep *s, int level, const char *contact)
{
    for (guint i = 0; i < s->run->pages->len; i++) {
        LadderPage *p = g_ptr_array_index(s->run->pages, i);
        if (p->level == level && p->kind != PAGE_REMINDER && is_pending(p) && strcmp(p->contact, contact) == 0)
            return TRUE;
    }
    return FALSE;
}

/* Takes back a page that waits for hand-over; one that waits for an answer becomes `waiting_to`. */
void ladder_climb_stop_page(LadderStep *s, LadderPage *p, PageState waiting_to)
{
    if (p->state == PAGE_QUEUED)
        ladder_climb_act(s, LADDER_DO_WITHDRAW, p->level, p->contact, NULL)->page = p->id;
    p->state = p->state == PAGE_QUEUED ? PAGE_OUT : waiting_to;
}

void ladder_climb_stop_pages(LadderStep *s)
{
    for (guint i = 0; i < s->run->pages->len; i++) {
        LadderPage *p = g_ptr_array_index(s->run->pages, i);
        if (is_pending(p))
            ladder_climb_stop_page(s, p, PAGE_SPENT);
    }
}

/* Whoever was asked within the last ack-within, in place of somebody who is away, still has that. */
void ladder_climb_stop_late(LadderStep *s)
{
    for (guint i = 0; i < s->run->pages->len; i++) {
        LadderPage *p = g_ptr_array_index(s->run->pages, i);
        if (is_pending(p) && (p->state == PAGE_QUEUED || p->deadline_at <= s->now))
            ladder_climb_stop_page(s, p, PAGE_SPENT);
    }
}

/* Takes back his pages; TRUE if the current level was waiting for him. */
gboolean ladder_climb_take_back(LadderStep *s, const char *contact)
{
    gboolean was_waiting = FALSE;
    for (guint i = 0; i < s->run->pages->len; i++) {
        LadderPage *p = g_ptr_array_index(s->run->pages, i);
        if (strcmp(p->contact, contact) != 0 || !is_pending(p))
            continue;
        was_waiting = was_waiting || (p->level == s->run->level && p->kind != PAGE_REMINDER);
        ladder_climb_stop_page(s, p, PAGE_OUT);
    }
    return was_waiting;
}

/* The same, and he is out of the run. */
gboolean ladder_climb_put_out(LadderStep *s, const char *contact)
{
    ladder_climb_add_name(s->run->out, contact);
    return ladder_climb_take_back(s, contact);
}

/* ---- whom to page ---- */

/* The first of contact, his backup, his backup's backup … who can be asked; NULL if the chain ends or comes back to somebody seen. */
const char *ladder_climb_reachable(LadderStep *s, int level, const char *contact, gboolean must_be_new)
{
    g_autoptr(GPtrArray) seen = g_ptr_array_new();
    for (const char *c = contact; c != NULL && !ladder_climb_has(seen, c); c = s->world->backup(s->world->data, c)) {
        g_ptr_array_add(seen, (gpointer)c);
        if (ladder_climb_has(s->run->out, c) || (must_be_new && ladder_climb_was_tried(s, level, c)))
            continue;
        if (s->world->is_available(s->world->data, c, level, s->now))
            return c;
    }
    return NULL;
}

/* How many different people of the level can be asked now, stand-ins counted. */
static int present(LadderStep *s, int level, const GPtrArray *people)
{
    g_autoptr(GPtrArray) there = g_ptr_array_new();
    for (guint i = 0; i < people->len; i++) {
        const char *c = ladder_climb_reachable(s, level, g_ptr_array_index(people, i), FALSE);
        if (c != NULL && !ladder_climb_has(there, c))
            g_ptr_array_add(there, (gpointer)c);
    }
    return (int)there->len;
}

gboolean ladder_climb_quorum_is_full(LadderStep *s, const char *answered)
{
    LadderRun *r = s->run;
    int wanted = r->level == 0 ? 1 : level_of(s, r->level)->quorum;
    if (wanted <= 1)
        return TRUE;
    g_autoptr(GPtrArray) people = s->world->people(s->world->data, r->level, s->now);
    if (answered != NULL && (ladder_climb_has(people, answered) || ladder_climb_was_tried(s, r->level, answered)))
        ladder_climb_add_name(r->quorum, answered);
    return (int)r->quorum->len >= MIN(wanted, MAX(present(s, r->level, people), 1));
}

void ladder_climb_page(LadderStep *s, int level, const char *contact, int attempt, const char *instead_of)
{
    ladder_climb_act(s, LADDER_DO_PAGE, level, contact, g_strcmp0(contact, instead_of) == 0 ? NULL : instead_of)->attempt = attempt;
    ladder_add_page(s->run, 0, level, attempt, contact, PAGE_ESCALATION);
}

/* Pages the people of a level as they are now, but for those who are being asked; FALSE if nobody can be. `attempt` 1 is the first mail of
 * a level. */
gboolean ladder_climb_page_people(LadderStep *s, int level, int attempt)
{
    g_autoptr(GPtrArray) people = s->world->people(s->world->data, level, s->now);
    g_autoptr(GPtrArray) chosen = g_ptr_array_new();
    for (guint i = 0; i < people->len; i++) {
        const char *person = g_ptr_array_index(people, i);
        const char *c = ladder_climb_reachable(s, level, person, FALSE);
        if (c == NULL || ladder_climb_has(chosen, c))
            continue;
        g_ptr_array_add(chosen, (gpointer)c);
        if (!ladder_climb_is_asked(s, level, c))
            ladder_climb_page(s, level, c, attempt, person);
    }
    return chosen->len > 0;
}

/* Nobody anywhere: the last level is paged once anyway, since a mail that waits is better than none. */
static void page_anyway(LadderStep *s, int level)
{
    g_autoptr(GPtrArray) people = s->world->people(s->world->data, level, s->now);
    for (guint i = 0; i < people->len; i++)
        if (!ladder_climb_was_tried(s, level, g_ptr_array_index(people, i)))
            ladder_climb_page(s, level, g_ptr_array_index(people, i), level_of(s, level)->tries, NULL);
}

/* ---- levels ---- */

/* What begins while the run stands still begins when it goes on: resume moves it by all of that time. */
static Instant from_when(const LadderStep *s) { return s->run->suspended_at != INSTANT_NONE ? s->run->suspended_at : s->now; }

void ladder_climb_exhausted(LadderStep *s)
{
    LadderRun *r = s->run;
    gboolean first = r->state != RUN_EXHAUSTED;
    r->state = RUN_EXHAUSTED;
    r->next_level_at = INSTANT_NONE;
    if (first && !r->is_operational && r->repeat_after == 0) { /* once, until somebody takes it */
        ladder_climb_act(s, LADDER_DO_EXHAUSTED, r->level, NULL, NULL);
        r->repeat_after = LOOK_AGAIN;
    }
    if (r->is_operational) {
        Instant once = s->world->add(s->world->data, r->level, s->now, level_of(s, r->level)->ack_within);
        Seconds spacing = r->repeat_after == 0 ? once - s->now : 2 * r->repeat_after;
        r->repeat_after = CLAMP(spacing, 60, REPEAT_MAX);
        r->repeat_at = from_when(s) + r->repeat_after;
    }
}

/* The current level has nobody left to wait for. */
void ladder_climb_after_level_spent(LadderStep *s)
{
    LadderRun *r = s->run;
    *level_state(s, r->level) = LEVEL_SPENT;
    ladder_climb_act(s, LADDER_DO_SPENT, r->level, NULL, NULL);
    int next = r->level + 1;
    if (next > level_count(s)) {
        ladder_climb_exhausted(s);
        return;
    }
    Duration after = level_of(s, next)->after;
    if (s->world->add(s->world->data, next, s->now, after) <= s->now)
        ladder_climb_fire(s, next);
    else
        r->next_level_at = s->world->add(s->world->data, next, from_when(s), after);
}

static void skip_between(LadderStep *s, int level)
{
    for (int l = s->run->level + 1; l < level; l++)
        if (*level_state(s, l) == LEVEL_UNFIRED) {
            *level_state(s, l) = LEVEL_SKIPPED;
            ladder_climb_act(s, LADDER_DO_SKIPPED, l, NULL, NULL);
        }
}

static gboolean anybody_reachable(LadderStep *s, int level)
{
    g_autoptr(GPtrArray) people = s->world->people(s->world->data, level, s->now);
    for (guint i = 0; i < people->len; i++)
        if (ladder_climb_reachable(s, level, g_ptr_array_index(people, i), FALSE) != NULL)
            return TRUE;
    return FALSE;
}

/* Whoever of the highest level is there now is paged; while nobody is, it is asked again. */
void ladder_climb_look_again(LadderStep *s)
{
    s->run->repeat_at = INSTANT_NONE;
    for (int level = level_count(s); level > 0; level--)
        if (anybody_reachable(s, level)) {
            ladder_climb_stop_pages(s); /* what was sent to the absent */
            ladder_climb_page_people(s, level, level_of(s, level)->tries);
            return;
        }
    s->run->repeat_at = s->now + LOOK_AGAIN;
}

/* The last level has nobody: paged once anyway, and spent. */
static void fire_in_vain(LadderStep *s, int level)
{
    page_anyway(s, level);
    if (ladder_climb_level_is_pending(s))
        ladder_climb_exhausted(s);
    else
        ladder_climb_after_level_spent(s);
    if (!s->run->is_operational)
        s->run->repeat_at = from_when(s) + LOOK_AGAIN;
}

void ladder_climb_fire(LadderStep *s, int level)
{
    LadderRun *r = s->run;
    skip_between(s, level);
    r->level = level;
    r->next_level_at = r->repeat_at = r->hold_until = r->resolve_by = INSTANT_NONE;
    r->state = RUN_CLIMBING;
    r->is_shift_bound = FALSE;
    g_clear_pointer(&r->acker, g_free);
    g_ptr_array_set_size(r->quorum, 0);
    *level_state(s, level) = LEVEL_FIRED;
    ladder_climb_stop_pages(s); /* of an even-acked level too: now it is theirs, with full tries */
    ladder_climb_act(s, LADDER_DO_INFORM, level, NULL, NULL);
    if (ladder_climb_page_people(s, level, 1))
        return;
    ladder_climb_act(s, LADDER_DO_NOBODY, level, NULL, NULL);
    if (level == level_count(s))
        fire_in_vain(s, level);
    else
        ladder_climb_after_level_spent(s);
}

/* Of a run that somebody holds: where nobody is above, he keeps it. */
void ladder_climb_fire_above(LadderStep *s)
{
    if (s->run->level < level_count(s))
        ladder_climb_fire(s, s->run->level + 1);
}

void ladder_climb_fire_next(LadderStep *s)
{
    if (s->run->level < level_count(s))
        ladder_climb_fire(s, s->run->level + 1);
    else
        ladder_climb_exhausted(s);
}
