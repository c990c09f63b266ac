/*
 * The brand of a card by its issuer identification number (ISO/IEC 7812-1).
 *
 * Ranges overlap: the longest prefix that matches wins, and of two equally long ones the narrower
 * range, as it is the exception within the wider. Nothing beginning with 99 has a brand.
 */
#ifndef PANGATE_CARD_BRAND_H
#define PANGATE_CARD_BRAND_H

#include "card/pan.h"

/* The numbers stand in sealed records: new brands go to the end. */
#define BRAND_TABLE(X)                                                                             \
    X(BRAND_UNKNOWN, "unknown")                                                                    \
    X(BRAND_VISA, "visa")                                                                          \
    X(BRAND_MASTERCARD, "mastercard")                                                              \
    X(BRAND_AMEX, "american-express")                                                              \
    X(BRAND_DINERS, "diners-club")                                                                 \
    X(BRAND_DISCOVER, "discover")                                                                  \
    X(BRAND_JCB, "jcb")                                                                            \
    X(BRAND_UNIONPAY, "unionpay")                                                                  \
    X(BRAND_MAESTRO, "maestro")                                                                    \
    X(BRAND_ELO, "elo")                                                                            \
    X(BRAND_MIR, "mir")                                                                            \
    X(BRAND_HIPER, "hiper")                                                                        \
    X(BRAND_HIPERCARD, "hipercard")                                                                \
    X(BRAND_NARANJA, "naranja")                                                                    \
    X(BRAND_TROY, "troy")                                                                          \
    X(BRAND_VERVE, "verve")

#define BRAND_ENUM(name, text) name,
enum brand { BRAND_TABLE(BRAND_ENUM) BRANDS };

/* Leaks the first eight digits to whoever watches the caches; the rest is not looked at. */
enum brand brand_of(const struct pan *pan);

/* "visa"; "unknown" for a number that is no brand's. */
const char *brand_name(enum brand brand);

#endif
