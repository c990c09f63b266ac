/*
 * A configuration file of a test's own, in a folder with the files that it names.
 */
#ifndef PANGATE_TESTS_GATEWAY_CONFIG_FILE_H
#define PANGATE_TESTS_GATEWAY_CONFIG_FILE_H

#include "test.h"

#include "base/file.h"
#include "gateway/config.h"

struct config_file {
    struct temp temp;
    struct temp_path path;
    struct config *config; /* of the last good load */
    struct config_mistakes mistakes;
};

static inline void config_file_put(const struct config_file *file, const char *name,
                                   const char *text)
{
    assert_err(OK, file_replace(temp_file(&file->temp, name).text, bytes_str(text), 0600));
}

/* For cmocka. The folder holds a.pem, to be named where a file must exist. */
static inline int config_file_setup(void **state)
{
    struct config_file *file = calloc(1, sizeof(*file));

    assert_non_null(file);
    file->temp = temp_new();
    file->path = temp_file(&file->temp, "pangate.conf");
    config_file_put(file, "a.pem", "");
    *state = file;
    return 0;
}

static inline int config_file_teardown(void **state)
{
    struct config_file *file = *state;

    config_free(file->config);
    temp_done(&file->temp);
    free(file);
    return 0;
}

static inline enum err config_file_load(struct config_file *file, const char *text)
{
    struct config *config = NULL;
    enum err err;

    config_file_put(file, "pangate.conf", text);
    file->mistakes = (struct config_mistakes){ 0 };
    err = config_load(file->path.text, &config, &file->mistakes);
    if (err == OK) {
        config_free(file->config);
        file->config = config;
    }
    return err;
}

/* The mistakes of a text, one a line, without the path of the file: "12: [gateway] ...". */
static inline void assert_mistakes(struct config_file *file, const char *expected, const char *text)
{
    char told[16384];
    size_t size = 0, skip = strlen(file->path.text) + 1;

    assert_err(expected[0] == '\0' ? OK : ERR_CONFIG, config_file_load(file, text));
    told[0] = '\0';
    for (size_t i = 0; i < file->mistakes.count && i < 100; i++)
        size += (size_t)snprintf(told + size, sizeof(told) - size, "%s\n",
                                 file->mistakes.text[i] + skip);
    assert_string_equal(expected, told);
}

/* What every good file has; lines 1 to 9. */
#define CONFIG_HEAD                                                                                \
    "[gateway]\n"                                                                                  \
    "vault = vault\n"                                                                              \
    "root_key = file:root.key\n"                                                                   \
    "admin = unix:admin.sock\n"                                                                    \
    "[listener main]\n"                                                                            \
    "address = 127.0.0.1:8443\n"                                                                   \
    "certificate = a.pem\n"                                                                        \
    "key = a.pem\n"                                                                                \
    "client_ca = a.pem\n"

#endif
