/*
 * PEM files, read whole and wiped.
 */
#ifndef PANGATE_NET_PEM_H
#define PANGATE_NET_PEM_H

#include <stdbool.h>

#include "base/err.h"
#include "base/why.h"

enum { PEM_FILE_MAX = 1 << 24 }; /* of a revocation list with some 400,000 entries */

struct bio_st;
struct evp_pkey_st;
struct stack_st_X509;

/* A file as something that OpenSSL reads from. The memory is OpenSSL's; free it with BIO_free(). */
enum err pem_open(const char *path, struct why *why, struct bio_st **ret_file);

/* All certificates of a file, at least one. Free with sk_X509_pop_free(). */
enum err pem_certificates(const char *path, struct why *why, struct stack_st_X509 **ret_stack);

/* A private key, not encrypted, from a file that only its owner can read (else ERR_MODE). */
enum err pem_key(const char *path, struct why *why, struct evp_pkey_st **ret_key);

/* True if reading stopped at the end of the file and not at something broken; clears the error. */
bool pem_ended(void);

#endif
