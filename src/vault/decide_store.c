#include "vault/decide.h"

#include "base/must.h"

/* ERR_NOT_FOUND if no token of the card was made. */
static enum err index_get(struct ledger *ledger, const struct proposal *proposal,
                          struct token *ret_token)
{
    struct row_key key = row_key_index(proposal->tenant, proposal->index);
    uint8_t storage[64];
    struct buf value;

    buf_init_fixed(&value, storage, sizeof(storage));
    TRY(ledger_get(ledger, STORE_INDEX, &key, &value));
    return row_read_name(buf_bytes(&value), ret_token);
}

/*
 * The token that the card has. ERR_NO_TOKEN: none, or one that is over, which makes room for
 * another. The record must say the same as the index, or we would give one card's token to another.
 */
static enum err find_known(struct ledger *ledger, const struct proposal *proposal,
                           struct holding *ret_known)
{
    struct record_place place = { .tenant = proposal->tenant };
    enum err err = index_get(ledger, proposal, &place.token);

    if (err != OK)
        return err == ERR_NOT_FOUND ? ERR_NO_TOKEN : err;
    err = holding_find_any(ledger, &place, ret_known);
    if (err != OK)
        return err == ERR_NO_TOKEN ? ERR_VAULT_DAMAGED : err;
    if (ret_known->header.single ||
        memcmp(ret_known->header.index, proposal->index, sizeof(proposal->index)) != 0)
        return ERR_VAULT_DAMAGED;
    return ledger_is_over(ledger, ret_known->header.expires_at_ms) ? ERR_NO_TOKEN : OK;
}

/* OK if no token of the tenant has or had this value; ERR_EXISTS. */
static enum err check_free(struct ledger *ledger, const struct proposal *proposal)
{
    static const enum store_table tables[] = { STORE_TOKENS, STORE_TOMBSTONES, STORE_USED };
    struct record_place place = proposal_place(proposal);
    struct row_key key = row_key_token(&place);
    uint8_t storage[HOLDING_VALUE_MAX];
    struct buf value;

    buf_init_fixed(&value, storage, sizeof(storage));
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        enum err err = ledger_get(ledger, tables[i], &key, &value);
        if (err != ERR_NOT_FOUND)
            return err == OK ? ERR_EXISTS : err;
    }
    return OK;
}

static enum err store_new(struct ledger *ledger, struct proposal *proposal)
{
    struct holding holding;

    holding.place = proposal_place(proposal);
    TRY(record_read_header(record_bytes(&proposal->record), &holding.header));
    must(holding.header.single == proposal->single);
    holding.row = (struct token_row){ .made = ledger->next,
                                      .has_customer = proposal->entry.has_customer,
                                      .record = record_bytes(&proposal->record) };
    memcpy(holding.row.customer_tag, proposal->customer_tag, sizeof(holding.row.customer_tag));
    holding_store(ledger, &holding);
    proposal_accept(proposal, DECIDED_NEW, 201);
    proposal->entry.has_record = true;
    hash_of(ledger->hash, holding.row.record, proposal->entry.record_sha256);
    return OK;
}

static void give_known(struct proposal *proposal, const struct token *token)
{
    proposal_accept(proposal, DECIDED_KNOWN, 200);
    (void)bytes_copy_text(token_bytes(token), proposal->entry.token, sizeof(proposal->entry.token));
}

enum err decide_lookup(struct ledger *ledger, struct proposal *proposal)
{
    struct holding known;
    enum err err = find_known(ledger, proposal, &known);

    if (err == OK)
        give_known(proposal, &known.place.token);
    else if (err == ERR_NO_TOKEN)
        proposal_find_nothing(proposal);
    else if (err == ERR_VAULT_DAMAGED)
        proposal_alarm(proposal, "index and record disagree");
    else
        return err;
    return OK;
}

enum err decide_store(struct ledger *ledger, struct proposal *proposal)
{
    struct holding known;
    enum err err = proposal->single ? ERR_NO_TOKEN : find_known(ledger, proposal, &known);

    if (err == OK) {
        give_known(proposal, &known.place.token);
        return OK;
    }
    if (err == ERR_VAULT_DAMAGED) {
        proposal_alarm(proposal, "index and record disagree");
        return OK;
    }
    if (err != ERR_NO_TOKEN)
        return err;
    err = check_free(ledger, proposal);
    if (err == ERR_EXISTS) {
        proposal->decision = DECIDED_TAKEN;
        return OK;
    }
    TRY(err);
    if (ledger->full) {
        proposal_refuse(proposal, ERR_VAULT_FULL);
        return OK;
    }
    return store_new(ledger, proposal);
}

enum err decide_store_settle(struct ledger *ledger, struct proposal *proposal)
{
    struct holding known;

    TRY(find_known(ledger, proposal, &known));
    proposal->token = known.place.token;
    holding_lend(&known, &proposal->record);
    return OK;
}
