/* rating: applies the patterns. All given fields of a rule must match; a rule without any never does. */
#include "flows/rating.h"

#include <string.h>

#include "base/log.h"

#include "rules/words_quote.h"

#include "base/banned.h"

#define ALERT_TEXT_BYTES 20000
#define ALERT_KEY_BYTES 200

void rating_clear(Rating *r)
{
    g_clear_pointer(&r->matched, g_ptr_array_unref);
    g_clear_pointer(&r->escalates, g_ptr_array_unref);
    g_clear_pointer(&r->rows, g_array_unref);
    g_clear_pointer(&r->policies, g_ptr_array_unref);
    g_clear_pointer(&r->risks, g_array_unref);
}

RatingMail rating_mail(const Reading *r)
{
    return (RatingMail){.from = r->from, .subject = r->subject, .text = r->new_text, .whole = r->text, .to = r->to, .cc = r->cc, .headers = r->headers};
}

static gboolean matches(const ConfigRule *rule, const GRegex *regex, const char *text)
{
    g_autoptr(GError) err = NULL;
    gboolean found = g_regex_match_full(regex, text, -1, 0, 0, NULL, &err);
    if (err != NULL) {
        g_autofree char *doing = g_strdup_printf("rule '%s'", rule->name);
        log_error(doing, err);
    }
    return found;
}

static gboolean any_address(const ConfigRule *rule, const GRegex *regex, const RatingMail *r)
{
    const GPtrArray *fields[] = {r->to, r->cc};
    for (gsize f = 0; f < G_N_ELEMENTS(fields); f++)
        for (guint i = 0; fields[f] != NULL && i < fields[f]->len; i++)
            if (matches(rule, regex, g_ptr_array_index(fields[f], i)))
                return TRUE;
    return FALSE;
}

static gboolean header_matches(const ConfigRule *rule, const RatingMail *r)
{
    for (guint i = 0; r->headers != NULL && i < r->headers->len; i++) {
        const LetterHeader *h = g_ptr_array_index(r->headers, i);
        if (g_ascii_strcasecmp(h->name, rule->header_name) == 0 && (rule->header == NULL || matches(rule, rule->header, h->value)))
            return TRUE;
    }
    return FALSE;
}

static gboolean attribute_holds(const ConfigAttribute *a, const RatingFacts *facts)
{
    const char *value = strcmp(a->column, "category") == 0 ? facts->category : facts->customer != NULL ? customers_value(facts->customer, a->column) : NULL;
    return value != NULL && g_regex_match(a->value, value, 0, NULL);
}

gboolean rating_any_attribute(const GPtrArray *attributes, const RatingFacts *facts)
{
    for (guint i = 0; i < attributes->len; i++)
        if (attribute_holds(g_ptr_array_index(attributes, i), facts))
            return TRUE;
    return FALSE;
}

static gboolean facts_apply(const ConfigRule *rule, const RatingFacts *facts)
{
    for (guint i = 0; i < rule->attribute->len; i++)
        if (!attribute_holds(g_ptr_array_index(rule->attribute, i), facts))
            return FALSE;
    for (guint i = 0; i < rule->history->len; i++) {
        const ConfigHistory *h = g_ptr_array_index(rule->history, i);
        if (facts->history[h->kind] < h->least)
            return FALSE;
    }
    return rule->time == RULE_ANY_TIME || (rule->time == RULE_OPEN) == facts->is_open;
}

/* ---- mails of monitoring ---- */

/* Its subject, and as much of its text as an alert needs, cut between characters. */
static char *alert_text(const RatingMail *r)
{
    const char *text = r->whole != NULL ? r->whole : r->text;
    gsize n = strnlen(text, ALERT_TEXT_BYTES + 1);
    if (n > ALERT_TEXT_BYTES)
        n = (gsize)(g_utf8_find_prev_char(text, text + ALERT_TEXT_BYTES + 1) - text);
    return g_strdup_printf("%s\n%.*s", r->subject, (int)n, text);
}

/* What the groups found, in one line, case folded, so that "web1 is DOWN" and "Web1 is UP" are one. */
static char *key_of_groups(const GMatchInfo *found)
{
    g_autoptr(GString) s = g_string_new(NULL);
    for (int i = 1; i < g_match_info_get_match_count(found); i++) {
        g_autofree char *group = g_match_info_fetch(found, i);
        g_string_append_printf(s, " %s", group != NULL ? group : "");
    }
    g_autofree char *valid = g_utf8_make_valid(s->str, -1), *folded = words_quote_fold(valid);
    char *end = folded;
    while (*end != '\0' && g_utf8_next_char(end) - folded <= ALERT_KEY_BYTES)
        end = g_utf8_next_char(end);
    return end == folded ? NULL : g_strndup(folded, (gsize)(end - folded));
}

char *rating_alert_key(const ConfigRule *rule, const RatingMail *r)
{
    g_autofree char *text = alert_text(r);
    g_autoptr(GMatchInfo) found = NULL;
    g_autoptr(GError) err = NULL;
    if (rule->alert.key == NULL || !g_regex_match_full(rule->alert.key, text, -1, 0, 0, &found, &err))
        return NULL;
    return key_of_groups(found);
}

gboolean rating_alert_closes(const ConfigRule *rule, const RatingMail *r)
{
    g_autofree char *text = alert_text(r);
    return rule->alert.closes != NULL && matches(rule, rule->alert.closes, text);
}

static gboolean names_alert(const ConfigRule *rule, const RatingMail *r)
{
    g_autofree char *key = rule->alert.key != NULL ? rating_alert_key(rule, r) : NULL;
    return rule->alert.key == NULL || key != NULL;
}

/* ---- all rules ---- */

gboolean rating_applies(const ConfigRule *rule, const RatingMail *r, const RatingFacts *facts)
{
    g_autofree char *text = rule->text != NULL ? g_strconcat(r->subject, "\n", r->text, NULL) : NULL;
    return facts_apply(rule, facts) && (rule->from == NULL || matches(rule, rule->from, r->from)) && (rule->to == NULL || any_address(rule, rule->to, r))
           && (rule->subject == NULL || matches(rule, rule->subject, r->subject)) && (text == NULL || matches(rule, rule->text, text))
           && (rule->header_name == NULL || header_matches(rule, r)) && names_alert(rule, r);
}

/* How much speaks for a category: the points of the rules that give it, of each at least one. */
typedef struct {
    const char *category;
    int weight;
} Votes;

static void vote(GArray *votes, const ConfigRule *rule)
{
    int weight = 0;
    if (rule->category == NULL)
        return;
    for (int a = 0; a < SCORE_AXES; a++)
        weight += rule->points[a];
    for (guint i = 0; i < votes->len; i++)
        if (strcmp(g_array_index(votes, Votes, i).category, rule->category) == 0) {
            g_array_index(votes, Votes, i).weight += MAX(weight, 1);
            return;
        }
    Votes one = {rule->category, MAX(weight, 1)};
    g_array_append_val(votes, one);
}

static void decide_category(const GArray *votes, int margin, Rating *ret)
{
    const Votes *best = NULL;
    for (guint i = 0; i < votes->len; i++) {
        const Votes *v = &g_array_index(votes, Votes, i);
        if (best == NULL || v->weight > best->weight)
            best = v;
    }
    ret->category = best != NULL ? best->category : NULL;
    for (guint i = 0; i < votes->len; i++) {
        const Votes *v = &g_array_index(votes, Votes, i);
        ret->is_tie = ret->is_tie || (v != best && best->weight - v->weight < margin);
    }
}

static void add_risks(Rating *ret, const ConfigRule *rule)
{
    for (char **risk = rule->risk; *risk != NULL; risk++) {
        RatingRisk one = {*risk, rule->name};
        g_array_append_val(ret->risks, one);
    }
}

static void add_points(Rating *ret, const ConfigRule *rule, ScoreSum *sum)
{
    RatingRow row = {.rule = rule->name};
    gboolean any = FALSE;
    for (int a = 0; a < SCORE_AXES; a++) {
        row.points[a] = rule->points[a];
        sum->points[a] += rule->points[a];
        any = any || rule->points[a] > 0;
    }
    if (any)
        g_array_append_val(ret->rows, row);
}

static int severity_of_score(const Desk *d, int score)
{
    int thresholds[SEVERITY_COUNT];
    for (int s = 0; s < SEVERITY_COUNT; s++)
        thresholds[s] = d->config->severities[s].score > 0 ? d->config->severities[s].score : -1;
    return score_severity(score, thresholds, SEVERITY_COUNT);
}

void rating_of(const Desk *d, const RatingMail *r, const ConfigQueue *queue, const RatingFacts *known, Rating *ret)
{
    int worst = -1;
    ScoreSum sum = {{0}};
    RatingFacts facts = *known;
    g_autoptr(GArray) votes = g_array_new(FALSE, FALSE, sizeof(Votes));
    *ret = (Rating){.matched = g_ptr_array_new(), .rows = g_array_new(FALSE, FALSE, sizeof(RatingRow)), .policies = g_ptr_array_new(),
                    .risks = g_array_new(FALSE, FALSE, sizeof(RatingRisk)), .escalates = g_ptr_array_new()};
    for (guint i = 0; i < d->config->rules->len; i++) {
        const ConfigRule *rule = g_ptr_array_index(d->config->rules, i);
        if (!rating_applies(rule, r, &facts))
            continue;
        g_ptr_array_add(ret->matched, rule->name);
        add_points(ret, rule, &sum);
        if (rule->severity >= 0 && (worst < 0 || rule->severity < worst))
            worst = rule->severity;
        vote(votes, rule);
        add_risks(ret, rule);
        if (rule->policy[0] != NULL)
            g_ptr_array_add(ret->policies, (gpointer)rule);
        ret->service = ret->service != NULL ? ret->service : rule->service;
        facts.category = facts.category != NULL ? facts.category : rule->category; /* for the rules behind it */
        ret->owner = ret->owner != NULL ? ret->owner : rule->owner;
        ret->file = ret->file != NULL ? ret->file : rule->file;
        if (rule->escalate)
            g_ptr_array_add(ret->escalates, rule->name);
    }
    decide_category(votes, d->config->score.margin, ret);
    ret->score = score_value(&sum, &d->config->score);
    int by_score = ret->rows->len > 0 ? severity_of_score(d, ret->score) : -1;
    if (by_score >= 0 && (worst < 0 || by_score < worst))
        worst = by_score;
    ret->severity = worst >= 0 ? worst : queue->default_severity;
}

/* Mails of the requester since the last answer to him. */
static gboolean unanswered(Desk *d, gint64 ticket, gint64 *ret, GError **err)
{
    return db_value(d->db, ret, err,
                    "select count(*) from message where ticket_id = $1 and direction = 'in' and kind = 'human' and contact is null and received_at >"
                    " coalesce((select max(received_at) from message where ticket_id = $1 and direction = 'in' and contact is not null and is_note = 0), 0)",
                    "i", ticket);
}

gboolean rating_facts(Desk *d, const ConfigQueue *queue, const Ticket *t, const char *requester, RatingFacts *ret, GError **err)
{
    gint64 n[HISTORY_COUNT] = {0};
    *ret = (RatingFacts){.customer = desk_customer(d, requester), .category = t != NULL ? t->category : NULL};
    if (!calendar_is_open(desk_calendar(d, queue->calendar), d->now, &ret->is_open, NULL))
        ret->is_open = TRUE;
    if (t == NULL)
        return TRUE;
    n[HISTORY_REOPENED] = t->reopened;
    if (!unanswered(d, t->id, &n[HISTORY_UNANSWERED], err)
        || !db_value(d->db, &n[HISTORY_REASSIGNED], err, "select count(*) from audit where ticket_id = $1 and event = 'owner'", "i", t->id)
        || !db_value(d->db, &n[HISTORY_MAILS], err, "select count(*) from message where ticket_id = $1 and direction = 'in' and contact is null", "i", t->id))
        return FALSE;
    n[HISTORY_REASSIGNED] = MAX(n[HISTORY_REASSIGNED] - 1, 0); /* the first owner is no reassignment */
    for (int k = 0; k < HISTORY_COUNT; k++)
        ret->history[k] = (int)MIN(n[k], G_MAXINT);
    return TRUE;
}

gboolean rating_store(Desk *d, const Rating *r, gint64 ticket, gint64 message, GError **err)
{
    for (guint i = 0; i < r->rows->len; i++) {
        const RatingRow *row = &g_array_index(r->rows, RatingRow, i);
        for (int a = 0; a < SCORE_AXES; a++)
            if (row->points[a] > 0
                && !db_run(d->db, err, "insert into score (ticket_id, message_id, at, rule, axis, points) values ($1, nullif($2, 0), $3, $4, $5, $6)", "iitssi",
                           ticket, message, d->now, row->rule, score_axis_name((ScoreAxis)a), (gint64)row->points[a]))
                return FALSE;
    }
    return TRUE;
}
