// What jemalloc reads before main() begins; MALLOC_CONF in the environment goes on top of it.

/// One arena per core instead of four. The client's threads allocate each message, workers free it:
/// with many arenas, what one gave back lies idle in another, and fresh pages are taken from the
/// kernel. What was not used for three seconds goes back to the kernel (jemalloc's own ten keep 50
/// MiB more of a large state). Measured in docs/performance.md, "What paid".
extern "C" const char* malloc_conf;
const char* malloc_conf = "narenas_ratio:1,dirty_decay_ms:3000";
