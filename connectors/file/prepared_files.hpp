#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include <lockstep/ports/file_store.hpp>

namespace lockstep::file {

// connectors/file: files as outputs of batches.
//
// A path is DIR/FOLDER/NAME. Until its batch is committed the file is
// DIR/.APP.prepared/BATCH.FOLDER (BATCH with 20 digits; NAME follows from it), on the same file
// system, so that one rename shows it. DIR/.APP.prepared/published holds the last batch whose files
// were about to be shown: what is missing of it or of earlier ones was taken away by its reader.
// docs/outputs.md tells users, docs/formats.md has the layout.

/// Files on a local disk. `folders`: every DIR that the application's outputs write to.
class PreparedFiles final : public FileStore {
 public:
  PreparedFiles(std::string application, std::set<std::string> folders);

  Status prepare(BatchId batch, const std::string& path,
                 std::span<const std::span<const EncodedRecord>> parts) override;
  Status publish(BatchId batch) override;
  void discard(BatchId batch) override;
  Status recover(BatchId committed, std::span<const OutputCount> written) override;

 private:
  struct Place;  ///< a path in its parts
  [[nodiscard]] Place placeOf(const std::string& path) const;
  [[nodiscard]] std::string preparedFolder(const std::string& dir) const;
  Status recoverFolder(const std::string& dir, BatchId committed, std::set<std::string>& shown);
  Status show(const std::vector<Place>& places, BatchId batch);

  const std::string application_;
  std::set<std::string> folders_;
  std::map<BatchId, std::vector<std::string>> prepared_;  ///< paths, until published or discarded
};

}  // namespace lockstep::file
