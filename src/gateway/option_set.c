#include "base/must.h"
#include "gateway/option_value.h"

/* Numbers are kept in the member's own width. */
static enum err set_number(const struct option_row *option, struct bytes value, void *member,
                           char *ret_problem)
{
    int64_t number;

    TRY(option_read_number(option, value, &number, ret_problem));
    if (option->type == OPTION_DURATION) {
        *(int64_t *)member = number;
    } else if (option->type == OPTION_SIZE) {
        *(uint64_t *)member = (uint64_t)number;
    } else {
        *(uint32_t *)member = (uint32_t)number;
    }
    return OK;
}

enum err option_set(const struct option_row *option, const struct option_input *input,
                    void *section, char ret_problem[OPTION_PROBLEM_SIZE])
{
    const char *folder = input->folder;
    struct bytes value = input->value;
    const struct bytes yes_or_no[2] = { bytes_lit("no"), bytes_lit("yes") };
    const struct bytes directions[2] = { bytes_lit("outbound"), bytes_lit("inbound") };
    char *member = (char *)section + option->offset;

    switch (option->type) {
    case OPTION_TEXT: return option_read_text(option, value, member, ret_problem);
    case OPTION_PATH: return option_read_path(folder, value, member, ret_problem);
    case OPTION_ROOT_KEY: return option_read_root_key(folder, value, member, ret_problem);
    case OPTION_ADMIN: return option_read_admin(folder, value, member, ret_problem);
    case OPTION_ADDRESS: return option_read_address(value, member, ret_problem);
    case OPTION_IDENTITY: return option_read_identity(value, member, ret_problem);
    case OPTION_DURATION:
    case OPTION_SIZE:
    case OPTION_COUNT:
    case OPTION_RATE: return set_number(option, value, member, ret_problem);
    case OPTION_BOOL: return option_read_bool(yes_or_no, value, (bool *)member, ret_problem);
    case OPTION_WORDS: return option_read_words(value, (struct config_words *)member, ret_problem);
    case OPTION_RIGHTS: return option_read_rights(value, section, ret_problem);
    case OPTION_URL: return option_read_url(value, member, ret_problem);
    case OPTION_HEADER:
        return option_read_header(folder, value, (struct config_headers *)member, ret_problem);
    case OPTION_SINK:
        return option_read_sink(folder, value, (struct config_sink_to *)member, ret_problem);
    case OPTION_DIRECTION: return option_read_bool(directions, value, (bool *)member, ret_problem);
    }
    must(false);
}
