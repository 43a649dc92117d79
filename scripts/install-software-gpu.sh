#!/usr/bin/env bash
# Installs Mesa's software Vulkan driver (llvmpipe), new enough for Dawn, on Debian or Ubuntu. Needs root.
# Does nothing if such a driver is installed already. Asks no questions and prints nothing unless it fails.
set -euo pipefail

source "$(dirname "${BASH_SOURCE[0]}")/apt.sh"
require_apt 'install a Vulkan driver that is at least as new as Mesa 23'

# Dawn refuses older versions: they lack dynamic indexing of uniform arrays.
oldest_mesa=23

mesa_version() { dpkg-query -W -f '${db:Status-Status} ${Version}' mesa-vulkan-drivers 2>/dev/null || true; }

read -r status version <<<"$(mesa_version)" || true
if [[ ${status:-} == installed ]] && dpkg --compare-versions "$version" ge "$oldest_mesa" &&
  dpkg-query -W libvulkan1 >/dev/null 2>&1; then
  exit 0
fi

release=()
# Debian 12 has Mesa 22, and its backports are new enough. Debian 13 and Ubuntu 24.04 are new enough without backports.
if [[ ${VERSION_CODENAME:-} == bookworm ]]; then
  add_bookworm_backports
  release=(-t bookworm-backports)
fi
apt_update
apt_install "${release[@]}" libvulkan1 mesa-vulkan-drivers

read -r status version <<<"$(mesa_version)"
dpkg --compare-versions "$version" ge "$oldest_mesa" ||
  fail "the newest Mesa of this system is $version, but WebGPU needs $oldest_mesa or newer"
