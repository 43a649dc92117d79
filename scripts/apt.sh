# Functions of the install scripts that run apt without questions and without output. This file is sourced, not run.

fail() {
  echo "$(basename "$0"): $*" >&2
  exit 1
}

# require_apt ALTERNATIVE: stops unless this is root on Debian or Ubuntu. Sets the variables of the release.
require_apt() {
  [[ -r /etc/os-release ]] && source /etc/os-release
  [[ " ${ID:-} ${ID_LIKE:-} " =~ \ (debian|ubuntu)\  ]] || fail "works on Debian and Ubuntu only; here, $1"
  [[ $(id -u) == 0 ]] || fail "needs root: run it with sudo, or $1"
  export DEBIAN_FRONTEND=noninteractive
  # dpkg needs these folders, and a minimal environment may lack them.
  export PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
}

quietly() {
  local log status=0
  log=$(mktemp)
  "$@" >"$log" 2>&1 || status=$?
  if ((status != 0)); then cat "$log" >&2; fi
  rm -f "$log"
  return "$status"
}

# `apt-get update` does not wait for another one to end, so these scripts wait for each other. Errors are ignored: a
# source that cannot be read may not be needed, and otherwise the install fails.
apt_update() {
  quietly flock /var/lock/scalearn-apt apt-get -o Acquire::Retries=3 -qq update || true
}

# Other installs may hold dpkg's lock for some time, and mirrors may fail once.
apt_install() {
  quietly apt-get -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 -y -qq install --no-install-recommends "$@" ||
    fail "apt-get could not install ${*: -1}"
}

# Adds bookworm-backports. Its source is derived from the system's own source of bookworm, to keep its mirror or proxy.
add_bookworm_backports() {
  local own=/etc/apt/sources.list.d/debian.sources list=/etc/apt/sources.list
  local new=/etc/apt/sources.list.d/bookworm-backports
  if apt-cache policy | grep 'bookworm-backports' >/dev/null; then return; fi
  if [[ -r $own ]]; then
    awk 'BEGIN { RS = ""; ORS = "\n\n" }
      /Suites:[^\n]*bookworm([ \n]|$)/ && !/security/ { sub(/Suites:[^\n]*/, "Suites: bookworm-backports"); print }
    ' "$own" >"$new.sources"
  elif [[ -r $list ]]; then
    sed -nE 's/^(deb .*) bookworm main.*/\1 bookworm-backports main/p' "$list" | head -n 1 >"$new.list"
  fi
  [[ -s $new.sources || -s $new.list ]] || fail 'found no Debian source to derive bookworm-backports from'
}
