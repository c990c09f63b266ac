#include "service/quarantine.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "base/must.h"

struct held {
    struct list node;
    bool is_owed;
    struct audit_entry entry; /* its client is who is held */
};

struct quarantine {
    pthread_mutex_t lock;
    struct list clients; /* of struct held */
    atomic_size_t count, owed;
};

enum err quarantine_new(struct quarantine **ret_quarantine)
{
    struct quarantine *quarantine = calloc(1, sizeof(*quarantine));

    if (quarantine == NULL)
        return ERR_MEMORY;
    must(pthread_mutex_init(&quarantine->lock, NULL) == 0);
    list_init(&quarantine->clients);
    *ret_quarantine = quarantine;
    return OK;
}

void quarantine_free(struct quarantine *quarantine)
{
    if (quarantine == NULL)
        return;
    while (!list_is_empty(&quarantine->clients))
        free(list_item(list_take_first(&quarantine->clients), struct held, node));
    must(pthread_mutex_destroy(&quarantine->lock) == 0);
    free(quarantine);
}

static void lock(struct quarantine *quarantine)
{
    must(pthread_mutex_lock(&quarantine->lock) == 0);
}

static void unlock(struct quarantine *quarantine)
{
    must(pthread_mutex_unlock(&quarantine->lock) == 0);
}

static struct held *find(struct quarantine *quarantine, const char *client)
{
    list_each (node, &quarantine->clients) {
        struct held *held = list_item(node, struct held, node);
        if (strcmp(held->entry.client, client) == 0)
            return held;
    }
    return NULL;
}

size_t quarantine_count(const struct quarantine *quarantine)
{
    return atomic_load_explicit(&quarantine->count, memory_order_relaxed);
}

bool quarantine_holds(struct quarantine *quarantine, const char *client)
{
    bool holds;

    if (quarantine_count(quarantine) == 0)
        return false;
    lock(quarantine);
    holds = find(quarantine, client) != NULL;
    unlock(quarantine);
    return holds;
}

static enum err hold(struct quarantine *quarantine, const struct audit_entry *entry, bool is_owed)
{
    struct held *held = calloc(1, sizeof(*held));
    bool is_new;

    if (held == NULL)
        return ERR_MEMORY;
    list_init(&held->node);
    held->entry = *entry;
    held->is_owed = is_owed;
    lock(quarantine);
    is_new = find(quarantine, entry->client) == NULL;
    if (is_new) {
        list_add_last(&quarantine->clients, &held->node);
        atomic_fetch_add(&quarantine->count, 1);
        atomic_fetch_add(&quarantine->owed, is_owed ? 1 : 0);
    }
    unlock(quarantine);
    if (!is_new)
        free(held);
    return OK;
}

enum err quarantine_add(struct quarantine *quarantine, const struct audit_entry *entry)
{
    return hold(quarantine, entry, true);
}

enum err quarantine_recall(struct quarantine *quarantine, const char *client)
{
    struct audit_entry entry = { .kind = AUDIT_QUARANTINE };

    must(bytes_copy_text(bytes_str(client), entry.client, sizeof(entry.client)));
    return hold(quarantine, &entry, false);
}

void quarantine_remove(struct quarantine *quarantine, const char *client)
{
    struct held *held;

    lock(quarantine);
    held = find(quarantine, client);
    if (held != NULL) {
        list_remove(&held->node);
        atomic_fetch_sub(&quarantine->count, 1);
        atomic_fetch_sub(&quarantine->owed, held->is_owed ? 1 : 0);
    }
    unlock(quarantine);
    free(held);
}

bool quarantine_take_owed(struct quarantine *quarantine, struct audit_entry *ret_entry)
{
    bool found = false;

    if (atomic_load_explicit(&quarantine->owed, memory_order_relaxed) == 0)
        return false;
    lock(quarantine);
    list_each (node, &quarantine->clients) {
        struct held *held = list_item(node, struct held, node);
        if (found || !held->is_owed)
            continue;
        held->is_owed = false;
        atomic_fetch_sub(&quarantine->owed, 1);
        *ret_entry = held->entry;
        found = true;
    }
    unlock(quarantine);
    return found;
}

void quarantine_owe(struct quarantine *quarantine, const char *client)
{
    struct held *held;

    lock(quarantine);
    held = find(quarantine, client);
    if (held != NULL && !held->is_owed) {
        held->is_owed = true;
        atomic_fetch_add(&quarantine->owed, 1);
    }
    unlock(quarantine);
}

bool quarantine_next(struct quarantine *quarantine, size_t *at, char ret_client[AUDIT_NAME_SIZE])
{
    size_t place = 0;
    bool found = false;

    lock(quarantine);
    list_each (node, &quarantine->clients) {
        struct held *held = list_item(node, struct held, node);
        if (place++ == *at) {
            memcpy(ret_client, held->entry.client, AUDIT_NAME_SIZE);
            found = true;
        }
    }
    unlock(quarantine);
    *at += 1;
    return found;
}
