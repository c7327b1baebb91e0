#include "connectors/fetch/buffer_pool.hpp"

#include <algorithm>
#include <utility>

namespace lockstep::fetch {

namespace {
constexpr std::size_t kSmallest = std::size_t{16} * 1024;
/// A buffer this many times larger than asked for stays for someone who needs it.
constexpr std::size_t kWasteMax = 8;
}  // namespace

std::shared_ptr<Buffer> BufferPool::take(std::size_t capacity) {
  capacity = std::max(capacity, kSmallest);
  std::unique_ptr<Buffer> buffer;
  {
    MutexLock lock(mutex_);
    const auto found = std::find_if(idle_.rbegin(), idle_.rend(), [&](const auto& idle) {
      return idle->capacity() >= capacity && idle->capacity() / kWasteMax <= capacity;
    });
    if (found != idle_.rend()) {
      buffer = std::move(*found);
      idle_bytes_ -= buffer->capacity();
      idle_.erase(std::next(found).base());
    }
  }
  if (!buffer) buffer = std::make_unique<Buffer>(capacity);
  return {buffer.release(), [pool = weak_from_this()](Buffer* used) {
            std::unique_ptr<Buffer> owned(used);
            if (const auto alive = pool.lock()) alive->giveBack(std::move(owned));
          }};
}

void BufferPool::giveBack(std::unique_ptr<Buffer> buffer) {
  std::vector<std::unique_ptr<Buffer>> dropped;  // freed outside of the lock
  MutexLock lock(mutex_);
  idle_bytes_ += buffer->capacity();
  idle_.push_back(std::move(buffer));
  while (idle_bytes_ > idle_bytes_max_) {  // the oldest first: what is asked for now fits later
    idle_bytes_ -= idle_.front()->capacity();
    dropped.push_back(std::move(idle_.front()));
    idle_.erase(idle_.begin());
  }
}

}  // namespace lockstep::fetch
