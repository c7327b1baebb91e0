// Committer: what reaches read_committed readers, and what the engine is told, for each way a
// transaction can end. The fake shows records only after a successful commit().
#include "src/runtime/committer.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/fake_output.hpp"
#include "tests/support/manual_clock.hpp"

using namespace lockstep;
using namespace std::chrono_literals;
using Calls = std::vector<std::string>;

namespace {

struct CommitterFixture {
  CommitterFixture() {
    records.append({"k", "a", {}, {}});
    records.append({"k", "b", {}, {}});
    prepared.put(BatchId{7}, {{{"out", Partition{0}}, &records}});
    CHECK(committer.execute(command::InitProducer{1s}).status.ok());
    log.calls.clear();
  }

  event::TransactionEnded commit(bool with_ledger = false) {
    command::CommitTransaction command;
    command.batch = BatchId{7};
    if (with_ledger) command.ledger = LedgerRecord{};
    command.offsets = {{{"in", Partition{0}}, Offset{42}}};
    command.metadata = {BatchId{7}, Incarnation{1}, Nonce{5}, 0};
    command.commit_timeout = 60s;
    command.open_max = 30s;
    return committer.execute(command);
  }

  RecordBatch records;
  PreparedBatches prepared;
  test::ManualClock clock;
  test::FakeOutputFactory factory;
  test::FakeOutputLog& log = *factory.log;
  Committer committer{factory, prepared, clock, {{"app-ledger", Partition{0}}}};
};

}  // namespace

TEST_CASE("a commit shows the batch and its offsets together", "[unit][runtime][committer]") {
  CommitterFixture fixture;
  const auto ended = fixture.commit(true);
  CHECK(ended.status.ok());
  CHECK(ended.ledger_hash != 0);
  CHECK(fixture.log.calls ==
        Calls{"begin", "append out/0", "append app-ledger/0", "append out/0", "commit"});
  CHECK(fixture.log.visible.size() == 3);
  CHECK(fixture.log.committed.at(0).next == Offset{42});
  CHECK(fixture.log.metadata == "v1;batch=7;inc=1;own=0000000000000005");
}

TEST_CASE("each partition's first record goes ahead, and order within a partition stays",
          "[unit][runtime][committer]") {
  CommitterFixture fixture;
  RecordBatch second;
  second.append({"k", "c", {}, {}});
  RecordBatch third;
  third.append({"k", "d", {}, {}});
  third.append({"k", "e", {}, {}});
  const RecordBatch none;
  fixture.prepared.put(BatchId{7}, {{{"out", Partition{0}}, &fixture.records},
                                    {{"out", Partition{1}}, &none},
                                    {{"out", Partition{0}}, &third},
                                    {{"out", Partition{1}}, &second}});
  CHECK(fixture.commit(true).status.ok());
  CHECK(fixture.log.calls == Calls{"begin", "append out/0", "append out/1", "append app-ledger/0",
                                   "append out/0", "append out/0", "commit"});
  CHECK(fixture.log.visible.size() == 6);
  fixture.log.visible.erase(fixture.log.visible.begin() + 2);  // the ledger's
  CHECK(fixture.log.visible == Calls{"a", "c", "b", "d", "e"});
}

TEST_CASE("an uncertain commit is repeated, never aborted", "[unit][runtime][committer]") {
  CommitterFixture fixture;
  fixture.log.next_commit = {Status::retry("timed out"), Status::retry("timed out")};
  CHECK(fixture.commit().status.ok());
  CHECK(fixture.log.calls ==
        Calls{"begin", "append out/0", "append out/0", "commit", "commit", "commit"});
  CHECK(fixture.log.visible == Calls{"a", "b"});  // once each, although commit ran three times
}

TEST_CASE("a commit that stays unanswered is left to the resolver", "[unit][runtime][committer]") {
  CommitterFixture fixture;
  fixture.log.next_commit.assign(100'000, Status::retry("timed out"));
  const auto ended = fixture.commit();
  REQUIRE_FALSE(ended.status.ok());
  CHECK(ended.status.reaction() == Reaction::kRetry);
  CHECK(std::count(fixture.log.calls.begin(), fixture.log.calls.end(), "abort") == 0);
  CHECK(fixture.log.calls.back() == "destroy");  // its bytes go when the batch is resolved
}

TEST_CASE("a failed commit shows nothing and says what comes next", "[unit][runtime][committer]") {
  struct Row {
    Reaction reaction;
    Calls calls;
  };
  const auto row = GENERATE(values<Row>({
      {Reaction::kAbort, {"begin", "append out/0", "append out/0", "commit", "abort"}},
      // Dead: not ours to abort; and gone before the bytes that it refers to.
      {Reaction::kFatal, {"begin", "append out/0", "append out/0", "commit", "destroy"}},
  }));
  CommitterFixture fixture;
  fixture.log.next_commit = {Status(row.reaction, "injected")};
  const auto ended = fixture.commit();
  CHECK(ended.status.reaction() == row.reaction);
  CHECK(fixture.log.calls == row.calls);
  CHECK(fixture.log.visible.empty());
}

TEST_CASE("a full queue is waited for, and what was taken is not sent twice",
          "[unit][runtime][committer]") {
  CommitterFixture fixture;
  fixture.log.next_append = {Status::retry("queue full")};
  CHECK(fixture.commit().status.ok());
  CHECK(fixture.log.visible == Calls{"a", "b"});
}

TEST_CASE("a transaction open for too long is aborted before its commit",
          "[unit][runtime][committer]") {
  CommitterFixture fixture;
  fixture.log.next_append.assign(100'000, Status::retry("queue full"));
  const auto ended = fixture.commit();
  CHECK(ended.open_too_long);
  CHECK(ended.status.reaction() == Reaction::kAbort);
  CHECK(fixture.log.calls.back() == "abort");
  CHECK(ended.dirty);
}

TEST_CASE("a refused record is reported with its cause", "[unit][runtime][committer]") {
  CommitterFixture fixture;
  fixture.log.next_commit = {
      Status(ErrorInfo{Reaction::kAbort, ExitCode::kData, "E305", "out/0: message too large", ""})};
  CHECK(fixture.commit().refused == "E305");
}

TEST_CASE("a new producer comes only after the old one is gone", "[unit][runtime][committer]") {
  CommitterFixture fixture;
  CHECK(fixture.committer.execute(command::InitProducer{1s}).status.ok());
  CHECK(fixture.log.calls == Calls{"destroy", "create", "init"});
}
