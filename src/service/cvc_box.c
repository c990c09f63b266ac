#include "service/cvc_box.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/must.h"
#include "base/secret.h"
#include "keys/keyring.h"

enum { NONE = 0 /* places count from 1 */ };

struct slot {
    struct record_place place;
    struct cvc cvc;
    int64_t put_ms;
    uint32_t next;           /* in its chain, or among the free ones */
    uint32_t older, younger; /* by put_ms */
};

struct cvc_box {
    pthread_mutex_t lock;
    int64_t ttl_ms;
    uint32_t count_max, part_max;         /* of all tenants, of one */
    uint32_t taken;                       /* codes and reservations ... */
    uint32_t of[KEYRING_TENANTS_MAX + 1]; /* ... and those of each tenant */
    uint32_t free, oldest, youngest;
    uint32_t *heads;    /* count_max of them */
    struct slot *slots; /* in locked memory; the first is not used */
};

void cvc_wipe(struct cvc *cvc)
{
    wipe(cvc, sizeof(*cvc));
}

enum err cvc_parse(struct bytes text, struct cvc *ret_cvc)
{
    if (text.size < CVC_DIGITS_MIN || text.size > CVC_DIGITS_MAX)
        return ERR_BAD_REQUEST;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return ERR_BAD_REQUEST;
    }
    memcpy(ret_cvc->digits, text.data, text.size);
    ret_cvc->count = (uint8_t)text.size;
    return OK;
}

static size_t slots_size(const struct cvc_box *box)
{
    return ((size_t)box->count_max + 1) * sizeof(box->slots[0]);
}

static uint32_t part_of(uint32_t count_max, size_t tenants)
{
    size_t part = tenants == 0 ? count_max : count_max / tenants;

    return part == 0 ? 1 : (uint32_t)part;
}

enum err cvc_box_new(const struct cvc_box_options *options, struct cvc_box **ret_box)
{
    struct cvc_box *box = calloc(1, sizeof(*box));

    if (box == NULL)
        return ERR_MEMORY;
    must(pthread_mutex_init(&box->lock, NULL) == 0);
    box->ttl_ms = options->ttl_ms;
    box->count_max = options->count_max;
    box->part_max = part_of(options->count_max, options->tenants);
    box->heads = calloc(options->count_max, sizeof(box->heads[0]));
    box->slots = secret_new(slots_size(box));
    if (box->heads == NULL || box->slots == NULL) {
        cvc_box_free(box);
        return ERR_MEMORY;
    }
    for (uint32_t i = 1; i < box->count_max; i++)
        box->slots[i].next = i + 1;
    box->free = 1;
    *ret_box = box;
    return OK;
}

void cvc_box_free(struct cvc_box *box)
{
    if (box == NULL)
        return;
    must(pthread_mutex_destroy(&box->lock) == 0);
    secret_free(box->slots, slots_size(box));
    free(box->heads);
    free(box);
}

static void lock(struct cvc_box *box)
{
    must(pthread_mutex_lock(&box->lock) == 0);
}

static void unlock(struct cvc_box *box)
{
    must(pthread_mutex_unlock(&box->lock) == 0);
}

/* The link that leads to the slot of this place, or to the end of its chain. FNV-1a. */
static uint32_t *find_link(struct cvc_box *box, const struct record_place *place)
{
    uint32_t hash = UINT32_C(2166136261) ^ place->tenant;
    uint32_t *link;

    for (size_t i = 0; i < place->token.size; i++)
        hash = (hash ^ (uint8_t)place->token.text[i]) * UINT32_C(16777619);
    link = &box->heads[hash % box->count_max];
    while (*link != NONE) {
        struct slot *slot = &box->slots[*link];
        if (slot->place.tenant == place->tenant && token_equal(&slot->place.token, &place->token))
            break;
        link = &slot->next;
    }
    return link;
}

static void age_add(struct cvc_box *box, uint32_t at)
{
    box->slots[at].older = box->youngest;
    box->slots[at].younger = NONE;
    if (box->youngest != NONE)
        box->slots[box->youngest].younger = at;
    else
        box->oldest = at;
    box->youngest = at;
}

static void age_remove(struct cvc_box *box, uint32_t at)
{
    struct slot *slot = &box->slots[at];

    if (slot->older != NONE)
        box->slots[slot->older].younger = slot->younger;
    else
        box->oldest = slot->younger;
    if (slot->younger != NONE)
        box->slots[slot->younger].older = slot->older;
    else
        box->youngest = slot->older;
}

void cvc_box_divide(struct cvc_box *box, size_t tenants)
{
    lock(box);
    box->part_max = part_of(box->count_max, tenants);
    unlock(box);
}

enum err cvc_box_reserve(struct cvc_box *box, uint32_t tenant)
{
    enum err err = ERR_OVERLOADED;

    must(tenant <= KEYRING_TENANTS_MAX);
    lock(box);
    if (box->taken < box->count_max && box->of[tenant] < box->part_max) {
        box->taken++;
        box->of[tenant]++;
        err = OK;
    }
    unlock(box);
    return err;
}

static void give_back(struct cvc_box *box, uint32_t tenant)
{
    must(tenant <= KEYRING_TENANTS_MAX && box->of[tenant] > 0 && box->taken > 0);
    box->of[tenant]--;
    box->taken--;
}

void cvc_box_give_back(struct cvc_box *box, uint32_t tenant)
{
    lock(box);
    give_back(box, tenant);
    unlock(box);
}

static void destroy(struct cvc_box *box, uint32_t *link)
{
    uint32_t at = *link;
    struct slot *slot = &box->slots[at];

    give_back(box, slot->place.tenant);
    age_remove(box, at);
    *link = slot->next;
    wipe(slot, sizeof(*slot));
    slot->next = box->free;
    box->free = at;
}

/* Each code has a reservation of its own: one that replaces another gives one back. */
static uint32_t place_slot(struct cvc_box *box, const struct record_place *place)
{
    uint32_t *link = find_link(box, place);
    uint32_t at = *link;

    if (at != NONE) {
        give_back(box, place->tenant);
        age_remove(box, at);
        return at;
    }
    at = box->free;
    must(at != NONE);
    box->free = box->slots[at].next;
    box->slots[at].next = NONE;
    *link = at;
    return at;
}

void cvc_box_put(struct cvc_box *box, const struct record_place *place, const struct cvc *cvc,
                 int64_t now_ms)
{
    uint32_t at;

    lock(box);
    at = place_slot(box, place);
    box->slots[at].place = *place;
    box->slots[at].cvc = *cvc;
    box->slots[at].put_ms = now_ms;
    age_add(box, at);
    unlock(box);
}

bool cvc_box_get(struct cvc_box *box, const struct record_place *place, int64_t oldest_ms,
                 struct cvc *ret_cvc)
{
    const struct slot *slot;
    bool found;

    lock(box);
    slot = &box->slots[*find_link(box, place)];
    found = slot != &box->slots[NONE] && slot->put_ms >= oldest_ms;
    if (found)
        *ret_cvc = slot->cvc;
    unlock(box);
    return found;
}

bool cvc_box_has(struct cvc_box *box, const struct record_place *place)
{
    bool found;

    lock(box);
    found = *find_link(box, place) != NONE;
    unlock(box);
    return found;
}

bool cvc_box_destroy(struct cvc_box *box, const struct record_place *place)
{
    uint32_t *link;
    bool found;

    lock(box);
    link = find_link(box, place);
    found = *link != NONE;
    if (found)
        destroy(box, link);
    unlock(box);
    return found;
}

bool cvc_box_destroy_old(struct cvc_box *box, int64_t now_ms, struct record_place *ret_place)
{
    struct slot *slot;
    bool found;

    lock(box);
    slot = &box->slots[box->oldest];
    found = box->oldest != NONE && now_ms - slot->put_ms >= box->ttl_ms;
    if (found) {
        *ret_place = slot->place;
        destroy(box, find_link(box, ret_place));
    }
    unlock(box);
    return found;
}
