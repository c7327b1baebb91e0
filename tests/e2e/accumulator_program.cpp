// A program that copies its input and counts it with an accumulator, for accumulator_test.sh. What
// the accumulator holds behind each committed batch with records is in a file, one line per batch:
// batch, sum of the N of KEY#N, number of records. The last line of a life that ends in order has
// "end" for the batch.
//
// usage: accumulator_program HOST:PORT STATE_DIR VALUES_FILE [until-end]
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include <fmt/format.h>

#include <lockstep/api/lockstep.hpp>
#include <lockstep/base/failpoint.hpp>

namespace {

std::int64_t numberOf(std::string_view value) {
  const auto mark = value.rfind('#');
  std::int64_t number = 0;
  std::from_chars(value.data() + mark + 1, value.data() + value.size(), number);
  return number;
}

class Values final : public lockstep::StreamingListener {
 public:
  Values(const std::string& file, lockstep::LongAccumulator numbers)
      : out_(file, std::ios::app), numbers_(std::move(numbers)) {}

  void onBatchCompleted(const lockstep::BatchInfo& batch) override {
    if (batch.records_in > 0) add(std::to_string(batch.id.value()));
  }
  void add(const std::string& batch) {
    out_ << fmt::format("{} {} {}\n", batch, numbers_.sum(), numbers_.count()) << std::flush;
  }

 private:
  std::ofstream out_;
  const lockstep::LongAccumulator numbers_;
};

const char* transactionTimeout() {
  const char* given = std::getenv("E2E_TRANSACTION_TIMEOUT");
  return given == nullptr ? "10s" : given;
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc < 4 || !lockstep::armFailpointsFromEnvironment().empty()) return 64;
  lockstep::StreamingContext context(
      lockstep::Settings({.application = "e2e-accumulated",
                          .bootstrap = argv[1],
                          .batch_interval = std::chrono::milliseconds(100),
                          .state_dir = argv[2],
                          .more = {{"kafka.transaction_timeout", transactionTimeout()},
                                   {"state.checkpoint_interval", "1s"}}}));
  context.stopOnSignals();
  const auto numbers = context.longAccumulator("numbers");
  const auto counted = lockstep::kafka::createDirectStream(context, {.topics = {"accumulated-in"}})
                           .map([numbers](const lockstep::RecordView& record) {
                             numbers.add(numberOf(record.value.value_or("")));
                             return record;
                           });
  lockstep::kafka::save(counted, {.topic = "accumulated-out"});
  const auto values = std::make_shared<Values>(argv[3], numbers);
  context.addStreamingListener(values);
  context.start({.until_end = argc > 4});
  const int code = context.awaitTermination();
  values->add("end");
  return code;
} catch (const lockstep::Error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return error.exitCode();
}
