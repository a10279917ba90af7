# Times and decimals of records, worked out by other means than the program's.
# jq counts in floating point, so only ids, counts and times (all below 2^53)
# are numbers here; prices and quantities stay text.

# Milliseconds or microseconds to ISO 8601 with microseconds.
def pad(n): tostring | ("0" * (n - length) // "") + .;
def time:
	(if . < 100000000000000 then . * 1000 else . end) as $us
	| ($us / 1000000 | floor) as $s
	| ($s | todate | rtrimstr("Z")) + "." + ($us - $s * 1000000 | pad(6)) + "Z";

# "12.30" to its digits, last first, and how many are behind the point.
def digits: gsub("\\."; "") | explode | map(. - 48) | reverse;
def scale: if contains(".") then split(".")[1] | length else 0 end;
def mul($a; $b):
	($a | digits) as $x | ($b | digits) as $y
	| (($a | scale) + ($b | scale)) as $scale
	| reduce range($x | length) as $i
		([range(($x | length) + ($y | length))] | map(0);
		reduce range($y | length) as $k
			(.; .[$i + $k] += $x[$i] * $y[$k]))
	| reduce range(length) as $i
		({ carry: 0, out: [] , in: .};
		(.in[$i] + .carry) as $d
		| .out += [$d % 10] | .carry = ($d / 10 | floor))
	| .out | reverse | map(tostring) | join("")
	| (.[:length - $scale] | ltrimstr("0") | sub("^0+"; "")) as $whole
	| (if $whole == "" then "0" else $whole end)
		+ (if $scale > 0 then "." + .[length - $scale:] else "" end);

# $a - $b, for differences below 2^53 without their points.
def at_scale($n): . + (if contains(".") then "" else "." end)
	+ "0" * ($n - scale) | gsub("\\."; "") | tonumber;
def minus($a; $b):
	([$a, $b | scale] | max) as $n
	| (($a | at_scale($n)) - ($b | at_scale($n))) as $d
	| (if $d < 0 then -$d else $d end | pad($n + 1)) as $text
	| (if $d < 0 then "-" else "" end) + $text[:($text | length) - $n]
		+ (if $n > 0 then "." + $text[($text | length) - $n:] else "" end);

def level: { price: .[0], quantity: .[1] };
