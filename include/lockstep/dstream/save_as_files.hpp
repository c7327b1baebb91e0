#pragma once

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <lockstep/dstream/dstream_class.hpp>
#include <lockstep/dstream/files_writer.hpp>
#include <lockstep/formats/big_endian.hpp>
#include <lockstep/formats/owned.hpp>
#include <lockstep/formats/serde.hpp>
#include <lockstep/formats/serde_composite.hpp>
#include <lockstep/formats/text.hpp>

namespace lockstep {

namespace detail {

/// Encoder: void operator()(std::string& out, const T&, TaskContext&) const appends what the file
/// gets for an element; what it throws rejects the element.
template <class T, class Encoder>
class FilesOutput final : public Terminal {
 public:
  FilesOutput(Rdd<T>& parent, std::string step, FilesTarget target, std::uint32_t order,
              Encoder encoder)
      : parent_(parent),
        step_(std::move(step)),
        target_(std::move(target)),
        order_(order),
        encoder_(std::move(encoder)) {}

  [[nodiscard]] const RddBase& parent() const override { return parent_; }
  void attach(Task& task) override {
    parent_.connect(task, task.instance<Writer>(this, *this).first);
  }

 private:
  class Writer final : public Operator, public Rollbackable, public ChunkSink<T> {
   public:
    Writer(Task& task, const FilesOutput& output)
        : output_(output), context_(task.context()), writer_(output.target_, output.order_) {}
    void begin(Task& task) override { writer_.begin(task); }
    void accept(std::span<const T> chunk) override {
      withStep(output_.step_, [&] {
        for (const T& element : chunk) {
          scratch_.clear();
          output_.encoder_(scratch_, element, context_);
          writer_.append(scratch_);
        }
      });
    }
    void abandon() override { writer_.abandon(); }
    void mark() override { writer_.mark(); }
    void rollback() override { writer_.rollback(); }
    Status finish(Task& task) override {
      writer_.finish(task);
      return {};
    }

   private:
    const FilesOutput& output_;
    TaskContext& context_;
    FilesWriter writer_;
    std::string scratch_;
  };

  Rdd<T>& parent_;
  const std::string step_;
  const FilesTarget target_;
  const std::uint32_t order_;
  const Encoder encoder_;
};

struct TextLine {
  template <class T>
  void operator()(std::string& out, const T& element, TaskContext&) const {
    appendText(out, element);
    out += '\n';
  }
};

struct SizedObject {
  static constexpr std::size_t kLengthBytes = 4;
  template <class T>
  void operator()(std::string& out, const T& element, TaskContext&) const {
    out.resize(kLengthBytes);
    Serde<T>{}.append(out, element);
    storeBigEndian(out.data(), static_cast<std::uint32_t>(out.size() - kLengthBytes));
  }
};

}  // namespace detail

/// Writes what `encoder` makes of the elements to PREFIX-TIME_IN_MS[.SUFFIX]/part-BATCH. For
/// formats of your own; see DStream::saveAsTextFiles for the rest.
template <class T, class Encoder>
void filesOutput(const DStream<T>& stream, const std::string& prefix, const std::string& suffix,
                 const std::string& step, Encoder encoder) {
  detail::FilesTarget target = detail::filesTarget(prefix, suffix);
  DStreamGraph& graph = *stream.graph();
  const std::string name = graph.stepName("files", step);
  const std::uint32_t order =
      graph.addOutput({name, "files", "", stream.rdd().step(), "", target.folder("TIME")}, false);
  graph.lineage().template addTerminal<detail::FilesOutput<T, Encoder>>(
      stream.rdd(), name, std::move(target), order, std::move(encoder));
}

template <class T>
void DStream<T>::saveAsTextFiles(const std::string& prefix, const std::string& suffix,
                                 const std::string& step) const {
  filesOutput(*this, prefix, suffix, step, detail::TextLine{});
}

template <class T>
void DStream<T>::saveAsObjectFiles(const std::string& prefix, const std::string& suffix,
                                   const std::string& step) const {
  filesOutput(*this, prefix, suffix, step, detail::SizedObject{});
}

/// The elements of a file that saveAsObjectFiles() wrote. Throws std::runtime_error when it cannot
/// be read or is cut, and what Serde<T> throws.
template <class T>
[[nodiscard]] std::vector<Owned<T>> readObjectFile(const std::string& path) {
  constexpr std::size_t kLengthBytes = detail::SizedObject::kLengthBytes;
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error(path + " cannot be read");
  const std::string bytes(std::istreambuf_iterator<char>(file), {});
  std::vector<Owned<T>> elements;
  for (std::string_view rest = bytes; !rest.empty();) {
    const std::size_t size =
        rest.size() < kLengthBytes ? rest.size() : loadBigEndian32(rest.data()) + kLengthBytes;
    if (size > rest.size() || rest.size() < kLengthBytes)
      throw std::runtime_error(path + " is cut");
    elements.push_back(toOwned<T>(Serde<T>{}.read(rest.substr(kLengthBytes, size - kLengthBytes))));
    rest.remove_prefix(size);
  }
  return elements;
}

}  // namespace lockstep
