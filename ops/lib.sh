# What ops/run, ops/test, ops/check, ops/bench and ops/contracts share. Sourced, never run.
#
# Guarantees: installs nothing outside .tools/ except by apt, and that only through
# install_system_packages; does nothing, quickly, when nothing is missing; every refusal says the
# next step. It never prints the environment.
# shellcheck shell=bash

set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
TOOLS=$ROOT/.tools
PINS=$ROOT/ops/tools.txt
WEB=$ROOT/api/web
# Where the browser tests live. Chromium is installed only once there are some.
BROWSER_TESTS=$WEB/browser

PATH=$TOOLS/bin:$TOOLS/cargo/bin:$PATH
export PATH
cd "$ROOT"

# --- saying things: stdout is data, so all of this goes to stderr ---------------------------------

say() { printf '%s\n' "$*" >&2; }

step() { printf '\n==> %s\n' "$*" >&2; }

# fail SENTENCE [NEXT STEP]...: says what is wrong and what to do about it, and ends.
fail() {
  printf '\nerror: %s\n' "$1" >&2
  shift
  if (($#)); then printf '  next: %s\n' "$@" >&2; fi
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# --- what only the owner of the machine can provide -----------------------------------------------

require_cargo() {
  have cargo && return
  if [[ -x $HOME/.cargo/bin/cargo ]]; then
    PATH=$PATH:$HOME/.cargo/bin
    return
  fi
  fail "cargo is missing: Mediary is built from source with Rust $(minimum_rust) or newer" \
    "install Rust with rustup (https://rustup.rs), open a new shell, and run this again"
}

minimum_rust() { sed -n 's/^rust-version = "\(.*\)"/\1/p' "$ROOT/Cargo.toml"; }

# The page needs Node and npm; both come from the same place, so they are asked for together.
require_node() {
  [[ -f $WEB/package.json ]] || return 0
  if have node && have npm; then return 0; fi
  fail "node and npm are missing: the page is built with them" \
    "install Node 20 or newer (https://nodejs.org, or: apt-get install nodejs npm), and run this again"
}

# --- system packages --------------------------------------------------------------------------------

# Prints the Debian packages that are missing, one a line. `$1` is `run` or `test`.
missing_system_packages() {
  local purpose=$1
  if ! have python3; then
    echo python3
    echo python3-venv
  elif ! python3 -c 'import venv, ensurepip' >/dev/null 2>&1; then
    echo python3-venv
  fi
  # rustc links with it, and SQLite is compiled from C.
  have cc || echo build-essential
  # The package of ffmpeg that comes by pip is without it.
  have ffprobe || echo ffmpeg
  if [[ $purpose == test && -d $BROWSER_TESTS ]] && ! have chromium; then echo chromium; fi
}

# Installs Debian packages, as root or with sudo.
install_system_packages() {
  (($#)) || return 0
  if ! have apt-get; then
    fail "these packages are missing and this machine has no apt-get: $*" \
      "install them with this machine's package manager, and run this again"
  fi
  local as_root=()
  if ((EUID != 0)); then
    if ! have sudo; then
      fail "installing $* needs root, and there is no sudo" \
        "run as root: apt-get update && apt-get install $*"
    fi
    as_root=(sudo)
    # Without a terminal nobody can type a password.
    [[ -t 0 ]] || as_root=(sudo -n)
  fi
  step "apt: $*"
  local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive
    apt-get -o DPkg::Lock::Timeout=120 -o Acquire::Retries=3 -qq)
  if ! "${apt[@]}" update >&2; then
    fail "apt-get update failed" "read apt's message above; then run as root: apt-get update"
  fi
  if ! "${apt[@]}" install --yes --no-install-recommends "$@" >&2; then
    fail "apt-get install failed for $*" \
      "read apt's message above; then run as root: apt-get install $*"
  fi
}

# --- private tools ------------------------------------------------------------------------------------

# Prints the pins of an environment, one a line.
pins() { awk -v group="$1" '$1 == group { print $2 }' "$PINS"; }

# What an environment was made from. The folder is part of it: a virtual environment can't be moved.
stamp_of() {
  { pins "$1"; printf '%s\n' "$TOOLS"; python3 --version; } 2>/dev/null | sha256sum | cut -d' ' -f1
}

# Whether the environment `$1` holds exactly what is pinned.
private_tools_current() {
  have python3 || return 1
  local stamp=$TOOLS/$1/.stamp
  [[ -f $stamp && $(<"$stamp") == "$(stamp_of "$1")" ]]
}

# Makes the Python environment `$1` from its pins and links the named programs into .tools/bin.
install_private_tools() {
  local group=$1 program
  shift
  private_tools_current "$group" && return 0
  step "private tools ($group): $(pins "$group" | tr '\n' ' ')"
  mkdir -p "$TOOLS/bin"
  # A second ops/run or ops/test waits here and then finds the work done.
  exec 9>"$TOOLS/.lock"
  flock 9
  if ! private_tools_current "$group"; then
    # The stamp comes last: whatever interrupts this, the next run starts the environment anew.
    rm -rf "${TOOLS:?}/$group"
    python3 -m venv "$TOOLS/$group" >&2 ||
      fail "python3 -m venv failed" "install it with: apt-get install python3-venv, and run this again"
    pins "$group" >"$TOOLS/$group/requirements.txt"
    "$TOOLS/$group/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --only-binary :all: \
      --requirement "$TOOLS/$group/requirements.txt" </dev/null >&2 ||
      fail "pip could not install the tools of ops/tools.txt" \
        "check that this machine reaches its Python package registry, and run this again"
    link_ffmpeg "$TOOLS/$group/bin"
    for program in "$@"; do
      [[ -x $TOOLS/$group/bin/$program ]] || fail "the packages of ops/tools.txt hold no program $program"
      ln -sfn "../$group/bin/$program" "$TOOLS/bin/$program"
    done
    stamp_of "$group" >"$TOOLS/$group/.stamp"
  fi
  exec 9>&-
}

# Puts the ffmpeg of the package that brings one among the programs of an environment: there it is a file of its data.
link_ffmpeg() {
  local bin=$1 program
  if "$bin/python" -c 'import imageio_ffmpeg' 2>/dev/null; then
    program=$(env -u IMAGEIO_FFMPEG_EXE "$bin/python" -c 'import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())')
    ln -sfn "$program" "$bin/ffmpeg"
  fi
}

install_run_tools() { install_private_tools run yt-dlp nats-server deno ffmpeg; }

install_check_tools() { install_private_tools check typos; }

# The packages that examples in JavaScript are run with, in .tools/npm: not the page's, which may be absent.
install_npm_tools() {
  local stamp=$TOOLS/npm/.stamp wanted packages=()
  wanted=$(pins npm | sha256sum | cut -d' ' -f1)
  [[ -f $stamp && $(<"$stamp") == "$wanted" ]] && return 0
  mapfile -t packages < <(pins npm)
  step "private tools (npm): ${packages[*]}"
  rm -rf "$TOOLS/npm"
  mkdir -p "$TOOLS/npm"
  npm install --no-audit --no-fund --ignore-scripts --loglevel=error --prefix "$TOOLS/npm" "${packages[@]}" </dev/null >&2 ||
    fail "npm could not install the packages of ops/tools.txt" \
      "read npm's message above; check that this machine reaches its npm registry"
  printf '%s\n' "$wanted" >"$stamp"
}

# cargo-nextest is built once if the machine does not bring it.
install_nextest() {
  cargo nextest --version >/dev/null 2>&1 && return 0
  local pin
  pin=$(pins cargo | sed -n 's/^cargo-nextest==//p')
  step "cargo-nextest $pin (built once, a few minutes)"
  cargo install cargo-nextest --version "$pin" --locked --root "$TOOLS/cargo" </dev/null >&2 ||
    fail "cargo could not install cargo-nextest" "run: cargo install cargo-nextest --version $pin --locked"
}

# --- building -----------------------------------------------------------------------------------------

# Says when the page was built last. Not in dist, which is embedded as it is.
PAGE_STAMP=$TOOLS/page.built

# Whether anything that the page is made of is newer than the built page.
page_is_stale() {
  [[ -f $WEB/package.json ]] || return 1
  [[ -d $WEB/dist && -f $PAGE_STAMP ]] || return 0
  local newer=(-type f -newer "$PAGE_STAMP" -print -quit)
  [[ -n $(find "$WEB" \( -name node_modules -o -name dist -o -name coverage \) -prune -o "${newer[@]}") ]]
}

# Installs the page's packages when the lock file has changed since.
install_page_packages() {
  local installed=$WEB/node_modules/.package-lock.json
  [[ -f $installed && ! $WEB/package-lock.json -nt $installed ]] && return 0
  (cd "$WEB" && npm ci --no-audit --no-fund --loglevel=error </dev/null >&2) ||
    fail "npm ci failed in api/web" "read npm's message above; check that this machine reaches its npm registry"
}

# Builds the page if its sources are newer: the binary embeds it, so this comes before cargo.
build_page() {
  page_is_stale || return 0
  step "page: npm ci, npm run build"
  install_page_packages
  build_page_now
}

build_page_now() {
  (cd "$WEB" && npm run --silent build </dev/null >&2) ||
    fail "the page could not be built" "run: cd api/web && npm run build"
  mkdir -p "$TOOLS"
  touch "$PAGE_STAMP"
}

# Where cargo puts what it builds, whoever configured it.
target_directory() {
  cargo metadata --format-version 1 --no-deps --locked 2>/dev/null |
    sed -n 's/.*"target_directory":"\([^"]*\)".*/\1/p'
}

# Builds the binary and sets MEDIARY_BIN. MEDIARY_PROFILE=dev takes the profile that tests use.
build_binary() {
  local profile=${MEDIARY_PROFILE:-release} folder
  case $profile in
    dev) folder=debug ;;
    release) folder=release ;;
    *) fail "MEDIARY_PROFILE is '$profile'" "set it to release or dev" ;;
  esac
  step "binary: cargo build --profile $profile (minutes the first time, a second afterwards)"
  cargo build --package mediary --bin mediary --profile "$profile" --locked </dev/null >&2 ||
    fail "the build failed" "read the compiler's message above; Rust $(minimum_rust) or newer is needed: rustup update"
  MEDIARY_BIN=$(target_directory)/$folder/mediary
  [[ -x $MEDIARY_BIN ]] || fail "cargo built no program at $MEDIARY_BIN"
}

# --- steps with a summary (ops/check and ops/test) --------------------------------------------------

SUMMARY=()
FAILED=0

# attempt NAME COMMAND...: runs one step, goes on after a failure, remembers how it ended and what it said last.
attempt() {
  local name=$1 started=$SECONDS status=0 said
  shift
  step "$name"
  said=$(mktemp)
  # In a subshell of its own, so that a refusal ends the step and not the summary. Not behind `||`,
  # where bash would go on after a failed command of the step. At a terminal a step has it to itself.
  set +e
  if [[ -t 2 ]]; then
    (
      set -e
      "$@"
    ) </dev/null
  else
    (
      set -e
      "$@"
    ) </dev/null 2>&1 | tee "$said" >&2
  fi
  status=${PIPESTATUS[0]}
  set -e
  if ((status == 0)); then
    SUMMARY+=("$(printf '  ok      %5ds  %s' $((SECONDS - started)) "$name")")
  else
    SUMMARY+=("$(printf '  FAILED  %5ds  %s (status %d)' $((SECONDS - started)) "$name" "$status")")
    while IFS= read -r line; do SUMMARY+=("            $line"); done < <(what_failed "$said")
    FAILED=$((FAILED + 1))
  fi
  rm -f "$said"
}

# Prints what of a step's output says what failed: tests by name with the line after, or else its last lines. Whoever
# reads a build machine's record may see nothing but its end.
what_failed() {
  local found
  found=$(sed 's/\x1b\[[0-9;]*m//g' "$1" | grep -aE -A2 '^ *(FAIL|TIMEOUT|SIG[A-Z]+) |^  FAILED ' |
    awk 'NF && !/^--$/ && !seen[$0]++' | cut -c1-240 | head -60) || true
  if [[ -n $found ]]; then printf '%s\n' "$found"; else tail -n 12 "$1" | cut -c1-240; fi
}

# skip NAME REASON: says in the summary what was not looked at, and why.
skip() { SUMMARY+=("$(printf '  skipped         %s: %s' "$1" "$2")"); }

# Prints the summary and ends with 1 if a step failed.
summarise() {
  printf '\n%s\n' "$1" >&2
  printf '%s\n' "${SUMMARY[@]}" >&2
  if ((FAILED)); then
    printf '%d failed\n' "$FAILED" >&2
    exit 1
  fi
  say "all passed"
}
