#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "bench/figures.h"

enum { REPORT_MAX = 1 << 22 };

static enum err take_rounds(const json_t *root, struct figures *figures)
{
    const json_t *rounds = json_object_get(root, "rounds");

    for (enum figure i = FIGURE_RATE; i < FIGURES; i++) {
        const json_t *values = json_object_get(rounds, figure_name(i));

        for (size_t n = 0; n < json_array_size(values); n++)
            sample_add(&figures->samples[i], json_number_value(json_array_get(values, n)));
    }
    if (figures->samples[FIGURE_RATE].count == 0)
        return ERR_CORRUPT;
    (void)snprintf(figures->name, sizeof(figures->name), "%s",
                   json_string_value(json_object_get(root, "workload")) == NULL
                       ? "?"
                       : json_string_value(json_object_get(root, "workload")));
    figures->connections = (unsigned)json_integer_value(json_object_get(root, "connections"));
    return OK;
}

enum err figures_read(const char *path, struct why *why, struct figures *ret_figures)
{
    struct buf text AUTO(buf_done);
    json_t *root;
    enum err err;

    buf_init(&text, REPORT_MAX);
    err = file_read(path, &text);
    if (err != OK)
        return why_say(why, err, "%s: %s", path, strerror(errno));
    root = json_loadb((const char *)text.data, text.size, 0, NULL);
    *ret_figures = (struct figures){ 0 };
    err = take_rounds(root, ret_figures);
    json_decref(root);
    return err == OK ? OK : why_say(why, err, "%s: not a report of this program (--json)", path);
}
