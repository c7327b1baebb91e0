#pragma once

/// The ports of the engine on a real cluster, through librdkafka (2.0.2 or newer). The only folder
/// that includes librdkafka's headers.
///
///   KafkaInputFactory    reads exact offset ranges, read_committed      (kafka_input.hpp)
///   KafkaOutputFactory   one transaction per batch                     (kafka_output.hpp)
///   KafkaCluster         topics, offsets, log limits                   (kafka_cluster.hpp)
///   client_keys.hpp      which librdkafka keys a user may pass on
///
/// Threads     The client's own; of ours the watch while a client is destroyed, and one for each
///             consumer that is made ahead of time.
/// Invariants  Positions are ours: the client never commits, stores, resets or resumes one.
///             A producer whose requests may still be under way reports dirty() and is replaced.
///             Errors come from one table (client_errors.cpp); what it does not know is fatal.
#include "connectors/kafka/client_keys.hpp"
#include "connectors/kafka/kafka_cluster.hpp"
#include "connectors/kafka/kafka_connection.hpp"
#include "connectors/kafka/kafka_input.hpp"
#include "connectors/kafka/kafka_output.hpp"
