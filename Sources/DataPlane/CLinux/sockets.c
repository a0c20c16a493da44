#define _GNU_SOURCE
#include "sockets.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>

ssize_t teal_send_descriptors(int socket, const void *bytes, size_t count, const int *descriptors, size_t descriptor_count) {
    union {
        char buffer[CMSG_SPACE(sizeof(int) * TEAL_MAX_DESCRIPTORS)];
        struct cmsghdr alignment;
    } control;
    struct iovec part = {(void *)bytes, count};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (descriptor_count > TEAL_MAX_DESCRIPTORS) {
        errno = EINVAL;
        return -1;
    }
    if (descriptor_count > 0) {
        message.msg_control = control.buffer;
        message.msg_controllen = CMSG_SPACE(sizeof(int) * descriptor_count);
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int) * descriptor_count);
        memcpy(CMSG_DATA(header), descriptors, sizeof(int) * descriptor_count);
    }
    return sendmsg(socket, &message, MSG_NOSIGNAL);
}

ssize_t teal_receive_descriptors(int socket, void *bytes, size_t count, int *descriptors, size_t *descriptor_count) {
    union {
        char buffer[CMSG_SPACE(sizeof(int) * TEAL_MAX_DESCRIPTORS)];
        struct cmsghdr alignment;
    } control;
    struct iovec part = {bytes, count};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.buffer, .msg_controllen = sizeof(control.buffer)};
    *descriptor_count = 0;
    ssize_t received = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    if (received < 0) return -1;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
        size_t found = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        memcpy(descriptors + *descriptor_count, CMSG_DATA(header), found * sizeof(int));
        *descriptor_count += found;
    }
    return received;
}

int teal_accept(int socket, struct sockaddr_storage *peer) {
    socklen_t length = sizeof(*peer);
    return accept4(socket, (struct sockaddr *)peer, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

int teal_local_address(int socket, struct sockaddr_storage *address) {
    socklen_t length = sizeof(*address);
    return getsockname(socket, (struct sockaddr *)address, &length);
}

int teal_accept_blocking(int socket) { return accept4(socket, NULL, NULL, SOCK_CLOEXEC); }

int teal_epoll_control(int epoll, int operation, int descriptor, uint32_t events, uint64_t tag) {
    struct epoll_event event = {.events = events, .data.u64 = tag};
    return epoll_ctl(epoll, operation, descriptor, &event);
}

int teal_start_thread(const char *name, void *(*body)(void *), void *argument) {
    pthread_t thread;
    int error = pthread_create(&thread, NULL, body, argument);
    if (error) return error;
    pthread_setname_np(thread, name);
    return pthread_detach(thread);
}

static volatile sig_atomic_t termination_eventfd = -1;

static void ring_termination(int signal) {
    (void)signal;
    int saved = errno;
    eventfd_write(termination_eventfd, 1);
    errno = saved;
}

void teal_ring_on_termination(int eventfd) {
    struct sigaction action = {.sa_handler = ring_termination, .sa_flags = SA_RESTART};
    termination_eventfd = eventfd;
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, NULL);
}
