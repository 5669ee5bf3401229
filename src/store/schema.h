/* schema: the tables, as steps from each version to the next. A step that was released never changes. */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

#include "store/db.h"

extern const char *const schema_steps[]; /* schema_steps[n] leads from version n to n + 1 */
extern const int schema_version_count;

/* Leads a database from whatever version it has to the present one, in one transaction. CONFIG: it is a newer program's. */
gboolean schema_migrate(Db *db, GError **err);
/* CONFIG: it has another version. */
gboolean schema_is_ours(Db *db, GError **err);

#endif
