#include "gateway/option_value.h"

#include <stdio.h>

#include "base/cursor.h"
#include "base/encode.h"
#include "base/must.h"
#include "net/endpoint.h"

struct unit {
    const char *name;
    int64_t factor;
};

static const struct unit duration_units[] = {
    { "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600000 }, { "d", 86400000 },
};

static const struct unit size_units[] = {
    { "", 1 },
    { "K", INT64_C(1) << 10 },
    { "M", INT64_C(1) << 20 },
    { "G", INT64_C(1) << 30 },
    { "T", INT64_C(1) << 40 },
};

static const struct unit count_units[] = { { "", 1 } };
static const struct unit rate_units[] = { { "/s", 1 } };

struct units {
    const struct unit *list;
    size_t count;
};

#define UNITS(array) ((struct units){ array, sizeof(array) / sizeof((array)[0]) })

static struct units units_of(enum option_type type)
{
    if (type == OPTION_DURATION)
        return UNITS(duration_units);
    if (type == OPTION_SIZE)
        return UNITS(size_units);
    return type == OPTION_RATE ? UNITS(rate_units) : UNITS(count_units);
}

static enum err say(char *ret_problem, const char *text)
{
    (void)snprintf(ret_problem, OPTION_PROBLEM_SIZE, "%s", text);
    return ERR_CONFIG;
}

/* In the largest unit that gives a whole number. */
static void number_write(struct units units, int64_t value, char *ret_text, size_t size)
{
    size_t best = 0;

    for (size_t i = 1; i < units.count; i++) {
        if (value != 0 && value % units.list[i].factor == 0)
            best = i;
    }
    (void)snprintf(ret_text, size, "%lld%s", (long long)(value / units.list[best].factor),
                   units.list[best].name);
}

static enum err say_range(const struct option_row *option, char *ret_problem)
{
    struct units units = units_of(option->type);
    char least[32], most[32];

    number_write(units, option->least, least, sizeof(least));
    number_write(units, option->most, most, sizeof(most));
    (void)snprintf(ret_problem, OPTION_PROBLEM_SIZE, "must be %s to %s", least, most);
    return ERR_CONFIG;
}

static size_t digits_at_front(struct bytes value)
{
    size_t digits = 0;

    while (digits < value.size && value.data[digits] >= '0' && value.data[digits] <= '9')
        digits++;
    return digits;
}

enum err option_read_number(const struct option_row *option, struct bytes value,
                            int64_t *ret_number, char *ret_problem)
{
    struct units units = units_of(option->type);
    size_t digits = digits_at_front(value);
    struct bytes unit = bytes_from(value, digits);
    uint64_t number;

    if (decode_decimal(bytes_of(value.data, digits), INT64_MAX, &number) != OK)
        return say_range(option, ret_problem);
    for (size_t i = 0; i < units.count; i++) {
        int64_t product;
        if (!bytes_equal(unit, bytes_str(units.list[i].name)))
            continue;
        if (__builtin_mul_overflow((int64_t)number, units.list[i].factor, &product) ||
            product < option->least || product > option->most)
            return say_range(option, ret_problem);
        *ret_number = product;
        return OK;
    }
    return say_range(option, ret_problem);
}

enum err option_read_path(const char *folder, struct bytes value, char ret_path[PATH_SIZE],
                          char *ret_problem)
{
    char name[PATH_SIZE];

    if (value.size == 0 || !bytes_copy_text(value, name, sizeof(name)) ||
        path_join(folder, name, ret_path, PATH_SIZE) != OK)
        return say(ret_problem, "must be a path of less than 512 bytes");
    return OK;
}

enum err option_read_root_key(const char *folder, struct bytes value, char ret_path[PATH_SIZE],
                              char *ret_problem)
{
    if (!bytes_start_with(value, bytes_lit("file:")))
        return say(ret_problem, "must be file:PATH");
    return option_read_path(folder, bytes_from(value, 5), ret_path, ret_problem);
}

enum err option_read_admin(const char *folder, struct bytes value, char ret_text[PATH_SIZE],
                           char *ret_problem)
{
    static const char problem[] = "must be unix:PATH or a loopback address with a port";
    char path[PATH_SIZE];
    struct endpoint endpoint;

    if (bytes_start_with(value, bytes_lit("unix:"))) {
        TRY(option_read_path(folder, bytes_from(value, 5), path, ret_problem));
        if (snprintf(ret_text, PATH_SIZE, "unix:%s", path) >= PATH_SIZE)
            return say(ret_problem, problem);
    } else if (!bytes_copy_text(value, ret_text, PATH_SIZE)) {
        return say(ret_problem, problem);
    }
    if (endpoint_parse(ret_text, &endpoint) != OK || !endpoint_is_local(&endpoint))
        return say(ret_problem, problem);
    return OK;
}

enum err option_read_address(struct bytes value, char ret_text[CONFIG_TEXT_SIZE], char *ret_problem)
{
    struct endpoint endpoint;

    if (!bytes_copy_text(value, ret_text, CONFIG_TEXT_SIZE) ||
        endpoint_parse(ret_text, &endpoint) != OK || endpoint.address.ss_family == AF_UNIX)
        return say(ret_problem, "must be an address with a port, such as 127.0.0.1:8443");
    return OK;
}

enum err option_read_identity(struct bytes value, char ret_text[CONFIG_TEXT_SIZE],
                              char *ret_problem)
{
    bool named =
        bytes_start_with(value, bytes_lit("URI:")) || bytes_start_with(value, bytes_lit("DNS:"));

    if (!named || value.size < 5 || value.size > 255 ||
        !bytes_copy_text(value, ret_text, CONFIG_TEXT_SIZE))
        return say(ret_problem, "must be URI:... or DNS:... of at most 255 bytes");
    return OK;
}

/* The next word, without the blanks around it; false at the end. */
static bool next_word(struct bytes *rest, struct bytes *ret_word)
{
    size_t size = 0;

    while (rest->size > 0 && (rest->data[0] == ' ' || rest->data[0] == '\t'))
        *rest = bytes_from(*rest, 1);
    while (size < rest->size && rest->data[size] != ' ' && rest->data[size] != '\t')
        size++;
    *ret_word = bytes_of(rest->data, size);
    *rest = bytes_from(*rest, size);
    return size > 0;
}

static enum err words_add(struct config_words *words, struct bytes word, char *ret_problem)
{
    if (words->count == CONFIG_WORDS_MAX)
        return say(ret_problem, "must be at most 32 words");
    if (!bytes_copy_text(word, words->text[words->count], CONFIG_NAME_SIZE))
        return say(ret_problem, "must be words of at most 64 bytes");
    words->count++;
    return OK;
}

enum err option_read_words(struct bytes value, struct config_words *ret_words, char *ret_problem)
{
    struct bytes word;

    ret_words->count = 0;
    while (next_word(&value, &word))
        TRY(words_add(ret_words, word, ret_problem));
    return OK;
}

static const struct right_word {
    const char *word;
    enum right right;
} right_words[] = {
    { "tokenize", RIGHT_TOKENIZE },     { "inspect", RIGHT_INSPECT },
    { "update", RIGHT_UPDATE },         { "erase", RIGHT_ERASE },
    { "admin", RIGHT_ADMIN },           { "detokenize", RIGHT_DETOKENIZE },
    { "forward:*", RIGHT_FORWARD_ANY },
};

static bool find_right(struct bytes word, unsigned *rights)
{
    for (size_t i = 0; i < sizeof(right_words) / sizeof(right_words[0]); i++) {
        if (bytes_equal(word, bytes_str(right_words[i].word))) {
            *rights |= right_words[i].right;
            return true;
        }
    }
    return false;
}

enum err option_read_rights(struct bytes value, struct config_client *client, char *ret_problem)
{
    struct bytes word;

    client->rights = 0;
    client->forward.count = 0;
    while (next_word(&value, &word)) {
        if (find_right(word, &client->rights))
            continue;
        if (!bytes_start_with(word, bytes_lit("forward:")) || word.size == 8)
            return say(ret_problem, "must be of: tokenize inspect update erase detokenize admin "
                                    "forward:ROUTE forward:*");
        TRY(words_add(&client->forward, bytes_from(word, 8), ret_problem));
    }
    return OK;
}

enum err option_read_url(struct bytes value, char ret_text[CONFIG_TEXT_SIZE], char *ret_problem)
{
    if (!bytes_start_with(value, bytes_lit("https://")) || value.size < 9 ||
        !bytes_copy_text(value, ret_text, CONFIG_TEXT_SIZE))
        return say(ret_problem, "must be https://host[:port]/path/");
    return OK;
}

/* RFC 9110, section 5.6.2. */
static bool is_field_name(struct bytes name)
{
    for (size_t i = 0; i < name.size; i++) {
        uint8_t byte = name.data[i], lower = byte | 0x20;
        bool fits = (lower >= 'a' && lower <= 'z') || (byte >= '0' && byte <= '9') ||
                    (byte != '\0' && strchr("!#$%&'*+-.^_`|~", byte) != NULL);
        if (!fits)
            return false;
    }
    return name.size > 0;
}

static bool is_field_value(struct bytes value)
{
    for (size_t i = 0; i < value.size; i++) {
        if (value.data[i] < 0x20 || value.data[i] > 0x7E)
            return false;
    }
    return value.size > 0;
}

static struct bytes without_blanks(struct bytes text)
{
    while (text.size > 0 && (text.data[0] == ' ' || text.data[0] == '\t'))
        text = bytes_from(text, 1);
    while (text.size > 0 && (text.data[text.size - 1] == ' ' || text.data[text.size - 1] == '\t'))
        text.size--;
    return text;
}

enum err option_read_header(const char *folder, struct bytes value, struct config_headers *headers,
                            char *ret_problem)
{
    static const char problem[] = "must be Name: file:PATH or Name: value";
    struct config_header header = { 0 };
    size_t colon = bytes_index(value, ':');
    struct bytes name = bytes_of(value.data, colon);
    struct bytes text = without_blanks(bytes_from(value, colon + 1));

    if (headers->count == CONFIG_HEADERS_MAX)
        return say(ret_problem, "must be at most 16 headers");
    if (!is_field_name(name) || !is_field_value(text) ||
        !bytes_copy_text(name, header.name, sizeof(header.name)))
        return say(ret_problem, problem);
    header.is_file = bytes_start_with(text, bytes_lit("file:"));
    if (header.is_file)
        TRY(option_read_path(folder, bytes_from(text, 5), header.value, ret_problem));
    else if (!bytes_copy_text(text, header.value, sizeof(header.value)))
        return say(ret_problem, problem);
    headers->list[headers->count++] = header;
    return OK;
}

enum err option_read_sink(const char *folder, struct bytes value, struct config_sink_to *ret_to,
                          char *ret_problem)
{
    static const struct {
        struct bytes scheme;
        enum config_sink_kind kind;
    } kinds[] = { { { (const uint8_t *)"file:", 5 }, CONFIG_SINK_FILE },
                  { { (const uint8_t *)"syslog://", 9 }, CONFIG_SINK_SYSLOG },
                  { { (const uint8_t *)"https://", 8 }, CONFIG_SINK_HTTPS } };

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        struct bytes rest = bytes_from(value, kinds[i].scheme.size);

        if (!bytes_start_with(value, kinds[i].scheme) || rest.size == 0)
            continue;
        ret_to->kind = kinds[i].kind;
        if (ret_to->kind == CONFIG_SINK_FILE)
            return option_read_path(folder, rest, ret_to->text, ret_problem);
        if (bytes_copy_text(ret_to->kind == CONFIG_SINK_HTTPS ? value : rest, ret_to->text,
                            PATH_SIZE))
            return OK;
    }
    return say(ret_problem, "must be file:PATH, syslog://host[:port] or https://host[:port]/path");
}

enum err option_read_bool(const struct bytes words[2], struct bytes value, bool *ret_value,
                          char *ret_problem)
{
    if (!bytes_equal(value, words[0]) && !bytes_equal(value, words[1])) {
        (void)snprintf(ret_problem, OPTION_PROBLEM_SIZE, "must be %.*s or %.*s", (int)words[0].size,
                       (const char *)words[0].data, (int)words[1].size,
                       (const char *)words[1].data);
        return ERR_CONFIG;
    }
    *ret_value = bytes_equal(value, words[1]);
    return OK;
}

enum err option_read_text(const struct option_row *option, struct bytes value, char *ret_text,
                          char *ret_problem)
{
    if (value.size == 0 || !bytes_copy_text(value, ret_text, (size_t)option->most))
        return say(ret_problem, "must be a name of 1 to 64 bytes");
    return OK;
}
