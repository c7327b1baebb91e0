// GroupOffsets: pending offsets, markers, retention.
#include "connectors/memory/group_offsets.hpp"

#include "tests/support/catch.hpp"

using namespace lockstep;
using namespace lockstep::memory;
using namespace std::chrono_literals;

namespace {
const SharedClient kClient = std::make_shared<ClientName>(ClientName{"app", "group"});
const TopicPartition kIn{"in", Partition(0)};
const TopicPartition kOther{"other", Partition(0)};
constexpr ProducerSession kProducer{1, 0};

struct Groups : GroupOffsets {
  BrokerError send(std::int64_t next, const std::string& metadata = "m",
                   ProducerSession session = kProducer) {
    return commitPending({kClient, session, {{kIn, Offset(next)}}, metadata}, {});
  }
  /// "unstable", "-", or "OFFSET METADATA".
  std::string at(Instant now = {}, bool stable = true, const TopicPartition& partition = kIn) {
    const auto reply = fetch({kClient, {partition}, stable}, now);
    if (reply.error == BrokerError::kUnstableOffsetCommit) return "unstable";
    const CommittedOffset& offset = reply.offsets.front();
    if (!offset.offset) return "-";
    return std::to_string(offset.offset->value()) + " " + offset.metadata;
  }
};
}  // namespace

TEST_CASE("pending offsets count when their marker says so", "[unit][memory][groups]") {
  Groups groups;
  REQUIRE(groups.send(5) == BrokerError::kNone);
  REQUIRE(groups.send(6) == BrokerError::kNone);
  CHECK(groups.at() == "unstable");
  CHECK(groups.at({}, false) == "-");
  CHECK(groups.at({}, true, kOther) == "-");  // no pending offset there
  groups.applyMarker("group", kProducer, true);
  CHECK(groups.at() == "6 m");
  REQUIRE(groups.send(9) == BrokerError::kNone);
  groups.applyMarker("group", {1, 1}, false);
  CHECK(groups.at() == "6 m");
  CHECK(groups.send(7) == BrokerError::kInvalidProducerEpoch);
}

TEST_CASE("a marker decides its own producer's offsets only", "[unit][memory][groups]") {
  Groups groups;
  REQUIRE(groups.send(5) == BrokerError::kNone);
  groups.applyMarker("group", {2, 0}, true);
  groups.applyMarker("other-group", kProducer, true);
  CHECK(groups.at() == "unstable");
}

TEST_CASE("metadata has a limit", "[unit][memory][groups]") {
  Groups groups;
  CHECK(groups.send(5, std::string(4097, 'x')) == BrokerError::kOffsetMetadataTooLarge);
  CHECK(groups.at() == "-");
  CHECK(groups.send(5, std::string(4096, 'x')) == BrokerError::kNone);
}

TEST_CASE("an offset is forgotten a week after its commit", "[unit][memory][groups]") {
  Groups groups;
  groups.commit("group", {{kIn, Offset(3), "tool"}}, Instant{});
  CHECK(groups.at(Instant(24h * 7)) == "3 tool");
  CHECK(groups.at(Instant(24h * 7 + 1ms)) == "-");
  groups.expire("group");
  CHECK(groups.at() == "-");
}

TEST_CASE("a deleted topic takes its offsets along, pending ones too", "[unit][memory][groups]") {
  Groups groups;
  groups.commit("group", {{kIn, Offset(3), ""}, {kOther, Offset(4), ""}}, {});
  REQUIRE(groups.send(5) == BrokerError::kNone);
  groups.forgetTopic("in");
  CHECK(groups.at() == "-");
  CHECK(groups.at({}, true, kOther) == "4 ");
}
