#include "connectors/file/prepared_files.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include <lockstep/base/failpoint.hpp>

#include "connectors/file/disk.hpp"

namespace lockstep::file {
namespace {

Failpoint kPrepared{"files.prepared"};
Failpoint kShown{"files.shown"};
Failpoint kPublished{"files.published"};

constexpr std::string_view kPublishedNote = "/published";
constexpr std::size_t kDigits = 20;  // of a batch id, so that names sort by it

std::optional<BatchId> batchOf(std::string_view digits) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return BatchId{number};
}

BatchId publishedOf(const std::string& prepared_folder) {
  const auto note = readNote(prepared_folder + std::string(kPublishedNote));
  return note ? batchOf(*note).value_or(BatchId{0}) : BatchId{0};
}

/// As if the disk had failed behind that place.
Status injectedOnDisk(const Failpoint& point) {
  return Status::fatal(ExitCode::kDisk, "E320", fmt::format("failpoint {}", point.name()),
                       "start again; nothing is lost");
}

Status missing(const std::string& path, BatchId batch) {
  return Status::fatal(
      ExitCode::kDisk, "E321",
      fmt::format("{} is missing: batch {}, which wrote it, is committed", path, batch.value()),
      "bring the disk back that the application has written to; to go on without its records make "
      "an empty file of that name");
}

}  // namespace

struct PreparedFiles::Place {
  std::string dir;
  std::string folder;
  std::string prepared;  ///< where the file is until it is shown
  [[nodiscard]] std::string shownFolder() const { return dir + "/" + folder; }
};

PreparedFiles::PreparedFiles(std::string application, std::set<std::string> folders)
    : application_(std::move(application)), folders_(std::move(folders)) {}

std::string PreparedFiles::preparedFolder(const std::string& dir) const {
  return dir + "/." + application_ + ".prepared";
}

PreparedFiles::Place PreparedFiles::placeOf(const std::string& path) const {
  const auto name = path.rfind('/');
  const auto folder = path.rfind('/', name - 1);
  return {path.substr(0, folder), path.substr(folder + 1, name - folder - 1), ""};
}

Status PreparedFiles::prepare(BatchId batch, const std::string& path,
                              std::span<const std::span<const EncodedRecord>> parts) {
  const Place place = placeOf(path);
  const std::string folder = preparedFolder(place.dir);
  LOCKSTEP_TRY(makeFolder(folder));
  std::vector<std::string_view> pieces;
  for (const auto& part : parts)
    for (const EncodedRecord& record : part) pieces.push_back(record.value.value_or(""));
  auto& paths = prepared_[batch];
  if (std::find(paths.begin(), paths.end(), path) == paths.end()) paths.push_back(path);
  LOCKSTEP_TRY(
      writeSynced(fmt::format("{}/{:020}.{}", folder, batch.value(), place.folder), pieces));
  LOCKSTEP_TRY(syncFolder(folder));
  if (kPrepared.fails()) return injectedOnDisk(kPrepared);
  return {};
}

Status PreparedFiles::publish(BatchId batch) {
  const auto found = prepared_.find(batch);
  if (found == prepared_.end()) return {};
  std::vector<Place> places;
  for (const std::string& path : found->second) {
    places.push_back(placeOf(path));
    places.back().prepared = fmt::format("{}/{:020}.{}", preparedFolder(places.back().dir),
                                         batch.value(), places.back().folder);
  }
  LOCKSTEP_TRY(show(places, batch));
  prepared_.erase(found);
  return {};
}

/// The note comes first: from it on a file that is neither prepared nor shown was taken by its
/// reader. Renames next, syncs after: what a crash leaves in between is prepared still, or shown.
Status PreparedFiles::show(const std::vector<Place>& places, BatchId batch) {
  std::set<std::string> touched;
  for (const Place& place : places) {
    const std::string path = place.shownFolder() + "/" + partName(batch);
    if (!exists(place.prepared) && !exists(path)) return missing(path, batch);
  }
  for (const Place& place : places)
    LOCKSTEP_TRY(writeNote(preparedFolder(place.dir) + std::string(kPublishedNote),
                           std::to_string(batch.value())));
  for (const Place& place : places) {
    if (!exists(place.prepared)) continue;  // an earlier try came so far
    LOCKSTEP_TRY(makeFolder(place.shownFolder()));
    LOCKSTEP_TRY(renameFile(place.prepared, place.shownFolder() + "/" + partName(batch)));
    if (kShown.fails()) return injectedOnDisk(kShown);
    touched.insert(place.shownFolder());
    touched.insert(preparedFolder(place.dir));
  }
  for (const std::string& folder : touched) LOCKSTEP_TRY(syncFolder(folder));
  if (kPublished.fails()) return injectedOnDisk(kPublished);
  return {};
}

void PreparedFiles::discard(BatchId batch) {
  const auto found = prepared_.find(batch);
  if (found == prepared_.end()) return;
  for (const std::string& path : found->second) {
    const Place place = placeOf(path);
    removeFile(fmt::format("{}/{:020}.{}", preparedFolder(place.dir), batch.value(), place.folder));
  }
  prepared_.erase(found);
}

Status PreparedFiles::recover(BatchId committed, std::span<const OutputCount> written) {
  std::vector<std::string> expected;
  for (const OutputCount& output : written) {
    if (!isFile(output.partition)) continue;
    expected.push_back(output.partition.topic);
    folders_.insert(placeOf(output.partition.topic).dir);
  }
  std::set<std::string> shown;
  for (const std::string& dir : folders_) LOCKSTEP_TRY(recoverFolder(dir, committed, shown));
  for (const std::string& path : expected) {
    if (shown.contains(path) || exists(path)) continue;
    if (publishedOf(preparedFolder(placeOf(path).dir)) >= committed) continue;  // taken since
    return missing(path, committed);
  }
  return {};
}

/// Batch by batch, oldest first.
Status PreparedFiles::recoverFolder(const std::string& dir, BatchId committed,
                                    std::set<std::string>& shown) {
  const std::string folder = preparedFolder(dir);
  std::map<BatchId, std::vector<Place>> batches;
  for (const std::string& name : namesIn(folder)) {
    const auto batch = name.size() > kDigits + 1 && name[kDigits] == '.'
                           ? batchOf(name.substr(0, kDigits))
                           : std::nullopt;
    if (!batch) continue;
    if (*batch > committed) {
      removeFile(folder + "/" + name);
      continue;
    }
    batches[*batch].push_back({dir, name.substr(kDigits + 1), folder + "/" + name});
    shown.insert(batches[*batch].back().shownFolder() + "/" + partName(*batch));
  }
  for (const auto& [batch, places] : batches) LOCKSTEP_TRY(show(places, batch));
  return {};
}

}  // namespace lockstep::file
