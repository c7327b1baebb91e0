#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include <lockstep/base/mutex.hpp>
#include <lockstep/dstream/source_declaration.hpp>

#include "connectors/file/folder_reader.hpp"
#include "src/runtime/log_writer.hpp"
#include "src/runtime/running_source.hpp"
#include "src/runtime/source_feed.hpp"

namespace lockstep {

/// Reads a folder's new files into the source's topic: lines and the positions behind them in one
/// transaction, so that a crash goes on at exactly the next line (SourceFeed). A thread of its own.
class FileFeeder final : public RunningSource {
 public:
  struct Options {
    SourceDeclaration source;  ///< `what` is a FileSource
    bool until_end = false;    ///< ends when everything that is there was read
    StreamingListeners listeners;
  };

  FileFeeder(Options options, std::unique_ptr<ReceivedLog> log, Clock& clock, Fail fail);
  ~FileFeeder() override { stop(); }

  void start() override;
  void stop() override;
  void processed(Offset next) override { log_.processed(next); }
  [[nodiscard]] ReceiverInfo info() override { return report_.info(); }
  [[nodiscard]] bool complete() const override { return feed_.complete(); }

 private:
  using Positions = std::map<std::string, std::string>;

  void run();
  Result<SourceFeed::Next> openFolder(const Positions& stored);
  bool wait(std::chrono::milliseconds pause);
  [[nodiscard]] const FileSource& files() const {
    return std::get<FileSource>(options_.source.what);
  }

  const Options options_;
  Clock& clock_;
  const Fail fail_;
  SourceReport report_;
  LogWriter log_;
  SourceFeed feed_;

  Mutex mutex_;
  std::condition_variable_any changed_;
  bool ending_ GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace lockstep
