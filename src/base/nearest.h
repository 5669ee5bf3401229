/* nearest: which of many known names somebody may have meant. */
#ifndef BASE_NEAREST_H
#define BASE_NEAREST_H

#include <glib.h>

typedef struct {
    const char *meant; /* as he wrote it; it and the names are the caller's */
    const char *name;  /* the nearest so far; NULL: none was offered */
    guint distance;    /* of that one */
} Nearest;

/* Letters that are changed, put in or taken out, among the first 64 of each; ASCII without case. */
guint nearest_distance(const char *a, const char *b);
/* Of two that are as near: the one with the first letter that was meant, which is rarely wrong; then by alphabet. */
void nearest_offer(Nearest *n, const char *known);

#endif
