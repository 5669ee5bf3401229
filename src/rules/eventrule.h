/* eventrule: `summary:PATTERN`, which events of an iCalendar file are meant: public feeds mix holidays, observances and working days
 * that make up for one. Pure. */
#ifndef RULES_EVENTRULE_H
#define RULES_EVENTRULE_H

#include <glib.h>

/* What a rule can ask of an event; texts may be NULL. */
typedef struct {
    const char *summary, *categories /* separated by commas */, *description, *uid;
    gboolean transparent; /* RFC 5545 3.8.2.7 */
} EventFacts;

typedef struct EventRule EventRule;

/* `summary:`, `category:`, `description:`, `uid:` with a pattern (rules/pattern.h), `transp:opaque`, `transp:transparent`; a pattern
 * alone is of the summary. DATA error says what is expected. */
EventRule *eventrule_parse(const char *text, GError **err);
void eventrule_free(EventRule *r);
/* As it was written. */
const char *eventrule_text(const EventRule *r);
/* Whether any of `rules` (EventRule *; NULL: none) holds. */
gboolean eventrule_any(const GPtrArray *rules, const EventFacts *facts);

#endif
