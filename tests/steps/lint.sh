#!/usr/bin/env bash
# Everything that reads the code without running it. All tools have their say, also when an earlier one complains.
set -uo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." || exit
root=$PWD
export PATH=$root/.venv/bin:$PATH ANSIBLE_COLLECTIONS_PATH=$root/.tree NO_COLOR=1

scratch=$(mktemp --directory)
trap 'rm -rf "$scratch"' EXIT
failed=()

check() { # check NAME COMMAND...: prints what the command says only where it fails
    if "${@:2}" >"$scratch/output" 2>&1 </dev/null; then
        printf '%-13s ok\n' "$1"
    else
        printf '%-13s FAILED: %s\n' "$1" "${*:2}"
        cat "$scratch/output"
        failed+=("$1")
    fi
}

types() ( # seen from the tree, where relative imports and the tests' absolute ones mean the same modules
    cd .tree || exit
    place=ansible_collections/charter/mail
    mypy --config-file "$root/pyproject.toml" --cache-dir "$root/.mypy_cache" "$place/plugins" "$place/roles" "$place/tests" "$place/extensions"
)

package() { # two builds are equal to the byte
    tests/setup/tree.sh build "$scratch/one" && tests/setup/tree.sh build "$scratch/two" &&
        cmp "$scratch"/one/*.tar.gz "$scratch"/two/*.tar.gz
}

shell_scripts() {
    git ls-files -z --cached --others --exclude-standard '*.sh' .ci/run | xargs --null shellcheck
}

tests/setup/tree.sh link || exit
check ruff ruff check --output-format=concise .
check format ruff format --check --output-format=concise .
check mypy types
check vermin vermin --target=3.8- --violations plugins/modules plugins/module_utils
if command -v shellcheck >/dev/null; then
    check shellcheck shell_scripts
else
    echo "shellcheck    not here; make test as root installs it"
fi
check ansible-lint ansible-lint --profile production --offline
check docs antsibull-docs lint-collection-docs --plugin-docs --validate-collection-refs=all .
check docsite tests/steps/docsite.sh "$scratch"
check changelog antsibull-changelog lint
check package package

if ((${#failed[@]} > 0)); then
    echo "Not clean: ${failed[*]}"
    exit 1
fi
