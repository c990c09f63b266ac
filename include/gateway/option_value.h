/*
 * The values that options take, one reader per type. Used by option_set() alone.
 *
 * Each gives ERR_CONFIG and a problem of at most OPTION_PROBLEM_SIZE bytes that says what the value
 * must be, never what it is.
 */
#ifndef PANGATE_GATEWAY_OPTION_VALUE_H
#define PANGATE_GATEWAY_OPTION_VALUE_H

#include "gateway/option.h"

enum err option_read_number(const struct option_row *option, struct bytes value,
                            int64_t *ret_number, char *ret_problem);
enum err option_read_path(const char *folder, struct bytes value, char ret_path[PATH_SIZE],
                          char *ret_problem);
enum err option_read_root_key(const char *folder, struct bytes value, char ret_path[PATH_SIZE],
                              char *ret_problem);
enum err option_read_admin(const char *folder, struct bytes value, char ret_text[PATH_SIZE],
                           char *ret_problem);
enum err option_read_address(struct bytes value, char ret_text[CONFIG_TEXT_SIZE],
                             char *ret_problem);
enum err option_read_identity(struct bytes value, char ret_text[CONFIG_TEXT_SIZE],
                              char *ret_problem);
enum err option_read_words(struct bytes value, struct config_words *ret_words, char *ret_problem);
enum err option_read_rights(struct bytes value, struct config_client *client, char *ret_problem);
enum err option_read_url(struct bytes value, char ret_text[CONFIG_TEXT_SIZE], char *ret_problem);

/* Adds one. */
enum err option_read_header(const char *folder, struct bytes value, struct config_headers *headers,
                            char *ret_problem);
enum err option_read_sink(const char *folder, struct bytes value, struct config_sink_to *ret_to,
                          char *ret_problem);

/* words[0] is false, words[1] is true. */
enum err option_read_bool(const struct bytes words[2], struct bytes value, bool *ret_value,
                          char *ret_problem);

/* 1 to option->most - 1 bytes. */
enum err option_read_text(const struct option_row *option, struct bytes value, char *ret_text,
                          char *ret_problem);

#endif
