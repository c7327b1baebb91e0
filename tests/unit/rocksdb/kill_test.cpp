// kill -9 at every failpoint of checkpoint and restore, with the real database: the next start
// finds exactly the committed state. The victim is this binary again, running the hidden case
// below.
#include <cstdlib>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <lockstep/base/failpoint.hpp>

#include "state/rocksdb/rocksdb_store.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/state_bench.hpp"
#include "tests/support/temp_folder.hpp"

using namespace lockstep;
using namespace lockstep::test;

namespace {

constexpr int kBatches = 30;
constexpr int kCheckpointEvery = 5;
constexpr const char* kFolderVariable = "LOCKSTEP_TEST_STATE_DIR";

StateBench::Changes changesOf(int i) {
  StateBench::Changes changes;
  for (int k = 0; k < 10; ++k) {
    const auto key = "key" + std::to_string((i * 7 + k * k) % 60);
    changes.emplace_back(key, (i + k) % 5 == 0 ? "-" : std::to_string(i * 100 + k));
  }
  return changes;
}

/// The same batches always: without a store they make the log that the victim wrote.
void runAll(StateBench& bench, bool checkpoints) {
  for (int i = 1; i <= kBatches; ++i) {
    bench.batch(changesOf(i));
    if (checkpoints && i % kCheckpointEvery == 0) REQUIRE(bench.checkpoint().ok());
  }
}

/// Runs the hidden case in another process; returns how that ended, as waitpid() tells it.
int runVictim(const TempFolder& folder, const std::string& failpoints) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::setenv(kFolderVariable, folder.path().c_str(), 1);
    ::setenv("LOCKSTEP_FAILPOINTS", failpoints.c_str(), 1);
    const int null = ::open("/dev/null", O_WRONLY);
    ::dup2(null, STDOUT_FILENO);
    ::dup2(null, STDERR_FILENO);
    ::execl("/proc/self/exe", "rocksdb_test", "[.victim]", nullptr);
    ::_exit(127);
  }
  int ended = 0;
  REQUIRE(::waitpid(pid, &ended, 0) == pid);
  return ended;
}

}  // namespace

TEST_CASE("the victim writes checkpoints, restarts, and goes on", "[.victim]") {
  const char* folder = std::getenv(kFolderVariable);
  REQUIRE(folder != nullptr);
  REQUIRE(armFailpointsFromEnvironment().empty());
  StateBench bench;
  REQUIRE(bench.restart(std::make_unique<RocksdbStore>(folder)).ok());
  runAll(bench, true);
  REQUIRE(bench.restart(std::make_unique<RocksdbStore>(folder)).ok());
}

TEST_CASE("kill -9 at any failpoint leaves what the replay repairs", "[unit][rocksdb][kill]") {
  const std::string point =
      GENERATE("checkpoint.begin", "checkpoint.values_written", "checkpoint.synced",
               "checkpoint.before_positions", "checkpoint.done", "restore.begin", "restore.mid",
               "restore.before_ready");
  const int hit = GENERATE(1, 2, 4);
  if (point.starts_with("restore") && hit > 2) return;  // it restarts once
  CAPTURE(point, hit);
  const TempFolder folder;
  const int ended = runVictim(folder, point + "=kill@" + std::to_string(hit));
  REQUIRE(WIFSIGNALED(ended));
  REQUIRE(WTERMSIG(ended) == SIGKILL);

  StateBench bench;
  REQUIRE(bench.restart(nullptr).ok());
  runAll(bench, false);
  const auto expected = bench.items();
  const auto report = bench.restart(std::make_unique<RocksdbStore>(folder.path().string()));
  REQUIRE(report.ok());
  CHECK(bench.items() == expected);
  const bool first_checkpoint_done =
      point == "checkpoint.done" || (point.starts_with("restore") ? hit == 2 : hit > 1);
  CHECK(report->rebuilt == !first_checkpoint_done);
}

TEST_CASE("an undisturbed victim ends well", "[unit][rocksdb][kill]") {
  const TempFolder folder;
  const int ended = runVictim(folder, "checkpoint.begin=sleep(1)@1");
  CHECK(WIFEXITED(ended));
  CHECK(WEXITSTATUS(ended) == 0);
}
