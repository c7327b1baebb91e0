// Roles: every command reaches its role and is answered by its event, from that role's thread.
#include "src/runtime/roles.hpp"

#include <atomic>
#include <deque>
#include <thread>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/graph_runner.hpp"
#include "tests/unit/runtime/world.hpp"

using namespace lockstep;
using namespace std::chrono_literals;

namespace {

/// Copies "lines" to "counts" on the in-process Kafka; keeps what the roles post.
class RolesFixture {
 public:
  explicit RolesFixture(
      std::function<void()> on_record = [] {}, Roles::Threads threads = Roles::Threads::kOwn,
      RoleThreads* simulated = nullptr) {
    auto lines = graph_.stream("lines", 2);
    graph_.save(lines.map([on_record](const RecordView& record) {
      on_record();
      return std::string(record.value.value_or(""));
    }),
                "counts");
    graph_.prepare();
    graph_.services.state = nullptr;
    graph_.feed({"to be"}, "lines");
    BatchRunner::Options options;
    options.on_confirmed = [this](const BatchPlan& plan, const BatchCounters&) {
      confirmed.push_back(plan.id);
    };
    runner_.emplace(graph_.graph->job(), graph_.services, prepared_, std::move(options));
    Roles::Workers workers{committer_, control_, *runner_, nullptr,
                           [&](Incarnation) { claimed.raise(); }};
    const auto post = [&](Event::Body fact) { facts_.push(std::move(fact)); };
    if (simulated != nullptr) {
      roles_.emplace(std::move(workers), post, *simulated);
    } else {
      roles_.emplace(std::move(workers), post, threads);
    }
  }

  Roles& roles() { return *roles_; }
  memory::MemoryKafka& kafka() { return world_.kafka; }
  BatchPlan plan() { return graph_.plan(); }

  /// Carries the command out and waits for the next answer, which has to be this.
  template <class Answer>
  Answer expect(Command command) {
    roles_->carryOut(std::move(command));
    return next<Answer>();
  }
  template <class Answer>
  Answer next() {
    auto fact = facts_.pop(60s);
    REQUIRE(fact.has_value());
    auto* answer = std::get_if<Answer>(&*fact);
    REQUIRE(answer != nullptr);
    return std::move(*answer);
  }
  [[nodiscard]] std::size_t waiting() const { return facts_.size(); }

  test::Signal claimed;
  std::vector<BatchId> confirmed;  ///< read it after stop()

 private:
  test::World world_;
  test::GraphRunner graph_;
  BoundedQueue<Event::Body> facts_{100, 100};
  PreparedBatches prepared_;
  std::unique_ptr<Cluster> cluster_ = world_.kafka.cluster("app");
  std::unique_ptr<InputFactory> inputs_ = world_.kafka.inputs({.group = "app"});
  std::unique_ptr<Input> input_ = inputs_->createInput().value();
  std::unique_ptr<TransactionalOutputFactory> outputs_ =
      world_.kafka.outputs({.transactional_id = "app", .group = "app"});
  ControlPlane control_{
      {*cluster_, *inputs_, *input_, nullptr, [] { return false; },
       [this](const std::vector<TopicDescription>& topics) { runner_->setTopics(topics); }},
      world_.clock,
      {.application = "app", .inputs = {"lines"}, .outputs = {"counts"}, .state_operators = {}}};
  Committer committer_{*outputs_, prepared_, world_.clock, {{"app-ledger", Partition{0}}}};
  std::optional<BatchRunner> runner_;
  std::optional<Roles> roles_;
};

}  // namespace

TEST_CASE("every command is answered by its event", "[unit][runtime][roles]") {
  RolesFixture fixture;
  CHECK(fixture.expect<event::ProducerReady>(command::InitProducer{1s}).status.ok());
  CHECK(fixture.expect<event::TopicsCreated>(command::CreateTopics{{{"app-ledger", 1, 1, {}}}, 1s})
            .status.ok());
  const auto read = fixture.expect<event::ClusterRead>(command::ReadCluster{1s});
  CHECK(read.status.ok());
  CHECK(read.topics.size() == 3);
  CHECK(fixture.expect<event::StateRestored>(command::RestoreState{}).status.ok());
  CHECK(fixture.expect<event::DecisionEndsRead>(command::ReadDecisionEnds{1s}).ends.size() == 2);
  const auto inputs = fixture.expect<event::InputsIdentified>(command::IdentifyInputs{1s});
  REQUIRE(inputs.inputs.size() == 1);
  CHECK(inputs.inputs[0].topic == "lines");
  CHECK(inputs.inputs[0].id == read.topics[0].id);
  const auto ends = fixture.expect<event::InputEndsRead>(command::ReadInputEnds{true, 1s});
  CHECK(ends.status.ok());
  CHECK(ends.ends.size() == 2);
  CHECK(fixture
            .expect<event::InputsAssigned>(
                command::AssignInputs{{{{"lines", Partition{0}}, Offset{0}}}})
            .status.ok());
  const auto plan = fixture.plan();
  CHECK(fixture.expect<event::BatchComputed>(command::RunBatch{plan}).status.ok());
  command::CommitTransaction commit;
  commit.batch = plan.id;
  commit.offsets = {{{"lines", Partition{0}}, Offset{1}}};
  commit.metadata = {plan.id, Incarnation{1}, Nonce{1}, 0};
  commit.commit_timeout = commit.open_max = 10s;
  CHECK(fixture.expect<event::TransactionEnded>(commit).status.ok());
  CHECK(fixture.expect<event::CheckpointWritten>(command::WriteCheckpoint{}).status.ok());
  CHECK(fixture.expect<event::BatchRolledBack>(command::RollBackBatch{plan.id}).batch == plan.id);
}

TEST_CASE("partitions with open transactions are told of, when asked for",
          "[unit][runtime][roles]") {
  RolesFixture fixture;
  REQUIRE(fixture.expect<event::ClusterRead>(command::ReadCluster{1s}).status.ok());
  const TopicPartition second{"lines", Partition{1}};
  auto writer = fixture.kafka().foreignProducer("writer");
  REQUIRE(writer.send(second, {memory::OwnedRecord{{}, std::nullopt, "open", {}, {}}}) ==
          memory::BrokerError::kNone);
  const auto pending = [&](bool asked) {
    return fixture.expect<event::InputEndsRead>(command::ReadInputEnds{false, 1s, asked}).pending;
  };
  CHECK(pending(true) == std::vector{second});
  CHECK(pending(false).empty());
  REQUIRE(writer.commit() == memory::BrokerError::kNone);
  CHECK(pending(true).empty());
}

TEST_CASE("without threads commands wait until they are run, in order", "[unit][runtime][roles]") {
  RolesFixture fixture([] {}, Roles::Threads::kNone);
  CHECK_FALSE(fixture.roles().runOne());
  fixture.roles().carryOut(command::InitProducer{1s});
  fixture.roles().carryOut(command::RestoreState{});
  CHECK(fixture.waiting() == 0);
  CHECK(fixture.roles().runOne());
  CHECK(fixture.waiting() == 1);
  CHECK(fixture.next<event::ProducerReady>().status.ok());
  CHECK(fixture.roles().runOne());
  CHECK(fixture.next<event::StateRestored>().status.ok());
  CHECK_FALSE(fixture.roles().runOne());
  fixture.roles().carryOut(command::RestoreState{});
  fixture.roles().stop();
  CHECK_FALSE(fixture.roles().runOne());
}

namespace {

/// Keeps jobs until somebody runs them.
struct HeldThreads final : RoleThreads {
  void submit(RoleThread thread, Job job) override { jobs.emplace_back(thread, std::move(job)); }
  void finish() override { ++finished; }

  std::vector<std::pair<RoleThread, Job>> jobs;
  int finished = 0;
};

}  // namespace

TEST_CASE("in a simulation jobs go to what stands for their threads", "[unit][runtime][roles]") {
  HeldThreads threads;
  {
    RolesFixture fixture([] {}, Roles::Threads::kNone, &threads);
    fixture.roles().carryOut(command::InitProducer{1s});
    fixture.roles().carryOut(command::RestoreState{});
    CHECK_FALSE(fixture.roles().runOne());
    REQUIRE(threads.jobs.size() == 2);
    CHECK(threads.jobs[0].first == RoleThread::kProducer);
    CHECK(threads.jobs[1].first == RoleThread::kControl);
    threads.jobs[0].second();
    CHECK(fixture.next<event::ProducerReady>().status.ok());
    fixture.roles().stop();
    CHECK(threads.finished == 1);
    threads.jobs.clear();
  }
}

TEST_CASE("a claim and a confirmation need no answer", "[unit][runtime][roles]") {
  RolesFixture fixture;
  fixture.roles().carryOut(command::Claimed{Incarnation{1}});
  fixture.claimed.await();
  fixture.roles().carryOut(command::ConfirmBatch{BatchId{1}});
  fixture.roles().carryOut(command::Report{command::Report::Level::kInfo, "nothing"});
  CHECK(fixture.expect<event::StateRestored>(command::RestoreState{}).status.ok());
  CHECK(fixture.waiting() == 0);
}

TEST_CASE("a batch that is taken back while it runs is not answered", "[unit][runtime][roles]") {
  test::Signal computing;
  test::Signal go_on;
  RolesFixture fixture([&] {
    computing.raise();
    go_on.await();
  });
  CHECK(fixture.expect<event::TopicsCreated>(command::CreateTopics{{}, 1s}).status.ok());
  CHECK(fixture.expect<event::ClusterRead>(command::ReadCluster{1s}).status.ok());
  const auto plan = fixture.plan();
  fixture.roles().carryOut(command::RunBatch{plan});
  computing.await();
  fixture.roles().carryOut(command::RollBackBatch{plan.id});
  // The other roles go on meanwhile.
  CHECK(fixture.expect<event::ProducerReady>(command::InitProducer{1s}).status.ok());
  go_on.raise();
  CHECK(fixture.next<event::BatchRolledBack>().batch == plan.id);
  CHECK(fixture.waiting() == 0);
}

TEST_CASE("a stop confirms what was committed", "[unit][runtime][roles]") {
  test::Signal computing;
  test::Signal go_on;
  std::atomic<int> records{0};
  RolesFixture fixture([&] {
    if (++records == 1) return;
    computing.raise();
    go_on.await();
  });
  CHECK(fixture.expect<event::TopicsCreated>(command::CreateTopics{{}, 1s}).status.ok());
  CHECK(fixture.expect<event::ClusterRead>(command::ReadCluster{1s}).status.ok());
  auto plan = fixture.plan();
  const auto committed = plan.id;
  CHECK(fixture.expect<event::BatchComputed>(command::RunBatch{plan}).status.ok());
  plan.id = BatchId{committed.value() + 1};
  fixture.roles().carryOut(command::RunBatch{plan});
  computing.await();
  fixture.roles().carryOut(command::ConfirmBatch{committed});
  std::thread stop([&] { fixture.roles().stop(); });
  go_on.raise();
  stop.join();
  CHECK(fixture.confirmed == std::vector{committed});
}

TEST_CASE("after a stop nothing is carried out any more", "[unit][runtime][roles]") {
  RolesFixture fixture;
  fixture.roles().stop();
  fixture.roles().stop();
  fixture.roles().carryOut(command::InitProducer{1s});
  fixture.roles().carryOut(command::RunBatch{fixture.plan()});
  CHECK(fixture.waiting() == 0);
}
