/* town: a world for the ladder: everybody has elapsed time, and is where the script says. A script is lines "MINUTE WORD ARGUMENT…", each with
 * what the machine wants then behind " -> ". */
#ifndef TESTS_UNIT_TOWN_H
#define TESTS_UNIT_TOWN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "rules/ladder.h"

#define BASE ((Instant)1000000)
#define LEVELS_MAX 4

typedef struct {
    Policy *policy;
    GStrv people[LEVELS_MAX];
    GHashTable *backup; /* contact -> contact */
    GHashTable *away;   /* set of contacts */
    GHashTable *shift;  /* contact -> minute at which his shift ends, as text */
    LadderRun *run;
    gint64 last_id;
    gboolean is_contained;
} Town;

static inline GPtrArray *town_people(void *data, int level, Instant now)
{
    Town *t = data;
    GPtrArray *list = g_ptr_array_new_with_free_func(g_free);
    (void)now;
    for (guint i = 0; t->people[level - 1][i] != NULL; i++)
        g_ptr_array_add(list, g_strdup(t->people[level - 1][i]));
    return list;
}

static inline const char *town_backup(void *data, const char *contact) { return g_hash_table_lookup(((Town *)data)->backup, contact); }

static inline gboolean town_is_available(void *data, const char *contact, int level, Instant now)
{
    (void)level, (void)now;
    return !g_hash_table_contains(((Town *)data)->away, contact);
}

static inline Instant minute(const char *text) { return text == NULL ? INSTANT_NONE : BASE + 60 * g_ascii_strtoll(text, NULL, 10); }

static inline Instant town_shift_end(void *data, int level, const char *contact, Instant now)
{
    Instant end = minute(g_hash_table_lookup(((Town *)data)->shift, contact));
    (void)level;
    return end > now ? end : INSTANT_NONE;
}

static inline Instant town_add(void *data, int level, Instant start, Duration d)
{
    (void)data, (void)level;
    return start + (d.unit == DURATION_BUSINESS_DAYS ? d.amount * 86400 : d.amount);
}

static inline Seconds town_between(void *data, int level, Instant a, Instant b)
{
    (void)data, (void)level;
    return b - a;
}

static inline void read_level(Town *t, const char *text)
{
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    PolicyLevel *l = policy_level_new();
    t->people[t->policy->levels->len] = g_strsplit(words[0], ",", -1);
    for (guint i = 1; words[i] != NULL; i++) {
        const char *equals = strchr(words[i], '=');
        int n = equals == NULL ? 0 : (int)g_ascii_strtoll(equals + 1, NULL, 10);
        if (g_str_has_prefix(words[i], "tries="))
            l->tries = n;
        else if (g_str_has_prefix(words[i], "within="))
            l->ack_within.amount = n * 60;
        else if (g_str_has_prefix(words[i], "after="))
            l->after.amount = n * 60;
        else if (g_str_has_prefix(words[i], "quorum="))
            l->quorum = n;
        else if (g_str_has_prefix(words[i], "resolve=")) {
            l->has_resolve_within = TRUE;
            l->resolve_within.amount = n * 60;
        } else if (strcmp(words[i], "even") == 0)
            l->even_acked = TRUE;
        else
            fail_msg("bad word '%s' in the test's policy", words[i]);
    }
    g_ptr_array_add(t->policy->levels, l);
}

/* "ann,bob tries=2 within=10 | carol"; backups "ann>bob bob>ann"; `operational`: a run of the operations queue. */
static inline Town *town_new(const char *policy, const char *backups, gboolean operational)
{
    Town *t = g_new0(Town, 1);
    g_auto(GStrv) levels = g_strsplit(policy, " | ", -1);
    g_auto(GStrv) pairs = g_strsplit(backups, " ", -1);
    t->policy = policy_new("test");
    t->backup = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    t->away = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    t->shift = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    for (guint i = 0; levels[i] != NULL; i++)
        read_level(t, levels[i]);
    for (guint i = 0; pairs[i] != NULL; i++) {
        g_auto(GStrv) pair = g_strsplit(pairs[i], ">", 2);
        if (pair[0] != NULL && pair[1] != NULL)
            g_hash_table_insert(t->backup, g_strdup(pair[0]), g_strdup(pair[1]));
    }
    t->run = ladder_run_new((int)t->policy->levels->len);
    t->run->is_operational = operational;
    return t;
}

static inline void town_free(Town *t)
{
    for (int i = 0; i < LEVELS_MAX; i++)
        g_strfreev(t->people[i]);
    g_hash_table_unref(t->backup);
    g_hash_table_unref(t->away);
    g_hash_table_unref(t->shift);
    policy_free(t->policy);
    ladder_run_free(t->run);
    g_free(t);
}

static inline GPtrArray *town_step(Town *t, LadderEvent event, Instant now)
{
    LadderWorld world = {t->policy, t, town_people, town_backup, town_is_available, town_shift_end, town_add, town_between, t->is_contained, now + 60 * 60};
    return ladder_step(t->run, &event, &world, now);
}

/* What a caller does after each step: rows for the new pages. */
static inline void town_store(Town *t)
{
    for (guint i = 0; i < t->run->pages->len; i++) {
        LadderPage *p = g_ptr_array_index(t->run->pages, i);
        if (p->id == 0)
            p->id = ++t->last_id;
    }
}

/* ---- scripts ---- */

static inline void print_action(GString *out, const LadderAction *a)
{
    static const char *const names[] = {"page",  "remind", "handoff", "relieved", "withdraw", "inform", "skipped", "tell-ack", "tell-end",
                                        "also", "quorum", "full", "late",     "lapsed", "nobody",  "spent",    "exhausted"};
    if (out->len > 0)
        g_string_append_c(out, ' ');
    g_string_append(out, names[a->kind]);
    switch (a->kind) {
    case LADDER_DO_PAGE:
    case LADDER_DO_HANDOFF:
        g_string_append_printf(out, ":%d:%s:%d", a->level, a->contact, a->attempt);
        if (a->text != NULL)
            g_string_append_printf(out, ":for-%s", a->text);
        break;
    case LADDER_DO_WITHDRAW:
        g_string_append_printf(out, ":%d:%s", a->level, a->contact);
        break;
    case LADDER_DO_EXHAUSTED:
        break;
    default:
        if (a->contact != NULL)
            g_string_append_printf(out, ":%s", a->contact);
        else
            g_string_append_printf(out, ":%d", a->level);
    }
}

static inline void print_actions(GString *out, const GPtrArray *actions)
{
    for (guint i = 0; i < actions->len; i++)
        print_action(out, g_ptr_array_index(actions, i));
}

/* Hands over whatever waits for it, all or one contact's. */
static inline void send_all(Town *t, const char *contact, Instant now, GString *got)
{
    for (guint i = 0; i < t->run->pages->len; i++) {
        LadderPage *p = g_ptr_array_index(t->run->pages, i);
        if (p->state != PAGE_QUEUED || (contact != NULL && strcmp(contact, p->contact) != 0))
            continue;
        g_autoptr(GPtrArray) actions = town_step(t, (LadderEvent){.kind = LADDER_DELIVERED, .page = p->id}, now);
        print_actions(got, actions);
    }
}

/* What is no event: changes of the world, and questions. */
static inline gboolean play_world(Town *t, char **w, Instant now, GString *got)
{
    if (strcmp(w[0], "sent") == 0) {
        send_all(t, w[1], now, got);
    } else if (strcmp(w[0], "away") == 0) {
        g_hash_table_add(t->away, g_strdup(w[1]));
    } else if (strcmp(w[0], "back") == 0) {
        g_hash_table_remove(t->away, w[1]);
    } else if (strcmp(w[0], "shift") == 0 && w[1] != NULL && w[2] != NULL) { /* else it is the event */
        g_hash_table_insert(t->shift, g_strdup(w[1]), g_strdup(w[2]));
    } else if (strcmp(w[0], "uncontained") == 0) {
        t->is_contained = FALSE;
    } else if (strcmp(w[0], "people") == 0) {
        int level = (int)g_ascii_strtoll(w[1], NULL, 10);
        g_strfreev(t->people[level - 1]);
        t->people[level - 1] = g_strsplit(w[2], ",", -1);
    } else if (strcmp(w[0], "state") == 0) {
        g_string_append(got, ladder_state_name(t->run->state));
    } else if (strcmp(w[0], "next") == 0) {
        Instant at = ladder_next_at(t->run);
        if (at == INSTANT_NONE)
            g_string_append(got, "-");
        else
            g_string_append_printf(got, "%d", (int)((at - BASE) / 60));
    } else {
        return FALSE;
    }
    return TRUE;
}

static inline void play_event(Town *t, char **w, Instant now, GString *got)
{
    LadderEvent e = {.kind = LADDER_EVENT_COUNT, .hold_until = INSTANT_NONE};
    for (int k = 0; k < LADDER_EVENT_COUNT; k++)
        if (strcmp(w[0], ladder_event_name((LadderEventKind)k)) == 0)
            e.kind = (LadderEventKind)k;
    if (e.kind == LADDER_EVENT_COUNT)
        fail_msg("bad word '%s' in the test's script", w[0]);
    if (e.kind == LADDER_LEVEL) {
        e.level = (int)g_ascii_strtoll(w[1], NULL, 10);
    } else if (e.kind == LADDER_PROGRESS || e.kind == LADDER_CONTAINED || e.kind == LADDER_SEVERITY) {
        e.hold_until = minute(w[1]);
    } else if (e.kind == LADDER_DELIVERED) {
        e.page = g_ascii_strtoll(w[1], NULL, 10);
    } else if (e.kind == LADDER_SUSPEND || e.kind == LADDER_RESUME) {
        e.why = g_strcmp0(w[1], "offline") == 0 ? SUSPENDED_OFFLINE : SUSPENDED_PAUSED;
    } else if (w[1] != NULL) {
        e.contact = e.text = w[1];
        if (e.kind == LADDER_ACK)
            e = (LadderEvent){.kind = e.kind, .contact = w[1], .text = w[1], .hold_until = minute(w[2]), .is_override = w[2] != NULL && g_strcmp0(w[3], "override") == 0};
        else
            e.other = w[2];
    }
    t->is_contained = t->is_contained || e.kind == LADDER_CONTAINED;
    g_autoptr(GPtrArray) actions = town_step(t, e, now);
    print_actions(got, actions);
}

/* One line without its " -> "; what the machine wants is appended to `got`, or dropped where that is NULL. */
static inline void town_play(Town *t, const char *line, GString *got)
{
    g_auto(GStrv) words = g_strsplit(line, " ", -1);
    g_autoptr(GString) dropped = g_string_new(NULL);
    Instant now = minute(words[0]);
    if (!play_world(t, words + 1, now, got != NULL ? got : dropped))
        play_event(t, words + 1, now, got != NULL ? got : dropped);
    town_store(t);
}

static inline void play(const char *label, Town *t, const char *line)
{
    g_auto(GStrv) sides = g_strsplit(line, " -> ", 2);
    g_autoptr(GString) got = g_string_new(NULL);
    town_play(t, g_strstrip(sides[0]), got);
    const char *want = sides[1] == NULL ? "" : g_strstrip(sides[1]);
    if (strcmp(got->str, want) != 0)
        fail_msg("%s: at '%s': wanted '%s', got '%s'", label, line, want, got->str);
}

#endif
