# What one message of Binance USD-M must become, as expect.jq says it for spot.

include "exact";

def perpetual: sub("(?<q>USDT|USDC)$"; "-\(.q)-PERP") | sub("^1000SHIB-"; "SHIB-");
def dated: sub("(?<q>USDT|USDC)_(?<d>\\d{6})$"; "-\(.q)-\(.d)");
def is_dated: test("_\\d{6}$");
def names: { exchange_name: "binance",
	symbol_name: (.s | if is_dated then dated else perpetual end) };
def ends($m): { market_type: ($m.s | if is_dated then "futures" else
	"perpetual" end), native_symbol: $m.s };

def trade($id):
	names + { trade_id: ($id | tostring), price: .p, quantity: .q,
		quote_quantity: mul(.p; .q), timestamp: (.T | time),
		side: (if .m then "sell" else "buy" end) } + ends(.);
def depthUpdate:
	names + { last_update_id: .u, bids: (.b | map(level)),
		asks: (.a | map(level)), timestamp: (.T | time),
		update_type: "delta", first_update_id: .U, prev_update_id: .pu,
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
		last_quantity: .Q, best_bid_price: null, best_bid_quantity: null,
		best_ask_price: null, best_ask_quantity: null,
		open_time: (.O | time), close_time: (.C | time),
		first_trade_id: .F, last_trade_id: .L, trade_count: .n,
		timestamp: (.E | time) } + ends(.);
def mark:
	names + { funding_rate: .r, estimated_rate: null,
		next_funding_time: (.T | time), mark_price: .p, index_price: .i,
		premium_index: minus(.p; .i), funding_interval: null,
		timestamp: (.E | time) } + ends(.);
def order:
	(if .ap == "0" then .p else .ap end) as $price
	| (if .z == "0" then .q else .z end) as $quantity
	| names + { side: (.S | ascii_downcase), price: $price,
		quantity: $quantity, value: mul($price; $quantity),
		instrument_type: "PERPETUAL", timestamp: (.T | time) } + ends(.) +
		{ venue_trade_id: null };

(.data // .)
| if .e == "trade" then trade(.t)
  elif .e == "aggTrade" then trade(.a)
  elif .e == "depthUpdate" then depthUpdate
  elif .e == "kline" then kline
  elif .e == "24hrTicker" then ticker
  elif .e == "markPriceUpdate" then mark
  elif .e == "forceOrder" then .o | order
  else { unexpected: .e } end
