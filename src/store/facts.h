/* facts: single values that the desk remembers under a name, as when the operator was last told of something. */
#ifndef STORE_FACTS_H
#define STORE_FACTS_H

#include "store/db.h"

#define FACTS_RESTORED "restored" /* by `escalate restore`: the numbers up to it belong to the backup, or are lost */

/* *ret newly allocated; NULL: there is none of the name. */
gboolean facts_text(Db *db, const char *name, char **ret, GError **err);
gboolean facts_set_text(Db *db, const char *name, const char *value, GError **err);
/* A number, or an instant; `none` where there is none of the name. */
gboolean facts_number(Db *db, const char *name, gint64 none, gint64 *ret, GError **err);
gboolean facts_set_number(Db *db, const char *name, gint64 value, GError **err);
/* None of the name is well too. */
gboolean facts_forget(Db *db, const char *name, GError **err);

#endif
