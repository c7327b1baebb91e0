#include "tests/unit/fetch/fake_broker.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>

#include "connectors/fetch/batch_header.hpp"
#include "connectors/fetch/wire_writer.hpp"
#include "tests/unit/fetch/answers.hpp"

namespace lockstep::fetch::test {

namespace {

constexpr std::int32_t kNode = 1;
constexpr std::int32_t kOtherNode = 2;
constexpr std::size_t kEmptyFetchMax = 70;
constexpr useconds_t kEmptyFetchWaitUs = 1'000;

bool readAll(int fd, char* at, std::size_t size) {
  while (size > 0) {
    const auto got = ::recv(fd, at, size, 0);
    if (got <= 0) return false;
    at += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

void sendAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

std::int64_t endOf(const FakeBroker::Log& log) {
  BatchHeader last;
  last.last_offset_delta = -1;
  if (!log.batches.empty()) (void)readBatchHeader(log.batches.back(), last);
  return last.nextOffset();
}

/// As brokers do: `first` of an answer gets a whole batch whatever its size, the others only what
/// fits.
std::string recordsFrom(const FakeBroker::Log& log, std::int64_t offset, std::size_t bytes_max,
                        bool first) {
  std::string records;
  for (const auto& batch : log.batches) {
    BatchHeader header;
    if (readBatchHeader(batch, header) != BatchRead::kBatch) return records + batch;
    if (header.nextOffset() <= offset) continue;
    if (records.size() + batch.size() > bytes_max && !(first && records.empty())) {
      return records.empty() ? records : records + batch.substr(0, batch.size() / 2);
    }
    records += batch;
  }
  return records;
}

}  // namespace

FakeBroker::FakeBroker() : listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_, any, size) != 0 || ::listen(listener_, 16) != 0 ||
      ::getsockname(listener_, any, &size) != 0) {
    throw std::runtime_error("no port for a fake broker");
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept(); });
}

FakeBroker::~FakeBroker() {
  std::vector<std::thread> threads;
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
    ::shutdown(listener_, SHUT_RDWR);
  }
  acceptor_.join();
  ::close(listener_);
  {
    MutexLock lock(mutex_);
    threads.swap(threads_);
  }
  for (auto& thread : threads) thread.join();
}

void FakeBroker::edit(const std::function<void(State&)>& edit) {
  MutexLock lock(mutex_);
  edit(state_);
}

FakeBroker::State FakeBroker::state() {
  MutexLock lock(mutex_);
  return state_;
}

void FakeBroker::accept() {
  for (;;) {
    const int fd = ::accept(listener_, nullptr, nullptr);
    MutexLock lock(mutex_);
    if (fd < 0 || stopping_) {
      if (fd >= 0) ::close(fd);
      return;
    }
    ++state_.connections;
    open_.push_back(fd);
    threads_.emplace_back([this, fd] { serve(fd); });
  }
}

void FakeBroker::serve(int fd) {
  for (;;) {
    char length[4];
    if (!readAll(fd, length, sizeof length)) break;
    std::string request(static_cast<std::size_t>(WireReader({length, 4}).int32()), '\0');
    if (!readAll(fd, request.data(), request.size()) || !answer(fd, request)) break;
  }
  MutexLock lock(mutex_);
  std::erase(open_, fd);
  ::close(fd);
}

bool FakeBroker::answer(int fd, std::string_view bytes) {
  WireReader request(bytes);
  const auto key = request.int16();
  request.int16();
  const auto correlation = request.int32();
  request.string();
  Fault fault;
  std::string body;
  {
    MutexLock lock(mutex_);
    if (key == 1) {
      ++state_.fetches;
      if (!state_.faults.empty()) {
        fault = state_.faults.front();
        state_.faults.erase(state_.faults.begin());
      }
    }
    body = key == 18  ? versionsAnswer(state_.fetch_from)
           : key == 3 ? metadata()
           : key == 2 ? limits(request)
                      : fetch(request, fault);
  }
  if (fault.silent) return true;
  if (key == 1 && body.size() < kEmptyFetchMax) ::usleep(kEmptyFetchWaitUs);  // brokers wait, too
  WireWriter frame;
  frame.count(body.size() + (key == 3 ? 5 : 4));
  frame.int32(correlation);
  if (key == 3) frame.noTags();
  frame.raw(body);
  auto out = frame.take();
  const bool cut = fault.cut_after > 0 && fault.cut_after < out.size();
  sendAll(fd, cut ? std::string_view(out).substr(0, fault.cut_after) : std::string_view(out));
  return !cut;
}

std::string FakeBroker::metadata() {
  WireWriter writer;
  writer.int32(0);
  std::uint16_t other = 0;
  for (const auto& [id, log] : state_.partitions) other = std::max(other, log.leader_port);
  writer.compactCount(other == 0 ? 1 : 2);
  for (const auto node : {kNode, kOtherNode}) {
    if (node == kOtherNode && other == 0) continue;
    writer.int32(node);
    writer.compactString("127.0.0.1");
    writer.int32(node == kNode ? port_ : other);
    writer.unsignedVarint(0);
    writer.noTags();
  }
  writer.unsignedVarint(0);
  writer.int32(kNode);
  writer.compactCount(1);
  writer.int16(state_.knows_topic ? 0 : 3);
  writer.compactString("in");
  writer.int8(0);
  writer.compactCount(state_.knows_topic ? state_.partitions.size() : 0);
  if (state_.knows_topic) {
    for (const auto& [id, log] : state_.partitions) {
      writer.int16(0);
      writer.int32(id);
      writer.int32(log.leader_port == 0 ? kNode : kOtherNode);
      writer.int32(1);
      for (int list = 0; list < 3; ++list) writer.compactCount(0);
      writer.noTags();
    }
  }
  writer.int32(0);
  writer.noTags();
  writer.noTags();
  return writer.take();
}

std::string FakeBroker::fetch(WireReader& request, const Fault& fault) {
  request.bytes(4 + 4 + 4);
  auto left = static_cast<std::size_t>(request.int32());
  request.bytes(1 + 4 + 4);
  WireWriter writer;
  writer.int32(0);
  writer.int16(0);
  writer.int32(0);
  const auto topics = request.count(1);
  writer.count(topics);
  state_.partitions_asked_last = 0;
  bool first = true;
  for (std::size_t topic = 0; topic < topics; ++topic) {
    writer.string(request.string());
    const auto count = request.count(1);
    writer.count(count);
    state_.partitions_asked_last += count;
    for (std::size_t i = 0; i < count; ++i) {
      const auto id = request.int32();
      request.int32();
      const auto offset = request.int64();
      request.int64();
      const auto bytes_max = static_cast<std::size_t>(request.int32());
      const auto& log = state_.partitions[id];
      const auto error = fault.partition_error != 0                  ? fault.partition_error
                         : offset < log.start || offset > endOf(log) ? std::int16_t{1}
                                                                     : std::int16_t{0};
      const auto records =
          error != 0 ? std::string() : recordsFrom(log, offset, std::min(left, bytes_max), first);
      first = first && records.empty();
      if (!records.empty()) state_.served.push_back(id);
      left -= std::min(left, records.size());
      writer.int32(id);
      writer.int16(error);
      for (int number = 0; number < 3; ++number) writer.int64(-1);
      writer.count(log.aborted.size());
      for (const auto& aborted : log.aborted) {
        writer.int64(aborted.producer);
        writer.int64(aborted.first_offset);
      }
      writer.int32(-1);
      writer.count(records.size());
      writer.raw(records);
    }
  }
  return writer.take();
}

std::string FakeBroker::limits(WireReader& request) {
  request.bytes(4 + 1 + 4);
  const auto topic = request.string();
  request.int32();
  const auto id = request.int32();
  request.int32();
  const bool start = request.int64() == -2;
  const auto& log = state_.partitions[id];
  WireWriter writer;
  writer.int32(0);
  writer.count(1);
  writer.string(topic);
  writer.count(1);
  writer.int32(id);
  writer.int16(0);
  writer.int64(-1);
  writer.int64(start ? log.start : endOf(log));
  writer.int32(0);
  return writer.take();
}

}  // namespace lockstep::fetch::test
