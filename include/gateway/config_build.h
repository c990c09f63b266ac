/*
 * A configuration while it is being read: sections, which options were given, mistakes by line.
 */
#ifndef PANGATE_GATEWAY_CONFIG_BUILD_H
#define PANGATE_GATEWAY_CONFIG_BUILD_H

#include "gateway/config.h"
#include "gateway/option.h"

enum { CONFIG_OPTIONS_MAX = 96, CONFIG_MISTAKES_MAX = CONFIG_MISTAKES_TOLD };

/* One section of the file. */
struct config_part {
    enum config_section section;
    size_t place; /* in the array of its kind */
    unsigned line;
    unsigned option_lines[CONFIG_OPTIONS_MAX]; /* by the option's place in the table; 0: absent */
};

struct config_mistake {
    unsigned line;
    char text[OPTION_PROBLEM_SIZE + 2 * CONFIG_NAME_SIZE];
};

struct config_build {
    struct config *config;
    char folder[PATH_SIZE];
    size_t part_count, part_capacity;
    struct config_part *parts;
    bool in_section; /* a section has begun, whether or not it could be read */
    bool in_part;    /* options belong to the last part; else they are passed over */
    size_t mistake_count;
    struct config_mistake mistakes[CONFIG_MISTAKES_MAX]; /* the first ones, by line */
};

/* Begin for a file; ERR_MEMORY, ERR_LIMIT for a path that is too long. */
enum err config_build_init(struct config_build *build, const char *path);
void config_build_done(struct config_build *build); /* frees the config, too, unless it was taken */

/* Read the text: every section and option that can be, with the mistakes. */
void config_build_read(struct config_build *build, struct bytes text);

/* Note a mistake, "[section name] option: problem", behind those of the lines up to its own. */
void config_build_blame(struct config_build *build, unsigned line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* How many of the mistakes are in the table: further ones are only counted. */
size_t config_build_mistakes_held(const struct config_build *build);

/* The struct of a part, and its name ("gateway", "client shop"). */
void *config_part_values(const struct config_build *build, const struct config_part *part);
void config_part_title(const struct config_build *build, const struct config_part *part,
                       char ret_title[2 * CONFIG_NAME_SIZE]);

/* The line of an option in a part, or the part's own. */
unsigned config_part_line(const struct config_part *part, const char *option);

/* What only the whole file shows: missing options, names that lead nowhere, two of a kind. */
void config_build_check(struct config_build *build);

#endif
