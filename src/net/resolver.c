#include "net/resolver.h"

#include <netdb.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mailbox.h"
#include "base/must.h"

/* Two hold it: its owner and its thread, which may be waiting for a name server when the owner
 * goes. */
struct resolver {
    pthread_mutex_t lock;
    pthread_cond_t asked;
    struct list waiting;
    struct resolver_question *current; /* being looked up; NULL if it was given up meanwhile */
    unsigned holders;
    bool stopped;
};

static void resolver_release(struct resolver *resolver)
{
    bool last;

    must(pthread_mutex_lock(&resolver->lock) == 0);
    last = --resolver->holders == 0;
    must(pthread_mutex_unlock(&resolver->lock) == 0);
    if (!last)
        return;
    must(pthread_cond_destroy(&resolver->asked) == 0);
    must(pthread_mutex_destroy(&resolver->lock) == 0);
    free(resolver);
}

static void take_family(const struct addrinfo *found, int family, struct endpoint *ret_addresses,
                        size_t *ret_count)
{
    for (; found != NULL && *ret_count < RESOLVER_ADDRESSES_MAX; found = found->ai_next) {
        struct endpoint *endpoint = &ret_addresses[*ret_count];

        if (found->ai_family != family || found->ai_addrlen > sizeof(endpoint->address))
            continue;
        *endpoint = (struct endpoint){ .size = found->ai_addrlen };
        memcpy(&endpoint->address, found->ai_addr, found->ai_addrlen);
        (*ret_count)++;
    }
}

/* By turns, so that one family that leads nowhere does not hold the other up (RFC 8305, section
 * 4). */
static void interleave(const struct addrinfo *found, struct resolver_question *question)
{
    struct endpoint six[RESOLVER_ADDRESSES_MAX], four[RESOLVER_ADDRESSES_MAX];
    size_t sixes = 0, fours = 0;

    take_family(found, AF_INET6, six, &sixes);
    take_family(found, AF_INET, four, &fours);
    for (size_t i = 0; i < RESOLVER_ADDRESSES_MAX; i++) {
        if (i < sixes && question->count < RESOLVER_ADDRESSES_MAX)
            question->addresses[question->count++] = six[i];
        if (i < fours && question->count < RESOLVER_ADDRESSES_MAX)
            question->addresses[question->count++] = four[i];
    }
}

static void look_up(struct resolver_question *question)
{
    const struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG };
    struct addrinfo *found = NULL;
    char port[8];
    int result;

    (void)snprintf(port, sizeof(port), "%u", question->port);
    result = getaddrinfo(question->host, port, &hints, &found);
    if (result == 0)
        interleave(found, question);
    if (found != NULL)
        freeaddrinfo(found);
    if (question->count > 0)
        question->err = OK;
    else
        question->err = result == EAI_AGAIN ? ERR_UNREACHABLE : ERR_NOT_FOUND;
}

/* The next question, copied, so that its asker may give it up while it is looked up; false at the
 * end. */
static bool resolver_next(struct resolver *resolver, struct resolver_question *ret_copy)
{
    struct list *node = NULL;

    must(pthread_mutex_lock(&resolver->lock) == 0);
    while (!resolver->stopped && (node = list_take_first(&resolver->waiting)) == NULL)
        must(pthread_cond_wait(&resolver->asked, &resolver->lock) == 0);
    if (node != NULL) {
        resolver->current = list_item(node, struct resolver_question, node);
        *ret_copy = *resolver->current;
    }
    must(pthread_mutex_unlock(&resolver->lock) == 0);
    return node != NULL;
}

static void resolver_answer(struct resolver *resolver, const struct resolver_question *copy)
{
    struct resolver_question *question;

    must(pthread_mutex_lock(&resolver->lock) == 0);
    question = resolver->current;
    resolver->current = NULL;
    if (question != NULL) {
        question->err = copy->err;
        question->count = copy->count;
        memcpy(question->addresses, copy->addresses, sizeof(copy->addresses));
        must(mailbox_post(question->answers, &question->node) == OK);
    }
    must(pthread_mutex_unlock(&resolver->lock) == 0);
}

static void *resolver_run(void *argument)
{
    struct resolver *resolver = argument;
    struct resolver_question copy;

    (void)pthread_setname_np(pthread_self(), "resolver");
    while (resolver_next(resolver, &copy)) {
        look_up(&copy);
        resolver_answer(resolver, &copy);
    }
    resolver_release(resolver);
    return NULL;
}

enum err resolver_new(struct resolver **ret_resolver)
{
    struct resolver *resolver = calloc(1, sizeof(*resolver));
    pthread_t thread;

    if (resolver == NULL)
        return ERR_MEMORY;
    must(pthread_mutex_init(&resolver->lock, NULL) == 0);
    must(pthread_cond_init(&resolver->asked, NULL) == 0);
    list_init(&resolver->waiting);
    resolver->holders = 2;
    if (pthread_create(&thread, NULL, resolver_run, resolver) != 0) {
        resolver->holders = 1;
        resolver_release(resolver);
        return ERR_MEMORY;
    }
    must(pthread_detach(thread) == 0);
    *ret_resolver = resolver;
    return OK;
}

void resolver_free(struct resolver *resolver)
{
    if (resolver == NULL)
        return;
    must(pthread_mutex_lock(&resolver->lock) == 0);
    must(list_is_empty(&resolver->waiting));
    resolver->stopped = true;
    must(pthread_cond_signal(&resolver->asked) == 0);
    must(pthread_mutex_unlock(&resolver->lock) == 0);
    resolver_release(resolver);
}

void resolver_ask(struct resolver *resolver, struct resolver_question *question)
{
    must(pthread_mutex_lock(&resolver->lock) == 0);
    list_add_last(&resolver->waiting, &question->node);
    must(pthread_cond_signal(&resolver->asked) == 0);
    must(pthread_mutex_unlock(&resolver->lock) == 0);
}

static bool is_waiting(const struct resolver *resolver, const struct resolver_question *question)
{
    for (const struct list *node = resolver->waiting.next; node != &resolver->waiting;
         node = node->next)
        if (node == &question->node)
            return true;
    return false;
}

bool resolver_give_up(struct resolver *resolver, struct resolver_question *question)
{
    bool ours;

    must(pthread_mutex_lock(&resolver->lock) == 0);
    ours = question == resolver->current || is_waiting(resolver, question);
    if (question == resolver->current)
        resolver->current = NULL;
    else if (ours)
        list_remove(&question->node);
    must(pthread_mutex_unlock(&resolver->lock) == 0);
    if (ours)
        free(question);
    return ours;
}
