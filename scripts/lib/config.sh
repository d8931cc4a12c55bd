# shellcheck shell=bash
# The two configuration files that scripts/run writes at each start, from where the data lie and which port was
# asked for. Lines are 'key = value'; what each key means is said by 'plekd --print-config' and in ops/README.md.

# config_plekd DATA PORT: the broker, on loopback only.
config_plekd() {
    cat <<CONF
# Written by scripts/run at each start; changes are lost.
listen = 127.0.0.1:$2
machine_listen = 127.0.0.1:$(($2 + 1))
public_origin = https://localhost:$2
tls_cert = $1/ca/server.crt
tls_key = $1/ca/server.key
tls_client_ca = $1/ca/ca.crt
master_key_file = $1/keys/master.key
db_socket = $(db_socket "$1/db")
db_name = $db_name
db_user = $db_user
db_password_file = $1/db/db.password
db_sealed_user = $db_sealed_user
db_sealed_password_file = $1/db/sealed.password
ui_dir = $root/build/ui
schema_dir = $root/schema
night_sheet_dir = $1/night
log_level = info
CONF
}

# config_adapter DATA PORT: the adapter, which speaks to the broker's machine port with its client certificate.
config_adapter() {
    cat <<CONF
# Written by scripts/run at each start; changes are lost.
broker = https://127.0.0.1:$(($2 + 1))
ca = $1/ca/ca.crt
cert = $1/ca/adapter.crt
key = $1/ca/adapter.key
spool_dir = $1/adapter/spool
drop_dir = $1/adapter/drop
quarantine_dir = $1/adapter/quarantine
profiles_dir = $root/adapters/profiles
push_listen = 127.0.0.1:$(($2 + 2))
push_cert = $1/ca/server.crt
push_key = $1/ca/server.key
feeds_dir = $root/schema/feeds
CONF
}

# The 32-byte key that wraps the keys of sealed fields, as hex. Losing it loses what is sealed: it is made once.
config_master_key() {
    mkdir -p "$(dirname "$1")"
    chmod 0700 "$(dirname "$1")"
    [ -s "$1" ] || (umask 077 && openssl rand -hex 32 >"$1")
}
