/* init_files: the texts of the starter set that `escalate init` writes. */
#ifndef PROGRAMS_INIT_FILES_H
#define PROGRAMS_INIT_FILES_H

typedef struct {
    const char *path; /* below the directory */
    const char *text; /* @TIMEZONE@ stands for the time zone; .ics get CRLF line ends when written */
} InitFile;

extern const InitFile init_files[]; /* ends with a NULL path */

/* A holiday file without holidays: one day long gone, so that it is a calendar, and `check` warns that it runs dry. */
extern const char init_files_no_holidays[];

#endif
