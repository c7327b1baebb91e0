package bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;

/** The settings that served Flink best on these jobs; what is not named has its default. */
final class Settings {
  static Configuration of(Options options) throws IOException {
    final boolean rocksdb = options.text("store", "heap").equals("rocksdb");
    final Path dir = Files.createDirectories(Path.of(options.text("dir")).toAbsolutePath());
    final Configuration settings = new Configuration();
    settings.setString("pipeline.object-reuse", "true");
    settings.setString("pipeline.generic-types", "false"); // no type falls back to Kryo
    settings.setString("restart-strategy.type", "none");
    settings.setString("state.backend.type", rocksdb ? "rocksdb" : "hashmap");
    settings.setString("execution.checkpointing.incremental", rocksdb ? "true" : "false");
    settings.setString("execution.checkpointing.mode", "EXACTLY_ONCE");
    settings.setString(
        "execution.checkpointing.interval", options.number("interval_ms", 100) + "ms");
    settings.setString("execution.checkpointing.storage", "filesystem");
    settings.setString("execution.checkpointing.dir", dir.toUri().toString());
    settings.setString(
        "execution.checkpointing.externalized-checkpoint-retention", "RETAIN_ON_CANCELLATION");
    settings.setString("taskmanager.memory.managed.size", "256m");
    settings.setString("taskmanager.memory.network.min", "64m");
    settings.setString("taskmanager.memory.network.max", "64m");
    newestCheckpoint(dir).ifPresent(
        path -> settings.setString("execution.state-recovery.path", path.toUri().toString()));
    return settings;
  }

  /** A complete checkpoint is a folder JOB/chk-N with a file `_metadata`. */
  private static Optional<Path> newestCheckpoint(Path dir) throws IOException {
    try (Stream<Path> files = Files.walk(dir, 3)) {
      return files.filter(file -> file.endsWith("_metadata"))
          .max(Comparator.comparingLong(file -> file.toFile().lastModified()))
          .map(Path::getParent);
    }
  }
}
