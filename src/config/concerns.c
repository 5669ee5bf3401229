/* concerns: see the header. A vendor is a contact too, called "vendor:NAME", so that all that asks people can ask him. */
#include "config/concerns.h"

#include <string.h>

#include "base/limits.h"

#include "config/blocks.h"

#include "base/banned.h"

/* ---- services ---- */

gpointer concerns_make_service(Fields *f, const char *name, int line)
{
    (void)f;
    ConfigService *s = g_new0(ConfigService, 1);
    s->name = g_strdup(name);
    s->line = line;
    return s;
}

void concerns_service_free(gpointer service)
{
    ConfigService *s = service;
    g_free(s->name);
    who_free(s->owner);
    g_free(s->backup);
    g_free(s);
}

/* ---- vendors ---- */

gpointer concerns_make_vendor(Fields *f, const char *name, int line)
{
    (void)f;
    ConfigVendor *v = g_new0(ConfigVendor, 1);
    v->name = g_strdup(name);
    v->email = g_new0(char *, 1);
    v->line = line;
    return v;
}

static void add_contact(Fields *f, const ConfigVendor *v)
{
    g_autofree char *name = g_strconcat("vendor:", v->name, NULL);
    ConfigContact *c = blocks_make_contact(f, name, v->line);
    g_strfreev(c->email);
    c->email = g_strdupv(v->email);
    c->full_name = g_strdup(v->full_name);
    c->phone = g_strdup(v->phone);
    c->language = g_strdup(v->language);
    c->timezone = g_strdup(v->timezone);
    c->vendor = v;
    g_hash_table_insert(f->config->contacts, g_strdup(name), c);
    g_hash_table_insert(f->places, c, (gpointer)fields_place(f, v));
}

void concerns_read_vendor(Fields *f, const char *label, const YamlTree *key, const YamlTree *value, gpointer vendor)
{
    ConfigVendor *v = vendor;
    const YamlTree *targets = yaml_tree_get(value, "targets");
    fields_read(f, KEYS_VENDOR, label, &key->at, value, v);
    if (v->full_name == NULL) {
        v->full_name = g_strdup(v->name);
        v->full_name[0] = g_ascii_toupper(v->full_name[0]);
    }
    if (targets != NULL) {
        g_autofree char *of = g_strdup_printf("targets of %s", label);
        v->targets.given = fields_read(f, KEYS_TARGETS, of, &targets->at, targets, &v->targets);
        g_hash_table_insert(f->places, &v->targets, (gpointer)&targets->at);
    }
    if (v->email[0] != NULL)
        add_contact(f, v);
}

void concerns_vendor_free(gpointer vendor)
{
    ConfigVendor *v = vendor;
    g_free(v->name);
    g_free(v->full_name);
    g_strfreev(v->email);
    g_free(v->phone);
    g_free(v->contract);
    g_free(v->language);
    g_free(v->timezone);
    g_free(v->targets.calendar);
    g_free(v);
}

/* ---- risks ---- */

gpointer concerns_make_risk(Fields *f, const char *name, int line)
{
    (void)f;
    ConfigRisk *r = g_new0(ConfigRisk, 1);
    r->name = g_strdup(name);
    r->board.notify = g_ptr_array_new_with_free_func((GDestroyNotify)who_free);
    r->board.severity = SEVERITY_COUNT - 1;
    r->line = line;
    return r;
}

void concerns_read_risk(Fields *f, const char *label, const YamlTree *key, const YamlTree *value, gpointer risk)
{
    ConfigRisk *r = risk;
    const YamlTree *board = yaml_tree_get(value, "board");
    fields_read(f, KEYS_RISK, label, &key->at, value, r);
    if (board == NULL)
        return;
    g_autofree char *of = g_strdup_printf("board of %s", label);
    fields_read(f, KEYS_BOARD, of, &board->at, board, &r->board);
}

void concerns_risk_free(gpointer risk)
{
    ConfigRisk *r = risk;
    g_free(r->name);
    g_free(r->policy);
    g_free(r->template_name);
    g_ptr_array_unref(r->board.notify);
    g_free(r);
}

/* ---- channels ---- */

gpointer concerns_make_channel(Fields *f, const char *name, int line)
{
    (void)f;
    ConfigChannel *c = g_new0(ConfigChannel, 1);
    c->line = line;
    c->name = g_strdup(name);
    c->argv = g_new0(char *, 1);
    return c;
}

/* A channel has what its method needs, and nothing of the other's, which would be ignored silently. */
static void check_channel(Fields *f, const YamlTree *key, const YamlTree *value, const ConfigChannel *c)
{
    static const struct {
        ConfigChannelMethod method;
        const char *word, *needs, *others[2];
    } methods[] = {{CHANNEL_MAIL, "mail", "address", {"argv", "timeout"}}, {CHANNEL_COMMAND, "command", "argv", {"address", NULL}}};
    for (gsize m = 0; m < G_N_ELEMENTS(methods); m++) {
        if (methods[m].method != c->method)
            continue;
        if (yaml_tree_get(value, methods[m].needs) == NULL)
            problems_error(f->problems, &key->at, "channel '%s' has the method %s and no '%s', expected one", c->name, methods[m].word, methods[m].needs);
        for (gsize i = 0; i < G_N_ELEMENTS(methods[m].others) && methods[m].others[i] != NULL; i++)
            if (yaml_tree_get(value, methods[m].others[i]) != NULL)
                problems_error(f->problems, &key->at, "channel '%s' has the method %s and '%s', expected it left out", c->name, methods[m].word,
                               methods[m].others[i]);
    }
    if (c->argv[0] != NULL && (c->argv[0][0] != '/' || strstr(c->argv[0], "{{") != NULL))
        problems_error(f->problems, &key->at, "channel '%s' runs '%.80s', expected the path of a program from the root on", c->name, c->argv[0]);
    if (c->timeout.unit != DURATION_ELAPSED || c->timeout.amount > LIMIT_CHANNEL_SECONDS)
        problems_error(f->problems, &key->at, "the timeout of channel '%s' is business time or too long, expected at most %ds", c->name, LIMIT_CHANNEL_SECONDS);
}

void concerns_read_channel(Fields *f, const char *label, const YamlTree *key, const YamlTree *value, gpointer channel)
{
    ConfigChannel *c = channel;
    c->where = problems_place_format(&key->at);
    if (fields_read(f, KEYS_CHANNEL, label, &key->at, value, c) && yaml_tree_get(value, "method") != NULL)
        check_channel(f, key, value, c);
}

void concerns_channel_free(gpointer channel)
{
    ConfigChannel *c = channel;
    g_free(c->name);
    g_free(c->address);
    g_strfreev(c->argv);
    g_free(c->template_name);
    g_free(c->where);
    g_free(c);
}

/* ---- checks ---- */

static void check_vendor(Fields *f, const ConfigVendor *v)
{
    for (int t = 0; v->targets.given && t < TARGET_COUNT; t++) {
        const ConfigTarget *target = &v->targets.targets[t];
        if (target->given && (t == TARGET_ASSIGN || t == TARGET_UPDATE))
            problems_error(f->problems, fields_place(f, target), "vendor '%s' has the target %s, expected respond or resolve", v->name,
                           policy_target_name((TargetKind)t));
        else if (target->given && target->duration.unit != DURATION_ELAPSED && v->targets.calendar == NULL)
            problems_error(f->problems, fields_place(f, target), "a target of vendor '%s' is business time, expected a calendar beside it", v->name);
    }
}

/* The number of levels that a risk's level-at-once can be of: of its own policy, or the fewest of the queues'. */
static guint levels_of(const Config *c, const ConfigRisk *r)
{
    const Policy *own = r->policy != NULL ? g_hash_table_lookup(c->policies, r->policy) : NULL;
    guint fewest = own != NULL ? own->levels->len : G_MAXUINT;
    for (guint i = 0; own == NULL && i < c->queue_order->len; i++) {
        const ConfigQueue *q = g_ptr_array_index(c->queue_order, i);
        const Policy *p = q->policy != NULL ? g_hash_table_lookup(c->policies, q->policy) : NULL;
        if (p != NULL)
            fewest = MIN(fewest, p->levels->len);
    }
    return fewest;
}

static void check_risk(Fields *f, const ConfigRisk *r)
{
    const Place *at = fields_place(f, r);
    if (r->level_at_once > 0 && (guint)r->level_at_once > levels_of(f->config, r))
        problems_error(f->problems, at, "level-at-once of risk '%s' is %d, expected a level that %s has", r->name, r->level_at_once,
                       r->policy != NULL ? r->policy : "the policy of each queue");
    if (r->board.notify->len == 0 && (r->board.after.amount > 0 || r->board.impact > 0))
        problems_warning(f->problems, at, "board of risk '%s' has no notify: nobody is told", r->name);
}

void concerns_check(Fields *f)
{
    GHashTableIter it;
    gpointer value;
    g_hash_table_iter_init(&it, f->config->vendors);
    while (g_hash_table_iter_next(&it, NULL, &value))
        check_vendor(f, value);
    g_hash_table_iter_init(&it, f->config->risks);
    while (g_hash_table_iter_next(&it, NULL, &value))
        check_risk(f, value);
}
