/*
 * Telling the service manager (sd_notify(3), the protocol is one datagram).
 */
#ifndef PANGATE_GATEWAY_NOTIFY_H
#define PANGATE_GATEWAY_NOTIFY_H

/* "READY=1" and its like; nothing happens without NOTIFY_SOCKET. */
void notify(const char *state);

#endif
