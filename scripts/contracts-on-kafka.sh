#!/usr/bin/env bash
# The contract suites on another Apache Kafka than the one that `npm test` runs on: `npm run contracts:on-kafka -- 3.9.2`.
# Fetches it from Maven Central where it is not there yet.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

version=${1:?name the version of Apache Kafka, for example: npm run contracts:on-kafka -- 3.9.2}
export GAITKEEPER_TEST_KAFKA_VERSION=$version GAITKEEPER_TEST_REQUIRE_SERVERS=1
unset GAITKEEPER_TEST_KAFKA
npm run setup:servers
NODE_OPTIONS=--experimental-vm-modules npx jest test/contracts "${@:2}"
