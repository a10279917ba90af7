#!/bin/sh
# config.ini and docs/reference are what the program says of itself now.
cd "$(dirname "$0")/../.." || exit 2
docs/generate.sh --check
