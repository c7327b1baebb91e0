// examples/word_count.cpp as its user runs it: a process beside a settings.yaml, on a real broker.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <map>

#include <lockstep/formats/serde.hpp>

#include "connectors/kafka/kafka_cluster.hpp"
#include "tests/contract/broker_admin.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"

using namespace lockstep;

namespace {

using Counts = std::map<std::string, std::int64_t>;

/// The program in a folder of its own; killed and waited for by the destructor.
class Program {
 public:
  explicit Program(const std::string& folder) : pid_(::fork()) {
    if (pid_ != 0) return;
    if (::chdir(folder.c_str()) == 0) ::execl(LOCKSTEP_WORD_COUNT, "word_count", nullptr);
    ::_exit(127);
  }
  ~Program() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

 private:
  const pid_t pid_;
};

class WordCountCase {
 public:
  explicit WordCountCase(const kafka::KafkaConnection& connection) : admin_(connection) {
    const auto cluster = kafka::KafkaCluster::create(connection, systemClock());
    REQUIRE(cluster.ok());
    const std::vector<NewTopic> topics{{"lines", 2, 1, {}}, {"word-counts", 2, 1, {}}};
    const auto made = (*cluster)->createTopics(topics, std::chrono::seconds(30));
    INFO(made.toString());
    REQUIRE(made.ok());
    std::ofstream(folder_.path() / "settings.yaml")
        << "application: " << connection.application << "\nkafka: { bootstrap: \""
        << connection.bootstrap << "\" }\nbatch: { interval: 100ms }\nstate: { dir: state }\n";
  }
  ~WordCountCase() {
    admin_.deleteTopic("lines");
    admin_.deleteTopic("word-counts");
  }

  void say(const std::string& line) {
    admin_.produce({"lines", Partition{0}}, {{std::nullopt, line, std::nullopt, {}}});
  }
  /// What a read_committed reader keeps: the last value of each key.
  Counts counts() {
    Counts latest;
    for (const std::int32_t partition : {0, 1}) {
      for (const auto& record :
           admin_.readAll({"word-counts", Partition{partition}}, test::Isolation::kCommitted)) {
        latest[record.key.value()] = Serde<std::int64_t>{}.read(record.value.value());
      }
    }
    return latest;
  }
  void awaitCounts(const Counts& expected) {
    test::await("the counts", [&] { return counts() == expected; });
  }
  [[nodiscard]] std::string folder() const { return folder_.path().string(); }

 private:
  test::TempFolder folder_;
  test::BrokerAdmin admin_;
};

}  // namespace

TEST_CASE("the word count example counts, is killed, and goes on", "[contract][api][example]") {
  const char* broker = std::getenv("LOCKSTEP_TEST_BROKER");
  REQUIRE(broker != nullptr);
  kafka::KafkaConnection connection;
  connection.bootstrap = broker;
  connection.application = "word-count-example-" + std::to_string(::getpid());
  WordCountCase words(connection);
  words.say("to be or not to be");
  {
    const Program program(words.folder());
    words.awaitCounts({{"to", 2}, {"be", 2}, {"or", 1}, {"not", 1}});
  }
  words.say("be quick");
  const Program again(words.folder());
  words.awaitCounts({{"to", 2}, {"be", 3}, {"or", 1}, {"not", 1}, {"quick", 1}});
}
