#include "connectors/fetch/protocol.hpp"

#include "connectors/fetch/wire_reader.hpp"
#include "connectors/fetch/wire_writer.hpp"

namespace lockstep::fetch {

std::string frameRequest(const Api& api, std::int32_t correlation, std::string_view client_id,
                         std::string_view body) {
  WireWriter header;
  header.int16(static_cast<std::int16_t>(api.key));
  header.int16(api.version);
  header.int32(correlation);
  header.string(client_id);
  if (api.flexible) header.noTags();
  const auto head = header.take();
  WireWriter frame;
  frame.count(head.size() + body.size());
  frame.raw(head);
  frame.raw(body);
  return frame.take();
}

AnswerHeader readAnswerHeader(const Api& api, std::string_view answer) {
  WireReader reader(answer);
  AnswerHeader header;
  header.correlation = reader.int32();
  if (api.flexible) reader.skipTags();
  header.ok = reader.ok();
  header.body = reader.bytes(reader.left());
  return header;
}

}  // namespace lockstep::fetch
