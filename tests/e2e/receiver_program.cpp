// A program with a receiver of a reliable source, for receiver_test.sh: the source sends the
// numbers from 1 on, and sends again what it was not told is safe. How far it was told is in a
// file.
//
// usage: receiver_program HOST:PORT STATE_DIR ACKNOWLEDGED_FILE COUNT
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>

#include <lockstep/api/lockstep.hpp>
#include <lockstep/base/failpoint.hpp>

namespace {

class Numbers final : public lockstep::Receiver<std::string> {
 public:
  Numbers(std::string file, std::int64_t count) : file_(std::move(file)), count_(count) {}

  void onStart() override {
    thread_ = std::jthread([this](const std::stop_token& stopping) { send(stopping); });
  }
  void onStop() override {
    thread_.request_stop();
    thread_.join();
  }

 private:
  void send(const std::stop_token& stopping) {
    std::int64_t told = 0;
    std::ifstream(file_) >> told;
    for (auto number = told + 1; number <= count_ && !stopping.stop_requested(); ++number) {
      const auto stored = [this, number] {
        if (number % 100 == 0 || number == count_) std::ofstream(file_) << number << std::flush;
      };
      if (!store(std::to_string(number), {"numbers", number}, stored)) return;
    }
  }

  const std::string file_;
  const std::int64_t count_;
  std::jthread thread_;
};

}  // namespace

const char* transactionTimeout() {
  const char* given = std::getenv("E2E_TRANSACTION_TIMEOUT");
  return given == nullptr ? "10s" : given;
}

int main(int argc, char** argv) try {
  if (argc != 5 || !lockstep::armFailpointsFromEnvironment().empty()) return 64;
  lockstep::StreamingContext context(
      lockstep::Settings({.application = "e2e-receiver",
                          .bootstrap = argv[1],
                          .batch_interval = std::chrono::milliseconds(100),
                          .state_dir = argv[2],
                          .more = {{"kafka.transaction_timeout", transactionTimeout()},
                                   {"state.checkpoint_interval", "1s"},
                                   {"rate.max_per_receiver", "15000"}}}));
  context.stopOnSignals();
  const auto receiver = std::make_shared<Numbers>(argv[3], std::atoll(argv[4]));
  const auto numbers = lockstep::receiverStream<std::string>(
      context, receiver,
      {.id = "numbers", .sequenced = true, .block_interval = std::chrono::milliseconds(50)});
  lockstep::kafka::save(
      numbers.map([](const std::string& number) { return std::string_view(number); }),
      {.topic = "receiver-out"});
  context.start();
  return context.awaitTermination();
} catch (const lockstep::Error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return error.exitCode();
}
