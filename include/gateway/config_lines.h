/*
 * The lines of a configuration file, through libinih, without anything that it would swallow.
 *
 * Debian's build of the library tells no line numbers, cuts lines at 200 bytes and section names
 * at 49, joins indented lines to the one before, takes ':' for '=' and is silent about sections
 * without options. So each line is looked at before the library gets it.
 */
#ifndef PANGATE_GATEWAY_CONFIG_LINES_H
#define PANGATE_GATEWAY_CONFIG_LINES_H

#include "base/bytes.h"

enum { CONFIG_LINE_MAX = 198, CONFIG_SECTION_MAX = 49 };

/* A section that cannot be read has no name (data == NULL), and its mistake follows. */
struct config_lines_handler {
    void (*section)(void *owner, unsigned line, struct bytes name);
    void (*option)(void *owner, unsigned line, struct bytes name, struct bytes value);
    void (*mistake)(void *owner, unsigned line, const char *problem);
};

/* Calls the handler in the order of the file. Lines count from 1. */
void config_lines_read(struct bytes text, const struct config_lines_handler *handler, void *owner);

#endif
