/*
 * Every option of the configuration, as rows of one table: parsing, checking, printing and the
 * manual all read it.
 */
#ifndef PANGATE_GATEWAY_OPTION_H
#define PANGATE_GATEWAY_OPTION_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "gateway/config.h"

enum config_section {
    SECTION_GATEWAY,
    SECTION_LISTENER,
    SECTION_TENANT,
    SECTION_CLIENT,
    SECTION_ROUTE,
    SECTION_SINK,
    SECTIONS,
};

enum option_type {
    OPTION_TEXT,     /* one line */
    OPTION_PATH,     /* relative ones count from the file's folder */
    OPTION_ROOT_KEY, /* file:PATH */
    OPTION_ADMIN,    /* unix:PATH or a loopback address with a port */
    OPTION_ADDRESS,  /* 127.0.0.1:8443, [::1]:8443 */
    OPTION_IDENTITY, /* URI:... or DNS:... */
    OPTION_DURATION, /* 250ms, 10s, 5m, 24h, 7d */
    OPTION_SIZE,     /* 8K, 1M, 64G */
    OPTION_COUNT,
    OPTION_RATE, /* 1000/s */
    OPTION_BOOL, /* yes or no */
    OPTION_WORDS,
    OPTION_RIGHTS,
    OPTION_URL,       /* https://host[:port]/path/ */
    OPTION_HEADER,    /* Name: file:PATH or Name: value, once for each header */
    OPTION_DIRECTION, /* outbound or inbound */
    OPTION_SINK,      /* file:PATH, syslog://host[:port] or https://host[:port]/path */
};

struct option_row {
    enum config_section section;
    const char *name;
    enum option_type type;
    size_t offset;      /* in the section's struct */
    const char *preset; /* NULL: must be given; "": absent */
    int64_t least,
        most; /* of numbers, in ms, bytes or as they are; 0, 0: whatever the type holds */
    const char *manual;
};

size_t option_count(void);
const struct option_row *option_at(size_t index);

/* NULL: the section has no such option. */
const struct option_row *option_find(enum config_section section, struct bytes name);

const char *section_name(enum config_section section);

enum { OPTION_PROBLEM_SIZE = 160 };

/* Parse a value into the section's struct. ERR_CONFIG: ret_problem says what it must be, never what
 * it is ("must be 0 to 256"). */
struct option_input {
    struct bytes value;
    const char *folder; /* that relative paths count from */
};
enum err option_set(const struct option_row *option, const struct option_input *input,
                    void *section, char ret_problem[OPTION_PROBLEM_SIZE]);

/* The whole table as an annotated configuration. */
void options_print(struct buf *text);

#endif
