/* nearest: see the header. */
#include "base/nearest.h"

#include <string.h>

#include "base/banned.h"

#define LETTERS_MAX 64

guint nearest_distance(const char *a, const char *b)
{
    guint row[LETTERS_MAX + 1];
    gsize m = MIN(strlen(a), LETTERS_MAX), n = MIN(strlen(b), LETTERS_MAX);
    for (guint j = 0; j <= n; j++)
        row[j] = j;
    for (guint i = 1; i <= m; i++) {
        guint diagonal = row[0];
        row[0] = i;
        for (guint j = 1; j <= n; j++) {
            guint change = diagonal + (g_ascii_tolower(a[i - 1]) != g_ascii_tolower(b[j - 1]));
            diagonal = row[j];
            row[j] = MIN(change, MIN(row[j], row[j - 1]) + 1);
        }
    }
    return row[n];
}

static gboolean is_better(const Nearest *n, const char *known, guint distance)
{
    gboolean begins = *known == *n->meant, best_begins = n->name != NULL && *n->name == *n->meant;
    if (n->name == NULL || distance != n->distance)
        return n->name == NULL || distance < n->distance;
    return begins != best_begins ? begins : strcmp(known, n->name) < 0;
}

void nearest_offer(Nearest *n, const char *known)
{
    guint distance = nearest_distance(n->meant, known);
    if (!is_better(n, known, distance))
        return;
    n->name = known;
    n->distance = distance;
}
