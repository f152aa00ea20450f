#!/usr/bin/env bash
# Installs the Debian packages of packages.txt that are missing. Starts no daemon and removes no package.
# Exits with 3 where it cannot; the last line on stderr says why.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")"

missing=()
while read -r package; do
    state=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
    [[ $state == installed ]] || missing+=("$package")
done < <(grep --extended-regexp '^[a-z0-9]' packages.txt)

if ((${#missing[@]} == 0)); then
    echo "All Debian packages are there."
    exit 0
fi
if ! command -v apt-get >/dev/null; then
    echo "not a Debian machine (no apt-get); missing: ${missing[*]}" >&2
    exit 3
fi
if ((EUID != 0)); then
    echo "only root can install: ${missing[*]}" >&2
    exit 3
fi

# Debian starts a daemon as soon as it is installed, unless this file forbids it.
policy=/usr/sbin/policy-rc.d
if [[ ! -e $policy ]]; then
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
fi

export DEBIAN_FRONTEND=noninteractive
echo "Installing ${missing[*]} ..."
echo 'postfix postfix/main_mailer_type select No configuration' | debconf-set-selections
apt-get --quiet --quiet update
apt-get --quiet --quiet --yes --no-install-recommends --no-remove -o Dpkg::Use-Pty=0 install "${missing[@]}" </dev/null >/dev/null
