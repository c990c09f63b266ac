/*
 * OpenSSL, set up once for the whole process.
 */
#ifndef PANGATE_CRYPTO_LIBRARY_H
#define PANGATE_CRYPTO_LIBRARY_H

#include "base/err.h"

/*
 * Make OpenSSL wipe whatever it frees. Called first in main(), before any thread and any other
 * use of OpenSSL; ERR_CRYPTO if OpenSSL has allocated already, for then it is too late.
 */
enum err crypto_start(void);

/*
 * What an OpenSSL call answered: OK for 1, else ERR_CRYPTO, and the thread's error queue is
 * emptied, since TLS on the same thread would take what is left there for its own.
 */
enum err crypto_err(int result);

#endif
