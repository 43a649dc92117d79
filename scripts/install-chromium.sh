#!/usr/bin/env bash
# Installs Chromium for the browser tests on Debian or Ubuntu. Needs root. Does nothing if Chromium is installed.
set -euo pipefail

source "$(dirname "${BASH_SOURCE[0]}")/apt.sh"

for file in "${CHROMIUM:-}" /usr/bin/chromium /usr/bin/google-chrome; do
  if [[ -x $file ]]; then exit 0; fi
done
require_apt 'install Chromium and name it in CHROMIUM'

apt_update
if [[ ${ID:-} == ubuntu ]]; then
  # Ubuntu's package needs snapd, so Playwright's build is installed.
  root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
  quietly "$root/node_modules/.bin/node" "$root/node_modules/playwright/cli.js" install --with-deps chromium ||
    fail 'Playwright could not install Chromium'
else
  apt_install chromium
fi
