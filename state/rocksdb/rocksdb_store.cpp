#include "state/rocksdb/rocksdb_store.hpp"

#include <array>
#include <filesystem>
#include <map>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/write_buffer_manager.h>

#include <lockstep/base/check.hpp>
#include <lockstep/base/log.hpp>
#include <lockstep/base/mutex.hpp>

#include "state/rocksdb/packed_page.hpp"
#include "state/rocksdb/page_merge.hpp"
#include "state/rocksdb/rocksdb_errors.hpp"
#include "state/rocksdb/sst_builder.hpp"
#include "state/rocksdb/stored_reads.hpp"

namespace lockstep {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kWriteBufferBytes = 1 << 20;  ///< for the positions only
/// A write() with an eighth of a full file, or more, ends its file; many small ones share one.
constexpr std::size_t kOwnFile = 8;
constexpr const char* kPositionsKey = "positions";
constexpr const char* kLockFile = "LOCK";  ///< RocksDB's own name for it

/// Small in every respect: the database is written every few seconds, read at start, and asked for
/// keys that memory has no room for. Filters answer for those that are not there, and for pages
/// that a checkpoint did not change; they and the index are cut into pieces that the cache takes
/// one by one, since of a large state it cannot hold all.
rocksdb::Options smallOptions(std::size_t cache_bytes) {
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
  options.disable_auto_compactions = true;  // until compact()
  options.merge_operator = pageMergeOperator();
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(cache_bytes, 0);
  table.block_size = 4 << 10;
  table.block_restart_interval = 2;  // a look-up in a block walks over pages, not over keys
  table.checksum = rocksdb::kXXH3;
  table.format_version = 5;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  table.partition_filters = true;
  table.cache_index_and_filter_blocks = true;
  table.pin_top_level_index_and_filter = true;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.write_buffer_manager =
      std::make_shared<rocksdb::WriteBufferManager>(2 * kWriteBufferBytes, table.block_cache);
  return options;
}

bool hasDatabase(const fs::path& folder) {
  std::error_code error;
  return fs::exists(folder / "CURRENT", error);
}

std::string familyOf(std::string_view operator_id, StoredLayout layout) {
  return fmt::format("{}:{}", layout == StoredLayout::kPages ? "state" : "large", operator_id);
}

}  // namespace

class RocksdbStore::Impl {
 public:
  using Part = CheckpointStore::Part;
  using Sink = CheckpointStore::Sink;

  Impl(std::string state_dir, std::size_t memory)
      : file_bytes_(memory / 2),
        options_(smallOptions(memory / 2)),
        folder_((fs::path(state_dir) / "checkpoint").string()),
        staging_((fs::path(state_dir) / "checkpoint.staging").string()),
        damaged_((fs::path(state_dir) / "checkpoint.damaged").string()) {}
  ~Impl() { close(); }

  Result<std::string> open() {
    if (db_ != nullptr || lock_ != nullptr) return std::string();
    LOCKSTEP_TRY(makeFolders());
    if (!hasDatabase(folder_)) {
      LOCKSTEP_TRY(reserve());
      return std::string();
    }
    Status status = wrap(openDatabase());
    if (status.ok()) return std::string();
    if (status.reaction() != Reaction::kAbort) return status;
    const std::string reason = status.message();
    std::error_code error;
    fs::remove_all(damaged_, error);
    fs::rename(folder_, damaged_, error);
    if (error) return unusableFolder(folder_, error.message());
    LOCKSTEP_TRY(makeFolders());
    LOCKSTEP_TRY(reserve());
    return reason;
  }

  Result<std::optional<std::string>> positions() {
    if (db_ == nullptr) return std::optional<std::string>();
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
    if (db_ == nullptr) return {};
    rocksdb::WriteOptions synced;
    synced.sync = true;
    LOCKSTEP_TRY(wrapWrite(db_->Delete(synced, db_->DefaultColumnFamily(), kPositionsKey)));
    while (!families_.empty()) LOCKSTEP_TRY(drop(families_.begin()));
    return {};
  }

  Status forget(std::string_view operator_id) {
    if (pending_operator_ == operator_id) discardPending();
    for (const StoredLayout layout : kLayouts) {
      const auto family = families_.find(familyOf(operator_id, layout));
      if (family != families_.end()) LOCKSTEP_TRY(drop(family));
    }
    return {};
  }

  Status write(std::string_view operator_id, ShardId shard, std::span<const KeyedValue> values) {
    if (pending_operator_ != operator_id) {
      LOCKSTEP_TRY(ingestPending());
      pending_operator_ = operator_id;
    }
    auto stored = this->stored(operator_id, shard);
    std::size_t before = pendingBytes();
    for (const KeyedValue& value : values) {
      add(stored, value);
      if (pendingBytes() < file_bytes_) continue;
      LOCKSTEP_TRY(ingestPending());
      stored = this->stored(operator_id, shard);
      before = 0;
    }
    // A file of one shard lies behind the one before it; with others in it, it would overlap all.
    if (pendingBytes() - before >= file_bytes_ / kOwnFile) return ingestPending();
    return {};
  }

  Status sync() { return ingestPending(); }

  Status commit(std::string_view positions) {
    LOCKSTEP_CHECK(pendingBytes() == 0, "positions are written after all values are synced");
    LOCKSTEP_TRY(makeDatabase());
    rocksdb::WriteOptions synced;
    synced.sync = true;
    return wrapWrite(db_->Put(synced, db_->DefaultColumnFamily(), kPositionsKey,
                              rocksdb::Slice(positions.data(), positions.size())));
  }

  Status read(std::string_view operator_id, ShardId shard, Part part, const Sink& sink) {
    return readStored(stored(operator_id, shard), part, sink);
  }

  Status find(std::string_view operator_id, ShardId shard, std::span<const StateKey> keys,
              const Sink& sink) {
    return findStored(stored(operator_id, shard), keys, sink);
  }

 private:
  using Families = std::map<std::string, rocksdb::ColumnFamilyHandle*, std::less<>>;
  static constexpr std::array kLayouts{StoredLayout::kPages, StoredLayout::kSingle};

  /// Null: nothing was ever written for it.
  rocksdb::ColumnFamilyHandle* known(std::string_view operator_id, StoredLayout layout) {
    MutexLock lock(mutex_);
    return knownLocked(operator_id, layout);
  }

  rocksdb::ColumnFamilyHandle* knownLocked(std::string_view operator_id, StoredLayout layout) {
    const auto family = families_.find(familyOf(operator_id, layout));
    return family == families_.end() ? nullptr : family->second;
  }

  StoredShard stored(std::string_view operator_id, ShardId shard) {
    MutexLock lock(mutex_);
    return {db_.get(), knownLocked(operator_id, StoredLayout::kPages),
            knownLocked(operator_id, StoredLayout::kSingle), shard, folder_};
  }

  [[nodiscard]] std::size_t pendingBytes() const { return pages_.bytes() + singles_.bytes(); }

  /// A key has a value in one family at most: where it is not, it goes.
  void add(const StoredShard& stored, const KeyedValue& value) {
    const KeyedValue gone{value.key, std::nullopt, value.touched};
    if (fitsPage(value)) {
      pages_.add(stored.shard, value);
      if (!singles_.empty() || stored.singles != nullptr) singles_.add(stored.shard, gone);
    } else {
      singles_.add(stored.shard, value);
      const bool paged = !pages_.empty() || stored.pages != nullptr;
      if (paged && fitsPage(gone)) pages_.add(stored.shard, gone);
    }
  }

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

  /// A folder without a database stays so until there is something to write: RocksDB's threads,
  /// buffers and code take megabytes and milliseconds. Until then this lock is its own.
  Status reserve() {
    return wrap(
        rocksdb::Env::Default()->LockFile((fs::path(folder_) / kLockFile).string(), &lock_));
  }

  Status makeDatabase() { return db_ != nullptr ? Status() : wrapWrite(openDatabase()); }

  rocksdb::Status openDatabase() {
    if (lock_ != nullptr) {
      if (auto status = release(); !status.ok()) return status;
    }
    std::vector<std::string> names{rocksdb::kDefaultColumnFamilyName};
    if (hasDatabase(folder_)) {
      auto status = rocksdb::DB::ListColumnFamilies(options_, folder_, &names);
      if (!status.ok()) return status;
    }
    std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
    for (const auto& name : names) {
      descriptors.emplace_back(name, rocksdb::ColumnFamilyOptions(options_));
    }
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* db = nullptr;
    auto status = rocksdb::DB::Open(options_, folder_, descriptors, &handles, &db);
    if (!status.ok()) return status;
    MutexLock lock(mutex_);
    db_.reset(db);
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (names[i] == rocksdb::kDefaultColumnFamilyName) {
        default_family_ = handles[i];
      } else {
        families_[names[i]] = handles[i];
      }
    }
    return status;
  }

  rocksdb::Status release() {
    return rocksdb::Env::Default()->UnlockFile(std::exchange(lock_, nullptr));
  }

  void close() {
    if (lock_ != nullptr) static_cast<void>(release());
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

  Result<rocksdb::ColumnFamilyHandle*> familyFor(const std::string& operator_id,
                                                 StoredLayout layout) {
    if (auto* const family = known(operator_id, layout); family != nullptr) return family;
    const auto name = familyOf(operator_id, layout);
    rocksdb::ColumnFamilyHandle* family = nullptr;
    rocksdb::ColumnFamilyOptions options(options_);
    options.disable_auto_compactions = !compacts_;
    LOCKSTEP_TRY(wrapWrite(db_->CreateColumnFamily(options, name, &family)));
    MutexLock lock(mutex_);
    families_[name] = family;
    return family;
  }

  void discardPending() {
    pages_.clear();
    singles_.clear();
    pending_operator_.clear();
  }

  /// The database takes over both files or none: a value that moved from one family to the other
  /// is never in both.
  Status ingestPending() {
    if (pendingBytes() == 0) return {};
    LOCKSTEP_TRY(makeDatabase());
    LOCKSTEP_TRY(compact());
    std::vector<rocksdb::IngestExternalFileArg> files;
    for (const StoredLayout layout : kLayouts) {
      SstBuilder& values = layout == StoredLayout::kPages ? pages_ : singles_;
      if (values.empty()) continue;
      auto& file = files.emplace_back();
      LOCKSTEP_ASSIGN(file.column_family, familyFor(pending_operator_, layout));
      file.external_files.push_back(fmt::format("{}/{}.sst", staging_, ++files_));
      file.options.move_files = true;
      file.options.write_global_seqno = false;
      LOCKSTEP_TRY(wrapWrite(values.write(file.external_files.back(), options_)));
    }
    return wrapWrite(db_->IngestExternalFiles(files));
  }

  /// From the first write on: a restore has the processor and the disk to itself.
  Status compact() {
    if (std::exchange(compacts_, true)) return {};
    std::vector<rocksdb::ColumnFamilyHandle*> families;
    for (const auto& [name, family] : families_) families.push_back(family);
    return wrapWrite(db_->EnableAutoCompaction(families));
  }

  const std::size_t file_bytes_;  ///< values collected into one file
  const rocksdb::Options options_;
  const std::string folder_;
  const std::string staging_;
  const std::string damaged_;
  rocksdb::FileLock* lock_ = nullptr;  ///< of a folder that has no database yet
  Mutex mutex_;  ///< readers look database and families up while the writer makes them
  std::unique_ptr<rocksdb::DB> db_;
  rocksdb::ColumnFamilyHandle* default_family_ = nullptr;
  Families families_;
  SstBuilder pages_{StoredLayout::kPages};     ///< for the next file
  SstBuilder singles_{StoredLayout::kSingle};  ///< likewise
  std::string pending_operator_;               ///< whose they are
  std::uint64_t files_ = 0;
  bool compacts_ = false;
};

RocksdbStore::RocksdbStore(std::string state_dir, std::size_t memory)
    : impl_(std::make_unique<Impl>(std::move(state_dir), memory)) {}
RocksdbStore::~RocksdbStore() = default;

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
Status RocksdbStore::read(std::string_view operator_id, ShardId shard, Part part,
                          const Sink& sink) {
  return impl_->read(operator_id, shard, part, sink);
}
Status RocksdbStore::find(std::string_view operator_id, ShardId shard,
                          std::span<const StateKey> keys, const Sink& sink) {
  return impl_->find(operator_id, shard, keys, sink);
}

}  // namespace lockstep
