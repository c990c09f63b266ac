# Sourced by the scripts beside it: how a key, a request and a certificate are made. Keys go
# straight into files of mode 0600 and are never printed.
set -euo pipefail
umask 077

die() {
    echo "${0##*/}: $*" >&2
    exit 1
}

# openssl ARGS...: quiet, but its complaints are shown when it fails.
run_openssl() {
    local said
    said=$(openssl "$@" 2>&1 >/dev/null) || die "openssl $1 failed: $said"
}

# A configuration without anybody's defaults.
plain_config() {
    printf '[req]\ndistinguished_name = name\nprompt = no\n[name]\nCN = %s\n' "$1"
}

make_key() {
    [ ! -e "$1" ] || die "$1 is there already; it is never overwritten"
    run_openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"
}

# issue CA_FOLDER NAME DAYS EXTENSIONS: NAME.key and NAME.pem in the folder.
issue() {
    local folder=$1 name=$2 days=$3 extensions=$4
    [ -f "$folder/ca.key" ] || die "no $folder/ca.key; run make-ca $folder first"
    make_key "$folder/$name.key"
    run_openssl req -new -sha256 -key "$folder/$name.key" -config <(plain_config "$name") \
        -out "$folder/$name.csr"
    run_openssl x509 -req -sha256 -in "$folder/$name.csr" -days "$days" \
        -CA "$folder/ca.pem" -CAkey "$folder/ca.key" -set_serial "0x$(openssl rand -hex 16)" \
        -extfile <(printf '%s\n' "$extensions") -out "$folder/$name.pem"
    rm "$folder/$name.csr"
    chmod 0644 "$folder/$name.pem"
    echo "$folder/$name.pem"
}
