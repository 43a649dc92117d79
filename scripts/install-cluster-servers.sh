#!/usr/bin/env bash
# Installs what the tests of packages/cluster need on Debian or Ubuntu: PostgreSQL, Slurm, and an S3 server (moto, from PyPI).
# Needs root. Does nothing if they are installed. Nothing is started: the tests start servers of their own.
set -euo pipefail

source "$(dirname "${BASH_SOURCE[0]}")/apt.sh"

servers=/opt/scalearn-servers
have_postgres() { compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; }
have_slurm() { command -v sbatch >/dev/null && [[ -x /usr/sbin/slurmctld && -x /usr/sbin/slurmd && -x /usr/sbin/munged ]]; }
have_moto() { command -v moto_server >/dev/null || [[ -x $servers/bin/moto_server ]]; }

if have_postgres && have_slurm && have_moto; then exit 0; fi
require_apt 'install PostgreSQL, Slurm, and moto with: pip install "moto[server,s3]"'

if ! have_postgres; then
  apt_update
  # Without a cluster of the system's own.
  mkdir -p /etc/postgresql-common
  [[ -e /etc/postgresql-common/createcluster.conf ]] ||
    echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
  apt_install postgresql
fi
if ! have_slurm; then
  apt_update
  apt_install slurm-wlm munge
fi
if ! have_moto; then
  command -v python3 >/dev/null && python3 -c 'import ensurepip' 2>/dev/null || { apt_update && apt_install python3-venv; }
  python3 -m venv "$servers"
  quietly "$servers/bin/pip" install --quiet 'moto[server,s3]==5.2.1' || fail 'pip could not install moto'
fi
