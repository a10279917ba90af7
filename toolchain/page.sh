#!/bin/sh
# usage: page.sh FILE.c
# The status page as C: src/status/page.html with page.css and page.js in it,
# without blanks that nobody needs, and the policy header that lets a browser
# use these and nothing else.

set -e
cd "$(dirname "$0")/.."
mkdir -p "$(dirname "$1")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# stdin without indents, empty lines and lines that are comments
lean() { sed 's/^[ \t]*//; /^$/d; /^\/\//d; /^<!-- .* -->$/d'; }

# stdin without what HTML does not need: quotes around plain words, and the ends
# of what ends by itself
bare() {
	sed -E 's/ (class|scope|role|id|tabindex|aria-hidden|aria-labelledby)="([A-Za-z0-9-]+)"/ \1=\2/g
		s/<\/(td|th|tr|li|dt|dd)>//g'
}

# The hash that a policy names a piece by.
hash_of() { openssl dgst -sha256 -binary "$1" | openssl base64 -A; }

lean <src/status/page.css | tr -d '\n' |
	sed 's/ *\([{};,]\) */\1/g; s/: /:/g; s/;}/}/g' >"$work/css"
lean <src/status/page.js >"$work/js"
{
	echo '/* Made by toolchain/page.sh of src/status/page.*. */'
	echo '#include "status/page.h"'
	echo 'const char page_template[] ='
	lean <src/status/page.html | bare | awk -v css="$work/css" -v js="$work/js" '
	function put(file,   line) {
		while ((getline line <file) > 0)
			printf "%s%s", line, file == js ? "\n" : ""
	}
	$0 == "<style></style>" { printf "<style>"; put(css); printf "</style>"; next }
	$0 == "<script></script>" { printf "<script>"; put(js); printf "</script>"; next }
	# Between lines there is a tag.
	{ printf "%s", $0 }' | sed 's/[\\"]/\\&/g; s/.*/"&\\n"/'
	cat <<-END
	;
	const char page_policy[] =
	"Vary: Accept\\r\\n"
	"Content-Security-Policy: default-src 'none'; "
	"style-src 'sha256-$(hash_of "$work/css")'; "
	"script-src 'sha256-$(hash_of "$work/js")'; "
	"img-src data:; connect-src 'self'; base-uri 'none'; "
	"form-action 'none'; frame-ancestors 'none'\\r\\n";
	END
} >"$1.new"
mv "$1.new" "$1"
