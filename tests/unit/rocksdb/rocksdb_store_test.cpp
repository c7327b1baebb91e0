// RocksdbStore: what a user sees when the folder or the disk is not right, and its size.
#include "state/rocksdb/rocksdb_store.hpp"

#include <csignal>
#include <fstream>
#include <random>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/catch.hpp"
#include "tests/support/state_bench.hpp"
#include "tests/support/temp_folder.hpp"

using namespace lockstep;
using namespace lockstep::test;
namespace fs = std::filesystem;

namespace {

std::unique_ptr<CheckpointStore> in(const TempFolder& folder) {
  return std::make_unique<RocksdbStore>(folder.path().string());
}

std::uintmax_t bytesBelow(const fs::path& folder) {
  std::uintmax_t bytes = 0;
  for (const auto& file : fs::recursive_directory_iterator(folder)) {
    if (file.is_regular_file()) bytes += file.file_size();
  }
  return bytes;
}

void checkError(const Status& status, const std::string& code, const fs::path& folder) {
  REQUIRE_FALSE(status.ok());
  CHECK(status.info().code == code);
  CHECK(status.exitCode() == ExitCode::kDisk);
  CHECK(status.message().find(folder.string()) != std::string::npos);
  CHECK_FALSE(status.info().help.empty());
}

}  // namespace

TEST_CASE("a state folder in use says so", "[unit][rocksdb][errors]") {
  const TempFolder folder;
  const auto first = in(folder);
  REQUIRE(first->open().ok());
  checkError(in(folder)->open().status(), "E702", folder.path());
}

TEST_CASE("a state folder is made where it is missing", "[unit][rocksdb][errors]") {
  const TempFolder folder;
  RocksdbStore store((folder.path() / "not" / "there").string());
  CHECK(store.open().ok());
  CHECK(fs::exists(folder.path() / "not" / "there" / "checkpoint"));
}

TEST_CASE("a new folder has no database before the first write", "[unit][rocksdb]") {
  const TempFolder folder;
  const auto database = folder.path() / "checkpoint" / "CURRENT";
  const auto first = in(folder);
  REQUIRE(first->open().ok());
  REQUIRE(first->open().ok());
  CHECK_FALSE(first->positions().value());
  CHECK(first->forget("sums").ok());
  CHECK(first->clear().ok());
  CHECK(first->sync().ok());
  std::size_t read = 0;
  REQUIRE(first->read("sums", ShardId{0}, {}, [&](auto values) { read += values.size(); }).ok());
  CHECK(read == 0);
  CHECK_FALSE(fs::exists(database));

  REQUIRE(first->commit("p1").ok());
  CHECK(fs::exists(database));
  CHECK(first->positions().value() == "p1");
  checkError(in(folder)->open().status(), "E702", folder.path());
}

TEST_CASE("a database that cannot be made stops with the first write", "[unit][rocksdb][errors]") {
  const TempFolder folder;
  const auto store = in(folder);
  REQUIRE(store->open().ok());
  fs::remove_all(folder.path() / "checkpoint");
  std::ofstream(folder.path() / "checkpoint") << "x";
  checkError(store->commit("p1"), "E701", folder.path());
}

TEST_CASE("a path that is a file says so", "[unit][rocksdb][errors]") {
  const TempFolder folder;
  const auto path = folder.path() / "file";
  std::ofstream(path) << "x";
  checkError(RocksdbStore(path.string()).open().status(), "E703", path);
}

TEST_CASE("a folder of somebody else says so", "[unit][rocksdb][errors]") {
  if (::geteuid() == 0) {
    // Root may write everywhere but to /proc.
    checkError(RocksdbStore("/proc/lockstep").open().status(), "E703", "/proc/lockstep");
    return;
  }
  const TempFolder folder;
  fs::permissions(folder.path(), fs::perms::owner_read | fs::perms::owner_exec);
  checkError(in(folder)->open().status(), "E703", folder.path());
  fs::permissions(folder.path(), fs::perms::owner_all);
}

TEST_CASE("a damaged database is put away and rebuilt from the changelog",
          "[unit][rocksdb][errors]") {
  const TempFolder folder;
  StateBench bench;
  REQUIRE(bench.restart(in(folder)).ok());
  bench.batch({{"a", "1"}, {"b", "2"}});
  REQUIRE(bench.checkpoint().ok());
  const auto expected = bench.items();
  bench.state.reset();

  SECTION("its list of files is gone") {
    for (const auto& file : fs::directory_iterator(folder.path() / "checkpoint")) {
      if (file.path().filename().string().starts_with("MANIFEST")) fs::remove(file.path());
    }
  }
  SECTION("its CURRENT is garbage") {
    std::ofstream(folder.path() / "checkpoint" / "CURRENT") << "garbage\n";
  }
  SECTION("a value file is garbage") {
    for (const auto& file : fs::directory_iterator(folder.path() / "checkpoint")) {
      if (file.path().extension() != ".sst") continue;
      const auto size = file.file_size();
      std::ofstream(file.path()) << std::string(size, 'x');
    }
  }
  const auto report = bench.restart(in(folder));
  INFO(report.status().toString());
  REQUIRE(report.ok());
  CHECK(report->rebuilt);
  CHECK(bench.items() == expected);
  REQUIRE(bench.checkpoint().ok());
  const auto next = bench.restart(in(folder));
  REQUIRE(next.ok());
  CHECK_FALSE(next->rebuilt);
  CHECK(bench.items() == expected);
}

TEST_CASE("values above one file's size come back", "[unit][rocksdb][size]") {
  const TempFolder folder;
  StateBench bench;
  REQUIRE(bench.restart(in(folder)).ok());
  StateBench::Changes changes;
  for (int i = 0; i < 5000; ++i) {
    changes.emplace_back("key" + std::to_string(i), std::string(8000, 'v'));
  }
  bench.batch(changes);
  REQUIRE(bench.checkpoint().ok());
  const auto expected = bench.items();
  const auto report = bench.restart(in(folder));
  REQUIRE(report.ok());
  CHECK(report->records == 0);
  CHECK(report->keys == 5000);
  CHECK(bench.items() == expected);
}

TEST_CASE("checkpoints of the same keys do not fill the disk", "[unit][rocksdb][size]") {
  const TempFolder folder;
  StateBench bench;
  REQUIRE(bench.restart(in(folder)).ok());
  for (int i = 0; i < 60; ++i) {
    bench.batch({{"a", std::string(50'000, 'a')}, {"b", std::to_string(i)}});
    REQUIRE(bench.checkpoint().ok());
  }
  bench.state.reset();
  CHECK(bytesBelow(folder.path()) < 2'000'000);
}

TEST_CASE("a full disk stops with E701 and leaves the older checkpoint good",
          "[unit][rocksdb][full]") {
  const TempFolder folder;
  StateBench bench;
  REQUIRE(bench.restart(in(folder)).ok());
  bench.batch({{"a", "1"}});
  REQUIRE(bench.checkpoint().ok());
  std::mt19937 random(1);  // cannot be compressed
  std::string noise;
  for (int i = 0; i < 400'000; ++i) noise += static_cast<char>(random() & 0x7f);
  bench.batch({{"a", "2"}, {"large", noise}});
  const auto expected = bench.items();

  // A limit on the size of files stands in for the disk: the write fails with an error.
  struct rlimit before {};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const auto handler = ::signal(SIGXFSZ, SIG_IGN);
  struct rlimit small = before;
  small.rlim_cur = 100'000;
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  const Status failed = bench.checkpoint();
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
  ::signal(SIGXFSZ, handler);

  checkError(failed, "E701", folder.path());
  const auto report = bench.restart(in(folder));
  REQUIRE(report.ok());
  CHECK_FALSE(report->rebuilt);
  CHECK(report->records == 2);
  CHECK(bench.items() == expected);
}
