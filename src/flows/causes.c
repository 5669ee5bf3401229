/* causes: see the header. */
#include "flows/causes.h"

#include <string.h>

#include "rules/phrase.h"

#include "base/banned.h"

static const struct {
    const char *cause, *text;
} words[] = {
    {"manual", PHRASE("somebody of the team escalated it")},
    {"customer", PHRASE("the customer asked for it")},
    {"spike", PHRASE("many customers wrote much the same")},
    {"heartbeat", PHRASE("a mail of monitoring did not come")},
    {"uncontained", PHRASE("nobody confirmed that it is contained")},
    {"drill", PHRASE("it is an exercise")},
    {"triage", PHRASE("nobody has sorted it")},
};

/* "respond in support" of "clock:7", "rule outage", "risk legal", or a sentence. Newly allocated. */
static char *text_of(const char *cause, const char *target, const char *queue)
{
    const char *colon = strchr(cause, ':');
    if (target != NULL)
        return g_strdup_printf("%s in %s", target, queue);
    if (colon != NULL && g_str_has_prefix(cause, "rule:"))
        return phrase_make("rule {name}", "name", colon + 1, NULL);
    if (colon != NULL && g_str_has_prefix(cause, "risk:"))
        return phrase_make("risk {name}", "name", colon + 1, NULL);
    if (colon != NULL)
        return g_strdup_printf("%.*s %s", (int)(colon - cause), cause, colon + 1);
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
        if (strcmp(words[i].cause, cause) == 0)
            return phrase_make(words[i].text, NULL);
    return g_strdup(cause);
}

gboolean causes_of_run(Desk *d, gint64 run, json_t **ret, GError **err)
{
    g_autoptr(DbRows) rows = NULL;
    GError *local = NULL;
    if (!db_select(d->db, &rows, err,
                   "select r.cause, r.ended_at, c.target, c.queue from run_cause r left join clock c on c.id = r.clock_id where r.run_id = $1 order by r.since_at, r.cause",
                   "i", run))
        return FALSE;
    json_t *list = json_array();
    while (db_next(rows, &local)) {
        g_autofree char *text = text_of(db_text(rows, 0), db_text(rows, 2), db_text(rows, 3));
        json_array_append_new(list, json_pack("{s:s, s:s, s:b, s:b}", "cause", text, "name", db_text(rows, 0), "over", db_instant(rows, 1) != INSTANT_NONE,
                                              "clock", db_text(rows, 2) != NULL));
    }
    if (local != NULL) {
        g_propagate_error(err, local);
        json_decref(list);
        return FALSE;
    }
    *ret = list;
    return TRUE;
}

gboolean causes_beside_clocks(Desk *d, gint64 run, char **ret, GError **err)
{
    json_t *list = NULL, *one;
    size_t i;
    g_autoptr(GString) s = g_string_new(NULL);
    if (!causes_of_run(d, run, &list, err))
        return FALSE;
    json_array_foreach(list, i, one)
    {
        if (!json_is_true(json_object_get(one, "over")) && !json_is_true(json_object_get(one, "clock")))
            g_string_append_printf(s, "%s%s", s->len > 0 ? "; " : "", json_string_value(json_object_get(one, "cause")));
    }
    json_decref(list);
    *ret = s->len > 0 ? g_strdup(s->str) : NULL;
    return TRUE;
}
