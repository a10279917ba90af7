# Sourced by fetch.sh and versions.sh: an apt of our own under build/apt, so
# that the machine's sources and lists stay as they are.  The mirror is the
# machine's; the signatures are checked against Debian's archive keyring.
# Sources come from two suites, because some archives are complete in one of
# them only; packages come from trixie, or from bookworm where the wish says so.

keyring=/usr/share/keyrings/debian-archive-keyring.gpg
[ -r $keyring ] || keyring=/usr/share/keyrings/debian-archive-keyring.pgp

mirror() {
	apt-get indextargets --format '$(LABEL) $(REPO_URI)' 2>/dev/null |
		awk '$1 == "Debian" { print $2; found = 1; exit }
			 first == "" { first = $NF }
			 END { if (!found) print first }'
}

# apt_setup WHAT [SUITE]: makes apt look at the indexes of WHAT, which is "-" for
# sources or an architecture, and at nothing else: one index that a mirror has
# half written then stops only those who need it.
apt_setup() {
	unset APT_CONFIG
	uri=$(mirror)
	[ -n "$uri" ] || {
		echo "toolchain: apt-get knows no package mirror" >&2
		return 1
	}
	case $1 in
	-) apt_dir=$PWD/build/apt/source ;;
	*) apt_dir=$PWD/build/apt/$1
		[ "${2:-trixie}" = trixie ] || apt_dir=$apt_dir-$2 ;;
	esac
	mkdir -p "$apt_dir/lists/partial" "$apt_dir/empty" \
		"$apt_dir/cache/archives/partial" || return 1
	: >"$apt_dir/status"
	case $1 in
	-) for each in trixie bookworm; do
		echo "deb-src [signed-by=$keyring] $uri $each main"
	done ;;
	*) echo "deb [signed-by=$keyring] $uri ${2:-trixie} main" ;;
	esac >"$apt_dir/sources.list"
	cat >"$apt_dir/apt.conf" <<-END
		Dir::State "$apt_dir";
		Dir::State::status "$apt_dir/status";
		Dir::Cache "$apt_dir/cache";
		Dir::Etc::sourcelist "$apt_dir/sources.list";
		Dir::Etc::sourceparts "$apt_dir/empty";
		Dir::Etc::preferences "$apt_dir/empty/none";
		Dir::Etc::preferencesparts "$apt_dir/empty";
		APT::Sandbox::User "root";
		APT::Get::AllowUnauthenticated "false";
		Acquire::Languages "none";
		Acquire::Retries "3";
	END
	[ "$1" = - ] || cat >>"$apt_dir/apt.conf" <<-END
		APT::Architecture "$1";
		APT::Architectures { "$1"; };
	END
	export APT_CONFIG="$apt_dir/apt.conf"
}

# apt_update WHAT SUITE [now]: fetches the indexes, at most once a day unless now.
apt_update() {
	apt_setup "$1" "$2" || return 1
	fresh=$(find "$apt_dir/updated" -mmin -1440 2>/dev/null)
	[ -n "$fresh" ] && [ "$3" != now ] && return 0
	log=$apt_dir/update.log
	for order in xz gz; do
		apt-get update -q -o Acquire::CompressionTypes::Order::=$order \
			>"$log" 2>&1 && ! grep -q '^[WE]:' "$log" && {
			: >"$apt_dir/updated"
			return 0
		}
	done
	echo "toolchain: apt-get update failed, see $log" >&2
	return 1
}
