# shellcheck shell=bash
# A private MariaDB in a directory of its own: reached by a unix socket only, its own data, log and pid file, no
# look at the system's configuration. scripts/run keeps one under var/db, each integration test one of its own.
#
#   DIR/my.cnf          written at each start           DIR/data/     the data directory (mode 0700)
#   DIR/run/db.sock     socket, db.pid, db.log           DIR/*.password 0600, for the two database users
#
# Sourced after common.sh and proc.sh. A socket address holds at most 107 bytes, so for a deep checkout the socket
# is named through a short symbolic link to DIR/run; DIR/link remembers it and db_stop removes it.

db_name=plek
db_user=plek
db_sealed_user=plek_sealed
db_start_seconds=120 # after a kill under load InnoDB first replays its log

# The account that runs the server: a server never runs as root where that can be helped.
db_account() {
    if [ "$(id -u)" -ne 0 ]; then
        id -un
    elif getent passwd mysql >/dev/null && setpriv --reuid=mysql --regid=mysql --clear-groups test -x "$1" 2>/dev/null; then
        printf 'mysql'
    else
        printf 'root' # no such user, or the checkout lies where it may not come (a home directory with mode 0700)
    fi
}

# Print the directory name to use in the socket's address.
db_socket_dir() {
    local run=$1/run link base
    if [ $((${#run} + 8)) -le 107 ]; then
        printf '%s' "$run"
        return 0
    fi
    if [ -r "$1/link" ] && link=$(cat "$1/link") && [ "$(readlink "$link")" = "$run" ]; then
        printf '%s' "$link"
        return 0
    fi
    for base in "${XDG_RUNTIME_DIR:-}" /run; do
        if [ -n "$base" ] && [ -d "$base" ] && [ -w "$base" ]; then
            link=$(mktemp -d "$base/plek.XXXXXX") && chmod 0711 "$link" && break
        fi
        link=''
    done
    [ -n "$link" ] || { link=$(mktemp -d -t plek.XXXXXX) && chmod 0711 "$link"; }
    ln -s "$run" "$link/db"
    printf '%s' "$link/db" >"$1/link"
    printf '%s' "$link/db"
}

db_write_config() {
    local dir=$1 sockets=$2 account=$3
    cat >"$dir/my.cnf" <<CNF
# Written by scripts/lib/db.sh at each start.
[mariadbd]
user = $account
datadir = $dir/data
socket = $sockets/db.sock
pid_file = $dir/run/db.pid
log_error = $dir/run/db.log
tmpdir = $dir/run
# Only the unix socket: no port on this machine or its network.
skip_networking = ON
skip_name_resolve = ON
local_infile = OFF
secure_file_priv = $dir/run
character_set_server = utf8mb4
collation_server = utf8mb4_bin
# A commit that is answered is on the disk; a reader that would see a changed row is told so.
innodb_flush_log_at_trx_commit = 1
innodb_snapshot_isolation = ON
sql_mode = STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION
# Small: the engine keeps the exchange in its own memory, the database keeps it safe.
innodb_buffer_pool_size = 64M
innodb_log_file_size = 32M
innodb_buffer_pool_dump_at_shutdown = OFF
innodb_buffer_pool_load_at_startup = OFF
performance_schema = OFF
key_buffer_size = 1M
aria_pagecache_buffer_size = 1M
max_connections = 40
max_allowed_packet = 16M
table_open_cache = 200
skip_log_bin = ON
CNF
}

# Make DIR/data out of a template that is initialised once for each server version and account: a copy takes a
# tenth of the time.
db_init() {
    local dir=$1 account=$2 version template log
    version=$(mariadbd --version | grep -oE '[0-9]+\.[0-9]+\.[0-9]+' | head -n 1)
    template=$root/var/cache/db-$version-$(id -un)-$account
    log=$root/var/log/db-init.log
    mkdir -p "$root/var/cache" "$root/var/log"
    if [ ! -d "$template" ]; then
        local new
        new=$(mktemp -d "$template.XXXXXX")
        db_write_config "$new" "$new" "$account"
        mkdir -m 0700 "$new/data" "$new/run"
        [ "$(id -u)" -ne 0 ] || chown -R "$account:" "$new"
        chmod 0711 "$new"
        if ! mariadb-install-db --defaults-file="$new/my.cnf" --skip-test-db --skip-name-resolve \
            --auth-root-authentication-method=socket --auth-root-socket-user="$(id -un)" >"$log" 2>&1; then
            cat "$new/run/db.log" >>"$log" 2>/dev/null || true
            rm -rf "$new"
            fail "the private database could not be initialised: $(grep -iE 'error' "$log" | tail -n 1); see ${log#"$root"/}"
        fi
        mv -T "$new/data" "$template" 2>/dev/null || true # another run may have been first: its copy is as good
        rm -rf "$new"
    fi
    cp -a "$template" "$dir/data.new"
    mv -T "$dir/data.new" "$dir/data"
}

# db_sql DIR [OPTION...]: run the SQL on stdin as the database's administrator.
db_sql() {
    local dir=$1
    shift
    mariadb --no-defaults --socket="$(db_socket "$dir")" --user="$(id -un)" --batch --skip-column-names "$@"
}

db_socket() {
    sed -n 's/^socket = //p' "$1/my.cnf"
}

db_pid() {
    proc_pid "$1/server.pid"
}

db_password() {
    [ -s "$1" ] || (umask 077 && openssl rand -hex 24 >"$1")
    cat "$1"
}

# Database, its two users and what they may: the ordinary one everything in the exchange's own database, the
# second only the database with sealed addresses, which the first cannot read.
db_users() {
    local dir=$1 main sealed
    main=$(db_password "$dir/db.password")
    sealed=$(db_password "$dir/sealed.password")
    db_sql "$dir" <<SQL
CREATE DATABASE IF NOT EXISTS $db_name;
CREATE DATABASE IF NOT EXISTS $db_sealed_user;
CREATE USER IF NOT EXISTS '$db_user'@'localhost', '$db_sealed_user'@'localhost';
ALTER USER '$db_user'@'localhost' IDENTIFIED BY '$main', '$db_sealed_user'@'localhost' IDENTIFIED BY '$sealed';
GRANT ALL ON $db_name.* TO '$db_user'@'localhost';
GRANT ALL ON $db_sealed_user.* TO '$db_sealed_user'@'localhost';
SQL
}

# db_start DIR: start (first initialise, where DIR is new) and wait until it answers. Ends the script on failure
# with the server's own reason. Starting what runs already changes nothing.
db_start() {
    local dir=$1 account sockets deadline
    need_command mariadbd mariadb-install-db mariadb openssl
    mkdir -p "$dir" 2>/dev/null && [ -w "$dir" ] || fail "cannot write in $dir"
    db_pid "$dir" >/dev/null && return 0
    chmod 0711 "$dir"
    account=$(db_account "$dir")
    mkdir -p "$dir/run"
    chmod 0700 "$dir/run"
    [ "$(id -u)" -ne 0 ] || chown "$account:" "$dir/run"
    sockets=$(db_socket_dir "$dir")
    db_write_config "$dir" "$sockets" "$account"
    [ -d "$dir/data" ] || db_init "$dir" "$account"
    : >"$dir/server.pid"
    proc_start "$dir/server.pid" "$dir/run/start.log" mariadbd --defaults-file="$dir/my.cnf"
    deadline=$(($(now_s) + db_start_seconds))
    until db_sql "$dir" -e 'SELECT 1' >/dev/null 2>&1; do
        db_pid "$dir" >/dev/null ||
            fail "the private database ended during its start: $(grep -h '\[ERROR\]' "$dir/run/db.log" "$dir/run/start.log" 2>/dev/null | tail -n 1 | cut -c1-200); see $dir/run/db.log"
        [ "$(now_s)" -lt $deadline ] || fail "the private database did not answer within $db_start_seconds s; see $dir/run/db.log"
        sleep 0.05
    done
    db_users "$dir" || fail "the database's users could not be made; see $dir/run/db.log"
}

# db_stop DIR: clean shutdown. Fine when not running.
db_stop() {
    local link
    proc_stop "$1/server.pid" 60 "the private database"
    if [ -r "$1/link" ]; then
        link=$(cat "$1/link")
        rm -f "$link" "$1/link"
        rmdir "$(dirname "$link")" 2>/dev/null || true
    fi
}

# What a caller needs to connect, as key=value lines.
db_print() {
    cat <<OUT
socket=$(db_socket "$1")
pid=$(db_pid "$1" || true)
name=$db_name
user=$db_user
password_file=$1/db.password
sealed_user=$db_sealed_user
sealed_password_file=$1/sealed.password
OUT
}
