/*
 * What a client may do. Nothing is allowed that its section does not name.
 */
#ifndef PANGATE_SERVICE_RIGHT_H
#define PANGATE_SERVICE_RIGHT_H

enum right {
    RIGHT_NONE = 0, /* any client */
    RIGHT_TOKENIZE = 1 << 0,
    RIGHT_INSPECT = 1 << 1,
    RIGHT_UPDATE = 1 << 2,
    RIGHT_ERASE = 1 << 3,
    RIGHT_DETOKENIZE = 1 << 4,
    RIGHT_ADMIN = 1 << 5,
    RIGHT_FORWARD_ANY = 1 << 6, /* forward:*, beside the routes that are named */
};

#endif
