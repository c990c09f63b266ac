#include "cli/instruct.h"

#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/must.h"
#include "cli/admin_client.h"
#include "cli/config_argument.h"
#include "gateway/server_parts.h"
#include "wire/json.h"

enum { TEXT_MAX = 4096 };

struct place {
    struct config *config;
    struct keyring *keyring;
    struct vault *vault;
};

static void place_done(struct place *place)
{
    if (place->vault != NULL)
        vault_close(place->vault);
    keyring_free(place->keyring);
    if (place->config != NULL)
        config_free(place->config);
}

static enum err place_open(const char *config_path, struct place *place, struct why *why)
{
    place->config = config_of_argument(config_path);
    if (place->config == NULL)
        return why_say(why, ERR_CONFIG, "%s: the configuration has mistakes", config_path);
    return keyring_of_config(place->config, &place->keyring, why);
}

static enum err read_result(struct bytes text, struct operator_result *ret_result, struct why *why)
{
    struct json_doc doc AUTO(json_doc_done) = { 0 };
    struct json_fault fault = { 0 };
    struct json_reader reader;
    struct bytes reason, token;
    int64_t receipt = 0;

    TRY(json_doc_read(text, &doc));
    reader = json_reader_on(json_doc_root(&doc), &fault);
    if (json_take_text(&reader, "reason", &reason))
        return why_say(why, ERR_DENIED, "%.*s", (int)reason.size, (const char *)reason.data);
    if (!json_take_text(&reader, "token", &token) ||
        !json_take_integer(&reader, "receipt", &receipt) ||
        !bytes_copy_text(token, ret_result->token.text, sizeof(ret_result->token.text)))
        return ERR_IO;
    ret_result->token.size = (uint8_t)token.size;
    ret_result->receipt = (uint64_t)receipt;
    return OK;
}

/* ERR_CLOSED: none runs. */
static enum err tell_running(const struct place *place, const struct instruction *instruction,
                             struct operator_result *ret_result, struct why *why)
{
    struct buf text AUTO(buf_done) = { 0 }, answer AUTO(buf_done) = { 0 };
    enum err err;

    buf_init(&text, TEXT_MAX);
    buf_init(&answer, TEXT_MAX);
    TRY(instruction_sign(place->keyring, instruction, &text));
    err = admin_post(place->config, buf_bytes(&text), &answer);
    if (err == OK)
        err = read_result(buf_bytes(&answer), ret_result, why);
    if (err == OK || err == ERR_CLOSED || err == ERR_DENIED)
        return err;
    return why_say(why, err, "the running gateway does not take the instruction");
}

static enum err do_it_here(struct place *place, const struct instruction *instruction,
                           struct operator_result *ret_result, struct why *why)
{
    const struct vault_options options = vault_options_of(place->config, place->keyring);
    struct operator_desk desk;
    char user[32];

    (void)snprintf(user, sizeof(user), "uid %u", getuid());
    TRY(vault_open(&options, &place->vault, why));
    desk =
        (struct operator_desk){ .vault = place->vault, .keyring = place->keyring, .address = user };
    return operator_carry_out(&desk, instruction, ret_result, why);
}

enum err instruct(const char *config_path, struct instruction *instruction,
                  struct operator_result *ret_result, struct why *why)
{
    struct place place AUTO(place_done) = { 0 };
    enum err err;

    TRY(place_open(config_path, &place, why));
    instruction->time_ms = clock_wall_ms();
    err = tell_running(&place, instruction, ret_result, why);
    return err == ERR_CLOSED ? do_it_here(&place, instruction, ret_result, why) : err;
}
