// What YAML would let pass and we do not: shapes, scalars, limits, substitution, overrides.
#include "src/config/yaml_reader.hpp"

#include "tests/support/catch.hpp"
#include "tests/unit/config/load.hpp"

using namespace lockstep;
using namespace lockstep::config;
using namespace lockstep::config::test;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

TEST_CASE("a scalar has to be what its setting needs", "[unit][config][strictness]") {
  struct Row {
    std::string line;
    Codes codes;
  };
  const auto row = GENERATE(values<Row>({
      {"batch: { interval: 1s }\n", {}},
      {"batch: { interval: 10 }\n", {"E006"}},
      {"batch: { interval: 1.5s }\n", {"E006"}},
      {"batch: { interval: 5ms }\n", {"E031"}},
      {"batch: { interval: [1s] }\n", {"E008"}},
      {"batch: { interval: }\n", {"E008"}},
      {"batch: 1s\n", {"E008"}},
      {"batch: { catch_up: hole }\n", {"E011"}},
      {"threads: 017\n", {"E004"}},
      {"threads: 0\n", {"E031"}},
      {"threads: -1\n", {"E014"}},
      {"threads: four\n", {"E014"}},
      {"output: { queue_bytes_max: 1000000 }\n", {"E006"}},
      {"output: { queue_bytes_max: 8MiB }\n", {}},
      {"lockstep: 1\n", {}},
      {"lockstep: 2\n", {"E031"}},
      {"batchh: { interval: 1s }\n", {"E010"}},
      {"<<: { threads: 1 }\n", {"E010"}},
      {"threads: !!int 4\n", {"E007"}},
      {"http: { listen: 8080 }\n", {"E014"}},
      {"http: { listen: \"127.0.0.1:8080\" }\n", {"E013"}},
      {"rate: { backpressure: pid }\n", {}},
      {"rate: { backpressure: pid, initial: 0 }\n", {"E031"}},
      {"rate: { backpressure: none, initial: 5 }\n", {"E015"}},
      {"rate: { pid: { integral: 0.3 } }\n", {"E015"}},
      {"rate: { backpressure: pid, pid: { integral: 0.3, min_rate: 10 } }\n", {}},
      {"rate: { backpressure: pid, pid: { integral: much } }\n", {"E014"}},
      {"rate: { backpressure: pid, pid: { derived: -1 } }\n", {"E031"}},
      {"rate: { backpressure: none, max_per_receiver: 0 }\n", {"E031"}},
      {"http: { listen: \"127.0.0.1:99999\" }\n", {"E014"}},
      {"guarantee: at_least_once\n", {"W061"}},
      {"errors: { decode: dead_letter }\n", {"E050"}},
      {"errors: { late: drop }\n", {}},
      {"errors: { late: retry }\n", {"E011"}},
      {"errors: { dead_letter_topic: app.dlq }\n", {"W050"}},
      {"errors: { produce: dead_letter, dead_letter_topic: app.dlq }\n", {}},
      {"errors: { decode: dead_letter, dead_letter_topic: 'a b' }\n", {"E018"}},
      {"errors: { eval: dead_letter, dead_letter_topic: app-ledger }\n", {"E026"}},
  }));
  const auto loaded = load(file(row.line));
  INFO(row.line << loaded.diagnostics.print());
  CHECK(bare(loaded) == row.codes);
}

TEST_CASE("a login without SASL has no effect and is refused", "[unit][config][strictness]") {
  struct Row {
    std::vector<std::string> security;
    Codes codes;
  };
  const auto row = GENERATE(values<Row>({
      {{"mechanism=PLAIN"}, {"E015"}},
      {{"protocol=ssl", "mechanism=PLAIN"}, {"E015"}},
      {{"protocol=ssl", "username=u", "password=p"}, {"E015", "E015"}},
      {{"protocol=ssl"}, {}},
      {{"protocol=sasl_ssl", "mechanism=PLAIN", "username=u", "password=p"}, {}},
      {{"protocol=sasl_plaintext"}, {"E009"}},
  }));
  World world;
  for (const auto& setting : row.security) world.overrides.push_back("kafka.security." + setting);
  const auto loaded = world.load(file());
  INFO(loaded.diagnostics.print());
  CHECK(bare(loaded) == row.codes);
}

TEST_CASE("client booleans are true or false", "[unit][config][strictness]") {
  const auto with = [](const std::string& value) {
    World world;
    world.overrides = {"kafka.client.socket.keepalive.enable=" + value};
    return bare(world.load(file()));
  };
  CHECK(with("true").empty());
  CHECK(with("yes") == Codes{"E004"});
  CHECK(with("on") == Codes{"E004"});
  CHECK(with("maybe") == Codes{"E014"});
}

TEST_CASE("a missing unit is answered with the units", "[unit][config][strictness]") {
  const auto loaded = load(file("batch: { interval: 500 }\n"));
  CHECK_THAT(loaded.diagnostics.print(), Contains("help: write 500ms, 500s or 500m"));
}

TEST_CASE("a bracket that is still open is shown beside the parser's place",
          "[unit][config][strictness]") {
  const auto loaded = load("application: app\nkafka: { bootstrap: b\nstreams:\n  a: b\n");
  REQUIRE(loaded.diagnostics.all().size() == 1);
  const Diagnostic& d = loaded.diagnostics.all()[0];
  CHECK(d.code == "E001");
  REQUIRE(d.related.size() == 1);
  CHECK(d.related[0].place == Place{0, 2, 8, 9});
}

TEST_CASE("aliases are expanded, but not into a bomb", "[unit][config][strictness]") {
  CHECK(load(file("errors: { decode: &p stop, eval: *p }\n")).ok());
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    const auto n = std::to_string(i);
    const auto p = "*a" + std::to_string(i - 1);
    bomb += "a" + n + ": &a" + n + " [" + p;
    for (int j = 0; j < 9; ++j) bomb += ", " + p;
    bomb += "]\n";
  }
  CHECK(bare(load(bomb)) == Codes{"E007"});
}

TEST_CASE("depth and size have limits", "[unit][config][strictness]") {
  CHECK(bare(load("a: " + std::string(65, '[') + std::string(65, ']'))) == Codes{"E007"});
  CHECK(bare(load("a: " + std::string(5000, '['))) == Codes{"E007"});
  CHECK(bare(load(std::string(kFileBytesMax + 1, 'a'))) == Codes{"E007"});
  CHECK(bare(load("a: 1\n---\nb: 2\n")).front() == "E009");
  CHECK(bare(load("")) == Codes{"E001"});
  CHECK(bare(load(std::string("a: \0b", 5))) == Codes{"E001"});
  CHECK(bare(load("- a\n")) == Codes{"E008"});
}

TEST_CASE("references are replaced in values, never in keys, never twice",
          "[unit][config][substitution]") {
  World world;
  world.environment = {{"T", "1s"}, {"EMPTY", ""}, {"INJECT", "x }\nthreads: 7\n#${env:T}"}};
  world.files = {{"/f", "2s\r\n"}};
  const auto interval = [&](const std::string& value) {
    return world.load(file("batch: { interval: \"" + value + "\" }\n")).application.batch.interval;
  };
  CHECK(interval("${env:T}") == 1s);
  CHECK(interval("${env:NONE:-3s}") == 3s);
  CHECK(interval("${env:EMPTY:-3s}") == 3s);
  CHECK(interval("${file:/f}") == 2s);
  const auto injected = world.load(file("http: { listen: \"${env:INJECT}\" }\n"));
  CHECK(*injected.application.http_listen == world.environment["INJECT"]);
  CHECK_FALSE(injected.application.threads.has_value());
  CHECK(bare(world.load(file("\"${env:T}\": 1\n"))) == Codes{"E010"});
  const auto loaded = world.load(file({}, "      - filter: matches(value, \"a$$b$\")\n"));
  CHECK(loaded.application.streams[0].steps[1].text("where") == "matches(value, \"a$b$\")");
}

TEST_CASE("a failed reference names the variable, its place, and nothing else",
          "[unit][config][substitution]") {
  World world;
  world.environment = {{"BAD", "hunter2"}};
  const auto failed = [&](const std::string& value) {
    return world.load(file("batch: { interval: \"" + value + "\" }\n"));
  };
  CHECK(codes(failed("${env:NONE}")) == Codes{"E005 4:21"});
  CHECK_THAT(failed("${env:NONE:?ask the team}").diagnostics.print(), Contains("ask the team"));
  CHECK(bare(failed("${env:NONE:x}")) == Codes{"E005"});
  CHECK(bare(failed("${file:/none}")) == Codes{"E005"});
  CHECK(bare(failed("${secret:x}")) == Codes{"E005"});
  CHECK(bare(failed("${env:T")) == Codes{"E005"});
  const auto bad = failed("${env:BAD}");
  CHECK(bare(bad) == Codes{"E006"});
  CHECK(bad.diagnostics.print().find("hunter2") == std::string::npos);
}

TEST_CASE("an override is checked like the file", "[unit][config][overrides]") {
  World world;
  const auto with = [&](const std::string& argument) {
    world.overrides = {argument};
    return world.load(file());
  };
  CHECK(with("batch.interval=2s").application.batch.interval == 2s);
  CHECK(with("kafka.client.fetch.wait.max.ms=5").application.kafka.client.size() == 1);
  CHECK(with("streams.in.kafka.topics=[a, b]").application.streams[0].kafka()->topics.size() == 2);
  CHECK(with("outputs.0.kafka.topic=other").application.outputs[0].kafka()->topic.text == "other");
  CHECK(codes(with("batch.interval=2")) == Codes{"E006 1:16"});
  CHECK_THAT(with("batch.interval=2").diagnostics.print(),
             Contains("--set:1:16: error[E006]") && Contains("| batch.interval=2\n"));
  CHECK(codes(with("batch.intervall=2s")) == Codes{"E010 1:7"});
  CHECK(bare(with("batch.interval")) == Codes{"E016"});
  CHECK(bare(with("outputs.7.from=in")) == Codes{"E016"});
  CHECK(bare(with("application.x=in")) == Codes{"E016"});
  CHECK(bare(with("application=")) == Codes{"E014"});
}

TEST_CASE("a password never shows, whatever is wrong around it", "[unit][config][secret]") {
  const auto text = GENERATE(values<std::string>({
      "kafka: { bootstrap: b, security: { password: hunter2, pasword: hunter2",
      "kafka:\n  bootstrap: b\n  security: { protokol: ssl, password: \"hunter2\" }\n",
      "kafka:\n  bootstrap: b\n  security:\n    password: [hunter2]\n",
      "kafka:\n  bootstrap: b\n  client: { ssl.key.pem: hunter2, ssl.key.password: { a: hunter2 } "
      "}\n",
      "kafka:\n  bootstrap: b\n  security:\n    password: |\n      hunter2\n      hunter2 ]]\n    "
      "x: 1\n",
  }));
  const auto loaded = load("application: app\n" + text);
  INFO(loaded.diagnostics.print());
  CHECK_FALSE(loaded.ok());
  CHECK(loaded.diagnostics.toJson().dump().find("hunter2") == std::string::npos);
  // The first line has a key that only looks like a password; all others are hidden.
  if (text.find("pasword") == std::string::npos) {
    CHECK(loaded.diagnostics.print().find("hunter2") == std::string::npos);
  }
}
