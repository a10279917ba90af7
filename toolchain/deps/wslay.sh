# WebSocket framing.  Its heap is ours: src/net/ws_heap.c has the functions.
unpack wslay unpatched
cd deps/wslay/lib
mkdir -p "$deps/include/wslay"
cp includes/wslay/wslay.h includes/wslay/wslayver.h "$deps/include/wslay/"
archive libwslay.a -Iincludes -DHAVE_ARPA_INET_H -DHAVE_NETINET_IN_H \
	-Dmalloc=ws_malloc -Dcalloc=ws_calloc -Drealloc=ws_realloc \
	-Dfree=ws_free -- wslay_event.c wslay_frame.c wslay_net.c wslay_queue.c
