# Is this a dashboard that Grafana takes?  Its schema, as far as it is used here:
# true, or an error that says what is wrong.

def must($what; condition): if condition then . else error($what) end;
def overlap($a; $b):
	$a.x < $b.x + $b.w and $b.x < $a.x + $a.w and
	$a.y < $b.y + $b.h and $b.y < $a.y + $a.h;

must("uid"; .uid | type == "string" and test("^[a-zA-Z0-9_-]{1,40}$"))
| must("title"; .title | type == "string" and length > 0)
| must("schemaVersion"; .schemaVersion | type == "number")
| must("time"; .time.from and .time.to)
| must("ids are unique"; [.panels[].id] | length == (unique | length))
| must("types"; all(.panels[]; .type | IN("row", "timeseries", "stat")))
| must("titles"; all(.panels[]; .title | type == "string" and length > 0))
| must("titles are unique"; [.panels[].title] | length == (unique | length))
| must("places"; all(.panels[].gridPos;
	.x >= 0 and .y >= 0 and .w > 0 and .h > 0 and .x + .w <= 24))
| must("no two in one place"; [.panels[].gridPos] as $p
	| all(range($p | length) as $i | range($i) as $j | [$p[$i], $p[$j]];
		overlap(.[0]; .[1]) | not))
| must("queries"; all(.panels[] | select(.type != "row");
	(.targets | length > 0) and
	([.targets[].refId] | length == (unique | length)) and
	all(.targets[]; (.expr | type == "string" and length > 0) and .legendFormat)))
| must("units"; all(.panels[] | select(.type != "row");
	.fieldConfig.defaults.unit | type == "string"))
| must("source"; ("${" + (.templating.list[] | select(.type == "datasource").name) + "}") as $d
	| all(.panels[] | select(.type != "row"); .datasource.uid == $d and
		all(.targets[]; .datasource.uid == $d)))
| must("variables"; [.templating.list[].name] as $known
	| [.. | .expr? // empty | scan("\\$([a-z_]+)") | .[0]] | unique
	| . - $known - ["__rate_interval", "__interval"] == [])
| true
