#!/bin/sh
# Each case has a mutation, and what it takes away is in the source.
cd "$(dirname "$0")/../.." || exit 2
tests/mutations/run.sh --check
