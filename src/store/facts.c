/* facts: see the header. */
#include "store/facts.h"

#include "base/banned.h"

gboolean facts_text(Db *db, const char *name, char **ret, GError **err)
{
    return db_text_value(db, ret, err, "select value from fact where name = $1", "s", name);
}

gboolean facts_set_text(Db *db, const char *name, const char *value, GError **err)
{
    return db_run(db, err, "insert into fact (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value", "ss", name, value);
}

gboolean facts_number(Db *db, const char *name, gint64 none, gint64 *ret, GError **err)
{
    return db_value(db, ret, err, "select coalesce((select cast(value as integer) from fact where name = $1), $2)", "si", name, none);
}

gboolean facts_set_number(Db *db, const char *name, gint64 value, GError **err)
{
    g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, value);
    return facts_set_text(db, name, text, err);
}

gboolean facts_forget(Db *db, const char *name, GError **err) { return db_run(db, err, "delete from fact where name = $1", "s", name); }
