#ifndef TEAL_PROCESS_H
#define TEAL_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/inotify.h>
#include <sys/types.h>

/// A resource limit of a child (setrlimit); -1 is "unlimited".
typedef struct {
    int resource;
    int64_t soft;
    int64_t hard;
} teal_limit;

/// How a child process is to be started.
typedef struct {
    const char *path;
    char *const *argv;
    char *const *envp;
    /// The working directory; NULL keeps the parent's.
    const char *directory;
    /// Descriptor `i` of the child is `descriptors[i]` of the parent; -1 is /dev/null. At most 8. The child has no other.
    const int *descriptors;
    int descriptor_count;
    /// A session of its own; survives the parent's terminal and is a process group too.
    bool new_session;
    /// A process group of its own.
    bool new_group;
    /// Sent to the child when the *thread* that started it ends; 0 sends nothing.
    int parent_death_signal;
    /// SIGALRM ends the child after so many seconds even when its parent is gone; 0 never.
    unsigned alarm_seconds;
    const teal_limit *limits;
    int limit_count;
} teal_spawn_request;

typedef enum {
    teal_spawn_step_fork = 1,
    teal_spawn_step_descriptors,
    teal_spawn_step_session,
    teal_spawn_step_directory,
    teal_spawn_step_limits,
    teal_spawn_step_execute,
} teal_spawn_step;

/// Starts a child with default signal actions and an empty signal mask. Returns its pid once the program is executing.
/// Returns -1 with `errno` and the step that failed otherwise; nothing is left to reap then.
pid_t teal_spawn(const teal_spawn_request *request, teal_spawn_step *failed_step);

/// The RLIMIT_ constant of a Docker ulimit name ("nofile"); -1 for an unknown one.
int teal_limit_resource(const char *name);

/// A pipe, both ends close-on-exec: `ends[0]` reads.
int teal_pipe(int ends[2]);

/// Descendants that lose their parent become children of this process.
int teal_become_subreaper(void);

/// A descriptor that becomes readable when the process ends. Close-on-exec.
int teal_pidfd_open(pid_t pid);
int teal_pidfd_send_signal(int pidfd, int signal);

/// Blocks `signals` in this thread and returns a non-blocking, close-on-exec descriptor that delivers them.
int teal_signal_descriptor(const int *signals, int count);
/// The next signal from such a descriptor; 0 when there is none.
int teal_signal_read(int descriptor);

#endif
