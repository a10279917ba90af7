// What a page owes those who cannot see it well, as far as a script can tell:
// a list of what is missing.
(() => {
	const wrong = [];
	const all = (s) => [...document.querySelectorAll(s)];
	const seen = (e) => e.getClientRects().length > 0;
	const miss = (bad, what) => bad && wrong.push(what);

	miss(!document.documentElement.lang, "no language");
	miss(!document.title, "no title");
	miss(all("main").length !== 1 || all("h1").length !== 1, "no one main, h1");
	miss(document.documentElement.scrollWidth > innerWidth, "wider than the window");
	for (const t of all("table")) {
		const columns = t.tHead ? [...t.tHead.rows[0].cells] : [];
		miss(!columns.length || columns.some((c) => c.scope !== "col" || !c.textContent),
			"a table without headings");
		for (const r of t.tBodies[0].rows) {
			miss(r.cells[0].scope !== "row", "a row without a heading");
			miss(r.cells.length !== columns.length, "a row of another length");
		}
	}
	for (const e of all(".scroll")) {
		const label = document.getElementById(e.getAttribute("aria-labelledby"));
		miss(e.tabIndex !== 0 || e.getAttribute("role") !== "region" || !label,
			"what scrolls is not reached by keys");
	}
	for (const e of all("svg, meter"))
		miss(e.getAttribute("aria-hidden") !== "true" && !e.getAttribute("aria-label"),
			"a picture without words");
	for (const e of all("[id]"))
		miss(all("#" + e.id).length !== 1, "twice the id " + e.id);
	for (const e of all("a"))
		miss(!e.textContent, "a link without words");

	// Contrast of WCAG 2: 4.5 for text, 3 for what is drawn.
	const parse = (c) => c.match(/[\d.]+/g).map(Number);
	const ground = (e) => {
		for (; e; e = e.parentElement) {
			const c = parse(getComputedStyle(e).backgroundColor);
			if (c.length === 3 || c[3] > 0) return c;
		}
		return [255, 255, 255];
	};
	const light = (c) => c.slice(0, 3).map((v) => v / 255).map(
		(v) => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4).reduce(
		(sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
	const contrast = (a, b) => {
		const [x, y] = [light(a), light(b)].sort((p, q) => q - p);
		return (x + .05) / (y + .05);
	};
	for (const e of all("body *")) {
		const words = [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
		if (!words || !seen(e) || e.tagName === "SCRIPT") continue;
		const c = contrast(parse(getComputedStyle(e).color), ground(e));
		miss(c < 4.5, `contrast ${c.toFixed(2)} of ${e.tagName} ${e.textContent.slice(0, 20)}`);
	}
	for (const e of all("polyline")) {
		if (!seen(e)) continue;
		const c = contrast(parse(getComputedStyle(e).stroke), ground(e));
		miss(c < 3, `contrast ${c.toFixed(2)} of a line`);
	}
	// A state is a word, and not a colour alone.
	for (const e of all(".good, .warn, .bad"))
		miss(!e.textContent.trim(), "a colour without a word");
	return [...new Set(wrong)];
})()
