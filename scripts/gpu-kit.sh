#!/usr/bin/env bash
# Measures this project on a machine with a GPU and without a network, in at most eight minutes.
#   gpu-kit.sh prepare FOLDER        in an installed clone: writes everything that is needed into a folder of at most 60 MB
#   gpu-kit.sh run FOLDER OUT.jsonl  on the machine with the GPU: needs Node 20.19 or newer and a graphics driver
# `run` continues past failures. It appends a JSON line for every fact and measurement, and for every part that failed.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"

usage() {
  sed -n '2,5s/^# //p' "${BASH_SOURCE[0]}" >&2
  exit 2
}

prepare() {
  local folder=$1 root="$here/.."
  [[ -d $root/node_modules ]] || { echo "gpu-kit.sh: run npm start -- --help once, which installs the dependencies" >&2; exit 1; }
  mkdir -p "$folder"
  folder="$(cd "$folder" && pwd)"
  (cd "$root" && node_modules/.bin/tsup --config scripts/gpu-kit/tsup.config.ts --out-dir "$folder" --silent)
  cp "$here/gpu-kit.sh" "$here/gpu-kit/torch_steps.py" "$folder/"
  cp -R "$here/gpu-kit/roberta-base" "$here/gpu-kit/small" "$folder/"
  cp -R "$root/test/golden/cases" "$folder/"
  # Only this platform's binaries of Dawn: those of all platforms are too large.
  local dawn
  dawn="$(cd "$root/node_modules/webgpu" && pwd -P)"
  mkdir -p "$folder/node_modules/webgpu/dist"
  cp "$dawn/package.json" "$dawn"/*.js "$folder/node_modules/webgpu/"
  cp -R "$dawn/dist/linux-$(uname -m | sed 's/x86_64/x64/; s/aarch64/arm64/')" "$folder/node_modules/webgpu/dist/"
  git -C "$root" describe --always --dirty >"$folder/commit"
  local size
  size="$(du -sm "$folder" | cut -f1)"
  ((size <= 60)) || { echo "gpu-kit.sh: $folder has $size MB, and may have 60" >&2; exit 1; }
  echo "$folder has $size MB. On the machine with the GPU: bash gpu-kit.sh run FOLDER OUT.jsonl"
}

run() {
  local folder=$1 out=$2
  [[ -f $folder/main.js ]] || { echo "gpu-kit.sh: $folder was not made by gpu-kit.sh prepare" >&2; exit 1; }
  exec node "$folder/main.js" run "$out"
}

case "${1:-}:$#" in
  prepare:2) prepare "$2" ;;
  run:3) run "$2" "$3" ;;
  *) usage ;;
esac
