/* test_command: what people answer to a notification, and what is read from it. The table counts two things: an acknowledgment
 * read where none was meant (never), and one that was meant and not read (printed; a missed one is asked again). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "rules/command.h"
#include "rules/command_args.h"
#include "rules/letter.h"
#include "rules/command_token.h"
#include "rules/phrase.h"
#include "rules/signoff.h"
#include "tests/unit/rendered.h"

static const CommandBreaks broken = {NULL}; /* nothing tells whether */

typedef struct {
    const char *text, *want;
} Reply;

/* An ack for a person's eye, though we do not dare: counted, not failed. */
#define MAYBE "maybe ack"

static const Reply replies[] = {
    /* acknowledgments, en */
    {"ack", "ack"},
    {"ACK", "ack"},
    {"Ack.", "ack"},
    {"ack!", "ack"},
    {"*ACK*", "ack"},
    {"#ack", "ack"},
    {"  ack  ", "ack"},
    {"acknowledged", "ack"},
    {"Acknowledged, thanks", "ack"},
    {"Acknowledge.", "ack"},
    {"acked", "ack"},
    {"Accepted", "ack"},
    {"Accept", "ack"},
    {"ok", "ack"},
    {"OK", "ack"},
    {"Ok.", "ack"},
    {"okay", "ack"},
    {"Okay!", "ack"},
    {"O.K.", "ack"},
    {"ok thanks", "ack"},
    {"OK, thanks!", "ack"},
    {"Ok, thank you", "ack"},
    {"ok thx", "ack"},
    {"ok :)", "ack"},
    {"ok 🙂", "ack"},
    {"ok ok", "ack"},
    {"Got it!", "ack"},
    {"got it", "ack"},
    {"Got it, thanks", "ack"},
    /* a loose word, and below it what is no name */
    {"OK\nForwarded.", ""},
    {"OK\nForwarded", ""},
    {"Yes\nDenied.", ""},
    {"OK\nBilling.", ""},
    {"\360\237\221\215\nForwarded", ""},
    {"Got it.\nForwarded to Ann.", ""},
    {"Got it.\nI decline.", ""},
    {"Got it.\nWrong person, this belongs to billing.", ""},
    {"\303\234bernehme.\nHabe es an Ann weitergeleitet.", ""},
    {"ok\nBob N.", "ack"},
    {"ok\n\nBob Ng", "ack"},
    {"ACK\nNACK", ""},
    {"ACK ALL\nbut not #4", ""},
    {"ACK ALL\n\nThanks, Bob", "ack all"},
    {"Resolved: not yet", ""},
    {"Contained: no", ""},
    {"resolved: no more errors", "resolve <no more errors>"},
    {"Hi escalate,\nACK", "ack"},
    {"Hello Escalate,\nthanks, I am looking into it with the vendor", ""},
    {"Got it, thanks Bob", "ack"},
    {"Got it. Thanks!", "ack"},
    {"I got it", "ack"},
    {"I've got it", "ack"},
    {"I’ve got this", "ack"},
    {"Will do", "ack"},
    {"will do!", "ack"},
    {"Will do, thanks.", "ack"},
    {"OK, will do", "ack"},
    {"ok will do", "ack"},
    {"Yes, will do", "ack"},
    {"yes", "ack"},
    {"Yes.", "ack"},
    {"Yep", "ack"},
    {"yup", "ack"},
    {"yeah", "ack"},
    {"Sure", "ack"},
    {"Sure!", "ack"},
    {"on it", "ack"},
    {"On it!", "ack"},
    {"On it...", "ack"},
    {"on it now", "ack"},
    {"I'm on it", "ack"},
    {"I’m on it.", "ack"},
    {"im on it", "ack"},
    {"We're on it", "ack"},
    {"yes, I'm on it", "ack"},
    {"Ok - on it", "ack"},
    {"ok, on it", "ack"},
    {"taking", "ack"},
    {"Taking it", "ack"},
    {"Taking this one", "ack"},
    {"taking over", "ack"},
    {"I'll take it", "ack"},
    {"I'll take it, thanks", "ack"},
    {"I will take this", "ack"},
    {"I'll handle it", "ack"},
    {"Mine", "ack"},
    {"it's mine", "ack"},
    {"working on it", "ack"},
    {"I'm working on it", "ack"},
    {"Looking into it", "ack"},
    {"looking into it now", "ack"},
    {"I am looking into it.", "ack"},
    {"Looking", "ack"},
    {"will look into it", "ack"},
    {"I'll take a look", "ack"},
    {"Taking a look", "ack"},
    {"I'll take care of it", "ack"},
    {"investigating", "ack"},
    {"Leave it to me", "ack"},
    {"👍", "ack"},
    {"👍🏽", "ack"},
    {"👍👍", "ack"},
    {"👌", "ack"},
    {"✅", "ack"},
    {"✔️", "ack"},
    {"+1", "ack"},
    {"ok 👍", "ack"},
    {"👍 thanks", "ack"},
    {"k", "ack"},
    {"Hi Bob, ok", "ack"},
    {"Hi, ack", "ack"},
    {"Hello Bob,\nack", "ack"},
    {"Hi Bob,\n\nOn it.\n\nRegards,\nDana", "ack"},
    {"hi bob,\n\nwill do\n\nthanks", "ack"},
    {"Bob,\n\nok", "ack"},
    {"Hi all,\nok", "ack"},
    {"Dear Mr. Smith,\n\nGot it.\n\nKind regards,\nDana Ruiz\nDirector of Operations\nTel. +49 30 1", "ack"},
    {"Good morning team,\non it", "ack"},
    {"Bob, on it", "ack"},
    {"Thanks Bob, on it", "ack"},
    {"Thanks\nok", "ack"},
    {"ok\nBob", "ack"},
    {"ok\n\nBob", "ack"},
    {"ack\n- Bob", "ack"},
    {"ok\n\nBest,\nBob", "ack"},
    {"OK\n\nSent from my iPhone", "ack"},
    {"On it\n\nGet Outlook for iOS", "ack"},
    {"ok\n\nThanks,\nBob Ng", "ack"},
    {"Ok\nOn it", "ack"},
    {"On it.\n\nWill update at noon.", ""},
    {"Got it\n\nThe logs are already here.", ""},
    {"ack\n\nI look after lunch.", "ack"},
    {"ack\nNot sure what happened, though.", "ack"},
    {"ACK ACK", "ack"},
    {"yes, ack", "ack"},
    {"ok, ack", "ack"},
    {"ack ok", "ack"},
    {"ack, on it", "ack"},
    {"Ack. I'm on it.", "ack"},
    {"\xef\xbb\xbf"
     "ack",
     "ack"},
    {"ac\xe2\x80\x8bk", "ack"},

    /* with a hold */
    {"ack 2h", "ack 7200s"},
    {"Ack 2h.", "ack 7200s"},
    {"ACK 2H", "ack 7200s"},
    {"ack 30m", "ack 1800s"},
    {"ack for 2h", "ack 7200s"},
    {"ack 2 h", "ack 7200s"},
    {"ack 2 hours", "ack 7200s"},
    {"ack 30min", "ack 1800s"},
    {"ack 2hours", "ack 7200s"},
    {"ack 30minx", ""},
    {"ack 0min", ""},
    {"ack for two hours", "ack 7200s"},
    {"ack for an hour", "ack 3600s"},
    {"ack 90 min", "ack 5400s"},
    {"ack 2bh", "ack 7200b"},
    {"ack 2 business hours", "ack 7200b"},
    {"ack 1bd", "ack 1d"},
    {"ack 2 business days", "ack 2d"},
    {"ack 2h thanks", "ack 7200s"},
    {"ack 2h, thanks Bob", "ack 7200s"},
    {"on it\nack 2h", "ack 7200s"},
    {"ack\nack 2h", "ack; ack 7200s"},
    {"ack until tue 10:00", "ack until tue 10:00"},
    {"ack until Tuesday 10:00", "ack until tue 10:00"},
    {"ack until tuesday at 10am", "ack until tue 10:00"},
    {"ack until 10:00", "ack until 10:00"},
    {"ack until 10", "ack until 10:00"},
    {"ack until 10pm", "ack until 22:00"},
    {"ack until 10 pm", "ack until 22:00"},
    {"ack until 12am", "ack until 00:00"},
    {"ack until 5:30pm", "ack until 17:30"},
    {"ack until tomorrow", "ack until +1"},
    {"ack until tomorrow 9:00", "ack until +1 09:00"},
    {"ack until tomorrow morning", "ack until +1 09:00"},
    {"ack till noon", "ack until 12:00"},
    {"ack until midnight", "ack until 24:00"},
    {"ack until 2026-12-01", "ack until 2026-12-01"},
    {"ack until 2026-12-01 10:00", "ack until 2026-12-01 10:00"},
    {"ack until 2026-12-01T10:00", "ack until 2026-12-01 10:00"},
    {"ack until 2026-12-01T10:00:00Z", "ack until @1796119200"},
    {"ack until Dec 1", "ack until 0000-12-01"},
    {"ack until 1 December 2026 at 10:00", "ack until 2026-12-01 10:00"},
    {"ack until today 17:00", "ack until +0 17:00"},

    /* acknowledgments, de */
    {"Quittiert", "ack"},
    {"bestätigt", "ack"},
    {"Bestätigt, danke", "ack"},
    {"ja", "ack"},
    {"Ja!", "ack"},
    {"ja, danke", "ack"},
    {"Ok, danke", "ack"},
    {"OK danke dir", "ack"},
    {"Okay, vielen Dank", "ack"},
    {"alles klar", "ack"},
    {"Alles klar, danke!", "ack"},
    {"geht klar", "ack"},
    {"in Ordnung", "ack"},
    {"bin dran", "ack"},
    {"Bin dran!", "ack"},
    {"Ich bin dran.", "ack"},
    {"bin schon dran", "ack"},
    {"mach ich", "ack"},
    {"Mach ich, danke", "ack"},
    {"Ja, mach ich", "ack"},
    {"wird gemacht", "ack"},
    {"übernehme ich", "ack"},
    {"Ich übernehme", "ack"},
    {"Ich u\xcc\x88"
     "bernehme",
     "ack"},
    {"ICH ÜBERNEHME", "ack"},
    {"Übernehme", "ack"},
    {"uebernehme ich", "ack"},
    {"Ich kümmere mich drum", "ack"},
    {"kümmere mich", "ack"},
    {"Schaue ich mir an", "ack"},
    {"Ich schaue es mir an", "ack"},
    {"Ich arbeite daran", "ack"},
    {"Hallo Bob,\n\nich bin dran.\n\nViele Grüße\nDana", "ack"},
    {"Hallo zusammen,\nok", "ack"},
    {"Moin,\nmach ich\n\nLG Dana", "ack"},
    {"Sehr geehrter Herr Müller,\n\nich übernehme das.\n\nMit freundlichen Grüßen\nDana Ruiz", "ack"},
    {"Guten Tag, ok", "ack"},
    {"ok\n\nVon meinem iPhone gesendet", "ack"},
    {"Ok, Gruß Bob", "ack"},
    {"ack 2 Stunden", "ack 7200s"},
    {"ack für 2 Stunden", "ack 7200s"},
    {"ack eine Stunde", "ack 3600s"},
    {"ack 2 Arbeitstage", "ack 2d"},
    {"ack 30 Minuten", "ack 1800s"},
    {"ack bis dienstag 10 Uhr", "ack until tue 10:00"},
    {"ack bis Di 10:00", "ack until tue 10:00"},
    {"ack bis 10 Uhr", "ack until 10:00"},
    {"ack bis 10 Uhr 30", "ack until 10:30"},
    {"ack bis 10.30 Uhr", "ack until 10:30"},
    {"ack bis 10.10 Uhr", "ack until 10:10"},
    {"ack bis morgen", "ack until +1"},
    {"ack bis morgen früh", "ack until +1 09:00"},
    {"ack bis morgen um 8 Uhr", "ack until +1 08:00"},
    {"ack bis übermorgen", "ack until +2"},
    {"ack bis 1.12.", "ack until 0000-12-01"},
    {"ack bis 1.12.2026", "ack until 2026-12-01"},
    {"ack bis 1. Dezember 10:00", "ack until 0000-12-01 10:00"},
    {"ack bis Freitag, 1.12. 10:00", "ack until 0000-12-01 fri 10:00"},
    {"ack bis mittag", "ack until 12:00"},

    /* other languages */
    {"Je m'en occupe", "ack"},
    {"d'accord, merci", "ack"},
    {"Me encargo, gracias", "ack"},
    {"Me ne occupo io", "ack"},
    {"Ik pak het op", "ack"},
    {"Sim, eu assumo", "ack"},
    {"zajmę się tym", "ack"},
    {"Jag tar det, tack", "ack"},
    {"対応します", "ack"},
    {"対応します。", "ack"},
    {"我来处理，谢谢", "ack"},

    /* meant for an ack, not understood: missed */
    {"OK I'll get on that right away", MAYBE},
    {"Sure, I can do that", MAYBE},
    {"ok\n\nI'll call them at noon", MAYBE},
    {"I am already at it", MAYBE},
    {"Ok mach ich gleich", MAYBE},
    {"ok bob", MAYBE},
    {"Ja ich mach das", "ack"},
    {"Ack, will look in a minute", MAYBE},
    {"Got it, working with the vendor now", MAYBE},
    {"I'll deal with this straight away", MAYBE},
    {"On it, but give me ten minutes", MAYBE},

    /* no acknowledgment: thanks, questions, denials, rest on the line */
    {"thanks", ""},
    {"thanks for the info on it", ""},
    {"Thanks for the heads up on this.", ""},
    {"vielen Dank f\303\274r die Hilfe bin dran", ""},
    {"Thanks for your help, on it", "ack"},
    {"ok, thanks for the update", ""},
    {"ok thanks for looking into it", ""},
    {"Got it\nThanks for fixing it", ""},
    {"Yes\nThanks for your support and the quick fix", ""},
    {"Ok\nDas hat sich erledigt", ""},
    {"Ja\nDanke fürs Kümmern", ""},
    {"ok\nerledigt", ""},
    {"On it.\nIt does", ""},
    {"Ok, thanks in advance", ""},
    {"ok, danke im voraus", ""},
    {"ok, thank you both", ""},
    {"fixed it, thanks for the help", "resolve"},
    {"Thanks!", ""},
    {"Thanks Bob", ""},
    {"Many thanks, Bob", ""},
    {"Danke", ""},
    {"Vielen Dank für die Info", ""},
    {"seen", ""},
    {"Seen, thanks", ""},
    {"noted", ""},
    {"Noted with thanks", ""},
    {"understood", ""},
    {"received", ""},
    {"no problem", ""},
    {"No problem!", ""},
    {"no worries", ""},
    {"np", ""},
    {"kein Problem", ""},
    {"gesehen", ""},
    {"Verstanden", ""},
    {"zur Kenntnis genommen", ""},
    {"ok?", ""},
    {"OK??", ""},
    {"ok？", ""},
    {"ack?", ""},
    {"Ack?!", ""},
    {"on it?", ""},
    {"got it?", ""},
    {"Will do?", ""},
    {"ack 2h?", ""},
    {"can you ack?", ""},
    {"please ack", ""},
    {"Please ack this", ""},
    {"Bob, please ack", ""},
    {"ack please", ""},
    {"bitte quittieren", ""},
    {"bitte übernehmen", ""},
    {"please take", ""},
    {"please resolve", ""},
    {"yes please", ""},
    {"OK so who is on this?", ""},
    {"OK so who is on\nthis", ""},
    {"Ok, but not me", ""},
    {"ok\nbut not before Monday", ""},
    {"On it\nas soon as somebody tells me who can log in", ""},
    {"Got it\nbut I can't do anything from here", ""},
    {"Will do\nif Bob cannot", ""},
    {"Yes\n\nBob should take this", ""},
    {"ok\n\nplease ask Dana instead", ""},
    {"OK\n\nWho is on this?", ""},
    {"Ok, Urlaub", ""},
    {"Ok\nUrlaub", ""},
    {"Ok\nMorgen", ""},
    {"ok Monday", ""},
    {"OK, Monday", ""},
    {"Thanks, Monday", ""},
    {"ok tomorrow", ""},
    {"ok later", ""},
    {"On it tomorrow", ""},
    {"will do tomorrow", ""},
    {"Taking tomorrow off", ""},
    {"Taking Monday", ""},
    {"taking the kids to school", ""},
    {"not ok", ""},
    {"Not OK!", ""},
    {"this is not ok", ""},
    {"not on it", ""},
    {"not mine", ""},
    {"not me", ""},
    {"nicht ok", ""},
    {"nicht mein Thema", ""},
    {"bin nicht dran", ""},
    {"bin ich dran?", ""},
    {"can't ack", ""},
    {"cannot take it", ""},
    {"I can't", ""},
    {"kann nicht", ""},
    {"ok not", ""},
    {"ok no", ""},
    {"yes no", ""},
    {"yes and no", ""},
    {"ack nack", ""},
    {"nack", "decline"},
    {"ack or decline?", ""},
    {"ack\ndecline", ""},
    {"ok\nno", ""},
    {"take\npass bob", ""},
    {"Bob is on it", ""},
    {"Bob has got it", ""},
    {"he's on it", ""},
    {"Who is on it", ""},
    {"Somebody should be on it", ""},
    {"Are you on it", ""},
    {"I thought Bob was on it", ""},
    {"I take it you fixed this", ""},
    {"take it", ""},
    {"take care", ""},
    {"Take this", ""},
    {"Is everything ok", ""},
    {"Backup, ok", ""},
    {"Server: ok", ""},
    {"Everything is ok", ""},
    {"All ok", ""},
    {"ok then", ""},
    {"ok great", ""},
    {"Ok cool", ""},
    {"ok fine", ""},
    {"ok whatever", ""},
    {"ok :(", ""},
    {"👎", ""},
    {"👍👎", ""},
    {"\"ack\"", ""},
    {"> ack", ""},
    {"> ok", ""},
    {"[ACK] [ACK 2h] [NO] [STATUS]", ""},
    {"Reply ACK to take it, NO if you cannot.", ""},
    {"аck", ""},
    {"acknowledge receipt", ""},
    {"Ack from Bob", ""},
    {"ack all", "ack all"},
    {"ACK ALL", "ack all"},
    {"ack all 2h", "ack all 7200s"},
    {"ack all until 10:00", "ack all until 10:00"},
    {"Hi Bob,\nack all\nThanks", "ack all"},
    {"ack all, thanks", "ack all"},
    {"thanks all, ack", "ack"},
    {"ack all?", ""},
    {"ack all of them", ""},
    {"ack all of them?", ""},
    {"ack all but #12", ""},
    {"ack all tickets", ""},
    {"ack, all", ""},
    {"ack: all", ""},
    {"ack. All", ""},
    {"all ack", ""},
    {"not ack all", ""},
    {"please ack all", ""},
    {"ok all", ""},
    {"on it all", ""},
    {"thanks all", ""},
    {"hi all", ""},
    {"all good", ""},
    {"decline all", ""},
    {"take all", ""},
    {"ack bob", ""},
    {"ack -2h", ""},
    {"ack 0h", ""},
    {"ack 2bw", ""},
    {"ack 2", ""},
    {"ack 2 bananas", ""},
    {"ack two", ""},
    {"ack until", ""},
    {"ack until later", ""},
    {"ack until next tuesday", ""},
    {"ack until 3/4", ""},
    {"ack until 25:00", ""},
    {"ack until 10:75", ""},
    {"ack until 13pm", ""},
    {"ack until 10.12", ""},
    {"ack until 31.02.2026 and then", ""},
    {"ack until 2026-13-01", ""},
    {"ack until tue wed", ""},
    {"ack until 10:00 11:00", ""},
    {"ack until tue maybe", ""},
    {"ack 2h or 3h", ""},
    {"ack 2h unless Bob is back", ""},
    {"I ack", ""},
    {"I will ack later", ""},
    {"Consider it done", ""},
    {"done", ""},
    {"erledigt", ""},
    {"Okay, ich frage Bob", ""},
    {"ok, gebe es weiter", ""},
    {"ja, aber erst morgen", ""},
    {"ja aber wer?", ""},
    {"Ja?", ""},
    {"ja nein", ""},
    {"alles klar?", ""},
    {"Alles klar bei dir", ""},
    {"Ich bin nicht zuständig", ""},
    {"Ich übernehme das nicht", ""},
    {"ich übernehme, falls Bob nicht kann", ""},
    {"mach ich nicht", ""},
    {"mach ich morgen", ""},
    {"mach du", ""},
    {"wird gemacht werden müssen", ""},
    {"geht nicht", ""},
    {"I am out of office until Monday.", ""},
    {"Out of office\nok", ""},
    {"vacation", ""},
    {"My ack is coming", ""},
    {"It is fine", ""},
    {"Good", ""},
    {"Great!", ""},
    {"Merci", ""},
    {"Bien reçu", ""},
    {"了解しました", ""},
    {"收到", ""},
    {"pas d'accord", ""},
    {"We had it under control. OK?", ""},
    {"Which customer is it?\n\nok", ""},
    {"See below\nack", ""},
    {"-- \nok", ""},
    {"On it. Not.", ""},
    {"on it - not", ""},
    {"got it from bob", ""},
    {"mine is broken", ""},
    {"k.o.", ""},
    {"ok, ok, I get it: no", ""},
    {"Yes! Finally.", ""},
    {"Yes it is still down", ""},
    {"Looking forward to it", ""},
    {"Looking good", ""},
    {"will do nothing", ""},
    {"✅ resolved by Bob", ""},
    {"ok -> bob", ""},
    {"ok/no", ""},
    {"+1 for escalation", ""},
    {"+1 Bob", ""},
    {"Thanks, got it from Bob", ""},
    {"Ok Boomer", ""},
    {"yes, Bob", ""},
    {"ok, Dana", ""},
    {"Yes\n\n2h", ""},
    {"On it\nBob can do it", ""},
    {"Fixed\n?", ""},
    {"ok...\n...not", ""},
    {"I'm on it\nNOT", ""},
    {"ok\n\nno", ""},
    {"No problem, on it", ""},
    {"Not sure, on it", ""},
    {"Sorry, will do", ""},
    {"on it if you want", ""},
    {"taking over from Bob on Monday", ""},
    {"handling fee", ""},
    {"Mine!?", ""},
    {"I'll take it... tomorrow", ""},
    {"sure, why not", ""},
    {"Klar?", ""},
    {"Ja, und jetzt", ""},
    {"Ok. Wer macht das", ""},
    {"ja\nmach du das", ""},
    {"alles klar soweit", ""},
    {"Gut", ""},
    {"In Ordnung ist das nicht", ""},
    {"Passt nicht", ""},
    {"übernehme ich nicht", ""},
    {"ich übernehme ab morgen", ""},
    {"bin dran vorbei", ""},
    {"ok bis morgen", ""},
    {"mach ich später", ""},
    {"wird gemacht?", ""},
    {"ack until I am back", ""},
    {"ack for customer", ""},
    {"ack ack 2h 3h", ""},
    {"acknowledge the customer first", ""},
    {"OK: not OK", ""},
    {"Ack'd by Bob", ""},
    {"Please, on it", ""},
    {"ok pls", ""},
    {"ok, please handle", ""},
    {"Got it\n\nWho can help", ""},
    {"👍?", ""},
    {"👍 but who", ""},
    {"🙏", ""},
    {"😀", ""},
    {"ok 🤔", ""},
    {"ok 🙄", ""},

    /* decline, pass, escalate */
    {"no", "decline"},
    {"No.", "decline"},
    {"NO!", "decline"},
    {"nope", "decline"},
    {"Nein", "decline"},
    {"nein, danke", "decline"},
    {"No, sorry", ""},
    {"no\n\nI'm on leave, try Dana", "decline"},
    {"no?", ""},
    {"No idea", ""},
    {"no way", ""},
    {"No, Bob has it", ""},
    {"decline", "decline"},
    {"Declined", "decline"},
    {"Hi,\ndecline\nI am abroad", "decline"},
    {"ablehnen", "decline"},
    {"Ich lehne ab", "decline"},
    {"pass bob", "pass @bob"},
    {"pass to bob", "pass @bob"},
    {"Pass Bob", "pass @Bob"},
    {"pass Bob Ng", "pass @Bob Ng"},
    {"pass bob.ng@tiny.example", "pass @bob.ng@tiny.example"},
    {"pass <bob@tiny.example>", "pass @bob@tiny.example"},
    {"weitergeben an bob", "pass @bob"},
    {"pass", ""},
    {"pass it", ""},
    {"pass on this", ""},
    {"pass me the logs", ""},
    {"pass bob?", ""},
    {"assign eve", "assign @eve"},
    {"assign to eve", "assign @eve"},
    {"assign this", ""},
    {"zuweisen an eve", "assign @eve"},
    {"escalate", "escalate"},
    {"Escalate!", "escalate"},
    {"please escalate", "escalate"},
    {"escalate please", "escalate"},
    {"bitte eskalieren", "escalate"},
    {"don't escalate", ""},
    {"escalate to bob", ""},
    {"should we escalate?", ""},
    {"escalate?", ""},
    {"take", "take"},

    /* severity, wait */
    {"severity S2", "severity S2"},
    {"severity 2", "severity S2"},
    {"sev s1", "severity S1"},
    {"severity to S3", "severity S3"},
    {"severity S5", ""},
    {"severity", ""},
    {"severity is wrong", ""},
    {"Schweregrad 1", "severity S1"},
    {"wait for customer", "wait customer"},
    {"Wait for the customer", "wait customer"},
    {"wait for vendor", "wait vendor"},
    {"wait until tue 10:00", "wait until tue 10:00"},
    {"wait for vendor until friday", "wait vendor until fri"},
    {"warten auf Kunden", "wait customer"},
    {"warten bis Montag", "wait until mon"},
    {"wait for me", ""},
    {"Wait, what happened?", ""},

    /* verbs with text */
    {"resolve", "resolve"},
    {"resolve restarted the proxy", "resolve <restarted the proxy>"},
    {"Resolve: restarted the proxy.", "resolve <restarted the proxy.>"},
    {"resolved by a restart", "resolve <by a restart>"},
    {"Resolved. Cache was full.", "resolve <Cache was full.>"},
    {"fixed", "resolve"},
    {"Fixed!", "resolve"},
    {"Fixed it, thanks", "resolve"},
    {"it's fixed", "resolve"},
    {"behoben", "resolve"},
    {"Behoben: Neustart", "resolve <Neustart>"},
    {"Problem gelöst", "resolve"},
    {"Fixed\n\nThe certificate had expired.", ""},
    /* what a mail program broke at its margin */
    {"resolve We have replaced the fuser unit and tested it with ten pages,\nso it should print as before.\n\nRegards,\nBob",
     "resolve <We have replaced the fuser unit and tested it with ten pages, so it should print as before.>"},
    {"next We will send somebody who brings a new fuser unit, tests it well,\nand is there by 16:00",
     "next until 16:00 <We will send somebody who brings a new fuser unit, tests it well, and is there>"},
    {"resolve We have replaced the fuser unit and tested it with ten pages,\nso it should print as before. Does it?", ""},
    {"resolve We have replaced the fuser unit and tested it with ten pages\ncause The fuser unit was at its end",
     "resolve <We have replaced the fuser unit and tested it with ten pages>; cause <The fuser unit was at its end>"},
    /* in doubt it ends, and nothing below lines that were taken for one is read */
    {"note I asked Bob whether he could look at the core switch tonight, he wrote\nback within a minute and it was just this\nwill do",
     "note <I asked Bob whether he could look at the core switch tonight, he wrote>"},
    {"cause The warnings of the disk went to the old address of the operators,\nwhich come to a mailbox that nobody reads\nok",
     "cause <The warnings of the disk went to the old address of the operators, which come to a mailbox that nobody reads>"},
    {"resolve We have replaced the fuser unit and tested it with ten pages, Kim\nnever pays\nack 2h", ""},
    {"resolve replaced the fuser unit, tested ten pages, all should be fine now\ncustomer is a pain, do not offer a discount again", ""},
    {"note: I told Kim that we replace the fuser unit tomorrow at ten, she said\nok, got it", "note <I told Kim that we replace the fuser unit tomorrow at ten, she said>"},
    {"impact: forty people cannot print in the Hamburg office since morning and\nok", "impact <forty people cannot print in the Hamburg office since morning and>"},
    {"next We will send somebody who brings a new fuser unit and tests it,\nand then reports to all\n\nack 2h", "next <We will send somebody who brings a new fuser"
     " unit and tests it, and then reports to all>; ack 7200s"},
    {"next We will send somebody who brings a new fuser unit and tests it,\nand then reports to all\n\nok", "next <We will send somebody who brings a new fuser unit"
     " and tests it, and then reports to all>"},
    {"resolve Replaced the certificate and restarted the fax of all of them\nhttps://wiki.desk.test/internal/does-not-pay-her-bills",
     "resolve <Replaced the certificate and restarted the fax of all of them>"},
    /* what it announces stands below */
    {"resolve We did this:\n- new lamp\n- new fuse", ""},
    {"resolve Hi Kim,\nthe lamp was replaced.", ""},
    {"resolve We did this: a new lamp\nThanks a lot", "resolve <We did this: a new lamp>"},
    {"impact forty people:\n- all of Hamburg", "impact <forty people:>"},
    /* perhaps a remark, perhaps the rest of the sentence */
    {"resolve We have replaced the fuser unit and tested it with ten pages\nDana please bill the double rate", ""},
    {"resolve We have replaced the fuser unit and tested it with two hundred\n20 pages each", ""},
    {"resolve We have replaced the fuser unit and tested it with ten pages.\nDana please bill the double rate",
     "resolve <We have replaced the fuser unit and tested it with ten pages.>"},
    {"resolve We have replaced the fuser unit and tested it with ten pages\n1. bill it twice",
     "resolve <We have replaced the fuser unit and tested it with ten pages>"},
    {"resolve We have replaced the fuser unit and tested it with ten pages\nintern:", "resolve <We have replaced the fuser unit and tested it with ten pages>"},
    {"resolve We have replaced the fuser unit and tested it with ten pages\nsent from my iPhone", "resolve <We have replaced the fuser unit and tested it with ten pages>"},
    {"resolve We have replaced the fuser\nunit and tested it", "resolve <We have replaced the fuser>"},
    {"解決しました: 証明書を更新しました。\n社内メモ：この客には二度と値引きしないこと、部長の指示です", "resolve <証明書を更新しました。>"},
    {"next We will send somebody who brings a fuser unit and tests it by 16:00\nand asks for the bill", "next until 16:00 <We will send somebody who brings a fuser"
     " unit and tests it>"},
    {"resolve We have replaced the fuser unit and tested it with ten pages\n- bill it", "resolve <We have replaced the fuser unit and tested it with ten pages>"},
    {"resolve We have replaced the fuser unit and tested it with ten pages\nThanks a lot", "resolve <We have replaced the fuser unit and tested it with ten pages>"},
    {"fixed?", ""},
    {"not fixed", ""},
    {"fixed tomorrow", ""},
    {"Fixed\nbut only on one node", ""},
    {"resolve this asap", ""},
    {"resolve it yourself", ""},
    {"Resolved? Not for us.", ""},
    {"resolved tomorrow", ""},
    {"resolve please", ""},
    {"Gelöst wird das morgen", ""},
    {"answered by phone, she is happy", "answered <by phone, she is happy>"},
    {"ANSWERED", "answered"},
    {"answered?", ""},
    {"answered not yet", ""},
    {"beantwortet: Rückruf um 10", "answered <Rückruf um 10>"},
    {"contained traffic moved to fra2", "contained <traffic moved to fra2>"},
    {"contained", "contained"},
    {"contained?", ""},
    {"cause: expired certificate", "cause <expired certificate>"},
    {"cause disk full", "cause <disk full>"},
    {"cause I am in a meeting", ""},
    {"Ursache: Zertifikat abgelaufen", "cause <Zertifikat abgelaufen>"},
    {"impact 40 users, all orders", "impact <40 users, all orders>"},
    {"next logs from vendor by 17:00", "next until 17:00 <logs from vendor>"},
    {"next: logs from vendor", "next <logs from vendor>"},
    {"next: a technician comes to you with the new fuser unit, puts it in, prints a hundred pages with it and takes the old one back to us by tomorrow 16:00",
     "next until +1 16:00 <a technician comes to you with the new fuser unit, puts it in, prints a hundred pages with it and takes the old one back to us>"},
    {"next: a technician comes to you with the new fuser unit, puts it in, prints a hundred pages with it and takes the old one back to us by car",
     "next <a technician comes to you with the new fuser unit, puts it in, prints a hundred pages with it and takes the old one back to us by car>"},
    {"next call Eve by phone", "next <call Eve by phone>"},
    {"next week I am away", ""},
    {"Next time, please call", ""},
    {"note customer is angry, will they leave?", "note <customer is angry, will they leave?>"},
    {"Note: ack", "note <ack>"},
    {"note that I am not on call", "note <that I am not on call>"},
    {"Notiz: Kunde ist verärgert", "note <Kunde ist verärgert>"},
    {"category billing", "category <billing>"},
    {"category not billing", ""},

    /* short verbs, several lines */
    {"spam", "spam"},
    {"not spam", "notspam"},
    {"notspam", "notspam"},
    {"needless", "needless"},
    {"unnötig", "needless"},
    {"reopen", "reopen"},
    {"status", "status"},
    {"status?", "status"},
    {"Status please", "status"},
    {"status update for the customer", ""},
    {"help", "help"},
    {"Help!", "help"},
    {"Hilfe", "help"},
    {"help me", ""},
    {"ack 2h\nimpact 40 users\nnext restart by 17:00\n\nMore later.", "ack 7200s; impact <40 users>; next until 17:00 <restart>"},
    {"ack\n\nseverity S1\nescalate", "ack; severity S1; escalate"},
    {"Hi,\n\nack 1h\npass bob", ""},
    {"take\nseverity S2", "take; severity S2"},
    {"ack\nSee note below\nresolve", "ack"},
    {"ack\r\nseverity S2\r\n", "ack; severity S2"},
    /* what is near an acknowledgment and is none, in all the languages */
    {"ack\nno wait, I cannot", ""},
    {"ack\nNo, sorry, wrong ticket", ""},
    {"ack\n\nNein, doch nicht", ""},
    {"ok\nno, I mean later", ""},
    {"Who has this?", ""},
    {"I'll ack later", ""},
    {"Please ack this", ""},
    {"Can you ack?", ""},
    {"ok but not before noon", ""},
    {"not ack", ""},
    {"no ack", ""},
    {"ack?", ""},
    {"I cannot ack this", ""},
    {"did you mean ack", ""},
    {"ack or no?", ""},
    {"nicht ok", ""},
    {"ok, aber nicht ich", ""},
    {"Ich übernehme das nicht", ""},
    {"Kannst du das übernehmen?", ""},
    {"mache ich morgen", ""},
    {"kann ich nicht übernehmen", ""},
    {"wer übernimmt?", ""},
    {"übernehme ich nicht", ""},
    {"Bitte übernehmen", ""},
    {"habe ich gesehen, mache ich nicht", ""},
    {"pas ok", ""},
    {"d'accord ?", ""},
    {"je ne m'en occupe pas", ""},
    {"tu peux t'en occuper ?", ""},
    {"pas pour moi", ""},
    {"je m'en occupe demain", ""},
    {"je prends pas", ""},
    {"qui s'en occupe ?", ""},
    {"no lo hago", ""},
    {"¿vale?", ""},
    {"puedes hacerlo?", ""},
    {"no me encargo", ""},
    {"me encargo mañana si puedo", ""},
    {"quién se encarga?", ""},
    {"non me ne occupo", ""},
    {"va bene?", ""},
    {"puoi occupartene?", ""},
    {"me ne occupo domani", ""},
    {"chi se ne occupa?", ""},
    {"niet ok", ""},
    {"kun jij dit doen?", ""},
    {"ik pak dit niet op", ""},
    {"ik pak het morgen op", ""},
    {"wie pakt dit op?", ""},
    {"não vou tratar", ""},
    {"pode tratar?", ""},
    {"trato amanhã", ""},
    {"quem trata disto?", ""},
    {"nie biorę", ""},
    {"czy możesz to wziąć?", ""},
    {"biorę jutro", ""},
    {"kto bierze?", ""},
    {"inte ok", ""},
    {"kan du ta den?", ""},
    {"jag tar den inte", ""},
    {"jag tar den i morgon", ""},
    {"vem tar den?", ""},
    {"ikke ok", ""},
    {"kan du tage den?", ""},
    {"jeg tager den ikke", ""},
    {"jeg tager den i morgen", ""},
    {"hvem tager den?", ""},
    {"en ota", ""},
    {"voitko ottaa?", ""},
    {"otan huomenna", ""},
    {"kuka ottaa?", ""},
    {"neberu", ""},
    {"můžete to vzít?", ""},
    {"beru zítra", ""},
    {"kdo to vezme?", ""},
    {"対応できません", ""},
    {"対応しません", ""},
    {"確認します", ""},
    {"はい", ""},
    {"誰が対応しますか？", ""},
    {"明日対応します", ""},
    {"対応お願いします", ""},
    {"我不处理", ""},
    {"明天再处理", ""},
    {"好的", ""},
    {"是", ""},
    {"谁处理？", ""},
    {"请处理", ""},
    {"我来处理吗？", ""},
    {"我不负责", ""},
    /* how long, in other languages */
    {"ack 2 heures", "ack 7200s"},
    {"ack 30 minutes", "ack 1800s"},
    {"ack 2 horas", "ack 7200s"},
    {"ack 2 ore", "ack 7200s"},
    {"ack 2 uur", "ack 7200s"},
    {"ack 2 godziny", "ack 7200s"},
    {"ack 2 timmar", "ack 7200s"},
    {"ack 2 timer", "ack 7200s"},
    {"ack 2 tuntia", "ack 7200s"},
    {"ack 2 hodiny", "ack 7200s"},
    {"ack jusqu'à mardi 10:00", "ack until tue 10:00"},
    {"ack hasta el martes 10:00", "ack until tue 10:00"},
    {"ack fino a domani", "ack until +1"},
    {"ack tot dinsdag om 10:00", "ack until tue 10:00"},
    {"ack até amanhã", "ack until +1"},
    {"ack do wtorku 10:00", "ack until tue 10:00"},
    {"ack till tisdag kl 10", "ack until tue 10:00"},
    {"ack indtil i morgen", "ack until +1"},
    {"ack do zítra", "ack until +1"},
    {"ack 2時間", "ack 7200s"},
    {"ack 明天", ""},
    {"ack jusqu'à mardi 10h", "ack until tue 10:00"},
    {"ack demain", ""},
};

static void reads_replies(void **state)
{
    (void)state;
    guint bad = 0, false_acks = 0, meant = 0, missed = 0;
    for (gsize i = 0; i < G_N_ELEMENTS(replies); i++) {
        const char *want = replies[i].want;
        gboolean maybe = strcmp(want, MAYBE) == 0;
        g_autoptr(CommandReply) r = command_read_notification(replies[i].text, NULL, &broken);
        g_autofree char *got = render(r->commands);
        gboolean got_ack = strstr(got, "ack") == got, want_ack = maybe || strstr(want, "ack") == want;
        meant += want_ack ? 1 : 0;
        missed += want_ack && !got_ack ? 1 : 0;
        if (got_ack && !want_ack) {
            false_acks++;
            print_message("false ack: '%s' gave '%s'\n", replies[i].text, got);
        }
        if (strcmp(got, want) == 0 || maybe)
            continue;
        bad++;
        print_message("'%s': want '%s', got '%s'\n", replies[i].text, want, got);
    }
    print_message("%u replies, false acks %u, missed acks %u of %u (%.1f%%)\n", (guint)G_N_ELEMENTS(replies), false_acks, missed,
                  meant, 100.0 * missed / meant);
    assert_int_equal(false_acks, 0);
    assert_int_equal(bad, 0);
    assert_true(missed * 100 <= meant * 10);
}

static void tells_rest_and_doubt(void **state)
{
    static const struct {
        const char *text, *rest;
        gboolean doubt;
    } cases[] = {
        {"ack\n\nI look after lunch.", "I look after lunch.", FALSE},
        {"ack\n\nRegards,\nBob\nAcme Inc.", "", FALSE},
        {"ack\n\nThanks & Best Regards,\nBob\nAcme Inc.", "", FALSE},
        {"OK so who is on this?", "OK so who is on this?", TRUE},
        {"thanks", "thanks", TRUE},
        {"seen", "seen", TRUE},
        {"The customer called again.", "The customer called again.", FALSE},
        {"ok\n\nplease ask Dana", "ok\n\nplease ask Dana", TRUE},
        {"ack\nresolve this asap\nBob", "resolve this asap\nBob", TRUE},
        {"", "", FALSE},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(CommandReply) r = command_read_notification(cases[i].text, NULL, &broken);
        if (strcmp(r->rest, cases[i].rest) != 0 || r->doubt != cases[i].doubt)
            fail_msg("'%s': rest '%s', doubt %d", cases[i].text, r->rest, r->doubt);
    }
}

static void reads_subjects(void **state)
{
    static const struct {
        const char *subject, *want;
    } cases[] = {
        {"Re: [support #42] ACK", "ack"},
        {"AW: Re: [support #42] ack 2h", "ack 7200s"},
        {"Re: [support #42] Checkout is down ACK", "ack"},
        {"Re: [support #42] Checkout is down - ACK 2h", "ack 7200s"},
        {"Re: [support #42] Checkout is down", ""},
        {"Re: [support #42] Please help", ""},
        {"Re: [support #42] Everything OK", ""},
        {"Re: [support #42] ok", ""},
        {"Re: [support #42] SITE DOWN PLEASE ACK", ""},
        {"Re: [support #42] Cannot pay: ACK", "ack"},
        {"Re: [support #42] Ticket not ACK", ""},
        {"Re: [support #42] resolve this", ""},
        {"Re: [support #42] ack?", ""},
        {"ack", ""},
        {"", ""},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(CommandReply) r = command_read_notification("\n", cases[i].subject, &broken);
        g_autofree char *got = render(r->commands);
        if (strcmp(got, cases[i].want) != 0)
            fail_msg("'%s': got '%s'", cases[i].subject, got);
    }
    g_autoptr(CommandReply) r = command_read_notification("hello", "Re: [support #42] ACK", &broken);
    assert_int_equal(r->commands->len, 0);
}

static void reads_work_lines(void **state)
{
    static const struct {
        const char *text, *want, *rest;
        gboolean doubt;
    } cases[] = {
        {"#resolve\nDear Eve,\nit works again.", "resolve", "Dear Eve,\nit works again.", FALSE},
        {"Dear Eve,\nack\nresolve\nok", "", "Dear Eve,\nack\nresolve\nok", FALSE},
        {"#note\nShe is angry.", "note", "She is angry.", FALSE},
        {"*#note* She is angry.", "note <She is angry.>", "", FALSE},
        {"\302\240#\302\240note\nShe is angry.", "note", "She is angry.", FALSE},
        {"\342\200\242 #note\nShe is angry.", "note", "She is angry.", FALSE},
        {"#\303\274bernehmen\nHi", "take", "Hi", FALSE},
        {"#\303\274bernehme ich", "", "#\303\274bernehme ich", TRUE},
        {"Text first.\n#note", "note", "Text first.", FALSE},
        {"#wait for customer\n#severity S2\nHello", "wait customer; severity S2", "Hello", FALSE},
        {"# ack\n#include <stdio.h>", "ack", "#include <stdio.h>", TRUE},
        {"\357\274\203note\nShe is angry.", "note", "She is angry.", FALSE},
        {"  #note\nShe is angry.", "note", "She is angry.", FALSE},
        {"#reslove\nHi", "", "#reslove\nHi", TRUE},
        {"#42 is fixed, #1 is not\n # indented", "", "#42 is fixed, #1 is not\n # indented", FALSE},
        {"#pass bob and eve please\nHi", "", "#pass bob and eve please\nHi", TRUE},
        {"#ok\nHi", "", "#ok\nHi", TRUE},
        /* a verb with its mark in the middle of a line */
        {"We come at noon. #note she is angry", "", "We come at noon. #note she is angry", TRUE},
        {"1. #note\nHi", "", "1. #note\nHi", TRUE},
        {"[#note]\nHi", "", "[#note]\nHi", TRUE},
        {"\342\200\223#notiz\nHi", "", "\342\200\223#notiz\nHi", TRUE},
        {"Kim, #take", "", "Kim, #take", TRUE},
        {"#resolve It is up. #note she is angry\nHi", "", "#resolve It is up. #note she is angry\nHi", TRUE},
        {"#note see #take there\nHi", "note <see #take there>", "Hi", FALSE},
        {"see https://desk.test/#note and page#note, C#note &#note; a=#note", "", "see https://desk.test/#note and page#note, C#note &#note; a=#note", FALSE},
        {"the orders #1 and #42, channel #printers, #notebooks", "", "the orders #1 and #42, channel #printers, #notebooks", FALSE},
        /* whether it is a signature alone: rules/signoff */
        {"#resolve The cable was loose.\n\nRegards,\nBob", "resolve <The cable was loose.>", "Regards,\nBob", FALSE},
        {"#resolve\n\nBob", "resolve", "Bob", FALSE}, /* or "Refunded." */
        {"#take\n\nThanks,\nRestarted.", "take", "Thanks,\nRestarted.", FALSE},
        {"#take\n\nRefunded.\n\nKind regards,\nBob", "take", "Refunded.\n\nKind regards,\nBob", FALSE},
        {"#resolve\n\nSaludos Kim,\nhemos cambiado el cable y ya funciona.", "resolve", "Saludos Kim,\nhemos cambiado el cable y ya funciona.", FALSE},
        {"#wait for customer\n\nBest,\nBob\n\nWe need the number.", "wait customer", "Best,\nBob\n\nWe need the number.", FALSE},
        {"#resolve\n\nThank you for the hint!\nBob", "resolve", "Thank you for the hint!\nBob", FALSE},
        {"Regards,\nBob", "", "Regards,\nBob", FALSE},
        /* what a mail program broke at its margin */
        {"#resolve We have replaced the fuser unit and tested it with ten pages,\nso it should print as before; please tell us if it does not. The old"
         " one\nis yours.\n\nShe called.",
         "resolve <We have replaced the fuser unit and tested it with ten pages, so it should print as before; please tell us if it does not. The old one is yours.>",
         "She called.", FALSE},
        {"#cause The fuser unit was at its end after two hundred thousand pages,\nall of them in colour\n#resolve It is a new one", "cause <The fuser unit was at"
         " its end after two hundred thousand pages, all of them in colour>; resolve <It is a new one>", "", FALSE},
        /* one break without a comma: perhaps a remark */
        {"#resolve We have replaced the fuser unit and tested it together with the\nHP technician; it works.", "", "#resolve We have replaced the fuser"
         " unit and tested it together with the\nHP technician; it works.", TRUE},
        {"#cause The fuser unit was at its end after two hundred thousand pages\nof paper", "", "#cause The fuser unit was at its end after two hundred"
         " thousand pages\nof paper", TRUE},
        {"#resolve We have replaced the fuser unit and tested it with ten pages.\nThe old one costs extra.",
         "resolve <We have replaced the fuser unit and tested it with ten pages.>", "The old one costs extra.", FALSE},
        {"#resolve We have replaced the fuser unit and tested it\npages", "resolve <We have replaced the fuser unit and tested it>", "pages",
         FALSE},
        {"#resolve We have replaced the fuser unit and tested it with ten pages\ninternally: bill it", "",
         "#resolve We have replaced the fuser unit and tested it with ten pages\ninternally: bill it", TRUE},
        {"#resolve The pump was replaced. Please run it for one hour\nand tell us if it leaks.", "",
         "#resolve The pump was replaced. Please run it for one hour\nand tell us if it leaks.", TRUE},
        {"#resolve The pump was replaced and runs as it did before\nregards\nbob", "resolve <The pump was replaced and runs as it did before>", "regards\nbob", FALSE},
        {"#next we send a technician who brings the seal\nand fits it by 15:00", "", "#next we send a technician who brings the seal\nand fits it by 15:00", TRUE},
        {"#resolve We have replaced the fuser unit and tested it with ten pages\n\nThe bill follows.", "resolve <We have replaced the fuser unit and tested"
         " it with ten pages>", "The bill follows.", FALSE},
        /* what stays inside is not gone on in: the next line may be for the customer */
        {"#impact Forty people in the Hamburg office cannot print since this morning\nsince their admin sleeps.", "", "#impact Forty people in the Hamburg office"
         " cannot print since this morning\nsince their admin sleeps.", TRUE},
        {"#impact Forty people in the Hamburg office cannot print since this morning\n\nwe are on it.", "impact <Forty people in the Hamburg office cannot print"
         " since this morning>", "we are on it.", FALSE},
        {"#next A technician comes to Hamburg with a new unit tomorrow by 16:00\nand after that we stop", "", "#next A technician comes to Hamburg with a new unit"
         " tomorrow by 16:00\nand after that we stop", TRUE},
        {"#note She never pays her bills on time and calls us at night for nothing\nand so on", "note <She never pays her bills on time and calls us at night for"
         " nothing>", "and so on", FALSE},
        {"#resolve Replaced the certificate and restarted the fax of all of them\nhttps://wiki.desk.test/internal/does-not-pay-her-bills",
         "resolve <Replaced the certificate and restarted the fax of all of them>", "https://wiki.desk.test/internal/does-not-pay-her-bills", FALSE},
        {"#wait for customer and then we replace the fuser unit and test it with\npages", "", "#wait for customer and then we replace the fuser unit and test it"
         " with\npages", TRUE},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(CommandReply) r = command_read_work(cases[i].text, &broken);
        g_autofree char *got = render(r->commands);
        if (strcmp(got, cases[i].want) != 0 || strcmp(r->rest, cases[i].rest) != 0 || r->doubt != cases[i].doubt)
            fail_msg("'%s': got '%s' rest '%s' doubt %d", cases[i].text, got, r->rest, r->doubt);
    }
}

/* What its HTML says of where a line ended: "|" between its lines. */
static void reads_whole_lines(void **state)
{
#define LONG "#resolve We have replaced the fuser unit and tested it with ten pages"
    static const struct {
        const char *text, *whole, *want, *rest;
        gboolean doubt;
    } cases[] = {
        {LONG "\nof paper", LONG " of paper", "resolve <We have replaced the fuser unit and tested it with ten pages of paper>", "", FALSE},
        {LONG "\nof paper", LONG "|of paper", "", LONG "\nof paper", TRUE}, /* return was pressed in the middle of it */
        {LONG "\nOf paper.", LONG "|Of paper.", "resolve <We have replaced the fuser unit and tested it with ten pages>", "Of paper.", FALSE},
        {LONG "\nof paper", "Dear Kim,|  " LONG "\302\240 of paper  |Bob", "resolve <We have replaced the fuser unit and tested it with ten pages of paper>", "", FALSE},
        /* a noun, a sentence that ends there: what the look of the text alone cannot tell */
        {LONG "\nPaper is in it.", LONG " Paper is in it.", "resolve <We have replaced the fuser unit and tested it with ten pages Paper is in it.>", "", FALSE},
        {LONG ".\nThe old one is yours.\nShe called.", LONG ". The old one is yours.|She called.",
         "resolve <We have replaced the fuser unit and tested it with ten pages. The old one is yours.>", "She called.", FALSE},
        {"#impact Forty people in the Hamburg office cannot print since this morning\nsince their admin sleeps.\n\nWe are on it.",
         "#impact Forty people in the Hamburg office cannot print since this morning since their admin sleeps.||We are on it.",
         "impact <Forty people in the Hamburg office cannot print since this morning since their admin sleeps.>", "We are on it.", FALSE},
        /* HTML that says another thing, both, or lost all ends of lines */
        {LONG "\nof paper", "Good morning", "", LONG "\nof paper", TRUE},
        {LONG "\nof paper", LONG "|" LONG " of paper", "", LONG "\nof paper", TRUE},
        {LONG "\n#note of paper", LONG " #note of paper", "resolve <We have replaced the fuser unit and tested it with ten pages>; note <of paper>", "", FALSE},
        {"#resolve Replaced\nHe was rude", "#resolve Replaced He was rude", "resolve <Replaced>", "He was rude", FALSE},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GByteArray) marks = g_byte_array_new();
        g_autofree char *whole = g_strdelimit(g_strdup(cases[i].whole), "|", '\n');
        g_byte_array_set_size(marks, 10);
        memset(marks->data, LINE_OWN, marks->len);
        CommandBreaks breaks = {command_whole(whole, marks)};
        g_autoptr(CommandReply) r = command_read_work(cases[i].text, &breaks);
        g_autofree char *got = render(r->commands);
        if (strcmp(got, cases[i].want) != 0 || strcmp(r->rest, cases[i].rest) != 0 || r->doubt != cases[i].doubt)
            fail_msg("'%s', whole '%s': got '%s' rest '%s' doubt %d", cases[i].text, cases[i].whole, got, r->rest, r->doubt);
        g_hash_table_unref(breaks.whole);
    }
#undef LONG
}

static void skips_marked_lines(void **state)
{
    (void)state;
    assert_string_equal(command_behind_marked("#resolve It was old\n #take\n\nDear Kim,\n#note"), "Dear Kim,\n#note");
    assert_string_equal(command_behind_marked("#take"), "");
    assert_string_equal(command_behind_marked("Dear Kim"), "Dear Kim");
}

static void reads_one_line(void **state)
{
    static const struct {
        const char *line, *want, *want_error;
    } cases[] = {
        {"ack 2h", "ack 7200s", NULL},
        {"no", "decline", NULL},
        {"resolve this was a full disk", "resolve <this was a full disk>", NULL},
        {"ok", NULL, "'ok': no such verb; `help` lists them"},
        {"severity S9", NULL, "'severity S9': expected `severity S1 to S4`"},
        {"ack tomorrow", NULL, "'ack tomorrow': expected `ack [all] [2h | until TIME]`"},
        {"note", NULL, "'note': expected `note TEXT`"},
        {"", NULL, "'': no such verb; `help` lists them"},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) err = NULL;
        Command *c = NULL;
        gboolean ok = command_read_line(cases[i].line, &c, &err);
        g_autoptr(GPtrArray) one = g_ptr_array_new();
        if (ok)
            g_ptr_array_add(one, c);
        g_autofree char *got = render(one), *why = phrase_plain(err != NULL ? err->message : "");
        if (ok != (cases[i].want != NULL) || (ok && strcmp(got, cases[i].want) != 0) ||
            (!ok && strcmp(why, cases[i].want_error) != 0))
            fail_msg("'%s': got '%s' error '%s'", cases[i].line, got, why);
        command_free(c);
    }
}

static void finds_the_instant(void **state)
{
    /* now: Sunday 2026-11-22 10:00 in Berlin */
    static const struct {
        const char *line, *want, *want_error;
    } cases[] = {
        {"ack until 11:00", "2026-11-22T10:00:00Z", NULL},
        {"ack until 9:00", "2026-11-23T08:00:00Z", NULL},
        {"ack until tue 10:00", "2026-11-24T09:00:00Z", NULL},
        {"ack until sun 11:00", "2026-11-22T10:00:00Z", NULL},
        {"ack until sun 9:00", "2026-11-29T08:00:00Z", NULL},
        {"ack until mon", "2026-11-23T08:00:00Z", NULL},
        {"ack until tomorrow 8:30", "2026-11-23T07:30:00Z", NULL},
        {"ack until midnight", "2026-11-22T23:00:00Z", NULL},
        {"ack until 2026-12-01", "2026-12-01T08:00:00Z", NULL},
        {"ack until 1.2.", "2027-02-01T08:00:00Z", NULL},
        {"ack until 2027-06-01 10:00", "2027-06-01T08:00:00Z", NULL},
        {"ack until 2026-11-22T12:00:00+01:00", "2026-11-22T11:00:00Z", NULL},
        {"ack until today 9:00", NULL, "time '2026-11-22T09:00:00+01:00' is past"},
        {"ack until 2026-11-01", NULL, "time '2026-11-01T09:00:00+01:00' is past"},
        {"ack until 2029-01-01", NULL, "time '2029-01-01T09:00:00+01:00' is more than a year ahead"},
        {"ack until 2027-02-29", NULL, "there is no such date"},
        {"ack until mon 1.12.", NULL, "there is no such date"},
    };
    (void)state;
    const Zone *zone = zone_get("Europe/Berlin", NULL);
    assert_non_null(zone);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Command) c = NULL;
        g_autoptr(GError) err = NULL;
        Instant now, t = 0;
        assert_true(instant_parse("2026-11-22T09:00:00Z", &now, NULL));
        assert_true(command_read_line(cases[i].line, &c, NULL));
        gboolean ok = command_when(&c->until, zone, now, &t, &err);
        g_autofree char *got = ok ? instant_format(t) : phrase_plain(err->message);
        if (strcmp(got, ok ? cases[i].want : cases[i].want_error) != 0)
            fail_msg("'%s': got '%s'", cases[i].line, got);
    }
}

static void knows_thanks(void **state)
{
    static const struct {
        const char *text;
        gboolean want;
    } cases[] = {
        {"Many thanks, Bob", TRUE},
        {"Thank you!\nBest regards,\nKim Lee\nAcme Ltd.\n12 Long Road, Springfield, of the state\nkim@acme.test", TRUE},
        {"Thank you!\nBest regards,\nKim\n\nPS: the fax is down", FALSE},
        {"Thank you!\nBest regards,\nKim\n\nThe fax has stopped.", FALSE},
        {"Thank you!\nBest regards,\nKim\n\nAnd the fax?", FALSE},
        {"Thank you!\nRegards,\nKim\n\nIt still does not work", FALSE},
        {"Geht immer noch nicht", FALSE},
        {"Es geht so", FALSE},
        {"Thanks!", TRUE},
        {"Thank you very much.\n\nKind regards,\nEve Li\nAcme Inc.\n+49 30 1", TRUE},
        {"Vielen Dank!\n\nMit freundlichen Grüßen\nEve", TRUE},
        {"Perfect, thanks so much!", TRUE},
        {"Super, danke", TRUE},
        {"Hi Bob,\n\nthanks!\n\nEve", TRUE},
        {"Merci beaucoup", TRUE},
        {"ありがとうございます", TRUE},
        {"Thanks, works!", TRUE},
        {"Thanks for the quick help!", TRUE},
        {"Vielen Dank, jetzt geht es wieder", TRUE},
        {"Thanks a lot, works now!", TRUE},
        {"Super, danke, läuft wieder.", TRUE},
        {"Danke, hat geklappt!", TRUE},
        {"Thank you, all good now!", TRUE},
        {"\360\237\221\215", TRUE},
        {"You can close this. Thanks, Kim", TRUE},
        {"Works now?", FALSE},
        {"It works now on one node", FALSE},
        {"Thanks, works not", FALSE},
        {"Danke, läuft wieder nicht", FALSE},
        {"It does not work", FALSE},
        {"Thanks, but it is still down", FALSE},
        {"Thanks?", FALSE},
        {"Thanks, Monday", FALSE},
        {"It works", TRUE},
        {"", FALSE},
        {"Danke, geht aber nicht", FALSE},
        {"Alles klar, danke.", TRUE},
        {"OK thanks", TRUE},
        {"Ok, thank you!", TRUE},
        {"Great, thank you so much for your quick help!", TRUE},
        {"Yes it works", TRUE},
        {"Yes, it works now. Thank you!", TRUE},
        {"Yes, that fixed it, thanks a lot", TRUE},
        {"Thanks for the quick response and the great support!", TRUE},
        {"Thank you very much for your prompt help.", TRUE},
        {"Thanks for looking into it.", TRUE},
        {"Thank you all for your help, works perfectly now", TRUE},
        {"Many thanks for your support, everything is working again.", TRUE},
        {"Thanks & regards", TRUE},
        {"Thanks and best regards", TRUE},
        {"Problem solved, thanks", TRUE},
        {"It's fixed, thank you.", TRUE},
        {"Fixed, thanks!", TRUE},
        {"OK", TRUE},
        {"Okay.", TRUE},
        {"Alright, thanks Bob", TRUE},
        {"Got it, thanks", TRUE},
        {"Understood. Thanks.", TRUE},
        {"Please close the ticket. Thanks!", TRUE},
        {"You can close this ticket.", TRUE},
        {"All good, you can close it.", TRUE},
        {"Thank you Bob, it works now", TRUE},
        {"Thank you, Bob!", TRUE},
        {"Danke für die schnelle Hilfe!", TRUE},
        {"Vielen Dank für Ihre schnelle und kompetente Hilfe, jetzt funktioniert alles wieder.", TRUE},
        {"Super, vielen Dank, funktioniert wieder einwandfrei", TRUE},
        {"Alles funktioniert wieder, danke!", TRUE},
        {"Ok, danke", TRUE},
        {"Ja, danke, geht wieder.", TRUE},
        {"Ja, jetzt geht es. Vielen Dank!", TRUE},
        {"Danke fürs Kümmern", TRUE},
        {"Passt, danke", TRUE},
        {"Hat geklappt, vielen Dank für die Unterstützung", TRUE},
        {"Hallo Herr Weber,\nvielen Dank für die schnelle Rückmeldung. Alles gut jetzt.\n\nViele Grüße\nKim Lee", TRUE},
        {"Hallo zusammen,\n\nalles klar, danke.\n\nMit freundlichen Grüßen\nKim Lee", TRUE},
        {"Das Ticket kann geschlossen werden.", TRUE},
        {"Merci pour votre aide, tout fonctionne.", TRUE},
        {"Merci de votre réactivité", TRUE},
        {"C'est bon, merci !", TRUE},
        {"Gracias por su ayuda, ya funciona.", TRUE},
        {"Grazie per il supporto, ora funziona tutto", TRUE},
        {"Bedankt voor de snelle hulp!", TRUE},
        {"Tack för hjälpen, det fungerar nu", TRUE},
        {"解決しました。ありがとうございます。", TRUE},
        {"好的，谢谢", TRUE},
        {"👍 thanks", TRUE},
        {"Thanks! 😊", TRUE},
        {"Hi Bob,\nThanks for the update.\nKim", TRUE},
        {"Hi Bob,\nOK.\nRegards,\nKim", TRUE},
        {"Perfect, that worked. Thank you for your help!", TRUE},
        {"Awesome thanks so much!", TRUE},
        {"Great stuff, cheers", TRUE},
        {"That did the trick, thanks", TRUE},
        {"Back to normal, thanks", TRUE},
        {"All sorted now, thank you", TRUE},
        {"Everything works fine now", TRUE},
        {"It is working now", TRUE},
        {"Thanks again for your help", TRUE},
        {"Thank you for the fast fix", TRUE},
        {"I appreciate your help", TRUE},
        {"So far so good", TRUE},
        {"Thank you for your patience and support", TRUE},
        {"No problem, thanks", TRUE},
        {"Yes", FALSE},
        {"Ja", FALSE},
        {"Yes.", FALSE},
        {"Again", FALSE},
        {"Again!", FALSE},
        {"Now", FALSE},
        {"It works, but slowly", FALSE},
        {"Thanks, but the printer is still broken", FALSE},
        {"It worked for an hour, thanks", FALSE},
        {"Thanks for your help with the printer, the fax is next", FALSE},
        {"Thanks for nothing, it does not work", FALSE},
        {"OK, when will you come", FALSE},
        {"Ok, and the fax", FALSE},
        {"OK thanks, please call me", FALSE},
        {"Thanks for the quick reply, however it is still down", FALSE},
        {"Danke für die Hilfe, aber es geht nicht", FALSE},
        {"Ok, bitte noch den zweiten Drucker", FALSE},
        {"Danke, geht immer noch nicht", FALSE},
        {"Fixed? No", FALSE},
        {"Not fixed, thanks", FALSE},
        {"It's not fixed, thanks", FALSE},
        {"Resolved? I do not think so", FALSE},
        {"Thanks, it works sometimes", FALSE},
        {"Thank you, Monday again", FALSE},
        {"OK, so what now", FALSE},
        {"Everything works except the scanner", FALSE},
        {"Alles funktioniert außer Drucker", FALSE},
        {"Please close the window", FALSE},
        {"Please close it tomorrow", FALSE},
        {"You can close it when it works", FALSE},
        {"Great, now it is broken again", FALSE},
        {"Now again", FALSE},
        {"Super, jetzt geht gar nichts", FALSE},
        {"Perfekt, jetzt ist es wieder kaputt", FALSE},
        {"Merci de me rappeler", FALSE},
        {"Merci de votre réponse rapide à ma question", FALSE},
        {"Yes please", FALSE},
        {"Yes, please", FALSE},
        {"It is working on one node", FALSE},
        {"Thanks, I'll test it tomorrow", FALSE},
        {"Thanks, will do", FALSE},
        {"Nothing works, thanks", FALSE},
        {"No thanks", FALSE},
        {"No, thank you", FALSE},
        {"Got it back broken", FALSE},
        {"Understood, but when", FALSE},
        {"Confirmed, still down", FALSE},
        {"Confirmed: down again", FALSE},
        {"Works as bad as before", FALSE},
        {"Solved it myself, but please check", FALSE},
        {"Thank you for your understanding of the case, we need 2 more", FALSE},
        {"That fixed it for a day", FALSE},
        {"Can be closed?", FALSE},
        {"thanks for the info on it is wrong", FALSE},
        {"It did again.", FALSE},
        {"It does.", FALSE},
        {"Yes it does", FALSE},
        {"Yes again", FALSE},
        {"Yes, thanks", FALSE},
        {"Ja, danke", FALSE},
        {"Oui merci", FALSE},
        {"Sí, gracias", FALSE},
        {"Hi Bob, yes", FALSE},
        {"Yes 🙂", FALSE},
        {"Ja wieder", FALSE},
        {"oui de nouveau", FALSE},
        {"Yes, sure", FALSE},
        {"It works now and again.", FALSE},
        {"It's fixed again and again", FALSE},
        {"Funciona y otra vez", FALSE},
        {"ok wieder", FALSE},
        {"ok again", FALSE},
        {"Super wieder", FALSE},
        {"noted again", FALSE},
        {"Ok and now", FALSE},
        {"ok y ahora", FALSE},
        {"Ok und jetzt", FALSE},
        {"Gut und nun", FALSE},
        {"ok et maintenant", FALSE},
        {"Danke und", FALSE},
        {"Thanks in advance for the fix", FALSE},
        {"Vielen Dank im Voraus für Ihre Antwort", FALSE},
        {"Merci d'avance pour votre intervention rapide.", FALSE},
        {"Alvast bedankt voor de snelle reactie", FALSE},
        {"Danke für Rückmeldung", FALSE},
        {"Thanks for a quick fix", FALSE},
        {"Danke für Info", FALSE},
        {"Gracias de antemano por su pronta respuesta", FALSE},
        {"So much for fixing it!", FALSE},
        {"So much for looking into it", FALSE},
        {"Thanks\nSent via DHL the defective machine", FALSE},
        {"Danke\nGesendet via DHL heute das defekte Gerät", FALSE},
        {"OK\nCancel the order", FALSE},
        {"It works fine now and then", FALSE},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        if (signoff_is_content(cases[i].text, NULL) != cases[i].want)
            fail_msg("'%s'", cases[i].text);
}

static void knows_times_that_it_does_not_read(void **state)
{
    static const struct {
        const char *text, *want; /* NULL: none was meant */
    } cases[] = {
        {"a technician comes by 10/6", "by 10/6"},
        {"a technician comes by next Tuesday", "by next Tuesday"},
        {"a technician comes by Tuesday afternoon, if it rains", "by Tuesday afternoon, if it rains"},
        {"by 10/6", "by 10/6"},
        {"replace the fan by 2 engineers", NULL},
        {"step by step guide of May", NULL},
        {"call Eve by phone", NULL},
        {"send it by car and by ship", NULL},
        {"logs of Monday", NULL},
        {"", NULL},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *got = command_args_unread_by(cases[i].text);
        if (g_strcmp0(got, cases[i].want) != 0)
            fail_msg("'%s': got '%s'", cases[i].text, got != NULL ? got : "(none)");
    }
    /* as the answer says that they are written */
    static const char *const readable[] = {"next it comes by tue 16:00", "next it comes by 2026-12-31 16:00", "next es kommt bis di 16:00", "next es kommt bis 31.12.2026 16:00"};
    for (gsize i = 0; i < G_N_ELEMENTS(readable); i++) {
        g_autoptr(Command) c = NULL;
        assert_true(command_read_line(readable[i], &c, NULL));
        if (!c->until.given)
            fail_msg("'%s': no time", readable[i]);
    }
}

static void names_every_verb(void **state)
{
    (void)state;
    for (int v = 0; v < VERB_COUNT; v++) {
        Verb back;
        assert_true(command_verb_from_name(command_verb_name((Verb)v), &back));
        assert_int_equal(back, v);
    }
    Verb none;
    assert_false(command_verb_from_name("dance", &none));
}

/* A mail of a thousand verbs, and one line without end. */
static void is_bounded(void **state)
{
    (void)state;
    g_autoptr(GString) many = g_string_new(NULL);
    for (int i = 0; i < 10000; i++)
        g_string_append_printf(many, "#note %d\n", i);
    g_autoptr(CommandReply) r = command_read_notification(many->str, NULL, &broken);
    assert_true(r->commands->len <= 20);
    g_autoptr(CommandReply) w = command_read_work(many->str, &broken);
    assert_true(w->commands->len <= 20);
    g_autofree char *line = g_strnfill(500000, 'a');
    for (int i = 1; i < 499999; i += 2)
        line[i] = ' ';
    g_autoptr(CommandReply) l = command_read_notification(line, line, &broken);
    assert_int_equal(l->commands->len, 0);
    assert_false(signoff_is_only_thanks(line, NULL));
    g_autoptr(GString) accents = g_string_new(NULL); /* what GLib composes in quadratic time, a minute for this */
    for (int i = 0; i < 250000; i++)
        g_string_append(accents, "\303\251");
    CommandTokens *t = command_token_split(accents->str);
    assert_int_equal(t->tokens->len, 1);
    assert_true(strlen(((CommandToken *)g_ptr_array_index(t->tokens, 0))->fold) <= 200);
    command_token_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_replies),    cmocka_unit_test(tells_rest_and_doubt), cmocka_unit_test(reads_subjects),
        cmocka_unit_test(reads_work_lines), cmocka_unit_test(reads_whole_lines), cmocka_unit_test(skips_marked_lines), cmocka_unit_test(reads_one_line),       cmocka_unit_test(finds_the_instant),
        cmocka_unit_test(knows_thanks),     cmocka_unit_test(knows_times_that_it_does_not_read),
        cmocka_unit_test(names_every_verb),     cmocka_unit_test(is_bounded),
    };
    return cmocka_run_group_tests_name("command", tests, NULL, NULL);
}
