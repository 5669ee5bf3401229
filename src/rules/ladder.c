/* ladder: the state machine of an escalation. Everything that it knows is in LadderRun, everything that it wants is an action; it
 * must never send, store or look at a clock. Read the table at the end first. */
#include "rules/ladder.h"

#include <string.h>

#include "rules/ladder_climb.h"

#include "base/banned.h"

/* ---- time ---- */

/* A page's ack-within is over: once more while tries are left, to whoever is there now. */
static void page_unanswered(LadderStep *s, LadderPage *p)
{
    int attempt = p->attempt, level = p->level, tries = level_of(s, level)->tries;
    g_autofree char *contact = g_strdup(p->contact);
    p->state = PAGE_SPENT;
    if (attempt >= tries)
        return;
    g_autoptr(GPtrArray) people = s->world->people(s->world->data, level, s->now);
    gboolean is_still_there = FALSE;
    for (guint i = 0; i < people->len; i++)
        is_still_there = is_still_there || strcmp(g_ptr_array_index(people, i), contact) == 0;
    /* After a handoff the repeat goes to whoever came, with a full try. */
    for (guint i = 0; i < people->len && !is_still_there; i++) {
        const char *person = g_ptr_array_index(people, i);
        const char *c = ladder_climb_was_tried(s, level, person) ? NULL : ladder_climb_reachable(s, level, person, FALSE);
        if (c == NULL || ladder_climb_was_tried(s, level, c))
            continue;
        ladder_climb_page(s, level, c, attempt + 1, person);
        return;
    }
    /* Still there himself, or the stand-in for somebody who is away; if he left meanwhile, a backup who was not tried yet. */
    const char *again = ladder_climb_reachable(s, level, contact, FALSE);
    if (again != NULL && strcmp(again, contact) != 0)
        again = ladder_climb_reachable(s, level, contact, TRUE);
    if (again != NULL && !ladder_climb_is_asked(s, level, again))
        ladder_climb_page(s, level, again, attempt + 1, contact);
}

static void climbing_timer(LadderStep *s)
{
    LadderRun *r = s->run;
    gboolean any = FALSE;
    for (guint i = 0, n = r->pages->len; i < n; i++) {
        LadderPage *p = g_ptr_array_index(r->pages, i);
        if (p->state != PAGE_WAITING || p->level != r->level || p->kind == PAGE_REMINDER || p->deadline_at > s->now)
            continue;
        any = TRUE;
        page_unanswered(s, p);
    }
    if (any && !ladder_climb_level_is_pending(s))
        ladder_climb_after_level_spent(s);
    else if (r->next_level_at != INSTANT_NONE && r->next_level_at <= s->now)
        ladder_climb_fire(s, r->level + 1);
}

/* The hold is over and the reminder was not answered: the same level again without him, then upwards. */
static void lapse(LadderStep *s)
{
    LadderRun *r = s->run;
    ladder_climb_act(s, LADDER_DO_LAPSED, r->level, r->acker, NULL);
    ladder_climb_add_name(r->out, r->acker);
    g_clear_pointer(&r->acker, g_free);
    r->acked_at = r->hold_until = r->resolve_by = INSTANT_NONE;
    ladder_climb_stop_pages(s);
    ladder_climb_fire(s, MAX(r->level, 1));
}

/* The level at which he was asked last; of somebody who was not, the run's. */
static int level_of_contact(const LadderStep *s, const char *contact)
{
    for (guint i = s->run->pages->len; i-- > 0;) {
        const LadderPage *p = g_ptr_array_index(s->run->pages, i);
        if (strcmp(p->contact, contact) == 0)
            return p->level;
    }
    return MAX(s->run->level, 1);
}

static Instant shift_end(LadderStep *s, const char *contact)
{
    return s->world->shift_end(s->world->data, level_of_contact(s, contact), contact, s->now);
}

/* A promise ends when it says, and with the shift of somebody who was asked because of it. */
static void hold(LadderStep *s, Instant until, gboolean is_overridden)
{
    LadderRun *r = s->run;
    r->is_overridden = is_overridden;
    Instant shift = shift_end(s, r->acker);
    r->is_shift_bound = shift != INSTANT_NONE && shift < until;
    r->hold_until = r->is_shift_bound ? shift : until;
}

/* The acker's shift is over: whoever is on duty now is asked to take it, by a mail that says so; where nobody came, it lapses. */
static void hand_over(LadderStep *s)
{
    LadderRun *r = s->run;
    int level = level_of_contact(s, r->acker);
    g_autofree char *from = g_steal_pointer(&r->acker);
    g_autoptr(GPtrArray) people = s->world->people(s->world->data, level, s->now), chosen = g_ptr_array_new();
    r->acked_at = r->hold_until = r->resolve_by = INSTANT_NONE;
    r->is_shift_bound = FALSE;
    ladder_climb_stop_pages(s);
    for (guint i = 0; i < people->len; i++) {
        const char *c = ladder_climb_reachable(s, level, g_ptr_array_index(people, i), FALSE);
        if (c == NULL || strcmp(c, from) == 0 || ladder_climb_has(chosen, c))
            continue;
        g_ptr_array_add(chosen, (gpointer)c);
        ladder_climb_act(s, LADDER_DO_HANDOFF, level, c, from)->attempt = 1;
        ladder_add_page(r, 0, level, 1, c, PAGE_HANDOFF);
    }
    ladder_climb_act(s, LADDER_DO_RELIEVED, level, from, chosen->len > 0 ? g_ptr_array_index(chosen, 0) : NULL);
    r->state = RUN_CLIMBING;
    r->level = level;
    *level_state(s, level) = LEVEL_FIRED;
    if (chosen->len == 0)
        ladder_climb_fire(s, level);
}

static LadderPage *open_reminder(const LadderStep *s)
{
    for (guint i = 0; i < s->run->pages->len; i++) {
        LadderPage *p = g_ptr_array_index(s->run->pages, i);
        if (p->kind == PAGE_REMINDER && is_pending(p))
            return p;
    }
    return NULL;
}

static void held_timer(LadderStep *s)
{
    LadderRun *r = s->run;
    LadderPage *reminder = open_reminder(s);
    gboolean is_unresolved = r->resolve_by != INSTANT_NONE && r->resolve_by <= s->now;
    if (is_unresolved) /* at the last level too, or it would stay due for ever */
        r->resolve_by = INSTANT_NONE;
    if (is_unresolved && r->level < level_count(s)) {
        ladder_climb_fire_above(s);
    } else if (reminder != NULL) {
        if (reminder->state == PAGE_WAITING && reminder->deadline_at <= s->now)
            lapse(s);
    } else if (r->hold_until == INSTANT_NONE || r->hold_until > s->now) {
        return;
    } else if (r->is_shift_bound && shift_end(s, r->acker) == INSTANT_NONE) {
        hand_over(s);
    } else {
        r->is_shift_bound = FALSE; /* his shift was made longer meanwhile: an end like any other */
        ladder_climb_act(s, LADDER_DO_REMIND, MAX(r->level, 1), r->acker, NULL)->attempt = 1;
        ladder_add_page(r, 0, MAX(r->level, 1), 1, r->acker, PAGE_REMINDER);
    }
}

static void exhausted_timer(LadderStep *s)
{
    LadderRun *r = s->run;
    if (r->repeat_at == INSTANT_NONE || r->repeat_at > s->now)
        return;
    if (!r->is_operational) {
        ladder_climb_look_again(s);
        return;
    }
    ladder_climb_stop_late(s);
    if (!ladder_climb_page_people(s, r->level, 1))
        ladder_climb_act(s, LADDER_DO_NOBODY, r->level, NULL, NULL);
    ladder_climb_exhausted(s);
}

/* ---- events ---- */

static void ignore(LadderStep *s) { (void)s; }

static void climbing_cause(LadderStep *s)
{
    if (s->run->level == 0)
        ladder_climb_fire(s, 1);
}

static void climbing_level(LadderStep *s)
{
    if (s->event->level > s->run->level)
        ladder_climb_fire(s, s->event->level);
}

/* While an ack holds only a level that says even-acked is paged; the run stays accepted. */
static void held_level(LadderStep *s)
{
    int level = s->event->level;
    if (*level_state(s, level) != LEVEL_UNFIRED || !level_of(s, level)->even_acked)
        return;
    *level_state(s, level) = LEVEL_FIRED;
    ladder_climb_act(s, LADDER_DO_INFORM, level, NULL, NULL);
    ladder_climb_page_people(s, level, 1);
}

static void delivered(LadderStep *s)
{
    for (guint i = 0; i < s->run->pages->len; i++) {
        LadderPage *p = g_ptr_array_index(s->run->pages, i);
        if (p->id != s->event->page || p->id == 0 || p->delivered_at != INSTANT_NONE)
            continue;
        if (p->state == PAGE_OUT) { /* withdrawn while it was being handed over: he was told after all */
            p->delivered_at = s->now;
            if (s->run->state == RUN_HELD && g_strcmp0(p->contact, s->run->acker) != 0)
                ladder_climb_act(s, LADDER_DO_TELL_ACK, p->level, p->contact, s->run->acker);
            else if (s->run->state == RUN_ENDED)
                ladder_climb_act(s, LADDER_DO_TELL_END, p->level, p->contact, s->event->text);
        }
        if (p->state != PAGE_QUEUED)
            continue;
        p->state = PAGE_WAITING;
        p->delivered_at = s->now;
        p->deadline_at = s->world->add(s->world->data, p->level, s->now, level_of(s, p->level)->ack_within);
    }
}

static void set_resolve_by(LadderStep *s)
{
    int level = s->run->level;
    if (level > 0 && level_of(s, level)->has_resolve_within && !s->world->is_contained)
        s->run->resolve_by = s->world->add(s->world->data, level, s->run->acked_at, level_of(s, level)->resolve_within);
}

static void accept(LadderStep *s, const char *contact, Instant until, gboolean is_overridden)
{
    LadderRun *r = s->run;
    r->state = RUN_HELD;
    g_free(r->acker);
    r->acker = g_strdup(contact);
    r->acked_at = s->now;
    hold(s, until, is_overridden);
    r->next_level_at = r->repeat_at = r->resolve_by = INSTANT_NONE;
    r->repeat_after = 0;
    ladder_climb_stop_pages(s);
    set_resolve_by(s);
    ladder_climb_tell_others(s, LADDER_DO_TELL_ACK, r->acker, r->acker);
}

/* Whoever is left of the level has answered: the last of them has it, as by a bare ack, and hears so. */
static void accept_of_quorum(LadderStep *s)
{
    accept(s, g_ptr_array_index(s->run->quorum, s->run->quorum->len - 1), s->world->held_until, FALSE);
    ladder_climb_act(s, LADDER_DO_FULL, s->run->level, s->run->acker, NULL);
    ladder_climb_act(s, LADDER_DO_TELL_ACK, s->run->level, s->run->acker, s->run->acker);
}

/* decline, pass, unreachable while climbing: the one passed to or the backup is asked at once, else the level goes on without. */
static void climbing_out(LadderStep *s)
{
    int level = s->run->level;
    const char *contact = s->event->contact;
    if (!ladder_climb_put_out(s, contact))
        return;
    const char *c = s->event->kind == LADDER_PASS ? ladder_climb_reachable(s, level, s->event->other, TRUE) : NULL;
    if (c == NULL)
        c = ladder_climb_reachable(s, level, s->world->backup(s->world->data, contact), TRUE);
    if (c != NULL)
        ladder_climb_page(s, level, c, 1, contact);
    else if (s->run->state == RUN_CLIMBING && s->run->quorum->len > 0 && ladder_climb_quorum_is_full(s, NULL))
        accept_of_quorum(s);
    else if (s->run->state == RUN_CLIMBING && !ladder_climb_level_is_pending(s))
        ladder_climb_after_level_spent(s);
}

/* Of a run that asked everybody: his backup, if nobody tried him. He stays in it: who was away is asked again when he is back. */
static void exhausted_unreachable(LadderStep *s)
{
    const char *contact = s->event->contact;
    if (!ladder_climb_take_back(s, contact))
        return;
    const char *c = ladder_climb_reachable(s, s->run->level, s->world->backup(s->world->data, contact), TRUE);
    if (c != NULL)
        ladder_climb_page(s, s->run->level, c, 1, contact);
}

static void held_out(LadderStep *s)
{
    if (g_strcmp0(s->event->contact, s->run->acker) != 0) {
        ladder_climb_put_out(s, s->event->contact);
        return;
    }
    /* The acker himself says no, or his reminder cannot reach him: his promise is void. An out-of-office that arrives for an earlier
     * page, after he answered by hand, is not that. */
    if (s->event->kind == LADDER_UNREACHABLE && open_reminder(s) == NULL)
        return;
    if (s->event->kind == LADDER_PASS) {
        int level = MAX(s->run->level, 1);
        g_autofree char *from = g_strdup(s->run->acker);
        ladder_climb_add_name(s->run->out, from);
        g_clear_pointer(&s->run->acker, g_free);
        s->run->acked_at = s->run->hold_until = s->run->resolve_by = INSTANT_NONE;
        s->run->state = RUN_CLIMBING;
        s->run->level = level;
        ladder_climb_stop_pages(s); /* his reminder */
        const char *c = ladder_climb_reachable(s, level, s->event->other, FALSE);
        if (c != NULL)
            ladder_climb_page(s, level, c, 1, from);
        else
            ladder_climb_fire(s, level);
        return;
    }
    lapse(s);
}

/* He has answered: he is not mailed again while the others of his level are waited for. */
static void answered_quorum(LadderStep *s)
{
    gboolean any = FALSE;
    for (guint i = 0; i < s->run->pages->len; i++) {
        LadderPage *p = g_ptr_array_index(s->run->pages, i);
        if (!is_pending(p) || p->level != s->run->level || p->kind == PAGE_REMINDER || strcmp(p->contact, s->event->contact) != 0)
            continue;
        ladder_climb_stop_page(s, p, PAGE_SPENT);
        any = TRUE;
    }
    ladder_climb_act(s, LADDER_DO_QUORUM, s->run->level, s->event->contact, NULL);
    if (any && s->run->state == RUN_CLIMBING && !ladder_climb_level_is_pending(s))
        ladder_climb_after_level_spent(s);
}

static void ack(LadderStep *s)
{
    if (ladder_climb_quorum_is_full(s, s->event->contact))
        accept(s, s->event->contact, s->event->hold_until, s->event->is_override);
    else
        answered_quorum(s);
}

static void held_ack(LadderStep *s)
{
    LadderRun *r = s->run;
    if (g_strcmp0(s->event->contact, r->acker) != 0) {
        ladder_climb_act(s, LADDER_DO_ALSO, r->level, s->event->contact, r->acker);
        return;
    }
    hold(s, s->event->hold_until, s->event->is_override); /* his own again: the promise starts afresh */
    ladder_climb_stop_pages(s);
}

/* One may be that what was contained counts no more: the time to resolve it runs on from the acknowledgment, but at the last level. */
static void held_cause(LadderStep *s)
{
    if (s->run->resolve_by == INSTANT_NONE && s->run->level < level_count(s))
        set_resolve_by(s);
}

static void held_progress(LadderStep *s)
{
    if (s->event->hold_until > s->run->hold_until)
        hold(s, s->event->hold_until, FALSE);
    if (s->event->kind == LADDER_CONTAINED)
        s->run->resolve_by = INSTANT_NONE;
    ladder_climb_stop_pages(s); /* the reminder */
}

static void ended_ack(LadderStep *s) { ladder_climb_act(s, LADDER_DO_LATE, s->run->level, s->event->contact, NULL); }

/* A worse severity allows shorter holds: the present one is cut to that, unless somebody said with a reason that no such limit counts for it; a
 * milder one gives nobody more than he was promised. */
static void held_severity(LadderStep *s)
{
    if (!s->run->is_overridden && s->event->hold_until < s->run->hold_until)
        hold(s, s->event->hold_until, FALSE);
}

/* Whether the level at which he was asked would still ask him. */
static gboolean is_still_asked(LadderStep *s)
{
    int level = level_of_contact(s, s->run->acker);
    g_autoptr(GPtrArray) people = s->world->people(s->world->data, level, s->now);
    for (guint i = 0; i < people->len; i++)
        if (g_strcmp0(ladder_climb_reachable(s, level, g_ptr_array_index(people, i), FALSE), s->run->acker) == 0)
            return TRUE;
    return FALSE;
}

/* A rota that was changed: no hold outlasts the shift of who was asked because of it. */
static void held_shift(LadderStep *s)
{
    Instant shift = shift_end(s, s->run->acker);
    if (shift != INSTANT_NONE && shift < s->run->hold_until) {
        s->run->is_shift_bound = TRUE;
        s->run->hold_until = shift;
    } else if (shift == INSTANT_NONE && g_strcmp0(s->event->contact, s->run->acker) == 0 && open_reminder(s) == NULL && !is_still_asked(s)) {
        hand_over(s);
    }
}

static void suspend(LadderStep *s)
{
    s->run->suspended_for |= s->event->why;
    if (s->run->suspended_at == INSTANT_NONE)
        s->run->suspended_at = s->now;
}

/* `at` moved so that as much of it is left as when the run was suspended, in the time that it was measured in. */
static Instant shifted(const LadderStep *s, int level, DurationUnit unit, Instant began, Instant at)
{
    Instant since = MAX(s->run->suspended_at, began); /* INSTANT_NONE is the smallest */
    if (at == INSTANT_NONE)
        return at;
    if (unit == DURATION_ELAPSED || at <= since)
        return at + (s->now - since);
    Duration left = {s->world->between(s->world->data, level, since, at), DURATION_OPEN_SECONDS};
    return s->world->add(s->world->data, level, s->now, left);
}

static void resume(LadderStep *s)
{
    LadderRun *r = s->run;
    r->suspended_for &= ~(guint)s->event->why;
    if (r->suspended_at == INSTANT_NONE || r->suspended_for != 0)
        return;
    for (guint i = 0; i < r->pages->len; i++) {
        LadderPage *p = g_ptr_array_index(r->pages, i);
        if (p->state == PAGE_WAITING)
            p->deadline_at = shifted(s, p->level, level_of(s, p->level)->ack_within.unit, p->delivered_at, p->deadline_at);
    }
    if (r->level > 0 && r->level < level_count(s))
        r->next_level_at = shifted(s, r->level + 1, level_of(s, r->level + 1)->after.unit, INSTANT_NONE, r->next_level_at);
    if (r->level > 0)
        r->resolve_by = shifted(s, r->level, level_of(s, r->level)->resolve_within.unit, r->acked_at, r->resolve_by);
    if (!r->is_shift_bound)
        r->hold_until = shifted(s, 0, DURATION_OPEN_SECONDS, r->acked_at, r->hold_until);
    r->repeat_at = shifted(s, 0, DURATION_ELAPSED, INSTANT_NONE, r->repeat_at);
    r->suspended_at = INSTANT_NONE;
}

static void end(LadderStep *s)
{
    LadderRun *r = s->run;
    ladder_climb_stop_pages(s);
    ladder_climb_tell_others(s, LADDER_DO_TELL_END, NULL, s->event->text);
    r->state = RUN_ENDED;
    r->hold_until = r->resolve_by = r->next_level_at = r->repeat_at = r->suspended_at = INSTANT_NONE;
    r->suspended_for = 0;
    r->is_shift_bound = FALSE;
}

/* ---- the machine ---- */

typedef void Handler(LadderStep *);

static Handler *const machine[RUN_STATE_COUNT][LADDER_EVENT_COUNT] = {
    [RUN_CLIMBING] =
        {[LADDER_CAUSE] = climbing_cause,        [LADDER_LEVEL] = climbing_level,        [LADDER_TIMER] = climbing_timer,
         [LADDER_DELIVERED] = delivered,         [LADDER_UNREACHABLE] = climbing_out,    [LADDER_DECLINE] = climbing_out,
         [LADDER_PASS] = climbing_out,           [LADDER_ACK] = ack,                     [LADDER_PROGRESS] = ignore,
         [LADDER_CONTAINED] = ignore,            [LADDER_ESCALATE] = ladder_climb_fire_next,[LADDER_SUSPEND] = suspend,
         [LADDER_RESUME] = resume,               [LADDER_SEVERITY] = ignore,             [LADDER_SHIFT] = ignore,
         [LADDER_END] = end},
    [RUN_HELD] =
        {[LADDER_CAUSE] = held_cause,            [LADDER_LEVEL] = held_level,            [LADDER_TIMER] = held_timer,
         [LADDER_DELIVERED] = delivered,         [LADDER_UNREACHABLE] = held_out,        [LADDER_DECLINE] = held_out,
         [LADDER_PASS] = held_out,               [LADDER_ACK] = held_ack,                [LADDER_PROGRESS] = held_progress,
         [LADDER_CONTAINED] = held_progress,     [LADDER_ESCALATE] = ladder_climb_fire_above,[LADDER_SUSPEND] = suspend,
         [LADDER_RESUME] = resume,               [LADDER_SEVERITY] = held_severity,      [LADDER_SHIFT] = held_shift,
         [LADDER_END] = end},
    [RUN_EXHAUSTED] =
        {[LADDER_CAUSE] = ignore,                [LADDER_LEVEL] = climbing_level,        [LADDER_TIMER] = exhausted_timer,
         [LADDER_DELIVERED] = delivered,         [LADDER_UNREACHABLE] = exhausted_unreachable,[LADDER_DECLINE] = climbing_out,
         [LADDER_PASS] = climbing_out,           [LADDER_ACK] = ack,                     [LADDER_PROGRESS] = ignore,
         [LADDER_CONTAINED] = ignore,            [LADDER_ESCALATE] = ignore,             [LADDER_SUSPEND] = suspend,
         [LADDER_RESUME] = resume,               [LADDER_SEVERITY] = ignore,             [LADDER_SHIFT] = ignore,
         [LADDER_END] = end},
    [RUN_ENDED] =
        {[LADDER_CAUSE] = ignore,                [LADDER_LEVEL] = ignore,                [LADDER_TIMER] = ignore,
         [LADDER_DELIVERED] = delivered,         [LADDER_UNREACHABLE] = ignore,          [LADDER_DECLINE] = ignore,
         [LADDER_PASS] = ignore,                 [LADDER_ACK] = ended_ack,               [LADDER_PROGRESS] = ignore,
         [LADDER_CONTAINED] = ignore,            [LADDER_ESCALATE] = ignore,             [LADDER_SUSPEND] = ignore,
         [LADDER_RESUME] = ignore,               [LADDER_SEVERITY] = ignore,             [LADDER_SHIFT] = ignore,
         [LADDER_END] = ignore},
};

GPtrArray *ladder_step(LadderRun *r, const LadderEvent *event, const LadderWorld *world, Instant now)
{
    LadderStep s = {r, event, world, now, g_ptr_array_new_with_free_func((GDestroyNotify)ladder_action_free)};
    g_assert(r->state < RUN_STATE_COUNT && event->kind < LADDER_EVENT_COUNT);
    if (event->level < (event->kind == LADDER_LEVEL ? 1 : 0) || event->level > (int)r->levels->len)
        return s.actions; /* a level that the present policy no longer has */
    if (r->suspended_at != INSTANT_NONE && event->kind == LADDER_TIMER)
        return s.actions;
    Handler *handler = machine[r->state][event->kind];
    g_assert(handler != NULL);
    handler(&s);
    return s.actions;
}
