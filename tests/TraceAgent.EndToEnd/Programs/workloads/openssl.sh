cd "$WORK"
seq 1 30000 > plain
for digest in md5 sha1 sha256 sha512 sha3-256 blake2b512 sm3 ripemd160; do $RUN dgst -$digest plain; done
key=00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff iv=000102030405060708090a0b0c0d0e0f
for cipher in aes-128-cbc aes-256-cbc aes-256-ctr aes-192-ofb chacha20 camellia-256-cbc aria-128-cbc; do
    k=$key; case $cipher in *128*) k=${key:0:32} ;; *192*) k=${key:0:48} ;; esac
    $RUN enc -$cipher -K $k -iv $iv -in plain -out sealed && sha256sum < sealed
    $RUN enc -d -$cipher -K $k -iv $iv -in sealed | cmp - plain && echo "$cipher opens"
done
$RUN dgst -sha256 -hmac secret plain
[[ -e rsa.pem ]] || openssl genrsa -out rsa.pem 2048 2>/dev/null
[[ -e ec.pem ]] || openssl ecparam -name prime256v1 -genkey -noout -out ec.pem 2>/dev/null
$RUN rsa -in rsa.pem -check -noout
$RUN dgst -sha256 -sign rsa.pem -out signed plain && $RUN dgst -sha256 -prverify rsa.pem -signature signed plain
$RUN dgst -sha256 -sign ec.pem -out signed plain && $RUN dgst -sha256 -prverify ec.pem -signature signed plain
$RUN dgst -sha256 -prverify ec.pem -signature plain plain 2>/dev/null; echo "status $?"
$RUN req -new -x509 -key rsa.pem -subj /CN=shop -days 3 -out cert.pem 2>/dev/null && $RUN x509 -in cert.pem -noout -subject
$RUN prime -hex C90FDAA22168C235
$RUN kdf -keylen 16 -kdfopt digest:SHA256 -kdfopt key:secret -kdfopt salt:salt -kdfopt info:label HKDF
$RUN kdf -keylen 16 -kdfopt pass:secret -kdfopt salt:salt -kdfopt n:64 -kdfopt r:8 -kdfopt p:1 SCRYPT
$RUN base64 -in rsa.pem | $RUN base64 -d | cmp - rsa.pem && echo "base64 whole"
$RUN ciphers -v HIGH | head -5
$RUN speed -seconds 1 -bytes 64 sha256 >/dev/null 2>&1; echo "speed $?"
$RUN no-such-command >/dev/null 2>&1; echo "status $?"
