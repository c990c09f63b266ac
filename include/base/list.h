/*
 * Doubly linked list through a node inside each element. Nothing is allocated.
 */
#ifndef PANGATE_BASE_LIST_H
#define PANGATE_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct list {
    struct list *next, *prev;
};

#define list_item(node, type, member) ((type *)((char *)(node)-offsetof(type, member)))

/* Walks the nodes; the current one may be removed. */
#define list_each(node, whole)                                                                     \
    for (struct list *node = (whole)->next, *node##_next = node->next; node != (whole);            \
         node = node##_next, node##_next = node->next)

static inline void list_init(struct list *list)
{
    list->next = list->prev = list;
}

static inline bool list_is_empty(const struct list *list)
{
    return list->next == list;
}

static inline void list_add_last(struct list *list, struct list *node)
{
    node->prev = list->prev;
    node->next = list;
    list->prev->next = node;
    list->prev = node;
}

static inline void list_add_first(struct list *list, struct list *node)
{
    list_add_last(list->next, node);
}

/* Afterwards the node is a list of its own, so removing it again does nothing. */
static inline void list_remove(struct list *node)
{
    node->prev->next = node->next;
    node->next->prev = node->prev;
    list_init(node);
}

static inline struct list *list_take_first(struct list *list)
{
    struct list *node = list->next;
    if (node == list)
        return NULL;
    list_remove(node);
    return node;
}

#endif
