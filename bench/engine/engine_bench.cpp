// The engine alone, on one core: decoded records from memory in, encoded records to nowhere.
// usage: bench_engine [NAME|all] [batch records] [total records]
// NAME: copy filter count words, and yaml-NAME: the same through the operators of YAML files; yaml-
// window join map-with-state json-filter json-map (the last two also with -lua: in Lua) only so.
// yaml-window has its inverse and 60 s every second, a second a batch; yaml-window-SECONDS the same
// with a thousand keys, so that windows of any length have the same keys.
// One line per workload: M records (words: lines) per CPU-second and CPU ns per record.
#include <lockstep/base/clock.hpp>
#include <lockstep/dstream/direct_kafka_input.hpp>
#include <lockstep/dstream/dstream.hpp>
#include <lockstep/dstream/kafka_output.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>

#include "bench/engine/memory_bench_input.hpp"
#include "bench/engine/pipeline_workloads.hpp"
#include "bench/engine/table_state.hpp"

using namespace lockstep;

namespace {

constexpr std::size_t kDistinctRecords = 2'000'000;
constexpr std::uint32_t kPartitions = 4;

/// 16 bytes of key, 100 of value, Zipf 0.99 over 1 M ids.
void fillRecords(bench::MemoryBenchInput& input) {
  std::mt19937_64 random(7);
  const bench::Zipf ids(1'000'000, 0.99);
  const std::string value(100, 'v');
  char key[17];
  for (std::size_t i = 0; i < kDistinctRecords; ++i) {
    std::snprintf(key, sizeof key, "k%015zu", ids(random) * 7919 % 1'000'000);
    input.add(std::string_view(key, 16), value);
  }
}

/// 10 words a line, Zipf 1.0 over 100 k words.
void fillLines(bench::MemoryBenchInput& input) {
  std::mt19937_64 random(7);
  const bench::Zipf words(100'000, 1.0);
  for (std::size_t i = 0; i < kDistinctRecords / 5; ++i) {
    std::string line;
    for (int w = 0; w < 10; ++w)
      line += (w > 0 ? " w" : "w") + std::to_string(words(random) * 7919 % 100'000);
    input.add(std::nullopt, line);
  }
}

/// 100 bytes of value, a thousand keys in turn.
void fillFewKeys(bench::MemoryBenchInput& input) {
  const std::string value(100, 'v');
  char key[17];
  for (std::size_t i = 0; i < kDistinctRecords / 10; ++i) {
    std::snprintf(key, sizeof key, "k%015zu", i * 7919 % 1'000);
    input.add(std::string_view(key, 16), value);
  }
}

/// Documents of about 200 bytes, as bench/programs/generate.cpp makes them.
void fillDocuments(bench::MemoryBenchInput& input) {
  std::mt19937_64 random(7);
  const bench::Zipf ids(100'000, 0.99);
  const std::string note(60, 'n');
  char text[256];
  for (std::size_t i = 0; i < kDistinctRecords / 5; ++i) {
    std::snprintf(text, sizeof text,
                  R"({"user":"k%015zu","item":%d,"amount":%.6f,"country":"%c%c","ts":%zu,)"
                  R"("note":"%s"})",
                  ids(random), static_cast<int>(random() % 10'000),
                  static_cast<double>(random() % 100'000) / 100,
                  static_cast<char>('A' + random() % 26), static_cast<char>('A' + random() % 26),
                  1'700'000'000'000 + i, note.c_str());
    input.add(std::string_view(text + 9, 16), text);
  }
}

void splitWords(const RecordView& record, TaskContext&, Emitter<std::string_view>& emit) {
  std::string_view rest = record.value.value_or("");
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    if (end > 0) emit(rest.substr(0, end));
    rest.remove_prefix(std::min(rest.size(), end + 1));
  }
}

void buildGraph(const std::string& workload, const std::shared_ptr<DStreamGraph>& graph) {
  const auto in = directKafkaInput(graph, {"in"});
  const KafkaOutputOptions out{"out", ""};
  const StateOptions state{.id = "counts", .emit = Emit::kChanged};
  const auto count = [&](const auto& keys) {
    kafkaOutput(keys.map([](std::string_view key) {
                      return std::pair{key, std::int64_t{1}};
                    })
                    .updateStateByKey(reduction::Count{}, state),
                out);
  };
  if (workload == "copy") kafkaOutput(in, out);
  if (workload == "filter")
    kafkaOutput(in.filter([](const RecordView& r) { return r.key->back() == '7'; }), out);
  if (workload == "count") count(in.map([](const RecordView& r) { return r.key.value_or(""); }));
  if (workload == "words") count(in.flatMap<std::string_view>(splitWords));
}

/// How a workload is run.
struct Plan {
  void (*fill)(bench::MemoryBenchInput&) = fillRecords;
  std::int64_t batch = 0;  ///< records
  std::int64_t total = 0;
  int interval_ms = 100;  ///< of batch time
};

Plan planOf(const std::string& workload, std::int64_t batch, std::int64_t total) {
  if (workload == "words") return {fillLines, batch, total / 8};
  if (workload.rfind("json-", 0) == 0) return {fillDocuments, batch, total / 4};
  if (workload == "window") return {fillRecords, 5 * batch, 3 * total, 1'000};
  if (workload.rfind("window-", 0) == 0) return {fillFewKeys, batch / 20, 2 * total, 1'000};
  return {fillRecords, batch, total};
}

void run(const std::string& name, std::int64_t batch, std::int64_t total) {
  const bool yaml = name.rfind("yaml-", 0) == 0;
  const std::string workload = yaml ? name.substr(5) : name;
  const Plan sizes = planOf(workload, batch, total);
  const TopicPartition partition{"in", Partition{0}};
  bench::MemoryBenchInput input(partition);
  sizes.fill(input);
  auto graph = yaml ? bench::pipelineGraph(workload) : std::make_shared<DStreamGraph>();
  if (!yaml) buildGraph(workload, graph);
  if (const Status status = graph->prepare({kPartitions, {}}); !status.ok())
    std::fprintf(stderr, "%s\n", status.toString().c_str()), std::exit(1);

  bench::TableState state(graph->states());
  InlineTaskRunner runner;
  RecordBatchPool pool(1 << 30);
  std::atomic<bool> cancelled = false;
  BatchServices services;
  services.application = "bench";
  services.input = &input;
  services.state = &state;
  services.runner = &runner;
  services.pool = &pool;
  services.clock = &systemClock();
  services.cancelled = &cancelled;
  services.topics["out"].partitions = kPartitions;

  const std::clock_t start = std::clock();
  std::uint64_t out = 0;
  std::int64_t done = 0;
  for (std::uint64_t id = 1; done < sizes.total; ++id) {
    BatchPlan plan;
    plan.id = BatchId{id};
    plan.time =
        BatchTime(std::chrono::milliseconds(id * static_cast<std::uint64_t>(sizes.interval_ms)));
    plan.closes_own_tick = true;
    plan.ranges = {{partition, Offset{done}, Offset{done + sizes.batch}}};
    const BatchResult result = graph->job().runBatch(plan, services);
    if (!result.status.ok())
      std::fprintf(stderr, "%s\n", result.status.toString().c_str()), std::exit(1);
    Job::confirm(plan.id, services);
    out += result.counters.records_out;
    done += sizes.batch;
  }
  const double elapsed = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  std::printf("%-20s %6.2f M/s  %6.1f ns  in %lld out %llu keys %llu\n", name.c_str(),
              static_cast<double>(done) / elapsed / 1e6, elapsed * 1e9 / static_cast<double>(done),
              static_cast<long long>(done), static_cast<unsigned long long>(out),
              static_cast<unsigned long long>(state.keys()));
}

}  // namespace

int main(int argc, char** argv) {
  const std::string chosen = argc > 1 ? argv[1] : "all";
  const std::int64_t batch = argc > 2 ? std::atoll(argv[2]) : 200'000;
  const std::int64_t total = argc > 3 ? std::atoll(argv[3]) : 8'000'000;
  for (const char* name :
       {"copy", "yaml-copy", "filter", "yaml-filter", "count", "yaml-count", "words", "yaml-words",
        "yaml-window", "yaml-window-10", "yaml-window-60", "yaml-window-600", "yaml-join",
        "yaml-map-with-state", "yaml-json-filter", "yaml-json-filter-lua", "yaml-json-map",
        "yaml-json-map-lua"})
    if (chosen == "all" || chosen == name) run(name, batch, total);
}
