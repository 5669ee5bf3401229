/* words_quote: the rows and how a line is held against them. A row must be so particular that nobody writes it by himself. */
#include "rules/words_quote.h"

#include <string.h>

#include "base/banned.h"

#define LONGEST_LINE 1000 /* bytes that are looked at */

static const char *const mobile_begins[] = {
    /* en */ "sent from my ", "sent from an ", "sent from mail for windows", "sent from outlook", "sent from yahoo",
    "sent from samsung", "sent from proton", "sent from gmail", "sent from iphone", "sent from ipad", "sent from android",
    "sent from mobile", "sent from the all new aol", "sent from aol", "sent from windows mail", "sent from blackberry",
    "sent from nine", "sent from bluemail", "sent from boxer", "sent from spark", "sent from myself on the go",
    "sent from workspace one", "sent from your", "sent via ", "sent with airmail", "sent with spark", "sent using ",
    "sent by mailmaster", "sent from zimbra", "sent with protonmail", "sent with proton mail", "get outlook for ",
    "get bluemail for ", "sent from fairmail", "sent from k-9", "sent from postbox", "sent from typeapp", "my blackberry",
    "sent wirelessly", "sent from surface", "sent from a mobile", "sent on the go", "typed on my ", "sent from mailbox",
    "sent from my phone", "sent in haste", "on the move", "composed on my ", /* de */ "von meinem ", "gesendet von ",
    "gesendet mit ", "diese nachricht wurde von meinem ", "holen sie sich outlook für ", "outlook für ",
    "von unterwegs gesendet", "gesendet via ", "mobil gesendet", "mit der mobilen mail app", "versendet mit ",
    "von mobile gesendet", "gesendet über ", "verschickt mit ", /* fr */ "envoyé de mon ", "envoyé depuis ",
    "envoyé à partir de ", "télécharger outlook pour ", "obtenir outlook pour ", "envoyé avec ", "envoyé d'", /* es */
    "enviado desde ", "obtener outlook para ", "obtenga outlook para ", "enviado con ", "enviado mediante ", /* it */
    "inviato da ", "inviato dal ", "ottieni outlook per ", "scarica outlook per ", "inviato con ", /* nl */ "verstuurd vanaf ",
    "verzonden vanaf ", "verzonden met ", "outlook voor ", "verstuurd met ", "outlook downloaden voor ", /* pt */ "enviado do ",
    "enviado a partir ", "enviado de meu ", "obter o outlook para ", "obtenha o outlook para ", "enviado pelo ", /* pl */
    "wysłane z ", "wysłano z ", "pobierz outlook ", /* sv */ "skickat från ", "hämta outlook för ", "skickades från ",
    /* da, no */ "sendt fra ", "sendt med ", "hent outlook til ", "få outlook for ", /* fi */ "lähetetty ", "hanki outlook ",
    /* cs, sk */ "odesláno z ", "odesláno ze ", "odoslané z ", "získat outlook pro ", /* hu */ "elküldve ", "iphone-ról küldve",
    "az iphone-omról küldve", /* ro */ "trimis de pe ", /* tr */ "iphone'umdan gönderildi", /* ru, uk */ "отправлено с ",
    "отправлено из ", "надіслано з ", /* ja */ "iphoneから送信", "ipadから送信", "windows 用 outlook を", /* zh */ "发自我的", "从我的", "來自我的",
    "傳自我的", /* ko */ "나의 iphone에서 보냄", "내 iphone에서 보냄",
};

static const char *const reply_prefixes[] = {
    "re", "aw", "antw", "antwort", "sv", "rif", "r", "ref", "res", "odp", "vs", "vá", "réf", "rép", "tr", "fw", "fwd", "wg",
    "enc", "rv", "i", "vl", "vb", "doorst", "pd", "回复", "回覆", "答复", "转发", "返信", "ynt", "ilt", "atb", "ответ", "отв",
};

/* Words that close the line over a quotation ("On …, Bob wrote:"). */
static const char *const wrote_words[] = {
    "wrote", "writes", "schrieb", "schrieben", "schreibt", "geschrieben", "a écrit", "écrit", "a ecrit", "ecrit", "escribió",
    "escribio", "ha escrito", "ha scritto", "scrisse", "schreef", "geschreven", "escreveu", "napisał", "napisała", "napisał(a)",
    "napisal", "napisała(a)", "pisze", "skrev", "skriver", "følgende", "kirjoitti", "napsal", "napsal(a)", "napsala", "napísal",
    "napísal(a)", "írta", "a scris", "yazdı", "şunları yazdı", "пишет", "написал", "написал(а)", "написала", "писал",
    "писал(а)", "napsal/a", "έγραψε", "написав", "пише", "написа", "viết", "menulis", "đã viết", "said", "sent", "napisao",
    "je napisao", "je napisao/la", "piše", "va escriure", "rašė", "rakstīja", "kirjutas", "idatzi zuen", "scrie", "schreibt am",
    "schrieb am", "schreef op", "verzonden", "のメール", "のメッセージ", "さんは書きました", "wrote the following", "写道", "寫道", "写到", "님이 작성",
    "작성",
};

static const char *const quote_begins[] = {
    "on ", "am ", "le ", "el ", "il ", "op ", "em ", "dnia ", "den ", "w dniu ", "on", "at ", "il giorno ", "in data ",
    "no dia ", "a ", "mon", "tue", "wed", "thu", "fri", "sat", "sun", "vào ", "dne ", "om ", "pe ", "na ", "den", "ons", "tor",
    "fre", "lør", "søn", "pon", "wt", "śr", "czw", "pt", "sob", "niedz", "在 ", "於 ", "quoting ", "zitat von ", "citando ",
    "pada ", "d.", "ne ", "em", "dia ", "στις ", "ma ", "ti ", "ke ", "to ", "pe ", "la ", "su ", "на ", "в ", "am", "2", "1",
    "3", "0", "4", "5", "6", "7", "8", "9", "пн", "вт", "ср", "чт", "пт", "сб", "вс", "montag", "dienstag", "mittwoch",
    "donnerstag", "freitag", "samstag", "sonntag", "lun", "mar", "mer", "jeu", "ven", "sam", "dim", "vie", "dom", "jue", "mié",
    "sáb", "maa", "tis", "lör", "sön", "mån", "ter", "qua", "qui", "sex", "seg",
};

/* Between at least two dashes or as the whole line. */
static const char *const original_words[] = {
    "original message", "original e-mail", "original email", "forwarded message", "forwarded by", "originalnachricht",
    "ursprüngliche nachricht", "weitergeleitete nachricht", "ursprüngliche mail", "original-nachricht", "original nachricht",
    "reply message", "original-mail", "message d'origine", "message original", "message transféré", "message initial",
    "mensaje original", "mensaje reenviado", "messaggio originale", "messaggio inoltrato", "oorspronkelijk bericht",
    "oorspronkelijke bericht", "origineel bericht", "doorgestuurd bericht", "mensagem original", "mensagem encaminhada",
    "oryginalna wiadomość", "wiadomość oryginalna", "wiadomość przekazana", "wiadomość oryginalna/-e",
    "ursprungligt meddelande", "originalmeddelande", "ursprungligt medd", "vidarebefordrat meddelande", "originalmeddelelse",
    "oprindelig meddelelse", "original meddelelse", "oprindelig besked", "videresendt besked", "opprinnelig melding",
    "videresendt meddelelse", "alkuperäinen viesti", "välitetty viesti", "původní zpráva", "původní e-mail", "pôvodná správa",
    "eredeti üzenet", "mesaj original", "orijinal mesaj", "исходное сообщение", "оригинальное сообщение",
    "пересылаемое сообщение", "оригінальне повідомлення", "αρχικό μήνυμα", "元のメッセージ", "オリジナルメッセージ", "original message / 元のメール",
    "转发邮件", "原始邮件", "邮件原件", "原始郵件", "원본 메시지", "원본 메일", "izvorna poruka", "pesan asli", "begin forwarded message",
    "anfang der weitergeleiteten", "anfang der weitergeleiteten nachricht", "début du message réexpédié",
    "inizio messaggio inoltrato", "inicio del mensaje reenviado", "vor dieser zeile antworten", "quoted text", "mensaje citado",
    "antwort",
};

static const char *const separators[] = {
    "message du : ", "message du: ", "reply above this line", "write above this line", "type your reply above this line",
    "please type your reply above", "bitte antworten sie oberhalb dieser zeile", "bitte über dieser zeile antworten",
    "antworten sie über dieser zeile", "do not write below this line", "reply to this email above this line",
    "répondez au-dessus de cette ligne", "please reply above the line", "please do not write below this line",
    "add your reply above here",
};

static const struct {
    QuoteField field;
    const char *labels; /* between bars */
} fields[] = {
    {QUOTE_FIELD_FROM,
     "|from|von|de|da|van|od|från|fra|lähettäjä|od|feladó|de la|kimden|gönderen|от|від|από|差出人|发件人|寄件者|發件人|보낸 사람|from :"
     "|expéditeur|mittente|remitente|afzender|absender|nadawca|avsändare|odesílatel|odosielateľ|送信者|"},
    {QUOTE_FIELD_DATE,
     "|date|sent|datum|gesendet|gesendet am|envoyé|envoyé le|fecha|enviado|enviado el|enviada em|enviado em|enviada|data"
     "|inviato|verzonden|wysłano|wysłane|data wysłania|skickat|datum|sendt|dato|lähetetty|päivämäärä|pvm|odesláno|odoslané"
     "|dátum|elküldve|küldve|trimis|gönderildi|tarih|gönderme tarihi|дата|отправлено|надіслано|送信日時|日時|日期|发送时间|发送日期|傳送時間"
     "|寄件日期|날짜|보낸 날짜|ημερομηνία|date d'envoi|verstuurd|verzonden op|"},
    {QUOTE_FIELD_TO,
     "|to|an|à|para|a|aan|do|till|til|vastaanottaja|komu|címzett|către|kime|alıcı|кому|προς|宛先|收件人|收件者|받는 사람|destinataire"
     "|destinatario|destinatário|ontvanger|empfänger|adresat|mottagare|pre|"},
    {QUOTE_FIELD_CC,
     "|cc|kopie|kopie (cc)|copie à|copia|dw|kopia|kopi|kopio|másolatot kap|copie|bilgi|копия|копія|抄送|副本|참조|bcc|"},
    {QUOTE_FIELD_SUBJECT,
     "|subject|betreff|objet|asunto|oggetto|onderwerp|assunto|temat|ämne|emne|aihe|předmět|predmet|tárgy|subiect|konu|тема"
     "|θέμα|件名|主题|主旨|主題|제목|subj|re|"},
};

/* A paragraph that begins so and goes on for long is no text of its sender. */
static const char *const disclaimer_begins[] = {
    "this e-mail and any attachments", "this email and any attachments", "this e-mail and any files transmitted",
    "this email and any files transmitted", "this message and any attachments", "this e-mail is confidential",
    "this email is confidential", "this message is confidential", "this message contains confidential",
    "this e-mail contains confidential", "this email contains confidential", "the information contained in this",
    "the information transmitted is intended", "the information in this e-mail", "the information in this email",
    "confidentiality notice", "confidentiality note", "this communication is confidential", "this communication, including",
    "this e-mail message is intended", "this e-mail may contain", "this email may contain",
    "this message may contain confidential", "this transmission is intended", "disclaimer:", "legal disclaimer",
    "notice: this e-mail", "notice: this email", "important notice: this", "the contents of this e-mail",
    "the contents of this email", "privileged/confidential information may be", "diese e-mail enthält vertrauliche",
    "diese e-mail und alle anhänge", "diese e-mail und etwaige anhänge", "diese nachricht enthält vertrauliche",
    "diese e-mail ist vertraulich", "diese e-mail kann vertrauliche", "der inhalt dieser e-mail ist vertraulich",
    "ce message et toutes les pièces jointes", "ce message est confidentiel", "ce courriel et ses pièces jointes",
    "este mensaje y sus archivos adjuntos", "este mensaje es confidencial", "este correo electrónico y",
    "questo messaggio e i suoi allegati", "le informazioni contenute in questo", "dit e-mailbericht is vertrouwelijk",
    "de informatie in dit e-mailbericht", "de informatie verzonden met dit", "esta mensagem e seus anexos",
    "esta mensagem é confidencial", "think before you print", "please consider the environment before printing",
    "bitte denken sie an die umwelt, bevor",
};

char *words_quote_fold(const char *line)
{
    gsize length = strlen(line);
    if (length > LONGEST_LINE)
        length = (gsize)(g_utf8_find_prev_char(line, line + LONGEST_LINE) - line);
    g_autofree char *normal = g_utf8_normalize(line, (gssize)length, G_NORMALIZE_NFKC);
    g_autofree char *folded = normal != NULL ? g_utf8_casefold(normal, -1) : g_strdup("");
    GString *s = g_string_new(NULL);
    for (const char *p = folded; *p != '\0'; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        if (c == 0x2019 || c == 0x2018)
            g_string_append_c(s, '\'');
        else if (g_unichar_isspace(c)) {
            if (s->len > 0 && s->str[s->len - 1] != ' ')
                g_string_append_c(s, ' ');
        } else if (c != '*' && (c < 0x200b || c > 0x200f) && (c < 0x202a || c > 0x202e) && c != 0xfeff)
            g_string_append_unichar(s, c);
    }
    return g_strchomp(g_string_free(s, FALSE));
}

static gboolean begins_with_any(const char *folded, const char *const *begins, gsize n)
{
    for (gsize i = 0; i < n; i++)
        if (g_str_has_prefix(folded, begins[i]))
            return TRUE;
    return FALSE;
}

gboolean words_quote_is_mobile(const char *line)
{
    if (strlen(line) > 200)
        return FALSE;
    g_autofree char *folded = words_quote_fold(line);
    const char *p = folded;
    while (*p == '-' || *p == '_' || *p == '[' || *p == '(' || *p == ' ' || *p == '~' || *p == '<' || *p == '|')
        p++;
    if (!begins_with_any(p, mobile_begins, G_N_ELEMENTS(mobile_begins)))
        return FALSE;
    if (g_str_has_prefix(p, "von meinem ")) /* so may a sentence of a person begin */
        return strstr(p, "gesendet") != NULL || strstr(p, "geschickt") != NULL || strstr(p, "verschickt") != NULL;
    if (g_str_has_prefix(p, "on the move") || g_str_has_prefix(p, "从我的"))
        return strlen(p) < 40;
    return TRUE;
}

gsize words_quote_reply_prefix(const char *subject)
{
    const char *colon = strchr(subject, ':');
    gsize width = 1;
    if (colon == NULL && (colon = strstr(subject, "\357\274\232")) != NULL)
        width = 3;
    if (colon == NULL || colon == subject || colon - subject > 24)
        return 0;
    g_autofree char *head = g_strndup(subject, (gsize)(colon - subject));
    g_autofree char *folded = words_quote_fold(head);
    char *count = strpbrk(folded, "[(^ ");
    if (count != NULL) {
        if (strspn(count, "[(^])0123456789 ") != strlen(count))
            return 0;
        *count = '\0';
    }
    for (gsize i = 0; i < G_N_ELEMENTS(reply_prefixes); i++) {
        if (strcmp(folded, reply_prefixes[i]) != 0)
            continue;
        gsize n = (gsize)(colon - subject) + width;
        return n + strspn(subject + n, " \t");
    }
    return 0;
}

static gboolean is_word_at(const char *text, const char *at, gsize n)
{
    gunichar before = at > text ? g_utf8_get_char(g_utf8_prev_char(at)) : ' ';
    gunichar after = g_utf8_get_char(at + n);
    if (g_utf8_get_char(at) >= 0x3000) /* no spaces between words there */
        return TRUE;
    return !g_unichar_isalnum(before) && !g_unichar_isalnum(after);
}

gboolean words_quote_has_wrote(const char *folded)
{
    for (gsize i = 0; i < G_N_ELEMENTS(wrote_words); i++) {
        gsize n = strlen(wrote_words[i]);
        for (const char *p = folded; (p = strstr(p, wrote_words[i])) != NULL; p += n)
            if (is_word_at(folded, p, n))
                return TRUE;
    }
    return FALSE;
}

gboolean words_quote_begins_quote(const char *folded)
{
    return begins_with_any(folded, quote_begins, G_N_ELEMENTS(quote_begins));
}

gboolean words_quote_is_original(const char *folded)
{
    const char *p = folded + strspn(folded, "-_=> +#");
    gboolean fenced = p - folded >= 2;
    for (gsize i = 0; i < G_N_ELEMENTS(original_words); i++) {
        if (!g_str_has_prefix(p, original_words[i]))
            continue;
        const char *rest = p + strlen(original_words[i]);
        if (strspn(rest, "-_=> :.+#") == strlen(rest) && (fenced || *rest == ':' || strchr(original_words[i], ' ') != NULL))
            return TRUE;
        if (fenced && g_str_has_suffix(rest, "--")) /* "----- Forwarded by Bob on 3 May -----" */
            return TRUE;
    }
    return FALSE;
}

gboolean words_quote_is_separator(const char *folded)
{
    for (gsize i = 0; i < G_N_ELEMENTS(separators); i++)
        if (strstr(folded, separators[i]) != NULL)
            return TRUE;
    return FALSE;
}

QuoteField words_quote_field(const char *folded)
{
    const char *colon = strchr(folded, ':');
    if (colon == NULL || colon == folded || colon - folded > 40)
        return QUOTE_FIELD_NONE;
    g_autofree char *label = g_strndup(folded, (gsize)(colon - folded));
    g_strchomp(label);
    g_autofree char *needle = g_strconcat("|", label, "|", NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++)
        if (strchr(label, '|') == NULL && strstr(fields[i].labels, needle) != NULL)
            return fields[i].field;
    return QUOTE_FIELD_NONE;
}

gboolean words_quote_is_disclaimer(const char *folded)
{
    const char *p = folded + strspn(folded, "-_=> ");
    return begins_with_any(p, disclaimer_begins, G_N_ELEMENTS(disclaimer_begins));
}
