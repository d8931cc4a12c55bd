# shellcheck shell=bash
# What every script shares: where the checkout is, how to speak, how to fail, and progress on long steps.
# Sourced, never run. A script sets its name by being run: messages start with it.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
me=$(basename "$0")

say() {
    printf '%s\n' "$*"
}

# One clear line on stderr and out. Called with what went wrong and, where there is one, what to do.
fail() {
    printf '%s: %s\n' "$me" "$*" >&2
    exit 1
}

warn() {
    printf '%s: %s\n' "$me" "$*" >&2
}

# Print the header comment of the calling script (the lines behind '#!' up to the first that is no comment).
show_help() {
    awk 'NR > 1 { if (!/^#/) exit; sub(/^# ?/, ""); print }' "$0"
    exit 0
}

need_command() {
    local name
    for name in "$@"; do
        command -v "$name" >/dev/null 2>&1 || fail "'$name' is not installed; ./scripts/setup installs what is missing"
    done
}

now_s() {
    printf '%(%s)T' -1
}

# progress TITLE LOG: read a command's output from stdin, keep it in LOG and show that something moves: on a
# terminal one line that is rewritten, elsewhere a line each 15 s, so that a build log shows life without noise.
progress() {
    local title=$1 log=$2 started last shown=0 line='' status elapsed columns
    started=$(now_s)
    columns=${COLUMNS:-$(tput cols 2>/dev/null || echo 80)}
    last=$started
    : >"$log"
    while true; do
        status=0
        IFS= read -r -t 1 part || status=$?
        if [ $status -eq 0 ]; then
            line=$part
            printf '%s\n' "$part" >>"$log"
        elif [ $status -le 128 ]; then # end of input (a time-out is above 128)
            [ -z "$part" ] || printf '%s\n' "$part" >>"$log"
            break
        fi
        elapsed=$(($(now_s) - started))
        if [ -t 1 ]; then
            part="  $title … ${elapsed} s  ${line}"
            printf '\r\033[K%s' "${part:0:$((columns - 1))}"
            shown=1
        elif [ $(($(now_s) - last)) -ge 15 ]; then
            printf '  %s … %s s  %s\n' "$title" "$elapsed" "${line:0:90}"
            last=$(now_s)
        fi
    done
    [ $shown -eq 0 ] || printf '\r\033[K'
}

# step TITLE LOG COMMAND...: run COMMAND with progress. On failure the tail of its output goes to stderr, then
# one line that names the step and the whole log. Never call it with || or in a condition: it ends the script.
step() {
    local title=$1 log=$2 started rc=0
    shift 2
    started=$(now_s)
    mkdir -p "$(dirname "$log")"
    # shellcheck disable=SC2034 # PIPESTATUS, not $?: progress itself always succeeds
    { "$@" 2>&1 </dev/null || rc=$?; echo "$rc" >"$log.rc"; } | progress "$title" "$log"
    rc=$(cat "$log.rc")
    rm -f "$log.rc"
    if [ "$rc" -ne 0 ]; then
        tail -n 15 "$log" | sed 's/^/    /' >&2
        fail "$title failed (status $rc); the whole output: ${log#"$root"/}"
    fi
    printf '  %s: %s s\n' "$title" "$(($(now_s) - started))"
}

# The value of KEY in a file of key=value lines.
value_of() {
    sed -n "s/^$2=//p" "$1" | head -n 1
}
