/* vzone: a zone from the VTIMEZONE of a file (RFC 5545 3.6.5), for names that are in no database. Private to time/. */
#ifndef TIME_VZONE_H
#define TIME_VZONE_H

#include "time/recur.h"

/* One STANDARD or DAYLIGHT part. */
typedef struct {
    LocalTime start; /* in the time of offset_from */
    Seconds offset_from, offset_to;
    GPtrArray *rules; /* RecurRule */
    GArray *dates;    /* LocalTime: RDATE */
} VzonePart;

/* The zone, which the caller frees with zone_free. DATA error where nothing tells an offset. */
Zone *vzone_new(const char *tzid, const VzonePart *parts, gsize n, GError **err);

#endif
