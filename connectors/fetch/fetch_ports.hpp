#pragma once

/// The port `Input` on a real cluster without a client library: Kafka's Fetch protocol over plain
/// TCP. Reads what the reader of connectors/kafka reads, record for record, at a fifth of its cost:
/// an answer stays one buffer from the socket to the operators, and nothing is done for a single
/// record but decoding it.
///
///   FetchInputFactory    the port                                          (fetch_input.hpp)
///   FetchSettings        limits and time-outs; which client keys it knows  (fetch_settings.hpp)
///
/// From the socket to the record, each in files of its own:
///   tcp_socket, broker_connection   bytes; requests and answers in order; reconnecting
///   broker_set, leader_finder       which broker to ask
///   partition_fetcher, log_limits   what to ask for, within bounds; what errors mean
///   fetch_loop                      the one thread `ls-fetch`, which waits for all sockets
///   partition_feed                  batches, as the broker has them, for the partition's reader
///   slice_reader, feed_reader       checksum, aborted data, decompression, records: on the
///                                   thread that reads, so that cores share the work
///
/// Protocol   ApiVersions 0, Metadata 9, Fetch 11, ListOffsets 5: what Kafka 2.4 to 4.1 speak.
///            Message format v2; older formats are refused (E248). No TLS and no SASL.
/// Bounds     Fetched bytes that wait: buffered_bytes_max, and at most one answer beyond it for
///            each partition of which nothing waits. Every request has a time-out.
/// Invariants Nothing of the wire is trusted: every length is checked against the bytes there are,
///            every batch against its checksum.
#include "connectors/fetch/fetch_errors.hpp"
#include "connectors/fetch/fetch_input.hpp"
#include "connectors/fetch/fetch_settings.hpp"
