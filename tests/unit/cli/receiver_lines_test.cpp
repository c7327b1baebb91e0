// What a person is told of receivers: in the log's summary, and on the refreshed line.
#include "src/cli/receiver_lines.hpp"

#include "tests/support/catch.hpp"

using namespace lockstep;
using lockstep::cli::ReceiverLines;

namespace {

ReceiverInfo receiverOf(const std::string& stream, std::uint64_t records) {
  ReceiverInfo info;
  info.stream = stream;
  info.active = true;
  info.records = records;
  return info;
}

}  // namespace

TEST_CASE("a summary says what each receiver has stored since the last one",
          "[unit][cli][receiver_lines]") {
  ReceiverLines lines;
  CHECK(lines.takeSummary().text.empty());
  lines.update({receiverOf("sensors", 5), receiverOf("files", 0)});
  auto summary = lines.takeSummary();
  CHECK(summary.text == "received: files 0 records; sensors 5 records");
  CHECK_FALSE(summary.alarming);
  lines.update(receiverOf("sensors", 12));
  CHECK(lines.takeSummary().text == "received: files 0 records; sensors 7 records");
  CHECK(lines.down().empty());
}

TEST_CASE("a receiver that is down, or has errors, alarms", "[unit][cli][receiver_lines]") {
  ReceiverLines lines;
  auto sensors = receiverOf("sensors", 5);
  sensors.errors = 2;
  sensors.last_error = "odd";
  lines.update({receiverOf("files", 1), sensors});
  auto summary = lines.takeSummary();
  CHECK(summary.text ==
        "received: files 1 records; sensors 5 records, 2 errors, the last one: odd");
  CHECK(summary.alarming);
  CHECK_FALSE(lines.takeSummary().alarming);  // nothing new

  sensors.active = false;
  sensors.since = WallTime(std::chrono::milliseconds(0));
  lines.update(sensors);
  CHECK(lines.down() == "  DOWN: sensors");
  for (int i = 0; i < 2; ++i) {  // as long as it is
    summary = lines.takeSummary();
    CHECK(summary.text ==
          "received: files 0 records; sensors 0 records, down since 1970-01-01 00:00:00 UTC, the "
          "last error: odd");
    CHECK(summary.alarming);
  }
  sensors.ended = true;
  lines.update(sensors);
  CHECK_FALSE(lines.takeSummary().alarming);
}
