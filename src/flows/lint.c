/* lint: asks the same functions as the ladder does. It must stay silent where the answer hangs on the ticket or on the day: a level by a rota,
 * by the owner or by his manager is nobody in particular. */
#include "flows/lint.h"

#include <string.h>

#include "base/error.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/utf8.h"

#include "rules/template.h"

#include "flows/duty.h"
#include "flows/people.h"
#include "flows/templatecheck.h"

#include "base/banned.h"

#define FORESEEN ((Seconds)30 * 86400)

static void warn(GPtrArray *warnings, const char *place, const char *format, ...) G_GNUC_PRINTF(3, 4);

static void warn(GPtrArray *warnings, const char *place, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    g_autofree char *what = g_strdup_vprintf(format, ap), *line = g_strdup_printf("%s: %s", place, what);
    va_end(ap);
    if (!g_ptr_array_find_with_equal_func(warnings, line, g_str_equal, NULL)) /* of several queues with one policy */
        g_ptr_array_add(warnings, g_steal_pointer(&line));
}

static const PolicyLevel *level_of(const Policy *p, guint i) { return g_ptr_array_index(p->levels, i); }
static gboolean contains(const GPtrArray *names, const char *name) { return g_ptr_array_find_with_equal_func((GPtrArray *)names, name, g_str_equal, NULL); }

/* ---- duties ---- */

static void check_gaps(Desk *d, GPtrArray *warnings)
{
    g_autoptr(GArray) findings = NULL;
    const PolicyLevel *told = NULL;
    const Zone *zone = desk_contact_zone(d, NULL, NULL);
    if (!duty_gaps(d, d->now, d->now + FORESEEN, &findings, NULL)) /* desk_try tells of what cannot be worked out */
        return;
    for (guint i = 0; i < findings->len; i++) {
        const DutyFinding *f = &g_array_index(findings, DutyFinding, i);
        if (!f->is_gap || f->level == NULL || f->level == told)
            continue;
        g_autofree char *start = zone_format_human(zone, f->start), *end = zone_format_human(zone, f->end);
        warn(warnings, config_place(d->config, f->level), "%s: nobody is on duty from %s to %s, and the rota has no fallback (oncall --gaps shows all)", f->what,
             start, end);
        told = f->level; /* a line a level */
    }
}

/* ---- people ---- */

/* Whom the level asks whatever the ticket and the day; NULL: that hangs on them. */
static GPtrArray *certain_people(Desk *d, const ConfigQueue *queue, const GPtrArray *whos)
{
    for (guint i = 0; i < whos->len; i++) {
        WhoKind kind = ((const Who *)g_ptr_array_index(whos, i))->kind;
        if (kind != WHO_CONTACT && kind != WHO_ROLE && kind != WHO_GROUP && kind != WHO_LEAD)
            return NULL;
    }
    return people_of(d, NULL, queue, whos);
}

/* The one person whom the level asks, or NULL; a list is several. */
static const ConfigContact *only_one(Desk *d, const ConfigQueue *queue, const PolicyLevel *level)
{
    g_autoptr(GPtrArray) people = certain_people(d, queue, level->notify);
    const ConfigContact *c = people != NULL && people->len == 1 ? desk_contact(d, g_ptr_array_index(people, 0)) : NULL;
    return c == NULL || c->list ? NULL : c;
}

static void check_single(Desk *d, const ConfigQueue *queue, const Policy *p, GPtrArray *warnings)
{
    const PolicyLevel *last = level_of(p, p->levels->len - 1);
    const ConfigContact *one = only_one(d, queue, last);
    gboolean is_all = one != NULL && p->levels->len > 1;
    for (guint i = 0; i < p->levels->len && is_all; i++)
        is_all = only_one(d, queue, level_of(p, i)) == one;
    if (is_all)
        warn(warnings, config_place(d->config, p), "every level of policy '%s' asks %s: who does not answer is asked again, and nobody else", p->name, one->name);
    else if (one != NULL && one->backup == NULL)
        warn(warnings, config_place(d->config, last), "the last level of policy '%s' asks %s alone, who has no backup: nobody is asked when %s is away", p->name,
             one->name, one->name);
}

/* Whether each of them has a backup, and whoever stands in for whom is one of them: a chain that comes back. */
static gboolean only_each_other(const Desk *d, const GPtrArray *people)
{
    for (guint i = 0; i < people->len; i++) {
        const ConfigContact *c = desk_contact(d, g_ptr_array_index(people, i));
        if (c == NULL || c->backup == NULL || !contains(people, c->backup))
            return FALSE;
    }
    return people->len > 1;
}

/* Below the last level the next one covers them. */
static void check_backups(Desk *d, const ConfigQueue *queue, const Policy *p, GPtrArray *warnings)
{
    const PolicyLevel *last = level_of(p, p->levels->len - 1);
    g_autoptr(GPtrArray) people = certain_people(d, queue, last->notify);
    if (people == NULL || !only_each_other(d, people))
        return;
    g_autofree char *names = people_phrase(d, people);
    warn(warnings, config_place(d->config, last), "the last level of policy '%s' asks %s, who stand in for each other only: nobody is asked when all are away", p->name,
         names);
}

static const char *why_unreachable(const Desk *d, const char *address)
{
    const char *at = strrchr(address, '@'), *domain = at == NULL ? address : at + 1;
    if (g_str_has_suffix(domain, ".invalid") || strcmp(domain, "invalid") == 0)
        return "no mail reaches that domain (RFC 2606)";
    if (config_queue_by_address(d->config, address) != NULL || (d->config->token_domain != NULL && g_ascii_strcasecmp(domain, d->config->token_domain) == 0))
        return "that is a queue's: his mail would come back to us";
    return NULL;
}

static void check_address(Desk *d, const Policy *p, const char *name, GPtrArray *warnings)
{
    const ConfigContact *c = desk_contact(d, name);
    const char *why = c == NULL ? NULL : why_unreachable(d, c->email[0]);
    if (why != NULL)
        warn(warnings, config_place(d->config, c), "contact '%s', whom policy '%s' asks, has the address %.254s: %s", name, p->name, c->email[0], why);
}

static void check_addresses(Desk *d, const ConfigQueue *queue, const Policy *p, GPtrArray *warnings)
{
    for (guint i = 0; i < p->levels->len; i++) {
        const GPtrArray *lists[] = {level_of(p, i)->notify, level_of(p, i)->inform};
        for (gsize l = 0; l < G_N_ELEMENTS(lists); l++) {
            g_autoptr(GPtrArray) people = people_of(d, NULL, queue, lists[l]);
            for (guint k = 0; k < people->len; k++)
                check_address(d, p, g_ptr_array_index(people, k), warnings);
        }
    }
}

static void check_policy(Desk *d, const ConfigQueue *queue, const Policy *p, GPtrArray *warnings)
{
    if (p == NULL || p->levels->len == 0)
        return;
    check_single(d, queue, p, warnings);
    check_backups(d, queue, p, warnings);
    check_addresses(d, queue, p, warnings);
}

static void check_people(Desk *d, GPtrArray *warnings)
{
    g_autoptr(GList) names = g_list_sort(g_hash_table_get_keys(d->config->policies), (GCompareFunc)strcmp);
    for (guint i = 0; i < d->config->queue_order->len; i++) {
        const ConfigQueue *queue = g_ptr_array_index(d->config->queue_order, i);
        for (const GList *l = names; l != NULL; l = l->next)
            if (config_may_climb(d->config, queue, l->data))
                check_policy(d, queue, desk_policy(d, l->data), warnings);
    }
}

/* ---- templates ---- */

/* The names in a directory, in order; empty where there is none. */
static GPtrArray *names_in(const char *directory)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    GDir *dir = directory != NULL ? g_dir_open(directory, 0, NULL) : NULL;
    const char *name;
    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL)
        g_ptr_array_add(names, g_strdup(name));
    if (dir != NULL)
        g_dir_close(dir);
    g_ptr_array_sort(names, utf8_order);
    return names;
}

/* With the site's own templates and partials in their places. */
static void check_templates(const Desk *d, GPtrArray *warnings)
{
    g_autoptr(GPtrArray) languages = names_in(d->config->templates);
    g_autofree char *english = g_build_filename(d->templates, "en", NULL);
    for (guint l = 0; l < languages->len; l++) {
        const char *language = g_ptr_array_index(languages, l);
        g_autofree char *directory = g_build_filename(d->config->templates, language, NULL);
        g_autoptr(GPtrArray) files = names_in(directory), built_in = names_in(english);
        for (guint i = 0; i < built_in->len; i++)
            if (!g_ptr_array_find_with_equal_func(files, g_ptr_array_index(built_in, i), g_str_equal, NULL))
                g_ptr_array_add(files, g_strdup(g_ptr_array_index(built_in, i)));
        for (guint i = 0; i < files->len; i++)
            templatecheck_unknown(d, language, g_ptr_array_index(files, i), warnings);
    }
}

/* ---- what leaves ---- */

/* For a trial that is what one wants, but it should say so: a relay queue is the one way in which its customers get an answer. */
static void check_delivery(Desk *d, GPtrArray *warnings)
{
    for (guint i = 0; i < d->config->queue_order->len && d->config->delivery.method == DELIVERY_DIRECTORY; i++) {
        const ConfigQueue *queue = g_ptr_array_index(d->config->queue_order, i);
        if (queue->mode == MODE_RELAY) {
            warn(warnings, config_place(d->config, queue), "queue '%s' relays answers, and delivery.method 'directory' only writes mail to files: no customer gets any",
                 queue->name);
            return;
        }
    }
}

void lint_desk(Desk *d, GPtrArray *warnings)
{
    check_delivery(d, warnings);
    check_gaps(d, warnings);
    check_people(d, warnings);
    check_templates(d, warnings);
}
