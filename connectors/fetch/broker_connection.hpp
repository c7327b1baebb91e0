#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <lockstep/base/clock.hpp>
#include <lockstep/base/result.hpp>

#include "connectors/fetch/buffer_pool.hpp"
#include "connectors/fetch/fetch_settings.hpp"
#include "connectors/fetch/protocol.hpp"
#include "connectors/fetch/tcp_socket.hpp"

namespace lockstep::fetch {

/// The body of an answer and the memory that holds it.
struct Answer {
  std::shared_ptr<const Buffer> memory;
  std::string_view body;
};

/// One connection to one broker: connects, asks for the versions that it speaks, sends requests and
/// hands their answers over in order. Lost or silent, it fails what is under way and connects again
/// after a pause that grows.
///
///     closed --open()--> connecting --> asking for versions --> ready
///        ^                   |                 |                  |
///        +---- lost, refused, too slow, not Kafka: back off ------+
///
/// Thread: the fetch loop's. Handlers are called from onSocket() and onTime(); they may send, but
/// not destroy the connection.
class BrokerConnection {
 public:
  /// kRetry: the connection was lost or the answer did not come in time.
  using Handler = std::function<void(Result<Answer>)>;

  BrokerConnection(HostPort server, const FetchSettings& settings, BufferPool& buffers,
                   const Clock& clock);

  [[nodiscard]] const HostPort& server() const { return server_; }
  [[nodiscard]] bool ready() const { return state_ == State::kReady; }
  /// Requests without an answer, the one for versions included.
  [[nodiscard]] bool busy() const { return !waiting_.empty(); }
  /// Whether the attempt to connect or the connection before this one has failed.
  [[nodiscard]] bool failing() const { return failures_ > 0; }
  /// Why, in words; empty when nothing has failed yet. Fatal: the broker is too old.
  [[nodiscard]] const Status& trouble() const { return trouble_; }

  /// Connects unless it has, or its pause is not over.
  void open();
  /// REQUIRES: ready(). The answer is awaited for `wait` beyond the usual time-out.
  void send(const Api& api, std::string body, std::chrono::milliseconds wait, Handler handler);

  /// Holds the next request back: what the broker asks of a client that goes beyond its quota.
  void mute(std::chrono::milliseconds pause) { muted_until_ = clock_.now() + pause; }
  [[nodiscard]] bool muted() const { return clock_.now() < muted_until_; }
  /// Fails what is under way; for the end of a connection that nobody needs any more.
  void abandon();

  [[nodiscard]] int fd() const { return socket_.fd(); }
  /// What poll() is to look for.
  [[nodiscard]] short interest() const;
  void onSocket(short events);
  /// When onTime() has something to do.
  [[nodiscard]] Instant due() const;
  void onTime();

 private:
  enum class State { kClosed, kConnecting, kAsking, kReady };
  struct Waiting {
    Api api;
    std::int32_t correlation = 0;
    Instant until;
    Handler handler;
  };

  void connected();
  void takeVersions(const Result<Answer>& answer);
  void transmit();
  void receive();
  /// A whole answer has arrived.
  void dispatch();
  void enqueue(const Api& api, std::string body, std::chrono::milliseconds wait, Handler handler);
  void lose(const Status& why);
  void failWaiting(const Status& why);
  [[nodiscard]] Status lost(std::string_view why) const;

  const HostPort server_;
  const FetchSettings& settings_;
  BufferPool& buffers_;
  const Clock& clock_;

  State state_ = State::kClosed;
  TcpSocket socket_;
  Instant not_before_{};  ///< closed: when to connect again; connecting: when to give up
  Instant muted_until_{};
  std::size_t attempts_ = 0;
  unsigned failures_ = 0;
  bool was_ready_ = false;
  Status trouble_;

  std::string out_;
  std::size_t sent_ = 0;
  std::deque<Waiting> waiting_;
  std::int32_t correlation_ = 0;

  char length_[4] = {};
  std::size_t length_got_ = 0;
  std::shared_ptr<Buffer> answer_;
  std::size_t answer_size_ = 0;
  std::size_t answer_got_ = 0;
};

}  // namespace lockstep::fetch
