#!/bin/sh
# The table of cases names tests that exist, and cases.md is what it says.
cd "$(dirname "$0")/../.." || exit 2
tests/cases.sh --check
