# What one message of Binance spot must become, worked out from the message by
# other means than the program's: one record a message, without collected_at.
include "exact";

def unified:
	sub("(?<q>FDUSD|USDT|USDC|TUSD|BUSD|BTC|ETH|BNB|EUR|TRY)$"; "-\(.q)");
def names: { exchange_name: "binance", symbol_name: (.s | unified) };
def ends($m): { market_type: "spot", native_symbol: $m.s };

def trade:
	names + { trade_id: (.t | tostring), price: .p, quantity: .q,
		quote_quantity: mul(.p; .q), timestamp: (.T | time),
		side: (if .m then "sell" else "buy" end) } + ends(.);
def depthUpdate:
	names + { last_update_id: .u, bids: (.b | map(level)),
		asks: (.a | map(level)), timestamp: (.E | time),
		update_type: "delta", first_update_id: .U, prev_update_id: null,
		depth_levels: ((.b | length) + (.a | length)), is_valid: true }
		+ ends(.);
def kline:
	. as $m | .k as $k
	| names + ($k | { open_time: (.t | time), close_time: (.T | time),
		interval: .i, open_price: .o, high_price: .h, low_price: .l,
		close_price: .c, volume: .v, quote_volume: .q, trade_count: .n,
		taker_buy_volume: .V, taker_buy_quote_volume: .Q,
		is_closed: .x }) + { timestamp: ($m.E | time) } + ends($m);
def ticker:
	names + { last_price: .c, open_price: .o, high_price: .h, low_price: .l,
		volume: .v, quote_volume: .q, price_change: .p,
		price_change_percent: .P, weighted_avg_price: .w,
		last_quantity: .Q, best_bid_price: .b, best_bid_quantity: .B,
		best_ask_price: .a, best_ask_quantity: .A, open_time: (.O | time),
		close_time: (.C | time), first_trade_id: .F, last_trade_id: .L,
		trade_count: .n, timestamp: (.E | time) } + ends(.);

(.data // .)
| if .e == "trade" then trade
  elif .e == "depthUpdate" then depthUpdate
  elif .e == "kline" then kline
  elif .e == "24hrTicker" then ticker
  else { unexpected: .e } end
