// EngineLoop: commands out, answers in, time passing, and the end.
#include "src/runtime/engine_loop.hpp"

#include <thread>

#include "tests/support/catch.hpp"
#include "tests/support/manual_clock.hpp"

using namespace lockstep;
using namespace std::chrono_literals;

namespace {

EngineOptions options() {
  EngineOptions options;
  options.application = "app";
  options.inputs = {{"in", StartFrom::kEarliest}};
  options.nonce = Nonce{1};
  options.start_timeout = 300ms;
  return options;
}

struct EngineLoopFixture {
  /// Answers each InitProducer with the next status; without any, not at all.
  explicit EngineLoopFixture(std::vector<Status> answers)
      : loop(
            options(), systemClock(),
            [this, answers = std::move(answers)](const Command& command) mutable {
              if (!std::holds_alternative<command::InitProducer>(command)) return;
              ++inits;
              if (answers.empty()) return;
              loop.post(event::ProducerReady{answers.front()});
              answers.erase(answers.begin());
            },
            [this](const command::Stop& stop) { stops.push_back(stop.status); }) {
    loop.post(event::OwnershipGranted{});  // nothing begins before
  }

  int inits = 0;
  std::vector<Status> stops;
  EngineLoop loop;
};

Status denied() {
  return Status::fatal(ExitCode::kPermission, "E241", "wrong password", "check it");
}

}  // namespace

TEST_CASE("the loop ends with what the engine stops for, told once",
          "[unit][runtime][engine_loop]") {
  EngineLoopFixture fixture({denied()});
  const auto status = fixture.loop.run();
  REQUIRE_FALSE(status.ok());
  CHECK(status.exitCode() == ExitCode::kPermission);
  REQUIRE(fixture.stops.size() == 1);
  CHECK(fixture.stops.front().info().code == "E241");
  CHECK(fixture.inits == 1);
}

TEST_CASE("the engine is woken when it asked to be: a retry comes without any event",
          "[unit][runtime][engine_loop]") {
  EngineLoopFixture fixture({Status::retry("not yet"), Status::retry("not yet"), denied()});
  CHECK(fixture.loop.run().exitCode() == ExitCode::kPermission);
  CHECK(fixture.inits == 3);
}

TEST_CASE("an answer that never comes ends the start at its deadline",
          "[unit][runtime][engine_loop]") {
  EngineLoopFixture fixture({});
  const auto status = fixture.loop.run();
  REQUIRE_FALSE(status.ok());
  CHECK(status.exitCode() == ExitCode::kUnavailable);
  CHECK(status.info().code == "E201");
}

TEST_CASE("a loop that is told when it is idle never waits", "[unit][runtime][engine_loop]") {
  test::ManualClock clock;
  const auto started = clock.now();
  int inits = 0;
  int idle = 0;
  EngineLoop loop(
      options(), clock,
      [&](const Command& command) {
        if (std::holds_alternative<command::InitProducer>(command)) ++inits;
      },
      {},
      [&](std::optional<Instant> wake) {
        ++idle;
        if (wake && *wake > clock.now()) clock.advance(*wake - clock.now());
      });
  loop.post(event::OwnershipGranted{});
  const auto status = loop.run();
  CHECK(status.exitCode() == ExitCode::kUnavailable);  // nobody answers: start_timeout has passed
  CHECK(inits == 1);
  CHECK(idle > 0);
  CHECK(clock.now() - started == 300ms);
}

TEST_CASE("a stop that was posted before the loop runs, or from another thread, ends it",
          "[unit][runtime][engine_loop]") {
  const bool before = GENERATE(true, false);
  EngineLoopFixture fixture({});
  if (before) fixture.loop.post(event::StopRequested{});
  std::thread other([&] {
    if (!before) fixture.loop.post(event::StopRequested{});
  });
  CHECK(fixture.loop.run().ok());
  CHECK(fixture.stops.size() == 1);
  other.join();
}
