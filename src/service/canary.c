#include "service/canary.h"

#include "base/instant.h"
#include "base/must.h"
#include "card/brand.h"
#include "card/check_digit.h"
#include "service/tokenize.h"

/*
 * The first block of Visa's range, where its issuers' test cards lie and no account does, as far as
 * is known: whoever wants numbers that look like his own names a prefix.
 */
static const char usual_prefix[] = "400000";

enum { DIGITS_USUAL = 16, DIGITS_AMEX = 15, YEARS_LEFT = 4, MONTHS = 12 };

void canary_look(const struct caller *caller, const struct view *view)
{
    const struct canary_watch *watch = &caller->worker->canaries;
    enum canary canary = view->record.about.canary;

    if (canary != CANARY_NONE && watch->used != NULL)
        watch->used(watch->owner, caller, &view->token, canary == CANARY_QUARANTINES);
}

static enum err draw_number(struct bytes prefix, struct random *random, struct buf *text)
{
    uint8_t digits[DIGITS_USUAL] = { 0 };
    size_t count =
        bytes_start_with(prefix, bytes_lit("34")) || bytes_start_with(prefix, bytes_lit("37"))
            ? DIGITS_AMEX
            : DIGITS_USUAL;

    if (prefix.size < CANARY_PREFIX_MIN || prefix.size > CANARY_PREFIX_MAX)
        return ERR_BAD_REQUEST;
    for (size_t i = 0; i < prefix.size; i++) {
        if (prefix.data[i] < '0' || prefix.data[i] > '9')
            return ERR_BAD_REQUEST;
        digits[i] = (uint8_t)(prefix.data[i] - '0');
    }
    for (size_t i = prefix.size; i < count - 1; i++)
        digits[i] = (uint8_t)random_below(random, 10);
    digits[count - 1] = (uint8_t)((10 - check_digit_remainder(digits, count)) % 10);
    for (size_t i = 0; i < count; i++)
        buf_add_u8(text, (uint8_t)('0' + digits[i]));
    return buf_check(text);
}

/* Some month of the next years. */
static struct expiry draw_expiry(int64_t now_ms, struct random *random)
{
    char now[INSTANT_TEXT_SIZE];
    struct expiry expiry = { .month = (uint8_t)(1 + random_below(random, MONTHS)) };
    uint16_t year = 0;

    instant_write(now_ms, now);
    for (int i = 0; i < 4; i++)
        year = (uint16_t)(10 * year + (now[i] - '0'));
    expiry.year = (uint16_t)(year + 1 + random_below(random, YEARS_LEFT));
    return expiry;
}

enum err canary_draw(struct service_worker *worker, const struct canary_wish *wish,
                     struct card_request *ret_request)
{
    struct random *random = key_user_random(worker->keys);
    struct bytes prefix = wish->prefix.size == 0 ? bytes_str(usual_prefix) : wish->prefix;
    struct card_request request AUTO(card_request_wipe) = { .format = wish->format };
    uint8_t storage[DIGITS_USUAL];
    struct buf text AUTO(buf_done) = { 0 };

    buf_init_fixed(&text, storage, sizeof(storage));
    TRY(draw_number(prefix, random, &text));
    TRY(pan_parse(buf_bytes(&text), &request.card.pan));
    TRY(token_format_allows(request.format, request.card.pan.count, false));
    card_request_describe(&request);
    request.about.expiry = draw_expiry(vault_now_ms(worker->vault), random);
    request.about.canary = wish->quarantines ? CANARY_QUARANTINES : CANARY_ALARMS;
    *ret_request = request;
    return OK;
}

enum err canary_propose(const struct caller *caller, struct card_request *request,
                        struct proposal *ret_proposal)
{
    bool quarantines = request->about.canary == CANARY_QUARANTINES;

    TRY(tokenize_propose(caller, request, ret_proposal));
    ret_proposal->entry.kind = AUDIT_CANARY;
    must(bytes_copy_text(bytes_str(quarantines ? CANARY_ADDED_HARD : CANARY_ADDED),
                         ret_proposal->entry.detail, sizeof(ret_proposal->entry.detail)));
    return OK;
}

enum err canary_find(struct service_worker *worker, const struct record_place *place)
{
    struct view view AUTO(view_wipe) = { 0 };
    struct vault_row row;

    TRY(vault_find(worker->reader, place, &row));
    TRY(view_open(worker, place, record_bytes(&row.record), &view));
    return view.record.about.canary == CANARY_NONE ? ERR_NO_TOKEN : OK;
}
