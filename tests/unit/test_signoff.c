/* test_signoff: what stands beside verbs at a work address, and whether it is a signature alone. Thanks: test_command. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rules/signoff.h"

typedef struct {
    const char *text;
    gboolean is, more; /* more: he is told */
} Case;

static const char *const bob[] = {"Bob Ng", "bob", NULL};
static const char *const ann[] = {"Ann Schmitt", "Schmitt, Ann", "aschmitt", NULL};

static const Case of_bob[] = {
    {"Regards,\nBob", TRUE, FALSE},
    {"Regards,\n\nBob Ng", TRUE, FALSE},
    {"Regards\nBob\nSupport Engineer", TRUE, TRUE},
    {"Kind regards,\n\nBob Ng\nSupport Engineer\nDesk Ltd.\n+44 20 7946 0000\nbob@desk.test", TRUE, TRUE},
    {"Bob", TRUE, FALSE},
    {"- Bob", TRUE, FALSE},
    {"--Bob", TRUE, FALSE},
    {"\342\200\224 Bob", TRUE, FALSE},
    {"\342\200\223Bob Ng", TRUE, FALSE},
    {"Bob Ng", TRUE, FALSE},
    {"Bob Ng | Support Engineer", TRUE, TRUE},
    {"Bob Ng, Support Engineer", TRUE, TRUE},
    {"Bob Ng \342\200\223 Support", TRUE, TRUE},
    {"Bob Ng (he/him)\nSupport", TRUE, TRUE},
    {"i. A. Bob Ng", TRUE, FALSE},
    {"i.A. Bob Ng\nKundendienst", TRUE, TRUE},
    {"*Bob Ng*\n*Support Engineer*", TRUE, TRUE},
    {"Thanks,\nBob", TRUE, FALSE},
    {"Thanks & Regards,\nBob Ng\nSupport", TRUE, TRUE},
    {"All the best\nBob", TRUE, FALSE},
    {"Thanks\nBob Ng", TRUE, FALSE},
    {"Cheers\nBob", TRUE, FALSE},
    {"Thanks,\nBob\nDesk Ltd.", TRUE, TRUE},
    {"[cid:image001.png@01DB3F52.5C7D1A60]", TRUE, FALSE},
    {"Regards,\nBob\n[cid:image001.png@01DB3F52.5C7D1A60]", TRUE, FALSE},
    {"Best regards,\nBob\nhttps://desk.test | +1 555 0100", TRUE, TRUE},
    {"Best,\nBob\n\nRegistered office: 1 Long Road, Springfield. Directors: A. Lee, K. Ng and others of that name.", TRUE, TRUE},
    {"Regards,\nCarol Wu\nSupport", TRUE, TRUE}, /* somebody else's, under his mail */
    {"Regards,\nRefunded", TRUE, TRUE},         /* perhaps a word for the customer: he is told */
    {"Regards,\nBob\nSent from my iPhone", TRUE, TRUE},
    {"Regards,\nBob\n[cid:x] Your refund is on its way.", TRUE, TRUE},
    /* answers */
    {"[cid:image001.png@01D9] Please press the red button on the left, and restart it.", FALSE, FALSE},
    {"", FALSE, FALSE},
    {"\n \n", FALSE, FALSE},
    {"Refunded.", FALSE, FALSE},
    {"Restarted", FALSE, FALSE},
    {"Thanks!", FALSE, FALSE},
    {"Thank you for the hint!\nBob", FALSE, FALSE},
    {"Thanks,\nRestarted.", FALSE, FALSE},
    {"Refunded.\n\nKind regards,\nBob", FALSE, FALSE},
    {"Bob will call you at noon.", FALSE, FALSE},
    {"Bob will call", FALSE, FALSE},
    {"Bob Ng will call you", FALSE, FALSE},
    {"Bob Ng, our engineer, will call you at noon.", FALSE, FALSE},
    {"Bob's line is 1234", FALSE, FALSE},
    {"Bobby knows more", FALSE, FALSE},
    {"Regards,\nwe are looking for the cable now and tell you more", FALSE, FALSE},
    {"Saludos Kim,\nhemos cambiado el cable y ya funciona.", FALSE, FALSE},
    {"Carol Wu | Support", FALSE, FALSE},
    {"Regards,\nPS: it is in the drawer", FALSE, FALSE},
    {"Hello Kim,\nwhich one?", FALSE, FALSE},
};

static const Case of_ann[] = {
    {"Danke und Gru\303\237\nAnn", TRUE, FALSE},
    {"Besten Gru\303\237\nAnn Schmitt\nDesk GmbH", TRUE, TRUE},
    {"Mit freundlichen Gr\303\274\303\237en\n\nAnn Schmitt\nKundendienst\nDesk GmbH", TRUE, TRUE},
    {"Viele Gr\303\274\303\237e\nAnn", TRUE, FALSE},
    {"i. A. Ann Schmitt", TRUE, FALSE},
    {"Schmitt, Ann", TRUE, FALSE},
    {"MfG\nA. Schmitt\nDesk GmbH\nGesch\303\244ftsf\303\274hrer: H. Meier", TRUE, TRUE},
    {"Mit freundlichen Gr\303\274\303\237en\nAnn Schmitt\n\nDesk GmbH, Sitz der Gesellschaft: Bonn, Gesch\303\244ftsf\303\274hrer: Hans Meier und Eva Lang", TRUE, TRUE},
    {"Das Kabel war lose.", FALSE, FALSE},
    {"Erledigt.", FALSE, FALSE},
};

static void check(const Case *cases, gsize n, const char *const *names)
{
    for (gsize i = 0; i < n; i++) {
        gboolean more, is = signoff_is_signature(cases[i].text, names, &more);
        if (is != cases[i].is || (is && more != cases[i].more))
            fail_msg("'%s': %s%s", cases[i].text, is ? "a signature" : "none", is && more ? " of which he is told" : "");
    }
}

static void knows_signatures(void **state)
{
    (void)state;
    check(of_bob, G_N_ELEMENTS(of_bob), bob);
    check(of_ann, G_N_ELEMENTS(of_ann), ann);
}

static void knows_what_takes_back(void **state)
{
    static const char *const takes[] = {
        "Sent from my iPhone\nNo, I cannot", "--\nBob Ng\n\nNo, wait, I cannot.", "--\nBob\nDo you really need me?", "Bob Ng\nPS: only till noon", "--\nBob\nNO",
        "Sent from my iPhone\npass ann", "Bob\nPS: not before 14:00", "Bob\nPS: but only if Ann cannot take it before the end of today's shift",
        "Sent from my iPhone\n\nno, wait, I'm not on call until 18:00", "Bob\nP.S. I can only do it until 3 pm, Ann has to go on", "Bob\nNot before 10:00",
        "Bob\nNo wait, I cannot, I am off at 14:00", "Bob\nPS: please email Ann instead", "Bob\nPS: cannot, the printer fails", "Bob\nSorry, not me, mail Ann",
        "Ann\nPS: erst ab 14 Uhr", "Ann\nP. S.: nur wenn Bob bis 12 nicht kommt", "Bob\nP.P.S. till noon", "Bob\nN.B. till noon", "Bob\nEDIT: Ann does it",
        "--\nBob\nThis email is confidential\nPS: not me", "Bob\nnot on duty, call us", "--\nBob\ncannot during business hours", "Bob\nI can't: working hours are over",
        "Bob\nForwarded to Ann", "Bob\nAnn takes it over", "Bob\n\nAnn ist informiert und \303\274bernimmt das",
    };
    static const char *const none[] = {
        "", "--\nBob Ng\nSupport Engineer\n+44 20 7946 0000", "Sent from my iPhone",
        "--\nBob\nThis e-mail is confidential and intended for its addressee.\nIf you are not that, do not read it.\nNo part of it may be copied.",
        "--\nBob Ng\nNo. 5 Long Road\nAny questions?", "--\nBob\nBitte drucken Sie diese E-Mail nicht unn\303\266tig aus", "--\nBob\nDo not print this mail",
        "--\nBob\nPlease think of the environment, and do not print this mail if you need not", "Bob\nCall Center Agent", "Bob\nCall Centre Manager",
        "Bob\nWorking days: Monday, Tuesday, Thursday", "Bob\nOffice hours Monday to Friday 9-17", "Bob\nBitte beachten Sie unsere AGB",
        "Bob\nHaben Sie Fragen? Rufen Sie uns an!", "Bob\nInternal use only", "Bob\nNur f\303\274r den internen Gebrauch",
        "Bob\nOpinions are my own, not my employer's", "Bob\nNext Generation Support",
        "Bob\nDiese E-Mail k\303\266nnte vertrauliche Informationen enthalten.\nWenn Sie nicht der Adressat sind, l\303\266schen Sie sie.\nKopieren nicht erlaubt.",
        "Bob\nThis communication contains information that is confidential and may also be privileged. If\nyou are not the addressee, do not read it.\nDo not copy it.",
    };
    static const char *const typed[] = {
        "I am on holiday until Friday, so please ask Ann to look into it instead", "not before 14:00", "No, I am off until 14:00", "no, please mail Ann", "-- no, ask Ann",
        "No, wrong person, write to support@desk.test", "No answer by 10:30 from me, I am off", "[No #2 is mine, this is Ann's]", "who?", "nobody yet?", "NO",
    };
    static const char *const untyped[] = {
        "", "Fine by me.", "CAUTION: This email originated from outside of the organization. Do not click links.", "Importance: High",
        "You have not previously corresponded with this sender.", "https://desk.test/?a=no", "This e-mail is confidential.\nIf you are not its addressee, do not read it.",
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(takes); i++)
        if (!signoff_takes_back(takes[i], SIGNOFF_BELOW_WORD))
            fail_msg("'%s' takes nothing back", takes[i]);
    for (gsize i = 0; i < G_N_ELEMENTS(none); i++)
        if (signoff_takes_back(none[i], SIGNOFF_BELOW_WORD) || signoff_takes_back(none[i], SIGNOFF_BELOW_VERB))
            fail_msg("'%s' takes back", none[i]);
    for (gsize i = 0; i < G_N_ELEMENTS(typed); i++)
        if (!signoff_takes_back(typed[i], SIGNOFF_AMONG_QUOTED))
            fail_msg("'%s' among quoted lines takes nothing back", typed[i]);
    for (gsize i = 0; i < G_N_ELEMENTS(untyped); i++)
        if (signoff_takes_back(untyped[i], SIGNOFF_AMONG_QUOTED))
            fail_msg("'%s' among quoted lines takes back", untyped[i]);
    assert_false(signoff_takes_back("--\nBob\nNothing is impossible", SIGNOFF_BELOW_VERB));
    assert_true(signoff_takes_back("--\nBob\nNo wait, I cannot", SIGNOFF_BELOW_VERB));
    assert_true(signoff_takes_back("Sent from my iPhone\n\nNo, not before 14:00", SIGNOFF_BELOW_VERB));
    assert_true(signoff_takes_back("Sent from my iPhone\nPS: till noon", SIGNOFF_BELOW_VERB));
}

static void knows_phones(void **state)
{
    static const char *const rows[][2] = {
        {"Sent from my iPhone", ""},
        {"Von meinem iPhone gesendet\nAnn", "Ann"},
        {"Sent from my BlackBerry 10 smartphone on the Verizon network.", ""},
        {"Get Outlook for iOS<https://aka.ms/o0ukef>", ""},
        {"Sent via DHL on Monday", "Sent via DHL on Monday"},
        {"Verschickt mit DHL am Montag", "Verschickt mit DHL am Montag"},
        {"Gesendet mit der GMX Mail App", ""},
        {"Envoy\303\251 de mon iPhone", ""},
        {"Sent via DHL, you have it tomorrow.", "Sent via DHL, you have it tomorrow."},
        {"Bob\nHead of Desk", "Bob\nHead of Desk"},
        {"", ""},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *got = signoff_without_phones(rows[i][0]);
        assert_string_equal(got, rows[i][1]);
    }
}

static void is_bounded(void **state)
{
    (void)state;
    gboolean more;
    g_autoptr(GString) many = g_string_new("Regards,\n");
    for (int i = 0; i < 100000; i++)
        g_string_append(many, "Bob\n");
    assert_false(signoff_is_signature(many->str, bob, &more));
    g_autofree char *line = g_strnfill(1000000, 'b');
    assert_false(signoff_is_signature(line, bob, &more));
    const char *const long_name[] = {line, NULL};
    assert_true(signoff_is_signature(line, long_name, &more));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_signatures),
        cmocka_unit_test(knows_what_takes_back),
        cmocka_unit_test(knows_phones),
        cmocka_unit_test(is_bounded),
    };
    return cmocka_run_group_tests_name("signoff", tests, NULL, NULL);
}
