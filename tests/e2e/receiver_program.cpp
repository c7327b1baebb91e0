// A program with a receiver of a reliable source, for receiver_test.sh: the source sends the
// numbers from 1 on, at least COUNT of them and until ENOUGH_FILE is there, and sends again what it
// was not told is safe. How far it was told is in a file; what it may have sent, in FILE.sent;
// which number is the last, in FILE.last.
//
// usage: receiver_program HOST:PORT STATE_DIR FILE COUNT ENOUGH_FILE
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include <lockstep/api/lockstep.hpp>
#include <lockstep/base/failpoint.hpp>

namespace {

constexpr std::int64_t kStep = 100;  // numbers between two looks at files

class Numbers final : public lockstep::Receiver<std::string> {
 public:
  Numbers(std::string file, std::int64_t count, std::string enough)
      : file_(std::move(file)), count_(count), enough_(std::move(enough)) {}

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
    std::int64_t sent = 0;  // at most, in any life
    std::ifstream(file_) >> told;
    std::ifstream(file_ + ".sent") >> sent;
    for (auto number = told + 1; !stopping.stop_requested(); ++number) {
      const auto stored = [this, number] {
        if (number % kStep == 0) std::ofstream(file_) << number << std::flush;
      };
      if (number > sent && number % kStep == 1) {
        if (number > count_ && std::filesystem::exists(enough_)) {
          std::ofstream(file_ + ".last") << number - 1 << std::flush;
          return;
        }
        sent = number + kStep - 1;
        std::ofstream(file_ + ".sent") << sent << std::flush;
      }
      if (!store(std::to_string(number), {"numbers", number}, stored)) return;
    }
  }

  const std::string file_;
  const std::int64_t count_;
  const std::string enough_;
  std::jthread thread_;
};

}  // namespace

const char* transactionTimeout() {
  const char* given = std::getenv("E2E_TRANSACTION_TIMEOUT");
  return given == nullptr ? "10s" : given;
}

int main(int argc, char** argv) try {
  if (argc != 6 || !lockstep::armFailpointsFromEnvironment().empty()) return 64;
  lockstep::StreamingContext context(
      lockstep::Settings({.application = "e2e-receiver",
                          .bootstrap = argv[1],
                          .batch_interval = std::chrono::milliseconds(100),
                          .state_dir = argv[2],
                          .more = {{"kafka.transaction_timeout", transactionTimeout()},
                                   {"state.checkpoint_interval", "1s"},
                                   {"rate.max_per_receiver", "15000"}}}));
  context.stopOnSignals();
  const auto receiver = std::make_shared<Numbers>(argv[3], std::atoll(argv[4]), argv[5]);
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
