/* freemail: the table. A domain that is missing here makes strangers colleagues in queues that allow them: rather one too many. */
#include "rules/freemail.h"

#include <string.h>

#include "base/banned.h"

static const char *const domains[] = {
    "126.com",      "163.com",       "aim.com",         "alice.it",      "aol.com",       "arcor.de",      "att.net",      "bellsouth.net",
    "bigpond.com",  "bluewin.ch",    "bol.com.br",      "bt.com",        "btinternet.com", "centrum.cz",   "comcast.net",  "cox.net",
    "daum.net",     "disroot.org",   "docomo.ne.jp",    "duck.com",      "email.cz",      "email.de",      "ezweb.ne.jp",  "fastmail.com",
    "fastmail.fm",  "foxmail.com",   "free.fr",         "freemail.hu",   "freenet.de",    "gmail.com",     "gmx.at",       "gmx.ch",
    "gmx.com",      "gmx.de",        "gmx.net",         "googlemail.com", "hanmail.net",  "hey.com",       "home.nl",      "hotmail.co.uk",
    "hotmail.com",  "hotmail.de",    "hotmail.es",      "hotmail.fr",    "hotmail.it",    "hushmail.com",  "i.softbank.jp", "icloud.com",
    "inbox.com",    "inbox.lv",      "inbox.ru",        "interia.pl",    "kpnmail.nl",    "kolabnow.com",  "laposte.net",  "libero.it",
    "list.ru",      "live.co.uk",    "live.com",        "live.de",       "live.fr",       "live.it",       "live.nl",      "mac.com",
    "mail.bg",      "mail.com",      "mail.de",         "mail.ru",       "mailbox.org",   "me.com",        "msn.com",      "naver.com",
    "o2.pl",        "onet.pl",       "op.pl",           "optonline.net", "orange.fr",     "outlook.com",   "outlook.de",   "outlook.fr",
    "planet.nl",    "pm.me",         "posteo.de",       "proton.me",     "protonmail.ch", "protonmail.com", "qq.com",      "rambler.ru",
    "rediffmail.com", "riseup.net",  "rocketmail.com",  "runbox.com",    "sapo.pt",       "sbcglobal.net", "seznam.cz",    "sfr.fr",
    "shaw.ca",      "sina.com",      "skynet.be",       "sky.com",       "softbank.ne.jp", "sohu.com",     "startmail.com", "t-online.de",
    "talktalk.net", "telenet.be",    "terra.com.br",    "tin.it",        "tiscali.it",    "tutanota.com",  "tutanota.de",  "uol.com.br",
    "verizon.net",  "virgilio.it",   "virginmedia.com", "vodafone.de",   "volny.cz",      "wanadoo.fr",    "web.de",       "wp.pl",
    "xs4all.nl",    "xtra.co.nz",    "yahoo.ca",        "yahoo.co.jp",   "yahoo.co.uk",   "yahoo.com",     "yahoo.com.br", "yahoo.de",
    "yahoo.es",     "yahoo.fr",      "yahoo.it",        "yandex.com",    "yandex.ru",     "yeah.net",      "ymail.com",    "zoho.com",
    "ziggo.nl",
};

gboolean freemail_is(const char *domain)
{
    for (const char *p = domain; p != NULL; p = strchr(p, '.')) {
        p += *p == '.';
        for (gsize i = 0; i < G_N_ELEMENTS(domains); i++)
            if (g_ascii_strcasecmp(domains[i], p) == 0)
                return TRUE;
    }
    return FALSE;
}

gboolean freemail_are_colleagues(const char *a, const char *b)
{
    const char *of_a = strrchr(a, '@'), *of_b = strrchr(b, '@');
    return of_a != NULL && of_b != NULL && of_a[1] != '\0' && g_ascii_strcasecmp(of_a, of_b) == 0 && !freemail_is(of_a + 1);
}
