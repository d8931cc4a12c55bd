# shellcheck shell=bash
# Processes we start ourselves: own session, a pid file, and never a signal to a process that is not ours. A pid
# file holds "PID STARTTIME": the kernel's start tick tells our process from a later one that got the same number.

# Start tick of PID (field 22 of /proc/PID/stat, counted behind the name, which may hold blanks).
proc_start_tick() {
    local stat
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
    stat=${stat##*) }
    # shellcheck disable=SC2086 # split on purpose
    set -- $stat
    [ "$1" != Z ] || return 1 # a zombie does nothing any more
    printf '%s' "${20}"
}

# proc_pid FILE: print the pid if the process that FILE names still lives.
proc_pid() {
    local pid tick
    [ -r "$1" ] || return 1
    read -r pid tick <"$1" || return 1
    [[ $pid =~ ^[0-9]+$ ]] || return 1
    [ "$(proc_start_tick "$pid")" = "$tick" ] || return 1
    printf '%s' "$pid"
}

# proc_start PIDFILE LOG COMMAND...: start COMMAND in a session of its own (Ctrl-C in our terminal must not reach
# it: we stop things in order). The pid is written before COMMAND itself runs.
proc_start() {
    local pidfile=$1 log=$2 pid
    shift 2
    # shellcheck disable=SC2016 # expanded by the inner shell
    setsid bash -c 'set -f; stat=$(</proc/$$/stat); fields=(${stat##*) }); echo "$$ ${fields[19]}" >"$0"; exec "$@"' \
        "$pidfile" "$@" >>"$log" 2>&1 </dev/null 9>&- &
    pid=$!
    disown "$pid" 2>/dev/null || true
    local tries=0
    until [ -s "$pidfile" ] || [ $tries -ge 100 ]; do
        sleep 0.02
        tries=$((tries + 1))
    done
}

# proc_stop PIDFILE SECONDS NAME: ask to end, wait up to SECONDS, then kill; the file goes. Fine when not running.
proc_stop() {
    local pid tries=0
    if pid=$(proc_pid "$1"); then
        kill -TERM "$pid" 2>/dev/null || true
        while proc_pid "$1" >/dev/null && [ $tries -lt $(($2 * 20)) ]; do
            sleep 0.05
            tries=$((tries + 1))
        done
        if proc_pid "$1" >/dev/null; then
            warn "$3 did not end within $2 s and is killed"
            kill -KILL "$pid" 2>/dev/null || true
            tries=0
            while proc_pid "$1" >/dev/null && [ $tries -lt 100 ]; do
                sleep 0.05
                tries=$((tries + 1))
            done
        fi
    fi
    rm -f "$1"
}

# port_busy PORT: someone listens on this TCP port on loopback or everywhere (read from the kernel's tables, so
# that no tool need be installed).
port_busy() {
    local hex
    hex=$(printf '%04X' "$1")
    cat /proc/net/tcp /proc/net/tcp6 2>/dev/null |
        awk -v port=":$hex" '$4 == "0A" && substr($2, length($2) - 4) == port { found = 1 } END { exit !found }'
}
