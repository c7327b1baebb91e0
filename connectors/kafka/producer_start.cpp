#include "connectors/kafka/producer_start.hpp"

#include <algorithm>

#include "connectors/kafka/client_errors.hpp"

namespace lockstep::kafka {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kFirstAnswer{10};
constexpr milliseconds kSlice{100};
/// Clients that ask again at once; the last one waits as the client itself does.
constexpr int kProducersMax = 4;

void configure(rd_kafka_conf_t* conf, void* opaque) {
  // As events: flush() then waits on a condition variable instead of in steps of 10 ms.
  rd_kafka_conf_set_events(conf, RD_KAFKA_EVENT_DR);
  auto& producer = *static_cast<Producer*>(opaque);
  WireWatch::install(conf, &producer.watch);
  producer.timestamps.install(conf);
}

}  // namespace

Status ProducerStart::makeProducer() {
  auto made = std::make_unique<Producer>();
  LOCKSTEP_ASSIGN(made->client,
                  ClientHandle::create(RD_KAFKA_PRODUCER, settings_, &configure, made.get()));
  current_ = std::move(made);
  ++made_;
  return {};
}

Status ProducerStart::start(milliseconds timeout) {
  const auto deadline = Deadline::in(clock_, timeout);
  std::unique_ptr<Producer> previous;
  for (;;) {
    if (current_ == nullptr) LOCKSTEP_TRY(makeProducer());
    const bool may_ask_again = made_ < kProducersMax;
    const auto slice = std::min(deadline.left(clock_), may_ask_again ? kFirstAnswer : kSlice);
    auto status = takeError(
        rd_kafka_init_transactions(current_->client->get(), toMilliseconds(slice)), "init");
    previous.reset();  // before anything is begun, and before its own request is repeated
    if (status.ok() || status.reaction() != Reaction::kRetry) return status;
    rd_kafka_poll(current_->client->get(), 0);  // nothing was sent: no report can be lost
    status = current_->client->explain(std::move(status));
    if (status.reaction() != Reaction::kRetry) return status;
    if (deadline.passed(clock_)) return status;
    if (may_ask_again && current_->watch.initAnswered()) {
      previous = std::move(current_);
    }
  }
}

}  // namespace lockstep::kafka
