#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <thread>

#include <fmt/format.h>

#include <lockstep/base/bounded_queue.hpp>
#include <lockstep/base/log.hpp>

#include "src/cli/commands.hpp"
#include "src/cli/fed_streams.hpp"
#include "src/cli/loaded.hpp"
#include "src/cli/try_session.hpp"
#include "src/config/suggest.hpp"
#include "src/runtime/configured_application.hpp"
#include "src/runtime/port_factories.hpp"

namespace lockstep::cli {
namespace {

/// The topic that stdin goes to; empty after an error, which was printed.
std::string inputTopic(const config::ApplicationConfig& application, const std::string& wanted) {
  std::vector<const config::StreamConfig*> inputs;
  std::vector<std::string_view> names;
  for (const auto& stream : application.streams) {
    if (stream.kafka() == nullptr) continue;
    names.push_back(stream.name.text);
    if (wanted.empty() || stream.name.text == wanted) inputs.push_back(&stream);
  }
  if (inputs.size() == 1) return inputs.front()->kafka()->topics.front().text;
  const auto known = config::listed(names);
  if (names.empty()) {
    fmt::print(stderr,
               "lockstep try: no stream of the file has an input; there is nowhere to put "
               "the lines\n");
  } else if (inputs.empty()) {
    fmt::print(stderr,
               "lockstep try: no stream '{}' in the file has an input\n   help: --stream {}\n",
               wanted, known);
  } else {
    fmt::print(stderr,
               "lockstep try: the file has {} streams with an input, and lines go to one of "
               "them\n   help: --stream {}\n",
               inputs.size(), known);
  }
  return {};
}

/// Reads lines of stdin on a thread of its own, so that an interval can end while nobody types.
class LineReader {
 public:
  LineReader() : thread_([this](const std::stop_token& stopping) { read(stopping); }) {}
  /// Does not wait for the end of stdin: an application that has failed ends at once.
  ~LineReader() {
    thread_.request_stop();
    queue_.close();
  }
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;

  /// The lines of one interval; false once stdin has ended.
  bool next(std::chrono::nanoseconds interval, std::vector<std::string>& lines) {
    const auto deadline = Deadline::in(systemClock(), interval);
    while (lines.size() < kLinesMax && !deadline.passed(systemClock())) {
      const bool ended = ended_.load();  // before the look: nothing comes after it
      auto line = queue_.pop(deadline.at - systemClock().now());
      if (!line && ended) return false;
      if (line) lines.push_back(std::move(*line));
    }
    return true;
  }

 private:
  static constexpr std::size_t kLinesMax = 100'000;
  static constexpr std::size_t kReadBytes = 64 * 1024;
  static constexpr int kPollMs = 50;

  void read(const std::stop_token& stopping) {
    std::string text;
    std::vector<char> bytes(kReadBytes);
    while (!stopping.stop_requested()) {
      pollfd input{STDIN_FILENO, POLLIN, 0};
      if (poll(&input, 1, kPollMs) == 0) continue;
      const auto count = ::read(STDIN_FILENO, bytes.data(), bytes.size());
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) break;
      text.append(bytes.data(), static_cast<std::size_t>(count));
      pushLines(text);
    }
    if (!text.empty()) queue_.push(std::move(text));
    ended_.store(true);
    queue_.close();
  }

  /// Takes the complete lines off the front of `text`.
  void pushLines(std::string& text) {
    std::size_t begin = 0;
    for (auto end = text.find('\n'); end != text.npos; end = text.find('\n', begin)) {
      queue_.push(text.substr(begin, end - begin));
      begin = end + 1;
    }
    text.erase(0, begin);
  }

  BoundedQueue<std::string> queue_{kLinesMax, kLinesMax};
  std::atomic<bool> ended_{false};
  std::jthread thread_;
};

void pump(TrySession& session, const TryCommand& command, const std::string& topic,
          std::chrono::nanoseconds interval, const std::atomic<bool>& running) {
  constexpr std::chrono::milliseconds kPoll{2};
  LineReader reader;
  for (bool more = true; more && running.load();) {
    std::vector<std::string> lines;
    more = reader.next(interval, lines);
    session.feed(topic, lines, command.keys);
    while (running.load() && !session.caughtUp(topic)) systemClock().sleep(kPoll);
    session.printNew();
  }
}

}  // namespace

ExitCode tryOut(const TryCommand& command) {
  auto loaded = load(command.file, command.overrides);
  if (const auto bad = report(loaded); bad != ExitCode::kOk) return bad;
  loaded.application = fedByHand(std::move(loaded.application));
  config::Diagnostics ignored;  // the file was built before, without mistakes
  loaded.pipeline = buildPipeline(loaded.application, ignored);
  const auto topic = inputTopic(loaded.application, command.stream);
  if (topic.empty()) return ExitCode::kUsage;
  log::configure(log::Level::kWarn, log::Format::kText);

  loaded.application = triedOut(std::move(loaded.application));
  loaded.pipeline = buildPipeline(loaded.application, loaded.diagnostics);
  TrySession session(loaded.application, systemClock());
  auto spec = specOf(loaded.application, loaded.pipeline.graph, {});
  spec.state_dir.reset();  // nothing of a try outlives it
  const auto interval = spec.engine.batch_interval;
  Application application(std::move(spec),
                          makeMemoryPorts(session.kafka(), loaded.application.application.text,
                                          loaded.application.guarantee),
                          systemClock());
  Status status;
  std::atomic<bool> running{true};
  std::thread engine([&] {
    status = application.run();
    running.store(false);
  });
  pump(session, command, topic, interval, running);
  application.requestStop();
  engine.join();
  session.printNew();
  if (status.ok()) return ExitCode::kOk;
  fmt::print(stderr, "{}\n", status.toString());
  return status.exitCode();
}

}  // namespace lockstep::cli
