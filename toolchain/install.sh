#!/bin/sh
# usage: install.sh build|demo|image|test [PACKAGE...]
# Installs the Debian packages that building (showing, testing) needs, and says
# nothing when they are all there.

case $1 in
build) list="make gcc binutils patch openssl dpkg-dev xz-utils bzip2 git
	debian-archive-keyring" ;;
demo) list="curl" ;;
# What GRUB's tools are linked with; that they themselves are fetched.
image) list="squashfs-tools mtools dosfstools kmod cpio zstd e2fsprogs
	libdevmapper1.02.1 liblzma5" ;;
test) list="libcmocka-dev clang clang-format clang-tidy cppcheck pmccabe
	qemu-user-static valgrind curl jq procps file libclang-rt
	redis-tools clickhouse-common npm systemd adduser skopeo
	tmux chromium qemu-system-x86 qemu-system-arm ovmf
	qemu-efi-aarch64 qemu-efi-arm openssh-client nbdkit" ;;
esac
shift

# stdout: those of the arguments that are not installed
missing() {
	for package; do
		case $package in
		libclang-rt) clang --version >/dev/null 2>&1 || continue
			number=$(clang -dumpversion | cut -d . -f 1)
			package=libclang-rt-$number-dev ;;
		# Only bookworm has this ClickHouse.
		clickhouse-common) grep -q '^VERSION_CODENAME=bookworm' \
			/etc/os-release || continue ;;
		# Node may have come from elsewhere and brought its own.
		npm) command -v npm >/dev/null && continue ;;
		esac
		dpkg-query -W -f '${Status}' "$package" 2>/dev/null |
			grep -q ' installed$' || echo "$package"
	done
}

# The second round is for what depends on the version of what came first.
for round in 1 2; do
	need=$(missing $list "$@" | sort -u | tr '\n' ' ')
	[ -n "$need" ] || exit 0
	line="apt-get install -y --no-install-recommends $need"
	if [ "$(id -u)" -eq 0 ]; then
		sudo=
	elif sudo -n true 2>/dev/null; then
		sudo="sudo -n"
	else
		echo "toolchain: missing packages; as root: $line" >&2
		exit 1
	fi
	echo "install $need"
	log=build/install.log
	mkdir -p build
	export DEBIAN_FRONTEND=noninteractive
	$sudo $line >$log 2>&1 ||
		{ $sudo apt-get update && $sudo $line; } >$log 2>&1 || {
		echo "toolchain: '$line' failed, see $log" >&2
		exit 1
	}
done
