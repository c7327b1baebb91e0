// Settings: from a file without streams, from code, and the texts of what is wrong.
#include <lockstep/api/lockstep.hpp>

#include <fstream>
#include <functional>

#include "src/config/model.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"

using namespace lockstep;
using Catch::Matchers::Contains;
using std::chrono::milliseconds;

namespace {

Error errorOf(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error;
  }
  throw std::runtime_error("no Error was thrown");
}

class SettingsFile {
 public:
  explicit SettingsFile(const std::string& text) { std::ofstream(path()) << text; }
  [[nodiscard]] std::string path() const { return (folder_.path() / "settings.yaml").string(); }

 private:
  test::TempFolder folder_;
};

}  // namespace

TEST_CASE("a file of settings alone is complete", "[unit][api][settings]") {
  const SettingsFile file(
      "application: shop\n"
      "batch: { interval: 250ms }\n"
      "kafka: { bootstrap: 'a:1,b:2', client: { fetch.wait.max.ms: 20 } }\n"
      "state: { dir: /tmp/shop }\n");
  const auto settings = Settings::load(file.path());
  CHECK(settings.application() == "shop");
  CHECK(settings.config().batch.interval == milliseconds(250));
  CHECK(settings.config().kafka.bootstrap == "a:1,b:2");
  CHECK(settings.config().kafka.client.size() == 1);
  CHECK(settings.config().state.checkpoint_interval == std::chrono::seconds(10));  // the default
}

TEST_CASE("streams in the file are not the program's", "[unit][api][settings]") {
  const SettingsFile file(
      "application: shop\nkafka: { bootstrap: 'a:1' }\n"
      "streams: { lines: { kafka: { topics: [lines] } } }\noutputs: []\n");
  CHECK(Settings::load(file.path()).config().streams.empty());
}

TEST_CASE("a setting that a program would not use is refused", "[unit][api][settings]") {
  struct Row {
    std::string path, value, text;
  };
  const auto row = GENERATE(values<Row>({
      {"http.listen", "127.0.0.1:8080", "error[E013]: http.listen"},
      {"functions", "function f(x) return x end", "error[E015]: functions has no effect"},
      {"state.snapshots", "1h", "error[E013]: state.snapshots"},
      {"kafka.security.username", "shop", "error[E015]: kafka.security.username"},
  }));
  const Error error = errorOf([&] {
    const Settings settings({.application = "shop", .more = {{row.path, row.value}}});
  });
  CHECK(error.exitCode() == 78);
  CHECK_THAT(error.what(), Contains(row.text));
}

TEST_CASE("functions beside streams serve the file, and are not the program's",
          "[unit][api][settings]") {
  const std::string functions = "functions: 'function f(x) return x end'\n";
  const std::string settings = "application: shop\nkafka: { bootstrap: 'a:1' }\n" + functions;
  const SettingsFile whole(settings + "streams: { lines: { kafka: { topics: [lines] } } }\n");
  CHECK(Settings::load(whole.path()).application() == "shop");
  const SettingsFile alone(settings);
  CHECK(errorOf([&] { (void)Settings::load(alone.path()); }).code() == "E015");
}

TEST_CASE("overrides win over the file", "[unit][api][settings]") {
  const SettingsFile file("application: shop\nkafka: { bootstrap: 'a:1' }\n");
  const auto settings = Settings::load(file.path(), {"batch.interval=2s"});
  CHECK(settings.config().batch.interval == std::chrono::seconds(2));
}

TEST_CASE("settings in code have the file's defaults and checks", "[unit][api][settings]") {
  const Settings settings({.application = "shop",
                           .batch_interval = milliseconds(250),
                           .state_dir = "/tmp/a \"b\\c",
                           .threads = 3,
                           .more = {{"errors.decode", "dead_letter"},
                                    {"errors.dead_letter_topic", "bad"},
                                    {"kafka.client.fetch.wait.max.ms", "20"}}});
  CHECK(settings.config().kafka.bootstrap == "localhost:9092");
  CHECK(settings.config().batch.interval == milliseconds(250));
  CHECK(settings.config().state.dir == "/tmp/a \"b\\c");
  CHECK(settings.config().threads == 3U);
  CHECK(settings.config().errors.dead_letter_topic->text == "bad");
  CHECK(settings.config().kafka.client.at(0).name.text == "fetch.wait.max.ms");
  CHECK(settings.config().ledger_batches == 100'000);
}

TEST_CASE("all mistakes of a file come in one error, with their places", "[unit][api][settings]") {
  const SettingsFile file(
      "application: shop\nbatch: { intervall: 1s }\nkafka: { bootstrap: 3s }\nthreads: 0\n");
  const Error error = errorOf([&] { (void)Settings::load(file.path()); });
  CHECK(error.exitCode() == 78);
  CHECK(error.code() == "E010");
  CHECK_THAT(error.what(), Contains("settings.yaml:2:10: error[E010]") &&
                               Contains("did you mean 'interval'?") &&
                               Contains("settings.yaml:4:10: error[E031]"));
}

TEST_CASE("a missing file says so and exits with 66", "[unit][api][settings]") {
  const Error error = errorOf([] { (void)Settings::load("/nowhere/settings.yaml"); });
  CHECK(error.exitCode() == 66);
  CHECK_THAT(error.what(), Contains("/nowhere/settings.yaml") && Contains("error[E002]"));
}

TEST_CASE("mistakes in code are named by their settings", "[unit][api][settings]") {
  const Error error = errorOf([] {
    const Settings settings({.batch_interval = milliseconds(1), .more = {{"thread", "2"}}});
  });
  CHECK(error.exitCode() == 78);
  CHECK_THAT(error.what(), Contains("the setting 'application' is missing") &&
                               Contains("batch.interval 1ms is out of range") &&
                               Contains("unknown key 'thread'"));
}

TEST_CASE("an error keeps its parts when it is copied", "[unit][api][settings]") {
  const Error error(Status::fatal(ExitCode::kData, "E203", "orders/7: records are gone", "reset"));
  const Error copy = error;  // NOLINT(performance-unnecessary-copy-initialization)
  CHECK(std::string(copy.what()) == "error[E203]: orders/7: records are gone\n   help: reset");
  CHECK(copy.exitCode() == 65);
  CHECK(copy.help() == "reset");
}
