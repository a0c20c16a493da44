#define _GNU_SOURCE
#include "CFunction.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int teal_function_pipe(int *read_end, int *write_end) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return -1;
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    *read_end = ends[0];
    *write_end = ends[1];
    return 0;
}

// Runs in the child between fork and exec: async-signal-safe calls only.
static int become_function(const char *directory, int output, pid_t parent) {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    for (int number = 1; number < 32; number++) signal(number, SIG_DFL);
    if (setpgid(0, 0) != 0) return errno;
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return errno;
    if (getppid() != parent) return ESRCH;
    int null = open("/dev/null", O_RDONLY);
    if (null < 0) return errno;
    if (dup2(null, 0) < 0 || dup2(output, 1) < 0 || dup2(output, 2) < 0) return errno;
    if (chdir(directory) != 0) return errno;
    return 0;
}

int teal_function_spawn(const char *path, char *const argv[], char *const envp[], const char *directory, int output,
                        pid_t *pid) {
    int report[2];
    if (pipe2(report, O_CLOEXEC) != 0) return errno;
    pid_t parent = getpid();
    pid_t child = fork();
    if (child < 0) {
        int failure = errno;
        close(report[0]);
        close(report[1]);
        return failure;
    }
    if (child == 0) {
        int failure = become_function(directory, output, parent);
        if (failure == 0) {
            // Descriptors 0 to 2 stay; the report pipe closes itself on exec and tells the parent of success by that.
            int moved = dup3(report[1], 3, O_CLOEXEC);
            if (moved < 0 && report[1] != 3) failure = errno;
            else syscall(SYS_close_range, 4, ~0U, 0);
            if (failure == 0) {
                execve(path, argv, envp);
                failure = errno;
            }
            (void)!write(3, &failure, sizeof failure);
        } else {
            (void)!write(report[1], &failure, sizeof failure);
        }
        _exit(127);
    }
    close(report[1]);
    int failure = 0;
    ssize_t length;
    do length = read(report[0], &failure, sizeof failure);
    while (length < 0 && errno == EINTR);
    close(report[0]);
    if (length == (ssize_t)sizeof failure) {
        teal_function_reap(child);
        return failure;
    }
    *pid = child;
    return 0;
}

int teal_function_pidfd(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

teal_function_exit teal_function_reap(pid_t pid) {
    int status = 0;
    pid_t reaped;
    do reaped = waitpid(pid, &status, 0);
    while (reaped < 0 && errno == EINTR);
    teal_function_exit result = {.status = -1, .signal = 0};
    if (reaped == pid && WIFEXITED(status)) result.status = WEXITSTATUS(status);
    if (reaped == pid && WIFSIGNALED(status)) result.signal = WTERMSIG(status);
    return result;
}
