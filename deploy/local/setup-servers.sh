#!/usr/bin/env bash
# Brings what tests and `--real` runs need on this machine: a JRE, Apache Kafka's jars, redis-server; and, as clients
# that we did not write, kcat, rsyslog and Kafka's own tools. Safe to run again: it only fetches what is missing.
# GAITKEEPER_TEST_KAFKA_VERSION=3.9.2 brings that Kafka, beside the one that tests run on where it is not set.
set -euo pipefail

kafka_version=${GAITKEEPER_TEST_KAFKA_VERSION:-4.3.1}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${GAITKEEPER_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/gaitkeeper}
jars=$cache/kafka-$kafka_version
tools=$cache/kafka-tools-$kafka_version

say() { printf '%-12s %s\n' "$1" "$2"; }

has_jars() { [ -f "$jars/kafka_2.13-$kafka_version.jar" ] && [ -f "$jars/.complete" ]; }
has_tools() { [ -f "$tools/kafka-tools-$kafka_version.jar" ] && [ -f "$tools/.complete" ]; }

has_imkafka() { compgen -G '/usr/lib*/*/rsyslog/imkafka.so' > /dev/null || compgen -G '/usr/lib*/rsyslog/imkafka.so' > /dev/null; }

missing_packages() {
  command -v java > /dev/null || echo default-jre-headless
  { has_jars && has_tools; } || command -v mvn > /dev/null || echo maven
  command -v redis-server > /dev/null || echo redis-server
  command -v kcat > /dev/null || echo kcat
  has_imkafka || echo rsyslog rsyslog-kafka
}

install_packages() {
  local packages=("$@")
  if [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
    say installing "${packages[*]}"
    local log
    log=$(mktemp)
    # policy-rc.d keeps Debian from starting the servers as services: tests start their own, on their own ports.
    local policy=/usr/sbin/policy-rc.d made_policy=no
    if [ ! -e "$policy" ]; then printf '#!/bin/sh\nexit 101\n' > "$policy" && chmod +x "$policy" && made_policy=yes; fi
    if ! { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${packages[@]}"; } > "$log" 2>&1; then
      tail -n 20 "$log" >&2
    fi
    if [ "$made_policy" = yes ]; then rm -f "$policy"; fi
    rm -f "$log"
  fi
}

mapfile -t wanted < <(missing_packages | tr ' ' '\n')
if [ "${#wanted[@]}" -gt 0 ]; then install_packages "${wanted[@]}"; fi

failed=no
require() { # name, path or empty, how to get it
  if [ -n "$2" ]; then say "$1" "$2"; else say "$1" "MISSING: $3" >&2; failed=yes; fi
}
offer() {
  if [ -n "$2" ]; then say "$1" "$2"; else say "$1" "not here (optional): $3"; fi
}

require java "$(command -v java || true)" 'install a JRE 17 or newer (Debian: apt-get install default-jre-headless; macOS: brew install openjdk)'
require redis "$(command -v redis-server || true)" 'install redis-server 7 (Debian: apt-get install redis-server; macOS: brew install redis)'

fetched=
trap '[ -z "$fetched" ] || rm -rf "$fetched"' EXIT
fetch() { # name, pom, where the jars go
  if ! command -v mvn > /dev/null; then return; fi
  say "$1" "fetching $kafka_version (44 MB) into $3"
  fetched=$3.part.$$
  mkdir -p "$fetched"
  if mvn -q -B -f "$here/$2" "-Dkafka.version=$kafka_version" dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$fetched" >&2; then
    touch "$fetched/.complete"
    rm -rf "$3"
    mv "$fetched" "$3"
  else
    rm -rf "$fetched"
  fi
}

has_jars || fetch kafka kafka/pom.xml "$jars"
if has_jars; then
  say kafka "$jars"
else
  require kafka '' "Maven could not fetch it: install maven (Debian: apt-get install maven), check the way to Maven Central, run this again"
fi

offer rsyslog "$(if has_imkafka; then PATH=$PATH:/usr/sbin command -v rsyslogd || true; fi)" 'Debian: apt-get install rsyslog rsyslog-kafka; tests with a foreign collector are skipped'
offer kcat "$(command -v kcat || true)" 'Debian: apt-get install kcat; tests with a foreign Kafka client are skipped'
has_tools || fetch kafka-tools kafka-tools/pom.xml "$tools"
offer kafka-tools "$(if has_tools; then echo "$tools"; fi)" "Maven could not fetch them: as for kafka; tests with Kafka's own tools are skipped"

if [ "$failed" = yes ]; then
  echo 'Not everything required is here; see the lines marked MISSING.' >&2
  exit 1
fi
