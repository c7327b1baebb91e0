#include <lockstep/dstream/files_writer.hpp>

#include <filesystem>

#include <lockstep/base/error.hpp>
#include <lockstep/ports/file_store.hpp>

namespace lockstep::detail {

FilesTarget filesTarget(const std::string& prefix, const std::string& suffix) {
  const auto refuse = [](const std::string& what) {
    throw Error(Status::fatal(ExitCode::kConfiguration, "E009", "files need " + what,
                              "as in  saveAsTextFiles(\"/data/out/counts\", \"txt\")"));
  };
  if (prefix.empty() || prefix.back() == '/') refuse("a prefix that ends in a name");
  if (suffix.find('/') != std::string::npos) refuse("a suffix without '/'");
  return {std::filesystem::absolute(prefix).lexically_normal(), suffix};
}

void FilesWriter::begin(Task& task) {
  pool_ = task.services().pool;
  time_ = task.context().time;
  batch_.reset();
  marked_ = {};
}

void FilesWriter::finish(Task& task) {
  if (!batch_ || batch_->empty()) return batch_.reset();
  const std::string folder = target_.folder(std::to_string(time_.time_since_epoch().count()));
  task.addOutput({OutputRole::kFile,
                  {folder + "/" + partName(task.plan().id), Partition{0}},
                  std::move(batch_),
                  order_,
                  {}});
}

}  // namespace lockstep::detail
