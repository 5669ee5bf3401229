/* ladder: the state machine of an escalation. Everything that it knows is in LadderRun, everything that it wants is an action; it
 * must never send, store or look at a clock. Read the table at the end first. */
#include "rules/ladder.h"

#include <string.h>

#include "base/banned.h"

#define REPEAT_MAX ((Seconds)4 * 3600)
#define LOOK_AGAIN ((Seconds)300) /* where nobody could be asked: whether somebody came back */

typedef struct {
    LadderRun *run;
    const LadderEvent *event;
    const LadderWorld *world;
    Instant now;
    GPtrArray *actions;
} Step;

static void fire(Step *s, int level);
static void after_level_spent(Step *s);

/* ---- small parts ---- */

static const char *const state_names[RUN_STATE_COUNT] = {"climbing", "held", "exhausted", "ended"};
static const char *const event_names[LADDER_EVENT_COUNT] = {"cause", "level",    "timer",     "delivered", "unreachable",
                                                            "decline", "pass",   "ack",       "progress",  "contained",
                                                            "escalate", "suspend", "resume",  "end"};

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

LadderPage *ladder_add_page(LadderRun *r, gint64 id, int level, int attempt, const char *contact, gboolean is_reminder)
{
    LadderPage *p = g_new0(LadderPage, 1);
    *p = (LadderPage){.id = id, .level = level, .attempt = attempt, .contact = g_strdup(contact), .is_reminder = is_reminder};
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

static LadderAction *act(Step *s, LadderActionKind kind, int level, const char *contact, const char *text)
{
    LadderAction *a = g_new0(LadderAction, 1);
    *a = (LadderAction){.kind = kind, .level = level, .contact = g_strdup(contact), .text = g_strdup(text)};
    g_ptr_array_add(s->actions, a);
    return a;
}

static gboolean has(const GPtrArray *names, const char *name)
{
    for (guint i = 0; i < names->len; i++)
        if (g_strcmp0(g_ptr_array_index(names, i), name) == 0)
            return TRUE;
    return FALSE;
}

static void add_name(GPtrArray *names, const char *name)
{
    if (!has(names, name))
        g_ptr_array_add(names, g_strdup(name));
}

static PolicyLevel *level_of(const Step *s, int level) { return g_ptr_array_index(s->world->policy->levels, (guint)level - 1); }
static int level_count(const Step *s) { return (int)s->run->levels->len; }
static LevelState *level_state(const Step *s, int level) { return &g_array_index(s->run->levels, LevelState, (guint)level - 1); }

static gboolean is_pending(const LadderPage *p) { return p->state == PAGE_QUEUED || p->state == PAGE_WAITING; }

/* Whether anybody of the current level can still answer in time. */
static gboolean level_is_pending(const Step *s)
{
    for (guint i = 0; i < s->run->pages->len; i++) {
        LadderPage *p = g_ptr_array_index(s->run->pages, i);
        if (p->level == s->run->level && !p->is_reminder && is_pending(p))
            return TRUE;
    }
    return FALSE;
}

static gboolean was_tried(const Step *s, int level, const char *contact)
{
    for (guint i = 0; i < s->run->pages->len; i++) {
        LadderPage *p = g_ptr_array_index(s->run->pages, i);
        if (p->level == level && !p->is_reminder && strcmp(p->contact, contact) == 0)
            return TRUE;
    }
    return FALSE;
}

static gboolean is_asked(const Step *s, int level, const char *contact)
{
    for (guint i = 0; i < s->run->pages->len; i++) {
        LadderPage *p = g_ptr_array_index(s->run->pages, i);
        if (p->level == level && !p->is_reminder && is_pending(p) && strcmp(p->contact, contact) == 0)
            return TRUE;
    }
    return FALSE;
}

/* Takes back a page that waits for hand-over; one that waits for an answer becomes `waiting_to`. */
static void stop_page(Step *s, LadderPage *p, PageState waiting_to)
{
    if (p->state == PAGE_QUEUED)
        act(s, LADDER_DO_WITHDRAW, p->level, p->contact, NULL)->page = p->id;
    p->state = p->state == PAGE_QUEUED ? PAGE_OUT : waiting_to;
}

static void stop_pages(Step *s)
{
    for (guint i = 0; i < s->run->pages->len; i++) {
        LadderPage *p = g_ptr_array_index(s->run->pages, i);
        if (is_pending(p))
            stop_page(s, p, PAGE_SPENT);
    }
}

/* ---- whom to page ---- */

/* The first of contact, his backup, his backup's backup … who can be asked; NULL if the chain ends or comes back to somebody seen. */
static const char *reachable(Step *s, int level, const char *contact, gboolean must_be_new)
{
    g_autoptr(GPtrArray) seen = g_ptr_array_new();
    for (const char *c = contact; c != NULL && !has(seen, c); c = s->world->backup(s->world->data, c)) {
        g_ptr_array_add(seen, (gpointer)c);
        if (has(s->run->out, c) || (must_be_new && was_tried(s, level, c)))
            continue;
        if (s->world->is_available(s->world->data, c, level, s->now))
            return c;
    }
    return NULL;
}

static void page(Step *s, int level, const char *contact, int attempt, const char *instead_of)
{
    act(s, LADDER_DO_PAGE, level, contact, g_strcmp0(contact, instead_of) == 0 ? NULL : instead_of)->attempt = attempt;
    ladder_add_page(s->run, 0, level, attempt, contact, FALSE);
}

/* Pages the people of a level as they are now; FALSE if nobody can be asked. `attempt` 1 is the first mail of a level. */
static gboolean page_people(Step *s, int level, int attempt)
{
    g_autoptr(GPtrArray) people = s->world->people(s->world->data, level, s->now);
    g_autoptr(GPtrArray) chosen = g_ptr_array_new();
    for (guint i = 0; i < people->len; i++) {
        const char *person = g_ptr_array_index(people, i);
        const char *c = reachable(s, level, person, FALSE);
        if (c == NULL || has(chosen, c))
            continue;
        g_ptr_array_add(chosen, (gpointer)c);
        page(s, level, c, attempt, person);
    }
    return chosen->len > 0;
}

/* Nobody anywhere: the last level is paged once anyway, since a mail that waits is better than none. */
static void page_anyway(Step *s, int level)
{
    g_autoptr(GPtrArray) people = s->world->people(s->world->data, level, s->now);
    for (guint i = 0; i < people->len; i++)
        if (!was_tried(s, level, g_ptr_array_index(people, i)))
            page(s, level, g_ptr_array_index(people, i), level_of(s, level)->tries, NULL);
}

/* ---- levels ---- */

static void exhausted(Step *s)
{
    LadderRun *r = s->run;
    gboolean first = r->state != RUN_EXHAUSTED;
    r->state = RUN_EXHAUSTED;
    r->next_level_at = INSTANT_NONE;
    if (first && !r->is_operational && r->repeat_after == 0) { /* once per run, however often it is exhausted */
        act(s, LADDER_DO_EXHAUSTED, r->level, NULL, NULL);
        r->repeat_after = LOOK_AGAIN;
    }
    if (r->is_operational) {
        Instant once = s->world->add(s->world->data, r->level, s->now, level_of(s, r->level)->ack_within);
        Seconds spacing = r->repeat_after == 0 ? once - s->now : 2 * r->repeat_after;
        r->repeat_after = CLAMP(spacing, 60, REPEAT_MAX);
        r->repeat_at = s->now + r->repeat_after;
    }
}

/* The current level has nobody left to wait for. */
static void after_level_spent(Step *s)
{
    LadderRun *r = s->run;
    *level_state(s, r->level) = LEVEL_SPENT;
    act(s, LADDER_DO_SPENT, r->level, NULL, NULL);
    int next = r->level + 1;
    if (next > level_count(s)) {
        exhausted(s);
        return;
    }
    Instant at = s->world->add(s->world->data, next, s->now, level_of(s, next)->after);
    if (at <= s->now)
        fire(s, next);
    else
        r->next_level_at = at;
}

static void skip_between(Step *s, int level)
{
    for (int l = s->run->level + 1; l < level; l++)
        if (*level_state(s, l) == LEVEL_UNFIRED) {
            *level_state(s, l) = LEVEL_SKIPPED;
            act(s, LADDER_DO_SKIPPED, l, NULL, NULL);
        }
}

static gboolean anybody_reachable(Step *s, int level)
{
    g_autoptr(GPtrArray) people = s->world->people(s->world->data, level, s->now);
    for (guint i = 0; i < people->len; i++)
        if (reachable(s, level, g_ptr_array_index(people, i), FALSE) != NULL)
            return TRUE;
    return FALSE;
}

/* Whoever of the highest level is there now is paged; while nobody is, it is asked again. */
static void look_again(Step *s)
{
    s->run->repeat_at = INSTANT_NONE;
    for (int level = level_count(s); level > 0; level--)
        if (anybody_reachable(s, level)) {
            stop_pages(s); /* what was sent to the absent */
            page_people(s, level, level_of(s, level)->tries);
            return;
        }
    s->run->repeat_at = s->now + LOOK_AGAIN;
}

/* The last level has nobody: paged once anyway, and spent. */
static void fire_in_vain(Step *s, int level)
{
    page_anyway(s, level);
    if (level_is_pending(s))
        exhausted(s);
    else
        after_level_spent(s);
    if (!s->run->is_operational)
        s->run->repeat_at = s->now + LOOK_AGAIN;
}

static void fire(Step *s, int level)
{
    LadderRun *r = s->run;
    skip_between(s, level);
    r->level = level;
    r->next_level_at = r->repeat_at = r->hold_until = r->resolve_by = INSTANT_NONE;
    r->state = RUN_CLIMBING;
    g_clear_pointer(&r->acker, g_free);
    g_ptr_array_set_size(r->quorum, 0);
    *level_state(s, level) = LEVEL_FIRED;
    stop_pages(s); /* of an even-acked level too: now it is theirs, with full tries */
    act(s, LADDER_DO_INFORM, level, NULL, NULL);
    if (page_people(s, level, 1))
        return;
    act(s, LADDER_DO_NOBODY, level, NULL, NULL);
    if (level == level_count(s))
        fire_in_vain(s, level);
    else
        after_level_spent(s);
}

static void fire_next(Step *s)
{
    if (s->run->level < level_count(s))
        fire(s, s->run->level + 1);
    else
        exhausted(s);
}

/* ---- time ---- */

/* A page's ack-within is over: once more while tries are left, to whoever is there now. */
static void page_unanswered(Step *s, LadderPage *p)
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
        const char *c = was_tried(s, level, person) ? NULL : reachable(s, level, person, FALSE);
        if (c == NULL || was_tried(s, level, c))
            continue;
        page(s, level, c, attempt + 1, person);
        return;
    }
    /* Still there himself, or the stand-in for somebody who is away; if he left meanwhile, a backup who was not tried yet. */
    const char *again = reachable(s, level, contact, FALSE);
    if (again != NULL && strcmp(again, contact) != 0)
        again = reachable(s, level, contact, TRUE);
    if (again != NULL && !is_asked(s, level, again))
        page(s, level, again, attempt + 1, contact);
}

static void climbing_timer(Step *s)
{
    LadderRun *r = s->run;
    gboolean any = FALSE;
    for (guint i = 0, n = r->pages->len; i < n; i++) {
        LadderPage *p = g_ptr_array_index(r->pages, i);
        if (p->state != PAGE_WAITING || p->level != r->level || p->is_reminder || p->deadline_at > s->now)
            continue;
        any = TRUE;
        page_unanswered(s, p);
    }
    if (any && !level_is_pending(s))
        after_level_spent(s);
    else if (r->next_level_at != INSTANT_NONE && r->next_level_at <= s->now)
        fire(s, r->level + 1);
}

/* The hold is over and the reminder was not answered: the same level again without him, then upwards. */
static void lapse(Step *s)
{
    LadderRun *r = s->run;
    act(s, LADDER_DO_LAPSED, r->level, r->acker, NULL);
    add_name(r->out, r->acker);
    g_clear_pointer(&r->acker, g_free);
    r->acked_at = r->hold_until = r->resolve_by = INSTANT_NONE;
    stop_pages(s);
    fire(s, MAX(r->level, 1));
}

static LadderPage *open_reminder(const Step *s)
{
    for (guint i = 0; i < s->run->pages->len; i++) {
        LadderPage *p = g_ptr_array_index(s->run->pages, i);
        if (p->is_reminder && is_pending(p))
            return p;
    }
    return NULL;
}

static void held_timer(Step *s)
{
    LadderRun *r = s->run;
    LadderPage *reminder = open_reminder(s);
    gboolean is_unresolved = r->resolve_by != INSTANT_NONE && r->resolve_by <= s->now;
    if (is_unresolved) /* at the last level too, or it would stay due for ever */
        r->resolve_by = INSTANT_NONE;
    if (is_unresolved && r->level < level_count(s)) {
        fire_next(s);
    } else if (reminder != NULL) {
        if (reminder->state == PAGE_WAITING && reminder->deadline_at <= s->now)
            lapse(s);
    } else if (r->hold_until != INSTANT_NONE && r->hold_until <= s->now) {
        act(s, LADDER_DO_REMIND, MAX(r->level, 1), r->acker, NULL)->attempt = 1;
        ladder_add_page(r, 0, MAX(r->level, 1), 1, r->acker, TRUE);
    }
}

static void exhausted_timer(Step *s)
{
    LadderRun *r = s->run;
    if (r->repeat_at == INSTANT_NONE || r->repeat_at > s->now)
        return;
    if (!r->is_operational) {
        look_again(s);
        return;
    }
    stop_pages(s);
    if (!page_people(s, r->level, 1))
        act(s, LADDER_DO_NOBODY, r->level, NULL, NULL);
    exhausted(s);
}

/* ---- events ---- */

static void ignore(Step *s) { (void)s; }

static void climbing_cause(Step *s)
{
    if (s->run->level == 0)
        fire(s, 1);
}

static void climbing_level(Step *s)
{
    if (s->event->level > s->run->level)
        fire(s, s->event->level);
}

/* While an ack holds only a level that says even-acked is paged; the run stays accepted. */
static void held_level(Step *s)
{
    int level = s->event->level;
    if (*level_state(s, level) != LEVEL_UNFIRED || !level_of(s, level)->even_acked)
        return;
    *level_state(s, level) = LEVEL_FIRED;
    act(s, LADDER_DO_INFORM, level, NULL, NULL);
    page_people(s, level, 1);
}

static void delivered(Step *s)
{
    for (guint i = 0; i < s->run->pages->len; i++) {
        LadderPage *p = g_ptr_array_index(s->run->pages, i);
        if (p->id != s->event->page || p->id == 0 || p->delivered_at != INSTANT_NONE)
            continue;
        if (p->state == PAGE_OUT) { /* withdrawn while it was being handed over: he was told after all */
            p->delivered_at = s->now;
            if (s->run->state == RUN_HELD && g_strcmp0(p->contact, s->run->acker) != 0)
                act(s, LADDER_DO_TELL_ACK, p->level, p->contact, s->run->acker);
        }
        if (p->state != PAGE_QUEUED)
            continue;
        p->state = PAGE_WAITING;
        p->delivered_at = s->now;
        p->deadline_at = s->world->add(s->world->data, p->level, s->now, level_of(s, p->level)->ack_within);
    }
}

/* Puts a person out of the run and takes back his pages; TRUE if the current level was waiting for him. */
static gboolean put_out(Step *s, const char *contact)
{
    gboolean was_waiting = FALSE;
    add_name(s->run->out, contact);
    for (guint i = 0; i < s->run->pages->len; i++) {
        LadderPage *p = g_ptr_array_index(s->run->pages, i);
        if (strcmp(p->contact, contact) != 0 || !is_pending(p))
            continue;
        was_waiting = was_waiting || (p->level == s->run->level && !p->is_reminder);
        stop_page(s, p, PAGE_OUT);
    }
    return was_waiting;
}

/* decline, pass, unreachable while climbing: the one passed to or the backup is asked at once, else the level goes on without. */
static void climbing_out(Step *s)
{
    int level = s->run->level;
    const char *contact = s->event->contact;
    if (!put_out(s, contact))
        return;
    const char *c = s->event->kind == LADDER_PASS ? reachable(s, level, s->event->other, TRUE) : NULL;
    if (c == NULL)
        c = reachable(s, level, s->world->backup(s->world->data, contact), TRUE);
    if (c != NULL)
        page(s, level, c, 1, contact);
    else if (s->run->state == RUN_CLIMBING && !level_is_pending(s))
        after_level_spent(s);
}

static void held_out(Step *s)
{
    if (g_strcmp0(s->event->contact, s->run->acker) != 0) {
        put_out(s, s->event->contact);
        return;
    }
    /* The acker himself says no, or his reminder cannot reach him: his promise is void. An out-of-office that arrives for an earlier
     * page, after he answered by hand, is not that. */
    if (s->event->kind == LADDER_UNREACHABLE && open_reminder(s) == NULL)
        return;
    if (s->event->kind == LADDER_PASS) {
        int level = MAX(s->run->level, 1);
        g_autofree char *from = g_strdup(s->run->acker);
        add_name(s->run->out, from);
        g_clear_pointer(&s->run->acker, g_free);
        s->run->acked_at = s->run->hold_until = s->run->resolve_by = INSTANT_NONE;
        s->run->state = RUN_CLIMBING;
        s->run->level = level;
        stop_pages(s); /* his reminder */
        const char *c = reachable(s, level, s->event->other, FALSE);
        if (c != NULL)
            page(s, level, c, 1, from);
        else
            fire(s, level);
        return;
    }
    lapse(s);
}

static void tell_others(Step *s, LadderActionKind kind, const char *except, const char *text)
{
    g_autoptr(GPtrArray) told = g_ptr_array_new();
    for (guint i = 0; i < s->run->pages->len; i++) {
        LadderPage *p = g_ptr_array_index(s->run->pages, i);
        if (p->delivered_at == INSTANT_NONE || has(told, p->contact) || g_strcmp0(p->contact, except) == 0)
            continue;
        g_ptr_array_add(told, p->contact);
        act(s, kind, p->level, p->contact, text);
    }
}

/* How many different people of the level can be asked now, stand-ins counted. */
static int present(Step *s, int level, const GPtrArray *people)
{
    g_autoptr(GPtrArray) there = g_ptr_array_new();
    for (guint i = 0; i < people->len; i++) {
        const char *c = reachable(s, level, g_ptr_array_index(people, i), FALSE);
        if (c != NULL && !has(there, c))
            g_ptr_array_add(there, (gpointer)c);
    }
    return (int)there->len;
}

/* Quorum levels count distinct people of that level, capped at those who are there. */
static gboolean quorum_is_full(Step *s)
{
    LadderRun *r = s->run;
    int wanted = r->level == 0 ? 1 : level_of(s, r->level)->quorum;
    if (wanted <= 1)
        return TRUE;
    g_autoptr(GPtrArray) people = s->world->people(s->world->data, r->level, s->now);
    if (has(people, s->event->contact) || was_tried(s, r->level, s->event->contact))
        add_name(r->quorum, s->event->contact);
    return (int)r->quorum->len >= MIN(wanted, MAX(present(s, r->level, people), 1));
}

/* He has answered: he is not mailed again while the others of his level are waited for. */
static void answered_quorum(Step *s)
{
    gboolean any = FALSE;
    for (guint i = 0; i < s->run->pages->len; i++) {
        LadderPage *p = g_ptr_array_index(s->run->pages, i);
        if (!is_pending(p) || p->level != s->run->level || p->is_reminder || strcmp(p->contact, s->event->contact) != 0)
            continue;
        stop_page(s, p, PAGE_SPENT);
        any = TRUE;
    }
    act(s, LADDER_DO_QUORUM, s->run->level, s->event->contact, NULL);
    if (any && s->run->state == RUN_CLIMBING && !level_is_pending(s))
        after_level_spent(s);
}

static void ack(Step *s)
{
    LadderRun *r = s->run;
    if (!quorum_is_full(s)) {
        answered_quorum(s);
        return;
    }
    r->state = RUN_HELD;
    g_free(r->acker);
    r->acker = g_strdup(s->event->contact);
    r->acked_at = s->now;
    r->hold_until = s->event->hold_until;
    r->next_level_at = r->repeat_at = r->resolve_by = INSTANT_NONE;
    if (r->is_operational)
        r->repeat_after = 0;
    stop_pages(s);
    if (r->level > 0 && level_of(s, r->level)->has_resolve_within)
        r->resolve_by = s->world->add(s->world->data, r->level, s->now, level_of(s, r->level)->resolve_within);
    tell_others(s, LADDER_DO_TELL_ACK, r->acker, r->acker);
}

static void held_ack(Step *s)
{
    LadderRun *r = s->run;
    if (g_strcmp0(s->event->contact, r->acker) != 0) {
        act(s, LADDER_DO_ALSO, r->level, s->event->contact, r->acker);
        return;
    }
    r->hold_until = s->event->hold_until; /* his own again: the promise starts afresh */
    stop_pages(s);
}

static void held_progress(Step *s)
{
    if (s->event->hold_until > s->run->hold_until)
        s->run->hold_until = s->event->hold_until;
    if (s->event->kind == LADDER_CONTAINED)
        s->run->resolve_by = INSTANT_NONE;
    stop_pages(s); /* the reminder */
}

static void ended_ack(Step *s) { act(s, LADDER_DO_LATE, s->run->level, s->event->contact, NULL); }

static void suspend(Step *s)
{
    if (s->run->suspended_at == INSTANT_NONE)
        s->run->suspended_at = s->now;
}

/* `at` moved so that as much of it is left as when the run was suspended, in the time that it was measured in. */
static Instant shifted(const Step *s, int level, DurationUnit unit, Instant began, Instant at)
{
    Instant since = MAX(s->run->suspended_at, began); /* INSTANT_NONE is the smallest */
    if (at == INSTANT_NONE)
        return at;
    if (unit == DURATION_ELAPSED || at <= since)
        return at + (s->now - since);
    Duration left = {s->world->between(s->world->data, level, since, at), DURATION_OPEN_SECONDS};
    return s->world->add(s->world->data, level, s->now, left);
}

static void resume(Step *s)
{
    LadderRun *r = s->run;
    if (r->suspended_at == INSTANT_NONE)
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
    r->hold_until = shifted(s, 0, DURATION_OPEN_SECONDS, r->acked_at, r->hold_until);
    r->repeat_at = shifted(s, 0, DURATION_ELAPSED, INSTANT_NONE, r->repeat_at);
    r->suspended_at = INSTANT_NONE;
}

static void end(Step *s)
{
    LadderRun *r = s->run;
    stop_pages(s);
    tell_others(s, LADDER_DO_TELL_END, NULL, s->event->text);
    r->state = RUN_ENDED;
    r->hold_until = r->resolve_by = r->next_level_at = r->repeat_at = r->suspended_at = INSTANT_NONE;
}

/* ---- the machine ---- */

typedef void Handler(Step *);

static Handler *const machine[RUN_STATE_COUNT][LADDER_EVENT_COUNT] = {
    [RUN_CLIMBING] = {[LADDER_CAUSE] = climbing_cause,       [LADDER_LEVEL] = climbing_level,  [LADDER_TIMER] = climbing_timer,
                      [LADDER_DELIVERED] = delivered,        [LADDER_UNREACHABLE] = climbing_out, [LADDER_DECLINE] = climbing_out,
                      [LADDER_PASS] = climbing_out,          [LADDER_ACK] = ack,               [LADDER_PROGRESS] = ignore,
                      [LADDER_CONTAINED] = ignore,           [LADDER_ESCALATE] = fire_next,    [LADDER_SUSPEND] = suspend,
                      [LADDER_RESUME] = resume,              [LADDER_END] = end},
    [RUN_HELD] = {[LADDER_CAUSE] = ignore,                   [LADDER_LEVEL] = held_level,      [LADDER_TIMER] = held_timer,
                  [LADDER_DELIVERED] = delivered,            [LADDER_UNREACHABLE] = held_out,  [LADDER_DECLINE] = held_out,
                  [LADDER_PASS] = held_out,                  [LADDER_ACK] = held_ack,          [LADDER_PROGRESS] = held_progress,
                  [LADDER_CONTAINED] = held_progress,        [LADDER_ESCALATE] = fire_next,    [LADDER_SUSPEND] = suspend,
                  [LADDER_RESUME] = resume,                  [LADDER_END] = end},
    [RUN_EXHAUSTED] = {[LADDER_CAUSE] = ignore,              [LADDER_LEVEL] = climbing_level,  [LADDER_TIMER] = exhausted_timer,
                       [LADDER_DELIVERED] = delivered,       [LADDER_UNREACHABLE] = ignore,    [LADDER_DECLINE] = climbing_out,
                       [LADDER_PASS] = climbing_out,         [LADDER_ACK] = ack,               [LADDER_PROGRESS] = ignore,
                       [LADDER_CONTAINED] = ignore,          [LADDER_ESCALATE] = ignore,       [LADDER_SUSPEND] = suspend,
                       [LADDER_RESUME] = resume,             [LADDER_END] = end},
    [RUN_ENDED] = {[LADDER_CAUSE] = ignore,                  [LADDER_LEVEL] = ignore,          [LADDER_TIMER] = ignore,
                   [LADDER_DELIVERED] = delivered,           [LADDER_UNREACHABLE] = ignore,    [LADDER_DECLINE] = ignore,
                   [LADDER_PASS] = ignore,                   [LADDER_ACK] = ended_ack,         [LADDER_PROGRESS] = ignore,
                   [LADDER_CONTAINED] = ignore,              [LADDER_ESCALATE] = ignore,       [LADDER_SUSPEND] = ignore,
                   [LADDER_RESUME] = ignore,                 [LADDER_END] = ignore},
};

GPtrArray *ladder_step(LadderRun *r, const LadderEvent *event, const LadderWorld *world, Instant now)
{
    Step s = {r, event, world, now, g_ptr_array_new_with_free_func((GDestroyNotify)ladder_action_free)};
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

static Instant earlier(Instant a, Instant b) { return a == INSTANT_NONE ? b : b == INSTANT_NONE ? a : MIN(a, b); }

Instant ladder_next_at(const LadderRun *r)
{
    if (r->suspended_at != INSTANT_NONE || r->state == RUN_ENDED)
        return INSTANT_NONE;
    Instant next = INSTANT_NONE;
    gboolean has_reminder = FALSE;
    for (guint i = 0; i < r->pages->len; i++) {
        LadderPage *p = g_ptr_array_index(r->pages, i);
        has_reminder = has_reminder || (p->is_reminder && is_pending(p));
        gboolean counts = r->state == RUN_HELD ? p->is_reminder : (r->state == RUN_CLIMBING && p->level == r->level && !p->is_reminder);
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
