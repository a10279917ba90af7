# What a consumer has that knows only the records: the best 5 levels a side of
# each book, from the last valid snapshot and the deltas since, one line a book.
# A delta that does not continue its book, or comes without one, is an error.
# Where deltas name the one before (USD-M), the first reaches over the snapshot's
# id; where they have no first id (OKX), it names the snapshot's.

def apply(side; $levels):
	reduce $levels[] as $l (.; if ($l.quantity | tonumber) == 0
		then del(.[side][$l.price]) else .[side][$l.price] = $l.quantity end);
def continues($r):
	if .live | not then false
	elif $r.last_update_id == null then .id == null
	elif $r.first_update_id == null then $r.prev_update_id == .id
	elif $r.prev_update_id == null then
		$r.first_update_id <= .id + 1 and $r.last_update_id > .id
	elif .bridged then $r.prev_update_id == .id
	else $r.first_update_id <= .id and $r.last_update_id >= .id end;
def top($side; $best):
	to_entries | map([.key, .value]) | sort_by(.[0] | tonumber)
	| if $side == "bids" then reverse else . end | .[:5];

reduce (inputs | select(has("update_type"))) as $r ({};
	.[$r.native_symbol] |= (
		if $r.is_valid | not then { id: null, bids: {}, asks: {} }
		elif $r.update_type == "snapshot" then
			{ live: true, id: $r.last_update_id, bids: {}, asks: {} }
		elif continues($r) | not then
			error("delta \($r.first_update_id)-\($r.last_update_id)"
				+ " after \(.id)")
		else .id = $r.last_update_id | .bridged = true end
		| apply("bids"; $r.bids) | apply("asks"; $r.asks)))
| to_entries[]
| { symbol: .key, last_update_id: .value.id,
	bids: (.value.bids | top("bids"; 5)), asks: (.value.asks | top("asks"; 5)) }
