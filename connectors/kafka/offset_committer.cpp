#include "connectors/kafka/offset_committer.hpp"

#include <cstdlib>
#include <cstring>

#include "connectors/kafka/client_errors.hpp"

namespace lockstep::kafka {

namespace {

/// Of the whole request, or of the first partition that was refused.
rd_kafka_resp_err_t errorOf(rd_kafka_event_t* answer) {
  if (const auto error = rd_kafka_event_error(answer); error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return error;
  }
  const auto* offsets = rd_kafka_event_topic_partition_list(answer);
  for (int i = 0; offsets != nullptr && i < offsets->cnt; ++i) {
    if (offsets->elems[i].err != RD_KAFKA_RESP_ERR_NO_ERROR) return offsets->elems[i].err;
  }
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

}  // namespace

ListHandle offsetList(std::span<const PartitionOffset> consumed, std::string_view metadata) {
  ListHandle list(rd_kafka_topic_partition_list_new(static_cast<int>(consumed.size())));
  for (const auto& position : consumed) {
    auto* entry = rd_kafka_topic_partition_list_add(list.get(), position.partition.topic.c_str(),
                                                    position.partition.partition.value());
    entry->offset = position.next.value();
    if (metadata.empty()) continue;
    entry->metadata = std::malloc(metadata.size());  // the list frees it
    std::memcpy(entry->metadata, metadata.data(), metadata.size());
    entry->metadata_size = metadata.size();
  }
  return list;
}

Result<std::unique_ptr<OffsetCommitter>> OffsetCommitter::create(const KafkaConnection& connection,
                                                                 Clock& clock) {
  LOCKSTEP_ASSIGN(const auto settings, querySettings(connection, Isolation::kReadCommitted));
  LOCKSTEP_ASSIGN(auto client, ClientHandle::create(RD_KAFKA_CONSUMER, settings));
  return std::unique_ptr<OffsetCommitter>(new OffsetCommitter(std::move(client), clock));
}

OffsetCommitter::OffsetCommitter(std::unique_ptr<ClientHandle> client, Clock& clock)
    : client_(std::move(client)), clock_(clock), answers_(rd_kafka_queue_new(client_->get())) {}

Status OffsetCommitter::commit(std::span<const PartitionOffset> consumed, std::string_view metadata,
                               Deadline deadline) {
  if (!sent_) {
    // rd_kafka_commit() waits for its answer without any time-out.
    const auto list = offsetList(consumed, metadata);
    const auto error =
        rd_kafka_commit_queue(client_->get(), list.get(), answers_.get(), nullptr, nullptr);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return client_->explain(toStatus(error, "offsets"));
    sent_ = true;
  }
  const EventHandle answer(
      rd_kafka_queue_poll(answers_.get(), toMilliseconds(deadline.left(clock_))));
  if (answer == nullptr) {
    return client_->explain(toStatus(RD_KAFKA_RESP_ERR__TIMED_OUT, "offsets"));
  }
  sent_ = false;
  return client_->explain(toStatus(errorOf(answer.get()), "offsets"));
}

}  // namespace lockstep::kafka
