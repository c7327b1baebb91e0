// The ledger's entries.
#include <lockstep/model/ledger_record.hpp>

#include "tests/support/catch.hpp"

using namespace lockstep;

namespace {
LedgerRecord sample() {
  LedgerRecord record;
  record.kind = LedgerKind::kClaim;
  record.incarnation = Incarnation{1003};
  record.owner = Nonce{0xfedcba9876543210};
  record.batch = {BatchId{200'007},
                  BatchTime(std::chrono::milliseconds(1500)),
                  {BatchTime(std::chrono::milliseconds(1000))},
                  true,
                  false,
                  {{{"in", Partition{0}}, Offset{40}, Offset{42}},
                   {{"in", Partition{1}}, Offset{7}, Offset{7}}}};
  record.open_plan = record.batch;
  record.open_plan.id = BatchId{200'008};
  record.topics = {{"in", "abc", 2}};
  record.states = {{"counts", 3, "updateStateByKey", "string", "long", "sum"}};
  record.ends = {{{"out", Partition{0}}, Offset{9}}};
  record.outputs = {{{"out", Partition{0}}, 2}};
  record.files = {{"rates.csv", ~0ULL}};
  record.outputs_hash = ~0ULL;
  record.previous_hash = 1;
  record.graph_hash = 2;
  return record;
}
}  // namespace

TEST_CASE("a ledger record survives the round trip in full", "[unit][model][ledger_record]") {
  auto record = sample();
  record.kind = GENERATE(LedgerKind::kBatch, LedgerKind::kClaim, LedgerKind::kPlan);
  CHECK(decodeLedgerRecord(encode(record)).value() == record);
}

TEST_CASE("a record from before signatures and files were written is read, without any",
          "[unit][model][ledger_record]") {
  auto record = sample();
  record.states.clear();
  record.files.clear();
  CHECK(encode(record).find("operators") == std::string::npos);
  CHECK(encode(record).find("files") == std::string::npos);
  CHECK(decodeLedgerRecord(encode(record)).value() == record);
}

TEST_CASE("a plan from before windows has nothing of theirs to close",
          "[unit][model][ledger_record]") {
  auto record = sample();
  auto text = encode(record);
  for (std::size_t at; (at = text.find("\"closed_before\":0,")) != std::string::npos;)
    text.erase(at, std::string_view("\"closed_before\":0,").size());
  record.batch.closed_before = record.open_plan.closed_before = record.batch.closes_first.back();
  CHECK(decodeLedgerRecord(text).value() == record);
}

TEST_CASE("a plan keeps which partitions it leaves behind", "[unit][model][ledger_record]") {
  auto record = sample();
  record.batch.closes_own_tick = GENERATE(true, false);
  record.batch.behind = {{"in", Partition{1}}};
  CHECK(decodeLedgerRecord(encode(record)).value() == record);
  record.batch.behind.clear();
  CHECK(decodeLedgerRecord(encode(record)).value() == record);
}

TEST_CASE("a plan that left its tick open, from before that was written, leaves all behind",
          "[unit][model][ledger_record]") {
  auto record = sample();
  record.batch.closes_own_tick = false;
  auto text = encode(record);
  const std::string_view none = "\"behind\":[],";
  REQUIRE(text.find(none) != std::string::npos);
  text.erase(text.find(none), none.size());
  const auto read = decodeLedgerRecord(text).value();
  CHECK(read.batch.behind ==
        std::vector<TopicPartition>{{"in", Partition{0}}, {"in", Partition{1}}});
  CHECK(read.open_plan.behind.empty());
}

TEST_CASE("ledger keys bound what compaction keeps", "[unit][model][ledger_record]") {
  auto record = sample();
  CHECK(ledgerKey(record, 100'000) == "c3");
  record.kind = LedgerKind::kBatch;
  CHECK(ledgerKey(record, 100'000) == "b7");
  record.kind = LedgerKind::kPlan;
  CHECK(ledgerKey(record, 100'000) == "p");
}

TEST_CASE("an unreadable ledger record stops, with a remedy", "[unit][model][ledger_record]") {
  for (const auto* text : {"", "{}", "[]", R"({"v":2})", R"({"v":1,"kind":"dance"})"}) {
    INFO(text);
    const auto result = decodeLedgerRecord(text);
    REQUIRE_FALSE(result.ok());
    CHECK(result.status().reaction() == Reaction::kFatal);
  }
}
