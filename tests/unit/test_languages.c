/* test_languages: every language of data/replies has every verb, with times and days, and no word means two things. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "rules/command.h"
#include "rules/words_replies.h"
#include "tests/unit/rendered.h"

static const CommandBreaks broken = {NULL}; /* nothing tells whether */

static const char *const languages[] = {"cs", "da", "de", "en", "es", "fi", "fr", "it", "ja", "nl", "pl", "pt", "sv", "zh"};

static gboolean has_row(const char *language, WordsClass c, int value)
{
    for (gsize i = 0; words_replies[i].words != NULL; i++) {
        const WordsRow *row = &words_replies[i];
        if (strcmp(row->language, language) == 0 && row->class == c && (value < 0 || row->value == value))
            return TRUE;
    }
    return FALSE;
}

static void is_complete(void **state)
{
    (void)state;
    guint missing = 0;
    for (gsize k = 0; k < G_N_ELEMENTS(languages); k++) {
        for (int v = 0; v < VERB_COUNT; v++)
            if (!has_row(languages[k], WORDS_VERB, v)) {
                print_message("%s has no word for '%s'\n", languages[k], command_verb_name((Verb)v));
                missing++;
            }
        for (int day = 1; day <= 7; day++)
            missing += has_row(languages[k], WORDS_WEEKDAY, day) ? 0 : 1;
        for (const char *unit = "smhdwHD"; *unit != '\0'; unit++)
            missing += has_row(languages[k], WORDS_UNIT, *unit) ? 0 : 1;
        for (int ahead = 0; ahead <= 1; ahead++)
            missing += has_row(languages[k], WORDS_DAY, ahead) ? 0 : 1;
        gboolean months = has_row(languages[k], WORDS_MONTH, 1) && has_row(languages[k], WORDS_MONTH, 12);
        missing += months || has_row(languages[k], WORDS_MONTH_SIGN, -1) ? 0 : 1;
        missing += has_row(languages[k], WORDS_UNTIL, -1) || has_row(languages[k], WORDS_UNTIL_BEHIND, -1) ? 0 : 1;
        missing += has_row(languages[k], WORDS_NEGATION, -1) && has_row(languages[k], WORDS_STRONG, VERB_ACK) ? 0 : 1;
        missing += has_row(languages[k], WORDS_ALL, -1) ? 0 : 1;
        missing += has_row(languages[k], WORDS_CUSTOMER, -1) && has_row(languages[k], WORDS_THANKS, -1) ? 0 : 1;
    }
    assert_int_equal(missing, 0);
}

/* As the tokens of a line are: what is not would never be found. */
static gboolean is_folded(const char *phrase)
{
    g_autofree char *normal = g_utf8_normalize(phrase, -1, G_NORMALIZE_NFKC), *folded = g_utf8_casefold(normal, -1);
    g_autofree char *composed = g_utf8_normalize(folded, -1, G_NORMALIZE_NFC);
    return strcmp(composed, phrase) == 0 && strstr(phrase, "  ") == NULL && strpbrk(phrase, "?!;:\"") == NULL;
}

/* A word of one language may be another one in the next, but not where it would act. */
static gboolean may_differ(WordsClass c) { return c == WORDS_RISKY || c == WORDS_CLOSING || c == WORDS_NUMBER; }

static void is_unambiguous(void **state)
{
    (void)state;
    guint bad = 0;
    for (gsize i = 0; words_replies[i].words != NULL; i++) {
        g_auto(GStrv) phrases = g_strsplit(words_replies[i].words, "|", -1);
        for (guint k = 0; phrases[k] != NULL; k++) {
            int value;
            if (*phrases[k] == '\0')
                continue;
            if (!is_folded(phrases[k])) {
                print_message("%s: '%s' is not folded\n", words_replies[i].language, phrases[k]);
                bad++;
            }
            if (may_differ(words_replies[i].class) || !words_command_find(words_replies[i].class, phrases[k], &value) ||
                value == words_replies[i].value)
                continue;
            print_message("%s: '%s' means %d and %d\n", words_replies[i].language, phrases[k], words_replies[i].value, value);
            bad++;
        }
    }
    assert_int_equal(bad, 0);
}

typedef struct {
    const char *text, *want;
} Reply;

static const Reply replies[] = {
    /* English */
    {"merge #41", "merge #41"},
    {"merge 41", "merge #41"},
    {"merge into 41", "merge #41"},
    {"merge this", ""},
    {"merge 41 and 42", ""},
    {"merge 0", ""},
    {"prevention: a second disk", "prevention <a second disk>"},
    {"ack tomorrow 9:00", "ack until +1 09:00"},
    {"ack tomorrow", ""},
    {"ack 9:00", ""},
    {"wait customer", "wait customer"},
    {"wait customer is angry", ""},
    /* German */
    {"quittiert 2 Stunden", "ack 7200s"},
    {"Quittiere alle", "ack all"},
    {"quittiere alle 2 Stunden", "ack all 7200s"},
    {"bestätige alles bis 10 Uhr", "ack all until 10:00"},
    {"quittiere alle außer 12", ""},
    {"danke an alle", ""},
    {"quittiert, alle", ""},
    {"accepter tout", "ack all"},
    {"j'accepte tous les tickets", ""},
    {"acepto todos", "ack all"},
    {"accetto tutto", "ack all"},
    {"accepteer alles", "ack all"},
    {"aceito tudo", "ack all"},
    {"przyjmuję wszystkie", "ack all"},
    {"kvitterar alla", "ack all"},
    {"kvitterer alle", "ack all"},
    {"kuittaan kaikki", "ack all"},
    {"přijímám vše", "ack all"},
    {"全部受諾", ""},
    {"承諾 すべて", "ack all"},
    {"接受全部", "ack all"},
    {"quittiert bis Dienstag 10 Uhr", "ack until tue 10:00"},
    {"quittiert bis 3. Dezember", "ack until 0000-12-03"},
    {"abgelehnt", "decline"},
    {"übergeben an bob", "pass @bob"},
    {"eskalieren", "escalate"},
    {"Schweregrad S2", "severity S2"},
    {"warten auf Kunden", "wait customer"},
    {"behoben: Zertifikat erneuert", "resolve <Zertifikat erneuert>"},
    {"zusammenführen 41", "merge #41"},
    {"behoben wird das morgen", ""},
    {"quittiert?", ""},
    {"nicht quittiert", ""},
    /* French */
    {"accepté", "ack"},
    {"Acquitté 2 heures", "ack 7200s"},
    {"j'accepte pour deux heures", "ack 7200s"},
    {"ack demain 9h", "ack until +1 09:00"},
    {"accepté jusqu'à demain 9h", "ack until +1 09:00"},
    {"accepté jusqu'à 3 décembre", "ack until 0000-12-03"},
    {"accepté jusqu'à mardi 10h30", "ack until tue 10:30"},
    {"refusé", "decline"},
    {"passer à bob", "pass @bob"},
    {"escalader", "escalate"},
    {"assigner à bob", "assign @bob"},
    {"gravité S1", "severity S1"},
    {"attendre le client", "wait customer"},
    {"en attente fournisseur", "wait vendor"},
    {"répondu par téléphone", "answered <par téléphone>"},
    {"résolu : certificat renouvelé", "resolve <certificat renouvelé>"},
    {"Cause : certificat expiré", "cause <certificat expiré>"},
    {"Vorbeugung: zweite Platte", "prevention <zweite Platte>"},
    {"再発防止: 二台目", "prevention <二台目>"},
    {"impact : 40 utilisateurs", "impact <40 utilisateurs>"},
    {"prochaine étape : journaux du fournisseur avant 17h", "next until 17:00 <journaux du fournisseur>"},
    {"remarque : le client est mécontent", "note <le client est mécontent>"},
    {"catégorie facturation", "category <facturation>"},
    {"rouvrir", "reopen"},
    {"inutile", "needless"},
    {"aide", "help"},
    {"je suis dessus", "ack"},
    {"c'est réparé", "resolve"},
    {"accepté ?", ""},
    {"pas accepté", ""},
    {"résolu demain", ""},
    {"résolu ? pas chez nous", ""},
    {"je prends\nmais seulement demain", ""},
    {"ok si tu veux", ""},
    {"accepté mais pas moi", ""},
    {"refuser ou accepter ?", ""},
    /* Spanish */
    {"acepto 2 horas", "ack 7200s"},
    {"acepto hasta mañana a las 9", "ack until +1 09:00"},
    {"aceptado hasta el martes a las 10:00", "ack until tue 10:00"},
    {"rechazado", "decline"},
    {"pasar a bob", "pass @bob"},
    {"escalar", "escalate"},
    {"gravedad S2", "severity S2"},
    {"en espera cliente", "wait customer"},
    {"resuelto: certificado renovado", "resolve <certificado renovado>"},
    {"causa: certificado caducado", "cause <certificado caducado>"},
    {"próximo paso: registros del proveedor para mañana", "next until +1 <registros del proveedor>"},
    {"nota: el cliente está enfadado", "note <el cliente está enfadado>"},
    {"ayuda", "help"},
    {"¿acepto?", ""},
    {"no acepto", ""},
    {"resuelto mañana", ""},
    {"me encargo\npero no hoy", ""},
    {"acepto si nadie puede", ""},
    /* Italian */
    {"accetto 2 ore", "ack 7200s"},
    {"accettato fino a martedì alle 10", "ack until tue 10:00"},
    {"rifiutato", "decline"},
    {"passa a bob", "pass @bob"},
    {"gravità S2", "severity S2"},
    {"in attesa cliente", "wait customer"},
    {"risolto: certificato rinnovato", "resolve <certificato rinnovato>"},
    {"causa: certificato scaduto", "cause <certificato scaduto>"},
    {"prossimo passo: log dal fornitore entro le 17", "next until 17:00 <log dal fornitore>"},
    {"aiuto", "help"},
    {"accetto?", ""},
    {"non accetto", ""},
    {"risolto domani", ""},
    {"me ne occupo\nma non oggi", ""},
    /* Dutch */
    {"geaccepteerd 2 uur", "ack 7200s"},
    {"ik accepteer tot dinsdag 10 uur", "ack until tue 10:00"},
    {"afgewezen", "decline"},
    {"overdragen aan bob", "pass @bob"},
    {"ernst S2", "severity S2"},
    {"wachten op klant", "wait customer"},
    {"opgelost: certificaat vernieuwd", "resolve <certificaat vernieuwd>"},
    {"oorzaak: certificaat verlopen", "cause <certificaat verlopen>"},
    {"volgende stap: logs van leverancier uiterlijk 17:00", "next until 17:00 <logs van leverancier>"},
    {"hulp", "help"},
    {"geaccepteerd?", ""},
    {"niet geaccepteerd", ""},
    {"opgelost morgen", ""},
    {"ik regel het\nmaar niet vandaag", ""},
    /* Portuguese */
    {"aceito 2 horas", "ack 7200s"},
    {"aceito até amanhã às 9", "ack until +1 09:00"},
    {"recusado", "decline"},
    {"passar para bob", "pass @bob"},
    {"gravidade S2", "severity S2"},
    {"aguardar cliente", "wait customer"},
    {"resolvido: certificado renovado", "resolve <certificado renovado>"},
    {"causa: certificado expirado", "cause <certificado expirado>"},
    {"ajuda", "help"},
    {"aceito?", ""},
    {"não aceito", ""},
    {"resolvido amanhã", ""},
    {"estou a tratar\nmas só amanhã", ""},
    /* Polish */
    {"przyjmuję 2 godziny", "ack 7200s"},
    {"przyjmuję do wtorku 10:00", "ack until tue 10:00"},
    {"przyjęto na godzinę", ""},
    {"odmawiam", "decline"},
    {"przekaż bob", "pass @bob"},
    {"waga S2", "severity S2"},
    {"czekam na klienta", "wait customer"},
    {"rozwiązane: odnowiono certyfikat", "resolve <odnowiono certyfikat>"},
    {"przyczyna: wygasł certyfikat", "cause <wygasł certyfikat>"},
    {"pomoc", "help"},
    {"przyjmuję?", ""},
    {"nie przyjmuję", ""},
    {"rozwiązane jutro", ""},
    {"zajmuję się\nale dopiero jutro", ""},
    /* Swedish */
    {"kvitterat 2 timmar", "ack 7200s"},
    {"kvitterar till tisdag kl 10", "ack until tue 10:00"},
    {"avböjer", "decline"},
    {"lämna över till bob", "pass @bob"},
    {"allvarlighetsgrad S2", "severity S2"},
    {"väntar på kunden", "wait customer"},
    {"löst: nytt certifikat", "resolve <nytt certifikat>"},
    {"orsak: certifikatet gick ut", "cause <certifikatet gick ut>"},
    {"hjälp", "help"},
    {"kvitterat?", ""},
    {"inte kvitterat", ""},
    {"löst imorgon", ""},
    {"jag tar det\nmen inte idag", ""},
    {"Ta", ""},
    {"Visst", "ack"},
    /* Danish, Norwegian */
    {"kvitteret 2 timer", "ack 7200s"},
    {"kvitterer indtil tirsdag kl 10", "ack until tue 10:00"},
    {"afvist", "decline"},
    {"giv videre til bob", "pass @bob"},
    {"alvor S2", "severity S2"},
    {"venter på kunden", "wait customer"},
    {"løst: nyt certifikat", "resolve <nyt certifikat>"},
    {"årsag: certifikatet udløb", "cause <certifikatet udløb>"},
    {"hjælp", "help"},
    {"godtatt til i morgen", "ack until +1"},
    {"jeg tar den", "ack"},
    {"kvitteret?", ""},
    {"ikke kvitteret", ""},
    {"løst snart", ""},
    {"Tag", ""},
    {"jeg ser på det\nmen ikke i dag", ""},
    /* Finnish */
    {"kuittaan 2 tuntia", "ack 7200s"},
    {"kuitattu tiistaihin klo 10 asti", "ack until tue 10:00"},
    {"kuittaan huomiseen klo 9", "ack until +1 09:00"},
    {"kieltäydyn", "decline"},
    {"siirrä bob", "pass @bob"},
    {"vakavuus S2", "severity S2"},
    {"odotetaan asiakasta", "wait customer"},
    {"korjattu: uusi varmenne", "resolve <uusi varmenne>"},
    {"syy: varmenne vanheni", "cause <varmenne vanheni>"},
    {"apua", "help"},
    {"kuittaan?", ""},
    {"en kuittaa", ""},
    {"korjattu huomenna", ""},
    {"hoidan\nmutta en tänään", ""},
    /* Czech */
    {"přijímám 2 hodiny", "ack 7200s"},
    {"přijímám do úterý 10:00", "ack until tue 10:00"},
    {"odmítám", "decline"},
    {"předat bob", "pass @bob"},
    {"závažnost S2", "severity S2"},
    {"čekám na zákazníka", "wait customer"},
    {"vyřešeno: nový certifikát", "resolve <nový certifikát>"},
    {"příčina: certifikát vypršel", "cause <certifikát vypršel>"},
    {"pomoc", "help"},
    {"přijímám?", ""},
    {"nepřijímám", ""},
    {"vyřešeno zítra", ""},
    {"řeším to\nale až zítra", ""},
    /* Japanese */
    {"承諾 2時間", "ack 7200s"},
    {"承諾 明日10時まで", "ack until +1 10:00"},
    {"承諾 明日の10時まで", "ack until +1 10:00"},
    {"承諾 火曜日まで", "ack until tue"},
    {"承諾 12月3日まで", "ack until 0000-12-03"},
    {"承諾 午後3時まで", "ack until 15:00"},
    {"承諾 ２時間", "ack 7200s"},
    {"辞退", "decline"},
    {"引き継ぎ bob", "pass @bob"},
    {"エスカレーション", "escalate"},
    {"重大度 S2", "severity S2"},
    {"待機 お客様", "wait customer"},
    {"解決しました：証明書を更新", "resolve <証明書を更新>"},
    {"原因：証明書の期限切れ", "cause <証明書の期限切れ>"},
    {"次の対応：ログの確認 17時まで", "next until 17:00 <ログの確認>"},
    {"メモ：お客様はお怒りです", "note <お客様はお怒りです>"},
    {"ヘルプ", "help"},
    {"対応します", "ack"},
    {"対応します。\nありがとうございます。", "ack"},
    {"承諾？", ""},
    {"承諾できません", ""},
    {"対応します\nしかし今日は対応できません", ""},
    {"対応できません", ""},
    {"対応しますか？", ""},
    {"明日対応します", ""},
    {"解決していません", ""},
    {"解決 方法を教えて", ""},
    {"不要です", ""},
    /* Chinese */
    {"接受 2小时", "ack 7200s"},
    {"接受2个小时", "ack 7200s"},
    {"接受 到明天10点", "ack until +1 10:00"},
    {"接受到明天下午3点30分", "ack until +1 15:30"},
    {"接受 到周二上午10点", "ack until tue 10:00"},
    {"拒绝", "decline"},
    {"转交给 bob", "pass @bob"},
    {"严重程度 S2", "severity S2"},
    {"等待 客户", "wait customer"},
    {"已解决：更新了证书", "resolve <更新了证书>"},
    {"原因：证书过期", "cause <证书过期>"},
    {"下一步：检查日志 17点前", "next until 17:00 <检查日志>"},
    {"帮助", "help"},
    {"我来处理", "ack"},
    {"我來處理", "ack"},
    {"接受吗？", ""},
    {"不接受", ""},
    {"我来处理\n但是不是今天", ""},
    {"我不处理", ""},
    {"未解决", ""},
    {"谁来处理？", ""},
    {"Na ja", ""},
    {"Na klar", "ack"},
    /* what is not done yet, or done by half */
    {"Resolved partially", ""},
    {"Resolved nothing so far", ""},
    {"Resolve ticket 41 first", ""},
    {"Gelöst haben wir das noch nicht", ""},
    {"Behoben haben wir bisher nichts", ""},
    {"Beantwortet hat das noch keiner", ""},
    {"Résolu partiellement", ""},
    {"Resuelto aún no", ""},
    {"Resuelto lo de ayer, esto no", ""},
    {"Risolto parzialmente", ""},
    {"Opgelost gedeeltelijk", ""},
    {"Onder controle van de leverancier", ""},
    {"Resolvido ainda não", ""},
    {"Naprawione jeszcze nie", ""},
    {"Löst har vi det inte", ""},
    {"Rettet henvendelse til leverandøren", ""},
    {"Løst delvist", ""},
    {"Korjattu osittain", ""},
    {"Opraveno ještě není", ""},
    {"Resolved temporarily", ""},
    {"Behoben vorläufig", ""},
    {"contained for now, job disabled", "contained <for now, job disabled>"},
    {"eingedämmt vorläufig, Dienst aus", "contained <vorläufig, Dienst aus>"},
    {"resolved: nothing was lost, it was never down", "resolve <nothing was lost, it was never down>"},
    {"resolve restarted the pool, no data lost", "resolve <restarted the pool, no data lost>"},
    {"gelöst Zertifikat erneuert, keine Daten verloren", "resolve <Zertifikat erneuert, keine Daten verloren>"},
    /* who is thanked or greeted, and who has it */
    {"Thanks, Carol got it", ""},
    {"Thanks. Bob's on it", ""},
    {"Hi, Bob accepted", ""},
    {"Hello, Ops taking it", ""},
    {"Ok, thanks Bob on it", ""},
    {"Hi team on it", ""},
    {"Danke, Bob quittiert", ""},
    {"Merci, Paul accepté", ""},
    {"Tack, Bob tar det", ""},
    {"Tak, Bob kvitterer", ""},
    {"Ciao, Marco accettato", ""},
    {"Kiitos, Pekka kuittaa", ""},
    {"Thanks Bob, on it", "ack"},
    {"Thanks Bob. On it", "ack"},
    {"Hi Bob - on it", "ack"},
    {"Tack Bob, tar det", "ack"},
    {"Hi Bob please escalate", "escalate"},
};

static void reads_every_language(void **state)
{
    (void)state;
    guint bad = 0;
    for (gsize i = 0; i < G_N_ELEMENTS(replies); i++) {
        g_autoptr(CommandReply) r = command_read_notification(replies[i].text, NULL, &broken);
        g_autofree char *got = render(r->commands);
        if (strcmp(got, replies[i].want) == 0)
            continue;
        bad++;
        print_message("'%s': want '%s', got '%s'\n", replies[i].text, replies[i].want, got);
    }
    print_message("%u replies in %u languages\n", (guint)G_N_ELEMENTS(replies), (guint)G_N_ELEMENTS(languages));
    assert_int_equal(bad, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_complete),
        cmocka_unit_test(is_unambiguous),
        cmocka_unit_test(reads_every_language),
    };
    return cmocka_run_group_tests_name("languages", tests, NULL, NULL);
}
