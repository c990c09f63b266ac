#include "bench/setup.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/must.h"
#include "bench/call.h"
#include "bench/line.h"
#include "bench/profile.h"
#include "bench/tokens_file.h"

enum { PREPARE_BATCH = 1000, REQUEST_MAX = 1 << 20, ANSWER_MAX = 1 << 24 };

static enum err open_targets(struct setup *setup, const struct options *options, struct why *why)
{
    const struct client clients[GROUPS_MAX] = {
        { options->ca, options->cert, options->key },
        { options->ca, options->cert2, options->key2 },
    };

    for (size_t i = 0; i < GROUPS_MAX && clients[i].cert != NULL; i++) {
        TRY(target_open(options->url, &clients[i], why, &setup->targets[i]));
        setup->target_count++;
    }
    return OK;
}

/* One request of the script's as this client; the answer's code. */
static enum err try_call(const struct target *target, struct script *script, struct why *why,
                         struct answer *ret_answer)
{
    struct call call AUTO(call_close) = { .transport = { .fd = -1 } };
    struct buf request AUTO(buf_done), text AUTO(buf_done);

    buf_init(&request, REQUEST_MAX);
    buf_init(&text, ANSWER_MAX);
    script_ask(script, &request);
    TRY(buf_check(&request));
    TRY(call_open(target, why, &call));
    call.dialect = script->parts[0].dialect;
    return call_make(&call, buf_bytes(&request), &text, ret_answer);
}

struct maker {
    struct setup *setup;
    const struct options *options;
    struct why *why;
};

/* A known card or a token that nobody has: what matters is whether it is refused with 403. */
static enum err find_client(const struct maker *maker, const struct work *work,
                            const struct target **ret_target)
{
    const struct setup *setup = maker->setup;
    char nobody[1][TOKEN_SIZE];
    const struct tokens none = { .texts = nobody, .count = 1, .most = 1 };
    struct options probe = *maker->options;
    struct answer answer = { 0 };

    memset(nobody, '9', sizeof(nobody));
    probe.batch = 1;
    for (size_t i = 0; i < setup->target_count; i++) {
        struct script script;

        *ret_target = &setup->targets[i];
        if (work->method == NULL)
            return OK;
        script_init(&script, &probe);
        script.known_percent = 100;
        script.cards = 1;
        script.tokens = &none;
        script_add(&script, work, &probe, setup->targets[i].authority);
        TRY(try_call(&setup->targets[i], &script, maker->why, &answer));
        if (strncmp(answer.code, "403", 3) != 0)
            return OK;
    }
    return why_say(maker->why, ERR_DENIED, "no certificate given has the right to %s", work->name);
}

static void write_batch(const struct target *target, uint64_t first, uint64_t count,
                        struct buf *request)
{
    struct buf body AUTO(buf_done);

    buf_init(&body, REQUEST_MAX);
    buf_add_str(&body, "{\"items\":[");
    for (uint64_t i = first; i < first + count; i++) {
        char digits[CARD_DIGITS];

        card_make(KNOWN_SEED, i, digits);
        buf_format(&body, "%s{\"card\":{\"number\":\"%.*s\"}}", i == first ? "" : ",", CARD_DIGITS,
                   digits);
    }
    buf_add_str(&body, "]}");
    buf_clear(request);
    buf_format(request,
               "POST /v1/tokenize/batch HTTP/1.1\r\nHost: %s\r\n"
               "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
               target->authority, body.size);
    buf_add(request, buf_bytes(&body));
}

static enum err prepare_as(const struct target *target, struct tokens *tokens, struct why *why)
{
    struct call call AUTO(call_close) = { .transport = { .fd = -1 } };
    struct buf request AUTO(buf_done), text AUTO(buf_done);

    buf_init(&request, REQUEST_MAX);
    buf_init(&text, ANSWER_MAX);
    TRY(call_open(target, why, &call));
    while (tokens->count < tokens->most) {
        const uint64_t left = tokens->most - tokens->count;
        const uint64_t count = left < PREPARE_BATCH ? left : PREPARE_BATCH;
        struct answer answer = { 0 };

        write_batch(target, tokens->count, count, &request);
        TRY(buf_check(&request));
        TRY(call_make(&call, buf_bytes(&request), &text, &answer));
        if (strncmp(answer.code, "403", 3) == 0)
            return ERR_DENIED;
        if (answer.code[0] != '\0')
            return why_say(why, ERR_INTERNAL, "tokenizing the cards failed: %s", answer.code);
        TRY(tokens_take(tokens, buf_bytes(&text)));
        if (isatty(STDERR_FILENO))
            (void)fprintf(stderr, "\rcards: %llu of %llu ", (unsigned long long)tokens->count,
                          (unsigned long long)tokens->most);
    }
    if (isatty(STDERR_FILENO))
        (void)fprintf(stderr, "\r\033[K");
    return OK;
}

static enum err prepare_tokens(struct setup *setup, const struct options *options, struct why *why)
{
    enum err err = ERR_DENIED;

    if (options->tokens != NULL)
        return tokens_read(options->tokens, &setup->tokens, why);
    TRY(tokens_init(&setup->tokens, options->cards));
    for (size_t i = 0; i < setup->target_count && err == ERR_DENIED; i++)
        err = prepare_as(&setup->targets[i], &setup->tokens, why);
    return err != ERR_DENIED
               ? err
               : why_say(why, err,
                         "no certificate given may tokenize the cards; add a second one "
                         "with --cert2 and --key2");
}

/* The group that calls as this client. */
static struct group *find_group(const struct maker *maker, const struct target *target)
{
    struct plan *plan = &maker->setup->plan;
    struct group *group = plan->groups;

    while (group < plan->groups + plan->group_count && group->target != target)
        group++;
    if (group == plan->groups + plan->group_count) {
        must(++plan->group_count <= GROUPS_MAX);
        group->target = target;
        script_init(&group->script, maker->options);
        group->script.tokens = &maker->setup->tokens;
    }
    return group;
}

static enum err add_shares(const struct maker *maker, const struct profile *profile)
{
    const struct options *options = maker->options;
    bool wants_cards = options->known_percent > 0;

    for (size_t i = 0; i < profile->count; i++) {
        const struct share *share = &profile->shares[i];
        const struct target *target;
        struct group *group;

        TRY(find_client(maker, share->work, &target));
        group = find_group(maker, target);
        script_add(&group->script, share->work, options, target->authority);
        script_weigh_last(&group->script, share->weight);
        wants_cards = wants_cards || share->work->wants_token;
    }
    if (options->connections / options->threads < maker->setup->plan.group_count)
        return why_say(maker->why, ERR_CONFIG, "two clients need two connections a thread");
    return wants_cards ? prepare_tokens(maker->setup, options, maker->why) : OK;
}

static enum err choose_shares(const struct maker *maker, const struct work *work,
                              struct profile *ret_profile)
{
    *ret_profile = (struct profile){ .count = 1, .shares = { { work, 1 } } };
    if (strcmp(work->name, "mixed") != 0)
        return OK;
    if (maker->options->profile == NULL)
        return why_say(maker->why, ERR_CONFIG, "mixed needs a --profile");
    return profile_read(maker->options->profile, maker->why, ret_profile);
}

static enum err setup_build(const struct maker *maker, const struct work *work)
{
    const struct options *options = maker->options;
    struct setup *setup = maker->setup;
    struct plan *plan = &setup->plan;
    struct profile profile;

    TRY(choose_shares(maker, work, &profile));
    TRY(open_targets(setup, options, maker->why));
    TRY(add_shares(maker, &profile));
    plan->habit = options->renew && work->habit == HABIT_KEEP ? HABIT_RENEW : work->habit;
    plan->resumed = options->resumed;
    for (size_t i = 0; options->resumed && i < plan->group_count; i++)
        line_keep_sessions(plan->groups[i].target);
    return OK;
}

enum err setup_make(const struct options *options, const struct work *work, struct why *why,
                    struct setup *ret_setup)
{
    const struct maker maker = { ret_setup, options, why };
    enum err err;

    *ret_setup = (struct setup){ 0 };
    err = setup_build(&maker, work);
    return err == OK ? OK : why_say(why, err, "%s", err_text(err));
}

void setup_done(struct setup *setup)
{
    for (size_t i = 0; i < setup->target_count; i++)
        target_close(&setup->targets[i]);
    tokens_done(&setup->tokens);
}
