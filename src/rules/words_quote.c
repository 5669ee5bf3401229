/* words_quote: the rows and how a line is held against them. A row must be so particular that nobody writes it by himself. */
#include "rules/words_quote.h"

#include <string.h>

#include "rules/begins.h"

#include "base/banned.h"

#define LONGEST_LINE 1000 /* bytes that are looked at */
#define LONGEST_BARE 48   /* bytes of the longest row that begins in ASCII and may stand without dashes */

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
    "傳自我的", "来自我的", "寄自我的", "從我的", "发送自 ", "從 iphone", "通过我的", "發送自", /* ja */ "iphone から送信", "ipad から送信",
    "私の iphone から", "スマートフォンから送信", "outlook for ios を入手", "android 版 outlook を入手", "yahoo!メール", /* more */
    "odeslané z ", "poslané z ", "poslano s ", "poslano iz ", "poslato sa ", "poslato iz ", "изпратено от ", "изпратено с ",
    "надіслано за допомогою ", "στάλθηκε από ", "απεστάλη από ", "εστάλη από ", "αποστολή από ", "enviat des ", "enviat de ",
    "enviado da ", "enviado através ", "expédié de mon ", "envoyé par ", "trimis din ", "trimis de la ", "trimis prin ",
    "gönderen: iphone", "samsung'umdan", "ipad'imden gönderildi", "android için outlook", "ios için outlook",
    "dikirim dari ", "được gửi từ ", "đã gửi từ ", "gửi từ ", "saadetud minu ", "nosūtīts no ", "išsiųsta iš ", "sent fra ",
    "skickad från ", "skickat från ", "skickat med ", "получите outlook для ", "скачать outlook для ", "отримайте outlook для ",
    "נשלח מה", "נשלח מ", "أرسلت من ", "مرسل من ", "تم الإرسال من ", "ส่งจาก", "hantar dari ", "bidalita nire ",
    "odoslané pomocou ", "poslal(a) z ", "download outlook ", "verstuurd via ", "verzonden via ", "gesendet aus ",
    "diese nachricht wurde mit ", "von outlook für ", "von meinem/meiner ", "von mobil gesendet", "inviata da ", "inviata dal ",
    "enviado usando ", "enviado por meu ", "sendt via ", "sendt ved hjælp", "lähetetty ", "küldve ", /* ko */ "갤럭시에서 보냄",
    "iphone에서 보냄", "나의 갤럭시", "네이버 메일 앱", "android용 outlook", "ios용 outlook", "삼성 휴대폰에서", "나의 iphone에서 보냄", "내 iphone에서 보냄",
};

static const char *const reply_prefixes[] = {
    "re", "aw", "antw", "antwort", "sv", "rif", "r", "ref", "res", "odp", "vs", "vá", "réf", "rép", "tr", "fw", "fwd", "wg",
    "απ", "πρθ", "σχετ", "השב", "הועבר", "رد", "إعادة توجيه", "bls", "balas", "trả lời", "tl", "답장", "전달", "回信", "转寄", "轉寄", "轉發",
    "továbbítás", "vast", "odg", "yan",
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
    "작성", "كتب", "كتبت", "כתב", "כתב/ה", "כתבה", "نوشت", "ने लिखा", "เขียนว่า", "เขียน", "napisala", "skrifaði",
    "het geskryf", "shkroi", "написао је", "напиша", "ha escrit", "a scris:", "napisana przez", "tarihinde şunu yazdı",
    "şunu yazdı",
};

/* Nobody's mail program says so of its user. */
static const char *const first_person[] = {
    " i wrote", " i've written", " i have written", " we wrote", " we have written", " i said", " we said", " i sent", " we sent",
    " i have sent", " we have sent", "schrieb ich", "ich schrieb", "schrieben wir", "habe ich", "haben wir", "j'ai écrit",
    "j'avais écrit", "nous avons écrit", "escribí", "he escrito", "hemos escrito", "ho scritto", "abbiamo scritto", "schreef ik",
    "heb ik", "hebben we", " eu escrevi", " escrevi ", "я написал", "мы написал", "skrev jag", "skrev jeg", "skrev vi",
};

/* These say by themselves that a quotation follows; with an address they need no date. */
static const char *const quoting[] = {
    "quoting ", "zitat von ", "citando ", "citando a ", "mensaje citado por ", "messaggio citato da ", "citerar ", "citeren van ",
    "zitiere ", "quotation from ", "citování ", "cytowanie ", "selon ",
};

static const char *const quote_begins[] = {
    "on ", "am ", "le ", "el ", "il ", "op ", "em ", "dnia ", "den ", "w dniu ", "on", "at ", "il giorno ", "in data ",
    "no dia ", "a ", "mon", "tue", "wed", "thu", "fri", "sat", "sun", "vào ", "dne ", "om ", "pe ", "na ", "den", "ons", "tor",
    "fre", "lør", "søn", "pon", "wt", "śr", "czw", "pt", "sob", "niedz", "在 ", "於 ", "quoting ", "zitat von ", "citando ",
    "pada ", "d.", "ne ", "em", "dia ",  "ma ", "ti ", "ke ", "to ", "pe ", "la ", "su ", "на ", "в ", "am", "2", "1",
    "3", "0", "4", "5", "6", "7", "8", "9", "пн", "вт", "ср", "чт", "пт", "сб", "вс", "montag", "dienstag", "mittwoch",
    "donnerstag", "freitag", "samstag", "sonntag", "lun", "mar", "mer", "jeu", "ven", "sam", "dim", "vie", "dom", "jue", "mié",
    "wiadomość napisana przez ", "missatge de ", "mensaje de ", "בתאריך ", "ב-", "في ", "بتاريخ ", "เมื่อ ", "στισ ", "v ",
    "în ", "da ", "dana ",
    "kuupäev", "понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье", "u ", "dato", "í ", "á ",
    "pe data ",
    "در تاریخ ", "jan ", "feb ", "apr ", "may ", "jun ", "jul ", "aug ", "sep ", "oct ", "nov ", "dec ",
    "sáb", "maa", "tis", "lör", "sön", "mån", "ter", "qua", "qui", "sex", "seg",
};

/* Between at least two dashes or as the whole line. */
static const char *const original_words[] = {
    "original message", "original e-mail", "original email", "originalnachricht",
    "ursprüngliche nachricht", "ursprüngliche mail", "original-nachricht", "original nachricht",
    "reply message", "original-mail", "message d'origine", "message original", "message initial",
    "mensaje original", "messaggio originale", "oorspronkelijk bericht",
    "oorspronkelijke bericht", "origineel bericht", "mensagem original",
    "oryginalna wiadomość", "wiadomość oryginalna", "wiadomość oryginalna/-e",
    "ursprungligt meddelande", "originalmeddelande", "ursprungligt medd", "originalmeddelelse",
    "oprindelig meddelelse", "original meddelelse", "oprindelig besked", "opprinnelig melding",
    "alkuperäinen viesti", "původní zpráva", "původní e-mail", "pôvodná správa",
    "eredeti üzenet", "mesaj original", "orijinal mesaj", "исходное сообщение", "оригинальное сообщение",
    "оригінальне повідомлення", "αρχικό μήνυμα", "元のメッセージ", "オリジナルメッセージ", "original message / 元のメール",
    "原始邮件", "邮件原件", "原始郵件", "원본 메시지", "원본 메일", "izvorna poruka", "pesan asli",
    "vor dieser zeile antworten", "quoted text", "mensaje citado",
    "antwort",
    "mail original", "courriel original", "originální zpráva", "originálna správa", "oorspronkelijke mail",
    "messaggio originario", "algne sõnum", "esialgne teade", "originali žinutė", "sākotnējā ziņa", "izvorno sporočilo",
    "originalna poruka", "eredeti e-mail", "eredeti levél", "mesajul original", "mesajul inițial", "orijinal i̇leti",
    "özgün ileti", "первоначальное сообщение", "початкове повідомлення", "изходно съобщение", "оригинално съобщение",
    "tin nhắn gốc", "thư gốc", "ต้นฉบับข้อความ", "ข้อความต้นฉบับ", "הודעה מקורית", "ההודעה המקורית", "الرسالة الأصلية",
    "mesej asal", "missatge original", "jatorrizko mezua", "mensaxe orixinal", "upprunaleg skilaboð", "원본메일", "원본 메세지",
    "original message / nachricht", "-original message-", "origineel", "původní správa", "originalmail", "オリジナル メッセージ",
    "元のメール", "originaalkiri",
};

/* What is sent on is what the sender wants to be read: it is no quotation. Fenced or as the whole line as above. */
static const char *const forward_words[] = {
    "forwarded message", "forwarded by", "weitergeleitete nachricht", "message transféré", "mensaje reenviado",
    "messaggio inoltrato", "doorgestuurd bericht", "mensagem encaminhada", "wiadomość przekazana",
    "vidarebefordrat meddelande", "videresendt besked", "videresendt meddelelse", "välitetty viesti", "пересылаемое сообщение",
    "转发邮件", "begin forwarded message", "anfang der weitergeleiteten", "anfang der weitergeleiteten nachricht",
    "début du message réexpédié", "inizio messaggio inoltrato", "inicio del mensaje reenviado", "forwarded mail",
    "fwd message", "message réexpédié", "message transmis", "courriel transféré", "inizio messaggio", "mensagem reencaminhada",
    "início da mensagem reencaminhada", "начало переадресованного сообщения", "переадресованное сообщение",
    "пересланное сообщение", "переслане повідомлення", "přeposlaná zpráva", "preposlaná správa", "továbbított üzenet",
    "továbbított levél", "mesaj redirecționat", "iletilen ileti", "yönlendirilen ileti", "yönlendirilmiş mesaj",
    "προωθημένο μήνυμα", "転送メッセージ", "転送されたメッセージ", "转发的邮件", "轉寄郵件", "轉寄的郵件", "转发信息", "전달된 메시지", "전달된 메일",
    "doorgestuurde bericht", "begin doorgestuurd bericht", "początek przekazywanej wiadomości", "przekazana wiadomość",
    "påbörja vidarebefordrat meddelande", "start på videresendt besked", "begynnelse på videresendt melding",
    "videresendt melding", "thư được chuyển tiếp", "הודעה שהועברה", "رسالة معاد توجيهها", "missatge reenviat",
    "posredovano sporočilo", "proslijeđena poruka",
};

/* What list managers put under each mail. A line that holds one of them. */
static const char *const list_footers[] = {
    "you received this message because you are subscribed", "you received this message because you subscribed",
    "you are receiving this because you are subscribed", "to unsubscribe from this group", "to unsubscribe from this list",
    "to unsubscribe send ", "to unsubscribe, send ", "to unsubscribe from this mailing list", "mailing list",
    "groups.io links:", "you receive all messages sent to this group", "to view this discussion on the web",
    "to view this discussion visit", "majordomo@", "majordomo info at", "list info at", "sympa@", "unsubscribe send email to",
    "sie erhalten diese nachricht, weil sie", "sie haben diese nachricht erhalten, weil sie",
    "vous recevez ce message car vous", "vous avez reçu ce message, car vous", "has recibido este mensaje porque",
    "hai ricevuto questo messaggio perché", "je hebt dit bericht ontvangen omdat", "você recebeu essa mensagem porque",
    "otrzymujesz tę wiadomość, ponieważ", "вы получили это сообщение, поскольку", "вы получили это сообщение, так как",
    "このメールは google グループ", "您收到此邮件是因为", "liste de diffusion", "lista de correo", "mailingliste",
};

/* Lines of our own escalation mails (templates/en, templates/de). Where one stands as new text a quotation was not known as one. */
static const char *const notice_begins[] = {
    "reply ack to take it", "reply ack all to take ", "antworten sie ack all", "no answer by ", "it was escalated to you", "answered already? reply answered", "why you ",
    "our answer was due", "our answer is due", "our next update was due", "our next update is due", "our solution was due",
    "our solution is due", "our owner was due", "our owner is due",
    "antworten sie ack, um es zu", "keine antwort bis ", "das wurde an sie eskaliert", "schon geantwortet? antworten sie answered", "warum sie ",
    "überfällig: unsere antwort", "überfällig: der nächste zwischenstand", "überfällig: die lösung", "überfällig: die zuweisung",
    "fällig: unsere antwort", "fällig: der nächste zwischenstand", "fällig: die lösung", "fällig: die zuweisung",
    "jetzt fällig: ",
    "your reply goes to the customer", "lines with a verb do not: #take", "that it is solved; #note keeps", "answer from the mailbox as always, with",
    "reply ack, no or", "you can reply with one of these, alone", "verbs stand on a line each; all other", "ihre antwort geht an den kunden", "zeilen mit einem befehl nicht: #take",
    "antworten sie aus dem postfach wie immer",
    "exercise: answer as in earnest", "übung: antworten sie wie im ernstfall", "please confirm how escalate reaches you", "bitte bestätigen sie, wie escalate sie erreicht",
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
     "|expéditeur|mittente|remitente|afzender|absender|nadawca|avsändare|odesílatel|odosielateľ|送信者|"
     "|מאת|من|จาก|từ|pošiljatelj|šalje|от кого|dari|nuo|no|saatja|frá|nga|daripada|nork|од|از|प्रेषक|発信者|寄件人|보낸사람|от|remetente|remitent|avsender|afsender|"},
    {QUOTE_FIELD_DATE,
     "|date|sent|datum|gesendet|gesendet am|envoyé|envoyé le|fecha|enviado|enviado el|enviada em|enviado em|enviada|data"
     "|inviato|verzonden|wysłano|wysłane|data wysłania|skickat|datum|sendt|dato|lähetetty|päivämäärä|pvm|odesláno|odoslané"
     "|dátum|elküldve|küldve|trimis|gönderildi|tarih|gönderme tarihi|дата|отправлено|надіслано|送信日時|日時|日期|发送时间|发送日期|傳送時間"
     "|寄件日期|날짜|보낸 날짜|ημερομηνία|date d'envoi|verstuurd|verzonden op|"
     "|στάλθηκε|αποστολή|נשלח|תאריך|تم الإرسال|التاريخ|تاريخ الإرسال|ส่ง|วันที่|đã gửi|ngày|poslano|изпратено|dikirim|tanggal|siųsta|nosūtīts|saadetud|kuupäev|enviat|sent at|日付|送信日|寄件日期|傳送日期|보낸시간|전송|日 期|发送日期|発信日時|date sent|envoyée|trimisă|data trimiterii|wysłano dnia|odoslané|dátum odoslania|послато|poslato|испратено|išsiųsta|enviat el|bidalita|dihantar|ارسال|ارسال شده|تاریخ|भेजा गया|दिनांक|"},
    {QUOTE_FIELD_TO,
     "|to|an|à|para|a|aan|do|till|til|vastaanottaja|komu|címzett|către|kime|alıcı|кому|προς|宛先|收件人|收件者|받는 사람|destinataire"
     "|destinatario|destinatário|ontvanger|empfänger|adresat|mottagare|pre|"
     "|προσ|אל|إلى|ถึง|đến|tới|za|prima|kepada|kam|adressaat|до|per a|받는사람|至|收件人地址|宛て先|до кого|modtager|mottaker|címzettek|за|nori|به|प्रति|"},
    {QUOTE_FIELD_CC,
     "|cc|kopie|kopie (cc)|copie à|copia|dw|kopia|kopi|kopio|másolatot kap|copie|bilgi|копия|копія|抄送|副本|참조|bcc|"
     "|κοιν|κοινοποίηση|עותק|העתק|نسخة|نسخة إلى|สำเนา|đồng gửi|参照|cc抄送|copia a|cópia|kópia|в копии|tembusan|cópia para|kopie an|"},
    {QUOTE_FIELD_SUBJECT,
     "|subject|betreff|objet|asunto|oggetto|onderwerp|assunto|temat|ämne|emne|aihe|předmět|predmet|tárgy|subiect|konu|тема"
     "|θέμα|件名|主题|主旨|主題|제목|subj|re|"
     "|נושא|الموضوع|เรื่อง|chủ đề|tiêu đề|zadeva|относно|perihal|subjek|temats|teema|assumpte|sujet|题目|標題|標題|제 목|concerne|betr|tēma|gaia|efni|موضوع|विषय|"},
};

/* A paragraph that begins so and goes on for long is no text of its sender. */
static const char *const disclaimer_begins[] = {
    "diese e-mail könnte vertraul", "this communication contains", "important: the contents of",
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

/* What a gateway puts above mail from outside; a line that begins so, signs before it apart. Nobody's own text may begin so. */
static const char *const banner_begins[] = {
    "you have not previously corresponded", "report suspicious",
    "caution: this email originated", "caution: this e-mail originated", "caution: this message originated", "caution: external e",
    "caution: this is an external", "caution: this email is from", "caution! this message was sent from outside", "caution! external",
    "warning: this email originated", "warning: this e-mail originated", "warning: this message originated", "warning: external email",
    "attention: this email originated", "attention: this message originated", "attention: external email", "alert: this message originated",
    "external email:", "external e-mail:", "external sender:", "[external]", "[external email]", "[external sender]", "[ext]", "[extern]",
    "[externe]", "[externo]", "[esterno]", "this email originated from outside", "this e-mail originated from outside",
    "this message originated from outside", "this message was sent from outside", "this email was sent from outside",
    "this email is from an external", "this message is from an external", "this message came from outside", "this email comes from outside",
    "you don't often get email from", "[you don't often get email from", "some people who received this message don't often get email",
    "[some people who received this message don't often get email", /* de */ "achtung: externe e-mail", "achtung: externe mail",
    "achtung: diese e-mail kommt von extern", "achtung: diese e-mail stammt von", "achtung: diese e-mail wurde von extern",
    "vorsicht: externe e-mail", "vorsicht: diese e-mail kommt von", "externe e-mail:", "diese e-mail stammt von einem externen",
    "diese e-mail stammt von außerhalb", "diese nachricht stammt von außerhalb", "sie erhalten nicht oft e-mail",
    "sie erhalten nicht häufig e-mail", "[sie erhalten nicht", /* fr */ "attention : courriel externe", "attention: courriel externe",
    "attention : ce courriel provient", "attention: ce courriel provient", "attention : cet e-mail provient",
    "attention : ce message provient", "attention: ce message provient", "ce message provient de l'extérieur",
    "cet e-mail provient de l'extérieur", "vous ne recevez pas souvent", "vous n'obtenez pas souvent", "[vous ne recevez pas souvent",
    "[vous n'obtenez pas souvent", /* es, it, nl, pt */ "precaución: este correo", "este correo proviene de fuera",
    "no suele recibir correo", "[no suele recibir correo", "attenzione: email esterna", "attenzione: questa email proviene",
    "attenzione: questa e-mail proviene", "non si ricevono spesso messaggi", "[non si ricevono spesso messaggi",
    "let op: deze e-mail is afkomstig", "let op: externe e-mail", "deze e-mail is afkomstig van buiten", "u ontvangt niet vaak e-mail",
    "[u ontvangt niet vaak e-mail", "atenção: este e-mail", "cuidado: e-mail externo", "você não costuma receber email",
};

/* And the line below it. */
static const char *const banner_more[] = {
    "do not click", "do not open", "don't click", "never click", "please do not click", "please exercise caution", "exercise caution",
    "use caution", "be cautious", "think before you click", "unless you recognize", "klicken sie", "öffnen sie keine", "ne cliquez",
    "n'ouvrez pas", "no haga clic", "non cliccare", "non fare clic", "klik niet", "klik geen", "não clique", "learn why this is",
};

static Begins mobile_begins_index = BEGINS(mobile_begins), quoting_index = BEGINS(quoting), quote_begins_index = BEGINS(quote_begins),
              notice_begins_index = BEGINS(notice_begins), disclaimer_begins_index = BEGINS(disclaimer_begins),
              banner_begins_index = BEGINS(banner_begins), banner_more_index = BEGINS(banner_more);

/* Nearly all lines: no normal form but the one that they have. FALSE where a byte is none of ASCII. */
static gboolean fold_ascii(const char *line, gsize length, char *ret)
{
    gsize n = 0;
    for (gsize i = 0; i < length; i++) {
        guchar c = (guchar)line[i];
        if (c >= 0x80)
            return FALSE;
        if (c > ' ') {
            ret[n] = (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c); /* for every byte of a mail a call would be dear */
            n += c != '*';
        } else if (!g_ascii_isspace((char)c)) {
            ret[n++] = (char)c;
        } else if (n > 0 && ret[n - 1] != ' ') {
            ret[n++] = ' ';
        }
    }
    n -= n > 0 && ret[n - 1] == ' ';
    ret[n] = '\0';
    return TRUE;
}

static char *fold_unicode(const char *line, gsize length)
{
    g_autofree char *normal = g_utf8_normalize(line, (gssize)length, G_NORMALIZE_NFKC);
    g_autofree char *folded = normal != NULL ? g_utf8_casefold(normal, -1) : g_strdup("");
    GString *s = g_string_sized_new(length + 1);
    for (const char *p = folded; *p != '\0'; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        if (c == 0x2019 || c == 0x2018)
            g_string_append_c(s, '\'');
        else if (g_unichar_isspace(c)) {
            if (s->len > 0 && s->str[s->len - 1] != ' ')
                g_string_append_c(s, ' ');
        } else if (c != '*' && (c < 0x200b || c > 0x200f) && (c < 0x202a || c > 0x202e) && (c < 0x2066 || c > 0x2069) && c != 0xfeff)
            g_string_append_unichar(s, c);
    }
    return g_strchomp(g_string_free(s, FALSE));
}

char *words_quote_fold(const char *line)
{
    gsize length = strlen(line);
    if (length > LONGEST_LINE)
        length = (gsize)(g_utf8_find_prev_char(line, line + LONGEST_LINE) - line);
    char *plain = g_malloc(length + 1);
    if (fold_ascii(line, length, plain))
        return plain;
    g_free(plain);
    return fold_unicode(line, length);
}

gboolean words_quote_is_phone(const char *folded)
{
    const char *p = folded + strspn(folded, "-_[( ~<|");
    if (strlen(p) > 200)
        return FALSE;
    if (!begins_any(&mobile_begins_index, p))
        return FALSE;
    if (g_str_has_prefix(p, "von meinem ")) /* so may a sentence of a person begin */
        return strstr(p, "gesendet") != NULL || strstr(p, "geschickt") != NULL || strstr(p, "verschickt") != NULL;
    if (g_str_has_prefix(p, "diese nachricht wurde mit ") || g_str_has_prefix(p, "envoyé par "))
        return strstr(p, "gesendet") != NULL || strstr(p, "phone") != NULL || strstr(p, "mobile") != NULL;
    if (g_str_has_prefix(p, "on the move") || g_str_has_prefix(p, "küldve ") || g_str_has_prefix(p, "inviata da") ||
        g_str_has_prefix(p, "download outlook ") || g_str_has_prefix(p, "从我的"))
        return strlen(p) < 40;
    return TRUE;
}

gboolean words_quote_is_mobile(const char *line)
{
    if (strlen(line) > 200)
        return FALSE;
    g_autofree char *folded = words_quote_fold(line);
    return words_quote_is_phone(folded);
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

gboolean words_quote_is_first_person(const char *folded)
{
    for (gsize i = 0; i < G_N_ELEMENTS(first_person); i++)
        if (strstr(folded, first_person[i]) != NULL)
            return TRUE;
    return FALSE;
}

gboolean words_quote_is_quoting(const char *folded)
{
    return begins_any(&quoting_index, folded);
}

gboolean words_quote_begins_quote(const char *folded)
{
    return begins_any(&quote_begins_index, folded);
}

/* One of `words` between dashes, or two words or a colon as the whole line. */
static gboolean is_fenced(const char *folded, const char *const *words, gsize count)
{
    const char *p = folded + strspn(folded, "-_=> +#");
    gboolean fenced = p - folded >= 2;
    if (!fenced && (guchar)*p < 0x80 && strlen(p) > LONGEST_BARE)
        return FALSE;
    for (gsize i = 0; i < count; i++) {
        if (*p != *words[i] || !g_str_has_prefix(p, words[i]))
            continue;
        const char *rest = p + strlen(words[i]);
        gboolean wide = (guchar)*words[i] >= 0x80 || strchr(words[i], ' ') != NULL;
        if (strspn(rest, "-_=> :.+#") == strlen(rest) && (fenced || *rest == ':' || wide))
            return TRUE;
        if (fenced && g_str_has_suffix(rest, "--")) /* "----- Forwarded by Bob on 3 May -----" */
            return TRUE;
    }
    return FALSE;
}

gboolean words_quote_is_original(const char *folded)
{
    return is_fenced(folded, original_words, G_N_ELEMENTS(original_words));
}

gboolean words_quote_is_forward(const char *folded)
{
    return is_fenced(folded, forward_words, G_N_ELEMENTS(forward_words));
}

gboolean words_quote_is_list_footer(const char *folded)
{
    for (gsize i = 0; i < G_N_ELEMENTS(list_footers); i++)
        if (strstr(folded, list_footers[i]) != NULL)
            return TRUE;
    return FALSE;
}

gboolean words_quote_is_notice(const char *folded)
{
    return begins_any(&notice_begins_index, folded);
}

gboolean words_quote_is_separator(const char *folded)
{
    /* each row has one of these; nearly no line has */
    if (strstr(folded, " line") == NULL && strstr(folded, "zeile") == NULL && strstr(folded, "ligne") == NULL &&
        strstr(folded, "message du") == NULL && strstr(folded, "reply above") == NULL)
        return FALSE;
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
    return begins_any(&disclaimer_begins_index, p);
}

gboolean words_quote_is_banner(const char *folded)
{
    while (*folded != '\0' && *folded != '[' && !g_unichar_isalnum(g_utf8_get_char(folded)))
        folded = g_utf8_next_char(folded);
    return begins_any(&banner_begins_index, folded);
}

gboolean words_quote_is_banner_more(const char *folded)
{
    return begins_any(&banner_more_index, folded);
}
