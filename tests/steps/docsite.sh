#!/usr/bin/env bash
# Builds the documentation site of the collection into FOLDER, without a warning: docsite.sh FOLDER
# Needs the tree and .venv; fetches nothing.
set -euo pipefail
site=$1/docsite
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.."
export ANSIBLE_COLLECTIONS_PATH=$PWD/.tree

mkdir -p "$site/rst"
chmod go-w "$site/rst" # antsibull-docs wants that
antsibull-docs collection --fail-on-error --use-current --squash-hierarchy --dest-dir "$site/rst" charter.mail
sphinx-build -b html -c tests/docs/site -W --keep-going --quiet "$site/rst" "$site/html"
