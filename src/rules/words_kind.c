/* words_kind: the rows. A phrase here turns a mail into a machine's; it must be one that people do not write of themselves. */
#include "rules/words_kind.h"

#include <string.h>

#include "base/banned.h"

static const char *const daemon_words[] = {
    "mailer-daemon", "mailer_daemon", "mailerdaemon", "mail-daemon", "mail delivery sub", "mail delivery system",
    "mail deliver system", "maildelivery", "mail.delivery.system", "mail delivery service", "microsoftexchange",
    "double-bounce", "internet mail delivery", NULL,
};

static const char *const master_words[] = {
    "postmaster", "post_master", "mail delivery", "mail-delivery", "mail.delivery", "mdaemon", "delivery subsystem",
    "mail administrator", "mailadmin", "system administrator", "systemadministrator", "mail system", "message delivery",
    "bounce@", "bounces@", "mmsc ndr", "emailsecurity", "mailsweeper", "microsoft outlook <", "smtp gateway",
    "delivery notification", "non-delivery", "noreply", "no-reply", NULL,
};

static const char *const bounce_subject[] = {
    "undeliver", "failure notice", "delivery status notification", "returned mail", "mail delivery failed",
    "mail delivery failure", "delivery failure", "delivery failed", "failed delivery", "failure delivery", "mail system error",
    "could not be delivered", "couldn't be delivered", "cannot be delivered", "can't be delivered", "non delivery",
    "non-delivery", "nondeliver", "delivery report", "delivery notification", "returning message to sender", "message returned",
    "mail could not", "error sending your mail", "mail failed", "returned to sender", "not delivered", "delivery error",
    "delivery problem", "message delayed", "delivery delay", "delayed mail", "mail delayed", "delivery has been delayed",
    "still being retried", "undelivered", "delivery incomplete", "mail returned", "returned message", "ndn:", "dsn:",
    "bounced mail", "mail rejected", "message not deliver", "delivery unsuccessful", "nao pode ser", "permanent delivery",
    "message status - undeliverable", "delivery-status", "mail error", "message could not", "warning: message", "user unknown",
    "sorry, cannot deliver", "problem delivering", "unable to deliver", "mail undelivered", "unzustellbar", "nicht zustellbar",
    "zustellung fehlgeschlagen", "nicht zugestellt", "zustellfehler", "übermittlungsstatus", "zustellungsfehler",
    "mail konnte nicht", "unzustellbare", "rückläufer", "non remis", "non distribu", "échec de la remise",
    "échec de distribution", "non livré", "échec d'envoi", "no se puede entregar", "no entregado", "no entregable", "devuelto",
    "entrega fallida", "error de entrega", "notificación de estado de entrega", "mancato recapito", "non recapitabile",
    "mancata consegna", "non consegnato", "onbestelbaar", "niet bezorgd", "niet worden bezorgd", "não entregue",
    "falha na entrega", "não pôde ser entregue", "falha de entrega", "niedostarcz", "nie dostarczono", "nie można dostarczyć",
    "kan inte levereras", "olevererad", "kan ikke leveres", "ikke leveret", "ikke levert", "toimitus epäonnistui",
    "ei voitu toimittaa", "nedoručiteln", "nelze doručit", "kézbesíthetetlen", "nelivrat", "teslim edilemedi",
    "не удалось доставить", "недоставлен", "не доставлено", "не вдалося доставити", "配信不能", "配信できません", "不達", "配信失敗", "メールエラー",
    "エラー通知", "送信エラー", "配送失敗", "未送達", "退信", "投递失败", "无法投递", "傳遞失敗", "未传递", "배달되지", "전송 실패", NULL,
};

static const char *const bounce_text[] = {
    "this is the qmail-send program", "wasn't able to deliver your message", "was not able to deliver your message",
    "created automatically by mail delivery software", "could not be delivered to one or more",
    "could not be delivered to all of", "the following addresses had permanent", "the following addresses had delivery",
    "the following addresses had transient", "following address(es) failed", "delivery to the following recipient",
    "delevery to the following recipient", "did not reach the following recipient", "transcript of session follows",
    "this is the mail system at host", "this is the postfix program", "unable to deliver your message",
    "unable to deliver message to", "unable to deliver the message", "unable to deliver to the following",
    "this is a delivery failure notification", "your message could not be delivered", "message could not be delivered",
    "your mail message to the following address", "delivery of email to this address", "we had trouble delivering your message",
    "the following recipients returned permanent errors", "failed addresses follow", "could not be delivered because",
    "your message was not delivered", "your message has not been delivered", "has been returned", "wasn't delivered",
    "the message you sent to", "an error occurred while trying to deliver", "an error occurred while sending",
    "could not deliver", "couldn't deliver", "couldn't be delivered", "cannot deliver", "can't deliver", "was undeliverable",
    "is undeliverable", "undeliverable to the following", "undeliverable message", "undelivered message",
    "could not send your message", "delivery failed", "failed permanently", "has been delayed", "delivery to these recipients",
    "the recipient's mailbox is full", "mailbox is full", "mailbox full", "user unknown", "unknown user", "no such user",
    "unknown recipient", "no valid recipients", "addresses were not found", "your e-mail was not delivered",
    "your email was not delivered", "email could not be delivered", "mail could not be delivered",
    "your mail to the following recipients", "intended recipient", "was not delivered to", "could not be sent",
    "non-delivery report", "your message cannot be delivered", "message that you sent has not",
    "the following message could not", "message was rejected", "returned to you", "returned to sender",
    "there was a problem delivering", "problem occurred", "the following organization rejected", "rejected your message",
    "does not exist", "recipient address rejected", "not delivered to", "fatal error", "host unknown", "delivery attempt",
    "delivery has failed", "delivery failure", "failed recipient", "was not accepted", "wurde nicht zugestellt",
    "nicht zugestellt werden", "konnte nicht zugestellt", "konnte nicht übermittelt", "unzustellbar", "nicht zustellbar",
    "n'a pas pu être remis", "n'a pas pu être délivré", "n'a pu être distribué", "n'ont pas pu", "no se pudo entregar",
    "no pudo ser entregado", "no ha podido ser", "no se ha podido", "non è stato possibile", "impossibile recapitare",
    "non ha potuto", "kon niet worden", "kan niet worden bezorgd", "não pôde ser", "nao pode ser", "nie mógł zostać",
    "nie można dostarczyć", "kunde inte levereras", "kunne ikke leveres", "не может быть доставлено", "не удалось доставить",
    "не было доставлено", "配信できませんでした", "送信できませんでした", "お届けできません", "届けることができません", "无法投递", "无法送达", "无法发送", "退信", "无法递送", NULL,
};

static const char *const delay_words[] = {
    "(delay)", "delayed", "delivery delay", "has been delayed", "not been delivered yet", "has not yet been delivered",
    "warning message only", "this is a warning only", "you do not need to resend", "will continue to", "will be retried",
    "will keep trying", "delivery attempts will continue", "still being retried", "not yet been delivered",
    "could not be delivered for", "in the queue for", "no action is required on your part", "transient non-fatal errors",
    "will try again", "retry timeout not", "delivery temporarily", "verzögert", "zustellversuche werden fortgesetzt", "retardé",
    "retrasado", "demorado", "in ritardo", "ritardata", "vertraagd", "atrasad", "opóźnion", "fördröj", "forsinket", "viivästy",
    "zpožděn", "задержан", "отложен", "遅延", "延迟", "延遲", NULL,
};

static const char *const given_up_words[] = {
    "failed permanently", "permanent error", "permanent fatal", "given up", "giving up", "not going to try again",
    "returned to sender", "too long", "permanent failure", "cannot send message for", "unable to deliver message after",
    "address(es) failed", "after multiple retries", "(failure)", "retry time exceeded", "retry timeout exceeded",
    "retry timed out", "delivery failed", NULL,
};

static const char *const success_words[] = {
    "delivered successfully", "successfully delivered", "successful delivery", "successful mail delivery", "(success)",
    "was delivered to", "erfolgreich zugestellt", "delivery confirmation", "(relay)", "delivered:", "relayed:", "zugestellt:",
    NULL,
};

static const char *const copy_words[] = {
    "--- below this line is", "below this line is a copy", "--- enclosed is a copy", "----- original message",
    "---- original message", "--- original message", "original message follows", "original message headers",
    "------ this is a copy of", "this is a copy of the message", "----- unsent message", "----- message text follows",
    "----- original message follows", "|------------------------- message text", "--- mensaje original",
    "----- message header follows", "------ this is a copy", "--- undelivered message follows", "received: from ",
    "received: by ", "received:from ", "received: (", "return-path: <", "> received: from", "the first 50 lines of",
    "original message:", "*** original message", "the original message headers", "message header:", "----- returned message",
    "begin original message", "--- attachment is", "here is a copy of", "----- the header of", "--- copy of the",
    "----- original text", "your original message", "the following is a copy", "first part of the original",
    "headers from the original", "the unsent message", "returned message follows", "----- forwarded message",
    "--- the message header", "header follows", "---- beginning of the original", "----- begin of", "--- message header",
    "content-type: message/rfc822", "content-type: text/rfc822-headers", "mime-version: 1.0",
    "--- the forwarded message follows", "======= original", "original message header", "dkim-signature:",
    "urspruengliche nachricht", "--- ursprüngliche", "x-originating-ip:", "--- in the following", "----------- original",
    "original headers", NULL,
};

static const char *const recipient_words[] = {
    "rcpt to:", "to:", "recipient:", "recipients:", "recipient(s):", "failed recipient:", "intended recipient:",
    "final-recipient:", "original-recipient:", "recipient address:", "addressee:", ">>> rcpt to:", "user:", "mailbox:",
    "e-mail address:", "email address:", "delivery failed:", "did not reach the following recipient:",
    "did not reach the following recipient(s):", "to the address", "the following recipients returned permanent errors:",
    "could not be delivered to:", "message to", "your message to", "was not delivered to:", "the message you sent to",
    "your mail message to", "unable to deliver message to", "unable to deliver to", "=> rcpt to:", "sent >>> rcpt to:",
    "adresse:", "empfänger:", "destinatario:", "destinataire:", "宛先:", "收件人:", "could not deliver message to",
    "couldn't deliver to", "undeliverable to", "undeliverable:", "delivery to", "failed to deliver to", "address:", "mail to",
    "x-actual-recipient:", "failed for", NULL,
};

static const char *const read_subject[] = {
    "read:", "not read:", "gelesen:", "ungelesen:", "nicht gelesen:", "lu:", "lu :", "non lu:", "leído:", "no leído:", "letto:",
    "non letto:", "gelezen:", "niet gelezen:", "lida:", "lido:", "przeczytano:", "läst:", "læst:", "lest:", "luettu:",
    "přečteno:", "прочитано:", "已读:", "開封済み:", "开封:", "return receipt", "read receipt", "lesebestätigung",
    "empfangsbestätigung (angezeigt)", "confirmation de lecture", "disposition notification", "conferma di lettura",
    "leesbevestiging", NULL,
};

static const char *const read_text[] = {
    "was read on", "was deleted without being read", "is no guarantee that the message has been", "this is a return receipt",
    "was displayed on", "wurde gelesen am", "wurde am", "gelesen", "a été lu", "se leyó", "è stato letto", "is gelezen op",
    "foi lid", "has been read", "return receipt for the mail", "empfangsbestätigung", "this receipt", "has been displayed",
    "已于", "開封", NULL,
};

static const char *const auto_begin[] = {
    /* en */ "automatic reply", "auto reply", "auto-reply", "autoreply", "out of office", "out-of-office", "out of the office",
    "autoresponse", "auto response", "auto-response", "automated reply", "automated response", "automatic response",
    "vacation reply", "vacation message", "away from", "[auto-reply]", "[auto reply]", "[autoreply]", "(auto reply)", "ooo:",
    "on vacation", "i am out of", "i'm out of", "out of town", "vacation:", "on leave:", "[ooo]", "on holiday:", "autoreply:",
    "auto respond", "autorespond", "away:", "currently out of", "i am currently out", "not in the office", "this is an automat",
    /* de */ "automatische antwort", "abwesenheitsnotiz", "abwesenheit", "automatische rückantwort", "nicht im büro",
    "außer haus", "ausser haus", "abwesend", "im urlaub", "urlaubsnotiz", "urlaubsvertretung", "automatische abwesenheits",
    "auto-antwort", "autom. antwort", /* fr */ "réponse automatique", "reponse automatique", "absence du bureau",
    "absent du bureau", "absente du bureau", "absence :", "absence:", "message d'absence", "en congé", "notification d'absence",
    /* es */ "respuesta automática", "respuesta automatica", "fuera de la oficina", "fuera de oficina", "ausente de la oficina",
    "ausencia", "autorespuesta", /* it */ "risposta automatica", "fuori ufficio", "fuori sede", "assente dall'ufficio",
    "assenza", /* nl */ "automatisch antwoord", "automatisch bericht", "afwezig", "niet aanwezig", "automatische beantwoording",
    "buiten kantoor", /* pt */ "resposta automática", "resposta automatica", "fora do escritório", "ausência",
    "ausente do escritório", /* pl */ "automatyczna odpowiedź", "odpowiedź automatyczna", "autoodpowiedź", "poza biurem",
    "nieobecność", /* sv */ "automatiskt svar", "autosvar", "frånvaro", "frånvarande", "ej på kontoret", /* da no */
    "automatisk svar", "ikke til stede", "fravær", "fraværende", /* fi */ "automaattinen vastaus", "poissa", "poissaolo",
    /* cs sk */ "automatická odpověď", "automatická odpoveď", "mimo kancelář", "nepřítomnost", "nepřítomen", /* hu */
    "automatikus válasz", "házon kívül", "irodán kívül", /* ro */ "răspuns automat", "în afara biroului", /* hr sl */
    "automatski odgovor", "samodejni odgovor", /* tr */ "otomatik yanıt", "otomatik cevap", "ofis dışında", "i̇ş yeri dışında",
    /* ru uk */ "автоматический ответ", "автоответ", "отсутствие", "нет на работе", "нет на месте", "автоматична відповідь",
    "автовідповідь", /* el */ "αυτόματη απάντηση", "εκτός γραφείου", /* he ar */ "תגובה אוטומטית", "מענה אוטומטי", "رد تلقائي",
    "الرد التلقائي", /* ja */ "自動応答", "自動返信", "不在通知", "不在のお知らせ", "外出中", /* zh */ "自动答复", "自动回复", "自動回覆", "自動回復", "不在办公室", "外出",
    /* ko */ "자동 회신", "자동 응답", "자동회신", "부재중", /* vi th id */ "trả lời tự động", "ตอบกลับอัตโนมัติ", "balasan otomatis", NULL,
};

static const char *const auto_subject[] = {
    "automatic reply", "out of office auto", "(out of office)", "[out of office]", "is out of the office", "is out of office",
    "(auto response)", "(autoreply)", "(auto-reply)", "away from my mail", "away from the office", "auto-reply:", "autoreply:",
    "is on vacation", "is on leave", "will be out of the office", "am out of the office", "am out of office", "autoresponder",
    "ist abwesend", "nicht im haus", "ist außer haus", "ist ausser haus", "ist nicht im büro", "abwesenheitsnotiz",
    "est absent", "réponse automatique", "respuesta automática", "risposta automatica", "automatisch antwoord",
    "automatiska atbilde", "automātiskā atbilde", "automaatvastus", "automatinis atsakymas", "自動返信", "自动回复", NULL,
};

static const char *const away_words[] = {
    "out of the office", "out of office", "away from the office", "away from my office", "on annual leave", "on vacation",
    "on holiday", "on leave", "not in the office", "on parental leave", "on maternity leave", "away from my desk",
    "this is an automat", "this is an auto", "automatically generated reply", "automated response", "automated reply",
    "this mailbox is not monitored", "nicht im büro", "nicht im haus", "außer haus", "ausser haus", "im urlaub",
    "nicht am arbeitsplatz", "abwesend", "nicht erreichbar", "automatische antwort", "in elternzeit", "je suis absent",
    "je suis en congé", "je suis actuellement absent", "absent du bureau", "en déplacement", "fuera de la oficina",
    "de vacaciones", "estaré ausente", "estoy ausente", "fuori ufficio", "in ferie", "sono assente", "sarò assente",
    "niet op kantoor", "afwezig", "met vakantie", "op vakantie", "fora do escritório", "de férias", "estou ausente",
    "poza biurem", "na urlopie", "nieobecn", "på semester", "inte på kontoret", "på ferie", "ikke på kontoret", "lomalla",
    "poissa toimistolta", "mimo kancelář", "na dovolené", "szabadságon", "în concediu", "izinde", "ofis dışında", "в отпуске",
    "отсутствую", "у відпустці", "εκτός γραφείου", "不在に", "不在と", "休暇", "外出して", "不在办公室", "休假", "출장", "휴가", "부재중", NULL,
};

static const char *const away_too[] = {
    "until", "return", "back on", "be back", "during", "limited access", "no access", "in my absence", "for urgent",
    "urgent matters", "as soon as", "please contact", "not be read", "not monitored", "bis ", "zurück", "vertretung",
    "dringend", "weitergeleitet", "nicht gelesen", "wenden sie sich", "jusqu", "retour", "urgence", "urgent", "hasta", "regres",
    "urgen", "fino al", "rientr", "tot ", "terug", "dringende", "até", "do dnia", "pilnych", "till ", "tillbaka", "tilbage",
    "tilbake", "saakka", "asti", "palaan", "do ", "vissza", "până", "kadar", "до ", "μέχρι", "まで", "至急", "期间", "期間", "まだ", "까지",
    NULL,
};

static const char *const no_reply[] = {
    "no-reply", "noreply", "no_reply", "no.reply", "donotreply", "do-not-reply", "do_not_reply", "do.not.reply",
    "nicht-antworten", "nichtantworten", "keine-antwort", "ne-pas-repondre", "nepasrepondre", "no-responder", "noresponder",
    "non-rispondere", "notification", "notifications", "auto-confirm", "autoconfirm", "autoresponder", "automailer", "nobody@",
    "mailer@", NULL,
};

static const char *const until_words[] = {
    "until and including", "until", "till", "til", "through", "thru", "up to and including", "up to", "bis einschließlich",
    "bis einschliesslich", "bis einschl.", "bis inklusive", "bis inkl.", "bis einschl", "bis zum", "bis", "jusqu'au", "jusqu'à",
    "hasta el", "hasta", "fino al", "fino a", "sino al", "al", "tot en met", "t/m", "tot", "até", "til og med", "till och med",
    "t.o.m.", NULL,
};

static const char *const back_words[] = {
    "back in the office on", "back in the office", "back at work on", "back on", "be back", "i return on", "return on",
    "returning on", "returning", "return to the office on", "return to the office", "returning to the office on",
    "returning to the office", "return", "available again on", "available again from", "available from", "back at my desk on",
    "wieder erreichbar ab", "wieder erreichbar am", "wieder zurück am", "zurück am", "zurück ab", "wieder im büro am",
    "wieder im büro ab", "wieder im haus am", "wieder ab", "wieder am", "ab dem", "wieder da am", "zurück sein am",
    "de retour le", "de retour au bureau le", "serai de retour le", "serai de retour", "retour le", "de vuelta el",
    "regreso el", "regresaré el", "volveré el", "rientro il", "rientrerò il", "tornerò il", "di ritorno il",
    "sarò di nuovo in ufficio il", "terug op", "weer aanwezig op", "weer bereikbaar vanaf", "terug vanaf", "weer terug op",
    "de volta em", "regresso em", "regresso a", "tillbaka den", "tillbaka", "tilbage den", "tilbake den", NULL,
};

static const char *const filler_words[] = {
    "on", "the", "of", "including", "and", "inclusive", "approximately", "next", "this", "am", "den", "dem", "zum",
    "einschließlich", "einschliesslich", "einschl.", "le", "el", "il", "de", "del", "op", "dia", "día", "giorno", "o", "a",
    "em", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "mon", "tue", "wed", "thu", "fri",
    "sat", "sun", "montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag", "mo", "di", "mi", "do", "fr",
    "sa", "so", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche", "lunes", "martes", "miércoles",
    "jueves", "viernes", "sábado", "domingo", "lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica",
    "maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag", "segunda-feira", "terça-feira",
    "quarta-feira", "quinta-feira", "sexta-feira", "måndag", "tisdag", "onsdag", "torsdag", "fredag", "mandag", "tirsdag",
    "around", "about", NULL,
};

static const char *const *const classes[KINDWORDS_COUNT] = {
    [KINDWORDS_DAEMON] = daemon_words,
    [KINDWORDS_MASTER] = master_words,
    [KINDWORDS_BOUNCE_SUBJECT] = bounce_subject,
    [KINDWORDS_BOUNCE_TEXT] = bounce_text,
    [KINDWORDS_DELAY] = delay_words,
    [KINDWORDS_GIVEN_UP] = given_up_words,
    [KINDWORDS_SUCCESS] = success_words,
    [KINDWORDS_COPY] = copy_words,
    [KINDWORDS_RECIPIENT] = recipient_words,
    [KINDWORDS_READ_SUBJECT] = read_subject,
    [KINDWORDS_READ_TEXT] = read_text,
    [KINDWORDS_AUTO_BEGIN] = auto_begin,
    [KINDWORDS_AUTO_SUBJECT] = auto_subject,
    [KINDWORDS_AWAY] = away_words,
    [KINDWORDS_AWAY_TOO] = away_too,
    [KINDWORDS_NO_REPLY] = no_reply,
    [KINDWORDS_UNTIL] = until_words,
    [KINDWORDS_BACK] = back_words,
    [KINDWORDS_FILLER] = filler_words,
};

/* en, de, fr, es, it, nl, pt and the Scandinavian ones; a name may stand for its abbreviations from three letters on */
static const char *const months[] = {
    "|jan|january|januar|jänner|janvier|janv|enero|ene|gennaio|gen|januari|janeiro|",
    "|feb|february|februar|février|fevrier|févr|febrero|febbraio|februari|fevereiro|fev|",
    "|mar|march|märz|maerz|mär|mars|marzo|maart|mrt|março|marts|", "|apr|april|avril|avr|abril|abr|aprile|",
    "|may|mai|mayo|maggio|mag|mei|maio|maj|", "|jun|june|juni|juin|junio|giugno|giu|junho|",
    "|jul|july|juli|juillet|juil|julio|luglio|lug|julho|", "|aug|august|août|aout|agosto|ago|augustus|augusti|",
    "|sep|sept|september|septembre|septiembre|settembre|set|setembro|",
    "|oct|october|okt|oktober|octobre|octubre|ottobre|ott|outubro|out|", "|nov|november|novembre|noviembre|novembro|",
    "|dec|december|dez|dezember|décembre|decembre|déc|diciembre|dic|dicembre|dezembro|des|desember|",
};

const char *words_kind_in(KindWords c, const char *folded)
{
    for (const char *const *w = classes[c]; *w != NULL; w++)
        if (strstr(folded, *w) != NULL)
            return *w;
    return NULL;
}

const char *words_kind_begins(KindWords c, const char *folded)
{
    const char *best = NULL;
    for (const char *const *w = classes[c]; *w != NULL; w++)
        if (g_str_has_prefix(folded, *w) && (best == NULL || strlen(*w) > strlen(best)))
            best = *w;
    return best;
}

gboolean words_kind_is(KindWords c, const char *folded)
{
    for (const char *const *w = classes[c]; *w != NULL; w++)
        if (strcmp(folded, *w) == 0)
            return TRUE;
    return FALSE;
}

int words_kind_month(const char *folded)
{
    if (*folded == '\0' || strchr(folded, '|') != NULL)
        return 0;
    g_autofree char *needle = g_strconcat("|", folded, "|", NULL);
    for (int i = 0; i < 12; i++)
        if (strstr(months[i], needle) != NULL)
            return i + 1;
    return 0;
}
