#include "service/cvc_box.h"

#include <pthread.h>

#include "base/must.h"
#include "base/secret.h"

enum { HEADS = 4096, NONE = 0 /* places count from 1 */ };

struct slot {
    struct record_place place;
    struct cvc cvc;
    int64_t put_ms;
    uint16_t next;           /* in its chain, or among the free ones */
    uint16_t older, younger; /* by put_ms */
};

/* All of it lies in locked memory. */
struct cvc_box {
    pthread_mutex_t lock;
    int64_t ttl_ms;
    uint16_t free, oldest, youngest;
    uint16_t heads[HEADS];
    struct slot slots[CVC_BOX_MAX + 1]; /* the first is not used */
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

enum err cvc_box_new(int64_t ttl_ms, struct cvc_box **ret_box)
{
    struct cvc_box *box = secret_new(sizeof(*box));

    if (box == NULL)
        return ERR_MEMORY;
    must(pthread_mutex_init(&box->lock, NULL) == 0);
    box->ttl_ms = ttl_ms;
    for (uint16_t i = 1; i < CVC_BOX_MAX; i++)
        box->slots[i].next = (uint16_t)(i + 1);
    box->free = 1;
    *ret_box = box;
    return OK;
}

void cvc_box_free(struct cvc_box *box)
{
    if (box == NULL)
        return;
    must(pthread_mutex_destroy(&box->lock) == 0);
    secret_free(box, sizeof(*box));
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
static uint16_t *find_link(struct cvc_box *box, const struct record_place *place)
{
    uint32_t hash = UINT32_C(2166136261) ^ place->tenant;
    uint16_t *link;

    for (size_t i = 0; i < place->token.size; i++)
        hash = (hash ^ (uint8_t)place->token.text[i]) * UINT32_C(16777619);
    link = &box->heads[hash % HEADS];
    while (*link != NONE) {
        struct slot *slot = &box->slots[*link];
        if (slot->place.tenant == place->tenant && token_equal(&slot->place.token, &place->token))
            break;
        link = &slot->next;
    }
    return link;
}

static void age_add(struct cvc_box *box, uint16_t at)
{
    box->slots[at].older = box->youngest;
    box->slots[at].younger = NONE;
    if (box->youngest != NONE)
        box->slots[box->youngest].younger = at;
    else
        box->oldest = at;
    box->youngest = at;
}

static void age_remove(struct cvc_box *box, uint16_t at)
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

static void destroy(struct cvc_box *box, uint16_t *link)
{
    uint16_t at = *link;
    struct slot *slot = &box->slots[at];

    age_remove(box, at);
    *link = slot->next;
    wipe(slot, sizeof(*slot));
    slot->next = box->free;
    box->free = at;
}

static enum err put(struct cvc_box *box, const struct record_place *place, const struct cvc *cvc,
                    int64_t now_ms)
{
    uint16_t *link = find_link(box, place);
    uint16_t at = *link;

    if (at != NONE) {
        age_remove(box, at);
    } else {
        at = box->free;
        if (at == NONE)
            return ERR_OVERLOADED;
        box->free = box->slots[at].next;
        box->slots[at].next = NONE;
        *link = at;
    }
    box->slots[at].place = *place;
    box->slots[at].cvc = *cvc;
    box->slots[at].put_ms = now_ms;
    age_add(box, at);
    return OK;
}

enum err cvc_box_put(struct cvc_box *box, const struct record_place *place, const struct cvc *cvc,
                     int64_t now_ms)
{
    enum err err;

    lock(box);
    err = put(box, place, cvc, now_ms);
    unlock(box);
    return err;
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

bool cvc_box_destroy(struct cvc_box *box, const struct record_place *place)
{
    uint16_t *link;
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
