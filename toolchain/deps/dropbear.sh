# The SSH server of the appliance: keys only, no passwords, no forwarding.  A
# program of its own, in bin/dropbearmulti; its configure script wants a compiler
# that links, and musl's is not one.
unpack dropbear
cat >musl-cc <<END
#!/bin/sh
for word; do
	case \$word in
	-c | -E | -S) exec $CC $DEPFLAGS -ffile-prefix-map=$src=dropbear "\$@" ;;
	esac
done
exec $CC $DEPFLAGS -nostdlib -static-pie -Wl,--gc-sections,-z,relro,-z,now \\
	-Wl,--build-id=none,-static,-pie,--no-dynamic-linker,-z,text \\
	-L$deps/musl/lib $deps/musl/lib/rcrt1.o $deps/musl/lib/crti.o \\
	$($CC -print-file-name=crtbeginS.o) "\$@" \\
	-Wl,--start-group $deps/musl/lib/libc.a -lgcc -lgcc_eh -Wl,--end-group \\
	$($CC -print-file-name=crtendS.o) $deps/musl/lib/crtn.o
END
chmod +x musl-cc
cat >localoptions.h <<END
#define DROPBEAR_SVR_PASSWORD_AUTH 0
#define DROPBEAR_SVR_LOCALTCPFWD 0
#define DROPBEAR_SVR_REMOTETCPFWD 0
#define DROPBEAR_SVR_LOCALSTREAMFWD 0
#define DROPBEAR_SVR_REMOTESTREAMFWD 0
#define DROPBEAR_SVR_AGENTFWD 0
#define DROPBEAR_X11FWD 0
#define DROPBEAR_SFTPSERVER 0
#define DROPBEAR_RSA 1
#define DROPBEAR_DSS 0
#define DO_MOTD 0
#define INETD_MODE 0
END
./configure --host="$MUSL_ARCH" --prefix=/usr CC="$PWD/musl-cc" AR="$AR" \
	RANLIB="$AR s" CFLAGS= LDFLAGS= --enable-bundled-libtom --disable-zlib \
	--disable-pam --disable-harden --disable-syslog --disable-lastlog --disable-utmp \
	--disable-utmpx --disable-wtmp --disable-wtmpx --disable-loginfunc \
	--disable-pututline --disable-pututxline
make -j 2 PROGRAMS="dropbear dropbearkey" MULTI=1
mkdir -p "$deps/bin"
"${CC%gcc}strip" -o "$deps/bin/dropbearmulti" dropbearmulti
