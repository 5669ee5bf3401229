/* audience: variables by the object that they belong to. A variable's audience is what all objects on the way to it allow, so that one row
 * closes all that is below it. It must never guess: a name without a row is seen by nobody outside. */
#include "flows/audience.h"

#include <string.h>

#include "rules/template_walk.h"

#include "base/banned.h"

/* What a value is made of. The first ones are the roots: the values of a template beside those of every template. */
typedef enum {
    OF_ANY,
    OF_AUTO_ACK,
    OF_UPDATE,
    OF_DELAY,
    OF_RESOLVED,
    OF_TEAM,
    OF_PAGE,
    OF_LINE,
    OF_TRANSCRIPT,
    OF_DIGEST,
    OF_BOARD,
    OF_VENDOR,
    OF_DAILY,
    OF_DRILL,
    OF_ROUNDCALL,
    OF_ROUNDCALL_END,
    OF_NOTICE,
    OF_PLAIN,
    OF_TICKET,
    OF_ABOUT, /* a ticket with an excerpt */
    OF_CLOCK,
    OF_ALSO,
    OF_SEVERITY,
    OF_LINKS,
    OF_DAILY_TICKET,
    OF_DRILL_ASKED,
    OF_DAILY_OTHER,
    OF_DAILY_SHADOW,
    OF_VALUE,
    OF_TIME   /* a value that stands as NAME_exact too */
} Kind;

#define HOUSE (AUDIENCE_INTERNAL | AUDIENCE_EXECUTIVE)
#define ALL (HOUSE | AUDIENCE_CUSTOMER | AUDIENCE_VENDOR)
#define NO_VENDOR (HOUSE | AUDIENCE_CUSTOMER)
#define NO_CUSTOMER (HOUSE | AUDIENCE_VENDOR)

static const struct {
    const char *template;
    Kind root;
    Audience audience;
} templates[] = {
    {"raised", OF_AUTO_ACK, AUDIENCE_CUSTOMER},
    {"auto-ack", OF_AUTO_ACK, AUDIENCE_CUSTOMER},   {"update", OF_UPDATE, AUDIENCE_CUSTOMER},     {"delay", OF_DELAY, AUDIENCE_CUSTOMER},
    {"resolved", OF_RESOLVED, AUDIENCE_CUSTOMER},   {"new-ticket", OF_TEAM, AUDIENCE_INTERNAL},   {"relay-in", OF_TEAM, AUDIENCE_INTERNAL},
    {"line", OF_LINE, AUDIENCE_INTERNAL},           {"transcript", OF_TRANSCRIPT, AUDIENCE_INTERNAL}, {"daily", OF_DAILY, AUDIENCE_INTERNAL},
    {"drill", OF_DRILL, AUDIENCE_INTERNAL},         {"roundcall", OF_ROUNDCALL, AUDIENCE_INTERNAL}, {"roundcall-end", OF_ROUNDCALL_END, AUDIENCE_INTERNAL},
    {"notice", OF_NOTICE, AUDIENCE_INTERNAL},       {"plain", OF_PLAIN, AUDIENCE_CUSTOMER},       {"executive", OF_PAGE, AUDIENCE_EXECUTIVE},
    {"escalation", OF_PAGE, AUDIENCE_INTERNAL},     {"reminder", OF_PAGE, AUDIENCE_INTERNAL},     {"triage", OF_PAGE, AUDIENCE_INTERNAL},
    {"board", OF_BOARD, AUDIENCE_EXECUTIVE},        {"vendor", OF_VENDOR, AUDIENCE_VENDOR},         {"digest", OF_DIGEST, AUDIENCE_INTERNAL},
};

typedef struct {
    Kind of;
    const char *name;
    Kind kind;
    guint audiences;
} Variable;

static const Variable variables[] = {
    {OF_ANY, "reader", OF_VALUE, ALL},
    {OF_ANY, "ticket", OF_TICKET, ALL},

    {OF_TICKET, "id", OF_VALUE, ALL},
    {OF_TICKET, "tag", OF_VALUE, ALL},
    {OF_TICKET, "queue", OF_VALUE, ALL},
    {OF_TICKET, "maintenance", OF_TIME, HOUSE},
    {OF_TICKET, "state", OF_VALUE, ALL},
    {OF_TICKET, "state_word", OF_VALUE, ALL},
    {OF_TICKET, "severity", OF_VALUE, ALL},
    {OF_TICKET, "category", OF_VALUE, NO_CUSTOMER},
    {OF_TICKET, "service", OF_VALUE, NO_CUSTOMER},
    {OF_TICKET, "subject", OF_VALUE, ALL},
    {OF_TICKET, "language", OF_VALUE, ALL},
    {OF_TICKET, "requester", OF_VALUE, NO_VENDOR}, /* a vendor need not know whose trouble it is */
    {OF_TICKET, "requester_name", OF_VALUE, NO_VENDOR},
    {OF_TICKET, "owner", OF_VALUE, HOUSE},
    {OF_TICKET, "owner_name", OF_VALUE, HOUSE},
    {OF_TICKET, "owner_phone", OF_VALUE, HOUSE},
    {OF_TICKET, "impact", OF_VALUE, NO_CUSTOMER}, /* the view of a vendor has it where nothing is withheld */
    {OF_TICKET, "next", OF_VALUE, NO_VENDOR},
    {OF_TICKET, "cause", OF_VALUE, NO_VENDOR},
    {OF_TICKET, "drill", OF_VALUE, HOUSE},
    {OF_TICKET, "resolution", OF_VALUE, NO_VENDOR},
    {OF_TICKET, "prevention", OF_VALUE, NO_VENDOR},
    {OF_TICKET, "opened", OF_TIME, ALL},
    {OF_TICKET, "resolved", OF_TIME, ALL},
    {OF_TICKET, "contained", OF_TIME, HOUSE},
    {OF_TICKET, "next_until", OF_TIME, NO_VENDOR},
    {OF_TICKET, "wait_until", OF_TIME, HOUSE},
    {OF_TICKET, "waiting_for", OF_VALUE, HOUSE},
    {OF_TICKET, "customer", OF_VALUE, HOUSE},
    {OF_TICKET, "segment", OF_VALUE, HOUSE},
    {OF_TICKET, "operational", OF_VALUE, HOUSE},
    {OF_TICKET, "own", OF_VALUE, HOUSE},
    {OF_TICKET, "zone", OF_VALUE, ALL},
    {OF_TICKET, "clocks", OF_CLOCK, HOUSE}, /* what was not promised is nobody's outside */
    {OF_TICKET, "due", OF_CLOCK, HOUSE},

    {OF_CLOCK, "target", OF_VALUE, HOUSE},
    {OF_CLOCK, "respond", OF_VALUE, HOUSE},
    {OF_CLOCK, "update", OF_VALUE, HOUSE},
    {OF_CLOCK, "resolve", OF_VALUE, HOUSE},
    {OF_CLOCK, "assign", OF_VALUE, HOUSE},
    {OF_CLOCK, "queue", OF_VALUE, HOUSE},
    {OF_CLOCK, "elsewhere", OF_VALUE, HOUSE},
    {OF_CLOCK, "calendar", OF_VALUE, HOUSE},
    {OF_CLOCK, "duration", OF_VALUE, HOUSE},
    {OF_CLOCK, "state", OF_VALUE, HOUSE},
    {OF_CLOCK, "at", OF_TIME, HOUSE},
    {OF_CLOCK, "met", OF_TIME, HOUSE},
    {OF_CLOCK, "breached", OF_VALUE, HOUSE},
    {OF_CLOCK, "left", OF_VALUE, HOUSE},
    {OF_CLOCK, "late", OF_VALUE, HOUSE},
    {OF_CLOCK, "now", OF_VALUE, HOUSE},

    {OF_AUTO_ACK, "answer_by", OF_VALUE, NO_VENDOR},
    {OF_AUTO_ACK, "opens", OF_VALUE, NO_VENDOR},
    {OF_AUTO_ACK, "closed", OF_VALUE, NO_VENDOR},
    {OF_AUTO_ACK, "hours_notice", OF_VALUE, NO_VENDOR},
    {OF_AUTO_ACK, "address", OF_VALUE, NO_VENDOR},
    {OF_UPDATE, "taken", OF_VALUE, NO_VENDOR},
    {OF_UPDATE, "step", OF_VALUE, NO_VENDOR},
    {OF_UPDATE, "next_by", OF_VALUE, NO_VENDOR},
    {OF_UPDATE, "next_update", OF_VALUE, NO_VENDOR},
    {OF_UPDATE, "address", OF_VALUE, NO_VENDOR},
    {OF_DELAY, "respond", OF_VALUE, NO_VENDOR},
    {OF_DELAY, "resolve", OF_VALUE, NO_VENDOR},
    {OF_DELAY, "hear_by", OF_VALUE, NO_VENDOR},
    {OF_DELAY, "address", OF_VALUE, NO_VENDOR},
    {OF_RESOLVED, "address", OF_VALUE, NO_VENDOR},

    {OF_TEAM, "from", OF_VALUE, HOUSE},
    {OF_TEAM, "text", OF_VALUE, HOUSE},
    {OF_TEAM, "relay", OF_VALUE, HOUSE},
    {OF_TEAM, "news", OF_VALUE, HOUSE},
    {OF_TEAM, "headline", OF_VALUE, HOUSE},
    {OF_TEAM, "about", OF_ABOUT, HOUSE},

    {OF_PAGE, "headline", OF_VALUE, HOUSE},
    {OF_PAGE, "pressing", OF_CLOCK, HOUSE},
    {OF_PAGE, "policy", OF_VALUE, HOUSE},
    {OF_PAGE, "beside", OF_VALUE, HOUSE},
    {OF_PAGE, "quorum", OF_VALUE, HOUSE},
    {OF_PAGE, "level", OF_VALUE, HOUSE},
    {OF_PAGE, "levels", OF_VALUE, HOUSE},
    {OF_PAGE, "try", OF_VALUE, HOUSE},
    {OF_PAGE, "again", OF_VALUE, HOUSE},
    {OF_PAGE, "role", OF_VALUE, HOUSE},
    {OF_PAGE, "because", OF_VALUE, HOUSE},
    {OF_PAGE, "instead_of", OF_VALUE, HOUSE},
    {OF_PAGE, "instead_open", OF_VALUE, HOUSE},
    {OF_PAGE, "shift_of", OF_VALUE, HOUSE},
    {OF_PAGE, "tried", OF_VALUE, HOUSE},
    {OF_PAGE, "about", OF_ABOUT, HOUSE},
    {OF_PAGE, "also", OF_ALSO, HOUSE},
    {OF_ALSO, "policy", OF_VALUE, HOUSE},
    {OF_ALSO, "level", OF_VALUE, HOUSE},
    {OF_ALSO, "over", OF_VALUE, HOUSE},
    {OF_ALSO, "at", OF_TIME, HOUSE},
    {OF_PAGE, "severities", OF_SEVERITY, HOUSE},
    {OF_SEVERITY, "name", OF_VALUE, HOUSE},
    {OF_SEVERITY, "title", OF_VALUE, HOUSE},
    {OF_SEVERITY, "example", OF_VALUE, HOUSE},
    {OF_PAGE, "severity_title", OF_VALUE, HOUSE},
    {OF_BOARD, "risk", OF_VALUE, HOUSE},
    {OF_BOARD, "open", OF_VALUE, HOUSE},
    {OF_BOARD, "headline", OF_VALUE, HOUSE},
    {OF_BOARD, "severity_title", OF_VALUE, HOUSE},
    {OF_VENDOR, "contract", OF_VALUE, NO_CUSTOMER},
    {OF_VENDOR, "answer_by", OF_VALUE, NO_CUSTOMER},
    {OF_VENDOR, "again", OF_VALUE, NO_CUSTOMER},
    {OF_VENDOR, "address", OF_VALUE, NO_CUSTOMER},
    {OF_VENDOR, "severity_title", OF_VALUE, NO_CUSTOMER},
    {OF_PAGE, "drill_ends", OF_VALUE, HOUSE},
    {OF_PAGE, "authority", OF_VALUE, HOUSE},
    {OF_PAGE, "bridge", OF_VALUE, HOUSE},
    {OF_PAGE, "observe", OF_VALUE, HOUSE},
    {OF_PAGE, "answer_by", OF_TIME, HOUSE},
    {OF_PAGE, "next_people", OF_VALUE, HOUSE},
    {OF_PAGE, "next_at", OF_TIME, HOUSE},
    {OF_PAGE, "repeats", OF_VALUE, HOUSE},
    {OF_PAGE, "last", OF_VALUE, HOUSE},
    {OF_PAGE, "last_queue", OF_VALUE, HOUSE},
    {OF_PAGE, "reminder", OF_VALUE, HOUSE},
    {OF_PAGE, "excerpt", OF_VALUE, HOUSE},
    {OF_PAGE, "excerpt_at", OF_TIME, HOUSE},
    {OF_PAGE, "excerpt_by", OF_VALUE, HOUSE},
    {OF_PAGE, "done", OF_VALUE, HOUSE},
    {OF_PAGE, "done_at", OF_TIME, HOUSE},
    {OF_PAGE, "links", OF_LINKS, HOUSE},
    {OF_LINKS, "ack", OF_VALUE, HOUSE},
    {OF_LINKS, "ack2h", OF_VALUE, HOUSE},
    {OF_LINKS, "no", OF_VALUE, HOUSE},
    {OF_LINKS, "status", OF_VALUE, HOUSE},
    {OF_ABOUT, "excerpt", OF_VALUE, HOUSE},
    {OF_ABOUT, "excerpt_at", OF_TIME, HOUSE},
    {OF_ABOUT, "excerpt_by", OF_VALUE, HOUSE},

    {OF_LINE, "line", OF_VALUE, HOUSE},
    {OF_TRANSCRIPT, "results", OF_VALUE, HOUSE},
    {OF_TRANSCRIPT, "choices", OF_VALUE, HOUSE},
    {OF_TRANSCRIPT, "digest", OF_VALUE, HOUSE},
    {OF_TRANSCRIPT, "work", OF_VALUE, HOUSE},
    {OF_DIGEST, "count", OF_VALUE, HOUSE},
    {OF_DIGEST, "severity", OF_VALUE, HOUSE},
    {OF_DIGEST, "worst", OF_VALUE, HOUSE},
    {OF_DIGEST, "same", OF_VALUE, HOUSE},
    {OF_DIGEST, "since", OF_TIME, HOUSE},
    {OF_DIGEST, "zone", OF_VALUE, HOUSE},
    {OF_DIGEST, "queue", OF_VALUE, HOUSE},
    {OF_DIGEST, "rows", OF_PAGE, HOUSE},
    {OF_DIGEST, "more", OF_VALUE, HOUSE},
    {OF_DIGEST, "address", OF_VALUE, HOUSE},
    {OF_DIGEST, "link", OF_VALUE, HOUSE},
    {OF_DIGEST, "told", OF_VALUE, HOUSE},
    {OF_DIGEST, "lines_told", OF_VALUE, HOUSE},
    {OF_DIGEST, "more_lines", OF_VALUE, HOUSE},
    {OF_PAGE, "short_subject", OF_VALUE, HOUSE}, /* of a row of a digest */
    {OF_PAGE, "address", OF_VALUE, HOUSE},
    {OF_NOTICE, "queue", OF_VALUE, HOUSE},
    {OF_NOTICE, "title", OF_VALUE, HOUSE},
    {OF_NOTICE, "lines", OF_VALUE, HOUSE},
    {OF_PLAIN, "lines", OF_VALUE, ALL},

    {OF_DAILY, "queue", OF_VALUE, HOUSE},
    {OF_DAILY, "day", OF_VALUE, HOUSE},
    {OF_DAILY, "open", OF_VALUE, HOUSE},
    {OF_DAILY, "late", OF_VALUE, HOUSE},
    {OF_DAILY, "unowned", OF_VALUE, HOUSE},
    {OF_DAILY, "held", OF_VALUE, HOUSE},
    {OF_DAILY, "tickets", OF_DAILY_TICKET, HOUSE},
    {OF_DAILY_TICKET, "id", OF_VALUE, HOUSE},
    {OF_DAILY_TICKET, "severity", OF_VALUE, HOUSE},
    {OF_DAILY_TICKET, "state", OF_VALUE, HOUSE},
    {OF_DAILY_TICKET, "state_word", OF_VALUE, HOUSE},
    {OF_DAILY_TICKET, "is_late", OF_VALUE, HOUSE},
    {OF_DAILY_TICKET, "owner_name", OF_VALUE, HOUSE},
    {OF_DAILY_TICKET, "subject", OF_VALUE, HOUSE},
    {OF_DAILY, "other_count", OF_VALUE, HOUSE},
    {OF_DAILY, "other", OF_DAILY_OTHER, HOUSE},
    {OF_DAILY_OTHER, "filed", OF_VALUE, HOUSE},
    {OF_DAILY_OTHER, "from", OF_VALUE, HOUSE},
    {OF_DAILY_OTHER, "subject", OF_VALUE, HOUSE},
    {OF_DAILY, "dry", OF_VALUE, HOUSE},
    {OF_DAILY, "shadow", OF_DAILY_SHADOW, HOUSE},
    {OF_DAILY_SHADOW, "template", OF_VALUE, HOUSE},
    {OF_DAILY_SHADOW, "to", OF_VALUE, HOUSE},
    {OF_DAILY_SHADOW, "subject", OF_VALUE, HOUSE},
    {OF_DAILY, "audit_head", OF_VALUE, HOUSE},
    {OF_DAILY, "maintenance", OF_TIME, HOUSE},
    {OF_DRILL, "queue", OF_VALUE, HOUSE},
    {OF_DRILL, "drill", OF_VALUE, HOUSE},
    {OF_DRILL, "policy", OF_VALUE, HOUSE},
    {OF_DRILL, "result", OF_VALUE, HOUSE},
    {OF_DRILL, "begun_at", OF_VALUE, HOUSE},
    {OF_DRILL, "ended_at", OF_VALUE, HOUSE},
    {OF_DRILL, "zone", OF_VALUE, HOUSE},
    {OF_DRILL, "has_silent", OF_VALUE, HOUSE},
    {OF_DRILL, "silent", OF_VALUE, HOUSE},
    {OF_DRILL, "asked", OF_DRILL_ASKED, HOUSE},
    {OF_DRILL_ASKED, "asked_at", OF_VALUE, HOUSE},
    {OF_DRILL_ASKED, "name", OF_VALUE, HOUSE},
    {OF_DRILL_ASKED, "level", OF_VALUE, HOUSE},
    {OF_DRILL_ASKED, "instead_of", OF_VALUE, HOUSE},
    {OF_DRILL_ASKED, "said", OF_VALUE, HOUSE},
    {OF_ROUNDCALL, "contact", OF_VALUE, HOUSE},
    {OF_ROUNDCALL, "name", OF_VALUE, HOUSE},
    {OF_ROUNDCALL, "addresses", OF_VALUE, HOUSE},
    {OF_ROUNDCALL, "phone", OF_VALUE, HOUSE},
    {OF_ROUNDCALL, "roles", OF_VALUE, HOUSE},
    {OF_ROUNDCALL, "queues", OF_VALUE, HOUSE},
    {OF_ROUNDCALL, "rotas", OF_VALUE, HOUSE},
    {OF_ROUNDCALL, "backup", OF_VALUE, HOUSE},
    {OF_ROUNDCALL, "timezone", OF_VALUE, HOUSE},
    {OF_ROUNDCALL, "language", OF_VALUE, HOUSE},
    {OF_ROUNDCALL, "queue", OF_VALUE, HOUSE},
    {OF_ROUNDCALL, "lead", OF_VALUE, HOUSE},
    {OF_ROUNDCALL, "answer_by", OF_TIME, HOUSE},
    {OF_ROUNDCALL, "remind_at", OF_TIME, HOUSE},
    {OF_ROUNDCALL, "again", OF_TIME, HOUSE},
    {OF_ROUNDCALL, "zone", OF_VALUE, HOUSE},
    {OF_ROUNDCALL_END, "queue", OF_VALUE, HOUSE},
    {OF_ROUNDCALL_END, "asked", OF_VALUE, HOUSE},
    {OF_ROUNDCALL_END, "confirmed", OF_VALUE, HOUSE},
    {OF_ROUNDCALL_END, "silent", OF_VALUE, HOUSE},
    {OF_ROUNDCALL_END, "failed", OF_VALUE, HOUSE},
    {OF_ROUNDCALL_END, "other", OF_VALUE, HOUSE},
    {OF_ROUNDCALL_END, "has_silent", OF_VALUE, HOUSE},
    {OF_ROUNDCALL_END, "has_failed", OF_VALUE, HOUSE},
    {OF_ROUNDCALL_END, "has_other", OF_VALUE, HOUSE},
};

/* ---- look-up ---- */

static Kind root_of(const char *template)
{
    for (gsize i = 0; i < G_N_ELEMENTS(templates); i++)
        if (strcmp(templates[i].template, template) == 0)
            return templates[i].root;
    return OF_PAGE; /* a level's own */
}

Audience audience_of_template(const char *template)
{
    for (gsize i = 0; i < G_N_ELEMENTS(templates); i++)
        if (strcmp(templates[i].template, template) == 0)
            return templates[i].audience;
    return AUDIENCE_INTERNAL;
}

static const Variable *find(Kind of, const char *name, gsize length)
{
    for (gsize i = 0; i < G_N_ELEMENTS(variables); i++) {
        const Variable *v = &variables[i];
        gsize n = strlen(v->name);
        gboolean is_it = length == n || (v->kind == OF_TIME && length == n + strlen("_exact") && strncmp(name + n, "_exact", 6) == 0);
        if (v->of == of && is_it && strncmp(v->name, name, n) == 0)
            return v;
    }
    return NULL;
}

/* The member `name` of an object of that kind; of a root also what every template has. */
static const Variable *member(Kind of, const char *name, gsize length)
{
    const Variable *v = find(of, name, length);
    if (v == NULL && of <= OF_PLAIN)
        v = find(OF_ANY, name, length);
    return v == NULL && of == OF_ABOUT ? find(OF_TICKET, name, length) : v;
}

guint audience_of(const char *template, const char *variable)
{
    Kind kind = root_of(template);
    guint audiences = ALL;
    for (const char *p = variable;;) {
        gsize n = strcspn(p, ".");
        const Variable *v = member(kind, p, n);
        if (v == NULL)
            return 0;
        audiences &= v->audiences;
        kind = v->kind;
        if (p[n] == '\0')
            return audiences;
        p += n + 1;
    }
}

/* ---- the view ---- */

/* Lists are of objects of one kind, or of plain values. `kind` is a value's where nothing below is known. */
static json_t *taken(Kind kind, guint audience, const json_t *value)
{
    const char *key;
    json_t *inner, *copy;
    gsize i;
    if (json_is_array(value)) {
        copy = json_array();
        json_array_foreach(value, i, inner)
            json_array_append_new(copy, taken(kind, audience, inner));
        return copy;
    }
    if (!json_is_object(value))
        return json_deep_copy(value);
    copy = json_object();
    json_object_foreach((json_t *)value, key, inner) {
        const Variable *v = member(kind, key, strlen(key));
        if (v != NULL && (v->audiences & audience) != 0)
            json_object_set_new(copy, key, taken(v->kind, audience, inner));
    }
    return copy;
}

json_t *audience_take(const char *template, Audience audience, json_t *view)
{
    json_t *copy = taken(root_of(template), audience, view);
    json_decref(view);
    return copy;
}

/* ---- templates ---- */

/* PATH of the value that a section is about, "" at the root and where it is not known. */
static char *below(const char *template, const char *path, const char *name)
{
    g_autofree char *inner = *path != '\0' ? g_strconcat(path, ".", name, NULL) : g_strdup(name);
    gsize first = strlen(inner) - strlen(name) + strcspn(name, ".");
    g_autofree char *begins = g_strndup(inner, first); /* the first part decides where it is looked for */
    return audience_of(template, begins) != 0 ? g_steal_pointer(&inner) : NULL;
}

char *audience_resolve(const char *template, const GPtrArray *sections, const char *name)
{
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(paths, g_strdup(""));
    for (guint i = 0; i <= sections->len; i++) {
        const char *wanted = i < sections->len ? g_ptr_array_index(sections, i) : name;
        char *found = NULL;
        if (strcmp(wanted, ".") == 0)
            found = g_strdup(g_ptr_array_index(paths, paths->len - 1));
        for (guint k = paths->len; found == NULL && k-- > 0;)
            found = below(template, g_ptr_array_index(paths, k), wanted);
        if (i == sections->len)
            return found != NULL && audience_of(template, found) != 0 ? found : (g_free(found), NULL);
        g_ptr_array_add(paths, found != NULL ? found : g_strdup("?")); /* nothing is below what is not known */
    }
    return NULL;
}

typedef struct {
    const char *template;
    guint audience;
    AudienceFinding found;
    void *data;
} Check;

static void check_tag(const TemplateTag *tag, void *data)
{
    const Check *c = data;
    g_autofree char *variable = audience_resolve(c->template, tag->sections, tag->name);
    if (variable != NULL && (audience_of(c->template, variable) & c->audience) == 0)
        c->found(tag->file, tag->line, variable, c->data);
}

gboolean audience_check(const char *template, const char *source, TemplatePartial partial, void *partial_data, AudienceFinding found, void *data, GError **err)
{
    Check c = {template, audience_of_template(template), found, data};
    return (c.audience & AUDIENCE_EXTERNAL) == 0 || template_walk(template, source, check_tag, &c, partial, partial_data, err);
}

void audience_each(AudienceEach each, void *data)
{
    for (gsize i = 0; i < G_N_ELEMENTS(variables); i++) {
        const Variable *v = &variables[i];
        const char *before = v->of == OF_TICKET ? "ticket." : v->of == OF_LINKS ? "links." : "";
        g_autofree char *written = g_strconcat(before, v->name, NULL);
        if (v->kind != OF_TICKET && v->kind != OF_LINKS)
            each(written, v->audiences, data);
    }
}
