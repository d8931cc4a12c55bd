# shellcheck shell=bash
# The exchange's own little certificate authority, for a machine of one's own: it signs the server's certificate
# for localhost and the adapter's client certificate. Keys are P-256, files with keys are 0600. An operator with
# real names uses certificates of a real authority instead (ops/README.md).

ca_days=3650
ca_leaf_days=397      # the longest that browsers accept
ca_renew_seconds=2592000 # renewed when less than 30 days are left

ca_key() {
    (umask 077 && openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1")
}

# ca_make DIR: make the authority unless it is there.
ca_make() {
    local dir=$1
    mkdir -p "$dir"
    chmod 0711 "$dir"
    if [ -s "$dir/ca.crt" ] && [ -s "$dir/ca.key" ]; then
        return 0
    fi
    ca_key "$dir/ca.key" &&
        openssl req -x509 -new -sha256 -key "$dir/ca.key" -days $ca_days -out "$dir/ca.crt" \
            -subj "/O=Veilige Plek/CN=Veilige Plek local authority $(openssl rand -hex 4)" \
            -addext 'basicConstraints=critical,CA:true,pathlen:0' -addext 'keyUsage=critical,keyCertSign,cRLSign'
}

# ca_leaf DIR NAME SUBJECT USAGE [SAN]: key and certificate NAME for USAGE (serverAuth or clientAuth), unless a
# valid one is there. A renewed certificate keeps its key: the broker knows the adapter by its public key.
ca_leaf() {
    local dir=$1 name=$2 subject=$3 usage=$4 san=${5:-}
    if [ -s "$dir/$name.crt" ] && [ -s "$dir/$name.key" ] &&
        openssl x509 -in "$dir/$name.crt" -noout -checkend $ca_renew_seconds >/dev/null &&
        openssl verify -CAfile "$dir/ca.crt" "$dir/$name.crt" >/dev/null 2>&1; then
        return 0
    fi
    { [ -s "$dir/$name.key" ] || ca_key "$dir/$name.key"; } &&
        {
            echo 'basicConstraints=critical,CA:false'
            echo 'keyUsage=critical,digitalSignature'
            echo "extendedKeyUsage=$usage"
            [ -z "$san" ] || echo "subjectAltName=$san"
        } >"$dir/$name.ext" &&
        openssl req -new -sha256 -key "$dir/$name.key" -subj "$subject" -out "$dir/$name.csr" &&
        openssl x509 -req -sha256 -in "$dir/$name.csr" -CA "$dir/ca.crt" -CAkey "$dir/ca.key" \
            -set_serial "0x$(openssl rand -hex 16 | sed 's/^./4/')" -days $ca_leaf_days \
            -extfile "$dir/$name.ext" -out "$dir/$name.crt" &&
        rm -f "$dir/$name.csr" "$dir/$name.ext"
}

# Everything a machine of one's own needs.
ca_local() {
    ca_make "$1" &&
        ca_leaf "$1" server '/O=Veilige Plek/CN=localhost' serverAuth 'DNS:localhost,IP:127.0.0.1,IP:::1' &&
        ca_leaf "$1" adapter '/O=Veilige Plek/CN=plek-adapter' clientAuth
}
