#include "status/status.h"

#include <string.h>

#include "status/show.h"

/*
 * The page is rendered whole on the server, from the same panels as /status.  A
 * few lines of script fetch it again every two seconds and exchange the body,
 * so that it is live with script and complete without.
 */
static const char head[] =
    "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
    "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
    "<meta name=\"color-scheme\" content=\"light dark\">"
    "<link rel=\"icon\" href=\"data:,\"><style>"
    ":root{--b:#f4f6f8;--f:#1a1d21;--m:#5a6472;--l:#dde2e8;--c:#fff;"
    "--g:#0a6b3b;--w:#8a5a00;--r:#a3181f}"
    "@media(prefers-color-scheme:dark){:root{--b:#111417;--f:#e4e8ec;"
    "--m:#9aa5b1;--l:#2b3239;--c:#1a1f24;--g:#5fd08f;--w:#f0b849;"
    "--r:#ff8087}}"
    "*{box-sizing:border-box}body{margin:0 auto;padding:1rem;max-width:84rem;"
    "background:var(--b);color:var(--f);font:15px/1.45 system-ui,sans-serif;"
    "font-variant-numeric:tabular-nums}"
    "h1{font-size:1.3rem;margin:0}h2{font-size:.85rem;margin:1.4rem 0 .4rem;"
    "text-transform:uppercase;letter-spacing:.05em;color:var(--m)}"
    "header{display:flex;flex-wrap:wrap;gap:.3rem 1rem;align-items:center}"
    "nav{margin-left:auto;display:flex;gap:1rem}a{color:inherit}"
    ".badge{color:var(--c);padding:.1rem .7rem;border-radius:1rem;"
    "font-weight:600}.badge.healthy{background:var(--g)}"
    ".badge.degraded{background:var(--w)}.badge.unhealthy{background:var(--r)}"
    "b{font-weight:600}b.healthy,b.up,b.live{color:var(--g)}"
    "b.degraded,b.syncing,b.waiting,b.subscribe,b.upgrade,b.handshake,"
    "b.connect,b.resolve,b.closing{color:var(--w)}"
    "b.unhealthy,b.down,b.wait{color:var(--r)}"
    "i,small,.muted{color:var(--m);font-style:normal}small{font-size:.85em}"
    ".scroll,dl>div,.checks>div{background:var(--c);"
    "border:1px solid var(--l);border-radius:.5rem}"
    ".scroll{overflow-x:auto}table{border-collapse:collapse;width:100%}"
    "table{font-size:.94rem}th,td{padding:.35rem "
    ".55rem;text-align:left;white-space:nowrap;"
    "border-bottom:1px solid var(--l)}tr:last-child>td{border-bottom:0}"
    "th{font-weight:500;font-size:.85rem;color:var(--m)}.n{text-align:right}"
    "dl,.checks{display:grid;gap:.5rem;margin:0;"
    "grid-template-columns:repeat(auto-fill,minmax(8.5rem,1fr))}"
    ".checks{grid-template-columns:repeat(auto-fit,minmax(15rem,1fr))}"
    "dl>div,.checks>div{padding:.45rem .7rem;min-width:0;"
    "overflow-wrap:anywhere}dt{font-size:.85rem;color:var(--m)}"
    "dd{margin:0;font-size:1.1rem}.checks b{float:right}"
    "#old{display:none;margin:0 0 1rem;padding:.4rem .7rem;color:var(--c);"
    "background:var(--r);border-radius:.5rem}.old #old{display:block}"
    ".old #page{opacity:.5}"
    "@media(max-width:44rem){nav{margin-left:0}.rows thead{display:none}"
    ".rows tr{display:grid;grid-template-columns:1fr 1fr;padding:.4rem .7rem;"
    "border-bottom:1px solid var(--l);gap:.2rem 1rem}"
    ".rows tr:last-child{border-bottom:0}"
    ".rows td{padding:0;border:0;text-align:left;white-space:normal;"
    "overflow-wrap:anywhere}"
    ".rows td::before{content:attr(data-k);display:block;font-size:.8rem;"
    "color:var(--m)}.rows td:first-child{grid-column:1/-1;font-weight:600}"
    ".rows td:first-child::before{display:none}}"
    "</style><title>";

static const char body[] =
    "</title></head><body><p id=\"old\">No answer from mpedge: what stands "
    "here is old.</p><main id=\"page\">";

/* Tables scrolled aside stay so; a page nobody sees asks for nothing. */
static const char tail[] =
    "</main><script>"
    "(function(){var p=document.getElementById('page'),"
    "c=document.documentElement.classList;"
    "function at(e){return Array.from(e.querySelectorAll('.scroll'))}"
    "async function turn(){try{if(!document.hidden){"
    "var r=await fetch('/',{cache:'no-store'});"
    "if(!r.ok)throw r.status;"
    "var d=new DOMParser().parseFromString(await r.text(),'text/html');"
    "var x=at(p).map(function(e){return e.scrollLeft});"
    "p.innerHTML=d.getElementById('page').innerHTML;"
    "at(p).forEach(function(e,i){e.scrollLeft=x[i]||0});"
    "document.title=d.title;c.remove('old')}"
    "}catch(e){c.add('old');document.title='mpedge: no answer'}"
    "setTimeout(turn,2000)}setTimeout(turn,2000)})()"
    "</script></body></html>\n";

static const char *const words[] = { "healthy", "degraded", "unhealthy" };

static void
checks(const struct status *s, struct out *o)
{
	struct health_check c;

	OUT_LITERAL(o, "<h2>checks</h2><div class=\"checks\">");
	for (unsigned i = 0; i < s->metrics->panel_count; i++) {
		const struct panel *p = &s->metrics->panels[i];

		if (p->health == NULL)
			continue;
		memset(&c, 0, sizeof(c));
		p->health(p->owner, &c);
		OUT_LITERAL(o, "<div>");
		out_html(o, span_of(c.name));
		OUT_LITERAL(o, " <b class=\"");
		out_text(o, words[c.level]);
		OUT_LITERAL(o, "\">");
		out_text(o, words[c.level]);
		OUT_LITERAL(o, "</b><br><small>");
		out_html(o, span_of(c.why));
		OUT_LITERAL(o, "</small></div>");
	}
	OUT_LITERAL(o, "</div>");
}

static void
header(const struct status *s, const char *state, struct out *o)
{
	OUT_LITERAL(o, "<header><h1>mpedge</h1><span class=\"badge ");
	out_text(o, state);
	OUT_LITERAL(o, "\">");
	out_text(o, state);
	OUT_LITERAL(o, "</span><span>");
	out_html(o, span_of(s->options->box.name));
	OUT_LITERAL(o, "</span><span class=\"muted\">");
	out_html(o, span_of(s->version));
	OUT_LITERAL(o, "</span><span class=\"muted\">");
	out_time(o, s->loop->wall);
	OUT_LITERAL(o, "</span><nav><a href=\"/health\">health</a> "
		       "<a href=\"/status\">status</a> "
		       "<a href=\"/metrics\">metrics</a></nav></header>");
}

/*
 * The panel's JSON is written behind what there is of the page and moved to the
 * end of the body, so that the page can grow towards it; room for the end of
 * the page is kept.  False when it does not fit.
 */
static bool
show(const struct panel *p, struct out *o)
{
	const size_t kept = sizeof(tail) + 1024;
	size_t size = o->size;
	struct out json;
	bool fits;

	if (p->json == NULL)
		return true;
	if (o->full || size - o->len < kept)
		return false;
	out_init(&json, o->at + o->len, size - o->len - kept);
	p->json(p->owner, &json);
	if (json.full)
		return false;
	o->size = size - kept - json.len;
	memmove(o->at + o->size, json.at, json.len);
	show_json((struct span){ o->at + o->size, json.len }, o);
	fits = !o->full;
	o->size = size;
	return fits;
}

static void
panel(const struct panel *p, struct out *o)
{
	size_t before;

	OUT_LITERAL(o, "<h2>");
	out_html(o, span_of(p->name));
	OUT_LITERAL(o, "</h2>");
	before = o->len;
	if (show(p, o))
		return;
	o->len = before;
	o->full = false;
	OUT_LITERAL(o, "<p class=\"muted\">more than fits here; see "
		       "<a href=\"/status\">status</a></p>");
}

void
status_page(const struct status *s, enum health_level level, struct out *o)
{
	out_text(o, head);
	OUT_LITERAL(o, "mpedge ");
	out_html(o, span_of(s->options->box.name));
	OUT_LITERAL(o, ": ");
	out_text(o, words[level]);
	out_text(o, body);
	header(s, words[level], o);
	checks(s, o);
	for (unsigned i = 0; i < s->metrics->panel_count; i++)
		panel(&s->metrics->panels[i], o);
	out_text(o, tail);
}
