#define _GNU_SOURCE
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { max_descriptors = 8 };

typedef struct {
    int step;
    int error;
} spawn_failure;

static void close_from(int first) {
#ifdef SYS_close_range
    if (syscall(SYS_close_range, first, ~0U, 0) == 0) return;
#endif
    struct rlimit limit;
    int last = getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < 65536 ? (int)limit.rlim_cur : 65536;
    for (int descriptor = first; descriptor < last; descriptor++) close(descriptor);
}

/// Moves the wanted descriptors to 0...count-1 and the report pipe to `count`; closes everything else.
static int arrange_descriptors(const teal_spawn_request *request, int report) {
    int count = request->descriptor_count;
    int moved[max_descriptors + 1];
    for (int i = 0; i <= count; i++) {
        int source = i == count ? report : request->descriptors[i];
        if (source >= 0) {
            moved[i] = fcntl(source, F_DUPFD_CLOEXEC, count + 1);
        } else {
            int null = open("/dev/null", O_RDWR | O_CLOEXEC);
            moved[i] = null < 0 ? -1 : fcntl(null, F_DUPFD_CLOEXEC, count + 1);
        }
        if (moved[i] < 0) return -1;
    }
    for (int i = 0; i < count; i++) {
        if (dup2(moved[i], i) < 0) return -1;
    }
    if (dup3(moved[count], count, O_CLOEXEC) < 0) return -1;
    close_from(count + 1);
    return 0;
}

static int apply_limits(const teal_spawn_request *request) {
    for (int i = 0; i < request->limit_count; i++) {
        const teal_limit *limit = &request->limits[i];
        struct rlimit value = {
            .rlim_cur = limit->soft < 0 ? RLIM_INFINITY : (rlim_t)limit->soft,
            .rlim_max = limit->hard < 0 ? RLIM_INFINITY : (rlim_t)limit->hard,
        };
        if (setrlimit(limit->resource, &value) != 0) return -1;
    }
    return 0;
}

/// Runs in the child, between fork and exec: async-signal-safe calls only.
static void become(const teal_spawn_request *request, pid_t parent, int report) {
    spawn_failure failure = {.step = teal_spawn_step_session};
    if (request->new_session && setsid() < 0) goto failed;
    if (request->new_group && setpgid(0, 0) != 0) goto failed;
    if (request->parent_death_signal != 0) {
        if (prctl(PR_SET_PDEATHSIG, request->parent_death_signal) != 0) goto failed;
        // The parent may have died before the line above.
        if (getppid() != parent) _exit(127);
    }
    failure.step = teal_spawn_step_descriptors;
    if (arrange_descriptors(request, report) != 0) goto failed;
    report = request->descriptor_count;
    failure.step = teal_spawn_step_directory;
    if (request->directory != NULL && chdir(request->directory) != 0) goto failed;
    failure.step = teal_spawn_step_limits;
    if (apply_limits(request) != 0) goto failed;
    if (request->alarm_seconds > 0) alarm(request->alarm_seconds);

    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = SIG_DFL;
    for (int signal = 1; signal < NSIG; signal++) sigaction(signal, &action, NULL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);

    failure.step = teal_spawn_step_execute;
    execve(request->path, request->argv, request->envp);
failed:
    failure.error = errno;
    ssize_t written = write(report, &failure, sizeof failure);
    (void)written;
    _exit(127);
}

pid_t teal_spawn(const teal_spawn_request *request, teal_spawn_step *failed_step) {
    *failed_step = teal_spawn_step_fork;
    if (request->descriptor_count > max_descriptors) {
        errno = EINVAL;
        return -1;
    }
    int report[2];
    if (pipe2(report, O_CLOEXEC) != 0) return -1;

    // No handler of ours may run in the child.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t parent = getpid();
    pid_t child = fork();
    int fork_error = errno;
    if (child == 0) become(request, parent, report[1]);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(report[1]);
    if (child < 0) {
        close(report[0]);
        errno = fork_error;
        return -1;
    }

    spawn_failure failure;
    ssize_t count;
    do {
        count = read(report[0], &failure, sizeof failure);
    } while (count < 0 && errno == EINTR);
    close(report[0]);
    // End of file: exec closed the pipe.
    if (count != sizeof failure) return child;
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {}
    *failed_step = (teal_spawn_step)failure.step;
    errno = failure.error;
    return -1;
}

int teal_limit_resource(const char *name) {
    static const struct {
        const char *name;
        int resource;
    } resources[] = {
        {"core", RLIMIT_CORE},         {"cpu", RLIMIT_CPU},       {"data", RLIMIT_DATA},     {"fsize", RLIMIT_FSIZE},
        {"locks", RLIMIT_LOCKS},       {"memlock", RLIMIT_MEMLOCK}, {"msgqueue", RLIMIT_MSGQUEUE}, {"nice", RLIMIT_NICE},
        {"nofile", RLIMIT_NOFILE},     {"nproc", RLIMIT_NPROC},   {"rss", RLIMIT_RSS},       {"rtprio", RLIMIT_RTPRIO},
        {"rttime", RLIMIT_RTTIME},     {"sigpending", RLIMIT_SIGPENDING}, {"stack", RLIMIT_STACK},
    };
    for (unsigned i = 0; i < sizeof resources / sizeof resources[0]; i++) {
        if (strcmp(resources[i].name, name) == 0) return resources[i].resource;
    }
    return -1;
}

int teal_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

int teal_become_subreaper(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1); }

int teal_pidfd_open(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

int teal_pidfd_send_signal(int pidfd, int signal) {
    return (int)syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0);
}

int teal_signal_descriptor(const int *signals, int count) {
    sigset_t set;
    sigemptyset(&set);
    for (int i = 0; i < count; i++) sigaddset(&set, signals[i]);
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0) return -1;
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int teal_signal_read(int descriptor) {
    struct signalfd_siginfo info;
    return read(descriptor, &info, sizeof info) == sizeof info ? (int)info.ssi_signo : 0;
}
