// RecordBatch: owns copies of what was appended; marks take back a tail.
#include <lockstep/model/record_batch.hpp>

#include <string>

#include "tests/support/catch.hpp"

using namespace lockstep;

TEST_CASE("a batch keeps its own copy of keys, values and headers", "[unit][model][record_batch]") {
  RecordBatch batch;
  {
    std::string key = "key", value(300'000, 'v'), header = "h";
    const Header headers[] = {{header, value}, {"null", std::nullopt}};
    batch.append({key, value, WallTime(std::chrono::milliseconds(5)), headers});
    batch.append({std::nullopt, "", {}, {}});
    key = value = header = "gone";
  }
  REQUIRE(batch.records().size() == 2);
  const auto& first = batch.records()[0];
  CHECK(first.key == "key");
  CHECK(first.value->size() == 300'000);
  CHECK(first.headers[0].key == "h");
  CHECK(first.headers[0].value->back() == 'v');
  CHECK_FALSE(first.headers[1].value.has_value());
  CHECK_FALSE(batch.records()[1].key.has_value());
  CHECK(batch.records()[1].value == "");  // empty is not null
}

TEST_CASE("rollback forgets what came after the mark and nothing before",
          "[unit][model][record_batch]") {
  RecordBatch batch;
  batch.append({"a", "1", {}, {}});
  const auto mark = batch.mark();
  const auto bytes = batch.bytes();
  for (int i = 0; i < 1000; ++i) batch.append({"b", std::string(1000, 'x'), {}, {}});
  batch.rollback(mark);
  batch.append({"c", "3", {}, {}});
  REQUIRE(batch.records().size() == 2);
  CHECK(batch.records()[0].key == "a");
  CHECK(batch.records()[1].key == "c");
  CHECK(batch.bytes() == 2 * bytes);
}
