/* limits: every bound that hostile or broken input can meet, in one place. */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

/* a mail, before GMime sees it (what breaks it was measured) */
#define LIMIT_MAIL_BYTES (64 * 1024 * 1024)    /* larger: hold */
#define LIMIT_HEADER_BLOCK_BYTES (1024 * 1024) /* of one header block at any MIME level; the rest is cut */
#define LIMIT_HEADER_FIELD_BYTES (64 * 1024)   /* one field; the rest is cut */
#define LIMIT_HEADER_FIELDS 2000               /* per block */
#define LIMIT_ADDRESSES 2000                   /* per field */
#define LIMIT_ADDRESS_NESTING 8                /* ':' of groups and '(' of comments in an address field */
#define LIMIT_MIME_DEPTH 32
#define LIMIT_MIME_PARTS 1000
#define LIMIT_REFERENCES 100 /* kept: the first and the last of them */

/* the text of a mail */
#define LIMIT_TEXT_BYTES (1024 * 1024)
#define LIMIT_TEXT_LINES 20000
#define LIMIT_SUBJECT_BYTES 1000
#define LIMIT_COMMANDS 20 /* verbs read from one mail */

/* one parse of one mail */
#define LIMIT_PARSE_CPU_SECONDS 20
#define LIMIT_PARSE_MEMORY (900UL * 1024 * 1024)
#define LIMIT_PARSE_REAL_SECONDS 60
#define LIMIT_PARSE_STACK (64UL * 1024 * 1024)
#define LIMIT_READING_BYTES (8 * 1024 * 1024) /* the JSON that parse answers */
#define LIMIT_STRIKES 3                       /* failures of one file before it goes to hold */

/* iCalendar files */
#define LIMIT_ICAL_BYTES (1024 * 1024)
#define LIMIT_ICAL_LINE_BYTES (64 * 1024) /* one unfolded line */
#define LIMIT_ICAL_NESTING 8
#define LIMIT_ICAL_PARAMETERS 50  /* of one line */
#define LIMIT_ICAL_VALUES 500     /* of one line; libical drops what follows */
#define LIMIT_ICAL_COMPONENT_PROPERTIES 3000 /* the values of a list are counted singly */
#define LIMIT_ICAL_PROPERTIES 100000         /* of the file */
#define LIMIT_ICAL_EVENTS 20000
#define LIMIT_ICAL_INSTANCES 200000 /* per file and compiled range */
#define LIMIT_ICAL_WORK 50000000  /* days and times looked at, per file and compiled range */
#define LIMIT_CALENDAR_YEARS 60     /* how far a calendar is compiled ahead before "no open time in sight" */

/* configuration and templates */
#define LIMIT_CONFIG_BYTES (4 * 1024 * 1024)
#define LIMIT_CONFIG_NESTING 32
#define LIMIT_CONFIG_NODES 500000  /* of YAML, in all files */
#define LIMIT_CONFIG_FILES 1000
#define LIMIT_CONFIG_INCLUDES 8    /* deep */
#define LIMIT_CONFIG_PROBLEMS 200  /* told; more are counted */
#define LIMIT_CUSTOMERS_BYTES (64 * 1024 * 1024) /* of the customer directory */
#define LIMIT_WORDS_BYTES (1024 * 1024) /* a file of phrases */
#define LIMIT_ANSWERS_BYTES (1024 * 1024) /* the script of a simulation */
#define LIMIT_REPLAY_MAILS 5000000        /* of one replay: each is a row in memory */
#define LIMIT_TEMPLATE_BYTES (256 * 1024)
#define LIMIT_TEMPLATE_NESTING 32
#define LIMIT_TEMPLATE_OUTPUT (4 * 1024 * 1024)
#define LIMIT_TEMPLATE_STEPS 1000000 /* nodes rendered, however little they write */
#define LIMIT_REGEX_MATCH "(*LIMIT_MATCH=100000)"

/* passes */
#define LIMIT_BATCH 100      /* messages or timers per transaction */
#define LIMIT_BATCH_BYTES (8 * 1024 * 1024) /* of the files of one, but for the last */
#define LIMIT_ROUNDS 10000   /* of --once */
#define LIMIT_WAIT_FOR_INTAKE_SECONDS 60
#define LIMIT_STALL_SECONDS 300  /* without a step of core: more than one file may take */
#define LIMIT_TRIAL_SECONDS 60   /* of CPU, and twice that by the clock, for a configuration with all that it names to be read in a trial */
#define LIMIT_TAKEN_SECONDS 5    /* that who starts waits for one that still works on the spool */
#define LIMIT_START_SECONDS 3600 /* of core: it may bring a large database up to date */

/* health: warning, and critical, in seconds where nothing else is said */
#define LIMIT_HEALTH_STEP 120, 300       /* since core did a step */
#define LIMIT_HEALTH_FAILING 1, 300      /* rounds that fail */
#define LIMIT_HEALTH_HANDOVER 180, 600   /* one mail under way */
#define LIMIT_HEALTH_INCOMING 300, 900   /* the oldest file */
#define LIMIT_HEALTH_TIMERS 120, 600     /* the most overdue */
#define LIMIT_HEALTH_OUTBOX 600, 3600    /* the longest overdue mail */
#define LIMIT_HEALTH_DEATHS 1, 3         /* of one worker within an hour */
#define LIMIT_HEALTH_ROOM 4              /* times the floor of free space: warning */
#define LIMIT_HEALTH_PATIENCE 3          /* with a locked database: less than what a monitor waits for an answer */
#define LIMIT_CLOCK_STEP_SECONDS 5       /* less is not worth a word */
#define LIMIT_ALARM_AGAIN 3600           /* an alarm is repeated */
#define LIMIT_ALARM_RETRY 60             /* what its program could not be told is tried again, and then after twice as long */
#define LIMIT_FREE_BYTES ((uint64_t)64 * 1024 * 1024) /* below it the filter says 75; or 5 % of a small file system */
#define LIMIT_FREE_INODES 1000                        /* the same */

/* automatic mail (the guard, rules/guard) */
#define LIMIT_AUTO_PER_ADDRESS_DAY 3
#define LIMIT_AUTO_PER_DOMAIN_DAY 10
#define LIMIT_REFUSALS_PER_TICKET_DAY 10 /* to a contact; to others one a day in all */
#define LIMIT_AUTO_PER_PERSON 20 /* per-person's number where the configuration gives none */
#define LIMIT_TICKETS_PER_ADDRESS_HOUR 10
#define LIMIT_ALERTS_PER_RULE_HOUR 200 /* new tickets of one monitoring rule */

/* what people search for */
#define LIMIT_SEARCH_TERMS 32
#define LIMIT_SEARCH_TERM_BYTES 200
#define LIMIT_SEARCH_BATCH 500 /* messages that one transaction indexes */

#define LIMIT_ATTACHED_BYTES ((gsize)24 * 1024 * 1024) /* of the attachments that one mail passes on: what most servers take, encoded */

/* outbox */
#define LIMIT_WATCHERS 20 /* recipients of an answer beside the requester */
#define LIMIT_SMTP_SECONDS 120      /* one hand-over, whole */
#define LIMIT_OUTBOX_RETRY_FIRST 60 /* seconds; doubled up to the next line */
#define LIMIT_OUTBOX_RETRY_LAST 3600
#define LIMIT_OUTBOX_DAYS 5 /* of temporary failure of a recipient before it counts as failed */

/* mail out and child processes */
#define LIMIT_ENVELOPE_ADDRESS_BYTES 254   /* RFC 5321 4.5.3.1.3, without the angle brackets */
#define LIMIT_REPLY_BYTES 500              /* of a server's or program's words that are kept */
#define LIMIT_REPLY_LINE_BYTES 200         /* of them in a line for people */
#define LIMIT_PROGRAM_OUTPUT_BYTES (1024 * 1024) /* what a program may say; it cannot write more */
#define LIMIT_CHANNEL_SECONDS 300           /* the longest timeout of a channel's command */
#define LIMIT_CHANNEL_TEXT 160              /* characters of a short message */
#define LIMIT_SMTP_REPLY_BYTES (64 * 1024) /* one reply of a server, all its lines */
#define LIMIT_SIGNATURE_SECONDS 20         /* one signature: real time, and CPU */
#define LIMIT_WORKER_SEND_SECONDS 30       /* a child that does not read its channel */
#define LIMIT_WORKER_EXIT_SECONDS 2        /* a child that was asked to leave */

/* mail in by LMTP; a mail's size is LIMIT_MAIL_BYTES */
#define LIMIT_LMTP_CONNECTIONS 200    /* more are told to come again */
#define LIMIT_LMTP_LINE_BYTES 2048    /* of a command with CRLF: RFC 5321 4.5.3.1.4 and what extensions add; lines of the mail are not bounded */
#define LIMIT_LMTP_ADDRESS_BYTES 1000 /* more than RFC 5321 4.5.3.1.3 gives a path: what an MTA has taken is not for us to bounce */
#define LIMIT_LMTP_RECIPIENTS 100     /* of one mail (RFC 5321 4.5.3.1.8); as many as its file names */
#define LIMIT_LMTP_ENVELOPE_BYTES 50000 /* of sender and recipients; the file's envelope is at most SPOOLNAME_ENVELOPE_MAX */
#define LIMIT_LMTP_FAULTS 20          /* commands that were refused, then 421 */
#define LIMIT_LMTP_CHUNK_BYTES 32768  /* of one connection: read at once, kept of its mail, and replies that it does not fetch */
#define LIMIT_LMTP_IDLE_SECONDS 300   /* without a byte: RFC 5321 4.5.3.2.7 */
#define LIMIT_LMTP_MAIL_SECONDS 3600  /* from DATA to the dot */
#define LIMIT_LMTP_STOP_SECONDS 20    /* for the mails in hand, when the server is told to stop */

#define LIMIT_POSTCONF_LINES 5000          /* of what postconf(1) says */

#endif
