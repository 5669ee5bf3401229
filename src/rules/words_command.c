/* words_command: the rows. What stands under WORDS_STRONG or WORDS_WEAK may stop a ladder: put nothing there that a person may
 * write who does not take the matter ("seen", "noted", "understood", "thanks", "please", "done"). */
#include "rules/words_command.h"

#include <string.h>

#include "rules/command.h"

#include "base/banned.h"

typedef struct {
    const char *language;
    WordsClass class;
    int value;
    const char *words; /* each between bars */
} WordsRow;

static const WordsRow rows[] = {
    /* English */
    {"en", WORDS_VERB, VERB_ACK, "|ack|acknowledge|acknowledged|acked|ack'd|accept|accepted|"},
    {"en", WORDS_VERB, VERB_DECLINE, "|decline|declined|reject|"},
    {"en", WORDS_VERB, VERB_PASS, "|pass|"},
    {"en", WORDS_VERB, VERB_ESCALATE, "|escalate|"},
    {"en", WORDS_VERB, VERB_TAKE, "|take|"},
    {"en", WORDS_VERB, VERB_ASSIGN, "|assign|"},
    {"en", WORDS_VERB, VERB_SEVERITY, "|severity|sev|"},
    {"en", WORDS_VERB, VERB_WAIT, "|wait|"},
    {"en", WORDS_VERB, VERB_ANSWERED, "|answered|"},
    {"en", WORDS_VERB, VERB_CONTAINED, "|contained|"},
    {"en", WORDS_VERB, VERB_RESOLVE, "|resolve|resolved|"},
    {"en", WORDS_VERB, VERB_REOPEN, "|reopen|"},
    {"en", WORDS_VERB, VERB_CAUSE, "|cause|"},
    {"en", WORDS_VERB, VERB_IMPACT, "|impact|"},
    {"en", WORDS_VERB, VERB_NEXT, "|next|"},
    {"en", WORDS_VERB, VERB_NOTE, "|note|"},
    {"en", WORDS_VERB, VERB_CATEGORY, "|category|"},
    {"en", WORDS_VERB, VERB_SPAM, "|spam|"},
    {"en", WORDS_VERB, VERB_NOTSPAM, "|notspam|not spam|"},
    {"en", WORDS_VERB, VERB_NEEDLESS, "|needless|"},
    {"en", WORDS_VERB, VERB_STATUS, "|status|"},
    {"en", WORDS_VERB, VERB_HELP, "|help|"},
    {"en", WORDS_STRONG, VERB_ACK,
     "|on it|i'm on it|im on it|i am on it|we're on it|we are on it|on it now|already on it|i'm on this|i am on this|on this"
     "|got it|i got it|i've got it|i have got it|i have it|i've got this|i got this|got this|will do|taking|taking it"
     "|taking this|taking this one|taking over|taking this over|i'm taking it|i'm taking this|i am taking it|i take it"
     "|i'll take it|i will take it|i'll take this|i will take this|i'll take this one|i'll take over|i'll handle it"
     "|i will handle it|i'll handle this|handling it|handling|handling this|mine|it's mine|working on it|i'm working on it"
     "|i am working on it|we're working on it|working on this|working on it now|looking into it|looking into this"
     "|i'm looking into it|i am looking into it|i'm looking into this|looking into it now|looking at it|looking at this"
     "|looking at it now|i'm looking at it|looking|looking now|i'll look into it|i will look into it|will look into it"
     "|i'll look into this|i'll look at it|will look at it|i'll take a look|will take a look|i will take a look"
     "|taking a look|i'll have a look|having a look|i'll take care of it|i will take care of it|will take care of it"
     "|taking care of it|i'll take care of this|investigating|i'm investigating|investigating now|leave it to me"
     "|leave it with me|i'll do it|i will do it|i'll do that|i'm dealing with it|dealing with it|"},
    {"en", WORDS_WEAK, VERB_ACK,
     "|ok|okay|o.k|okey|oki|k|kk|okidoki|yes|yep|yeah|yup|aye|sure|sure thing|ok sure|\360\237\221\215|\360\237\221\214"
     "|\342\234\205|\342\234\224|\360\237\206\227|+1|"},
    {"en", WORDS_WEAK, VERB_DECLINE, "|no|nope|nah|"},
    {"en", WORDS_STRONG, VERB_RESOLVE,
     "|fixed|fixed it|fixed now|it's fixed|it is fixed|this is fixed|it's fixed now|i fixed it|i've fixed it|solved"
     "|it's solved|issue fixed|issue resolved|problem solved|problem fixed|it's resolved|it is resolved|this is resolved|"},
    {"en", WORDS_STRONG, VERB_ESCALATE, "|escalate this|escalate it|escalate now|"},
    {"en", WORDS_GREETING, 0,
     "|hi|hello|hey|dear|good morning|good afternoon|good evening|good day|morning|hiya|hi there|hello there|"},
    {"en", WORDS_THANKS, 0,
     "|thanks|thank you|thx|thank you very much|thanks a lot|many thanks|thanks so much|ty|cheers|thanks very much"
     "|thank you so much|thanks again|much appreciated|appreciated|tnx|thanx|tks|thanks for the heads up"
     "|thanks for letting me know|thanks for the info|thanks for your help|thanks for the help|thank you for your help"
     "|thanks for the quick reply|thank you all|\360\237\231\217|\360\237\231\202|\360\237\230\200|\360\237\230\212|"},
    {"en", WORDS_CLOSING, 1,
     "|regards|best regards|kind regards|best|warm regards|best wishes|yours|sincerely|yours sincerely|with kind regards|br"
     "|rgds|with best regards|kindest regards|many regards|"},
    {"en", WORDS_CLOSING, 0, "|bye|have a nice day|have a good day|have a great day|have a nice weekend|good night|see you|"},
    {"en", WORDS_PRAISE, 0,
     "|great|perfect|excellent|super|wonderful|awesome|brilliant|very good|good|nice|fantastic|well done|good job|great job"
     "|so|very|much|"},
    {"en", WORDS_PEOPLE, 0, "|all|team|everyone|everybody|folks|guys|there|mr|mrs|ms|dr|sir|madam|colleagues|"},
    {"en", WORDS_NO_NAME, 0,
     "|tomorrow|today|tonight|later|soon|maybe|perhaps|sorry|busy|away|vacation|holiday|holidays|meeting|ooo|off|but|if|when"
     "|unless|until|till|not|never|whatever|wait|please|pls|i|i'm|i'll|we|you|he|she|it|they|this|that|what|who|why|where"
     "|how|can|could|would|should|seen|noted|understood|received|only|after|before|next|again|asap|now|pto|sick|lunch"
     "|driving|call|later|monday|and|or|so|then|just|also|still|no|yes|in|on|at|out|the|a|an|to|for|with|from|by|my|your|our"
     "|is|are|was|will|have|has|had|do|does|did|done|let|got|get|good|bad|fine|great|nothing|something|someone|somebody"
     "|nobody|everything|leave|weekend|"},
    {"en", WORDS_PLEASE, 0, "|please|pls|plz|"},
    {"en", WORDS_NEAR, 0,
     "|seen|noted|understood|received|thanks|thank you|roger|copy|copy that|confirmed|done|no problem|np|no worries|fine"
     "|great|perfect|cool|alright|all right|approved|agreed|read|ok?|aware|i'm aware|"},
    {"en", WORDS_NEGATION, 0,
     "|not|no|don't|dont|can't|cant|cannot|won't|wont|never|nobody|isn't|isnt|aren't|didn't|doesn't|haven't|hasn't|wasn't"
     "|couldn't|shouldn't|wouldn't|unable|impossible|but|unless|if|however|except|instead|although|though|only|unfortunately"
     "|sorry|someone|somebody|tomorrow|later|next|monday|can|could|should|who|please|pls|ask|call|away|off|vacation|holiday"
     "|leave|or|nope|wait|"},
    {"en", WORDS_RISKY, VERB_RESOLVE,
     "|this|it|that|the|these|them|please|asap|now|yourself|soon|tomorrow|today|later|when|once|if|as|until|unless|after"
     "|before|not|never|your|my|and|or|to|is|was|will|should|can|could|yet|for|in|on|at|monday|tuesday|wednesday|thursday"
     "|friday|"},
    {"en", WORDS_RISKY, VERB_CONTAINED, "|not|never|in|within|yet|soon|tomorrow|later|if|when|once|"},
    {"en", WORDS_RISKY, VERB_ANSWERED, "|not|never|nothing|yet|soon|tomorrow|later|if|when|once|"},
    {"en", WORDS_RISKY, VERB_CAUSE, "|i|i'm|i'll|i've|we|we're|it's|he|he's|she|she's|they|they're|you|you're|of|for|"},
    {"en", WORDS_RISKY, VERB_NEXT,
     "|week|time|month|year|day|to|one|up|monday|tuesday|wednesday|thursday|friday|saturday|sunday|please|is|in|person"
     "|week's|"},
    {"en", WORDS_RISKY, VERB_PASS, "|it|this|that|me|on|him|her|them|us|the|to|over|"},
    {"en", WORDS_RISKY, VERB_ASSIGN, "|it|this|that|on|him|her|them|us|the|to|"},
    {"en", WORDS_UNTIL, 0, "|until|till|til|'til|untill|"},
    {"en", WORDS_FOR, 0, "|for|"},
    {"en", WORDS_AT, 0, "|at|"},
    {"en", WORDS_ON, 0, "|on|"},
    {"en", WORDS_BY, 0, "|by|until|"},
    {"en", WORDS_TO, 0, "|to|"},
    {"en", WORDS_CUSTOMER, 0, "|customer|the customer|client|the client|requester|"},
    {"en", WORDS_VENDOR, 0, "|vendor|the vendor|supplier|the supplier|"},
    {"en", WORDS_UNIT, 's', "|s|sec|secs|second|seconds|"},
    {"en", WORDS_UNIT, 'm', "|m|min|mins|minute|minutes|"},
    {"en", WORDS_UNIT, 'h', "|h|hr|hrs|hour|hours|"},
    {"en", WORDS_UNIT, 'd', "|d|day|days|"},
    {"en", WORDS_UNIT, 'w', "|w|week|weeks|"},
    {"en", WORDS_UNIT, 'H', "|bh|business hour|business hours|working hour|working hours|"},
    {"en", WORDS_UNIT, 'D', "|bd|business day|business days|working day|working days|workdays|"},
    {"en", WORDS_NUMBER, 1, "|one|an|a|"},
    {"en", WORDS_NUMBER, 2, "|two|"},
    {"en", WORDS_NUMBER, 3, "|three|"},
    {"en", WORDS_NUMBER, 4, "|four|"},
    {"en", WORDS_WEEKDAY, 1, "|mon|monday|"},
    {"en", WORDS_WEEKDAY, 2, "|tue|tues|tuesday|"},
    {"en", WORDS_WEEKDAY, 3, "|wed|weds|wednesday|"},
    {"en", WORDS_WEEKDAY, 4, "|thu|thur|thurs|thursday|"},
    {"en", WORDS_WEEKDAY, 5, "|fri|friday|"},
    {"en", WORDS_WEEKDAY, 6, "|sat|saturday|"},
    {"en", WORDS_WEEKDAY, 7, "|sun|sunday|"},
    {"en", WORDS_MONTH, 1, "|jan|january|"},
    {"en", WORDS_MONTH, 2, "|feb|february|"},
    {"en", WORDS_MONTH, 3, "|mar|march|"},
    {"en", WORDS_MONTH, 4, "|apr|april|"},
    {"en", WORDS_MONTH, 5, "|may|"},
    {"en", WORDS_MONTH, 6, "|jun|june|"},
    {"en", WORDS_MONTH, 7, "|jul|july|"},
    {"en", WORDS_MONTH, 8, "|aug|august|"},
    {"en", WORDS_MONTH, 9, "|sep|sept|september|"},
    {"en", WORDS_MONTH, 10, "|oct|october|"},
    {"en", WORDS_MONTH, 11, "|nov|november|"},
    {"en", WORDS_MONTH, 12, "|dec|december|"},
    {"en", WORDS_DAY, 0, "|today|"},
    {"en", WORDS_DAY, 1, "|tomorrow|"},
    {"en", WORDS_CLOCK, 0, "|o'clock|oclock|"},
    {"en", WORDS_DAYTIME, 9, "|morning|"},
    {"en", WORDS_DAYTIME, 12, "|noon|"},
    {"en", WORDS_DAYTIME, 24, "|midnight|"},

    /* German */
    {"de", WORDS_VERB, VERB_ACK, "|quittiert|quittieren|quittiere|bestätigt|bestätige|bestätigen|angenommen|"},
    {"de", WORDS_VERB, VERB_DECLINE, "|ablehnen|abgelehnt|lehne ab|ich lehne ab|"},
    {"de", WORDS_VERB, VERB_PASS, "|weitergeben|abgeben|weiter an|übergeben|"},
    {"de", WORDS_VERB, VERB_ESCALATE, "|eskalieren|eskaliere|"},
    {"de", WORDS_VERB, VERB_TAKE, "|übernehmen|"},
    {"de", WORDS_VERB, VERB_ASSIGN, "|zuweisen|zuordnen|"},
    {"de", WORDS_VERB, VERB_SEVERITY, "|schweregrad|"},
    {"de", WORDS_VERB, VERB_WAIT, "|warten|warte|"},
    {"de", WORDS_VERB, VERB_ANSWERED, "|beantwortet|"},
    {"de", WORDS_VERB, VERB_CONTAINED, "|eingedämmt|"},
    {"de", WORDS_VERB, VERB_RESOLVE, "|gelöst|behoben|"},
    {"de", WORDS_VERB, VERB_REOPEN, "|wiederöffnen|wieder öffnen|"},
    {"de", WORDS_VERB, VERB_CAUSE, "|ursache|"},
    {"de", WORDS_VERB, VERB_IMPACT, "|auswirkung|auswirkungen|"},
    {"de", WORDS_VERB, VERB_NEXT, "|nächster schritt|als nächstes|"},
    {"de", WORDS_VERB, VERB_NOTE, "|notiz|anmerkung|"},
    {"de", WORDS_VERB, VERB_CATEGORY, "|kategorie|"},
    {"de", WORDS_VERB, VERB_NOTSPAM, "|kein spam|"},
    {"de", WORDS_VERB, VERB_NEEDLESS, "|unnötig|überflüssig|"},
    {"de", WORDS_VERB, VERB_HELP, "|hilfe|"},
    {"de", WORDS_STRONG, VERB_ACK,
     "|bin dran|ich bin dran|bin schon dran|ich bin schon dran|wir sind dran|sind dran|mach ich|mache ich|mach ich sofort"
     "|ich mach das|ich mache das|ich mach's|wird gemacht|wird erledigt|übernehme|ich übernehme|übernehme ich"
     "|ich übernehme das|übernehme das|das übernehme ich|uebernehme|ich uebernehme|uebernehme ich|übernommen"
     "|ich kümmere mich|kümmere mich|kümmere mich drum|kümmere mich darum|ich kümmere mich drum|ich kümmere mich darum"
     "|kümmer mich drum|ich kuemmere mich|kuemmere mich drum|kuemmere mich darum|ich kuemmere mich darum|schau ich mir an"
     "|schaue ich mir an|schaue es mir an|ich schaue es mir an|ich schau's mir an|ich schau mir das an|ich schaue mir das an"
     "|schaue mir das an|ich sehe es mir an|sehe ich mir an|ich sehe mir das an|ich arbeite daran|arbeite daran"
     "|wir arbeiten daran|in arbeit|bin dabei|ich bin dabei|ich hab's|wir kümmern uns|wir kümmern uns darum|ich erledige das"
     "|erledige ich|wir übernehmen|wir übernehmen das|"},
    {"de", WORDS_WEAK, VERB_ACK, "|ja|jo|jep|jepp|jup|klar|alles klar|geht klar|in ordnung|ist gut|ja klar|passt|ja gerne|"},
    {"de", WORDS_WEAK, VERB_DECLINE, "|nein|nee|nö|"},
    {"de", WORDS_STRONG, VERB_RESOLVE,
     "|ist gelöst|ist behoben|problem gelöst|problem behoben|fehler behoben|ist gefixt|gefixt|störung behoben|wurde behoben|"},
    {"de", WORDS_STRONG, VERB_ESCALATE, "|bitte eskalieren|"},
    {"de", WORDS_GREETING, 0,
     "|hallo|guten tag|guten morgen|guten abend|moin|servus|grüss gott|grüezi|liebe|lieber|sehr geehrte|sehr geehrter"
     "|hallo liebe|hallo lieber|sg|na|tach|"},
    {"de", WORDS_THANKS, 0,
     "|danke|danke schön|dankeschön|vielen dank|besten dank|herzlichen dank|danke dir|danke ihnen|danke sehr|dank|merci"
     "|danke euch|tausend dank|danke für die info|danke für die hilfe|vielen dank für die hilfe|vielen dank für ihre hilfe"
     "|danke für ihre hilfe|vielen lieben dank|"},
    {"de", WORDS_CLOSING, 1,
     "|grüsse|viele grüsse|liebe grüsse|beste grüsse|schöne grüsse|mit freundlichen grüssen|freundliche grüsse|gruss|lg|vg"
     "|mfg|viele liebe grüsse|herzliche grüsse|mit freundlichem gruss|schönen gruss|mit besten grüssen|bg|gruesse"
     "|viele gruesse|mit freundlichen gruessen|"},
    {"de", WORDS_CLOSING, 0,
     "|tschüss|schönen tag|schönen tag noch|schönes wochenende|bis dann|schönen feierabend|ciao|bis bald|"},
    {"de", WORDS_PRAISE, 0,
     "|prima|toll|perfekt|klasse|sehr gut|gut|ausgezeichnet|bestens|wunderbar|spitze|gut gemacht|freut mich|"},
    {"de", WORDS_PEOPLE, 0,
     "|zusammen|alle|alles|leute|herr|frau|kollegen|kolleginnen|kolleginnen und kollegen|damen und herren|dr|"},
    {"de", WORDS_NO_NAME, 0,
     "|morgen|heute|später|bald|vielleicht|urlaub|feierabend|krank|termin|besprechung|aber|wenn|falls|bis|nicht|nie|leider"
     "|bitte|ich|wir|du|er|sie|es|das|dies|was|wer|warum|wieso|wo|wie|kann|könnte|gesehen|notiert|verstanden|erhalten|nur"
     "|nach|vor|nächste|sofort|mittag|pause|gleich|erst|und|oder|dann|auch|noch|nein|ja|im|am|in|der|die|den|dem|ein|eine"
     "|einer|zu|mit|von|mein|ist|sind|war|wird|werde|habe|hat|nichts|jemand|niemand|frei|abwesend|unterwegs|wochenende"
     "|entschuldigung|sonst|wegen|"},
    {"de", WORDS_PLEASE, 0, "|bitte|"},
    {"de", WORDS_NEAR, 0,
     "|gesehen|verstanden|erhalten|danke|vielen dank|erledigt|kein problem|gerne|gern|notiert|zur kenntnis genommen"
     "|einverstanden|gelesen|angekommen|bekannt|"},
    {"de", WORDS_NEGATION, 0,
     "|nicht|kein|keine|keinen|keiner|nie|niemals|nein|aber|ausser|falls|wenn|leider|jedoch|nur|statt|stattdessen|niemand"
     "|jemand|morgen|später|erst|bitte|kann|könnte|soll|sollte|wer|urlaub|oder|sonst|obwohl|unmöglich|warte|frag|fragen|ruf"
     "|krank|"},
    {"de", WORDS_RISKY, VERB_RESOLVE,
     "|ist|wird|werden|nicht|noch|bald|morgen|heute|später|wenn|sobald|falls|bis|erst|bitte|das|dies|es|und|oder|soll|sollte"
     "|nie|"},
    {"de", WORDS_RISKY, VERB_CONTAINED, "|nicht|noch|nie|bald|morgen|wenn|sobald|falls|"},
    {"de", WORDS_RISKY, VERB_ANSWERED, "|nicht|noch|nie|bald|morgen|wenn|sobald|falls|nichts|"},
    {"de", WORDS_RISKY, VERB_PASS, "|es|das|dies|mir|ihm|ihr|an|ihn|sie|uns|"},
    {"de", WORDS_RISKY, VERB_ASSIGN, "|es|das|dies|mir|ihm|ihr|an|ihn|sie|uns|"},
    {"de", WORDS_UNTIL, 0, "|bis|"},
    {"de", WORDS_FOR, 0, "|für|fuer|auf|"},
    {"de", WORDS_AT, 0, "|um|gegen|"},
    {"de", WORDS_ON, 0, "|am|zum|"},
    {"de", WORDS_BY, 0, "|bis|"},
    {"de", WORDS_TO, 0, "|an|auf|"},
    {"de", WORDS_CUSTOMER, 0, "|kunde|kunden|den kunden|kundin|die kundin|"},
    {"de", WORDS_VENDOR, 0, "|hersteller|den hersteller|lieferant|lieferanten|den lieferanten|"},
    {"de", WORDS_UNIT, 's', "|sek|sekunde|sekunden|"},
    {"de", WORDS_UNIT, 'm', "|minuten|"},
    {"de", WORDS_UNIT, 'h', "|std|stunde|stunden|"},
    {"de", WORDS_UNIT, 'd', "|tag|tage|tagen|"},
    {"de", WORDS_UNIT, 'w', "|woche|wochen|"},
    {"de", WORDS_UNIT, 'H', "|arbeitsstunde|arbeitsstunden|"},
    {"de", WORDS_UNIT, 'D', "|arbeitstag|arbeitstage|arbeitstagen|werktag|werktage|werktagen|"},
    {"de", WORDS_NUMBER, 1, "|ein|eine|einen|einer|"},
    {"de", WORDS_NUMBER, 2, "|zwei|"},
    {"de", WORDS_NUMBER, 3, "|drei|"},
    {"de", WORDS_NUMBER, 4, "|vier|"},
    {"de", WORDS_WEEKDAY, 1, "|mo|montag|"},
    {"de", WORDS_WEEKDAY, 2, "|di|dienstag|"},
    {"de", WORDS_WEEKDAY, 3, "|mi|mittwoch|"},
    {"de", WORDS_WEEKDAY, 4, "|do|donnerstag|"},
    {"de", WORDS_WEEKDAY, 5, "|fr|freitag|"},
    {"de", WORDS_WEEKDAY, 6, "|sa|samstag|sonnabend|"},
    {"de", WORDS_WEEKDAY, 7, "|so|sonntag|"},
    {"de", WORDS_MONTH, 1, "|januar|jänner|"},
    {"de", WORDS_MONTH, 2, "|februar|feber|"},
    {"de", WORDS_MONTH, 3, "|märz|mär|"},
    {"de", WORDS_MONTH, 5, "|mai|"},
    {"de", WORDS_MONTH, 6, "|juni|"},
    {"de", WORDS_MONTH, 7, "|juli|"},
    {"de", WORDS_MONTH, 10, "|okt|oktober|"},
    {"de", WORDS_MONTH, 12, "|dez|dezember|"},
    {"de", WORDS_DAY, 0, "|heute|"},
    {"de", WORDS_DAY, 1, "|morgen|"},
    {"de", WORDS_DAY, 2, "|übermorgen|"},
    {"de", WORDS_CLOCK, 0, "|uhr|"},
    {"de", WORDS_DAYTIME, 9, "|früh|vormittag|"},
    {"de", WORDS_DAYTIME, 12, "|mittag|"},
    {"de", WORDS_DAYTIME, 24, "|mitternacht|"},

    /* French */
    {"fr", WORDS_VERB, VERB_DECLINE, "|refuser|refusé|décliner|"},
    {"fr", WORDS_VERB, VERB_ESCALATE, "|escalader|"},
    {"fr", WORDS_VERB, VERB_RESOLVE, "|résolu|"},
    {"fr", WORDS_STRONG, VERB_ACK, "|je m'en occupe|je m'en charge|je prends|je le prends|je prends en charge|pris en charge|"},
    {"fr", WORDS_WEAK, VERB_ACK, "|oui|d'accord|"},
    {"fr", WORDS_WEAK, VERB_DECLINE, "|non|"},
    {"fr", WORDS_GREETING, 0, "|bonjour|bonsoir|salut|cher|chère|"},
    {"fr", WORDS_THANKS, 0, "|merci beaucoup|merci bien|un grand merci|merci à vous|"},
    {"fr", WORDS_CLOSING, 1, "|cordialement|bien cordialement|bien à vous|salutations|cdlt|"},
    {"fr", WORDS_NEAR, 0, "|merci|vu|reçu|bien reçu|compris|"},
    {"fr", WORDS_NEGATION, 0, "|pas|jamais|mais|aucun|personne|demain|"},

    /* Spanish */
    {"es", WORDS_VERB, VERB_DECLINE, "|rechazar|rechazado|"},
    {"es", WORDS_VERB, VERB_ESCALATE, "|escalar|"},
    {"es", WORDS_VERB, VERB_RESOLVE, "|resuelto|"},
    {"es", WORDS_STRONG, VERB_ACK, "|me encargo|me ocupo|yo me encargo|yo me ocupo|lo tomo|estoy en ello|me encargo yo|"},
    {"es", WORDS_WEAK, VERB_ACK, "|sí|vale|de acuerdo|"},
    {"es", WORDS_GREETING, 0, "|hola|buenos días|buenas tardes|buenas noches|estimado|estimada|"},
    {"es", WORDS_THANKS, 0, "|gracias|muchas gracias|mil gracias|"},
    {"es", WORDS_CLOSING, 1, "|saludos|un saludo|saludos cordiales|atentamente|"},
    {"es", WORDS_NEAR, 0, "|visto|recibido|entendido|"},
    {"es", WORDS_NEGATION, 0, "|nunca|pero|nadie|mañana|tampoco|"},

    /* Italian */
    {"it", WORDS_VERB, VERB_DECLINE, "|rifiuto|rifiutato|"},
    {"it", WORDS_VERB, VERB_RESOLVE, "|risolto|"},
    {"it", WORDS_STRONG, VERB_ACK, "|me ne occupo|me ne occupo io|ci penso io|lo prendo io|prendo in carico|preso in carico|"},
    {"it", WORDS_WEAK, VERB_ACK, "|sì|va bene|d'accordo|"},
    {"it", WORDS_GREETING, 0, "|ciao|buongiorno|buonasera|salve|gentile|"},
    {"it", WORDS_THANKS, 0, "|grazie|grazie mille|molte grazie|"},
    {"it", WORDS_CLOSING, 1, "|saluti|cordiali saluti|distinti saluti|"},
    {"it", WORDS_NEAR, 0, "|visto|ricevuto|capito|"},
    {"it", WORDS_NEGATION, 0, "|non|mai|però|ma|nessuno|domani|"},

    /* Dutch */
    {"nl", WORDS_VERB, VERB_DECLINE, "|afwijzen|afgewezen|"},
    {"nl", WORDS_VERB, VERB_ESCALATE, "|escaleren|"},
    {"nl", WORDS_VERB, VERB_RESOLVE, "|opgelost|"},
    {"nl", WORDS_STRONG, VERB_ACK,
     "|ik pak het op|ik pak dit op|pak ik op|ben ermee bezig|ik ben ermee bezig|mee bezig|doe ik|"},
    {"nl", WORDS_WEAK, VERB_ACK, "|oké|akkoord|is goed|"},
    {"nl", WORDS_WEAK, VERB_DECLINE, "|nee|"},
    {"nl", WORDS_GREETING, 0, "|goedemorgen|goedemiddag|goedenavond|beste|hoi|geachte|"},
    {"nl", WORDS_THANKS, 0, "|dank je|dank je wel|dank u|dank u wel|bedankt|hartelijk dank|dankjewel|"},
    {"nl", WORDS_CLOSING, 1, "|groet|groeten|met vriendelijke groet|vriendelijke groet|mvg|"},
    {"nl", WORDS_NEAR, 0, "|gezien|ontvangen|begrepen|"},
    {"nl", WORDS_NEGATION, 0, "|niet|geen|nooit|maar|niemand|helaas|"},

    /* Portuguese */
    {"pt", WORDS_VERB, VERB_DECLINE, "|recusar|recusado|"},
    {"pt", WORDS_VERB, VERB_RESOLVE, "|resolvido|"},
    {"pt", WORDS_STRONG, VERB_ACK, "|eu assumo|eu cuido disso|cuido disso|estou tratando|estou a tratar|estou nisso|"},
    {"pt", WORDS_WEAK, VERB_ACK, "|sim|"},
    {"pt", WORDS_WEAK, VERB_DECLINE, "|não|"},
    {"pt", WORDS_GREETING, 0, "|olá|oi|bom dia|boa tarde|boa noite|prezado|prezada|caro|cara|"},
    {"pt", WORDS_THANKS, 0, "|obrigado|obrigada|muito obrigado|muito obrigada|"},
    {"pt", WORDS_CLOSING, 1, "|cumprimentos|atenciosamente|abraço|abraços|att|"},
    {"pt", WORDS_NEAR, 0, "|visto|recebido|entendido|"},
    {"pt", WORDS_NEGATION, 0, "|não|mas|ninguém|amanhã|"},

    /* Polish */
    {"pl", WORDS_VERB, VERB_RESOLVE, "|rozwiązane|naprawione|"},
    {"pl", WORDS_STRONG, VERB_ACK, "|zajmuję się|zajmę się|zajmę się tym|zajmuję się tym|biorę to|przejmuję|"},
    {"pl", WORDS_WEAK, VERB_ACK, "|tak|dobrze|"},
    {"pl", WORDS_WEAK, VERB_DECLINE, "|nie|"},
    {"pl", WORDS_GREETING, 0, "|cześć|dzień dobry|witam|"},
    {"pl", WORDS_THANKS, 0, "|dziękuję|dzięki|dziekuje|dzieki|"},
    {"pl", WORDS_CLOSING, 1, "|pozdrawiam|pozdrowienia|z poważaniem|"},
    {"pl", WORDS_NEGATION, 0, "|nie|ale|nikt|nigdy|jutro|"},

    /* Swedish, Danish, Finnish */
    {"sv", WORDS_VERB, VERB_RESOLVE, "|löst|åtgärdat|"},
    {"sv", WORDS_STRONG, VERB_ACK, "|jag tar det|jag tar den|jag fixar det|jag jobbar på det|jag tittar på det|"},
    {"sv", WORDS_WEAK, VERB_DECLINE, "|nej|"},
    {"sv", WORDS_GREETING, 0, "|hej|god morgon|hejsan|"},
    {"sv", WORDS_THANKS, 0, "|tack|tack så mycket|stort tack|"},
    {"sv", WORDS_CLOSING, 1, "|hälsningar|med vänliga hälsningar|vänliga hälsningar|mvh|"},
    {"sv", WORDS_NEGATION, 0, "|inte|ingen|aldrig|men|imorgon|"},
    {"da", WORDS_VERB, VERB_RESOLVE, "|løst|rettet|"},
    {"da", WORDS_STRONG, VERB_ACK, "|jeg tager den|jeg tager det|jeg er på|jeg kigger på det|jeg ser på det|"},
    {"da", WORDS_GREETING, 0, "|god dag|"},
    {"da", WORDS_THANKS, 0, "|tak|mange tak|tusind tak|"},
    {"da", WORDS_CLOSING, 1, "|hilsen|med venlig hilsen|venlig hilsen|"},
    {"da", WORDS_NEGATION, 0, "|ikke|aldrig|"},
    {"fi", WORDS_VERB, VERB_RESOLVE, "|korjattu|ratkaistu|"},
    {"fi", WORDS_STRONG, VERB_ACK, "|otan tämän|minä otan|hoidan|hoidan tämän|työn alla|"},
    {"fi", WORDS_WEAK, VERB_ACK, "|kyllä|joo|"},
    {"fi", WORDS_WEAK, VERB_DECLINE, "|ei|"},
    {"fi", WORDS_GREETING, 0, "|moi|hei|terve|"},
    {"fi", WORDS_THANKS, 0, "|kiitos|kiitoksia|paljon kiitoksia|"},
    {"fi", WORDS_CLOSING, 1, "|terveisin|ystävällisin terveisin|"},
    {"fi", WORDS_NEGATION, 0, "|ei|en|mutta|kukaan|huomenna|"},

    /* Czech */
    {"cs", WORDS_VERB, VERB_RESOLVE, "|vyřešeno|opraveno|"},
    {"cs", WORDS_STRONG, VERB_ACK, "|beru si to|beru to|řeším to|pracuji na tom|podívám se na to|přebírám|"},
    {"cs", WORDS_WEAK, VERB_ACK, "|ano|jasně|"},
    {"cs", WORDS_WEAK, VERB_DECLINE, "|ne|"},
    {"cs", WORDS_GREETING, 0, "|ahoj|dobrý den|čau|zdravím|"},
    {"cs", WORDS_THANKS, 0, "|děkuji|díky|děkuju|diky|"},
    {"cs", WORDS_CLOSING, 1, "|s pozdravem|hezký den|"},
    {"cs", WORDS_NEGATION, 0, "|ne|ale|nikdo|zítra|"},

    /* Japanese, Chinese: no spaces, so a phrase is a word */
    {"ja", WORDS_VERB, VERB_RESOLVE, "|解決しました|修正しました|"},
    {"ja", WORDS_STRONG, VERB_ACK, "|対応します|対応いたします|対応中です|対応中|私が対応します|担当します|調査します|調査中です|"},
    {"ja", WORDS_WEAK, VERB_DECLINE, "|いいえ|"},
    {"ja", WORDS_GREETING, 0, "|こんにちは|お疲れ様です|お世話になっております|"},
    {"ja", WORDS_THANKS, 0, "|ありがとう|ありがとうございます|ありがとうございました|"},
    {"ja", WORDS_CLOSING, 1, "|よろしくお願いします|よろしくお願いいたします|以上|"},
    {"ja", WORDS_NEAR, 0, "|了解|了解です|了解しました|承知しました|わかりました|確認します|はい|"},
    {"zh", WORDS_VERB, VERB_RESOLVE, "|已解决|已修复|"},
    {"zh", WORDS_STRONG, VERB_ACK, "|我来处理|正在处理|处理中|我在处理|我负责|"},
    {"zh", WORDS_WEAK, VERB_DECLINE, "|不|"},
    {"zh", WORDS_GREETING, 0, "|你好|您好|"},
    {"zh", WORDS_THANKS, 0, "|谢谢|多谢|非常感谢|谢谢你|"},
    {"zh", WORDS_NEAR, 0, "|收到|知道了|明白|好|好的|是|"},
    /* durations, days and times of day, as they stand behind a verb */
    {"fr", WORDS_UNTIL, 0, "|jusqu'à|jusqu'au|jusque|jusqu'a|jusqu'à demain|"},
    {"fr", WORDS_UNIT, 'm', "|minute|minutes|"},
    {"fr", WORDS_UNIT, 'h', "|heure|heures|"},
    {"fr", WORDS_UNIT, 'd', "|jour|jours|"},
    {"fr", WORDS_UNIT, 'w', "|semaine|semaines|"},
    {"fr", WORDS_UNIT, 'H', "|heures ouvrées|heures ouvrables|"},
    {"fr", WORDS_UNIT, 'D', "|jours ouvrés|jours ouvrables|jour ouvré|"},
    {"fr", WORDS_WEEKDAY, 1, "|lundi|"},
    {"fr", WORDS_WEEKDAY, 2, "|mardi|"},
    {"fr", WORDS_WEEKDAY, 3, "|mercredi|"},
    {"fr", WORDS_WEEKDAY, 4, "|jeudi|"},
    {"fr", WORDS_WEEKDAY, 5, "|vendredi|"},
    {"fr", WORDS_WEEKDAY, 6, "|samedi|"},
    {"fr", WORDS_WEEKDAY, 7, "|dimanche|"},
    {"fr", WORDS_DAY, 1, "|demain|"},
    {"fr", WORDS_DAY, 0, "|aujourd'hui|"},
    {"fr", WORDS_DAY, 2, "|après-demain|"},
    {"fr", WORDS_AT, 0, "|à|a|"},
    {"fr", WORDS_ON, 0, "|le|"},
    {"fr", WORDS_CLOCK, 0, "|h|heures|heure|"},
    {"es", WORDS_UNTIL, 0, "|hasta|hasta el|hasta la|hasta las|"},
    {"es", WORDS_UNIT, 'm', "|minuto|minutos|"},
    {"es", WORDS_UNIT, 'h', "|hora|horas|"},
    {"es", WORDS_UNIT, 'd', "|día|días|dia|dias|"},
    {"es", WORDS_UNIT, 'w', "|semana|semanas|"},
    {"es", WORDS_UNIT, 'D', "|días hábiles|día hábil|días laborables|"},
    {"es", WORDS_WEEKDAY, 1, "|lunes|"},
    {"es", WORDS_WEEKDAY, 2, "|martes|"},
    {"es", WORDS_WEEKDAY, 3, "|miércoles|"},
    {"es", WORDS_WEEKDAY, 4, "|jueves|"},
    {"es", WORDS_WEEKDAY, 5, "|viernes|"},
    {"es", WORDS_WEEKDAY, 6, "|sábado|"},
    {"es", WORDS_WEEKDAY, 7, "|domingo|"},
    {"es", WORDS_DAY, 1, "|mañana|"},
    {"es", WORDS_DAY, 0, "|hoy|"},
    {"es", WORDS_DAY, 2, "|pasado mañana|"},
    {"es", WORDS_AT, 0, "|a las|a la|"},
    {"es", WORDS_ON, 0, "|el|"},
    {"es", WORDS_CLOCK, 0, "|h|horas|"},
    {"it", WORDS_UNTIL, 0, "|fino a|fino al|fino alle|fino|"},
    {"it", WORDS_UNIT, 'm', "|minuto|minuti|"},
    {"it", WORDS_UNIT, 'h', "|ora|ore|"},
    {"it", WORDS_UNIT, 'd', "|giorno|giorni|"},
    {"it", WORDS_UNIT, 'w', "|settimana|settimane|"},
    {"it", WORDS_UNIT, 'D', "|giorni lavorativi|giorno lavorativo|"},
    {"it", WORDS_WEEKDAY, 1, "|lunedì|"},
    {"it", WORDS_WEEKDAY, 2, "|martedì|"},
    {"it", WORDS_WEEKDAY, 3, "|mercoledì|"},
    {"it", WORDS_WEEKDAY, 4, "|giovedì|"},
    {"it", WORDS_WEEKDAY, 5, "|venerdì|"},
    {"it", WORDS_WEEKDAY, 6, "|sabato|"},
    {"it", WORDS_WEEKDAY, 7, "|domenica|"},
    {"it", WORDS_DAY, 1, "|domani|"},
    {"it", WORDS_DAY, 0, "|oggi|"},
    {"it", WORDS_DAY, 2, "|dopodomani|"},
    {"it", WORDS_AT, 0, "|alle|alle ore|ore|"},
    {"it", WORDS_ON, 0, "|il|"},
    {"it", WORDS_CLOCK, 0, "|h|"},
    {"nl", WORDS_UNTIL, 0, "|tot|tot en met|"},
    {"nl", WORDS_UNIT, 'm', "|minuut|minuten|"},
    {"nl", WORDS_UNIT, 'h', "|uur|uren|"},
    {"nl", WORDS_UNIT, 'd', "|dag|dagen|"},
    {"nl", WORDS_UNIT, 'w', "|week|weken|"},
    {"nl", WORDS_UNIT, 'D', "|werkdag|werkdagen|"},
    {"nl", WORDS_WEEKDAY, 1, "|maandag|"},
    {"nl", WORDS_WEEKDAY, 2, "|dinsdag|"},
    {"nl", WORDS_WEEKDAY, 3, "|woensdag|"},
    {"nl", WORDS_WEEKDAY, 4, "|donderdag|"},
    {"nl", WORDS_WEEKDAY, 5, "|vrijdag|"},
    {"nl", WORDS_WEEKDAY, 6, "|zaterdag|"},
    {"nl", WORDS_WEEKDAY, 7, "|zondag|"},
    {"nl", WORDS_DAY, 1, "|morgen|"},
    {"nl", WORDS_DAY, 0, "|vandaag|"},
    {"nl", WORDS_DAY, 2, "|overmorgen|"},
    {"nl", WORDS_AT, 0, "|om|"},
    {"nl", WORDS_ON, 0, "|op|"},
    {"nl", WORDS_CLOCK, 0, "|uur|u|"},
    {"pt", WORDS_UNTIL, 0, "|até|até a|até à|até às|até o|"},
    {"pt", WORDS_UNIT, 'm', "|minuto|minutos|"},
    {"pt", WORDS_UNIT, 'h', "|hora|horas|"},
    {"pt", WORDS_UNIT, 'd', "|dia|dias|"},
    {"pt", WORDS_UNIT, 'w', "|semana|semanas|"},
    {"pt", WORDS_UNIT, 'D', "|dias úteis|dia útil|"},
    {"pt", WORDS_WEEKDAY, 1, "|segunda-feira|"},
    {"pt", WORDS_WEEKDAY, 2, "|terça-feira|"},
    {"pt", WORDS_WEEKDAY, 3, "|quarta-feira|"},
    {"pt", WORDS_WEEKDAY, 4, "|quinta-feira|"},
    {"pt", WORDS_WEEKDAY, 5, "|sexta-feira|"},
    {"pt", WORDS_WEEKDAY, 6, "|sábado|"},
    {"pt", WORDS_WEEKDAY, 7, "|domingo|"},
    {"pt", WORDS_DAY, 1, "|amanhã|"},
    {"pt", WORDS_DAY, 0, "|hoje|"},
    {"pt", WORDS_DAY, 2, "|depois de amanhã|"},
    {"pt", WORDS_AT, 0, "|às|as|"},
    {"pt", WORDS_ON, 0, "|na|no|"},
    {"pt", WORDS_CLOCK, 0, "|h|horas|"},
    {"pl", WORDS_UNTIL, 0, "|do|"},
    {"pl", WORDS_UNIT, 'm', "|minuta|minuty|minut|"},
    {"pl", WORDS_UNIT, 'h', "|godzina|godziny|godzin|godz|"},
    {"pl", WORDS_UNIT, 'd', "|dzień|dni|"},
    {"pl", WORDS_UNIT, 'w', "|tydzień|tygodnie|tygodni|"},
    {"pl", WORDS_UNIT, 'D', "|dni robocze|dni roboczych|dzień roboczy|"},
    {"pl", WORDS_WEEKDAY, 1, "|poniedziałku|"},
    {"pl", WORDS_WEEKDAY, 2, "|wtorku|"},
    {"pl", WORDS_WEEKDAY, 3, "|środy|"},
    {"pl", WORDS_WEEKDAY, 4, "|czwartku|"},
    {"pl", WORDS_WEEKDAY, 5, "|piątku|"},
    {"pl", WORDS_WEEKDAY, 6, "|soboty|"},
    {"pl", WORDS_WEEKDAY, 7, "|niedzieli|"},
    {"pl", WORDS_DAY, 1, "|jutro|jutra|"},
    {"pl", WORDS_DAY, 0, "|dzisiaj|dziś|"},
    {"pl", WORDS_DAY, 2, "|pojutrze|"},
    {"pl", WORDS_AT, 0, "|o|o godz|o godzinie|"},
    {"pl", WORDS_ON, 0, "|w|we|"},
    {"sv", WORDS_UNTIL, 0, "|till|tills|fram till|"},
    {"sv", WORDS_UNIT, 'm', "|minut|minuter|"},
    {"sv", WORDS_UNIT, 'h', "|timme|timmar|"},
    {"sv", WORDS_UNIT, 'd', "|dag|dagar|"},
    {"sv", WORDS_UNIT, 'w', "|vecka|veckor|"},
    {"sv", WORDS_UNIT, 'D', "|arbetsdag|arbetsdagar|"},
    {"sv", WORDS_WEEKDAY, 1, "|måndag|"},
    {"sv", WORDS_WEEKDAY, 2, "|tisdag|"},
    {"sv", WORDS_WEEKDAY, 3, "|onsdag|"},
    {"sv", WORDS_WEEKDAY, 4, "|torsdag|"},
    {"sv", WORDS_WEEKDAY, 5, "|fredag|"},
    {"sv", WORDS_WEEKDAY, 6, "|lördag|"},
    {"sv", WORDS_WEEKDAY, 7, "|söndag|"},
    {"sv", WORDS_DAY, 1, "|imorgon|i morgon|"},
    {"sv", WORDS_DAY, 0, "|idag|i dag|"},
    {"sv", WORDS_DAY, 2, "|i övermorgon|"},
    {"sv", WORDS_AT, 0, "|kl|klockan|"},
    {"sv", WORDS_ON, 0, "|på|"},
    {"da", WORDS_UNTIL, 0, "|indtil|til|"},
    {"da", WORDS_UNIT, 'm', "|minut|minutter|"},
    {"da", WORDS_UNIT, 'h', "|time|timer|"},
    {"da", WORDS_UNIT, 'd', "|dag|dage|"},
    {"da", WORDS_UNIT, 'w', "|uge|uger|"},
    {"da", WORDS_UNIT, 'D', "|arbejdsdag|arbejdsdage|"},
    {"da", WORDS_WEEKDAY, 1, "|mandag|"},
    {"da", WORDS_WEEKDAY, 2, "|tirsdag|"},
    {"da", WORDS_WEEKDAY, 3, "|onsdag|"},
    {"da", WORDS_WEEKDAY, 4, "|torsdag|"},
    {"da", WORDS_WEEKDAY, 5, "|fredag|"},
    {"da", WORDS_WEEKDAY, 6, "|lørdag|"},
    {"da", WORDS_WEEKDAY, 7, "|søndag|"},
    {"da", WORDS_DAY, 1, "|i morgen|imorgen|"},
    {"da", WORDS_DAY, 0, "|i dag|idag|"},
    {"da", WORDS_DAY, 2, "|i overmorgen|"},
    {"da", WORDS_AT, 0, "|kl|klokken|"},
    {"da", WORDS_ON, 0, "|på|"},
    {"fi", WORDS_UNIT, 'm', "|minuutti|minuuttia|minuutin|"},
    {"fi", WORDS_UNIT, 'h', "|tunti|tuntia|tunnin|"},
    {"fi", WORDS_UNIT, 'd', "|päivä|päivää|päivän|"},
    {"fi", WORDS_UNIT, 'w', "|viikko|viikkoa|viikon|"},
    {"fi", WORDS_WEEKDAY, 1, "|maanantaihin|"},
    {"fi", WORDS_WEEKDAY, 2, "|tiistaihin|"},
    {"fi", WORDS_WEEKDAY, 3, "|keskiviikkoon|"},
    {"fi", WORDS_WEEKDAY, 4, "|torstaihin|"},
    {"fi", WORDS_WEEKDAY, 5, "|perjantaihin|"},
    {"fi", WORDS_WEEKDAY, 6, "|lauantaihin|"},
    {"fi", WORDS_WEEKDAY, 7, "|sunnuntaihin|"},
    {"fi", WORDS_DAY, 1, "|huomenna|huomiseen|"},
    {"fi", WORDS_DAY, 0, "|tänään|"},
    {"fi", WORDS_DAY, 2, "|ylihuomenna|"},
    {"fi", WORDS_AT, 0, "|klo|kello|"},
    {"cs", WORDS_UNTIL, 0, "|do|"},
    {"cs", WORDS_UNIT, 'm', "|minuta|minuty|minut|"},
    {"cs", WORDS_UNIT, 'h', "|hodina|hodiny|hodin|hod|"},
    {"cs", WORDS_UNIT, 'd', "|den|dny|dní|"},
    {"cs", WORDS_UNIT, 'w', "|týden|týdny|týdnů|"},
    {"cs", WORDS_UNIT, 'D', "|pracovní den|pracovní dny|pracovních dnů|"},
    {"cs", WORDS_WEEKDAY, 1, "|pondělí|"},
    {"cs", WORDS_WEEKDAY, 2, "|úterý|"},
    {"cs", WORDS_WEEKDAY, 3, "|středy|"},
    {"cs", WORDS_WEEKDAY, 4, "|čtvrtka|"},
    {"cs", WORDS_WEEKDAY, 5, "|pátku|"},
    {"cs", WORDS_WEEKDAY, 6, "|soboty|"},
    {"cs", WORDS_WEEKDAY, 7, "|neděle|"},
    {"cs", WORDS_DAY, 1, "|zítra|zítřka|"},
    {"cs", WORDS_DAY, 0, "|dnes|"},
    {"cs", WORDS_DAY, 2, "|pozítří|"},
    {"cs", WORDS_AT, 0, "|v|ve|"},
    {"cs", WORDS_ON, 0, "|v|ve|"},
    {"ja", WORDS_UNIT, 'm', "|分|分間|"},
    {"ja", WORDS_UNIT, 'h', "|時間|"},
    {"ja", WORDS_UNIT, 'd', "|日間|"},
    {"ja", WORDS_UNIT, 'w', "|週間|"},
    {"ja", WORDS_DAY, 1, "|明日|明日まで|"},
    {"ja", WORDS_DAY, 0, "|今日|"},
    {"zh", WORDS_UNIT, 'm', "|分钟|"},
    {"zh", WORDS_UNIT, 'h', "|小时|个小时|"},
    {"zh", WORDS_UNIT, 'd', "|天|"},
    {"zh", WORDS_UNIT, 'w', "|周|个星期|"},
    {"zh", WORDS_DAY, 1, "|明天|到明天|"},
    {"zh", WORDS_DAY, 0, "|今天|"},
};

/* Built once, never changed afterwards: a mail asks for many phrases, and nearly all are none. */
typedef struct {
    GHashTable *holders; /* phrase -> GPtrArray of the rows that hold it, in the order of the table */
    GHashTable *longest; /* first word -> number of words of the longest phrase that begins with it */
} Index;

static void index_phrase(Index *x, const char *phrase, const WordsRow *row)
{
    guint words = 1;
    for (const char *p = phrase; *p != '\0'; p++)
        words += *p == ' ';
    g_autofree char *first = g_strndup(phrase, strcspn(phrase, " "));
    GPtrArray *holders = g_hash_table_lookup(x->holders, phrase);
    if (holders == NULL) {
        holders = g_ptr_array_new();
        g_hash_table_insert(x->holders, g_strdup(phrase), holders);
    }
    g_ptr_array_add(holders, (gpointer)row);
    if (GPOINTER_TO_UINT(g_hash_table_lookup(x->longest, first)) < words)
        g_hash_table_replace(x->longest, g_steal_pointer(&first), GUINT_TO_POINTER(words));
}

static Index *build(void)
{
    Index *x = g_new0(Index, 1);
    x->holders = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    x->longest = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(GStrv) phrases = g_strsplit(rows[i].words, "|", -1);
        for (guint k = 0; phrases[k] != NULL; k++)
            if (*phrases[k] != '\0')
                index_phrase(x, phrases[k], &rows[i]);
    }
    return x;
}

static const Index *index_of_words(void)
{
    static Index *x;
    if (g_once_init_enter(&x))
        g_once_init_leave(&x, build());
    return x;
}

/* The first row of that class, and of that value unless it is negative, that holds the phrase. */
static const WordsRow *find(WordsClass c, int value, const char *phrase)
{
    const GPtrArray *holders = g_hash_table_lookup(index_of_words()->holders, phrase);
    for (guint i = 0; holders != NULL && i < holders->len; i++) {
        const WordsRow *row = g_ptr_array_index(holders, i);
        if (row->class == c && (value < 0 || row->value == value))
            return row;
    }
    return NULL;
}

guint words_command_longest(const char *first_word) { return GPOINTER_TO_UINT(g_hash_table_lookup(index_of_words()->longest, first_word)); }

gboolean words_command_find(WordsClass c, const char *phrase, int *ret_value)
{
    const WordsRow *row = find(c, -1, phrase);
    if (row != NULL && ret_value != NULL)
        *ret_value = row->value;
    return row != NULL;
}

gboolean words_command_has(WordsClass c, int value, const char *phrase) { return find(c, value, phrase) != NULL; }
