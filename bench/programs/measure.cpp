// Runs a command and prints what it cost, as one JSON line on stdout: cpu_s (user + system, all
// threads), wall_s, rss_max_mib, exit. The command's own stdout goes to stderr.
//
// measure COMMAND [ARGUMENT...]
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

#include "bench/programs/client.hpp"

int main(int count, char** values) {
  if (count < 2) bench::die("usage: measure COMMAND [ARGUMENT...]");
  const double start = bench::seconds();
  const pid_t child = fork();
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // a bench that gives up leaves nothing behind
    dup2(STDERR_FILENO, STDOUT_FILENO);
    execvp(values[1], values + 1);
    std::perror(values[1]);
    _exit(127);
  }
  int status = 0;
  rusage used{};
  wait4(child, &status, 0, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  const int exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  std::printf(R"({"cpu_s":%.3f,"wall_s":%.3f,"rss_max_mib":%ld,"exit":%d})"
              "\n",
              seconds(used.ru_utime) + seconds(used.ru_stime), bench::seconds() - start,
              used.ru_maxrss / 1024, exit_code);
  return exit_code;
}
