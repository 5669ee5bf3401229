/* mta: findings of `escalate check --mta`. */
#ifndef PROGRAMS_MTA_H
#define PROGRAMS_MTA_H

#include <sys/types.h>

#include "flows/desk.h"

typedef enum { MTA_OK, MTA_WARNING, MTA_ERROR } MtaLevel;

typedef struct {
    const Desk *desk;
    uid_t owner;    /* whom the database belongs to: escalated's user */
    gboolean json;
    guint errors;
} Mta;

/* Prints one finding; `expected` and `advice` are NULL where all is well. */
void mta_found(Mta *m, MtaLevel level, const char *what, const char *expected, const char *advice);
/* What Postfix's configuration says of escalate, and the filter that it runs. */
void mta_postfix(Mta *m);
/* Modes and owners of the spool and of the keys. */
void mta_files(Mta *m);
/* That program: a file that anybody may execute, and which needs no other to start. */
void mta_filter(Mta *m, const char *path);

#endif
