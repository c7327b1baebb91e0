// One log, both readers: what librdkafka makes of it and what our own reader makes of it are the
// same records, byte for byte.
#include <cstdlib>
#include <random>

#include <fmt/format.h>

#include "connectors/fetch/fetch_ports.hpp"
#include "connectors/kafka/kafka_ports.hpp"
#include "tests/contract/broker_admin.hpp"
#include "tests/contract/script.hpp"

namespace lockstep::test {
namespace {

constexpr int kReadersPatienceMs = 30'000;

std::string shown(const std::optional<std::string_view>& bytes) {
  return bytes ? fmt::format("{}:{}", bytes->size(), std::hash<std::string_view>{}(*bytes))
               : "null";
}

/// Everything of a record in one line.
std::string lineOf(const RecordView& record) {
  auto line = fmt::format("{}/{} @{} t{} k{} v{}", record.topic(), record.partition().value(),
                          record.offset.value(), record.timestamp.time_since_epoch().count(),
                          shown(record.key), shown(record.value));
  for (const Header& header : record.headers) {
    line += fmt::format(" h{}={}", header.key, shown(header.value));
  }
  return line;
}

/// All records below `until`, in ranges of `step` offsets.
Values readAll(InputFactory& factory, Script& script, const TopicPartition& partition,
               std::int64_t until, std::int64_t step) {
  const auto input = factory.createInput().value();
  const PartitionOffset start{partition, Offset{0}};
  REQUIRE(input->assign({&start, 1}).ok());
  auto& reader = input->partition(partition);
  Values lines;
  const Deadline deadline = Deadline::in(script.clock(), Script::kPatience);
  for (std::int64_t end = 0; end < until;) {
    end = std::min(until, end + step);
    for (bool complete = false; !complete;) {
      auto read = reader.read(Offset{end}, deadline);
      INFO((read.ok() ? "" : read.status().toString()));
      REQUIRE(read.ok());
      REQUIRE_FALSE(deadline.passed(script.clock()));
      complete = read->complete;
      if (!read->chunk) continue;
      for (const auto& record : read->chunk->records()) lines.push_back(lineOf(record));
    }
  }
  return lines;
}

std::vector<Record> makeRecords(std::mt19937& random, const std::string& mark) {
  std::vector<Record> made;
  for (auto count = 1 + random() % 40; count > 0; --count) {
    Record record;
    if (random() % 4 != 0) record.key = fmt::format("key{}", random() % 100);
    if (random() % 6 != 0) {
      record.value = mark + std::string(random() % 3 == 0 ? random() % 20'000 : random() % 50, 'v');
    }
    if (random() % 8 == 0) record.value = "";
    record.timestamp = WallTime{std::chrono::milliseconds(1'700'000'000'000 + random() % 100'000)};
    for (auto headers = random() % 5 == 0 ? random() % 4 : 0; headers > 0; --headers) {
      record.headers.emplace_back(fmt::format("h{}", headers), fmt::format("{}", random()));
      if (random() % 3 == 0) record.headers.back().second.reset();
    }
    made.push_back(std::move(record));
  }
  return made;
}

/// Writes batches of every codec, plain and in transactions that overlap and end either way.
void writeMixture(const kafka::KafkaConnection& connection, Script& script,
                  const TopicPartition& partition, std::mt19937& random) {
  const std::vector<std::string> codecs{"none", "gzip", "snappy", "lz4", "zstd"};
  std::vector<std::unique_ptr<kafka::ClientHandle>> plain;
  std::vector<std::unique_ptr<kafka::ClientHandle>> transactional;
  std::vector<bool> open(codecs.size(), false);
  for (const auto& codec : codecs) {
    plain.push_back(makeScriptProducer(connection, {}, codec));
    transactional.push_back(makeScriptProducer(connection, script.name("tx-" + codec), codec));
    require(rd_kafka_init_transactions(transactional.back()->get(), kReadersPatienceMs), "init");
  }
  const auto end = [&](std::size_t i, bool commit) {
    auto* producer = transactional[i]->get();
    open[i] = false;
    require(commit ? rd_kafka_commit_transaction(producer, kReadersPatienceMs)
                   : rd_kafka_abort_transaction(producer, kReadersPatienceMs),
            "end");
  };
  for (int round = 0; round < 60; ++round) {
    const auto i = random() % codecs.size();
    if (random() % 3 == 0) {
      sendRecords(*plain[i], partition, makeRecords(random, "plain"));
    } else if (open[i] && random() % 3 == 0) {
      end(i, random() % 2 == 0);
    } else {
      if (!open[i]) require(rd_kafka_begin_transaction(transactional[i]->get()), "begin");
      open[i] = true;
      sendRecords(*transactional[i], partition, makeRecords(random, "tx"));
    }
  }
  for (std::size_t i = 0; i < codecs.size(); ++i) {
    if (open[i]) end(i, random() % 2 == 0);
  }
}

}  // namespace

TEST_CASE("both readers make the same records of a log of everything", "[contract][readers]") {
  const auto seed = static_cast<unsigned>(std::random_device{}());
  INFO("seed " << seed);
  std::mt19937 random(seed);
  Script script;
  const bool append_time = GENERATE(false, true);
  const TopicPartition partition = script.topic(
      "mix", 1, {{"message.timestamp.type", append_time ? "LogAppendTime" : "CreateTime"}});
  kafka::KafkaConnection connection;
  connection.bootstrap = std::getenv("LOCKSTEP_TEST_BROKER");
  connection.application = script.group();
  writeMixture(connection, script, partition, random);
  const auto until = script.awaitStable(partition);

  kafka::KafkaInputFactory client(connection, kafka::InputUse::kBatches, systemClock());
  fetch::FetchSettings settings;
  settings.bootstrap = connection.bootstrap;
  const auto expected = readAll(client, script, partition, until, until);
  CHECK(expected.size() > 100);
  for (const std::int64_t step : {until, std::int64_t{7}, std::int64_t{1}}) {
    // Small answers cut batches off, everywhere.
    for (const std::uint64_t bytes : {4'000'000ULL, 1'000ULL}) {
      INFO("ranges of " << step << ", answers of " << bytes);
      settings.answer_bytes_max = settings.partition_bytes_max = Bytes{bytes};
      fetch::FetchInputFactory native(settings, systemClock());
      CHECK(readAll(native, script, partition, until, step) == expected);
    }
  }
}

}  // namespace lockstep::test
