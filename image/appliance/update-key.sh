#!/bin/sh
# usage: update-key.sh FOLDER
# A pair of keys on P-256 for update bundles: FOLDER/update-key.pem signs and
# stays with whoever releases, FOLDER/update.pem goes into every image.  What is
# there is kept: a box takes bundles of its own key alone.
set -eu
folder=$1
mkdir -p "$folder"
[ -e "$folder/update-key.pem" ] || (
	umask 077
	openssl ecparam -name prime256v1 -genkey -noout |
		openssl pkcs8 -topk8 -nocrypt -out "$folder/update-key.pem.new"
	mv "$folder/update-key.pem.new" "$folder/update-key.pem"
)
openssl pkey -in "$folder/update-key.pem" -pubout -out "$folder/update.pem"
echo "$folder/update-key.pem signs, keep it safe; $folder/update.pem goes into images"
