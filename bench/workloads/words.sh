# shellcheck shell=bash disable=SC2154
# Running count per word of lines of ten words, durable.
workload_words() { pairs words words bench-lines words long-little long-big; }
