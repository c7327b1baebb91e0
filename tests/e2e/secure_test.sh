#!/usr/bin/env bash
# A listener with TLS and SASL: the word count over it, killed once on the way, is whole; a wrong
# password, an unknown user, a certificate that nobody vouches for, and a name that is not in it end
# with a code and a remedy within seconds, and without touching anything.
#
# The broker keeps its plain listener as well: test tools and the verifier use that one.
#
# usage: secure_test.sh [KAFKA_VERSION]
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/e2e/lib/program.sh
source "$here/lib/program.sh"

seed=${LOCKSTEP_E2E_SEED:-$RANDOM}
secret=right-secret

# An authority of our own, and the broker's certificate by it for "localhost" (not for 127.0.0.1).
make_certificates() { # FOLDER
  local store=(-storepass changeit -keypass changeit) broker=("-keystore" "$1/broker.p12")
  mkdir -p "$1"
  keytool -genkeypair -alias ca -dname CN=test-authority -ext bc:c -keyalg EC -validity 30 \
    -keystore "$1/ca.p12" "${store[@]}"
  keytool -exportcert -rfc -alias ca -keystore "$1/ca.p12" "${store[@]}" >"$1/ca.pem"
  keytool -genkeypair -alias stranger -dname CN=stranger -ext bc:c -keyalg EC -validity 30 \
    -keystore "$1/ca.p12" "${store[@]}"
  keytool -exportcert -rfc -alias stranger -keystore "$1/ca.p12" "${store[@]}" >"$1/stranger.pem"
  keytool -genkeypair -alias broker -dname CN=localhost -keyalg EC -validity 30 "${broker[@]}" \
    "${store[@]}"
  keytool -certreq -alias broker "${broker[@]}" "${store[@]}" |
    keytool -gencert -rfc -alias ca -ext san=dns:localhost -validity 30 -keystore "$1/ca.p12" \
      "${store[@]}" >"$1/broker.pem"
  keytool -importcert -noprompt -alias ca -file "$1/ca.pem" "${broker[@]}" "${store[@]}"
  keytool -importcert -noprompt -alias broker -file "$1/broker.pem" "${broker[@]}" "${store[@]}"
}

secure_listener() { # PORT FILE: called by open_session
  local secure=$(($1 + 4000))
  make_certificates "$work/tls"
  cat >"$2" <<SETTINGS
listeners=PLAINTEXT://localhost:$1,CONTROLLER://localhost:$(($1 + 1)),SECURE://localhost:$secure
advertised.listeners=PLAINTEXT://localhost:$1,SECURE://localhost:$secure
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURE:SASL_SSL
listener.name.secure.ssl.keystore.location=$work/tls/broker.p12
listener.name.secure.ssl.keystore.password=changeit
listener.name.secure.ssl.keystore.type=PKCS12
sasl.enabled.mechanisms=PLAIN
listener.name.secure.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_alice="$secret";
SETTINGS
}

# The word count of the pipelines' folder, over the secure listener.
secure_count() { # NAME USER PASSWORD CA [HOST]
  local port=$((${brokers##*:} + 4000))
  sed -e "s/e2e-count/e2e-secure/" -e '/^kafka:/d' \
    "$e2e/pipelines/count.yaml" >"$work/$1.yaml"
  cat >>"$work/$1.yaml" <<YAML
start_timeout: 20s
kafka:
  bootstrap: "${5:-localhost}:$port"
  transaction_timeout: 10s
  security: { protocol: sasl_ssl, mechanism: PLAIN, username: $2, password: "$3" }
  client: { ssl.ca.location: "$work/tls/$4" }
YAML
}

count_over_it() {
  secure_count secure alice "$secret" ca.pem
  verifier produce --topic count-in --mode lines --records 500 --transaction 20 --seed "$seed" \
    >"$work/producer.log"
  LOCKSTEP_FAILPOINTS="commit.on_wire=kill@2" start secure
  wait_end "$pid" 30 || fail "the second commit is not reached"
  ((code == 137)) || fail "exit code $code before the kill: $(tail -3 "$work/secure.log")"
  run_to_end secure
  {
    verifier verify-count --input count-in --output count-out --value long &&
      verifier verify-offsets --group e2e-secure --topic count-in --ledger e2e-secure-ledger &&
      verifier verify-ledger --ledger e2e-secure-ledger --group e2e-secure --output count-out
  } >"$work/verdict.log" || fail "seed $seed: $(grep WRONG "$work/verdict.log" | head -5)"
  say "ok: over TLS with a password: $(grep 'ok *count' "$work/verdict.log" | sed 's/^ok *count: //')"
}

refused() { # NAME EXIT_CODE ERROR_CODE WORDS REMEDY
  local before log=$work/$1.log
  before=$(ask_broker committed e2e-secure count-in)
  start "$1"
  # Half of start_timeout: a refusal is not waited out.
  wait_end "$pid" 10 || fail "$1: still running after 10 s: $(tail -3 "$log")"
  ((code == $2)) || fail "$1: exit code $code, not $2: $(tail -3 "$log")"
  grep -q "error\[$3\].*$4" "$log" || fail "$1: no $3 with '$4': $(tail -3 "$log")"
  grep -q "^ *help: .*$5" "$log" || fail "$1: no help with '$5': $(tail -3 "$log")"
  ! grep -q -e "$secret" -e wrong-secret "$log" "$work/$1.out" || fail "$1: a password is shown"
  [[ $(ask_broker committed e2e-secure count-in) == "$before" ]] || fail "$1: offsets have moved"
  say "ok: $1: exit $2, $(grep -o "error\[$3\].*" "$log" | tail -1 | cut -c1-110)"
}

open_session "${1:-4.1.0}" secure_listener
ask_broker create count-in 4
ask_broker create count-out 4
count_over_it
secure_count wrong-password alice wrong-secret ca.pem
refused wrong-password 77 E241 '' password
secure_count unknown-user mallory "$secret" ca.pem
refused unknown-user 77 E241 '' username
secure_count untrusted alice "$secret" stranger.pem
refused untrusted 77 E241 'certificate' ssl.ca.location
secure_count other-name alice "$secret" ca.pem 127.0.0.1
refused other-name 77 E241 'certificate' 'a name in the certificate'
say "ok: Kafka ${1:-4.1.0}"
