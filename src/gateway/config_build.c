#include "gateway/config_build.h"

#include <libgen.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/must.h"
#include "gateway/config_lines.h"

/* How the sections of each kind are held: their array, its bound, the size of a row. */
struct config_array {
    void *rows;
    size_t *count;
    size_t max, row_size;
};

static struct config_array array_of(const struct config_build *build, enum config_section section)
{
    struct config *config = build->config;
    struct config_array array = { 0 };

    switch (section) {
    case SECTION_LISTENER:
        array = (struct config_array){ config->listeners, &config->listener_count,
                                       CONFIG_LISTENERS_MAX, sizeof(config->listeners[0]) };
        break;
    case SECTION_TENANT:
        array = (struct config_array){ config->tenants, &config->tenant_count, CONFIG_TENANTS_MAX,
                                       sizeof(config->tenants[0]) };
        break;
    case SECTION_CLIENT:
        array = (struct config_array){ config->clients, &config->client_count, CONFIG_CLIENTS_MAX,
                                       sizeof(config->clients[0]) };
        break;
    case SECTION_ROUTE:
        array = (struct config_array){ config->routes, &config->route_count, CONFIG_ROUTES_MAX,
                                       sizeof(config->routes[0]) };
        break;
    case SECTION_SINK:
        array = (struct config_array){ config->sinks, &config->sink_count, CONFIG_SINKS_MAX,
                                       sizeof(config->sinks[0]) };
        break;
    case SECTION_GATEWAY:
    case SECTIONS: array = (struct config_array){ &config->gateway, NULL, 1, 0 }; break;
    }
    return array;
}

static bool make_arrays(struct config *config)
{
    config->listeners = calloc(CONFIG_LISTENERS_MAX, sizeof(config->listeners[0]));
    config->tenants = calloc(CONFIG_TENANTS_MAX, sizeof(config->tenants[0]));
    config->clients = calloc(CONFIG_CLIENTS_MAX, sizeof(config->clients[0]));
    config->routes = calloc(CONFIG_ROUTES_MAX, sizeof(config->routes[0]));
    config->sinks = calloc(CONFIG_SINKS_MAX, sizeof(config->sinks[0]));
    return config->listeners != NULL && config->tenants != NULL && config->clients != NULL &&
           config->routes != NULL && config->sinks != NULL;
}

enum err config_build_init(struct config_build *build, const char *path)
{
    char copy[PATH_SIZE], *full = realpath(path, NULL);
    bool fits = full != NULL && bytes_copy_text(bytes_str(full), copy, sizeof(copy));

    free(full);
    if (!fits)
        return full == NULL ? ERR_NOT_FOUND : ERR_LIMIT;
    build->config = calloc(1, sizeof(*build->config));
    if (build->config == NULL || !make_arrays(build->config))
        return ERR_MEMORY;
    (void)snprintf(build->config->path, PATH_SIZE, "%s", copy);
    (void)snprintf(build->folder, PATH_SIZE, "%s", dirname(copy));
    return OK;
}

void config_build_done(struct config_build *build)
{
    config_free(build->config);
    free(build->parts);
}

size_t config_build_mistakes_held(const struct config_build *build)
{
    return build->mistake_count < CONFIG_MISTAKES_MAX ? build->mistake_count
                                                      : (size_t)CONFIG_MISTAKES_MAX;
}

void config_build_blame(struct config_build *build, unsigned line, const char *format, ...)
{
    struct config_mistake mistake = { .line = line };
    size_t held = config_build_mistakes_held(build), place = held;
    va_list values;

    build->mistake_count++;
    while (place > 0 && build->mistakes[place - 1].line > line)
        place--;
    if (place == CONFIG_MISTAKES_MAX)
        return;
    va_start(values, format);
    (void)vsnprintf(mistake.text, sizeof(mistake.text), format, values);
    va_end(values);
    held -= held == CONFIG_MISTAKES_MAX;
    memmove(&build->mistakes[place + 1], &build->mistakes[place],
            (held - place) * sizeof(build->mistakes[0]));
    build->mistakes[place] = mistake;
}

void *config_part_values(const struct config_build *build, const struct config_part *part)
{
    struct config_array array = array_of(build, part->section);

    return (char *)array.rows + part->place * array.row_size;
}

void config_part_title(const struct config_build *build, const struct config_part *part,
                       char ret_title[2 * CONFIG_NAME_SIZE])
{
    const char *name = part->section == SECTION_GATEWAY ? "" : config_part_values(build, part);

    (void)snprintf(ret_title, 2 * CONFIG_NAME_SIZE, "%s%s%s", section_name(part->section),
                   name[0] == '\0' ? "" : " ", name);
}

unsigned config_part_line(const struct config_part *part, const char *name)
{
    const struct option_row *option = option_find(part->section, bytes_str(name));
    unsigned line = part->option_lines[option - option_at(0)];

    return line == 0 ? part->line : line;
}

static struct config_part *add_part(struct config_build *build)
{
    size_t capacity = build->part_capacity == 0 ? 64 : 2 * build->part_capacity;
    struct config_part *parts;

    if (build->part_count == build->part_capacity) {
        parts = realloc(build->parts, capacity * sizeof(parts[0]));
        if (parts == NULL)
            return NULL;
        build->parts = parts;
        build->part_capacity = capacity;
    }
    build->parts[build->part_count] = (struct config_part){ 0 };
    return &build->parts[build->part_count++];
}

static bool find_section(struct bytes kind, enum config_section *ret_section)
{
    for (int i = 0; i < SECTIONS; i++) {
        if (bytes_equal(kind, bytes_str(section_name((enum config_section)i)))) {
            *ret_section = (enum config_section)i;
            return true;
        }
    }
    return false;
}

static bool is_name(struct bytes name)
{
    for (size_t i = 0; i < name.size; i++) {
        uint8_t byte = name.data[i];
        bool fits = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                    (byte >= '0' && byte <= '9') || byte == '-' || byte == '_' || byte == '.';
        if (!fits)
            return false;
    }
    return name.size > 0;
}

/* Take a row for the section and write its name there; every row begins with it. */
static const char *take_row(struct config_build *build, struct config_part *part, struct bytes name)
{
    struct config_array array = array_of(build, part->section);

    if (part->section == SECTION_GATEWAY)
        return name.size == 0 ? NULL : "takes no name";
    if (!is_name(name))
        return "needs a name of letters, digits, '-', '_' and '.'";
    if (*array.count == array.max)
        return "is one section too many of this kind";
    part->place = (*array.count)++;
    must(bytes_copy_text(name, config_part_values(build, part), CONFIG_NAME_SIZE));
    return NULL;
}

static void set_presets(struct config_build *build, const struct config_part *part)
{
    struct option_input input = { .folder = build->folder };

    for (size_t i = 0; i < option_count(); i++) {
        const struct option_row *option = option_at(i);
        char problem[OPTION_PROBLEM_SIZE];
        if (option->section != part->section || option->preset == NULL || option->preset[0] == '\0')
            continue;
        input.value = bytes_str(option->preset);
        must(option_set(option, &input, config_part_values(build, part), problem) == OK);
    }
}

static void on_section(void *owner, unsigned line, struct bytes title)
{
    struct config_build *build = owner;
    size_t blank = bytes_index(title, ' ');
    enum config_section section;
    struct config_part *part;
    const char *problem;

    build->in_part = false;
    build->in_section = true;
    if (title.data == NULL)
        return;
    if (!find_section(bytes_of(title.data, blank), &section)) {
        config_build_blame(build, line, "is an unknown section");
        return;
    }
    part = add_part(build);
    if (part == NULL) {
        config_build_blame(build, line, "finds no memory");
        return;
    }
    part->section = section;
    part->line = line;
    problem = take_row(build, part, bytes_from(title, blank + 1));
    if (problem != NULL) {
        build->part_count--;
        config_build_blame(build, line, "[%s] %s", section_name(section), problem);
        return;
    }
    set_presets(build, part);
    build->in_part = true;
}

static void set_option(struct config_build *build, unsigned line, const struct option_row *option,
                       struct bytes value)
{
    struct config_part *part = &build->parts[build->part_count - 1];
    char title[2 * CONFIG_NAME_SIZE], problem[OPTION_PROBLEM_SIZE];
    unsigned *given = &part->option_lines[option - option_at(0)];
    const struct option_input input = { value, build->folder };

    config_part_title(build, part, title);
    if (*given != 0 && option->type != OPTION_HEADER) {
        config_build_blame(build, line, "[%s] %s: is given twice", title, option->name);
        return;
    }
    *given = line;
    if (option_set(option, &input, config_part_values(build, part), problem) != OK)
        config_build_blame(build, line, "[%s] %s: %s", title, option->name, problem);
}

static void on_option(void *owner, unsigned line, struct bytes name, struct bytes value)
{
    struct config_build *build = owner;
    const struct option_row *option;
    char title[2 * CONFIG_NAME_SIZE];

    if (!build->in_part) {
        if (!build->in_section)
            config_build_blame(build, line, "stands in no section");
        return;
    }
    option = option_find(build->parts[build->part_count - 1].section, name);
    if (option != NULL) {
        set_option(build, line, option, value);
        return;
    }
    config_part_title(build, &build->parts[build->part_count - 1], title);
    config_build_blame(build, line, "[%s] has an unknown option", title);
}

static void on_mistake(void *owner, unsigned line, const char *problem)
{
    config_build_blame(owner, line, "%s", problem);
}

static const struct config_lines_handler lines_handler = { .section = on_section,
                                                           .option = on_option,
                                                           .mistake = on_mistake };

void config_build_read(struct config_build *build, struct bytes text)
{
    config_lines_read(text, &lines_handler, build);
}
