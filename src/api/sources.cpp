#include <lockstep/api/sources.hpp>

#include <lockstep/base/error.hpp>

namespace lockstep {
namespace {

DStream<RecordView> fileRecords(StreamingContext& context, const std::string& dir,
                                const FileStreamOptions& options) {
  if (dir.empty())
    throw Error(Status::fatal(ExitCode::kConfiguration, "E009", "a stream of files needs a folder",
                              "as in  textFileStream(context, \"/data/in\")"));
  SourceDeclaration source{
      options.id, "files",
      FileSource{dir, options.poll, options.line_bytes_max, options.stop_on_missing}};
  return receivedInput(context.graph(), context.settings().application(), std::move(source));
}

}  // namespace

DStream<std::string_view> textFileStream(StreamingContext& context, const std::string& dir,
                                         const FileStreamOptions& options) {
  return fileRecords(context, dir, options)
      .map([](const RecordView& record) { return record.value.value_or(""); }, options.id);
}

DStream<std::pair<std::string_view, std::string_view>> fileStream(
    StreamingContext& context, const std::string& dir, const FileStreamOptions& options) {
  return fileRecords(context, dir, options)
      .map(
          [](const RecordView& record) {
            return std::pair{record.key.value_or(""), record.value.value_or("")};
          },
          options.id);
}

DStream<std::string_view> socketTextStream(StreamingContext& context, const std::string& host,
                                           std::uint16_t port, ReceiverOptions options) {
  if (options.id.empty()) options.id = "socket";
  options.name = "socket";
  if (host.empty() || port == 0)
    throw Error(Status::fatal(ExitCode::kConfiguration, "E031",
                              "socketTextStream() needs a host, and a port from 1 to 65535",
                              "as in  socketTextStream(context, \"localhost\", 9999)"));
  return detail::receiverRecords(context, SocketSource{host, port}, options)
      .map([](const RecordView& record) { return record.value.value_or(""); }, options.id);
}

DStream<RecordView> detail::receiverRecords(StreamingContext& context,
                                            decltype(SourceDeclaration::what) what,
                                            const ReceiverOptions& options) {
  if (options.id.empty())
    throw Error(Status::fatal(ExitCode::kConfiguration, "E009", "receiverStream() needs an id",
                              "as in  receiverStream(context, receiver, {.id = \"sensors\"})"));
  SourceDeclaration source{options.id, options.name, std::move(what)};
  source.safety = options.safety;
  source.sequenced = options.sequenced;
  source.block_interval = options.block_interval;
  if (options.safety == Safety::kIgnore) {
    if (options.sequenced)
      throw Error(Status::fatal(ExitCode::kConfiguration, "E015",
                                "a receiver in memory only cannot drop repeats",
                                "leave out .safety or .sequenced"));
    source.held = std::make_shared<HeldRecords>();
  }
  return receivedInput(context.graph(), context.settings().application(), std::move(source));
}

}  // namespace lockstep
