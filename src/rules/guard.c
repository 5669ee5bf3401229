/* guard: the only place that says no to automatic mail. The refusals are a table read from the top: a predicate over the case,
 * the classes it holds for, and the word for the log. It must never count or ask the clock, and never let two robots talk. */
#include "rules/guard.h"

#include <string.h>

#include "base/limits.h"

#include "base/banned.h"

static const char *const class_names[GUARD_CLASS_COUNT] = {
    [GUARD_PAGE] = "page",       [GUARD_NOTICE] = "notice",     [GUARD_DIGEST] = "digest", [GUARD_TRANSCRIPT] = "transcript",
    [GUARD_REFUSAL] = "refusal", [GUARD_AUTO_ACK] = "auto-ack", [GUARD_UPDATE] = "update",
};

const char *guard_class_name(GuardClass c) { return class_names[c]; }

/* The local part in lower case, its separators made '-', with one '-' before and behind: so words are matched as words, and
 * "casino.reply@" is not "no-reply". NULL where there is no local part or no domain. */
static char *local_words(const char *address)
{
    const char *at = strrchr(address, '@');
    if (at == NULL || at == address || at[1] == '\0')
        return NULL;
    g_autofree char *local = g_ascii_strdown(address, at - address);
    return g_strdup_printf("-%s-", g_strdelimit(local, "._+=~", '-'));
}

static gboolean begins(const char *text, const char *part) { return g_str_has_prefix(text, part); }
static gboolean ends(const char *text, const char *part) { return g_str_has_suffix(text, part); }
static gboolean same(const char *text, const char *part) { return strcmp(text, part) == 0; }
static gboolean holds_part(const char *text, const char *part) { return strstr(text, part) != NULL; }

static gboolean is_one_of(const char *text, const char *const *list, gboolean (*matches)(const char *text, const char *part))
{
    for (; *list != NULL; list++)
        if (matches(text, *list))
            return TRUE;
    return FALSE;
}

gboolean guard_is_system_address(const char *address)
{
    static const char *const first[] = {"-mailer-daemon-", "-mailerdaemon-", "-mail-daemon-", "-maildaemon-", "-listserv-",
                                        "-majordomo-",     "-owner-",        "-bounce-",      "-bounces-",    NULL};
    static const char *const last[] = {"-request-", "-owner-", "-bounce-", "-bounces-", "-errors-", NULL};
    static const char *const whole[] = {"-postmaster-", "-nobody-", "-listproc-", "-mailman-", NULL};
    static const char *const people[] = {"-owner-", "-request-", "-errors-", NULL}; /* alone they may be somebody's mailbox */
    g_autofree char *words = local_words(address);
    if (words == NULL || is_one_of(words, people, same))
        return FALSE;
    return is_one_of(words, first, begins) || is_one_of(words, last, ends) || is_one_of(words, whole, same);
}

gboolean guard_is_no_reply(const char *address)
{
    /* the start of a word or of words, so that "noreply2" and "no-reply-billing" are meant too */
    static const char *const parts[] = {
        "-noreply",       "-no-reply",        "-donotreply",     "-do-not-reply",    "-do-notreply",  "-donot-reply",
        "-dontreply",     "-dont-reply",      "-noresponse",     "-no-response",     "-noresponder",  "-no-responder",
        "-nepasrepondre", "-ne-pas-repondre", "-nichtantworten", "-nicht-antworten", "-keineantwort", "-keine-antwort",
        "-nonrispondere", "-non-rispondere",  "-naoresponda",    "-nao-responda",    NULL};
    g_autofree char *words = local_words(address);
    return words != NULL && is_one_of(words, parts, holds_part);
}

/* ---- the predicates ---- */

static gboolean bad_address(const GuardCase *c)
{
    for (const char *p = c->to; *p != '\0'; p++)
        if ((guchar)*p <= ' ' || *p == 0x7f)
            return TRUE;
    const char *at = strrchr(c->to, '@');
    if (at != NULL && g_ascii_strcasecmp(at + 1, "invalid") == 0) /* RFC 6761 6.4: a mail that named no sender */
        return TRUE;
    return at == NULL || at == c->to || at[1] == '\0' || (guint)c->mail_class >= GUARD_CLASS_COUNT;
}

static gboolean to_nobody(const GuardCase *c) { return c->to == NULL || *c->to == '\0' || strcmp(c->to, "<>") == 0; }
static gboolean answers_nobody(const GuardCase *c) { return c->null_sender; }
static gboolean to_us(const GuardCase *c) { return c->is_own; }
static gboolean to_no_contact(const GuardCase *c) { return !c->is_contact; }
static gboolean to_stranger(const GuardCase *c) { return !c->is_contact && !c->is_participant; }
static gboolean to_system(const GuardCase *c) { return guard_is_system_address(c->to); }
static gboolean to_no_reply(const GuardCase *c) { return guard_is_no_reply(c->to); }
static gboolean answers_envelope(const GuardCase *c) { return c->at_envelope_address; }
static gboolean is_own_mail(const GuardCase *c) { return c->kind == KIND_OWN; }
static gboolean is_bounce(const GuardCase *c) { return c->kind == KIND_BOUNCE; }
static gboolean is_automatic(const GuardCase *c) { return c->kind == KIND_AUTO_REPLY; }
static gboolean is_bulk(const GuardCase *c) { return c->kind == KIND_BULK; }
static gboolean from_list(const GuardCase *c) { return c->has_list_headers; }
/* An answer pressed in a calendar is a person's, and gets its transcript like any other. */
static gboolean is_machine(const GuardCase *c) { return c->kind != KIND_HUMAN && c->kind != KIND_CALENDAR_REPLY; }
static gboolean is_no_letter(const GuardCase *c) { return c->kind != KIND_HUMAN; }
/* What answers a contact goes to an address that the operator registered, whatever a filter made of his reply. */
static gboolean is_spam(const GuardCase *c)
{
    return c->is_spam && !(c->is_contact && (c->mail_class == GUARD_TRANSCRIPT || c->mail_class == GUARD_REFUSAL));
}
static gboolean is_unsure(const GuardCase *c) { return c->is_unsure; }
/* rules 7: where authentication failed, the registered address is told and asked to answer from there (once a day, below). */
static gboolean is_forged(const GuardCase *c) { return c->auth_failed && !(c->mail_class == GUARD_REFUSAL && c->is_contact); }
static gboolean is_monitor(const GuardCase *c) { return c->is_monitor && !c->is_contact; }
static gboolean is_acked(const GuardCase *c) { return c->acks_of_ticket > 0; }
/* Of a contact on one ticket; of anybody else in all. */
static gboolean is_refused_today(const GuardCase *c) { return c->refusals_today >= (c->is_contact ? LIMIT_REFUSALS_PER_TICKET_DAY : 1); }
static gboolean is_silent(const GuardCase *c) { return !c->is_contact && c->was_limited && !c->person_wrote_since; }
static gboolean over_address(const GuardCase *c) { return !c->is_contact && c->sent_to_address >= LIMIT_AUTO_PER_ADDRESS_DAY; }
static gboolean over_domain(const GuardCase *c) { return !c->is_contact && c->sent_to_domain >= LIMIT_AUTO_PER_DOMAIN_DAY; }

static gboolean over_person(const GuardCase *c)
{
    int limit = c->person_limit > 0 ? c->person_limit : LIMIT_AUTO_PER_PERSON;
    return c->is_contact && !c->is_immune && c->sent_to_person >= limit;
}

#define BIT(class) (1u << (class))
#define ALL (BIT(GUARD_CLASS_COUNT) - 1)
#define FOR_CONTACTS (BIT(GUARD_PAGE) | BIT(GUARD_NOTICE) | BIT(GUARD_DIGEST))
#define ANSWERS (BIT(GUARD_TRANSCRIPT) | BIT(GUARD_REFUSAL) | BIT(GUARD_AUTO_ACK))
#define OUTSIDE (ANSWERS | BIT(GUARD_UPDATE))

/* Whom the operator registered by hand he may page, even where the address looks like a system's; what answers a mail, or goes
 * to somebody who only wrote to us, is held to all of it. Updates follow promises, not mails, so they know no number a day. */
static const struct {
    const char *reason;
    gboolean (*holds)(const GuardCase *c);
    guint classes;
    gboolean to_digest;
} refusals[] = {
    {"null-sender", to_nobody, ALL, FALSE},
    {"bad-address", bad_address, ALL, FALSE},
    {"own-address", to_us, ALL, FALSE},
    {"no-contact", to_no_contact, FOR_CONTACTS, FALSE},
    {"null-sender", answers_nobody, ANSWERS, FALSE},
    {"envelope-address", answers_envelope, ANSWERS, FALSE},
    {"system-address", to_system, OUTSIDE, FALSE},
    {"no-reply", to_no_reply, OUTSIDE, FALSE},
    {"own-mail", is_own_mail, OUTSIDE, FALSE},
    {"bounce", is_bounce, OUTSIDE, FALSE},
    {"auto-submitted", is_automatic, OUTSIDE, FALSE},
    {"list", from_list, OUTSIDE, FALSE},
    {"bulk", is_bulk, OUTSIDE, FALSE},
    {"machine", is_machine, OUTSIDE, FALSE},
    {"machine", is_no_letter, BIT(GUARD_AUTO_ACK), FALSE},
    {"monitor", is_monitor, OUTSIDE, FALSE},
    {"auth-failed", is_forged, OUTSIDE, FALSE},
    {"spam", is_spam, OUTSIDE, FALSE},
    {"unsure", is_unsure, BIT(GUARD_AUTO_ACK), FALSE},
    {"already-acked", is_acked, BIT(GUARD_AUTO_ACK), FALSE},
    {"stranger", to_stranger, BIT(GUARD_TRANSCRIPT) | BIT(GUARD_REFUSAL), FALSE},
    {"refusal-limit", is_refused_today, BIT(GUARD_REFUSAL), FALSE},
    {"silent", is_silent, ANSWERS, FALSE},
    {"address-limit", over_address, ANSWERS, FALSE},
    {"domain-limit", over_domain, ANSWERS, FALSE},
    {"person-limit", over_person, (ALL & ~BIT(GUARD_DIGEST)) & ~BIT(GUARD_REFUSAL), TRUE},
};

GuardVerdict guard_decide(const GuardCase *c)
{
    guint bit = (guint)c->mail_class < GUARD_CLASS_COUNT ? BIT(c->mail_class) : ALL;
    for (guint i = 0; i < G_N_ELEMENTS(refusals); i++)
        if ((refusals[i].classes & bit) != 0 && refusals[i].holds(c))
            return (GuardVerdict){.reason = refusals[i].reason, .to_digest = refusals[i].to_digest};
    return (GuardVerdict){.allowed = TRUE, .reason = "allowed"};
}
