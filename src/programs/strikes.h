/* strikes: what a file of incoming has cost so far. Each failure of its own is a strike, and so is each core that died over it; the last is
 * hold. A timer over which core died is put off. */
#ifndef PROGRAMS_STRIKES_H
#define PROGRAMS_STRIKES_H

#include "flows/desk.h"
#include "flows/reading.h"

typedef struct Strikes Strikes;

/* What the last core had in hand when it died gets its strike, or is put off. The desk's store is open, and outlives this; the desk tells of timers
 * from now on. TEMPFAIL: not now. */
Strikes *strikes_open(Desk *d, GError **err);
void strikes_close(Strikes *s); /* NULL is fine */

/* This file is in hand from now on (NULL: none): if this process dies, it costs the file a strike. No sync: a machine that dies costs none. */
void strikes_in_hand(Strikes *s, const char *name);
/* Several files are from now on: if this process dies, the next one cannot tell over which, and takes each by itself. FALSE: this is such a process, and
 * nothing is in hand. */
gboolean strikes_in_hand_several(Strikes *s);
/* All that lay in incoming when this process began was tried, so what brought down the last one too: several may be in hand again. */
void strikes_all_tried(Strikes *s);
/* Whether the spool's disk gives what is read of it: where not, no file is to blame. */
gboolean strikes_can_read(const Strikes *s);
/* Whether one more strike is hold. Such a file is tried alone, and last: if it brings core down, all else was done before. */
gboolean strikes_is_last_chance(const Strikes *s, const char *name);
/* Whether there may be one: incoming need not be looked through for it where there is none. */
gboolean strikes_has_last_chance(const Strikes *s);
/* Files that failed by themselves, with the reason (which is taken). */
GPtrArray *strikes_list_new(void);
void strikes_list_add(GPtrArray *list, const char *name, GError *why);
/* The same of one that could be read: the reason says from whom it is, and its subject, by which people know it again. */
void strikes_list_add_read(GPtrArray *list, const char *name, const Reading *r, GError *why);
/* A strike to each of them; hold at once where another try cannot help. *did grows by their number. One that cannot be struck or held keeps no other
 * from it: FALSE at the end, with the first failure. */
gboolean strikes_give(Strikes *s, const GPtrArray *list, guint *did, GError **err);
/* Forgets files that were taken in or away since. */
gboolean strikes_tidy(Strikes *s, GError **err);

#endif
