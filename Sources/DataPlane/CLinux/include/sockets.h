#ifndef TEAL_SOCKETS_H
#define TEAL_SOCKETS_H

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/un.h>

/// The most descriptors that one message may carry (SCM_MAX_FD).
#define TEAL_MAX_DESCRIPTORS 253

/// Sends bytes with descriptors attached to the first of them. Returns the bytes sent, or -1 with `errno`.
ssize_t teal_send_descriptors(int socket, const void *bytes, size_t count, const int *descriptors, size_t descriptor_count);

/// Receives bytes and the descriptors attached to them (close-on-exec; room for TEAL_MAX_DESCRIPTORS). Returns the bytes
/// received, 0 at the end, or -1 with `errno`.
ssize_t teal_receive_descriptors(int socket, void *bytes, size_t count, int *descriptors, size_t *descriptor_count);

/// accept4: non-blocking and close-on-exec.
int teal_accept(int socket, struct sockaddr_storage *peer);

/// getsockname. Returns 0, or -1 with `errno`.
int teal_local_address(int socket, struct sockaddr_storage *address);

/// accept4: blocking and close-on-exec; the peer's address is not asked for.
int teal_accept_blocking(int socket);

/// epoll_ctl with a 64-bit tag; `operation` is EPOLL_CTL_ADD, _MOD or _DEL.
int teal_epoll_control(int epoll, int operation, int descriptor, uint32_t events, uint64_t tag);

/// The tag of a received event (a union in C).
static inline uint64_t teal_epoll_tag(const struct epoll_event *event) { return event->data.u64; }

/// From now on SIGTERM and SIGINT add 1 to an eventfd, whichever thread they reach. SIGPIPE is ignored.
void teal_ring_on_termination(int eventfd);

/// Starts a detached thread with a name of at most 15 bytes. Returns 0 or an error number.
int teal_start_thread(const char *name, void *(*body)(void *), void *argument);

#endif
