# What one message of OKX must become, as expect.jq says it for Binance: a record
# for each row.  No list of instruments has told what a contract is worth.

include "exact";

# Section 6 of the venue document.
def parts:
	split("-")
	| { base: .[0], family: .[1], rest: (.[2:] | join("-")), count: length }
	| .quote = (.family | split("_")[0])
	| .xperp = (.family | endswith("_XPERP"));
def market:
	parts
	| if .count == 2 then "spot"
	  elif .rest == "SWAP" or .xperp then "perpetual"
	  elif .count == 3 then "futures"
	  else "options" end;
def unified:
	market as $market | parts
	| .base + "-" + .quote
	+ (if $market == "spot" then ""
	   elif $market == "perpetual" then "-PERP"
	   else "-" + .rest end)
	+ (if .family == .quote then ""
	   else ":" + .family + (if .xperp then "-" + .rest else "" end) end);
def names($n): { exchange_name: "okx", symbol_name: ($n | unified) };
def ends($n): { market_type: ($n | market), native_symbol: $n };

def none: if . == "" then null else . end;
def ms: tonumber | time;
def value($n; $price; $quantity):
	if ($n | market) == "spot" then mul($price; $quantity) else null end;

def trade($n):
	names($n) + { trade_id: .tradeId, price: .px, quantity: .sz,
		quote_quantity: value($n; .px; .sz), timestamp: (.ts | ms),
		side: .side } + ends($n);
def id: if . == null or . == -1 then null else . end;
def book($n; $action):
	names($n) + { last_update_id: (.seqId | id), bids: (.bids | map(level)),
		asks: (.asks | map(level)), timestamp: (.ts | ms),
		update_type: (if $action == "snapshot" then $action
			else "delta" end), first_update_id: null,
		prev_update_id: (.prevSeqId | id),
		depth_levels: ((.bids | length) + (.asks | length)),
		is_valid: true } + ends($n);
def ticker($n):
	(map_values(none)) as $t
	| names($n) + ($t | { last_price: .last, open_price: .open24h,
		high_price: .high24h, low_price: .low24h,
		volume: (if ($n | market) == "spot" then .vol24h
			else .volCcy24h end),
		quote_volume: (if ($n | market) == "spot" then .volCcy24h
			else null end),
		price_change: (if .last == null or .open24h == null then null
			else minus(.last; .open24h) end),
		price_change_percent: null, weighted_avg_price: null,
		last_quantity: .lastSz, best_bid_price: .bidPx,
		best_bid_quantity: .bidSz, best_ask_price: .askPx,
		best_ask_quantity: .askSz, open_time: null, close_time: null,
		first_trade_id: null, last_trade_id: null, trade_count: null,
		timestamp: (.ts | ms) }) + ends($n);

def unit: { s: 1, m: 60, H: 3600, D: 86400, W: 604800 };
def bar: capture("^candle(?<n>\\d+)(?<unit>[smHDWM])(?<utc>(utc)?)$");
def interval: bar
	| .n + (if .unit == "M" then "M" else .unit | ascii_downcase end);
def end_of($bar):
	if $bar.unit == "M" then gmtime | .[1] += ($bar.n | tonumber) | mktime
	else . + ($bar.n | tonumber) * unit[$bar.unit] end;
def candle($n; $channel):
	(.[0] | tonumber / 1000) as $open
	| names($n) + { open_time: (.[0] | ms),
		close_time: (($open | end_of($channel | bar)) * 1000 - 1 | time),
		interval: ($channel | interval), open_price: .[1],
		high_price: .[2], low_price: .[3], close_price: .[4],
		volume: (if ($n | market) == "spot" then .[5] else .[6] end),
		quote_volume: (if ($n | market) == "spot" then .[6] else .[7] end),
		trade_count: null, taker_buy_volume: null,
		taker_buy_quote_volume: null, is_closed: (.[8] == "1"),
		timestamp: null } + ends($n);

def hours: if . == null then null
	else tonumber / 3600000 | if floor == . and . > 0 and . <= 24 then
		"\(.)h" else null end end;
def funding($n):
	map_values(none)
	| names($n) + { funding_rate: .fundingRate,
		estimated_rate: .nextFundingRate,
		next_funding_time: (.fundingTime | ms), mark_price: null,
		index_price: null, premium_index: null,
		funding_interval: (if .nextFundingTime == null then null else
			(.nextFundingTime | tonumber) - (.fundingTime | tonumber)
			| hours end), timestamp: (.ts | ms) } + ends($n);
def interest($n):
	names($n) + { open_interest: .oi, open_interest_value: .oiCcy,
		open_interest_value_usd: .oiUsd, instrument_type: .instType,
		timestamp: (.ts | ms) } + ends($n);
def order($n; $type):
	names($n) + { side, price: .bkPx, quantity: .sz,
		value: value($n; .bkPx; .sz), instrument_type: $type,
		timestamp: (.ts | ms) } + ends($n) +
		{ venue_trade_id: null };

.arg as $arg | .action as $action
| if .event then empty else .data[] end
| (if type == "object" then .instId else null end // $arg.instId) as $n
| if $arg.channel == "trades" then trade($n)
  elif $arg.channel | test("^books(-l2-tbt|50-l2-tbt)?$") then
	book($n; $action)
  elif $arg.channel == "tickers" then ticker($n)
  elif $arg.channel | startswith("candle") then candle($n; $arg.channel)
  elif $arg.channel == "funding-rate" then funding($n)
  elif $arg.channel == "open-interest" then interest($n)
  elif $arg.channel == "liquidation-orders" then
	.instType as $type | .details[] | order($n; $type)
  else { unexpected: $arg } end
