#include "state/rocksdb/rocksdb_store.hpp"

#include <filesystem>
#include <map>
#include <vector>

#include <fmt/format.h>
#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/table.h>
#include <rocksdb/write_buffer_manager.h>

#include <lockstep/base/check.hpp>
#include <lockstep/base/log.hpp>

#include "state/rocksdb/rocksdb_errors.hpp"
#include "state/rocksdb/sst_builder.hpp"

namespace lockstep {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kCacheBytes = 4 << 20;
constexpr std::size_t kWriteBufferBytes = 1 << 20;  ///< for the positions only
constexpr std::size_t kFileBytes = 16 << 20;        ///< values collected into one file
constexpr std::size_t kReadChunk = 1024;
constexpr const char* kPositionsKey = "positions";

/// Small in every respect: the database is written every few seconds and read at start.
rocksdb::Options smallOptions() {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.max_background_jobs = 2;
  options.max_open_files = 256;
  options.write_buffer_size = kWriteBufferBytes;
  options.arena_block_size = 64 << 10;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  options.keep_log_file_num = 2;
  options.max_log_file_size = 1 << 20;
  options.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  options.compression = rocksdb::kLZ4Compression;
  options.avoid_flush_during_shutdown = true;
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(kCacheBytes, 0);
  table.block_size = 16 << 10;
  table.cache_index_and_filter_blocks = true;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.write_buffer_manager =
      std::make_shared<rocksdb::WriteBufferManager>(2 * kWriteBufferBytes, table.block_cache);
  return options;
}

std::string familyOf(std::string_view operator_id) { return fmt::format("state:{}", operator_id); }

}  // namespace

class RocksdbStore::Impl {
 public:
  explicit Impl(std::string state_dir)
      : folder_((fs::path(state_dir) / "checkpoint").string()),
        staging_((fs::path(state_dir) / "checkpoint.staging").string()),
        damaged_((fs::path(state_dir) / "checkpoint.damaged").string()) {}
  ~Impl() { close(); }

  Result<std::string> open() {
    if (db_ != nullptr) return std::string();
    LOCKSTEP_TRY(makeFolders());
    Status status = openDatabase();
    if (status.ok()) return std::string();
    if (status.reaction() != Reaction::kAbort) return status;
    const std::string reason = status.message();
    std::error_code error;
    fs::remove_all(damaged_, error);
    fs::rename(folder_, damaged_, error);
    if (error) return unusableFolder(folder_, error.message());
    LOCKSTEP_TRY(makeFolders());
    LOCKSTEP_TRY(openDatabase());
    return reason;
  }

  Result<std::optional<std::string>> positions() {
    std::string record;
    const auto status = db_->Get({}, db_->DefaultColumnFamily(), kPositionsKey, &record);
    if (status.IsNotFound()) return std::optional<std::string>();
    if (status.IsCorruption()) {
      log::warn("{}", damaged(folder_, status.ToString()).message());
      return std::optional<std::string>();
    }
    LOCKSTEP_TRY(fromRocksdb(status, folder_));
    return std::optional(std::move(record));
  }

  Status clear() {
    discardPending();
    rocksdb::WriteOptions synced;
    synced.sync = true;
    LOCKSTEP_TRY(wrapWrite(db_->Delete(synced, db_->DefaultColumnFamily(), kPositionsKey)));
    while (!families_.empty()) LOCKSTEP_TRY(drop(families_.begin()));
    return {};
  }

  Status forget(std::string_view operator_id) {
    if (pending_operator_ == operator_id) discardPending();
    const auto family = families_.find(familyOf(operator_id));
    return family == families_.end() ? Status() : drop(family);
  }

  Status write(std::string_view operator_id, ShardId shard, std::span<const KeyedValue> values) {
    if (pending_operator_ != operator_id) {
      LOCKSTEP_TRY(ingestPending());
      pending_operator_ = operator_id;
    }
    for (const KeyedValue& value : values) {
      pending_.add(shard, value);
      if (pending_.bytes() >= kFileBytes) LOCKSTEP_TRY(ingestPending());
    }
    return {};
  }

  Status sync() { return ingestPending(); }

  Status commit(std::string_view positions) {
    LOCKSTEP_CHECK(pending_.empty(), "positions are written after all values are synced");
    rocksdb::WriteOptions synced;
    synced.sync = true;
    return wrapWrite(db_->Put(synced, db_->DefaultColumnFamily(), kPositionsKey,
                              rocksdb::Slice(positions.data(), positions.size())));
  }

  Status read(std::string_view operator_id, ShardId shard, const Sink& sink) {
    const auto family = families_.find(familyOf(operator_id));
    if (family == families_.end()) return {};
    const std::string from = shardPrefix(shard);
    const std::string until = shardPrefix(ShardId{shard.value() + 1});
    const rocksdb::Slice end(until);
    rocksdb::ReadOptions options;
    options.fill_cache = false;
    options.readahead_size = 1 << 20;
    options.iterate_upper_bound = &end;
    const std::unique_ptr<rocksdb::Iterator> entry(db_->NewIterator(options, family->second));
    Arena bytes;
    std::vector<KeyedValue> chunk;
    for (entry->Seek(from); entry->Valid(); entry->Next()) {
      KeyedValue& value = chunk.emplace_back();
      const auto key = bytes.copy({entry->key().data(), entry->key().size()});
      if (!decodeStored(key, bytes.copy({entry->value().data(), entry->value().size()}), value)) {
        return damaged(folder_, "a value of an unknown version");
      }
      if (chunk.size() < kReadChunk) continue;
      sink(chunk);
      chunk.clear();
      bytes.clear();
    }
    LOCKSTEP_TRY(wrap(entry->status()));
    if (!chunk.empty()) sink(chunk);
    return {};
  }

 private:
  using Families = std::map<std::string, rocksdb::ColumnFamilyHandle*, std::less<>>;

  Status wrap(const rocksdb::Status& status) { return fromRocksdb(status, folder_); }
  Status wrapWrite(const rocksdb::Status& status) { return fromRocksdbWrite(status, folder_); }

  Status makeFolders() {
    std::error_code error;
    fs::create_directories(folder_, error);
    if (error) return unusableFolder(folder_, error.message());
    // Files that a killed process did not hand over belong to no checkpoint.
    fs::remove_all(staging_, error);
    if (!error) fs::create_directories(staging_, error);
    if (error) return unusableFolder(staging_, error.message());
    return {};
  }

  Status openDatabase() {
    std::vector<std::string> names;
    std::error_code error;
    if (fs::exists(fs::path(folder_) / "CURRENT", error)) {
      LOCKSTEP_TRY(wrap(rocksdb::DB::ListColumnFamilies(options_, folder_, &names)));
    } else {
      names.push_back(rocksdb::kDefaultColumnFamilyName);
    }
    std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
    for (const auto& name : names) {
      descriptors.emplace_back(name, rocksdb::ColumnFamilyOptions(options_));
    }
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* db = nullptr;
    LOCKSTEP_TRY(wrap(rocksdb::DB::Open(options_, folder_, descriptors, &handles, &db)));
    db_.reset(db);
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (names[i] == rocksdb::kDefaultColumnFamilyName) {
        default_family_ = handles[i];
      } else {
        families_[names[i]] = handles[i];
      }
    }
    return {};
  }

  void close() {
    if (db_ == nullptr) return;
    for (const auto& [name, family] : families_) {
      static_cast<void>(db_->DestroyColumnFamilyHandle(family));
    }
    static_cast<void>(db_->DestroyColumnFamilyHandle(default_family_));
    families_.clear();
    db_.reset();
  }

  Status drop(Families::iterator family) {
    LOCKSTEP_TRY(wrapWrite(db_->DropColumnFamily(family->second)));
    const auto status = db_->DestroyColumnFamilyHandle(family->second);
    families_.erase(family);
    return wrapWrite(status);
  }

  Result<rocksdb::ColumnFamilyHandle*> familyFor(const std::string& operator_id) {
    const auto name = familyOf(operator_id);
    if (const auto known = families_.find(name); known != families_.end()) return known->second;
    rocksdb::ColumnFamilyHandle* family = nullptr;
    LOCKSTEP_TRY(
        wrapWrite(db_->CreateColumnFamily(rocksdb::ColumnFamilyOptions(options_), name, &family)));
    families_[name] = family;
    return family;
  }

  void discardPending() {
    pending_ = SstBuilder();
    pending_operator_.clear();
  }

  Status ingestPending() {
    if (pending_.empty()) return {};
    LOCKSTEP_ASSIGN(auto* family, familyFor(pending_operator_));
    const auto file = fmt::format("{}/{}.sst", staging_, ++files_);
    LOCKSTEP_TRY(wrapWrite(pending_.write(file, options_)));
    rocksdb::IngestExternalFileOptions ingestion;
    ingestion.move_files = true;
    ingestion.write_global_seqno = false;
    return wrapWrite(db_->IngestExternalFile(family, {file}, ingestion));
  }

  const std::string folder_;
  const std::string staging_;
  const std::string damaged_;
  const rocksdb::Options options_ = smallOptions();
  std::unique_ptr<rocksdb::DB> db_;
  rocksdb::ColumnFamilyHandle* default_family_ = nullptr;
  Families families_;
  SstBuilder pending_;
  std::string pending_operator_;
  std::uint64_t files_ = 0;
};

RocksdbStore::RocksdbStore(std::string state_dir)
    : impl_(std::make_unique<Impl>(std::move(state_dir))) {}
RocksdbStore::~RocksdbStore() = default;

bool RocksdbStore::exists(const std::string& state_dir) {
  std::error_code error;
  return fs::exists(fs::path(state_dir) / "checkpoint" / "CURRENT", error);
}

Result<std::string> RocksdbStore::open() { return impl_->open(); }
Result<std::optional<std::string>> RocksdbStore::positions() { return impl_->positions(); }
Status RocksdbStore::clear() { return impl_->clear(); }
Status RocksdbStore::forget(std::string_view operator_id) { return impl_->forget(operator_id); }
Status RocksdbStore::write(std::string_view operator_id, ShardId shard,
                           std::span<const KeyedValue> values) {
  return impl_->write(operator_id, shard, values);
}
Status RocksdbStore::sync() { return impl_->sync(); }
Status RocksdbStore::commit(std::string_view positions) { return impl_->commit(positions); }
Status RocksdbStore::read(std::string_view operator_id, ShardId shard, const Sink& sink) {
  return impl_->read(operator_id, shard, sink);
}

}  // namespace lockstep
