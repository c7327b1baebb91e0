#include <lockstep/dstream/keyed_entries.hpp>

#include <stdexcept>

#include <lockstep/base/check.hpp>
#include <lockstep/formats/big_endian.hpp>

namespace lockstep::detail {

void KeyedEntries::begin(StateShard& shard, BatchId batch, BatchTime time) {
  shard_ = &shard;
  batch_ = batch;
  time_ = time;
  before_.clear();
  failure_ = {};
}

void KeyedEntries::beginCall(std::string_view key) {
  before_.clear();
  failure_ = {};
  char size[4];
  storeBigEndian(size, static_cast<std::uint32_t>(key.size()));
  prefix_.assign(1, tag_).append(size, sizeof size).append(key);
}

Status KeyedEntries::takeBack() {
  for (auto change = before_.rbegin(); change != before_.rend(); ++change) {
    StateEntry* entry = nullptr;
    LOCKSTEP_TRY(touchKey(change->first, entry));
    if (change->second)
      setState(*shard_, *entry, *change->second);
    else if (entry->present())
      shard_->remove(*entry);
  }
  before_.clear();
  return {};
}

void KeyedEntries::check(Status status) {
  if (status.ok()) return;
  failure_ = std::move(status);
  throw std::runtime_error("the state cannot be read");
}

void KeyedEntries::makeKey(std::string_view name, std::string_view part) {
  LOCKSTEP_CHECK(!name.empty() && name.size() < 256, "a state's name has 1 to 255 bytes");
  key_.assign(prefix_).push_back(static_cast<char>(name.size()));
  key_.append(name).append(part);
}

Status KeyedEntries::touchKey(std::string_view bytes, StateEntry*& entry) {
  const StateKey key{bytes, murmur2(bytes)};
  return shard_->touch(batch_, time_, {&key, 1}, &entry);
}

StateEntry& KeyedEntries::touch() {
  StateEntry* entry = nullptr;
  check(touchKey(key_, entry));
  std::optional<std::string> old;
  if (entry->present()) old = entry->value();
  before_.emplace_back(key_, std::move(old));
  return *entry;
}

std::optional<std::string_view> KeyedEntries::get(std::string_view name, std::string_view part) {
  makeKey(name, part);
  const StateKey key{key_, murmur2(key_)};
  const StateEntry* entry = nullptr;
  check(shard_->find({&key, 1}, &entry));
  if (entry == nullptr) return std::nullopt;
  return entry->value();
}

void KeyedEntries::set(std::string_view name, std::string_view part, std::string_view value) {
  makeKey(name, part);
  setState(*shard_, touch(), value);
}

void KeyedEntries::remove(std::string_view name, std::string_view part) {
  makeKey(name, part);
  StateEntry& entry = touch();
  if (entry.present()) shard_->remove(entry);
}

}  // namespace lockstep::detail
