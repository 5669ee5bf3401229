/* test_guard: one row per refusal and per case that must pass, with the word for the log. */
#include "rules/guard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"

#define TO .to = "eve@acme.example"

static const struct {
    const char *label;
    GuardCase input;
    const char *want;
} cases[] = {
    {"first auto-ack", {TO, .mail_class = GUARD_AUTO_ACK}, "allowed"},
    {"null sender", {.to = "", .mail_class = GUARD_AUTO_ACK}, "null-sender"},
    {"null sender, brackets", {.to = "<>", .mail_class = GUARD_PAGE, .is_contact = TRUE}, "null-sender"},
    {"no address at all", {.mail_class = GUARD_UPDATE}, "null-sender"},
    {"no domain", {.to = "eve", .mail_class = GUARD_UPDATE}, "bad-address"},
    {"no local part", {.to = "@acme.example", .mail_class = GUARD_UPDATE}, "bad-address"},
    {"two lines", {.to = "eve@acme.example\nbcc: x@y", .mail_class = GUARD_UPDATE}, "bad-address"},
    {"no such class", {TO, .mail_class = GUARD_CLASS_COUNT}, "bad-address"},
    {"ourselves", {TO, .mail_class = GUARD_AUTO_ACK, .is_own = TRUE}, "own-address"},
    {"ourselves, as contact", {TO, .mail_class = GUARD_PAGE, .is_own = TRUE, .is_contact = TRUE}, "own-address"},
    {"page", {TO, .mail_class = GUARD_PAGE, .is_contact = TRUE}, "allowed"},
    {"page to a stranger", {TO, .mail_class = GUARD_PAGE}, "no-contact"},
    {"digest to a participant", {TO, .mail_class = GUARD_DIGEST, .is_participant = TRUE}, "no-contact"},
    {"page to a registered postmaster",
     {.to = "postmaster@acme.example", .mail_class = GUARD_PAGE, .is_contact = TRUE},
     "allowed"},
    {"page on a ticket of a bulk mail", {TO, .mail_class = GUARD_PAGE, .is_contact = TRUE, .kind = KIND_BULK}, "allowed"},
    {"page on spam", {TO, .mail_class = GUARD_PAGE, .is_contact = TRUE, .is_spam = TRUE, .auth_failed = TRUE}, "allowed"},
    {"answer to a null sender", {TO, .mail_class = GUARD_AUTO_ACK, .null_sender = TRUE}, "null-sender"},
    {"transcript to a null sender", {TO, .mail_class = GUARD_TRANSCRIPT, .is_contact = TRUE, .null_sender = TRUE}, "null-sender"},
    {"mail to a b-address",
     {TO, .mail_class = GUARD_TRANSCRIPT, .is_contact = TRUE, .at_envelope_address = TRUE},
     "envelope-address"},
    {"system", {.to = "MAILER-DAEMON@acme.example", .mail_class = GUARD_AUTO_ACK}, "system-address"},
    {"no-reply", {.to = "no-reply@acme.example", .mail_class = GUARD_UPDATE}, "no-reply"},
    {"own mail", {TO, .mail_class = GUARD_AUTO_ACK, .kind = KIND_OWN}, "own-mail"},
    {"bounce", {TO, .mail_class = GUARD_AUTO_ACK, .kind = KIND_BOUNCE}, "bounce"},
    {"out of office", {TO, .mail_class = GUARD_AUTO_ACK, .kind = KIND_AUTO_REPLY}, "auto-submitted"},
    {"out of office of a contact",
     {TO, .mail_class = GUARD_REFUSAL, .is_contact = TRUE, .kind = KIND_AUTO_REPLY},
     "auto-submitted"},
    {"list", {TO, .mail_class = GUARD_AUTO_ACK, .has_list_headers = TRUE}, "list"},
    {"bulk", {TO, .mail_class = GUARD_UPDATE, .kind = KIND_BULK}, "bulk"},
    {"receipt", {TO, .mail_class = GUARD_AUTO_ACK, .kind = KIND_RECEIPT}, "machine"},
    {"report", {TO, .mail_class = GUARD_UPDATE, .kind = KIND_REPORT}, "machine"},
    {"invitation", {TO, .mail_class = GUARD_AUTO_ACK, .kind = KIND_CALENDAR}, "machine"},
    {"pressed in a calendar", {TO, .mail_class = GUARD_TRANSCRIPT, .is_contact = TRUE, .kind = KIND_CALENDAR_REPLY}, "allowed"},
    {"calendar reply opens nothing", {TO, .mail_class = GUARD_AUTO_ACK, .kind = KIND_CALENDAR_REPLY}, "machine"},
    {"forged", {TO, .mail_class = GUARD_AUTO_ACK, .auth_failed = TRUE}, "auth-failed"},
    {"forged verb", {TO, .mail_class = GUARD_TRANSCRIPT, .is_contact = TRUE, .auth_failed = TRUE}, "auth-failed"},
    {"forged, the registered one is told", {TO, .mail_class = GUARD_REFUSAL, .is_contact = TRUE, .auth_failed = TRUE}, "allowed"},
    {"forged, a participant is not",
     {TO, .mail_class = GUARD_REFUSAL, .is_participant = TRUE, .auth_failed = TRUE},
     "auth-failed"},
    {"spam", {TO, .mail_class = GUARD_AUTO_ACK, .is_spam = TRUE}, "spam"},
    {"spam that is no contact's gets no answer", {TO, .mail_class = GUARD_TRANSCRIPT, .is_participant = TRUE, .is_spam = TRUE}, "spam"},
    {"a contact's does: the address is registered", {TO, .mail_class = GUARD_TRANSCRIPT, .is_contact = TRUE, .is_spam = TRUE}, "allowed"},
    {"auto-ack to a monitor", {TO, .mail_class = GUARD_AUTO_ACK, .is_monitor = TRUE}, "monitor"},
    {"update to a monitor", {TO, .mail_class = GUARD_UPDATE, .is_monitor = TRUE}, "monitor"},
    {"answer to a contact in a monitor's ticket", {TO, .mail_class = GUARD_TRANSCRIPT, .is_participant = TRUE, .is_contact = TRUE, .is_monitor = TRUE}, "allowed"},
    {"unsure", {TO, .mail_class = GUARD_AUTO_ACK, .is_unsure = TRUE}, "unsure"},
    {"unsure, later update", {TO, .mail_class = GUARD_UPDATE, .is_unsure = TRUE}, "allowed"},
    {"second auto-ack of a ticket", {TO, .mail_class = GUARD_AUTO_ACK, .acks_of_ticket = 1}, "already-acked"},
    {"also for a contact", {TO, .mail_class = GUARD_AUTO_ACK, .acks_of_ticket = 1, .is_contact = TRUE}, "already-acked"},
    {"refusal to a stranger", {TO, .mail_class = GUARD_REFUSAL}, "stranger"},
    {"refusal to a participant", {TO, .mail_class = GUARD_REFUSAL, .is_participant = TRUE}, "allowed"},
    {"second refusal of a participant", {TO, .mail_class = GUARD_REFUSAL, .is_participant = TRUE, .refusals_today = 1}, "refusal-limit"},
    {"tenth refusal of a contact", {TO, .mail_class = GUARD_REFUSAL, .is_contact = TRUE, .refusals_today = 9}, "allowed"},
    {"eleventh refusal of a contact", {TO, .mail_class = GUARD_REFUSAL, .is_contact = TRUE, .refusals_today = 10}, "refusal-limit"},
    {"a mail that named no sender", {.to = "unknown@invalid", .mail_class = GUARD_UPDATE, .is_participant = TRUE}, "bad-address"},
    {"last of the address", {TO, .mail_class = GUARD_AUTO_ACK, .sent_to_address = LIMIT_AUTO_PER_ADDRESS_DAY - 1}, "allowed"},
    {"address", {TO, .mail_class = GUARD_AUTO_ACK, .sent_to_address = LIMIT_AUTO_PER_ADDRESS_DAY}, "address-limit"},
    {"last of the domain", {TO, .mail_class = GUARD_AUTO_ACK, .sent_to_domain = LIMIT_AUTO_PER_DOMAIN_DAY - 1}, "allowed"},
    {"domain", {TO, .mail_class = GUARD_AUTO_ACK, .sent_to_domain = LIMIT_AUTO_PER_DOMAIN_DAY}, "domain-limit"},
    {"silence lasts", {TO, .mail_class = GUARD_AUTO_ACK, .was_limited = TRUE}, "silent"},
    {"until a person wrote", {TO, .mail_class = GUARD_AUTO_ACK, .was_limited = TRUE, .person_wrote_since = TRUE}, "allowed"},
    {"updates are promised", {TO, .mail_class = GUARD_UPDATE, .sent_to_address = 99, .was_limited = TRUE}, "allowed"},
    {"contacts know no such limits",
     {TO, .mail_class = GUARD_TRANSCRIPT, .is_contact = TRUE, .sent_to_address = 9, .sent_to_domain = 99, .was_limited = TRUE},
     "allowed"},
    {"contact over the default",
     {TO, .mail_class = GUARD_PAGE, .is_contact = TRUE, .sent_to_person = LIMIT_AUTO_PER_PERSON},
     "person-limit"},
    {"contact under his own",
     {TO, .mail_class = GUARD_PAGE, .is_contact = TRUE, .sent_to_person = 20, .person_limit = 21},
     "allowed"},
    {"contact over his own",
     {TO, .mail_class = GUARD_TRANSCRIPT, .is_contact = TRUE, .sent_to_person = 5, .person_limit = 5},
     "person-limit"},
    {"immune", {TO, .mail_class = GUARD_PAGE, .is_contact = TRUE, .sent_to_person = 99, .is_immune = TRUE}, "allowed"},
    {"the digest itself", {TO, .mail_class = GUARD_DIGEST, .is_contact = TRUE, .sent_to_person = 99}, "allowed"},
};

static void test_cases(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        GuardVerdict v = guard_decide(&cases[i].input);
        if (strcmp(v.reason, cases[i].want) != 0)
            fail_msg("%s: %s, not %s", cases[i].label, v.reason, cases[i].want);
        assert_int_equal(v.allowed, strcmp(cases[i].want, "allowed") == 0);
        assert_int_equal(v.to_digest, strcmp(cases[i].want, "person-limit") == 0);
    }
}

static const struct {
    const char *address;
    gboolean is_system, is_no_reply;
} addresses[] = {
    {"mailer-daemon@x.example", TRUE, FALSE},
    {"MAILER_DAEMON@x.example", TRUE, FALSE},
    {"mailer-daemon+7@x.example", TRUE, FALSE},
    {"postmaster@x.example", TRUE, FALSE},
    {"owner-news@x.example", TRUE, FALSE},
    {"news-owner@x.example", TRUE, FALSE},
    {"news-request@x.example", TRUE, FALSE},
    {"bounce@x.example", TRUE, FALSE},
    {"bounces+77-eve=acme.example@x.example", TRUE, FALSE},
    {"news-bounces@x.example", TRUE, FALSE},
    {"listserv@x.example", TRUE, FALSE},
    {"majordomo@x.example", TRUE, FALSE},
    {"owner@x.example", FALSE, FALSE}, /* a landlord */
    {"request@x.example", FALSE, FALSE},
    {"postmaster.general@x.example", FALSE, FALSE},
    {"abuse@x.example", FALSE, FALSE},
    {"bouncer@x.example", FALSE, FALSE},
    {"noreply@x.example", FALSE, TRUE},
    {"NoReply2@x.example", FALSE, TRUE},
    {"no.reply@x.example", FALSE, TRUE},
    {"billing-no_reply@x.example", FALSE, TRUE},
    {"no-reply-billing@x.example", FALSE, TRUE},
    {"do-not-reply@x.example", FALSE, TRUE},
    {"donotreply@x.example", FALSE, TRUE},
    {"ne-pas-repondre@x.example", FALSE, TRUE},
    {"casino.reply@x.example", FALSE, FALSE},
    {"casinoreply@x.example", FALSE, FALSE},
    {"reply@noreply.example", FALSE, FALSE},
    {"eve@x.example", FALSE, FALSE},
    {"@x.example", FALSE, FALSE},
    {"noreply", FALSE, FALSE},
    {"", FALSE, FALSE},
};

static void test_addresses(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(addresses); i++)
        if (guard_is_system_address(addresses[i].address) != addresses[i].is_system
            || guard_is_no_reply(addresses[i].address) != addresses[i].is_no_reply)
            fail_msg("'%s'", addresses[i].address);
}

static void test_names(void **state)
{
    (void)state;
    for (int i = 0; i < GUARD_CLASS_COUNT; i++)
        assert_true(*guard_class_name((GuardClass)i) != '\0');
    assert_string_equal(guard_class_name(GUARD_AUTO_ACK), "auto-ack");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_cases), cmocka_unit_test(test_addresses),
                                       cmocka_unit_test(test_names)};
    return cmocka_run_group_tests_name("guard", tests, NULL, NULL);
}
