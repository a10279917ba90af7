// What /status says goes where the attributes of the page say; see fill.h.  The
// names are spelled as in show.c and fill.c, which do the same on the server.
(function () {
"use strict";
var page = document;
var marks = "[data-v],[data-c],[data-b],[data-s],[data-k],[data-has],[data-each],[data-more]";
var status, last = "", left = 0;

function tenths(n, of) { return (Math.floor(n * 10 / of) / 10).toFixed(1); }
function bytes(n) {
	return n < 1024 ? n + " B" : n < 1048576 ? tenths(n, 1024) + " KiB" :
		n < 1073741824 ? tenths(n, 1048576) + " MiB" : tenths(n, 1073741824) + " GiB";
}
function ms(n) {
	return n < 1e3 ? n + " ms" : n < 12e4 ? tenths(n, 1e3) + " s" :
		n < 72e5 ? Math.floor(n / 6e4) + " min" :
		n < 1728e5 ? tenths(n, 36e5) + " h" : tenths(n, 864e5) + " d";
}
var units = [
	[/_?bytes$/, bytes],
	[/_ms$/, ms],
	[/_us$/, function (n) { return n < 1e3 ? n + " \u00b5s" : n < 1e6 ? Math.floor(n / 1e3) + " ms" : ms(Math.floor(n / 1e3)); }],
	[/_s$/, function (n) { return n < 120 ? n + " s" : ms(n * 1e3); }],
	[/_permille$/, function (n) { return tenths(n, 10) + " %"; }]
];
function unit(key) { return units.find(function (u) { return u[0].test(key); }); }
function empty(v) { return v == null || v === "" || typeof v == "object" && !Object.keys(v).length; }
function bare(v) { return /^\d+\.\d+$/.test(v) ? v.replace(/\.?0+$/, "") : String(v).replace(/[\0-\x1f]/g, " "); }
function time(v) { return typeof v == "string" && v.length == 27 && v[10] == "T" && v[26] == "Z"; }
function show(key, v) {
	var u = unit(key);
	if (v === null && /_us$/.test(key)) return "> 10 s";
	if (empty(v) || u && v < 0) return "\u2013";
	if (Array.isArray(v)) return v.map(bare).join(" \u00d7 ");
	if (typeof v == "boolean") return v ? "yes" : "no";
	if (typeof v == "number" && v >= 0 && v % 1 == 0)
		return u ? u[1](v) : v < 1e4 || /_id$/.test(key) ? String(v) :
			String(v).replace(/\B(?=(\d{3})+$)/g, "\u202f");
	return time(v) ? v.slice(5, 10) + " " + v.slice(11, 19) : String(v).replace(/[\0-\x1f]/g, " ");
}
function at(here, path) {
	var top = here === undefined || path[0] == "/", key = here && here.key;
	var value = top ? status : here.value;
	path.split(/[\/.]+/).forEach(function (name) {
		if (!name) return;
		key = name;
		value = value != null && Object.hasOwn(value, name) ? value[name] : undefined;
	});
	return { key: key, value: value };
}
function set(e, name, value) { if (e.getAttribute(name) !== value) e.setAttribute(name, value); }
function say(e, text) { if (e.textContent !== text) e.textContent = text; }
function is(what, e, word) { return e.closest("[data-" + what + "]").dataset[what].split(" ").indexOf(word) >= 0; }

var does = {
	v: function (e, here, paths) {
		var all = paths.split(" ").map(function (p) { return at(here, p); }), v = all[0];
		if (time(v.value) || typeof v.value == "number" && v.value >= 0 && unit(v.key)) set(e, "title", String(v.value));
		else e.removeAttribute("title");
		say(e, all.map(function (i) { return show(i.key, i.value); }).join(" \u2013 "));
	},
	c: function (e, here, path) {
		var word = at(here, path).value;
		set(e, "class", is("good", e, word) ? "good" : is("bad", e, word) ? "bad" : "warn");
	},
	b: function (e, here, paths) {
		var two = paths.split(" ").map(function (p) { return at(here, p).value || 0; });
		set(e, "value", two[1] ? (Math.floor(Math.min(two[0] / two[1], 1) * 1e3) / 1e3).toFixed(3) : "0.000");
	},
	s: function (e, here, path) {
		var v = at(here, path).value || [], peak = Math.max.apply(null, v.concat(.1));
		set(e, "points", v.map(function (n, i) { return 60 - v.length + i + "," + (20 - Math.floor(n * 20 / peak)); }).join(" "));
	},
	k: function (e, here) {
		say(e, here.key.replace((unit(here.key) || [""])[0], "").replace(/_/g, " ").trim());
	},
	has: function (e, here, path) { e.hidden = empty(at(here, path).value); },
	more: function (e) { e.hidden = !left; say(e.querySelector("b"), String(left)); },
	each: function (e, here, path) {
		var list = at(here, path).value || [], most = e.dataset.max || 30;
		var items = Object.keys(list).map(function (k) { return { key: k, value: list[k] }; });
		if (!Array.isArray(list)) items = items.filter(function (i) { return i.value === null || typeof i.value != "object"; });
		function look(i) { return i.value != null && "object" == typeof i.value && "state" in i.value && !is("good", e, i.value.state); }
		items = items.filter(look).concat(items.filter(function (i) { return !look(i); }));
		left = Math.max(items.length - most, 0);
		items = items.slice(0, most);
		// What the server has put there does not say what goes where.
		if (!e.ours) e.replaceChildren(e.querySelector("template"));
		e.ours = true;
		var template = e.querySelector("template"), rows = [].slice.call(e.children, 1);
		rows.slice(items.length).forEach(function (r) { r.remove(); });
		items.forEach(function (item, n) {
			var row = rows[n] || e.appendChild(template.content.firstElementChild.cloneNode(true));
			fill([row].concat([].slice.call(row.querySelectorAll(marks))), item);
		});
	}
};
function fill(elements, here) {
	elements.forEach(function (e) {
		for (var d in e.dataset) if (does[d]) does[d](e, here, e.dataset[d]);
	});
}
var fixed = [].slice.call(page.querySelectorAll(marks)).filter(function (e) {
	return !e.parentElement.closest("[data-each]");
});
function old(why) {
	var p = page.getElementById("old");
	p.hidden = !why;
	say(p, why);
	page.body.classList.toggle("old", !!why);
	if (why) page.title = "no answer \u2013 mpedge";
}
var timer, busy;
function turn() {
	clearTimeout(timer);
	if (page.hidden || busy) return;
	busy = true;
	var stop = new AbortController(), patience = setTimeout(function () { stop.abort(); }, 8000);
	fetch("/status", { cache: "no-store", signal: stop.signal }).then(function (r) {
		if (!r.ok) throw r.status;
		return r.json();
	}).then(function (answer) {
		status = answer;
		last = answer.timestamp;
		fill(fixed);
		old("");
	}).catch(function () {
		old("No answer" + (last && " since " + last.slice(11, 19) + " UTC") + ": what stands here is old.");
	}).finally(function () {
		clearTimeout(patience);
		busy = false;
		timer = setTimeout(turn, 2000);
	});
}
page.addEventListener("visibilitychange", turn);
timer = setTimeout(turn, 2000);
})();
