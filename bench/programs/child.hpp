#pragma once

#include <sys/types.h>

#include <string>

namespace bench {

/// A running command; killed when its starter dies, so that a bench that gives up leaves nothing
/// behind. Its stdout goes to stderr.
class Child {
 public:
  /// `command`: words parted by blanks, no quoting.
  explicit Child(const std::string& command);
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child();

  /// Sends the signal, waits for the end and returns the exit status (128 + N after signal N).
  int end(int signal);
  /// User and system CPU seconds of all its threads so far, from /proc.
  [[nodiscard]] double cpuSeconds() const;

 private:
  pid_t pid_;
};

}  // namespace bench
