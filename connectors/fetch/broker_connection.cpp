#include "connectors/fetch/broker_connection.hpp"

#include <poll.h>

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include <lockstep/base/check.hpp>
#include <lockstep/base/log.hpp>

#include "connectors/fetch/cluster_answers.hpp"
#include "connectors/fetch/fetch_errors.hpp"
#include "connectors/fetch/wire_reader.hpp"

namespace lockstep::fetch {

namespace {
/// Of a large answer so much is to be there before the loop wakes to take it.
constexpr std::size_t kWakeBytes = std::size_t{128} * 1024;
constexpr std::int32_t kAnswerMin = 4;
constexpr unsigned kDoublingsMax = 16;
}  // namespace

BrokerConnection::BrokerConnection(HostPort server, const FetchSettings& settings,
                                   BufferPool& buffers, const Clock& clock)
    : server_(std::move(server)), settings_(settings), buffers_(buffers), clock_(clock) {}

void BrokerConnection::open() {
  if (state_ != State::kClosed || clock_.now() < not_before_) return;
  state_ = State::kConnecting;
  not_before_ = clock_.now() + settings_.connect_timeout;
  const auto progress = socket_.connect(server_, settings_.family, attempts_++);
  if (progress == TcpSocket::Progress::kFailed) return lose(lost(socket_.error()));
  if (progress == TcpSocket::Progress::kDone) connected();
}

void BrokerConnection::connected() {
  state_ = State::kAsking;
  enqueue(kApiVersionsApi, {}, {}, [this](const Result<Answer>& answer) { takeVersions(answer); });
  transmit();
}

void BrokerConnection::takeVersions(const Result<Answer>& answer) {
  if (!answer.ok()) return;
  const auto missing = missingApi(answer->body);
  if (!missing) return lose(lost("its answer is not Kafka's"));
  const auto name = fmt::format("{}:{}", server_.host, server_.port);
  if (!missing->empty()) return lose(brokerTooOld(name, *missing));
  if (failures_ > 0 && was_ready_) log::info("fetch: connected to broker {} again", name);
  was_ready_ = true;
  failures_ = 0;
  trouble_ = {};
  state_ = State::kReady;
}

void BrokerConnection::send(const Api& api, std::string body, std::chrono::milliseconds wait,
                            Handler handler) {
  LOCKSTEP_CHECK(ready(), "requests go over connections that are ready");
  enqueue(api, std::move(body), wait, std::move(handler));
  transmit();
}

void BrokerConnection::enqueue(const Api& api, std::string body, std::chrono::milliseconds wait,
                               Handler handler) {
  const auto correlation = ++correlation_;
  out_ += frameRequest(api, correlation, settings_.client_id, body);
  const auto until = clock_.now() + settings_.request_timeout + wait;
  waiting_.push_back({api, correlation, until, std::move(handler)});
}

short BrokerConnection::interest() const {
  if (state_ == State::kConnecting) return POLLOUT;
  return static_cast<short>(sent_ < out_.size() ? POLLIN | POLLOUT : POLLIN);
}

void BrokerConnection::onSocket(short events) {
  if (state_ == State::kConnecting) {
    if (socket_.finishConnect() == TcpSocket::Progress::kFailed) return lose(lost(socket_.error()));
    return connected();
  }
  if ((events & POLLOUT) != 0) transmit();
  if ((events & (POLLIN | POLLERR | POLLHUP)) != 0 && state_ != State::kClosed) receive();
}

void BrokerConnection::transmit() {
  while (sent_ < out_.size()) {
    const auto sent = socket_.send(std::string_view(out_).substr(sent_));
    if (!sent) return lose(lost(socket_.error()));
    if (*sent == 0) return;
    sent_ += *sent;
  }
  out_.clear();
  sent_ = 0;
}

void BrokerConnection::receive() {
  while (state_ != State::kClosed) {
    std::span<char> room = length_got_ < sizeof length_
                               ? std::span(length_).subspan(length_got_)
                               : std::span(answer_->data(), answer_size_).subspan(answer_got_);
    const auto got = socket_.receive(room);
    if (!got) return lose(lost(socket_.error()));
    if (*got == 0) break;
    if (length_got_ == sizeof length_) {
      answer_got_ += *got;
      if (answer_got_ == answer_size_) dispatch();
      continue;
    }
    length_got_ += *got;
    if (length_got_ < sizeof length_) continue;
    const auto size = WireReader({length_, sizeof length_}).int32();
    if (size < kAnswerMin || static_cast<std::uint64_t>(size) > settings_.receive_bytes_max.count ||
        waiting_.empty()) {
      return lose(lost("its answer is not Kafka's; does it expect TLS?"));
    }
    answer_size_ = static_cast<std::size_t>(size);
    answer_got_ = 0;
    answer_ = buffers_.take(answer_size_);
  }
  const bool inside = length_got_ == sizeof length_;
  socket_.wakeFrom(inside ? std::clamp<std::size_t>(answer_size_ - answer_got_, 1, kWakeBytes) : 1);
}

void BrokerConnection::dispatch() {
  length_got_ = 0;
  const std::shared_ptr<const Buffer> memory = std::move(answer_);
  const Waiting waiting = std::move(waiting_.front());
  waiting_.pop_front();
  const auto header = readAnswerHeader(waiting.api, {memory->data(), answer_size_});
  if (!header.ok || header.correlation != waiting.correlation) {
    const auto why = lost("an answer belongs to no request");
    waiting.handler(why);
    return lose(why);
  }
  waiting.handler(Answer{memory, header.body});
}

Instant BrokerConnection::due() const {
  if (state_ == State::kConnecting) return not_before_;
  return waiting_.empty() ? Instant::max() : waiting_.front().until;
}

void BrokerConnection::onTime() {
  if (due() > clock_.now()) return;
  lose(lost(state_ == State::kConnecting ? "no connection in time" : "no answer in time"));
}

void BrokerConnection::lose(const Status& why) {
  // Once for each outage; attempts to reach anyone at all are told by who makes them.
  if (failures_ == 0 && was_ready_) log::warn("fetch: {}; connecting again", why.message());
  socket_.close();
  state_ = State::kClosed;
  trouble_ = why;
  const auto pause = settings_.reconnect_backoff * (1U << std::min(failures_, kDoublingsMax));
  not_before_ =
      clock_.now() + std::min<std::chrono::milliseconds>(pause, settings_.reconnect_backoff_max);
  ++failures_;
  out_.clear();
  sent_ = 0;
  length_got_ = 0;
  answer_.reset();
  failWaiting(why);
}

void BrokerConnection::failWaiting(const Status& why) {
  const auto failed = std::exchange(waiting_, {});
  for (const auto& waiting : failed) waiting.handler(why);
}

void BrokerConnection::abandon() {
  socket_.close();
  state_ = State::kClosed;
  failWaiting(lost("not needed any more"));
}

Status BrokerConnection::lost(std::string_view why) const {
  return noAnswer(fmt::format("{}:{}", server_.host, server_.port), why);
}

}  // namespace lockstep::fetch
