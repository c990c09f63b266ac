#include "bench/kit.h"

#include <string.h>

#include "base/clock.h"
#include "base/secret.h"
#include "bench/folder.h"
#include "service/card_request.h"

enum { LEAF_MAX = 4096, RING_SIZE = 32 * 1024 * 1024 };

/* One of the numbers that payment brands publish for tests. */
static const char number[] = "4111111111111111";

static enum err make_keys(struct kit *kit, struct why *why)
{
    struct root_key root AUTO(root_key_wipe) = { 0 };
    char root_path[PATH_SIZE], path[PATH_SIZE];

    TRY(path_join(kit->folder, "root.key", root_path, sizeof(root_path)));
    TRY(path_join(kit->folder, "keyring", path, sizeof(path)));
    TRY(root_key_make(root_path, why));
    TRY(root_key_load(root_path, &root, why));
    TRY(keyring_create(path, &root, clock_wall_ms(), why));
    TRY(keyring_open(path, &root, &kit->keyring, why));
    TRY(keyring_add_tenant(kit->keyring, bytes_lit("shop"), clock_wall_ms(), why));
    TRY(keyring_tenant(kit->keyring, bytes_lit("shop"), &kit->place.tenant));
    TRY(keyring_current(kit->keyring, KEY_INDEX, kit->place.tenant, &kit->index_key));
    return key_user_new(kit->keyring, &kit->user);
}

static enum err make_record(struct kit *kit)
{
    struct card_request request AUTO(card_request_wipe) = { 0 };
    struct record_draft draft = { .place = &kit->place, .card = &kit->card, .about = &kit->about };

    TRY(pan_parse(bytes_lit(number), &request.card.pan));
    card_request_describe(&request);
    kit->card = request.card;
    kit->about = request.about;
    TRY(token_draw(TOKEN_DIGITS_LAST4, &kit->card.pan, key_user_random(kit->user),
                   &kit->place.token));
    return record_seal(kit->user, &draft, &kit->record);
}

static enum err make_entry(struct kit *kit)
{
    kit->entry = (struct audit_entry){ .time_ms = clock_wall_ms(),
                                       .kind = AUDIT_DETOKENIZE,
                                       .outcome = AUDIT_OK,
                                       .status = 200,
                                       .client = "back-office",
                                       .tenant = "shop",
                                       .address = "127.0.0.1",
                                       .purpose = "chargeback",
                                       .request_id = "01234567890123456789012345678901" };
    memcpy(kit->entry.token, kit->place.token.text, kit->place.token.size + 1);
    buf_init(&kit->leaf, LEAF_MAX);
    audit_entry_write(&kit->entry, &kit->leaf);
    return buf_check(&kit->leaf);
}

static enum err on_entry(void *owner, const struct journal_entry *entry)
{
    (void)owner;
    (void)entry;
    return OK;
}

static enum err make_journal(struct kit *kit, struct why *why)
{
    struct journal_replay replay = { .on_entry = on_entry };
    uint8_t key[JOURNAL_KEY_SIZE];
    char path[PATH_SIZE];
    enum err err;

    TRY(path_join(kit->folder, "journal", path, sizeof(path)));
    TRY(folder_make(path, 0700));
    keyring_journal_key(kit->keyring, key);
    err = journal_create(path, RING_SIZE, key, why);
    if (err == OK)
        err = journal_open(path, key, &kit->journal, why);
    wipe(key, sizeof(key));
    TRY(err);
    replay.applied = journal_first(kit->journal);
    return journal_recover(kit->journal, &replay, why);
}

enum err kit_open(const char *folder, struct why *why, struct kit *ret_kit)
{
    struct kit kit AUTO(kit_close) = { 0 };

    TRY(folder_new(folder, why, kit.folder));
    TRY(make_keys(&kit, why));
    TRY(make_record(&kit));
    TRY(make_entry(&kit));
    TRY(make_journal(&kit, why));
    *ret_kit = kit;
    memset(&kit, 0, sizeof(kit));
    return OK;
}

void kit_close(struct kit *kit)
{
    journal_close(&kit->journal);
    buf_done(&kit->leaf);
    if (kit->user != NULL)
        key_user_free(kit->user);
    if (kit->keyring != NULL)
        keyring_free(kit->keyring);
    if (kit->folder[0] != '\0')
        folder_remove(kit->folder);
    card_wipe(&kit->card);
    about_wipe(&kit->about);
    *kit = (struct kit){ 0 };
}
