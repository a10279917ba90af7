#include <stdint.h>

/*
 * nats.c has a JetStream client and one for the older streaming service beside
 * its connection, a tenth of the whole program, and its connection asks them
 * about subscriptions that are theirs.  sinks/nats speaks to JetStream with
 * plain requests and has no such subscription: each of these is asked only
 * where `sub->jsi` or a streaming connection is set, and answers 0, which is
 * NATS_OK, false or NULL.
 */
#define NOT_HERE(name)                                                         \
	intptr_t name(void);                                                   \
	intptr_t name(void)                                                    \
	{                                                                      \
		return 0;                                                      \
	}

NOT_HERE(jsSub_checkForFlowControlResponse)
NOT_HERE(jsSub_checkOrderedMsg)
NOT_HERE(jsSub_deleteConsumer)
NOT_HERE(jsSub_deleteConsumerAfterDrain)
NOT_HERE(jsSub_free)
NOT_HERE(jsSub_processSequenceMismatch)
NOT_HERE(jsSub_resetOrderedConsumer)
NOT_HERE(jsSub_scheduleFlowControlResponse)
NOT_HERE(jsSub_trackSequences)
NOT_HERE(js_checkFetchedMsg)
NOT_HERE(js_maybeFetchMore)
NOT_HERE(natsMsg_isJSCtrl)
NOT_HERE(stanConn_release)
NOT_HERE(stanConn_retain)
