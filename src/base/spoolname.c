/* spoolname: names of message files and their envelope lines, for the filter (static, libc only) and for core. Pure: bytes in,
 * bytes out. It must never include GLib, never allocate, and never change the bytes of a file whose envelope it refuses. */
#include "base/spoolname.h"

#include <limits.h>
#include <string.h>

#include "base/put.h"

#include "base/banned.h"

#define PREFIX "X-Escalate-Envelope-"
#define PREFIX_LENGTH (sizeof PREFIX - 1)
#define END_VERSION "1"

/* ---- names ---- */

static int is_control(char c)
{
    unsigned char u = (unsigned char)c;
    return u < 0x20 || u == 0x7f;
}

int spoolname_make(char out[SPOOLNAME_MAX], int64_t seconds, int microseconds, long pid, unsigned counter, uint64_t inode,
                   const char *host)
{
    const struct {
        uint64_t value;
        int digits;
        char end;
    } parts[] = {{seconds < 0 ? 0 : (uint64_t)seconds, 1, '.'}, {(uint64_t)microseconds, 6, '-'}, {(uint64_t)pid, 1, '-'}, {counter, 1, '-'}, {inode, 1, '.'}};
    Put name = {.out = out, .size = SPOOLNAME_MAX};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        put_number(&name, parts[i].value, parts[i].digits);
        put_bytes(&name, &parts[i].end, 1);
    }
    size_t at = name.length;
    put_text(&name, host == NULL || *host == '\0' ? "localhost" : host);
    for (char *p = out + at; p < out + name.length; p++)
        if (*p == '/' || is_control(*p))
            *p = '_';
    return put_end(&name);
}

/* Moves over 1..max digits and the separator that must follow; NULL if they are not there. */
static const char *skip_number(const char *p, int max, char separator, int64_t *ret)
{
    int64_t value = 0;
    int digits = 0;
    for (; *p >= '0' && *p <= '9'; p++, digits++) {
        if (digits == max)
            return NULL;
        if (ret != NULL)
            value = value * 10 + (*p - '0');
    }
    if (digits == 0 || *p != separator)
        return NULL;
    if (ret != NULL)
        *ret = value;
    return p + 1;
}

/* The seconds of a name, or -1. 12 digits of seconds reach beyond the year 9999; 20 digits are what 64 bits print at most. */
static int64_t read_name(const char *name)
{
    static const struct {
        int digits;
        char separator;
    } rest[] = {{6, '-'}, {20, '-'}, {20, '-'}, {20, '.'}};
    int64_t seconds;
    if (strnlen(name, SPOOLNAME_MAX) >= SPOOLNAME_MAX)
        return -1;
    const char *p = skip_number(name, 12, '.', &seconds);
    for (size_t i = 0; p != NULL && i < sizeof rest / sizeof rest[0]; i++)
        p = skip_number(p, rest[i].digits, rest[i].separator, NULL);
    if (p == NULL || *p == '\0')
        return -1;
    for (; *p != '\0'; p++)
        if (*p == '/' || is_control(*p))
            return -1;
    return seconds;
}

int spoolname_is_valid(const char *name) { return read_name(name) >= 0; }
int64_t spoolname_seconds(const char *name) { return read_name(name); }

/* ---- envelope lines ---- */

int spoolname_envelope_line(char *out, size_t size, const char *field, const char *value)
{
    Put line = {.out = out, .size = size};
    put_bytes(&line, PREFIX, PREFIX_LENGTH);
    put_text(&line, field);
    put_text(&line, ": ");
    size_t at = line.length;
    put_text(&line, value);
    for (char *p = out + at; p < out + line.length; p++)
        if (is_control(*p))
            *p = '?';
    put_text(&line, "\n");
    return put_end(&line) != 0 || line.length > INT_MAX ? -1 : (int)line.length;
}

/* Days from 1970-01-01 of a civil date in the proleptic Gregorian calendar, years counted from March. */
static int64_t day_number(int year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era_day = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return y * 365 + y / 4 - y / 100 + y / 400 + era_day - 719468;
}

static int month_length(int year, int month)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int leap = month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return lengths[month - 1] + leap;
}

/* RFC 3339, UTC only (`2026-11-22T09:00:00.123456Z`); -1 if it is anything else. A leap second counts as the second before. */
static int64_t read_time(const char *text)
{
    static const char shape[] = "dddd-dd-ddTdd:dd:dd";
    int field[6] = {0}, at = 0;
    const char *p = text;
    for (const char *s = shape; *s != '\0'; s++, p++) {
        if (*s == 'd' && *p >= '0' && *p <= '9')
            field[at] = field[at] * 10 + (*p - '0');
        else if (*s != 'd' && *p == *s)
            at++;
        else
            return -1;
    }
    if (*p == '.')
        for (p++; *p >= '0' && *p <= '9'; p++) {}
    if (strcmp(p, "Z") != 0)
        return -1;
    if (field[0] < 1970 || field[1] < 1 || field[1] > 12 || field[2] < 1 || field[2] > month_length(field[0], field[1]))
        return -1;
    if (field[3] > 23 || field[4] > 59 || field[5] > 60)
        return -1;
    int second = field[5] == 60 ? 59 : field[5];
    return day_number(field[0], field[1], field[2]) * 86400 + field[3] * 3600 + field[4] * 60 + second;
}

static long read_uid(const char *text)
{
    int64_t value;
    const char *end = skip_number(text, 10, '\0', &value);
    return end == NULL || value > UINT32_MAX ? -1 : (long)value;
}

/* ---- reading an envelope ---- */

static const char *set_received_at(SpoolEnvelope *e, const char *value)
{
    if (e->received_at >= 0)
        return "envelope line Received-At given twice";
    e->received_at = read_time(value);
    return e->received_at < 0 ? "envelope line Received-At: expected RFC 3339 in UTC" : NULL;
}

static const char *set_sender(SpoolEnvelope *e, const char *value)
{
    if (e->sender != NULL)
        return "envelope line Sender given twice";
    e->sender = value;
    return NULL;
}

/* Recipients beyond the limit are left out: they serve to find queue and token, and an MTA hands over one or few at a time. */
static const char *set_recipient(SpoolEnvelope *e, const char *value)
{
    if (e->recipient_count < SPOOLNAME_RECIPIENTS_MAX)
        e->recipients[e->recipient_count++] = value;
    return NULL;
}

static const char *set_queue(SpoolEnvelope *e, const char *value)
{
    if (e->queue != NULL)
        return "envelope line Queue given twice";
    e->queue = value;
    return NULL;
}

static const char *set_uid(SpoolEnvelope *e, const char *value)
{
    if (e->uid >= 0)
        return "envelope line Uid given twice";
    e->uid = read_uid(value);
    return e->uid < 0 ? "envelope line Uid: expected a number" : NULL;
}

static const struct {
    const char *field;
    const char *(*set)(SpoolEnvelope *e, const char *value);
} fields[] = {
    {"Received-At", set_received_at}, {"Sender", set_sender}, {"Recipient", set_recipient},
    {"Queue", set_queue},             {"Uid", set_uid},
};

/* One line without its end: the part after PREFIX. Fields of later versions are passed over. */
static const char *set_line(SpoolEnvelope *e, const char *line)
{
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        size_t length = strlen(fields[i].field);
        if (strncmp(line, fields[i].field, length) == 0 && line[length] == ':' && line[length + 1] == ' ')
            return fields[i].set(e, line + length + 2);
    }
    return NULL;
}

static void clear(SpoolEnvelope *e)
{
    memset(e, 0, sizeof *e);
    e->received_at = -1;
    e->uid = -1;
}

/* Whether the line [bytes, end) is well formed: prefix, field, ": ", no control character. A constant text if not. */
static const char *judge_line(const char *bytes, const char *end)
{
    size_t length = (size_t)(end - bytes);
    if (length < PREFIX_LENGTH || memcmp(bytes, PREFIX, PREFIX_LENGTH) != 0)
        return "no envelope line where one is expected";
    for (const char *p = bytes; p < end; p++)
        if (is_control(*p))
            return "control character in an envelope line";
    const char *colon = memchr(bytes, ':', length);
    return colon == NULL || colon + 1 >= end || colon[1] != ' ' ? "envelope line without ': '" : NULL;
}

/* Finds the End line; *ret_lines is where it begins, *ret_mail where the mail begins. Changes nothing. */
static const char *find_end(const char *bytes, size_t length, size_t *ret_lines, size_t *ret_mail)
{
    static const char end_field[] = PREFIX "End: ";
    size_t limit = length < SPOOLNAME_ENVELOPE_MAX ? length : SPOOLNAME_ENVELOPE_MAX;
    for (size_t at = 0; at < limit;) {
        const char *newline = memchr(bytes + at, '\n', limit - at);
        if (newline == NULL)
            return limit < length ? "envelope too long" : "envelope cut off";
        const char *fault = judge_line(bytes + at, newline);
        if (fault != NULL)
            return fault;
        size_t line_length = (size_t)(newline - bytes) - at;
        if (line_length >= sizeof end_field - 1 && memcmp(bytes + at, end_field, sizeof end_field - 1) == 0) {
            const char *version = bytes + at + sizeof end_field - 1;
            if (newline - version != sizeof END_VERSION - 1 || memcmp(version, END_VERSION, sizeof END_VERSION - 1) != 0)
                return "envelope of an unknown version";
            *ret_lines = at;
            *ret_mail = (size_t)(newline - bytes) + 1;
            return NULL;
        }
        at += line_length + 1;
    }
    return "envelope without an End line";
}

/* Swaps the line ends of the envelope: to NUL so that values are strings, and back where the envelope is refused. */
static void swap_line_ends(char *bytes, size_t lines, char from, char to)
{
    for (char *p = bytes; (p = memchr(p, from, lines - (size_t)(p - bytes))) != NULL; p++)
        *p = to;
}

int spoolname_envelope_read(char *bytes, size_t length, SpoolEnvelope *ret, const char **ret_error)
{
    size_t lines = 0, mail = 0;
    clear(ret);
    const char *fault = find_end(bytes, length, &lines, &mail);
    if (fault == NULL) {
        swap_line_ends(bytes, lines, '\n', '\0');
        for (size_t at = 0; at < lines && fault == NULL; at += strlen(bytes + at) + 1)
            fault = set_line(ret, bytes + at + PREFIX_LENGTH);
        if (fault != NULL)
            swap_line_ends(bytes, lines, '\0', '\n');
    }
    if (fault != NULL) {
        clear(ret);
        *ret_error = fault;
        return -1;
    }
    ret->mail_offset = mail;
    return 0;
}
