#include "connectors/fetch/fetch_loop.hpp"

#include <poll.h>
#include <pthread.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace lockstep::fetch {

namespace {

using std::chrono::milliseconds;

/// How often the loop looks at what no socket announces: pauses that end, connections to open.
constexpr milliseconds kTick{10};
constexpr milliseconds kLongest{1'000};

}  // namespace

FetchLoop::FetchLoop(const FetchSettings& settings, LoopPartitions partitions,
                     std::shared_ptr<LoopWaker> waker, std::shared_ptr<BufferPool> buffers,
                     const Clock& clock)
    : settings_(settings),
      waker_(std::move(waker)),
      buffers_(std::move(buffers)),
      clock_(clock),
      partitions_(std::move(partitions)),
      brokers_(settings_, *buffers_, clock_),
      leaders_(settings_, brokers_, partitions_, clock_),
      fetcher_(settings_, brokers_, leaders_, partitions_, clock_),
      thread_([this](const std::stop_token& stop) { run(stop); }) {
  ::pthread_setname_np(thread_.native_handle(), "ls-fetch");
}

FetchLoop::~FetchLoop() {
  thread_.request_stop();
  waker_->wake();
  thread_.join();
}

void FetchLoop::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    waker_->reset();
    brokers_.sweep();
    const bool looking = leaders_.step();
    const bool waiting = fetcher_.step();
    if (stop.stop_requested()) return;
    serve(looking || waiting);
  }
}

void FetchLoop::serve(bool restless) {
  const auto connections = brokers_.all();
  std::vector<pollfd> sockets{{waker_->fd(), POLLIN, 0}};
  auto until = clock_.now() + (restless ? kTick : kLongest);
  for (const auto* connection : connections) {
    sockets.push_back({connection->fd(), connection->interest(), 0});  // -1 is passed over
    until = std::min(until, connection->due());
  }
  const auto left = std::chrono::ceil<milliseconds>(until - clock_.now());
  ::poll(sockets.data(), sockets.size(),
         static_cast<int>(std::max(left, milliseconds::zero()).count()));
  for (std::size_t i = 0; i < connections.size(); ++i) {
    if (sockets[i + 1].revents != 0) connections[i]->onSocket(sockets[i + 1].revents);
    connections[i]->onTime();
  }
}

}  // namespace lockstep::fetch
