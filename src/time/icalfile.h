/* icalfile: what an iCalendar file says (RFC 5545, VAVAILABILITY of RFC 7953), as plain data. time/ical fills it. Private to
 * time/. */
#ifndef TIME_ICALFILE_H
#define TIME_ICALFILE_H

#include "time/recur.h"

/* A DATE or DATE-TIME as written. */
typedef struct {
    LocalTime local;
    gboolean is_date;
    const Zone *zone; /* NULL: floating, which is what a DATE always is */
} IcalTime;

/* A length: days are nominal (a day of 23 or 25 h is one), seconds are exact. RFC 5545 3.3.6. */
typedef struct {
    gint64 days;
    Seconds seconds;
} IcalLength;

typedef enum { ICAL_END_NONE, ICAL_END_TIME, ICAL_END_LENGTH } IcalEndKind;

typedef struct {
    IcalEndKind kind;
    IcalTime time;
    IcalLength length;
} IcalEnd;

typedef struct {
    IcalTime start;
    IcalEnd end; /* NONE: as the event's */
} IcalDate;      /* RDATE */

typedef enum { ICAL_STANDING_CONFIRMED, ICAL_STANDING_TENTATIVE, ICAL_STANDING_CANCELLED } IcalStanding;

typedef struct {
    char *address; /* without mailto: */
    gboolean declined;
    gboolean is_person; /* no ROOM, RESOURCE, NON-PARTICIPANT */
} IcalAttendee;

typedef struct {
    const char *file; /* of the IcalFile */
    guint line;       /* of BEGIN:VEVENT; 0: not known */
    char *uid, *summary;
    char *categories, *description; /* or NULL; categories separated by commas */
    IcalTime start;
    IcalEnd end;
    GPtrArray *rules, *exception_rules; /* RecurRule */
    GArray *dates;                      /* IcalDate: RDATE */
    GArray *exceptions;                 /* IcalTime: EXDATE */
    gboolean is_override;               /* has a RECURRENCE-ID */
    IcalTime replaces;
    gboolean and_future;                /* RANGE=THISANDFUTURE (3.2.13): all later occurrences move along */
    int sequence;
    IcalStanding standing;
    gboolean transparent;
    char *busy_status;    /* X-MICROSOFT-CDO-BUSYSTATUS or NULL */
    int priority;         /* 0: none */
    GPtrArray *attendees; /* IcalAttendee */
} IcalEvent;

/* A VAVAILABILITY: inside [start, end) only the AVAILABLE parts are free. */
typedef struct {
    const char *file;
    char *uid;
    gboolean has_start;
    IcalTime start;
    IcalEnd end;
    int priority;
    GPtrArray *available; /* IcalEvent */
} IcalLayer;

typedef struct {
    char *path;
    char *digest;           /* SHA-256 of its bytes, in hex */
    Instant changed_at;     /* last modified; INSTANT_NONE: not known */
    const Zone *zone;       /* X-WR-TIMEZONE, or NULL */
    GPtrArray *events;      /* IcalEvent, CANCELLED ones too */
    GPtrArray *layers;      /* IcalLayer */
    GHashTable *zones;      /* TZID -> Zone made from a VTIMEZONE */
    guint ignored;          /* VTODO, VJOURNAL, VFREEBUSY */
    gboolean has_floating;  /* some value needs a zone from elsewhere */
    const Zone *first_zone; /* of the first DTSTART that has one, or NULL */
} IcalFile;

IcalFile *icalfile_new(const char *path);
void icalfile_free(IcalFile *f);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IcalFile, icalfile_free)

/* An event of that file with nothing in it but empty lists; UID as given, "" for NULL. */
IcalEvent *icalfile_event_new(const IcalFile *f, guint line, const char *uid);
void icalfile_event_free(IcalEvent *e);
IcalLayer *icalfile_layer_new(const IcalFile *f, const char *uid);
void icalfile_layer_free(IcalLayer *l);
IcalAttendee *icalfile_attendee_new(const char *address);

/* The zone for floating values of `files` (IcalFile) where none is configured: X-WR-TIMEZONE of the first that has one; where
 * nothing is floating, the zone of the first event, else UTC. CONFIG error that begins with `what` ("calendar 'x'") otherwise. */
const Zone *icalfile_zone(const GPtrArray *files, const char *what, GError **err);

#endif
