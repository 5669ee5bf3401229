/* kind: one question after the other, in a fixed order; the first that says yes decides, and says by what. Structure comes before
 * headers, headers before words. It must never let a machine's mail through as a person's because a field was odd. */
#include "rules/kind.h"

#include <string.h>

#include "rules/autoreply.h"
#include "rules/bounce.h"
#include "rules/dsn.h"
#include "rules/glance.h"
#include "rules/phrase.h"
#include "rules/returndate.h"
#include "rules/ses.h"
#include "rules/words_quote.h"

#include "base/banned.h"

static const char *const names[KIND_COUNT] = {
    [KIND_HUMAN] = "human",
    [KIND_AUTO_REPLY] = PHRASE("auto-reply"),
    [KIND_BOUNCE] = PHRASE("bounce"),
    [KIND_RECEIPT] = PHRASE("receipt"),
    [KIND_CALENDAR_REPLY] = PHRASE("calendar-reply"),
    [KIND_CALENDAR] = PHRASE("calendar"),
    [KIND_REPORT] = PHRASE("report"),
    [KIND_BULK] = PHRASE("bulk"),
    [KIND_OWN] = PHRASE("own"),
};

const char *kind_name(Kind k) { return (unsigned)k < KIND_COUNT ? names[k] : "?"; }

gboolean kind_from_name(const char *name, Kind *ret)
{
    for (int i = 0; i < KIND_COUNT; i++) {
        if (strcmp(name, names[i]) != 0)
            continue;
        *ret = (Kind)i;
        return TRUE;
    }
    return FALSE;
}

static void recipient_free(gpointer p) { dsn_recipient_free(p); }

void kind_verdict_free(KindVerdict *v)
{
    if (v == NULL)
        return;
    g_ptr_array_unref(v->evidence);
    g_ptr_array_unref(v->recipients);
    g_free(v->original_message_id);
    g_free(v->until);
    g_free(v);
}

static gboolean decide(KindVerdict *v, Kind kind, char *evidence)
{
    v->kind = kind;
    g_ptr_array_add(v->evidence, evidence);
    return TRUE;
}

typedef struct {
    const Glance *glance;
    const Letter *letter; /* the glance's */
    gboolean without_lists;
} Question;

static gboolean has_text(const Letter *l)
{
    const char *p = l->text;
    while (*p != '\0' && g_unichar_isspace(g_utf8_get_char(p)))
        p = g_utf8_next_char(p);
    return *p != '\0';
}

static gboolean is_report_type(const Letter *l, const char *type)
{
    return strcmp(l->content_type, "multipart/report") == 0 && strcmp(l->report_type, type) == 0;
}

/* RFC 5965 abuse reports, RFC 8460 TLS reports, RFC 7489 DMARC aggregates, and what services make of the first. */
static gboolean is_report(const Question *q, KindVerdict *v)
{
    const Letter *l = q->letter;
    if (l->feedback != NULL)
        return decide(v, KIND_REPORT, g_strdup("part message/feedback-report"));
    if (is_report_type(l, "feedback-report") || is_report_type(l, "tlsrpt"))
        return decide(v, KIND_REPORT, g_strdup_printf("report-type %s", l->report_type));
    if (l->returned != NULL && letter_find(l->returned, "X-HmXmrOriginalRecipient") != NULL) /* Outlook.com's, without RFC 5965 */
        return decide(v, KIND_REPORT, g_strdup("returned header X-HmXmrOriginalRecipient"));
    if (letter_header(l, "TLS-Report-Domain") != NULL)
        return decide(v, KIND_REPORT, g_strdup("header TLS-Report-Domain"));
    if (ses_notice(l) == SES_COMPLAINT)
        return decide(v, KIND_REPORT, g_strdup("Amazon SES: Complaint"));
    const char *subject = q->glance->subject;
    gboolean named = strstr(subject, "report domain:") != NULL && strstr(subject, "submitter:") != NULL;
    if (named && l->attachments->len > 0 && !q->glance->is_answer) /* else a person asks about one */
        return decide(v, KIND_REPORT, g_strdup("subject: report domain")); /* RFC 7489 7.2.1.1 fixes these words */
    return FALSE;
}

static gboolean is_receipt(const Question *q, KindVerdict *v)
{
    const Letter *l = q->letter;
    v->by_words_only = l->disposition != NULL && strcmp(l->content_type, "multipart/mixed") == 0 && has_text(l); /* a person sent it on, perhaps */
    if (l->disposition != NULL)
        return decide(v, KIND_RECEIPT, g_strdup("part message/disposition-notification"));
    if (is_report_type(l, "disposition-notification"))
        return decide(v, KIND_RECEIPT, g_strdup("report-type disposition-notification"));
    const char *class = letter_header(l, "Content-Class");
    if (class != NULL && strstr(class, ":mdn") != NULL)
        return decide(v, KIND_RECEIPT, g_strdup_printf("header Content-Class: %s", class));
    return FALSE;
}

static gboolean read_bounce(const Question *q, KindVerdict *v, char *evidence)
{
    bounce_read(q->glance, v->recipients, &v->original_message_id);
    return decide(v, KIND_BOUNCE, evidence);
}

/* A delivery status at the top of a report; elsewhere only from a mail server, since people forward what comes back to them. */
static gboolean is_status_report(const Question *q, KindVerdict *v)
{
    const Letter *l = q->letter;
    if (is_report_type(l, "delivery-status"))
        return read_bounce(q, v, g_strdup("report-type delivery-status"));
    if (l->delivery_status == NULL)
        return FALSE;
    g_autofree char *daemon = NULL;
    if (bounce_from(q->glance, &daemon) == BOUNCE_FROM_ANYBODY && strcmp(l->content_type, "multipart/report") != 0)
        return FALSE;
    if (daemon != NULL)
        g_ptr_array_add(v->evidence, g_steal_pointer(&daemon));
    return read_bounce(q, v, g_strdup("part message/delivery-status"));
}

static gboolean is_service_notice(const Question *q, KindVerdict *v)
{
    if (ses_notice(q->letter) != SES_DELIVERY)
        return FALSE;
    ses_read(q->letter, v->recipients, &v->original_message_id);
    return decide(v, KIND_BOUNCE, g_strdup("Amazon SES: what became of a mail"));
}

/* METHOD as the type says it, else as the object does. */
static char *method_of(const LetterCalendar *c)
{
    if (*c->method != '\0')
        return g_ascii_strup(c->method, -1);
    const char *p = c->text;
    for (guint lines = 0; p != NULL && lines < 100; lines++) {
        if (g_ascii_strncasecmp(p, "METHOD:", 7) == 0) {
            g_autofree char *value = g_strndup(p + 7, strcspn(p + 7, "\r\n"));
            return g_ascii_strup(g_strstrip(value), -1);
        }
        p = strchr(p, '\n');
        p = p != NULL ? p + 1 : NULL;
    }
    return g_strdup("");
}

/* iTIP (RFC 5546) by mail (RFC 6047). Before the automatic headers: calendars set Auto-Submitted on what people press. A file
 * without a method, or one that is only published, is an attachment like any other where there is text beside it. */
static gboolean is_calendar(const Question *q, KindVerdict *v)
{
    const GPtrArray *parts = q->letter->calendars;
    g_autofree char *other = NULL;
    for (guint i = 0; i < parts->len && i < 10; i++) {
        const LetterCalendar *c = g_ptr_array_index(parts, i);
        g_autofree char *method = method_of(c);
        const gboolean may_be_sent_on = c->is_attached && has_text(q->letter); /* a person may ask about it, too */
        if (strcmp(method, "REPLY") == 0) {
            v->by_words_only = may_be_sent_on;
            return decide(v, KIND_CALENDAR_REPLY, g_strdup("text/calendar method REPLY"));
        }
        gboolean is_plain = *method == '\0' || strcmp(method, "PUBLISH") == 0;
        if (other != NULL || (is_plain && strcmp(q->letter->content_type, "text/calendar") != 0))
            continue;
        other = g_strdup_printf("text/calendar method %s", *method != '\0' ? method : "none");
        v->by_words_only = may_be_sent_on;
    }
    return other != NULL && decide(v, KIND_CALENDAR, g_steal_pointer(&other));
}

static gboolean is_free_bounce(const Question *q, KindVerdict *v)
{
    g_autofree char *daemon = NULL;
    gboolean sure;
    BounceFrom from = bounce_from(q->glance, &daemon);
    g_autofree char *words = bounce_words(q->glance, from, &sure);
    if (words == NULL)
        return FALSE;
    v->by_words_only = !sure;
    if (daemon != NULL)
        g_ptr_array_add(v->evidence, g_steal_pointer(&daemon));
    return read_bounce(q, v, g_steal_pointer(&words));
}

static void find_return_date(const Question *q, KindVerdict *v)
{
    char *evidence = NULL;
    v->until = returndate_find(q->glance, &evidence);
    if (evidence != NULL)
        g_ptr_array_add(v->evidence, evidence);
}

static gboolean is_automatic(const Question *q, KindVerdict *v)
{
    static const Kind kinds[] = {[AUTOREPLY_NONE] = KIND_HUMAN,
                                 [AUTOREPLY_REPLY] = KIND_AUTO_REPLY,
                                 [AUTOREPLY_GENERATED] = KIND_BULK,
                                 [AUTOREPLY_BULK] = KIND_BULK};
    char *evidence = NULL;
    AutoreplyClass c = autoreply_by_headers(q->glance, q->without_lists, &v->is_listed, &evidence);
    if (c == AUTOREPLY_NONE)
        return FALSE;
    if (c == AUTOREPLY_REPLY)
        find_return_date(q, v);
    return decide(v, kinds[c], evidence);
}

/* "Read: …" of Exchange, and the words of other programs, where the structure is lost. */
static gboolean is_worded_receipt(const Question *q, KindVerdict *v)
{
    const char *begins = glance_begins(q->glance, WORDCLASS_READ_SUBJECT, q->glance->subject);
    if (begins == NULL || glance_in(q->glance, WORDCLASS_READ_TEXT, q->glance->more) == NULL)
        return FALSE;
    v->by_words_only = TRUE;
    return decide(v, KIND_RECEIPT, g_strdup_printf("subject: %s", begins));
}

static gboolean is_worded_auto_reply(const Question *q, KindVerdict *v)
{
    char *words = autoreply_by_words(q->glance);
    if (words == NULL)
        return FALSE;
    g_autofree char *daemon = NULL;
    v->by_words_only = bounce_from(q->glance, &daemon) != BOUNCE_FROM_DAEMON;
    if (daemon != NULL)
        g_ptr_array_add(v->evidence, g_steal_pointer(&daemon));
    decide(v, KIND_AUTO_REPLY, words);
    find_return_date(q, v);
    return TRUE;
}

/* A null sender that says neither what it is nor what it wants; an address that nobody reads. Neither writes as a person, but
 * shops send customers' forms so: that verdict keeps nothing out. */
static gboolean is_worded_bulk(const Question *q, KindVerdict *v)
{
    g_autofree char *from = words_quote_fold(letter_from(q->letter));
    g_autofree char *daemon = NULL;
    const char *word = glance_begins(q->glance, WORDCLASS_NO_REPLY, from);
    BounceFrom who = bounce_from(q->glance, &daemon);
    v->by_words_only = who == BOUNCE_FROM_DAEMON || word != NULL;
    if (who == BOUNCE_FROM_DAEMON)
        return decide(v, KIND_AUTO_REPLY, g_steal_pointer(&daemon));
    return word != NULL && decide(v, KIND_BULK, g_strdup_printf("address: %s", word));
}

static gboolean (*const questions[])(const Question *, KindVerdict *) = {
            is_report,    is_receipt,        is_status_report,     is_service_notice, is_calendar,
    is_free_bounce, is_automatic, is_worded_receipt, is_worded_auto_reply, is_worded_bulk,
};

static KindVerdict *ask_all(const Question *q)
{
    KindVerdict *v = g_new0(KindVerdict, 1);
    v->evidence = g_ptr_array_new_with_free_func(g_free);
    v->recipients = g_ptr_array_new_with_free_func(recipient_free);
    for (gsize i = 0; i < G_N_ELEMENTS(questions) && !questions[i](q, v); i++)
        ;
    return v;
}

/* What a mail is that came through a list, if the list is only the way by which mail arrives. */
static void take_list_off(const Glance *g, KindVerdict *v)
{
    const Question q = {g, g->letter, TRUE};
    g_autoptr(KindVerdict) bare = ask_all(&q);
    v->unlisted = bare->kind;
    v->unlisted_by_words_only = bare->by_words_only;
    g_free(v->until);
    v->until = g_steal_pointer(&bare->until);
    for (guint i = 0; i < bare->evidence->len; i++)
        g_ptr_array_add(v->evidence, g_strdup_printf("without the list %s: %s", kind_name(bare->kind),
                                                     (const char *)g_ptr_array_index(bare->evidence, i)));
}

KindVerdict *kind_decide(const Letter *l, gboolean null_sender, const KindWords *words)
{
    g_autoptr(Glance) g = glance_new(l, null_sender, words);
    const Question q = {g, l, FALSE};
    KindVerdict *v = ask_all(&q);
    v->unlisted = v->kind;
    v->unlisted_by_words_only = v->by_words_only;
    if (v->is_listed)
        take_list_off(g, v);
    v->tells_absence = v->until != NULL || autoreply_tells_absence(g);
    return v;
}
