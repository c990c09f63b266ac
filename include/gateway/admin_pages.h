/*
 * What the admin listener answers, page by page.
 */
#ifndef PANGATE_GATEWAY_ADMIN_PAGES_H
#define PANGATE_GATEWAY_ADMIN_PAGES_H

#include "gateway/server.h"

/* Who asks, and whom. */
struct admin_visitor {
    struct server *server;
    const char *address; /* or, on a Unix socket, the user: "uid N" */
};

struct admin_page {
    const char *path;
    const char *content_type;
    /* Write the body, give the status. */
    int (*write)(const struct admin_visitor *visitor, struct buf *body);
};

/* POST /instructions: do what it says, if it is the operator's and new. The status. */
int admin_instruct(const struct admin_visitor *visitor, struct bytes signed_text, struct buf *body);

/* NULL: there is no such page. */
const struct admin_page *admin_page_find(struct bytes path);

#endif
