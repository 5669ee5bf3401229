/* config: the way from files to one struct, and the questions asked of it. Reading goes sources -> blocks -> crossref; each step
 * goes on after a fault, so that one run names all. It must never open what the configuration names. */
#include "config/config.h"

#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "base/files.h"

#include "config/blocks.h"
#include "config/concerns.h"
#include "config/scoring.h"
#include "config/crossref.h"
#include "config/memory.h"

#include "base/banned.h"

static Config *config_new(const char *path)
{
    static const Duration ack_max[SEVERITY_COUNT] = {
        {3600, DURATION_ELAPSED}, {4 * 3600, DURATION_ELAPSED}, {1, DURATION_BUSINESS_DAYS}, {2, DURATION_BUSINESS_DAYS}};
    const struct {
        gsize offset;
        GDestroyNotify free;
    } tables[] = {
        {G_STRUCT_OFFSET(Config, calendars), blocks_calendar_free}, {G_STRUCT_OFFSET(Config, contacts), blocks_contact_free},
        {G_STRUCT_OFFSET(Config, groups), blocks_group_free},       {G_STRUCT_OFFSET(Config, roles), blocks_role_free},
        {G_STRUCT_OFFSET(Config, rotas), blocks_rota_free},         {G_STRUCT_OFFSET(Config, plans), blocks_plan_free},
        {G_STRUCT_OFFSET(Config, policies), blocks_policy_free},    {G_STRUCT_OFFSET(Config, queues), blocks_queue_free},
        {G_STRUCT_OFFSET(Config, services), concerns_service_free}, {G_STRUCT_OFFSET(Config, vendors), concerns_vendor_free},
        {G_STRUCT_OFFSET(Config, risks), concerns_risk_free},       {G_STRUCT_OFFSET(Config, channels), concerns_channel_free},
    };
    Config *c = g_new0(Config, 1);
    c->path = g_strdup(path);
    c->delivery.tls = TLS_OPPORTUNISTIC;
    for (guint i = 0; i < G_N_ELEMENTS(tables); i++)
        G_STRUCT_MEMBER(GHashTable *, c, tables[i].offset) =
            g_hash_table_new_full(g_str_hash, g_str_equal, g_free, tables[i].free);
    for (int s = 0; s < SEVERITY_COUNT; s++)
        c->severities[s].ack_max = ack_max[s];
    for (int a = 0; a < SCORE_AXES; a++)
        c->score.weights[a] = 100;
    c->places = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    c->queue_order = g_ptr_array_new();
    c->contact_order = g_ptr_array_new();
    c->rules = g_ptr_array_new_with_free_func(scoring_rule_free);
    return c;
}

static void delivery_clear(ConfigDelivery *d)
{
    g_free(d->directory);
    g_free(d->host);
    g_free(d->user);
    g_free(d->password_file);
    g_free(d->redirect_all);
    g_free(d->sendmail);
}

void config_free(Config *c)
{
    if (c == NULL)
        return;
    char *texts[] = {c->path,           c->domain,    c->spool,        c->database, c->key_file,
                     c->audit_key_file, c->templates, c->words, c->token_domain, c->version, c->lmtp.listen};
    char **lists[] = {c->trusted_authserv, c->internal, c->intake_users, c->limits.immune, c->alarm.argv, c->lmtp.users};
    GHashTable *tables[] = {c->calendars, c->rotas, c->contacts, c->groups, c->roles, c->plans, c->policies, c->queues, c->services, c->vendors, c->risks, c->channels};
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
    for (guint i = 0; i < G_N_ELEMENTS(lists); i++)
        g_strfreev(lists[i]);
    for (guint i = 0; i < G_N_ELEMENTS(tables); i++)
        g_hash_table_unref(tables[i]);
    g_hash_table_unref(c->places);
    delivery_clear(&c->delivery);
    for (int s = 0; s < SEVERITY_COUNT; s++) {
        g_free(c->severities[s].title);
        g_free(c->severities[s].example);
    }
    g_free(c->customers.file);
    for (guint i = 0; i < CUSTOMER_COLUMNS; i++)
        g_free(c->customers.columns[i]);
    g_ptr_array_unref(c->queue_order);
    g_ptr_array_unref(c->contact_order);
    g_ptr_array_unref(c->rules);
    g_free(c);
}

/* Defaults that hang on other values. */
static void derive(Config *c)
{
    if (c->key_file == NULL)
        c->key_file = files_resolve(c->database, "key");
    if (c->audit_key_file == NULL)
        c->audit_key_file = files_resolve(c->database, "audit.key");
    if (c->delivery.directory == NULL)
        c->delivery.directory = g_build_filename(c->spool, "outgoing", NULL);
    if (c->trusted_authserv == NULL)
        c->trusted_authserv = g_new0(char *, 1);
    if (c->intake_users == NULL) {
        c->intake_users = g_new0(char *, 3);
        c->intake_users[0] = g_strdup("root");
        if (geteuid() != 0)
            c->intake_users[1] = g_strdup_printf("%lu", (unsigned long)geteuid());
    }
    if (c->lmtp.users == NULL)
        c->lmtp.users = g_strdupv(c->intake_users);
}

static void keep_places(Config *c, const Fields *f)
{
    GHashTableIter it;
    gpointer of, place;
    g_hash_table_iter_init(&it, f->places);
    while (g_hash_table_iter_next(&it, &of, &place))
        g_hash_table_insert(c->places, of, problems_place_format(place));
}

const char *config_place(const Config *c, gconstpointer of)
{
    const char *place = g_hash_table_lookup(c->places, of);
    return place != NULL ? place : c->path;
}

static Config *load(const char *path, const Sources *sources, Problems *p, GPtrArray *problems, GPtrArray *warnings)
{
    Config *c = config_new(path);
    c->version = g_strdup(sources->version);
    Fields f;
    fields_init(&f, c, p, sources);
    blocks_read(&f);
    if (!sources->is_cut)
        crossref_check(&f);
    keep_places(c, &f);
    fields_clear(&f);
    gboolean is_good = !problems_has_errors(p);
    problems_finish(p, problems, warnings);
    if (!is_good) {
        config_free(c);
        return NULL;
    }
    derive(c);
    return c;
}

Config *config_load(const char *path, GPtrArray *problems, GPtrArray *warnings)
{
    g_autoptr(Problems) p = problems_new();
    g_autoptr(Sources) sources = sources_read(path, p);
    return load(path, sources, p, problems, warnings);
}

Config *config_load_memory(const char *name, const char *bytes, gsize length, GPtrArray *problems, GPtrArray *warnings)
{
    g_autoptr(Problems) p = problems_new();
    g_autoptr(Sources) sources = sources_read_memory(name, bytes, length, p);
    return load(name, sources, p, problems, warnings);
}

static gboolean has_address(char *const *list, const char *address)
{
    for (; *list != NULL; list++)
        if (g_ascii_strcasecmp(*list, address) == 0)
            return TRUE;
    return FALSE;
}

const ConfigContact *config_contact_by_address(const Config *c, const char *address)
{
    for (guint i = 0; i < c->contact_order->len; i++) {
        const ConfigContact *contact = c->contact_order->pdata[i];
        if (has_address(contact->email, address))
            return contact;
    }
    return NULL;
}

const ConfigQueue *config_queue_by_address(const Config *c, const char *address)
{
    const char *at = strrchr(address, '@'), *plus = strchr(address, '+');
    gboolean is_extended = plus != NULL && at != NULL && plus < at && plus > address;
    g_autofree char *bare = is_extended ? g_strdup_printf("%.*s%s", (int)(plus - address), address, at) : g_strdup(address);
    for (guint i = 0; i < c->queue_order->len; i++) {
        const ConfigQueue *q = c->queue_order->pdata[i];
        if (has_address(q->address, bare))
            return q;
    }
    return NULL;
}

gboolean config_may_climb(const Config *c, const ConfigQueue *queue, const char *policy)
{
    gboolean is_named = g_strcmp0(queue->policy, policy) == 0 || g_strcmp0(queue->triage, policy) == 0;
    GHashTableIter it;
    gpointer risk;
    for (guint i = 0; i < c->rules->len && !is_named; i++)
        is_named = g_strv_contains((const char *const *)((ConfigRule *)g_ptr_array_index(c->rules, i))->policy, policy);
    g_hash_table_iter_init(&it, c->risks);
    while (!is_named && g_hash_table_iter_next(&it, NULL, &risk))
        is_named = g_strcmp0(((ConfigRisk *)risk)->policy, policy) == 0;
    return is_named;
}

const ConfigPlanSeverity *config_plan_severity(const ConfigPlan *p, int s)
{
    for (int worse = s; worse >= 0; worse--)
        if (p->severities[worse].given)
            return &p->severities[worse];
    for (int milder = s + 1; milder < SEVERITY_COUNT; milder++)
        if (p->severities[milder].given)
            return &p->severities[milder];
    return NULL; /* config_load refuses a plan without any */
}

gboolean config_contact_may(const Config *c, const ConfigContact *contact, const char *verb, const char *queue)
{
    gboolean is_override = strcmp(verb, "override") == 0;
    if (contact->vendor != NULL)
        return FALSE;
    if (contact->roles[0] == NULL)
        return !is_override;
    for (char **name = contact->roles; *name != NULL; name++) {
        const ConfigRole *role = g_hash_table_lookup(c->roles, *name);
        gboolean is_here = role == NULL || role->queues[0] == NULL || g_strv_contains((const char *const *)role->queues, queue);
        if (is_here && (role == NULL ? !is_override : g_strv_contains((const char *const *)role->may, verb)))
            return TRUE;
    }
    return FALSE;
}

static gboolean has_user(char *const *list, uid_t user)
{
    g_autofree char *number = g_strdup_printf("%u", (unsigned)user);
    for (guint i = 0; list != NULL && list[i] != NULL; i++) {
        const struct passwd *pw = getpwnam(list[i]);
        if ((pw != NULL && pw->pw_uid == user) || strcmp(list[i], number) == 0)
            return TRUE;
    }
    return FALSE;
}

gboolean config_is_intake_user(const Config *c, uid_t user) { return has_user(c->intake_users, user); }
gboolean config_counts_owner(const Config *c, uid_t owner, uid_t own) { return owner == 0 || owner == own || config_is_intake_user(c, owner); }
gboolean config_is_lmtp_user(const Config *c, uid_t user) { return has_user(c->lmtp.users, user); }
