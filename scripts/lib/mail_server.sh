# shellcheck shell=bash
# A real mail server for the tests of notifications: Debian's exim, unpacked below var/cache and never installed, so
# that no service is set up and a mail server that the machine has stays what it is. tests/support/mail_server.mjs
# runs it on loopback as an ordinary user (libnss-wrapper gives it the account that it was built for).

# Names of what exim needs here and the machine has not: libraries only.
mail_server_packages() {
    apt-get -s -q install --no-install-recommends exim4-daemon-light libnss-wrapper 2>/dev/null |
        awk '$1 == "Inst" && ($2 ~ /^lib/ || $2 == "exim4-daemon-light") { print $2 }'
    # Where it is installed already: the simulation names nothing.
    printf '%s\n' exim4-daemon-light libnss-wrapper
}

mail_server_fetch() {
    local dir=$1 names
    mapfile -t names < <(mail_server_packages | sort -u)
    (cd "$dir" && apt-get -q download "${names[@]}")
}

# mail_server_unpack DIR: fetch and unpack into DIR unless it is there.
mail_server_unpack() {
    local dir=$1 words deb
    [ ! -x "$dir/usr/sbin/exim4" ] || return 0
    rm -rf "$dir.new"
    mkdir -p "$dir.new/debs"
    mail_server_fetch "$dir.new/debs" || {
        words=$(root_words) || return 1
        # shellcheck disable=SC2086 # empty or 'sudo'
        $words apt-get -q -o DPkg::Lock::Timeout=180 update && mail_server_fetch "$dir.new/debs" || return 1
    }
    for deb in "$dir.new/debs"/*.deb; do
        dpkg -x "$deb" "$dir.new" || return 1
    done
    # Unpacked by root it would run as root.
    chmod u-s "$dir.new/usr/sbin/exim4" || return 1
    rm -rf "$dir.new/debs" "$dir"
    mv "$dir.new" "$dir"
}
