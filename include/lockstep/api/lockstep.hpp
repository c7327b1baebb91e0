#pragma once

// The C++ library in one include: settings, the context, streams of Kafka topics, all operators,
// errors. Link the CMake target lockstep::lockstep.
//
//   settings.hpp           what the application is called, its brokers, intervals, folders
//   streaming_context.hpp  owns the graph and runs it: start, awaitTermination, stop
//   kafka.hpp              kafka::createDirectStream(), kafka::save()
//   connection_pool.hpp    connections for foreachRDD and foreachPartition
//   sources.hpp            textFileStream(), socketTextStream(), receiverStream(), queueStream()
//   split.hpp              split(text, separator), without allocation
//   inverse_mistake.hpp    tries a window's function and its inverse, for tests
//   local_kafka.hpp        a Kafka inside the process, for tests
//   dstream/dstream.hpp    the streams and their operators
#include <lockstep/api/connection_pool.hpp>
#include <lockstep/api/inverse_mistake.hpp>
#include <lockstep/api/kafka.hpp>
#include <lockstep/api/local_kafka.hpp>
#include <lockstep/api/settings.hpp>
#include <lockstep/api/sources.hpp>
#include <lockstep/api/split.hpp>
#include <lockstep/api/streaming_context.hpp>
#include <lockstep/base/error.hpp>
#include <lockstep/dstream/dstream.hpp>
#include <lockstep/formats/record.hpp>
#include <lockstep/formats/text.hpp>
