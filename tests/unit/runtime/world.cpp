#include "tests/unit/runtime/world.hpp"

#include <fmt/format.h>

#include <lockstep/dstream/direct_kafka_input.hpp>
#include <lockstep/dstream/dstream.hpp>
#include <lockstep/dstream/kafka_output.hpp>
#include <lockstep/formats/serde.hpp>

#include "tests/support/catch.hpp"

namespace lockstep::test {
namespace {

using namespace std::chrono_literals;
using memory::Fate;
using memory::RequestKind;

constexpr auto kPatience = 60s;
const std::string kApplication = "app";

/// Thrown where a process dies.
struct Killed {};

bool ofProducer(RequestKind kind) {
  switch (kind) {
    case RequestKind::kInitProducerId:
    case RequestKind::kAddPartitionsToTxn:
    case RequestKind::kAddOffsetsToTxn:
    case RequestKind::kProduce:
    case RequestKind::kTxnOffsetCommit:
    case RequestKind::kOffsetCommit:
    case RequestKind::kEndTxn:
      return true;
    default:
      return false;
  }
}

std::vector<std::string> words(std::string_view line,
                               const std::function<void(std::string_view)>& on_word) {
  std::vector<std::string> found;
  while (!line.empty()) {
    const auto end = std::min(line.find(' '), line.size());
    found.emplace_back(line.substr(0, end));
    if (on_word) on_word(found.back());
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return found;
}

std::shared_ptr<DStreamGraph> wordCount(const ProcessOptions& options) {
  auto graph = std::make_shared<DStreamGraph>();
  auto counts = directKafkaInput(graph, {options.input})
                    .flatMap([on_word = options.on_word](const RecordView& record) {
                      return words(record.value.value_or(""), on_word);
                    })
                    .map([](const std::string& word) {
                      return std::pair{std::string_view(word), std::int64_t{1}};
                    })
                    .updateStateByKey(reduction::Sum{}, {.id = "counts", .emit = Emit::kChanged});
  if (options.changed_graph) counts = counts.filter([](const auto&) { return true; });
  kafkaOutput(counts, {.topic = "counts"});
  if (options.side_effect) {
    counts.foreachRDD([effect = options.side_effect](const auto&, BatchTime) { effect(); });
  }
  if (options.on_batch) {
    counts.foreachRDD([on_batch = options.on_batch](const auto& rdd, BatchTime time, BatchId id) {
      std::string text;
      for (const auto& [word, count] : rdd.collect())
        text += word + "=" + std::to_string(*count) + " ";
      on_batch(text, time, id);
    });
  }
  if (!options.files.empty()) counts.saveAsTextFiles(options.files, "txt");
  return graph;
}

/// As makeMemoryPorts(), with transactions that outlast a process in a hurry.
ApplicationPorts portsOf(World& world, Guarantee guarantee) {
  memory::OutputOptions output;
  output.transactional_id = output.group = kApplication;
  output.guarantee = guarantee;
  output.transaction_timeout = 15min;  // the most that a broker allows
  memory::InputOptions input;
  input.group = kApplication;
  input.fetch_wait = 1ms;
  return {world.kafka.inputs(input), world.kafka.inputs(input), world.kafka.outputs(output),
          world.kafka.cluster(kApplication)};
}

ApplicationSpec specOf(ProcessOptions options) {
  static std::atomic<std::uint64_t> nonces{1};
  ApplicationSpec spec;
  spec.engine.application = kApplication;
  spec.engine.inputs = {{options.input, StartFrom::kEarliest}};
  spec.engine.nonce = Nonce{nonces++};
  spec.engine.batch_interval = 5ms;
  spec.engine.max_records_per_partition = 2;
  spec.engine.checkpoint_interval = 1ms;
  spec.engine.guarantee = options.guarantee;
  spec.engine.until_end = options.until_end;
  spec.engine.takeover = options.takeover;
  spec.engine.accept_changed_plan = options.accept_changed_plan;
  spec.graph = wordCount(options);
  spec.errors = options.errors;
  spec.state_dir = options.state_dir;
  spec.threads = options.threads;
  return spec;
}

}  // namespace

void Signal::raise() {
  MutexLock lock(mutex_);
  raised_ = true;
  changed_.notify_all();
}

void Signal::await() {
  const auto until = std::chrono::steady_clock::now() + kPatience;
  MutexLock lock(mutex_);
  while (!raised_) {
    LOCKSTEP_CHECK(changed_.wait_until(lock, until) == std::cv_status::no_timeout,
                   "what a test waits for happens within a minute");
  }
}

World::World() {
  kafka.admin().createTopic({"lines", 2, 1, {}});
  kafka.admin().createTopic({"counts", 1, 1, {}});
}

void World::cutAt(int request, Cut cut, std::optional<int> lost) {
  MutexLock lock(mutex_);
  cut_lost_ = lost;
  cut_at_ = requests_ + request;
  cut_what_ = cut;
}

void World::repair() {
  MutexLock lock(mutex_);
  cut_ = false;
  cut_at_ = 0;
  clock.hurry(false);
}

void World::loseReplies(RequestKind kind, int count) {
  MutexLock lock(mutex_);
  lost_kind_ = kind;
  lost_ = count;
}

void World::hold(RequestKind kind, Signal& arrived, Signal& passed) {
  MutexLock lock(mutex_);
  held_kind_ = kind;
  arrived_ = &arrived;
  passed_ = &passed;
}

Fate World::decide(const memory::Call& call) {
  Signal* passed = nullptr;
  {
    MutexLock lock(mutex_);
    if (cut_) {
      if (cut_lost_ && --*cut_lost_ == 0) {
        cut_ = false;
        clock.hurry(false);
      }
      return {.arrives = false, .reply = Fate::Reply::kDisconnected};
    }
    if (ofProducer(call.kind) && ++requests_ == cut_at_) {
      cut_ = true;
      clock.hurry(true);
      cut_happened_.raise();
      return {.arrives = cut_what_ == Cut::kReply, .reply = Fate::Reply::kDisconnected};
    }
    if (lost_ > 0 && call.kind == lost_kind_) {
      --lost_;
      return {.reply = Fate::Reply::kDisconnected};
    }
    if (arrived_ != nullptr && call.kind == held_kind_) {
      std::exchange(arrived_, nullptr)->raise();
      passed = std::exchange(passed_, nullptr);
    }
  }
  if (passed != nullptr) passed->await();
  return {};
}

void World::feed(int partition, const std::string& line) {
  memory::OwnedRecord record;
  record.value = line;
  record.timestamp = clock.wallNow();
  kafka.admin().produce({"lines", Partition{partition}}, std::vector{record});
}

void World::feedVerses() {
  for (const char* line : {"to be or", "not to be", "that is"}) feed(0, line);
  for (const char* line : {"the question", "to be", "or not"}) feed(1, line);
}

std::vector<std::string> World::counts() {
  std::vector<std::string> lines;
  const auto records =
      kafka.admin().read({"counts", Partition{0}}, memory::Admin::Isolation::kCommitted);
  for (const auto& record : records) {
    lines.push_back(
        fmt::format("{}={}", record.key.value(), Serde<std::int64_t>{}.read(record.value.value())));
  }
  return lines;
}

std::vector<std::int64_t> World::committed() {
  std::vector<std::int64_t> offsets;
  for (const auto& committed :
       kafka.admin().committed(kApplication, {{"lines", Partition{0}}, {"lines", Partition{1}}})) {
    offsets.push_back(committed.offset ? committed.offset->value() : -1);
  }
  return offsets;
}

std::vector<std::string> undisturbed() {
  World world;
  world.feedVerses();
  LOCKSTEP_CHECK(exitOf(Process(world, {}).run()) == ExitCode::kOk, "nothing disturbs it");
  return world.counts();
}

int killedAtEachRequest(Cut cut, const KilledLife& life) {
  int request = 1;
  for (bool was_cut = true; was_cut; ++request) {
    CAPTURE(request, cut == Cut::kReply);
    REQUIRE(request < 100);
    const ProcessOptions options = life.options();
    World world;
    world.feedVerses();
    world.cutAt(request, cut);
    {
      Process process(world, options);
      process.dieWhenCut();
      const auto outcome = process.run();
      was_cut = world.isCut();
      CHECK(outcome.has_value() == !was_cut);
    }
    world.repair();
    CHECK(exitOf(Process(world, options).run()) == ExitCode::kOk);
    life.check(world);
  }
  return request - 1;
}

Process::Process(World& world, ProcessOptions options) : clock_(world) {
  const auto guarantee = options.guarantee;
  auto spec = specOf(std::move(options));
  spec.on_batch = [this](const BatchPlan&, const BatchCounters&) {
    MutexLock lock(mutex_);
    ++batches_;
    changed_.notify_all();
  };
  application_ = std::make_unique<Application>(std::move(spec), portsOf(world, guarantee), clock_);
}

Process::~Process() {
  if (!thread_.joinable()) return;
  application_->requestStop();
  thread_.join();
}

Instant Process::ProcessClock::now() const {
  if (mortal && world.isCut() && std::this_thread::get_id() == generator) throw Killed{};
  return world.clock.now();
}

std::optional<Status> Process::run() {
  clock_.generator = std::this_thread::get_id();
  try {
    return application_->run();
  } catch (const Killed&) {
    return std::nullopt;
  }
}

void Process::start() {
  thread_ = std::thread([this] { outcome_ = run(); });
}

std::optional<Status> Process::end() {
  thread_.join();
  return outcome_;
}

void Process::awaitBatches(int count) {
  const auto until = std::chrono::steady_clock::now() + kPatience;
  MutexLock lock(mutex_);
  while (batches_ < count) {
    LOCKSTEP_CHECK(changed_.wait_until(lock, until) == std::cv_status::no_timeout,
                   "what a test waits for happens within a minute");
  }
}

}  // namespace lockstep::test
