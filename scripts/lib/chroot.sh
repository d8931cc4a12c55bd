# shellcheck shell=bash
# A new Debian 12 in a folder, as this machine's own package sources give it. Sourced after common.sh; root only.
# Package sources, proxies, added certificate authorities and the npm registry are the machine's: none is written
# here. Credentials are not copied.

# Lines of the machine's sources for Debian 12 in one-line form, whatever form they are kept in.
chroot_sources() {
    {
        cat /etc/apt/sources.list 2>/dev/null || true
        local file
        for file in /etc/apt/sources.list.d/*.list; do
            [ ! -f "$file" ] || { cat "$file"; echo; }
        done
        for file in /etc/apt/sources.list.d/*.sources; do
            [ ! -f "$file" ] || awk '
                function flush(i, j, u, s) {
                    if (types ~ /(^| )deb( |$)/ && enabled != "no") {
                        split(uris, u, " "); split(suites, s, " ")
                        for (i = 1; i in u; i++) for (j = 1; j in s; j++) print "deb " u[i] " " s[j] " " comps
                    }
                    types = uris = suites = comps = enabled = ""
                }
                function rest() { sub(/^[^:]*:[ \t]*/, ""); return $0 }
                /^[ \t]*$/ { flush() }
                /^#/ { next }
                /^Types:/ { types = rest() }
                /^URIs:/ { uris = rest() }
                /^Suites:/ { suites = rest() }
                /^Components:/ { comps = rest() }
                /^Enabled:/ { enabled = rest() }
                END { flush() }' "$file"
        done
    } | sed 's/\[[^]]*\]//' | awk '$1 == "deb" && $3 ~ /^bookworm(-security|-updates)?$/ { print "deb", $2, $3, "main" }' | sort -u
}

# chroot_make DIR CACHE: a new minimal system in DIR; what debootstrap brought is kept in CACHE for the next time.
chroot_make() {
    local dir=$1 cache=$2 mirror
    mirror=$(chroot_sources | awk '$3 == "bookworm" { print $2; exit }')
    [ -n "$mirror" ] || fail "this machine's package sources name no Debian 12 (bookworm)"
    mkdir -p "$dir"
    if [ -s "$cache" ]; then
        tar -xpf "$cache" -C "$dir"
    else
        debootstrap --variant=minbase bookworm "$dir" "$mirror"
        mkdir -p "$(dirname "$cache")"
        tar -cpf "$cache.new" --one-file-system --exclude='./var/cache/apt/archives/*.deb' -C "$dir" .
        mv "$cache.new" "$cache"
    fi
}

# chroot_network DIR: what makes the network work from inside as it does outside.
chroot_network() {
    local dir=$1
    chroot_sources >"$dir/etc/apt/sources.list"
    apt-config dump | grep -E '^Acquire::(http|https|ftp|Retries|ForceIPv4|Check-Valid-Until|Check-Date)' |
        grep -vE '://[^"/]*@' >"$dir/etc/apt/apt.conf.d/99machine" || true
    cp -L /etc/resolv.conf "$dir/etc/resolv.conf"
    cp -L /etc/hosts "$dir/etc/hosts"
    mkdir -p "$dir/usr/local/share/ca-certificates"
    find /usr/local/share/ca-certificates -name '*.crt' -exec cp -L {} "$dir/usr/local/share/ca-certificates/" \; 2>/dev/null || true
    # The whole bundle under a name of its own, for npm from the first moment on.
    [ ! -r /etc/ssl/certs/ca-certificates.crt ] || {
        mkdir -p "$dir/etc/ssl/machine"
        cp -L /etc/ssl/certs/ca-certificates.crt "$dir/etc/ssl/machine/bundle.crt"
    }
}

# Environment for a command inside, as NAME=VALUE lines: proxies, registry, certificates.
chroot_environment() {
    local name registry
    for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY; do
        [ -z "${!name:-}" ] || [[ ${!name} == *@* ]] || printf '%s=%s\n' "$name" "${!name}"
    done
    registry=$(cd / && npm config get registry 2>/dev/null) || registry=''
    [ -z "$registry" ] || [[ $registry == *@* ]] || printf 'npm_config_registry=%s\n' "$registry"
    [ ! -r /etc/ssl/certs/ca-certificates.crt ] || printf 'NODE_EXTRA_CA_CERTS=/etc/ssl/machine/bundle.crt\nnpm_config_cafile=/etc/ssl/machine/bundle.crt\n'
}

# chroot_run DIR COMMAND...: run inside, in mount and process namespaces of its own: when the command ends, the
# mounts are gone and whatever it left running is killed.
chroot_run() {
    local dir=$1 environment
    shift
    mapfile -t environment < <(chroot_environment)
    # shellcheck disable=SC2016 # expanded by the inner shell
    unshare --mount --pid --fork --kill-child --propagation private bash -c '
        set -e
        dir=$1
        shift
        mount -t proc proc "$dir/proc"
        mount --rbind /dev "$dir/dev"
        mount -t tmpfs -o mode=1777 shm "$dir/dev/shm"
        mount -t tmpfs -o mode=1777 tmp "$dir/tmp"
        mount -t tmpfs -o mode=0755 run "$dir/run"
        exec chroot "$dir" "$@"' chroot "$dir" \
        env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 TERM=dumb \
        "${environment[@]}" "$@"
}
