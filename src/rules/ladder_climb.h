/* ladder_climb: the parts of the ladder that page people and fire levels. Private to rules/ladder. */
#ifndef RULES_LADDER_CLIMB_H
#define RULES_LADDER_CLIMB_H

#include "rules/ladder.h"

/* One step of the machine. */
typedef struct {
    LadderRun *run;
    const LadderEvent *event;
    const LadderWorld *world;
    Instant now;
    GPtrArray *actions;
} LadderStep;

static inline PolicyLevel *level_of(const LadderStep *s, int level) { return g_ptr_array_index(s->world->policy->levels, (guint)level - 1); }
static inline int level_count(const LadderStep *s) { return (int)s->run->levels->len; }
static inline LevelState *level_state(const LadderStep *s, int level) { return &g_array_index(s->run->levels, LevelState, (guint)level - 1); }
static inline gboolean is_pending(const LadderPage *p) { return p->state == PAGE_QUEUED || p->state == PAGE_WAITING; }

LadderAction *ladder_climb_act(LadderStep *s, LadderActionKind kind, int level, const char *contact, const char *text);
gboolean ladder_climb_has(const GPtrArray *names, const char *name);
void ladder_climb_add_name(GPtrArray *names, const char *name);
gboolean ladder_climb_level_is_pending(const LadderStep *s);
void ladder_climb_tell_others(LadderStep *s, LadderActionKind kind, const char *except, const char *text);
gboolean ladder_climb_was_tried(const LadderStep *s, int level, const char *contact);
gboolean ladder_climb_is_asked(const LadderStep *s, int level, const char *contact);
void ladder_climb_stop_page(LadderStep *s, LadderPage *p, PageState waiting_to);
void ladder_climb_stop_pages(LadderStep *s);
void ladder_climb_stop_late(LadderStep *s);
gboolean ladder_climb_take_back(LadderStep *s, const char *contact);
gboolean ladder_climb_put_out(LadderStep *s, const char *contact);
const char *ladder_climb_reachable(LadderStep *s, int level, const char *contact, gboolean must_be_new);
/* Quorum levels count distinct people of that level, capped at those who are there. `answered` (or NULL) does so now. */
gboolean ladder_climb_quorum_is_full(LadderStep *s, const char *answered);
void ladder_climb_page(LadderStep *s, int level, const char *contact, int attempt, const char *instead_of);
gboolean ladder_climb_page_people(LadderStep *s, int level, int attempt);
void ladder_climb_exhausted(LadderStep *s);
void ladder_climb_after_level_spent(LadderStep *s);
void ladder_climb_fire(LadderStep *s, int level);
void ladder_climb_fire_above(LadderStep *s);
void ladder_climb_fire_next(LadderStep *s);
void ladder_climb_look_again(LadderStep *s);

#endif
